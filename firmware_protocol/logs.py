"""Logs read back: the payloads in a row of envelopes, and what was damaged (SPEC.md sections 9.4 and 9.5)."""

import zlib
from dataclasses import dataclass

from firmware_protocol.bulk import BulkChunk, BulkEnd, decode_envelope
from firmware_protocol.errors import PacketError

__all__ = ["LogContent", "LogTransfer", "read_log"]

_MARK = b"\xa5\x5a"


@dataclass(frozen=True, slots=True)
class LogContent:
    """What a log holds.

    Attributes
    ----------
    payloads : tuple of bytes
        Whole and sound ones, in order.
    n_skipped_bytes : int
        Bytes in no sound envelope; erased flash at the end is not counted.
    """

    payloads: tuple[bytes, ...]
    n_skipped_bytes: int


def read_log(data: bytes) -> LogContent:
    """Return the payloads of a log, skipping what is damaged.

    Examples
    --------
    >>> read_log(bytes.fromhex("a5 5a 09 00 31 32 33 34 35 36 37 38 39 13 3a b3 81 ff ff"))
    LogContent(payloads=(b'123456789',), n_skipped_bytes=0)
    """
    # Flash that was never written reads ff, and so may the last bytes of a CRC: the envelope is tried with them first.
    payloads, skipped, at = [], 0, 0
    while at < len(data):
        try:
            payload, n_bytes = decode_envelope(data[at:])
        except PacketError:
            following = data.find(_MARK, at + 1)
            stop = len(data) if following < 0 else following
            rest = data[at:stop]
            skipped += len(rest.rstrip(b"\xff")) if following < 0 else len(rest)
            at = stop
            continue
        payloads.append(payload)
        at += n_bytes
    return LogContent(tuple(payloads), skipped)


class LogTransfer:
    """Chunks of one LOG_READ put together again.

    Parameters
    ----------
    transfer_id, log_id : int
        From the response and the request.
    offset, length : int
        What the response promised.

    Examples
    --------
    >>> transfer = LogTransfer(transfer_id=1, log_id=7, offset=0, length=4)
    >>> transfer.add(BulkChunk(1, 7, 0, b"ab"))
    >>> transfer.missing
    (2, 2)
    """

    def __init__(self, transfer_id: int, log_id: int, offset: int, length: int) -> None:
        self._ids = (transfer_id, log_id)
        self._offset, self._length = offset, length
        self._data = bytearray()
        self._is_torn = False

    @property
    def data(self) -> bytes:
        """Bytes from the offset up to the first that is missing."""
        return bytes(self._data)

    @property
    def missing(self) -> tuple[int, int] | None:
        """Offset and length of a LOG_READ that brings the rest; None once all is there."""
        rest = self._length - len(self._data)
        return (self._offset + len(self._data), rest) if rest > 0 else None

    def add(self, chunk: BulkChunk) -> None:
        """Take a chunk; after a hole the rest is not kept, as section 9.4 has it asked for again.

        Raises
        ------
        PacketError
            If it belongs to another transfer, or brings more than was promised.
        """
        if (chunk.transfer_id, chunk.log_id) != self._ids:
            raise PacketError(f"chunk of transfer {chunk.transfer_id}, log {chunk.log_id}; awaited {self._ids}", "9.1")
        at = chunk.offset - self._offset
        if at < 0 or at + len(chunk.data) > self._length:
            raise PacketError(f"chunk at {chunk.offset} lies outside what was asked for", "9.4")
        if at > len(self._data):
            self._is_torn = True
            return
        # A copy brings nothing new; the radio stack of some hosts delivers twice.
        self._data += chunk.data[len(self._data) - at :]

    def finish(self, end: BulkEnd) -> None:
        """Check the end of the transfer; `missing` then says what to ask for again.

        Raises
        ------
        PacketError
            If all bytes came and their CRC is not the one that was sent.
        """
        if end.transfer_id != self._ids[0]:
            raise PacketError(f"end of transfer {end.transfer_id}, awaited {self._ids[0]}", "9.2")
        whole = not self._is_torn and end.total == len(self._data)
        if whole and end.crc32 != zlib.crc32(self._data):
            raise PacketError(f"the CRC-32 of the transfer is not 0x{end.crc32:08x}", "9.2")
