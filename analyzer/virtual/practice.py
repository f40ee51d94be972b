"""The script of a practice: stand, crouch, run, slow down, turn, walk back, rest, again."""

from dataclasses import dataclass

import numpy as np

from analyzer.model import Plan, PlannedRun
from analyzer.virtual.footfalls import Walker
from analyzer.virtual.path import (
    Effort,
    Path,
    Stretch,
    even_path,
    join,
    run_stretch,
    stand_stretch,
    turn_stretch,
    walk_stretch,
)
from analyzer.virtual.runner import Runner, Style, share_of_top_speed
from analyzer.virtual.scene import Crouch, Scene
from analyzer.virtual.seeds import generator

__all__ = ["RunTruth", "ScriptConfig", "draw_effort", "play", "play_steady"]

STEADY_MARGIN_S = 2.5
"""Running before and after a steady recording, so that its first and last stride are like the others."""

PAST_MARK_M = 2.0
"""How far past the mark a runner keeps the speed who was told to run through it."""

STRETCHES_PER_RUN = 5
"""Stand, run, turn, walk back, turn."""

SHORT_RUN_M = 12.0
SHORT_PAST_MARK_M, SHORT_BRAKE_M_S2 = 0.5, 0.8
"""Over less than that nobody runs through the mark: he keeps his speed for no more than a step and brakes harder, by
this much. Else a run over 10 yd would go on for 16."""


@dataclass(frozen=True, slots=True)
class ScriptConfig:
    """What lies between the runs.

    Attributes
    ----------
    first_stand_s : float
        Quiet stand before the first run, the athletic stance included.
    rest_stand_s : float
        Stand before each later run where the plan asks for no rest.
    min_stand_s : float
        Shortest stand, where the planned rest is shorter than the way back.
    last_stand_s : float
        Stand after the last run.
    crouch_s : float
        Athletic stance before the onset.
    walk_speed_m_s : float
        Speed of walking back.
    split_m : float
        How far back the first foot stands in the athletic stance.
    """

    first_stand_s: float = 6.0
    rest_stand_s: float = 10.0
    min_stand_s: float = 4.0
    last_stand_s: float = 3.0
    crouch_s: float = 1.6
    walk_speed_m_s: float = 1.45
    split_m: float = 0.22


@dataclass(frozen=True, slots=True)
class RunTruth:
    """What really happened in one run.

    Attributes
    ----------
    run : int
        From 1.
    asked_effort_pct, distance_m : float
    start_s : float
        First forward motion.
    mark_s : float
        The body passes the mark.
    deceleration_start_s : float
    stop_s : float
        End of slowing, at walking speed; the last toe-off of running lies shortly before it.
    peak_speed_m_s, speed_at_mark_m_s : float
    """

    run: int
    asked_effort_pct: float
    distance_m: float
    start_s: float
    mark_s: float
    deceleration_start_s: float
    stop_s: float
    peak_speed_m_s: float
    speed_at_mark_m_s: float


def play(
    plan: Plan, runner: Runner, style: Style, seed: int, config: ScriptConfig | None = None
) -> tuple[Scene, list[RunTruth]]:
    """Return a whole practice.

    Parameters
    ----------
    plan : Plan
        Runs forward at the athlete's own start.
    runner : Runner
    style : Style
    seed : int
    config : ScriptConfig, optional

    Returns
    -------
    scene : Scene
    runs : list of RunTruth
    """
    config = config or ScriptConfig()
    stretches: list[Stretch] = []
    for number, planned in enumerate(plan.runs, start=1):
        effort = draw_effort(planned, plan, runner, style, seed, number)
        stretches += _round(planned, effort, config, stretches)
    # After the last run nobody walks back: stand, run and turn are left.
    stretches = stretches[: STRETCHES_PER_RUN * len(plan.runs) - 2]
    stretches.append(stand_stretch(config.last_stand_s))
    path, begins = join(stretches)
    walker = Walker(path, runner, style)
    walker.stand(0.0)
    crouches, runs = [], []
    for number, planned in enumerate(plan.runs, start=1):
        first = STRETCHES_PER_RUN * (number - 1)
        onset_s, turn_s = begins[first + 1 : first + 3]
        # After the last run there is no way back: the closing stand follows.
        rest_s = begins[min(first + STRETCHES_PER_RUN, len(stretches) - 1)]
        down_s = onset_s - config.crouch_s
        draw = generator(seed, "run", number, "steps")
        walker.split(down_s, config.split_m)
        landed_s = walker.start(onset_s, number, draw)
        walker.halt(walker.go(landed_s, rest_s - 0.6, number, draw))
        crouches.append(Crouch(down_s, onset_s))
        runs.append(_run_truth(path, planned, number, onset_s, turn_s))
    return Scene(seed, runner, style, path, walker.finish(), tuple(crouches), path.stop_s), runs


