"""The table of segments: what every sensor says of the mechanics of each step or stride, and why not."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import get_args

import numpy as np
import pandas as pd

from analyzer.drill.practice import Practice
from analyzer.drill.record import RunRecord
from analyzer.drill.segments.cycles import Cycles, RunTables, cycles_of
from analyzer.drill.segments.measures import ANGLES, MeasuresConfig, Sensed, measured
from analyzer.drill.segments.push import accelerations_m_s2
from analyzer.drill.segments.tilted import TILT_REASONS, Tilted, TiltedConfig, tilted
from analyzer.drill.speed.acceleration import SpeedProfile
from analyzer.drill.speed.profile import ProfileConfig
from analyzer.drill.speed.scale import profile_of
from analyzer.gait.segments.axes import Way
from analyzer.model import Athlete, Floats, Notice, Placement
from analyzer.signal.grid import GridSignals
from analyzer.signal.spans import any_in
from analyzer.tables import SEGMENTS, build, check, empty

__all__ = ["SegmentsConfig", "segment_notices", "segments_table"]


@dataclass(frozen=True, slots=True)
class SegmentsConfig:
    """How the table of segments is made.

    Attributes
    ----------
    before_s, after_s : float
        Samples looked at before and after a run: stands and walks that tell where up is.
    """

    tilted: TiltedConfig = field(default_factory=TiltedConfig)
    measures: MeasuresConfig = field(default_factory=MeasuresConfig)
    profile: ProfileConfig = field(default_factory=ProfileConfig)
    before_s: float = 30.0
    after_s: float = 12.0


SignalsOf = Callable[[float, float], Mapping[Placement, GridSignals]]
"""Samples of all sensors between two times."""


def segments_table(
    practice: Practice,
    records: Sequence[RunRecord],
    signals_of: SignalsOf,
    athlete: Athlete,
    config: SegmentsConfig | None = None,
) -> pd.DataFrame:
    """Return what every sensor says of the mechanics of each step or stride.

    Parameters
    ----------
    practice : Practice
    records : sequence of RunRecord
        Those the practice was made of.
    signals_of : callable
    athlete : Athlete
        Without mass and height there is no stiffness.
    config : SegmentsConfig, optional

    Returns
    -------
    pandas.DataFrame
        Schema `SEGMENTS`, by run, then sensor, then time.
    """
    config = config or SegmentsConfig()
    parts: list[pd.DataFrame] = []
    stood: dict[Placement, Floats] = {}
    # From the last run back: the stand of the next one shows whether a sensor has moved.
    for at, record in reversed(list(enumerate(records))):
        run = _run(practice, at, record, config)
        # Not into a neighbouring run: what lies there is no stand of this one.
        from_s = max(record.start_s - config.before_s, records[at - 1].stop_s if at else -np.inf)
        until_s = min(record.stop_s + config.after_s, records[at + 1].start_s if at + 1 < len(records) else np.inf)
        # Backward too, as all is turned round at the end.
        for placement, signals in sorted(signals_of(from_s, until_s).items(), reverse=True):
            rows, up = _rows(run, signals, stood.get(placement), athlete, config)
            parts.append(rows)
            if up is not None:
                stood[placement] = up
    filled = [part for part in reversed(parts) if len(part)]
    return check(SEGMENTS, pd.concat(filled, ignore_index=True)) if filled else empty(SEGMENTS)


def segment_notices(segments: pd.DataFrame) -> Iterator[Notice]:
    """Yield what was lost of the angles of each sensor, and what to do.

    Parameters
    ----------
    segments : pandas.DataFrame
        Schema `SEGMENTS`.
    """
    advice = {
        "no_stand": "Stand upright and still for two seconds before each run.",
        "slipped": "Fasten the strap, and stand still again after the run.",
    }
    for (placement, reason), rows in segments.groupby(["placement", "reason"], sort=True):
        if reason not in advice or str(placement).rpartition("_")[2] not in ANGLES:
            continue
        sensor = Placement(str(placement))
        runs = ", ".join(str(run) for run in sorted(set(rows["run"].tolist())))
        text = f"The angles of the {sensor.label} are not told in run {runs}: {TILT_REASONS[str(reason)]}."
        yield Notice(f"segments.{reason}", f"{text} {advice[str(reason)]}", sensor)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Run:
    """One run with its tables, its profile and the way it went."""

    number: int
    record: RunRecord
    tables: RunTables
    way: Way
    profile: SpeedProfile | None


def _run(practice: Practice, at: int, record: RunRecord, config: SegmentsConfig) -> _Run:
    number = at + 1
    own = [table[table["run"] == number] for table in (practice.contacts, practice.strides, practice.steps)]
    told = str(practice.runs["direction"].iloc[at])
    way: Way = next((known for known in get_args(Way) if known == told), "unknown")
    return _Run(number, record, RunTables(*own), way, profile_of(record, config.profile))


def _rows(
    run: _Run, signals: GridSignals, next_stood: Floats | None, athlete: Athlete, config: SegmentsConfig
) -> tuple[pd.DataFrame, Floats | None]:
    """Return the rows of one sensor in one run, and up in it while the athlete stood."""
    placement = signals.placement
    cycles = cycles_of(placement, run.tables)
    if not len(cycles):
        return empty(SEGMENTS), None
    tilt = _tilt(run, signals, cycles, next_stood, config)
    push = accelerations_m_s2(cycles, run.profile)
    sensed = Sensed(placement, signals, cycles, tilt, push, run.record.swings.get(placement), athlete)
    quality = _quality(sensed)
    values = _blanked(measured(sensed, config.measures), quality)
    angle_sd = _angle_sd(sensed) if placement.segment in ANGLES else np.full(len(cycles), np.nan)
    unsure = angle_sd > config.tilted.max_sd_rad
    for name in ANGLES.get(placement.segment, ()):
        if name in values:
            values[name] = np.where(unsure, np.nan, values[name])
    nothing = np.full(len(cycles), np.nan)
    table = build(
        SEGMENTS,
        {
            **{column.name: nothing for column in SEGMENTS.columns},
            "run": np.full(len(cycles), run.number, dtype=np.int64),
            "placement": np.full(len(cycles), placement.value),
            "side": cycles.side if placement.side == "unknown" else np.full(len(cycles), placement.side),
            "start_s": cycles.start_s,
            "end_s": cycles.end_s,
            "phase": cycles.phase,
            "speed_m_s": cycles.speed_m_s,
            **values,
            "angle_sd_rad": angle_sd,
            "quality": quality,
            "reason": _reasons(sensed, quality, unsure, values),
        },
    )
    return table, tilt.stood_up


def _tilt(run: _Run, signals: GridSignals, cycles: Cycles, next_stood: Floats | None, config: SegmentsConfig) -> Tilted:
    if signals.placement.segment not in ANGLES:
        return Tilted("ok")
    fast = cycles.end_s[cycles.phase != "deceleration"]
    top_s = float(fast.max() if len(fast) else cycles.end_s.max())
    times = (run.record.start_s, float(cycles.start_s.min()), top_s, run.record.stop_s)
    return tilted(signals, times, (run.way, next_stood), config.tilted)


def _quality(sensed: Sensed) -> np.ndarray:
    """Return ``gap`` where a sensor's own samples are missing, ``clipped`` where its gyroscope was at its limit."""
    signals, cycles = sensed.signals, sensed.cycles
    first, last = sensed.spans()
    worn_out = (cycles.start_s < signals.start_s) | (cycles.end_s > signals.time_s[-1])
    gap = any_in(signals.lost, first, last + 1) | worn_out
    clipped = any_in(np.asarray(signals.clipped[:, 3:].any(axis=1)), first, last + 1)
    # A foot's gyroscope is repaired where it was clipped: its strides know best what they are worth.
    own = cycles.quality if sensed.placement.segment == "foot" else np.where(clipped, "clipped", "ok")
    return np.where(gap, "gap", own)


