"""What a source hands on: raw payloads and link events, stamped on arrival."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Characteristic", "LinkEvent", "TimedPayload"]


class Characteristic(StrEnum):
    """Which characteristic of the sensor a payload came from."""

    # These words stand in captures: to rename one makes old files unreadable.
    LIVE = "live"
    BULK = "bulk"
    CONFIG = "config"
    STATUS = "status"
    CALIBRATION = "calibration"
    FEATURE = "feature"
    CONTROL = "control"


@dataclass(frozen=True, slots=True)
class TimedPayload:
    """One payload exactly as it came off the air.

    Attributes
    ----------
    sensor : str
        Name of the sensor within the recording; one sensor has one clock.
    payload : bytes
    received_s : float
        Host clock on arrival, seconds, monotonic.
    characteristic : Characteristic
    schema : str
        Format of another maker's sensor; empty for the open profile. There ``config`` is what the host wrote to the
        sensor, as nothing else says how the rest is to be read.
    """

    sensor: str
    payload: bytes
    received_s: float
    characteristic: Characteristic = Characteristic.LIVE
    schema: str = ""


@dataclass(frozen=True, slots=True)
class LinkEvent:
    """Something that happened to a sensor's link: connected, lost, back."""

    sensor: str
    kind: str
    received_s: float
    text: str = ""
