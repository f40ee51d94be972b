"""Movesense sensors with the GATT SensorData Protocol."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from analyzer.acquire.drivers.base import Batch, ClockReading, Limit, Ranges, Taken, Write
from analyzer.acquire.drivers.timing import LineTimer, TimingConfig
from analyzer.model import Characteristic, Floats, TimedPayload
from firmware_protocol.devices import movesense
from firmware_protocol.devices.movesense import Command, CommandWrite, DataJoiner, MotionData, NotificationKind

__all__ = ["MovesenseConfig", "MovesenseDriver"]


@dataclass(frozen=True, slots=True)
class MovesenseConfig:
    """How a Movesense sensor is asked to measure.

    Attributes
    ----------
    rate_hz : int
        104 Hz: its floats take three to four packets a batch at 208 Hz, more than the radio reliably carries.
    ref : int
        Number of our subscription, repeated in all its data.
    timing : TimingConfig
    """

    rate_hz: int = 104
    ref: int = 1
    timing: TimingConfig = field(default_factory=TimingConfig)


class MovesenseDriver:
    """Subscribe to acceleration and angular rate, and read their batches."""

    # Stamps are whole milliseconds, and those of many batches agree far better than one of them.
    clock_error_s = 0.0
    # Its ranges can be neither set nor read by the commands on which firmwares agree.
    ranges = Ranges()

    def __init__(self, config: MovesenseConfig | None = None) -> None:
        self._config = config or MovesenseConfig()
        self._paths: dict[int, str] = {}
        self._nominal_hz = float(self._config.rate_hz)
        self._joiner = DataJoiner()
        self._pending_s = np.nan
        self._timer: LineTimer | None = None
        self._clock_id = 0
        self._stamp_s = np.nan
        self._n_samples = 0
        self._refused = 0
        self._unread = False
        self._has_gyroscope = True

    @property
    def lack(self) -> str:
        """The subscription, without which its data are bytes."""
        return "what was subscribed to (the first command)" if self._unread else ""

    @property
    def limits(self) -> tuple[Limit, ...]:
        """What this device cannot do."""
        found = [_NO_COUNTER, _RANGE_UNKNOWN]
        if not self._has_gyroscope:
            found.append(_NO_GYROSCOPE)
        if self._refused:
            found.append(
                Limit("device.refused", f"it refused the subscription (status {self._refused}). {_NEWER_FIRMWARE}")
            )
        return tuple(found)

    def opening(self) -> tuple[Write, ...]:
        """Subscribe."""
        path = f"/Meas/IMU6/{self._config.rate_hz}"
        return (_write(CommandWrite(Command.SUBSCRIBE, self._config.ref, path)),)

    def closing(self) -> tuple[Write, ...]:
        """Unsubscribe."""
        return tuple(_write(CommandWrite(Command.UNSUBSCRIBE, ref)) for ref in self._paths)

    def take(self, payload: TimedPayload) -> Taken:
        """Take a notification, or a command that was written."""
        if payload.characteristic is Characteristic.CONFIG:
            command = movesense.decode_command(payload.payload)
            if command.command is Command.SUBSCRIBE:
                self._paths[command.ref] = command.path
                self._nominal_hz = _rate_in(command.path) or self._nominal_hz
            return Taken()
        notification = movesense.decode_notification(payload.payload)
        if notification.kind is NotificationKind.COMMAND_RESULT:
            status = movesense.decode_result(notification.content).status
            self._refused = status if status is not None and status >= 300 else 0
            return Taken()
        if notification.ref not in self._paths:
            self._unread = True
            return Taken()
        # What is complete now arrived with the part before this one.
        arrived_s, self._pending_s = self._pending_s, payload.received_s
        content = self._joiner.feed(notification)
        return Taken() if content is None else self._data(notification.ref, content, arrived_s)

    def finish(self) -> tuple[Batch, ...]:
        """Return the batch that waits for its end, and what waits for a period."""
        batches: list[Batch] = []
        for ref in self._paths:
            content = self._joiner.finish(ref)
            if content is not None and not self._is_torn(data := self._motion(ref, content)):
                batches += self._timed(data)
        return (*batches, *self._ended())

    def _data(self, ref: int, content: bytes, arrived_s: float) -> Taken:
        data = self._motion(ref, content)
        if self._is_torn(data):
            # The part that is missing would have gone unnoticed: halves of one array would pass for another.
            raise movesense.MOVESENSE.error(f"expected {self._n_samples} samples, got {data.n_samples}; a part is lost")
        stamp_s = data.timestamp_ms / 1000
        ended: tuple[Batch, ...] = ()
        if stamp_s < self._stamp_s or stamp_s - self._stamp_s > self._config.timing.longest_gap_s:
            ended = self._ended()
            self._timer, self._clock_id = None, self._clock_id + 1
        self._stamp_s = stamp_s
        batches = (*ended, *self._timed(data))
        period_s = self._timer.period_s if self._timer else 0.0
        last_s = stamp_s + (data.n_samples - 1) * period_s
        return Taken(batches, ClockReading(self._clock_id, last_s, arrived_s))

    def _motion(self, ref: int, content: bytes) -> MotionData:
        data = movesense.decode_data(self._paths[ref], content)
        if not isinstance(data, MotionData) or not data.acc_m_s2:
            raise movesense.MOVESENSE.error(f"{self._paths[ref]} holds no acceleration")
        self._has_gyroscope = bool(data.gyr_dps)
        return data

    def _is_torn(self, data: MotionData) -> bool:
        """Say whether a batch is shorter than others: a sensor's batches are all of one length."""
        self._n_samples = max(self._n_samples, data.n_samples)
        return data.n_samples < self._n_samples

    def _timed(self, data: MotionData) -> list[Batch]:
        if self._timer is None:
            self._timer = LineTimer(self._nominal_hz, self._config.timing)
        gyr = np.deg2rad(data.gyr_dps) if data.gyr_dps else np.full((data.n_samples, 3), np.nan)
        rows = np.column_stack([np.array(data.acc_m_s2), gyr])
        rows[~np.isfinite(rows)] = np.nan
        return self._as_batches(self._timer.add(data.timestamp_ms / 1000, rows))

    def _ended(self) -> tuple[Batch, ...]:
        return tuple(self._as_batches(self._timer.finish())) if self._timer else ()

    def _as_batches(self, ready: list[tuple[Floats, Floats]]) -> list[Batch]:
        return [Batch(self._clock_id, time_s, rows[:, :3], rows[:, 3:]) for time_s, rows in ready]


def _rate_in(path: str) -> float:
    """Return the rate that a resource's path ends with; 0 where it names none."""
    last = path.rpartition("/")[2]
    return float(last) if last.isascii() and last.isdigit() else 0.0


def _write(command: CommandWrite) -> Write:
    return Write(movesense.COMMAND_UUID, movesense.encode_command(command))


_NEWER_FIRMWARE: Final = "Use firmware 2.3 or later."

_NO_COUNTER: Final = Limit(
    "device.no_counter",
    "it does not number its samples. Lost ones are told by time alone, and cannot be asked for again.",
)
_RANGE_UNKNOWN: Final = Limit(
    "device.range_unknown",
    "it does not say its range. Samples at its limit cannot be marked: trust no impact, and less at 100 % effort.",
)
_NO_GYROSCOPE: Final = Limit(
    "device.no_gyroscope",
    "no angular rates were asked for. At foot or shank it finds no steps: start it with both sensors (IMU6).",
)
