"""What verbs share on the command line: lengths with units, plans, athletes, output."""

import argparse
import dataclasses
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analyzer.model import Athlete, Plan

__all__ = ["add_output", "add_plan", "athlete_of", "efforts_pct", "length_m", "plan_of"]

_INCH_M = 0.0254
_LENGTH_UNITS_M = {"m": 1.0, "cm": 0.01, "yd": 36 * _INCH_M, "ft": 12 * _INCH_M, "in": _INCH_M}
"""As in `analyzer.units`, which would cost ``psr --help`` the import of scipy."""

_NO_PLAN = "none"
_PROGRESSIVE = "progressive"


def length_m(text: str) -> float:
    """Return a length written with its units in metres.

    Parameters
    ----------
    text : str
        Such as ``20yd``, ``90 ft``, ``1.83m``, ``183cm``, ``6ft1in``.

    Raises
    ------
    argparse.ArgumentTypeError
        No unit, an unknown one, or not a number.
    """
    parts = re.findall(r"([\d.]+)\s*([a-z]+)", text.lower())
    # Whatever no part has taken: 20ydx is a slip, not 20 yd.
    rest = re.sub(r"([\d.]+)\s*([a-z]+)|\s", "", text.lower())
    if not parts or rest or any(unit not in _LENGTH_UNITS_M for _, unit in parts):
        known = ", ".join(_LENGTH_UNITS_M)
        raise argparse.ArgumentTypeError(f"{text!r} is no length; write a number and a unit ({known}), such as 20yd")
    try:
        return sum(float(number) * _LENGTH_UNITS_M[unit] for number, unit in parts)
    # The pattern lets 1.2.3 through.
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} holds something that is no number") from None


def efforts_pct(text: str) -> tuple[float, ...]:
    """Return efforts such as ``50,75,100``.

    Raises
    ------
    argparse.ArgumentTypeError
        Something that is no number.
    """
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} are no efforts; write percents such as 50,75,100") from None


def add_output(parser: argparse.ArgumentParser) -> None:
    """Add how results are shown: ``--units`` and ``--json``."""
    parser.add_argument("--units", choices=("us", "metric"), default="us", help="of the summary and the page")
    parser.add_argument("--json", action="store_true", help="print the summary as JSON")
    parser.add_argument("--force", action="store_true", help="replace results that are there")


def add_plan(parser: argparse.ArgumentParser) -> None:
    """Add what was asked of the athlete and who it was, where the recording does not say."""
    group = parser.add_argument_group("plan and athlete (where the recording does not say, or says wrong)")
    group.add_argument(
        "--plan",
        metavar="PLAN",
        help=f"{_PROGRESSIVE}, a TOML file with a [plan] table, or {_NO_PLAN} to leave all stages open",
    )
    group.add_argument("--distance", type=length_m, metavar="LENGTH", help="of each run, such as 20yd (default 20yd)")
    group.add_argument("--efforts", type=efforts_pct, metavar="LIST", help="such as 50,75,100 (the default)")
    group.add_argument("--sets", type=int, metavar="N", help="how often the efforts were run through (default 1)")
    group.add_argument("--athlete", metavar="ID", help="name or number on the page")
    group.add_argument("--height", type=length_m, metavar="LENGTH", help="such as 6ft1in or 1.85m")
    group.add_argument("--leg-length", type=length_m, metavar="LENGTH", help="hip to ground, such as 95cm")


def plan_of(args: argparse.Namespace, recorded: "Plan | None") -> "Plan | None":
    """Return the plan to analyse with: the one asked for on the command line, else the recorded one.

    Raises
    ------
    InputError
        The options contradict one another, or the plan file cannot be used.
    """
    from analyzer.errors import InputError

    details = {"distance_m": args.distance, "efforts_pct": args.efforts, "n_sets": args.sets}
    given = {name: value for name, value in details.items() if value is not None}
    if given and args.plan not in (None, _PROGRESSIVE):
        raise InputError(f"--distance, --efforts and --sets go with --plan {_PROGRESSIVE} only")
    if args.plan is None and not given:
        return recorded
    if args.plan == _NO_PLAN:
        return None
    # Details alone ask for the progressive plan, in place of the recorded one.
    if args.plan in (None, _PROGRESSIVE):
        return _progressive(given)
    return _from_file(Path(args.plan))


def athlete_of(args: argparse.Namespace, recorded: "Athlete") -> "Athlete":
    """Return the recorded athlete with what the command line says in addition."""
    given = {"id": args.athlete, "height_m": args.height, "leg_length_m": args.leg_length}
    return dataclasses.replace(recorded, **{name: value for name, value in given.items() if value is not None})


def _progressive(given: dict[str, object]) -> "Plan":
    from analyzer.errors import InputError
    from analyzer.model import Plan

    if "n_sets" in given and int(str(given["n_sets"])) < 1:
        raise InputError(f"--sets must be at least 1, got {given['n_sets']}")
    return Plan.progressive(**given)  # type: ignore[arg-type]


def _from_file(path: Path) -> "Plan":
    from analyzer.acquire.importers.description import read_plan

    return read_plan(path)
