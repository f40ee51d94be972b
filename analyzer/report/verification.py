"""What was reported of a recording, held against what comes out now."""

import csv
import io
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from analyzer import tables
from analyzer.acquire.document import json_object
from analyzer.errors import InputError
from analyzer.model import Analysis
from analyzer.plain import as_plain
from analyzer.report.exports import table_text
from analyzer.report.summary import config_hash

__all__ = ["Change", "Reported", "Verification", "read_reported", "verification"]

_PROGRAM = "psr-analyzer"


@dataclass(frozen=True, slots=True)
class Reported:
    """The results of one recording as they lie in a folder.

    Attributes
    ----------
    about : mapping
        ``provenance.json``.
    tables : mapping of str to str
        Text of each table that is there, by its name.
    findings : sequence of mapping
    """

    about: Mapping[str, Any]
    tables: Mapping[str, str]
    findings: Sequence[Mapping[str, Any]]

    @property
    def version(self) -> str:
        """The version that wrote them."""
        return str(self.about["versions"].get(_PROGRAM, "unknown"))


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is not as it was reported.

    Attributes
    ----------
    part : str
        ``settings``, ``findings`` or the name of a table.
    what : str
        Setting, rule or column.
    sentence : str
    n_changed, n : int
        Cells of a column that changed, of so many; 0 of 0 where nothing is counted.
    largest : float
        Largest change of a number, in the column's unit; NaN where none changed into another number.
    """

    part: str
    what: str
    sentence: str
    n_changed: int = 0
    n: int = 0
    largest: float = math.nan


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of running a recording again.

    Attributes
    ----------
    reported_version, version : str
        Of then and of now.
    changes : tuple of Change
        Empty where all is as it was.
    others : tuple of str
        Other programs and libraries that differ, which need not matter.
    """

    reported_version: str
    version: str
    changes: tuple[Change, ...]
    others: tuple[str, ...] = ()

    @property
    def same_version(self) -> bool:
        """Whether the numbers must be the same."""
        return self.reported_version == self.version

    @property
    def fine(self) -> bool:
        """Whether nothing moved that should not have: another version may move numbers, the same may not."""
        return not (self.changes and self.same_version)


def read_reported(folder: Path) -> Reported:
    """Read the results in a folder.

    Raises
    ------
    InputError
        There are none, or they cannot be read.
    """
    path = folder / "provenance.json"
    if not path.is_file():
        raise InputError(f"{folder} holds no results (provenance.json is missing); name a folder that psr wrote")
    try:
        about = json_object(path.read_bytes())
        names = [schema.name for schema in tables.SCHEMAS if (folder / f"{schema.name}.csv").is_file()]
        texts = {name: (folder / f"{name}.csv").read_bytes().decode() for name in names}
        # The file holds a list: as part of an object it is read by the same reader.
        listed = json_object(b'{"findings":%s}' % (folder / "findings.json").read_bytes())["findings"]
        checked = _checked(about, listed)
    except (InputError, OSError, ValueError) as error:
        raise InputError(f"the results in {folder} cannot be read ({error}); analyse the recording again") from error
    return Reported(checked, texts, listed)


def verification(reported: Reported, analysis: Analysis) -> Verification:
    """Hold what was reported against an analysis of the same recording.

    Parameters
    ----------
    reported : Reported
    analysis : Analysis

    Returns
    -------
    Verification
        Settings first, then tables, then findings. Numbers are compared to the twelve digits that tables hold.
    """
    was, now = reported.about["versions"], analysis.versions
    changes = (
        *_setting_changes(reported.about, analysis),
        *(change for schema in tables.SCHEMAS for change in _table_changes(schema.name, reported.tables, analysis)),
        *_finding_changes(reported.findings, as_plain(analysis.findings)),
    )
    others = tuple(
        f"{name} was {was.get(name, 'absent')}, is {now.get(name, 'absent')}"
        for name in sorted({*was, *now} - {_PROGRAM, *_LIMITS})
        if was.get(name) != now.get(name)
    )
    return Verification(reported.version, str(now.get(_PROGRAM, "unknown")), changes, others)


_LIMITS = ("thresholds", "thresholds_digest", "thresholds_changed")


def _checked(about: Mapping[str, Any], findings: object) -> Mapping[str, Any]:
    for key in ("versions", "source", "config", "athlete"):
        if not isinstance(about.get(key), dict):
            raise InputError(f"provenance.json: {key} is missing")
    if not isinstance(findings, list) or not all(isinstance(finding, dict) for finding in findings):
        raise InputError("findings.json: expected a list of objects")
    return about


