"""One sensor's way from payloads to samples on one rising time axis."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from analyzer.acquire.clock import ClockConfig, ClockCorrection, ClockFit, SensorClock
from analyzer.acquire.counts import MOTION_KINDS, Scales, si_samples
from analyzer.model import Floats, Placement, SensorStream, placement_of
from firmware_protocol import (
    Config,
    Frame,
    FrameFlags,
    FrameKind,
    GapReason,
    Location,
    PacketError,
    Sensors,
    SessionReset,
    StreamDecoder,
    SyncExchange,
    decode_config,
)

__all__ = ["SensorTrack", "Tally", "TrackConfig"]


@dataclass(frozen=True, slots=True)
class TrackConfig:
    """How the samples of one sensor are put on a time axis.

    Attributes
    ----------
    settle_s : float
        Samples are held for this long at the start of a sensor, until the shortest way through the radio has been
        seen about ten times: their time never shifts afterwards.
    longest_gap_s : float
        Lost samples are NaN rows up to here; a longer gap is a pause and stays a hole in time.
    fastest_rate_hz : float
        No sensor is faster; guards the number of NaN rows against a frame with a nonsensical period.
    max_waiting : int
        Frames kept for a config record that has not come yet: about three minutes of a sensor at 200 Hz.
    same_clock_s : float
        A new session whose arrival fits the old clock this well did not reboot and keeps its clock.
    """

    settle_s: float = 1.0
    longest_gap_s: float = 60.0
    fastest_rate_hz: float = 8000.0
    max_waiting: int = 2048
    same_clock_s: float = 0.25


@dataclass(slots=True)
class Tally:
    """What went wrong with a sensor so far, in numbers."""

    n_bad_payloads: int = 0
    first_fault: str = ""
    n_restarts: int = 0
    n_resent: int = 0
    n_dropped: int = 0
    unused_kinds: set[str] = field(default_factory=set)


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


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A frame on its way out; `n_lost` samples are missing before it, None where only time can tell."""

    frame: Frame
    segment: _Segment
    n_lost: int | None


