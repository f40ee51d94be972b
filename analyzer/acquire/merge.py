"""Retransmitted frames put back where their samples belong.

A sensor with a memory sends lost samples again, after later ones. Whoever parses payloads one after the other wants
them in the order in which the samples were taken: `Merger` waits a moment for them while a practice is on, `merged`
sorts a whole recording. What never comes stays missing, and arrival times are never changed.
"""

from bisect import bisect_right, insort
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from analyzer.model import Characteristic, TimedPayload
from firmware_protocol import (
    FeatureBits,
    Frame,
    FrameFlags,
    FrameKind,
    Op,
    PacketError,
    StatusCode,
    decode_bulk_end,
    decode_feature,
    decode_frame,
    decode_response,
)

__all__ = ["Merger", "MergerConfig", "frame_in", "merged"]


@dataclass(frozen=True, slots=True)
class MergerConfig:
    """How long later samples wait for lost ones.

    Attributes
    ----------
    quiet_s : float
        A transfer that brings nothing for this long is not waited for: several times a round trip on a busy link, and
        short enough for a run's card one second after its end.
    longest_s : float
        Nor is any hole waited for longer than this, below the lag after which the other sensors decide alone.
    """

    quiet_s: float = 0.6
    longest_s: float = 4.0


def frame_in(payload: TimedPayload) -> Frame | None:
    """Return the data frame in a payload of the live or bulk characteristic; None for anything else."""
    if payload.characteristic not in _FRAME_SOURCES:
        return None
    try:
        return decode_frame(payload.payload)
    # What is no frame, or a broken one, is the business of whoever parses it.
    except PacketError:
        return None


def merged(payloads: Iterable[TimedPayload]) -> tuple[TimedPayload, ...]:
    """Return the payloads of a recording, retransmitted frames before the live frame that follows their samples.

    Parameters
    ----------
    payloads : iterable of TimedPayload
        In the order of arrival.

    Returns
    -------
    tuple of TimedPayload
        The same payloads; only retransmitted frames have moved, and only forward.
    """
    given = tuple(payloads)
    # Most recordings hold none: nothing to decode.
    if not any(payload.characteristic is Characteristic.BULK for payload in given):
        return given
    lines: dict[_Line, list[tuple[int, int]]] = {}
    places: list[tuple[int, int, int]] = []
    for number, payload in enumerate(given):
        frame = frame_in(payload)
        place = (number, 1, 0)
        if frame is not None:
            line = lines.setdefault((payload.sensor, frame.session_id, frame.kind), [])
            index = frame.first_sample_index
            if frame.flags & FrameFlags.RETX:
                place = _place_among(line, index, place)
            # Live frames come in order, but for copies of old ones, which must not hide the newer.
            elif not line or index > line[-1][0]:
                line.append((index, number))
        places.append(place)
    # The sort is stable: what has the same place keeps the order of arrival.
    order = sorted(range(len(given)), key=places.__getitem__)
    return tuple(given[number] for number in order)


class Merger:
    """Hold later payloads of a sensor back while lost samples may still come.

    Only a sensor whose feature record tells of a memory is ever waited for; payloads of all others pass at once.

    Parameters
    ----------
    config : MergerConfig, optional
    """

    def __init__(self, config: MergerConfig | None = None) -> None:
        self._config = config or MergerConfig()
        self._lanes: dict[str, _Lane] = {}

    def push(self, payload: TimedPayload) -> list[TimedPayload]:
        """Take a payload, in the order of arrival, and return those whose turn has come."""
        lane = self._lanes.setdefault(payload.sensor, _Lane())
        ready = lane.take(payload)
        # Any sensor's payload tells that time goes on: one that has gone silent must not keep its frames for ever.
        for other in self._lanes.values():
            ready += other.overdue(payload.received_s, self._config)
        return ready

    def finish(self) -> list[TimedPayload]:
        """Return what is still held back: nothing will come any more."""
        return [payload for lane in self._lanes.values() for payload in lane.release_all()]


_Line = tuple[str, int, FrameKind]
"""Sensor, session and kind: within one, indices only rise."""

_FRAME_SOURCES = frozenset({Characteristic.LIVE, Characteristic.BULK})


def _place_among(line: list[tuple[int, int]], index: int, place: tuple[int, int, int]) -> tuple[int, int, int]:
    """Return where a retransmitted frame goes: before the first live frame behind it."""
    at = bisect_right(line, index, key=lambda entry: entry[0])
    return (line[at][1], 0, index) if at < len(line) else place


