"""Which lost samples of a sensor to ask for again, and when to stop asking."""

from dataclasses import dataclass, field

from firmware_protocol import (
    BulkEnd,
    Frame,
    FrameFlags,
    FrameKind,
    Op,
    PacketError,
    StatusCode,
    StreamDecoder,
    Tlv,
    TlvItem,
    decode_bulk_end,
    decode_response,
    find_int,
)

__all__ = ["Backfill", "BackfillConfig", "Wanted"]


@dataclass(frozen=True, slots=True)
class BackfillConfig:
    """How lost samples are asked for.

    Attributes
    ----------
    most_samples : int
        In one request: some ten seconds, so that a link that breaks again in the middle loses little.
    most_tries : int
        Per range: an answer may be lost like anything else, but not four times in a row on a link that works.
    patience_s : float
        A transfer that brings nothing for this long is over.
    busy_s : float
        Wait after the sensor said that it is busy.
    """

    most_samples: int = 2000
    most_tries: int = 4
    patience_s: float = 2.0
    busy_s: float = 0.5


@dataclass(frozen=True, slots=True)
class Wanted:
    """Samples to ask for: `n_samples` of one kind and session from `first_index` on."""

    kind: FrameKind
    session_id: int
    first_index: int
    n_samples: int

    @property
    def items(self) -> tuple[TlvItem, ...]:
        """Arguments of the request."""
        return (
            TlvItem(Tlv.KIND, int(self.kind)),
            TlvItem(Tlv.SESSION_ID, self.session_id),
            TlvItem(Tlv.FIRST_INDEX, self.first_index),
            TlvItem(Tlv.COUNT, self.n_samples),
        )


@dataclass(slots=True)
class Backfill:
    """What is missing of one sensor, and what has been asked for.

    Feed it all payloads of the live and bulk characteristics; `wanted` says what to ask for now, if anything.

    Attributes
    ----------
    n_samples, n_refilled : int
        Samples that came, of those the ones that came again from the sensor's memory.
    """

    config: BackfillConfig = field(default_factory=BackfillConfig)
    n_samples: int = 0
    n_refilled: int = 0
    _decoder: StreamDecoder = field(default_factory=StreamDecoder)
    _kind: FrameKind | None = None
    _first_index: int = 0
    _session_id: int | None = None
    _tries: dict[Wanted, int] = field(default_factory=dict)
    _asked: Wanted | None = None
    _transfer_id: int | None = None
    _quiet_until_s: float = 0.0

    def feed(self, payload: bytes, now_s: float) -> tuple[Frame, ...]:
        """Take a payload and return the frames that are new in it.

        Returns
        -------
        tuple of Frame
            Copies are left out; empty for what is no frame or breaks the protocol.
        """
        try:
            events = self._decoder.feed(payload)
        except PacketError:
            self._take_end(payload)
            return ()
        frames = tuple(event for event in events if isinstance(event, Frame) and event.kind is not FrameKind.EVENT)
        for frame in frames:
            self._count(frame, now_s)
        return frames

    @property
    def n_missing(self) -> int:
        """Samples that may still be asked for."""
        return sum(one.n_samples for one in self._open() if self._tries.get(one, 0) < self.config.most_tries)

    def wanted(self, now_s: float) -> Wanted | None:
        """Return what to ask for now; None while a transfer runs or where nothing is missing."""
        if now_s < self._quiet_until_s:
            return None
        for one in self._open():
            if self._tries.get(one, 0) < self.config.most_tries:
                return one
        return None

    def asking(self, wanted: Wanted, now_s: float) -> None:
        """Take note that a request for what is `wanted` goes out."""
        self._asked, self._transfer_id = wanted, None
        self._quiet_until_s = now_s + self.config.patience_s

    def answered(self, payload: bytes, now_s: float) -> None:
        """Take a value of the control point, in its order among the payloads; others than answers are passed over.

        The samples and the end of a short transfer arrive together with the answer, before whoever asked is awake.
        """
        try:
            response = decode_response(payload)
        except PacketError:
            return
        if response.op != Op.RETRANSMIT or self._asked is None:
            return
        if response.status == StatusCode.OK:
            self._tries[self._asked] = self._tries.get(self._asked, 0) + 1
            self._transfer_id = find_int(response.tlvs, Tlv.TRANSFER_ID)
            self._quiet_until_s = now_s + self.config.patience_s
            return
        if response.status != StatusCode.BUSY:
            # All other refusals are final: overwritten, another session, not supported.
            self._tries[self._asked] = self.config.most_tries
        self._asked = None
        self._quiet_until_s = now_s + self.config.busy_s if response.status == StatusCode.BUSY else 0.0

    def link_lost(self) -> None:
        """Take note that the link is gone, and any transfer with it: what it did not bring may be asked for again."""
        if self._asked is not None:
            self._tries.pop(self._asked, None)
        self._asked, self._transfer_id, self._quiet_until_s = None, None, 0.0

    def _open(self) -> list[Wanted]:
        session_id = self._decoder.session_id
        if self._kind is None or session_id is None:
            return []
        # What was before our first sample belongs to whoever listened then.
        holes = [hole for hole in self._decoder.open_gaps(self._kind) if hole[0] >= self._first_index]
        most = self.config.most_samples
        return [
            Wanted(self._kind, session_id, first + done, min(most, n - done))
            for first, n in holes
            for done in range(0, n, most)
        ]

    def _count(self, frame: Frame, now_s: float) -> None:
        if (frame.kind, frame.session_id) != (self._kind, self._session_id):
            self._kind, self._session_id, self._first_index = frame.kind, frame.session_id, frame.first_sample_index
            self._tries.clear()
        self.n_samples += frame.n_samples
        if frame.flags & FrameFlags.RETX:
            self.n_refilled += frame.n_samples
            self._quiet_until_s = now_s + self.config.patience_s

    def _take_end(self, payload: bytes) -> None:
        try:
            end: BulkEnd = decode_bulk_end(payload)
        except PacketError:
            return
        if self._asked is None or end.transfer_id != self._transfer_id:
            return
        if end.status != StatusCode.OK:
            self._tries[self._asked] = self.config.most_tries
        self._asked, self._transfer_id, self._quiet_until_s = None, None, 0.0
