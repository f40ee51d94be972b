"""Movesense sensors: the GATT SensorData Protocol (GSP) and the payloads of its resources.

Facts after the maker's sample firmware and captures of a real sensor; all integers are little-endian but for one
status that the sample firmware sends the other way round. Only the three commands on which public sources agree are
known here: what numbers 3 to 9 mean depends on the firmware.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from firmware_protocol.devices.fields import TRIPLE, Fields, Vectors
from firmware_protocol.gatt import sig_uuid

MOVESENSE: Final = Fields("Movesense GSP")

SERVICE_UUID: Final = "34802252-7185-4d5d-b431-630e7050e8f0"
COMMAND_UUID: Final = "34800001-7185-4d5d-b431-630e7050e8f0"
DATA_UUID: Final = "34800002-7185-4d5d-b431-630e7050e8f0"
ADVERTISED_UUID: Final = sig_uuid(0xFDF3)

RATES_HZ: Final = (13, 26, 52, 104, 208, 416, 833, 1666)
"""Nominal rates of the motion sensors."""


class Command(IntEnum):
    """First byte of what a host writes."""

    HELLO = 0
    SUBSCRIBE = 1
    UNSUBSCRIBE = 2


class NotificationKind(IntEnum):
    """First byte of a notification."""

    COMMAND_RESULT = 1
    DATA = 2
    DATA_PART2 = 3


@dataclass(frozen=True, slots=True)
class CommandWrite:
    """What a host writes.

    Attributes
    ----------
    command : Command
    ref : int
        1 to 255; the answer and all data repeat it.
    path : str
        Resource of a subscription, such as ``/Meas/IMU6/104``.
    """

    command: Command
    ref: int
    path: str = ""


@dataclass(frozen=True, slots=True)
class Notification:
    """What a sensor sends; `content` begins behind the reference."""

    kind: NotificationKind
    ref: int
    content: bytes


@dataclass(frozen=True, slots=True)
class CommandResult:
    """How a command went: an HTTP-like status, or a text."""

    status: int | None
    text: str = ""


@dataclass(frozen=True, slots=True)
class MotionData:
    """One batch of motion samples.

    Attributes
    ----------
    timestamp_ms : int
        Of the FIRST sample, milliseconds since the sensor started; wraps after 49.7 days.
    acc_m_s2, gyr_dps, mag_ut : tuple of tuple of 3 float
        m/s2, degree/s, microtesla; empty where the resource has no such sensor.
    """

    timestamp_ms: int
    acc_m_s2: Vectors = ()
    gyr_dps: Vectors = ()
    mag_ut: Vectors = ()

    @property
    def n_samples(self) -> int:
        """Number of samples of each sensor."""
        return max(len(self.acc_m_s2), len(self.gyr_dps), len(self.mag_ut))


@dataclass(frozen=True, slots=True)
class EcgData:
    """One batch of ECG samples."""

    timestamp_ms: int
    ecg_mv: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class HeartRateData:
    """Average heart rate and the beat intervals since the last notification."""

    average_per_min: float
    rr_ms: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TemperatureData:
    """Temperature of the sensor."""

    timestamp_ms: int
    temperature_k: float


ResourceData = MotionData | EcgData | HeartRateData | TemperatureData


def encode_command(command: CommandWrite) -> bytes:
    """Return a command as bytes.

    Raises
    ------
    DeviceError
        A reference outside 1 to 255, or a path that is not ASCII.
    """
    if not 1 <= command.ref <= 255:
        raise MOVESENSE.error(f"expected a reference of 1 to 255, got {command.ref}")
    if not command.path.isascii():
        raise MOVESENSE.error(f"the path {command.path!r} is not ASCII")
    return bytes([command.command, command.ref]) + command.path.encode("ascii")


def decode_command(payload: bytes) -> CommandWrite:
    """Return the command in bytes that a host wrote.

    Raises
    ------
    DeviceError
        Too short, a reference of 0, no text, or a number on whose meaning firmwares differ.
    """
    MOVESENSE.need(payload, 2, "a command")
    if payload[0] not in _COMMANDS:
        raise MOVESENSE.error(f"what command {payload[0]} means depends on the firmware; known are 0, 1 and 2")
    if payload[1] == 0:
        raise MOVESENSE.error("expected a reference of 1 to 255, got 0")
    path = MOVESENSE.text(payload[2:], "path")
    if not path.isascii():
        raise MOVESENSE.error(f"the path {path!r} is not ASCII")
    return CommandWrite(Command(payload[0]), payload[1], path)


def decode_notification(payload: bytes) -> Notification:
    """Return a notification, its content as bytes.

    Raises
    ------
    DeviceError
        Too short, or of an unknown kind.
    """
    MOVESENSE.need(payload, 2, "a notification")
    if payload[0] not in _KINDS:
        raise MOVESENSE.error(f"expected a notification of kind 1, 2 or 3, got {payload[0]}")
    return Notification(NotificationKind(payload[0]), payload[1], bytes(payload[2:]))


def encode_notification(notification: Notification) -> bytes:
    """Return a notification as bytes."""
    return bytes([notification.kind, notification.ref]) + notification.content


def decode_result(content: bytes) -> CommandResult:
    """Return what the content of a command result says.

    Two bytes are a status. The maker's sample firmware sends it big-endian, later ones little-endian: whichever
    reading is a status at all is taken.

    Raises
    ------
    DeviceError
        Two bytes that are no status either way, or no text.
    """
    if len(content) != 2:
        return CommandResult(None, MOVESENSE.text(content, "reply"))
    for order in _STATUS_ORDERS:
        (status,) = order.unpack(content)
        if 100 <= status <= 599:
            return CommandResult(status)
    # A two-letter text cannot be told from a broken status, and no firmware is known to send one.
    raise MOVESENSE.error(f"expected a status of 100 to 599, got bytes {content.hex()}")


def decode_data(path: str, content: bytes) -> ResourceData:
    """Return the data of a resource.

    Parameters
    ----------
    path : str
        As subscribed to; tells the layout, which the bytes do not.
    content : bytes
        Of a DATA notification, all parts joined.

    Raises
    ------
    DeviceError
        The resource is not known, or the length does not fit it.
    """
    parts = path.lower().strip("/").split("/")
    name = parts[1] if len(parts) > 1 and parts[0] == "meas" else ""
    if name in _SENSORS:
        return _motion(content, _SENSORS[name], path)
    if name == "ecg":
        return _ecg(content, in_millivolt=parts[-1] == "mv")
    if name == "hr":
        return _heart_rate(content)
    if name == "temp":
        # The other order than everywhere else: a real capture says so.
        temperature_k, timestamp_ms = MOVESENSE.unpack(_TEMPERATURE, content, "a temperature")
        return TemperatureData(timestamp_ms, temperature_k)
    raise MOVESENSE.error(f"the layout of resource {path!r} is not known")


def encode_motion(data: MotionData) -> bytes:
    """Return a batch as the content of a DATA notification.

    Raises
    ------
    DeviceError
        Sensors with different numbers of samples, or a value that does not fit.
    """
    arrays = [rows for rows in (data.acc_m_s2, data.gyr_dps, data.mag_ut) if rows]
    if not arrays or len({len(rows) for rows in arrays}) != 1:
        raise MOVESENSE.error("expected at least one sample, and as many of each sensor")
    head = MOVESENSE.pack(_TIMESTAMP, "timestamp", data.timestamp_ms)
    return head + b"".join(MOVESENSE.pack_triples(rows, "sample") for rows in arrays)


class DataJoiner:
    """Put the parts of long data together.

    Nothing in the bytes says whether a second part follows, so data are handed out when the next data of the same
    reference begin: one batch late.
    """

    def __init__(self) -> None:
        self._pending: dict[int, bytes] = {}

    def feed(self, notification: Notification) -> bytes | None:
        """Take a notification and return the whole content that it shows to be complete, if any.

        Raises
        ------
        DeviceError
            A continuation of data whose beginning was lost.
        """
        ref = notification.ref
        if notification.kind is NotificationKind.DATA:
            complete = self._pending.get(ref)
            self._pending[ref] = notification.content
            return complete
        if notification.kind is NotificationKind.DATA_PART2:
            if ref not in self._pending:
                raise MOVESENSE.error(f"a second part of data {ref} came without the first")
            self._pending[ref] += notification.content
            # No resource has longer data; a stream of continuations must not fill the memory.
            if len(self._pending[ref]) > _LONGEST:
                del self._pending[ref]
                raise MOVESENSE.error(f"data {ref} are longer than {_LONGEST} bytes")
        return None

    def finish(self, ref: int) -> bytes | None:
        """Return what is still held back of a reference: nothing more will come."""
        return self._pending.pop(ref, None)


_COMMANDS: Final = frozenset(Command)
_KINDS: Final = frozenset(NotificationKind)
_STATUS_ORDERS: Final = (struct.Struct("<H"), struct.Struct(">H"))
_TIMESTAMP: Final = struct.Struct("<I")
_TEMPERATURE: Final = struct.Struct("<fI")
_ECG_STEP_MV: Final = 0.381e-3
_LONGEST: Final = 4096

_SENSORS: Final = {
    "acc": ("acc_m_s2",),
    "gyro": ("gyr_dps",),
    "magn": ("mag_ut",),
    "imu6": ("acc_m_s2", "gyr_dps"),
    "imu9": ("acc_m_s2", "gyr_dps", "mag_ut"),
}
"""Arrays of each resource, in the order in which they stand."""


def _motion(content: bytes, names: Sequence[str], path: str) -> MotionData:
    (timestamp_ms,) = MOVESENSE.unpack(_TIMESTAMP, content, f"{path} data")
    body = content[_TIMESTAMP.size :]
    row_bytes = TRIPLE.size * len(names)
    if not body or len(body) % row_bytes:
        raise MOVESENSE.error(f"expected a multiple of {row_bytes} bytes of {path} samples, got {len(body)}")
    # Whole arrays one behind the other, not sample by sample.
    size = len(body) // len(names)
    arrays = {name: MOVESENSE.triples(body[at * size : (at + 1) * size], path) for at, name in enumerate(names)}
    return MotionData(timestamp_ms, **arrays)


def _ecg(content: bytes, *, in_millivolt: bool) -> EcgData:
    (timestamp_ms,) = MOVESENSE.unpack(_TIMESTAMP, content, "ECG data")
    body = content[_TIMESTAMP.size :]
    layout, step_mv = (struct.Struct("<h"), 0.001) if in_millivolt else (struct.Struct("<i"), _ECG_STEP_MV)
    if not body or len(body) % layout.size:
        raise MOVESENSE.error(f"expected a multiple of {layout.size} bytes of ECG samples, got {len(body)}")
    return EcgData(timestamp_ms, tuple(value * step_mv for (value,) in layout.iter_unpack(body)))


def _heart_rate(content: bytes) -> HeartRateData:
    # No time stamp and no count in front of the intervals: a real capture says so.
    MOVESENSE.need(content, 4, "a heart rate")
    if len(content) % 2:
        raise MOVESENSE.error(f"expected beat intervals of 2 bytes each, got {len(content) - 4} bytes")
    average, *rr_ms = struct.unpack(f"<f{(len(content) - 4) // 2}H", content)
    return HeartRateData(average, tuple(rr_ms))
