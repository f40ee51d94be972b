"""The start signal: light, tone, wait and log, driven by a clock that only these tests move."""

import argparse
import contextlib
import io
import wave
from pathlib import Path

import pytest

from analyzer.acquire.capture import CaptureWriter, read_capture
from analyzer.cli.cue import delay_ms
from analyzer.cli.cue_screen import CueScreen
from analyzer.cli.cue_series import HostTime, Series, SeriesConfig, foreperiods_s, play_series
from analyzer.cli.cue_sound import BELL, Bell, CommandPlayer, ToneConfig, players, tone_wav
from analyzer.cli.main import main
from analyzer.model import CueMark, cues_among

UTC_S = 1.7e9
# Three tests' worth of signals a few seconds apart: a real series takes minutes.
SHORT = SeriesConfig(n_runs=3, every_s=20.0, first_after_s=2.0, cue=CueMark(0.0, shown="both"))
WAITS_S = (1.5, 3.5, 2.25)


class Stage:
    """One clock, and a diary of all that happens on it; it is screen, player and host at once.

    Every sleep ends a little early, as real ones may, and every reading of the clock takes a microsecond.
    """

    name = "stage"

    def __init__(self, *, flush_s: float = 0.004, plays: bool = True) -> None:
        self.time_s = 100.0
        self.diary: list[tuple[str, float]] = []
        self.n_sleeps = 0
        self._flush_s = flush_s
        self._plays = plays

    def host(self) -> HostTime:
        return HostTime(self.now_s, lambda: UTC_S + self.time_s, self.sleep)

    def now_s(self) -> float:
        self.time_s += 1e-6
        return self.time_s

    def sleep(self, duration_s: float) -> None:
        self.n_sleeps += 1
        self.time_s += max(duration_s - 0.0003, 1e-5) if duration_s > 0.0005 else duration_s

    def dark(self, text: str) -> None:
        self.diary.append((text, self.time_s))

    def bright(self, text: str) -> None:
        self.time_s += self._flush_s
        self.diary.append((text, self.time_s))

    def start(self) -> None:
        self.diary.append(("tone", self.time_s))
        self.time_s += 0.020

    def finish(self) -> bool:
        return self._plays

    def times(self, what: str) -> list[float]:
        return [time_s for said, time_s in self.diary if said == what]


def played(stage: Stage, path: Path | None = None, config: SeriesConfig = SHORT) -> Series:
    with contextlib.ExitStack() as stack:
        log = stack.enter_context(CaptureWriter(path)) if path else None
        return play_series(config, WAITS_S, stage, stage, log, stage.host())


def test_each_signal_comes_its_wait_after_ready() -> None:
    stage = Stage(flush_s=0.0)
    played(stage)
    waited = [go - ready for go, ready in zip(stage.times("GO"), stage.times("Ready"), strict=True)]
    # A millisecond: the sleeps are that good, the readings of the clock cost less.
    assert waited == pytest.approx(WAITS_S, abs=1e-3)


def test_ready_comes_at_even_times() -> None:
    stage = Stage()
    played(stage)
    assert stage.times("Ready") == pytest.approx([102.0, 122.0, 142.0], abs=1e-3)


def test_the_wait_is_slept_through() -> None:
    stage = Stage()
    played(stage)
    # Each wait of the series takes a sleep or two; a busy loop would take thousands.
    assert stage.n_sleeps <= 40


def test_the_time_of_a_signal_is_taken_right_after_the_light_was_handed_over() -> None:
    stage = Stage(flush_s=0.004)
    done = played(stage)
    assert [cue.time_s for cue in done.cues] == pytest.approx(stage.times("GO"), abs=1e-5)


def test_the_tone_does_not_wait_for_the_log() -> None:
    stage = Stage()
    played(stage)
    assert stage.times("tone") == pytest.approx(stage.times("GO"), abs=1e-5)


def test_every_signal_is_logged_before_and_after_it_is_given(tmp_path: Path) -> None:
    done = played(Stage(), tmp_path / "cues.mcap")
    marks = read_capture(tmp_path / "cues.mcap").marks
    assert [mark.kind for mark in marks] == ["cue_due", "cue"] * 3
    assert cues_among(marks) == done.cues
    assert all(due.time_s <= cue.time_s for due, cue in zip(marks[::2], marks[1::2], strict=True))


def test_the_log_leads_from_its_clock_to_civil_time(tmp_path: Path) -> None:
    played(Stage(), tmp_path / "cues.mcap")
    readings = read_capture(tmp_path / "cues.mcap").host_clock
    assert len(readings) == 6
    assert [one.utc_s - one.received_s for one in readings] == pytest.approx([UTC_S] * 6, abs=1e-5)


def test_ctrl_c_leaves_a_log_of_the_signals_given(tmp_path: Path) -> None:
    class Impatient(Stage):
        def sleep(self, duration_s: float) -> None:
            if len(self.times("GO")) == 2:
                raise KeyboardInterrupt
            super().sleep(duration_s)

    with pytest.raises(KeyboardInterrupt):
        played(Impatient(), tmp_path / "cues.mcap")
    capture = read_capture(tmp_path / "cues.mcap")
    assert capture.complete
    assert len(cues_among(capture.marks)) == 2


