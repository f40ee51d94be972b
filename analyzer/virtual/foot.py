"""How a foot moves: rolls over its sole without slipping while on the ground, swings forward in between.

The foot is a stiff body with a rocker sole: toes up it turns about the heel, toes down about the ball, and in
between the point of contact runs along the sole. Position in stance is thus a function of pitch alone and the point
of contact has no speed. In swing the same rocker is carried forward by its *base*, the point under the foot.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from analyzer.model import Floats
from analyzer.virtual.curve import Lobe, quintic, smoothstep, travel
from analyzer.virtual.footfalls import Footfall
from analyzer.virtual.pose import Pose
from analyzer.virtual.runner import Runner

__all__ = ["FootShape", "contact_lever", "foot_pose", "landing_pitch", "pitch_at", "settle_s"]

SPEEDS_M_S = (0.0, 0.5, 1.3, 2.5, 3.5, 4.5, 6.0, 8.0, 9.5)
PITCH_MIN_RAD = np.radians((-14.0, -35.0, -65.0, -82.0, -102.0, -116.0, -125.0, -135.0, -140.0))
PITCH_MAX_RAD = np.radians((4.0, 10.0, 22.0, 20.0, 22.0, 25.0, 22.0, 18.0, 15.0))
"""Foot pitch range by speed: 2.5 to 4.5 m/s after the marker data of Fukuchi et al. 2017, the rest extrapolated."""

LANDING_REARFOOT_RAD = np.radians((1.0, 6.0, 16.0, 12.0, 13.0, 13.0, 7.0, -3.0, -5.0))
LANDING_FOREFOOT_RAD = np.radians((1.0, 6.0, 16.0, -4.0, -5.0, -6.0, -6.0, -6.0, -6.0))
"""Foot pitch at initial contact by speed, of a rearfoot and of a forefoot runner (Altman and Davis 2012 limits)."""

FLAT_RAD = np.radians((0.0, 0.0, 0.0, 0.0, 0.0, -0.5, -2.0, -4.0, -5.0))
"""Foot pitch in mid-contact: a sprinter's heel does not come down."""

LIFT_M = (0.03, 0.07, 0.16, 0.25, 0.34, 0.45, 0.56, 0.66, 0.70)
"""Greatest height of the point under the foot in swing."""

LANDING_FORWARD_M_S = (0.0, 0.1, 0.3, 0.9, 1.25, 1.55, 1.8, 2.0, 2.2)
LANDING_DOWN_M_S = (0.05, 0.15, 0.25, 0.45, 0.65, 0.85, 1.2, 1.6, 1.9)
"""Speed of the point under the foot at initial contact; the turning of the foot adds the rest at the instep."""

TOE_RISE_M_S = (0.0, 0.05, 0.15, 0.5, 0.8, 1.2, 1.9, 2.7, 3.0)
TOE_RISE_SHARE = 0.22
"""Upward speed of the ball at toe-off by speed, and the share of the contact in which it builds up: last of all the
foot stands on the toes, which bend, so that the ball leaves the ground before they do."""

CONTACT_SHARES = (0.09, 0.24)
"""When the first dip and the flat foot come, in contact times."""

HEEL_OFF_SHARES = (0.48, 0.50, 0.50, 0.47, 0.45, 0.43, 0.38, 0.30, 0.28)
"""When the heel begins to rise, in contact times, by speed."""

PLATEAU_SHARES = (0.0, 0.01, 0.03, 0.05, 0.06, 0.07, 0.09, 0.12, 0.13)
"""Turning rate of the foot in mid-contact against that at toe-off, by speed."""

PITCH_ZERO_SHARES = (0.42, 0.42, 0.42, 0.41, 0.40, 0.385, 0.36, 0.335, 0.33)
"""When pitch is lowest, in swing times, by speed."""

LONG_CONTACT_S = 0.65
"""In longer contacts (stands) rolling on and off take as long as in one of this length."""

