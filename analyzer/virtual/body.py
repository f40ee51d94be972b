"""Ten places to wear a sensor: which segment carries it, where on it, and how it rings."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from analyzer.model import Floats, Placement
from analyzer.virtual.foot import FootShape, foot_pose
from analyzer.virtual.footfalls import Side
from analyzer.virtual.gestures import handled, posture_of
from analyzer.virtual.limbs import forearm_pose, leg_tilt, shank_pose, thigh_pose
from analyzer.virtual.pose import Pose, shifted
from analyzer.virtual.posture import Posture, hips_moved, leg_moved
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
    posture = None
    if scene.gesture is not None:
        posture = posture_of(scene.gesture, scene.runner.leg_length_m, time_s)
        pelvis, trunk = hips_moved(pelvis, trunk, posture)
    feet: dict[Side, Pose] = {}
    poses = {}
    for placement in placements:
        # The midline gets a side too, which its segments never look at.
        side: Side = "left" if placement.side == "left" else "right"
        # The shank stands on the ankle that the foot carries: both need the foot, which is made once.
        if placement.segment in ("foot", "shank", "thigh") and side not in feet:
            feet[side] = _foot(scene, side, posture, time_s)
        poses[placement] = _segment_pose(
            scene, placement.segment, side, (pelvis, trunk, feet.get(side)), (posture, time_s)
        )
    return poses


def _foot(scene: Scene, side: Side, posture: Posture | None, time_s: Floats) -> Pose:
    foot = foot_pose(scene.of(side), scene.runner, FOOT_SHAPE, time_s)
    if posture is None or side not in posture.legs:
        return foot
    return leg_moved(foot, posture.legs[side], _heading(scene, time_s))


def _segment_pose(
    scene: Scene,
    segment: str,
    side: Side,
    bases: tuple[Pose, Pose, Pose | None],
    moment: tuple[Posture | None, Floats],
) -> Pose:
    pelvis, trunk, foot = bases
    posture, time_s = moment
    if foot is not None and segment == "foot":
        # The sensor alone is handled: neither the shank nor the foot itself goes along.
        return foot if scene.gesture is None else handled(scene.gesture, side, foot, time_s)
    if foot is not None and segment in ("shank", "thigh"):
        return _leg(scene, segment, side, (pelvis, foot), (posture, time_s))
    if segment == "wrist":
        return forearm_pose(scene, side, trunk, time_s, posture.arms.get(side) if posture is not None else None)
    # What is left is pelvis and sternum.
    return pelvis if segment == "pelvis" else trunk


def _leg(
    scene: Scene, segment: str, side: Side, bases: tuple[Pose, Pose], moment: tuple[Posture | None, Floats]
) -> Pose:
    """Return the pose of shank or thigh."""
    pelvis, foot = bases
    posture, time_s = moment
    ankle_m = shifted(foot, np.array(FOOT_SHAPE.ankle_m))
    shank = segment == "shank"
    pose = shank_pose(scene, side, ankle_m, time_s) if shank else thigh_pose(scene, side, pelvis, time_s)
    if posture is not None and side in posture.legs:
        leg = posture.legs[side]
        pose = replace(pose, pitch_rad=pose.pitch_rad + (leg.shank_rad if shank else leg.thigh_rad))
    if scene.path.aside is not None:
        pose = replace(pose, roll_rad=pose.roll_rad + leg_tilt(pelvis, ankle_m, pose.yaw_rad, side))
    return pose


def _heading(scene: Scene, time_s: Floats) -> Floats:
    return np.asarray(scene.path.heading(np.clip(time_s, scene.path.start_s, scene.path.stop_s)))
