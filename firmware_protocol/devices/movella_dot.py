"""Movella (Xsens) DOT: measurement payloads and device control.

Facts after the maker's public BLE specification (revision C of 2023); all integers are little-endian, and so are
addresses, which people write the other way round. The message service has a module of its own.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Final

from firmware_protocol.devices.fields import Fields

DOT: Final = Fields("Movella DOT")


def dot_uuid(slot: int) -> str:
    """Return the 128-bit UUID of a slot of the maker's base."""
    return f"1517{slot:04x}-4947-11e9-8646-d663bd873d93"


CONFIG_SERVICE_UUID: Final = dot_uuid(0x1000)
INFO_UUID: Final = dot_uuid(0x1001)
DEVICE_CONTROL_UUID: Final = dot_uuid(0x1002)
MEASUREMENT_SERVICE_UUID: Final = dot_uuid(0x2000)
MEASUREMENT_CONTROL_UUID: Final = dot_uuid(0x2001)
LONG_UUID: Final = dot_uuid(0x2002)
MEDIUM_UUID: Final = dot_uuid(0x2003)
SHORT_UUID: Final = dot_uuid(0x2004)
BATTERY_UUID: Final = dot_uuid(0x3001)

COMPANY_ID: Final = 2182
LIVE_RATES_HZ: Final = (1, 4, 10, 12, 15, 20, 30, 60)
"""What can be streamed; 120 Hz is for recordings in the sensor's memory only."""


class Filter(IntEnum):
    """Filter profile of the sensor's own orientation filter."""

    GENERAL = 0
    DYNAMIC = 1


class PayloadMode(IntEnum):
    """What a measurement sends."""

    HIGH_FIDELITY_WITH_MAG = 1
    EXTENDED_QUATERNION = 2
    COMPLETE_QUATERNION = 3
    ORIENTATION_EULER = 4
    ORIENTATION_QUATERNION = 5
    FREE_ACCELERATION = 6
    EXTENDED_EULER = 7
    COMPLETE_EULER = 16
    HIGH_FIDELITY = 17
    DELTA_WITH_MAG = 18
    DELTA = 19
    RATE_WITH_MAG = 20
    RATE = 21
    CUSTOM_1 = 22
    CUSTOM_2 = 23
    CUSTOM_3 = 24
    CUSTOM_4 = 25
    CUSTOM_5 = 26


class StatusBits(IntFlag):
    """What the status of an extended mode says."""

    CLIP_ACC_X = 0x001
    CLIP_ACC_Y = 0x002
    CLIP_ACC_Z = 0x004
    CLIP_GYR_X = 0x008
    CLIP_GYR_Y = 0x010
    CLIP_GYR_Z = 0x020
    CLIP_MAG_X = 0x040
    CLIP_MAG_Y = 0x080
    CLIP_MAG_Z = 0x100
    MAG_IS_NEW = 0x200


