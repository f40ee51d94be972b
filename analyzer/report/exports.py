"""The result files of one recording, written whole or not at all."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyzer import tables
from analyzer.errors import InputError
from analyzer.model import Analysis
from analyzer.plain import as_plain
from analyzer.report.html import render_html
from analyzer.report.quantities import Units
from analyzer.report.summary import config_hash

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["RESULT_FILES", "check_free", "data_dictionary", "table_text", "write_results", "write_tables"]

RESULT_FILES = (
    *(f"{schema.name}.csv" for schema in tables.SCHEMAS),
    "findings.json",
    "data_dictionary.json",
    "provenance.json",
    "report.html",
)
"""Names of the files that make up the results of one recording."""

_FLOAT_FORMAT = "%.12g"
"""Twelve digits hold a microsecond within eleven days, and drop the last bits in which computers differ."""


def write_results(analysis: Analysis, folder: Path | str, *, units: Units = "us", force: bool = False) -> Path:
    """Write tables, findings, data dictionary, provenance and the page into a folder.

    The files are first written beside the folder and then moved, so a reader never sees half of them. Other files in
    the folder are left alone.

    Parameters
    ----------
    analysis : Analysis
    folder : Path or str
        Made if it is not there.
    units : {'us', 'metric'}
        Of the page; the tables are SI.
    force : bool
        Replace the results that are there.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    InputError
        There are results already, or the folder cannot be written.
    """
    target = Path(folder)
    check_free(target, force=force)
    with _readable_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        # Beside the folder, as a file moves whole only within a file system; the number keeps two programs apart.
        draft = target.parent / f".{target.name}.{os.getpid()}.draft"
        try:
            _write_all(analysis, draft, units)
            _move_into(draft, target)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return target


def check_free(folder: Path | str, *, force: bool = False) -> None:
    """Check that results may be written to a folder, before anything is computed.

    Raises
    ------
    InputError
        It is a file, or holds results and `force` is not given.
    """
    target = Path(folder)
    if target.exists() and not target.is_dir():
        raise InputError(f"{target} is a file; name a folder for the results")
    present = [name for name in RESULT_FILES if (target / name).exists()]
    if present and not force:
        raise InputError(f"{target} already holds results ({present[0]}); name another folder or use --force")


def write_tables(analysis: Analysis, folder: Path) -> None:
    """Write the tables and findings alone, without what depends on versions and places, into a new folder."""
    folder.mkdir()
    for schema in tables.SCHEMAS:
        _write_text(table_text(getattr(analysis, schema.name)), folder / f"{schema.name}.csv")
    _write_json(analysis.findings, folder / "findings.json")


def table_text(frame: "pd.DataFrame") -> str:
    """Return a table as CSV text: twelve digits, empty cells for NaN."""
    return str(frame.to_csv(index=False, float_format=_FLOAT_FORMAT, lineterminator="\n"))


def data_dictionary() -> dict[str, Any]:
    """Return every field of every result file with its type, unit and meaning, as plain data."""
    return {
        "conventions": {
            "missing": "an empty cell in CSV, null in JSON: not known; a quality or source column says why",
            "units": "SI everywhere; the unit is in the column's name",
            "stride": "1 stride = 2 steps: a step ends at the next contact of the other foot, a stride of the same",
            "time": "seconds on the recording's clock, the same for all sensors",
            "csv": "UTF-8, comma, decimal point, one header line",
        },
        **tables.data_dictionary(),
        "findings": _fields(_FINDING_FIELDS),
        "provenance": _fields(_PROVENANCE_FIELDS),
    }


def _write_all(analysis: Analysis, folder: Path, units: Units) -> None:
    write_tables(analysis, folder)
    _write_json(data_dictionary(), folder / "data_dictionary.json")
    _write_json(_provenance(analysis), folder / "provenance.json")
    _write_text(render_html(analysis, units), folder / "report.html")


def _write_json(value: Any, path: Path) -> None:
    # NaN is no JSON: better to fail here than in somebody's reader.
    _write_text(json.dumps(as_plain(value), indent=2, ensure_ascii=False, allow_nan=False) + "\n", path)


def _write_text(text: str, path: Path) -> None:
    # The same bytes on every system: no translation of line ends.
    path.write_text(text, encoding="utf-8", newline="\n")


def _provenance(analysis: Analysis) -> dict[str, Any]:
    recording = analysis.recording
    return {
        "simulated": analysis.simulated,
        "versions": analysis.versions,
        "source": analysis.source,
        "config_hash": config_hash(analysis.config),
        "config": analysis.config,
        "plan": analysis.plan,
        "athlete": analysis.athlete,
        # Options that only the command line told: without them nobody could do it again.
        "sensors": sorted(recording.streams) if recording else [],
        "timings": recording.timings if recording else (),
        "notices": analysis.notices,
        "reactions": analysis.reactions,
    }


def _move_into(draft: Path, target: Path) -> None:
    """Move the finished files into the folder; on an error put back what was there."""
    made = not target.exists()
    target.mkdir(exist_ok=True)
    former = draft / "former"
    former.mkdir()
    moved = []
    try:
        for name in RESULT_FILES:
            # Old files step aside first: they may have to come back, and not every system renames over them.
            if (target / name).exists():
                (target / name).rename(former / name)
            (draft / name).rename(target / name)
            # Counted only when in place: what failed to move has left nothing to take away.
            moved.append(name)
    except OSError:
        _put_back(moved, former, target)
        if made:
            target.rmdir()
        raise


def _put_back(moved: list[str], former: Path, target: Path) -> None:
    # The new ones first: they sit where the old ones belong.
    for name in moved:
        (target / name).unlink()
    for path in former.iterdir():
        path.rename(target / path.name)


@contextmanager
def _readable_errors(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InputError(f"cannot write results to {target}: {error.strerror}; nothing was written") from error


def _fields(fields: tuple[tuple[str, str, str, str], ...]) -> list[dict[str, str]]:
    return [{"name": n, "type": kind, "unit": unit, "description": meaning} for n, kind, unit, meaning in fields]


_FINDING_FIELDS = (
    ("rule", "string", "", "name of the rule in the thresholds file"),
    ("level", "string", "", "keep, look, fix or cannot_tell"),
    ("sentence", "string", "", "what the coach reads"),
    ("cue", "string", "", "what to try; empty where there is nothing to do"),
    ("value", "float", "see unit", "the number the finding rests on; null where it could not be computed"),
    ("low", "float", "see unit", "lower end of its 95 % interval"),
    ("high", "float", "see unit", "upper end of its 95 % interval"),
    ("limit", "float", "see unit", "what the value was held against; null where there is none"),
    ("unit", "string", "", "unit of value, low, high and limit"),
    ("n", "integer", "1", "contacts, strides or runs the number rests on"),
    ("grade", "string", "", "evidence: A measured, B direction known, C coaching consensus"),
    ("source", "string", "", "key of the list of sources"),
    ("confidence", "string", "", "sure, fairly sure or unsure"),
    ("would_change", "string", "", "what would change the verdict"),
    ("steps", "list of integer", "1", "rows of the table, from 0, that the finding rests on"),
    ("table", "string", "", "name of the table that steps are rows of, such as contacts"),
    ("code", "string", "", "short name of the rule, such as R07"),
)

_PROVENANCE_FIELDS = (
    ("simulated", "boolean", "", "true for the virtual athlete: no athlete ran this"),
    ("versions", "object", "", "name of each program and library -> its version"),
    (
        "source",
        "object",
        "",
        "what was analysed: name, digest, day (recorded_on) if known, and what was assumed in reading it",
    ),
    ("config_hash", "string", "", "eight hex digits that change whenever a setting does"),
    ("config", "object", "", "every setting that shaped the numbers"),
    ("plan", "object", "", "the drill as the coach asked it; null where there was none"),
    ("athlete", "object", "", "who ran, as given"),
    ("sensors", "list of string", "", "placements that were used; empty where not known"),
    ("timings", "list of object", "", "times by stopwatch or gate: run, time, distance, method, what started it"),
    ("notices", "list of object", "", "what went wrong: code, sentence, sensor, run"),
    ("reactions", "list of object", "", "per run with a start signal: the signal, the answer, its uncertainty budget"),
)
