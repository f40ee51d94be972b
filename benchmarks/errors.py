"""Found less true, contact by contact, stride by stride, run by run."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

import analyzer
from analyzer.model import Analysis, Bools, Floats, Indices, Recording
from benchmarks.matching import matched
from benchmarks.truth import Trial

__all__ = ["CONTACT_TIME", "INITIAL_CONTACT", "PLACEMENTS", "TOE_OFF", "Errors", "errors_of", "gathered", "only"]

INITIAL_CONTACT = "initial contact"
TOE_OFF = "toe-off"
CONTACT_TIME = "contact time"

EVENTS = {INITIAL_CONTACT: ("initial_contact", 0.025), TOE_OFF: ("toe_off", 0.030)}
"""Event -> its column and how close counts as found."""

REACH_S = 0.060
"""Errors are taken from all pairs within this, so that the tolerance hides no bias."""

CONTACT_REACH_S = 0.100
"""A toe-off further off belongs to another contact."""

STRIDE_REACH_S = 0.080
MID_CONTACT_REACH_S = 0.200
"""The middle of a contact is not its stillest instant."""

SAME_STRIDE_SHARE = 0.25
"""A stride whose time differs by more has skipped a contact, or found one too many."""

AROUND_RUN_S = 0.3
"""Contacts found this far outside a run are not held against precision: walking steps are contacts too."""

HOLE_MARGIN_S = 0.050
"""A contact this close to lost samples touches them."""

PLACEMENTS = ("foot", "shank", "pelvis", "wrist")


@dataclass(frozen=True, slots=True, eq=False)
class Errors:
    """Errors of one or many recordings.

    Attributes
    ----------
    events : pandas.DataFrame
        One row per required event (`outcome` ``found`` or ``missed``) and one per event that was none (``false``),
        which takes speed, kind and step of the nearest true one.
    strides : pandas.DataFrame
        One row per required stride.
    runs : pandas.DataFrame
        One row per true run, and per steady recording for stride frequency.
    """

    events: pd.DataFrame
    strides: pd.DataFrame
    runs: pd.DataFrame


def only(recording: Recording, segment: str) -> Recording | None:
    """Return the recording with the sensors of one segment alone, None if there is none."""
    streams = {placement: stream for placement, stream in recording.streams.items() if placement.segment == segment}
    return replace(recording, streams=streams) if streams else None


def gathered(makers: Sequence[Callable[[], Trial]], n_processes: int) -> Errors:
    """Return the errors of many trials, each analysed with feet, shanks, pelvis and wrists alone."""
    with ProcessPoolExecutor(n_processes) as pool:
        return pooled(pool.map(_all_placements, makers))


def pooled(parts: Iterable[Errors]) -> Errors:
    """Return errors of several recordings as one."""
    many = list(parts)
    return Errors(
        pd.concat([part.events for part in many], ignore_index=True),
        pd.concat([part.strides for part in many], ignore_index=True),
        pd.concat([part.runs for part in many], ignore_index=True),
    )


def errors_of(trial: Trial, segment: str, recording: Recording | None = None) -> Errors:
    """Analyse the sensors of one segment and compare with the truth.

    Parameters
    ----------
    trial : Trial
    segment : {'foot', 'shank', 'pelvis', 'wrist'}
    recording : Recording, optional
        Analysed instead of the trial's own, such as one with its sensors turned.

    Returns
    -------
    Errors
        Empty tables where nothing is worn on that segment.
    """
    worn = only(recording or trial.recording, segment)
    if worn is None:
        return Errors(pd.DataFrame(), pd.DataFrame(), pd.DataFrame())
    analysis = analyzer.analyze(worn)
    owner: dict[str, str | int] = {
        "trial": trial.name,
        "group": trial.group,
        "person": trial.person,
        "half": trial.half,
    }
    owner |= {"placement": segment, "rate_hz": round(next(iter(worn.streams.values())).rate_hz)}
    events = _event_rows(trial, analysis, segment) if segment != "wrist" else []
    strides = _stride_rows(trial, analysis) if segment == "foot" else []
    tables = (events, strides, _run_rows(trial, analysis))
    return Errors(*(pd.DataFrame(rows).assign(**owner) for rows in tables))


def _all_placements(maker: Callable[[], Trial]) -> Errors:
    return pooled(map(partial(errors_of, maker()), PLACEMENTS))


_Row = dict[str, object]


def _event_rows(trial: Trial, analysis: Analysis, segment: str) -> list[_Row]:
    rows: list[_Row] = []
    for side in _sides(analysis, segment):
        mine = trial.contacts if side is None else trial.contacts[trial.contacts["side"] == side]
        found = analysis.contacts if side is None else analysis.contacts[analysis.contacts["side"] == side]
        if mine["required"].any():
            rows += _side_rows(trial, mine.reset_index(drop=True), found.reset_index(drop=True))
    return rows


def _sides(analysis: Analysis, segment: str) -> Sequence[str | None]:
    """Sides whose contacts the sensors can see; None for both at once, where a sensor does not tell them apart."""
    if segment == "pelvis" or analysis.recording is None:
        return [None]
    return sorted({placement.side for placement in analysis.recording.streams})


def _side_rows(trial: Trial, true: pd.DataFrame, found: pd.DataFrame) -> list[_Row]:
    windows = _windows(trial, true)
    near = _state(trial, true["initial_contact_s"].to_numpy(), true["toe_off_s"].to_numpy(), true["side"].to_list())
    pairs = {}
    rows: list[_Row] = []
    for event, (name, tolerance_s) in EVENTS.items():
        times, found_s = true[f"{name}_s"].to_numpy(), found[f"{name}_s"].to_numpy()
        pairs[event] = matched(found_s, times, REACH_S)
        for row in np.flatnonzero(true["required"].to_numpy() & np.isfinite(times)):
            pair = int(pairs[event][row])
            error_s = found_s[pair] - times[row] if pair >= 0 else np.nan
            told = found.iloc[pair] if pair >= 0 else None
            rows.append(
                {
                    "event": event,
                    "outcome": "found" if abs(error_s) <= tolerance_s else "missed",
                    "time_s": times[row],
                    "error_s": error_s,
                    "sd_s": np.nan if told is None else told[f"{name}_sd_s"],
                    "quality": "" if told is None else told["quality"],
                    "same_side": told is None or told["side"] == true["side"][row],
                    **_context(true, near, int(row)),
                }
            )
        # What lies near a contact that may or may not be found is neither right nor wrong.
        free = set(pairs[event][~true["required"].to_numpy()]) | _close(pairs[event], found_s, times, tolerance_s)
        spare = [row for row in np.flatnonzero(_inside(found_s, windows)) if row not in free]
        for row in spare:
            place = _context(true, near, int(np.nanargmin(np.abs(times - found_s[row]))))
            rows.append({"event": event, "outcome": "false", "time_s": found_s[row], **place})
    return rows + _contact_time_rows(true, found, pairs[INITIAL_CONTACT], near)


def _close(pairs: Indices, found_s: Floats, true_s: Floats, tolerance_s: float) -> set[int]:
    paired = np.flatnonzero(pairs >= 0)
    return {int(pairs[row]) for row in paired if abs(found_s[pairs[row]] - true_s[row]) <= tolerance_s}


def _contact_time_rows(true: pd.DataFrame, found: pd.DataFrame, pairs: Indices, near: pd.DataFrame) -> list[_Row]:
    rows: list[_Row] = []
    for row in np.flatnonzero(true["required"].to_numpy() & (pairs >= 0)):
        told = found.iloc[int(pairs[row])]
        late_s = told["toe_off_s"] - true["toe_off_s"][row]
        if abs(late_s) <= CONTACT_REACH_S:
            true_s = true["toe_off_s"][row] - true["initial_contact_s"][row]
            error_s = told["contact_time_s"] - true_s
            rows.append(
                {
                    "event": CONTACT_TIME,
                    "outcome": "found",
                    "time_s": true["initial_contact_s"][row],
                    "true_s": true_s,
                    "error_s": error_s,
                    "sd_s": np.hypot(told["initial_contact_sd_s"], told["toe_off_sd_s"]),
                    "quality": told["quality"],
                    **_context(true, near, int(row)),
                }
            )
    return rows


def _context(true: pd.DataFrame, near: pd.DataFrame, row: int) -> _Row:
    one = true.iloc[row]
    told = {name: one[name] for name in ("run", "side", "kind", "speed_m_s", "step")}
    return told | {"hole": near["hole"][row], "clipped_pct": near["clipped_pct"][row]}


def _windows(trial: Trial, true: pd.DataFrame) -> list[tuple[float, float]]:
    if len(trial.runs):
        return [
            (start_s - AROUND_RUN_S, end_s + AROUND_RUN_S)
            for start_s, end_s in zip(trial.runs["start_s"], trial.runs["end_s"], strict=True)
        ]
    running = true[true["required"]]
    return [(running["initial_contact_s"].min() - AROUND_RUN_S, running["toe_off_s"].max() + AROUND_RUN_S)]


def _inside(times: Floats, windows: list[tuple[float, float]]) -> Bools:
    inside = np.zeros(len(times), dtype=np.bool_)
    for start_s, stop_s in windows:
        inside |= (times >= start_s) & (times <= stop_s)
    return inside


def _state(trial: Trial, start_s: Floats, stop_s: Floats, sides: list[str]) -> pd.DataFrame:
    """Whether samples were lost around each stretch, and how many sat at the sensor's limit."""
    rows = []
    for start, stop, side in zip(start_s, stop_s, sides, strict=True):
        streams = [s for p, s in trial.recording.streams.items() if p.segment == "foot" and p.side == side]
        if not streams or not np.isfinite(start + stop):
            rows.append((False, 0.0))
            continue
        part = streams[0].between(start - HOLE_MARGIN_S, stop + HOLE_MARGIN_S)
        gaps_s = np.diff(part.time_s, append=stop + HOLE_MARGIN_S, prepend=start - HOLE_MARGIN_S)
        clipped = float(part.clipped.any(axis=1).mean()) if part.n_samples else 0.0
        rows.append((bool(gaps_s.max() > 1.5 / streams[0].rate_hz), 100.0 * clipped))
    return pd.DataFrame(rows, columns=["hole", "clipped_pct"])


