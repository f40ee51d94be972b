"""The limits that judge an athlete, read from one cited file."""

import hashlib
import json
import string
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args

import numpy as np

from analyzer.errors import InputError
from analyzer.model import Placement

__all__ = ["Norm", "Rule", "Thresholds", "load", "thresholds_of"]

Grade = Literal["A", "B", "C"]

_REQUIRED = (
    *("code", "metric", "unit", "formula", "blind_to", "priority", "grade", "source", "population"),
    *("limits", "gates", "sentences"),
)
_OPTIONAL = ("placements", "cues", "would_change", "enabled", "inputs", "points", "technique")
_LEVELS = ("keep", "look", "fix", "cannot_tell")


@dataclass(frozen=True, slots=True)
class Norm:
    """A usual value as a function of another quantity.

    Attributes
    ----------
    name : str
    columns : mapping of str to tuple of float
        The points, each column with its unit in the name.
    constants : mapping of str to float
    grade : {'A', 'B', 'C'}
    source, population : str
    """

    name: str
    columns: Mapping[str, tuple[float, ...]]
    constants: Mapping[str, float]
    grade: Grade
    source: str
    population: str

    def at(self, x_name: str, y_name: str, x: float) -> float:
        """Return `y_name` where `x_name` is `x`, linear between the points, NaN outside them."""
        return float(np.interp(x, self.columns[x_name], self.columns[y_name], left=np.nan, right=np.nan))


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: what it looks at, its limits, where they come from, and its words.

    Attributes
    ----------
    name, metric, unit : str
    code : str
        Short name, such as ``R07``.
    formula, blind_to : str
        How the number is made, and what it cannot tell, in words.
    priority : int
        1 comes first.
    grade : {'A', 'B', 'C'}
    source : str
        Key of ``SOURCES.md``.
    population : str
        On whom the limits were found.
    placements : tuple of str
        Segments of which one must carry a sensor; empty where any will do.
    limits, gates : mapping of str to float
        What is judged, and what must be there before anything is judged; units in the names.
    sentences, cues : mapping of level to str
        Templates with names in braces.
    would_change : str
        What would change the verdict; a template too.
    enabled : bool
    inputs : tuple of str
        What it looks at in each run: ``table.column``, of the fly phase unless ``@phase`` follows.
    points : tuple of str
        What of the drill it answers; keys of `Thresholds.points`.
    technique : bool
        It speaks of running straight ahead: silent on turns, backward and sideways runs.
    """

    name: str
    code: str
    metric: str
    unit: str
    formula: str
    blind_to: str
    priority: int
    grade: Grade
    source: str
    population: str
    placements: tuple[str, ...]
    limits: Mapping[str, float]
    gates: Mapping[str, float]
    sentences: Mapping[str, str]
    cues: Mapping[str, str]
    would_change: str
    enabled: bool
    inputs: tuple[str, ...]
    points: tuple[str, ...]
    technique: bool

    def limit(self, level: str, wording: str = "effort") -> float:
        """Return the limit of a level in the unit of the rule, NaN where it has none."""
        # Some rules have one limit for each wording of the task.
        names = [key for key in self.limits if key.startswith((f"{level}_", f"{wording}_{level}_"))]
        if not names:
            return float("nan")
        value = self.limits[names[0]]
        # Limits on angles are written in degrees: nobody writes radians by hand.
        return float(np.radians(value)) if names[0].endswith("_deg") and self.unit == "rad" else value


@dataclass(frozen=True, slots=True)
class Thresholds:
    """All rules and norms.

    Attributes
    ----------
    version : str
    rules : mapping of str to Rule
    norms : mapping of str to Norm
    overrides : tuple of str
        Dotted names of what the user's file changed.
    digest : str
        Changes with any value, so that two reports can be told to rest on the same limits.
    points : mapping of str to str
        Coaching points and common mistakes of the drill.
    """

    version: str
    rules: Mapping[str, Rule]
    norms: Mapping[str, Norm]
    overrides: tuple[str, ...]
    digest: str
    points: Mapping[str, str] = field(default_factory=dict)

    def find(self, name: str) -> tuple[Rule, ...]:
        """Return the rules of that name or code; ``R02`` is also that of ``R02a``.

        Raises
        ------
        InputError
            There is none.
        """
        if name in self.rules:
            return (self.rules[name],)
        code = name.upper()
        exact = [rule for rule in self.rules.values() if rule.code.upper() == code]
        kin = [rule for rule in self.rules.values() if rule.code.upper()[:-1] == code]
        if not exact and not kin:
            known = ", ".join(sorted({*self.rules}))
            raise InputError(f"no rule {name!r}; known are {known}, and codes such as R07")
        return (*exact, *kin)


def load(path: Path | None = None) -> Thresholds:
    """Read the thresholds, with the user's changes on top.

    Parameters
    ----------
    path : Path, optional
        A TOML file with any part of the rules; what it leaves out stays as shipped.

    Returns
    -------
    Thresholds
        A rule whose limits or gates were changed without a source of their own has source ``local`` and grade C.

    Raises
    ------
    InputError
        Not a TOML file, an unknown name (the message lists those there are), a rule without source or grade, or a
        value of the wrong kind.
    """
    return thresholds_of(_shipped(), path)


# Reading it takes a tenth of the time in which a run is to be told; what is shipped does not change meanwhile.
@cache
def _shipped() -> Mapping[str, Any]:
    return tomllib.loads(resources.files("analyzer.mechanics").joinpath("thresholds.toml").read_text("utf-8"))


def thresholds_of(shipped: Mapping[str, Any], path: Path | None = None) -> Thresholds:
    """Return thresholds from the content of a shipped file, with the user's changes on top; as `load`."""
    overrides: tuple[str, ...] = ()
    merged = dict(shipped)
    if path is not None:
        own = _read(path)
        # Recorded as written, also where the value is the shipped one: the user chose it.
        overrides = tuple(_names(own))
        merged = _merged(shipped, own, str(path))
    rules = {name: _rule(name, raw) for name, raw in merged["rules"].items()}
    norms = {name: _norm(name, raw) for name, raw in merged["norms"].items()}
    # Of the merged values, sorted: neither comments nor order in the file matter.
    digest = hashlib.sha256(json.dumps(merged, sort_keys=True).encode()).hexdigest()[:12]
    points = MappingProxyType({key: str(text) for key, text in merged["points"].items()})
    return Thresholds(
        version=str(merged["version"]),
        rules=MappingProxyType(rules),
        norms=MappingProxyType(norms),
        overrides=overrides,
        digest=digest,
        points=points,
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); give the path of a TOML file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not a TOML file ({error})") from error


