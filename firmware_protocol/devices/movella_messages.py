"""Message service of the Movella DOT: recordings in its memory, synchronisation of several sensors."""

import struct
from dataclasses import dataclass
from typing import Final

from firmware_protocol.devices.movella_dot import DOT, dot_uuid

MESSAGE_CONTROL_UUID: Final = dot_uuid(0x7001)
MESSAGE_ACK_UUID: Final = dot_uuid(0x7002)
MESSAGE_NOTIFY_UUID: Final = dot_uuid(0x7003)


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the message service: 1 recording, 2 synchronisation, 3 configuration."""

    message_id: int
    data: bytes


def encode_message(message: Message) -> bytes:
    """Return a message with its length and checksum.

    Raises
    ------
    DeviceError
        More than 157 bytes of data.
    """
    if len(message.data) > _MAX_MESSAGE_DATA:
        raise DOT.error(f"a message holds up to {_MAX_MESSAGE_DATA} bytes, got {len(message.data)}")
    body = DOT.pack(_MESSAGE_HEAD, "message", message.message_id, len(message.data)) + message.data
    # All bytes of a message, checksum included, add up to 0 modulo 256.
    return body + bytes([-sum(body) % 256])


def decode_message(payload: bytes) -> Message:
    """Return the message in bytes of the message service.

    Raises
    ------
    DeviceError
        A length or a checksum that is wrong. Two examples printed in the maker's document are.
    """
    message_id, length = DOT.unpack(_MESSAGE_HEAD, payload, "a message")
    DOT.exactly(payload, _MESSAGE_HEAD.size + length + 1, "a message")
    if sum(payload) % 256:
        raise DOT.error(f"the checksum is 0x{payload[-1]:02x}, expected 0x{-sum(payload[:-1]) % 256:02x}")
    return Message(message_id, bytes(payload[_MESSAGE_HEAD.size : -1]))


_MESSAGE_HEAD: Final = struct.Struct("<BB")
_MAX_MESSAGE_DATA: Final = 157
