"""What the rules say of made and of recorded practices."""

import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import pandas as pd

import analyzer
from analyzer.mechanics.thresholds import load
from analyzer.model import Analysis, Level, Recording
from analyzer.session import Session
from analyzer.virtual import VirtualPractice, simulate
from benchmarks.verdict_cases import NEEDS_OWN_PLAN, SCRIPT, SENSORS, Case, scenario_of_case

__all__ = ["SAID_COLUMNS", "gathered_verdicts", "judged_case", "recorded_verdicts"]

SAID_COLUMNS = ["fault", "dose", "number", "person", "confounder", "sensors", "rule", "level"]

SILENT = "silent"

PROGRESS_EVERY = 10


def gathered_verdicts(todo: Sequence[Case], n_processes: int) -> pd.DataFrame:
    """Return what is said of each case, in the order of the cases, whatever the number of processes.

    Returns
    -------
    pandas.DataFrame
        As `judged_case`.
    """
    frames = []
    # Processes, as almost all of it is Python; one alone needs no pool and shows its errors plainly.
    if n_processes == 1:
        frames = list(_shown(map(judged_case, todo), len(todo)))
    else:
        with ProcessPoolExecutor(n_processes) as pool:
            frames = list(_shown(pool.map(judged_case, todo), len(todo)))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=SAID_COLUMNS)


def judged_case(case: Case) -> pd.DataFrame:
    """Make a practice and return what every rule says of it with each set of sensors.

    Returns
    -------
    pandas.DataFrame
        ``fault, dose, number, person, confounder, sensors, rule, level``, one row per set of sensors and rule that
        has a sensor where it needs one; level ``silent`` where the rule says nothing.
    """
    practice = simulate(scenario_of_case(case), case.seed, placements=SENSORS["all"], script=SCRIPT)
    recording = _received(practice) if case.confounder == "lost packets" else practice.recording()
    rules = load().rules
    who = (case.fault, case.dose, case.number, case.person, case.confounder)
    rows = []
    # Between nothing and clear only the whole set is looked at: the curve over the dose is its.
    sets = SENSORS if case.dose in ("none", "clear") else {"all": SENSORS["all"]}
    for sensors, placements in sets.items():
        worn = {placement: stream for placement, stream in recording.streams.items() if placement in placements}
        found = analyzer.analyze(replace(recording, streams=worn)).findings
        # A rule that speaks of several runs is heard at its loudest.
        levels = {finding.rule: finding.level.value for finding in reversed(found)}
        segments = {placement.segment for placement in placements}
        for rule in rules.values():
            usable = not rule.placements or segments & set(rule.placements)
            if usable and case.fault in NEEDS_OWN_PLAN.get(rule.name, {case.fault}):
                rows.append((*who, sensors, rule.name, levels.get(rule.name, SILENT)))
    return pd.DataFrame(rows, columns=SAID_COLUMNS)


def recorded_verdicts(folder: Path) -> pd.DataFrame:
    """Return what is flagged in the practices of a folder of recordings with truth.

    Returns
    -------
    pandas.DataFrame
        ``practice, fix, look, keep``: names of the rules, by level.
    """
    paths = sorted(folder.glob("*.npz"))
    rows = [(path.stem, *_by_level(analyzer.analyze(analyzer.read(path)))) for path in paths]
    return pd.DataFrame(rows, columns=["practice", "fix", "look", "keep"])


def _by_level(found: Analysis) -> tuple[str, ...]:
    return tuple(
        ", ".join(sorted({finding.rule for finding in found.findings if finding.level is level}))
        for level in (Level.FIX, Level.LOOK, Level.KEEP)
    )


def _received(practice: VirtualPractice) -> Recording:
    """Return what a host makes of the payloads that arrive."""
    session = Session(practice.plan, practice.athlete)
    for payload in practice.payloads():
        session.push(payload)
    for mark in practice.marks:
        session.mark(mark)
    recording = session.finish().recording
    # A session that was given payloads always hands back what it read from them.
    return practice.recording() if recording is None else recording


def _shown(frames: Iterable[pd.DataFrame], total: int) -> Iterable[pd.DataFrame]:
    for number, frame in enumerate(frames, start=1):
        if number % PROGRESS_EVERY == 0 or number == total:
            print(f"\r{number} of {total} practices", end="\n" if number == total else "", file=sys.stderr, flush=True)
        yield frame
