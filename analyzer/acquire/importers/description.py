"""The ``recording.toml`` beside a folder of CSV files: what its numbers mean."""

import json
import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, get_args

from analyzer.acquire.document import mark_from
from analyzer.errors import InputError
from analyzer.model import Athlete, Direction, Mark, Placement, Plan, PlannedRun, Shown, StartCue, placement_of
from analyzer.units import ACCELERATION_UNITS_M_S2, ANGULAR_RATE_UNITS_RAD_S, DISTANCE_UNITS_M, TIME_UNITS_S

__all__ = [
    "DESCRIPTION_NAME",
    "Description",
    "Quantity",
    "SensorFile",
    "format_description",
    "read_description",
    "read_plan",
]

DESCRIPTION_NAME = "recording.toml"


@dataclass(frozen=True, slots=True)
class Quantity:
    """Columns of a CSV file and what one of their units is in SI.

    Attributes
    ----------
    columns : tuple of str
    unit : str
        As it was written.
    si_per_unit : float
    full_scale : float
        In SI, NaN where not said.
    """

    columns: tuple[str, ...]
    unit: str
    si_per_unit: float
    full_scale: float = math.nan


@dataclass(frozen=True, slots=True)
class SensorFile:
    """One sensor: its file, where it is worn, and what is in the file.

    Attributes
    ----------
    file : str
        Name within the folder.
    placement : Placement
    time, acc : Quantity
    gyr : Quantity or None
        None for a sensor without gyroscope.
    decimal : str
        Decimal sign of the numbers.
    """

    file: str
    placement: Placement
    time: Quantity
    acc: Quantity
    gyr: Quantity | None = None
    decimal: str = "."


@dataclass(frozen=True, slots=True)
class Description:
    """What ``recording.toml`` says."""

    sensors: tuple[SensorFile, ...]
    athlete: Athlete = field(default_factory=Athlete)
    plan: Plan | None = None
    marks: tuple[Mark, ...] = ()
    simulated: bool = False


def read_description(path: Path) -> Description:
    """Read ``recording.toml``.

    Raises
    ------
    InputError
        No such file, no TOML, a key that is missing, unknown or holds something else than it should; the message
        names file and key and says what is known.
    """
    top = _Table(str(path), _document(path))
    sensors = tuple(_sensor(entry) for entry in top.tables("sensor"))
    if not sensors:
        raise InputError(f"{path}: no [[sensor]] in it; add one per CSV file with file, placement, columns and units")
    _check_placements(path, sensors)
    athlete, plan = top.table("athlete"), top.table("plan")
    description = Description(
        sensors,
        _athlete(athlete) if athlete else Athlete(),
        _plan(plan) if plan else None,
        tuple(_mark(entry) for entry in top.tables("mark")),
        simulated=bool(top.take("simulated", bool, default=False)),
    )
    # Last of all: a misspelt key would otherwise leave its default in force without a word.
    top.refuse_rest()
    return description


def read_plan(path: Path) -> Plan:
    """Read the ``[plan]`` of a TOML file; other tables, such as those of a ``recording.toml``, are passed over.

    Raises
    ------
    InputError
        As `read_description`, or there is no ``[plan]``.
    """
    table = _Table(str(path), _document(path)).table("plan")
    if table is None:
        raise InputError(f"{path}: no [plan] in it; it needs efforts_pct, distance and distance_unit")
    return _plan(table)


def format_description(description: Description) -> str:
    """Return the text of ``recording.toml``; `read_description` reads it back to an equal description."""
    lines = ["simulated = true", ""] if description.simulated else []
    athlete = description.athlete
    lines += _section("[athlete]", [(name, getattr(athlete, name)) for name in Athlete.__slots__])
    if description.plan is not None:
        lines += _section("[plan]", [("wording", description.plan.wording), ("surface", description.plan.surface)])
        for run in description.plan.runs:
            lines += _section("[[plan.run]]", _run_entries(run))
    for mark in description.marks:
        lines += _section("[[mark]]", [(entry.name, getattr(mark, entry.name)) for entry in fields(mark)])
    for sensor in description.sensors:
        lines += _section("[[sensor]]", _sensor_entries(sensor))
    return "\n".join(lines)


def _document(path: Path) -> Mapping[str, Any]:
    try:
        # Some editors put a byte order mark first, which TOML does not know.
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text ({error.reason}); save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: not TOML: {error}") from error


