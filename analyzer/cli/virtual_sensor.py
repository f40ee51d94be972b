"""``psr virtual-sensor``: sensors on the air of software, worn by the virtual athlete."""

import argparse
import asyncio
import importlib.util
from typing import TYPE_CHECKING

from analyzer.cli import radio, results

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analyzer.model import Placement
    from analyzer.virtual.ble import Fault, SensorDevice
    from analyzer.virtual.ble.rsc import Pace

__all__ = ["add_parser", "run"]

_MOTION_RATE_HZ = 416.0
"""Twice the rate of the sensors, so that sampling the motion anew costs nothing that matters."""


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb to the command line."""
    parser = verbs.add_parser(
        "virtual-sensor",
        help="put virtual sensors on the air, to record from without hardware",
        description="Serves virtual sensors over Bluetooth of software until Ctrl-C. Needs psr-analyzer[virtual].",
    )
    parser.add_argument("--scenario", metavar="NAME", default="clean", help="what the athlete does (psr demo --list)")
    parser.add_argument("--sensors", metavar="A,B", default="left_foot,right_foot", help="placements worn")
    parser.add_argument("--seed", metavar="N", type=int, default=0, help="another seed is another athlete")
    parser.add_argument("--still", action="store_true", help="sensors on a table; no athlete")
    parser.add_argument(
        "--fault",
        metavar="[SENSOR:]F",
        action="append",
        default=[],
        help="NAME, NAME=AMOUNT or NAME=AMOUNT@SECONDS; loss stall drop battery_low reboot memory_full wrong_scale "
        "clock_jump; of all sensors unless one is named",
    )
    parser.add_argument("--interval", metavar="MS", type=float, default=15.0, help="connection interval (default 15)")
    parser.add_argument("--tcp", metavar="PORT", type=int, default=9901, help="where programs connect (default 9901)")
    parser.add_argument("--seconds", metavar="N", type=float, help="stop after so long")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serve the sensors until told to stop."""
    from analyzer.errors import InputError
    from analyzer.model import placement_of

    placements = [placement_of(name.strip()) for name in args.sensors.split(",")]
    faults = faults_of(args.fault, placements)
    if args.interval < 0 or not 0 <= args.tcp < 65536:
        raise InputError("--interval is not negative, --tcp is a port from 0 to 65535")
    if importlib.util.find_spec("bumble") is None:
        raise InputError("bumble is missing; install psr-analyzer[virtual] for sensors of software")
    devices, pace = _devices(args, placements, faults)
    asyncio.run(_serve(args, devices, pace))
    return results.EXIT_OK


def faults_of(texts: "Sequence[str]", placements: "Sequence[Placement]") -> "dict[Placement, list[Fault]]":
    """Return faults by sensor.

    Raises
    ------
    InputError
        Unknown fault, or a sensor that is not worn.
    """
    from analyzer.errors import InputError
    from analyzer.virtual.ble import parse_fault

    faults: dict[Placement, list[Fault]] = {placement: [] for placement in placements}
    for text in texts:
        name, colon, rest = text.partition(":")
        worn = [placement for placement in placements if not colon or placement.value == name]
        if not worn:
            raise InputError(f"--fault {text}: no sensor {name} is worn")
        for placement in worn:
            faults[placement].append(parse_fault(rest if colon else text))
    return faults


def _devices(
    args: argparse.Namespace, placements: "Sequence[Placement]", faults: "Mapping[Placement, Sequence[Fault]]"
) -> "tuple[list[SensorDevice], Pace | None]":
    from analyzer.virtual import SensorModel, simulate
    from analyzer.virtual.ble.fleet import athlete_fleet, pace_of, rest_fleet

    if args.still:
        return rest_fleet(placements, faults=faults, seed=args.seed), None
    results.progress(f"Making the practice of athlete {args.seed} ({args.scenario}).")
    model = SensorModel(rate_hz=_MOTION_RATE_HZ)
    practice = simulate(args.scenario, args.seed, placements=placements, model=model)
    return athlete_fleet(practice, faults=faults), pace_of(practice)


async def _serve(args: argparse.Namespace, devices: "list[SensorDevice]", pace: "Pace | None") -> None:
    from analyzer.virtual.ble.host import open_door
    from analyzer.virtual.ble.link import LinkShape, ShapedLink
    from analyzer.virtual.ble.peripheral import serve

    link = ShapedLink(LinkShape(interval_s=args.interval / 1000))
    stop = asyncio.Event()
    radio.stop_on_signals(stop)
    async with serve(devices, link, pace) as peripherals, open_door(link, args.tcp):
        for peripheral in peripherals:
            results.progress(f"{peripheral.device.name:<8} {peripheral.address}")
        results.progress(f"Record with: psr record --controller tcp-client:127.0.0.1:{args.tcp}")
        results.progress("The practice begins with the first START. Ctrl-C ends.")
        await asyncio.wait([asyncio.ensure_future(stop.wait())], timeout=args.seconds)
        stop.set()
