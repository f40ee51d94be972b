"""What a session says to the coach, ranked, and why rules that said nothing did not."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from analyzer.drill.stage.estimate import Interval
from analyzer.mechanics.case import Case, MechanicsInput, prepare, straight_ahead
from analyzer.mechanics.readings import rule_table
from analyzer.mechanics.rules.arms import arm_drive, arms_uneven
from analyzer.mechanics.rules.bounce import stiffness_trend, vertical_bounce
from analyzer.mechanics.rules.carry_over import form_kept
from analyzer.mechanics.rules.contact import contact_time_long, contact_time_trend, left_right
from analyzer.mechanics.rules.drift import side_drift
from analyzer.mechanics.rules.fade import fade
from analyzer.mechanics.rules.first_move import first_step_back, slow_first_move, start_guessed
from analyzer.mechanics.rules.gears import (
    below_own_best,
    contrast,
    first_run_fast,
    first_start_hard,
    not_top_gear,
    slowed_early,
)
from analyzer.mechanics.rules.landing import heel_first
from analyzer.mechanics.rules.legs import heel_recovery, knee_lift, knee_lift_gain, thigh_whip
from analyzer.mechanics.rules.overstride import overstride_matched_speed
from analyzer.mechanics.rules.posture import (
    back_at_speed,
    bent_at_start,
    forward_at_speed,
    posture_changes,
    posture_unsteady,
    stands_up_at_once,
    upright_at_start,
)
from analyzer.mechanics.rules.recovery import active_rest, asked_rests, jogged_rest, rest
from analyzer.mechanics.rules.rhythm import frequency_share, length_up_rate_down, rate_up_length_down, steps_uneven
from analyzer.mechanics.thresholds import Thresholds, load
from analyzer.mechanics.verdict import Said, Silence
from analyzer.model import Finding, Level

__all__ = ["Judgement", "MechanicsInput", "findings", "judgement"]

_MAX_FLAGS_FIRST = 2
"""Two flags, then praise: a page that shows three findings should hold something to keep."""

_SAID_BY = {
    # A frequency that fell is a share below nothing: the plainer of the two sentences stays.
    "frequency_share": ("length_up_rate_down",),
    # Nobody leans forward and back; where limits of one's own say so, the first is kept.
    "back_at_speed": ("forward_at_speed",),
    "upright_at_start": ("bent_at_start",),
    # A full run that was shut down is below the best for that reason.
    "below_own_best": ("not_top_gear",),
}
"""Rule -> rules whose flags say the same thing better."""


@dataclass(frozen=True, slots=True, eq=False)
class Judgement:
    """What all rules make of a session.

    Attributes
    ----------
    findings : tuple of Finding
        Most important first.
    rules : pandas.DataFrame
        Schema `analyzer.tables.RULE_ROWS`: every rule's inputs for every run, and what became of it.
    """

    findings: tuple[Finding, ...]
    rules: pd.DataFrame


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
    return _ranked(_findings_in(_said(inputs, thresholds)), thresholds)


def judgement(inputs: MechanicsInput, thresholds: Thresholds | None = None) -> Judgement:
    """Return all findings of a session, as `findings`, with every rule's inputs and the reasons for silence."""
    thresholds = thresholds or load()
    said = _said(inputs, thresholds)
    return Judgement(_ranked(_findings_in(said), thresholds), rule_table(inputs, said, thresholds))


def _said(inputs: MechanicsInput, thresholds: Thresholds) -> list[Said]:
    """Return what became of every rule."""
    # Stages and fly phases once, not once a rule; a turn in none of the runs means one case for all rules.
    case = prepare(inputs)
    ahead = straight_ahead(inputs)
    straight = case if ahead is inputs else prepare(ahead)
    heard = [_heard(one, case, straight, thresholds) for one in _all(case, straight, thresholds)]
    kept = form_kept(straight, thresholds.rules["form_kept"], heard)
    return _reconciled([*heard, _heard(kept, case, straight, thresholds)])


