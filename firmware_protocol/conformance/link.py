"""What the checks need of a connection to the sensor under test."""

from dataclasses import dataclass
from typing import Protocol

from firmware_protocol.gatt import Access

__all__ = ["Link", "LinkError", "Received"]


class LinkError(Exception):
    """Report that a read, write or connection failed: the sensor's fault until shown otherwise."""


@dataclass(frozen=True, slots=True)
class Received:
    """One notification or indication.

    Attributes
    ----------
    time_s : float
        Host clock on arrival.
    uuid : str
        Characteristic that sent it.
    payload : bytes
    """

    time_s: float
    uuid: str
    payload: bytes


class Link(Protocol):
    """A connected sensor. All calls block; `LinkError` where one fails."""

    @property
    def att_mtu(self) -> int:
        """Return the MTU that was agreed on."""

    def advertised(self) -> frozenset[str]:
        """Return the service UUIDs of the advertisement itself, lower case, 128 bits."""

    def characteristics(self) -> dict[str, Access]:
        """Return the access to each characteristic by UUID."""

    def read(self, uuid: str) -> bytes:
        """Return the value of a characteristic."""

    def subscribe(self, uuid: str) -> None:
        """Ask for notifications or indications."""

    def write(self, data: bytes) -> None:
        """Write to the control point."""

    def wait(self, duration_s: float) -> None:
        """Let time pass."""

    def received(self) -> list[Received]:
        """Return all that has come since the first connection, oldest first; the list only grows."""

    def now_s(self) -> float:
        """Return the host's clock."""

    def reconnect(self, pause_s: float, att_mtu: int) -> None:
        """Disconnect, wait, connect again and ask for an MTU; subscriptions are gone afterwards."""
