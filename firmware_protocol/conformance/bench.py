"""A sensor on the bench: requests with their answers, streams recorded, bytes compared."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from firmware_protocol import gatt
from firmware_protocol.bulk import BulkEnd, decode_bulk_end
from firmware_protocol.conformance.link import Link, LinkError, Received
from firmware_protocol.control import Op, Request, Response, StatusCode, decode_response, encode_request, missing_items
from firmware_protocol.errors import PacketError
from firmware_protocol.feature import Feature, FeatureBits, decode_feature
from firmware_protocol.frames import Frame, FrameKind, decode_frame
from firmware_protocol.tlv import Tlv, TlvItem, find_int
from firmware_protocol.wire import PayloadType, first_byte

__all__ = ["BASE_KINDS", "Bench", "Failure", "first_wrong_byte"]

ANSWER_S = 2.0
"""A response comes within this (SPEC.md section 8.1)."""

LOOK_S = 0.05
"""How often the bench looks for what it waits for."""

TRANSFER_S = 60.0
"""Longest that a transfer of a few seconds of samples may take."""

BASE_KINDS = (FrameKind.IMU6, FrameKind.IMU9, FrameKind.ACC)

T = TypeVar("T")


class Failure(Exception):  # noqa: N818
    """Report what does not conform.

    Parameters
    ----------
    message : str
        What was expected and what came.
    payload : bytes, optional
        The bytes at fault.
    at : int, optional
        First byte of them that is wrong; None where no single byte is.
    """

    def __init__(self, message: str, payload: bytes = b"", at: int | None = None) -> None:
        super().__init__(message, payload, at)
        self.message, self.payload, self.at = message, payload, at

    def __str__(self) -> str:
        if not self.payload:
            return self.message
        where = "" if self.at is None else f", first wrong at byte {self.at} (0x{self.payload[self.at]:02x})"
        return f"{self.message} [{self.payload[:32].hex(' ')}{' ...' if len(self.payload) > 32 else ''}{where}]"


class Bench:
    """A link with what several checks need.

    Parameters
    ----------
    link : Link
        Connected; `prepare` before each check puts the sensor back into a known state.
    """

    def __init__(self, link: Link) -> None:
        self.link = link
        self._txn = 0
        self._feature: Feature | None = None
        self._own_mtu = link.att_mtu
        self.config_ids: set[int] = set()
        self.shown: list[Received] = []

    @property
    def feature(self) -> Feature:
        """Feature record, read once."""
        if self._feature is None:
            self._feature = self.decoded(decode_feature, self.link.read(gatt.FEATURE.uuid))
        return self._feature

    @property
    def base(self) -> FrameKind:
        """A base kind that the sensor can send, the richest first after IMU6."""
        for kind in BASE_KINDS:
            if kind in self.feature.frame_kinds:
                return kind
        raise Failure("the feature record names none of IMU6, IMU9 and ACC")

    def has(self, bits: FeatureBits) -> bool:
        """Say whether the sensor claims features."""
        return bits in self.feature.features

    def prepare(self) -> None:
        """Bring the sensor back: full MTU, all subscribed, nothing running."""
        self.reconnect(0.0)
        self.request(Op.LOG_STOP)
        self.request(Op.STOP)
        self.link.wait(0.5)

    def reconnect(self, pause_s: float, att_mtu: int | None = None) -> None:
        """Connect anew and subscribe to all there is."""
        self.link.reconnect(pause_s, self._own_mtu if att_mtu is None else att_mtu)
        for uuid, access in self.link.characteristics().items():
            if uuid in _PROFILE and access & (gatt.Access.NOTIFY | gatt.Access.INDICATE):
                self.link.subscribe(uuid)

    def request(self, op: int, *items: TlvItem) -> Response:
        """Write a request and return its response."""
        self._txn = self._txn % 255 + 1
        response = self.raw(encode_request(Request(op, self._txn, items)))
        if response is None:
            raise Failure(f"no answer to operation 0x{op:02x} within {ANSWER_S:g} s")
        return response

    def expect(self, op: int, *items: TlvItem, status: int = StatusCode.OK, bad_type: int | None = None) -> Response:
        """Return the response, once it has the status that is asked for, and all results if that is OK."""
        response = self.request(op, *items)
        if response.status != status:
            payload = self.answers()[-1].payload
            raise Failure(f"{_op_name(op)}: expected status {_name(status)}, got {_name(response.status)}", payload, 2)
        missing = missing_items(response)
        if missing:
            raise Failure(f"{_op_name(op)}: the response lacks {missing[0].name}", self.answers()[-1].payload)
        if bad_type is not None and find_int(response.tlvs, Tlv.BAD_TYPE) != bad_type:
            raise Failure(f"{_op_name(op)}: expected BAD_TYPE {bad_type}", self.answers()[-1].payload)
        return response

    def raw(self, data: bytes, patience_s: float = ANSWER_S) -> Response | None:
        """Write any bytes and return what is answered, None if nothing is."""
        n_before = len(self.link.received())
        self.link.write(data)
        answered = self.until(lambda: self._answers(n_before), patience_s)
        if not answered:
            return None
        response = self.decoded(decode_response, answered[0].payload)
        for at, (found, wanted) in enumerate(((response.op, data[0]), (response.txn, data[1] if len(data) > 1 else 0))):
            if found != wanted:
                raise Failure(f"the response is to 0x{found:02x}, asked was 0x{wanted:02x}", answered[0].payload, at)
        return response

    def start(self, *extra: TlvItem) -> Response:
        """Start a session of the base kind."""
        return self.expect(Op.START, TlvItem(Tlv.KIND, self.base), *extra)

    def stop(self) -> None:
        """Stop, and let the last frames come."""
        self.expect(Op.STOP)
        self.link.wait(1.0)

    def stream(self, duration_s: float, *extra: TlvItem) -> list[Frame]:
        """Return the frames of a new session of that length, its last one with it."""
        n_before = len(self.link.received())
        self.start(*extra)
        self.link.wait(duration_s)
        self.stop()
        frames = self.frames(n_before)
        if not frames:
            raise Failure(f"no frame came in {duration_s:g} s of streaming")
        return frames

    def frames(self, since: int, uuid: str = gatt.LIVE_DATA.uuid) -> list[Frame]:
        """Return the frames that came on a characteristic since a place in the list of what was received."""
        first_bytes = {first_byte(kind) for kind in FrameKind}
        payloads = [one.payload for one in self.link.received()[since:] if one.uuid == uuid]
        if uuid == gatt.BULK_DATA.uuid:
            payloads = [payload for payload in payloads if payload[:1] and payload[0] in first_bytes]
        return [self.decoded(decode_frame, payload) for payload in payloads]

    def transfer(self, since: int, transfer_id: int | None) -> tuple[list[bytes], BulkEnd]:
        """Wait for the end of a transfer; return the bulk payloads before it, and it."""
        end_byte = first_byte(PayloadType.BULK_END)

        def ends() -> list[int]:
            bulk = self._bulk(since)
            return [n for n, payload in enumerate(bulk) if payload[:1] == bytes((end_byte,))]

        found = self.until(ends, TRANSFER_S)
        if not found:
            raise Failure(f"transfer {transfer_id} has no end within {TRANSFER_S:g} s")
        bulk = self._bulk(since)
        end = self.decoded(decode_bulk_end, bulk[found[0]])
        if end.transfer_id != transfer_id:
            raise Failure(
                f"the end is of transfer {end.transfer_id}, the response said {transfer_id}", bulk[found[0]], 1
            )
        return bulk[: found[0]], end

    def answers(self) -> list[Received]:
        """Return all indications of the control point."""
        return self._answers(0)

    def until(self, look: Callable[[], list[T]], patience_s: float) -> list[T]:
        """Return what is found as soon as there is something, or nothing after a while."""
        stop_s = self.link.now_s() + patience_s
        while not (found := look()) and self.link.now_s() < stop_s:
            self.link.wait(LOOK_S)
        return found

    def decoded(self, decode: Callable[[bytes], T], payload: bytes) -> T:
        """Return the decoded payload; what does not decode fails with its first wrong byte."""
        try:
            return decode(payload)
        except PacketError as error:
            raise Failure(str(error), payload, first_wrong_byte(decode, payload)) from error

    def readable(self, uuid: str, what: str) -> bytes:
        """Return a value that has to be there."""
        try:
            return self.link.read(uuid)
        except LinkError as error:
            raise Failure(f"{what} cannot be read: {error}") from error

    def _answers(self, since: int) -> list[Received]:
        return [one for one in self.link.received()[since:] if one.uuid == gatt.CONTROL_POINT.uuid]

    def _bulk(self, since: int) -> list[bytes]:
        return [one.payload for one in self.link.received()[since:] if one.uuid == gatt.BULK_DATA.uuid]


def first_wrong_byte(decode: Callable[[bytes], object], payload: bytes) -> int | None:
    """Return the first byte whose change alone would make a payload decode; None if there is none.

    Examples
    --------
    >>> payload = bytes.fromhex("2d 01 00 00 00000000 00000000")
    >>> first_wrong_byte(decode_bulk_end, payload)
    0
    """
    for at in range(len(payload)):
        for value in _likely(payload[at]):
            if _decodes(decode, payload[:at] + bytes((value,)) + payload[at + 1 :]):
                return at
    return None


_PROFILE = {known.uuid for known in gatt.CHARACTERISTICS}
_STATUS_NAMES = {int(code): code.name for code in StatusCode}
_OP_NAMES = {int(op): op.name for op in Op}


def _likely(value: int) -> Iterable[int]:
    return (other for other in range(256) if other != value)


def _decodes(decode: Callable[[bytes], object], payload: bytes) -> bool:
    try:
        decode(payload)
    except PacketError:
        return False
    return True


def _name(status: int) -> str:
    return _STATUS_NAMES.get(int(status), f"0x{status:02x}")


def _op_name(op: int) -> str:
    return _OP_NAMES.get(int(op), f"operation 0x{op:02x}")
