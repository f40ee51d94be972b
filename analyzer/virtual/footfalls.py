"""When and where each foot is on the ground: contact and flight, step by step, from the speed of the body."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from analyzer.units import G_M_S2
from analyzer.virtual.path import Path
from analyzer.virtual.runner import Runner, Style, at_speed

__all__ = ["SIDES", "Footfall", "Kind", "Side", "Walker", "other_side", "push_lead"]

Side = Literal["left", "right"]
SIDES: tuple[Side, Side] = ("left", "right")
Kind = Literal["stand", "start", "accel", "steady", "decel", "walk", "hop"]

SPEEDS_M_S = (0.0, 0.7, 1.4, 1.9, 2.5, 3.5, 4.5, 6.0, 7.0, 8.0, 9.0, 10.0)
STEP_TIMES_S = (0.60, 0.58, 0.53, 0.46, 0.376, 0.350, 0.328, 0.303, 0.282, 0.256, 0.235, 0.222)
"""Step time by speed: walking; 2.5 to 4.5 m/s from Fukuchi et al. 2017; above, the frequencies of field athletes."""

CONTACT_LENGTHS = (0.50, 0.68, 0.98, 0.84, 0.73, 0.85, 0.94, 1.06, 1.08, 1.08, 1.08, 1.06)
"""Way of the body during one contact, in leg lengths; from 2.5 m/s on measured as above or extrapolated."""

LEADS_M = (0.05, 0.20, 0.33, 0.30, 0.27, 0.31, 0.33, 0.37, 0.39, 0.41, 0.43, 0.44)
"""How far the ball of the foot lands ahead of the pelvis: the ankle's lead as measured, plus ankle to ball."""

REFERENCE_LEG_M = 0.95
"""Leg length to which `STEP_TIMES_S` belongs; a pendulum's time grows with the root of its length."""

MIN_FLIGHT_S = 0.03
"""Shortest flight of a running step; first steps have 0.04 to 0.07 s."""

MIN_WALK_CONTACT, MAX_WALK_CONTACT = 1.06, 1.20
"""Shortest and longest contact of a walking step in step times: both feet are down for what goes beyond 1."""

MIN_BANK_SPEED_M_S = 2.0
"""Slower than this nobody leans into a bend."""

MAX_SLOWING_CONTACT_S = 0.30
"""With a longer contact, who slows down walks."""

PUSH_LEAD_S2, PUSH_LEADS_M, PUSH_LEAD_SPEED_M_S = 0.045, (-0.12, 0.30), 1.9
"""Way of the landing foot per push (leg length over two, over gravity), its ends, and whence slowing has it too."""

HALF_WIDTH_WALK_M, HALF_WIDTH_RUN_M = 0.09, 0.045
"""Sideways distance of the feet from the line of the run, standing or walking and running."""


def push_lead(push_m_s2: float) -> float:
    """Return how much further back a foot lands for a push forward, in metres; negative when slowing.

    The ground force points through the body: speeding up the foot lands under it, slowing ahead of it.
    """
    return float(np.clip(PUSH_LEAD_S2 * push_m_s2, *PUSH_LEADS_M))


def other_side(side: Side) -> Side:
    """Return the other side."""
    return "right" if side == "left" else "left"


@dataclass(frozen=True, slots=True)
class Footfall:
    """One contact of one foot.

    Attributes
    ----------
    side : {'left', 'right'}
    initial_contact_s, toe_off_s : float
        Infinite where the recording begins or ends in the contact.
    forward_m, left_m : float
        Where the ball of the foot stands, in the frame of the lane.
    heading_rad : float
        Of the body, without toe-out.
    speed_m_s : float
        Of the body at initial contact.
    push_m_s2 : float
        Acceleration of the body then, positive speeding up.
    kind : str
    run : int
        From 1; 0 between runs.
    swing_share : float
        How far the foot is lifted and turned in the swing that ends here, against forward running.
    push_off_s : float
        Longest time before toe-off in which the leg begins to move.
    heel_rad, landing_m_s : float
        Added to the pitch and to the forward speed with which the foot lands.
    recovery_share : float
        How far the heel comes up in the swing that ends here, against the usual.
    braking_share : float
        How much the body slows and speeds up in the contact, against the usual.
    """

    side: Side
    initial_contact_s: float
    toe_off_s: float
    forward_m: float
    left_m: float
    heading_rad: float
    speed_m_s: float
    push_m_s2: float
    kind: Kind
    run: int
    swing_share: float = 1.0
    push_off_s: float = math.inf
    heel_rad: float = 0.0
    landing_m_s: float = 0.0
    recovery_share: float = 1.0
    braking_share: float = 1.0

    @property
    def contact_time_s(self) -> float:
        """Toe-off minus initial contact."""
        return self.toe_off_s - self.initial_contact_s


