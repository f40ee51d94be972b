"""A number of one stage with an honest interval."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

from analyzer.model import Floats

__all__ = [
    "Estimate",
    "EstimateConfig",
    "Interval",
    "Sample",
    "estimates",
    "interval",
    "log_change",
    "median",
    "quantile",
    "satterthwaite",
    "scatter",
    "variability_pct",
]


@dataclass(frozen=True, slots=True)
class EstimateConfig:
    """How uncertain a median of a few strides is.

    Attributes
    ----------
    confidence : float
        Of every interval.
    design_effect : float
        Successive strides are not independent: those of the two feet overlap by half, and step times correlate by
        about 0.3. Each of the two about halves the effective number of values.
    median_effect : float
        Variance of a median against that of a mean for normal scatter, pi / 2; from three values on.
    own_scatter_df : int
        With so many degrees of freedom a stage speaks for its own scatter; with fewer the scatter of all stages
        together is used, relative to the value (it is nearly constant across speeds: 1.6 to 1.9 % of the contact time
        between 2.5 and 4.5 m/s, SOURCES.md key `fukuchi2017`).
    common_share : float
        Part of the variance of a measurement's own uncertainty that all runs of a day share (mounting, lever, scale),
        so that it cancels between stages. Aims of 3 % for a speed and 1.5 % for the ratio of two speeds would make it
        0.87; less is on the safe side.
    """

    confidence: float = 0.95
    design_effect: float = 2.0
    median_effect: float = float(np.pi / 2)
    own_scatter_df: int = 4
    common_share: float = 0.75


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """The values of one stage.

    Attributes
    ----------
    values : (n,) float array
        Without NaN.
    runs : (n,) int array
        Run of each value.
    time_s : (n,) float array
        When each value was taken.
    left : (n,) float array
        1 for values of the left foot, else 0.
    measured_sd : float
        The measurement's own standard uncertainty of one value, in the unit of the values; NaN or 0 where unknown.
    distance_m : mapping of int to float
        Planned distance by run; empty where it does not matter.
    """

    values: Floats
    runs: NDArray[np.int64]
    time_s: Floats
    left: Floats
    measured_sd: float = float("nan")
    distance_m: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A median and what is known of its error.

    Attributes
    ----------
    value : float
        Median of all values; NaN without any.
    random_sd : float
        Standard error of what does not carry over to another stage of the day; NaN where it cannot be known.
    common_sd : float
        Standard error that all stages of the day share.
    df : float
        Degrees of freedom of `random_sd`.
    n_values, n_runs : int
    """

    value: float = float("nan")
    random_sd: float = float("nan")
    common_sd: float = 0.0
    df: float = float("inf")
    n_values: int = 0
    n_runs: int = 0

    @property
    def relative_random_sd(self) -> float:
        """`random_sd` against the value."""
        return self.random_sd / abs(self.value) if self.value else float("nan")


@dataclass(frozen=True, slots=True)
class Interval:
    """A number with its 95 % interval; NaN where unknown."""

    value: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")


@dataclass(frozen=True, slots=True)
class _Variance:
    """A variance and the degrees of freedom that stand behind it."""

    variance: float = float("nan")
    df: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class _Summary:
    """One sample relative to its median: medians of its runs, and scatter within and between them."""

    centre: float
    n_values: int
    n_runs: int
    measured: float
    within: _Variance = field(default_factory=_Variance)
    between: _Variance = field(default_factory=_Variance)


def estimates(samples: Sequence[Sample], config: EstimateConfig | None = None) -> tuple[Estimate, ...]:
    """Return the median of each stage with its standard errors.

    Parameters
    ----------
    samples : sequence of Sample
        One metric, one sample a stage; may be empty.
    config : EstimateConfig, optional

    Returns
    -------
    tuple of Estimate
        In the order of the samples.

    Notes
    -----
    Strides are clustered in runs, runs are few, and all of them are measured by the same shoe. So the error has three
    parts, all relative to the value:

    * *within runs*: scatter of the values, over the effective number of values. A run's own rise through the fly
      phase and a difference between the feet are removed first: they are part of what the median describes;
    * *between runs* of one effort: what the runs' medians differ by beyond that scatter and the measurement, pooled
      over all stages with two or more runs, as two or three runs say next to nothing about their own spread. Where
      every effort was run over the same distances, all values are brought to the mean of these first: what distances
      differ by is the plan, not scatter;
    * *measurement*: `Sample.measured_sd`. A part of it (`common_share`) is the same in all runs of the day: it never
      averages out within a stage, and cancels between stages. The rest differs from run to run.

    Degrees of freedom after Satterthwaite. With one run at an effort the interval speaks of that run, not of what the
    athlete would do in another. A single value a run, as a peak speed is, has the interval of its measurement; none
    if that is not known either.
    """
    config = config or EstimateConfig()
    samples, used = _at_one_distance(samples)
    summaries = [_summary(sample, config, used) for sample in samples]
    # All stages are one athlete on one day with one sensor: what one stage cannot tell, the others can.
    pooled = _pooled([summary.within for summary in summaries])
    between = _pooled([summary.between for summary in summaries])
    return tuple(_estimate(summary, pooled, between, config) for summary in summaries)


