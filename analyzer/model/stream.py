"""The samples of one sensor."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analyzer.checks import checked_range, checked_times, checked_vectors
from analyzer.errors import InputError, SignalQualityError
from analyzer.model.placement import FrameOfReference, Placement

__all__ = ["Bools", "Floats", "Indices", "SensorStream", "clipped_samples"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Indices = NDArray[np.intp]

CLIP_SHARE = 0.98
"""Share of full scale from which a sample counts as clipped: less than 1, as some sensors filter after clipping."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SensorStream:
    """The samples of one sensor; a block of a live stream is a short stream.

    Attributes
    ----------
    placement : Placement
    time_s : (n,) float array
        Strictly rising. One clock for all sensors of a recording.
    acc_m_s2, gyr_rad_s : (n, 3) float array
        Specific force and angular rate in `frame`; NaN = lost, or a signal the sensor does not have.
    acc_range_m_s2, gyr_range_rad_s : float
        Full scales, NaN where unknown.
    clipped : (n, 6) bool array
        Samples at full scale: accelerometer x, y, z, gyroscope x, y, z.
    frame : FrameOfReference
    """

    placement: Placement
    time_s: Floats
    acc_m_s2: Floats
    gyr_rad_s: Floats
    acc_range_m_s2: float
    gyr_range_rad_s: float
    clipped: Bools
    frame: FrameOfReference = FrameOfReference.SENSOR

    def __repr__(self) -> str:
        return f"SensorStream({self.placement.value}, {self.n_samples} samples, {self.rate_hz:.1f} Hz)"

    def __post_init__(self) -> None:
        # Blocks and windows share their samples instead of copying them, so nobody may write to any.
        for array in (self.time_s, self.acc_m_s2, self.gyr_rad_s, self.clipped):
            array.setflags(write=False)

    @classmethod
    def from_arrays(
        cls,
        placement: Placement,
        signals: Mapping[str, Any],
        *,
        whole: bool = True,
    ) -> Self:
        """Build a stream from arrays, checking them.

        Parameters
        ----------
        placement : Placement
        signals : mapping
            ``time_s (n,)``, ``acc_m_s2 (n, 3)``; optionally ``gyr_rad_s (n, 3)``, ``acc_range_m_s2``,
            ``gyr_range_rad_s`` and ``clipped (n, 6)``. Arrays are copied.
        whole : bool
            Check also what only a whole recording must fulfil: length, rate, not all NaN.

        Returns
        -------
        SensorStream

        Raises
        ------
        InputError
            A key, shape or value is wrong.
        SignalQualityError
            Too short, too slow, or all NaN.
        """
        name = placement.value
        if not isinstance(signals, Mapping):
            raise InputError(f"{name}: expected a mapping with time_s and acc_m_s2, got {type(signals).__name__}")
        _check_keys(name, signals)
        times = checked_times(name, signals["time_s"], whole=whole)
        acc = checked_vectors(name, "acc_m_s2", signals["acc_m_s2"], times.size)
        gyr = checked_vectors(name, "gyr_rad_s", signals.get("gyr_rad_s"), times.size)
        acc_range = checked_range(name, "acc_range_m_s2", signals.get("acc_range_m_s2"))
        gyr_range = checked_range(name, "gyr_range_rad_s", signals.get("gyr_range_rad_s"))
        if whole and np.isnan(acc).all() and np.isnan(gyr).all():
            raise SignalQualityError(f"{name}: every sample is NaN; the sensor gave no data: leave it out or check it")
        # Either suffices: a sensor may report clipping that no sample shows.
        clipped = clipped_samples(acc, gyr, acc_range, gyr_range)
        if signals.get("clipped") is not None:
            clipped |= _as_mask(name, signals["clipped"], times.size)
        return cls(placement, times, acc, gyr, acc_range, gyr_range, clipped)

    @property
    def n_samples(self) -> int:
        """Number of samples, lost ones included."""
        return int(self.time_s.size)

    @property
    def has_gyroscope(self) -> bool:
        """Whether any angular rate is there at all."""
        return bool(np.isfinite(self.gyr_rad_s).any())

    @property
    def rate_hz(self) -> float:
        """Sampling rate from the sample times; NaN for fewer than two samples."""
        # The median step is the sensor's own, whatever is lost or late.
        return 1.0 / float(np.median(np.diff(self.time_s))) if self.n_samples > 1 else float("nan")

    def between(self, start_s: float, stop_s: float) -> Self:
        """Return the samples with ``start_s <= time_s < stop_s``."""
        # Both from the left: windows that touch share no sample.
        first, last = np.searchsorted(self.time_s, [start_s, stop_s])
        return self.rows(int(first), int(last))

    def rows(self, start: int, stop: int) -> Self:
        """Return the samples of a half-open range of rows."""
        part = slice(start, stop)
        return type(self)(
            self.placement,
            self.time_s[part],
            self.acc_m_s2[part],
            self.gyr_rad_s[part],
            self.acc_range_m_s2,
            self.gyr_range_rad_s,
            self.clipped[part],
            self.frame,
        )

    def at_times(self, time_s: Floats) -> Self:
        """Return the same samples at other times, such as those of another clock."""
        return replace(self, time_s=time_s)

    @classmethod
    def joined(cls, blocks: Sequence[Self]) -> Self:
        """Return blocks of one sensor, in time order, as one stream.

        Raises
        ------
        InputError
            No block at all, or blocks that overlap in time.
        """
        if not blocks:
            raise InputError("no samples to join")
        last = blocks[-1]
        # Nobody may write to it, so it needs no copy.
        if len(blocks) == 1:
            return last
        times = np.concatenate([block.time_s for block in blocks])
        return cls(
            last.placement,
            checked_times(last.placement.value, times, whole=False),
            np.concatenate([block.acc_m_s2 for block in blocks]),
            np.concatenate([block.gyr_rad_s for block in blocks]),
            # Of the newest block; what is clipped was marked with the range of its own time.
            last.acc_range_m_s2,
            last.gyr_range_rad_s,
            np.concatenate([block.clipped for block in blocks]),
            last.frame,
        )


