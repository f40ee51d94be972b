"""WitMotion sensors: no clock, no counter; times are made up from arrivals."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from analyzer.acquire.drivers.base import STANDARD_GRAVITY_M_S2, Batch, ClockReading, Limit, Ranges, Taken, Write
from analyzer.acquire.drivers.timing import LineTimer, TimingConfig
from analyzer.model import Characteristic, Floats, TimedPayload
from firmware_protocol.devices import witmotion
from firmware_protocol.devices.witmotion import FrameSplitter, MotionFrame, Register

__all__ = ["WitMotionConfig", "WitMotionDriver"]


@dataclass(frozen=True, slots=True)
class WitMotionConfig:
    """How a WitMotion sensor is asked to measure.

    Attributes
    ----------
    rate_hz : float
        100 Hz: for 200 Hz the maker's documents name two different codes.
    pause_s : float
        Silence of this length ends a stretch of time; shorter ones are taken for a slow radio, as lost samples cannot
        be told from late ones.
    arrival_error_s : float
        Standard error of a time made up from arrivals: half of a usual connection interval with what is queued.
    timing : TimingConfig
        Holds samples longer than for other sensors: arrivals jitter more than stamps.
    """

    rate_hz: float = 100.0
    pause_s: float = 2.0
    arrival_error_s: float = 0.02
    timing: TimingConfig = field(default_factory=lambda: TimingConfig(hold_s=5.0, line_stamps=512))


class WitMotionDriver:
    """Set the rate, and read frames as evenly as they must have been taken."""

    ranges = Ranges(
        witmotion.ACC_RANGE_G * STANDARD_GRAVITY_M_S2,
        float(np.deg2rad(witmotion.GYR_RANGE_DPS)),
    )
    lack = ""
    limits: tuple[Limit, ...]

    def __init__(self, config: WitMotionConfig | None = None) -> None:
        self._config = config or WitMotionConfig()
        self.limits = (_NO_TIME, _LOSS_UNSEEN)
        self._splitter = FrameSplitter()
        self._rate_hz = self._config.rate_hz
        self._timer: LineTimer | None = None
        self._clock_id = 0
        self._arrived_s = np.nan

    @property
    def clock_error_s(self) -> float:
        """What arrivals leave open."""
        return self._config.arrival_error_s

    def opening(self) -> tuple[Write, ...]:
        """Unlock and set the rate, without saving: the sensor keeps what its owner chose."""
        code = witmotion.RATE_CODES[self._config.rate_hz]
        return (
            Write(witmotion.WRITE_UUID, witmotion.UNLOCK),
            Write(witmotion.WRITE_UUID, witmotion.write_command(Register.RATE, code)),
        )

    def closing(self) -> tuple[Write, ...]:
        """Write nothing: it streams as long as the link is up."""
        return ()

    def take(self, payload: TimedPayload) -> Taken:
        """Take a notification, or a command that was written."""
        if payload.characteristic is Characteristic.CONFIG:
            register, value = witmotion.decode_write(payload.payload)
            if register == Register.RATE:
                self._rate_hz = _RATES_HZ.get(value, self._rate_hz)
            return Taken()
        frames = [frame for frame in self._splitter.feed(payload.payload) if isinstance(frame, MotionFrame)]
        if not frames:
            return Taken()
        ended = self._after_pause(payload.received_s)
        if self._timer is None:
            self._timer = LineTimer(self._rate_hz, self._config.timing, counts_losses=False)
        # What arrives is as old as its last frame; the first one is older by the others.
        first_s = payload.received_s - (len(frames) - 1) * self._timer.period_s
        batches = self._as_batches(self._timer.add(first_s, _rows(frames)))
        # The line goes through arrivals: its clock is the host's, and each arrival is a reading of it.
        reading = ClockReading(self._clock_id, payload.received_s, payload.received_s)
        return Taken((*ended, *batches), reading)

    def finish(self) -> tuple[Batch, ...]:
        """Return what waits for a period."""
        return tuple(self._as_batches(self._timer.finish())) if self._timer else ()

    def _after_pause(self, received_s: float) -> tuple[Batch, ...]:
        silent_s, self._arrived_s = received_s - self._arrived_s, received_s
        # NaN compares false: the first notification follows no pause.
        if not silent_s > self._config.pause_s:
            return ()
        ended = self.finish()
        self._timer, self._clock_id = None, self._clock_id + 1
        return ended

    def _as_batches(self, ready: list[tuple[Floats, Floats]]) -> list[Batch]:
        return [Batch(self._clock_id, time_s, rows[:, :3], rows[:, 3:]) for time_s, rows in ready]


def _rows(frames: list[MotionFrame]) -> Floats:
    acc = np.array([frame.acc_g for frame in frames]) * STANDARD_GRAVITY_M_S2
    return np.column_stack([acc, np.deg2rad([frame.gyr_dps for frame in frames])])


_RATES_HZ: Final = {code: rate_hz for rate_hz, code in witmotion.RATE_CODES.items()} | dict.fromkeys(
    witmotion.RATE_200_HZ_CODES, 200.0
)

_NO_TIME: Final = Limit(
    "device.no_time",
    "it puts no time on its samples, so times are made up from arrivals, give or take 20 ms. "
    "Do not compare left with right, or with the start cue.",
)
_LOSS_UNSEEN: Final = Limit(
    "device.loss_unseen",
    "it does not number its samples. Losses shorter than 2 s go unseen: keep it near the host.",
)
