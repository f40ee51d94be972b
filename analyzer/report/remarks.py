"""The few findings that reach the coach, in the coach's words."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy import constants

from analyzer.model import Finding, Level
from analyzer.report import quantities
from analyzer.report.quantities import Units

__all__ = ["Remark", "remarks"]

_MAX_REMARKS = 3
_MAX_TO_WORK_ON = 2
"""With more than two things to work on, nothing is worked on; the third place is for what goes well."""

_MARKS = {Level.KEEP: "●", Level.LOOK: "▲", Level.FIX: "◆", Level.CANNOT_TELL: "?"}
_WORDS = {Level.KEEP: "Keep", Level.LOOK: "Look", Level.FIX: "Fix", Level.CANNOT_TELL: "Can't tell"}
_GRADES = {"A": "measured", "B": "direction known", "C": "coaching consensus"}
_SURE = {"sure": "yes", "fairly sure": "fairly", "unsure": "not yet"}


@dataclass(frozen=True, slots=True)
class Remark:
    """One finding as the coach reads it.

    Attributes
    ----------
    rule, level : str
    mark, word : str
        Shape and word of the level: never colour alone.
    sentence : str
    cue : str
        What to try; only the most important remark carries one.
    evidence : str
        The number with interval, limit and count; empty where the rule could not be computed.
    sure : str
        ``yes``, ``fairly`` or ``not yet``; empty for what cannot be told.
    grade, source : str
        How good the evidence is, and whose it is: a key of ``mechanics/SOURCES.md``.
    would_change : str
        What would change the verdict.
    """

    rule: str
    level: str
    mark: str
    word: str
    sentence: str
    cue: str
    evidence: str
    sure: str
    grade: str
    source: str
    would_change: str


def remarks(findings: Sequence[Finding], units: Units) -> tuple[Remark, ...]:
    """Return at most three findings: up to two to work on, one that goes well, then what cannot be told.

    Parameters
    ----------
    findings : sequence of Finding
        Ranked, most important first.
    units : {'us', 'metric'}
    """
    chosen = _chosen(findings)
    first_cue = next((finding for finding in chosen if finding.cue and _to_work_on(finding)), None)
    return tuple(_remark(finding, units, with_cue=finding is first_cue) for finding in chosen)


def _chosen(findings: Sequence[Finding]) -> list[Finding]:
    to_work_on = [finding for finding in findings if _to_work_on(finding)]
    keep = [finding for finding in findings if finding.level is Level.KEEP]
    cannot_tell = [finding for finding in findings if finding.level is Level.CANNOT_TELL]
    chosen = to_work_on[:_MAX_TO_WORK_ON]
    return (chosen + keep[:1] + cannot_tell)[:_MAX_REMARKS]


def _to_work_on(finding: Finding) -> bool:
    return finding.level in (Level.LOOK, Level.FIX)


def _remark(finding: Finding, units: Units, *, with_cue: bool) -> Remark:
    tells = finding.level is not Level.CANNOT_TELL
    return Remark(
        rule=finding.rule,
        level=finding.level.value,
        mark=_MARKS[finding.level],
        word=_WORDS[finding.level],
        sentence=finding.sentence,
        cue=finding.cue if with_cue else "",
        evidence=_evidence(finding, units),
        sure=_SURE.get(finding.confidence, finding.confidence) if tells else "",
        grade=_GRADES.get(finding.grade, finding.grade),
        source=finding.source,
        would_change=finding.would_change,
    )


def _evidence(finding: Finding, units: Units) -> str:
    """Return the number a finding rests on, such as ``0.13 (0.05 to 0.20), limit 0.20, n = 24``."""
    # One unit for value and limit: 900 ms against 1 s would be hard to compare.
    shown = _display(finding.unit, units, max(abs(finding.value), abs(finding.limit), key=_known_first))
    parts = []
    if math.isfinite(finding.value):
        low, high = shown.digits(finding.low), shown.digits(finding.high)
        # A number that was counted, such as a rest, has no interval worth reading.
        interval = f" ({low} to {high})" if math.isfinite(finding.low + finding.high) and low != high else ""
        parts.append(shown.text(finding.value) + interval)
        if math.isfinite(finding.limit):
            parts.append(f"limit {shown.text(finding.limit)}")
    if finding.n:
        parts.append(f"n = {finding.n}")
    return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class _Shown:
    factor: float
    decimals: int
    unit: str

    def digits(self, value: float) -> str:
        """Return a value rounded, without its unit."""
        # Adding zero turns a rounded "-0.0" into "0.0".
        return quantities.minus_sign(f"{round(value * self.factor, self.decimals) + 0.0:.{self.decimals}f}")

    def text(self, value: float) -> str:
        """Return a value rounded, with its unit."""
        space = "" if self.unit == "°" else " "
        return f"{self.digits(value)}{space}{self.unit}".rstrip()


def _known_first(value: float) -> float:
    # With NaN in it the result of max() depends on the order.
    return value if math.isfinite(value) else -1.0


def _display(unit: str, units: Units, size: float) -> _Shown:
    """Return how numbers of a unit are shown; contacts in milliseconds, rests in seconds."""
    shown = {
        "s": _Shown(1000.0, 0, "ms") if size < 1 else _Shown(1.0, 0, "s"),
        "Hz": _Shown(1.0, 2, "/s"),
        "%": _Shown(1.0, 0, "%"),
        "rad": _Shown(1 / constants.degree, 0, "°"),
        "m/s": _Shown(1 / quantities.speed_scale(units), 1, quantities.speed_unit(units)),
        "m": _Shown(1.0, 2, "m") if units == "metric" else _Shown(1 / constants.inch, 1, "in"),
    }
    # Counts, such as signs or runs, are whole.
    decimals = 0 if unit not in ("", "1") and float(size).is_integer() else 2
    return shown.get(unit, _Shown(1.0, decimals, "" if unit == "1" else unit))
