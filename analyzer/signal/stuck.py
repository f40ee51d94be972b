"""Stretches in which an axis of a sensor repeats one number while the sensor moves: it is broken."""

from dataclasses import dataclass, replace

import numpy as np

from analyzer.model import Bools, Floats, SensorStream

__all__ = ["StuckConfig", "stuck_samples", "with_stuck_lost"]


@dataclass(frozen=True, slots=True)
class StuckConfig:
    """When an axis counts as stuck.

    Attributes
    ----------
    shortest_s : float
        Repeats for this long: an axis at its limit, or one that a swing does not turn, repeats for a twentieth of it.
    moving_rad_s, moving_m_s2 : float
        So much any other axis changes meanwhile, as a standard deviation: beyond sway, which a coarse sensor may round
        to one number.
    dead_s : float
        All axes together: longer than a stand rounded to whole numbers stays the same, short of a rest.
    """

    shortest_s: float = 1.0
    moving_rad_s: float = 1.0
    moving_m_s2: float = 3.0
    dead_s: float = 5.0


def stuck_samples(stream: SensorStream, config: StuckConfig | None = None) -> Bools:
    """Return which axes are stuck when.

    Parameters
    ----------
    stream : SensorStream
    config : StuckConfig, optional

    Returns
    -------
    (n, 6) bool array
        Accelerometer x, y, z, gyroscope x, y, z. A sensor without gyroscope is left alone: some recordings leave an
        axis of such a sensor out, and what is told from it does not ask for all three.
    """
    config = config or StuckConfig()
    stuck = np.zeros((stream.n_samples, 6), dtype=np.bool_)
    if not stream.has_gyroscope or stream.n_samples < 3:
        return stuck
    columns = [*stream.acc_m_s2.T, *stream.gyr_rad_s.T]
    for axis, column in enumerate(columns):
        for start, stop in _repeats(column, stream.time_s, config.shortest_s):
            part = slice(start, stop)
            dead = stream.time_s[stop - 1] - stream.time_s[start] >= config.dead_s and all(
                np.ptp(other[part]) == 0 for other in columns
            )
            stuck[part, axis] = dead or _moves(columns, axis, part, config)
    return stuck


def with_stuck_lost(stream: SensorStream, config: StuckConfig | None = None) -> SensorStream:
    """Return the stream with all of a sample lost where an axis is stuck; the very same if none is.

    One axis missing turns the way up and the way ahead: what the others say means nothing without it.
    """
    lost: Bools = np.asarray(stuck_samples(stream, config).any(axis=1))
    if not lost.any():
        return stream
    acc, gyr = (np.where(lost[:, None], np.nan, rows) for rows in (stream.acc_m_s2, stream.gyr_rad_s))
    return replace(stream, acc_m_s2=np.asfortranarray(acc), gyr_rad_s=np.asfortranarray(gyr))


def _repeats(column: Floats, time_s: Floats, shortest_s: float) -> list[tuple[int, int]]:
    """Return the half-open ranges over which one number repeats for long enough; NaN repeats nothing."""
    same: Bools = np.asarray(np.equal(column[1:], column[:-1]))
    # Cheap first: hardly any column has two equal neighbours.
    if not same.any():
        return []
    edges = np.flatnonzero(np.diff(np.concatenate([[False], same, [False]]).astype(np.int8)))
    starts, stops = edges[::2], edges[1::2] + 1
    long = time_s[stops - 1] - time_s[starts] >= shortest_s
    return list(zip(starts[long].tolist(), stops[long].tolist(), strict=True))


def _moves(columns: list[Floats], axis: int, part: slice, config: StuckConfig) -> bool:
    """Return whether any of the other axes moves meanwhile."""
    limits = [config.moving_m_s2] * 3 + [config.moving_rad_s] * 3
    others = [
        (column[part], limit)
        for index, (column, limit) in enumerate(zip(columns, limits, strict=True))
        if index != axis
    ]
    # Lost samples have no say; a column of them alone does not move.
    return any(float(np.nanstd(other)) > limit for other, limit in others if np.isfinite(other).any())
