"""What athletes do between runs without going anywhere: shake a leg, sit down, throw, see to a strap, jump."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from analyzer.model import Floats
from analyzer.virtual import hopping
from analyzer.virtual.curve import smoothstep
from analyzer.virtual.footfalls import SIDES, Footfall, Side, other_side
from analyzer.virtual.pose import Pose
from analyzer.virtual.posture import Arm, Leg, Posture, bump, folded, swung
from analyzer.virtual.seeds import generator

__all__ = ["GESTURES_S", "Gesture", "GestureKind", "gesture_falls", "handled", "posture_of"]

GestureKind = Literal["jump", "high_knees", "butt_kicks", "shake_legs", "sit", "throw", "fix_strap"]

GESTURES_S: dict[GestureKind, float] = {
    "jump": 4.6,
    "high_knees": 5.0,
    "butt_kicks": 5.0,
    "shake_legs": 7.0,
    "sit": 9.0,
    "throw": 7.5,
    "fix_strap": 8.0,
}
"""Usual length of each."""

SHAKE_HZ, SHAKE_RAD = 3.2, np.radians(24.0)
SIT_BACK_M, SIT_DOWN_M = 0.36, 0.40
SQUAT_M = 0.46
THROW_S, STEP_OUT_M = 2.4, 0.42
"""Period of repeated throws, and how far the foot of the other side steps out."""

HANDLED_RAD = (1.1, 0.8, 1.6)
"""How far a sensor is turned while its strap is seen to: yaw, pitch, roll."""

TAP_M, TAP_S = 0.0012, 0.012
"""Size and half-width of a tap on the sensor: about 1 g for 20 ms."""


@dataclass(frozen=True, slots=True)
class Gesture:
    """One thing done on the spot.

    Attributes
    ----------
    kind : str
    start_s, duration_s : float
        Before and after it the athlete stands.
    side : {'left', 'right'}
        Throwing arm, or foot whose strap is seen to.
    seed : int
        Of what is random in it.
    """

    kind: GestureKind
    start_s: float
    duration_s: float
    side: Side = "right"
    seed: int = 0


def posture_of(gesture: Gesture, leg_length_m: float, time_s: Floats) -> Posture:
    """Return the change of the whole body against the stand; none before and after the gesture."""
    start_s, duration_s = gesture.start_s, gesture.duration_s
    if gesture.kind == "jump":
        return hopping.jumps(start_s, duration_s, leg_length_m, time_s)
    if gesture.kind in hopping.DRILLS_RAD:
        return hopping.drill(gesture.kind, start_s, duration_s, leg_length_m, time_s)
    if gesture.kind == "shake_legs":
        return _shake(gesture, leg_length_m, time_s)
    if gesture.kind == "throw":
        return _throws(gesture, leg_length_m, time_s)
    return _down(gesture, leg_length_m, time_s)


def gesture_falls(gesture: Gesture, stand: tuple[Footfall, ...]) -> list[Footfall]:
    """Return the contacts of a gesture in which feet leave the ground, from the two of the stand.

    Stepping down they ring and are in the truth; their kind is ``hop``.
    """
    falls = []
    for fall in stand:
        leaves = _leaves(gesture, fall.side)
        for number, (_, land_s) in enumerate(leaves):
            off_s = leaves[number + 1][0] if number + 1 < len(leaves) else np.inf
            # A landing of a jump of 24 cm is about as hard as one of a run.
            hard_m_s = {"jump": 6.0, "throw": 2.0}.get(gesture.kind, 3.5)
            falls.append(
                replace(fall, initial_contact_s=land_s, toe_off_s=off_s, kind="hop", speed_m_s=hard_m_s, push_m_s2=0.0)
            )
    return sorted(falls, key=lambda fall: fall.initial_contact_s)


def handled(gesture: Gesture, side: str, pose: Pose, time_s: Floats) -> Pose:
    """Return the pose of a foot's sensor while its strap is seen to: turned about on the foot, and tapped."""
    if gesture.kind != "fix_strap" or gesture.side != side:
        return pose
    draw = generator(gesture.seed, "handled", side)
    first, last = gesture.start_s + 1.6, gesture.start_s + gesture.duration_s - 2.2
    turned = []
    for size in HANDLED_RAD:
        rate_hz, phase = draw.uniform(0.5, 1.1), draw.uniform(0, 2 * np.pi)
        wave = 0.7 + 0.3 * np.sin(2 * np.pi * rate_hz * (time_s - first) + phase)
        turned.append(size * float(draw.uniform(0.6, 1.0)) * bump(time_s, first, last, 0.6) * wave)
    knock = np.zeros_like(time_s)
    for at_s in draw.uniform(first, last + 0.5, 7):
        knock += TAP_M * np.exp(-(((time_s - at_s) / TAP_S) ** 2))
    place = pose.position_m + 0.03 * np.column_stack([turned[1], turned[0], np.abs(turned[2])])
    place[:, 2] += knock
    return Pose(place, pose.yaw_rad + turned[0], pose.pitch_rad + turned[1], pose.roll_rad + turned[2])


