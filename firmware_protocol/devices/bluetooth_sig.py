"""Standard services: running speed and cadence, heart rate, battery, device information, current time.

Nothing raw is in them: running speed and cadence is what a foot pod has worked out itself.
"""

import math
import struct
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Final

from firmware_protocol.devices.fields import Fields
from firmware_protocol.gatt import sig_uuid

SIG: Final = Fields("Bluetooth SIG")

RSC_SERVICE_UUID: Final = sig_uuid(0x1814)
RSC_MEASUREMENT_UUID: Final = sig_uuid(0x2A53)
RSC_FEATURE_UUID: Final = sig_uuid(0x2A54)
SENSOR_LOCATION_UUID: Final = sig_uuid(0x2A5D)
HEART_RATE_SERVICE_UUID: Final = sig_uuid(0x180D)
HEART_RATE_MEASUREMENT_UUID: Final = sig_uuid(0x2A37)
BATTERY_LEVEL_UUID: Final = sig_uuid(0x2A19)
PNP_ID_UUID: Final = sig_uuid(0x2A50)
CURRENT_TIME_UUID: Final = sig_uuid(0x2A2B)

INFORMATION_UUIDS: Final = {
    "manufacturer": sig_uuid(0x2A29),
    "model": sig_uuid(0x2A24),
    "serial": sig_uuid(0x2A25),
    "firmware": sig_uuid(0x2A26),
    "hardware": sig_uuid(0x2A27),
    "software": sig_uuid(0x2A28),
}
"""Characteristics of the device information service whose values are text."""


class RscFeatures(IntFlag):
    """What a foot pod can do."""

    STRIDE_LENGTH = 1 << 0
    DISTANCE = 1 << 1
    WALKING_OR_RUNNING = 1 << 2
    CALIBRATION = 1 << 3
    SEVERAL_LOCATIONS = 1 << 4


class CadenceCounts(IntEnum):
    """What a foot pod counts per minute: makers differ, and the bytes do not tell."""

    STEPS = 1
    STRIDES = 2


@dataclass(frozen=True, slots=True)
class RscMeasurement:
    """One notification of running speed and cadence.

    Attributes
    ----------
    speed_m_s : float
        Steps of 1/256 m/s, at most 255.996.
    cadence_per_min : float
        Whole numbers, at most 255; of steps with most makers, of strides with some (`step_frequency_hz`).
    running : bool
        False for walking, and where a sensor does not tell.
    stride_length_m : float or None
        Steps of 1 cm, at most 655.35. Some makers put the length of a step here.
    distance_m : float or None
        Since the sensor began to count; steps of 0.1 m.
    """

    speed_m_s: float
    cadence_per_min: float
    running: bool = False
    stride_length_m: float | None = None
    distance_m: float | None = None


@dataclass(frozen=True, slots=True)
class HeartRate:
    """One notification of a heart rate sensor.

    Attributes
    ----------
    rate_per_min : int
    in_contact : bool or None
        Whether the sensor touches the skin; None where it cannot tell.
    energy_kj : int or None
    rr_s : tuple of float
        Beat intervals, oldest first.
    """

    rate_per_min: int
    in_contact: bool | None = None
    energy_kj: int | None = None
    rr_s: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class PnpId:
    """Who made a device; `source` 1 is a number of the Bluetooth SIG, 2 one of the USB forum."""

    source: int
    vendor: int
    product: int
    version: int


@dataclass(frozen=True, slots=True)
class CurrentTime:
    """Civil time of a device; `time` is ISO 8601 without zone, `reason` why it was last set."""

    time: str
    day_of_week: int
    reason: int


def encode_rsc(measurement: RscMeasurement) -> bytes:
    """Return a measurement as bytes; what is beyond a field's largest number saturates there.

    Raises
    ------
    DeviceError
        A number that is negative or not finite: there is no way to say unknown.
    """
    flags = _RSC_RUNNING if measurement.running else 0
    tail = b""
    if measurement.stride_length_m is not None:
        flags |= _RSC_STRIDE
        tail += _U16.pack(_saturated(measurement.stride_length_m * 100, _U16_MAX, "stride length"))
    if measurement.distance_m is not None:
        flags |= _RSC_DISTANCE
        tail += _U32.pack(_saturated(measurement.distance_m * 10, _U32_MAX, "distance"))
    speed = _saturated(measurement.speed_m_s * 256, _U16_MAX, "speed")
    cadence = _saturated(measurement.cadence_per_min, _U8_MAX, "cadence")
    return _RSC.pack(flags, speed, cadence) + tail


def decode_rsc(payload: bytes) -> RscMeasurement:
    """Return a measurement of running speed and cadence.

    Raises
    ------
    DeviceError
        A length that the flags do not explain.
    """
    flags, speed, cadence = SIG.unpack(_RSC, payload, "a running speed measurement")
    offset = _RSC.size
    stride_length_m = distance_m = None
    if flags & _RSC_STRIDE:
        (centimetres,) = SIG.unpack(_U16, payload, "a stride length", offset)
        stride_length_m, offset = centimetres / 100, offset + _U16.size
    if flags & _RSC_DISTANCE:
        (decimetres,) = SIG.unpack(_U32, payload, "a distance", offset)
        distance_m, offset = decimetres / 10, offset + _U32.size
    SIG.exactly(payload, offset, "a running speed measurement")
    return RscMeasurement(speed / 256, cadence, bool(flags & _RSC_RUNNING), stride_length_m, distance_m)


