"""Names of Polar Measurement Data (PMD) on the air, and what can be measured."""

from enum import IntEnum
from typing import Final

from firmware_protocol.devices.fields import Fields

POLAR: Final = Fields("Polar PMD")

# A 2024 edition of the maker's document lost the last digit of the service's UUID; the characteristics show it.
SERVICE_UUID: Final = "fb005c80-02e7-f387-1cad-8acd2d8df0c8"
CONTROL_UUID: Final = "fb005c81-02e7-f387-1cad-8acd2d8df0c8"
DATA_UUID: Final = "fb005c82-02e7-f387-1cad-8acd2d8df0c8"

MIN_ATT_MTU: Final = 232
"""Below this a device refuses to stream (status INVALID_MTU)."""


class Measurement(IntEnum):
    """What a device can be asked to measure; feature bits have the same numbers."""

    ECG = 0
    PPG = 1
    ACC = 2
    PPI = 3
    GYRO = 5
    MAG = 6
    SKIN_TEMP = 7
    SDK_MODE = 9
    LOCATION = 10
    PRESSURE = 11
    TEMPERATURE = 12
    OFFLINE_RECORDING = 13
    OFFLINE_HR = 14


MEASUREMENT_MASK: Final = 0x3F
"""The number of a measurement; the bits above say how it is recorded."""


def measurement_of(number: int) -> int:
    """Return the measurement with a number, or the bare number where it is unknown."""
    return Measurement(number) if number in _KNOWN else number


_KNOWN: Final = frozenset(Measurement)