class SensorTrack:
    """Decode, scale and time the payloads of one sensor.

    Attributes
    ----------
    tally : Tally
    """

    def __init__(self, placement: Placement | None, config: TrackConfig, clock_config: ClockConfig) -> None:
        self.tally = Tally()
        self._placement = placement
        self._config = config
        self._clock_config = clock_config
        self._decoder = StreamDecoder()
        self._configs: dict[int, Config] = {}
        self._scales: dict[tuple[int, FrameKind], Scales] = {}
        self._segments: list[_Segment] = []
        self._waiting: deque[_Waiting] = deque()
        # Of a clock whose first frame has not come yet, the first burst of them mostly.
        self._exchanges: deque[SyncExchange] = deque(maxlen=clock_config.n_exchanges)
        self._kind: FrameKind | None = None
        self._n_lost: int | None = 0
        self._session_began = False
        self._newest_t0_us = -1
        self._last_s = np.nan

    @property
    def placement(self) -> Placement | None:
        """Where the sensor is worn; None as long as nobody said so."""
        return self._placement

    @property
    def lacks_config(self) -> bool:
        """Whether samples wait for nothing but a config record."""
        return self._has_settled_samples and self._waiting[0].frame.config_id not in self._configs

    @property
    def lacks_placement(self) -> bool:
        """Whether samples wait for someone to say where the sensor is worn."""
        return self._has_settled_samples and self._placement is None

    def configure(self, payload: bytes) -> None:
        """Take a config record."""
        try:
            config = decode_config(payload)
        except PacketError as error:
            self._count_bad(error)
            return
        self._configs[config.config_id] = config
        # Ids come round again after 255 changes, so what was kept under one may be stale.
        self._scales.clear()
        # What was given or said first stays: blocks with that placement may be out already.
        if self._placement is None and config.location_id in _LOCATIONS:
            self._placement = _LOCATIONS[config.location_id]
        # The coarse high-g chip makes up the stream only where there is no ordinary accelerometer.
        if self._kind is None and not config.sensors & Sensors.ACC and config.sensors & Sensors.HIGH_G:
            self._kind = FrameKind.HIGH_G_ACC

    def feed(self, payload: bytes, received_s: float) -> None:
        """Take a data payload."""
        try:
            events = self._decoder.feed(payload)
        except PacketError as error:
            self._count_bad(error)
            return
        for event in events:
            if isinstance(event, Frame):
                self._take(event, received_s)
            elif isinstance(event, SessionReset):
                self.tally.n_restarts += 1
                # Indices begin anew, and so may the clock: only arrival tells how much lies between.
                self._n_lost, self._session_began, self._newest_t0_us = None, True, -1
            elif event.kind is self._kind:
                # A time gap comes after a count of lost indices and replaces it: the index does not know it all.
                self._n_lost = None if event.reason is GapReason.TIME_GAP else event.n_samples

    def exchange(self, exchange: SyncExchange) -> None:
        """Take the four times of one synchronisation exchange."""
        if self._belongs(exchange):
            self._segments[-1].clock.add_exchange(exchange)
        else:
            # The burst after a start comes before the first frame.
            self._exchanges.append(exchange)

    def settle(self) -> None:
        """Fix the time axis with what is known: nothing more will come."""
        for segment in self._segments:
            segment.settle()

    def blocks(self) -> Iterator[SensorStream]:
        """Hand out what is ready: one block per frame, NaN rows for lost samples first."""
        while self._waiting and self._placement is not None:
            head = self._waiting[0]
            scales = self._scales_for(head.frame)
            # Strictly in order: a frame that still waits for its record holds up all behind it.
            if scales is None or np.isnan(head.segment.offset_s):
                return
            self._waiting.popleft()
            yield self._block(head, scales, self._placement)

    def correction(self) -> ClockCorrection | None:
        """Return the way from emitted to host time as far as it is known now; None before the first block."""
        begun = [segment for segment in self._segments if not np.isnan(segment.start_s)]
        if not begun:
            return None
        fits = []
        for segment in begun:
            fit, offset_s = segment.clock.fit(), segment.offset_s
            # From emitted time on: its origin is shifted by the offset, which is in it already.
            fits.append(ClockFit(fit.origin_s + offset_s, fit.offset_s - offset_s, fit.drift, fit.error_s))
        return ClockCorrection(np.array([segment.start_s for segment in begun]), tuple(fits))

    @property
    def _has_settled_samples(self) -> bool:
        return bool(self._waiting) and not np.isnan(self._waiting[0].segment.offset_s)

    def _count_bad(self, error: PacketError) -> None:
        self.tally.n_bad_payloads += 1
        self.tally.first_fault = self.tally.first_fault or str(error)

    def _take(self, frame: Frame, received_s: float) -> None:
        if not self._is_used(frame.kind):
            self.tally.unused_kinds.add(frame.kind.name)
            return
        if frame.flags & FrameFlags.RETX and frame.t0_us <= self._newest_t0_us:
            # Too late: NaN rows stand for these samples already.
            self.tally.n_resent += frame.n_samples
            return
        self._newest_t0_us = frame.t0_us
        if self._placement is None:
            self._placement = _LOCATIONS.get(frame.location_id)
        segment = self._segment_for(frame, received_s)
        # No index gap will tell of what is dropped here, so the next frame goes by its time.
        if len(self._waiting) >= self._config.max_waiting:
            self.tally.n_dropped += frame.n_samples
            self._n_lost = None
            return
        self._waiting.append(_Waiting(frame, segment, self._n_lost))
        self._n_lost = 0

    def _is_used(self, kind: FrameKind) -> bool:
        """Say whether frames of a kind make up the stream: the first kind of motion frame that comes does."""
        if self._kind is None and kind in MOTION_KINDS - {FrameKind.HIGH_G_ACC}:
            self._kind = kind
        return kind is self._kind

    def _segment_for(self, frame: Frame, received_s: float) -> _Segment:
        """Read the clock with a frame and return the segment that the frame belongs to."""
        # A payload can leave only once its last sample is there: that sample's time belongs to the arrival.
        end_s = (frame.t0_us + (frame.n_samples - 1) * frame.period_ns / 1000) / 1e6
        if not self._segments or (self._session_began and self._rebooted(end_s, received_s)):
            self.settle()
            self._segments.append(_Segment(SensorClock(self._clock_config)))
        self._session_began = False
        segment = self._segments[-1]
        # What was sent again tells when it was asked for, not how long the way takes.
        if not frame.flags & FrameFlags.RETX or np.isnan(segment.clock.span_s):
            segment.clock.add(end_s, received_s)
        for exchange in self._exchanges:
            if self._belongs(exchange):
                segment.clock.add_exchange(exchange)
        self._exchanges.clear()
        if segment.clock.span_s >= self._config.settle_s:
            segment.settle()
        return segment

    def _belongs(self, exchange: SyncExchange) -> bool:
        """Say whether an exchange was with the newest clock: by the rule for a session that begins anew."""
        if not self._segments:
            return False
        came_s, host_s = exchange.device_rx_us / 1e6, exchange.host_tx_us / 1e6
        expected_s = float(self._segments[-1].clock.to_host(np.array([came_s]))[0])
        return abs(host_s - expected_s) <= self._config.same_clock_s

    def _scales_for(self, frame: Frame) -> Scales | None:
        key = (frame.config_id, frame.kind)
        if key not in self._scales and frame.config_id in self._configs:
            self._scales[key] = Scales.of(self._configs[frame.config_id], frame.kind)
        return self._scales.get(key)

    def _rebooted(self, end_s: float, received_s: float) -> bool:
        expected_s = float(self._segments[-1].clock.to_host(np.array([end_s]))[0])
        return abs(received_s - expected_s) > self._config.same_clock_s

    def _block(self, head: _Waiting, scales: Scales, placement: Placement) -> SensorStream:
        frame, segment = head.frame, head.segment
        # A sample shows what happened before its stamp, by the delay of the sensor's own filter.
        times = self._times(frame, segment.offset_s - scales.delay_s)
        n_missing = self._n_missing(float(times[0]), head.n_lost, frame.period_ns * 1e-9)
        if np.isnan(segment.start_s):
            segment.start_s = float(times[0])
        if n_missing:
            times = np.concatenate([_between(self._last_s, times[0], n_missing), times])
        samples = si_samples(frame, scales, n_missing)
        self._last_s = float(times[-1])
        return SensorStream(
            placement,
            times,
            samples.acc_m_s2,
            samples.gyr_rad_s,
            scales.acc_range_m_s2,
            scales.gyr_range_rad_s,
            samples.clipped,
        )

    def _times(self, frame: Frame, offset_s: float) -> Floats:
        steps_s = frame.period_ns * 1e-9 * np.arange(frame.n_samples, dtype=np.float64)
        times = frame.t0_us / 1e6 + offset_s + steps_s
        if times[0] > self._last_s + frame.period_ns * 0.5e-9 or np.isnan(self._last_s):
            return times
        # The measured period was a little long, or the clock began anew a little early. Half steps until the real
        # time has caught up keep time rising without losing a sample.
        return np.asarray(np.maximum(times, self._last_s + 0.5 * (steps_s + frame.period_ns * 1e-9)))

    def _n_missing(self, start_s: float, n_lost: int | None, period_s: float) -> int:
        elapsed_s = start_s - self._last_s
        if np.isnan(elapsed_s) or elapsed_s > self._config.longest_gap_s:
            return 0
        # The index is exact; time is asked only where the index says nothing.
        n_missing = max(round(elapsed_s / period_s) - 1, 0) if n_lost is None else n_lost
        return n_missing if n_missing <= self._config.longest_gap_s * self._config.fastest_rate_hz else 0


_LOCATIONS: Final = {
    int(location): placement_of(location.name.lower()) for location in Location if location is not Location.UNKNOWN
}
"""Number of a location on the air -> placement."""


def _between(before_s: float, after_s: float, n: int) -> Floats:
    """Return n times spread evenly between two, both left out."""
    return before_s + (after_s - before_s) / (n + 1) * np.arange(1, n + 1, dtype=np.float64)
