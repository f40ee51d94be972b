"""Every rule's inputs for every run, and what became of the rule, as one table."""

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
import pandas as pd
from scipy import special

from analyzer.drill.stage.estimate import EstimateConfig, Interval
from analyzer.drill.stage.stages import fly_contacts
from analyzer.mechanics.case import MechanicsInput
from analyzer.mechanics.thresholds import Rule, Thresholds
from analyzer.mechanics.verdict import Said
from analyzer.model import Finding, Floats
from analyzer.tables import RULE_ROWS, build, empty

__all__ = ["rule_table", "unit_of"]

_UNITS = (
    *(("_m_s2", "m/s²"), ("_rad_s", "rad/s"), ("_n_m", "N/m"), ("_m_s", "m/s"), ("_pct", "%"), ("_rad", "rad")),
    *(("_hz", "Hz"), ("_s", "s"), ("_m", "m")),
)
"""Ending of a column's name -> unit; longer endings first."""


def rule_table(inputs: MechanicsInput, said: Sequence[Said], thresholds: Thresholds) -> pd.DataFrame:
    """Return the table of rules.

    Parameters
    ----------
    inputs : MechanicsInput
    said : sequence of Finding or Silence
        One for each rule.
    thresholds : Thresholds

    Returns
    -------
    pandas.DataFrame
        Schema `RULE_ROWS`. Rules in the order of their codes; of each first its verdict, then its inputs run by run.
        Empty without runs, like every table.

    Notes
    -----
    An input is the mean over the rows of its phase, with Student's interval for values that are not independent
    (`EstimateConfig.design_effect`); columns of the table of runs are taken as they are.
    """
    if inputs.runs.empty:
        return empty(RULE_ROWS)
    of_rule = {one.rule: one for one in said}
    wording = inputs.plan.wording if inputs.plan else "effort"
    runs = [int(run) for run in inputs.runs["run"]]
    asked = dict(zip(runs, inputs.runs["asked_effort_pct"].astype(float), strict=True))
    read: dict[str, Mapping[int, tuple[Interval, int]]] = {}
    rows: list[dict[str, object]] = []
    for rule in sorted(thresholds.rules.values(), key=lambda rule: (rule.code, rule.name)):
        rows.append(_verdict(rule, of_rule[rule.name], wording))
        for name in rule.inputs:
            # Many rules look at the same columns.
            if name not in read:
                read[name] = _readings(inputs, name, runs)
            rows += [_reading(rule, name, run, asked[run], *read[name][run]) for run in runs]
    return build(RULE_ROWS, {name: [row[name] for row in rows] for name in RULE_ROWS.names})


def unit_of(column: str) -> str:
    """Return the unit that a column's name carries, ``1`` for none."""
    return next((unit for ending, unit in _UNITS if column.endswith(ending)), "1")


def _verdict(rule: Rule, said: Said, wording: str) -> dict[str, object]:
    if isinstance(said, Finding):
        found, level = Interval(said.value, said.low, said.high), said.level.value
        # Where it could not tell there was something, only not enough of it.
        reason = "ok" if np.isfinite(said.value) else "too_few"
    else:
        found, level, reason = said.found, "silent", said.reason
    return {
        **_cells(rule, 0, "verdict", found, said.n),
        "unit": rule.unit,
        "limit_look": rule.limit("look", wording),
        "limit_fix": rule.limit("fix", wording),
        "level": level,
        "reason": reason,
    }


def _reading(rule: Rule, name: str, run: int, asked_pct: float, found: Interval, n: int) -> dict[str, object]:
    column = name.partition(".")[2].partition("@")[0]
    cells = _cells(rule, run, name, found, n)
    reason = "ok" if np.isfinite(found.value) else "missing"
    return {**cells, "asked_effort_pct": asked_pct, "unit": unit_of(column), "reason": reason}


def _cells(rule: Rule, run: int, name: str, found: Interval, n: int) -> dict[str, object]:
    return {
        "rule": rule.name,
        "code": rule.code,
        "run": run,
        "asked_effort_pct": np.nan,
        "input": name,
        "value": found.value,
        "low": found.low,
        "high": found.high,
        "n": n,
        "limit_look": np.nan,
        "limit_fix": np.nan,
        "level": "none",
    }


def _readings(inputs: MechanicsInput, name: str, runs: Sequence[int]) -> Mapping[int, tuple[Interval, int]]:
    """Return one input of each run with its interval and the number of values behind it."""
    table_name, _, rest = name.partition(".")
    column, _, phase = rest.partition("@")
    table: pd.DataFrame | None = getattr(inputs, table_name)
    if table is None or column not in table:
        return {run: (Interval(), 0) for run in runs}
    if table_name == "runs":
        return _of_runs(table, column)
    table = _usable(inputs, table, table_name, phase or "fly")
    numbers, values = table["run"].to_numpy(), table[column].to_numpy(dtype=float)
    config = inputs.stage_config.estimate
    return {run: _mean(values[(numbers == run) & np.isfinite(values)], config) for run in runs}


def _usable(inputs: MechanicsInput, table: pd.DataFrame, name: str, phase: str) -> pd.DataFrame:
    """Return the rows of a phase that the rules look at."""
    config = inputs.stage_config
    # Contacts know no phase; the strides and steps that they open do.
    if name == "contacts":
        return fly_contacts(table, inputs.strides, inputs.steps, config)
    table = table[table["phase"] == phase]
    qualities = config.stride_qualities if name == "strides" else ("ok",)
    return table[table["quality"].isin(qualities)] if "quality" in table else table


def _of_runs(runs: pd.DataFrame, column: str) -> dict[int, tuple[Interval, int]]:
    values = runs[column].to_numpy(dtype=float)
    # The uncertainty stands beside its number: peak_speed_m_s and peak_speed_sd_m_s.
    beside = next((str(one) for one in runs if "_sd_" in str(one) and str(one).replace("_sd_", "_", 1) == column), None)
    half = 1.96 * runs[beside].to_numpy(dtype=float) if beside else np.full(len(runs), np.nan)
    told = zip(runs["run"], values, half, strict=True)
    return {int(run): (Interval(x, x - d, x + d), int(np.isfinite(x))) for run, x, d in told}


def _mean(values: Floats, config: EstimateConfig) -> tuple[Interval, int]:
    n = values.size
    if n == 0:
        return Interval(), 0
    mean = float(values.mean())
    if n == 1:
        return Interval(mean), 1
    half = _quantile(n - 1, config.confidence) * float(values.std(ddof=1)) * float(np.sqrt(config.design_effect / n))
    return Interval(mean, mean - half, mean + half), n


# A run has as many steps as the next: a few degrees of freedom come again and again.
@cache
def _quantile(df: int, confidence: float) -> float:
    return float(special.stdtrit(df, (1 + confidence) / 2))
