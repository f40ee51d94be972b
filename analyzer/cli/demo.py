"""``psr demo``: a simulated athlete runs the drill; no sensor needed."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from analyzer.cli import options, results

if TYPE_CHECKING:
    from analyzer.model import Plan
    from analyzer.virtual import VirtualPractice

__all__ = ["CAPTURE_NAME", "add_parser", "run", "write_capture"]

_RESTS_S = {50.0: float("nan"), 75.0: 40.0, 100.0: 60.0}
"""Rest before each effort of the demo: no longer than a fair run needs, so that nobody waits for a stand."""

CAPTURE_NAME = "practice.mcap"

_MOTION_RATE_HZ = 416.0


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb to the command line."""
    parser = verbs.add_parser(
        "demo",
        help="watch a simulated athlete run the drill; no sensor needed",
        description="A simulated athlete runs 50, 75 and 100 %; the capture is replayed like any other recording.",
    )
    parser.add_argument("--out", metavar="DIR", type=Path, default=Path("demo"), help="default: ./demo")
    parser.add_argument("--scenario", metavar="NAME", default="clean", help="default: clean")
    parser.add_argument("--list", action="store_true", help="list the scenarios and stop")
    parser.add_argument("--seed", metavar="N", type=int, default=0, help="another seed is another athlete")
    parser.add_argument("--ble", action="store_true", help="record virtual sensors over Bluetooth, in real time")
    options.add_output(parser)
    options.add_plan(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Simulate a practice, write its capture, replay it and show what was found."""
    if args.list:
        return _list()
    # Only now: scipy and pandas would make --list and --help slow.
    from analyzer.acquire.read import read
    from analyzer.errors import InputError
    from analyzer.model import Plan, PlannedRun
    from analyzer.report.exports import check_free
    from analyzer.session import analyze
    from analyzer.virtual import scenario_of, simulate

    capture = args.out / CAPTURE_NAME
    force = args.force or _is_demo(capture)
    # Before the work, not after it.
    check_free(args.out, force=force)
    scenario = scenario_of(args.scenario)
    drill = Plan(tuple(PlannedRun(effort_pct, rest_before_s=rest_s) for effort_pct, rest_s in _RESTS_S.items()))
    plan = options.plan_of(args, scenario.plan or drill)
    if plan is None:
        raise InputError("the simulated athlete needs a plan; leave --plan none out")
    what = "50, 75 and 100 % over 20 yd" if plan is drill else f"a practice of {len(plan.runs)} runs"
    results.progress(f"No sensor needed: a simulated athlete runs {what} ({scenario.meaning}).")
    if args.ble:
        _record(scenario.name, plan, capture, args, force=force)
    else:
        write_capture(simulate(scenario.name, args.seed, plan), capture, overwrite=force)
    results.progress(f"Recorded {capture}; reading it back like any other recording.")
    # Read back, not handed on: the same way as any recording.
    said = results.write(analyze(read(capture)), args.out, args.units, force=force)
    results.show(said, args.out, as_json=args.json)
    return results.exit_code(said)


def write_capture(practice: "VirtualPractice", path: Path, *, overwrite: bool) -> None:
    """Write a simulated practice as a capture, payload by payload as a radio would have brought it.

    Raises
    ------
    CaptureError
        The file is there already, or cannot be written.
    """
    from analyzer.acquire.capture import CaptureWriter

    path.parent.mkdir(parents=True, exist_ok=True)
    with CaptureWriter(
        path, plan=practice.plan, athlete=practice.athlete, simulated=True, overwrite=overwrite
    ) as writer:
        marks = list(practice.marks)
        for payload in practice.payloads():
            # In the order of time, as a recorder would have written them.
            while marks and marks[0].time_s <= payload.received_s:
                writer.mark(marks.pop(0))
            writer.payload(payload)
        for mark in marks:
            writer.mark(mark)


def _record(scenario: str, plan: "Plan", capture: Path, args: argparse.Namespace, *, force: bool) -> None:
    from analyzer.errors import InputError
    from analyzer.virtual import SensorModel, simulate

    try:
        from analyzer.cli.demo_ble import record_demo
    except ImportError as error:
        raise InputError(f"{error.name} is missing; install psr-analyzer[virtual] for sensors of software") from error
    # Twice the rate of the sensors that go on the air: they sample the motion anew.
    model = SensorModel(rate_hz=_MOTION_RATE_HZ)
    record_demo(simulate(scenario, args.seed, plan, model=model), capture, args.units, overwrite=force)


def _list() -> int:
    from analyzer.virtual import SCENARIOS

    width = max(len(name) for name in SCENARIOS)
    group = next(iter(SCENARIOS.values())).group
    for name, scenario in SCENARIOS.items():
        if scenario.group != group:
            group = scenario.group
            print(f"\n{group}:")
        print(f"{name:<{width}}  {scenario.meaning}")
    return results.EXIT_OK


def _is_demo(capture: Path) -> bool:
    """Return whether a folder holds what an earlier demo left: only that may be replaced unasked."""
    from analyzer.acquire.capture import read_capture
    from analyzer.errors import AnalyzerError

    if not capture.exists():
        return False
    try:
        return read_capture(capture).simulated
    # What cannot be read is not known to be ours.
    except AnalyzerError:
        return False