def _stride_rows(trial: Trial, analysis: Analysis) -> list[_Row]:
    rows: list[_Row] = []
    for side in _sides(analysis, "foot"):
        true = trial.strides[trial.strides["side"] == side].reset_index(drop=True)
        found = analysis.strides[analysis.strides["side"] == side].reset_index(drop=True)
        found_s, reach_s = found["start_s"].to_numpy(), STRIDE_REACH_S
        if trial.mid_contact:
            found_s, reach_s = found_s + found["contact_time_s"].to_numpy() / 2, MID_CONTACT_REACH_S
        pairs = matched(found_s, true["start_s"].to_numpy(), reach_s)
        near = _state(trial, true["start_s"].to_numpy(), true["end_s"].to_numpy(), true["side"].to_list())
        for row in np.flatnonzero(true["required"].to_numpy()):
            told = found.iloc[int(pairs[row])] if pairs[row] >= 0 else None
            rows.append(_stride_row(true.iloc[row], told) | _context(true, near, int(row)))
    return rows


def _stride_row(true: pd.Series, told: pd.Series | None) -> _Row:
    time_s = true["end_s"] - true["start_s"]
    row: _Row = {"time_s": true["start_s"], "true_m": true["length_m"]}
    if told is None or abs(told["stride_time_s"] - time_s) > SAME_STRIDE_SHARE * time_s:
        return row | dict.fromkeys(("error_m", "error_pct", "sd_m", "sd_pct", "stride_time_error_s"), np.nan)
    error_m = told["stride_length_m"] - true["length_m"]
    return row | {
        "error_m": error_m,
        "error_pct": 100.0 * error_m / true["length_m"],
        "sd_m": told["stride_length_sd_m"],
        "sd_pct": 100.0 * told["stride_length_sd_m"] / true["length_m"],
        "stride_time_error_s": told["stride_time_s"] - time_s,
        "quality": told["quality"],
        "length_source": told["length_source"],
    }


