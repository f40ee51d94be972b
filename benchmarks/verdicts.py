"""Measure how often the rules are right and write the page about it.

python -m benchmarks.verdicts [--quick] [--data DIR] [--out FILE] [--only FAULT] [--at-most N] [--processes N]
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from analyzer.mechanics.thresholds import load
from benchmarks.verdict_cases import CLEAN, EXPECTED, QUICK, USUAL, cases
from benchmarks.verdict_page import verdicts_page
from benchmarks.verdict_trials import gathered_verdicts, recorded_verdicts

__all__ = ["main"]

N_PROCESSES = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    options = _options(arguments)
    todo = cases(QUICK if options.quick else USUAL)
    if options.only:
        todo = [case for case in todo if case.fault in {CLEAN, *options.only}]
    said = gathered_verdicts(todo[: options.at_most], options.processes)
    practices = options.data / "practices"
    recorded = recorded_verdicts(practices) if practices.is_dir() else None
    options.out.write_text(verdicts_page(said, recorded, load().rules), encoding="utf-8")
    print(options.out)
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    project = Path(__file__).parents[1]
    shared = Path(os.environ.get("PSR_SHARED", project.parent / "shared"))
    parser = argparse.ArgumentParser(prog="benchmarks.verdicts", description="Measure the rules, write verdicts.md.")
    parser.add_argument("--quick", action="store_true", help="few practices: to try it out, not to publish")
    parser.add_argument("--data", type=Path, default=shared / "data", help="folder of recordings with truth")
    parser.add_argument("--out", type=Path, default=project / "docs" / "verdicts.md", help="the page")
    parser.add_argument("--only", nargs="+", choices=list(EXPECTED), metavar="FAULT", help="these faults alone")
    parser.add_argument("--at-most", type=int, metavar="N", help="stop after so many practices")
    parser.add_argument("--processes", type=int, default=N_PROCESSES, help="how many at a time")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
