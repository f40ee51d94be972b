"""Bulk data that is no frame: chunks of a log, the end of a transfer, stored payloads (SPEC.md section 9)."""

import struct
import zlib
from dataclasses import dataclass
from typing import Final

from firmware_protocol import wire
from firmware_protocol.control import StatusCode
from firmware_protocol.errors import PacketError
from firmware_protocol.wire import PayloadType

CHUNK_HEADER: Final = struct.Struct("<BBHI")
END: Final = struct.Struct("<BBBBII")
ENVELOPE_HEADER: Final = struct.Struct("<HH")
# Little-endian, so the bytes of the envelope begin with a5 5a.
ENVELOPE_MARK: Final = 0x5AA5


@dataclass(frozen=True, slots=True)
class BulkChunk:
    """A piece of a log.

    Attributes
    ----------
    transfer_id : int
        From the response to LOG_READ.
    log_id : int
        Which log.
    offset : int
        Position of the first byte in the log.
    data : bytes
        At least one byte.
    """

    transfer_id: int
    log_id: int
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class BulkEnd:
    """The last message of a transfer.

    Attributes
    ----------
    transfer_id : int
        Which transfer.
    status : int
        A `StatusCode` where known.
    total : int
        Bytes sent of a log, samples sent of a retransmission.
    crc32 : int
        Over the bytes sent of a log; 0 after a retransmission.
    """

    transfer_id: int
    status: int
    total: int
    crc32: int


def encode_bulk_chunk(chunk: BulkChunk) -> bytes:
    """Return the payload of a chunk.

    Raises
    ------
    PacketError
        If a field does not fit or the chunk is empty.
    """
    _check_chunk_size(len(chunk.data))
    header = wire.pack(
        CHUNK_HEADER,
        "9.1",
        wire.first_byte(PayloadType.BULK_CHUNK),
        chunk.transfer_id,
        chunk.log_id,
        chunk.offset,
    )
    return header + chunk.data


def decode_bulk_chunk(payload: bytes) -> BulkChunk:
    """Return the chunk in a payload of the bulk characteristic.

    Raises
    ------
    PacketError
        If it is too short, of another version or type, or empty.
    """
    transfer_id, log_id, offset = wire.unpack_record(payload, CHUNK_HEADER, PayloadType.BULK_CHUNK, "9.1")
    # There is no length field: every byte behind the header is data, so nothing can ever be appended to this record.
    data = payload[CHUNK_HEADER.size :]
    _check_chunk_size(len(data))
    # Radio stacks may hand out a bytearray; a slice of one would be mutable inside a frozen record.
    return BulkChunk(transfer_id, log_id, offset, bytes(data))


def encode_bulk_end(end: BulkEnd) -> bytes:
    """Return the payload of the end of a transfer.

    Raises
    ------
    PacketError
        If a field does not fit.
    """
    return wire.pack(
        END, "9.2", wire.first_byte(PayloadType.BULK_END), end.transfer_id, end.status, 0, end.total, end.crc32
    )


def decode_bulk_end(payload: bytes) -> BulkEnd:
    """Return the end of a transfer in a payload of the bulk characteristic.

    Raises
    ------
    PacketError
        If it is too short, of another version or type.
    """
    transfer_id, status, _, total, crc32 = wire.unpack_record(payload, END, PayloadType.BULK_END, "9.2")
    # A status of a later minor version stays a number: it is a failure to report, not a malformed message.
    return BulkEnd(transfer_id, StatusCode(status) if status in _KNOWN_STATUSES else status, total, crc32)


def encode_envelope(payload: bytes) -> bytes:
    """Return a payload wrapped for a log, a file or a byte stream.

    Raises
    ------
    PacketError
        If the payload is empty or longer than 65535 bytes.
    """
    if not payload:
        raise PacketError("an envelope holds at least one byte", "9.5")
    header = wire.pack(ENVELOPE_HEADER, "9.5", ENVELOPE_MARK, len(payload))
    return header + payload + _envelope_crc(header, payload)


def decode_envelope(data: bytes) -> tuple[bytes, int]:
    """Return the payload of the envelope that `data` begins with, and the envelope's length.

    Raises
    ------
    PacketError
        If no whole and sound envelope stands there.
    """
    if len(data) < ENVELOPE_HEADER.size:
        raise PacketError(f"expected at least {ENVELOPE_HEADER.size} bytes of envelope, got {len(data)}", "9.5")
    mark, length = ENVELOPE_HEADER.unpack_from(data)
    stop = ENVELOPE_HEADER.size + length
    # Mark before completeness: a reader that seeks the next mark must not wait for bytes that chance promises.
    if mark != ENVELOPE_MARK or not length:
        raise PacketError(f"expected a5 5a and a length above 0, got {data[:4].hex(' ')}", "9.5")
    if len(data) < stop + _CRC_BYTES:
        raise PacketError(f"the envelope takes {stop + _CRC_BYTES} bytes, {len(data)} are there", "9.5")
    payload = data[ENVELOPE_HEADER.size : stop]
    if data[stop : stop + _CRC_BYTES] != _envelope_crc(data[: ENVELOPE_HEADER.size], payload):
        raise PacketError("the CRC-32 of the envelope is wrong; look for the next a5 5a", "9.5")
    return bytes(payload), stop + _CRC_BYTES


_CRC_BYTES: Final = 4
_KNOWN_STATUSES: Final = frozenset(StatusCode)


def _check_chunk_size(n_bytes: int) -> None:
    if n_bytes == 0:
        raise PacketError("a chunk holds at least one byte of the log", "9.1")


def _envelope_crc(header: bytes, payload: bytes) -> bytes:
    # Over mark and length too, or a flipped length could cut a payload that still fits its CRC.
    return zlib.crc32(payload, zlib.crc32(header)).to_bytes(_CRC_BYTES, "little")
