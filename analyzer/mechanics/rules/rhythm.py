"""Rules on step frequency, step length and their evenness."""

import numpy as np
from scipy import stats

from analyzer.drill.stage.contrast import change_pct
from analyzer.drill.stage.contrast import frequency_share as share_of_gain
from analyzer.drill.stage.estimate import Estimate, Interval, scatter
from analyzer.drill.stage.stage_samples import sample_of
from analyzer.drill.stage.stages import Stage
from analyzer.mechanics.case import Case, enough, of_runs
from analyzer.mechanics.thresholds import Rule
from analyzer.mechanics.verdict import Basis, Said, Silence, band_of, cannot_tell, percent, ruled, too_few
from analyzer.rows import rows_of

__all__ = ["frequency_share", "length_up_rate_down", "rate_up_length_down", "steps_uneven"]


def frequency_share(case: Case, rule: Rule) -> Said:
    """Judge how much of the gain to full effort came from stride frequency."""
    pair = case.pair(rule)
    if pair is None:
        return Silence(rule.name, case.no_pair)
    frequency, length = (_both(pair, name) for name in ("stride_frequency_hz", "stride_length_m"))
    words = _words(pair)
    n = min(estimate.n_values for estimate in (*frequency, *length))
    if not enough([*frequency, *length], rule.gates["min_strides"]):
        return cannot_tell(rule, n, words)
    share = share_of_gain(frequency, length, case.inputs.stage_config.contrast)
    if np.isnan(share.value):
        return Silence(rule.name, "no_gain", n=n)
    found = Interval(100 * share.value, 100 * share.low, 100 * share.high)
    # The data leave the share open: neither praise nor a flag.
    if np.isnan(found.low):
        return cannot_tell(rule, n, words)
    # A share above all of it is no praise: the steps got shorter.
    if found.value > rule.limits["keep_max_pct"]:
        return Silence(rule.name, "within_limits", found, n)
    words |= {"value": f"{max(found.value, 0):.0f}"}
    return ruled(rule, found, band_of(rule, low_is_worse=True), _basis(case, pair, n), words)


def length_up_rate_down(case: Case, rule: Rule) -> Said:
    """Judge whether stride frequency fell towards full effort while the strides got longer."""
    pair = case.pair(rule)
    if pair is None:
        return Silence(rule.name, case.no_pair)
    change, other, n = _changes(case, pair, ("stride_frequency_hz", "stride_length_m"))
    # Clear in both, or nothing: a fall by chance is half of all cases where nothing changed.
    if n < rule.gates["min_strides"]:
        return Silence(rule.name, "too_few", change, n)
    if not (change.high < rule.limits["fix_pct"] and other.low > 0):
        return Silence(rule.name, "within_limits", change, n)
    words = _words(pair) | {"value": _size(change)}
    return ruled(rule, change, band_of(rule, low_is_worse=True), _basis(case, pair, n), words)


def rate_up_length_down(case: Case, rule: Rule) -> Said:
    """Judge whether the strides got shorter towards full effort while their frequency rose."""
    pair = case.pair(rule)
    if pair is None:
        return Silence(rule.name, case.no_pair)
    change, other, n = _changes(case, pair, ("stride_length_m", "stride_frequency_hz"))
    # Shorter steps alone may be a slower run; only with a quicker rate are they choppy.
    if n < rule.gates["min_strides"]:
        return Silence(rule.name, "too_few", change, n)
    if not other.low > 0:
        return Silence(rule.name, "within_limits", change, n)
    words = _words(pair) | {"value": _size(change)}
    return ruled(rule, change, band_of(rule, low_is_worse=True), _basis(case, pair, n), words)


def steps_uneven(case: Case, rule: Rule) -> Said:
    """Judge the scatter of step time in the fly phase, of all compared runs together.

    Notes
    -----
    A run's own quickening and a difference between the feet are removed first, and so is the scatter that the
    uncertainty of two contacts brings. The interval is that of a standard deviation (chi squared).
    """
    runs = [number for stage in case.compared for number in stage.runs]
    rows = of_runs(case.fly_steps, runs)
    sample = sample_of(rows_of(rows), "step_time_s")
    # All runs together: one run has four to eight steps in its fly phase.
    spread, df = scatter(sample)
    if sample.values.size < rule.gates["min_steps"] or df < 1:
        return too_few(rule, sample.values.size, "min_steps") if case.compared else Silence(rule.name, "not_measured")
    # A step lies between two contacts, each uncertain by itself.
    contacts = of_runs(case.inputs.contacts, runs)
    noise = np.sqrt(2) * float(contacts["initial_contact_sd_s"].median()) / float(np.median(sample.values))
    ends = [1.0, *np.sqrt(df / stats.chi2.ppf([0.975, 0.025], df))]
    value, low, high = (100 * float(np.sqrt(max((spread * end) ** 2 - noise**2, 0.0))) for end in ends)
    found = Interval(value, low, high)
    words = {"value": f"{value:.0f}", "look": f"{rule.limits['look_pct']:.0f}"}
    return ruled(rule, found, band_of(rule), Basis.of(rows, "steps", sample.values.size), words)


def _basis(case: Case, pair: tuple[Stage, Stage], n: int) -> Basis:
    """Return the fly strides of both stages; `n` counts those of the smaller."""
    return Basis.of(of_runs(case.fly_strides, (*pair[0].runs, *pair[1].runs)), "strides", n)


def _both(pair: tuple[Stage, Stage], name: str) -> tuple[Estimate, Estimate]:
    return pair[0].metrics[name], pair[1].metrics[name]


def _changes(case: Case, pair: tuple[Stage, Stage], names: tuple[str, str]) -> tuple[Interval, Interval, int]:
    """Return the changes of two metrics in per cent, and on how many values they rest."""
    both = [_both(pair, name) for name in names]
    changes = [change_pct(*metric, case.inputs.stage_config.contrast) for metric in both]
    return changes[0], changes[1], min(estimate.n_values for metric in both for estimate in metric)


def _words(pair: tuple[Stage, Stage]) -> dict[str, str]:
    return {"lower": percent(pair[0].asked_effort_pct), "upper": percent(pair[1].asked_effort_pct)}


def _size(change: Interval) -> str:
    return f"{abs(change.value):.0f}"