class Walker:
    """Puts one foot before the other along a path; remembers where each foot is.

    Parameters
    ----------
    path : Path
    runner : Runner
    style : Style
    backward : bool
        The feet go as in forward running seen backward in time.
    """

    def __init__(self, path: Path, runner: Runner, style: Style, *, backward: bool = False) -> None:
        self._path = path
        self._backward = backward
        self._runner = runner
        self._style = style
        self._done: list[Footfall] = []
        self._open: dict[Side, Footfall] = {}
        self._next: Side = runner.first_side
        self._walking = False

    def stand(self, time_s: float) -> None:
        """Put both feet side by side from that time on, without a step (the recording begins here)."""
        for side in SIDES:
            self._place(side, time_s, 0.0, "stand", 0)

    def split(self, time_s: float, back_m: float) -> None:
        """Take the first foot back into the athletic stance."""
        side = self._runner.first_side
        self._lift(side, time_s)
        self._place(side, time_s + 0.35, -back_m, "stand", 0)

    def start(self, onset_s: float, run: int, draw: np.random.Generator) -> float:
        """Push off with both feet from the athletic stance.

        Returns
        -------
        float
            Initial contact of the first step.
        """
        first, second = self._runner.first_side, other_side(self._runner.first_side)
        leaves_s = onset_s + float(draw.uniform(0.12, 0.18))
        last_s = leaves_s + float(draw.uniform(0.17, 0.21))
        for side, off_s in ((first, leaves_s), (second, last_s)):
            # The legs push the body: their heels rise no earlier than it moves.
            self._open[side] = replace(self._open[side], kind="start", run=run, push_off_s=off_s - onset_s)
            self._lift(side, off_s)
        self._next = first
        self._walking = False
        return last_s + float(draw.uniform(0.04, 0.06))

    def amble(self) -> None:
        """Walk from now on, however briskly the way begins."""
        self._walking = True

    def step_aside(self, side: Side, times_s: tuple[float, float, float], lead_m: float) -> None:
        """Put one foot of a stand somewhere else: when it begins to move, leaves the ground and lands."""
        moves_s, leaves_s, lands_s = times_s
        self._open[side] = replace(self._open[side], push_off_s=leaves_s - moves_s)
        self._lift(side, leaves_s)
        self._place(side, lands_s, lead_m, "stand", 0)

    def go(self, from_s: float, until_s: float, run: int, draw: np.random.Generator) -> float:
        """Run or walk from the initial contact at one time until no more steps begin before another.

        Returns
        -------
        float
            Initial contact of the step that would follow.
        """
        at_s, wobble = from_s, 0.0
        noises = _step_noise(draw)
        while at_s < until_s:
            wobble, contact_noise = next(noises)
            at_s = self._step(at_s, run, wobble, contact_noise)
        return at_s

    def halt(self, at_s: float) -> None:
        """Put the feet side by side, one step after the other."""
        for side, when_s in ((self._next, at_s), (other_side(self._next), at_s + 0.5)):
            if side in self._open:
                self._lift(side, when_s - 0.40)
            self._place(side, when_s, 0.0, "stand", 0)

    def finish(self) -> tuple[Footfall, ...]:
        """Return all footfalls, by initial contact."""
        everything = self._done + list(self._open.values())
        return tuple(sorted(everything, key=lambda fall: (fall.initial_contact_s, fall.toe_off_s)))

    def _step(self, at_s: float, run: int, wobble: float, contact_noise: float) -> float:
        side = self._next
        step_s, contact_s = self._times(at_s)
        swapped = 1 if side == "right" else -1
        # Half of the asymmetry to either leg keeps the mean; the noise is in the exponent, so times stay positive.
        changed = at_speed(self._pace(at_s))
        asymmetry = self._runner.asymmetry + changed * self._style.asymmetry
        contact_s *= (1 + swapped * asymmetry / 2) * math.exp(contact_noise)
        # A larger share of the same wobble: the athlete of a seed stays the same whatever is changed.
        step_s *= math.exp(wobble * (1 + changed * self._style.unevenness))
        kind = self._kind(at_s, contact_s, step_s)
        if kind == "walk":
            contact_s = float(np.clip(contact_s, MIN_WALK_CONTACT * step_s, MAX_WALK_CONTACT * step_s))
        else:
            step_s = max(step_s, contact_s + MIN_FLIGHT_S)
        # A foot still down from a stand has to leave the ground before it can land.
        if side in self._open:
            self._lift(side, at_s - 0.35)
        self._place(side, at_s, self._lead(at_s, contact_s), kind, run if kind != "walk" else 0)
        self._lift(side, at_s + contact_s)
        self._next = other_side(side)
        return at_s + step_s

    def _times(self, at_s: float) -> tuple[float, float]:
        """Return step time and contact time at a moment, of an average step."""
        runner, style = self._runner, self._style
        speed = self._pace(at_s)
        leg = math.sqrt(runner.leg_length_m / REFERENCE_LEG_M)
        step_s = leg * float(np.interp(speed, SPEEDS_M_S, STEP_TIMES_S)) / runner.step_frequency_factor
        way_m = runner.leg_length_m * float(np.interp(speed, SPEEDS_M_S, CONTACT_LENGTHS))
        # Near standstill the way of one contact would take for ever.
        contact_s = min(way_m / max(speed, 0.4), 1.25 * step_s) * runner.contact_factor
        # Within the contact that begins now: its own push, not that of the flight before.
        push = self._path.acceleration_at(at_s + 0.08)
        share = float(np.clip(push / 3.0, 0.0, 1.0))
        if push > 0.5 and not self._walking:
            # However gently, a run begins with running steps, not with walking ones.
            share = max(share, float(np.interp(speed, (2.0, 3.5), (1.0, 0.0))))
        if share > 0 and speed < 0.95 * runner.top_speed_m_s:
            # Starting steps are short and quick: contact 0.20 s and flight 0.045 s at first (Blauberger 2021).
            early_s = (0.215 - 0.011 * speed) * runner.contact_factor
            flight_s = 0.035 + 0.0095 * speed
            contact_s += share * (early_s - contact_s)
            step_s += share * (early_s + flight_s - step_s)
        changed = at_speed(speed)
        contact_s *= 1 + changed * (style.contact_factor - 1)
        step_s = step_s / (1 + changed * (style.step_frequency_factor - 1)) + changed * style.flight_s
        return step_s, contact_s

    def _pace(self, at_s: float) -> float:
        """Return the speed that sets the step: of the way, or of the turn."""
        ahead_s = at_s + 0.1
        # Turning on the spot takes steps too: half a metre per radian stands for the way of the feet.
        return max(abs(self._path.speed_at(ahead_s)), 0.5 * abs(self._path.turn_rate_at(ahead_s)))

    def _lead(self, at_s: float, contact_s: float) -> float:
        speed = abs(self._path.speed_at(at_s))
        push = self._path.acceleration_at(at_s + 0.05)
        # Walking, slowing does not move the feet.
        push = push if speed > PUSH_LEAD_SPEED_M_S or push > 0 else 0.0
        reach_m = self._style.reach_m * at_speed(speed)
        if self._backward:
            # Where the foot lands is where it would leave the ground if time ran backward.
            ahead_m = float(np.interp(speed, SPEEDS_M_S, LEADS_M)) - push_lead(-push)
            return speed * contact_s - ahead_m
        return float(np.interp(speed, SPEEDS_M_S, LEADS_M)) - push_lead(push) + reach_m

    def _kind(self, at_s: float, contact_s: float, step_s: float) -> Kind:
        gain, push = self._path.acceleration_at(at_s), self._path.acceleration_at(at_s + 0.08)
        if gain < 0.3 and not self._walking:
            braked = gain < 0 and contact_s > MAX_SLOWING_CONTACT_S
            # Who has slowed to a walk stays in it until the next start.
            self._walking = braked or contact_s >= step_s or self._pace(at_s) < 1.7
        if self._walking:
            return "walk"
        if push > 0.5:
            return "accel"
        return "decel" if push < -0.8 else "steady"

    def _place(self, side: Side, at_s: float, lead_m: float, kind: Kind, run: int) -> None:
        # Walking round a turn the foot is set down where the body will have turned to.
        heading = self._path.heading_at(at_s + (0.25 if kind == "walk" else 0.0))
        speed = abs(self._path.speed_at(at_s))
        width = float(np.interp(speed, (1.5, 4.0), (HALF_WIDTH_WALK_M, HALF_WIDTH_RUN_M)))
        left_m = (width if side == "left" else -width) - self._bank(at_s, speed)
        travel = heading + self._path.drift_at(at_s)
        forward = self._path.position_at(at_s) + lead_m * np.cos(travel) - left_m * np.sin(heading)
        aside = self._path.aside_at(at_s) + lead_m * np.sin(travel) + left_m * np.cos(heading)
        push = self._path.acceleration_at(at_s + 0.08)
        fall = Footfall(side, at_s, np.inf, float(forward), float(aside), heading, speed, push, kind, run)
        self._open[side] = self._styled(fall)

    def _styled(self, fall: Footfall) -> Footfall:
        style, changed = self._style, at_speed(fall.speed_m_s)
        if not changed:
            return fall
        return replace(
            fall,
            heel_rad=changed * style.heel_rad,
            landing_m_s=changed * style.landing_m_s,
            recovery_share=1 + changed * (style.heel_recovery_factor - 1),
            braking_share=1 + changed * (style.braking_factor - 1),
        )

    def _bank(self, at_s: float, speed_m_s: float) -> float:
        """Return how far to the left of the feet's line the body is in a bend, leaning into it."""
        if speed_m_s < MIN_BANK_SPEED_M_S:
            return 0.0
        lean_rad = math.atan(speed_m_s * self._path.turn_rate_at(at_s) / G_M_S2)
        return self._runner.leg_length_m * math.sin(lean_rad)

    def _lift(self, side: Side, at_s: float) -> None:
        self._done.append(replace(self._open.pop(side), toe_off_s=at_s))


def _step_noise(draw: np.random.Generator) -> Iterator[tuple[float, float]]:
    """Yield the logarithmic wobble of step time (autocorrelated) and of contact time, step by step."""
    wobble = 0.0
    while True:
        fresh = draw.normal(0.0, 0.012, 2)
        wobble = 0.3 * wobble + float(fresh[0])
        yield wobble, 2.0 * float(fresh[1])
