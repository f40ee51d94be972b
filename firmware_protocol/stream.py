"""Payloads of one sensor in, frames and gaps in order out (SPEC.md section 10)."""

from bisect import bisect_right
from collections import deque
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from firmware_protocol.errors import PacketError
from firmware_protocol.frames import CHANNELS, Frame, FrameFlags, FrameKind, decode_frame

INDEX_MODULUS: Final = 2**32

TIME_GAP_PERIODS: Final = 2
"""Sample periods by which time and index may disagree (section 10.4)."""

PERIOD_TOLERANCE_DIVISOR: Final = 1000
"""The measured period may be off by one part in this many, which adds up over lost samples (section 10.4)."""


class GapReason(Enum):
    """Why samples are missing, or why time jumps."""

    LOST = "lost"
    """Indices are missing: given up by a queue; the sensor may still hold them."""

    OVERRUN = "overrun"
    """Indices are missing and the sensor says that its own FIFO ran over: some never existed."""

    TIME_GAP = "time_gap"
    """No index is missing, yet time does not continue where the last frame ended."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A hole before the frame that follows.

    Attributes
    ----------
    session_id : int
        Session of the frames on both sides.
    first_sample_index : int
        First missing index, modulo 2^32; for a time gap the first index behind it.
    n_samples : int
        Number of missing indices; 0 for a time gap.
    reason : GapReason
        Why.
    kind : FrameKind
        Kind of the frames on both sides; each kind counts its own samples.
    """

    session_id: int
    first_sample_index: int
    n_samples: int
    reason: GapReason
    kind: FrameKind


@dataclass(frozen=True, slots=True)
class SessionReset:
    """A new session began: indices start anew, and device time too if it rebooted.

    Attributes
    ----------
    session_id, previous_session_id : int
        The new one and the one that ended.
    """

    session_id: int
    previous_session_id: int


StreamEvent = Frame | Gap | SessionReset


@dataclass(frozen=True, slots=True)
class StreamConfig:
    """How much a decoder remembers.

    Attributes
    ----------
    max_holes : int
        Holes kept open for retransmission, per kind; the oldest is given up first. 4096 is ten minutes in which
        every other frame of 18 samples at 208 Hz is lost, in less than a megabyte.
    max_ended_sessions : int
        Ended sessions whose late frames are still recognised. One would do for frames that come twice; sixteen
        cover a sensor that is restarted for every run of a practice.
    """

    max_holes: int = 4096
    max_ended_sessions: int = 16


class StreamDecoder:
    """Turn the payloads of one sensor, live and bulk, into frames, gaps and session resets.

    Every sample comes out at most once: what was seen is cut off, what a retransmission brings is cut to the part
    that was missing. Each kind of frame has its own index and so its own order.

    Examples
    --------
    >>> decoder = StreamDecoder()
    >>> [frame] = decoder.feed(bytes.fromhex(
    ...     "13 01 0700 00000000 40420f0000000000 404b4c00 01 01 0000 0100 0200 0300"))
    >>> frame.kind.name, frame.t0_us, frame.samples
    ('ACC', 1000000, ((1, 2, 3),))
    """

    def __init__(self, config: StreamConfig | None = None) -> None:
        self._config = config or StreamConfig()
        self._session_id: int | None = None
        self._ended: deque[int] = deque(maxlen=self._config.max_ended_sessions)
        self._timelines: dict[FrameKind, _Timeline] = {}
        self._n_repeated = 0

    @property
    def session_id(self) -> int | None:
        """Session of the last frame; None before the first."""
        return self._session_id

    @property
    def n_repeated_samples(self) -> int:
        """Samples dropped so far: seen before, or late without being marked as retransmitted."""
        return self._n_repeated

    def open_gaps(self, kind: FrameKind) -> list[tuple[int, int]]:
        """Return what a retransmission may still bring, as pairs of first sample index and number of samples.

        Oldest first; begins with the samples before the first frame, if that had not index 0.
        """
        timeline = self._timelines.get(kind)
        return timeline.open_gaps() if timeline else []

    def feed(self, payload: bytes) -> list[StreamEvent]:
        """Return what one payload brings, in order: reset, gap, frame.

        Parameters
        ----------
        payload : bytes
            One notification of the live characteristic, or a frame of the bulk characteristic.

        Returns
        -------
        list of Frame, Gap and SessionReset
            Empty if all samples were seen before.

        Raises
        ------
        PacketError
            If the payload is malformed or contradicts the stream; the decoder is then as it was before.
        """
        frame = decode_frame(payload)
        events: list[StreamEvent] = []
        if frame.session_id != self._session_id:
            # May refuse the frame, before anything has changed. Once it has not, no timeline is left that could.
            events += self._open_session(frame)
        timeline = self._timelines.get(frame.kind)
        if timeline is None:
            self._timelines[frame.kind] = _Timeline(frame, self._config.max_holes)
            events.append(frame)
            return events
        placed = timeline.place(frame)
        # Only now that the frame has been accepted: a refused one is no repetition.
        self._n_repeated += frame.n_samples - sum(event.n_samples for event in placed if isinstance(event, Frame))
        return events + placed

    def _open_session(self, frame: Frame) -> list[StreamEvent]:
        previous = self._session_id
        if previous is not None:
            # Let in, a late frame would end the running session and forget its timelines and holes.
            if frame.session_id in self._ended:
                raise PacketError(f"frame of session {frame.session_id}, which ended before {previous} began", "10.2")
            if frame.flags & FrameFlags.RETX:
                raise PacketError(
                    f"retransmitted frame of session {frame.session_id} while {previous} is running", "10.2"
                )
            self._ended.append(previous)
        self._session_id = frame.session_id
        self._timelines.clear()
        return [] if previous is None else [SessionReset(frame.session_id, previous)]


