"""Many vectors at once: sizes, and parts along an axis.

Column by column: the usual row-wise calls take several times as long on rows of three. The sums are always made in
the same order, so a result does not depend on how many rows are worked on together.
"""

from collections.abc import Iterator

import numpy as np

from analyzer.model import Floats

__all__ = ["along", "crossed", "parts", "sizes"]


def sizes(vectors: Floats) -> Floats:
    """Return the length of each vector.

    Parameters
    ----------
    vectors : (n, ..., 3) float array

    Returns
    -------
    (n, ...) float array
        NaN where any component is.

    Examples
    --------
    >>> sizes(np.array([[3.0, 0.0, 4.0], [0.0, 0.0, 0.0]]))
    array([5., 0.])
    """
    out = np.empty(vectors.shape[:-1])
    for part in parts(len(vectors)):
        x, y, z = (vectors[part, ..., axis] for axis in range(3))
        np.sqrt(x * x + y * y + z * z, out=out[part])
    return out


def along(vectors: Floats, axis: Floats) -> Floats:
    """Return the part of each vector along an axis.

    Parameters
    ----------
    vectors : (n, ..., 3) float array
    axis : (3,) float array

    Returns
    -------
    (n, ...) float array
    """
    out = np.empty(vectors.shape[:-1])
    for part in parts(len(vectors)):
        x, y, z = (vectors[part, ..., component] for component in range(3))
        out[part] = x * axis[0] + y * axis[1] + z * axis[2]
    return out


def parts(n: int) -> Iterator[slice]:
    """Return slices of a long signal whose intermediate results stay in the processor's cache."""
    return (slice(start, min(start + PART, n)) for start in range(0, n, PART))


PART = 8192
"""Samples of a part."""


def crossed(left: Floats, right: Floats) -> Floats:
    """Return cross products, (..., 3) of two such arrays that fit each other by broadcasting."""
    a, b, c = (left[..., axis] for axis in range(3))
    d, e, f = (right[..., axis] for axis in range(3))
    return np.moveaxis(np.stack([b * f - c * e, c * d - a * f, a * e - b * d]), 0, -1)