@dataclass(order=True, slots=True)
class _Held:
    """A frame that waits; ordered by its first sample."""

    index: int
    number: int
    payload: TimedPayload = field(compare=False)
    stop: int = field(compare=False)


@dataclass(slots=True)
class _Lane:
    """One sensor: what its next sample of each kind is, and which frames wait for the ones before."""

    remembers: bool = False
    session_id: int | None = None
    next_index: dict[FrameKind, int] = field(default_factory=dict)
    held: list[_Held] = field(default_factory=list)
    kind: FrameKind | None = None
    waits_since_s: float = 0.0
    heard_s: float = 0.0
    n_taken: int = 0

    def take(self, payload: TimedPayload) -> list[TimedPayload]:
        """Take one payload of this sensor and return what can go on."""
        if payload.characteristic is Characteristic.FEATURE:
            self._learn(payload)
        if not self.remembers:
            return [payload]
        frame = frame_in(payload)
        if frame is None:
            return [payload, *(self._give_up() if self.held and _refuses(payload) else [])]
        if frame.session_id != self.session_id:
            return self._new_session(frame, payload)
        # Kinds are numbered and parsed apart, so one goes past another that waits.
        if self.held and frame.kind is not self.kind:
            self._pass(frame)
            return [payload]
        return self._place(frame, payload)

    def overdue(self, now_s: float, config: MergerConfig) -> list[TimedPayload]:
        """Return the frames that have waited long enough."""
        ready: list[TimedPayload] = []
        while self.held and (
            now_s - max(self.waits_since_s, self.heard_s) > config.quiet_s
            or now_s - self.waits_since_s > config.longest_s
        ):
            ready += self._give_up()
        return ready

    def release_all(self) -> list[TimedPayload]:
        """Return all frames that wait, in order."""
        ready = [held.payload for held in self.held]
        self.held.clear()
        return ready

    def _learn(self, payload: TimedPayload) -> None:
        with suppress(PacketError):
            self.remembers = bool(decode_feature(payload.payload).features & FeatureBits.RETRANSMIT)

    def _new_session(self, frame: Frame, payload: TimedPayload) -> list[TimedPayload]:
        # A late frame of an old session does not begin a new one.
        if frame.flags & FrameFlags.RETX:
            return [payload]
        ready = self.release_all()
        self.session_id = frame.session_id
        self.next_index = {frame.kind: frame.first_sample_index + frame.n_samples}
        return [*ready, payload]

    def _place(self, frame: Frame, payload: TimedPayload) -> list[TimedPayload]:
        index, stop = frame.first_sample_index, frame.first_sample_index + frame.n_samples
        resent = bool(frame.flags & FrameFlags.RETX)
        if not self.held and index <= self.next_index.setdefault(frame.kind, index):
            self._pass(frame)
            return [payload]
        if not self.held:
            self.kind, self.waits_since_s = frame.kind, payload.received_s
        if resent:
            self.heard_s = payload.received_s
        self.n_taken += 1
        insort(self.held, _Held(index, self.n_taken, payload, stop))
        return self._flush()

    def _pass(self, frame: Frame) -> None:
        stop = frame.first_sample_index + frame.n_samples
        self.next_index[frame.kind] = max(self.next_index.get(frame.kind, stop), stop)

    def _flush(self) -> list[TimedPayload]:
        """Return the held frames that nothing is missing before."""
        ready: list[TimedPayload] = []
        if self.kind is None:
            return ready
        while self.held and self.held[0].index <= self.next_index[self.kind]:
            first = self.held.pop(0)
            self.next_index[self.kind] = max(self.next_index[self.kind], first.stop)
            ready.append(first.payload)
        if self.held and ready:
            # Waiting for the next hole began when the frame behind it came.
            self.waits_since_s = self.held[0].payload.received_s
        return ready

    def _give_up(self) -> list[TimedPayload]:
        """Return the held frames up to the next hole, past the one at the head."""
        if self.kind is None:
            return []
        self.next_index[self.kind] = max(self.next_index[self.kind], self.held[0].index)
        return self._flush()


def _refuses(payload: TimedPayload) -> bool:
    """Say whether a sensor tells that samples asked for will not come."""
    # A broken answer is told of by whoever parses it.
    with suppress(PacketError):
        if payload.characteristic is Characteristic.CONTROL:
            response = decode_response(payload.payload)
            # A busy sensor is asked again.
            return response.op == Op.RETRANSMIT and response.status not in {StatusCode.OK, StatusCode.BUSY}
        if payload.characteristic is Characteristic.BULK:
            return decode_bulk_end(payload.payload).status != StatusCode.OK
    return False
