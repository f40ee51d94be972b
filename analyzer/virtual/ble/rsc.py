"""Running Speed and Cadence for watches: what a sensor tells them, held at the fields' limits."""

import struct
from dataclasses import dataclass
from typing import Final

import numpy as np

from analyzer.model import Floats

__all__ = ["FEATURE_VALUE", "Pace", "encode_rsc"]

FEATURE_VALUE: Final = (0b111).to_bytes(2, "little")
"""Stride length, total distance, and walking or running are told (RSC Feature)."""

_LAYOUT: Final = struct.Struct("<BHBHI")
_HAS_STRIDE, _HAS_DISTANCE, _IS_RUNNING = 1, 2, 4
_RUNNING_FROM_M_S: Final = 2.2
"""Where people change from walking to running."""


@dataclass(frozen=True, slots=True, eq=False)
class Pace:
    """How fast an athlete goes when.

    Attributes
    ----------
    time_s : (n,) float array
        Since the beginning of the motion, rising.
    speed_m_s, step_frequency_hz : (n,) float array
        Hold until the next time.
    """

    time_s: Floats
    speed_m_s: Floats
    step_frequency_hz: Floats

    def measurement(self, since_s: float) -> bytes:
        """Return the RSC Measurement at a time; of one who stands before the first."""
        at = int(np.searchsorted(self.time_s, since_s, side="right")) - 1
        if at < 0:
            return encode_rsc(0.0, 0.0, 0.0)
        until_s = np.append(self.time_s[1 : at + 1], since_s)
        distance_m = float(((until_s - self.time_s[: at + 1]) * self.speed_m_s[: at + 1]).sum())
        return encode_rsc(float(self.speed_m_s[at]), float(self.step_frequency_hz[at]), distance_m)


def encode_rsc(speed_m_s: float, step_frequency_hz: float, distance_m: float) -> bytes:
    """Return an RSC Measurement.

    The field of the cadence is one byte of steps per minute: a sprinter's 4.5 Hz are 270 and stay at 255. All fields
    saturate; none wraps. No analysis reads this.

    Parameters
    ----------
    speed_m_s, step_frequency_hz, distance_m : float
        Not negative.

    Examples
    --------
    >>> encode_rsc(9.0, 4.5, 20.0).hex(" ")
    '07 00 09 ff 90 01 c8 00 00 00'
    """
    stride_m = 2 * speed_m_s / step_frequency_hz if step_frequency_hz > 0 else 0.0
    flags = _HAS_STRIDE | _HAS_DISTANCE | (_IS_RUNNING if speed_m_s >= _RUNNING_FROM_M_S else 0)
    return _LAYOUT.pack(
        flags,
        _held(speed_m_s * 256, 16),
        _held(step_frequency_hz * 60, 8),
        _held(stride_m * 100, 16),
        _held(distance_m * 10, 32),
    )


def _held(steps: float, bits: int) -> int:
    # min first: infinity has no integer.
    return round(min(max(steps, 0.0), float(2**bits - 1)))
