"""The status record: health of a sensor, once a second (SPEC.md section 6)."""

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from firmware_protocol import wire
from firmware_protocol.errors import PacketError
from firmware_protocol.wire import PayloadType

LAYOUT: Final = struct.Struct("<BBHQ4I6HhHBBII")

UNKNOWN_TEMPERATURE: Final = -32768
# A sensor that can answer has some voltage, so 0 is free to say unknown.
UNKNOWN_VOLTAGE: Final = 0
UNKNOWN_PERCENT: Final = 255


class DeviceState(IntEnum):
    """What a sensor is doing."""

    IDLE = 0
    STREAMING = 1
    LOGGING = 2
    STREAMING_AND_LOGGING = 3
    CHARGING = 4
    FAULT = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Health of a sensor; counts start with the session.

    Attributes
    ----------
    state : int
        A `DeviceState` where known.
    session_id : int
        Session that is running, or the last one.
    uptime_us : int
        Device time now, microseconds since boot.
    n_produced, n_queued, n_dropped, n_overrun : int
        Samples taken; waiting to be sent; given up before sending; lost before the firmware saw them.
    clip_counts : tuple of 6 int
        Samples at the limit per axis (acc x y z, gyr x y z); each stays at 65535.
    temperature_c : float or None
        Of the sensor chip, steps of 0.01 degree Celsius; None where unknown.
    battery_v : float or None
        Steps of 1 mV; None where unknown.
    battery_pct : int or None
        0 to 100; None where unknown.
    last_error : int
        A control point status code (section 8.5), 0 for none.
    log_used_kib : int
        Flash taken by logs.
    oldest_index : int
        Oldest sample index that can still be retransmitted.
    """

    state: int
    session_id: int
    uptime_us: int
    n_produced: int = 0
    n_queued: int = 0
    n_dropped: int = 0
    n_overrun: int = 0
    clip_counts: tuple[int, int, int, int, int, int] = (0, 0, 0, 0, 0, 0)
    temperature_c: float | None = None
    battery_v: float | None = None
    battery_pct: int | None = None
    last_error: int = 0
    log_used_kib: int = 0
    oldest_index: int = 0


def encode_status(status: Status) -> bytes:
    """Return the value of the status characteristic.

    Raises
    ------
    PacketError
        If a field does not fit or breaks a rule of section 6.
    """
    wire.check_time(status.uptime_us, "uptime_us")
    # Checked as the number on the wire, where 255 is the only one above 100.
    percent = UNKNOWN_PERCENT if status.battery_pct is None else status.battery_pct
    _check_percent(percent)
    return wire.pack(
        LAYOUT,
        "6.1",
        wire.first_byte(PayloadType.STATUS),
        status.state,
        status.session_id,
        status.uptime_us,
        status.n_produced,
        status.n_queued,
        status.n_dropped,
        status.n_overrun,
        *status.clip_counts,
        encode_temperature(status.temperature_c, "6.1"),
        UNKNOWN_VOLTAGE if status.battery_v is None else wire.to_steps(status.battery_v, 1000, "6.1"),
        percent,
        status.last_error,
        status.log_used_kib,
        status.oldest_index,
    )


def decode_status(payload: bytes) -> Status:
    """Return the record in the value of the status characteristic.

    Raises
    ------
    PacketError
        If it is too short, of another version or type, or breaks a rule of section 6.
    """
    fields = wire.unpack_record(payload, LAYOUT, PayloadType.STATUS, "6.1")
    # Fields 7 to 12 between these two lines are the six clip counts.
    state, session_id, uptime_us, produced, queued, dropped, overrun = fields[:7]
    temperature, battery_mv, percent, last_error, log_used_kib, oldest_index = fields[13:]
    wire.check_time(uptime_us, "uptime_us")
    _check_percent(percent)
    return Status(
        # A state of a later minor version stays a number.
        state=DeviceState(state) if state in _KNOWN_STATES else state,
        session_id=session_id,
        uptime_us=uptime_us,
        n_produced=produced,
        n_queued=queued,
        n_dropped=dropped,
        n_overrun=overrun,
        clip_counts=fields[7:13],
        temperature_c=decode_temperature(temperature),
        battery_v=None if battery_mv == UNKNOWN_VOLTAGE else battery_mv / 1000,
        battery_pct=None if percent == UNKNOWN_PERCENT else percent,
        last_error=last_error,
        log_used_kib=log_used_kib,
        oldest_index=oldest_index,
    )


def encode_temperature(temperature_c: float | None, section: str) -> int:
    """Return hundredths of a degree Celsius, or the number that means unknown.

    Raises
    ------
    PacketError
        If the temperature is not finite or below -327.67 degrees; it cites `section`.
    """
    if temperature_c is None:
        return UNKNOWN_TEMPERATURE
    hundredths = wire.to_steps(temperature_c, 100, section)
    # At -327.68 degrees the number would be read back as unknown; anything lower does not fit.
    if hundredths <= UNKNOWN_TEMPERATURE:
        raise PacketError(f"temperature {temperature_c} degrees is below what the field holds", section)
    return hundredths


def decode_temperature(hundredths: int) -> float | None:
    """Return degrees Celsius, None where unknown."""
    return None if hundredths == UNKNOWN_TEMPERATURE else hundredths / 100


_KNOWN_STATES: Final = frozenset(DeviceState)


def _check_percent(percent: int) -> None:
    if percent > 100 and percent != UNKNOWN_PERCENT:
        raise PacketError(f"battery is {percent} %, expected 0 to 100, or {UNKNOWN_PERCENT} for unknown", "6.1")
