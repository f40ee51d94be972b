"""What verbs share on the command line: lengths with units, plans, athletes, output."""

import argparse
import dataclasses
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analyzer.model import Athlete, Plan

__all__ = [
    "add_assign",
    "add_athlete",
    "add_output",
    "add_plan",
    "add_rules",
    "athlete_of",
    "duration_s",
    "efforts_pct",
    "length_m",
    "lengths_m",
    "plan_of",
]

_INCH_M = 0.0254
_LENGTH_UNITS_M = {"m": 1.0, "cm": 0.01, "yd": 36 * _INCH_M, "ft": 12 * _INCH_M, "in": _INCH_M}
"""As in `analyzer.units`, which would cost ``psr --help`` the import of scipy."""

_NO_PLAN = "none"

# As in `analyzer.model`, which would cost ``psr --help`` the import of numpy.
_PLANS = ("progressive", "distance-ladder", "home-to-first", "multi-directional", "reaction", "recovery-focus")
_DIRECTIONS = ("forward", "backward", "lateral_left", "lateral_right")
_CUES = ("own", "whistle", "visual")


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
        # To the nanometre: 20 times 0.9144 is 18.288 but for the last bit.
        return round(sum(float(number) * _LENGTH_UNITS_M[unit] for number, unit in parts), 9)
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


def lengths_m(text: str) -> tuple[float, ...]:
    """Return lengths such as ``20yd`` or ``10yd,15yd,20yd`` in metres, as `length_m`."""
    return tuple(length_m(part) for part in text.split(","))


def duration_s(text: str) -> float:
    """Return a duration such as ``90``, ``90s`` or ``1:30`` in seconds.

    Raises
    ------
    argparse.ArgumentTypeError
        Not written like that.
    """
    parts = re.fullmatch(r"(?:(\d+):)?(\d+(?:\.\d+)?)\s*s?", text.strip())
    if parts is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no duration; write seconds such as 90, or 1:30")
    return 60.0 * float(parts[1] or 0) + float(parts[2])


def _directions(text: str) -> tuple[str, ...]:
    names = tuple(part.strip() for part in text.split(","))
    if unknown := [name for name in names if name not in _DIRECTIONS]:
        raise argparse.ArgumentTypeError(f"{unknown[0]!r} is no direction; use {', '.join(_DIRECTIONS)}")
    return names


def _assigned(text: str) -> dict[int, int | None]:
    from analyzer.errors import InputError
    from analyzer.model import assigned_from

    try:
        return assigned_from(text)
    except InputError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def add_output(parser: argparse.ArgumentParser) -> None:
    """Add how results are shown: ``--units`` and ``--json``."""
    parser.add_argument("--units", choices=("us", "metric"), default="us", help="of the summary and the page")
    parser.add_argument("--json", action="store_true", help="print the summary as JSON")
    parser.add_argument("--force", action="store_true", help="replace results that are there")


def add_plan(parser: argparse.ArgumentParser, *, positional: bool = False) -> None:
    """Add what was asked of the athlete; `positional` for a verb that is about plans."""
    where = "" if positional else " (where the recording does not say, or says wrong)"
    group = parser.add_argument_group(f"plan{where}")
    known = f"one of {', '.join(_PLANS)}, or a TOML file with a [plan] table"
    if positional:
        group.add_argument("plan", metavar="PLAN", nargs="?", help=known)
    else:
        group.add_argument("--plan", metavar="PLAN", help=f"{known}, or {_NO_PLAN} to leave all stages open")
    details = group.add_argument
    details("--efforts", type=efforts_pct, metavar="LIST", help="in per cent, such as 50,75,100 (the default)")
    details(
        "--distance", type=lengths_m, metavar="LIST", help="of each run, such as 20yd; one after the other, 10yd,15yd"
    )
    details("--sets", type=int, metavar="N", help="how often all of it is run through (default 1)")
    details("--rest", type=duration_s, metavar="S", help="planned before each run, in seconds or as 1:30")
    details("--direction", type=_directions, metavar="LIST", help=f"of {', '.join(_DIRECTIONS)}")
    details("--cue", choices=_CUES, help="what starts a run")
    details("--finish", choices=("run_through", "turn"), help="straight through the mark, or round the bag")
    details("--wording", choices=("effort", "speed"), help="what the coach asked a share of (default effort)")
    details("--surface", metavar="TEXT", help="such as turf")


