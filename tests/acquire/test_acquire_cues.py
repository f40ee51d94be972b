"""Start signals in captures, in folders of CSV files, and in logs of their own."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from analyzer.acquire.capture import CaptureWriter, HostClock, read_capture
from analyzer.acquire.cue_log import CueLogConfig, with_cues
from analyzer.acquire.document import json_object, mark_from, to_json
from analyzer.acquire.importers.csv_folder import read_csv_folder, write_csv_folder
from analyzer.errors import InputError
from analyzer.model import CueMark, Mark, Recording, TimedPayload

CUE = CueMark(12.5, text="run 1", shown="both", display_delay_s=0.035, display_delay_sd_s=0.008)
UTC_S = 1.7e9


def recording(**changes) -> Recording:
    time_s = np.arange(0.0, 60.0, 0.01)
    acc = np.tile([0.0, 0.0, 9.81], (time_s.size, 1)) + 0.01 * np.sin(time_s)[:, None]
    return replace(Recording.from_arrays({"pelvis": {"time_s": time_s, "acc_m_s2": acc}}), **changes)


def practice(path: Path, *readings: HostClock) -> Recording:
    """Write a capture with these readings of the host's clocks and return a recording as if read from it."""
    with CaptureWriter(path) as writer:
        for reading in readings:
            writer.host_clock(reading)
    return recording(payloads=(TimedPayload("pelvis", b"", 0.0),))


def log(path: Path, zero_utc_s: float, *cues: CueMark) -> Path:
    with CaptureWriter(path) as writer:
        for cue in cues:
            writer.mark(cue)
            writer.host_clock(HostClock(cue.time_s, zero_utc_s + cue.time_s))
    return path


# NaN differs from itself, so texts are compared throughout.
def test_a_cue_comes_back_from_a_capture_with_all_it_says(tmp_path: Path) -> None:
    with CaptureWriter(tmp_path / "a.mcap") as writer:
        writer.mark(Mark(1.0, "tap"))
        writer.mark(CUE)
    assert repr(read_capture(tmp_path / "a.mcap").marks) == repr((Mark(1.0, "tap"), CUE))


def test_a_cue_comes_back_from_a_folder_of_csv_files(tmp_path: Path) -> None:
    marks = (CUE, Mark(20.0, "cue", "whistle"), Mark(30.0, "gate"))
    write_csv_folder(recording(marks=marks), tmp_path)
    assert repr(read_csv_folder(tmp_path).marks) == repr(marks)


def test_marks_of_captures_before_there_were_cues_read_as_before() -> None:
    assert to_json(Mark(1.5, "tap")) == b'{"time_s":1.5,"kind":"tap","text":""}'
    assert mark_from(json_object('{"time_s": 1.5, "kind": "cue", "text": "visual"}')) == Mark(1.5, "cue", "visual")


def test_half_a_delay_in_recording_toml_names_the_mark(tmp_path: Path) -> None:
    write_csv_folder(recording(), tmp_path)
    with (tmp_path / "recording.toml").open("a") as file:
        file.write('[[mark]]\ntime_s = 1\nkind = "cue"\nshown = "visual"\ndisplay_delay_s = 0.03\n')
    with pytest.raises(InputError, match=r"mark.* number 1.*go together"):
        read_csv_folder(tmp_path)


def test_a_delay_of_a_mark_that_was_not_shown_is_refused(tmp_path: Path) -> None:
    write_csv_folder(recording(), tmp_path)
    with (tmp_path / "recording.toml").open("a") as file:
        file.write('[[mark]]\ntime_s = 1\nkind = "cue"\ndisplay_delay_s = 0.03\n')
    with pytest.raises(InputError, match="unknown display_delay_s"):
        read_csv_folder(tmp_path)


def test_a_log_is_carried_over_by_civil_time(tmp_path: Path) -> None:
    made = practice(tmp_path / "p.mcap", HostClock(0.0, UTC_S), HostClock(60.0, UTC_S + 60.0))
    # The log's clock was 5000 s ahead of the practice's.
    cues = log(tmp_path / "c.mcap", UTC_S - 5000.0, replace(CUE, time_s=5012.5))
    (cue,) = with_cues(made, tmp_path / "p.mcap", cues).marks
    # Civil time counts 1.7e9 s: its last digit is a quarter of a microsecond.
    assert cue.time_s == pytest.approx(12.5, abs=1e-6)


def test_a_cue_that_was_carried_over_is_less_certain(tmp_path: Path) -> None:
    made = practice(tmp_path / "p.mcap", HostClock(0.0, UTC_S))
    (cue,) = with_cues(made, tmp_path / "p.mcap", log(tmp_path / "c.mcap", UTC_S, CUE)).marks
    assert isinstance(cue, CueMark)
    assert cue.time_sd_s == CueLogConfig().sd_s


def test_between_readings_the_clocks_are_followed(tmp_path: Path) -> None:
    # Civil time was set forward by 2 ms, evenly, during the practice.
    made = practice(tmp_path / "p.mcap", HostClock(0.0, UTC_S), HostClock(50.0, UTC_S + 50.002))
    cues = log(tmp_path / "c.mcap", UTC_S, replace(CUE, time_s=25.001))
    (cue,) = with_cues(made, tmp_path / "p.mcap", cues).marks
    assert cue.time_s == pytest.approx(25.0, abs=1e-5)


def test_marks_of_the_practice_stay_and_the_log_is_named(tmp_path: Path) -> None:
    made = replace(practice(tmp_path / "p.mcap", HostClock(0.0, UTC_S)), marks=(Mark(30.0, "tap"),))
    joined = with_cues(made, tmp_path / "p.mcap", log(tmp_path / "c.mcap", UTC_S, CUE))
    assert [mark.kind for mark in joined.marks] == ["cue", "tap"]
    assert joined.source["cues"].startswith("c.mcap sha256 ")


def test_a_log_of_another_day_is_refused(tmp_path: Path) -> None:
    made = practice(tmp_path / "p.mcap", HostClock(0.0, UTC_S))
    with pytest.raises(InputError, match="same practice"):
        with_cues(made, tmp_path / "p.mcap", log(tmp_path / "c.mcap", UTC_S + 86400.0, CUE))


def test_a_log_without_signals_is_refused(tmp_path: Path) -> None:
    made = practice(tmp_path / "p.mcap", HostClock(0.0, UTC_S))
    with pytest.raises(InputError, match="no start signal"):
        with_cues(made, tmp_path / "p.mcap", log(tmp_path / "c.mcap", UTC_S))


def test_a_practice_without_clock_readings_says_so(tmp_path: Path) -> None:
    made = practice(tmp_path / "p.mcap")
    with pytest.raises(InputError, match="no reading of the computer's clocks"):
        with_cues(made, tmp_path / "p.mcap", log(tmp_path / "c.mcap", UTC_S, CUE))


def test_a_folder_of_csv_files_is_told_where_its_signals_go(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\[\[mark\]\]"):
        with_cues(recording(), tmp_path, log(tmp_path / "c.mcap", UTC_S, CUE))
