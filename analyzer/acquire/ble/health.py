"""How a sensor is doing while it records: what a coach's line shows."""

import math
from collections import deque
from dataclasses import dataclass, field

from analyzer.acquire.ble.link import Phase
from analyzer.acquire.clock import SensorClock
from firmware_protocol import Frame, FrameFlags, SyncExchange

__all__ = ["Health", "HealthConfig", "Vitals"]

_CLIP_FLAGS = (
    FrameFlags.ACC_CLIP_X
    | FrameFlags.ACC_CLIP_Y
    | FrameFlags.ACC_CLIP_Z
    | FrameFlags.GYR_CLIP_X
    | FrameFlags.GYR_CLIP_Y
    | FrameFlags.GYR_CLIP_Z
)


@dataclass(frozen=True, slots=True)
class HealthConfig:
    """What a line looks back on.

    Attributes
    ----------
    window_s : float
        Share received and clipped are of this long: a few strides, and no longer than a coach's glance takes.
    """

    window_s: float = 2.0


@dataclass(frozen=True, slots=True)
class Vitals:
    """One sensor at one moment.

    Attributes
    ----------
    name : str
        Within the recording.
    placement : str
        Empty where nobody has said.
    phase : Phase
    battery_pct : int or None
    received_pct : float
        Of the samples of the last two seconds; NaN before the first.
    total_pct : float
        Of all samples so far, those from the sensor's memory included.
    clipped_pct : float
        Share of the last two seconds' frames with a sample at the sensor's limit.
    clock_error_s : float
        Standard error of its clock on the host's; NaN before the first samples.
    silent_s : float
        Since the last payload.
    n_losses, n_restarts, n_refilled : int
        Links lost, sessions begun anew, samples filled from memory, since the beginning.
    fault : str
        Why it is not connected, in plain words; empty where it is.
    """

    name: str
    placement: str = ""
    phase: Phase = Phase.WAITING
    battery_pct: int | None = None
    received_pct: float = math.nan
    total_pct: float = math.nan
    clipped_pct: float = math.nan
    clock_error_s: float = math.nan
    silent_s: float = 0.0
    n_losses: int = 0
    n_restarts: int = 0
    n_refilled: int = 0
    fault: str = ""


@dataclass(frozen=True, slots=True)
class _Seen:
    received_s: float
    first: int
    stop: int
    clipped: bool


@dataclass(slots=True)
class Health:
    """Counts of one sensor, kept while frames come.

    Attributes
    ----------
    n_restarts : int
        Sessions that began after the first.
    n_received, n_expected : int
        Samples so far, and how many there would be without loss.
    """

    config: HealthConfig = field(default_factory=HealthConfig)
    n_restarts: int = 0
    n_received: int = 0
    n_expected: int = 0
    _clock: SensorClock = field(default_factory=SensorClock)
    _recent: deque[_Seen] = field(default_factory=deque)
    _session_id: int | None = None
    _next: int = 0

    def take(self, frame: Frame, received_s: float) -> None:
        """Take a new frame; copies must have been left out."""
        self.n_received += frame.n_samples
        if frame.flags & FrameFlags.RETX:
            return
        if frame.session_id != self._session_id:
            self.n_restarts += self._session_id is not None
            self._session_id, self._next = frame.session_id, frame.first_sample_index
            self._recent.clear()
            # Indices began anew, and perhaps the clock: it is read afresh, which costs a moment's sharpness.
            self._clock = SensorClock()
        stop = frame.first_sample_index + frame.n_samples
        self.n_expected += stop - self._next
        self._next = stop
        self._clock.add((frame.t0_us + (frame.n_samples - 1) * frame.period_ns / 1000) / 1e6, received_s)
        clipped = bool(frame.flags & _CLIP_FLAGS)
        self._recent.append(_Seen(received_s, frame.first_sample_index, stop, clipped))
        # The one frame that is kept before the window says where the window's count begins.
        while len(self._recent) > 1 and self._recent[1].received_s < received_s - self.config.window_s:
            self._recent.popleft()

    def take_exchange(self, exchange: SyncExchange) -> None:
        """Take the four times of one synchronisation exchange."""
        self._clock.add_exchange(exchange)

    @property
    def clock_error_s(self) -> float:
        """Standard error of the sensor's clock on the host's; NaN before the first frame."""
        return self._clock.error_s

    def link_lost(self) -> None:
        """Let the last moments begin anew: a link that is back is not weak for what was lost without it."""
        self._recent.clear()

    @property
    def received_pct(self) -> float:
        """Share of the samples of the last moments that came at once; NaN before the second frame."""
        if len(self._recent) < 2:
            return math.nan
        counted = list(self._recent)[1:]
        return 100.0 * sum(seen.stop - seen.first for seen in counted) / (counted[-1].stop - self._recent[0].stop)

    @property
    def total_pct(self) -> float:
        """Share of all samples that came, at once or again; NaN before the first."""
        return 100.0 * min(self.n_received / self.n_expected, 1.0) if self.n_expected else math.nan

    @property
    def clipped_pct(self) -> float:
        """Share of the last moments' frames at the sensor's limit; NaN before the first."""
        return 100.0 * sum(seen.clipped for seen in self._recent) / len(self._recent) if self._recent else math.nan