def _names(tree: Mapping[str, Any], prefix: str = "") -> list[str]:
    names = []
    for key, value in tree.items():
        names += _names(value, f"{prefix}{key}.") if isinstance(value, dict) else [prefix + key]
    return names


def _merged(shipped: Mapping[str, Any], own: Mapping[str, Any], path: str) -> dict[str, Any]:
    """Return the shipped values with the user's on top, refusing names that mean nothing."""
    # A misspelt name would otherwise be a limit that silently does nothing.
    _refuse_unknown(path, own, {"rules", "norms", "version"})
    merged = dict(shipped)
    codes = {raw["code"].upper(): name for name, raw in shipped["rules"].items()}
    for part in ("rules", "norms"):
        changes = own.get(part, {})
        if not isinstance(changes, dict):
            raise InputError(f"{path}: {part}: expected tables, got {changes!r}")
        if part == "rules":
            # A code is as good as a name, as long as a rule is not named by both.
            named = [str(codes.get(name.upper(), name)) for name in changes]
            _refuse_twice(path, named)
            changes = dict(zip(named, changes.values(), strict=True))
        _refuse_unknown(f"{path}: [{part}]", changes, set(shipped[part]))
        merged[part] = dict(shipped[part])
        for name, change in changes.items():
            merged[part][name] = _changed(shipped[part][name], change, f"{path}: {part}.{name}")
    return merged


def _changed(raw: Mapping[str, Any], change: Mapping[str, Any], where: str) -> dict[str, Any]:
    if not isinstance(change, dict):
        raise InputError(f"{where}: expected a table, got {change!r}")
    _refuse_unknown(where, change, {*raw, *(_OPTIONAL if "metric" in raw else ())})
    result = dict(raw)
    for key, value in change.items():
        if isinstance(raw.get(key), dict):
            if not isinstance(value, dict):
                raise InputError(f"{where}.{key}: expected a table, got {value!r}")
            _refuse_unknown(f"{where}.{key}", value, set(raw[key]))
            # At load, not when the first athlete trips over it.
            _check_templates(f"{where}.{key}", raw[key], value)
            result[key] = {**raw[key], **value}
        else:
            if key == "would_change":
                _check_templates(where, {key: raw.get(key, "")}, {key: value})
            result[key] = value
    # A norm is nothing but numbers; of a rule only limits and gates are.
    judges = "metric" not in raw or {"limits", "gates"} & set(change)
    if judges and "source" not in change:
        # A changed number is no longer what the paper says.
        result["source"], result["grade"] = "local", change.get("grade", "C")
    return result


