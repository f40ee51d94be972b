"""Data frames: batches of raw samples with index, device time and measured period (SPEC.md section 4)."""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Final

from firmware_protocol import gatt, wire
from firmware_protocol.errors import PacketError

HEADER: Final = struct.Struct("<BBHIQIBBH")
MAX_SAMPLES: Final = 255


class FrameKind(IntEnum):
    """What the samples of a frame are; the low nibble of its first byte (section 4.2)."""

    IMU6 = 1
    IMU9 = 2
    ACC = 3
    HIGH_G_ACC = 4
    QUATERNION = 5
    EVENT = 6


CHANNELS: Final[dict[FrameKind, int]] = {
    FrameKind.IMU6: 6,
    FrameKind.IMU9: 9,
    FrameKind.ACC: 3,
    FrameKind.HIGH_G_ACC: 3,
    FrameKind.QUATERNION: 4,
    FrameKind.EVENT: 4,
}
"""Number of int16 values in one sample of each kind."""

QUATERNION_SCALE: Final = 2.0**-14
"""One count of a quaternion component, so that 1 is exactly 16384 counts."""


class FrameFlags(IntFlag):
    """What the sensor says about a frame as a whole (section 4.5)."""

    ACC_CLIP_X = 1 << 0
    ACC_CLIP_Y = 1 << 1
    ACC_CLIP_Z = 1 << 2
    GYR_CLIP_X = 1 << 3
    GYR_CLIP_Y = 1 << 4
    GYR_CLIP_Z = 1 << 5
    TIME_GAP_BEFORE = 1 << 6
    OVERRUN_BEFORE = 1 << 7
    RETX = 1 << 8
    LAST_FRAME = 1 << 9
    CALIBRATED = 1 << 10
    LOW_BATTERY = 1 << 11
    CLOCK_SYNCED = 1 << 12
    MAG_CLIP = 1 << 13


# Bits 14 and 15 are reserved: refused when we send, ignored when we receive.
KNOWN_FLAGS: Final = 0x3FFF


class Location(IntEnum):
    """Where on the body a sensor is worn (section 4.6)."""

    UNKNOWN = 0
    LEFT_FOOT = 1
    RIGHT_FOOT = 2
    LEFT_SHANK = 3
    RIGHT_SHANK = 4
    LEFT_THIGH = 5
    RIGHT_THIGH = 6
    PELVIS = 7
    STERNUM = 8
    LEFT_WRIST = 9
    RIGHT_WRIST = 10


@dataclass(frozen=True, slots=True)
class Frame:
    """One batch of consecutive samples, as counts.

    Attributes
    ----------
    kind : FrameKind
        What the samples are.
    config_id : int
        Number of the config record whose scales hold for these counts.
    session_id : int
        Changes with every start and reboot; indices compare only within one session.
    first_sample_index : int
        Modulo 2^32, counted per kind from the start of the session.
    t0_us : int
        Device time of the first sample, microseconds since boot, never stepped.
    period_ns : int
        Measured sample period; sample i was taken at ``t0_us + i * period_ns / 1000``. 0 for events.
    location_id : int
        A `Location`, or a number that this version does not know.
    flags : FrameFlags
        What the sensor says about the frame.
    sample_bytes : bytes
        Counts as on the wire, little-endian int16, sample by sample: ``numpy.frombuffer(b, "<i2")``.
    """

    kind: FrameKind
    config_id: int
    session_id: int
    first_sample_index: int
    t0_us: int
    period_ns: int
    location_id: int
    flags: FrameFlags
    sample_bytes: bytes

    @property
    def n_channels(self) -> int:
        """Number of counts in one sample."""
        return CHANNELS[self.kind]

    @property
    def n_samples(self) -> int:
        """Number of whole samples in the frame."""
        return len(self.sample_bytes) // _ROW_BYTES[self.kind]

    @property
    def samples(self) -> tuple[tuple[int, ...], ...]:
        """Counts, one tuple per sample; `sample_bytes` is the cheap way to many of them."""
        return tuple(struct.iter_unpack(f"<{self.n_channels}h", self.sample_bytes))


def pack_samples(rows: Iterable[Sequence[int]]) -> bytes:
    """Return rows of int16 counts as the bytes of a frame.

    Raises
    ------
    PacketError
        If a count does not fit 16 bits.

    Examples
    --------
    >>> pack_samples([(1, 2, -1)]).hex(" ")
    '01 00 02 00 ff ff'
    """
    return b"".join(wire.pack(struct.Struct(f"<{len(row)}h"), "4.2", *row) for row in rows)