RISE = ((0.62, 0.42), (0.93, 1.0), (1.0, 0.82))
FALL = ((0.10, 0.33), (0.23, 0.50))
SWING = ((0.28, 0.90), (0.42, 1.0))
LATE_SWING_SHARE = 0.80
LATE_SWING = (0.98, 0.98, 0.98, 0.95, 0.93, 0.90, 0.83, 0.70, 0.66)
"""Shape of the pitch rate, (share of the stretch, share of its extreme): heel-rise, after toe-off, mid-swing;
the faster the run, the earlier in mid-swing is the extreme."""

ADVANCE = ((0.08, 0.23), (0.25, 0.72), (0.45, 0.95), (0.64, 1.0), (0.83, 0.80))
"""Shape of the forward speed of the base in swing."""

LIFT = ((0.39, 1.0, 0.0, -22.0), (0.64, 0.45, -2.8, 4.0))
"""Height of the base in swing: share of the swing, then height, rate and acceleration in heights and swing times."""

TOE_OUT_RAD = np.radians(6.0)
ROLL_LANDING_RAD, ROLL_FLAT_RAD, ROLL_SWING_RAD = np.radians((5.0, -2.0, 9.0))
"""Sole turned in at landing and in swing, a little out in mid-contact."""


@dataclass(frozen=True, slots=True)
class FootShape:
    """The stiff foot.

    Attributes
    ----------
    heel_to_ball_m : float
    rocker_rad : float
        Pitch, either way, over which the point of contact runs along the whole sole.
    sensor_m : tuple of float
        Instep sensor from the ball, in the foot's frame.
    ankle_m : tuple of float
        Ankle from the ball.
    """

    heel_to_ball_m: float = 0.19
    rocker_rad: float = 0.12
    sensor_m: tuple[float, float, float] = (-0.09, 0.0, 0.07)
    ankle_m: tuple[float, float, float] = (-0.13, 0.0, 0.09)


@dataclass(frozen=True, slots=True)
class _Swing:
    """What one swing of a foot is to look like."""

    toe_off_s: float
    time_s: float
    speed_m_s: float
    landing_rad: float
    min_rad: float
    max_rad: float
    descent_s: float


def settle_s(fall: Footfall) -> float:
    """Return how long after initial contact the sole still gives way: 18 ms running, 30 ms walking."""
    return float(np.interp(fall.speed_m_s, (1.5, 2.5), (0.030, 0.018)))


def landing_pitch(fall: Footfall, runner: Runner) -> float:
    """Return the foot pitch at initial contact in radians, toes up positive."""
    # A foot that is hardly lifted comes down on its ball.
    forefoot = not runner.rearfoot or fall.swing_share < 0.5
    table = LANDING_FOREFOOT_RAD if forefoot else LANDING_REARFOOT_RAD
    pitch = float(np.interp(fall.speed_m_s, SPEEDS_M_S, table))
    # Speeding up everyone lands on the forefoot, slowing everyone on the heel.
    push_m_s2 = 0.0 if fall.kind in ("stand", "walk") else fall.push_m_s2
    pushing = float(np.clip(push_m_s2 / 2.5, 0.0, 1.0))
    braking = float(np.clip(-push_m_s2 / 2.5, 0.0, 1.0))
    # A heel that strikes at speed does not strike in the first steps, where the body hangs over the foot.
    pitch += fall.heel_rad + pushing * (float(np.radians(-9.0)) - pitch - fall.heel_rad)
    return pitch + braking * (float(np.radians(13.0)) - pitch)


