"""Ways that leave the lane: bends, laps, walks from place to place, with the body facing where it will."""

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PchipInterpolator

from analyzer.model import Floats
from analyzer.virtual.curve import smoothstep
from analyzer.virtual.path import STEP_S, Effort, Path, run_stretch

__all__ = [
    "Bend",
    "Course",
    "bent",
    "lap",
    "path_of",
    "pulse",
    "reversed_course",
    "sprint",
    "turned_share",
    "walk",
    "weaving",
]

RAMP_M = 3.5
"""Way on which a bend tightens, and on which it opens again: half a second at speed."""

WEAVE_M = 9.0
"""Way from one swing to a side to the next; four or five steps."""

STOP_S = 1.1
"""From walking speed to a stand."""


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """One way from stand to stand, on an even grid of `STEP_S`.

    Attributes
    ----------
    speed_m_s : (k,) float array
        Not negative.
    heading_rad, travel_rad : (k,) float array
        Where the body faces and where it goes.
    """

    speed_m_s: Floats
    heading_rad: Floats
    travel_rad: Floats

    @property
    def duration_s(self) -> float:
        """Length in time."""
        return STEP_S * (self.speed_m_s.size - 1)


@dataclass(frozen=True, slots=True)
class Bend:
    """How a runner rounds the bag: a bow outward first, then the turn, in metres of the way.

    Attributes
    ----------
    bow_m, turn_m : tuple of float
        Where the bow and the turn begin and end.
    bow_rad, turn_rad : float
        How far they turn, left positive.
    loss_share : float
        Of the speed, given up in the turn.
    """

    bow_m: tuple[float, float] = (10.0, 19.5)
    turn_m: tuple[float, float] = (19.5, 36.5)
    bow_rad: float = -0.35
    turn_rad: float = 1.70
    loss_share: float = 0.10


def path_of(course: Course, start_m: tuple[float, float] = (0.0, 0.0)) -> Path:
    """Return a course as a path from time 0 on."""
    time_s = STEP_S * np.arange(course.speed_m_s.size, dtype=np.float64)
    ways = []
    for turned, begin_m in ((np.cos(course.travel_rad), start_m[0]), (np.sin(course.travel_rad), start_m[1])):
        way = PchipInterpolator(time_s, course.speed_m_s * turned).antiderivative()
        # The constant term of every piece.
        way.c[-1] += begin_m
        ways.append(way)
    return Path(
        PchipInterpolator(time_s, course.speed_m_s),
        ways[0],
        PchipInterpolator(time_s, course.heading_rad),
        0.0,
        float(time_s[-1]),
        ways[1],
        PchipInterpolator(time_s, course.travel_rad),
    )


def reversed_course(course: Course) -> Course:
    """Return the course as a film of it shown backward."""
    return Course(course.speed_m_s[::-1], course.heading_rad[::-1], course.travel_rad[::-1] + np.pi)


def sprint(effort: Effort, distance_m: float, stand_s: float, still_s: float, drift_rad: float = 0.0) -> Course:
    """Return a straight run from a stand to a stand.

    Parameters
    ----------
    effort : Effort
    distance_m : float
        To the mark.
    stand_s, still_s : float
        Stands before and after.
    drift_rad : float
        Direction of the run against where the body faces, which is 0.
    """
    run = run_stretch(effort, distance_m).speed_m_s
    speed = np.concatenate([_still(stand_s), run, _slowed(float(run[-1])), _still(still_s)])
    return Course(speed, np.zeros(speed.size), np.full(speed.size, drift_rad))


def weaving(course: Course, weave_m: float) -> Course:
    """Return a straight course that swings so far to either side at speed; the body faces where it goes."""
    if not weave_m:
        return course
    phase = 2 * np.pi * np.cumsum(course.speed_m_s) * STEP_S / WEAVE_M
    swing = np.arctan(2 * np.pi * weave_m / WEAVE_M * np.cos(phase))
    # At walking speed he is back on a straight line.
    swing = swing * smoothstep((course.speed_m_s - 1.5) / 2.5)
    return Course(course.speed_m_s, course.heading_rad + swing, course.travel_rad + swing)


def bent(course: Course, bend: Bend) -> Course:
    """Return a straight course with the way round the bag in it."""
    way_m = np.cumsum(course.speed_m_s) * STEP_S
    # Speed goes while the turn tightens.
    loss = bend.loss_share * smoothstep((way_m - bend.turn_m[0] + RAMP_M) / (3 * RAMP_M))
    slowed_m = np.cumsum(course.speed_m_s * (1 - loss)) * STEP_S
    heading = bend.bow_rad * turned_share(slowed_m, bend.bow_m) + bend.turn_rad * turned_share(slowed_m, bend.turn_m)
    return Course(course.speed_m_s * (1 - loss), course.heading_rad + heading, course.travel_rad + heading)


