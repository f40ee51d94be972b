"""One sensor on an even time grid: what every detector works on."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from analyzer.model import Bools, Floats, Placement, SensorStream, clipped_samples
from analyzer.signal.filters import bridged
from analyzer.signal.saturation import known_range
from analyzer.units import G_M_S2

__all__ = ["GridSignals", "on_grid"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class GridSignals:
    """Samples of one sensor at even times, lost ones bridged and marked.

    Attributes
    ----------
    placement : Placement
    start_s, rate_hz : float
        Time of the first sample and samples per second, measured from the sample times.
    acc_m_s2, gyr_rad_s : (n, 3) float array
        Sensor frame, no NaN. A sensor without gyroscope has zeros and `has_gyroscope` False.
    lost : (n,) bool array
        Samples that did not arrive: their values are straight bridges.
    clipped : (n, 6) bool array
        Samples at full scale.
    acc_range_m_s2, gyr_range_rad_s : float
        Full scales, inferred where they were not stated, NaN where the signal never reached one.
    has_gyroscope : bool
    """

    placement: Placement
    start_s: float
    rate_hz: float
    acc_m_s2: Floats
    gyr_rad_s: Floats
    lost: Bools
    clipped: Bools
    acc_range_m_s2: float
    gyr_range_rad_s: float
    has_gyroscope: bool

    @property
    def n_samples(self) -> int:
        """Number of samples on the grid."""
        return len(self.acc_m_s2)

    @property
    def time_s(self) -> Floats:
        """Time of every sample, (n,)."""
        return self.start_s + np.arange(self.n_samples) / self.rate_hz

    def up_to(self, stop: int, longest_s: float) -> Self:
        """Return the last samples before an index, at most so many seconds of them."""
        stop = min(stop, self.n_samples)
        start = max(0, stop - round(longest_s * self.rate_hz))
        part = slice(start, stop)
        return replace(
            self,
            start_s=self.start_s + start / self.rate_hz,
            acc_m_s2=self.acc_m_s2[part],
            gyr_rad_s=self.gyr_rad_s[part],
            lost=self.lost[part],
            clipped=self.clipped[part],
        )

    def to_time(self, index: Floats) -> Floats:
        """Return the time of (fractional) sample indices; NaN stays NaN."""
        return self.start_s + np.asarray(index, dtype=np.float64) / self.rate_hz

    def to_index(self, time_s: float) -> int:
        """Return the nearest sample index, inside the grid."""
        return int(np.clip(round((time_s - self.start_s) * self.rate_hz), 0, self.n_samples - 1))


def on_grid(stream: SensorStream) -> GridSignals:
    """Return a stream on an even grid of its own mean rate.

    Sample times come from the sensor; the grid spans them from first to last, so that the rate is measured and not
    nominal. Values between samples are interpolated straight, which at the jitter of sensor clocks is a shift of a
    small part of a sample.

    Parameters
    ----------
    stream : SensorStream
        At least two samples; missing rows have been marked as NaN before.

    Returns
    -------
    GridSignals
    """
    stream = _thinned(stream)
    times = stream.time_s
    # The median ignores holes and so counts the samples right; the rate then follows from the whole span.
    period_s = float(np.median(np.diff(times)))
    n_grid = round((times[-1] - times[0]) / period_s) + 1
    rate_hz = (n_grid - 1) / float(times[-1] - times[0])
    grid_s = times[0] + np.arange(n_grid) / rate_hz
    even = n_grid == len(times) and bool(np.abs(grid_s - times).max() < EVEN_S)
    has_gyroscope = stream.has_gyroscope
    # Column by column in memory, whatever the source: detectors walk along one axis at a time.
    acc, acc_lost = bridged(np.asfortranarray(stream.acc_m_s2))
    gyr, gyr_lost = bridged(np.asfortranarray(stream.gyr_rad_s))
    # What a sensor does not have is NaN in every row: that is no loss, and `bridged` has made zeros of it.
    lost = acc_lost | gyr_lost if has_gyroscope else acc_lost
    acc_range = known_range(stream.acc_range_m_s2, stream.acc_m_s2, LEAST_ACC_RANGE_M_S2)
    gyr_range = known_range(stream.gyr_range_rad_s, stream.gyr_rad_s, LEAST_GYR_RANGE_RAD_S)
    clipped = stream.clipped | clipped_samples(stream.acc_m_s2, stream.gyr_rad_s, acc_range, gyr_range)
    # Samples that lie on the grid pass bit by bit.
    if not even:
        acc, gyr = _interpolated(grid_s, times, acc), _interpolated(grid_s, times, gyr)
        # Marks cannot be interpolated: each grid time takes those of the sample within half a period of it.
        nearest = np.clip(np.searchsorted(times, grid_s - 0.5 * period_s), 0, len(times) - 1)
        lost, clipped = lost[nearest], clipped[nearest]
    return GridSignals(
        stream.placement,
        float(times[0]),
        rate_hz,
        acc,
        gyr,
        lost,
        clipped,
        acc_range,
        gyr_range,
        has_gyroscope,
    )


MOST_HZ = 500.0
"""A foot's motion ends well below half of this; faster sensors only make more work, and their neighbours' mean less
noise."""


def _thinned(stream: SensorStream) -> SensorStream:
    """Return the stream with neighbouring samples made one by their mean where the sensor is faster than `MOST_HZ`.

    The mean keeps every integral. What touches a lost sample is lost, what touches a clipped one clipped.
    """
    together = int(np.ceil(stream.rate_hz / (MOST_HZ * (1.0 + RATE_TOLERANCE))))
    if together < 2:
        return stream
    stop = stream.n_samples // together * together

    def mean(rows: Floats) -> Floats:
        return np.asarray(sum(rows[first:stop:together] for first in range(together)) / together)

    return replace(
        stream,
        time_s=mean(stream.time_s),
        acc_m_s2=mean(stream.acc_m_s2),
        gyr_rad_s=mean(stream.gyr_rad_s),
        clipped=np.logical_or.reduce([stream.clipped[first:stop:together] for first in range(together)]),
    )


RATE_TOLERANCE = 0.02
"""Sensors run a little faster or slower than they say."""

LEAST_ACC_RANGE_M_S2 = 1.9 * G_M_S2
LEAST_GYR_RANGE_RAD_S = np.radians(240.0)
"""Just below the smallest full scales on the market, 2 g and 250 deg/s."""

EVEN_S = 1e-7
"""Times this close to the grid are on it: sensor clocks tick in microseconds."""


def _interpolated(grid_s: Floats, times_s: Floats, values: Floats) -> Floats:
    return np.stack([np.interp(grid_s, times_s, column) for column in values.T]).T