class _Table:
    """A TOML table whose entries are taken out one by one, so that what is left over can be refused."""

    def __init__(self, where: str, entries: Mapping[str, Any]) -> None:
        self.where = where
        self._rest = dict(entries)
        self._known: list[str] = []

    def __contains__(self, key: str) -> bool:
        return key in self._rest

    def take(self, key: str, kind: type | tuple[type, ...], default: Any = None) -> Any:
        """Return an entry of a kind; without a default it must be there."""
        self._known.append(key)
        if key not in self._rest:
            # None says that the entry must be there, so it can be nobody's default.
            if default is None:
                raise InputError(f"{self.where}: {key} is missing")
            return default
        value = self._rest.pop(key)
        # In Python, but not in TOML, true is a number.
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise InputError(f"{self.where}: {key} = {value!r} is not {_KIND_NAMES[kind]}")
        return value

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text."""
        return str(self.take(key, str, default))

    def number(self, key: str, default: float | None = None) -> float:
        """Return a number that is not infinite."""
        number = float(self.take(key, (int, float), default))
        # TOML can write nan, which says unknown here, and inf, which says nothing.
        if math.isinf(number):
            raise InputError(f"{self.where}: {key} is infinite")
        return number

    def choice(self, key: str, known: Sequence[str], default: str | None = None) -> str:
        """Return a text that must be one of those known."""
        value = self.text(key, default)
        if value not in known:
            raise InputError(f"{self.where}: {key} = {value!r} is unknown; known are {', '.join(known)}")
        return value

    def unit(self, key: str, units: Mapping[str, float]) -> tuple[str, float]:
        """Return the name of a unit and what one of it is in SI."""
        name = self.choice(key, tuple(units))
        return name, units[name]

    def texts(self, key: str, count: int) -> tuple[str, ...]:
        """Return as many texts as there are columns to name."""
        values = self.take(key, list)
        if len(values) != count or not all(isinstance(value, str) for value in values):
            raise InputError(f"{self.where}: {key} must name {count} columns in the order x, y, z, got {values!r}")
        return tuple(values)

    def table(self, key: str) -> "_Table | None":
        """Return a table within this one; None where it is absent or empty."""
        entries = self.take(key, dict, {})
        return _Table(f"{self.where}, [{key}]", entries) if entries else None

    def tables(self, key: str) -> "list[_Table]":
        """Return the tables of an array of tables, numbered from 1 for messages."""
        entries = self.take(key, list, [])
        if not all(isinstance(entry, dict) for entry in entries):
            raise InputError(f"{self.where}: {key} must be written as [[{key}]]")
        return [_Table(f"{self.where}, [[{key}]] number {n}", entry) for n, entry in enumerate(entries, 1)]

    def refuse_rest(self) -> None:
        """Raise InputError if an entry is left that nobody has taken."""
        if self._rest:
            known = ", ".join(self._known)
            raise InputError(f"{self.where}: unknown {', '.join(self._rest)}; known are {known}")


_KIND_NAMES: Mapping[type | tuple[type, ...], str] = {
    str: "text in quotes",
    (int, float): "a number",
    bool: "true or false",
    list: "a list",
    dict: "a table",
}


def _sensor(table: _Table) -> SensorFile:
    file = table.text("file")
    # From here on messages name the file: who wrote ten sensors does not count tables.
    table.where = f"{table.where} ({file})"
    placement = placement_of(table.choice("placement", tuple(Placement)))
    time_unit, second = table.unit("time_unit", TIME_UNITS_S)
    sensor = SensorFile(
        file,
        placement,
        Quantity((table.text("time_column"),), time_unit, second),
        _triple(table, "acc", ACCELERATION_UNITS_M_S2),
        _triple(table, "gyr", ANGULAR_RATE_UNITS_RAD_S) if "gyr_columns" in table else None,
        table.choice("decimal", (".", ","), "."),
    )
    table.refuse_rest()
    return sensor


def _triple(table: _Table, name: str, units: Mapping[str, float]) -> Quantity:
    columns = table.texts(f"{name}_columns", 3)
    unit, si_per_unit = table.unit(f"{name}_unit", units)
    full_scale = table.number(f"{name}_range", math.nan)
    # NaN, not said, compares False and passes.
    if full_scale <= 0:
        raise InputError(f"{table.where}: {name}_range must be positive, in {unit}; leave it out if unknown")
    return Quantity(columns, unit, si_per_unit, full_scale * si_per_unit)


def _athlete(table: _Table) -> Athlete:
    numbers = {name: table.number(name, math.nan) for name in ("height_m", "mass_kg", "leg_length_m")}
    for name, number in numbers.items():
        if number <= 0:
            raise InputError(f"{table.where}: {name} must be positive, got {number}; leave it out if unknown")
    side: Any = table.choice("throwing_side", ("left", "right", "unknown"), "unknown")
    athlete = Athlete(table.text("id", ""), throwing_side=side, **numbers)
    table.refuse_rest()
    return athlete


def _plan(table: _Table) -> Plan:
    runs = [_run(entry) for entry in table.tables("run")]
    # With [[plan.run]] the keys of the short form are not taken, and so refused as unknown below.
    if not runs:
        unit = table.unit("distance_unit", DISTANCE_UNITS_M)[1]
        distance_m = table.number("distance") * unit
        rest_s = table.number("rest_s", math.nan)
        efforts = table.take("efforts_pct", list)
        if not all(isinstance(effort, (int, float)) for effort in efforts):
            raise InputError(f"{table.where}: efforts_pct must be a list of numbers, got {efforts!r}")
        runs = [_planned(table, float(effort), distance_m, rest_before_s=rest_s) for effort in efforts]
        if not runs:
            raise InputError(f"{table.where}: efforts_pct is empty; leave [plan] out to analyse whatever was run")
    wording: Any = table.choice("wording", ("effort", "speed"), "effort")
    plan = Plan(tuple(runs), wording, table.text("surface", ""))
    table.refuse_rest()
    return plan


def _run(table: _Table) -> PlannedRun:
    unit = table.unit("distance_unit", DISTANCE_UNITS_M)[1]
    direction: Any = table.choice("direction", get_args(Direction), "forward")
    start_cue: Any = table.choice("start_cue", get_args(StartCue), "own")
    run = _planned(
        table,
        table.number("effort_pct"),
        table.number("distance") * unit,
        direction=direction,
        start_cue=start_cue,
        rest_before_s=table.number("rest_before_s", math.nan),
    )
    table.refuse_rest()
    return run


def _planned(table: _Table, effort_pct: float, distance_m: float, **rest: Any) -> PlannedRun:
    try:
        return PlannedRun(effort_pct, distance_m, **rest)
    except InputError as error:
        raise InputError(f"{table.where}: {error}") from error


def _mark(table: _Table) -> Mark:
    said: dict[str, Any] = {
        "time_s": table.number("time_s"),
        "kind": table.text("kind"),
        "text": table.text("text", ""),
    }
    # Only a start signal was shown somehow; without the key its numbers are left over, and refused.
    if "shown" in table:
        said["shown"] = table.choice("shown", get_args(Shown))
        said |= {name: table.number(name) for name in _CUE_NUMBERS if name in table}
    table.refuse_rest()
    try:
        return mark_from(said)
    except InputError as error:
        raise InputError(f"{table.where}: {error}") from error


_CUE_NUMBERS = ("time_sd_s", "display_delay_s", "display_delay_sd_s", "audio_delay_s", "audio_delay_sd_s")


def _check_placements(path: Path, sensors: Sequence[SensorFile]) -> None:
    seen: set[Placement] = set()
    for sensor in sensors:
        if sensor.placement in seen:
            raise InputError(f"{path}: two sensors at {sensor.placement}; each placement can hold one")
        seen.add(sensor.placement)


_Entry = str | float | tuple[str, ...]


def _section(head: str, entries: Sequence[tuple[str, _Entry]]) -> list[str]:
    """Return a TOML section; entries that say nothing are left out."""
    said = [(key, value) for key, value in entries if value not in {"", ()} and not _is_nan(value)]
    return [head, *(f"{key} = {_toml(value)}" for key, value in said), ""]


def _is_nan(value: _Entry) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _toml(value: _Entry) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, str):
        # JSON's strings are TOML's, but for one control character.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    # repr of a plain float keeps every bit; numpy's own numbers would print their type.
    return repr(float(value))


def _run_entries(run: PlannedRun) -> list[tuple[str, _Entry]]:
    return [
        ("effort_pct", run.effort_pct),
        ("distance", run.distance_m),
        ("distance_unit", "m"),
        ("direction", run.direction),
        ("start_cue", run.start_cue),
        ("rest_before_s", run.rest_before_s),
    ]


def _sensor_entries(sensor: SensorFile) -> list[tuple[str, _Entry]]:
    entries: list[tuple[str, _Entry]] = [
        ("file", sensor.file),
        ("placement", sensor.placement.value),
        ("time_column", sensor.time.columns[0]),
        ("time_unit", sensor.time.unit),
    ]
    for name, quantity in (("acc", sensor.acc), ("gyr", sensor.gyr)):
        if quantity is not None:
            entries += [
                (f"{name}_columns", quantity.columns),
                (f"{name}_unit", quantity.unit),
                # Ranges are held in SI, but written in the unit of the columns, as they are read.
                (f"{name}_range", quantity.full_scale / quantity.si_per_unit),
            ]
    if sensor.decimal != ".":
        entries.append(("decimal", sensor.decimal))
    return entries
