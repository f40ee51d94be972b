"""Times of runs on the command line and in a file beside the plan."""

import argparse
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyzer.cli.options import length_m

if TYPE_CHECKING:
    from analyzer.model import Timing

__all__ = ["TIMES_NAME", "add_times", "read_times", "times_of"]

TIMES_NAME = "times.toml"
"""Looked for beside a plan file."""


def add_times(parser: argparse.ArgumentParser) -> None:
    """Add what was timed: ``--time``, any number of times."""
    parser.add_argument(
        "--time",
        dest="times",
        metavar="RUN=SECONDS[@LENGTH]",
        action="append",
        default=[],
        type=_pair,
        help="stopwatch time of a run from first movement, over its planned distance or LENGTH, such as 3=2.95@20yd; "
        f"gates and other starts: [[time]] in {TIMES_NAME} beside the plan file",
    )


def times_of(args: argparse.Namespace) -> "tuple[Timing, ...]":
    """Return the times of a file beside the plan and, in their place where both are given, those of the command line.

    Raises
    ------
    InputError
        A time that cannot be one, or a file that cannot be used.
    """
    from analyzer.model import Timing

    beside = Path(args.plan).with_name(TIMES_NAME) if args.plan and Path(args.plan).is_file() else None
    filed = read_times(beside) if beside and beside.is_file() else ()
    found = {timing.run: timing for timing in filed}
    for run, time_s, distance_m in args.times:
        found[run] = Timing(run, time_s, distance_m)
    return tuple(found.values())


def read_times(path: Path) -> "tuple[Timing, ...]":
    """Read the ``[[time]]`` tables of a TOML file.

    Each has ``run`` and ``time_s``, and where they differ from the usual ``distance`` (a length with its unit, such
    as "20yd"), ``method`` (stopwatch, gate) and ``start`` (first_movement, gate, signal).

    Raises
    ------
    InputError
        No TOML, a key that is missing, unknown or holds something else than it should.
    """
    from analyzer.errors import InputError

    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8-sig")).get("time", [])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path}: cannot be read as TOML: {error}") from error
    if not isinstance(tables, list) or not all(isinstance(entry, dict) for entry in tables):
        raise InputError(f"{path}: times must be written as [[time]]")
    return tuple(_timing(f"{path}, [[time]] number {n}", entry) for n, entry in enumerate(tables, 1))


_KEYS = ("run", "time_s", "distance", "method", "start")


def _timing(where: str, entry: Mapping[str, Any]) -> "Timing":
    from typing import get_args

    from analyzer.errors import InputError
    from analyzer.model import StartRule, Timing, TimingMethod

    unknown = [key for key in entry if key not in _KEYS]
    if unknown:
        raise InputError(f"{where}: unknown {', '.join(unknown)}; known are {', '.join(_KEYS)}")
    # In Python, but not in TOML, true is a number.
    if type(entry.get("run")) is not int or type(entry.get("time_s")) not in (int, float):
        raise InputError(f"{where}: it needs run (a whole number, from 1) and time_s (seconds)")
    for key, known in (("method", get_args(TimingMethod)), ("start", get_args(StartRule))):
        if entry.get(key, known[0]) not in known:
            raise InputError(f"{where}: {key} = {entry[key]!r} is unknown; known are {', '.join(known)}")
    try:
        distance_m = length_m(str(entry["distance"])) if "distance" in entry else float("nan")
    except argparse.ArgumentTypeError as error:
        raise InputError(f"{where}: {error}") from error
    words = {key: entry[key] for key in ("method", "start") if key in entry}
    return Timing(entry["run"], float(entry["time_s"]), distance_m, **words)


def _pair(text: str) -> tuple[int, float, float]:
    """Return run, time and distance (NaN where not said) of a text such as 3=2.95@20yd."""
    run, _, rest = text.partition("=")
    time_s, at, distance = rest.partition("@")
    try:
        return int(run), float(time_s), length_m(distance) if at else float("nan")
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no time of a run; write 3=2.95 or 3=2.95@20yd") from None
