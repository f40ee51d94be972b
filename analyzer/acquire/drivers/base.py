"""What every driver is, whatever the maker.

A driver holds no connection. It is fed all that goes over the air, in order: what came, and what was written to the
sensor (`Characteristic.CONFIG`), because that alone says how later bytes are to be read. So a live recording and the
replay of its capture are one path: a replay only leaves the writes alone that a driver asks for.
"""

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from analyzer.model import Floats, TimedPayload

__all__ = [
    "STANDARD_GRAVITY_M_S2",
    "Batch",
    "ClockReading",
    "Driver",
    "Limit",
    "Ranges",
    "Taken",
    "Write",
    "no_rates",
]

STANDARD_GRAVITY_M_S2: Final = 9.80665
"""What makers call one g."""


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Samples of one sensor in SI.

    Attributes
    ----------
    clock_id : int
        Changes whenever the sensor's clock began anew.
    device_s : (n,) float array
        Sensor clock, rising within one `clock_id` over all batches.
    acc_m_s2, gyr_rad_s : (n, 3) float array
        Along the axes of the case; NaN where lost, or where the sensor has no such signal.
    """

    clock_id: int
    device_s: Floats
    acc_m_s2: Floats
    gyr_rad_s: Floats


@dataclass(frozen=True, slots=True)
class ClockReading:
    """Sensor time of the last sample in a payload, and when that payload arrived."""

    clock_id: int
    device_s: float
    received_s: float


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes that the sensor is to be sent, and where; with response."""

    uuid: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Taken:
    """What one payload brought.

    Attributes
    ----------
    batches : tuple of Batch
    reading : ClockReading or None
    writes : tuple of Write
        What the sensor waits for next. Each is recorded and taken as a payload of its own when it has been written.
    """

    batches: tuple[Batch, ...] = ()
    reading: ClockReading | None = None
    writes: tuple[Write, ...] = ()


@dataclass(frozen=True, slots=True)
class Ranges:
    """Full scales; NaN where unknown or where there is no such sensor."""

    acc_m_s2: float = float("nan")
    gyr_rad_s: float = float("nan")


@dataclass(frozen=True, slots=True)
class Limit:
    """What a sensor cannot do: a stable code, and a sentence with what it costs and what to do."""

    code: str
    text: str


class Driver(Protocol):
    """One sensor of one maker."""

    @property
    def ranges(self) -> Ranges:
        """Full scales of the samples that come now."""

    @property
    def clock_error_s(self) -> float:
        """By how much sample times may be wrong beyond what the clock fit sees; 0 with a clock in the sensor."""

    @property
    def lack(self) -> str:
        """What has to come before the samples at hand can be read; empty if nothing."""

    @property
    def limits(self) -> tuple[Limit, ...]:
        """What this sensor cannot do, as far as known by now."""

    def opening(self) -> tuple[Write, ...]:
        """Return what is written first, once all characteristics are subscribed to."""

    def take(self, payload: TimedPayload) -> Taken:
        """Take what came or was written.

        Raises
        ------
        DeviceError
            The payload breaks the maker's format; the driver goes on without it.
        """

    def finish(self) -> tuple[Batch, ...]:
        """Return what is still held back: nothing more will come.

        Raises
        ------
        DeviceError
            What was held back breaks the format; asked again, the driver returns the rest.
        """

    def closing(self) -> tuple[Write, ...]:
        """Return what is written before the link is closed."""


def no_rates(n: int) -> Floats:
    """Return rows that stand for a signal which is not there."""
    return np.full((n, 3), np.nan)
