"""Walk the records of an MCAP file that may have been cut or damaged anywhere.

Every record of the container is ``opcode u8, length u64, content``. A reader for whole files takes a short read
for a short record; this one hands out a record only if all of it is there, and says how the walk ended.
"""

import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import BinaryIO

__all__ = [
    "MAGIC",
    "Channel",
    "Ending",
    "Message",
    "Opcode",
    "RecordWalk",
    "parse_channel",
    "parse_header",
    "parse_message",
    "parse_metadata",
]

MAGIC = b"\x89MCAP0\r\n"

_RECORD_HEAD = struct.Struct("<BQ")
_MESSAGE_HEAD = struct.Struct("<HIQQ")
_CHANNEL_HEAD = struct.Struct("<HH")
_LENGTH = struct.Struct("<I")


class Opcode(IntEnum):
    """Kinds of records that the walk tells apart; the highest the container defines is `DATA_END`."""

    HEADER = 0x01
    CHANNEL = 0x04
    MESSAGE = 0x05
    CHUNK = 0x06
    METADATA = 0x0C
    DATA_END = 0x0F


class Ending(Enum):
    """How a walk ended."""

    CLOSED = "the file is whole"
    CUT = "the file ends in the middle"
    DAMAGED = "bytes in the file have changed"


@dataclass(frozen=True, slots=True)
class Channel:
    """A named sequence of messages."""

    id: int
    topic: str
    metadata: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Message:
    """One message: its channel, its time and its bytes."""

    channel_id: int
    log_time_ns: int
    data: bytes


class RecordWalk:
    """Hand out whole records from the start of the data section to its end, a cut or the first broken record.

    Parameters
    ----------
    file : binary file
        Positioned behind the magic bytes.
    size_bytes : int
        Where to stop, as a file may still grow while it is read.

    Attributes
    ----------
    ending : Ending
        Valid once the walk is over.
    offset : int
        First byte that was not handed out.
    size_bytes : int
        As given.
    """

    def __init__(self, file: BinaryIO, size_bytes: int) -> None:
        self.ending = Ending.CUT
        self.offset = len(MAGIC)
        self._file = file
        self.size_bytes = size_bytes
        # The checksum in the file begins with its very first byte.
        self._crc = zlib.crc32(MAGIC)

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        while (record := self._next()) is not None:
            opcode, content = record
            if opcode == Opcode.DATA_END:
                self.ending = self._closing(content)
                return
            yield record
        if self.ending is Ending.CUT and self._ends_with_magic():
            # A closed file that runs out of records has lost its framing: it was damaged, not cut.
            self.ending = Ending.DAMAGED

    def _next(self) -> tuple[int, bytes] | None:
        # Not past the size once seen: a file that is being recorded grows, and two walks must agree.
        head = self._file.read(min(_RECORD_HEAD.size, self.size_bytes - self.offset))
        if len(head) < _RECORD_HEAD.size:
            return None
        opcode, length = _RECORD_HEAD.unpack(head)
        # A damaged length leads into the middle of some payload; an impossible opcode mostly shows it at once.
        if not Opcode.HEADER <= opcode <= Opcode.DATA_END:
            self.ending = Ending.DAMAGED
            return None
        # Before reading: a damaged length may ask for exabytes.
        if length > self.size_bytes - self.offset - _RECORD_HEAD.size:
            return None
        content = self._file.read(length)
        if len(content) < length:
            return None
        # The record that holds the checksum is not covered by it.
        if opcode != Opcode.DATA_END:
            self._crc = zlib.crc32(content, zlib.crc32(head, self._crc))
            self.offset += _RECORD_HEAD.size + length
        return opcode, content

    def _closing(self, content: bytes) -> Ending:
        expected = int.from_bytes(content[:4], "little")
        # Zero stands for "no checksum was written".
        if len(content) < 4 or expected not in {0, self._crc}:
            return Ending.DAMAGED
        # The data are whole, but what the writer puts behind them was cut: nothing of ours is missing.
        return Ending.CLOSED if self._ends_with_magic() else Ending.CUT

    def _ends_with_magic(self) -> bool:
        # Never before the records: in a nearly empty file the opening magic would pass for the closing one.
        self._file.seek(max(self.offset, self.size_bytes - len(MAGIC)))
        return self._file.read(len(MAGIC)) == MAGIC


def parse_header(content: bytes) -> str:
    """Return the profile that a header record names.

    Raises
    ------
    ValueError
        The bytes are no such record; so do the other ``parse_`` functions.
    """
    return _text(content, 0)[0]


def parse_metadata(content: bytes) -> tuple[str, Mapping[str, str]]:
    """Return name and entries of a metadata record."""
    name, at = _text(content, 0)
    return name, _entries(content, at)


def parse_channel(content: bytes) -> Channel:
    """Return the channel of a channel record."""
    channel_id = int(_unpacked(_CHANNEL_HEAD, content, 0)[0])
    topic, at = _text(content, _CHANNEL_HEAD.size)
    _, at = _text(content, at)
    return Channel(channel_id, topic, _entries(content, at))


def parse_message(content: bytes) -> Message:
    """Return the message of a message record."""
    channel_id, _, log_time_ns, _ = _unpacked(_MESSAGE_HEAD, content, 0)
    return Message(channel_id, log_time_ns, content[_MESSAGE_HEAD.size :])


def _unpacked(layout: struct.Struct, content: bytes, at: int) -> tuple[int, ...]:
    try:
        return layout.unpack_from(content, at)
    except struct.error as error:
        raise ValueError(f"record too short: {error}") from error


def _text(content: bytes, at: int) -> tuple[str, int]:
    start = at + _LENGTH.size
    stop = start + _unpacked(_LENGTH, content, at)[0]
    if stop > len(content):
        raise ValueError(f"text ends at byte {stop} of a record of {len(content)} bytes")
    return content[start:stop].decode(), stop


def _entries(content: bytes, at: int) -> Mapping[str, str]:
    stop = at + _LENGTH.size + _unpacked(_LENGTH, content, at)[0]
    at += _LENGTH.size
    entries = {}
    while at < stop:
        key, at = _text(content, at)
        entries[key], at = _text(content, at)
    return entries
