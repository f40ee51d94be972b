"""Orientation by strap-down: from angular rate alone, no accelerometer feedback while running.

Quaternions are ``(w, x, y, z)``, unit length, and rotate sensor vectors into the world: ``v_world = q v q*``.
"""

from math import factorial

import numpy as np
from numpy.typing import NDArray

from analyzer.model import Floats
from analyzer.signal.vectors import crossed, parts

__all__ = ["integrate_rate", "matrices", "rotated", "tilt_from_gravity"]


def integrate_rate(gyr_rad_s: Floats, step_s: float) -> Floats:
    """Return the rotation since the first sample.

    Parameters
    ----------
    gyr_rad_s : (n, 3) float array
        Angular rate in the sensor frame, bias removed, no NaN, evenly sampled.
    step_s : float
        Seconds between samples.

    Returns
    -------
    (n, 4) float array
        Unit quaternions; the first is the identity.

    Notes
    -----
    Trapezoid of the rate with the coning term of [bortz1971], which matters at 200 Hz in a sprint. The running
    product is taken over neighbouring pairs, over pairs of pairs and so on: a loop over levels and not over samples.

    Examples
    --------
    >>> turn = np.tile([0.0, 0.0, np.pi], (101, 1))
    >>> np.round(integrate_rate(turn, 0.01)[-1], 6)
    array([0., 0., 0., 1.])
    """
    n_steps = len(gyr_rad_s) - 1
    if n_steps < 1:
        return np.tile([1.0, 0.0, 0.0, 0.0], (len(gyr_rad_s), 1))
    turns = np.empty((2, n_steps + 1), dtype=np.complex128)
    turns[:, 0] = [1.0, 0.0]
    for part in parts(n_steps):
        before, after = gyr_rad_s[:-1][part], gyr_rad_s[1:][part]
        angle = 0.5 * step_s * (before + after) + step_s**2 / 12.0 * crossed(before, after)
        _from_rotation_vector(angle.T, turns[:, 1:][:, part])
    _multiply_up(turns)
    return _as_components(turns)


def matrices(quaternions: Floats) -> Floats:
    """Return rotation matrices.

    Parameters
    ----------
    quaternions : (n, 4) float array

    Returns
    -------
    (n, 3, 3) float array
        ``matrices(q) @ v`` turns a sensor vector into the world.
    """
    axes = np.broadcast_to(np.eye(3)[:, None], (3, len(quaternions), 3))
    return np.stack([rotated(quaternions, axis) for axis in axes], axis=2)


def rotated(quaternions: Floats, vectors: Floats) -> Floats:
    """Return vectors turned by quaternions.

    Parameters
    ----------
    quaternions : (n, 4) float array
    vectors : (n, 3) float array

    Returns
    -------
    (n, 3) float array

    Examples
    --------
    >>> half_turn_about_z = np.array([[0.0, 0.0, 0.0, 1.0]])
    >>> rotated(half_turn_about_z, np.array([[1.0, 2.0, 3.0]]))
    array([[-1., -2.,  3.]])
    """
    out = np.empty((3, len(quaternions)))
    for part in parts(len(quaternions)):
        w, x, y, z = quaternions[part].T
        vx, vy, vz = vectors[part].T
        # v + 2 w (q x v) + 2 q x (q x v), written out: a general cross product takes several times as long.
        cx, cy, cz = 2 * (y * vz - z * vy), 2 * (z * vx - x * vz), 2 * (x * vy - y * vx)
        out[0, part] = vx + w * cx + y * cz - z * cy
        out[1, part] = vy + w * cy + z * cx - x * cz
        out[2, part] = vz + w * cz + x * cy - y * cx
    return out.T


