"""The config record: what turns counts into SI units (SPEC.md section 5)."""

import math
import struct
from dataclasses import astuple, dataclass
from enum import IntFlag
from typing import Final

from firmware_protocol import wire
from firmware_protocol.errors import PacketError
from firmware_protocol.frames import Location
from firmware_protocol.wire import PayloadType

# 62 bytes, so that it fits one notification at the smallest ATT MTU: a cut-off scale would go unnoticed.
LAYOUT: Final = struct.Struct("<BBBB3bB8f3f2fH")


class Sensors(IntFlag):
    """Which sensors a device has; the fields of the others are 0 (section 5.1)."""

    ACC = 1 << 0
    GYR = 1 << 1
    MAG = 1 << 2
    HIGH_G = 1 << 3
    QUATERNION = 1 << 4


KNOWN_SENSORS: Final = 0x1F


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Scales, ranges and filters behind the counts of a frame with the same `config_id`.

    Fractions travel as float32: a value that is not one comes back rounded to 24 bits.

    Attributes
    ----------
    config_id : int
        Number that the frames repeat; changes whenever another field does.
    sensors : Sensors
        What is present. A scale or range of an absent sensor is 0 and means nothing.
    location_id : int
        A `Location`, or a number that this version does not know.
    axis_map : tuple of 3 int
        Entry i names the wire axis (1 x, 2 y, 3 z, negative for reversed) that points along case axis i.
    acc_scale_m_s2_per_lsb, gyr_scale_rad_s_per_lsb, mag_scale_t_per_lsb, high_g_scale_m_s2_per_lsb : float
        SI value of one count.
    acc_range_m_s2, gyr_range_rad_s, mag_range_t, high_g_range_m_s2 : float
        Magnitude at which the sensor saturates.
    nominal_rate_hz : float
        Intended rate of IMU6, IMU9 and ACC frames. Times come from the frames, never from this.
    high_g_rate_hz, quaternion_rate_hz : float
        The same for the other kinds.
    acc_cutoff_hz, gyr_cutoff_hz : float
        -3 dB corner of the low-pass inside the sensor; 0 where not stated.
    filter_delay_us : int
        By how much that filter delays a sample against its time stamp; 0 where not stated.
    """

    config_id: int
    sensors: Sensors = Sensors.ACC | Sensors.GYR
    location_id: int = Location.UNKNOWN
    axis_map: tuple[int, int, int] = (1, 2, 3)
    acc_scale_m_s2_per_lsb: float = 0.0
    acc_range_m_s2: float = 0.0
    gyr_scale_rad_s_per_lsb: float = 0.0
    gyr_range_rad_s: float = 0.0
    mag_scale_t_per_lsb: float = 0.0
    mag_range_t: float = 0.0
    high_g_scale_m_s2_per_lsb: float = 0.0
    high_g_range_m_s2: float = 0.0
    nominal_rate_hz: float = 0.0
    high_g_rate_hz: float = 0.0
    quaternion_rate_hz: float = 0.0
    acc_cutoff_hz: float = 0.0
    gyr_cutoff_hz: float = 0.0
    filter_delay_us: int = 0


def encode_config(config: Config) -> bytes:
    """Return the value of the config characteristic.

    Raises
    ------
    PacketError
        If a field does not fit or breaks a rule of section 5.
    """
    # The fields stand in the order of the layout, but for the reserved byte behind the axis map.
    config_id, sensors, location_id, axis_map, *rest = astuple(config)
    payload = wire.pack(
        LAYOUT,
        "5.1",
        wire.first_byte(PayloadType.CONFIG),
        config_id,
        int(sensors) & KNOWN_SENSORS,
        location_id,
        *axis_map,
        0,
        *rest,
    )
    # Checked as the receiver will see it: float32 turns a tiny scale into 0, and packs NaN and infinity as they are.
    decode_config(payload)
    return payload


def decode_config(payload: bytes) -> Config:
    """Return the record in the value of the config characteristic.

    Raises
    ------
    PacketError
        If it is too short, of another version or type, or breaks a rule of section 5.
    """
    config_id, sensors, location_id, x, y, z, _, *rest = wire.unpack_record(payload, LAYOUT, PayloadType.CONFIG, "5.1")
    config = Config(
        config_id=config_id,
        # Reserved bits are dropped (section 1.2): a record that has only those still names no sensor.
        sensors=Sensors(sensors & KNOWN_SENSORS),
        location_id=location_id,
        axis_map=(x, y, z),
        # strict: a number more or less in the layout must not shift all names behind it.
        **dict(zip(_NUMBERS, rest, strict=True)),
    )
    _check_axis_map(config.axis_map)
    _check_numbers(config)
    return config


_NUMBERS: Final = (
    "acc_scale_m_s2_per_lsb",
    "acc_range_m_s2",
    "gyr_scale_rad_s_per_lsb",
    "gyr_range_rad_s",
    "mag_scale_t_per_lsb",
    "mag_range_t",
    "high_g_scale_m_s2_per_lsb",
    "high_g_range_m_s2",
    "nominal_rate_hz",
    "high_g_rate_hz",
    "quaternion_rate_hz",
    "acc_cutoff_hz",
    "gyr_cutoff_hz",
    "filter_delay_us",
)

_NEEDED_BY: Final[dict[str, Sensors]] = {
    "acc_scale_m_s2_per_lsb": Sensors.ACC,
    "acc_range_m_s2": Sensors.ACC,
    "gyr_scale_rad_s_per_lsb": Sensors.GYR,
    "gyr_range_rad_s": Sensors.GYR,
    "mag_scale_t_per_lsb": Sensors.MAG,
    "mag_range_t": Sensors.MAG,
    "high_g_scale_m_s2_per_lsb": Sensors.HIGH_G,
    "high_g_range_m_s2": Sensors.HIGH_G,
    "nominal_rate_hz": Sensors.ACC | Sensors.GYR | Sensors.MAG,
    "high_g_rate_hz": Sensors.HIGH_G,
    "quaternion_rate_hz": Sensors.QUATERNION,
}


def _check_axis_map(axis_map: tuple[int, int, int]) -> None:
    if sorted(map(abs, axis_map)) != [1, 2, 3]:
        raise PacketError(f"axis map {axis_map} must hold 1, 2 and 3 once each, with signs", "5.2")
    # Sign of the permutation, by its inversions; every reversed axis changes handedness once more.
    n_swaps = sum(abs(axis_map[i]) > abs(axis_map[j]) for i in range(3) for j in range(i + 1, 3))
    n_minus = sum(axis < 0 for axis in axis_map)
    if (n_swaps + n_minus) % 2:
        raise PacketError(f"axis map {axis_map} mirrors: both axis sets must be right-handed", "5.2")


def _check_numbers(config: Config) -> None:
    if not config.sensors:
        raise PacketError("the config record names no sensor", "5.1")
    for name in _NUMBERS:
        number = getattr(config, name)
        if not (math.isfinite(number) and number >= 0):
            raise PacketError(f"{name} is {number}, expected a finite number that is not negative", "5.3")
        # Both ways round: a number for a sensor that is absent means that the firmware filled the wrong field.
        if name in _NEEDED_BY and (number > 0) != bool(config.sensors & _NEEDED_BY[name]):
            raise PacketError(f"{name} is {number} but the sensors are {config.sensors!r}", "5.3")
