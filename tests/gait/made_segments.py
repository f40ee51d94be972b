"""A made segment that stands, runs, slows and stands again, with angles known by construction."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from analyzer.model import Placement
from analyzer.signal.grid import GridSignals
from analyzer.units import G_M_S2

RUN_S, TOP_S, STOP_S, END_S = 3.0, 7.0, 9.0, 13.0
"""When it starts, is fastest, and has stopped; after that it stands to the end."""


@dataclass(frozen=True)
class Segment:
    """Its sensor and what is true of it, sample by sample; angles in degrees, upper end forward positive."""

    signals: GridSignals
    time_s: np.ndarray
    lean_deg: np.ndarray
    mounting: Rotation


def segment(
    placement=Placement.STERNUM,
    *,
    rate_hz=200.0,
    lean_deg=10.0,
    swing_deg=0.0,
    stand_deg=0.0,
    bias_deg_s=(0.0, 0.0, 0.0),
    heading_deg=0.0,
    mounting=0,
    speed_m_s=8.0,
    hidden_deg=0.0,
    side_deg=0.0,
) -> Segment:
    """Return a segment that leans and swings while it runs.

    Its gyroscope misses a turn by `hidden_deg` in the middle of the run; `mounting` seeds how the sensor is turned.
    """
    time_s = np.arange(0.0, END_S, 1.0 / rate_hz)
    running = _rise(time_s, RUN_S, RUN_S + 0.5) - _rise(time_s, STOP_S - 0.5, STOP_S)
    lean = np.radians(stand_deg + lean_deg * running + swing_deg * running * np.sin(2 * np.pi * 2.0 * time_s))
    side = np.radians(side_deg) * running
    missed = np.radians(hidden_deg) * _rise(time_s, 5.0, 5.3)
    speed = speed_m_s * (_rise(time_s, RUN_S, TOP_S) - _rise(time_s, TOP_S, STOP_S))
    acc_world = np.column_stack([np.gradient(speed, time_s), 0 * time_s, np.full(len(time_s), G_M_S2)])
    heading = Rotation.from_euler("z", heading_deg, degrees=True)
    # First to the side about x, then forward about y, as seen from the segment.
    turned = heading * Rotation.from_euler("y", lean[:, None]) * Rotation.from_euler("x", -side[:, None])
    worn = Rotation.identity() if mounting == 0 else Rotation.random(rng=np.random.default_rng(mounting))
    sensor = turned * worn
    acc = (turned * Rotation.from_euler("y", missed[:, None]) * worn).inv().apply(heading.apply(acc_world))
    between = (sensor[:-1].inv() * sensor[1:]).as_rotvec() * rate_hz
    gyr = np.vstack([between[:1], 0.5 * (between[1:] + between[:-1]), between[-1:]]) + np.radians(bias_deg_s)
    return Segment(grid(placement, acc, gyr, rate_hz), time_s, np.degrees(lean), worn)


def grid(placement, acc, gyr, rate_hz=200.0, start_s=0.0) -> GridSignals:
    """Return arrays as signals of which nothing was lost or clipped."""
    n = len(acc)
    nothing = np.zeros(n, dtype=bool), np.zeros((n, 6), dtype=bool)
    return GridSignals(placement, start_s, rate_hz, acc, gyr, *nothing, np.nan, np.nan, has_gyroscope=True)


def _rise(time_s, start_s, stop_s):
    share = np.clip((time_s - start_s) / (stop_s - start_s), 0.0, 1.0)
    # Smooth to the second derivative, so that the finite rate of the samples shows nowhere.
    return share**3 * (10 - 15 * share + 6 * share**2)
