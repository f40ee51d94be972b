"""What the body does on the spot, added to a stand: hips, trunk, legs and arms bent together."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from analyzer.model import Floats
from analyzer.virtual.curve import smoothstep
from analyzer.virtual.footfalls import Side
from analyzer.virtual.pose import Pose, shifted

__all__ = ["Arm", "Leg", "Posture", "bump", "folded", "hips_moved", "leg_moved", "swung"]

ANKLE_HEIGHT_M = 0.09
STAND_REACH = 0.995
"""Share of the leg's full length that a stand uses; a straight knee could not begin to bend smoothly."""


@dataclass(frozen=True, slots=True, eq=False)
class Leg:
    """Change of one leg against the stand; angles far end forward positive.

    Attributes
    ----------
    thigh_rad, shank_rad, foot_rad : (n,) float array
    forward_m, up_m : (n,) float array
        Of the ball of the foot.
    """

    thigh_rad: Floats
    shank_rad: Floats
    foot_rad: Floats
    forward_m: Floats
    up_m: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Arm:
    """Change of one arm against the hanging one: forward swing of the upper arm, bend of the elbow."""

    shoulder_rad: Floats
    elbow_rad: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Posture:
    """Change of the whole body against the stand.

    Attributes
    ----------
    forward_m, up_m : (n,) float array
        Of the hips.
    pelvis_yaw_rad, trunk_yaw_rad, lean_rad : (n,) float array
        Lean of the trunk is forward positive; the pelvis follows by half.
    legs, arms : mapping of side to Leg, Arm
        A side that is missing keeps still.
    """

    forward_m: Floats
    up_m: Floats
    pelvis_yaw_rad: Floats
    trunk_yaw_rad: Floats
    lean_rad: Floats
    legs: Mapping[Side, Leg] = field(default_factory=dict)
    arms: Mapping[Side, Arm] = field(default_factory=dict)


def bump(time_s: Floats, rise_s: float, fall_s: float, ramp_s: float) -> Floats:
    """Return a curve that rises to 1 from one time on and falls to 0 from another on, each within `ramp_s`."""
    return smoothstep((time_s - rise_s) / ramp_s) - smoothstep((time_s - fall_s) / ramp_s)


def folded(leg_length_m: float, forward_m: Floats, up_m: Floats) -> tuple[Floats, Floats]:
    """Return the changes of thigh and shank angle that bring the hip to another place over its ankle.

    Parameters
    ----------
    leg_length_m : float
    forward_m, up_m : (n,) float array
        Of the hip against the ankle, measured from the stand.

    Returns
    -------
    thigh_rad, shank_rad : (n,) float array
        A leg of two equal bones, knee forward; beyond its full length it is straight.
    """
    full_m = (leg_length_m - ANKLE_HEIGHT_M) / STAND_REACH
    height_m = STAND_REACH * full_m + up_m
    bend = np.arccos(np.clip(np.hypot(forward_m, height_m) / full_m, 0.0, 1.0))
    # A hip ahead of its ankle means a leg whose far end lies back.
    tilt = np.arctan2(forward_m, height_m)
    stand = np.arccos(STAND_REACH)
    return bend - tilt - stand, -bend - tilt + stand


def swung(leg_length_m: float, thigh_rad: Floats, shank_rad: Floats, foot_rad: Floats) -> Leg:
    """Return a leg that hangs from a still hip, its foot where thigh and shank bring it."""
    bone_m = (leg_length_m - ANKLE_HEIGHT_M) / 2
    forward_m = bone_m * (np.sin(thigh_rad) + np.sin(shank_rad))
    up_m = bone_m * (2.0 - np.cos(thigh_rad) - np.cos(shank_rad))
    return Leg(thigh_rad, shank_rad, foot_rad, forward_m, up_m)


def hips_moved(pelvis: Pose, trunk: Pose, posture: Posture) -> tuple[Pose, Pose]:
    """Return pelvis and trunk with a posture added."""
    level = Pose(pelvis.position_m, trunk.yaw_rad, 0 * trunk.yaw_rad, 0 * trunk.yaw_rad)
    place = shifted(level, np.column_stack([posture.forward_m, 0 * posture.up_m, posture.up_m]))
    pelvis = replace(
        pelvis,
        position_m=place,
        yaw_rad=pelvis.yaw_rad + posture.pelvis_yaw_rad,
        pitch_rad=pelvis.pitch_rad - 0.5 * posture.lean_rad,
    )
    trunk = replace(
        trunk,
        position_m=place,
        yaw_rad=trunk.yaw_rad + posture.trunk_yaw_rad,
        pitch_rad=trunk.pitch_rad - posture.lean_rad,
    )
    return pelvis, trunk


def leg_moved(foot: Pose, leg: Leg, heading_rad: Floats) -> Pose:
    """Return a foot with the change of its leg added, forward being where the body faces."""
    place = foot.position_m + np.column_stack(
        [leg.forward_m * np.cos(heading_rad), leg.forward_m * np.sin(heading_rad), leg.up_m]
    )
    return replace(foot, position_m=place, pitch_rad=foot.pitch_rad + leg.foot_rad)
