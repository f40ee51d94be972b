"""Checks of arrays that come from outside, each with an error that says what to do."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analyzer.errors import InputError, SignalQualityError

__all__ = ["checked_range", "checked_times", "checked_vectors", "unit_doubts"]

MIN_RATE_HZ = 60.0
"""Slowest usable sensor: below it one sprint contact (about 0.1 s) has fewer than six samples."""

LEAST_RATE_HZ = 0.995 * MIN_RATE_HZ
"""Where a rate is refused: a sensor that is sold as 60 Hz may run half a percent slower."""

MIN_SAMPLES = 16
"""Fewer samples are no recording: a quarter of a second at the slowest usable rate."""

SLOWEST_CLOCK_HZ = 5.0
"""No motion sensor is this slow: the times are probably in another unit."""

TIE_FREE_STEP_S = 1e-7
"""Times must rise by more than this; the finest sensor clocks in use tick in microseconds."""


def checked_times(name: str, time_s: ArrayLike, *, whole: bool) -> NDArray[np.float64]:
    """Return sample times as a float array, or say why they cannot be used.

    Parameters
    ----------
    name : str
        The sensor, for the message.
    time_s : (n,) array_like
        Seconds, strictly rising.
    whole : bool
        A whole recording must also be long and fast enough; a block of one need not.

    Returns
    -------
    (n,) float array

    Raises
    ------
    InputError
        Wrong shape, not finite, not rising.
    SignalQualityError
        Too few samples or a rate below 60 Hz (`whole` only).
    """
    times = _as_floats(name, "time_s", time_s)
    if times.ndim != 1:
        raise InputError(f"{name}: time_s must have shape (n,), got {times.shape}; pass one time per sample")
    # Also keeps the rate, a median of steps, from being asked of nothing.
    if whole and times.size < MIN_SAMPLES:
        raise SignalQualityError(
            f"{name}: {times.size} sample(s) are too few to find a run in; record at least the run and 3 s of stand"
        )
    if not np.isfinite(times).all():
        raise InputError(f"{name}: time_s holds values that are not finite; every sample needs its time")
    _check_rising(name, times)
    if whole:
        _check_rate(name, times)
    return times


def checked_vectors(name: str, field: str, values: ArrayLike | None, n_samples: int) -> NDArray[np.float64]:
    """Return (n, 3) samples as floats, or say why they cannot be used.

    Parameters
    ----------
    name, field : str
        The sensor and the signal, for the message.
    values : (n, 3) array_like or None
        NaN marks a lost sample; None stands for a signal that the sensor does not have.
    n_samples : int
        The n that is expected.

    Returns
    -------
    (n, 3) float array
        All NaN where `values` is None.

    Raises
    ------
    InputError
        The shape is another one, or a value is infinite.
    """
    if values is None:
        return np.full((n_samples, 3), np.nan)
    vectors = _as_floats(name, field, values)
    if vectors.shape != (n_samples, 3):
        raise InputError(
            f"{name}: {field} must have shape ({n_samples}, 3) to match time_s, got {vectors.shape}; "
            "pass one row x, y, z per sample"
        )
    if np.isinf(vectors).any():
        raise InputError(f"{name}: {field} holds infinite values; mark lost samples with NaN")
    return vectors


def checked_range(name: str, field: str, value: float | None) -> float:
    """Return a full scale as a float, NaN where it is not known.

    Raises
    ------
    InputError
        Not a positive number.
    """
    if value is None:
        return np.nan
    if not isinstance(value, int | float | np.number):
        raise InputError(f"{name}: {field} must be a number, got {value!r}; give the full scale in SI units")
    # Some sources write NaN for unknown, others (last line) 0; an infinite full scale is an error.
    if np.isnan(value):
        return np.nan
    if not np.isfinite(value) or value < 0:
        raise InputError(f"{name}: {field} must be a positive full scale, got {value}; leave it out if unknown")
    return float(value) if value > 0 else np.nan


LEAST_MEDIAN_M_S2 = 2.0
"""A body at rest feels 9.8 m/s2, one in motion more: a median below a fifth of that is in another unit."""

MOST_RAD_S = 120.0
"""The fastest gyroscopes end at 4000 deg/s, 70 rad/s."""


def unit_doubts(acc_m_s2: NDArray[np.float64], gyr_rad_s: NDArray[np.float64]) -> list[str]:
    """Return what speaks against the units of samples, a sentence each.

    Parameters
    ----------
    acc_m_s2, gyr_rad_s : (n, 3) float array
        NaN = lost.

    Returns
    -------
    list of str
        Empty where the sizes are those of a worn sensor.
    """
    doubts = []
    size = np.sqrt(np.einsum("ij,ij->i", acc_m_s2, acc_m_s2))
    # Counted first: to sort a long recording takes longer than to count what is small in it.
    small = 2 * np.count_nonzero(size < LEAST_MEDIAN_M_S2) >= np.count_nonzero(np.isfinite(size)) > 0
    median = float(np.nanmedian(size)) if small else np.nan
    # All zero is a dead sensor, not a unit: nothing will be found in it.
    if 0 < median < LEAST_MEDIAN_M_S2:
        doubts.append(f"acceleration is {median:.2g} m/s2 in the median, which looks like g: multiply by 9.80665.")
    # fmax and fmin pass over NaN, and answer NaN where there is nothing else; that is not above the limit.
    if max(np.fmax.reduce(gyr_rad_s, axis=None), -np.fmin.reduce(gyr_rad_s, axis=None)) > MOST_RAD_S:
        doubts.append(f"angular rate goes beyond {MOST_RAD_S:.0f} rad/s, which looks like deg/s: multiply by pi / 180.")
    return doubts


def _as_floats(name: str, field: str, values: ArrayLike) -> NDArray[np.float64]:
    try:
        # Always a copy: streams lock their arrays, and the caller's must stay his to write. Column by column, as all
        # that follows walks along one axis at a time: rows of three take several times as long.
        return np.array(values, dtype=np.float64, order="F")
    except (TypeError, ValueError) as error:
        raise InputError(f"{name}: {field} is not an array of numbers ({error})") from error


def _check_rising(name: str, times: NDArray[np.float64]) -> None:
    steps = np.diff(times)
    if steps.size and steps.min() <= TIE_FREE_STEP_S:
        at = int(np.argmin(steps))
        raise InputError(
            f"{name}: time_s goes from {times[at]:.6f} to {times[at + 1]:.6f} s at sample {at + 1}; "
            "times must rise: sort the rows and drop repeats"
        )


def _check_rate(name: str, times: NDArray[np.float64]) -> None:
    steps_s = np.diff(times)
    # No step is too long, so neither is the median one: it takes long to find in a long recording.
    if steps_s.max() * LEAST_RATE_HZ <= 1.0:
        return
    # The median step: lost samples lengthen some, but the sensor is no slower for it.
    rate_hz = 1.0 / float(np.median(steps_s))
    if rate_hz < LEAST_RATE_HZ:
        unit = "; is time_s in seconds?" if rate_hz < SLOWEST_CLOCK_HZ else ""
        raise SignalQualityError(
            f"{name}: {rate_hz:.3g} Hz is too slow to see a ground contact of 0.1 s; "
            f"record at 200 Hz or faster (at least {MIN_RATE_HZ:.0f} Hz){unit}"
        )
