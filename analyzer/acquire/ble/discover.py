"""Sensors in reach, found by the service that they advertise."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field

from bleak import BleakScanner
from bleak.backends.client import BaseBleakClient
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.exc import BleakBluetoothNotAvailableError, BleakBluetoothNotAvailableReason, BleakError

from analyzer.acquire.ble.waiting import first_of
from analyzer.errors import SensorError, SensorErrorReason
from firmware_protocol import SERVICE_UUID

__all__ = ["RADIO_ERRORS", "Found", "Radio", "radio_error", "scan"]

RADIO_ERRORS = (BleakError, TimeoutError, OSError, EOFError)
"""What a stack raises when a sensor, the adapter or the daemon behind it is gone."""


# Compared by identity: a radio is a thing, and its lock belongs to it.
@dataclass(frozen=True, slots=True, eq=False)
class Radio:
    """The Bluetooth of this computer.

    Attributes
    ----------
    scanner, client : backend classes of bleak, optional
        The operating system's own if left out; others put a simulated radio in their place.
    turn : asyncio.Lock
        Whoever scans or connects holds it: stacks refuse, or forget, a second such request while one is open.
    """

    scanner: type[BaseBleakScanner] | None = None
    client: type[BaseBleakClient] | None = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """A sensor in reach.

    Attributes
    ----------
    name : str
        As advertised; the address where it advertises none.
    address : str
        Of the radio; some systems show a number of their own instead.
    rssi_dbm : int
        Strength of the signal.
    device : BLEDevice
        What to connect to: connecting by address fails on some systems.
    """

    name: str
    address: str
    rssi_dbm: int
    device: BLEDevice


async def scan(radio: Radio, duration_s: float, wanted: Collection[str] = ()) -> tuple[Found, ...]:
    """Listen for sensors of the open profile.

    Parameters
    ----------
    radio : Radio
    duration_s : float
        For how long; shorter once all that are `wanted` were heard.
    wanted : collection of str
        Names or addresses.

    Returns
    -------
    tuple of Found
        Strongest signal first. The scan has ended by then: connecting during one fails on some systems.

    Raises
    ------
    SensorError
        The computer's Bluetooth cannot be used; the message says what to switch on.
    """
    heard: dict[str, Found] = {}
    complete = asyncio.Event()

    def take(device: BLEDevice, advertisement: AdvertisementData) -> None:
        # Checked here too: other programs' scans leak through the system's filter.
        if SERVICE_UUID not in advertisement.service_uuids:
            return
        name = advertisement.local_name or device.name or device.address
        heard[device.address] = Found(name, device.address, advertisement.rssi, device)
        known = {known for found in heard.values() for known in (found.name, found.address)}
        if wanted and known.issuperset(wanted):
            complete.set()

    try:
        async with radio.turn, BleakScanner(take, service_uuids=[SERVICE_UUID], backend=radio.scanner):
            # Out of time is the usual end of a scan.
            await first_of(complete, duration_s)
    except RADIO_ERRORS as error:
        raise radio_error(error) from error
    return tuple(sorted(heard.values(), key=lambda found: (-found.rssi_dbm, found.name)))


def radio_error(error: BaseException) -> SensorError:
    """Return an error of the stack in plain words, with what to do."""
    if isinstance(error, BleakBluetoothNotAvailableError):
        return SensorError(
            _UNAVAILABLE.get(error.reason, f"{_UNUSABLE} ({error.args[0]}). Check that Bluetooth works elsewhere."),
            SensorErrorReason.RADIO_OFF,
        )
    if isinstance(error, FileNotFoundError | ConnectionRefusedError | EOFError):
        # On Linux the stack is a service behind the message bus, whose socket is missing in containers.
        text = f"{_UNUSABLE}: the system's Bluetooth service does not answer. Start it (Linux: bluetoothd and D-Bus)."
        return SensorError(text, SensorErrorReason.RADIO_OFF)
    detail = str(error) or type(error).__name__
    return SensorError(f"The link failed ({detail}).", SensorErrorReason.LINK)


_UNUSABLE = "This computer's Bluetooth cannot be used"
_UNAVAILABLE = {
    BleakBluetoothNotAvailableReason.NO_BLUETOOTH: "This computer has no Bluetooth. Plug in a Bluetooth 4.0 adapter "
    "or newer.",
    BleakBluetoothNotAvailableReason.NO_BLE_CENTRAL_ROLE: "This Bluetooth adapter is too old for sensors. Use one "
    "with Bluetooth 4.0 or newer.",
    BleakBluetoothNotAvailableReason.POWERED_OFF: "Bluetooth is switched off. Switch it on (Linux: bluetoothctl "
    "power on).",
    BleakBluetoothNotAvailableReason.DENIED_BY_USER: "This program may not use Bluetooth. Allow it in the system's "
    "privacy settings.",
    BleakBluetoothNotAvailableReason.DENIED_BY_SYSTEM: "The system forbids Bluetooth here. Ask whoever looks after "
    "this computer.",
    BleakBluetoothNotAvailableReason.DENIED_BY_UNKNOWN: "This program may not use Bluetooth. Allow it in the "
    "system's privacy settings.",
}