def _leaves(gesture: Gesture, side: Side) -> list[tuple[float, float]]:
    """Return when one foot leaves the ground and lands again."""
    if gesture.kind == "jump":
        return hopping.jump_contacts(gesture.start_s, gesture.duration_s)
    if gesture.kind in hopping.DRILLS_RAD:
        return hopping.drill_contacts(gesture.start_s, gesture.duration_s, side)
    if gesture.kind == "throw" and side != gesture.side:
        return [step for begin in _throw_times(gesture) for step in ((begin + 0.45, begin + 0.80), _step_back(begin))]
    return []


def _step_back(begin_s: float) -> tuple[float, float]:
    return begin_s + 1.65, begin_s + 2.05


def _throw_times(gesture: Gesture) -> list[float]:
    return [gesture.start_s + THROW_S * number for number in range(max(1, int(gesture.duration_s // THROW_S)))]


def _shake(gesture: Gesture, leg_length_m: float, time_s: Floats) -> Posture:
    still = np.zeros_like(time_s)
    half_s = gesture.duration_s / 2
    legs: dict[Side, Leg] = {}
    for number, side in enumerate(SIDES):
        begin_s = gesture.start_s + number * half_s
        up = bump(time_s, begin_s, begin_s + half_s - 0.8, 0.7)
        wave = up * np.sin(2 * np.pi * SHAKE_HZ * (time_s - begin_s))
        late = up * np.sin(2 * np.pi * SHAKE_HZ * (time_s - begin_s) - 0.9)
        thigh = np.radians(30.0) * up + 0.2 * SHAKE_RAD * wave
        shank = np.radians(-14.0) * up + SHAKE_RAD * late
        legs[side] = swung(leg_length_m, thigh, shank, np.radians(-18.0) * up + 0.8 * SHAKE_RAD * late)
    return Posture(still, still, still, still, still, legs)


def _down(gesture: Gesture, leg_length_m: float, time_s: Floats) -> Posture:
    """Return sitting down on a bench and standing up, or squatting over a strap: feet stay where they are."""
    still = np.zeros_like(time_s)
    down_s, up_s = gesture.start_s, gesture.start_s + gesture.duration_s - 1.5
    depth = bump(time_s, down_s, up_s, 1.5)
    if gesture.kind == "sit":
        # Bent forward only on the way down and up: seated the trunk is upright.
        lean = 0.75 * (bump(time_s, down_s, down_s + 0.9, 0.8) + bump(time_s, up_s - 0.2, up_s + 0.7, 0.8))
        forward, up = -SIT_BACK_M * depth, -SIT_DOWN_M * depth
    else:
        lean, forward, up = 0.95 * depth, -0.10 * depth, -SQUAT_M * depth
    thigh, shank = folded(leg_length_m, forward, up)
    leg = Leg(thigh, shank, still, still, still)
    reach = Arm(0.9 * depth, 0.5 * depth)
    return Posture(forward, up, still, still, lean, {"left": leg, "right": leg}, {"left": reach, "right": reach})


def _throws(gesture: Gesture, leg_length_m: float, time_s: Floats) -> Posture:
    """Return throws: wind up, step out with the other foot, turn, whip the arm, step back."""
    still = np.zeros_like(time_s)
    sign = 1.0 if gesture.side == "left" else -1.0
    wound, turned, out, up, whip = (np.zeros_like(time_s) for _ in range(5))
    for begin_s in _throw_times(gesture):
        wound += bump(time_s, begin_s, begin_s + 0.80, 0.28)
        turned += bump(time_s, begin_s + 0.80, begin_s + 1.35, 0.22)
        out += bump(time_s, begin_s + 0.45, _step_back(begin_s)[0], 0.35)
        # Fast forward, and slowly back.
        whip += smoothstep((time_s - begin_s - 0.86) / 0.18) - smoothstep((time_s - begin_s - 1.15) / 0.7)
        for off_s, land_s in ((begin_s + 0.45, begin_s + 0.80), _step_back(begin_s)):
            share = np.clip((time_s - off_s) / (land_s - off_s), 0.0, 1.0)
            up += 0.09 * (4 * share * (1 - share)) ** 3
    hips = 0.45 * STEP_OUT_M * out
    # Wound up the throwing side is back: for the right arm that is a turn to the right.
    yaw = sign * (0.9 * wound - 0.7 * turned)
    front_thigh, front_shank = folded(leg_length_m, hips - STEP_OUT_M * out, -0.05 * out - up)
    rear_thigh, rear_shank = folded(leg_length_m, hips, -0.05 * out)
    front = Leg(front_thigh, front_shank, still, STEP_OUT_M * out, up)
    rear = Leg(rear_thigh, rear_shank, still, still, still)
    arm = Arm(-0.9 * wound + 2.4 * whip, 1.5 * wound * (1 - whip) + 0.2 * whip)
    return Posture(
        hips,
        -0.05 * out,
        0.5 * yaw,
        yaw,
        0.25 * turned,
        {gesture.side: rear, other_side(gesture.side): front},
        {gesture.side: arm},
    )
