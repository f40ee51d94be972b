"""Every number of every stage, phase by phase and side by side, with its interval or the reason why there is none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analyzer.drill.stage.estimate import Estimate, Interval, Sample, estimates, interval, variability_pct
from analyzer.drill.stage.stage_samples import of_runs, samples
from analyzer.drill.stage.stages import Stage, StageConfig, fly_contacts, stage_estimates
from analyzer.rows import Rows, only, rows_of
from analyzer.tables import STAGE_METRIC_ROWS, STAGE_METRICS, build

__all__ = ["stage_metrics"]

_SIDED = ("step_frequency_hz", "contact_time_s", "flight_time_s", "duty_factor")
"""Metrics told for each foot. Lengths are not: what one foot gains in a stride the other does not lose."""

_VIEWS = (("first_steps", "both"), ("fly", "both"), ("fly", "left"), ("fly", "right"))
"""Phases and sides in which a stage is looked at."""

_UNITS: Mapping[str, str] = {"speed_m_s": "m/s", **{name: unit for name, (unit, _) in STAGE_METRICS.items()}}


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """What was measured in the runs of one stage: whole tables, and the rows of each phase that may speak."""

    runs: Rows
    strides: Rows
    steps: Rows
    contacts: Rows
    usable: Mapping[str, tuple[Rows, ...]]


def stage_metrics(
    runs: pd.DataFrame,
    strides: pd.DataFrame,
    steps: pd.DataFrame,
    contacts: pd.DataFrame,
    config: StageConfig | None = None,
    compared: Sequence[Stage] | None = None,
) -> pd.DataFrame:
    """Return the long table of the stages' metrics.

    Parameters
    ----------
    runs, strides, steps, contacts : pandas.DataFrame
        As in `analyzer.tables`.
    config : StageConfig, optional
    compared : sequence of Stage, optional
        What `stage_estimates` has found in these tables; found again if left out.

    Returns
    -------
    pandas.DataFrame
        Schema `STAGE_METRIC_ROWS`; stages as in the table of stages, their number is its row counted from 1. In each
        the peak speed, then both phases for both feet together, then the fly phase for each foot.

    Notes
    -----
    ``first_steps`` are the steps up to `StageConfig.first_steps` as far as they belong to the acceleration; those of
    a run that began before the recording are not known. They are not told for each foot: the feet take turns while
    the speed rises, so that one is always a step ahead. Intervals as in the table of stages (`estimates`).
    """
    config = config or StageConfig()
    if compared is None:
        compared = stage_estimates(runs, strides, steps, contacts, config)
    tables = tuple(rows_of(table) for table in (runs, strides, steps, contacts))
    usable = _usable(tables, rows_of(fly_contacts(contacts, strides, steps, config)), config)
    seen = [_seen(tables, usable, stage.runs) for stage in compared]
    rows: list[dict[str, float | int | str]] = []
    drawn = [{view: _drawn(one, *view, config) for view in _VIEWS} for one in seen]
    for kind in _kinds():
        metric, phase, side = kind
        values = [samples_of_stage[_shown_in(phase), side][metric] for samples_of_stage in drawn]
        told = _told(compared, values, kind, config)
        for number, row in enumerate(zip(seen, values, told, strict=True), start=1):
            asked = compared[number - 1].asked_effort_pct
            rows.append({"stage": number, "asked_effort_pct": asked, **_cells(*row, kind, config)})
    # By stage first; the order of the kinds stays.
    rows.sort(key=lambda cells: int(cells["stage"]))
    return build(STAGE_METRIC_ROWS, {name: [cells[name] for cells in rows] for name in STAGE_METRIC_ROWS.names})


def _kinds() -> list[tuple[str, str, str]]:
    """Return metric, phase and side of the rows of one stage."""
    whole = [
        (metric, phase, "both") for phase in ("first_steps", "fly") for metric in _UNITS if metric != "peak_speed_m_s"
    ]
    return [
        ("peak_speed_m_s", "run", "both"),
        *whole,
        *((metric, "fly", side) for metric in _SIDED for side in ("left", "right")),
    ]


def _shown_in(phase: str) -> str:
    """Return the phase whose samples hold a number; the peak speed is in those of any."""
    return "fly" if phase == "run" else phase


def _told(
    compared: Sequence[Stage], values: Sequence[Sample], kind: tuple[str, str, str], config: StageConfig
) -> Sequence[Estimate]:
    """Return the estimates of a number in every stage: those of the table of stages where they are the same."""
    metric, phase, side = kind
    if metric in STAGE_METRICS and (_shown_in(phase), side) == ("fly", "both"):
        return [stage.metrics[metric] for stage in compared]
    return estimates(values, config.estimate)


def _usable(tables: Sequence[Rows], fly: Rows, config: StageConfig) -> dict[str, tuple[Rows, ...]]:
    """Return the strides, steps and contacts of each phase that may speak for it; `fly`: contacts of the fly phase."""
    _, strides, steps, contacts = tables
    good = only(strides, np.isin(strides["quality"], config.stride_qualities))
    timed = np.isin(contacts["quality"], config.contact_qualities) & ~np.isnan(contacts["contact_time_s"])
    until_s = _first_until_s(tables, config)
    rising = [only(rows, rows["phase"] == "acceleration") for rows in (good, steps)]
    return {
        "first_steps": (
            *(_before(rows, "start_s", until_s) for rows in rising),
            _before(only(contacts, timed), "initial_contact_s", until_s),
        ),
        "fly": (only(good, good["phase"] == "fly"), only(steps, steps["phase"] == "fly"), fly),
    }


def _before(rows: Rows, time: str, until_s: Mapping[int, float]) -> Rows:
    # NaN, of a run that is not listed, is before nothing.
    return only(rows, rows[time] < np.array([until_s.get(int(run), np.nan) for run in rows["run"]], dtype=float))


def _first_until_s(tables: Sequence[Rows], config: StageConfig) -> dict[int, float]:
    """Return, by run, when the first steps are over: at the contact after them, or where the fly phase begins."""
    runs, strides, steps, contacts = tables
    opens = [only(rows, rows["phase"] == "fly") for rows in (strides, steps)]
    found = {}
    for run in (int(run) for run, quality in zip(runs["run"], runs["quality"], strict=True) if not _is_cut(quality)):
        fly_s = np.concatenate([rows["start_s"][rows["run"] == run] for rows in opens])
        own = only(contacts, (contacts["run"] == run) & ~np.isnan(contacts["initial_contact_s"]))
        found[run] = min(_first_over_s(own, config), float(fly_s.min(initial=np.inf)))
    return found


def _first_over_s(contacts: Rows, config: StageConfig) -> float:
    # With one foot every other step is seen.
    one_foot = set(contacts["side"]) in ({"left"}, {"right"})
    n = config.first_steps // 2 if one_foot else config.first_steps
    times = np.sort(contacts["initial_contact_s"])
    return float(times[n]) if times.size > n else np.inf


def _is_cut(quality: str) -> bool:
    return "cut_start" in quality


def _seen(tables: Sequence[Rows], usable: Mapping[str, tuple[Rows, ...]], numbers: Sequence[int]) -> _Seen:
    runs, strides, steps, contacts = (of_runs(rows, numbers) for rows in tables)
    own = {phase: tuple(of_runs(rows, numbers) for rows in of_phase) for phase, of_phase in usable.items()}
    return _Seen(runs, strides, steps, contacts, own)


def _drawn(seen: _Seen, phase: str, side: str, config: StageConfig) -> dict[str, Sample]:
    """Return the values of every metric in one phase and of one side."""
    rows = seen.usable[phase]
    if side != "both":
        rows = tuple(only(part, part["side"] == side) for part in rows)
    return samples((seen.runs, *rows), config.contact_qualities)


def _cells(
    seen: _Seen, sample: Sample, estimate: Estimate, kind: tuple[str, str, str], config: StageConfig
) -> dict[str, float | int | str]:
    metric, phase, side = kind
    too_few = side != "both" and 0 < estimate.n_values < config.min_per_side
    told = Interval() if too_few else interval(estimate, config.estimate)
    varies = Interval() if too_few else variability_pct(sample, config.estimate)
    return {
        "metric": metric,
        "phase": phase,
        "side": side,
        "value": told.value,
        "low": told.low,
        "high": told.high,
        "unit": _UNITS[metric],
        "variability_pct": varies.value,
        "variability_pct_low": varies.low,
        "variability_pct_high": varies.high,
        "n": estimate.n_values,
        "n_runs": estimate.n_runs,
        "reason": "too_few" if too_few else _reason(seen, told, kind),
    }


def _reason(seen: _Seen, told: Interval, kind: tuple[str, str, str]) -> str:
    """Return why a number or its interval is not known, the deepest reason first."""
    metric, phase, _ = kind
    if np.isfinite(told.value):
        return "ok" if np.isfinite(told.low) else "no_scatter"
    if not (seen.strides["run"].size or seen.steps["run"].size):
        return "no_steps"
    if phase == "first_steps" and all(_is_cut(quality) for quality in seen.runs["quality"]):
        return "cut_start"
    if metric in ("step_frequency_hz", "step_length_m", "flight_time_s") and not seen.steps["run"].size:
        return "one_side"
    if metric.endswith(("_m", "_m_s")) and np.isnan(seen.strides["stride_length_m"]).all():
        return "no_length"
    if metric in ("contact_time_s", "flight_time_s", "duty_factor") and np.isnan(seen.contacts["contact_time_s"]).all():
        return "no_toe_off"
    # There are some, but not here, or none that may speak.
    return "no_clean_steps"
