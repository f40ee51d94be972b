"""``psr scan``: which sensors are in reach."""

import argparse
import asyncio
from typing import TYPE_CHECKING

from analyzer.cli import radio, results

if TYPE_CHECKING:
    from analyzer.acquire.ble.discover import Found

__all__ = ["add_parser", "run"]


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb to the command line."""
    parser = verbs.add_parser("scan", help="list the sensors in reach", description="List the sensors in reach.")
    parser.add_argument("--seconds", metavar="N", type=float, default=4.0, help="listen so long (default 4)")
    parser.add_argument("--json", action="store_true", help="print the list as JSON")
    radio.add_radio(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Listen for sensors and list them, the strongest first."""
    found = asyncio.run(_found(args))
    if args.json:
        results.print_json([{"name": one.name, "address": one.address, "rssi_dbm": one.rssi_dbm} for one in found])
        return results.EXIT_OK
    for one in found:
        print(f"{one.name:<16} {one.address}  {one.rssi_dbm:4d} dBm")
    if not found:
        results.progress("No sensor heard. Switch them on, shake them, and bring them within a few steps.")
    return results.EXIT_OK


async def _found(args: argparse.Namespace) -> "tuple[Found, ...]":
    from analyzer.acquire.ble.discover import scan

    async with radio.radio_of(args.controller) as chosen:
        return await scan(chosen, args.seconds)
