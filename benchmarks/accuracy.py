"""Measure how accurate the analysis is and write the page about it.

python -m benchmarks.accuracy [--data DIR] [--out docs]
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from benchmarks.disturbance import gathered_moves
from benchmarks.errors import gathered
from benchmarks.page import page
from benchmarks.pictures import draw
from benchmarks.truth import LIMITS, Trial, made_limited, made_practice, made_steady, read_trial

__all__ = ["main"]

SPEEDS_M_S = (2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5, 9.5)
LIMIT_SPEEDS_M_S = (4.5, 6.5, 8.5)

SEEDS = (101, 102, 103, 104)
"""Athletes that nothing else in the project uses."""

TURNED = ("practices/S*.npz", "steady/*T35*.npz")
"""Recordings whose sensors are turned."""

N_PROCESSES = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    options = _options(arguments)
    paths = sorted(options.data.rglob("*.npz"))
    if not paths:
        print(f"{options.data}: no .npz recordings with truth; give their folder with --data", file=sys.stderr)
        return 2
    errors = gathered([partial(read_trial, path) for path in paths] + _made(), N_PROCESSES)
    turned = [partial(read_trial, path) for pattern in TURNED for path in sorted(options.data.glob(pattern))]
    moves = gathered_moves(turned, N_PROCESSES)
    draw(errors, options.out / "images")
    written = options.out / "accuracy.md"
    written.write_text(page(errors, moves), encoding="utf-8")
    print(written)
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    project = Path(__file__).parents[1]
    shared = Path(os.environ.get("PSR_SHARED", project.parent / "shared"))
    parser = argparse.ArgumentParser(prog="benchmarks.accuracy", description="Measure accuracy, write accuracy.md.")
    parser.add_argument("--data", type=Path, default=shared / "data", help="folder of .npz recordings with truth")
    parser.add_argument("--out", type=Path, default=project / "docs", help="folder of the page")
    return parser.parse_args(arguments)


def _made() -> list[Callable[[], Trial]]:
    makers: list[Callable[[], Trial]] = [partial(made_practice, seed) for seed in SEEDS]
    makers += [partial(made_steady, speed, seed) for speed in SPEEDS_M_S for seed in SEEDS]
    makers += [
        partial(made_limited, speed, seed, limit)
        for speed in LIMIT_SPEEDS_M_S
        for seed in SEEDS[:2]
        for limit in LIMITS
    ]
    return makers


if __name__ == "__main__":
    sys.exit(main())
