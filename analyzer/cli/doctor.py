"""``psr doctor``: whether this computer and these sensors can record."""

import argparse
import asyncio
import dataclasses
from typing import TYPE_CHECKING

from analyzer.cli import radio, results

if TYPE_CHECKING:
    from analyzer.acquire.ble.doctor import Check

__all__ = ["add_parser", "run"]


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb to the command line."""
    parser = verbs.add_parser(
        "doctor",
        help="check Bluetooth and the sensors in reach",
        description="Check Bluetooth, and let each sensor in reach stream for a few seconds.",
        epilog="Exit code: 0 all is well, 3 something needs a hand.",
    )
    parser.add_argument("--seconds", metavar="N", type=float, default=5.0, help="each sensor streams (default 5)")
    parser.add_argument("--json", action="store_true", help="print the checks as JSON")
    radio.add_radio(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Examine, and print one line per check."""
    from analyzer.plain import as_plain

    checks = asyncio.run(_examined(args))
    if args.json:
        results.print_json(as_plain(checks))
    else:
        for check in checks:
            print(f"{'ok ' if check.ok else 'NO '} {check.name}: {check.text}")
    return results.EXIT_OK if all(check.ok for check in checks) else results.EXIT_UNUSABLE


async def _examined(args: argparse.Namespace) -> "tuple[Check, ...]":
    from analyzer.acquire.ble.doctor import DoctorConfig, examine

    async with radio.radio_of(args.controller) as chosen:
        return await examine(chosen, dataclasses.replace(DoctorConfig(), stream_s=args.seconds))
