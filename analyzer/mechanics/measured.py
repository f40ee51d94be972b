"""What the table of body segments says of a stage: a mean with its errors, differences and scatter."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from analyzer.drill.stage.contrast import change_pct
from analyzer.drill.stage.estimate import Estimate, Interval, interval, quantile, satterthwaite
from analyzer.drill.stage.stages import Stage
from analyzer.mechanics.case import Case, of_runs
from analyzer.mechanics.thresholds import Rule
from analyzer.mechanics.verdict import Basis, Said, Silence, percent, too_few
from analyzer.model import Floats

__all__ = [
    "Measured",
    "Pair",
    "difference",
    "fly_speed_m_s",
    "measured",
    "pair_of",
    "ratio_pct",
    "segment_rows",
    "spread",
]


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """A mean over rows of the table of segments.

    Attributes
    ----------
    estimate : Estimate
    rows : pandas.DataFrame
        With the index of the table.
    case : Case
    """

    estimate: Estimate
    rows: pd.DataFrame
    case: Case

    @property
    def found(self) -> Interval:
        """The mean with its 95 % interval."""
        return interval(self.estimate, self.case.inputs.stage_config.estimate)

    @property
    def basis(self) -> Basis:
        """The rows it rests on."""
        return Basis.of(self.rows, "segments")


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """One quantity at two efforts."""

    lower: Measured
    upper: Measured
    stages: tuple[Stage, Stage]

    @property
    def words(self) -> dict[str, str]:
        """The two efforts as the coach says them."""
        lower, upper = (percent(stage.asked_effort_pct) for stage in self.stages)
        return {"lower": lower, "upper": upper}

    @property
    def n(self) -> int:
        """Values of the effort that has fewer."""
        return min(len(self.lower.rows), len(self.upper.rows))

    @property
    def basis(self) -> Basis:
        """The rows of both; `n` is that of the effort that has fewer."""
        rows = (*self.lower.basis.rows, *self.upper.basis.rows)
        return Basis(self.n, "segments", rows)


def segment_rows(case: Case, column: str, runs: Sequence[int], phase: str = "fly") -> pd.DataFrame:
    """Return the rows of these runs and this phase in which a column is known and of good quality."""
    table = case.inputs.segments
    if table is None or column not in table:
        return pd.DataFrame(columns=[column])
    return table[
        table["run"].isin(runs) & (table["phase"] == phase) & (table["quality"] == "ok") & table[column].notna()
    ]


def measured(case: Case, column: str, runs: Sequence[int], values: pd.Series | None = None) -> Measured:
    """Return the mean of a column over the fly phase of these runs.

    Parameters
    ----------
    case : Case
    column : str
    runs : sequence of int
    values : pandas.Series, optional
        In its place, with the index of rows of the table of segments.

    Returns
    -------
    Measured
        NaN without rows; the random error is NaN where no run has two rows of a sensor.

    Notes
    -----
    Angles may be zero, so errors are absolute, unlike those of `drill.stage.estimate`, whose kinds and shares they
    keep: scatter within runs and sensors, runs of one effort against each other, and an angle's own uncertainty, of
    which a part is the same in all runs of the day.
    """
    table = case.inputs.segments
    if table is None:
        return Measured(Estimate(), pd.DataFrame(columns=[column]), case)
    rows = segment_rows(case, column, runs) if values is None else table.loc[values.index]
    values = rows[column] if values is None else values
    if values.empty:
        return Measured(Estimate(), rows, case)
    return Measured(_estimate(values.to_numpy(dtype=float), rows, _own_sd(rows, column), case), rows, case)


def pair_of(case: Case, rule: Rule, column: str, stages: tuple[Stage, Stage] | None) -> Pair | Said:
    """Return one quantity at two efforts, or what the rule says without it.

    Parameters
    ----------
    case : Case
    rule : Rule
        Its gate ``min_steps`` holds for either effort.
    column : str
        Of the table of segments.
    stages : tuple of Stage or None
    """
    if stages is None:
        return Silence(rule.name, case.no_pair)
    if case.inputs.segments is None:
        return Silence(rule.name, "not_measured")
    lower, upper = (measured(case, column, stage.runs) for stage in stages)
    pair = Pair(lower, upper, stages)
    if pair.lower.rows.empty and pair.upper.rows.empty:
        return Silence(rule.name, "not_measured")
    if pair.n < rule.gates["min_steps"]:
        # Some rules that look by the way have no words for it.
        said = "cannot_tell" in rule.sentences
        asked = percent(stages[1].asked_effort_pct)
        return too_few(rule, pair.n, "min_steps", asked=asked) if said else Silence(rule.name, "too_few", n=pair.n)
    return pair


def difference(pair: Pair) -> Interval:
    """Return upper less lower in the unit of the quantity; errors that both share cancel."""
    lower, upper = pair.lower.estimate, pair.upper.estimate
    parts = np.array([lower.random_sd**2, upper.random_sd**2])
    df = satterthwaite(parts, np.array([lower.df, upper.df]))
    half = quantile(df, pair.lower.case.inputs.stage_config.estimate) * float(np.sqrt(parts.sum()))
    value = upper.value - lower.value
    return Interval(value, value - half, value + half)


def ratio_pct(pair: Pair) -> Interval:
    """Return upper in per cent of lower; both count by size, as some angles are negative by nature."""
    config = pair.lower.case.inputs.stage_config.contrast
    change = change_pct(_sized(pair.lower.estimate), _sized(pair.upper.estimate), config)
    return Interval(100 + change.value, 100 + change.low, 100 + change.high)


def spread(rows: pd.DataFrame, column: str) -> tuple[Interval, int]:
    """Return the scatter of a column within runs, with its interval by chi squared, and its degrees of freedom.

    A straight line in time and a step between the sides are removed from every run. NaN and 0 where nothing is left.
    """
    squares, df = 0.0, 0
    for _, run in rows.groupby("run"):
        times = run["start_s"].to_numpy(dtype=float)
        left = (run["side"] == "left").to_numpy(dtype=float)
        design = np.column_stack([np.ones(times.size), times - times.mean(), left])
        values = run[column].to_numpy(dtype=float)
        line, _, rank, _ = np.linalg.lstsq(design, values, rcond=None)
        squares += float(np.sum((values - design @ line) ** 2))
        df += times.size - int(rank)
    if df < 1:
        return Interval(), 0
    ends = np.sqrt(squares / stats.chi2.ppf([0.975, 0.025], df))
    return Interval(float(np.sqrt(squares / df)), float(ends[0]), float(ends[1])), df


def fly_speed_m_s(case: Case, stage: Stage) -> float:
    """Return the median speed of a stage's fly strides, or else its peak speed."""
    speeds = of_runs(case.fly_strides, stage.runs)["speed_m_s"].dropna()
    return float(speeds.median()) if len(speeds) else stage.metrics["peak_speed_m_s"].value


