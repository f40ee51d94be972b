"""Jogging about, warm-up laps and jogged rests: running, but no run of the drill."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analyzer.drill.course.direction import ways
from analyzer.drill.record import RunRecord
from analyzer.model import Bools, Notice

__all__ = ["JogConfig", "jogged", "without_jogs"]


@dataclass(frozen=True, slots=True)
class JogConfig:
    """What tells jogging from a run.

    Attributes
    ----------
    jog_speed_m_s : float
        A jog stays below this.
    share_of_best : float
        And below this share of the fastest run of the practice: in a practice that is slow throughout nothing is a jog.
    longest_run_s : float
        A drill run lasts less: 90 ft at 3 m/s take 9 s.
    longest_unknown_s : float
        Where no sensor tells speeds, only what lasts longer than this is taken for a jog.
    """

    jog_speed_m_s: float = 3.2
    share_of_best: float = 0.6
    longest_run_s: float = 12.0
    longest_unknown_s: float = 20.0


def without_jogs(
    records: Sequence[RunRecord], config: JogConfig | None = None
) -> tuple[list[RunRecord], tuple[Notice, ...]]:
    """Return the runs without what was jogged, and what is to be said of it.

    Parameters
    ----------
    records : sequence of RunRecord
    config : JogConfig, optional
    """
    found = ways([record.travels for record in records], np.array([run.peak_speed_m_s for run in records]))
    jogs = jogged(records, [way.direction for way in found], config or JogConfig())
    kept = [record for record, jog in zip(records, jogs, strict=True) if not jog]
    times = [f"{run.start_s:.0f}-{run.stop_s:.0f} s" for run, jog in zip(records, jogs, strict=True) if jog]
    if not times:
        return kept, ()
    text = f"Jogged, not run, and so left out of the runs: {', '.join(times)}. It counts as moving in the rest."
    return kept, (Notice("run.jogged", text),)


def jogged(records: Sequence[RunRecord], told: Sequence[str], config: JogConfig) -> Bools:
    """Return which records were jogged and not run.

    Parameters
    ----------
    records : sequence of RunRecord
    told : sequence of str
        Direction of each. Backward and sideways runs are slow by nature and never taken for jogs.
    config : JogConfig

    Returns
    -------
    (n,) bool array
        True for what is slow, next to a far faster run, and either long or not begun from a stand; of what has no
        speed, for what is very long.
    """
    peak = np.array([record.peak_speed_m_s for record in records], dtype=np.float64)
    best = float(np.nanmax(peak, initial=0.0))
    slow = (peak < config.jog_speed_m_s) & (peak < config.share_of_best * best)
    duration_s = np.array([record.stop_s - record.start_s for record in records], dtype=np.float64)
    moving = np.array([not record.start_seen for record in records], dtype=np.bool_)
    forward = np.array([way not in ("backward", "lateral_left", "lateral_right") for way in told], dtype=np.bool_)
    endless = np.isnan(peak) & (duration_s > config.longest_unknown_s) & (len(records) > 1)
    return np.asarray(forward & (slow & ((duration_s > config.longest_run_s) | moving) | endless))
