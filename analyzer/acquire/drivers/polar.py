"""Polar sensors: Verity Sense and OH1 with gyroscope, H10 with accelerometer only."""

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
)
from analyzer.acquire.drivers.pairing import PairConfig, SignalPair
from analyzer.acquire.drivers.timing import FrameTimer, TimingConfig
from analyzer.model import Characteristic, Floats, TimedPayload
from firmware_protocol.devices import polar
from firmware_protocol.devices.polar import Measurement, Opcode, PmdFrame, Request, Response, Settings, Status

__all__ = ["PolarConfig", "PolarDriver"]


@dataclass(frozen=True, slots=True)
class PolarConfig:
    """How a Polar sensor is asked to measure.

    Attributes
    ----------
    rate_hz : int
        The highest rate up to here that the device offers: 208 Hz sees a contact in 20 samples, and a radio carries
        several such sensors.
    timing : TimingConfig
    pair : PairConfig
    """

    rate_hz: int = 208
    timing: TimingConfig = field(default_factory=TimingConfig)
    pair: PairConfig = field(default_factory=PairConfig)


@dataclass(slots=True)
class _Signal:
    """One measurement that was started."""

    settings: Settings
    factor: float | None = None
    timer: FrameTimer | None = None
    stamp_s: float = np.nan