def _all(case: Case, straight: Case, thresholds: Thresholds) -> list[Said]:
    """Return what every rule says: those on efforts and rests of all runs, those on technique of straight ones."""
    rules, norms = thresholds.rules, thresholds.norms
    contact_length, thigh_flexion = norms["contact_length"], norms["thigh_flexion"]
    asked = asked_rests(case.inputs.plan, len(case.inputs.runs))
    return [
        not_top_gear(case, rules["not_top_gear"]),
        contrast(case, rules["contrast"]),
        first_run_fast(case, rules["first_run_fast"]),
        rest(case, rules["rest"], norms["rest"]),
        active_rest(case, rules["active_rest"], asked),
        jogged_rest(case, rules["jogged_rest"], asked),
        below_own_best(case, rules["below_own_best"]),
        slowed_early(case, rules["slowed_early"]),
        first_start_hard(case, rules["first_start_hard"]),
        fade(case, rules["fade"]),
        slow_first_move(case, rules["slow_first_move"]),
        start_guessed(case, rules["start_guessed"]),
        first_step_back(case, rules["first_step_back"]),
        overstride_matched_speed(straight, rules["overstride_matched_speed"], contact_length, norms["shank_angle"]),
        length_up_rate_down(straight, rules["length_up_rate_down"]),
        frequency_share(straight, rules["frequency_share"]),
        rate_up_length_down(straight, rules["rate_up_length_down"]),
        heel_first(straight, rules["heel_first"]),
        contact_time_long(straight, rules["contact_time_long"], contact_length),
        contact_time_trend(straight, rules["contact_time_trend"]),
        left_right(straight, rules["left_right"]),
        steps_uneven(straight, rules["steps_uneven"]),
        bent_at_start(straight, rules["bent_at_start"]),
        upright_at_start(straight, rules["upright_at_start"]),
        forward_at_speed(straight, rules["forward_at_speed"]),
        back_at_speed(straight, rules["back_at_speed"]),
        posture_changes(straight, rules["posture_changes"]),
        posture_unsteady(straight, rules["posture_unsteady"]),
        stands_up_at_once(straight, rules["stands_up_at_once"]),
        arm_drive(straight, rules["arm_drive"]),
        arms_uneven(straight, rules["arms_uneven"]),
        knee_lift(straight, rules["knee_lift"], thigh_flexion),
        knee_lift_gain(straight, rules["knee_lift_gain"], thigh_flexion),
        thigh_whip(straight, rules["thigh_whip"]),
        heel_recovery(straight, rules["heel_recovery"]),
        vertical_bounce(straight, rules["vertical_bounce"]),
        stiffness_trend(straight, rules["stiffness_trend"]),
        side_drift(straight, rules["side_drift"]),
    ]


def _heard(said: Said, case: Case, straight: Case, thresholds: Thresholds) -> Said:
    """Return what a rule says if it may speak, whatever it would have said."""
    rule = thresholds.rules[said.rule]
    if not rule.enabled:
        return Silence(rule.name, "switched_off")
    if not case.sensed(rule):
        return Silence(rule.name, "no_sensor")
    if rule.technique and not straight.compared and len(case.inputs.runs):
        return Silence(rule.name, "turn")
    return said


def _findings_in(said: Sequence[Said]) -> list[Finding]:
    return [one for one in said if isinstance(one, Finding)]


def _reconciled(said: Sequence[Said]) -> list[Said]:
    """Return what is said without saying one thing twice, nor leaning on a reference that is in doubt."""
    flags = {one.rule for one in _findings_in(said) if one.level in (Level.LOOK, Level.FIX)}
    kept = [_once(one, flags) for one in said]
    if "not_top_gear" not in flags:
        return kept
    # Full effort was not full: a share of it is too high by an unknown amount.
    return [_doubted(one) if one.rule == "first_run_fast" else one for one in kept]


def _once(said: Said, flags: set[str]) -> Said:
    if isinstance(said, Finding) and flags & set(_SAID_BY.get(said.rule, ())):
        return Silence(said.rule, "said_elsewhere", Interval(said.value, said.low, said.high), said.n)
    return said


def _doubted(said: Said) -> Said:
    if not isinstance(said, Finding):
        return said
    return replace(said, level=Level.LOOK if said.level is Level.FIX else said.level, confidence="unsure")


def _ranked(found: Sequence[Finding], thresholds: Thresholds) -> tuple[Finding, ...]:
    order = [Level.FIX, Level.LOOK, Level.KEEP, Level.CANNOT_TELL]
    # A sure fault before a maybe, whatever their themes; themes decide among equals.
    ranked = sorted(found, key=lambda f: (order.index(f.level), thresholds.rules[f.rule].priority))
    flags = [f for f in ranked if f.level in (Level.FIX, Level.LOOK)]
    praise = [f for f in ranked if f.level is Level.KEEP]
    untold = [f for f in ranked if f.level is Level.CANNOT_TELL]
    return (*flags[:_MAX_FLAGS_FIRST], *praise[:1], *flags[_MAX_FLAGS_FIRST:], *praise[1:], *untold)
