"""``--history`` and ``--date``: holding a practice against the athlete's earlier ones."""

import argparse
import dataclasses
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analyzer.drill.planned.history import PastRun
    from analyzer.library import Library
    from analyzer.model import Notice, Recording

__all__ = ["add_history", "with_history"]


def add_history(parser: argparse.ArgumentParser) -> None:
    """Add where earlier results are, and the day of the recording."""
    group = parser.add_argument_group("history")
    group.add_argument(
        "--history",
        metavar="DIR",
        type=Path,
        help="folder with earlier results: compare with the same athlete's best of the 28 days before",
    )
    group.add_argument(
        "--date",
        type=_day,
        metavar="DAY",
        help="of the recording, such as 2026-04-12, where it does not say; kept in the results for later comparisons",
    )


def with_history(args: argparse.Namespace, recording: "Recording") -> tuple["Recording", tuple["PastRun", ...]]:
    """Return the recording with its day, and the runs to hold it against; notices say why there are none.

    Raises
    ------
    InputError
        The history is no folder.
    """
    if args.date is not None:
        source = {**recording.source, "recorded_on": args.date.isoformat()}
        recording = dataclasses.replace(recording, source=source)
    if args.history is None:
        return recording, ()
    past, notices = _past(args.history, recording)
    return dataclasses.replace(recording, notices=(*recording.notices, *notices)), past


def _past(folder: Path, recording: "Recording") -> tuple[tuple["PastRun", ...], list["Notice"]]:
    from analyzer.drill.planned.history import HistoryConfig, recent_runs
    from analyzer.library import read_library
    from analyzer.model import Notice

    library = read_library(folder)
    day = recording.source.get("recorded_on", "")
    if not recording.athlete.id or not day:
        lacks, option = ("athlete", "--athlete") if not recording.athlete.id else ("day", "--date")
        text = f"The recording names no {lacks}, so it is compared with no earlier one. Give it with {option}."
        return (), [Notice(f"history.no_{lacks}", text)]
    found = recent_runs(
        library.practices,
        recording.athlete,
        date.fromisoformat(day),
        sha256=recording.source.get("sha256", ""),
        simulated=recording.simulated,
    )
    notices = list(_troubles(library))
    if not found:
        text = f"No run of {recording.athlete.id} in the {HistoryConfig().days} days up to {day} in {folder.name}."
        notices.append(Notice("history.none", f"{text} Only the day itself is compared."))
    return found, notices


def _troubles(library: "Library") -> list["Notice"]:
    from analyzer.model import Notice

    notices = []
    if library.undated:
        text = f"{len(library.undated)} earlier result(s) name no day and were left out, such as {library.undated[0]}."
        notices.append(Notice("history.undated", f"{text} Analyse them again with --date."))
    if library.unreadable:
        text = f"{len(library.unreadable)} earlier result(s) cannot be read, such as {library.unreadable[0]}."
        notices.append(Notice("history.unreadable", f"{text} The others count."))
    return notices


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day; write it such as 2026-04-12") from None