def foot_pose(falls: Sequence[Footfall], runner: Runner, shape: FootShape, time_s: Floats) -> Pose:
    """Return the pose of one foot, its origin at the ball.

    Parameters
    ----------
    falls : sequence of Footfall
        Of this foot, in time order; the first begins no later and the last ends no earlier than `time_s`.
    runner : Runner
    shape : FootShape
    time_s : (n,) float array

    Returns
    -------
    Pose
    """
    swings = [_swing(before, after, runner) for before, after in pairwise(falls)]
    pitch = _pitch(falls, swings, time_s)
    base, heading = _base(falls, swings, time_s)
    # Yaw is positive to the left, where left toes point out and right toes in.
    out = TOE_OUT_RAD if falls[0].side == "left" else -TOE_OUT_RAD
    yaw = heading + out
    rolled = _carried(swings, pitch, shape, time_s)
    position = base.copy()
    position[:, 0] += rolled[:, 0] * np.cos(yaw)
    position[:, 1] += rolled[:, 0] * np.sin(yaw)
    position[:, 2] += rolled[:, 1]
    return Pose(position, yaw, pitch, _roll(falls, swings, time_s))


def pitch_at(falls: Sequence[Footfall], runner: Runner, time_s: Floats) -> Floats:
    """Return the pitch of one foot alone, as `foot_pose` does; the times need not lie close together."""
    swings = [_swing(before, after, runner) for before, after in pairwise(falls)]
    return _pitch(falls, swings, time_s)


def contact_lever(shape: FootShape, pitch_rad: Floats) -> Floats:
    """Return (n, 3) where on the sole the point of contact is, from the ball, in the foot's frame."""
    # The splines are made for these pitches; beyond them they would be extrapolated.
    sole = _sole(shape)(np.clip(pitch_rad, -3.0, 1.5))
    return np.column_stack([sole[:, 0], np.zeros(len(sole)), sole[:, 1]])


def _swing(before: Footfall, after: Footfall, runner: Runner) -> _Swing:
    # A swing already belongs to the contact that follows, so that one's speed counts more.
    speed = 0.35 * before.speed_m_s + 0.65 * after.speed_m_s
    landing = landing_pitch(after, runner)
    low = after.swing_share * after.recovery_share * runner.pitch_factor
    low *= float(np.interp(speed, SPEEDS_M_S, PITCH_MIN_RAD))
    high = min(float(np.interp(speed, SPEEDS_M_S, PITCH_MAX_RAD)), landing + np.radians(18.0))
    # The descent that follows needs something to come down from.
    high = max(high, landing + np.radians(2.0))
    time_s = after.initial_contact_s - before.toe_off_s
    # The foot comes down with about 330 to 500 deg/s; slower where there is little to come down from.
    rate = np.radians(330.0 + 20.0 * speed)
    descent_s = float(np.clip(1.8 * (high - landing) / rate, 0.06 * time_s, 0.2 * time_s))
    return _Swing(before.toe_off_s, time_s, speed, landing, low, high, descent_s)


def _pitch(falls: Sequence[Footfall], swings: Sequence[_Swing], time_s: Floats) -> Floats:
    """Return the pitch from the knots of its rate; the lobes hold it to the angles that are given."""
    begin, end = _span(falls, time_s)
    knots: list[tuple[float, float]] = [(begin, 0.0)]
    lobes: list[Lobe] = []
    landing, flat = 0.0, 0.0
    for number, fall in enumerate(falls):
        # Before the first contact nothing is asked, so it needs no landing.
        if number:
            flat = _flat(fall)
            _add_landing(knots, lobes, fall, flat - landing)
        if number < len(swings):
            _add_swing(knots, lobes, fall, swings[number], flat)
            landing = swings[number].landing_rad
    knots.append((end, 0.0))
    table = np.array(knots)
    pitch, _ = travel(table[:, 0], table[:, 1], lobes, time_s)
    return pitch


def _flat(fall: Footfall) -> float:
    pushing = 0.0 if fall.kind in ("stand", "walk") else float(np.clip(fall.push_m_s2 / 4.0, 0.0, 1.0))
    return float(np.interp(fall.speed_m_s, SPEEDS_M_S, FLAT_RAD)) + pushing * float(np.radians(-5.0))


