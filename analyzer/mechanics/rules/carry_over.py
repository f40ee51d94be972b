"""The rule that sums up: did form hold at full speed."""

from collections.abc import Sequence

from analyzer.drill.stage.estimate import Interval
from analyzer.mechanics.case import Case
from analyzer.mechanics.thresholds import Rule
from analyzer.mechanics.verdict import Basis, Said, Silence, Verdict, finding, percent
from analyzer.model import Finding, Level

__all__ = ["form_kept"]

_SIGNS = {
    "length_up_rate_down": "turnover",
    "contact_time_trend": "ground time",
    "posture_changes": "posture",
    "arm_drive": "arms",
    "thigh_whip": "leg switch",
    "heel_recovery": "heels",
    "vertical_bounce": "bounce",
    "stiffness_trend": "stiffness",
}
"""Rules that compare full effort with the athlete's own slower runs -> what the coach calls it."""


def form_kept(case: Case, rule: Rule, said: Sequence[Said]) -> Said:
    """Count the signs that got worse towards full effort, of those that could be judged.

    Parameters
    ----------
    case : Case
    rule : Rule
    said : sequence of Finding or Silence
        What the other rules said; those that are switched off are left out by the caller.
    """
    top = case.top(rule.gates["min_asked_effort_pct"])
    if top is None:
        return Silence(rule.name, case.no_pair)
    judged = [one for one in said if one.rule in _SIGNS and _was_judged(one)]
    n = len(judged)
    if n < rule.gates["min_rules"]:
        return Silence(rule.name, "too_few", n=n)
    worse = [one for one in judged if isinstance(one, Finding) and one.level in (Level.LOOK, Level.FIX)]
    words = {
        "asked": percent(top.asked_effort_pct),
        "signs": ", ".join(_SIGNS[one.rule] for one in worse),
    }
    limits = rule.limits
    level = Level.KEEP if len(worse) <= limits["keep_signs"] else Level.LOOK
    level = Level.FIX if len(worse) > limits["fix_signs"] else level
    rows = tuple(int(row) for row in case.inputs.runs.index[case.inputs.runs["run"].isin(top.runs)])
    verdict = Verdict(level, "fairly sure", limits[f"{level.value}_signs"])
    # A count of verdicts: each of them has its interval.
    return finding(rule, verdict, Interval(float(len(worse))), Basis(n, "runs", rows), words)


def _was_judged(said: Said) -> bool:
    if isinstance(said, Finding):
        return said.level is not Level.CANNOT_TELL
    return said.reason in ("within_limits", "not_clear")
