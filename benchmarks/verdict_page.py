"""The page "Are the verdicts right": tables put into its text."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from string import Template

import pandas as pd

from analyzer.mechanics.thresholds import Rule
from analyzer.virtual import DOSES, FAULTS
from benchmarks.verdict_cases import CLEAN, EXPECTED, PEOPLE, SENSORS
from benchmarks.verdict_rates import FLAGS, Rate, any_fix, clean_of, false_flags, flagged, others, sensitivity

__all__ = ["verdicts_page"]

TEXT = Path(__file__).with_name("verdicts_page.md")

LEAST_SEEN, MOST_FALSE, MOST_ANY_FIX = 0.90, 0.05, 0.10
"""The goals: sensitivity at a clear dose, false flags of a rule, clean practices with any `fix`."""

RECORDED_NOTE = (
    "`V09` overstrides: the foot lands 10 cm further ahead, heel first, at a 12 % lower step rate; `V10` is its "
    "control. `V08` has no contrast. Rests are 34 to 50 s, in `V07` 12 s, short of what a fair 100 % run asks."
)


def verdicts_page(said: pd.DataFrame, recorded: pd.DataFrame | None, rules: Mapping[str, Rule]) -> str:
    """Return the page as Markdown.

    Parameters
    ----------
    said : pandas.DataFrame
        As `benchmarks.verdict_trials.judged_case` returns, of all cases.
    recorded : pandas.DataFrame or None
        Flags in recorded practices; None where there are none.
    rules : mapping of str to Rule
        Those there are.
    """
    weak = [f"`{rule.name}` ({rule.metric})" for rule in rules.values() if rule.grade == "C"]
    tested = {name for names in EXPECTED.values() for name in names}
    return Template(TEXT.read_text(encoding="utf-8")).substitute(
        n_practices=len(said[["fault", "dose", "number"]].drop_duplicates()),
        people=", ".join(PEOPLE),
        goal_table=_goal_table(said, rules),
        fault_table=_fault_table(said, rules),
        dose_table=_dose_table(said, rules),
        rule_table=_rule_table(said, rules),
        clean_table=_clean_table(said),
        recorded="No recordings with truth at hand." if recorded is None else _recorded(recorded),
        weak="; ".join(weak) + ".",
        untested=", ".join(f"`{name}`" for name in rules if name not in tested) or "none",
        reason_table=_table(
            ("fault", "what", "clear dose"),
            ((fault.name, fault.meaning, fault.reason) for fault in FAULTS.values()),
        ),
    )


def _goal_table(said: pd.DataFrame, rules: Mapping[str, Rule]) -> str:
    best = {fault: _best(said, fault) for fault in EXPECTED if _rules_of(fault, rules)}
    # A try-out with some faults alone says nothing of the others.
    seen = {fault: rate for fault, rate in best.items() if rate.n}
    missed = [fault for fault, rate in seen.items() if rate.share < LEAST_SEEN]
    loud = [name for name in rules if false_flags(said, name, ("fix",)).share > MOST_FALSE]
    fixes = {sensors: any_fix(said, sensors) for sensors in SENSORS}
    # Shares that are not known compare as nothing, which would hide those that are.
    worst = max(fixes, key=lambda sensors: fixes[sensors].share if fixes[sensors].n else -1.0)
    unasked = [fault for fault in EXPECTED if fault not in best]
    return _table(
        ("what", "goal", "result", "not met by"),
        (
            (
                "faults seen at a clear dose, best set of sensors",
                "≥ 90 % each",
                f"{len(seen) - len(missed)} of {len(seen)} faults {_mark(not missed)}",
                _names(missed),
            ),
            ("faults that no rule asks for", "none", f"{len(unasked)} {_mark(not unasked)}", _names(unasked)),
            (
                "`fix` in clean practices, each rule",
                "≤ 5 %",
                f"{len(rules) - len(loud)} of {len(rules)} rules {_mark(not loud)}",
                _names(loud),
            ),
            (
                "clean practices with any `fix`, worst set of sensors",
                "≤ 10 %",
                f"{fixes[worst]} {_mark(not fixes[worst].share > MOST_ANY_FIX)}",
                worst if fixes[worst].share > MOST_ANY_FIX else "",
            ),
        ),
    )


def _fault_table(said: pd.DataFrame, rules: Mapping[str, Rule]) -> str:
    rows = []
    for fault in EXPECTED:
        own = _rules_of(fault, rules)
        rates = [str(sensitivity(said, fault, "clear", sensors)) if own else "no rule" for sensors in SENSORS]
        fixed = sensitivity(said, fault, "clear", "all", ("fix",))
        also = ", ".join(f"`{rule}` {100 * share:+.0f}" for rule, share in others(said, fault, "all"))
        # Rules that are not there yet are shown too, so that nobody takes the gap for an answer.
        names = ", ".join(f"`{name}`" if name in rules else f"`{name}` (no such rule yet)" for name in EXPECTED[fault])
        rows.append((fault, names, *rates, f"{100 * fixed.share:.0f} %" if fixed.n else "–", also))
    return _table(("fault", "rules", *SENSORS, "as `fix`, all", "also flagged"), rows)


def _dose_table(said: pd.DataFrame, rules: Mapping[str, Rule]) -> str:
    rows = []
    for fault in EXPECTED:
        rates = [_at_dose(said, fault, dose) for dose in DOSES]
        cells = [f"{100 * rate.share:.0f} ({rate.n})" if rate.n else "–" for rate in rates]
        rows.append((fault, *(cells if _rules_of(fault, rules) else ["no rule"] * len(cells))))
    return _table(("fault", *(f"{dose} ({size:g})" for dose, size in DOSES.items())), rows)


def _at_dose(said: pd.DataFrame, fault: str, dose: str) -> Rate:
    if dose != "none":
        return sensitivity(said, fault, dose, "all")
    # Nothing is the same for all faults, so all clean practices are the beginning of every curve.
    clean = clean_of(said)
    return flagged(clean[(clean["sensors"] == "all") & clean["rule"].isin(EXPECTED[fault])])


def _rule_table(said: pd.DataFrame, rules: Mapping[str, Rule]) -> str:
    rows = []
    for rule in rules.values():
        faults = [fault for fault, names in EXPECTED.items() if names[0] == rule.name]
        part = said[said["fault"].isin(faults) & (said["dose"] == "clear") & (said["rule"] == rule.name)]
        per_set = [flagged(part[part["sensors"] == sensors]) for sensors in SENSORS]
        seen = Rate(sum(rate.n_hits for rate in per_set), sum(rate.n for rate in per_set))
        fix, look = (false_flags(said, rule.name, (level,)) for level in ("fix", "look"))
        rows.append((f"`{rule.name}`", rule.grade, _names(faults), str(seen), str(fix), str(look)))
    return _table(("rule", "grade", "answers for", "seen", "false `fix`", "false `look`"), rows)


def _clean_table(said: pd.DataFrame) -> str:
    rows = []
    for sensors in SENSORS:
        part = clean_of(said)
        part = part[part["sensors"] == sensors]
        worst = part[part["level"] == "fix"]["rule"].value_counts().head(3)
        said_most = ", ".join(f"`{rule}` {n}" for rule, n in worst.items())
        rows.append((sensors, str(any_fix(said, sensors)), str(flagged(part, FLAGS)), said_most))
    return _table(("sensors", "any `fix`", "any `fix` or `look`", "most often `fix`"), rows)


def _recorded(recorded: pd.DataFrame) -> str:
    rows = ((str(row.practice), str(row.fix), str(row.look), str(row.keep)) for row in recorded.itertuples())
    return f"{RECORDED_NOTE}\n\n{_table(('practice', 'fix', 'look', 'keep'), rows)}"


def _best(said: pd.DataFrame, fault: str) -> Rate:
    rates = [sensitivity(said, fault, "clear", sensors) for sensors in SENSORS]
    return max(rates, key=lambda rate: -1.0 if not rate.n else rate.share)


def _rules_of(fault: str, rules: Mapping[str, Rule]) -> list[str]:
    return [name for name in EXPECTED[fault] if name in rules]


def _names(names: Sequence[str]) -> str:
    return ", ".join(name for name in names if name != CLEAN)


def _mark(met: bool) -> str:
    return "✓" if met else "**✗**"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