def _add_landing(knots: list[tuple[float, float]], lobes: list[Lobe], fall: Footfall, area: float) -> None:
    """Append the rate knots from initial contact (already there) to the flat foot."""
    contact_s = min(fall.contact_time_s, LONG_CONTACT_S)
    start = len(knots) - 1
    knots += [(fall.initial_contact_s + share * contact_s, 0.0) for share in CONTACT_SHARES]
    lobes.append(Lobe(start, start + 2, area, (0.0, 1.0, 0.0)))


def _add_swing(knots: list[tuple[float, float]], lobes: list[Lobe], fall: Footfall, swing: _Swing, flat: float) -> None:
    """Append the rate knots from the flat foot over toe-off to the next initial contact."""
    contact_s = min(fall.contact_time_s, LONG_CONTACT_S, fall.push_off_s)
    toe_off_s, speed = swing.toe_off_s, swing.speed_m_s
    if fall.contact_time_s > 2 * LONG_CONTACT_S:
        # Standing, the foot lies still until the heel begins to rise.
        knots.append((toe_off_s - min(LONG_CONTACT_S, fall.push_off_s), 0.0))
    start = len(knots) - 1
    plateau = float(np.interp(speed, SPEEDS_M_S, PLATEAU_SHARES))
    heel_off = float(np.interp(speed, SPEEDS_M_S, HEEL_OFF_SHARES))
    rise = [(heel_off, plateau), *RISE]
    knots += [(toe_off_s - (1 - share) * contact_s, rate) for share, rate in rise]
    knots += [(toe_off_s + share * swing.time_s, rate) for share, rate in FALL]
    lowest_s = toe_off_s + float(np.interp(speed, SPEEDS_M_S, PITCH_ZERO_SHARES)) * swing.time_s
    knots.append((lowest_s, 0.0))
    # Weights equal to the wanted rates scale the stretch as a whole and leave its shape alone.
    shape = (0.0, *(rate for _, rate in rise), *(rate for _, rate in FALL), 0.0)
    lobes.append(Lobe(start, len(knots) - 1, swing.min_rad - flat, shape))
    start = len(knots) - 1
    highest_s = toe_off_s + swing.time_s - swing.descent_s
    forward = (*SWING, (LATE_SWING_SHARE, float(np.interp(speed, SPEEDS_M_S, LATE_SWING))))
    knots += [(lowest_s + share * (highest_s - lowest_s), rate) for share, rate in forward]
    knots.append((highest_s, 0.0))
    shape = (0.0, *(rate for _, rate in forward), 0.0)
    lobes.append(Lobe(start, len(knots) - 1, swing.max_rad - swing.min_rad, shape))
    knots.append((toe_off_s + swing.time_s, 0.0))
    lobes.append(Lobe(len(knots) - 2, len(knots) - 1, swing.landing_rad - swing.max_rad, (0.0, 1.0)))


def _base(falls: Sequence[Footfall], swings: Sequence[_Swing], time_s: Floats) -> tuple[Floats, Floats]:
    """Return the way of the base and the heading: placement by placement."""
    places = np.array([(fall.forward_m, fall.left_m, 0.0) for fall in falls])
    share = _advance(falls, swings, time_s)
    # The whole part of the last share would name a swing that does not exist.
    index = np.clip(share.astype(int), 0, max(len(falls) - 2, 0))
    rest = share - index
    after = np.minimum(index + 1, len(falls) - 1)
    base = places[index] + (places[after] - places[index]) * rest[:, None]
    base[:, 2] = quintic(_lift_knots(falls, swings, time_s), time_s)
    headings = np.array([fall.heading_rad for fall in falls])
    turned = smoothstep(_swing_share(swings, time_s, index))
    return base, headings[index] + (headings[after] - headings[index]) * turned


