"""What strides integrate to: the part of their solution that looks at every sample."""

from dataclasses import dataclass, fields

import numpy as np

from analyzer.gait.foot.motion import FootMotion
from analyzer.model import Floats, Indices

__all__ = ["StrideIntegrals", "integrate_strides"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class StrideIntegrals:
    """What m strides integrate to in the drifting world: all of a stride's samples that its solution needs.

    Lost impulses are taken as one, at `impulse_arm_s` before the end; `spread_sd_m` is what that leaves out of the way
    where clipped stretches lie apart.

    Attributes
    ----------
    first, last : (m,) int array
        Stillest instants at which strides begin and end.
    duration_s : (m,) float array
    once_m_s, twice_m : (m, 3) float array
        Once and twice integrated specific force.
    impulse_sd_m_s, impulse_arm_s, spread_sd_m : (m,) float array
    """

    first: Indices
    last: Indices
    duration_s: Floats
    once_m_s: Floats
    twice_m: Floats
    impulse_sd_m_s: Floats
    impulse_arm_s: Floats
    spread_sd_m: Floats


DOUBT_SPAN_S = 0.01
"""Errors of neighbouring clipped samples hang together over about the length of an impact."""


def integrate_strides(
    motion: FootMotion, first: Indices, last: Indices, known: StrideIntegrals | None = None
) -> StrideIntegrals:
    """Return what strides integrate to.

    Parameters
    ----------
    motion : FootMotion
    first, last : (m,) int array
        Stillest instants at which strides begin and end; ``last > first``, in order of time.
    known : StrideIntegrals, optional
        Of the same motion: strides that are among them are not integrated again.

    Returns
    -------
    StrideIntegrals
    """
    if known is None or not len(known.first):
        return _integrals(motion, first, last)
    row = np.minimum(np.searchsorted(known.first, first), len(known.first) - 1)
    new = np.flatnonzero((known.first[row] != first) | (known.last[row] != last))
    fresh = _integrals(motion, first[new], last[new])
    columns = {}
    for name in (field.name for field in fields(StrideIntegrals)):
        columns[name] = getattr(known, name)[row]
        columns[name][new] = getattr(fresh, name)
    return StrideIntegrals(**columns)


def _integrals(motion: FootMotion, first: Indices, last: Indices) -> StrideIntegrals:
    step_s = 1.0 / motion.rate_hz
    duration: Floats = np.asarray((last - first) * step_s, dtype=np.float64)
    place = np.arange(len(motion.force_m_s2), dtype=np.float64)
    moments = [_moments(column, place, first, last, step_s) for column in motion.force_m_s2.T]
    once, twice = (np.stack(parts, axis=1) for parts in zip(*moments, strict=True))
    total, arm = _moments(motion.doubt_m2_s4, place, first, last, step_s)
    # Never quite zero: a stride without a clipped sample keeps a solvable equation for its lost impulse.
    sd = np.sqrt(total * DOUBT_SPAN_S) + 1e-3
    arm_s = np.divide(arm, total, out=np.zeros_like(total), where=total > 0)
    spread = np.zeros_like(total)
    doubted = total > 0
    # Not for none: reduceat refuses that.
    if doubted.any():
        spread[doubted] = _spread(motion.doubt_m2_s4, first[doubted], last[doubted], step_s)
    return StrideIntegrals(first, last, duration, once, twice, sd, arm_s, np.sqrt(spread * DOUBT_SPAN_S))


def _moments(values: Floats, place: Floats, first: Indices, last: Indices, step_s: float) -> tuple[Floats, Floats]:
    """Integral and double integral (trapezoids) of a signal (n,) from `first` to `last`, each (m,).

    `place` are the numbers of its samples.
    """
    total = _sums(values, first, last)
    left = last * total - _sums(place * values, first, last)
    opening, closing, n = values[first], values[last], last - first
    # Each sample counts as often as it is summed up again after it; half as much at the ends of a trapezoid.
    twice = left - (0.5 * n + 0.25) * opening + 0.25 * closing
    return step_s * (total + 0.5 * (closing - opening)), step_s**2 * twice


def _spread(doubt: Floats, first: Indices, last: Indices, step_s: float) -> Floats:
    """Return the doubt's second moment about its own middle in each stride, (m,); each must hold some."""
    n = last - first + 1
    # The strides' samples one after the other, counted from the start of each: far from it squares lose digits.
    begins = np.cumsum(n) - n
    place = np.arange(n.sum()) - np.repeat(begins, n)
    weight = doubt[place + np.repeat(first, n)]
    # Ends of a trapezoid.
    weight *= np.where((place == 0) | (place == np.repeat(n - 1, n)), 0.5, 1.0)
    zero = np.add.reduceat(weight, begins)
    weight *= place
    one = np.add.reduceat(weight, begins)
    weight *= place
    two = np.add.reduceat(weight, begins)
    return np.asarray(np.maximum(two - one**2 / zero, 0.0) * step_s**3)


def _sums(values: Floats, first: Indices, last: Indices) -> Floats:
    """Sum a signal over half-open ranges; each must hold a sample."""
    if not len(first):
        return np.empty(0)
    # Between the ranges asked for, reduceat also sums those from one's end to the next one's beginning.
    return np.asarray(np.add.reduceat(values, np.column_stack([first, last]).ravel())[::2])
