"""What the verbs that use Bluetooth have in common."""

import argparse
import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analyzer.acquire.ble.discover import Radio

__all__ = ["add_radio", "radio_of", "stop_on_signals"]


def add_radio(parser: argparse.ArgumentParser) -> None:
    """Add which radio to use: ``--controller``."""
    parser.add_argument(
        "--controller",
        metavar="ADDRESS",
        help="a controller of software in place of this computer's Bluetooth, such as tcp-client:127.0.0.1:9901",
    )


@asynccontextmanager
async def radio_of(controller: str | None) -> AsyncIterator["Radio"]:
    """Hand out the radio asked for.

    Raises
    ------
    SensorError
        The controller of software does not answer.
    InputError
        It needs a package that is not installed.
    """
    from analyzer.acquire.ble.discover import Radio

    if controller is None:
        yield Radio()
        return
    from analyzer.errors import InputError

    try:
        from analyzer.acquire.ble.bumble_backend import controller_radio
    except ImportError as error:
        raise InputError(f"{error.name} is missing; install psr-analyzer[virtual] for radios of software") from error
    async with controller_radio(controller) as radio:
        yield radio


def stop_on_signals(stop: asyncio.Event) -> None:
    """Set an event on Ctrl-C and on a polite kill, in place of what they do else."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stop.set)
        # Windows: its loops take no handlers, and its signals come in another thread's name.
        except NotImplementedError:
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
