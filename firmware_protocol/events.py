"""Events: what happened to a sensor at one instant, carried by event frames (SPEC.md section 4.7)."""

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from firmware_protocol import wire
from firmware_protocol.errors import PacketError
from firmware_protocol.frames import Frame, FrameKind

# The row counts as four int16 like any other (`CHANNELS`), but is read as u16, u16 and one i32.
LAYOUT: Final = struct.Struct("<HHi")


class EventCode(IntEnum):
    """What happened; codes from 0x8000 on belong to the maker."""

    MARK = 1
    BUTTON = 2
    TAP = 3
    FREE_FALL = 4
    SYNC_PULSE = 5
    SENSOR_FAULT = 6


@dataclass(frozen=True, slots=True)
class Event:
    """The one sample of an event frame.

    Attributes
    ----------
    code : int
        An `EventCode` where known.
    mark_id : int
        The host's number of a mark; 0 for events that the sensor found itself.
    value : int
        Meaning depends on the code (section 4.7).
    """

    code: int
    mark_id: int
    value: int


def encode_event(event: Event) -> bytes:
    """Return the sample bytes of an event frame.

    Raises
    ------
    PacketError
        If a field does not fit.
    """
    return wire.pack(LAYOUT, "4.7", event.code, event.mark_id, event.value)


def event_of(frame: Frame) -> Event:
    """Return the event in an event frame.

    Raises
    ------
    PacketError
        If the frame is of another kind, or its sample is not 8 bytes.
    """
    if frame.kind is not FrameKind.EVENT or len(frame.sample_bytes) != LAYOUT.size:
        raise PacketError(
            f"expected an EVENT frame with {LAYOUT.size} sample bytes, got {frame.kind.name} with "
            f"{len(frame.sample_bytes)}",
            "4.7",
        )
    code, mark_id, value = LAYOUT.unpack(frame.sample_bytes)
    # Makers have codes of their own and later versions add some: those stay numbers.
    return Event(EventCode(code) if code in _KNOWN_CODES else code, mark_id, value)


_KNOWN_CODES: Final = frozenset(EventCode)
