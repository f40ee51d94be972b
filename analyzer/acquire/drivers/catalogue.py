"""Which driver is for which sensor, told by what a sensor advertises."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from analyzer.acquire.drivers.base import Driver
from analyzer.acquire.drivers.movella_dot import DotDriver
from analyzer.acquire.drivers.movesense import MovesenseDriver
from analyzer.acquire.drivers.polar import PolarDriver
from analyzer.acquire.drivers.witmotion import WitMotionDriver
from analyzer.model import Characteristic
from firmware_protocol.devices import movella_dot, movesense, polar, witmotion

__all__ = ["DRIVERS", "DriverKind", "driver_for", "driver_of_schema"]


@dataclass(frozen=True, slots=True)
class DriverKind:
    """What a radio client has to know before it has a driver.

    Attributes
    ----------
    schema : str
        Format of the payloads; stands in captures.
    maker : str
        For people.
    names : tuple of str
        How advertised names begin.
    unlike : tuple of str
        Beginnings of names that the maker uses for sensors of another format.
    services : tuple of str
        Service UUIDs, any of which is advertised; lower case.
    subscriptions : mapping of str to Characteristic
        UUIDs to subscribe to, in this order, and as what their payloads are recorded.
    reads : mapping of str to Characteristic
        UUIDs to read before the first write, and as what.
    make : callable
        Makes a driver for one sensor.
    min_att_mtu : int
        Below this ATT MTU the sensor does not stream.
    """

    schema: str
    maker: str
    names: tuple[str, ...]
    unlike: tuple[str, ...]
    services: tuple[str, ...]
    subscriptions: Mapping[str, Characteristic]
    reads: Mapping[str, Characteristic]
    make: Callable[[], Driver]
    min_att_mtu: int = 23


DRIVERS: Final = (
    DriverKind(
        "polar_pmd",
        "Polar",
        ("Polar Sense", "Polar H10", "Polar OH1"),
        (),
        (polar.SERVICE_UUID,),
        # Indications first: the answer to the first write comes at once.
        {polar.CONTROL_UUID: Characteristic.CONTROL, polar.DATA_UUID: Characteristic.LIVE},
        {polar.CONTROL_UUID: Characteristic.FEATURE},
        PolarDriver,
        polar.MIN_ATT_MTU,
    ),
    DriverKind(
        "movesense_gsp",
        "Movesense",
        ("Movesense",),
        (),
        (movesense.SERVICE_UUID, movesense.ADVERTISED_UUID),
        {movesense.DATA_UUID: Characteristic.LIVE},
        {},
        MovesenseDriver,
    ),
    DriverKind(
        "movella_dot",
        "Movella",
        ("Movella DOT", "Xsens DOT"),
        (),
        (movella_dot.CONFIG_SERVICE_UUID, movella_dot.MEASUREMENT_SERVICE_UUID),
        {movella_dot.MEDIUM_UUID: Characteristic.LIVE},
        {movella_dot.DEVICE_CONTROL_UUID: Characteristic.CONTROL},
        DotDriver,
    ),
    DriverKind(
        "witmotion",
        "WitMotion",
        ("WT901", "BWT901", "WT9011"),
        ("WTVB",),
        (witmotion.SERVICE_UUID,),
        {witmotion.NOTIFY_UUID: Characteristic.LIVE},
        {},
        WitMotionDriver,
    ),
)
"""All makers whose sensors can be recorded besides those of the open profile."""


def driver_for(name: str, services: Iterable[str] = ()) -> DriverKind | None:
    """Return the kind of driver for an advertisement, None for a sensor that is none of these.

    >>> driver_for("Polar Sense A1B2C3D4").schema
    'polar_pmd'
    """
    advertised = {service.lower() for service in services}
    for kind in DRIVERS:
        if name.startswith(kind.unlike):
            return None
        if name.startswith(kind.names) or advertised & set(kind.services):
            return kind
    return None


def driver_of_schema(schema: str) -> DriverKind | None:
    """Return the kind of driver for the payloads in a capture; None where this version does not know them."""
    return next((kind for kind in DRIVERS if kind.schema == schema), None)
