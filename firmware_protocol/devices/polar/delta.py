"""Delta coding: a reference sample, then blocks of differences in as few bits as they need.

The reference is one little-endian integer per channel. A block is its bit width, its number of samples, and the
differences, channel by channel, sample by sample, least significant bit first, from the next byte boundary on.
"""

from collections.abc import Sequence
from typing import Final

from firmware_protocol.devices.fields import Counts
from firmware_protocol.devices.polar.gatt import POLAR

MAX_WIDTH_BITS: Final = 32
MAX_BLOCK_SAMPLES: Final = 255


def decode_deltas(content: bytes, n_channels: int, resolution_bits: int) -> Counts:
    """Return the samples in delta-coded content.

    Parameters
    ----------
    content : bytes
        What stands behind the header of a frame.
    n_channels, resolution_bits : int
        Of the reference sample.

    Returns
    -------
    tuple of tuple of int
        The reference, then one sample per difference; sums wrap at 32 bits.

    Raises
    ------
    DeviceError
        The content is cut off, or a width is above 32 bits.
    """
    value_bytes = -(-resolution_bits // 8)
    offset = n_channels * value_bytes
    POLAR.need(content, offset, "a reference sample")
    row = tuple(
        int.from_bytes(content[at : at + value_bytes], "little", signed=True) for at in range(0, offset, value_bytes)
    )
    rows = [row]
    while offset < len(content):
        POLAR.need(content, offset + 2, "a delta block's head")
        width, n_samples = content[offset], content[offset + 1]
        if width > MAX_WIDTH_BITS:
            raise POLAR.error(f"expected deltas of at most {MAX_WIDTH_BITS} bits, got {width}")
        start, offset = offset + 2, offset + 2 + -(-width * n_samples * n_channels // 8)
        # Strictly: the maker's own library fills a cut block with zeros, which would be invented samples.
        POLAR.need(content, offset, f"delta-coded content ({n_samples} samples of {width} bits declared)")
        deltas = _unpack_bits(content[start:offset], width, n_samples * n_channels)
        for first in range(0, len(deltas), n_channels):
            row = tuple(_wrapped(row[i] + deltas[first + i]) for i in range(n_channels))
            rows.append(row)
    return tuple(rows)


def encode_deltas(rows: Sequence[Sequence[int]], resolution_bits: int, block_samples: int = 10) -> bytes:
    """Return samples delta-coded, each block as narrow as its differences allow.

    Parameters
    ----------
    rows : sequence of sequences of int
        At least one sample; all of the same number of channels.
    resolution_bits : int
        Of the reference sample.
    block_samples : int
        Samples in a block, 1 to 255.

    Raises
    ------
    DeviceError
        No sample, rows of different length, or a value that does not fit.
    """
    if not rows or any(len(row) != len(rows[0]) for row in rows):
        raise POLAR.error("expected at least one sample, and all with the same number of channels")
    if not 1 <= block_samples <= MAX_BLOCK_SAMPLES:
        raise POLAR.error(f"expected 1 to {MAX_BLOCK_SAMPLES} samples in a block, got {block_samples}")
    parts = [_reference(rows[0], -(-resolution_bits // 8))]
    for first in range(1, len(rows), block_samples):
        last = min(first + block_samples, len(rows))
        deltas = [
            _wrapped(now - before)
            for at in range(first, last)
            for before, now in zip(rows[at - 1], rows[at], strict=True)
        ]
        width = max(1, *(_width(delta) for delta in deltas))
        parts.append(bytes([width, last - first]) + _pack_bits(deltas, width))
    return b"".join(parts)


def _reference(row: Sequence[int], value_bytes: int) -> bytes:
    try:
        return b"".join(value.to_bytes(value_bytes, "little", signed=True) for value in row)
    except OverflowError as error:
        raise POLAR.error(f"a value of the reference sample does not fit {value_bytes} bytes") from error


def _unpack_bits(block: bytes, width: int, n_values: int) -> list[int]:
    """Return two's complement numbers of `width` bits, least significant bit first."""
    if width == 0:
        return [0] * n_values
    bits = int.from_bytes(block, "little")
    mask, sign = (1 << width) - 1, 1 << (width - 1)
    # Toggling the sign bit and taking it off again extends the sign.
    return [(((bits >> (width * at)) & mask) ^ sign) - sign for at in range(n_values)]


def _pack_bits(values: Sequence[int], width: int) -> bytes:
    mask = (1 << width) - 1
    bits = sum((value & mask) << (width * at) for at, value in enumerate(values))
    return bits.to_bytes(-(-width * len(values) // 8), "little")


def _width(value: int) -> int:
    """Return how many bits a number takes in two's complement."""
    return (value if value >= 0 else ~value).bit_length() + 1


def _wrapped(value: int) -> int:
    """Return a number wrapped into 32 bits, as the sensor's own arithmetic does."""
    return (value + 2**31) % 2**32 - 2**31
