"""Travel of a made foot: strides at an angle to the foot's own forward axis, or along a path."""

import numpy as np

from analyzer.gait.foot.travel import FootTravel

SENSOR, _ = np.linalg.qr(np.random.default_rng(7).normal(size=(3, 3)))
SENSOR *= np.sign(np.linalg.det(SENSOR))
"""Foot (forward, left, up) to sensor, any mounting."""


def travel(
    degrees: float | list[float] = 0.0,
    *,
    n: int = 6,
    length_m: float = 3.0,
    swing_rad_s: float = 20.0,
    heading_rad: np.ndarray | None = None,
    start_s: float = 0.0,
    mounting: np.ndarray = SENSOR,
) -> FootTravel:
    """Return n strides of 0.5 s that go so many degrees, left positive, beside where the foot points."""
    angle = np.radians(np.broadcast_to(degrees, n).astype(float))
    start = start_s + 0.5 * np.arange(n)
    way = length_m * np.column_stack([np.cos(angle), np.sin(angle), np.zeros(n)])
    heading = np.zeros(n) if heading_rad is None else np.asarray(heading_rad, dtype=float)
    up = np.tile(mounting @ [0.0, 0.0, 1.0], (n, 1))
    right = mounting @ np.array([0.0, -1.0, 0.0])
    return FootTravel(start, start + 0.5, way @ mounting.T, up, np.full(n, swing_rad_s), heading, right)
