"""Orientation by strap-down: from angular rate alone, no accelerometer feedback while running.

Quaternions are ``(w, x, y, z)``, unit length, and rotate sensor vectors into the world: ``v_world = q v q*``.
"""

import numpy as np

from analyzer.model import Floats

__all__ = ["integrate_rate", "matrices", "tilt_from_gravity"]


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
    w, x, y, z = quaternions.T
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    return np.moveaxis(np.array(rows), 2, 0)


def tilt_from_gravity(up: Floats) -> Floats:
    """Return the smallest rotation that turns a direction onto the vertical.

    Parameters
    ----------
    up : (3,) float array
        Measured upward direction in the sensor frame, any length but zero.

    Returns
    -------
    (3, 3) float array
        Rotation matrix; heading is left open.

    Examples
    --------
    >>> np.round(tilt_from_gravity(np.array([9.81, 0.0, 0.0])) @ [1.0, 0.0, 0.0], 6)
    array([0., 0., 1.])
    """
    unit = up / np.linalg.norm(up)
    # Half-angle form: well conditioned except for exactly upside down, which gets a half turn about x.
    quaternion = np.array([1.0 + unit[2], unit[1], -unit[0], 0.0])
    if quaternion[0] < 1e-9:
        quaternion = np.array([0.0, 1.0, 0.0, 0.0])
    return np.asarray(matrices(quaternion[None] / np.linalg.norm(quaternion))[0])


def _from_rotation_vector(angle: Floats) -> Floats:
    size = np.linalg.norm(angle, axis=1)
    # sinc is smooth at zero, so that no division by a vanishing angle is needed.
    return np.column_stack([np.cos(size / 2), 0.5 * np.sinc(size / (2 * np.pi))[:, None] * angle])


def _multiply(left: Floats, right: Floats) -> Floats:
    w, x, y, z = np.moveaxis(left, -1, 0)
    W, X, Y, Z = np.moveaxis(right, -1, 0)
    return np.stack(
        [
            w * W - x * X - y * Y - z * Z,
            w * X + x * W + y * Z - z * Y,
            w * Y - x * Z + y * W + z * X,
            w * Z + x * Y - y * X + z * W,
        ],
        axis=-1,
    )


def _running_product(steps: Floats) -> Floats:
    n = len(steps)
    length = max(1, round(np.sqrt(n)))
    n_blocks = -(-n // length)
    padded = np.tile([1.0, 0.0, 0.0, 0.0], (n_blocks * length, 1))
    padded[:n] = steps
    blocks = padded.reshape(n_blocks, length, 4)
    for i in range(1, length):
        blocks[:, i] = _multiply(blocks[:, i - 1], blocks[:, i])
    carried = blocks[0, -1]
    for k in range(1, n_blocks):
        blocks[k] = _multiply(carried, blocks[k])
        carried = blocks[k, -1]
    product = blocks.reshape(-1, 4)[:n]
    return np.asarray(product / np.linalg.norm(product, axis=1, keepdims=True))
