"""Reactions in a coach's words: each number with its interval, and what nobody measured."""

import math
from collections.abc import Mapping, Sequence
from statistics import median
from types import MappingProxyType
from typing import Any

from analyzer.model import Analysis, Reaction
from analyzer.report import quantities

__all__ = ["on_card", "reaction_sentence"]

_NORMAL_95 = 1.96
"""Standard uncertainties to either side of a value that hold 95 % of a normal distribution."""

_MIN_FOR_MEDIAN = 3
"""An athlete's reactions scatter: fewer say nothing of him."""

_FLAGS: Mapping[str, str] = MappingProxyType(
    {
        "anticipated": "guessed the start",
        "unsure": "can't tell if guessed",
        "false_start": "moved before the signal",
        "false_step": "stepped back first",
        "start_unseen": "first movement not seen",
    }
)


def on_card(run: Mapping[str, Any]) -> str:
    """Return the reaction of one run for its card; empty where there was no signal.

    Parameters
    ----------
    run : mapping
        A row of the table of runs.
    """
    if run["cue_delay"] == "none":
        return ""
    words = _words(str(run["start_flag"]).split(";"))
    delay = [] if run["cue_delay"] == "known" else [str(run["cue_delay"])]
    time_s = float(run["reaction_time_s"])
    number = f"{_seconds(time_s)} {_margin(float(run['reaction_time_sd_s']))} s" if math.isfinite(time_s) else ""
    return "reaction " + ", ".join(part for part in (number or quantities.UNKNOWN, *delay, *words) if part)


def reaction_sentence(analysis: Analysis) -> str:
    """Return the reactions of a practice; empty where no run had a start signal."""
    found = analysis.reactions
    if not found:
        return ""
    flags = dict(zip(analysis.runs["run"], analysis.runs["start_flag"], strict=True))
    parts = [", ".join(_told(one, str(flags.get(one.run, one.flag))) for one in found)]
    # A guess is no reaction: it would make the athlete look quick.
    fair = [one.time_s for one in found if one.flag in ("ok", "unsure")]
    if len(fair) >= _MIN_FOR_MEDIAN:
        parts.append(f"median {_seconds(median(fair))} s of {len(fair)}")
    parts += dict.fromkeys(one.cue.delay_unknown for one in found if one.cue.delay_unknown)
    unsure = [str(one.run) for one in found if one.flag == "unsure"]
    parts += [f"{quantities.UNKNOWN} whether run {', '.join(unsure)} was guessed"] if unsure else []
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}. {_budget(found)}"


def _budget(found: Sequence[Reaction]) -> str:
    """Return what makes the least certain of the reactions uncertain."""
    widest = max(found, key=lambda one: math.hypot(*(part.sd_s for part in one.parts)))
    parts = ", ".join(f"{part.name} {1000 * part.sd_s:.0f} ms" for part in widest.parts)
    text = f"Standard uncertainty from: {parts}."
    if any(one.timed_by == "legs" for one in found):
        text += " Legs may move before or after the body: a sensor on the waist tells better."
    return text


def _told(reaction: Reaction, flags: str) -> str:
    # Those that may have guessed are named together, at the end.
    words = _words([flag for flag in flags.split(";") if flag != "unsure"])
    known = math.isfinite(reaction.time_s)
    told = f"{_seconds(reaction.time_s)} {_margin(reaction.sd_s)} s" if known else quantities.UNKNOWN
    return f"run {reaction.run} {told}" + (f" ({', '.join(words)})" if words else "")


def _words(flags: Sequence[str]) -> list[str]:
    return [_FLAGS[flag] for flag in flags if flag in _FLAGS]


def _seconds(time_s: float) -> str:
    return quantities.minus_sign(f"{time_s:.2f}")


def _margin(sd_s: float) -> str:
    return f"±{max(_NORMAL_95 * sd_s, 0.01):.2f}"
