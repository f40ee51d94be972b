"""Features, and the settings a measurement is started with (type-count-value lists)."""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from firmware_protocol.devices.polar.gatt import POLAR, Measurement

FEATURE_TAG: Final = 0x0F


class SettingType(IntEnum):
    """Number in front of a setting's values."""

    SAMPLE_RATE = 0
    RESOLUTION = 1
    RANGE = 2
    RANGE_MILLIUNIT = 3
    CHANNELS = 4
    FACTOR = 5
    SECURITY = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Settings of one measurement: all on offer in a reply to a query, one of each in a start request.

    Attributes
    ----------
    sample_rate_hz : tuple of int
        Nominal; the true rate is up to one per cent off.
    resolution_bits : tuple of int
    range_unit : tuple of int
        Full scale in the unit of the measurement: g, degree/s, gauss.
    range_milliunit : tuple of int
        Full scale in thousandths of that unit.
    channels : tuple of int
    factor : tuple of float
        Comes in the reply to a start: every sample is to be multiplied by it.
    security : tuple of bytes
    """

    sample_rate_hz: tuple[int, ...] = ()
    resolution_bits: tuple[int, ...] = ()
    range_unit: tuple[int, ...] = ()
    range_milliunit: tuple[int, ...] = ()
    channels: tuple[int, ...] = ()
    factor: tuple[float, ...] = ()
    security: tuple[bytes, ...] = ()


def decode_features(payload: bytes) -> frozenset[Measurement]:
    """Return what a device can measure, from a read of the control point.

    Raises
    ------
    DeviceError
        Too short, or not a feature record.
    """
    tag, mask = POLAR.unpack(_FEATURES, payload, "feature record")
    if tag != FEATURE_TAG:
        raise POLAR.error(f"expected a feature record (first byte 0x0f), got 0x{tag:02x}")
    return frozenset(measurement for measurement in Measurement if mask >> measurement & 1)


def encode_features(features: Iterable[Measurement]) -> bytes:
    """Return the feature record that a read of the control point answers."""
    mask = sum(1 << measurement for measurement in frozenset(features))
    return _FEATURES.pack(FEATURE_TAG, mask).ljust(_FEATURE_BYTES, b"\0")


def decode_settings(parameters: bytes) -> Settings:
    """Return the settings in a list, in whatever order they stand.

    Raises
    ------
    DeviceError
        The list is cut off, or holds an unknown type: entries say how many values follow, but not how long each is,
        so an unknown one cannot be skipped.
    """
    found: dict[str, tuple[int | float | bytes, ...]] = {}
    # The H10 answers a start with one reserved byte in place of a list.
    offset = 0 if len(parameters) > 1 else len(parameters)
    while offset < len(parameters):
        number, count = POLAR.unpack(_HEAD, parameters, "a setting", offset)
        if number not in _VALUES:
            raise POLAR.error(f"setting type {number} is unknown, so what follows it cannot be read")
        name, value = _VALUES[SettingType(number)]
        start, offset = offset + _HEAD.size, offset + _HEAD.size + count * value.size
        POLAR.need(parameters, offset, f"setting {name}")
        found[name] = tuple(one for (one,) in value.iter_unpack(parameters[start:offset]))
    return Settings(**found)  # type: ignore[arg-type]  # which layout belongs to which field is said by `_VALUES`


def encode_settings(settings: Settings) -> bytes:
    """Return settings as a list, in order of their types.

    Raises
    ------
    DeviceError
        A value does not fit, or more than 255 of one kind.
    """
    entries = [
        POLAR.pack(_HEAD, name, number, len(values)) + b"".join(POLAR.pack(value, name, one) for one in values)
        for number, (name, value) in _VALUES.items()
        if (values := getattr(settings, name))
    ]
    return b"".join(entries)


_FEATURES: Final = struct.Struct("<BH")
_FEATURE_BYTES: Final = 17
_HEAD: Final = struct.Struct("<BB")

_VALUES: Final = {
    SettingType.SAMPLE_RATE: ("sample_rate_hz", struct.Struct("<H")),
    SettingType.RESOLUTION: ("resolution_bits", struct.Struct("<H")),
    SettingType.RANGE: ("range_unit", struct.Struct("<H")),
    SettingType.RANGE_MILLIUNIT: ("range_milliunit", struct.Struct("<i")),
    SettingType.CHANNELS: ("channels", struct.Struct("<B")),
    SettingType.FACTOR: ("factor", struct.Struct("<f")),
    SettingType.SECURITY: ("security", struct.Struct("<16s")),
}
"""Field and value layout of each type, in the order in which they are written."""
