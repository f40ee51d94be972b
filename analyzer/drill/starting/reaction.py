"""Reaction: from the start signal to the first movement, with what makes it uncertain."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from analyzer.drill.practice import Practice
from analyzer.drill.record import RunRecord
from analyzer.drill.starting.false_step import FalseStepConfig, false_step
from analyzer.model import CueMark, Notice, Placement, Plan, Reaction, StartFlag, UncertaintyPart
from analyzer.signal.grid import GridSignals
from analyzer.tables import RUNS, check

__all__ = ["ReactionConfig", "reaction_notices", "reactions", "with_false_step", "with_reactions"]


@dataclass(frozen=True, slots=True)
class ReactionConfig:
    """How first movements are held against start signals.

    Attributes
    ----------
    window_s : float
        A movement later than this after a signal is no answer to it: the slowest of athletes take half a second.
    early_s : float
        Who moved up to this long before a signal made a false start: the shortest wait after "ready".
    trunk_sd_s, legs_sd_s : float
        How well the first movement is seen. Even on force plates eyes differ by 20 ms; a foot's heel rises slowly.
    legs_apart_s : float
        The heel moves up to this long before or after the body does, by how the athlete starts: what legs alone are
        worth where the run's start says nothing of its own uncertainty.
    longest_link_delay_s : float
        The clock fit takes the shortest way through the radio for none; it lies between nothing and this. Mean ways
        of 10 to 32 ms are reported, and the shortest is less.
    longest_unknown_delay_s : float
        Screens and loudspeakers are late by 10 to 80 ms: by so much a reaction may be shorter than it reads.
    anticipation_s, anticipation_late_s : float
        Nobody reacts sooner: the limit of World Athletics, 0.100 s, and the one that leaves some room where the
        time between signal and sensors is less well known than `latency_sd_s`.
    latency_sd_s : float
        See there.
    false_step : FalseStepConfig
    """

    window_s: float = 2.0
    early_s: float = 1.5
    trunk_sd_s: float = 0.020
    legs_sd_s: float = 0.040
    legs_apart_s: float = 0.150
    longest_link_delay_s: float = 0.020
    longest_unknown_delay_s: float = 0.080
    anticipation_s: float = 0.100
    anticipation_late_s: float = 0.110
    latency_sd_s: float = 0.010
    false_step: FalseStepConfig = field(default_factory=FalseStepConfig)


def reactions(
    records: Sequence[RunRecord],
    cues: Sequence[CueMark],
    clock_sd_s: float = math.nan,
    config: ReactionConfig | None = None,
) -> tuple[Reaction, ...]:
    """Return how each run's start signal was answered.

    Parameters
    ----------
    records : sequence of RunRecord
        In order of time.
    cues : sequence of CueMark
        In order of time, on the records' clock.
    clock_sd_s : float
        Standard error of the fit of the sensors' clocks to that of the signals; NaN where they share one clock.
    config : ReactionConfig, optional

    Returns
    -------
    tuple of Reaction
        One per run that has a signal: the last one before the first movement, within `ReactionConfig.window_s`, or
        else the first one after it, within `ReactionConfig.early_s` and before the run ends.
    """
    config = config or ReactionConfig()
    found = []
    free_from_s = -math.inf
    for number, record in enumerate(records, start=1):
        cue = _cue_of(record, free_from_s, cues, config)
        if cue is not None:
            found.append(_reaction(number, record, cue, clock_sd_s, config))
        # A signal during a run belongs to that run or to none.
        free_from_s = record.stop_s
    return tuple(found)


def with_false_step(
    record: RunRecord, signals: Mapping[Placement, GridSignals], config: ReactionConfig | None = None
) -> RunRecord:
    """Return the run with what its window tells of a step back before the first real one."""
    config = config or ReactionConfig()
    start_s = record.start_s if record.start_seen else math.nan
    return replace(record, false_step=false_step(start_s, signals, record.travel_axes, config.false_step))


def with_reactions(practice: Practice, found: Sequence[Reaction], records: Sequence[RunRecord]) -> Practice:
    """Return the practice with its reactions, and what was odd about its starts, in the table of runs.

    Parameters
    ----------
    practice : Practice
    found : sequence of Reaction
    records : sequence of RunRecord
        As many as there are runs.
    """
    by_run = {reaction.run: reaction for reaction in found}
    per_run = [by_run.get(run) for run in practice.runs["run"]]
    runs = practice.runs.assign(
        reaction_time_s=np.array([one.time_s if one else np.nan for one in per_run], dtype=np.float64),
        reaction_time_sd_s=np.array([one.sd_s if one else np.nan for one in per_run], dtype=np.float64),
        cue_delay=_texts([one.cue.delay_unknown or "known" if one else "none" for one in per_run]),
        start_flag=_texts([_flags(one, record) for one, record in zip(per_run, records, strict=True)]),
    )
    return replace(practice, runs=check(RUNS, runs))


def reaction_notices(
    found: Sequence[Reaction], cues: Sequence[CueMark], n_runs: int, plan: Plan | None
) -> tuple[Notice, ...]:
    """Return what the coach should know of missing signals and missing answers."""
    n_planned = 0 if plan is None else sum(run.start_cue != "own" for run in plan.runs)
    notices = []
    if n_planned and not cues and n_runs:
        text = "The plan asks for starts on a signal, but the recording holds none: no reaction times. "
        notices.append(Notice("reaction.no_cue", text + "Give the signal with psr cue, or add its times as marks."))
    elif len(found) < min(n_planned, n_runs):
        text = f"{n_planned} runs were to start on a signal, {len(found)} did; the others have no reaction time. "
        notices.append(Notice("reaction.cue_missing", text + "Give the signal with psr cue before every run."))
    unanswered = [cue for cue in cues if cue not in [reaction.cue for reaction in found]]
    if unanswered:
        at = ", ".join(f"{cue.time_s:.1f} s" for cue in unanswered)
        text = f"{len(unanswered)} start signal(s) had no run right after (at {at}). They are not used."
        notices.append(Notice("reaction.unanswered", text))
    return tuple(notices)


def _cue_of(record: RunRecord, free_from_s: float, cues: Sequence[CueMark], config: ReactionConfig) -> CueMark | None:
    earliest_s = max(free_from_s, record.start_s - config.window_s)
    before = [cue for cue in cues if earliest_s <= cue.time_s <= record.start_s]
    if before:
        return before[-1]
    latest_s = min(record.stop_s, record.start_s + config.early_s)
    return next((cue for cue in cues if record.start_s < cue.time_s <= latest_s), None)


def _reaction(number: int, record: RunRecord, cue: CueMark, clock_sd_s: float, config: ReactionConfig) -> Reaction:
    on_trunk = record.start_told_by == "trunk"
    apart_s = 0.0 if on_trunk else _apart_s(record, config)
    moved = _movement_parts(record, apart_s, config)
    latency = _latency_parts(cue, clock_sd_s, config)
    delay_s = cue.delay[0] if math.isfinite(cue.delay[0]) else 0.0
    time_s = record.start_s - cue.time_s - delay_s if record.start_seen else math.nan
    is_late = _root_sum(latency) > config.latency_sd_s
    limit_s = config.anticipation_late_s if is_late else config.anticipation_s
    # An unknown delay is still in the number: without it the reaction was shorter.
    longer_s = apart_s + (config.longest_unknown_delay_s if cue.delay_unknown else 0.0)
    return Reaction(
        run=number,
        cue=cue,
        time_s=time_s,
        sd_s=_root_sum((*moved, *latency)) if math.isfinite(time_s) else math.nan,
        parts=(*moved, *latency),
        flag=_flag((time_s - longer_s, time_s + apart_s), limit_s),
        timed_by="trunk" if on_trunk else "legs",
    )


def _apart_s(record: RunRecord, config: ReactionConfig) -> float:
    """Return half the even spread of legs against the body that is as wide as the start's own uncertainty."""
    return math.sqrt(3) * record.start_sd_s if math.isfinite(record.start_sd_s) else config.legs_apart_s


