"""``psr record``: sensors into a capture, with a card after each run."""

import argparse
import asyncio
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from analyzer.cli import options, radio, results

if TYPE_CHECKING:
    from analyzer.acquire.ble.discover import Found
    from analyzer.acquire.ble.health import Vitals
    from analyzer.model import Athlete, Plan

__all__ = ["add_parser", "chosen", "ending", "run"]

_DESCRIPTION = """\
Record sensors into a capture until Ctrl-C. Whatever happens to link, sensor or program, what has come is in the file.
A card is printed after each run."""


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb to the command line."""
    parser = verbs.add_parser("record", help="record sensors over Bluetooth", description=_DESCRIPTION)
    parser.add_argument("--out", metavar="FILE", required=True, type=Path, help="new capture, such as practice.mcap")
    parser.add_argument(
        "--sensor",
        metavar="PLACEMENT=NAME",
        action="append",
        type=_placed,
        default=[],
        help="which sensor is worn where, such as left_foot=psr-1; may be repeated (default: all, as they say)",
    )
    parser.add_argument("--seconds", metavar="N", type=float, help="stop after so long")
    parser.add_argument("--listen", metavar="N", type=float, default=6.0, help="look for sensors so long (default 6)")
    parser.add_argument("--units", choices=("us", "metric"), default="us", help="of the cards")
    options.add_plan(parser)
    options.add_athlete(parser)
    radio.add_radio(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Record until told to stop."""
    from analyzer.errors import CaptureError, InputError
    from analyzer.model import Athlete

    plan = options.plan_of(args, None)
    athlete = options.athlete_of(args, Athlete())
    if args.out.exists():
        # Before anybody runs, not after.
        raise CaptureError(f"{args.out}: there is a file already; choose another name")
    placements = [placement for placement, _ in args.sensor]
    if len(set(placements)) < len(placements):
        raise InputError("--sensor names a placement twice; each is worn by one sensor")
    asyncio.run(_run(args, plan, athlete))
    results.progress(f"Recorded {args.out}. Next: psr analyze {args.out} --out results")
    return results.EXIT_OK


def chosen(found: "Sequence[Found]", placed: Mapping[str, str]) -> "dict[str, Found]":
    """Return the sensors to record by their name in the recording.

    Parameters
    ----------
    found : sequence of Found
    placed : mapping of placement to name or address
        Those are recorded, under the name of the placement, which tells where they are worn. All in reach, under
        their own names, if empty.

    Raises
    ------
    SensorError
        One that was asked for, or any at all, is not in reach.
    """
    from analyzer.errors import SensorError, SensorErrorReason

    if not found:
        text = "No sensor heard. Switch them on, shake them, and try psr doctor."
        raise SensorError(text, SensorErrorReason.NOT_FOUND)
    if placed:
        known = {label: one for one in found for label in (one.name, one.address)}
        missing = [name for name in placed.values() if name not in known]
        if missing:
            heard = ", ".join(one.name for one in found)
            text = f"Did not hear {', '.join(missing)}, but {heard}. Switch it on, or check its name with psr scan."
            raise SensorError(text, SensorErrorReason.NOT_FOUND)
        return {placement: known[name] for placement, name in placed.items()}
    names = [one.name for one in found]
    # Two with one name are told apart by the end of their address.
    return {one.name if names.count(one.name) == 1 else f"{one.name}-{one.address[-5:]}": one for one in found}


async def _run(args: argparse.Namespace, plan: "Plan | None", athlete: "Athlete") -> None:
    from analyzer.acquire.ble.discover import scan
    from analyzer.cli.recording import RecordJob, record

    stop = asyncio.Event()
    radio.stop_on_signals(stop)
    placed = dict(args.sensor)
    async with radio.radio_of(args.controller) as used:
        results.progress("Looking for sensors ...")
        sensors = chosen(await scan(used, args.listen, placed.values()), placed)
        results.progress(f"Recording {', '.join(sensors)} into {args.out}. Ctrl-C ends it.")
        if args.seconds is not None:
            asyncio.get_running_loop().call_later(args.seconds, stop.set)
        how = await record(used, sensors, RecordJob(args.out, plan, athlete, args.units), stop)
    for line in ending(how):
        results.progress(line)


def ending(how: "Sequence[Vitals]") -> list[str]:
    """Return what to say of each sensor when a recording is over."""
    return [f"{one.placement.replace('_', ' ') or one.name}: {_outcome(one)}" for one in how]


def _outcome(vitals: "Vitals") -> str:
    if math.isnan(vitals.total_pct):
        return f"nothing was recorded. {vitals.fault}".rstrip()
    # Rounded down: 100.0 is said only where nothing is missing.
    words = f"{math.floor(10 * vitals.total_pct) / 10:.1f} % of its samples recorded"
    if vitals.n_losses:
        words += f", {vitals.n_losses} link loss(es)"
    if vitals.n_refilled:
        words += f", {vitals.n_refilled} sample(s) filled from its memory"
    return f"{words}."


def _placed(text: str) -> tuple[str, str]:
    from analyzer.errors import InputError
    from analyzer.model import placement_of

    placement, sign, name = text.partition("=")
    if not sign or not name:
        raise argparse.ArgumentTypeError(f"{text!r}: write a placement and a sensor, such as left_foot=psr-1")
    try:
        return placement_of(placement).value, name
    except InputError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