def tilt_from_gravity(up: Floats) -> Floats:
    """Return the smallest rotation that turns each direction onto the vertical.

    Parameters
    ----------
    up : (3,) or (m, 3) float array
        Measured upward directions in the sensor frame, any length but zero.

    Returns
    -------
    (3, 3) or (m, 3, 3) float array
        Rotation matrices; heading is left open.

    Examples
    --------
    >>> np.round(tilt_from_gravity(np.array([9.81, 0.0, 0.0])) @ [1.0, 0.0, 0.0], 6)
    array([0., 0., 1.])
    """
    unit = np.atleast_2d(up) / np.linalg.norm(np.atleast_2d(up), axis=1, keepdims=True)
    # Half-angle form: well conditioned except for exactly upside down, which gets a half turn about x.
    quaternions = np.column_stack([1.0 + unit[:, 2], unit[:, 1], -unit[:, 0], np.zeros(len(unit))])
    quaternions[quaternions[:, 0] < UPSIDE_DOWN] = [0.0, 1.0, 0.0, 0.0]
    found = matrices(quaternions / np.linalg.norm(quaternions, axis=1, keepdims=True))
    return found[0] if np.ndim(up) == 1 else found


UPSIDE_DOWN = 1e-9
"""Below this the half-angle form divides by nearly nothing."""


_Pairs = NDArray[np.complex128]
"""Quaternions as (2, n) complex numbers, ``(w + x i) + (y + z i) j``: a product is four complex ones."""


def _from_rotation_vector(angle: Floats, out: _Pairs) -> None:
    """Write the quaternions of rotation vectors (3, n)."""
    x, y, z = 0.5 * angle
    square = x * x + y * y + z * z
    # Their series are faster than the functions themselves, and need no division by a vanishing angle.
    small = float(square.max(initial=0.0)) <= LARGEST_SQUARE_RAD2
    half = np.sqrt(square)
    out[0].real = _series(square, _COSINE) if small else np.cos(half)
    share = _series(square, _SINE) if small else np.sinc(half / np.pi)
    out[0].imag, out[1].real, out[1].imag = share * x, share * y, share * z


LARGEST_SQUARE_RAD2 = 0.09
"""Half turns of a sample up to 0.3 rad, 120 rad/s at 200 Hz: there the series below are exact to the last digit."""

_COSINE = tuple((-1.0) ** k / factorial(2 * k) for k in range(7))
_SINE = tuple((-1.0) ** k / factorial(2 * k + 1) for k in range(7))


def _series(square: Floats, coefficients: tuple[float, ...]) -> Floats:
    total = np.full_like(square, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        total *= square
        total += coefficient
    return total


def _as_components(turns: _Pairs) -> Floats:
    """Return the quaternions as unit ``(w, x, y, z)``, (n, 4)."""
    out = np.empty((4, turns.shape[1]))
    for part in parts(turns.shape[1]):
        out[0, part], out[1, part], out[2, part], out[3, part] = (
            row for pair in turns[:, part] for row in (pair.real, pair.imag)
        )
        w, x, y, z = out[:, part]
        # Rounding would let the length drift over thousands of products.
        out[:, part] /= np.sqrt(w * w + x * x + y * y + z * z)
    return out.T


def _multiply_up(turns: _Pairs) -> None:
    """Replace quaternions by their running products from the first on."""
    n = turns.shape[1]
    if n < 2:
        return
    even, odd = turns[:, : n - 1 : 2], turns[:, 1::2]
    # Later turns multiply from the right: they are measured about axes that the earlier ones have already turned.
    pairs = np.empty(odd.shape, dtype=np.complex128)
    _multiply(even, odd, pairs)
    _multiply_up(pairs)
    turns[:, 1::2] = pairs
    later = turns[:, 2::2]
    _multiply(pairs[:, : later.shape[1]], later, later)


def _multiply(left: _Pairs, right: _Pairs, out: _Pairs) -> None:
    """Write the products of quaternions; `out` may be one of the factors."""
    for part in parts(left.shape[1]):
        a, b = left[:, part]
        c, d = right[:, part]
        first, second = a * c, a * d
        first -= b * d.conj()
        second += b * c.conj()
        out[0, part], out[1, part] = first, second
