"""Waiting for an event or for the end of a task, but not for ever."""

import asyncio

__all__ = ["cancelled", "first_of"]


async def first_of(event: asyncio.Event, timeout_s: float) -> None:
    """Wait until an event is set, or until the time is over; whoever wants to know asks the event."""
    waiting = asyncio.ensure_future(event.wait())
    try:
        await asyncio.wait([waiting], timeout=timeout_s)
    finally:
        waiting.cancel()


async def cancelled(task: asyncio.Task[None], again_s: float = 0.05) -> None:
    """Cancel a task until it has ended; what it ended with is not looked at.

    Once is not enough: before Python 3.12, `asyncio.wait_for` swallows a cancellation that meets its result, and radio
    stacks are full of it.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=again_s)
