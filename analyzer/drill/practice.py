"""A whole practice: its runs numbered, matched to the plan, compared with the day's best, and its rests."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from analyzer.drill.course.direction import DirectionConfig, Way, ways
from analyzer.drill.course.turning import Turn, TurnConfig, finish_notices, turn_of
from analyzer.drill.planned.assignment import Assignment, AssignmentConfig, assign
from analyzer.drill.planned.effort import EffortConfig, EffortRuns, achieved_of_best, achieved_of_day
from analyzer.drill.planned.history import PastRun
from analyzer.drill.record import RunRecord
from analyzer.drill.rest.movement import Paces
from analyzer.drill.rest.recovery import RecoveryConfig, Rests, rest_before_s, rests, work_to_rest
from analyzer.drill.speed.scale import ScaleConfig, anchored
from analyzer.drill.speed.speeds import SpeedsConfig, maximal_runs, speed_columns
from analyzer.drill.stage.stage_samples import known_median
from analyzer.model import Floats, Notice, Plan, Timing
from analyzer.rows import Rows, count, joined, only
from analyzer.tables import CONTACTS, RUNS, STEPS, STRIDES, Schema, build, empty

__all__ = ["Practice", "PracticeConfig", "practice_of"]


@dataclass(frozen=True, slots=True)
class PracticeConfig:
    """How the runs of a practice are put in order.

    Attributes
    ----------
    backward_length_sd : float
        Relative uncertainty of a stride length in a run that did not go forward.
    """

    direction: DirectionConfig = field(default_factory=DirectionConfig)
    assignment: AssignmentConfig = field(default_factory=AssignmentConfig)
    effort: EffortConfig = field(default_factory=EffortConfig)
    recovery: RecoveryConfig = field(default_factory=RecoveryConfig)
    scale: ScaleConfig = field(default_factory=ScaleConfig)
    speeds: SpeedsConfig = field(default_factory=SpeedsConfig)
    turn: TurnConfig = field(default_factory=TurnConfig)
    backward_length_sd: float = 0.20


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Practice:
    """Tables of a practice and what the coach should know about them."""

    contacts: pd.DataFrame
    strides: pd.DataFrame
    steps: pd.DataFrame
    runs: pd.DataFrame
    notices: tuple[Notice, ...]


def practice_of(
    records: Sequence[RunRecord],
    plan: Plan | None,
    movement: tuple[Floats, Paces],
    config: PracticeConfig | None = None,
    timings: Sequence[Timing] = (),
    past: Sequence[PastRun] = (),
) -> Practice:
    """Return the tables of a practice.

    Parameters
    ----------
    records : sequence of RunRecord
        In order of time.
    plan : Plan or None
    movement : (m,) float array, (m,) int8 array
        Times, and how the athlete moved then (`analyzer.drill.rest.movement.Pace`).
    config : PracticeConfig, optional
    timings : sequence of Timing, optional
        Known times of runs: their lengths are anchored.
    past : sequence of PastRun, optional
        The same athlete's runs of the last weeks.

    Returns
    -------
    Practice
    """
    config = config or PracticeConfig()
    if not records:
        return Practice(empty(CONTACTS), empty(STRIDES), empty(STEPS), empty(RUNS), ())
    told = ways([record.travels for record in records], _column(records, "peak_speed_m_s"), config.direction)
    assignment = _assignment(records, [way.direction for way in told], plan, config)
    planned_m = [plan.runs[slot].distance_m if plan and slot is not None else np.nan for slot in assignment.slots]
    records, unused = anchored(records, timings, planned_m, config.scale)
    runs = _runs(records, assignment, plan, movement, config, past)
    runs = runs.assign(manner=_manners(told, assignment.directions), **_turn_columns(records, config))
    planned = [plan.runs[slot] if plan and slot is not None else None for slot in assignment.slots]
    finishes = finish_notices(runs["turn_rad"].to_numpy(), assignment.directions, planned)
    went = zip(records, assignment.directions, strict=True)
    strides = [_by_direction(record.strides, direction, config) for record, direction in went]
    return Practice(
        _numbered([record.contacts for record in records], CONTACTS),
        _numbered(strides, STRIDES),
        _numbered([record.steps for record in records], STEPS),
        runs,
        (*assignment.notices, *finishes, *_held_back(runs, config), *unused),
    )


def _by_direction(strides: Rows, direction: str, config: PracticeConfig) -> Rows:
    """Return the strides of a run, their lengths only estimates where it did not go forward."""
    if direction in ("forward", "unknown"):
        return strides
    # The foot rolls the other way: neither its stillest instant nor the ball as pivot is where it was looked for.
    length_m, source = strides["stride_length_m"], strides["length_source"]
    sd_m = np.hypot(strides["stride_length_sd_m"], config.backward_length_sd * length_m)
    estimated = np.where(np.isnan(length_m), source, "estimated")
    return {**strides, "stride_length_sd_m": sd_m, "length_source": estimated}


_TURN = ("turn_rad", "turn_radius_m", "turn_speed_in_m_s", "turn_speed_out_m_s")


def _turn_columns(records: Sequence[RunRecord], config: PracticeConfig) -> dict[str, Floats]:
    turns = [_turn(record, config) for record in records]
    values = np.array([[t.turn_rad, t.radius_m, t.speed_in_m_s, t.speed_out_m_s] for t in turns])
    return dict(zip(_TURN, values.T, strict=True))


def _turn(record: RunRecord, config: PracticeConfig) -> Turn:
    middle = record.strides["start_s"] + 0.5 * record.strides["stride_time_s"]
    return turn_of(record.travels, middle, record.strides["speed_m_s"], config.turn)


def _manners(told: Sequence[Way], directions: Sequence[str]) -> list[str]:
    """Return how each sideways run was done; unknown where only the plan says that it went sideways."""
    return [
        ("unknown" if way.manner == "none" else way.manner) if direction.startswith("lateral") else "none"
        for way, direction in zip(told, directions, strict=True)
    ]


def _held_back(runs: pd.DataFrame, config: PracticeConfig) -> list[Notice]:
    """Say where full effort was asked for and no run stands for it."""
    full = runs[runs["asked_effort_pct"] >= config.effort.full_effort_pct]
    # Nothing is said of speeds that are not known: that has its own reason.
    if full.empty or not full["achieved_reference"].str.startswith("fastest").all():
        return []
    asked = f"{full['asked_effort_pct'].max():g} %"
    text = f"No run asked at {asked} was a true full effort. Efforts are shares of the fastest run instead."
    return [Notice("effort.held_back", text)]


def _assignment(
    records: Sequence[RunRecord], direction: Sequence[str], plan: Plan | None, config: PracticeConfig
) -> Assignment:
    if plan is None:
        nothing = (np.nan,) * len(records)
        return Assignment((None,) * len(records), nothing, tuple(direction), distance_fits=True, notices=())
    return assign(_column(records, "peak_speed_m_s"), _column(records, "way_m"), direction, plan, config.assignment)


def _runs(
    records: Sequence[RunRecord],
    assignment: Assignment,
    plan: Plan | None,
    movement: tuple[Floats, Paces],
    config: PracticeConfig,
    past: Sequence[PastRun],
) -> pd.DataFrame:
    start, stop, peak = (_column(records, name) for name in ("start_s", "stop_s", "peak_speed_m_s"))
    planned = [plan.runs[slot] if plan is not None and slot is not None else None for slot in assignment.slots]
    medians = [_medians(record) for record in records]
    asked = np.array([run.effort_pct if run else np.nan for run in planned])
    way = _column(records, "way_m")
    # A tape knows the distance better than the strides do, unless it is another distance altogether.
    taped = [run if assignment.distance_fits else None for run in planned]
    distance = np.array([run.distance_m if run else way_m for run, way_m in zip(taped, way, strict=True)])
    compared = EffortRuns(peak, asked, assignment.directions, distance, way)
    of_day = achieved_of_day(compared, config.effort)
    of_best = achieved_of_best(compared, past, config.effort)
    columns: dict[str, Sequence[Any] | np.ndarray[Any, Any]] = {
        "run": np.arange(1, len(records) + 1),
        "asked_effort_pct": asked,
        "assignment_confidence": assignment.run_confidence,
        "direction": assignment.directions,
        # Filled by `practice_of`: what the feet themselves saw.
        "manner": ["none"] * len(records),
        **{name: np.full(len(records), np.nan) for name in _TURN},
        "start_s": start,
        "start_sd_s": _column(records, "start_sd_s"),
        "stop_s": stop,
        "deceleration_start_s": _column(records, "deceleration_start_s"),
        "distance_m": distance,
        "peak_speed_m_s": peak,
        "peak_speed_sd_m_s": _column(records, "peak_speed_sd_m_s"),
        "achieved_pct": of_day.pct,
        "achieved_reference": of_day.reference,
        "achieved_of_best_pct": of_best.pct,
        "best_reference": of_best.reference,
        **_rest_columns(start, stop, rests(*movement, start, stop, config.recovery)),
        # No sensor hears the start signal: `analyzer.drill.starting.reaction` fills these where it is known.
        "reaction_time_s": np.full(len(records), np.nan),
        "reaction_time_sd_s": np.full(len(records), np.nan),
        "cue_delay": ["none"] * len(records),
        "start_flag": ["none"] * len(records),
        # A push-off whose landing was not seen is no contact to count.
        "n_contacts": [int(np.isfinite(record.contacts["initial_contact_s"]).sum()) for record in records],
        "received_pct": _column(records, "received_pct"),
        "quality": [";".join(record.troubles) or "ok" for record in records],
    }
    columns |= {name: [median[name] for median in medians] for name in _MEDIANS}
    maximal = maximal_runs(asked, np.asarray(columns["achieved_pct"]), assignment.directions)
    columns |= speed_columns(records, np.asarray(columns["distance_m"]), maximal, config.speeds)
    return build(RUNS, columns)


def _rest_columns(start_s: Floats, stop_s: Floats, spent: Rests) -> dict[str, Sequence[Any] | Floats]:
    rest_s = rest_before_s(start_s, stop_s)
    return {
        "rest_before_s": rest_s,
        "rest_mode": spent.mode,
        "rest_still_share": spent.still_share,
        "rest_walking_share": spent.walking_share,
        "rest_jogging_share": spent.jogging_share,
        "work_to_rest": work_to_rest(start_s, stop_s),
        # How long a rest should be is for the rules to say.
        "rest_needed_s": np.full(rest_s.size, np.nan),
        "rest_verdict": ["none" if mode == "none" else "unknown" for mode in spent.mode],
    }


_MEDIANS = ("step_frequency_hz", "stride_length_m", "contact_time_s", "flight_time_s", "duty_factor")


def _medians(record: RunRecord) -> dict[str, float]:
    """Medians of the fly phase; contacts that touch a hole or the window's edge do not count."""
    fly, fly_steps = (only(rows, rows["phase"] == "fly") for rows in (record.strides, record.steps))
    clean = only(fly, fly["quality"] == "ok")
    # With one foot the other's contacts are not seen: a step lasts, on average, half a stride.
    frequency = fly_steps["step_frequency_hz"] if count(fly_steps) else 2.0 * fly["stride_frequency_hz"]
    return {
        "step_frequency_hz": known_median(frequency),
        "stride_length_m": known_median(fly["stride_length_m"]),
        "contact_time_s": known_median(clean["contact_time_s"]),
        "flight_time_s": known_median(fly_steps["flight_time_s"]),
        "duty_factor": known_median(clean["duty_factor"]),
    }


def _column(records: Sequence[RunRecord], name: str) -> Floats:
    return np.array([getattr(record, name) for record in records], dtype=np.float64)


def _numbered(parts: Sequence[Rows], schema: Schema) -> pd.DataFrame:
    """Return the rows of all runs, each with the number of its run, as one table."""
    numbers = np.repeat(np.arange(1, len(parts) + 1), [count(part) for part in parts])
    return build(schema, {**joined(parts), "run": numbers})
