"""The ``recording.toml`` beside a folder of CSV files: what its numbers mean."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any, get_args

from analyzer.acquire.document import mark_from
from analyzer.acquire.plan_file import plan_from_table, plan_lines
from analyzer.acquire.toml_table import Entry, TomlTable, read_toml, section_lines
from analyzer.errors import InputError
from analyzer.model import Athlete, Mark, Placement, Plan, Shown, placement_of
from analyzer.units import ACCELERATION_UNITS_M_S2, ANGULAR_RATE_UNITS_RAD_S, TIME_UNITS_S

__all__ = [
    "DESCRIPTION_NAME",
    "Description",
    "Quantity",
    "SensorFile",
    "format_description",
    "read_description",
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
    recorded_on: str = ""


def read_description(path: Path) -> Description:
    """Read ``recording.toml``.

    Raises
    ------
    InputError
        No such file, no TOML, a key that is missing, unknown or holds something else than it should; the message
        names file and key and says what is known.
    """
    top = read_toml(path)
    sensors = tuple(_sensor(entry) for entry in top.tables("sensor"))
    if not sensors:
        raise InputError(f"{path}: no [[sensor]] in it; add one per CSV file with file, placement, columns and units")
    _check_placements(path, sensors)
    athlete, plan = top.table("athlete"), top.table("plan")
    description = Description(
        sensors,
        _athlete(athlete) if athlete else Athlete(),
        plan_from_table(plan) if plan else None,
        tuple(_mark(entry) for entry in top.tables("mark")),
        simulated=bool(top.take("simulated", bool, default=False)),
        recorded_on=_day(top),
    )
    # Last of all: a misspelt key would otherwise leave its default in force without a word.
    top.refuse_rest()
    return description


def format_description(description: Description) -> str:
    """Return the text of ``recording.toml``; `read_description` reads it back to an equal description."""
    lines = ["simulated = true", ""] if description.simulated else []
    lines += [f"recorded_on = {description.recorded_on}", ""] if description.recorded_on else []
    athlete = description.athlete
    lines += section_lines("[athlete]", [(name, getattr(athlete, name)) for name in Athlete.__slots__])
    if description.plan is not None:
        lines += plan_lines(description.plan)
    for mark in description.marks:
        lines += section_lines("[[mark]]", [(entry.name, getattr(mark, entry.name)) for entry in fields(mark)])
    for sensor in description.sensors:
        lines += section_lines("[[sensor]]", _sensor_entries(sensor))
    return "\n".join(lines)


def _day(top: TomlTable) -> str:
    """Return the day of the recording, empty where not said; TOML has days of its own, but text will do."""
    day = str(top.take("recorded_on", (date, str), "", write="recorded_on = 2026-04-12"))
    try:
        return date.fromisoformat(day).isoformat() if day else ""
    except ValueError:
        raise top.error("recorded_on", f"recorded_on = {day!r} is no day", "recorded_on = 2026-04-12") from None


def _sensor(table: TomlTable) -> SensorFile:
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


def _triple(table: TomlTable, name: str, units: Mapping[str, float]) -> Quantity:
    columns = table.texts(f"{name}_columns", 3)
    unit, si_per_unit = table.unit(f"{name}_unit", units)
    full_scale = table.number(f"{name}_range", math.nan)
    # NaN, not said, compares False and passes.
    if full_scale <= 0:
        raise InputError(f"{table.where}: {name}_range must be positive, in {unit}; leave it out if unknown")
    return Quantity(columns, unit, si_per_unit, full_scale * si_per_unit)


def _athlete(table: TomlTable) -> Athlete:
    numbers = {name: table.number(name, math.nan) for name in ("height_m", "mass_kg", "leg_length_m")}
    for name, number in numbers.items():
        if number <= 0:
            raise InputError(f"{table.where}: {name} must be positive, got {number}; leave it out if unknown")
    side: Any = table.choice("throwing_side", ("left", "right", "unknown"), "unknown")
    athlete = Athlete(table.text("id", ""), throwing_side=side, **numbers)
    table.refuse_rest()
    return athlete


def _mark(table: TomlTable) -> Mark:
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


def _sensor_entries(sensor: SensorFile) -> list[tuple[str, Entry]]:
    entries: list[tuple[str, Entry]] = [
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
