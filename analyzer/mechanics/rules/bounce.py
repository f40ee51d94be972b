"""Rules on the body's rise and fall: bounce and stiffness, against the athlete's own slower runs only."""

from analyzer.drill.stage.estimate import Interval
from analyzer.mechanics.case import Case
from analyzer.mechanics.measured import Pair, pair_of, ratio_pct
from analyzer.mechanics.thresholds import Rule
from analyzer.mechanics.verdict import Said, band_of, ruled

__all__ = ["stiffness_trend", "vertical_bounce"]


def vertical_bounce(case: Case, rule: Rule) -> Said:
    """Judge whether the pelvis rises and falls more at full effort than at the stage below."""
    return _against_below(case, rule, "vertical_oscillation_m", as_change=True)


def stiffness_trend(case: Case, rule: Rule) -> Said:
    """Judge whether vertical stiffness falls from the stage below to full effort."""
    return _against_below(case, rule, "vertical_stiffness_n_m", as_change=False)


def _against_below(case: Case, rule: Rule, column: str, *, as_change: bool) -> Said:
    pair = pair_of(case, rule, column, case.pair(rule))
    if not isinstance(pair, Pair):
        return pair
    ratio = ratio_pct(pair)
    found = Interval(ratio.value - 100, ratio.low - 100, ratio.high - 100) if as_change else ratio
    words = pair.words | {"value": f"{found.value:.0f}"}
    return ruled(rule, found, band_of(rule, low_is_worse=not as_change), pair.basis, words)
