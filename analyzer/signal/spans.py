"""Extremes and level crossings inside many short spans of one signal at once.

A span is a half-open range of samples ``start <= i < stop``, one per contact; all of them are looked at in one array
operation. A span that is empty, or leaves the signal, gives NaN or -1 and never a neighbour's sample.
"""

import numpy as np

from analyzer.model import Bools, Floats, Indices

__all__ = ["any_in", "first_below", "highest", "last_below", "lowest", "refined"]


def highest(values: Floats, start: Indices, stop: Indices) -> Indices:
    """Return where each span is highest.

    Parameters
    ----------
    values : (n,) float array
        No NaN.
    start, stop : (m,) int array

    Returns
    -------
    (m,) int array
        Sample index of the first maximum; -1 where the span is empty or leaves the signal.

    Examples
    --------
    >>> highest(np.array([0.0, 3.0, 1.0, 2.0]), np.array([0, 2, 3]), np.array([4, 4, 3]))
    array([ 1,  3, -1])
    """
    at, inside = _samples(len(values), start, stop)
    # Without a column argmax would raise.
    if at.shape[1] == 0:
        return np.full(len(start), -1)
    best = np.argmax(np.where(inside, values[at], -np.inf), axis=1)
    return np.where(inside.any(axis=1), start + best, -1)


def lowest(values: Floats, start: Indices, stop: Indices) -> Indices:
    """Return where each span is lowest; as `highest`, upside down."""
    return highest(-values, start, stop)


def first_below(values: Floats, start: Indices, stop: Indices, level: Floats) -> Floats:
    """Return where the signal first falls to a level.

    Parameters
    ----------
    values : (n,) float array
        No NaN.
    start, stop : (m,) int array
    level : (m,) float array

    Returns
    -------
    (m,) float array
        Fractional sample index, by a straight line from the sample before; NaN where it does not fall that far or
        lies below from the start.

    Examples
    --------
    >>> first_below(np.array([2.0, 1.0, 0.0]), np.array([0]), np.array([3]), np.array([0.5]))
    array([1.5])
    """
    at, inside = _samples(len(values), start, stop)
    below = inside & (values[at] <= level[:, None])
    if at.shape[1] == 0:
        return np.full(len(start), np.nan)
    found = start + np.argmax(below, axis=1)
    ok = below.any(axis=1) & (found > start)
    # NaN as the level says "not found"; the sample 0 is only something to read.
    return _between(values, np.where(ok, found - 1, 0), np.where(ok, level, np.nan))


def last_below(values: Floats, start: Indices, stop: Indices, level: Floats) -> Floats:
    """Return where the signal last rises from a level, before it stays above to the end of the span.

    Parameters
    ----------
    values : (n,) float array
        No NaN.
    start, stop : (m,) int array
    level : (m,) float array

    Returns
    -------
    (m,) float array
        Fractional sample index, by a straight line to the sample after; NaN where the span has no such rise.

    Examples
    --------
    >>> last_below(np.array([0.0, 1.0, 0.0, 2.0]), np.array([0]), np.array([4]), np.array([0.5]))
    array([2.25])
    """
    at, inside = _samples(len(values), start, stop)
    below = inside & (values[at] <= level[:, None])
    if at.shape[1] == 0:
        return np.full(len(start), np.nan)
    # Rows are as wide as the longest span; past its own end a row is False, so its last True lies inside.
    found = start + at.shape[1] - 1 - np.argmax(below[:, ::-1], axis=1)
    # Below on its very last sample, a span has no rise left.
    ok = below.any(axis=1) & (found < stop - 1)
    return _between(values, np.where(ok, found, 0), np.where(ok, level, np.nan))


def refined(values: Floats, index: Indices) -> Floats:
    """Return extremes between samples: the vertex of the parabola through an extreme sample and its neighbours.

    Parameters
    ----------
    values : (n,) float array
    index : (m,) int array
        Extreme samples; -1 for none.

    Returns
    -------
    (m,) float array
        Fractional index, at most one sample from `index`; NaN for none.

    Examples
    --------
    >>> refined(-((np.arange(5.0) - 2.25) ** 2), np.array([2]))
    array([2.25])
    """
    if len(values) < 3:
        return np.where(index < 0, np.nan, index.astype(np.float64))
    middle = np.clip(index, 1, len(values) - 2)
    before, here, after = values[middle - 1], values[middle], values[middle + 1]
    bend = before - 2.0 * here + after
    # Three equal samples have their vertex anywhere: they stay where they are.
    shift = 0.5 * (before - after) / np.where(bend == 0.0, np.inf, bend)
    # A vertex further off means that the sample is no extreme.
    inner = (middle == index) & (np.abs(shift) <= 1.0)
    return np.where(index < 0, np.nan, index + np.where(inner, shift, 0.0))


def any_in(mask: Bools, start: Indices, stop: Indices) -> Bools:
    """Return whether a mask is true anywhere in each span; spans are cut to the signal."""
    count = np.concatenate([[0], np.cumsum(mask)])
    first, last = np.clip(start, 0, len(mask)), np.clip(stop, 0, len(mask))
    # By a running count, spans of any length cost the same; the maximum keeps an inverted one empty.
    return np.asarray(count[np.maximum(first, last)] > count[first])


def _samples(n_samples: int, start: Indices, stop: Indices) -> tuple[Indices, Bools]:
    """Return sample indices, one row a span, all inside the signal, and which of them the span really holds."""
    # Not cut to the signal: the extreme of what is left of a span may be another one.
    whole = (start >= 0) & (stop <= n_samples)
    length = np.where(whole, np.maximum(stop - start, 0), 0)
    offset = np.arange(int(length.max(initial=0)))
    inside = offset[None, :] < length[:, None]
    at = np.clip(start[:, None] + offset[None, :], 0, max(n_samples - 1, 0)).astype(np.intp)
    return at, inside


def _between(values: Floats, before: Indices, level: Floats) -> Floats:
    after = np.minimum(before + 1, len(values) - 1)
    rise = values[after] - values[before]
    share = (level - values[before]) / np.where(rise == 0.0, np.inf, rise)
    return np.asarray(before + np.where(np.isnan(level), np.nan, np.clip(share, 0.0, 1.0)), dtype=np.float64)