def _movement_parts(record: RunRecord, apart_s: float, config: ReactionConfig) -> tuple[UncertaintyPart, ...]:
    if record.start_told_by == "trunk":
        # fmax, as a start that does not say how well it was seen is as good as eyes on a force plate.
        sd_s = float(np.fmax(config.trunk_sd_s, record.start_sd_s))
        return (UncertaintyPart("first movement", sd_s, "how well a start of the trunk is seen"),)
    return (
        UncertaintyPart("first movement", config.legs_sd_s, "how well a heel's rise is seen"),
        UncertaintyPart("legs for body", apart_s / math.sqrt(3), "even spread of legs against body"),
    )


def _latency_parts(cue: CueMark, clock_sd_s: float, config: ReactionConfig) -> tuple[UncertaintyPart, ...]:
    """Return what makes the time between signal and sensors uncertain; what is zero or unknown is left out."""
    link_sd_s = math.nan
    if math.isfinite(clock_sd_s):
        # Not taken off, as nobody measured it: the root mean square of an even spread from nothing to the longest.
        link_sd_s = config.longest_link_delay_s / math.sqrt(3)
    parts = (
        UncertaintyPart("clock fit", clock_sd_s, "sensor clock against host clock, from arrival times"),
        UncertaintyPart("radio", link_sd_s, "shortest way through the radio, not taken off"),
        UncertaintyPart("signal time", cue.time_sd_s, "carried over from another log"),
        UncertaintyPart("signal delay", cue.delay[1], "as measured and stated"),
    )
    return tuple(part for part in parts if part.sd_s > 0)


def _root_sum(parts: Sequence[UncertaintyPart]) -> float:
    return math.hypot(*(part.sd_s for part in parts))


def _flag(between_s: tuple[float, float], limit_s: float) -> StartFlag:
    """Return the word for a reaction that lies surely between two times."""
    low_s, high_s = between_s
    if math.isnan(low_s):
        return "start_unseen"
    if high_s < 0:
        return "false_start"
    if high_s < limit_s:
        return "anticipated"
    return "ok" if low_s >= limit_s else "unsure"


def _flags(reaction: Reaction | None, record: RunRecord) -> str:
    flags: list[str] = [reaction.flag] if reaction and reaction.flag != "ok" else []
    flags += ["false_step"] if record.false_step == "yes" else []
    return ";".join(flags) or ("ok" if reaction else "none")


def _texts(values: Sequence[str]) -> pd.Series:
    return pd.Series(values, dtype="str")
