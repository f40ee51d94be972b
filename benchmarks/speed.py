"""Measure how fast the analysis is and how much memory it takes.

python -m benchmarks.speed [--json] [--out FILE] [--only WORD] [--repeats N] [--gaitmap CACHE]
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.speed_measure import CASE_NAMES, COLUMNS

__all__ = ["main"]

ROOT = Path(__file__).parents[1]

PAGE = """# How fast is it

Measured {date} on one laptop-class {machine} core, Python {python}; `make speed` writes this page anew. Processor
time in seconds, the median of {repeats} repeats after one to warm up, from arrays in memory to all tables, checks of
the arrays included. The pieces are timed apart: their sum is not quite the whole. *contacts* is what the gait takes
beyond its filters and its trajectory; *drill* is finding the runs, judging them, and all tables. Peak memory is that
of a process that does nothing else, the recording itself included. The recordings are made of a few simulated
seconds, repeated.

{table}
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    options = _options(arguments)
    names = [name for name in CASE_NAMES if options.only in name]
    if not names:
        print(f"no case has {options.only!r} in its name; there are {', '.join(CASE_NAMES)}", file=sys.stderr)
        return 2
    rows = [_measured(name, options.repeats) for name in names]
    if options.gaitmap:
        # Here, not above: the peer is optional and its module is only needed with it.
        from benchmarks.speed_gaitmap import gaitmap_row

        rows.append(gaitmap_row(options.gaitmap))
    print(json.dumps(rows, indent=2) if options.json else table(rows))
    if options.out:
        options.out.write_text(_page(rows, options.repeats), encoding="utf-8")
    return 0


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the rows as a Markdown table."""
    lines = [" | ".join(COLUMNS), " | ".join("---" if n == 0 else "---:" for n in range(len(COLUMNS)))]
    lines += [" | ".join(_cell(row.get(column)) for column in COLUMNS) for row in rows]
    return "\n".join(f"| {line} |" for line in lines)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, float):
        return str(value)
    return f"{value:.3f}" if value < LARGE else f"{value:.0f}"


LARGE = 100.0
"""From here on digits after the point say nothing: that is memory, not time."""


def _measured(name: str, repeats: int) -> dict[str, Any]:
    """Return one case's row, from a process of its own, so that the peak memory is its own."""
    command = [sys.executable, "-m", "benchmarks.speed_measure", name, str(repeats)]
    # One thread: a core more would hide work.
    one_core = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=one_core, check=True, capture_output=True, text=True)
    row: dict[str, Any] = json.loads(done.stdout)
    return row


def _page(rows: Sequence[Mapping[str, Any]], repeats: int) -> str:
    return PAGE.format(
        date=datetime.now(tz=UTC).date().isoformat(),
        machine=platform.machine(),
        python=platform.python_version(),
        repeats=repeats,
        table=table(rows),
    )


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.speed", description="Measure processor time and peak memory.")
    parser.add_argument("--json", action="store_true", help="print the rows as JSON instead of a table")
    parser.add_argument("--out", type=Path, metavar="FILE", help="also write the page, such as docs/speed.md")
    parser.add_argument("--only", metavar="WORD", default="", help="only cases with this in their name")
    parser.add_argument("--repeats", type=int, metavar="N", default=5, help="default: 5")
    parser.add_argument("--gaitmap", type=Path, metavar="CACHE", help="time gaitmap too, installed in this folder")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
