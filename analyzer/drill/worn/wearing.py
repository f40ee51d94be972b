"""Sensors worn, switched on or broken so that it matters: what the data show, and what can still be told."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analyzer.drill.record import LEAST_RECEIVED_PCT, RunRecord
from analyzer.model import Notice, Placement, SensorStream
from analyzer.signal.stuck import StuckConfig, stuck_samples

__all__ = ["WearingConfig", "wearing_notices"]


@dataclass(frozen=True, slots=True)
class WearingConfig:
    """When something is said of how sensors were worn.

    Attributes
    ----------
    min_roll_rad : float
        Both feet must roll to the wrong side by more than this (3 degrees) to be called swapped. In recorded motion
        of eleven runners all feet that ran straight rolled to their own side, by 5 to 19 degrees.
    min_received_pct : float
        A sensor that gave less of a run was missing from it.
    """

    min_roll_rad: float = np.radians(3.0)
    min_received_pct: float = LEAST_RECEIVED_PCT
    stuck: StuckConfig = field(default_factory=StuckConfig)


def wearing_notices(
    records: Sequence[RunRecord],
    runs: pd.DataFrame,
    streams: Mapping[Placement, SensorStream],
    config: WearingConfig | None = None,
) -> tuple[Notice, ...]:
    """Return what the coach should know about the sensors of a practice.

    Parameters
    ----------
    records : sequence of RunRecord
        In order of time.
    runs : pandas.DataFrame
        Schema `RUNS`, row by row those of the records.
    streams : mapping of Placement to SensorStream
        All samples of the practice.
    config : WearingConfig, optional

    Returns
    -------
    tuple of Notice
        Nothing of a sensor that is turned or upside down: axes are found from gravity and from the swing, and no
        number depends on them.
    """
    config = config or WearingConfig()
    return (
        *_stuck(streams, config),
        *_missing(records, streams, config),
        *_swapped(records, runs, config),
        *_cut(records),
    )


def _stuck(streams: Mapping[Placement, SensorStream], config: WearingConfig) -> Iterator[Notice]:
    for placement, stream in sorted(streams.items()):
        stuck = stuck_samples(stream, config.stuck)
        if not stuck.any():
            continue
        rows = np.flatnonzero(stuck.any(axis=1))
        axes = [name for name, column in zip(_AXES, stuck.T, strict=True) if column.any()]
        span = f"from {stream.time_s[rows[0]]:.0f} to {stream.time_s[rows[-1]]:.0f} s"
        broken = "all its axes" if len(axes) == len(_AXES) else " and ".join(axes)
        text = f"The {placement.label} sensor repeated one number on {broken} {span}: it is stuck."
        yield Notice(
            "sensor.stuck", f"{text} Those samples count as lost; restart the sensor or replace it.", placement
        )


_AXES = tuple(f"{kind} {axis}" for kind in ("accelerometer", "gyroscope") for axis in "xyz")


def _missing(
    records: Sequence[RunRecord], streams: Mapping[Placement, SensorStream], config: WearingConfig
) -> Iterator[Notice]:
    for placement, stream in sorted(streams.items()):
        # Asked for once: it looks at every sample.
        rate_hz = stream.rate_hz
        numbers = [
            number
            for number, record in enumerate(records, start=1)
            if record.used and record.used[0].segment == placement.segment
            if _received_pct(stream, rate_hz, record) < config.min_received_pct
        ]
        if numbers:
            which = f"run{'s' if len(numbers) > 1 else ''} {', '.join(str(number) for number in numbers)}"
            code, text = _absence(placement, stream, [records[number - 1] for number in numbers])
            yield Notice(code, f"{text}, so {which} lack it. {_INSTEAD[code]}", placement)


def _received_pct(stream: SensorStream, rate_hz: float, record: RunRecord) -> float:
    first, last = np.searchsorted(stream.time_s, [record.start_s, record.stop_s])
    arrived = np.count_nonzero(np.isfinite(stream.acc_m_s2[first:last, 0]))
    return 100.0 * arrived / max(rate_hz * (record.stop_s - record.start_s), 1.0)


def _absence(placement: Placement, stream: SensorStream, lacking: Sequence[RunRecord]) -> tuple[str, str]:
    begins_s, ends_s = float(stream.time_s[0]), float(stream.time_s[-1])
    if all(record.start_s < begins_s for record in lacking):
        return "sensor.late", f"The {placement.label} sensor began only at {begins_s:.0f} s"
    if all(record.stop_s > ends_s for record in lacking):
        return "sensor.died", f"The {placement.label} sensor ended at {ends_s:.0f} s"
    return "sensor.interrupted", f"The {placement.label} sensor lost more than a tenth of its samples in a run"


_INSTEAD = {
    "sensor.late": "Switch all sensors on before the first run.",
    "sensor.died": "Charge it before the next practice.",
    "sensor.interrupted": "Keep the receiver closer, or check its battery.",
}


def _swapped(records: Sequence[RunRecord], runs: pd.DataFrame, config: WearingConfig) -> Iterator[Notice]:
    forward = runs["direction"].isin(["forward", "unknown"]).to_numpy(dtype=np.bool_)
    told = [record.foot_rolls_rad for record, ahead in zip(records, forward, strict=True) if ahead]
    left, right = (_median_roll(told, foot) for foot in (Placement.LEFT_FOOT, Placement.RIGHT_FOOT))
    # Both must say so, or it is one odd foot. NaN is beyond no limit.
    if left > config.min_roll_rad and right < -config.min_roll_rad:
        text = "The sensors of the left and right foot seem to be swapped: each foot rolls as the other one does."
        yield Notice("feet.swapped", f"{text} If so, read left as right and right as left; all else holds.")


def _median_roll(rolls: Sequence[Mapping[Placement, float]], foot: Placement) -> float:
    known = [roll[foot] for roll in rolls if foot in roll and np.isfinite(roll[foot])]
    return float(np.median(known)) if known else float("nan")


def _cut(records: Sequence[RunRecord]) -> Iterator[Notice]:
    for number, record in enumerate(records, start=1):
        # A piece cut from the middle of a run was meant so.
        if {"cut_start", "cut_end"} <= set(record.troubles):
            continue
        if "cut_end" in record.troubles:
            text = f"The recording ended during run {number}: its top speed and end cannot be told."
            yield Notice("run.cut_end", f"{text} Record until the athlete has stopped.", run=number)
        if "cut_start" in record.troubles:
            text = f"The recording began during run {number}: its start and first steps cannot be told."
            yield Notice("run.cut_start", f"{text} Start recording before the first run.", run=number)
