"""WitMotion WT901BLE and kin: frames of acceleration, angular rate and angle, and their registers.

Facts after the maker's SDK and real captures. A frame carries no time and no counter, and over BLE no checksum. The
same two header bytes begin frames of another layout on the maker's vibration sensors (WTVB01): tell them by name.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from firmware_protocol.devices.fields import Fields

WITMOTION: Final = Fields("WitMotion")

# Not the base of the Bluetooth SIG, although it looks like it: ...9a34fb, not ...9b34fb.
SERVICE_UUID: Final = "0000ffe5-0000-1000-8000-00805f9a34fb"
NOTIFY_UUID: Final = "0000ffe4-0000-1000-8000-00805f9a34fb"
WRITE_UUID: Final = "0000ffe9-0000-1000-8000-00805f9a34fb"

ACC_RANGE_G: Final = 16.0
GYR_RANGE_DPS: Final = 2000.0
ANGLE_RANGE_DEG: Final = 180.0
"""Full scales of 32768 counts; none can be changed over BLE."""

UNLOCK: Final = bytes.fromhex("ffaa6988b5")
SAVE: Final = bytes.fromhex("ffaa000000")


class Register(IntEnum):
    """Numbers of registers."""

    SAVE = 0x00
    RATE = 0x03
    MAGNETIC_FIELD = 0x3A
    TEMPERATURE = 0x40
    QUATERNION = 0x51
    BATTERY = 0x64
    UNLOCK = 0x69


RATE_CODES: Final = {0.1: 1, 0.5: 2, 1.0: 3, 2.0: 4, 5.0: 5, 10.0: 6, 20.0: 7, 50.0: 8, 100.0: 9, 200.0: 0x0B}
"""Rate in Hz -> value of the rate register."""

RATE_200_HZ_CODES: Final = (0x0A, 0x0B)
"""The BLE document says 0x0A, the SDK 0x0B: write either, then measure what comes."""


@dataclass(frozen=True, slots=True)
class MotionFrame:
    """One sample, as counts.

    Attributes
    ----------
    acc, gyr, angle : tuple of 3 int
        Counts of `ACC_RANGE_G`, `GYR_RANGE_DPS`, `ANGLE_RANGE_DEG`, each over 32768.
    tail : bytes
        What newer firmware appends: 8 bytes of civil time, whose layout is not certain.
    """

    acc: tuple[int, int, int]
    gyr: tuple[int, int, int]
    angle: tuple[int, int, int]
    tail: bytes = b""

    @property
    def acc_g(self) -> tuple[float, float, float]:
        """Specific force in g."""
        return _scaled(self.acc, ACC_RANGE_G)

    @property
    def gyr_dps(self) -> tuple[float, float, float]:
        """Angular rate in degree/s."""
        return _scaled(self.gyr, GYR_RANGE_DPS)

    @property
    def angle_deg(self) -> tuple[float, float, float]:
        """Roll, pitch, yaw of the sensor's own filter."""
        return _scaled(self.angle, ANGLE_RANGE_DEG)


@dataclass(frozen=True, slots=True)
class RegisterReply:
    """Eight registers from `register` on."""

    register: int
    values: tuple[int, ...]


def decode_frame(frame: bytes) -> MotionFrame:
    """Return the sample in one frame of 20 bytes, or of 28 with time behind it.

    Raises
    ------
    DeviceError
        Another length or header.
    """
    if len(frame) not in (FRAME_BYTES, TIMED_BYTES):
        raise WITMOTION.error(f"expected a frame of {FRAME_BYTES} or {TIMED_BYTES} bytes, got {len(frame)}")
    header, *counts = _MOTION.unpack_from(frame)
    if header != MOTION_HEADER:
        raise WITMOTION.error(f"expected a frame that begins with 55 61, got {header.hex(' ')}")
    ax, ay, az, gx, gy, gz, roll, pitch, yaw = counts
    return MotionFrame((ax, ay, az), (gx, gy, gz), (roll, pitch, yaw), bytes(frame[FRAME_BYTES:]))


def decode_checked_frame(frame: bytes) -> MotionFrame:
    """Return the sample in one frame of a wired sensor: 20 bytes and the low byte of their sum.

    Raises
    ------
    DeviceError
        Another length or header, or a wrong checksum.
    """
    WITMOTION.exactly(frame, CHECKED_BYTES, "a frame with checksum")
    if sum(frame[:-1]) % 256 != frame[-1]:
        raise WITMOTION.error(f"the checksum is 0x{frame[-1]:02x}, expected 0x{sum(frame[:-1]) % 256:02x}")
    return decode_frame(frame[:-1])


def encode_frame(frame: MotionFrame) -> bytes:
    """Return a sample as bytes, without checksum."""
    counts = (*frame.acc, *frame.gyr, *frame.angle)
    return WITMOTION.pack(_MOTION, "frame", MOTION_HEADER, *counts) + frame.tail


