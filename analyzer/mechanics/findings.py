"""What a session says to the coach, ranked."""

from collections.abc import Sequence
from dataclasses import replace

from analyzer.mechanics.case import Case, MechanicsInput, prepare
from analyzer.mechanics.contact import contact_time_long, contact_time_trend, left_right
from analyzer.mechanics.gears import contrast, first_run_fast, not_top_gear
from analyzer.mechanics.landing import heel_first, overstride_matched_speed
from analyzer.mechanics.recovery import active_rest, asked_rests, jogged_rest, rest
from analyzer.mechanics.rhythm import frequency_share, length_up_rate_down, rate_up_length_down, steps_uneven
from analyzer.mechanics.thresholds import Thresholds, load
from analyzer.model import Finding, Level

__all__ = ["MechanicsInput", "findings"]

_MAX_FLAGS_FIRST = 2
"""Two flags, then praise: a page that shows three findings should hold something to keep."""


def findings(inputs: MechanicsInput, thresholds: Thresholds | None = None) -> tuple[Finding, ...]:
    """Return all findings of a session, most important first.

    Parameters
    ----------
    inputs : MechanicsInput
    thresholds : Thresholds, optional
        As shipped if left out.

    Returns
    -------
    tuple of Finding
        The first three suit a page: at most two flags (`fix` before `look`, then by the rules' priority) and the
        first praise. Then the other flags, other praise, and last what cannot be told. A rule without a sensor where
        it needs one, or that does not apply to the plan, says nothing.
    """
    thresholds = thresholds or load()
    # Stages and fly phases once, not once a rule.
    case = prepare(inputs)
    found = [finding for finding in _all(case, thresholds) if finding is not None]
    return _ranked(_reconciled(found), thresholds)


def _all(case: Case, thresholds: Thresholds) -> list[Finding | None]:
    """Return what every rule says."""
    rules, norms = thresholds.rules, thresholds.norms
    contact_length = norms["contact_length"]
    asked = asked_rests(case.inputs.plan, len(case.inputs.runs))
    said = [
        not_top_gear(case, rules["not_top_gear"]),
        contrast(case, rules["contrast"]),
        first_run_fast(case, rules["first_run_fast"]),
        rest(case, rules["rest"], norms["rest"]),
        active_rest(case, rules["active_rest"], asked),
        jogged_rest(case, rules["jogged_rest"], asked),
        overstride_matched_speed(case, rules["overstride_matched_speed"], contact_length),
        length_up_rate_down(case, rules["length_up_rate_down"]),
        frequency_share(case, rules["frequency_share"]),
        rate_up_length_down(case, rules["rate_up_length_down"]),
        heel_first(case, rules["heel_first"]),
        contact_time_long(case, rules["contact_time_long"], contact_length),
        contact_time_trend(case, rules["contact_time_trend"]),
        left_right(case, rules["left_right"]),
        steps_uneven(case, rules["steps_uneven"]),
    ]
    # Switched off or without its sensor: said nothing, whatever it would have said.
    return [f for f in said if f is not None and rules[f.rule].enabled and case.sensed(rules[f.rule])]


def _reconciled(found: Sequence[Finding]) -> list[Finding]:
    """Return findings that do not say one thing twice, nor lean on a reference that is in doubt."""
    names = {finding.rule for finding in found}
    # A frequency that fell is a share below nothing: the plainer of the two sentences stays.
    kept = [f for f in found if not (f.rule == "frequency_share" and "length_up_rate_down" in names)]
    if "not_top_gear" not in names:
        return kept
    # Full effort was not full: a share of it is too high by an unknown amount.
    return [
        replace(f, level=Level.LOOK if f.level is Level.FIX else f.level, confidence="unsure")
        if f.rule == "first_run_fast"
        else f
        for f in kept
    ]


def _ranked(found: Sequence[Finding], thresholds: Thresholds) -> tuple[Finding, ...]:
    order = [Level.FIX, Level.LOOK, Level.KEEP, Level.CANNOT_TELL]
    # A sure fault before a maybe, whatever their themes; themes decide among equals.
    ranked = sorted(found, key=lambda f: (order.index(f.level), thresholds.rules[f.rule].priority))
    flags = [f for f in ranked if f.level in (Level.FIX, Level.LOOK)]
    praise = [f for f in ranked if f.level is Level.KEEP]
    untold = [f for f in ranked if f.level is Level.CANNOT_TELL]
    return (*flags[:_MAX_FLAGS_FIRST], *praise[:1], *flags[_MAX_FLAGS_FIRST:], *praise[1:], *untold)
