"""Plans as TOML: the ``[plan]`` of a file, in the coach's units."""

import math
from pathlib import Path
from typing import Any, get_args

from analyzer.acquire.toml_table import Entry, TomlTable, read_toml, section_lines
from analyzer.errors import InputError
from analyzer.model import (
    Direction,
    Finish,
    Plan,
    PlannedRest,
    PlannedRun,
    Preset,
    StartCue,
    Wording,
    assigned_from,
)
from analyzer.units import DISTANCE_UNITS_M

__all__ = ["format_plan", "plan_from_table", "plan_lines", "plan_unit", "read_plan"]


def read_plan(path: Path) -> Plan:
    """Read the ``[plan]`` of a TOML file; other tables, such as those of a ``recording.toml``, are passed over.

    Raises
    ------
    InputError
        No such file, no TOML, no ``[plan]`` in it, or a key that is missing, unknown or holds something else than it
        should; the message names file, key and line and says what to write.
    """
    table = read_toml(path).table("plan")
    if table is None:
        raise InputError(f"{path}: no [plan] in it; it needs efforts_pct, distance and distance_unit")
    return plan_from_table(table)


def plan_from_table(table: TomlTable) -> Plan:
    """Return the plan in a ``[plan]`` table.

    Parameters
    ----------
    table : TomlTable
        Either the short form, a grid as in `Preset`, or one ``[[plan.run]]`` for each run.

    Raises
    ------
    InputError
        As `read_plan`.
    """
    runs = tuple(_run(entry) for entry in table.tables("run"))
    # With [[plan.run]] the keys of the short form are not taken, and so refused as unknown below.
    runs = runs or _grid(table)
    wording: Any = table.choice("wording", get_args(Wording), "effort")
    surface, name = table.text("surface", ""), table.text("name", "")
    assign = table.text("assign", "")
    table.refuse_rest()
    plan = Plan(runs, wording, surface, name)
    try:
        return plan.with_assigned(assigned_from(assign)) if assign else plan
    except InputError as error:
        raise table.error("assign", str(error)) from error


def plan_lines(plan: Plan, unit: str = "m") -> list[str]:
    """Return the lines of a ``[plan]`` with one ``[[plan.run]]`` for each run.

    Parameters
    ----------
    plan : Plan
    unit : str
        Key of `analyzer.units.DISTANCE_UNITS_M`; metres keep every bit.
    """
    assign = ",".join(f"{run}={'skip' if slot is None else slot}" for run, slot in plan.assigned)
    head: list[tuple[str, Entry]] = [
        ("wording", plan.wording),
        ("surface", plan.surface),
        ("name", plan.name),
        ("assign", assign),
    ]
    lines = section_lines("[plan]", head)
    for run in plan.runs:
        lines += section_lines("[[plan.run]]", _run_entries(run, unit))
    return lines


def format_plan(plan: Plan) -> str:
    """Return a plan as a TOML file; `read_plan` reads it back.

    Distances are written in the unit of `plan_unit`.
    """
    return "\n".join(plan_lines(plan, plan_unit(plan)))


def plan_unit(plan: Plan) -> str:
    """Return the unit in which a plan's distances are round numbers: feet, yards or metres.

    Feet are for bases, 90 ft apart, and for what is no whole number of yards.
    """
    lengths_ft = [_in_unit(run.distance_m, "ft") for run in plan.runs]
    if all(length % _BASE_FT == 0 for length in lengths_ft):
        return "ft"
    if all(_in_unit(run.distance_m, "yd").is_integer() for run in plan.runs):
        return "yd"
    return "ft" if all(length.is_integer() for length in lengths_ft) else "m"


_BASE_FT = 90


def _grid(table: TomlTable) -> tuple[PlannedRun, ...]:
    unit = table.unit("distance_unit", DISTANCE_UNITS_M, write='distance_unit = "yd" (or "ft", "m")')[1]
    distance_m = _in_metres(table.number("distance", write='distance = 20 and distance_unit = "yd"'), unit)
    efforts = table.take("efforts_pct", list, write="efforts_pct = [50, 75, 100]")
    if not all(isinstance(effort, (int, float)) and not isinstance(effort, bool) for effort in efforts):
        text = f"efforts_pct must be a list of numbers, got {efforts!r}"
        raise table.error("efforts_pct", text, "efforts_pct = [50, 75, 100]")
    if not efforts:
        raise table.error("efforts_pct", "efforts_pct is empty; leave [plan] out to analyse whatever was run")
    n_sets = table.number("sets", 1.0, write="sets = 1")
    if n_sets != int(n_sets):
        raise table.error("sets", f"sets must be a whole number, got {n_sets:g}", "sets = 2")
    direction, *rest = _manner(table)
    rest_s = table.number("rest_s", math.nan, write="rest_s = 90")
    cue, finish, rest_mode = rest
    preset = Preset(
        "",
        efforts_pct=tuple(float(effort) for effort in efforts),
        distances_m=(distance_m,),
        directions=(direction,),
        n_sets=int(n_sets),
        rest_s=rest_s,
        start_cue=cue,
        finish=finish,
        rest_mode=rest_mode,
    )
    try:
        return preset.plan().runs
    except InputError as error:
        raise InputError(f"{table.where}: {error}") from error


def _run(table: TomlTable) -> PlannedRun:
    unit = table.unit("distance_unit", DISTANCE_UNITS_M, write='distance_unit = "yd" (or "ft", "m")')[1]
    effort_pct = table.number("effort_pct", write="effort_pct = 75")
    distance_m = _in_metres(table.number("distance", write='distance = 20 and distance_unit = "yd"'), unit)
    direction, cue, finish, rest_mode = _manner(table)
    rest_s = table.number("rest_before_s", math.nan, write="rest_before_s = 90")
    table.refuse_rest()
    try:
        return PlannedRun(effort_pct, distance_m, direction, cue, rest_s, finish, rest_mode)
    except InputError as error:
        raise InputError(f"{table.where}: {error}") from error


def _manner(table: TomlTable) -> tuple[Any, Any, Any, Any]:
    """Return direction, start cue, finish and rest mode, which are choices in both forms."""
    return (
        table.choice("direction", get_args(Direction), "forward"),
        table.choice("start_cue", get_args(StartCue), "own"),
        table.choice("finish", get_args(Finish), "run_through"),
        table.choice("rest_mode", get_args(PlannedRest), "any"),
    )


def _run_entries(run: PlannedRun, unit: str) -> list[tuple[str, Entry]]:
    entries: list[tuple[str, Entry]] = [
        ("effort_pct", run.effort_pct),
        ("distance", _in_unit(run.distance_m, unit)),
        ("distance_unit", unit),
        ("direction", run.direction),
        ("start_cue", run.start_cue),
        ("rest_before_s", run.rest_before_s),
    ]
    # What hardly any plan asks for is written only where it is asked.
    entries += [("finish", run.finish)] if run.finish != "run_through" else []
    return entries + ([("rest_mode", run.rest_mode)] if run.rest_mode != "any" else [])


_ROUND_DIGITS = 6
"""Of a distance: micrometres do not make a number less round."""

_METRE_DIGITS = 9
"""20 times 0.9144 is 18.288 but for the last bit: nobody's tape tells nanometres apart."""


def _in_metres(distance: float, unit_m: float) -> float:
    return distance if unit_m == 1.0 else round(distance * unit_m, _METRE_DIGITS)


def _in_unit(distance_m: float, unit: str) -> float:
    # Metres are what is kept inside: they come back to the last bit.
    return distance_m if unit == "m" else round(distance_m / DISTANCE_UNITS_M[unit], _ROUND_DIGITS)