Triple = tuple[float, float, float]
Quaternion = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One measurement; None where the payload mode does not carry a quantity.

    Attributes
    ----------
    timestamp_us : int
        Sensor clock, modulo 2^32: wraps after 71.6 minutes.
    quaternion_wxyz, delta_q_wxyz : tuple of 4 float
        Orientation; its change since the sample before.
    euler_deg, gyr_dps : tuple of 3 float
    acc_m_s2, free_acc_m_s2 : tuple of 3 float
        Specific force; acceleration without gravity, in earth axes.
    delta_v_m_s : tuple of 3 float
        Specific force, integrated since the sample before.
    mag_counts : tuple of 3 int
        Fixed point, arbitrary unit.
    status : StatusBits
    clip_count_acc, clip_count_gyr : int
        Inner samples that clipped on any axis.
    """

    timestamp_us: int
    quaternion_wxyz: Quaternion | None = None
    euler_deg: Triple | None = None
    free_acc_m_s2: Triple | None = None
    delta_q_wxyz: Quaternion | None = None
    delta_v_m_s: Triple | None = None
    acc_m_s2: Triple | None = None
    gyr_dps: Triple | None = None
    mag_counts: tuple[int, int, int] | None = None
    status: StatusBits | None = None
    clip_count_acc: int | None = None
    clip_count_gyr: int | None = None


@dataclass(frozen=True, slots=True)
class MeasurementControl:
    """Start or stop of a measurement."""

    start: bool
    mode: int


@dataclass(frozen=True, slots=True)
class OutputSettings:
    """What a measurement runs with; changes are refused while one is running."""

    rate_hz: int
    filter_profile: int


@dataclass(frozen=True, slots=True)
class Info:
    """What a sensor is.

    Attributes
    ----------
    address : str
        As people write it.
    firmware : str
        Major, minor, revision.
    built : str
        Build time, ISO 8601.
    serial : int
    product : str
        ``XS-T01`` is version 1, ``XS-T02`` version 2.
    """

    address: str
    firmware: str
    built: str
    serial: int
    product: str


def payload_uuid(mode: int) -> str:
    """Return the characteristic that sends a payload mode; the mode's size decides.

    Raises
    ------
    DeviceError
        The mode is unknown or can be read by the maker's software only.
    """
    size = _size(_quantities(mode))
    if size > _MEDIUM_BYTES:
        return LONG_UUID
    return MEDIUM_UUID if size > _SHORT_BYTES else SHORT_UUID


def decode_sample(mode: int, payload: bytes) -> Sample:
    """Return the measurement in a notification.

    Parameters
    ----------
    mode : int
        The `PayloadMode` that was started; the bytes do not tell it.
    payload : bytes
        May be filled with zeros up to the length of its characteristic.

    Raises
    ------
    DeviceError
        Too short, a tail that is not zero, or a mode that cannot be read.
    """
    quantities = _quantities(mode)
    size = _size(quantities)
    (timestamp_us,) = DOT.unpack(_TIMESTAMP, payload, "a measurement")
    DOT.need(payload, size, f"a measurement in mode {mode}")
    # Another mode's payload would pass for this one; its tail gives it away.
    if any(payload[size:]):
        raise DOT.error(f"expected zeros behind {size} bytes of mode {mode}; was another mode started?")
    found: dict[str, object] = {}
    offset = _TIMESTAMP.size
    for name in quantities:
        values = _QUANTITIES[name].unpack_from(payload, offset)
        found[name] = values if len(values) > 1 else values[0]
        if name == "status":
            found[name] = StatusBits(values[0])
        offset += _QUANTITIES[name].size
    return Sample(timestamp_us=timestamp_us, **found)  # type: ignore[arg-type]  # `_QUANTITIES` says what each holds


def encode_sample(mode: int, sample: Sample) -> bytes:
    """Return a measurement as bytes.

    Raises
    ------
    DeviceError
        A quantity of the mode is missing or does not fit, or the mode cannot be written.
    """
    payload = DOT.pack(_TIMESTAMP, "timestamp", sample.timestamp_us)
    for name in _quantities(mode):
        value = getattr(sample, name)
        if value is None:
            raise DOT.error(f"mode {mode} carries {name}, which the sample does not have")
        payload += DOT.pack(_QUANTITIES[name], name, *(value if isinstance(value, tuple) else (value,)))
    return payload


def encode_measurement_control(control: MeasurementControl) -> bytes:
    """Return the start or stop of a measurement as bytes."""
    return DOT.pack(_CONTROL, "measurement control", _MEASUREMENT, int(control.start), control.mode)


def decode_measurement_control(payload: bytes) -> MeasurementControl:
    """Return the start or stop in bytes that a host wrote.

    Raises
    ------
    DeviceError
        Not 3 bytes, or about something else than a measurement.
    """
    DOT.exactly(payload, _CONTROL.size, "measurement control")
    target, action, mode = _CONTROL.unpack(payload)
    if target != _MEASUREMENT or action > 1:
        raise DOT.error(f"expected a start (01 01) or stop (01 00), got {payload[:2].hex(' ')}")
    return MeasurementControl(action == 1, PayloadMode(mode) if mode in _MODES else mode)


def encode_output_settings(settings: OutputSettings) -> bytes:
    """Return device control that sets rate and filter and leaves everything else alone.

    Raises
    ------
    DeviceError
        A rate that cannot be streamed.
    """
    if settings.rate_hz not in LIVE_RATES_HZ:
        raise DOT.error(f"the sensor streams at {', '.join(map(str, LIVE_RATES_HZ))} Hz, not at {settings.rate_hz} Hz")
    head = bytes([_VISIT_RATE | _VISIT_FILTER]).ljust(_RATE_OFFSET, b"\0")
    fields = DOT.pack(_OUTPUT, "output settings", settings.rate_hz, settings.filter_profile)
    return (head + fields).ljust(_DEVICE_CONTROL_BYTES, b"\0")


def decode_output_settings(payload: bytes) -> OutputSettings:
    """Return rate and filter out of a read of device control.

    Raises
    ------
    DeviceError
        Not 32 bytes.
    """
    DOT.exactly(payload, _DEVICE_CONTROL_BYTES, "device control")
    return OutputSettings(*_OUTPUT.unpack_from(payload, _RATE_OFFSET))


def decode_info(payload: bytes) -> Info:
    """Return what a sensor says of itself.

    Raises
    ------
    DeviceError
        Not 34 bytes, or a product code that is no text.
    """
    DOT.exactly(payload, _INFO.size, "device information")
    address, major, minor, revision, year, *rest = _INFO.unpack(payload)
    month, day, hour, minute, second, _, serial, product = rest
    return Info(
        written_address(address),
        f"{major}.{minor}.{revision}",
        f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}",
        serial,
        DOT.text(product.rstrip(b"\0"), "product code"),
    )


def written_address(address: bytes) -> str:
    """Return a device address as people write it: the other way round than on the air.

    >>> written_address(bytes.fromhex("ccbbaacd22d4"))
    'D4:22:CD:AA:BB:CC'
    """
    return bytes(reversed(address)).hex(":").upper()


_TIMESTAMP: Final = struct.Struct("<I")
_CONTROL: Final = struct.Struct("<3B")
_MEASUREMENT: Final = 1
_INFO: Final = struct.Struct("<6s3BH5BIQ6s")
_OUTPUT: Final = struct.Struct("<HB")
_RATE_OFFSET: Final = 24
_DEVICE_CONTROL_BYTES: Final = 32
# Bits of the first byte of device control: which fields of the write are meant.
_VISIT_RATE: Final = 1 << 4
_VISIT_FILTER: Final = 1 << 5
_SHORT_BYTES: Final = 20
_MEDIUM_BYTES: Final = 40
_MODES: Final = frozenset(PayloadMode)

_QUANTITIES: Final = {
    "quaternion_wxyz": struct.Struct("<4f"),
    "euler_deg": struct.Struct("<3f"),
    "free_acc_m_s2": struct.Struct("<3f"),
    "delta_q_wxyz": struct.Struct("<4f"),
    "delta_v_m_s": struct.Struct("<3f"),
    "acc_m_s2": struct.Struct("<3f"),
    "gyr_dps": struct.Struct("<3f"),
    "mag_counts": struct.Struct("<3h"),
    "status": struct.Struct("<H"),
    "clip_count_acc": struct.Struct("<B"),
    "clip_count_gyr": struct.Struct("<B"),
}

_EXTENDED: Final = ("free_acc_m_s2", "status", "clip_count_acc", "clip_count_gyr")

_LAYOUTS: Final = {
    PayloadMode.EXTENDED_QUATERNION: ("quaternion_wxyz", *_EXTENDED),
    PayloadMode.COMPLETE_QUATERNION: ("quaternion_wxyz", "free_acc_m_s2"),
    PayloadMode.ORIENTATION_EULER: ("euler_deg",),
    PayloadMode.ORIENTATION_QUATERNION: ("quaternion_wxyz",),
    PayloadMode.FREE_ACCELERATION: ("free_acc_m_s2",),
    PayloadMode.EXTENDED_EULER: ("euler_deg", *_EXTENDED),
    PayloadMode.COMPLETE_EULER: ("euler_deg", "free_acc_m_s2"),
    PayloadMode.DELTA_WITH_MAG: ("delta_q_wxyz", "delta_v_m_s", "mag_counts"),
    PayloadMode.DELTA: ("delta_q_wxyz", "delta_v_m_s"),
    PayloadMode.RATE_WITH_MAG: ("acc_m_s2", "gyr_dps", "mag_counts"),
    PayloadMode.RATE: ("acc_m_s2", "gyr_dps"),
    PayloadMode.CUSTOM_1: ("euler_deg", "free_acc_m_s2", "gyr_dps"),
    PayloadMode.CUSTOM_2: ("euler_deg", "free_acc_m_s2", "mag_counts"),
    PayloadMode.CUSTOM_3: ("quaternion_wxyz", "gyr_dps"),
    PayloadMode.CUSTOM_5: ("quaternion_wxyz", "acc_m_s2", "gyr_dps"),
}
"""Quantities of each mode that can be read, in their order behind the time stamp."""


def _quantities(mode: int) -> tuple[str, ...]:
    if mode not in _MODES:
        raise DOT.error(f"payload mode {mode} is unknown")
    if PayloadMode(mode) not in _LAYOUTS:
        raise DOT.error(f"only the maker's own software can read mode {mode} (high fidelity); use mode 21")
    return _LAYOUTS[PayloadMode(mode)]


def _size(quantities: tuple[str, ...]) -> int:
    return _TIMESTAMP.size + sum(_QUANTITIES[name].size for name in quantities)
