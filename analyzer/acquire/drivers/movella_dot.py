"""Movella (Xsens) DOT: 60 samples a second, each with its time."""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from analyzer.acquire.drivers.base import (
    STANDARD_GRAVITY_M_S2,
    Batch,
    ClockReading,
    Limit,
    Ranges,
    Taken,
    Write,
    no_rates,
)
from analyzer.acquire.drivers.timing import TimingConfig, n_lost_samples, with_lost_rows
from analyzer.model import Characteristic, TimedPayload
from firmware_protocol.devices import movella_dot as dot
from firmware_protocol.devices.movella_dot import Filter, MeasurementControl, OutputSettings, PayloadMode

__all__ = ["DotConfig", "DotDriver"]


@dataclass(frozen=True, slots=True)
class DotConfig:
    """How a DOT is asked to measure.

    Attributes
    ----------
    rate_hz : int
        The fastest that it streams.
    filter_profile : Filter
        The maker's own for sprinting.
    acc_range_g, gyr_range_dps : float
        Full scales of its chips, which cannot be changed (maker's data sheet).
    timing : TimingConfig
    """

    rate_hz: int = 60
    filter_profile: Filter = Filter.DYNAMIC
    acc_range_g: float = 16.0
    gyr_range_dps: float = 2000.0
    timing: TimingConfig = field(default_factory=TimingConfig)


class DotDriver:
    """Start calibrated acceleration and angular rate, and read one sample a notification."""

    clock_error_s = 0.0

    def __init__(self, config: DotConfig | None = None) -> None:
        self._config = config or DotConfig()
        self._mode: int | None = None
        self._rate_hz = self._config.rate_hz
        self._steps_s: deque[float] = deque(maxlen=self._config.timing.n_periods)
        self._clock_id = 0
        self._wraps = 0
        self._timestamp_us = -1
        self._last = (np.nan, np.nan)
        self._unread = False

    @property
    def ranges(self) -> Ranges:
        """Full scales of the chips."""
        acc_m_s2 = self._config.acc_range_g * STANDARD_GRAVITY_M_S2
        return Ranges(acc_m_s2, float(np.deg2rad(self._config.gyr_range_dps)))

    @property
    def lack(self) -> str:
        """The payload mode, which the bytes do not tell."""
        return "which payload mode was started (the start command)" if self._unread else ""

    @property
    def limits(self) -> tuple[Limit, ...]:
        """What this device cannot do."""
        return (_SLOW, _NO_COUNTER)

    def opening(self) -> tuple[Write, ...]:
        """Set rate and filter, then start."""
        settings = OutputSettings(self._config.rate_hz, self._config.filter_profile)
        return (
            Write(dot.DEVICE_CONTROL_UUID, dot.encode_output_settings(settings)),
            _control(start=True, mode=PayloadMode.RATE),
        )

    def closing(self) -> tuple[Write, ...]:
        """Stop."""
        return (_control(start=False, mode=self._mode or PayloadMode.RATE),)

    def take(self, payload: TimedPayload) -> Taken:
        """Take a sample, device control that was read, or a command that was written."""
        if payload.characteristic is Characteristic.LIVE:
            return self._sample(payload)
        # Two characteristics are written to; their lengths tell them apart.
        if payload.characteristic is Characteristic.CONFIG and len(payload.payload) == _CONTROL_BYTES:
            control = dot.decode_measurement_control(payload.payload)
            if control.start:
                self._mode = control.mode
        else:
            self._rate_hz = dot.decode_output_settings(payload.payload).rate_hz or self._rate_hz
        return Taken()

    def finish(self) -> tuple[Batch, ...]:
        """Return nothing: every sample leaves at once."""
        return ()

    def _sample(self, payload: TimedPayload) -> Taken:
        if self._mode is None:
            self._unread = True
            return Taken()
        self._unread = False
        sample = dot.decode_sample(self._mode, payload.payload)
        if sample.acc_m_s2 is None:
            raise dot.DOT.error(f"mode {self._mode} holds no acceleration; use mode {int(PayloadMode.RATE)}")
        device_s = self._unwrapped_s(sample.timestamp_us, payload.received_s)
        if device_s is None:
            return Taken()
        gyr = no_rates(1) if sample.gyr_dps is None else np.deg2rad([sample.gyr_dps])
        rows = np.column_stack([np.array([sample.acc_m_s2]), gyr])
        rows[~np.isfinite(rows)] = np.nan
        time_s, rows = with_lost_rows(np.array([device_s]), rows, self._last[0], self._n_lost(device_s))
        self._last = (device_s, payload.received_s)
        batch = Batch(self._clock_id, time_s, rows[:, :3], rows[:, 3:])
        return Taken((batch,), ClockReading(self._clock_id, device_s, payload.received_s))

    def _unwrapped_s(self, timestamp_us: int, received_s: float) -> float | None:
        """Return seconds on a clock that does not wrap; None for a sample that came before."""
        before_us, before_s = self._timestamp_us, self._last[1]
        self._timestamp_us = timestamp_us
        if np.isnan(before_s):
            return timestamp_us / 1e6
        step_us = (timestamp_us - before_us) % _WRAP_US
        if step_us == 0:
            return None
        # Modulo a wrap every restart looks like a long pause; arrival tells that there was none.
        if step_us / 1e6 - (received_s - before_s) > self._config.timing.jump_s:
            self._clock_id, self._wraps = self._clock_id + 1, 0
            self._last = (np.nan, np.nan)
            self._steps_s.clear()
            return timestamp_us / 1e6
        self._wraps += timestamp_us < before_us
        return (timestamp_us + self._wraps * _WRAP_US) / 1e6

    def _n_lost(self, device_s: float) -> int:
        if np.isnan(self._last[0]):
            return 0
        step_s = device_s - self._last[0]
        # The middle step: lost samples lengthen some, but the sensor is no slower for it.
        period_s = float(np.median(self._steps_s)) if self._steps_s else 1 / self._rate_hz
        n_lost = n_lost_samples(step_s, 1, period_s, self._config.timing)
        if not n_lost:
            self._steps_s.append(step_s)
        return n_lost


def _control(*, start: bool, mode: int) -> Write:
    return Write(dot.MEASUREMENT_CONTROL_UUID, dot.encode_measurement_control(MeasurementControl(start, mode)))


_CONTROL_BYTES: Final = 3
_WRAP_US: Final = 2**32

_SLOW: Final = Limit(
    "device.slow",
    "it streams 60 samples a second, one in 17 ms. Trust steps and speed; contact times are too coarse to compare.",
)
_NO_COUNTER: Final = Limit(
    "device.no_counter",
    "it does not number what it streams. Lost samples are told by time alone.",
)
