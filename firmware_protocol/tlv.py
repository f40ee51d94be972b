"""Type-length-value items: the arguments of control point messages (SPEC.md sections 8.2 and 8.3)."""

import math
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from firmware_protocol import wire
from firmware_protocol.errors import PacketError


class Tlv(IntEnum):
    """Types of items; what each means is in the table of section 8.3."""

    KIND = 0x01
    RATE_HZ = 0x02
    ACC_RANGE_M_S2 = 0x03
    GYR_RANGE_RAD_S = 0x04
    MAG_RANGE_T = 0x05
    HIGH_G_RANGE_M_S2 = 0x06
    ACC_CUTOFF_HZ = 0x07
    GYR_CUTOFF_HZ = 0x08
    LOCATION = 0x09
    CONFIG_ID = 0x0A
    SESSION_ID = 0x0B
    FIRST_INDEX = 0x0C
    COUNT = 0x0D
    ATT_MTU = 0x0E
    NAME = 0x0F
    HOST_TX_US = 0x10
    DEVICE_RX_US = 0x11
    DEVICE_TX_US = 0x12
    UTC_US = 0x13
    DEVICE_US = 0x14
    LOG_ID = 0x15
    NEXT_LOG_ID = 0x16
    OFFSET = 0x17
    LENGTH = 0x18
    TRANSFER_ID = 0x19
    MARK_ID = 0x1A
    EVENT_VALUE = 0x1B
    DURATION_US = 0x1C
    TESTS_RUN = 0x1D
    TESTS_FAILED = 0x1E
    N_SAMPLES = 0x1F
    BAD_TYPE = 0x20
    DETAIL = 0x21
    TOKEN = 0x22


_TEXT: Final = "utf8"
_OPAQUE: Final = "bytes"
_U8, _U16, _U32, _U64 = (struct.Struct(f"<{code}") for code in "BHIQ")
_I32, _F32 = struct.Struct("<i"), struct.Struct("<f")

FORMATS: Final[dict[int, struct.Struct | str]] = {
    Tlv.KIND: _U8,
    Tlv.RATE_HZ: _F32,
    Tlv.ACC_RANGE_M_S2: _F32,
    Tlv.GYR_RANGE_RAD_S: _F32,
    Tlv.MAG_RANGE_T: _F32,
    Tlv.HIGH_G_RANGE_M_S2: _F32,
    Tlv.ACC_CUTOFF_HZ: _F32,
    Tlv.GYR_CUTOFF_HZ: _F32,
    Tlv.LOCATION: _U8,
    Tlv.CONFIG_ID: _U8,
    Tlv.SESSION_ID: _U16,
    Tlv.FIRST_INDEX: _U32,
    Tlv.COUNT: _U32,
    Tlv.ATT_MTU: _U16,
    Tlv.NAME: _TEXT,
    Tlv.HOST_TX_US: _U64,
    Tlv.DEVICE_RX_US: _U64,
    Tlv.DEVICE_TX_US: _U64,
    Tlv.UTC_US: _U64,
    Tlv.DEVICE_US: _U64,
    Tlv.LOG_ID: _U16,
    Tlv.NEXT_LOG_ID: _U16,
    Tlv.OFFSET: _U32,
    Tlv.LENGTH: _U32,
    Tlv.TRANSFER_ID: _U8,
    Tlv.MARK_ID: _U16,
    Tlv.EVENT_VALUE: _I32,
    Tlv.DURATION_US: _U32,
    Tlv.TESTS_RUN: _U32,
    Tlv.TESTS_FAILED: _U32,
    Tlv.N_SAMPLES: _U8,
    Tlv.BAD_TYPE: _U8,
    Tlv.DETAIL: _TEXT,
    Tlv.TOKEN: _OPAQUE,
}
"""How the value of each known type is written; an unknown type keeps its bytes."""

# The length is one byte.
MAX_VALUE_BYTES: Final = 255


@dataclass(frozen=True, slots=True)
class TlvItem:
    """One argument.

    Attributes
    ----------
    type : int
        A `Tlv` where known.
    value : int, float, str or bytes
        What section 8.3 says for the type; bytes for an unknown type.
    """

    type: int
    value: int | float | str | bytes


