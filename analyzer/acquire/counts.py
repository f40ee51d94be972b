"""Raw counts of a frame to SI, with the scales of the config record they refer to."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from analyzer.model import Bools, Floats
from analyzer.model.stream import CLIP_SHARE
from firmware_protocol import Config, Frame, FrameKind, Sensors

__all__ = ["MOTION_KINDS", "Samples", "Scales", "si_samples"]

MOTION_KINDS: Final = frozenset({FrameKind.IMU6, FrameKind.IMU9, FrameKind.ACC, FrameKind.HIGH_G_ACC})
"""Kinds of frames that can carry the motion of a segment."""

_FULL_COUNT: Final = 32767
"""Largest int16: the converter's own limit, whatever range the record states."""

_CLIP_FLAGS: Final = 0x3F
"""The six clip bits of a frame: accelerometer x, y, z, gyroscope x, y, z."""


@dataclass(frozen=True, slots=True)
class Scales:
    """What a config record says of one kind of frame, ready to be applied to arrays.

    Attributes
    ----------
    columns : (3,) or (6,) int array
        Which value of a sample lies along x, y, z of the case: accelerometer, then gyroscope if the kind has one.
    si_per_count : like columns, float
        With the axis' sign; NaN for a sensor that is not there.
    clip_counts : like columns, float
        Magnitude from which a count is clipped.
    acc_range_m_s2, gyr_range_rad_s : float
        Full scales, NaN for a sensor that is not there.
    delay_s : float
        By how much the filter inside the sensor delays samples against their time.
    """

    columns: NDArray[np.intp]
    si_per_count: Floats
    clip_counts: Floats
    acc_range_m_s2: float
    gyr_range_rad_s: float
    delay_s: float

    @classmethod
    def of(cls, config: Config, kind: FrameKind) -> Self:
        """Return the scales of a config record for frames of one of `MOTION_KINDS`."""
        acc_scale, acc_range = _scale_and_range(config, Sensors.ACC)
        if kind is FrameKind.HIGH_G_ACC:
            acc_scale, acc_range = _scale_and_range(config, Sensors.HIGH_G)
        gyr_scale, gyr_range = _scale_and_range(config, Sensors.GYR)
        n_sensors = 2 if kind in {FrameKind.IMU6, FrameKind.IMU9} else 1
        axis_map = np.array(config.axis_map)
        scale = np.repeat([acc_scale, gyr_scale][:n_sensors], 3)
        full_scale = np.repeat([acc_range, gyr_range][:n_sensors], 3)
        return cls(
            # All sensors share the wire axes, so one map serves both; its sign goes into the scale.
            columns=np.concatenate([np.abs(axis_map) - 1 + 3 * sensor for sensor in range(n_sensors)]),
            si_per_count=np.tile(np.sign(axis_map), n_sensors) * scale,
            # fmin, not minimum: an absent sensor (NaN) keeps the converter's limit. A range may also exceed int16.
            clip_counts=np.fmin(_FULL_COUNT, CLIP_SHARE * full_scale / scale),
            acc_range_m_s2=acc_range,
            gyr_range_rad_s=gyr_range if n_sensors > 1 else np.nan,
            delay_s=config.filter_delay_us * 1e-6,
        )


@dataclass(frozen=True, slots=True)
class Samples:
    """Samples in SI.

    Attributes
    ----------
    acc_m_s2, gyr_rad_s : (n, 3) float array
        Along the axes of the case; NaN for a signal that the sensor does not have, and for lost samples.
    clipped : (n, 6) bool array
    """

    acc_m_s2: Floats
    gyr_rad_s: Floats
    clipped: Bools


def si_samples(frame: Frame, scales: Scales, n_lost: int = 0) -> Samples:
    """Return the samples of a frame in SI, behind as many NaN rows as samples were lost before it.

    Notes
    -----
    A sample is clipped where its count is at full scale. A frame may also say that an axis clipped although no sample
    is at full scale, as a filter behind the clipping takes peaks down: then nobody can tell which of its samples, and
    all of them count as clipped on that axis.
    """
    counts = np.frombuffer(frame.sample_bytes, "<i2").reshape(-1, frame.n_channels)
    # Floats before abs: the magnitude of -32768 is no int16. Magnetometer columns are not picked at all.
    along_case = counts[:, scales.columns].astype(np.float64)
    n_columns = scales.columns.size
    si = np.full((n_lost + counts.shape[0], 6), np.nan)
    si[n_lost:, :n_columns] = along_case * scales.si_per_count
    clipped = np.zeros(si.shape, dtype=np.bool_)
    clipped[n_lost:, :n_columns] = np.abs(along_case) >= scales.clip_counts
    clip_flags = int(frame.flags) & _CLIP_FLAGS
    if clip_flags:
        # Flags name wire axes, columns of the stream case axes.
        for column, wire_axis in enumerate(scales.columns.tolist()):
            if clip_flags >> wire_axis & 1 and not clipped[:, column].any():
                clipped[n_lost:, column] = True
    return Samples(si[:, :3], si[:, 3:], clipped)


def _scale_and_range(config: Config, sensor: Sensors) -> tuple[float, float]:
    if not config.sensors & sensor:
        return np.nan, np.nan
    if sensor is Sensors.GYR:
        return config.gyr_scale_rad_s_per_lsb, config.gyr_range_rad_s
    if sensor is Sensors.HIGH_G:
        return config.high_g_scale_m_s2_per_lsb, config.high_g_range_m_s2
    return config.acc_scale_m_s2_per_lsb, config.acc_range_m_s2