def _swing_share(swings: Sequence[_Swing], time_s: Floats, index: NDArray[np.intp]) -> Floats:
    """Return how much of its swing a foot has behind it, by number of the swing."""
    if not swings:
        return np.zeros_like(time_s)
    start = np.array([swing.toe_off_s for swing in swings])[index]
    length = np.array([swing.time_s for swing in swings])[index]
    return np.asarray(np.clip((time_s - start) / length, 0.0, 1.0))


def _advance(falls: Sequence[Footfall], swings: Sequence[_Swing], time_s: Floats) -> Floats:
    """Return the share of the way: placement number, and between two the share of the way from one to the next."""
    begin, end = _span(falls, time_s)
    knots: list[tuple[float, float]] = [(begin, 0.0)]
    lobes = []
    for swing, before, after in zip(swings, falls, falls[1:], strict=False):
        way_m = float(np.hypot(after.forward_m - before.forward_m, after.left_m - before.left_m))
        landing_m_s = after.landing_m_s + float(np.interp(after.speed_m_s, SPEEDS_M_S, LANDING_FORWARD_M_S))
        start = len(knots)
        scale = 1.4 / swing.time_s
        knots.append((swing.toe_off_s, 0.0))
        knots += [(swing.toe_off_s + share * swing.time_s, rate * scale) for share, rate in ADVANCE]
        # In shares of the way; a step on the spot must not divide by nothing.
        knots.append((after.initial_contact_s, landing_m_s / max(way_m, 0.3)))
        knots.append((after.initial_contact_s + settle_s(after), 0.0))
        lobes.append(Lobe(start, len(knots) - 1, 1.0, (0.0, *(rate for _, rate in ADVANCE), 0.0, 0.0)))
    knots.append((end, 0.0))
    table = np.array(knots)
    return travel(table[:, 0], table[:, 1], lobes, time_s)[0]


def _carried(swings: Sequence[_Swing], pitch: Floats, shape: FootShape, time_s: Floats) -> Floats:
    """Return (n, 2) place of the ball against the base: rolling in contact, turning about one point in swing.

    The foot leaves the ground turning about its last point of contact and comes down turning about its next one;
    in between the one centre fades into the other.
    """
    index = np.clip(np.searchsorted([swing.toe_off_s for swing in swings], time_s) - 1, 0, None)
    share = _swing_share(swings, time_s, index)
    rolled = _rocker(shape)(np.clip(pitch, -3.0, 1.5))
    flying = (share > 0) & (share < 1)
    if not flying.any():
        return np.asarray(rolled)
    ends_s = np.array([(swing.toe_off_s, swing.toe_off_s + swing.time_s) for swing in swings])
    ends_rad = np.interp(ends_s, time_s, pitch)
    number = index[flying]
    fade = smoothstep((share[flying] - 0.05) / 0.9)[:, None]
    leaving, landing = (_about(shape, ends_rad[number, end], pitch[flying]) for end in (0, 1))
    rolled[flying] = leaving + fade * (landing - leaving)
    return np.asarray(rolled)


def _about(shape: FootShape, contact_rad: Floats, pitch: Floats) -> Floats:
    """Return (n, 2) place of the ball when the foot turns about the point on which it stands at another pitch."""
    pitches, along, sole = _sole_table(shape)
    way, x, z = (np.interp(contact_rad, pitches, values) for values in (along, sole[:, 0], sole[:, 1]))
    c, s = np.cos(pitch), np.sin(pitch)
    return np.column_stack([way - (c * x - s * z), -(s * x + c * z)])


