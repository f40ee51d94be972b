"""How the pelvis bounces, sways and surges within each step, so that flights are free falls."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analyzer.model import Floats
from analyzer.units import G_M_S2
from analyzer.virtual.curve import quintic
from analyzer.virtual.footfalls import Footfall
from analyzer.virtual.runner import Runner

__all__ = ["moving", "within_step"]

Knots = list[tuple[float, float, float, float]]

BOUNCE_WALK_M = 0.018
"""Rise and fall of the pelvis in walking, from its mean."""

RUN_DROP_M = 0.05
"""How much lower the pelvis is at landing and toe-off in running than in stand."""

SWAY_SIDE_M = 0.014
"""Sideways way of the pelvis over the standing foot, from the middle."""

RIPPLE_M_S = 0.10
"""How much faster than the mean of the step the body is in flight."""

WALK_DROP_M = 0.015
"""How much lower than in stand the pelvis is on average in walking."""

SETTLE_S, PUSH_S = 0.7, 0.32
"""From the last toe-off until the pelvis stands still; from then on until the last push of a start."""

LONGEST_FLIGHT_S = 0.35
"""With longer between two contacts the athlete stood."""


@dataclass(frozen=True, slots=True)
class _Beat:
    """One contact of walking or running with what lies around it.

    Attributes
    ----------
    fall : Footfall
    before_s, after_s : float
        Flight before and after it; 0 where both feet are down or the athlete stands.
    stood_until_s : float
        When the stand before it ended; NaN in mid-movement.
    rests : bool
        A stand follows.
    """

    fall: Footfall
    before_s: float
    after_s: float
    stood_until_s: float
    rests: bool

    @property
    def runs(self) -> bool:
        """Whether it is a contact of running."""
        return self.fall.kind != "walk"


def moving(falls: Sequence[Footfall]) -> list[Footfall]:
    """Return the contacts of walking and running, without stands."""
    return [fall for fall in falls if fall.kind not in ("stand", "start")]


def within_step(falls: Sequence[Footfall], runner: Runner, time_s: Floats) -> tuple[Floats, Floats, Floats]:
    """Return how far the pelvis is ahead of its mean path, left of it and above the ground.

    Parameters
    ----------
    falls : sequence of Footfall
        Of both feet, by initial contact.
    runner : Runner
    time_s : (n,) float array

    Returns
    -------
    ahead_m, left_m, up_m : (n,) float array
        In running the body is in free fall between toe-off and initial contact.
    """
    beats = _beats(falls)
    # Knots beyond all that is asked, and by initial contacts: the last stand never ends.
    begin = min(float(time_s[0]), falls[0].initial_contact_s) - 2.0
    end = max(float(time_s[-1]), max(fall.initial_contact_s for fall in falls) + 1.0) + 2.0
    hip_m = runner.leg_length_m
    curves = []
    for knots_of, rest_m in ((_ahead, 0.0), (_aside, 0.0), (_up, hip_m)):
        knots = [(begin, rest_m, 0.0, 0.0)]
        for beat in beats:
            # Knot times must rise: a stand too short to settle in leaves no knot.
            if np.isfinite(beat.stood_until_s) and beat.stood_until_s > knots[-1][0]:
                knots.append((beat.stood_until_s, rest_m, 0.0, 0.0))
            knots += knots_of(beat, rest_m)
            if beat.rests:
                knots.append((beat.fall.toe_off_s + SETTLE_S, rest_m, 0.0, 0.0))
        knots.append((end, rest_m, 0.0, 0.0))
        curves.append(quintic(np.array(knots), time_s))
    return curves[0], curves[1], curves[2]


def _beats(falls: Sequence[Footfall]) -> list[_Beat]:
    # In order of toe-off, so that of the two feet of a start the later one stays in the mapping.
    pushes = {fall.run: fall.toe_off_s for fall in sorted(falls, key=_toe_off) if fall.kind == "start"}
    steps = moving(falls)
    beats = []
    for number, fall in enumerate(steps):
        before = steps[number - 1] if number else None
        after = steps[number + 1] if number + 1 < len(steps) else None
        begins = before is None or fall.initial_contact_s - before.toe_off_s > LONGEST_FLIGHT_S
        rests = after is None or after.initial_contact_s - fall.toe_off_s > LONGEST_FLIGHT_S
        # Out of a stand the flight begins when the last foot that pushed leaves the ground.
        left_s = pushes.get(fall.run, np.inf) if begins or before is None else before.toe_off_s
        # Without a push (the recording begins in mid-run) left_s is infinite and the flight 0.
        before_s = max(fall.initial_contact_s - left_s, 0.0)
        after_s = 0.0 if rests or after is None else max(after.initial_contact_s - fall.toe_off_s, 0.0)
        stood_s = (min(left_s, fall.initial_contact_s) - PUSH_S) if begins else float("nan")
        beats.append(_Beat(fall, before_s if before_s < LONGEST_FLIGHT_S else 0.0, after_s, stood_s, rests))
    return beats


def _toe_off(fall: Footfall) -> float:
    return fall.toe_off_s


def _up(beat: _Beat, hip_m: float) -> Knots:
    """Return the height: free fall into and out of a running contact, a vault over a walking one."""
    fall, low_m = beat.fall, hip_m - RUN_DROP_M
    if not beat.runs:
        half_s = max(0.4 * min(fall.contact_time_s, 0.8), 0.15)
        bend = 2 * BOUNCE_WALK_M * (np.pi / half_s) ** 2 / 4
        # Shuffling steps hardly vault.
        share = float(np.interp(fall.speed_m_s, (0.2, 1.2), (0.2, 1.0)))
        rise_m, middle_m = share * BOUNCE_WALK_M, hip_m - WALK_DROP_M
        return [
            (fall.initial_contact_s, middle_m - rise_m, 0.0, share * bend),
            (fall.initial_contact_s + half_s, middle_m + rise_m, 0.0, -share * bend),
        ]
    # A free fall from one height back to it lasts t, so it begins upward with g t / 2 and ends downward with that.
    knots = [
        (fall.initial_contact_s, low_m, -G_M_S2 * beat.before_s / 2, -G_M_S2 if beat.before_s else 0.0),
        (fall.toe_off_s, low_m, G_M_S2 * beat.after_s / 2, -G_M_S2 if beat.after_s else 0.0),
    ]
    if np.isfinite(beat.stood_until_s) and beat.before_s:
        left_s = fall.initial_contact_s - beat.before_s
        knots.insert(0, (left_s, low_m, G_M_S2 * beat.before_s / 2, -G_M_S2))
    return knots


def _ahead(beat: _Beat, rest_m: float) -> Knots:
    """Return the surge: even and a little fast in flight, braked and pushed on again in contact."""
    fall = beat.fall
    if not beat.runs:
        return [(fall.initial_contact_s, rest_m, 0.0, 0.0)]
    # Half of the gain lies on either side of mid-flight, so steps add nothing to the mean path.
    speeds = [fall.braking_share * RIPPLE_M_S if flight_s else 0.0 for flight_s in (beat.before_s, beat.after_s)]
    return [
        (fall.initial_contact_s, rest_m + speeds[0] * beat.before_s / 2, speeds[0], 0.0),
        (fall.toe_off_s, rest_m - speeds[1] * beat.after_s / 2, speeds[1], 0.0),
    ]


def _aside(beat: _Beat, rest_m: float) -> Knots:
    """Return the sway to the side of the foot on the ground."""
    side_m = SWAY_SIDE_M if beat.fall.side == "left" else -SWAY_SIDE_M
    middle_s = beat.fall.initial_contact_s + 0.5 * min(beat.fall.contact_time_s, 0.6)
    return [(middle_s, rest_m + side_m, 0.0, 0.0)]