def interval(estimate: Estimate, config: EstimateConfig | None = None) -> Interval:
    """Return the estimate with its 95 % interval, both kinds of error in it."""
    config = config or EstimateConfig()
    total = float(np.hypot(estimate.random_sd, estimate.common_sd))
    # The common part is known, not estimated: it brings degrees of freedom without end.
    share = estimate.random_sd / total if total > 0 else 1.0
    half = quantile(estimate.df / share**4 if share else np.inf, config) * total
    return Interval(estimate.value, estimate.value - half, estimate.value + half)


def log_change(lower: Estimate, upper: Estimate, config: EstimateConfig | None = None) -> tuple[float, float, float]:
    """Return ln(upper / lower), its standard error and the t quantile that makes it an interval.

    Notes
    -----
    The common error cancels. NaN where a value is missing or not positive.
    """
    config = config or EstimateConfig()
    if not (lower.value > 0 and upper.value > 0):
        return np.nan, np.nan, np.nan
    parts = np.array([lower.relative_random_sd**2, upper.relative_random_sd**2])
    df = satterthwaite(parts, np.array([lower.df, upper.df]))
    # Logs: the change from 75 to 100 and back is the same number, and shares of it add up.
    change = float(np.log(upper.value / lower.value))
    return change, float(np.sqrt(parts.sum())), quantile(df, config)


def scatter(sample: Sample) -> tuple[float, int]:
    """Return the scatter within the runs of a sample against its median, and its degrees of freedom.

    A straight line in time and a step between the feet are removed from every run. NaN and 0 where nothing is left.
    """
    centre = median(sample.values) if sample.values.size else 0.0
    if centre == 0:
        return np.nan, 0
    found = _pooled([_scatter(sample, centre, sample.runs == run) for run in np.unique(sample.runs)])
    return float(np.sqrt(found.variance)), int(found.df)