def _refuse_twice(path: str, names: Sequence[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"{path}: the rule {twice[0]} is changed twice, by its name and by its code; keep one")


def _refuse_unknown(where: str, given: Mapping[str, Any], known: set[str]) -> None:
    unknown = sorted(set(given) - known)
    if unknown:
        raise InputError(f"{where}: unknown name {unknown[0]!r}; known are {', '.join(sorted(known))}")


def _check_templates(where: str, shipped: Mapping[str, Any], own: Mapping[str, Any]) -> None:
    """Refuse a placeholder that nothing fills."""
    for key, text in own.items():
        if isinstance(text, str):
            _refuse_unknown(f"{where}.{key}", dict.fromkeys(_placeholders(text)), _placeholders(str(shipped[key])))


def _placeholders(text: str) -> set[str]:
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}
    except ValueError as error:
        raise InputError(f"{text!r}: unbalanced braces ({error}); write {{{{ for a brace itself") from error


def _rule(name: str, raw: Mapping[str, Any]) -> Rule:
    where = f"rules.{name}"
    missing = [key for key in _REQUIRED if key not in raw]
    if missing:
        raise InputError(f"{where}: {', '.join(missing)} missing; every rule states its source and its evidence grade")
    _refuse_unknown(where, raw, {*_REQUIRED, *_OPTIONAL})
    _refuse_unknown(f"{where}.sentences", raw["sentences"], set(_LEVELS))
    _refuse_unknown(f"{where}.cues", raw.get("cues", {}), set(_LEVELS))
    return Rule(
        name=name,
        code=_text(where, raw, "code"),
        metric=_text(where, raw, "metric"),
        unit=_text(where, raw, "unit"),
        formula=_text(where, raw, "formula"),
        blind_to=_text(where, raw, "blind_to"),
        priority=int(_number(f"{where}.priority", raw["priority"])),
        grade=_grade(where, raw),
        source=_text(where, raw, "source"),
        population=_text(where, raw, "population"),
        placements=_segments(where, raw.get("placements", [])),
        limits=_numbers(f"{where}.limits", raw["limits"]),
        gates=_numbers(f"{where}.gates", raw["gates"]),
        sentences=MappingProxyType({key: str(text) for key, text in raw["sentences"].items()}),
        cues=MappingProxyType({key: str(text) for key, text in raw.get("cues", {}).items()}),
        would_change=str(raw.get("would_change", "")),
        enabled=_switch(f"{where}.enabled", raw.get("enabled", True)),
        inputs=tuple(str(name) for name in raw.get("inputs", ())),
        points=tuple(str(name) for name in raw.get("points", ())),
        technique=_switch(f"{where}.technique", raw.get("technique", False)),
    )


def _norm(name: str, raw: Mapping[str, Any]) -> Norm:
    where = f"norms.{name}"
    columns = {key: tuple(_number(f"{where}.{key}", x) for x in v) for key, v in raw.items() if isinstance(v, list)}
    # Also catches a norm without any column.
    if len({len(column) for column in columns.values()}) != 1:
        raise InputError(f"{where}: all columns must have the same length")
    constants = {key: value for key, value in raw.items() if isinstance(value, int | float)}
    return Norm(
        name=name,
        columns=MappingProxyType(columns),
        constants=_numbers(where, constants),
        grade=_grade(where, raw),
        source=_text(where, raw, "source"),
        population=_text(where, raw, "population"),
    )


def _segments(where: str, value: object) -> tuple[str, ...]:
    known = {placement.segment for placement in Placement}
    if not isinstance(value, list) or not set(map(str, value)) <= known:
        raise InputError(f"{where}.placements: expected a list of {', '.join(sorted(known))}, got {value!r}")
    return tuple(str(segment) for segment in value)


def _switch(where: str, value: object) -> bool:
    # bool("no") is True: only the real thing will do.
    if not isinstance(value, bool):
        raise InputError(f"{where}: expected true or false, got {value!r}")
    return value


def _text(where: str, raw: Mapping[str, Any], key: str) -> str:
    value = raw.get(key)
    if not isinstance(value, str) or not value.strip():
        raise InputError(f"{where}.{key}: expected a text, got {value!r}")
    return value


def _grade(where: str, raw: Mapping[str, Any]) -> Grade:
    grades: tuple[Grade, ...] = get_args(Grade)
    for grade in grades:
        if raw.get("grade") == grade:
            return grade
    raise InputError(f"{where}.grade: expected one of {', '.join(grades)}, got {raw.get('grade')!r}")


def _number(where: str, value: object) -> float:
    # A bool is an int in Python, but no limit.
    if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
        raise InputError(f"{where}: expected a number, got {value!r}")
    return float(value)


def _numbers(where: str, raw: Mapping[str, Any]) -> Mapping[str, float]:
    return MappingProxyType({key: _number(f"{where}.{key}", value) for key, value in raw.items()})
