"""The rule on the foot landing ahead of the body: independent signs at matched speed, never long strides alone."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analyzer.drill.stage.contrast import change_pct
from analyzer.drill.stage.estimate import Interval
from analyzer.drill.stage.stages import Stage
from analyzer.mechanics.case import Case, of_runs
from analyzer.mechanics.measured import Pair, difference, fly_speed_m_s, measured, pair_of, ratio_pct
from analyzer.mechanics.rules.contact import contact_ratio
from analyzer.mechanics.rules.landing import heel_share
from analyzer.mechanics.thresholds import Norm, Rule
from analyzer.mechanics.verdict import Band, Basis, Said, Silence, Verdict, finding, judge, percent, too_few
from analyzer.model import Level

__all__ = ["Sign", "overstride_matched_speed", "signs"]


_MAX_SAID = 3
"""Signs in a sentence."""


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign that the foot lands far ahead.

    Attributes
    ----------
    words : str
        For the coach.
    points : int
    firm : bool
        Seen by a sensor on the shank or the pelvis, not guessed from the feet.
    """

    words: str
    points: int = 1
    firm: bool = False


def overstride_matched_speed(case: Case, rule: Rule, contact_length: Norm, shank_angle: Norm) -> Said:
    """Count independent signs of the foot landing far ahead of the body at full effort.

    Notes
    -----
    First against the athlete's own stage below, with what the norm changes between the two speeds taken off, then
    against norms. Sensors on the feet see neither hip nor shank: with them alone it is at most `look`, and "possible".
    `fix` needs a sign from shank or pelvis and as many points as its limit.
    """
    top = case.top(rule.gates["min_asked_effort_pct"])
    if top is None:
        return Silence(rule.name, case.no_pair)
    n = max(top.metrics["stride_frequency_hz"].n_values, len(measured(case, "shank_angle_rad", top.runs).rows))
    if n < rule.gates["min_strides"]:
        return too_few(rule, n, "min_strides", asked=percent(top.asked_effort_pct))
    found = tuple(signs(case, top, rule, (contact_length, shank_angle)))
    points = sum(sign.points for sign in found)
    # A count has no interval; every sign in it was held against its own.
    counted, firm = Interval(points), any(sign.firm for sign in found)
    basis = Basis.of(of_runs(case.fly_strides, top.runs), "strides", n)
    if points < rule.limits["look_signs"]:
        return Silence(rule.name, "within_limits", counted, n)
    level = Level.FIX if firm and points >= rule.limits["fix_signs"] else Level.LOOK
    # Consensus at best: sure is nobody. Without a sensor that sees it, more signs make it no more than likely.
    sure = firm or points > rule.limits["look_signs"]
    verdict = Verdict(level, "fairly sure" if sure else "unsure", rule.limits[f"{level.value}_signs"])
    words = {
        "asked": percent(top.asked_effort_pct),
        # Those that see the most come first; more than three nobody says aloud.
        "signs": ", ".join(sign.words for sign in found[:_MAX_SAID]),
        "sure": "Likely" if firm else "Possible",
        "change": _would_change(case, firm=firm),
    }
    return finding(rule, verdict, counted, basis, words)


def signs(case: Case, top: Stage, rule: Rule, norms: tuple[Norm, Norm]) -> Iterator[Sign]:
    """Yield the signs there are, those that see the most first.

    Parameters
    ----------
    case : Case
    top : Stage
        Full effort.
    rule : Rule
    norms : tuple of Norm
        Contact length and shank angle against speed.
    """
    contact_length, shank_angle = norms
    yield from _shank_ahead(case, top, rule)
    yield from _shank_further(case, rule, shank_angle)
    yield from _brakes_more(case, rule)
    yield from _foot_faster(case, rule)
    if heel_share(case, top, rule).value > rule.limits["heel_share_pct"]:
        yield Sign("heel first")
    if _longer_not_quicker(case, rule):
        yield Sign("longer steps without a quicker rate")
    ratio, _ = contact_ratio(case, top, contact_length)
    if ratio.value > rule.limits["contact_ratio_pct"] and ratio.low > 100:
        yield Sign("long ground time")


def _shank_ahead(case: Case, top: Stage, rule: Rule) -> Iterator[Sign]:
    shank = measured(case, "shank_angle_rad", top.runs)
    # The limits are those of sprinting: slower running lands further ahead, and may.
    if len(shank.rows) < rule.gates["min_steps"] or not fly_speed_m_s(case, top) >= rule.gates["min_speed_m_s"]:
        return
    look, fix = (float(np.radians(rule.limits[f"shank_{level}_deg"])) for level in ("look", "fix"))
    verdict = judge(shank.found, Band(look, fix), rule)
    if verdict:
        yield Sign("shin ahead at contact", 2 if verdict.level is Level.FIX else 1, firm=True)


def _shank_further(case: Case, rule: Rule, norm: Norm) -> Iterator[Sign]:
    pair = pair_of(case, rule, "shank_angle_rad", case.pair(rule))
    if not isinstance(pair, Pair):
        return
    lower, upper = (norm.at("speed_m_s", "angle_deg", fly_speed_m_s(case, stage)) for stage in pair.stages)
    # What everybody's shank does between these speeds is no sign; where it should fall, that is not held against it.
    usual = float(np.radians(max(0.0, float(np.nan_to_num(upper - lower)))))
    change = difference(pair)
    if change.value - usual > np.radians(rule.limits["rise_deg"]) and change.low - usual > 0:
        yield Sign("shin further ahead than before", firm=True)


def _brakes_more(case: Case, rule: Rule) -> Iterator[Sign]:
    pair = pair_of(case, rule, "braking_m_s", case.pair(rule))
    if isinstance(pair, Pair):
        ratio = ratio_pct(pair)
        if ratio.value > 100 + rule.limits["braking_gain_pct"] and ratio.low > 100:
            yield Sign("more braking", firm=True)


def _foot_faster(case: Case, rule: Rule) -> Iterator[Sign]:
    pair = pair_of(case, rule, "foot_speed_before_contact_m_s", case.pair(rule))
    if not isinstance(pair, Pair):
        return
    lower, upper = (fly_speed_m_s(case, stage) for stage in pair.stages)
    if not (lower > 0 and upper > 0):
        return
    # The foot's own speed grows with the run's; only what grows beyond that counts.
    share_pct = 100 * (pair.upper.estimate.value / upper - pair.lower.estimate.value / lower)
    # Strides of a run share its error: scatter within runs would make it far too sure.
    of_run = rule.limits["foot_speed_run_sd_pct"]
    low_pct = share_pct - 1.96 * of_run * float(np.sqrt(sum(1 / len(stage.runs) for stage in pair.stages)))
    if share_pct > rule.limits["foot_speed_gain_pct"] and low_pct > 0:
        yield Sign("foot still moving forward")


def _longer_not_quicker(case: Case, rule: Rule) -> bool:
    pair = case.pair(rule)
    if pair is None:
        return False
    # The athlete's own slower run is the reference; across people step length says little.
    below, top = pair
    config = case.inputs.stage_config.contrast
    length = change_pct(below.metrics["stride_length_m"], top.metrics["stride_length_m"], config)
    frequency = change_pct(below.metrics["stride_frequency_hz"], top.metrics["stride_frequency_hz"], config)
    return length.value > rule.limits["length_gain_pct"] and length.low > 0 and not frequency.low > 0


def _would_change(case: Case, *, firm: bool) -> str:
    segments = {placement.segment for placement in case.inputs.placements}
    if firm or "shank" in segments:
        return "The foot landing closer under the hips."
    return "A sensor on the shank would show where the foot lands."
