"""Ten places to wear a sensor: which segment carries it, where on it, and how it rings."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from analyzer.model import Floats, Placement
from analyzer.virtual.foot import FootShape, foot_pose
from analyzer.virtual.footfalls import Side
from analyzer.virtual.limbs import forearm_pose, shank_pose, thigh_pose
from analyzer.virtual.pose import Pose, shifted
from analyzer.virtual.scene import Scene
from analyzer.virtual.shock import Mode
from analyzer.virtual.trunk import lean_curve, pelvis_pose, trunk_pose

__all__ = ["FOOT_SHAPE", "SITES", "Site", "segment_poses"]

FOOT_SHAPE = FootShape()


@dataclass(frozen=True, slots=True)
class Site:
    """Where on its segment a sensor sits.

    Attributes
    ----------
    lever_m : tuple of float
        From the segment's origin, forward, left (outward for sides), up.
    tilt_rad : float
        Pitch of the sensor against the segment when worn as told: an instep slopes.
    modes : tuple of Mode
    """

    lever_m: tuple[float, float, float]
    tilt_rad: float
    modes: tuple[Mode, ...]


SITES: Mapping[str, Site] = {
    "foot": Site(
        FOOT_SHAPE.sensor_m,
        -0.40,
        (Mode(58.0, 0.22, 0.0008, 0.0016, 0.024), Mode(24.0, 0.30, 0.0006, 0.0010, 0.010)),
    ),
    "shank": Site((0.03, 0.02, 0.15), 0.0, (Mode(34.0, 0.22, 0.0006, 0.0020, 0.008, 0.004),)),
    "thigh": Site((0.07, 0.03, -0.22), 0.0, (Mode(17.0, 0.30, 0.0030, 0.0025, 0.012, 0.008),)),
    "pelvis": Site((-0.10, 0.0, 0.06), 0.0, (Mode(15.0, 0.35, 0.0008, 0.0016, 0.006, 0.010, True),)),
    "sternum": Site((0.11, 0.0, 0.38), 0.0, (Mode(13.0, 0.35, 0.0008, 0.0012, 0.006, 0.013, True),)),
    "wrist": Site((0.0, 0.02, 0.02), 0.0, (Mode(16.0, 0.30, 0.0015, 0.0015, 0.010, 0.016, True),)),
}
"""Place and ringing by segment; frequencies and sizes lie in the ranges usual for shoes, straps and skin."""


def segment_poses(scene: Scene, placements: Iterable[Placement], time_s: Floats) -> dict[Placement, Pose]:
    """Return the pose of the segment under each placement.

    Parameters
    ----------
    scene : Scene
    placements : iterable of Placement
    time_s : (n,) float array
    """
    lean = lean_curve(scene, time_s)
    pelvis = pelvis_pose(scene, lean, time_s)
    trunk = trunk_pose(scene, pelvis, lean, time_s)
    feet: dict[Side, Pose] = {}
    poses = {}
    for placement in placements:
        # The midline gets a side too, which its segments never look at.
        side: Side = "left" if placement.side == "left" else "right"
        # The shank stands on the ankle that the foot carries: both need the foot, which is made once.
        if placement.segment in ("foot", "shank") and side not in feet:
            feet[side] = foot_pose(scene.of(side), scene.runner, FOOT_SHAPE, time_s)
        poses[placement] = _segment_pose(scene, placement.segment, side, (pelvis, trunk, feet.get(side)), time_s)
    return poses


def _segment_pose(
    scene: Scene, segment: str, side: Side, bases: tuple[Pose, Pose, Pose | None], time_s: Floats
) -> Pose:
    pelvis, trunk, foot = bases
    if foot is not None and segment == "foot":
        return foot
    if foot is not None and segment == "shank":
        return shank_pose(scene, side, shifted(foot, np.array(FOOT_SHAPE.ankle_m)), time_s)
    if segment == "thigh":
        return thigh_pose(scene, side, pelvis, time_s)
    if segment == "wrist":
        return forearm_pose(scene, side, trunk, time_s)
    # What is left is pelvis and sternum.
    return pelvis if segment == "pelvis" else trunk