def _run_rows(trial: Trial, analysis: Analysis) -> list[_Row]:
    if not len(trial.runs):
        running = trial.strides[trial.strides["required"]]
        if not len(running) or trial.mid_contact:
            return []
        frequency = _frequency_error_pct(analysis, running)
        return [{"run": 0, "backward": False, "peak_error_pct": np.nan, "frequency_error_pct": frequency}]
    return [_run_row(trial, analysis, run) for run in trial.runs.itertuples()]


def _run_row(trial: Trial, analysis: Analysis, run: Any) -> _Row:
    running = trial.strides[(trial.strides["run"] == run.run) & trial.strides["required"]]
    fastest = running[running["start_s"] < run.mark_s]["speed_m_s"].nlargest(3)
    told = analysis.runs
    overlap_s = told["stop_s"].clip(upper=run.end_s) - told["start_s"].clip(lower=run.start_s)
    row: _Row = {"run": run.run, "backward": run.backward, "true_peak_m_s": fastest.mean()}
    row["frequency_error_pct"] = _frequency_error_pct(analysis, running)
    if not len(told) or overlap_s.max() < (run.end_s - run.start_s) / 2:
        return row | {"peak_error_pct": np.nan, "peak_sd_pct": np.nan, "start_error_s": np.nan}
    own = told.iloc[int(overlap_s.to_numpy().argmax())]
    return row | {
        "peak_error_pct": 100.0 * (own["peak_speed_m_s"] / fastest.mean() - 1.0),
        "peak_sd_pct": 100.0 * own["peak_speed_sd_m_s"] / fastest.mean(),
        "start_error_s": own["start_s"] - run.onset_s,
    }


def _frequency_error_pct(analysis: Analysis, running: pd.DataFrame) -> float:
    """Error of the stride frequency over a stretch of running: strides per second."""
    strides = analysis.strides
    middle_s = (strides["start_s"] + strides["end_s"]) / 2
    mine = strides[middle_s.between(running["start_s"].min(), running["end_s"].max())]
    if not len(mine):
        return float("nan")
    true_s = (running["end_s"] - running["start_s"]).mean()
    return float(100.0 * (true_s / mine["stride_time_s"].mean() - 1.0))