def decode_reply(frame: bytes) -> RegisterReply:
    """Return the answer to a read.

    Raises
    ------
    DeviceError
        Another length or header.
    """
    WITMOTION.exactly(frame, FRAME_BYTES, "a register reply")
    header, register, *values = _REPLY.unpack(frame)
    if header != REPLY_HEADER:
        raise WITMOTION.error(f"expected a reply that begins with 55 71, got {header.hex(' ')}")
    return RegisterReply(register, tuple(values))


def encode_reply(reply: RegisterReply) -> bytes:
    """Return the answer to a read as bytes."""
    return WITMOTION.pack(_REPLY, "register reply", REPLY_HEADER, reply.register, *reply.values)


def write_command(register: int, value: int) -> bytes:
    """Return the command that writes a register; unlock before, save after."""
    return WITMOTION.pack(_WRITE, "command", COMMAND_HEADER, register, value)


def read_command(register: int) -> bytes:
    """Return the command that reads eight registers."""
    return WITMOTION.pack(_READ, "command", COMMAND_HEADER, _READ_REGISTER, register)


def decode_write(command: bytes) -> tuple[int, int]:
    """Return register and value of a write command.

    Raises
    ------
    DeviceError
        Not a command of 5 bytes.
    """
    WITMOTION.exactly(command, _WRITE.size, "a command")
    header, register, value = _WRITE.unpack(command)
    if header != COMMAND_HEADER:
        raise WITMOTION.error(f"expected a command that begins with ff aa, got {header.hex(' ')}")
    return register, value


MOTION_HEADER: Final = b"\x55\x61"
REPLY_HEADER: Final = b"\x55\x71"
COMMAND_HEADER: Final = b"\xff\xaa"
FRAME_BYTES: Final = 20
CHECKED_BYTES: Final = 21
TIMED_BYTES: Final = 28


class FrameSplitter:
    """Cut a stream of notifications into frames.

    A notification holds any number of frames, and a frame may go on in the next. How long frames are is told by where
    the next one begins, so the first waits for the second.

    Attributes
    ----------
    n_skipped : int
        Bytes that belonged to no frame.
    """

    def __init__(self) -> None:
        self.n_skipped = 0
        self._buffer = b""
        self._size = 0

    def feed(self, notification: bytes) -> list[MotionFrame | RegisterReply]:
        """Take a notification and return the frames that it completes."""
        self._buffer += notification
        found: list[MotionFrame | RegisterReply] = []
        while self._to_header():
            size = self._frame_size()
            if size == 0:
                # What looked like a header was none: the search goes on behind its first byte.
                self.n_skipped += 1
                self._buffer = self._buffer[1:]
                continue
            if size is None or len(self._buffer) < size:
                break
            piece, self._buffer = self._buffer[:size], self._buffer[size:]
            found.append(_decoded(piece))
        return found

    def _to_header(self) -> bool:
        """Skip what is no beginning of a frame; False where there are too few bytes to tell."""
        starts = [at for header in (MOTION_HEADER, REPLY_HEADER) if (at := self._buffer.find(header)) >= 0]
        # A last 0x55 may be the first half of a header.
        keep = len(self._buffer) - 1 if self._buffer.endswith(MOTION_HEADER[:1]) else len(self._buffer)
        first = min(starts, default=keep)
        if first:
            self.n_skipped += first
            self._buffer = self._buffer[first:]
            # Something was lost or came from elsewhere: the length of frames is asked anew.
            self._size = 0
        return bool(starts)

    def _frame_size(self) -> int | None:
        """Return the length of the frame at the beginning; None where not known yet, 0 where none begins."""
        if self._buffer.startswith(REPLY_HEADER):
            return FRAME_BYTES
        if self._size:
            return self._size
        for size in (FRAME_BYTES, CHECKED_BYTES, TIMED_BYTES):
            if self._buffer[size : size + 2] in (MOTION_HEADER, REPLY_HEADER):
                self._size = size
                return size
        return None if len(self._buffer) < TIMED_BYTES + 2 else 0


_MOTION: Final = struct.Struct("<2s9h")
_REPLY: Final = struct.Struct("<2sH8h")
_WRITE: Final = struct.Struct("<2sBH")
_READ: Final = struct.Struct("<2sBH")
_READ_REGISTER: Final = 0x27


def _decoded(piece: bytes) -> MotionFrame | RegisterReply:
    if piece.startswith(REPLY_HEADER):
        return decode_reply(piece)
    # Over BLE no checksum is known; a 21st byte is left alone rather than trusted.
    return decode_frame(piece[:FRAME_BYTES] if len(piece) == CHECKED_BYTES else piece)


def _scaled(counts: tuple[int, int, int], full_scale: float) -> tuple[float, float, float]:
    x, y, z = (count * full_scale / 32768 for count in counts)
    return x, y, z
