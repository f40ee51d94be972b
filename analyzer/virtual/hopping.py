"""Jumps and running drills on the spot: both feet leave the ground, the body stays where it is."""

import numpy as np

from analyzer.model import Floats
from analyzer.units import G_M_S2
from analyzer.virtual.curve import quintic
from analyzer.virtual.footfalls import SIDES, Side, other_side
from analyzer.virtual.posture import Arm, Leg, Posture, bump, folded, swung

__all__ = ["BEAT_S", "JUMP_S", "drill", "drill_contacts", "jump_contacts", "jumps"]

JUMP_S, TOE_OFF_S, FLIGHT_S = 1.5, 0.62, 0.44
"""Period of repeated jumps, push-off after the first dip, time in the air (a jump of 24 cm)."""

DIP_M, STRETCH_M, ABSORB_M = 0.24, 0.06, 0.20
"""How deep the hips go before the push, how high they are at toe-off, how deep after landing."""

BALL_RISE_S, GIVE_S = 0.05, 0.025
"""Time in which the ball of the foot leaves the ground, and in which the sole gives way after landing."""

BEAT_S, SWING_SHARE = 0.66, 0.56
"""Stride time of butt kicks and high knees, and the share of it in which a foot is off the ground."""

BALL_TO_ANKLE_M = 0.13
DRILLS_RAD = {
    "high_knees": np.radians((82.0, -14.0, -22.0)),
    "butt_kicks": np.radians((6.0, -112.0, -88.0)),
}
"""Angles of thigh, shank and foot at the top of each swing."""

DRILL_SETTLE_S = 0.4


def jump_contacts(start_s: float, duration_s: float) -> list[tuple[float, float]]:
    """Return toe-off and landing of each jump, both feet alike."""
    begins = start_s + JUMP_S * np.arange(max(1, int(duration_s // JUMP_S)))
    return [(float(begin) + TOE_OFF_S, float(begin) + TOE_OFF_S + FLIGHT_S) for begin in begins]


def jumps(start_s: float, duration_s: float, leg_length_m: float, time_s: Floats) -> Posture:
    """Return jumps on the spot with both legs: dip, push, free fall, landing."""
    off_m_s = G_M_S2 * FLIGHT_S / 2
    hips, balls, pitch, arms = ([(start_s - 9.0, 0.0, 0.0, 0.0)] for _ in range(4))
    for off_s, land_s in jump_contacts(start_s, duration_s):
        begin_s = off_s - TOE_OFF_S
        hips += [
            (begin_s, 0.0, 0.0, 0.0),
            (begin_s + 0.38, -DIP_M, 0.0, 9.0),
            (off_s, STRETCH_M, off_m_s, -G_M_S2),
            (land_s, STRETCH_M, -off_m_s, -G_M_S2),
            (land_s + 0.16, -ABSORB_M, 0.0, 9.0),
            (begin_s + JUMP_S - 0.01, 0.0, 0.0, 0.0),
        ]
        balls += [
            (off_s - BALL_RISE_S, 0.0, 0.0, 0.0),
            (off_s, 0.3 * off_m_s * BALL_RISE_S, off_m_s, -G_M_S2),
            (land_s, 0.45 * off_m_s * GIVE_S, -off_m_s, -G_M_S2),
            (land_s + GIVE_S, 0.0, 0.0, 0.0),
        ]
        pitch += [
            (off_s - 0.20, 0.0, 0.0, 0.0),
            (off_s, -0.62, -3.0, 0.0),
            (off_s + 0.5 * FLIGHT_S, -0.55, 1.0, 0.0),
            (land_s, -0.32, 2.5, 0.0),
            (land_s + 0.09, 0.0, 0.0, 0.0),
        ]
        arms += [
            (begin_s, 0.0, 0.0, 0.0),
            (begin_s + 0.30, -0.6, 0.0, 0.0),
            (off_s, 1.0, 2.5, 0.0),
            (land_s, 0.8, -2.0, 0.0),
            (begin_s + JUMP_S - 0.01, 0.0, 0.0, 0.0),
        ]
    up, ball, turned, swing = (quintic(np.array(knots), time_s) for knots in (hips, balls, pitch, arms))
    still = np.zeros_like(time_s)
    # A raised heel lifts the ankle above the ball.
    ankle_m = ball - BALL_TO_ANKLE_M * np.sin(turned)
    thigh, shank = folded(leg_length_m, still, up - ankle_m)
    leg, arm = Leg(thigh, shank, turned, still, ball), Arm(swing, 0.4 * np.abs(np.tanh(swing)) * np.abs(swing))
    lean = 0.9 * np.clip(-up, 0.0, None) ** 2 / DIP_M
    return Posture(still, up, still, still, lean, {"left": leg, "right": leg}, {"left": arm, "right": arm})


def drill_contacts(start_s: float, duration_s: float, side: Side) -> list[tuple[float, float]]:
    """Return toe-off and landing of each swing of one foot in a drill on the spot."""
    offset_s = 0.0 if side == "left" else BEAT_S / 2
    begins = start_s + DRILL_SETTLE_S + offset_s + BEAT_S * np.arange(int((duration_s - 1.0) // BEAT_S))
    return [(float(begin), float(begin) + SWING_SHARE * BEAT_S) for begin in begins]


def drill(kind: str, start_s: float, duration_s: float, leg_length_m: float, time_s: Floats) -> Posture:
    """Return high knees or butt kicks on the spot."""
    tops = DRILLS_RAD[kind]
    legs: dict[Side, Leg] = {}
    arms: dict[Side, Arm] = {}
    for side in SIDES:
        both = (side, other_side(side))
        raised, against = (_swings(drill_contacts(start_s, duration_s, one), time_s) for one in both)
        legs[side] = swung(leg_length_m, tops[0] * raised, tops[1] * raised, tops[2] * raised)
        arms[side] = Arm(0.7 * (against - raised), 1.2 * bump(time_s, start_s, start_s + duration_s - 0.6, 0.4))
    still = np.zeros_like(time_s)
    during = bump(time_s, start_s, start_s + duration_s - 0.6, 0.5)
    # One rise a step, highest while a foot is high; hips of a still leg's height would not bounce.
    up = 0.018 * during * np.cos(4 * np.pi * (time_s - start_s - DRILL_SETTLE_S - 0.28 * BEAT_S) / BEAT_S)
    turn = 0.12 * (legs["right"].thigh_rad - legs["left"].thigh_rad)
    return Posture(still, up, turn, -turn, 0.06 * during, legs, arms)


def _swings(swings: list[tuple[float, float]], time_s: Floats) -> Floats:
    """Return how far a foot is on its way up and down, 0 to 1, smooth where it leaves and lands."""
    raised = np.zeros_like(time_s)
    for off_s, land_s in swings:
        share = np.clip((time_s - off_s) / (land_s - off_s), 0.0, 1.0)
        raised += (4 * share * (1 - share)) ** 3
    return raised
