"""``psr conformance``: whether a sensor does what the open profile says."""

import argparse
import asyncio
from contextlib import AsyncExitStack, contextmanager
from typing import TYPE_CHECKING

from analyzer.cli import radio, results

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firmware_protocol.conformance import Link, Result

__all__ = ["add_parser", "run"]

EXIT_DIFFERS = 3

_SHAKEN_EVERY_S = 20.0
"""The virtual sensor is shaken now and then, so that its clip flags can be looked at too."""

_SCAN_S = 8.0


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb to the command line."""
    parser = verbs.add_parser(
        "conformance",
        help="run the protocol's test suite on a sensor",
        description="Runs every check of SPEC.md section 12 on a sensor that lies still; takes some ten minutes over "
        "the air. Shake it hard for a moment during check 30.",
    )
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--address", metavar="X", help="name or address of the sensor, as psr scan lists it")
    which.add_argument("--virtual", action="store_true", help="a virtual sensor, without radio and in seconds")
    parser.add_argument(
        "--fault", metavar="F", action="append", default=[], help="of the virtual sensor, such as wrong_scale"
    )
    parser.add_argument("--json", action="store_true", help="print the results as JSON")
    radio.add_radio(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the checks, print what does not conform, and the verdict."""
    from analyzer.errors import InputError
    from firmware_protocol.conformance import Outcome, run_checks, verdict

    if args.fault and not args.virtual:
        raise InputError("--fault belongs to --virtual; a real sensor has its own")
    done: list[Result] = []
    with _virtual(args.fault) if args.virtual else _in_reach(args.address, args.controller) as link:
        for result in run_checks(link):
            done.append(result)
            if not args.json:
                print(_line(result), flush=True)
    if args.json:
        results.print_json([_plain(result) for result in done])
    else:
        print(verdict(done))
    return EXIT_DIFFERS if any(result.outcome is Outcome.FAILED for result in done) else results.EXIT_OK


@contextmanager
def _virtual(faults: list[str]) -> "Iterator[Link]":
    from analyzer.virtual.ble import DeviceModel, SensorDevice, Stage, parse_fault, resting
    from analyzer.virtual.ble.direct import DirectLink, SteppedClock

    clock = SteppedClock()
    parsed = [parse_fault(text) for text in faults]
    yield DirectLink(SensorDevice(DeviceModel(), resting(_SHAKEN_EVERY_S), Stage(), clock, parsed), clock)


@contextmanager
def _in_reach(address: str, controller: str | None) -> "Iterator[Link]":
    from analyzer.acquire.ble.bench_link import BenchLink
    from analyzer.acquire.ble.discover import scan
    from analyzer.errors import SensorError, SensorErrorReason
    from firmware_protocol.conformance import LinkError

    # One loop for everything: a connection belongs to the loop that it was made in.
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        chosen = runner.run(stack.enter_async_context(radio.radio_of(controller)))
        try:
            heard = runner.run(scan(chosen, _SCAN_S, (address,)))
            found = next((one for one in heard if address in (one.name, one.address)), None)
            if found is None:
                text = f"no sensor called {address} was heard; psr scan lists those in reach"
                raise SensorError(text, SensorErrorReason.NOT_FOUND)
            try:
                link = BenchLink(runner, chosen, found)
            except LinkError as error:
                text = f"{address} cannot be connected to ({error}); bring it closer"
                raise SensorError(text, SensorErrorReason.LINK) from error
            yield link
            link.close()
        finally:
            runner.run(stack.aclose())


def _line(result: "Result") -> str:
    detail = f": {result.detail}" if result.detail else ""
    check = result.check
    return f"{check.number:3d}  {result.outcome.value:<9}  {check.title} ({check.section}){detail}"


def _plain(result: "Result") -> dict[str, str | int]:
    check = result.check
    return {
        "number": check.number,
        "title": check.title,
        "section": check.section,
        "outcome": result.outcome.name.lower(),
        "detail": result.detail,
    }
