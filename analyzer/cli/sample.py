"""``psr sample-data``: write the sample recording again, byte for byte."""

import argparse
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from analyzer.cli import demo, results

if TYPE_CHECKING:
    from analyzer.virtual import VirtualPractice

__all__ = ["add_parser", "run"]

_DIGITS = 5
"""Of the numbers in the CSV files: finer than the sensors can tell, and the sample stays below 3 MB."""


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb to the command line."""
    parser = verbs.add_parser(
        "sample-data",
        help="write the sample recording again",
        description="Writes a simulated practice: its capture, its truth, the same as CSV files, and what psr finds.",
    )
    parser.add_argument("--out", metavar="DIR", type=Path, required=True, help="folder for the sample data")
    parser.add_argument("--force", action="store_true", help="replace the sample data that is there")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write capture, truth, CSV folder and expected results."""
    from analyzer.acquire.importers.csv_folder import write_csv_folder
    from analyzer.acquire.read import read
    from analyzer.report.exports import write_tables
    from analyzer.session import analyze
    from analyzer.virtual import sample_practice

    _make_room(args.out, force=args.force)
    practice = sample_practice()
    results.progress("Simulating the practice and writing it as a capture.")
    # `_make_room` has asked already.
    demo.write_capture(practice, args.out / demo.CAPTURE_NAME, overwrite=True)
    _write_truth(practice, args.out / "truth")
    # From the file, not from the simulation: what is expected is what others will read.
    recording = read(args.out / demo.CAPTURE_NAME)
    write_csv_folder(recording, args.out / "csv", digits=_DIGITS)
    results.progress("Analysing it.")
    write_tables(analyze(recording), args.out / "expected")
    print(args.out)
    return results.EXIT_OK


_FOLDERS = ("truth", "csv", "expected")


def _make_room(folder: Path, *, force: bool) -> None:
    """Remove earlier sample data, and nothing else, from the folder."""
    from analyzer.errors import InputError

    present = [name for name in (demo.CAPTURE_NAME, *_FOLDERS) if (folder / name).exists()]
    if present and not force:
        raise InputError(f"{folder} already holds {present[0]}; use --force to write the sample data again")
    # Only folders of our own making: whatever else lies there stays.
    for name in _FOLDERS:
        if (folder / name).exists():
            shutil.rmtree(folder / name)
    folder.mkdir(parents=True, exist_ok=True)


def _write_truth(practice: "VirtualPractice", folder: Path) -> None:
    from analyzer.report.exports import table_text

    folder.mkdir()
    for name in ("contacts", "strides", "runs"):
        (folder / f"{name}.csv").write_text(table_text(getattr(practice.truth, name)), encoding="utf-8", newline="\n")
