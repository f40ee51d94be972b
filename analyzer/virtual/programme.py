"""A practice with everything in it: runs in all directions, on a signal, and what athletes do in between."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from analyzer.errors import InputError
from analyzer.model import Direction, Plan, PlannedRun
from analyzer.virtual.course import Bend, bent, lap, pulse, sprint, walk, weaving
from analyzer.virtual.gestures import GESTURES_S, Gesture
from analyzer.virtual.habits import EXTRA, Break, Habits, Rep
from analyzer.virtual.path import STEP_S, Effort
from analyzer.virtual.practice import ScriptConfig, draw_effort
from analyzer.virtual.reel import Place, Reel, Take
from analyzer.virtual.runner import Runner, Style
from analyzer.virtual.seeds import generator
from analyzer.virtual.takes import (
    FALSE_STEP_M,
    FALSE_STEP_S,
    Cast,
    Start,
    backward_take,
    gesture_take,
    run_take,
    shuffle_take,
    way_take,
)

__all__ = ["DRIFTS_RAD", "RunDone", "needs_reel", "stage"]

DRIFTS_RAD: dict[Direction, float] = {
    "forward": 0.0,
    "backward": float(np.pi),
    "lateral_left": float(np.pi / 2),
    "lateral_right": float(-np.pi / 2),
}
"""Direction of a run against where the body faces, left positive."""

BACKWARD_SHARE, CROSSOVER_SHARE, SHUFFLE_SPEED_M_S = 0.75, 0.60, 2.7
"""Speed of backward (Uthoff 2018: 74 to 79 %) and crossing runs against forward ones, and of a full shuffle."""

SIDEWAYS_TIME_CONSTANT_S = 0.55
CROSSOVER_TWIST_RAD, CROSSOVER_SWING_SHARE = float(np.radians(40.0)), 0.8
"""How far hips and feet turn into the run while the chest stays square to it, and how far the feet are lifted."""

JOG_M_S, JOG_LAP_M, STROLL_M_S, STROLL_M = 2.7, 56.0, 1.35, 20.0
REACTION_S, EARLY_S, FOREPERIOD_S = (0.18, 0.33), 0.06, (1.5, 3.5)
"""Range of true reactions, the one that comes too early, and the time from the stance to the signal."""

GUESSED_S = 0.02
"""When a wholly guessed start comes, after the signal."""

EXTRA_EFFORT_PCT = 90.0
FALSE_START_S, FALSE_START_PULSE = (2.4, 1.4), (2.2, 0.46, 0.7)
"""Onset and athletic stance of a false start; its top speed, and the times in which that comes and goes."""

GESTURE_MARGIN_S = 0.8
BEFORE_CROUCH_S = 0.8
MIN_REST_S = 2.0
STROLL_BACK_STILL_S = 0.6


@dataclass(frozen=True, slots=True)
class RunDone:
    """One run as it was done.

    Attributes
    ----------
    run : int
        From 1.
    slot : int
        Of the plan, from 1; 0 for a run that it does not know.
    planned : PlannedRun
    share : float
        Of the distance that was run.
    manner : str
        ``forward``, ``backward``, ``shuffle`` or ``crossover``.
    take : int
        Number of its take.
    start : Start
        Times of the take.
    reaction_s : float
        From signal to first movement; NaN without a signal.
    bend : Bend or None
    """

    run: int
    slot: int
    planned: PlannedRun
    share: float
    manner: str
    take: int
    start: Start
    reaction_s: float
    bend: Bend | None

    @property
    def first_movement_s(self) -> float:
        """First movement of anything, in the time of the take."""
        return self.start.onset_s - (FALSE_STEP_S[0] if self.start.false_step else 0.0)


def needs_reel(plan: Plan, habits: Habits) -> bool:
    """Return whether a practice holds more than forward runs at the athlete's own start, walks back and stands."""
    plain = all(run.direction == "forward" and run.start_cue == "own" for run in plan.runs)
    return not plain or habits != Habits()


def stage(
    plan: Plan,
    runner: Runner,
    style: Style | Sequence[Style],
    seed: int,
    habits: Habits,
    config: ScriptConfig | None = None,
) -> tuple[Reel, list[RunDone]]:
    """Return a whole practice and its runs.

    Parameters
    ----------
    plan : Plan
    runner : Runner
    style : Style or sequence of Style
        Of everything, or one for each run of the plan; what it does not know is then run without any.
    seed : int
    habits : Habits
    config : ScriptConfig, optional

    Raises
    ------
    InputError
        A run is to be done that the plan does not have.
    """
    n_asked = max((rep.slot for rep in habits.reps), default=0)
    if n_asked > len(plan.runs):
        raise InputError(f"this practice needs a plan of at least {n_asked} runs, got {len(plan.runs)}")
    between = style if isinstance(style, Style) else Style()
    staged = _Stage(plan, Cast(seed, runner, between, generator(seed)), habits, config or ScriptConfig())
    return staged.play(() if isinstance(style, Style) else style)