def _own_sd(rows: pd.DataFrame, column: str) -> float:
    """Return an angle's own uncertainty; other quantities have none in the table."""
    # A rate comes from the gyroscope alone and an amplitude from a rate: the drift of an angle is not in them.
    angle = column.endswith("_rad") and column != "arm_swing_rad"
    known = rows["angle_sd_rad"].dropna() if angle else pd.Series(dtype=float)
    return float(known.median()) if len(known) else 0.0


def _estimate(values: Floats, rows: pd.DataFrame, own_sd: float, case: Case) -> Estimate:
    config = case.inputs.stage_config.estimate
    # Every sensor in every run has a level of its own: sides differ, and so do runs.
    groups = pd.DataFrame({"value": values, "run": rows["run"].to_numpy(), "sensor": rows["placement"].to_numpy()})
    within = values - groups.groupby(["run", "sensor"])["value"].transform("mean").to_numpy(dtype=float)
    df = values.size - groups.groupby(["run", "sensor"]).ngroups
    variance = float(within @ within) / df if df > 0 else np.nan
    means = groups.groupby("run")["value"].mean().to_numpy(dtype=float)
    counts = groups.groupby("run").size().to_numpy(dtype=float)
    expected = float(np.mean(config.design_effect * np.nan_to_num(variance) / counts))
    between = max(0.0, float(means.var(ddof=1)) - expected) if means.size > 1 else 0.0
    parts = np.array(
        [
            config.design_effect * np.nan_to_num(variance) / values.size,
            between / means.size,
            (1 - config.common_share) * own_sd**2 / means.size,
        ]
    )
    dfs = np.array([max(df, 1), max(means.size - 1, 1), np.inf])
    return Estimate(
        value=float(values.mean()),
        random_sd=float(np.sqrt(parts.sum())) if df > 0 else np.nan,
        common_sd=float(np.sqrt(config.common_share)) * own_sd,
        df=satterthwaite(parts, dfs),
        n_values=values.size,
        n_runs=means.size,
    )


def _sized(estimate: Estimate) -> Estimate:
    return Estimate(
        abs(estimate.value),
        estimate.random_sd,
        estimate.common_sd,
        estimate.df,
        estimate.n_values,
        estimate.n_runs,
    )
