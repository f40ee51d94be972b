"""From a number with its interval to a finding."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from analyzer.drill.stage.estimate import Interval
from analyzer.mechanics.thresholds import Rule
from analyzer.model import Finding, Level

__all__ = ["Band", "Verdict", "cannot_tell", "finding", "judge", "percent"]


@dataclass(frozen=True, slots=True)
class Band:
    """Limits on one number.

    Attributes
    ----------
    look, fix, keep : float
        NaN where the level does not exist.
    low_is_worse : bool
        Numbers below the limits are judged, else numbers above.
    """

    look: float = float("nan")
    fix: float = float("nan")
    keep: float = float("nan")
    low_is_worse: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """A level, how sure it is, and the limit it was held against."""

    level: Level
    confidence: str
    limit: float


def judge(found: Interval, band: Band, rule: Rule) -> Verdict | None:
    """Return the verdict on a number, None where there is nothing to say.

    Parameters
    ----------
    found : Interval
        NaN ends: how sure the number is, nobody knows; that counts as not sure.
    band : Band
    rule : Rule
        Its grade bears on how sure a verdict can be.

    Returns
    -------
    Verdict or None

    Notes
    -----
    The number names the level. If its interval reaches across the limit the level drops by one: `fix` to `look`,
    `look` and `keep` to nothing. Confidence: ``sure`` where the interval clears the limit and the evidence is graded
    A or B; ``fairly sure`` where it clears it on grade C, or where a dropped `fix` still clears the limit of `look`;
    else ``unsure``.
    """
    sign = -1.0 if band.low_is_worse else 1.0
    # Mirrored, so that worse is always up; the ends swap with the sign.
    value, low, high = sign * found.value, *sorted((sign * found.low, sign * found.high))
    look, fix, keep = sign * band.look, sign * band.fix, sign * band.keep
    clear = "sure" if rule.grade in ("A", "B") else "fairly sure"
    # Levels that do not exist are NaN, and nothing is above NaN.
    if value > fix:
        if low > fix:
            return Verdict(Level.FIX, clear, band.fix)
        # A rule without a limit for `look` can still drop to it; it was held against the other.
        limit = band.fix if np.isnan(look) else band.look
        return Verdict(Level.LOOK, "fairly sure" if low > look else "unsure", limit)
    if value > look:
        return Verdict(Level.LOOK, clear, band.look) if low > look else None
    if value <= keep and high <= keep:
        return Verdict(Level.KEEP, clear, band.keep)
    return None


def finding(
    rule: Rule, verdict: Verdict, found: Interval, n: int, words: Mapping[str, str], contacts: Iterable[int] = ()
) -> Finding:
    """Return the finding with its sentence filled in.

    Parameters
    ----------
    rule : Rule
    verdict : Verdict
        Its level must have a sentence in the rule; a missing `look` borrows that of `fix`.
    found : Interval
        In the unit of the rule.
    n : int
        What it rests on.
    words : mapping of str to str
        Fills the braces of the sentence.
    contacts : iterable of int
        Rows of the table of contacts it rests on.
    """
    level = verdict.level.value
    # Checked at load for strangers, so format finds every name it needs.
    template = rule.sentences.get(level, rule.sentences.get("fix", ""))
    return Finding(
        rule=rule.name,
        level=verdict.level,
        sentence=template.format(**words),
        cue=rule.cues.get(level, "").format(**words),
        value=found.value,
        low=found.low,
        high=found.high,
        limit=verdict.limit,
        unit=rule.unit,
        n=n,
        grade=rule.grade,
        source=rule.source,
        confidence=verdict.confidence,
        would_change=rule.would_change.format(**words),
        steps=tuple(contacts),
    )


def cannot_tell(rule: Rule, n: int, words: Mapping[str, str]) -> Finding:
    """Return the finding that the rule could not be judged, and what would help."""
    verdict = Verdict(Level.CANNOT_TELL, "unsure", np.nan)
    return replace(finding(replace(rule, would_change=""), verdict, Interval(), n, words), cue="")


def percent(effort_pct: float) -> str:
    """Return an asked effort as the coach says it."""
    return f"{effort_pct:.0f}"