def _setting_changes(about: Mapping[str, Any], analysis: Analysis) -> Iterator[Change]:
    stated, real = str(about.get("config_hash")), config_hash(about["config"])
    if stated != real:
        text = f"provenance.json was changed by hand: its settings make {real}, it says {stated}."
        yield Change("settings", "config_hash", text)
    was, now = dict(_flat(about["config"])), dict(_flat(as_plain(analysis.config)))
    for name in sorted({*was, *now}):
        if was.get(name) != now.get(name):
            text = f"{name} was {was.get(name, 'absent')}, is {now.get(name, 'absent')}."
            yield Change("settings", name, text)
    for name in _LIMITS:
        before, after = (versions.get(name, "none") for versions in (about["versions"], analysis.versions))
        if before != after:
            yield Change("settings", name, f"{name} was {before}, is {after}.")


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every setting with its full name, such as ``gait.contact.min_contact_s``."""
    # An empty mapping is a value: whether it is there must show.
    if not isinstance(value, Mapping) or not value:
        yield name, value
        return
    for key, part in value.items():
        yield from _flat(part, f"{name}.{key}" if name else str(key))


def _table_changes(name: str, reported: Mapping[str, str], analysis: Analysis) -> Iterator[Change]:
    text = table_text(getattr(analysis, name))
    if name not in reported:
        yield Change(name, "", f"{name}.csv was not among the results.")
    elif reported[name] != text:
        changes = list(_column_changes(name, _columns(reported[name]), _columns(text)))
        # Bytes may differ where no cell does, such as after a spreadsheet has saved the file.
        yield from changes or [Change(name, "", f"{name}.csv holds the same cells, written otherwise.")]


def _columns(text: str) -> dict[str, list[str]]:
    head, *rows = csv.reader(io.StringIO(text, newline="")) if text.strip() else [[]]
    cells = [dict(zip_longest(head, row[: len(head)], fillvalue="")) for row in rows]
    return {name: [row[name] for row in cells] for name in head}


def _column_changes(table: str, was: dict[str, list[str]], now: dict[str, list[str]]) -> Iterator[Change]:
    for name in [*was, *now]:
        if (name in was) != (name in now):
            yield Change(table, name, f"{table}.{name} is {'new' if name in now else 'gone'}.")
    lengths = [len(next(iter(columns.values()), [])) for columns in (was, now)]
    if lengths[0] != lengths[1]:
        # Which row belongs to which is not known any more, so cells are not compared.
        yield Change(table, "", f"{table} had {lengths[0]} rows, has {lengths[1]}.", abs(lengths[1] - lengths[0]))
        return
    for name, before in was.items():
        changed = [pair for pair in zip(before, now.get(name, before), strict=True) if pair[0] != pair[1]]
        if changed:
            yield _cells_changed(table, name, changed, len(before))


def _cells_changed(table: str, column: str, changed: list[tuple[str, str]], n: int) -> Change:
    away = [away for before, after in changed if not math.isnan(away := abs(_number(after) - _number(before)))]
    largest = max(away, default=math.nan)
    by = f", by up to {largest:.3g}" if away else f", such as {changed[0][0] or 'empty'} to {changed[0][1] or 'empty'}"
    return Change(table, column, f"{table}.{column}: {len(changed)} of {n} changed{by}.", len(changed), n, largest)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _finding_changes(was: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]]) -> Iterator[Change]:
    before, after = _by_rule(was), _by_rule(now)
    # In the order in which they were reported; new ones last.
    for key in dict.fromkeys([*before, *after]):
        rule = key[0]
        if key not in after:
            yield Change("findings", rule, f"{rule} is gone. It said: {before[key].get('sentence')}")
        elif key not in before:
            yield Change("findings", rule, f"{rule} is new. It says: {after[key].get('sentence')}")
        else:
            yield from _finding_change(rule, before[key], after[key])
    if list(before) != list(after) and sorted(before) == sorted(after):
        yield Change("findings", "", "The findings stand in another order.")


def _finding_change(rule: str, was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Change]:
    fields = [name for name in {**was, **now} if _rounded(was.get(name)) != _rounded(now.get(name))]
    if fields:
        said = "; ".join(f"{name} was {was.get(name)}, is {now.get(name)}" for name in fields)
        yield Change("findings", rule, f"{rule}: {said}.", len(fields), len({**was, **now}))


def _by_rule(findings: Sequence[Mapping[str, Any]]) -> dict[tuple[str, int], Mapping[str, Any]]:
    """Return findings by rule and a count, as a rule may speak more than once."""
    seen: Counter[str] = Counter()
    named = {}
    for finding in findings:
        rule = str(finding.get("rule"))
        named[rule, seen[rule]] = finding
        seen[rule] += 1
    return named


def _rounded(value: Any) -> Any:
    # As in the tables: the last bits differ between computers and mean nothing.
    return f"{value:.12g}" if isinstance(value, float) else value