def _lift_knots(falls: Sequence[Footfall], swings: Sequence[_Swing], time_s: Floats) -> Floats:
    begin, end = _span(falls, time_s)
    knots = [(begin, 0.0, 0.0, 0.0)]
    for swing, before, after in zip(swings, falls, falls[1:], strict=False):
        height = after.swing_share * after.recovery_share * float(np.interp(swing.speed_m_s, SPEEDS_M_S, LIFT_M))
        down = float(np.interp(after.speed_m_s, SPEEDS_M_S, LANDING_DOWN_M_S))
        rise = after.swing_share * float(np.interp(swing.speed_m_s, SPEEDS_M_S, TOE_RISE_M_S))
        rise_s = TOE_RISE_SHARE * min(before.contact_time_s, LONG_CONTACT_S, before.push_off_s)
        knots.append((swing.toe_off_s - rise_s, 0.0, 0.0, 0.0))
        knots.append((swing.toe_off_s, 0.34 * rise * rise_s, rise, 1.6 * rise / rise_s))
        rate, bend = height / swing.time_s, height / swing.time_s**2
        knots += [
            (swing.toe_off_s + share * swing.time_s, z * height, vz * rate, az * bend) for share, z, vz, az in LIFT
        ]
        # The sole gives way by as much as it takes to stop from that speed.
        knots.append((after.initial_contact_s, 0.45 * down * settle_s(after), -down, 0.0))
        knots.append((after.initial_contact_s + settle_s(after), 0.0, 0.0, 0.0))
    knots.append((end, 0.0, 0.0, 0.0))
    return np.array(knots)


def _roll(falls: Sequence[Footfall], swings: Sequence[_Swing], time_s: Floats) -> Floats:
    begin, end = _span(falls, time_s)
    # Turned in: the right sole faces left (roll positive), the left sole faces right.
    sign = 1.0 if falls[0].side == "right" else -1.0
    knots = [(begin, 0.0)]
    for swing, after in zip(swings, falls[1:], strict=False):
        size = sign * float(np.interp(swing.speed_m_s, (0.0, 2.5), (0.0, 1.0)))
        contact_s = min(after.contact_time_s, LONG_CONTACT_S)
        knots.append((swing.toe_off_s, 0.0))
        knots.append((swing.toe_off_s + 0.5 * swing.time_s, size * ROLL_SWING_RAD))
        knots.append((after.initial_contact_s, size * ROLL_LANDING_RAD))
        knots.append((after.initial_contact_s + 0.35 * contact_s, size * ROLL_FLAT_RAD))
    knots.append((end, 0.0))
    table = np.array(knots)
    still = np.zeros(len(table))
    return quintic(np.column_stack([table, still, still]), time_s)


def _span(falls: Sequence[Footfall], time_s: Floats) -> tuple[float, float]:
    """Return times safely before and after all that is asked."""
    first = min(falls[0].initial_contact_s, float(time_s[0])) - 1.0
    last = max(falls[-1].initial_contact_s + LONG_CONTACT_S, float(time_s[-1])) + 1.0
    return first, last


def _sole_table(shape: FootShape) -> tuple[Floats, Floats, Floats]:
    """Return pitches, the way of the point of contact along the ground, and its place on the sole."""
    pitch = np.linspace(-3.05, 1.55, 9201)
    along = -shape.heel_to_ball_m * smoothstep((pitch + shape.rocker_rad) / (2 * shape.rocker_rad))
    # The sole is rolled, not dragged: a step along the ground is the same step along the sole.
    step = np.diff(along)
    middle = (pitch[1:] + pitch[:-1]) / 2
    x = np.concatenate([[0.0], np.cumsum(step * np.cos(middle))])
    z = np.concatenate([[0.0], np.cumsum(-step * np.sin(middle))])
    return pitch, along, np.column_stack([x, z])


def _sole(shape: FootShape) -> CubicSpline:
    pitch, _, sole = _sole_table(shape)
    return CubicSpline(pitch, sole)


def _rocker(shape: FootShape) -> CubicSpline:
    """Return the place of the ball against the base, forward and up, as a function of pitch."""
    pitch, along, sole = _sole_table(shape)
    c, s = np.cos(pitch), np.sin(pitch)
    # The ball is where the point of contact lies on the ground, less its place on the sole, turned by pitch.
    forward = along - (c * sole[:, 0] - s * sole[:, 1])
    up = -(s * sole[:, 0] + c * sole[:, 1])
    return CubicSpline(pitch, np.column_stack([forward, up]))