def encode_tlvs(items: Iterable[TlvItem]) -> bytes:
    """Return items as bytes, in their order.

    Raises
    ------
    PacketError
        If a value has the wrong type, does not fit, or breaks a rule of section 8.
    """
    return b"".join(_encode_item(item) for item in items)


def decode_tlvs(data: bytes) -> tuple[TlvItem, ...]:
    """Return the items in the tail of a control point message; unknown types stay in, as bytes.

    Raises
    ------
    PacketError
        If an item is cut off, or the value of a known type breaks a rule of section 8.
    """
    items = []
    at = 0
    while at < len(data):
        if len(data) - at < 2:
            raise PacketError("one stray byte where an item's type and length should be", "8.2")
        type_, length = data[at], data[at + 1]
        value = data[at + 2 : at + 2 + length]
        # A slice beyond the end is short without a word: this is where a cut-off item shows.
        if len(value) < length:
            raise PacketError(f"item 0x{type_:02x} says {length} bytes, {len(value)} are left", "8.2")
        items.append(_decode_item(type_, value))
        at += 2 + length
    return tuple(items)


def find_int(items: Iterable[TlvItem], type_: Tlv) -> int | None:
    """Return the value of the first item of an integer type, None if there is none."""
    return next((item.value for item in items if item.type == type_ and isinstance(item.value, int)), None)


def find_float(items: Iterable[TlvItem], type_: Tlv) -> float | None:
    """Return the value of the first item of a float type, None if there is none."""
    return next((item.value for item in items if item.type == type_ and isinstance(item.value, float)), None)


def find_text(items: Iterable[TlvItem], type_: Tlv) -> str | None:
    """Return the value of the first item of a text type, None if there is none."""
    return next((item.value for item in items if item.type == type_ and isinstance(item.value, str)), None)


def _encode_item(item: TlvItem) -> bytes:
    value = _value_bytes(item)
    if len(value) > MAX_VALUE_BYTES:
        raise PacketError(f"item 0x{item.type:02x} holds {len(value)} bytes, at most {MAX_VALUE_BYTES} fit", "8.2")
    if not 0 <= item.type <= 0xFF:
        raise PacketError(f"item type {item.type} does not fit a byte", "8.2")
    # What the receiver would refuse is refused here.
    _decode_item(item.type, value)
    return bytes((item.type, len(value))) + value


def _value_bytes(item: TlvItem) -> bytes:
    layout = FORMATS.get(item.type, _OPAQUE)
    if isinstance(layout, struct.Struct):
        # struct itself refuses what is no number, or a fraction for an integer field.
        return wire.pack(layout, "8.3", item.value)
    if layout == _TEXT and isinstance(item.value, str):
        try:
            return item.value.encode()
        # A lone surrogate is text to Python, but has no UTF-8.
        except UnicodeEncodeError as error:
            raise PacketError(f"item 0x{item.type:02x} holds text that UTF-8 cannot write: {error}", "8.3") from error
    if layout == _OPAQUE and isinstance(item.value, bytes):
        return item.value
    raise PacketError(f"item 0x{item.type:02x} wants {layout}, got {type(item.value).__name__}", "8.3")


def _decode_item(type_: int, value: bytes) -> TlvItem:
    layout = FORMATS.get(type_)
    # From a later minor version, or the maker's own: carried along unread (section 1.4).
    if layout is None:
        return TlvItem(type_, value)
    known = Tlv(type_)
    if isinstance(layout, struct.Struct):
        return TlvItem(known, _decode_number(known, layout, value))
    if layout == _OPAQUE:
        return TlvItem(known, value)
    try:
        return TlvItem(known, value.decode())
    except UnicodeDecodeError as error:
        raise PacketError(f"item {known.name} is not UTF-8: {error}", "8.3") from error


def _decode_number(known: Tlv, layout: struct.Struct, value: bytes) -> int | float:
    if len(value) != layout.size:
        raise PacketError(f"item {known.name} holds {layout.size} bytes, got {len(value)}", "8.3")
    number: int | float = layout.unpack(value)[0]
    # Integers need no such check; float32 brings NaN and infinity over the wire.
    if layout is _F32 and not math.isfinite(number):
        raise PacketError(f"item {known.name} is {number}, expected a finite number", "8.3")
    # Every 64-bit item is a time, so the limit of section 1.2 holds for it.
    if layout is _U64:
        wire.check_time(int(number), known.name)
    return number
