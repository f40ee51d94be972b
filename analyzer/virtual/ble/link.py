"""Air made of software: bumble's local link with connection events, stalls, back-pressure and loss."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bumble import hci
from bumble.controller import Controller
from bumble.link import LocalLink

if TYPE_CHECKING:
    from bumble.core import PhysicalTransport

__all__ = ["LinkShape", "ShapedLink", "VirtualController", "make_controller"]

MAX_PACKET_BYTES = 251
"""Longest link-layer packet: with the 27 of the stack's default, one frame would take ten of them."""


@dataclass(frozen=True, slots=True)
class LinkShape:
    """How the air behaves.

    Attributes
    ----------
    interval_s : float
        Between two connection events; 0 sends at once.
    per_event : int
        Packets that one event carries each way; four to six is what laptops manage.
    window : int
        Packets that a sensor hands to its radio before it waits; its own queue fills beyond that.
    """

    interval_s: float = 0.0
    per_event: int = 6
    window: int = 12


class ShapedLink(LocalLink):
    """A local link that lets data through at connection events only.

    Parameters
    ----------
    shape : LinkShape, optional
    """

    def __init__(self, shape: LinkShape | None = None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # the stack has no types here
        self.shape = shape or LinkShape()
        self._queues: dict[tuple[Controller, str], list[tuple[Any, Any, bytes]]] = {}
        self._stalled_until_s: dict[Controller, float] = {}

    def room(self, controller: Controller) -> int:
        """Return how many packets a controller may hand over now."""
        waiting = sum(len(queue) for (sender, _), queue in self._queues.items() if sender is controller)
        return max(0, self.shape.window - waiting)

    def stall(self, controller: Controller, duration_s: float) -> None:
        """Let nothing through from or to a sensor for a while."""
        self._stalled_until_s[controller] = _now_s() + duration_s

    def lose(self, controller: Controller) -> None:
        """End all connections of a controller as a supervision time-out does: both ends learn it, nobody says so."""
        reason = hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR
        for connection in list(controller.le_connections.values()):
            peer = self.find_le_controller(connection.peer_address)
            theirs = peer.le_connections.get(connection.self_address) if peer else None
            controller.on_le_disconnected(connection, reason)
            if peer is not None and theirs is not None:
                peer.on_le_disconnected(theirs, reason)
            # What was in the air between the two is gone with the connection.
            ends = (str(connection.peer_address), str(connection.self_address))
            for key in [key for key in self._queues if key[0] in (controller, peer) and key[1] in ends]:
                del self._queues[key]

    def send_acl_data(
        self,
        sender_controller: Controller,
        destination_address: hci.Address,
        transport: "PhysicalTransport",
        data: bytes,
    ) -> None:
        """Take a packet; it arrives with the next connection event that has room."""
        if not self.shape.interval_s and not self._stalled_until_s:
            super().send_acl_data(sender_controller, destination_address, transport, data)
            return
        key = (sender_controller, str(destination_address))
        queue = self._queues.setdefault(key, [])
        queue.append((destination_address, transport, data))
        if len(queue) == 1:
            self._arm(key)

    def _arm(self, key: tuple[Controller, str]) -> None:
        # Without an interval a stall is still looked at now and then.
        interval_s = self.shape.interval_s or 0.001
        now_s = _now_s()
        # Every connection has a phase of its own, the same both ways round the same sensor.
        phase_s = (hash(key[0].name) % 997) / 997 * interval_s
        wait_s = interval_s - (now_s - phase_s) % interval_s
        asyncio.get_running_loop().call_later(wait_s, self._event, key)

    def _event(self, key: tuple[Controller, str]) -> None:
        queue = self._queues.get(key)
        if not queue:
            return
        if not self._is_stalled(key):
            for destination, transport, data in queue[: self.shape.per_event]:
                super().send_acl_data(key[0], destination, transport, data)
            del queue[: self.shape.per_event]
        if queue:
            self._arm(key)

    def _is_stalled(self, key: tuple[Controller, str]) -> bool:
        now_s = _now_s()
        self._stalled_until_s = {who: until for who, until in self._stalled_until_s.items() if until > now_s}
        ends = {str(who.random_address) for who in self._stalled_until_s}
        return key[0] in self._stalled_until_s or key[1] in ends


class VirtualController(Controller):
    """A controller that can give up a connection attempt and forget connections, which the stack's own never does.

    Without the first, connecting to a sensor that is switched off hangs for ever; without the second, the sensors of a
    host that was killed stay connected to it.
    """

    def on_hci_reset_command(self, command: hci.HCI_Reset_Command) -> hci.HCI_StatusReturnParameters:
        """End all connections; this end has just forgotten them."""
        for connection in list(self.le_connections.values()):
            peer = self.link.find_le_controller(connection.peer_address) if self.link else None
            theirs = peer.le_connections.get(connection.self_address) if peer else None
            del self.le_connections[connection.peer_address]
            if peer is not None and theirs is not None:
                peer.on_le_disconnected(theirs, hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR)
        return super().on_hci_reset_command(command)

    def on_hci_le_create_connection_cancel_command(
        self, _command: hci.HCI_LE_Create_Connection_Cancel_Command
    ) -> hci.HCI_StatusReturnParameters:
        """End the attempt with the event that the specification wants for it."""
        pending, self.pending_le_connection = self.pending_le_connection, None
        if pending is not None:
            asyncio.get_running_loop().call_soon(self.send_hci_packet, _given_up(pending.peer_address))
        return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.SUCCESS)


def make_controller(name: str, link: LocalLink, public_address: str | None = None) -> VirtualController:
    """Return a controller on a link, with packets as long as real ones."""
    controller = VirtualController(name, link=link, public_address=public_address)
    controller.le_acl_data_packet_length = MAX_PACKET_BYTES
    controller.supported_max_tx_octets = MAX_PACKET_BYTES
    controller.supported_max_rx_octets = MAX_PACKET_BYTES
    controller.suggested_max_tx_octets = MAX_PACKET_BYTES
    return controller


def _given_up(peer_address: hci.Address) -> hci.HCI_Packet:
    return hci.HCI_LE_Connection_Complete_Event(
        status=hci.HCI_ErrorCode.UNKNOWN_CONNECTION_IDENTIFIER_ERROR,
        connection_handle=0,
        role=hci.Role.CENTRAL,
        peer_address_type=peer_address.address_type,
        peer_address=peer_address,
        connection_interval=0,
        peripheral_latency=0,
        supervision_timeout=0,
        central_clock_accuracy=0,
    )


def _now_s() -> float:
    return asyncio.get_running_loop().time()
