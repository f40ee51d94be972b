"""A series of start signals: ready, a wait nobody can foresee, go, and a log of it."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from analyzer.cli.cue_sound import Player
from analyzer.model import CueMark, Mark, Shown

if TYPE_CHECKING:
    from analyzer.acquire.capture import CaptureWriter

__all__ = ["CUE_DUE_KIND", "HostTime", "Screen", "Series", "SeriesConfig", "foreperiods_s", "play_series"]

CUE_DUE_KIND = "cue_due"
"""Kind of the marks that announce a signal: written before it, so that none is given without a trace."""


@dataclass(frozen=True, slots=True)
class HostTime:
    """The computer's clocks.

    Attributes
    ----------
    now_s : callable
        Finest clock that never jumps. The same for all programs on most systems, but its zero means nothing.
    utc_s : callable
        Civil time, by which a log finds its practice.
    sleep : callable
        Waits some seconds.
    """

    now_s: Callable[[], float] = time.perf_counter
    utc_s: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep

    def wait_until(self, time_s: float) -> None:
        """Sleep until a time of `now_s`; a sleep that ends early is taken up again."""
        while (left_s := time_s - self.now_s()) > 0:
            self.sleep(left_s)


class Screen(Protocol):
    """What a series shows its signals on."""

    def dark(self, text: str) -> None:
        """Show a few words on black."""

    def bright(self, text: str) -> None:
        """Turn white."""


@dataclass(frozen=True, slots=True)
class SeriesConfig:
    """What a series of signals is like.

    Attributes
    ----------
    n_runs : int
    every_s : float
        From one "ready" to the next.
    first_after_s : float
        Time to get to the line before the first "ready".
    shortest_wait_s, longest_wait_s : float
        Between "ready" and the signal, drawn evenly: shorter finds nobody set, longer everybody tired of it.
    lit_s : float
        How long the signal stays.
    cue : CueMark
        What is known of every signal; its time is filled in.
    """

    n_runs: int = 1
    every_s: float = 90.0
    first_after_s: float = 10.0
    shortest_wait_s: float = 1.5
    longest_wait_s: float = 3.5
    lit_s: float = 1.0
    cue: CueMark = CueMark(0.0, shown="both")  # noqa: RUF009  # frozen, and so safe to share


@dataclass(frozen=True, slots=True)
class Series:
    """What came of a series: the signals given, and the runs whose tone was not played."""

    cues: tuple[CueMark, ...]
    silent: tuple[int, ...]


def foreperiods_s(config: SeriesConfig, seed: int | None = None) -> tuple[float, ...]:
    """Return the waits of a series, the same for the same seed; without one nobody can foresee them."""
    draw = random.Random(seed)  # noqa: S311  # unforeseeable for athletes, not for burglars
    return tuple(draw.uniform(config.shortest_wait_s, config.longest_wait_s) for _ in range(config.n_runs))


def play_series(
    config: SeriesConfig,
    waits_s: tuple[float, ...],
    screen: Screen | None,
    player: Player | None,
    log: "CaptureWriter | None",
    host: HostTime,
) -> Series:
    """Give the signals of a series.

    Parameters
    ----------
    config : SeriesConfig
    waits_s : tuple of float
        Between "ready" and the signal, one per run.
    screen : Screen or None
        None for signals that are only heard.
    player : Player or None
        None for signals that are only seen.
    log : CaptureWriter or None
        Gets a mark before and one right after each signal, and readings of both clocks.
    host : HostTime

    Returns
    -------
    Series
    """
    cues: list[CueMark] = []
    silent: list[int] = []
    ready_s = host.now_s() + config.first_after_s
    for number, wait_s in enumerate(waits_s, start=1):
        _show(screen, f"Run {number} of {len(waits_s)}")
        host.wait_until(ready_s)
        _show(screen, "Ready")
        # From when it was really shown: a late "ready" must not shorten the wait.
        due_s = host.now_s() + wait_s
        _log(log, Mark(due_s, CUE_DUE_KIND, config.cue.shown), host)
        host.wait_until(due_s)
        cue = _given(config.cue, screen, player, host)
        _log(log, cue, host)
        cues.append(cue)
        host.wait_until(cue.time_s + config.lit_s)
        if player is not None and not player.finish():
            silent.append(number)
            _log(log, Mark(host.now_s(), "note", "the tone of the last cue was not played"), host)
        ready_s += config.every_s
    _show(screen, "Done")
    return Series(tuple(cues), tuple(silent))


def _given(known: CueMark, screen: Screen | None, player: Player | None, host: HostTime) -> CueMark:
    """Give one signal; its time is when the light was handed over, or the tone where there is no light."""
    if screen is not None:
        screen.bright("GO")
    time_s = host.now_s()
    # After the stamp: starting a program takes milliseconds, which belong to the sound's delay.
    if player is not None:
        player.start()
    return _at(known, time_s)


def _at(known: CueMark, time_s: float) -> CueMark:
    return CueMark(
        time_s,
        text=known.text,
        shown=known.shown,
        display_delay_s=known.display_delay_s,
        display_delay_sd_s=known.display_delay_sd_s,
        audio_delay_s=known.audio_delay_s,
        audio_delay_sd_s=known.audio_delay_sd_s,
    )


def _show(screen: Screen | None, text: str) -> None:
    if screen is not None:
        screen.dark(text)


def _log(log: "CaptureWriter | None", mark: Mark, host: HostTime) -> None:
    if log is None:
        return
    from analyzer.acquire.playback import HostClock

    log.mark(mark)
    before_s, utc_s, after_s = host.now_s(), host.utc_s(), host.now_s()
    # In the middle of two readings: the civil one lies between them.
    log.host_clock(HostClock((before_s + after_s) / 2, utc_s))


def shown_by(*, seen: bool, heard: bool) -> Shown:
    """Return the word for what a signal is made of."""
    if seen and heard:
        return "both"
    return "visual" if seen else "audible"