def play_steady(speed_m_s: float, duration_s: float, runner: Runner, style: Style, seed: int) -> Scene:
    """Return running at one speed, without start and end, as on a treadmill."""
    path = even_path(speed_m_s, -STEADY_MARGIN_S, duration_s + STEADY_MARGIN_S)
    walker = Walker(path, runner, style)
    # Begin before the recording and go on after it, so that all that is recorded is steady.
    walker.go(0.2 - STEADY_MARGIN_S, duration_s + STEADY_MARGIN_S - 0.2, 1, generator(seed, "run", 1, "steps"))
    return Scene(seed, runner, style, path, walker.finish(), (), duration_s)


def draw_effort(planned: PlannedRun, plan: Plan, runner: Runner, style: Style, seed: int, number: int) -> Effort:
    """Return how a runner runs what was asked, forward."""
    draw = generator(seed, "run", number, "effort")
    share = share_of_top_speed(planned.effort_pct, plan.wording, style)
    # Nobody hits a submaximal effort exactly; a maximal run needs no aim.
    if share < 1.0:
        share *= float(draw.lognormal(0.0, 0.012))
    # A gentler run starts more gently still: initial acceleration falls as share to the power 1.5.
    time_constant_s = runner.time_constant_s * share**-0.5 * float(draw.lognormal(0.0, 0.03))
    short = planned.distance_m < SHORT_RUN_M
    target_m_s = share * style.speed_factor * runner.top_speed_m_s
    return Effort(
        target_m_s,
        time_constant_s,
        deceleration_m_s2=float(draw.uniform(1.6, 2.1)) + (SHORT_BRAKE_M_S2 if short else 0.0),
        past_mark_m=(SHORT_PAST_MARK_M if short else PAST_MARK_M) + style.past_mark_m,
        cruise_speed_m_s=style.cruise_share * target_m_s,
    )


def _round(planned: PlannedRun, effort: Effort, config: ScriptConfig, before: list[Stretch]) -> list[Stretch]:
    run = run_stretch(effort, planned.distance_m)
    around = turn_stretch(effort.walk_speed_m_s, np.pi)
    # Back to the very mark where the run began, so that errors of place do not add up over runs.
    way_m = _way_m(run) + _way_m(around)
    back = walk_stretch(-way_m, -config.walk_speed_m_s, 0.0)
    stand_s = config.first_stand_s
    if before:
        # The planned rest runs from the end of the last run; turn and way back are part of it.
        gone_s = sum(float(stretch.time_s[-1]) for stretch in before[2 - STRETCHES_PER_RUN :])
        rest_s = planned.rest_before_s
        stand_s = config.rest_stand_s if np.isnan(rest_s) else max(rest_s - gone_s, config.min_stand_s)
    return [stand_stretch(stand_s), run, around, back, turn_stretch(0.0, np.pi)]


def _way_m(stretch: Stretch) -> float:
    return float(np.trapezoid(stretch.speed_m_s, stretch.time_s))


def _run_truth(path: Path, planned: PlannedRun, number: int, onset_s: float, end_s: float) -> RunTruth:
    time_s = np.arange(onset_s, end_s, 0.001)
    speed = path.speed(time_s)
    way_m = path.position(time_s) - path.position(onset_s)
    # Speed is positive throughout a run, so way can be turned into time.
    mark_s = float(np.interp(planned.distance_m, way_m, time_s))
    peak = int(np.argmax(speed))
    return RunTruth(
        number,
        planned.effort_pct,
        planned.distance_m,
        onset_s,
        mark_s,
        float(time_s[peak]),
        end_s,
        float(speed[peak]),
        path.speed_at(mark_s),
    )