def step_frequency_hz(measurement: RscMeasurement, counts: CadenceCounts) -> float:
    """Return steps per second, given what the maker counts.

    >>> step_frequency_hz(RscMeasurement(2.5, 90), CadenceCounts.STRIDES)
    3.0
    """
    return measurement.cadence_per_min * counts / 60


def decode_rsc_features(payload: bytes) -> RscFeatures:
    """Return what a foot pod can do; unknown bits are left out."""
    (bits,) = SIG.unpack(_U16, payload, "running speed features")
    return RscFeatures(bits & _KNOWN_RSC_FEATURES)


def encode_rsc_features(features: RscFeatures) -> bytes:
    """Return features as bytes."""
    return _U16.pack(features)


def decode_heart_rate(payload: bytes) -> HeartRate:
    """Return a heart rate measurement.

    Raises
    ------
    DeviceError
        A length that the flags do not explain.
    """
    SIG.need(payload, 1, "a heart rate measurement")
    flags, offset, energy_kj = payload[0], 1, None
    rate = _U16 if flags & _HR_WIDE else _U8
    (rate_per_min,) = SIG.unpack(rate, payload, "a heart rate measurement", offset)
    offset += rate.size
    if flags & _HR_ENERGY:
        (energy_kj,) = SIG.unpack(_U16, payload, "energy", offset)
        offset += _U16.size
    tail = payload[offset:]
    if len(tail) % 2 or (tail and not flags & _HR_RR):
        raise SIG.error(f"{len(tail)} bytes behind the heart rate that its flags do not explain")
    in_contact = bool(flags & _HR_CONTACT) if flags & _HR_CONTACT_KNOWN else None
    # Beat intervals come in 1/1024 s, not in milliseconds.
    return HeartRate(rate_per_min, in_contact, energy_kj, tuple(value / 1024 for (value,) in _U16.iter_unpack(tail)))


def decode_battery_pct(payload: bytes) -> int:
    """Return the charge of a battery in per cent.

    Raises
    ------
    DeviceError
        Not one byte, or above 100.
    """
    SIG.exactly(payload, 1, "a battery level")
    if payload[0] > 100:
        raise SIG.error(f"battery is {payload[0]} %, expected 0 to 100")
    return payload[0]


def encode_battery_pct(battery_pct: int) -> bytes:
    """Return a battery level as bytes."""
    payload = SIG.pack(_U8, "battery level", battery_pct)
    decode_battery_pct(payload)
    return payload


def decode_information(payload: bytes) -> str:
    """Return a text of the device information service, without the zeros that some devices append."""
    return SIG.text(payload.rstrip(b"\0"), "device information")


def decode_pnp_id(payload: bytes) -> PnpId:
    """Return who made a device."""
    SIG.exactly(payload, _PNP.size, "a PnP ID")
    return PnpId(*_PNP.unpack(payload))


def encode_pnp_id(pnp: PnpId) -> bytes:
    """Return who made a device as bytes."""
    return SIG.pack(_PNP, "PnP ID", pnp.source, pnp.vendor, pnp.product, pnp.version)


def decode_current_time(payload: bytes) -> CurrentTime:
    """Return the civil time of a device."""
    SIG.exactly(payload, _TIME.size, "a current time")
    year, month, day, hour, minute, second, day_of_week, fraction, reason = _TIME.unpack(payload)
    # Thousandths, cut and not rounded: 255/256 must not become the next second.
    text = f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}.{fraction * 1000 // 256:03d}"
    return CurrentTime(text, day_of_week, reason)


_U8: Final = struct.Struct("<B")
_U16: Final = struct.Struct("<H")
_U32: Final = struct.Struct("<I")
_U8_MAX: Final = 0xFF
_U16_MAX: Final = 0xFFFF
_U32_MAX: Final = 0xFFFF_FFFF
_RSC: Final = struct.Struct("<BHB")
_RSC_STRIDE: Final = 1 << 0
_RSC_DISTANCE: Final = 1 << 1
_RSC_RUNNING: Final = 1 << 2
_KNOWN_RSC_FEATURES: Final = 0x1F
_HR_WIDE: Final = 1 << 0
_HR_CONTACT: Final = 1 << 1
_HR_CONTACT_KNOWN: Final = 1 << 2
_HR_ENERGY: Final = 1 << 3
_HR_RR: Final = 1 << 4
_PNP: Final = struct.Struct("<BHHH")
_TIME: Final = struct.Struct("<H5BBBB")


def _saturated(steps: float, largest: int, name: str) -> int:
    if not math.isfinite(steps) or steps < 0:
        raise SIG.error(f"{name} has no place in a measurement: it is negative or unknown")
    return min(round(steps), largest)