class _Timeline:
    """Order of one kind of frames within one session.

    Indices in here do not wrap: they count on from the first frame's.
    """

    __slots__ = ("_earliest_t0_ns", "_holes", "_max_holes", "_next", "_reference_index", "_reference_t0_us")

    def __init__(self, frame: Frame, max_holes: int) -> None:
        first = frame.first_sample_index
        self._max_holes = max_holes
        # Samples before the first frame were never announced as a gap, yet a host may ask for them.
        self._holes = [(0, first)] if first else []
        self._remember(frame, first)

    def place(self, frame: Frame) -> list[StreamEvent]:
        """Return what a frame brings: gaps and frames in order, nothing if all of it was seen before."""
        start = self._unwrapped(frame.first_sample_index)
        if start >= self._next:
            return self._extend(frame, start)
        known = self._next
        stop = start + frame.n_samples
        retransmitted = bool(frame.flags & FrameFlags.RETX)
        # The radio link keeps the order: an old live frame is either a copy of what was seen, or a fault (10.3).
        if not retransmitted and stop <= known and self._missing(start, stop):
            raise PacketError(
                f"frame at index {frame.first_sample_index} comes after later ones and is not marked RETX", "10.3"
            )
        # The part that may be refused comes first, so that a refused frame has changed nothing.
        newer = self._extend(_cut(frame, known - start, stop - start), known) if stop > known else []
        older: list[StreamEvent] = list(self._fill(frame, start, stop)) if retransmitted else []
        return older + newer

    def open_gaps(self) -> list[tuple[int, int]]:
        """Return the holes as pairs of first index, modulo 2^32, and number of samples."""
        return [(start % INDEX_MODULUS, stop - start) for start, stop in self._holes]

    def _unwrapped(self, index: int) -> int:
        half = INDEX_MODULUS // 2
        # The difference to the next index, read as a signed 32-bit number: a wrap is one step on, not 2^32 back.
        return self._next + (index - self._next + half) % INDEX_MODULUS - half

    def _extend(self, frame: Frame, start: int) -> list[StreamEvent]:
        # First, as this may refuse the frame: until here nothing has changed.
        time_gap = self._time_gap_before(frame, start)
        events: list[StreamEvent] = []
        n_lost = start - self._next
        if n_lost:
            reason = GapReason.OVERRUN if frame.flags & FrameFlags.OVERRUN_BEFORE else GapReason.LOST
            events.append(Gap(frame.session_id, self._next % INDEX_MODULUS, n_lost, reason, frame.kind))
            self._holes.append((self._next, start))
            # The oldest go; the slice is empty as long as there are no more than that.
            del self._holes[: -self._max_holes]
        if time_gap:
            events.append(Gap(frame.session_id, frame.first_sample_index, 0, GapReason.TIME_GAP, frame.kind))
        events.append(frame)
        self._remember(frame, start)
        return events

    def _time_gap_before(self, frame: Frame, start: int) -> bool:
        """Say whether time and index disagree; raise if time runs backwards."""
        if frame.t0_us * 1000 <= self._earliest_t0_ns:
            raise PacketError(
                f"frame at index {frame.first_sample_index} begins at {frame.t0_us} us, before the end of the one at "
                f"{self._reference_t0_us} us",
                "10.4",
            )
        if frame.kind is FrameKind.EVENT:
            return False
        if frame.flags & FrameFlags.TIME_GAP_BEFORE:
            return True
        # From first sample to first sample, with the new period: it was measured over the stretch between them.
        expected_ns = (start - self._reference_index) * frame.period_ns
        elapsed_ns = (frame.t0_us - self._reference_t0_us) * 1000
        tolerance_ns = TIME_GAP_PERIODS * frame.period_ns + expected_ns // PERIOD_TOLERANCE_DIVISOR
        return abs(elapsed_ns - expected_ns) >= tolerance_ns

    def _remember(self, frame: Frame, start: int) -> None:
        self._next = start + frame.n_samples
        self._reference_index = start
        self._reference_t0_us = frame.t0_us
        if frame.kind is FrameKind.EVENT:
            # Two events may share a microsecond.
            self._earliest_t0_ns = frame.t0_us * 1000 - 1
        else:
            # One sample of slack (10.4): period and t0 are measured, so a frame may begin a little early.
            self._earliest_t0_ns = frame.t0_us * 1000 + max(0, frame.n_samples - 2) * frame.period_ns

    def _missing(self, start: int, stop: int) -> list[tuple[int, int]]:
        """Return the parts of a range that lie in holes, in order."""
        # The hole that begins before the range may reach into it; where there is none, begin with the first.
        at = max(0, bisect_right(self._holes, start, key=_hole_start) - 1)
        parts = []
        for hole_start, hole_stop in self._holes[at:]:
            if hole_start >= stop:
                break
            if hole_stop > start:
                parts.append((max(start, hole_start), min(stop, hole_stop)))
        return parts

    def _fill(self, frame: Frame, start: int, stop: int) -> list[Frame]:
        # All parts before any is closed: closing changes the list that they are found in.
        parts = self._missing(start, stop)
        for part in parts:
            self._close(part)
        return [_cut(frame, part_start - start, part_stop - start) for part_start, part_stop in parts]

    def _close(self, part: tuple[int, int]) -> None:
        at = bisect_right(self._holes, part[0], key=_hole_start) - 1
        # A part never reaches over two holes, as `_missing` cuts it at their ends.
        hole_start, hole_stop = self._holes[at]
        left, right = (hole_start, part[0]), (part[1], hole_stop)
        self._holes[at : at + 1] = [side for side in (left, right) if side[0] < side[1]]


def _hole_start(hole: tuple[int, int]) -> int:
    return hole[0]


def _cut(frame: Frame, start: int, stop: int) -> Frame:
    """Return samples ``start <= i < stop`` of a frame as a frame of their own."""
    if start == 0 and stop == frame.n_samples:
        return frame
    row_bytes = 2 * CHANNELS[frame.kind]
    flags = frame.flags
    # What is true of an end of the frame is not true of a part without that end.
    if start > 0:
        flags &= ~(FrameFlags.TIME_GAP_BEFORE | FrameFlags.OVERRUN_BEFORE)
    if stop < frame.n_samples:
        flags &= ~FrameFlags.LAST_FRAME
    return replace(
        frame,
        first_sample_index=(frame.first_sample_index + start) % INDEX_MODULUS,
        # Half a microsecond is added so that the floor division rounds.
        t0_us=(frame.t0_us * 1000 + start * frame.period_ns + 500) // 1000,
        flags=flags,
        sample_bytes=frame.sample_bytes[start * row_bytes : stop * row_bytes],
    )
