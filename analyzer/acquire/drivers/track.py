"""One sensor of another maker: its way from payloads to samples on one rising time axis."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from analyzer.acquire.clock import ClockConfig, ClockCorrection, ClockFit, SensorClock, whole_nanoseconds
from analyzer.acquire.drivers.base import Batch, Driver, Limit, Ranges
from analyzer.acquire.track import Tally, TrackConfig
from analyzer.checks import LEAST_RATE_HZ
from analyzer.model import Characteristic, Placement, SensorStream, TimedPayload, clipped_samples
from firmware_protocol.devices import DeviceError

__all__ = ["DeviceTrack", "placement_in"]


_TAKEN: Final = frozenset({Characteristic.LIVE, Characteristic.CONFIG, Characteristic.CONTROL, Characteristic.FEATURE})
"""What drivers read; batteries and the like are recorded beside it."""


@dataclass(slots=True)
class _Segment:
    """A stretch in which the sensor's clock was not reset."""

    clock: SensorClock
    offset_s: float = np.nan
    start_s: float = np.nan

    def settle(self) -> None:
        """Fix the offset, once and for all, at the least delay seen so far."""
        if np.isnan(self.offset_s):
            self.offset_s = self.clock.least_delay_s


class DeviceTrack:
    """Decode and time the payloads of one sensor.

    Parameters
    ----------
    driver : Driver or None
        None for a format that this version does not know.
    placement : Placement or None
        Where it is worn: none of these sensors can say so itself.
    config : TrackConfig
    clock_config : ClockConfig

    Attributes
    ----------
    tally : Tally
    """

    lacks_config = False

    def __init__(
        self, driver: Driver | None, placement: Placement | None, config: TrackConfig, clock_config: ClockConfig
    ) -> None:
        self.tally = Tally()
        self.placement = placement
        self._driver = driver
        self._config = config
        self._clock_config = clock_config
        self._segments: dict[int, _Segment] = {}
        self._waiting: deque[tuple[Batch, Ranges]] = deque()
        self._last_s = np.nan
        self._rate_hz = np.nan

    @property
    def lacks_placement(self) -> bool:
        """Whether samples wait for someone to say where the sensor is worn."""
        return bool(self._waiting) and self.placement is None

    @property
    def limits(self) -> tuple[Limit, ...]:
        """What keeps this sensor's samples away, and what it cannot do."""
        if self._driver is None:
            return (
                Limit("sensor.unknown_format", "this version cannot read its format, so it is left out. Update psr."),
            )
        found = []
        if self._driver.lack:
            text = f"it has not said {self._driver.lack}, so it is left out. Connect it anew."
            found.append(Limit("sensor.no_config", text))
        if self._is_too_slow:
            text = f"it measures {self._rate_hz:.3g} times a second, too slow for a ground contact, so it is left out."
            found.append(Limit("sensor.too_slow", f"{text} Set a faster rate, or use another sensor."))
        # A sensor that has sent nothing needs no warning of what it would not have been able to.
        return (*found, *self._driver.limits) if self._segments else tuple(found)

    def take(self, payload: TimedPayload) -> None:
        """Take a payload of any characteristic."""
        if self._driver is None or payload.characteristic not in _TAKEN:
            return
        # Rounded as a capture rounds, or a replay would not see the very same times.
        rounded = replace(payload, received_s=whole_nanoseconds(payload.received_s))
        try:
            taken = self._driver.take(rounded)
        except DeviceError as error:
            self._count_bad(error)
            return
        self._keep(taken.batches)
        if taken.reading is not None:
            segment = self._segment(taken.reading.clock_id)
            segment.clock.add(taken.reading.device_s, taken.reading.received_s)
            if segment.clock.span_s >= self._config.settle_s:
                segment.settle()

    def _count_bad(self, error: DeviceError) -> None:
        self.tally.n_bad_payloads += 1
        self.tally.first_fault = self.tally.first_fault or str(error)

    def settle(self) -> None:
        """Take what the driver still holds back, and fix the time axis with what is known."""
        while self._driver is not None:
            try:
                self._keep(self._driver.finish())
                break
            except DeviceError as error:
                # What broke is no longer held back: asked again, the driver hands out the rest.
                self._count_bad(error)
        for segment in self._segments.values():
            segment.settle()

    def blocks(self) -> Iterator[SensorStream]:
        """Hand out what is ready: one block per batch."""
        while self._waiting and self.placement is not None and not self._is_too_slow:
            batch, ranges = self._waiting[0]
            segment = self._segments.get(batch.clock_id)
            # Strictly in order: a batch that still waits for its clock holds up all behind it.
            if segment is None or np.isnan(segment.offset_s):
                return
            self._waiting.popleft()
            block = self._block(batch, ranges, segment, self.placement)
            if block.n_samples:
                yield block

    def correction(self) -> ClockCorrection | None:
        """Return the way from emitted to host time as far as it is known now; None before the first block."""
        begun = [segment for segment in self._segments.values() if not np.isnan(segment.start_s)]
        if not begun or self._driver is None:
            return None
        fits = []
        for segment in begun:
            fit, offset_s = segment.clock.fit(), segment.offset_s
            error_s = float(np.hypot(fit.error_s, self._driver.clock_error_s))
            # From emitted time on: its origin is shifted by the offset, which is in it already.
            fits.append(ClockFit(fit.origin_s + offset_s, fit.offset_s - offset_s, fit.drift, error_s))
        return ClockCorrection(np.array([segment.start_s for segment in begun]), tuple(fits))

    @property
    def _is_too_slow(self) -> bool:
        return self._rate_hz < LEAST_RATE_HZ

    def _keep(self, batches: tuple[Batch, ...]) -> None:
        # Non-empty here, so range and batch stay together when a sensor is started anew with another range.
        ranges = self._driver.ranges if self._driver is not None and batches else Ranges()
        for batch in batches:
            self._segment(batch.clock_id)
            if len(self._waiting) >= self._config.max_waiting:
                self.tally.n_dropped += len(batch.device_s)
                continue
            self._waiting.append((batch, ranges))
        self._measure_rate()

    def _measure_rate(self) -> None:
        """Tell the rate from the samples that wait before the first of them leaves; it is judged once."""
        if not np.isnan(self._rate_hz) or not np.isnan(self._last_s) or not self._waiting:
            return
        clock_id = self._waiting[0][0].clock_id
        times = np.concatenate([batch.device_s for batch, _ in self._waiting if batch.clock_id == clock_id])
        if times[-1] - times[0] >= self._config.settle_s / 2:
            # The middle step: lost samples leave it alone.
            self._rate_hz = 1.0 / float(np.median(np.diff(times)))

    def _segment(self, clock_id: int) -> _Segment:
        if clock_id not in self._segments:
            # Of the clock that ended nothing more will be learnt.
            for segment in self._segments.values():
                segment.settle()
            self.tally.n_restarts += bool(self._segments)
            self._segments[clock_id] = _Segment(SensorClock(self._clock_config))
        return self._segments[clock_id]

    def _block(self, batch: Batch, ranges: Ranges, segment: _Segment, placement: Placement) -> SensorStream:
        times = batch.device_s + segment.offset_s
        # A clock that began anew a little early: what lies before samples that are out already cannot be told.
        late = times > self._last_s if not np.isnan(self._last_s) else np.ones(len(times), dtype=np.bool_)
        times, acc, gyr = times[late], batch.acc_m_s2[late], batch.gyr_rad_s[late]
        if len(times):
            self._last_s = float(times[-1])
            segment.start_s = float(times[0]) if np.isnan(segment.start_s) else segment.start_s
        clipped = clipped_samples(acc, gyr, ranges.acc_m_s2, ranges.gyr_rad_s)
        return SensorStream(placement, times, acc, gyr, ranges.acc_m_s2, ranges.gyr_rad_s, clipped)


def placement_in(sensor: str) -> Placement | None:
    """Return the placement that a sensor's name begins with, as a recording writes it, if any.

    >>> placement_in("left_foot=Polar Sense A1B2C3D4"), placement_in("Polar Sense A1B2C3D4")
    (<Placement.LEFT_FOOT: 'left_foot'>, None)
    """
    name = sensor.partition("=")[0]
    return next((placement for placement in Placement if placement.value == name), None)