def turned_share(way_m: Floats, span_m: tuple[float, float]) -> Floats:
    """Return the share of a bend that lies behind, along the way: a circle that is entered and left gradually."""
    fine_m = np.linspace(*span_m, 2001)
    curvature = smoothstep((fine_m - span_m[0]) / RAMP_M) - smoothstep((fine_m - span_m[1] + RAMP_M) / RAMP_M)
    turned = np.cumsum(curvature)
    return np.asarray(np.interp(way_m, fine_m, turned / turned[-1]))


def lap(speed_m_s: float, length_m: float, still_s: float, turns: float = 1.0) -> Course:
    """Return a lap that ends where it began: easy running or walking in a circle."""
    ramp_s = 0.8 + 0.5 * speed_m_s
    rise = speed_m_s * smoothstep(np.arange(0.0, ramp_s, STEP_S) / ramp_s)
    even_s = max(length_m / speed_m_s - ramp_s, 1.0)
    moving = np.concatenate([rise, np.full(round(even_s / STEP_S), speed_m_s), rise[::-1]])
    speed = np.concatenate([_still(still_s), moving, _still(still_s)])
    way_m = np.cumsum((speed + np.roll(speed, 1)) / 2) * STEP_S
    # Turned in proportion to the way: a circle, whatever the speed.
    heading = turns * 2 * np.pi * way_m / way_m[-1]
    return Course(speed, heading, heading)


def walk(speed_m_s: float, to_m: tuple[float, float], to_heading_rad: float, still_s: float) -> Course:
    """Return a walk to a place: turn towards it, go there, turn to face as asked.

    Parameters
    ----------
    speed_m_s : float
    to_m : tuple of float
        Forward and left of where the athlete stands.
    to_heading_rad : float
        Against where he faces now.
    still_s : float
        Stand before and after.
    """
    way_m = float(np.hypot(*to_m))
    towards = float(np.arctan2(to_m[1], to_m[0])) if way_m > STEP_S else 0.0
    # Twice the shorter way round.
    last = float((to_heading_rad - towards + np.pi) % (2 * np.pi) - np.pi)
    turns = [smoothstep(np.linspace(0.0, 1.0, max(2, round(abs(turn) / 1.7 / STEP_S)))) for turn in (towards, last)]
    moving = _walked(way_m, speed_m_s)
    speed = np.concatenate([_still(still_s), 0 * turns[0], moving, 0 * turns[1], _still(still_s)])
    first = np.concatenate([0 * _still(still_s), towards * turns[0]])
    second = np.concatenate([towards + last * turns[1], np.full(_still(still_s).size, towards + last)])
    heading = np.concatenate([first, np.full(moving.size, towards), second])
    return Course(speed, heading, np.full(speed.size, towards))


def pulse(top_m_s: float, rise_s: float, fall_s: float, stand_s: float, still_s: float) -> Course:
    """Return two quick steps and a stop."""
    rise = smoothstep(np.arange(0.0, rise_s, STEP_S) / rise_s)
    fall = smoothstep(np.arange(fall_s, 0.0, -STEP_S) / fall_s)
    speed = np.concatenate([_still(stand_s), top_m_s * rise, top_m_s * fall, _still(still_s)])
    return Course(speed, np.zeros(speed.size), np.zeros(speed.size))


def _still(duration_s: float) -> Floats:
    return np.zeros(max(1, round(duration_s / STEP_S)))


def _slowed(speed_m_s: float) -> Floats:
    return speed_m_s * (1 - smoothstep(np.arange(STEP_S, STOP_S, STEP_S) / STOP_S))


def _walked(way_m: float, speed_m_s: float, ramp_s: float = 1.2) -> Floats:
    # On short ways nobody gets up to speed.
    top_m_s = min(speed_m_s, way_m / ramp_s)
    if top_m_s < STEP_S:
        return np.zeros(2)
    rise = top_m_s * smoothstep(np.arange(0.0, ramp_s, STEP_S) / ramp_s)
    even = np.full(round(max(way_m / top_m_s - ramp_s, 0.0) / STEP_S), top_m_s)
    return np.concatenate([rise, even, rise[::-1]])
