"""How thighs, shanks and forearms swing."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from scipy.interpolate import PchipInterpolator

from analyzer.model import Floats
from analyzer.virtual.curve import quintic, smoothstep
from analyzer.virtual.footfalls import Footfall, Side, push_lead
from analyzer.virtual.pose import Pose, shifted
from analyzer.virtual.posture import Arm
from analyzer.virtual.runner import at_speed
from analyzer.virtual.scene import Scene
from analyzer.virtual.trunk import crouched, stride_phase

__all__ = ["forearm_pose", "leg_tilt", "shank_pose", "thigh_pose"]

SPEEDS_M_S = (0.0, 0.5, 1.3, 2.5, 3.5, 4.5, 6.0, 8.0, 9.5)
THIGH_FORWARD_RAD = np.radians((4.0, 12.0, 25.0, 36.0, 44.0, 51.0, 57.0, 66.0, 70.0))
THIGH_BACK_RAD = np.radians((0.0, -5.0, -13.0, -14.0, -20.0, -25.0, -27.0, -29.0, -30.0))
SHANK_LANDING_RAD = np.radians((2.0, 6.0, 15.0, 14.0, 16.0, 18.0, 12.0, 6.0, 3.0))
SHANK_BACK_RAD = np.radians((-8.0, -30.0, -62.0, -70.0, -86.0, -98.0, -105.0, -115.0, -118.0))
"""Segment angles by speed, far end forward positive: 2.5 to 4.5 m/s after Fukuchi et al. 2017, else extrapolated."""

SHANK_LANDING_RATE_RAD_S = np.radians((0.0, 20.0, 80.0, 185.0, 225.0, 270.0, 400.0, 560.0, 640.0))
"""How fast the shank swings back as the foot lands: marker data of eight runners to 4.5 m/s and of a sprinter at 3.5
and 7 m/s, else extrapolated."""

SHANK_MID_SHARE, SHANK_MID_TURN_RAD = 0.65, np.radians((0.0, 10.0, 28.0, 31.0, 37.0, 42.0, 38.0, 36.0, 34.0))
SHANK_MID_RATE_RAD_S = np.radians((0.0, 5.0, 20.0, 20.0, 90.0, 127.0, 130.0, 130.0, 130.0))
"""A knee bends and straightens in contact: at this share of it the shank has turned so far back, and turns slowly."""

SHANK_AT_TOE_OFF = 0.32
"""Shank angle at toe-off as a share of its extreme."""

SHANK_TURN_SPEEDS_M_S, SHANK_BACK_SHARES, SHANK_PEAK_LEADS = (4.5, 7.0), (0.42, 0.34), (0.07, 0.12)
"""By speed: where in the swing the shank is furthest back, and how long before landing it is furthest ahead."""

SHANK_REACH_SHARE = 1.5
"""Turn of the shank for a foot put further ahead, in leg lengths; the thigh takes the other half. A knee that is
straighter than usual reaches, which is what coaches call overstriding."""

CROUCH_RAD = np.radians(35.0)
"""Flexion of the thigh in the athletic stance."""

ARM_SPEEDS_M_S = (0.0, 0.4, 1.4, 2.5, 4.5, 6.0, 8.0, 10.0)
UPPER_ARM_RAD = np.radians((0.0, 3.0, 14.0, 20.0, 28.0, 34.0, 40.0, 44.0))
ELBOW_SWING_RAD = np.radians((0.0, 1.0, 5.0, 8.0, 14.0, 19.0, 25.0, 28.0))
ELBOW_RAD = np.radians((8.0, 10.0, 18.0, 60.0, 80.0, 85.0, 85.0, 85.0))
"""Arm by speed: half swing of the upper arm, half swing and mean of the elbow angle."""

ARM_LEAD_SPEEDS_M_S, ARM_LEADS_RAD, ELBOW_LAG_RAD = (1.6, 3.0), (0.25, 0.75), 0.30
"""How long before the landing of its side an arm is furthest back: in walking shortly, in running about with the
thigh's furthest forward (wrists of a sprinter at 3.5 and 7 m/s); and how far the elbow lags the shoulder."""

HIP_HALF_WIDTH_M, SHOULDER_HALF_WIDTH_M, SHOULDER_HEIGHT_M = 0.09, 0.19, 0.48
UPPER_ARM_M, FOREARM_M = 0.30, 0.25
LONG_CONTACT_S = 0.65


def thigh_pose(scene: Scene, side: Side, pelvis: Pose, time_s: Floats) -> Pose:
    """Return the pose of one thigh, its origin at the hip joint.

    Parameters
    ----------
    scene : Scene
    side : {'left', 'right'}
    pelvis : Pose
    time_s : (n,) float array
    """
    path, sign = scene.path, _sign(side)
    hip = shifted(pelvis, np.array([0.0, sign * HIP_HALF_WIDTH_M, 0.0]))
    flexion = quintic(_thigh_knots(scene, side, time_s), time_s)
    flexion = flexion + CROUCH_RAD * crouched(scene.crouches, time_s)
    # Beyond its ends a piecewise polynomial goes on without a warning.
    heading = path.heading(np.clip(time_s, path.start_s, path.stop_s))
    return Pose(hip, heading, flexion, -sign * 0.06 * np.ones_like(time_s))


