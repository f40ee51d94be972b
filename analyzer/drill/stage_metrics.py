"""Every number of every stage, phase by phase and side by side, with its interval or the reason why there is none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analyzer.drill.estimate import Estimate, Interval, Sample, estimates, interval, variability_pct
from analyzer.drill.stages import StageConfig, fly_contacts, members, samples
from analyzer.tables import STAGE_METRIC_ROWS, STAGE_METRICS, build

__all__ = ["stage_metrics"]

_SIDED = ("step_frequency_hz", "contact_time_s", "flight_time_s", "duty_factor")
"""Metrics told for each foot. Lengths are not: what one foot gains in a stride the other does not lose."""

_VIEWS = (("run", "both"), ("first_steps", "both"), ("fly", "both"), ("fly", "left"), ("fly", "right"))
"""Phase and side of the rows of a stage."""

_UNITS: Mapping[str, str] = {"speed_m_s": "m/s", **{name: unit for name, (unit, _) in STAGE_METRICS.items()}}


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """What was measured in the runs of one stage: whole tables, and the rows of each phase that may speak."""

    runs: pd.DataFrame
    strides: pd.DataFrame
    steps: pd.DataFrame
    contacts: pd.DataFrame
    usable: Mapping[str, tuple[pd.DataFrame, ...]]


def stage_metrics(
    runs: pd.DataFrame,
    strides: pd.DataFrame,
    steps: pd.DataFrame,
    contacts: pd.DataFrame,
    config: StageConfig | None = None,
) -> pd.DataFrame:
    """Return the long table of the stages' metrics.

    Parameters
    ----------
    runs, strides, steps, contacts : pandas.DataFrame
        As in `analyzer.tables`.
    config : StageConfig, optional

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
    found = members(runs, config)
    usable = _usable(runs, strides, steps, contacts, config)
    tables = (runs, strides, steps, contacts)
    seen = [_seen([_of(table, numbers) for table in tables], usable, numbers) for _, numbers in found]
    rows: list[dict[str, float | int | str]] = []
    drawn = [{view: _drawn(one, *view, config) for view in _VIEWS} for one in seen]
    for metric, phase, side in _kinds():
        values = [samples_of_stage[phase, side][metric] for samples_of_stage in drawn]
        told = estimates(values, config.estimate)
        for stage, row in enumerate(zip(seen, values, told, strict=True)):
            cells = _cells(*row, (metric, phase, side), config)
            rows.append({"stage": stage + 1, "asked_effort_pct": found[stage][0], **cells})
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


def _of(table: pd.DataFrame, numbers: Sequence[int]) -> pd.DataFrame:
    return table[table["run"].isin(numbers)]


def _usable(
    runs: pd.DataFrame, strides: pd.DataFrame, steps: pd.DataFrame, contacts: pd.DataFrame, config: StageConfig
) -> dict[str, tuple[pd.DataFrame, ...]]:
    """Return the strides, steps and contacts of each phase that may speak for it."""
    good = strides[strides["quality"].isin(config.stride_qualities)]
    clean = contacts[contacts["quality"].isin(config.contact_qualities) & contacts["contact_time_s"].notna()]
    until = _first_until_s(runs, strides, steps, contacts, config)
    rising = [table[table["phase"] == "acceleration"] for table in (good, steps)]
    first = [
        table[table[time] < table["run"].map(until).astype(float)]
        for table, time in ((rising[0], "start_s"), (rising[1], "start_s"), (clean, "initial_contact_s"))
    ]
    return {
        "first_steps": (first[0], first[1], first[2]),
        "fly": (
            good[good["phase"] == "fly"],
            steps[steps["phase"] == "fly"],
            fly_contacts(contacts, strides, steps, config),
        ),
    }


def _first_until_s(
    runs: pd.DataFrame, strides: pd.DataFrame, steps: pd.DataFrame, contacts: pd.DataFrame, config: StageConfig
) -> pd.Series:
    """Return, by run, when the first steps are over: at the contact after them, or where the fly phase begins."""
    opens = pd.concat([table.loc[table["phase"] == "fly", ["run", "start_s"]] for table in (strides, steps)])
    fly_from = opens.groupby("run")["start_s"].min()
    until = {}
    for run in runs.loc[~runs["quality"].str.contains("cut_start"), "run"]:
        own = contacts[(contacts["run"] == run) & contacts["initial_contact_s"].notna()]
        # With one foot every other step is seen.
        one_foot = set(own["side"]) in ({"left"}, {"right"})
        n = config.first_steps // 2 if one_foot else config.first_steps
        times = np.sort(own["initial_contact_s"].to_numpy(dtype=float))
        over = float(times[n]) if times.size > n else np.inf
        until[run] = min(over, float(fly_from.get(run, np.inf)))
    return pd.Series(until, dtype=float)


def _seen(
    tables: Sequence[pd.DataFrame],
    usable: Mapping[str, tuple[pd.DataFrame, ...]],
    numbers: Sequence[int],
) -> _Seen:
    runs, strides, steps, contacts = tables
    own = {phase: tuple(_of(table, numbers) for table in rows) for phase, rows in usable.items()}
    return _Seen(runs, strides, steps, contacts, own)


def _drawn(seen: _Seen, phase: str, side: str, config: StageConfig) -> dict[str, Sample]:
    """Return the values of every metric in one phase and of one side."""
    rows = seen.usable["fly" if phase == "run" else phase]
    if side != "both":
        rows = tuple(table[table["side"] == side] for table in rows)
    return samples((seen.runs, *rows), config)


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
    if seen.strides.empty and seen.steps.empty:
        return "no_steps"
    if phase == "first_steps" and seen.runs["quality"].str.contains("cut_start").all():
        return "cut_start"
    if metric in ("step_frequency_hz", "step_length_m", "flight_time_s") and seen.steps.empty:
        return "one_side"
    if metric.endswith(("_m", "_m_s")) and seen.strides["stride_length_m"].isna().all():
        return "no_length"
    if metric in ("contact_time_s", "flight_time_s", "duty_factor") and seen.contacts["contact_time_s"].isna().all():
        return "no_toe_off"
    # There are some, but not here, or none that may speak.
    return "no_clean_steps"
