"""The rules in words: for the terminal, and as a page of the documentation."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from analyzer.mechanics.sources import sources
from analyzer.mechanics.thresholds import Rule, Thresholds

__all__ = ["GRADES", "rule_as_plain", "rule_list", "rule_page", "rule_text"]

GRADES: Mapping[str, str] = {"A": "measured", "B": "direction known", "C": "coaching consensus"}
"""What the grades of evidence mean."""

_UNITS = {
    "deg": "°",
    "pct": "%",
    "m_s": "m/s",
    "m": "m",
    "s": "s",
    "signs": "signs",
    "runs": "runs",
    "steps": "steps",
    "strides": "strides",
    "contacts": "contacts",
    "stages": "efforts",
    "rules": "rules",
}

_PAGE_HEAD = """\
# The rules

What every coaching point and every common mistake of the drill is judged by, made by `psr explain --page` from
`analyzer/mechanics/thresholds.toml` (version {version}). `psr explain RULE` prints one rule with its formula, limits,
source and what it cannot tell. Grades of evidence: A measured, B direction known, C coaching consensus.

Rules on technique are silent on turns, backward and sideways runs, and wherever a sensor, an effort or enough steps are
missing; `rules.csv` of every analysis says why, with every rule's inputs run by run. Change any limit, or switch a rule
off, in a file of your own:

```toml
[rules.R11.limits]
look_deg = 16.0
[rules.arms_uneven]
enabled = false
```

and `psr analyze ... --rules mine.toml`. The results name the version and everything that was changed.
"""


def rule_list(thresholds: Thresholds) -> str:
    """Return all rules, one a line: code, name, grade, sensors, and what is measured."""
    rules = _by_code(thresholds.rules.values())
    names = max(len(rule.name) for rule in rules)
    sensors = max(len(_sensors(rule)) for rule in rules)
    lines = [
        f"{rule.code:<5} {rule.name:<{names}}  {rule.grade}  {_sensors(rule):<{sensors}}  {rule.metric}"
        + ("" if rule.enabled else "  (switched off)")
        for rule in rules
    ]
    grades = ", ".join(f"{grade} {meaning}" for grade, meaning in GRADES.items())
    return "\n".join(
        [*lines, "", f"Evidence: {grades}. {_version(thresholds)}", "One rule in full: psr explain R07", ""]
    )


def rule_text(rule: Rule, thresholds: Thresholds) -> str:
    """Return everything about one rule as text for a terminal."""
    source = sources().get(rule.source)
    told = [
        ("Measures", f"{rule.metric} ({rule.unit})"),
        ("Formula", rule.formula),
        ("Limits", "; ".join(_numbers(rule.limits))),
        ("Needs", "; ".join([f"sensor: {_sensors(rule)}", *_numbers(rule.gates)])),
        ("Answers", " ".join(thresholds.points[point] for point in rule.points)),
        ("Can't tell", rule.blind_to),
        ("Evidence", f"{rule.grade}, {GRADES[rule.grade]}: {rule.population}"),
        ("Source", f"{rule.source}: {source.reference if source else 'not in the list of sources'}"),
        *([("Taken", source.taken), ("Checked", source.status)] if source else []),
        *((level.replace("_", " ").capitalize(), text) for level, text in rule.sentences.items()),
        ("Would change", rule.would_change),
        ("Thresholds", _version(thresholds)),
    ]
    state = "" if rule.enabled else " (switched off)"
    return "\n".join(
        [f"{rule.code}  {rule.name}{state}", *(f"  {name + ':':<14}{text}" for name, text in told if text), ""]
    )


def rule_as_plain(rule: Rule, thresholds: Thresholds) -> dict[str, Any]:
    """Return everything about one rule as plain data."""
    source = sources().get(rule.source)
    return {
        **{name: getattr(rule, name) for name in ("code", "name", "metric", "unit", "formula", "blind_to", "grade")},
        **{name: getattr(rule, name) for name in ("population", "enabled", "technique", "priority", "would_change")},
        "limits": dict(rule.limits),
        "gates": dict(rule.gates),
        "placements": list(rule.placements),
        "inputs": list(rule.inputs),
        "points": {point: thresholds.points[point] for point in rule.points},
        "sentences": dict(rule.sentences),
        "cues": dict(rule.cues),
        "source": rule.source,
        "reference": source.reference if source else "",
        "taken": source.taken if source else "",
        "checked": source.status if source else "",
        "version": thresholds.version,
        "changed": list(thresholds.overrides),
    }


def rule_page(thresholds: Thresholds) -> str:
    """Return the page of the documentation: the drill's points with their rules, all rules, and the weak ones."""
    rules = _by_code(thresholds.rules.values())
    answers = [
        [text, ", ".join(f"{rule.code} `{rule.name}`" for rule in rules if point in rule.points)]
        for point, text in thresholds.points.items()
    ]
    listed = [
        [rule.code, f"`{rule.name}`", rule.metric, _sensors(rule), _levels(rule), rule.grade, f"`{rule.source}`"]
        for rule in rules
    ]
    weak = [[rule.code, f"`{rule.name}`", rule.population, rule.blind_to] for rule in rules if rule.grade == "C"]
    return "\n".join(
        [
            _PAGE_HEAD.format(version=thresholds.version),
            "## What the drill asks for\n",
            *_table(("coaching point or mistake", "rules"), answers),
            "\n## All rules\n",
            *_table(("code", "rule", "what is measured", "sensors", "limits", "grade", "source"), listed),
            "\n## Weakly evidenced\n",
            "These rest on coaching consensus or on one study of other people. They are worded softly, never `sure`;",
            "they are the first to be set by whoever has better limits.\n",
            *_table(("code", "rule", "on whom, and where the limits come from", "what it cannot tell"), weak),
            "",
        ]
    )


def _by_code(rules: Iterable[Rule]) -> list[Rule]:
    return sorted(rules, key=lambda rule: rule.code)


def _sensors(rule: Rule) -> str:
    return " or ".join(rule.placements) or "any"


def _version(thresholds: Thresholds) -> str:
    changed = f"; changed: {', '.join(thresholds.overrides)}" if thresholds.overrides else ""
    return f"Limits of version {thresholds.version}{changed}."


def _levels(rule: Rule) -> str:
    told = {name: value for name, value in rule.limits.items() if name.split("_")[0] in ("keep", "look", "fix")}
    return "; ".join(_numbers(told)) or "; ".join(_numbers(rule.limits))


def _numbers(values: Mapping[str, float]) -> list[str]:
    """Return named numbers in words, such as ``min asked effort 95 %``."""
    return [_number(name, value) for name, value in values.items()]


def _number(name: str, value: float) -> str:
    # A unit may have two parts: m_s before s.
    unit = next((one for one in ("m_s", *_UNITS) if name.endswith(f"_{one}")), "")
    words = name.removesuffix(f"_{unit}").replace("_", " ") if unit else name.replace("_", " ")
    sign = _UNITS.get(unit, "")
    return f"{words} {value:g}{'' if sign == '°' else ' '}{sign}".rstrip()


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [_line(head), _line(["---"] * len(head)), *(_line(row) for row in rows)]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
