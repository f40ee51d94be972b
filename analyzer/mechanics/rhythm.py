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
from analyzer.mechanics.verdict import Band, cannot_tell, finding, judge, percent
from analyzer.model import Finding, Level
from analyzer.rows import rows_of

__all__ = ["frequency_share", "length_up_rate_down", "rate_up_length_down", "steps_uneven"]


def frequency_share(case: Case, rule: Rule) -> Finding | None:
    """Judge how much of the gain to full effort came from stride frequency."""
    pair = case.pair(rule)
    if pair is None:
        return None
    frequency, length = (_both(pair, name) for name in ("stride_frequency_hz", "stride_length_m"))
    words = _words(pair)
    n = min(estimate.n_values for estimate in (*frequency, *length))
    if not enough([*frequency, *length], rule.gates["min_strides"]):
        return cannot_tell(rule, n, words)
    share = share_of_gain(frequency, length, case.inputs.stage_config.contrast)
    if np.isnan(share.value):
        return None
    found = Interval(100 * share.value, 100 * share.low, 100 * share.high)
    # The data leave the share open: neither praise nor a flag.
    if np.isnan(found.low):
        return cannot_tell(rule, n, words)
    limits = rule.limits
    band = Band(limits["look_pct"], limits["fix_pct"], limits["keep_pct"], low_is_worse=True)
    verdict = judge(found, band, rule)
    # A share above all of it is no praise: the steps got shorter.
    if verdict is None or (verdict.level is Level.KEEP and found.value > limits["keep_max_pct"]):
        return None
    return finding(rule, verdict, found, n, words | {"value": f"{max(found.value, 0):.0f}"})


def length_up_rate_down(case: Case, rule: Rule) -> Finding | None:
    """Judge whether stride frequency fell towards full effort while the strides got longer."""
    pair = case.pair(rule)
    if pair is None:
        return None
    change, other, n = _changes(case, pair, ("stride_frequency_hz", "stride_length_m"))
    # Clear in both, or nothing: a fall by chance is half of all cases where nothing changed.
    if n < rule.gates["min_strides"] or not (change.high < rule.limits["fix_pct"] and other.low > 0):
        return None
    verdict = judge(change, Band(fix=rule.limits["fix_pct"], low_is_worse=True), rule)
    return finding(rule, verdict, change, n, _words(pair) | {"value": _size(change)}) if verdict else None


def rate_up_length_down(case: Case, rule: Rule) -> Finding | None:
    """Judge whether the strides got shorter towards full effort while their frequency rose."""
    pair = case.pair(rule)
    if pair is None:
        return None
    change, other, n = _changes(case, pair, ("stride_length_m", "stride_frequency_hz"))
    # Shorter steps alone may be a slower run; only with a quicker rate are they choppy.
    if n < rule.gates["min_strides"] or not other.low > 0:
        return None
    verdict = judge(change, Band(look=rule.limits["look_pct"], low_is_worse=True), rule)
    return finding(rule, verdict, change, n, _words(pair) | {"value": _size(change)}) if verdict else None


def steps_uneven(case: Case, rule: Rule) -> Finding | None:
    """Judge the scatter of step time in the fly phase, of all compared runs together.

    Notes
    -----
    A run's own quickening and a difference between the feet are removed first, and so is the scatter that the
    uncertainty of two contacts brings. The interval is that of a standard deviation (chi squared).
    """
    runs = [number for stage in case.compared for number in stage.runs]
    sample = sample_of(rows_of(of_runs(case.fly_steps, runs)), "step_time_s")
    needed = rule.gates["min_steps"]
    # All runs together: one run has four to eight steps in its fly phase.
    spread, df = scatter(sample)
    if sample.values.size < needed or df < 1:
        words = {"n": f"{sample.values.size}", "needed": f"{needed:.0f}"}
        return cannot_tell(rule, sample.values.size, words) if case.compared else None
    # A step lies between two contacts, each uncertain by itself.
    contacts = of_runs(case.inputs.contacts, runs)
    noise = np.sqrt(2) * float(contacts["initial_contact_sd_s"].median()) / float(np.median(sample.values))
    ends = [1.0, *np.sqrt(df / stats.chi2.ppf([0.975, 0.025], df))]
    value, low, high = (100 * float(np.sqrt(max((spread * end) ** 2 - noise**2, 0.0))) for end in ends)
    found = Interval(value, low, high)
    verdict = judge(found, Band(rule.limits["look_pct"], rule.limits["fix_pct"]), rule)
    if verdict is None:
        return None
    words = {"value": f"{value:.0f}", "look": f"{rule.limits['look_pct']:.0f}"}
    return finding(rule, verdict, found, sample.values.size, words)


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
