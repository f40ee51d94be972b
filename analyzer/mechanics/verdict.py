"""From a number with its interval to a finding."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from analyzer.drill.stage.estimate import Interval
from analyzer.mechanics.thresholds import Rule
from analyzer.model import Finding, Level

__all__ = [
    "Band",
    "Basis",
    "Said",
    "Silence",
    "Verdict",
    "asked_words",
    "band_of",
    "cannot_tell",
    "degrees",
    "finding",
    "judge",
    "percent",
    "ruled",
    "too_few",
]


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


@dataclass(frozen=True, slots=True)
class Basis:
    """What a finding rests on.

    Attributes
    ----------
    n : int
        Values.
    table : str
        Name of a table.
    rows : tuple of int
        Rows of it; empty where rows would say nothing.
    """

    n: int
    table: str = "runs"
    rows: tuple[int, ...] = ()

    @classmethod
    def of(cls, frame: pd.DataFrame, table: str, n: int | None = None) -> "Basis":
        """Return the basis of all rows of a part of a table."""
        return cls(len(frame) if n is None else n, table, tuple(int(row) for row in frame.index))


@dataclass(frozen=True, slots=True)
class Silence:
    """Why a rule said nothing, with its number as far as there is one.

    Attributes
    ----------
    rule : str
    reason : str
        As in `analyzer.tables.RULE_ROWS`.
    found : Interval
    n : int
    """

    rule: str
    reason: str
    found: Interval = field(default_factory=Interval)
    n: int = 0


Said = Finding | Silence
"""What becomes of a rule."""


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


def band_of(rule: Rule, *, low_is_worse: bool = False) -> Band:
    """Return the limits of a rule that has one of each level, in its unit."""
    return Band(rule.limit("look"), rule.limit("fix"), rule.limit("keep"), low_is_worse)


def ruled(rule: Rule, found: Interval, band: Band, basis: Basis, words: Mapping[str, str]) -> Said:
    """Return what a rule says of its number: a finding, or why there is none.

    Parameters
    ----------
    rule : Rule
    found : Interval
        In the unit of the rule, as `band`.
    band : Band
    basis : Basis
    words : mapping of str to str
        Fills the braces of the sentence.
    """
    verdict = judge(found, band, rule)
    return finding(rule, verdict, found, basis, words) if verdict else _silence(rule, found, band, basis.n)


def finding(rule: Rule, verdict: Verdict, found: Interval, basis: Basis, words: Mapping[str, str]) -> Finding:
    """Return the finding with its sentence filled in.

    Parameters
    ----------
    rule : Rule
    verdict : Verdict
        Its level must have a sentence in the rule; a missing `look` borrows that of `fix`.
    found : Interval
        In the unit of the rule.
    basis : Basis
    words : mapping of str to str
        Fills the braces of the sentence.
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
        n=basis.n,
        grade=rule.grade,
        source=rule.source,
        confidence=verdict.confidence,
        would_change=rule.would_change.format(**words),
        steps=basis.rows,
        table=basis.table,
        code=rule.code,
    )


def cannot_tell(rule: Rule, n: int, words: Mapping[str, str]) -> Finding:
    """Return the finding that the rule could not be judged, and what would help."""
    verdict = Verdict(Level.CANNOT_TELL, "unsure", np.nan)
    return replace(finding(replace(rule, would_change=""), verdict, Interval(), Basis(n), words), cue="")


def too_few(rule: Rule, n: int, gate: str, **words: str) -> Finding:
    """Return the finding that there were fewer values than a gate of the rule asks for."""
    return cannot_tell(rule, n, {"n": f"{n}", "needed": f"{rule.gates[gate]:.0f}", **words})


def asked_words(effort_pct: float) -> str:
    """Return an asked effort as the coach says it, ``top speed`` where none was asked for."""
    return percent(effort_pct) if np.isfinite(effort_pct) else "top speed"


def degrees(angle_rad: float) -> str:
    """Return the size of an angle in whole degrees."""
    return f"{abs(np.degrees(angle_rad)):.0f}"


def percent(effort_pct: float) -> str:
    """Return an asked effort as the coach says it."""
    return f"{effort_pct:.0f}"


def _silence(rule: Rule, found: Interval, band: Band, n: int) -> Silence:
    sign = -1.0 if band.low_is_worse else 1.0
    # A level of `look` or `fix` that was passed, or one of `keep` that was reached, only not clearly.
    past = [sign * found.value > sign * limit for limit in (band.look, band.fix)]
    unknown = "not_measured" if np.isnan(found.value) else "within_limits"
    return Silence(rule.name, "not_clear" if any(past) else unknown, found, n)
