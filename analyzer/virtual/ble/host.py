"""A door to the air of software: other programs connect a host to its controller over TCP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bumble.transport import open_transport

from analyzer.errors import InputError
from analyzer.virtual.ble.link import ShapedLink, make_controller

__all__ = ["open_door"]


@asynccontextmanager
async def open_door(link: ShapedLink, port: int) -> AsyncIterator[None]:
    """Offer a controller on the link at a port of this computer for as long as the context lasts.

    Raises
    ------
    InputError
        The port is taken, or none.
    """
    try:
        transport = await open_transport(f"tcp-server:127.0.0.1:{port}")
    except (OSError, OverflowError) as error:
        raise InputError(f"port {port} cannot be used ({error}); choose another with --tcp") from error
    async with transport:
        controller = make_controller("host", link)
        controller.set_packet_sink(transport.sink)
        transport.source.set_packet_sink(controller)
        try:
            yield
        finally:
            # The stack's own closing leaves the port open.
            server = transport.server  # type: ignore[attr-defined]  # only servers have one
            server.close()
            await server.wait_closed()
