"""What landing does to a sensor that is not glued to bone: it rings, more at the foot, less up the body."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analyzer.model import Floats
from analyzer.virtual.footfalls import Footfall
from analyzer.virtual.pose import Pose
from analyzer.virtual.seeds import generator

# For annotations only: a reel is made of bodies, whose sites ring as told here.
if TYPE_CHECKING:
    from analyzer.virtual.reel import Reel
    from analyzer.virtual.scene import Scene

__all__ = ["Mode", "ring"]

RAMP_PERIODS = 0.25
"""Rise of the shock in periods of its mode: as far as the first peak, so that it sets in without a jump."""

REFERENCE_SPEED_M_S = 8.0
"""Speed at which a mode has its nominal size; it grows linearly with speed."""

MAX_LAG_S = 0.008
"""Latest onset of the shock after initial contact."""

MISSING_SHARE = 0.10
"""Landings without any shock."""


@dataclass(frozen=True, slots=True)
class Mode:
    """One damped way in which a sensor rings after a landing.

    Attributes
    ----------
    frequency_hz : float
    damping : float
        Share of critical.
    forward_m, up_m : float
        Size of the shaking at 8 m/s.
    tilt_rad : float
        Size of the pitching at 8 m/s.
    delay_s : float
        Travel time from the foot.
    both_legs : bool
        Whether landings of the other leg arrive too.
    """

    frequency_hz: float
    damping: float
    forward_m: float
    up_m: float
    tilt_rad: float = 0.0
    delay_s: float = 0.0
    both_legs: bool = False


def ring(scene: "Scene | Reel", side: str, modes: tuple[Mode, ...], pose: Pose, time_s: Floats) -> tuple[Floats, Pose]:
    """Return the shaking of a sensor and the pose of its segment with the pitching added.

    Parameters
    ----------
    scene : Scene or Reel
    side : str
        Of the sensor; anything else than left or right is the midline.
    modes : tuple of Mode
    pose : Pose
        Of the segment.
    time_s : (n,) float array
        Evenly spaced.

    Returns
    -------
    shake_m : (n, 3) float array
        In the frame of the segment, to add to the lever of the sensor.
    pose : Pose
    """
    shake, tilt = np.zeros_like(pose.position_m), np.zeros_like(time_s)
    for number, fall in enumerate(scene.falls):
        size = _size(scene, fall, number)
        if size:
            for mode in modes:
                if mode.both_legs or fall.side == side:
                    _add(shake, tilt, mode, fall.initial_contact_s + size[1], size[0], time_s)
    return shake, Pose(pose.position_m, pose.yaw_rad, pose.pitch_rad + tilt, pose.roll_rad)


def _size(scene: "Scene | Reel", fall: Footfall, number: int) -> tuple[float, float] | None:
    """Return size and lag of the shock of one landing; None without one."""
    # A stream per landing: leaving one out changes none of the others.
    draw = generator(scene.seed, "shock", number)
    missing, lag_s, spread = draw.random() < MISSING_SHARE, draw.uniform(0, MAX_LAG_S), draw.lognormal(0.0, 0.25)
    if fall.kind in ("stand", "start") or (missing and fall.kind != "walk"):
        return None
    return scene.runner.impact_factor * float(spread) * fall.speed_m_s / REFERENCE_SPEED_M_S, float(lag_s)


def _add(shake: Floats, tilt: Floats, mode: Mode, at_s: float, size: float, time_s: Floats) -> None:
    """Add one ringing in place."""
    begin_s = at_s + mode.delay_s
    decay = mode.damping * 2 * np.pi * mode.frequency_hz
    # After eight time constants less than a thousandth is left.
    first, last = np.searchsorted(time_s, [begin_s, begin_s + 8.0 / decay])
    after_s = time_s[first:last] - begin_s
    ramp = np.clip(after_s * mode.frequency_hz / RAMP_PERIODS, 0.0, 1.0)
    # Smooth to the second derivative, as that is what the sensor feels: a kink there would be a spike.
    wave = size * ramp**3 * (10 - 15 * ramp + 6 * ramp**2)
    wave = wave * np.exp(-decay * after_s) * np.sin(2 * np.pi * mode.frequency_hz * after_s)
    shake[first:last, 0] -= mode.forward_m * wave
    shake[first:last, 2] -= mode.up_m * wave
    tilt[first:last] -= mode.tilt_rad * wave
