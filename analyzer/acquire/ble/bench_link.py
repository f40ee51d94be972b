"""A sensor in reach behind the connection that the conformance checks want."""

import asyncio
import time
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from bleak import BleakClient

from analyzer.acquire.ble.discover import RADIO_ERRORS, Found, Radio
from firmware_protocol import SERVICE_UUID
from firmware_protocol.conformance import LinkError, Received
from firmware_protocol.gatt import CONTROL_POINT, Access

__all__ = ["BenchLink"]

T = TypeVar("T")

_ACCESS = {
    "read": Access.READ,
    "write": Access.WRITE,
    "notify": Access.NOTIFY,
    "indicate": Access.INDICATE,
}
_ANSWER_S = 5.0
"""A read or write that takes longer has failed."""


class BenchLink:
    """A `firmware_protocol.conformance.Link` over the radio, for code that does not know of event loops.

    Time passes for the radio in the calls only: notifications that come between two of them are stamped with the next.

    Parameters
    ----------
    runner : asyncio.Runner
        Its loop carries the radio.
    radio : Radio
    found : Found
    """

    def __init__(self, runner: asyncio.Runner, radio: Radio, found: Found) -> None:
        self._runner, self._radio, self._found = runner, radio, found
        self._received: list[Received] = []
        self._client: BleakClient | None = None
        self._connect()

    @property
    def att_mtu(self) -> int:
        """MTU that was agreed on."""
        # Some stacks say 23 whatever was agreed on; what one write holds is right everywhere.
        control = self._open.services.get_characteristic(CONTROL_POINT.uuid)
        return control.max_write_without_response_size + 3 if control else 23

    def advertised(self) -> frozenset[str]:
        """Return what was advertised: the scan hears no sensor that does not advertise the service."""
        return frozenset({SERVICE_UUID})

    def characteristics(self) -> dict[str, Access]:
        """Return the access to each characteristic by UUID."""
        there = {}
        for characteristic in self._open.services.characteristics.values():
            access = Access(0)
            for word, bit in _ACCESS.items():
                access |= bit if word in characteristic.properties else Access(0)
            there[characteristic.uuid.lower()] = access
        return there

    def read(self, uuid: str) -> bytes:
        """Return the value of a characteristic.

        Raises
        ------
        LinkError
            It cannot be read.
        """
        return bytes(self._run(self._open.read_gatt_char(uuid)))

    def subscribe(self, uuid: str) -> None:
        """Ask for notifications or indications.

        Raises
        ------
        LinkError
            The sensor refuses them.
        """

        def take(_: Any, payload: bytearray) -> None:
            self._received.append(Received(time.perf_counter(), uuid, bytes(payload)))

        self._run(self._open.start_notify(uuid, take))

    def write(self, data: bytes) -> None:
        """Write to the control point.

        Raises
        ------
        LinkError
            The write failed.
        """
        self._run(self._open.write_gatt_char(CONTROL_POINT.uuid, data, response=True))

    def wait(self, duration_s: float) -> None:
        """Let time pass."""
        self._runner.run(asyncio.sleep(duration_s))

    def received(self) -> list[Received]:
        """Return all that has come."""
        return self._received

    def now_s(self) -> float:
        """Return the host's clock."""
        return time.perf_counter()

    def reconnect(self, pause_s: float, att_mtu: int) -> None:  # noqa: ARG002
        """Disconnect, wait and connect again.

        Raises
        ------
        LinkError
            The sensor cannot be reached any more.
        """
        # No stack lets a program choose the MTU, so `att_mtu` tells afterwards what it is.
        self.close()
        self.wait(max(pause_s, 0.1))
        self._connect()

    def close(self) -> None:
        """Disconnect; a link that is gone already is no error."""
        client, self._client = self._client, None
        if client is not None:
            with suppress(*RADIO_ERRORS):
                self._runner.run(asyncio.wait_for(client.disconnect(), _ANSWER_S))

    @property
    def _open(self) -> BleakClient:
        if self._client is None or not self._client.is_connected:
            raise LinkError("the connection is lost")
        return self._client

    def _connect(self) -> None:
        client = BleakClient(self._found.device, timeout=10.0, backend=self._radio.client)
        self._run(client.connect())
        self._client = client

    def _run(self, awaitable: Coroutine[Any, Any, T]) -> T:
        try:
            return self._runner.run(_within(awaitable))
        except RADIO_ERRORS as error:
            raise LinkError(str(error) or type(error).__name__) from error


async def _within(awaitable: Coroutine[Any, Any, T]) -> T:
    return await asyncio.wait_for(awaitable, 3 * _ANSWER_S)
