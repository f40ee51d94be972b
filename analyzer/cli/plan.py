"""``psr plan``: the variations of the drill, and any plan as a TOML file."""

import argparse
from itertools import groupby
from typing import TYPE_CHECKING

from analyzer.cli import options, results

if TYPE_CHECKING:
    from analyzer.model import Plan

__all__ = ["add_parser", "run"]


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb to the command line."""
    parser = verbs.add_parser(
        "plan",
        help="list the drill's variations, or write one as a TOML file",
        description="Without PLAN, lists the variations. With it, prints the plan as TOML: psr plan reaction > my.toml",
    )
    parser.add_argument("--json", action="store_true", help="print the plan, or all of them, as JSON")
    options.add_plan(parser, positional=True)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """List the variations or print one plan."""
    from analyzer.acquire.plan_file import format_plan
    from analyzer.model import PRESETS
    from analyzer.plain import as_plain

    plan = options.plan_of(args, None)
    if plan is None:
        plans = {name: preset.plan() for name, preset in PRESETS.items()}
        if args.json:
            results.print_json(as_plain(plans))
            return results.EXIT_OK
        for name, preset in PRESETS.items():
            print(f"{name}: {preset.meaning}")
            print(f"    {_said(plans[name])}")
        return results.EXIT_OK
    if args.json:
        results.print_json(as_plain(plan))
        return results.EXIT_OK
    print(format_plan(plan), end="")
    # Beside the file that it is mostly piped into.
    results.progress(_said(plan))
    return results.EXIT_OK


def _said(plan: "Plan") -> str:
    """Return the runs of a plan in one line, such as ``3 runs: 50, 75, 100 % over 20 yd``."""
    from analyzer.acquire.plan_file import plan_unit
    from analyzer.units import DISTANCE_UNITS_M

    unit = plan_unit(plan)
    pieces = []
    for (distance_m, direction), runs in groupby(plan.runs, lambda run: (run.distance_m, run.direction)):
        efforts = ", ".join(f"{run.effort_pct:g}" for run in runs)
        way = "" if direction == "forward" else f" {direction.replace('_', ' ')}"
        pieces.append(f"{efforts} % over {round(distance_m / DISTANCE_UNITS_M[unit], 2):g} {unit}{way}")
    rests = sorted({run.rest_before_s for run in plan.runs if run.rest_before_s >= 0})
    rest = f"; rest {' / '.join(f'{rest_s:g}' for rest_s in rests)} s" if rests else ""
    return f"{len(plan.runs)} run{'s' if len(plan.runs) > 1 else ''}: {'; '.join(pieces)}{rest}"
