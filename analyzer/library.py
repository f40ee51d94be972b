"""A folder of results as the athlete's archive: what earlier practices say, read back from their result files."""

import csv
import math
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from analyzer.acquire.document import json_object
from analyzer.drill.planned.history import PastPractice, PastRun
from analyzer.errors import InputError

__all__ = ["Library", "read_library"]


@dataclass(frozen=True, slots=True)
class Library:
    """The practices below a folder.

    Attributes
    ----------
    practices : tuple of PastPractice
    undated : tuple of str
        Names of results that do not say of which day they are, and so cannot count.
    unreadable : tuple of str
        Names of results that could not be read.
    """

    practices: tuple[PastPractice, ...]
    undated: tuple[str, ...]
    unreadable: tuple[str, ...]


def read_library(folder: Path) -> Library:
    """Read all results below a folder: every ``runs.csv`` with its ``provenance.json``.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    Library
        In order of path.

    Raises
    ------
    InputError
        It is no folder.
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is no folder; name the one that holds earlier results")
    practices, undated, unreadable = [], [], []
    for table in sorted(folder.rglob("runs.csv")):
        # Tables alone, such as the truth of a simulation, are no results.
        if not (table.parent / "provenance.json").is_file():
            continue
        # Resolved, as "." has no name.
        name = table.parent.resolve().name
        try:
            practice = _practice(table, name)
        # Other people's folders hold anything: what cannot be read must not keep the rest from counting.
        except (InputError, OSError, ValueError, KeyError, TypeError):
            unreadable.append(name)
            continue
        if practice is None:
            undated.append(name)
        else:
            practices.append(practice)
    return Library(tuple(practices), tuple(undated), tuple(unreadable))


def _practice(table: Path, name: str) -> PastPractice | None:
    """Return one practice; None where its day is not known."""
    about = json_object((table.parent / "provenance.json").read_bytes())
    source = about["source"]
    if not source.get("recorded_on"):
        return None
    day = date.fromisoformat(source["recorded_on"])
    with table.open(encoding="utf-8", newline="") as file:
        runs = tuple(_run(row, day, name) for row in csv.DictReader(file))
    return PastPractice(
        athlete=str(about["athlete"]["id"]),
        recorded_on=day,
        sha256=str(source.get("sha256", "")),
        simulated=bool(about["simulated"]),
        runs=runs,
    )


def _run(row: dict[str, str], day: date, name: str) -> PastRun:
    distance_m, peak_m_s, peak_sd_m_s = (
        float(row[column] or math.nan) for column in ("distance_m", "peak_speed_m_s", "peak_speed_sd_m_s")
    )
    return PastRun(day, name, int(row["run"]), row["direction"], distance_m, peak_m_s, peak_sd_m_s)
