"""What all payloads share: first byte, whole-record packing, and the limits of their numbers."""

import math
import struct
from enum import IntEnum
from typing import Any, Final

from firmware_protocol.errors import PacketError

PROFILE_MAJOR: Final = 1
PROFILE_MINOR: Final = 0

MAX_TIME_US: Final = 2**53 - 1
"""Largest time on the wire, 285 years: exact in a double and in JSON (section 1.2)."""


class PayloadType(IntEnum):
    """Low nibble of the first byte of everything that is not a data frame (section 1.3)."""

    FEATURE = 8
    CONFIG = 9
    STATUS = 10
    CALIBRATION = 11
    BULK_CHUNK = 12
    BULK_END = 13


def first_byte(payload_type: int) -> int:
    """Return the first byte of a payload: profile major version above, type below."""
    return PROFILE_MAJOR << 4 | payload_type


def pack(layout: struct.Struct, section: str, *values: Any) -> bytes:
    """Return packed values.

    Raises
    ------
    PacketError
        If a value does not fit its field; it cites `section`.
    """
    try:
        return layout.pack(*values)
    # struct.error for integers out of range, OverflowError for what is beyond any float32.
    except (struct.error, OverflowError) as error:
        raise PacketError(f"a value does not fit its field: {error}", section) from error


def unpack_record(payload: bytes, layout: struct.Struct, payload_type: PayloadType, section: str) -> tuple[Any, ...]:
    """Return the fields of a record behind its first byte.

    Bytes behind the layout are left alone: a later minor version may append fields (section 1.4).

    Raises
    ------
    PacketError
        If the payload is too short (cites `section`), of another major version or another type (1.3).
    """
    if len(payload) < layout.size:
        raise PacketError(
            f"expected at least {layout.size} bytes for a {payload_type.name} record, got {len(payload)}", section
        )
    if payload[0] != first_byte(payload_type):
        raise first_byte_error(payload[0], f"0x{first_byte(payload_type):02x} ({payload_type.name})")
    return layout.unpack_from(payload)[1:]


def first_byte_error(found: int, expected: str) -> PacketError:
    """Return the error for a first byte that names another version or type (section 1.3)."""
    # Version first: in another major version the types may mean anything.
    if found >> 4 != PROFILE_MAJOR:
        return PacketError(f"expected profile version {PROFILE_MAJOR}, got version {found >> 4}", "1.3")
    return PacketError(f"expected first byte {expected}, got 0x{found:02x}", "1.3")


def check_time(time_us: int, name: str) -> None:
    """Raise PacketError if a time is outside 0 .. 2^53 - 1 microseconds (section 1.2)."""
    if not 0 <= time_us <= MAX_TIME_US:
        raise PacketError(f"{name} is {time_us} us, expected 0 to 2^53 - 1", "1.2")


def to_steps(number: float, steps_per_unit: int, section: str) -> int:
    """Return a number as whole steps of its field.

    Raises
    ------
    PacketError
        If the number is not finite; it cites `section`.
    """
    # round() would raise errors of its own on NaN and infinity.
    if not math.isfinite(number):
        raise PacketError(f"{number} has no place in a field; None means unknown", section)
    return round(number * steps_per_unit)
