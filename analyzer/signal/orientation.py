"""Orientation by strap-down: from angular rate alone, no accelerometer feedback while running.

Quaternions are ``(w, x, y, z)``, unit length, and rotate sensor vectors into the world: ``v_world = q v q*``.
"""

import numpy as np

from analyzer.model import Floats

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
    product is taken in blocks of about ``sqrt(n)``, so that the loop runs over blocks and not over samples.

    Examples
    --------
    >>> turn = np.tile([0.0, 0.0, np.pi], (101, 1))
    >>> np.round(integrate_rate(turn, 0.01)[-1], 6)
    array([0., 0., 0., 1.])
    """
    n_steps = len(gyr_rad_s) - 1
    if n_steps < 1:
        return np.tile([1.0, 0.0, 0.0, 0.0], (len(gyr_rad_s), 1))
    before, after = gyr_rad_s[:-1], gyr_rad_s[1:]
    angle = 0.5 * step_s * (before + after) + step_s**2 / 12.0 * np.cross(before, after)
    product = _running_product(_from_rotation_vector(angle))
    return np.vstack([[1.0, 0.0, 0.0, 0.0], product])


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
    w, x, y, z = quaternions.T
    vx, vy, vz = vectors.T
    # v + 2 w (q x v) + 2 q x (q x v), written out: a general cross product takes several times as long.
    cx, cy, cz = 2 * (y * vz - z * vy), 2 * (z * vx - x * vz), 2 * (x * vy - y * vx)
    out = np.empty((len(quaternions), 3))
    out[:, 0] = vx + w * cx + y * cz - z * cy
    out[:, 1] = vy + w * cy + z * cx - x * cz
    out[:, 2] = vz + w * cz + x * cy - y * cx
    return out


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


def _from_rotation_vector(angle: Floats) -> Floats:
    size = np.linalg.norm(angle, axis=1)
    # sinc is smooth at zero, so that no division by a vanishing angle is needed.
    return np.column_stack([np.cos(size / 2), 0.5 * np.sinc(size / (2 * np.pi))[:, None] * angle])


def _running_product(steps: Floats) -> Floats:
    n = len(steps)
    length = max(1, round(np.sqrt(n)))
    n_blocks = -(-n // length)
    padded = np.zeros((n_blocks * length, 4))
    # Identities fill up the last block: they turn nothing.
    padded[:, 0] = 1.0
    padded[:n] = steps
    # Axes: component, place in the block, block. So each step of the loop works on whole, even rows of memory.
    inside = np.ascontiguousarray(padded.reshape(n_blocks, length, 4).transpose(2, 1, 0))
    for i in range(1, length):
        # Later turns multiply from the right: they are measured about axes that the earlier ones have already turned.
        inside[:, i] = _multiply(inside[:, i - 1], inside[:, i])
    before = np.empty((4, n_blocks))
    before[:, 0] = [1.0, 0.0, 0.0, 0.0]
    for k in range(1, n_blocks):
        before[:, k] = _multiply(before[:, k - 1], inside[:, -1, k - 1])
    product = _multiply(before[:, None, :], inside).transpose(2, 1, 0).reshape(-1, 4)[:n]
    # Rounding would let the length drift over thousands of products.
    return np.asarray(product / np.linalg.norm(product, axis=1, keepdims=True))


def _multiply(left: Floats, right: Floats) -> Floats:
    """Return the product of quaternions whose components are the first axis."""
    w, x, y, z = left
    W, X, Y, Z = right
    out = np.empty(np.broadcast_shapes(left.shape, right.shape))
    out[0] = w * W - x * X - y * Y - z * Z
    out[1] = w * X + x * W + y * Z - z * Y
    out[2] = w * Y - x * Z + y * W + z * X
    out[3] = w * Z + x * Y - y * X + z * W
    return out