class PolarDriver:
    """Ask for SDK mode, start accelerometer and gyroscope, and read their frames."""

    clock_error_s = 0.0

    def __init__(self, config: PolarConfig | None = None) -> None:
        self._config = config or PolarConfig()
        self._features: frozenset[Measurement] = frozenset()
        self._asked: list[Response] = []
        self._signals: dict[int, _Signal] = {}
        self._pair = SignalPair(self._config.pair)
        self._clock_id = 0
        self._newest: tuple[float, float] | None = None
        self._unread = False
        self._stopped = False

    @property
    def ranges(self) -> Ranges:
        """Full scales that the start requests asked for."""
        return Ranges(
            self._range(Measurement.ACC) * STANDARD_GRAVITY_M_S2, np.deg2rad(self._range(Measurement.GYRO)).item()
        )

    @property
    def lack(self) -> str:
        """The factor, which comes in the answer to a start."""
        return "by what factor its numbers are to be multiplied (answer to the start)" if self._unread else ""

    @property
    def limits(self) -> tuple[Limit, ...]:
        """What this device cannot do."""
        found = [_NO_COUNTER]
        acc = self._signals.get(Measurement.ACC)
        if acc is not None and Measurement.GYRO not in self._signals:
            found.append(_NO_GYROSCOPE)
        if self._stopped:
            found.append(_STOPPED)
        return tuple(found)

    def opening(self) -> tuple[Write, ...]:
        """Write nothing: the features, which are read first, say what can be asked for."""
        return ()

    def closing(self) -> tuple[Write, ...]:
        """Stop what was started; SDK mode ends with the link."""
        return tuple(_write(Request(Opcode.STOP, measurement)) for measurement in self._signals)

    def take(self, payload: TimedPayload) -> Taken:
        """Take a frame, an answer, the features, or a request that was written."""
        if payload.characteristic is Characteristic.LIVE:
            return self._frame(polar.decode_frame(payload.payload), payload.received_s)
        if payload.characteristic is Characteristic.FEATURE:
            self._features = polar.decode_features(payload.payload)
            # SDK mode lifts the 52 Hz and 8 g of the normal one.
            if Measurement.SDK_MODE in self._features:
                return Taken(writes=(_write(polar.sdk_mode(on=True)),))
            return Taken(writes=(_query(Measurement.ACC),))
        if payload.characteristic is Characteristic.CONFIG:
            self._written(polar.decode_request(payload.payload))
            return Taken()
        message = polar.decode_control(payload.payload)
        if isinstance(message, Response):
            return Taken(writes=self._answered(message))
        self._stopped = True
        return Taken()

    def finish(self) -> tuple[Batch, ...]:
        """Return what waits for a second frame or for angular rates."""
        self._drain_timers()
        return self._batches(*self._pair.finish())

    def _range(self, measurement: int) -> float:
        signal = self._signals.get(measurement)
        if signal is None:
            return np.nan
        if signal.settings.range_milliunit:
            return signal.settings.range_milliunit[-1] / 1000
        return float(signal.settings.range_unit[-1]) if signal.settings.range_unit else np.nan

    def _written(self, request: Request) -> None:
        if request.opcode is Opcode.START and request.measurement in (Measurement.ACC, Measurement.GYRO):
            self._signals[request.measurement] = _Signal(request.settings)

    def _answered(self, response: Response) -> tuple[Write, ...]:
        """Return what to write after an answer: the next line of the dialogue."""
        self._asked.append(response)
        if response.more:
            return ()
        try:
            whole = polar.joined(self._asked)
        finally:
            self._asked.clear()
        granted = whole.status in (Status.SUCCESS, Status.ALREADY_IN_STATE)
        if whole.measurement == Measurement.SDK_MODE:
            # Refused as well: the normal mode is slow, but it is there.
            return (_query(Measurement.ACC),) if whole.opcode == Opcode.START else ()
        if whole.opcode == Opcode.GET_SETTINGS and granted:
            return (self._start(whole.measurement, polar.decode_settings(whole.parameters)),)
        if whole.opcode == Opcode.START:
            self._started(whole, granted=granted)
            if whole.measurement == Measurement.ACC and Measurement.GYRO in self._features:
                return (_query(Measurement.GYRO),)
        return ()

    def _start(self, measurement: int, offered: Settings) -> Write:
        """Return the start with the best of what is on offer: widest range, and a rate that the radio carries."""
        rates = [rate for rate in offered.sample_rate_hz if rate <= self._config.rate_hz] or offered.sample_rate_hz
        chosen = Settings(
            sample_rate_hz=_greatest(rates),
            resolution_bits=_greatest(offered.resolution_bits),
            range_unit=_greatest(offered.range_unit),
            range_milliunit=_greatest(offered.range_milliunit),
            channels=_greatest(offered.channels),
        )
        return _write(Request(Opcode.START, measurement, chosen))

    def _started(self, response: Response, *, granted: bool) -> None:
        signal = self._signals.get(response.measurement)
        if signal is None:
            return
        if not granted:
            del self._signals[response.measurement]
            return
        # No factor in the answer: the numbers are in the unit already, as with an H10.
        signal.factor = (polar.decode_settings(response.parameters).factor or (1.0,))[-1]
        if response.measurement == Measurement.GYRO:
            self._pair.expect_gyroscope()

    def _frame(self, frame: PmdFrame, received_s: float) -> Taken:
        signal = self._signals.get(frame.measurement)
        if signal is None or signal.factor is None:
            # What an unasked signal says is of no use; one that was asked for waits for its factor.
            self._unread = self._unread or frame.measurement in (Measurement.ACC, Measurement.GYRO)
            return Taken()
        self._unread = False
        rows = np.array(polar.samples(frame, signal.factor), dtype=np.float64)
        # Float frames can hold any bit pattern; infinity is as lost as NaN.
        rows[~np.isfinite(rows)] = np.nan
        stamp_s = frame.timestamp_ns / 1e9
        ended = self._restarted(signal, stamp_s, received_s)
        signal.stamp_s = stamp_s
        if signal.timer is None:
            rates = signal.settings.sample_rate_hz
            signal.timer = FrameTimer(rates[-1] if rates else self._config.rate_hz, self._config.timing)
        self._pass_on(frame.measurement, signal.timer.add(stamp_s, rows))
        reading = ClockReading(self._clock_id, stamp_s, received_s)
        return Taken(ended + self._batches(*self._pair.ready()), reading)

    def _restarted(self, signal: _Signal, stamp_s: float, received_s: float) -> tuple[Batch, ...]:
        """Begin a new clock if the sensor's was set; return what the old one leaves behind."""
        before, self._newest = self._newest, (stamp_s, received_s)
        if before is None:
            return ()
        gained_s = (stamp_s - before[0]) - (received_s - before[1])
        backward = not np.isnan(signal.stamp_s) and stamp_s <= signal.stamp_s
        if not backward and gained_s < self._config.timing.jump_s:
            return ()
        ended = self.finish()
        self._clock_id += 1
        for one in self._signals.values():
            one.timer, one.stamp_s = None, np.nan
        return ended

    def _drain_timers(self) -> None:
        for measurement, signal in self._signals.items():
            if signal.timer is not None:
                self._pass_on(measurement, signal.timer.finish())

    def _pass_on(self, measurement: int, ready: list[tuple[Floats, Floats]]) -> None:
        for time_s, rows in ready:
            if measurement == Measurement.ACC:
                self._pair.add_acc(time_s, rows * STANDARD_GRAVITY_M_S2)
            else:
                self._pair.add_gyr(time_s, np.deg2rad(rows))

    def _batches(self, time_s: Floats, acc: Floats, gyr: Floats) -> tuple[Batch, ...]:
        return (Batch(self._clock_id, time_s, acc, gyr),) if len(time_s) else ()


def _write(request: Request) -> Write:
    return Write(polar.CONTROL_UUID, polar.encode_request(request))


def _query(measurement: Measurement) -> Write:
    return _write(Request(Opcode.GET_SETTINGS, measurement))


def _greatest(values: tuple[int, ...] | list[int]) -> tuple[int, ...]:
    return (max(values),) if values else ()


_NO_COUNTER: Final = Limit(
    "device.no_counter",
    "it does not number its samples. Lost ones are told by time alone, and cannot be asked for again.",
)
_NO_GYROSCOPE: Final = Limit(
    "device.no_gyroscope",
    "it has no gyroscope. At foot or shank it finds no steps: wear it low on the back, for step times and frequency.",
)
_STOPPED: Final = Limit(
    "device.stopped",
    "it ended the measurement by itself. Take it off the charger, or start it again.",
)