def clipped_samples(acc_m_s2: Floats, gyr_rad_s: Floats, acc_range_m_s2: float, gyr_range_rad_s: float) -> Bools:
    """Return which samples sit at full scale.

    Parameters
    ----------
    acc_m_s2, gyr_rad_s : (n, 3) float array
    acc_range_m_s2, gyr_range_rad_s : float
        Full scales; NaN (unknown) marks nothing.

    Returns
    -------
    (n, 6) bool array
        Lost samples are not clipped.
    """
    clipped = np.zeros((len(acc_m_s2), 6), dtype=np.bool_, order="F")
    for column in range(3):
        # A comparison with NaN is False: unknown ranges and lost samples fall out by themselves.
        np.greater_equal(np.abs(acc_m_s2[:, column]), CLIP_SHARE * acc_range_m_s2, out=clipped[:, column])
        np.greater_equal(np.abs(gyr_rad_s[:, column]), CLIP_SHARE * gyr_range_rad_s, out=clipped[:, 3 + column])
    return clipped


def _as_mask(name: str, clipped: ArrayLike, n_samples: int) -> Bools:
    mask = np.array(clipped, dtype=np.bool_)
    if mask.shape != (n_samples, 6):
        raise InputError(f"{name}: clipped must have shape ({n_samples}, 6), got {mask.shape}")
    return mask


_REQUIRED = frozenset({"time_s", "acc_m_s2"})
_OPTIONAL = frozenset({"gyr_rad_s", "acc_range_m_s2", "gyr_range_rad_s", "clipped"})


def _check_keys(name: str, signals: Mapping[str, Any]) -> None:
    missing = _REQUIRED - signals.keys()
    if missing:
        raise InputError(f"{name}: {', '.join(sorted(missing))} missing; a sensor needs time_s and acc_m_s2")
    unknown = signals.keys() - _REQUIRED - _OPTIONAL
    if unknown:
        raise InputError(
            f"{name}: unknown {', '.join(sorted(unknown))}; known are {', '.join(sorted(_REQUIRED | _OPTIONAL))}"
        )