def add_rules(parser: argparse.ArgumentParser) -> None:
    """Add ``--rules``: limits of one's own."""
    parser.add_argument(
        "--rules", metavar="FILE", type=Path, help="TOML file with changes to rules: limits, words, off"
    )


def add_assign(parser: argparse.ArgumentParser) -> None:
    """Add ``--assign``, for where runs and plan were matched wrongly."""
    parser.add_argument(
        "--assign",
        type=_assigned,
        metavar="LIST",
        help="which run was which of the plan's, such as 1=1,2=3,3=skip; the rest is found",
    )


def add_athlete(parser: argparse.ArgumentParser) -> None:
    """Add who it was, where the recording does not say."""
    group = parser.add_argument_group("athlete (where the recording does not say, or says wrong)")
    group.add_argument("--athlete", metavar="ID", help="name or number on the page")
    group.add_argument("--height", type=length_m, metavar="LENGTH", help="such as 6ft1in or 1.85m")
    group.add_argument("--leg-length", type=length_m, metavar="LENGTH", help="hip to ground, such as 95cm")


_DETAILS = {
    "efforts": "efforts_pct",
    "distance": "distances_m",
    "sets": "n_sets",
    "rest": "rest_s",
    "direction": "directions",
    "cue": "start_cue",
    "finish": "finish",
    "wording": "wording",
    "surface": "surface",
}
"""Option -> field of `analyzer.model.Preset`."""


def plan_of(args: argparse.Namespace, recorded: "Plan | None") -> "Plan | None":
    """Return the plan to analyse with: the one asked for on the command line, else the recorded one.

    Raises
    ------
    InputError
        The options contradict one another, or the plan file cannot be used.
    """
    from analyzer.errors import InputError

    plan = _asked_plan(args, recorded)
    assigned = getattr(args, "assign", None)
    if assigned is None:
        return plan
    if plan is None:
        raise InputError("--assign needs a plan; name it with --plan, such as --plan progressive")
    return plan.with_assigned(assigned)


def _asked_plan(args: argparse.Namespace, recorded: "Plan | None") -> "Plan | None":
    from analyzer.errors import InputError
    from analyzer.model import PRESETS, preset_of

    given = {field: getattr(args, option) for option, field in _DETAILS.items() if getattr(args, option) is not None}
    if args.plan is None and not given:
        return recorded
    # Details alone ask for the progressive plan, in place of the recorded one.
    name = args.plan or _PLANS[0]
    if name in PRESETS:
        return dataclasses.replace(PRESETS[name], **given).plan()
    if given:
        options = ", ".join(f"--{option}" for option, field in _DETAILS.items() if field in given)
        raise InputError(f"{options} cannot change {name!r}; they go with {', '.join(PRESETS)}, or edit the plan file")
    if name == _NO_PLAN:
        return None
    # What looks like no file was meant as a name.
    return _from_file(Path(name)) if Path(name).suffix or Path(name).exists() else preset_of(name).plan()


def athlete_of(args: argparse.Namespace, recorded: "Athlete") -> "Athlete":
    """Return the recorded athlete with what the command line says in addition."""
    given = {"id": args.athlete, "height_m": args.height, "leg_length_m": args.leg_length}
    return dataclasses.replace(recorded, **{name: value for name, value in given.items() if value is not None})


def _from_file(path: Path) -> "Plan":
    from analyzer.acquire.plan_file import read_plan

    return read_plan(path)