def _blanked(values: dict[str, Floats], quality: np.ndarray) -> dict[str, Floats]:
    """Return measures without those of cycles whose samples do not carry them; the profile's lean stays."""
    bad = np.isin(quality, ("gap", "clipped", "edge"))
    return {
        name: column if name == "lean_expected_rad" else np.where(bad, np.nan, column)
        for name, column in values.items()
    }


def _angle_sd(sensed: Sensed) -> Floats:
    attitude = sensed.tilt.attitude
    if attitude is None or sensed.tilt.axes is None:
        return np.full(len(sensed.cycles), np.nan)
    at = np.rint(attitude.index(sensed.cycles.middle_s)).astype(np.intp)
    return np.hypot(attitude.sd_rad[at], sensed.tilt.zero_sd_rad)


def _reasons(sensed: Sensed, quality: np.ndarray, unsure: np.ndarray, values: Mapping[str, Floats]) -> np.ndarray:
    """Return for each cycle ``ok`` or the first reason why its main measures are missing or weaker."""
    n = len(sensed.cycles)
    told = np.full(n, sensed.tilt.reason, dtype=object)
    told[unsure] = "drift"
    segment = sensed.placement.segment
    if segment == "wrist" and not sensed.signals.has_gyroscope:
        told[:] = "no_gyroscope"
    # With all else in order, an angle that is missing had no contact of its own leg to be read at.
    if segment == "shank" and "shank_angle_rad" in values:
        told[(told == "ok") & np.isnan(values["shank_angle_rad"])] = "no_contact"
    if segment == "foot":
        told[np.isnan(sensed.cycles.speed_m_s)] = "no_length"
    bad = np.isin(quality, ("gap", "clipped", "edge"))
    told[bad] = quality[bad]
    return told.astype(str)
