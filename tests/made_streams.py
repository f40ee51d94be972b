"""Sensor streams made by hand, for tests of what needs no athlete."""

from itertools import pairwise

import numpy as np

from analyzer.model import Placement, SensorStream
from analyzer.units import G_M_S2

LEFT, RIGHT, PELVIS = Placement.LEFT_FOOT, Placement.RIGHT_FOOT, Placement.PELVIS


def stream_of(placement: Placement, time_s, extra_m_s2=0.0, gyr_rad_s=None) -> SensorStream:
    """Return a stream whose specific force is gravity and something more, both along z; NaN marks lost samples."""
    time_s = np.array(time_s, dtype=float)
    acc = np.zeros((time_s.size, 3))
    acc[:, 2] = G_M_S2 + np.asarray(extra_m_s2)
    acc[np.isnan(acc[:, 2])] = np.nan
    return SensorStream.from_arrays(placement, {"time_s": time_s, "acc_m_s2": acc, "gyr_rad_s": gyr_rad_s}, whole=False)


def even_times(start_s: float, stop_s: float, rate_hz: float = 100.0) -> np.ndarray:
    """Return sample times, all on whole multiples of the period."""
    return np.arange(round(start_s * rate_hz), round(stop_s * rate_hz)) / rate_hz


def busy(placement: Placement, span_s, *bursts, level_m_s2: float = 40.0, rate_hz: float = 100.0) -> SensorStream:
    """Return a stream at rest but for bursts (from, to) of constant movement."""
    time_s = even_times(*span_s, rate_hz)
    extra = np.zeros(time_s.size)
    for start_s, stop_s in bursts:
        extra[(time_s >= start_s - 1e-9) & (time_s < stop_s - 1e-9)] = level_m_s2
    return stream_of(placement, time_s, extra)


def interleaved(streams, edges_s):
    """Yield blocks of all streams cut at the same times, in order of time."""
    edges = [-np.inf, *sorted(edges_s), np.inf]
    for start_s, stop_s in pairwise(edges):
        for stream in streams:
            block = stream.between(start_s, stop_s)
            if block.n_samples:
                yield block


def without(stream: SensorStream, *holes) -> SensorStream:
    """Return the stream with the samples of the holes (from, to) lost: NaN."""
    acc, gyr = stream.acc_m_s2.copy(), stream.gyr_rad_s.copy()
    for start_s, stop_s in holes:
        lost = (stream.time_s >= start_s) & (stream.time_s < stop_s)
        acc[lost], gyr[lost] = np.nan, np.nan
    signals = {
        "time_s": stream.time_s,
        "acc_m_s2": acc,
        "gyr_rad_s": gyr,
        "acc_range_m_s2": stream.acc_range_m_s2,
        "gyr_range_rad_s": stream.gyr_range_rad_s,
        "clipped": stream.clipped,
    }
    return SensorStream.from_arrays(stream.placement, signals, whole=False)
