"""Packing and unpacking that ends in a `DeviceError`, whatever the bytes or values are."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from firmware_protocol.devices.errors import DeviceError

Vectors = tuple[tuple[float, ...], ...]
"""One tuple of numbers per sample."""

Counts = tuple[tuple[int, ...], ...]
"""One tuple of whole numbers per sample."""

TRIPLE: Final = struct.Struct("<3f")


@dataclass(frozen=True, slots=True)
class Fields:
    """Pack and unpack for one maker, whose name every error carries."""

    maker: str

    def error(self, message: str) -> DeviceError:
        """Return an error of this maker's format."""
        return DeviceError(message, self.maker)

    def need(self, data: bytes, least: int, what: str) -> None:
        """Raise DeviceError if there are fewer than `least` bytes."""
        if len(data) < least:
            raise self.error(f"expected at least {least} bytes of {what}, got {len(data)}")

    def exactly(self, data: bytes, size: int, what: str) -> None:
        """Raise DeviceError if there are not `size` bytes."""
        if len(data) != size:
            raise self.error(f"expected {size} bytes of {what}, got {len(data)}")

    def unpack(self, layout: struct.Struct, data: bytes, what: str, offset: int = 0) -> tuple[Any, ...]:
        """Return the fields that stand at an offset; bytes behind them are left alone."""
        self.need(data, offset + layout.size, what)
        return layout.unpack_from(data, offset)

    def pack(self, layout: struct.Struct, what: str, *values: Any) -> bytes:
        """Return packed values; one that does not fit its field is a DeviceError."""
        try:
            return layout.pack(*values)
        # struct.error for integers out of range, OverflowError for what is beyond any float32.
        except (struct.error, OverflowError) as error:
            raise self.error(f"a value of the {what} does not fit its field: {error}") from error

    def triples(self, data: bytes, what: str) -> Vectors:
        """Return float32 triples that fill the data."""
        if len(data) % TRIPLE.size:
            raise self.error(f"expected a multiple of {TRIPLE.size} bytes of {what}, got {len(data)}")
        return tuple(TRIPLE.iter_unpack(data))

    def pack_triples(self, rows: Sequence[Sequence[float]], what: str) -> bytes:
        """Return float32 triples as bytes."""
        return b"".join(self.pack(TRIPLE, what, *row) for row in rows)

    def text(self, data: bytes, what: str) -> str:
        """Return UTF-8 text."""
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise self.error(f"the {what} is no UTF-8 text: {error.reason}") from error