def median(values: Floats) -> float:
    """Return the median of values of which none is NaN and at least one is there."""
    # By sorting: of a few dozen values numpy's own median takes several times as long, and a practice has thousands.
    ordered = np.sort(values)
    return float(0.5 * (ordered[(ordered.size - 1) // 2] + ordered[ordered.size // 2]))


def satterthwaite(variances: Floats, df: Floats) -> float:
    """Return the degrees of freedom of a sum of variances, each with its own."""
    weight = float(np.sum(variances**2 / df))
    return float(variances.sum() ** 2 / weight) if weight > 0 else np.inf


def quantile(df: float, config: EstimateConfig | None = None) -> float:
    """Return how many standard errors an interval reaches to either side: Student's t, normal for infinite `df`."""
    tail = (1 + (config or EstimateConfig()).confidence) / 2
    # The functions themselves: those of `scipy.stats` take a hundred times as long to look at their arguments.
    return float(special.stdtrit(df, tail)) if np.isfinite(df) else float(special.ndtri(tail))


def variability_pct(sample: Sample, config: EstimateConfig | None = None) -> Interval:
    """Return the coefficient of variation within the runs of a sample in per cent, with its interval.

    Notes
    -----
    The scatter of `scatter`: what the measurement adds is in it. The interval is that of a normal sample's standard
    deviation (chi squared), with degrees of freedom cut down by the design effect. NaN with fewer than one of them.
    """
    config = config or EstimateConfig()
    found, df = scatter(sample)
    effective = df / config.design_effect
    if not effective >= 1:
        return Interval()
    tail = (1 - config.confidence) / 2
    # Chi squared is twice a gamma variable of half its degrees of freedom.
    chi2 = 2 * special.gammaincinv(effective / 2, np.array([1 - tail, tail]))
    low, high = 100 * found * np.sqrt(effective / chi2)
    return Interval(100 * found, float(low), float(high))


def _at_one_distance(samples: Sequence[Sample]) -> tuple[Sequence[Sample], float]:
    """Return the values as if all runs had been over the mean distance, and the share of freedom that this used up.

    As they are, and 0, where not every stage was run over the same distances: then effort and distance went together,
    and their parts in a difference cannot be told apart.
    """
    usable = [sample for sample in samples if sample.values.size and median(sample.values)]
    grids = {tuple(sorted(_distances(sample))) for sample in usable}
    if len(usable) < 2 or len(grids) > 1:
        return samples, 0.0
    [grid] = grids
    distances = set(grid)
    df = len(usable) * (len(grid) - 1)
    # Nothing to take out, or nothing left after it; NaN, a distance that is not known, equals no other.
    if not 0 < len(distances) - 1 < df or not np.isfinite(grid).all():
        return samples, 0.0
    rows = [_run_medians(sample) for sample in usable]
    effects = {one: np.mean([value for row in rows for distance, value in row if distance == one]) for one in distances}
    brought = [
        replace(sample, values=sample.values / [effects[sample.distance_m[int(run)]] for run in sample.runs])
        if sample in usable
        else sample
        for sample in samples
    ]
    return brought, (len(distances) - 1) / df


def _distances(sample: Sample) -> list[float]:
    """Return the distance of each run of a stage, in order of their numbers."""
    return [sample.distance_m.get(run, float("nan")) for run in sorted(set(sample.runs.tolist()))]


def _run_medians(sample: Sample) -> list[tuple[float, float]]:
    """Return of each run of a stage its distance, and its median against the mean of all."""
    medians = np.array([median(sample.values[sample.runs == run]) for run in np.unique(sample.runs)])
    return list(zip(_distances(sample), (medians / medians.mean()).tolist(), strict=True))


def _summary(sample: Sample, config: EstimateConfig, used_df_share: float) -> _Summary:
    if sample.values.size == 0:
        return _Summary(np.nan, 0, 0, np.nan)
    centre = median(sample.values)
    if centre == 0:
        return _Summary(0.0, sample.values.size, np.unique(sample.runs).size, np.nan)
    # abs, as flight time can be negative when walking; its scatter cannot.
    relative = sample.values / abs(centre)
    names, which = np.unique(sample.runs, return_inverse=True)
    medians = np.array([median(relative[which == run]) for run in range(names.size)])
    counts = np.bincount(which, minlength=names.size)
    within = _pooled([_scatter(sample, centre, which == run) for run in range(names.size)])
    measured = sample.measured_sd / abs(centre) if np.isfinite(sample.measured_sd) else 0.0
    spread = _variance(medians - medians.mean(), (names.size - 1) * (1 - used_df_share))
    # Medians of runs differ by this much even if the runs were the same.
    expected = np.mean(_of_median(_or_zero(within.variance), counts, config))
    expected += (1 - config.common_share) * measured**2
    between = _Variance(max(0.0, spread.variance - float(expected)), spread.df) if spread.df else _Variance()
    return _Summary(centre, relative.size, names.size, measured, within, between)


def _scatter(sample: Sample, centre: float, rows: NDArray[np.bool_]) -> _Variance:
    """Return the scatter in one run about a straight line in time and a step between the feet."""
    times = sample.time_s[rows]
    design = np.column_stack([np.ones(times.size), times - times.mean(), sample.left[rows]])
    values = sample.values[rows] / abs(centre)
    # The rank, not the columns: with one foot, or two strides, some of them say nothing.
    line, _, rank, _ = np.linalg.lstsq(design, values, rcond=None)
    return _variance(values - design @ line, times.size - int(rank))


def _variance(deviations: Floats, df: float) -> _Variance:
    return _Variance(float(deviations @ deviations) / df, df) if df > 0 else _Variance()


def _of_median(variance: float, counts: NDArray[np.int64] | int, config: EstimateConfig) -> Floats:
    """Return the variance of medians of so many dependent values."""
    n = np.atleast_1d(np.asarray(counts, dtype=float))
    # Of one or two values the median is the mean; one value has no neighbour to depend on.
    factor = np.where(n >= 3, config.median_effect, 1.0) * np.where(n >= 2, config.design_effect, 1.0)
    result: Floats = variance * factor / n
    return result


def _or_zero(variance: float) -> float:
    return 0.0 if np.isnan(variance) else variance


def _pooled(variances: Sequence[_Variance]) -> _Variance:
    known = [v for v in variances if v.df > 0 and np.isfinite(v.variance)]
    df = sum(v.df for v in known)
    return _Variance(sum(v.variance * v.df for v in known) / df, df) if df else _Variance()


def _estimate(summary: _Summary, pooled: _Variance, between: _Variance, config: EstimateConfig) -> Estimate:
    if summary.n_values == 0:
        return Estimate()
    own = summary.within
    # A messy stage must not hide behind tidy ones once it has strides enough to show it.
    within = own if own.df >= config.own_scatter_df or own.df >= pooled.df else pooled
    measured = (1 - config.common_share) * summary.measured**2 / summary.n_runs
    # Without any of the three sources the error is not zero but unknown.
    known = within.df > 0 or between.df > 0 or (summary.measured > 0 and summary.n_values == summary.n_runs)
    scatter = _of_median(_or_zero(within.variance), summary.n_values, config)[0]
    parts = np.array([scatter, _or_zero(between.variance) / summary.n_runs, measured])
    # A part that is zero has no weight; its degrees of freedom need only be finite.
    dfs = np.array([max(within.df, 1.0), max(between.df, 1.0), np.inf])
    return Estimate(
        value=summary.centre,
        random_sd=float(np.sqrt(parts.sum())) * abs(summary.centre) if known else np.nan,
        common_sd=float(np.sqrt(config.common_share)) * summary.measured * abs(summary.centre),
        df=satterthwaite(parts, dfs),
        n_values=summary.n_values,
        n_runs=summary.n_runs,
    )