def leg_tilt(pelvis: Pose, ankle_m: Floats, heading_rad: Floats, side: Side) -> Floats:
    """Return how far a leg leans outward of upright by its ankle's place under the hip, as a roll in radians."""
    hip = shifted(pelvis, np.array([0.0, _sign(side) * HIP_HALF_WIDTH_M, 0.0]))
    way = ankle_m - hip
    left_m = way[:, 1] * np.cos(heading_rad) - way[:, 0] * np.sin(heading_rad)
    return np.arctan2(left_m, -way[:, 2])


def shank_pose(scene: Scene, side: Side, ankle_m: Floats, time_s: Floats) -> Pose:
    """Return the pose of one shank, its origin at the ankle, which the foot carries."""
    path = scene.path
    angle = quintic(_shank_knots(scene, side, time_s), time_s)
    heading = path.heading(np.clip(time_s, path.start_s, path.stop_s))
    return Pose(ankle_m, heading, angle, np.zeros_like(time_s))


def forearm_pose(scene: Scene, side: Side, trunk: Pose, time_s: Floats, arm: Arm | None = None) -> Pose:
    """Return the pose of one forearm, its origin at the wrist; the arm swings against the leg of its side.

    Parameters
    ----------
    scene : Scene
    side : {'left', 'right'}
    trunk : Pose
    time_s : (n,) float array
    arm : Arm, optional
        What the arm does besides.
    """
    path, sign = scene.path, _sign(side)
    # The right arm is the one with the plus in an asymmetry.
    uneven = 1.0 - sign * scene.style.arm_asymmetry / 2
    factor = uneven * scene.runner.arm_factor * scene.style.arm_factor
    inside_s = np.clip(time_s, path.start_s, path.stop_s)
    speed = np.abs(path.speed(inside_s))
    # Zero at the initial contacts of the arm's own side.
    phase = stride_phase(scene.falls, time_s) + (0.0 if side == "right" else np.pi)
    (slow, fast), (least, most) = ARM_LEAD_SPEEDS_M_S, ARM_LEADS_RAD
    lead = least + (most - least) * smoothstep((speed - slow) / (fast - slow))
    swing = -np.cos(phase + lead) + 0.12 * np.cos(2 * phase)
    upper = factor * _by_speed(UPPER_ARM_RAD, speed) * swing
    # The elbow lags the shoulder a little: the hand is whipped, not swung as one piece.
    whip = factor * _by_speed(ELBOW_SWING_RAD, speed) * np.cos(phase + lead - ELBOW_LAG_RAD)
    bend = _by_speed(ELBOW_RAD, speed) - whip
    if arm is not None:
        upper, bend = upper + arm.shoulder_rad, bend + arm.elbow_rad
    shoulder = shifted(trunk, np.array([0.0, sign * SHOULDER_HALF_WIDTH_M, SHOULDER_HEIGHT_M]))
    # A bent forearm crosses the body: inward is a turn to the right on the left side.
    yaw = trunk.yaw_rad - sign * 0.25 * np.sin(np.clip(bend, 0.0, np.pi / 2))
    # Elbow away from the ribs, hand towards the midline: the forearm points forward, so its roll turns it sideways.
    outward = sign * 0.12 * np.ones_like(time_s)
    elbow = shifted(Pose(shoulder, trunk.yaw_rad, upper, outward), np.array([0.0, 0.0, -UPPER_ARM_M]))
    forearm = Pose(elbow, yaw, upper + bend, -outward)
    return Pose(shifted(forearm, np.array([0.0, 0.0, -FOREARM_M])), yaw, upper + bend, -outward)


def _sign(side: Side) -> float:
    return 1.0 if side == "left" else -1.0


def _by_speed(values: Floats, speed_m_s: Floats) -> Floats:
    return np.asarray(PchipInterpolator(ARM_SPEEDS_M_S, values, extrapolate=True)(np.clip(speed_m_s, 0.0, 10.0)))


def _pace(before: Footfall, after: Footfall) -> float:
    return 0.35 * before.speed_m_s + 0.65 * after.speed_m_s


def _ends(falls: Sequence[Footfall], time_s: Floats) -> tuple[float, float]:
    first = min(falls[0].initial_contact_s, float(time_s[0])) - 1.0
    return first, max(falls[-1].initial_contact_s + LONG_CONTACT_S, float(time_s[-1])) + 1.0


