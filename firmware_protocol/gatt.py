"""Names of the profile on the air: service, characteristics, and which of them a sensor must have."""

from dataclasses import dataclass
from enum import Flag, auto
from typing import Final


class Access(Flag):
    """What a host may do with a characteristic."""

    READ = auto()
    WRITE = auto()
    NOTIFY = auto()
    INDICATE = auto()


@dataclass(frozen=True, slots=True)
class Characteristic:
    """One row of the table in SPEC.md section 2.2.

    Attributes
    ----------
    name : str
        Words of the profile.
    uuid : str
        128-bit UUID, lower case.
    access : Access
        What a host may do with it.
    mandatory : bool
        True where every sensor has it.
    """

    name: str
    uuid: str
    access: Access
    mandatory: bool


def profile_uuid(slot: int) -> str:
    """Return the 128-bit UUID of a 16-bit slot of the profile's base (SPEC.md section 2.1).

    >>> profile_uuid(0x0003)
    '1ad30003-3601-4e4c-a6d8-b55170328403'
    """
    return f"1ad3{slot:04x}-3601-4e4c-a6d8-b55170328403"


def sig_uuid(number: int) -> str:
    """Return the 128-bit form of a 16-bit UUID that the Bluetooth SIG has assigned."""
    # The base into which the Bluetooth core specification puts all numbers that it assigns.
    return f"0000{number:04x}-0000-1000-8000-00805f9b34fb"


SERVICE_UUID: Final = profile_uuid(0x0000)
BATTERY_SERVICE_UUID: Final = sig_uuid(0x180F)
DEVICE_INFORMATION_SERVICE_UUID: Final = sig_uuid(0x180A)

FEATURE: Final = Characteristic("Feature", profile_uuid(0x0001), Access.READ, mandatory=True)
CONTROL_POINT: Final = Characteristic(
    "Control Point", profile_uuid(0x0002), Access.WRITE | Access.INDICATE, mandatory=True
)
LIVE_DATA: Final = Characteristic("Live Data", profile_uuid(0x0003), Access.NOTIFY, mandatory=True)
BULK_DATA: Final = Characteristic("Bulk Data", profile_uuid(0x0004), Access.NOTIFY, mandatory=False)
STATUS: Final = Characteristic("Status", profile_uuid(0x0005), Access.READ | Access.NOTIFY, mandatory=False)
CONFIG: Final = Characteristic("Config", profile_uuid(0x0006), Access.READ | Access.NOTIFY, mandatory=True)
CALIBRATION: Final = Characteristic("Calibration", profile_uuid(0x0007), Access.READ, mandatory=False)

CHARACTERISTICS: Final = (FEATURE, CONTROL_POINT, LIVE_DATA, BULK_DATA, STATUS, CONFIG, CALIBRATION)

MIN_ATT_MTU: Final = 65
"""Smallest ATT MTU with which a sensor may stream (section 2.4)."""

MAX_VALUE_BYTES: Final = 512
"""Longest value that one notification, indication or write carries: the ATT limit."""


def notification_bytes(att_mtu: int) -> int:
    """Return how many payload bytes one notification holds at an ATT MTU (section 2.4)."""
    # Opcode and handle of the notification itself take 3 bytes of the MTU.
    return min(att_mtu - 3, MAX_VALUE_BYTES)