class _Stage:
    """Puts take after take; knows what time it is and where the athlete stands."""

    def __init__(self, plan: Plan, cast: Cast, habits: Habits, config: ScriptConfig) -> None:
        self._plan, self._cast, self._habits, self._config = plan, cast, habits, config
        self._reps = habits.reps or tuple(Rep(slot) for slot in range(1, len(plan.runs) + 1))
        self._begin = self._mark(self._reps[0])
        self._place = self._begin
        self._takes: list[Take] = []
        self._runs: list[RunDone] = []
        self._now_s = self._run_stop_s = 0.0
        self._n_breaks = 0

    def play(self, styles: Sequence[Style] = ()) -> tuple[Reel, list[RunDone]]:
        self._still(self._config.first_stand_s)
        for kind in self._habits.before:
            self._break(kind)
        for number, rep in enumerate(self._reps, start=1):
            if number > 1:
                self._between(rep)
            self._go_to(self._mark(rep))
            self._run(number, rep, styles[rep.slot - 1] if styles and rep.slot != EXTRA else self._cast.style)
        end_s = self._now_s
        if self._habits.cut:
            done = self._runs[-1]
            end_s += done.start.onset_s + 1.6 - self._takes[-1].duration_s
        else:
            self._still(self._config.last_stand_s)
            end_s = self._now_s
        return Reel.of_takes(self._cast.seed, self._takes, self._begin, end_s), self._runs

    def _add(self, take: Take) -> None:
        self._takes.append(take)
        self._now_s += take.duration_s
        self._place = self._place.moved(take.end)

    def _cast_for(self, *name: str | int) -> Cast:
        return replace(self._cast, draw=generator(self._cast.seed, "reel", *name))

    def _planned(self, rep: Rep) -> PlannedRun:
        if rep.slot == EXTRA:
            return replace(self._plan.runs[0], effort_pct=EXTRA_EFFORT_PCT)
        return self._plan.runs[rep.slot - 1]

    def _mark(self, rep: Rep) -> Place:
        """Return where the athlete stands to begin a run, and facing where."""
        return Place(0.0, 0.0, -DRIFTS_RAD[self._planned(rep).direction])

    def _still(self, duration_s: float) -> None:
        self._add(gesture_take(self._cast, None, max(duration_s, 1.0)))

    def _go_to(self, place: Place) -> None:
        there = self._place.seen(place)
        turned = abs(float((there.heading_rad + np.pi) % (2 * np.pi) - np.pi))
        if np.hypot(there.forward_m, there.left_m) > 0.1 or turned > 0.1:
            course = walk(
                self._config.walk_speed_m_s,
                (there.forward_m, there.left_m),
                there.heading_rad,
                STROLL_BACK_STILL_S,
            )
            self._add(way_take(self._cast_for("way", len(self._takes)), course, "walk"))

    def _between(self, rep: Rep) -> None:
        """Walk back, do what is done between runs, and rest as long as planned."""
        habits, mark = self._habits, self._mark(rep)
        self._go_to(mark)
        for _ in range(habits.n_breaks if habits.breaks else 0):
            self._break(habits.breaks[self._n_breaks % len(habits.breaks)])
            self._n_breaks += 1
            self._go_to(mark)
        rest_s = habits.rest_share * self._planned(rep).rest_before_s
        # The stand before the athletic stance belongs to the rest.
        left_s = rest_s - (self._now_s - self._run_stop_s) - BEFORE_CROUCH_S - self._config.crouch_s
        left_s = self._move_about(left_s, mark)
        if np.isfinite(left_s):
            self._still(max(left_s, MIN_REST_S))
        elif np.isnan(left_s):
            self._still(self._config.min_stand_s)

    def _move_about(self, left_s: float, mark: Place) -> float:
        """Walk or jog through the rest if that is the habit; return what is left of it, minus infinity for none."""
        habits = self._habits
        speed_m_s = {"walk": STROLL_M_S, "jog": JOG_M_S}.get(habits.rest)
        moving_s = habits.moving_share * left_s
        if speed_m_s is None or not moving_s > 12.0:
            return left_s
        began_s = self._now_s
        lap_m = speed_m_s * (moving_s - 6.0)
        turns = max(1.0, round(lap_m / JOG_LAP_M))
        course = lap(speed_m_s, lap_m, 0.6, turns)
        self._add(way_take(self._cast_for("rest", len(self._takes)), course, habits.rest))
        self._go_to(mark)
        return -np.inf if habits.moving_share >= 1.0 else left_s - (self._now_s - began_s)

    def _break(self, kind: Break) -> None:
        cast = self._cast_for("break", len(self._takes))
        if kind == "jog":
            self._add(way_take(cast, lap(JOG_M_S, JOG_LAP_M, GESTURE_MARGIN_S), kind))
        elif kind == "walk":
            self._add(way_take(cast, lap(STROLL_M_S, STROLL_M, GESTURE_MARGIN_S), kind))
        elif kind == "false_start":
            self._false_start(cast)
        else:
            side = cast.runner.throwing_side if kind == "throw" else "left"
            gesture = Gesture(kind, GESTURE_MARGIN_S, GESTURES_S[kind], side, cast.seed + len(self._takes))
            self._add(gesture_take(cast, gesture, GESTURES_S[kind] + 2 * GESTURE_MARGIN_S))

    def _false_start(self, cast: Cast) -> None:
        start = Start(*FALSE_START_S)
        take = run_take(cast, pulse(*FALSE_START_PULSE, start.onset_s, 0.1), start, 0)
        stop_s = max(fall.initial_contact_s for fall in take.falls)
        self._add(replace(take, activities=(("false_start", start.onset_s, stop_s),)))

    def _run(self, number: int, rep: Rep, style: Style) -> None:
        planned = self._planned(rep)
        cast = replace(self._cast_for("run", number), style=style)
        reaction_s = self._reaction(planned, number, cast)
        waits_s = 0.0 if np.isnan(reaction_s) else float(cast.draw.uniform(*FOREPERIOD_S)) + reaction_s
        back_m = FALSE_STEP_M if self._habits.slips and number == 3 else style.false_step_m
        crouch_s = max(self._config.crouch_s, waits_s + (FALSE_STEP_S[0] if back_m else 0.0) + 0.5)
        onset_s = STEP_S * round((BEFORE_CROUCH_S + crouch_s) / STEP_S)
        start = Start(onset_s, crouch_s, self._config.split_m, back_m)
        effort = draw_effort(planned, self._plan, cast.runner, cast.style, cast.seed, number)
        take, manner, bend = self._take(cast, planned, effort, start, (number, rep.share))
        self._runs.append(
            RunDone(number, rep.slot, planned, rep.share, manner, len(self._takes), start, reaction_s, bend)
        )
        self._run_stop_s = self._now_s + max(fall.toe_off_s for fall in take.falls if fall.run == number)
        self._add(take)

    def _reaction(self, planned: PlannedRun, number: int, cast: Cast) -> float:
        if planned.start_cue == "own":
            return float("nan")
        drawn_s = float(cast.draw.uniform(*REACTION_S))
        if self._habits.slips and number == 2:
            return EARLY_S
        # Who guesses starts when he expects the signal, more or less well.
        return drawn_s + cast.style.reaction_s + cast.style.anticipation * (GUESSED_S - drawn_s)

    def _take(
        self, cast: Cast, planned: PlannedRun, effort: Effort, start: Start, which: tuple[int, float]
    ) -> tuple[Take, str, Bend | None]:
        number, share = which
        distance_m = planned.distance_m * share
        drift = DRIFTS_RAD[planned.direction]
        if share < 1.0:
            effort = replace(effort, past_mark_m=0.0, deceleration_m_s2=2.6)
        if planned.direction == "forward":
            bend = Bend() if self._habits.bend and share == 1.0 else None
            # Who rounds the bag does not slow before he has.
            effort = replace(effort, past_mark_m=bend.turn_m[1] - distance_m + 1.0) if bend else effort
            course = weaving(sprint(effort, distance_m, start.onset_s, 0.1), cast.style.weave_m)
            return run_take(cast, bent(course, bend) if bend else course, start, number), "forward", bend
        if planned.direction == "backward":
            slower = replace(effort, target_speed_m_s=BACKWARD_SHARE * effort.target_speed_m_s, past_mark_m=0.8)
            course = sprint(slower, distance_m, start.onset_s, 0.1, drift)
            return backward_take(cast, course, start, number), "backward", None
        to_left = drift > 0
        if not self._habits.crossover:
            speed_m_s = SHUFFLE_SPEED_M_S * effort.target_speed_m_s / cast.runner.top_speed_m_s
            side = replace(effort, target_speed_m_s=speed_m_s, time_constant_s=SIDEWAYS_TIME_CONSTANT_S)
            side = replace(side, past_mark_m=0.3, walk_speed_m_s=0.6, deceleration_m_s2=2.2)
            course = sprint(side, distance_m, start.onset_s, 0.1, drift)
            return shuffle_take(cast, course, start, number, to_left=to_left), "shuffle", None
        cross = replace(effort, target_speed_m_s=CROSSOVER_SHARE * effort.target_speed_m_s, past_mark_m=0.5)
        return self._crossover(cast, cross, distance_m, start, (number, drift)), "crossover", None

    def _crossover(self, cast: Cast, effort: Effort, distance_m: float, start: Start, which: tuple[int, float]) -> Take:
        number, drift = which
        course = sprint(effort, distance_m, start.onset_s, 0.1, drift)
        # Twisted in as the run gets up to speed, and back as it ends.
        twist = np.sign(drift) * CROSSOVER_TWIST_RAD * np.clip(course.speed_m_s / 2.5, 0.0, 1.0)
        twist = np.convolve(np.pad(twist, 10, mode="edge"), np.hanning(21) / np.hanning(21).sum(), mode="valid")
        cast = replace(cast, style=replace(cast.style, turn_factor=1.6, arm_factor=0.6))
        take = run_take(cast, replace(course, heading_rad=twist), start, number, chest_rad=0.0)
        falls = tuple(
            replace(fall, swing_share=CROSSOVER_SWING_SHARE) if fall.run == number else fall for fall in take.falls
        )
        return replace(take, falls=falls, scene=replace(take.scene, falls=falls))