def test_a_tone_that_was_not_played_is_told_and_logged(tmp_path: Path) -> None:
    done = played(Stage(plays=False), tmp_path / "cues.mcap")
    assert done.silent == (1, 2, 3)
    assert [mark.kind for mark in read_capture(tmp_path / "cues.mcap").marks] == ["cue_due", "cue", "note"] * 3


def test_a_late_ready_does_not_shorten_the_wait() -> None:
    class Slow(Stage):
        def finish(self) -> bool:
            self.time_s += 25.0
            return True

    stage = Slow(flush_s=0.0)
    played(stage)
    waited = [go - ready for go, ready in zip(stage.times("GO"), stage.times("Ready"), strict=True)]
    assert waited == pytest.approx(WAITS_S, abs=1e-3)


def test_waits_lie_between_their_bounds_and_differ() -> None:
    waits = foreperiods_s(SeriesConfig(n_runs=500), seed=1)
    assert (min(waits), max(waits)) == (pytest.approx(1.5, abs=0.02), pytest.approx(3.5, abs=0.02))
    assert all(1.5 <= wait_s <= 3.5 for wait_s in waits)


def test_the_same_seed_gives_the_same_waits_and_none_gives_others() -> None:
    config = SeriesConfig(n_runs=5)
    assert foreperiods_s(config, 3) == foreperiods_s(config, 3)
    assert foreperiods_s(config) != foreperiods_s(config)


def test_the_screen_turns_from_black_to_white_and_back_to_what_was_there() -> None:
    stream = io.StringIO()
    screen = CueScreen(stream, (10, 3))
    screen.open()
    screen.dark("Ready")
    screen.bright("GO")
    screen.close()
    text = stream.getvalue()
    assert text.index("\x1b[?1049h") < text.index("\x1b[40m") < text.index("\x1b[107m") < text.index("\x1b[?1049l")
    assert text.endswith("\x1b[0m\x1b[?25h\x1b[?1049l")


def test_the_light_fills_the_whole_screen() -> None:
    stream = io.StringIO()
    CueScreen(stream, (10, 3)).bright("GO")
    assert stream.getvalue().endswith("\x1b[H" + "\r\n".join([" " * 10, "    GO    ", " " * 10]))


def test_the_tone_is_a_wave_file_of_its_length_that_begins_softly() -> None:
    config = ToneConfig()
    with wave.open(io.BytesIO(tone_wav(config))) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, config.rate_hz)
        assert file.getnframes() == round(config.duration_s * config.rate_hz)
        samples = memoryview(file.readframes(file.getnframes())).cast("h")
    assert samples[0] == 0
    assert max(samples) == pytest.approx(config.level * 32767, rel=0.01)


def test_players_are_those_there_are_and_the_bell_comes_last(tmp_path: Path) -> None:
    found = players(tmp_path / "tone.wav", io.StringIO(), lambda name: f"/bin/{name}" if name != "aplay" else None)
    assert list(found)[:2] == ["paplay", "afplay"]
    assert list(found)[-1] == BELL


def test_the_bell_rings_in_the_terminal() -> None:
    stream = io.StringIO()
    Bell(stream).start()
    assert stream.getvalue() == "\a"


@pytest.mark.parametrize(("program", "played"), [("true", True), ("false", False)])
def test_a_player_that_fails_says_so(program: str, played: bool) -> None:
    player = CommandPlayer(program, [program])
    player.start()
    assert player.finish() is played


@pytest.mark.parametrize("text", ["35", "35,", "a,b", "-1,2", "35,nan", "2000,1", ""])
def test_a_delay_needs_its_uncertainty(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        delay_ms(text)


def test_a_delay_is_given_in_milliseconds() -> None:
    assert delay_ms("35,8") == (0.035, 0.008)


def test_a_dry_run_tells_what_would_be_done_and_what_is_unknown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cue", "--dry-run", "--runs", "2", "--seed", "1", "--display-delay-ms", "35,8"]) == 0
    out = capsys.readouterr().out
    assert "Audio delay unknown" in out
    assert "Not logged" in out
    assert "run 2: ready at 100.0 s" in out


def test_players_can_be_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cue", "--list-players"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == BELL


@pytest.mark.parametrize(
    "words",
    ["--player gramophone --dry-run", "--runs 0", "--runs 2 --every 3 --dry-run", "--after -1", "--audio-delay-ms 20"],
)
def test_what_cannot_be_done_is_refused(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cue", *words.split()]) == 2
    assert "psr" in capsys.readouterr().err


def test_the_light_needs_a_terminal(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["cue", "--log", str(tmp_path / "cues.mcap")]) == 2
    assert "--only audible" in capsys.readouterr().err
    assert not (tmp_path / "cues.mcap").exists()
