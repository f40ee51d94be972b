"""One transfer on the bulk characteristic: samples again, or a piece of a log."""

import zlib
from collections.abc import Callable, Iterator

from firmware_protocol import BulkChunk, BulkEnd, StatusCode, encode_bulk_chunk, encode_bulk_end

__all__ = ["LogPieces", "Transfer"]

Pieces = Iterator[tuple[bytes, int]]
"""Payloads, each with what it adds to the total: samples, or bytes of a log."""


class Transfer:
    """Payloads handed out one by one, and then the end.

    Parameters
    ----------
    transfer_id : int
    count : int
        Total promised.
    pieces : iterator of bytes and int
        May end early: what was promised has been overwritten.
    crc : callable, optional
        CRC-32 of what was sent; 0 without.
    """

    def __init__(self, transfer_id: int, count: int, pieces: Pieces, crc: Callable[[], int] | None = None) -> None:
        self.transfer_id = transfer_id
        self._count, self._pieces, self._crc = count, pieces, crc
        self._total = 0
        self._stopped: int | None = None

    def stop(self, status: int) -> None:
        """Let the end come next."""
        self._stopped = status

    def next(self) -> tuple[bytes, bool]:
        """Return the next payload and whether it is the end."""
        piece = None if self._stopped is not None else next(self._pieces, None)
        if piece is not None:
            self._total += piece[1]
            return piece[0], False
        short = StatusCode.NOT_FOUND if self._total < self._count else StatusCode.OK
        status = short if self._stopped is None else self._stopped
        crc = self._crc() if self._crc else 0
        return encode_bulk_end(BulkEnd(self.transfer_id, int(status), self._total, crc)), True


class LogPieces:
    """Iterate over chunks of a log, keeping the CRC of what went out."""

    def __init__(self, ids: tuple[int, int], data: bytes, offset: int, size: int) -> None:
        self._ids, self._data, self._offset, self._size = ids, data, offset, size
        self._at = 0
        self._crc = 0

    def __iter__(self) -> "LogPieces":
        return self

    def __next__(self) -> tuple[bytes, int]:
        piece = self._data[self._at : self._at + self._size]
        if not piece:
            raise StopIteration
        transfer_id, log_id = self._ids
        payload = encode_bulk_chunk(BulkChunk(transfer_id, log_id, self._offset + self._at, piece))
        self._at += len(piece)
        self._crc = zlib.crc32(piece, self._crc)
        return payload, len(piece)

    def crc(self) -> int:
        """Return the CRC-32 of the bytes handed out."""
        return self._crc