def _thigh_knots(scene: Scene, side: Side, time_s: Floats) -> Floats:
    """Return knots furthest forward in swing and furthest back about toe-off; upright in stands."""
    falls, style = scene.of(side), scene.style
    reach_rad = (2.0 - SHANK_REACH_SHARE) * style.reach_m / scene.runner.leg_length_m
    begin, end = _ends(falls, time_s)
    knots = [(begin, 0.0, 0.0, 0.0)]
    for before, after in pairwise(falls):
        speed = _pace(before, after)
        swing_s = after.initial_contact_s - before.toe_off_s
        forward = float(np.interp(speed, SPEEDS_M_S, THIGH_FORWARD_RAD))
        fast = at_speed(speed)
        forward = forward * (1 + fast * (style.knee_lift_factor - 1)) + fast * reach_rad
        forward *= after.swing_share
        back = after.swing_share * float(np.interp(speed, SPEEDS_M_S, THIGH_BACK_RAD))
        # Half a cosine from back to front has this bend at its ends.
        bend = (forward - back) / 2 * (np.pi / (0.60 * swing_s)) ** 2
        # Out of a stand the leg stays upright until shortly before the foot leaves.
        if before.contact_time_s > LONG_CONTACT_S:
            knots.append((before.toe_off_s - min(0.35, before.push_off_s), 0.0, 0.0, 0.0))
        knots.append((before.toe_off_s + 0.04 * swing_s, back, 0.0, 0.7 * bend))
        knots.append((before.toe_off_s + 0.64 * swing_s, forward, 0.0, -0.7 * bend))
        if after.contact_time_s > LONG_CONTACT_S:
            knots.append((after.initial_contact_s + 0.25, 0.0, 0.0, 0.0))
    knots.append((end, 0.0, 0.0, 0.0))
    return np.array(knots)


def _shank_knots(scene: Scene, side: Side, time_s: Floats) -> Floats:
    falls = scene.of(side)
    begin, end = _ends(falls, time_s)
    knots = [(begin, 0.0, 0.0, 0.0)]
    for before, after in pairwise(falls):
        speed = _pace(before, after)
        swing_s = after.initial_contact_s - before.toe_off_s
        landing, rate = _shank_landing(scene, after)
        back = after.swing_share * float(np.interp(speed, SPEEDS_M_S, SHANK_BACK_RAD))
        back_share, lead_share = (
            float(np.interp(speed, SHANK_TURN_SPEEDS_M_S, shares)) for shares in (SHANK_BACK_SHARES, SHANK_PEAK_LEADS)
        )
        peak = landing + 0.5 * rate * lead_share * swing_s
        # Half a cosine from back to front has this bend at its ends.
        bend = (peak - back) / 2 * (np.pi / ((1 - back_share - lead_share) * swing_s)) ** 2
        if before.contact_time_s > LONG_CONTACT_S:
            knots.append((before.toe_off_s - min(0.35, before.push_off_s), 0.0, 0.0, 0.0))
        knots.append((before.toe_off_s, SHANK_AT_TOE_OFF * back, 0.8 * back / max(swing_s, 0.2), 0.0))
        knots.append((before.toe_off_s + back_share * swing_s, back, 0.0, 0.7 * bend))
        knots.append((before.toe_off_s + (1 - lead_share) * swing_s, peak, 0.0, -0.5 * bend))
        knots.append((after.initial_contact_s, landing, -rate, 0.0))
        if after.contact_time_s > LONG_CONTACT_S:
            knots.append((after.initial_contact_s + 0.25, 0.0, 0.0, 0.0))
        else:
            knots.append(_shank_mid(after, landing))
    knots.append((end, 0.0, 0.0, 0.0))
    return np.array(knots)


def _shank_landing(scene: Scene, fall: Footfall) -> tuple[float, float]:
    """Return angle and backward rate of the shank at initial contact."""
    leg_m, fast = scene.runner.leg_length_m, at_speed(fall.speed_m_s)
    # Pushing forward the foot lands further back under the body, reaching further ahead.
    push_m_s2 = 0.0 if fall.kind in ("walk", "stand") else fall.push_m_s2
    ahead_m = fast * scene.style.reach_m - push_lead(push_m_s2)
    landing = float(np.interp(fall.speed_m_s, SPEEDS_M_S, SHANK_LANDING_RAD)) + SHANK_REACH_SHARE * ahead_m / leg_m
    rate = float(np.interp(fall.speed_m_s, SPEEDS_M_S, SHANK_LANDING_RATE_RAD_S))
    # A foot that still moves forward hangs on a shank that does not swing back so fast.
    return landing, max(rate - fall.landing_m_s / (leg_m / 2), 0.0)


def _shank_mid(fall: Footfall, landing: float) -> tuple[float, float, float, float]:
    turn, rate = (float(np.interp(fall.speed_m_s, SPEEDS_M_S, t)) for t in (SHANK_MID_TURN_RAD, SHANK_MID_RATE_RAD_S))
    return fall.initial_contact_s + SHANK_MID_SHARE * fall.contact_time_s, landing - turn, -rate, 0.0
