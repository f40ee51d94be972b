"""Data notifications: batches of samples with the time of their last."""

import struct
from dataclasses import dataclass
from typing import Final

from firmware_protocol.devices.fields import Counts, Vectors
from firmware_protocol.devices.polar.delta import decode_deltas
from firmware_protocol.devices.polar.gatt import MEASUREMENT_MASK, POLAR, Measurement, measurement_of

HEADER: Final = struct.Struct("<BQB")
COMPRESSED: Final = 0x80

EPOCH_UNIX_NS: Final = 946_684_800 * 10**9
"""2000-01-01T00:00:00Z, where the device's time begins, on the Unix clock."""


@dataclass(frozen=True, slots=True)
class PmdFrame:
    """One data notification.

    Attributes
    ----------
    measurement : int
        A `Measurement` where known.
    timestamp_ns : int
        Of the LAST sample in the frame, since 2000-01-01T00:00:00Z.
    compressed : bool
        Delta-coded content.
    frame_type : int
        Layout of the content; its meaning depends on the two fields above.
    content : bytes
    """

    measurement: int
    timestamp_ns: int
    compressed: bool
    frame_type: int
    content: bytes


def decode_frame(payload: bytes) -> PmdFrame:
    """Return the frame in a data notification; its content is read by `samples`.

    Raises
    ------
    DeviceError
        Shorter than a header.
    """
    measurement, timestamp_ns, kind = POLAR.unpack(HEADER, payload, "a data frame")
    return PmdFrame(
        measurement_of(measurement & MEASUREMENT_MASK),
        timestamp_ns,
        bool(kind & COMPRESSED),
        kind & ~COMPRESSED,
        bytes(payload[HEADER.size :]),
    )


def encode_frame(frame: PmdFrame) -> bytes:
    """Return a frame as bytes."""
    kind = frame.frame_type | (COMPRESSED if frame.compressed else 0)
    return POLAR.pack(HEADER, "data frame", frame.measurement, frame.timestamp_ns, kind) + frame.content


def counts(frame: PmdFrame) -> Counts:
    """Return the whole numbers in a frame, one tuple of all channels per sample.

    Raises
    ------
    DeviceError
        The layout is not known, or the content is cut off.
    """
    layout = _layout(frame)
    if frame.compressed:
        return decode_deltas(frame.content, layout.n_channels, layout.resolution_bits)
    value_bytes = layout.resolution_bits // 8
    row_bytes = layout.n_channels * value_bytes
    if not frame.content or len(frame.content) % row_bytes:
        raise POLAR.error(f"expected a multiple of {row_bytes} bytes of samples, got {len(frame.content)}")
    values = [
        int.from_bytes(frame.content[at : at + value_bytes], "little", signed=True)
        for at in range(0, len(frame.content), value_bytes)
    ]
    return tuple(tuple(values[at : at + layout.n_channels]) for at in range(0, len(values), layout.n_channels))


def samples(frame: PmdFrame, factor: float = 1.0) -> Vectors:
    """Return the x, y, z of a frame.

    Parameters
    ----------
    frame : PmdFrame
    factor : float
        From the response to the start of the measurement; 1 where it named none.

    Returns
    -------
    tuple of tuple of 3 float
        ACC in g, GYRO in degree/s, MAG in gauss. The maker's library cuts acceleration to whole milli-g; this does
        not.

    Raises
    ------
    DeviceError
        As `counts`; and where the unit of a layout is not certain.
    """
    layout = _layout(frame)
    if layout.unit is None:
        raise POLAR.error(f"the unit of {layout.name} is told differently by the maker's documents")
    rows: Vectors = counts(frame)
    if layout.is_float:
        rows = tuple(_FLOATS.unpack(_INTS.pack(*row)) for row in rows)
    scale = factor * layout.unit
    return tuple(tuple(value * scale for value in row[:3]) for row in rows)


def calibration_status(frame: PmdFrame) -> tuple[int, ...]:
    """Return how well a magnetometer is calibrated, per sample: 0 unknown, 1 poor, 2 ok, 3 good.

    Raises
    ------
    DeviceError
        As `counts`; and where the layout has no such channel.
    """
    if _layout(frame).n_channels != 4:
        raise POLAR.error(f"{_layout(frame).name} frames hold no calibration status")
    return tuple(row[3] for row in counts(frame))


@dataclass(frozen=True, slots=True)
class _Layout:
    """Content of a frame; `unit` turns a number times the factor into g, degree/s or gauss."""

    name: str
    n_channels: int
    resolution_bits: int
    unit: float | None
    is_float: bool = False


_FLOATS: Final = struct.Struct("<3f")
_INTS: Final = struct.Struct("<3i")

_LAYOUTS: Final[dict[tuple[int, bool, int], _Layout]] = {
    # By measurement, compression, frame type.
    (Measurement.ACC, False, 0): _Layout("8-bit ACC", 3, 8, None),
    (Measurement.ACC, False, 1): _Layout("16-bit ACC", 3, 16, 0.001),
    (Measurement.ACC, False, 2): _Layout("24-bit ACC", 3, 24, 0.001),
    (Measurement.ACC, True, 0): _Layout("compressed ACC", 3, 16, 1.0),
    (Measurement.ACC, True, 1): _Layout("compressed milli-g ACC", 3, 16, 0.001),
    (Measurement.GYRO, True, 0): _Layout("compressed GYRO", 3, 16, 1.0),
    # Differences between the bit patterns of floats, not between the floats.
    (Measurement.GYRO, True, 1): _Layout("compressed float GYRO", 3, 32, 1.0, is_float=True),
    (Measurement.MAG, True, 0): _Layout("compressed MAG", 3, 16, 1.0),
    (Measurement.MAG, True, 1): _Layout("compressed MAG with status", 4, 16, 0.001),
}


def _layout(frame: PmdFrame) -> _Layout:
    layout = _LAYOUTS.get((frame.measurement, frame.compressed, frame.frame_type))
    if layout is None:
        how = "compressed" if frame.compressed else "raw"
        raise POLAR.error(f"{how} frames of measurement {frame.measurement} and type {frame.frame_type} are not read")
    return layout
