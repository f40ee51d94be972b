"""The calibration record: bias and matrix per sensor, guarded by a CRC-32 (SPEC.md section 7)."""

import math
import struct
import zlib
from dataclasses import dataclass
from typing import Final

from firmware_protocol import wire
from firmware_protocol.config import KNOWN_SENSORS, Sensors
from firmware_protocol.errors import PacketError
from firmware_protocol.status import decode_temperature, encode_temperature
from firmware_protocol.wire import PayloadType

LAYOUT: Final = struct.Struct("<BBhQ3f9f3f9fI")

Vector = tuple[float, float, float]
Matrix = tuple[float, float, float, float, float, float, float, float, float]

IDENTITY: Final[Matrix] = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Result of a calibration, in wire axes: ``calibrated = matrix @ (scale * counts - bias)``.

    Fractions travel as float32: a value that is not one comes back rounded to 24 bits.

    Attributes
    ----------
    sensors : Sensors
        Which of accelerometer and gyroscope were calibrated; the other's numbers change nothing.
    temperature_c : float or None
        While calibrating, steps of 0.01 degree Celsius; None where unknown.
    calibrated_utc_us : int
        When, microseconds since 1970-01-01 UTC; 0 where unknown.
    acc_bias_m_s2, gyr_bias_rad_s : tuple of 3 float
        Per wire axis.
    acc_matrix, gyr_matrix : tuple of 9 float
        3 x 3, row by row.
    """

    sensors: Sensors
    temperature_c: float | None = None
    calibrated_utc_us: int = 0
    acc_bias_m_s2: Vector = (0.0, 0.0, 0.0)
    acc_matrix: Matrix = IDENTITY
    gyr_bias_rad_s: Vector = (0.0, 0.0, 0.0)
    gyr_matrix: Matrix = IDENTITY


def encode_calibration(calibration: Calibration) -> bytes:
    """Return the value of the calibration characteristic.

    Raises
    ------
    PacketError
        If a field does not fit or breaks a rule of section 7.
    """
    body = wire.pack(
        _BODY,
        "7.1",
        wire.first_byte(PayloadType.CALIBRATION),
        int(calibration.sensors) & KNOWN_SENSORS,
        encode_temperature(calibration.temperature_c, "7.1"),
        calibration.calibrated_utc_us,
        *calibration.acc_bias_m_s2,
        *calibration.acc_matrix,
        *calibration.gyr_bias_rad_s,
        *calibration.gyr_matrix,
    )
    payload = body + zlib.crc32(body).to_bytes(4, "little")
    # Packing lets NaN and infinity through; what a receiver would refuse is refused here.
    decode_calibration(payload)
    return payload


def decode_calibration(payload: bytes) -> Calibration:
    """Return the record in the value of the calibration characteristic.

    Raises
    ------
    PacketError
        If it is too short, of another version or type, its CRC is wrong, or it breaks a rule of section 7.
    """
    sensors, temperature, utc_us, *numbers, crc = wire.unpack_record(payload, LAYOUT, PayloadType.CALIBRATION, "7.1")
    # Over the known body only: whatever a later minor version appends stands behind the CRC.
    computed = zlib.crc32(payload[: _BODY.size])
    if crc != computed:
        raise PacketError(f"CRC-32 of the calibration is 0x{computed:08x}, the record says 0x{crc:08x}", "7.2")
    wire.check_time(utc_us, "calibrated_utc_us")
    # After the CRC, so that a record damaged in storage is reported as damaged, not as badly computed.
    if not all(math.isfinite(number) for number in numbers):
        raise PacketError("the calibration holds a number that is not finite", "7.1")
    return Calibration(
        sensors=Sensors(sensors & KNOWN_SENSORS),
        temperature_c=decode_temperature(temperature),
        calibrated_utc_us=utc_us,
        # Order of the layout: 3 + 9 numbers of the accelerometer, then 3 + 9 of the gyroscope.
        acc_bias_m_s2=(numbers[0], numbers[1], numbers[2]),
        acc_matrix=_matrix(numbers[3:12]),
        gyr_bias_rad_s=(numbers[12], numbers[13], numbers[14]),
        gyr_matrix=_matrix(numbers[15:24]),
    )


_BODY: Final = struct.Struct("<BBhQ3f9f3f9f")


def _matrix(numbers: list[float]) -> Matrix:
    a, b, c, d, e, f, g, h, i = numbers
    return (a, b, c, d, e, f, g, h, i)