def max_samples(kind: FrameKind, att_mtu: int) -> int:
    """Return how many samples of a kind fit one notification at an ATT MTU (section 2.4).

    >>> max_samples(FrameKind.IMU6, 247)
    18
    """
    if kind is FrameKind.EVENT:
        # One instant has one time stamp: events are never batched (section 4.7).
        return 1
    room = gatt.notification_bytes(att_mtu) - HEADER.size
    # Below an MTU of 27 not even the header fits, and floor division would make that -1 sample.
    return max(0, min(room // _ROW_BYTES[kind], MAX_SAMPLES))


def encode_frame(frame: Frame) -> bytes:
    """Return the payload of a frame.

    Raises
    ------
    PacketError
        If a field breaks a rule of sections 1.2 or 4.
    """
    row_bytes = _ROW_BYTES[frame.kind]
    # n_samples rounds down: a torn last row would be sent without being counted.
    if len(frame.sample_bytes) % row_bytes:
        raise PacketError(
            f"{len(frame.sample_bytes)} sample bytes are no multiple of {row_bytes} ({frame.kind.name})", "4.2"
        )
    if frame.flags & ~KNOWN_FLAGS:
        raise PacketError(f"flags 0x{frame.flags:04x} hold reserved bits, which are sent as 0", "4.5")
    _check_fields(frame.kind, frame.n_samples, frame.t0_us, frame.period_ns)
    header = wire.pack(
        HEADER,
        "4.1",
        wire.first_byte(frame.kind),
        frame.config_id,
        frame.session_id,
        frame.first_sample_index,
        frame.t0_us,
        frame.period_ns,
        frame.n_samples,
        frame.location_id,
        int(frame.flags),
    )
    return header + frame.sample_bytes


def decode_frame(payload: bytes) -> Frame:
    """Return the frame in a payload of the live or bulk characteristic.

    Raises
    ------
    PacketError
        If the payload breaks a rule of sections 1.2, 1.3 or 4.
    """
    if len(payload) < HEADER.size:
        raise PacketError(f"expected at least {HEADER.size} bytes of frame header, got {len(payload)}", "4.1")
    first, config_id, session_id, index, t0_us, period_ns, n_samples, location_id, flags = HEADER.unpack_from(payload)
    # One look-up checks version and type; which of them is wrong matters for the message only.
    kind = _KIND_BY_FIRST_BYTE.get(first)
    if kind is None:
        raise wire.first_byte_error(first, "of a data frame (0x11 to 0x16)")
    expected = HEADER.size + n_samples * _ROW_BYTES[kind]
    # Exactly, not at least: frames never grow with versions (1.4), so a surplus is damage.
    if len(payload) != expected:
        raise PacketError(
            f"expected {expected} bytes for {n_samples} samples of {kind.name}, got {len(payload)}", "4.2"
        )
    _check_fields(kind, n_samples, t0_us, period_ns)
    return Frame(
        kind,
        config_id,
        session_id,
        index,
        t0_us,
        period_ns,
        location_id,
        FrameFlags(flags & KNOWN_FLAGS),
        # A copy: radio stacks may hand out a bytearray, and frames are kept and compared.
        bytes(payload[HEADER.size :]),
    )


_ROW_BYTES: Final = {kind: 2 * n_channels for kind, n_channels in CHANNELS.items()}
_KIND_BY_FIRST_BYTE: Final = {wire.first_byte(kind): kind for kind in FrameKind}


def _check_fields(kind: FrameKind, n_samples: int, t0_us: int, period_ns: int) -> None:
    wire.check_time(t0_us, "t0_us")
    if kind is FrameKind.EVENT:
        # One instant has no period; 0 says so, as no measured period is 0.
        if n_samples != 1 or period_ns != 0:
            raise PacketError(f"an event frame holds 1 sample and period 0, got {n_samples} and {period_ns} ns", "4.7")
        return
    if not 1 <= n_samples <= MAX_SAMPLES:
        raise PacketError(f"expected 1 to {MAX_SAMPLES} samples in a frame, got {n_samples}", "4.2")
    # All samples of the frame would have one time, and time could not rise.
    if period_ns == 0:
        raise PacketError("the sample period is 0 ns; send the measured period, or the nominal one at first", "4.4")
