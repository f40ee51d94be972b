"""The control point: requests of the host, responses of the sensor (SPEC.md section 8)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType
from typing import Final

from firmware_protocol.errors import PacketError
from firmware_protocol.feature import FeatureBits
from firmware_protocol.gatt import MAX_VALUE_BYTES
from firmware_protocol.tlv import Tlv, TlvItem, decode_tlvs, encode_tlvs


class Op(IntEnum):
    """What a host can ask for (section 8.4)."""

    GET_CAPS = 0x01
    SET_CONFIG = 0x02
    START = 0x03
    STOP = 0x04
    TIME_SYNC = 0x05
    SET_UTC = 0x06
    RETRANSMIT = 0x07
    LOG_START = 0x08
    LOG_STOP = 0x09
    LOG_LIST = 0x0A
    LOG_READ = 0x0B
    LOG_ERASE = 0x0C
    IDENTIFY = 0x0D
    SELF_TEST = 0x0E
    MARK_EVENT = 0x0F


OPTIONAL_OPS: Final[Mapping[int, FeatureBits]] = MappingProxyType(
    {
        Op.SET_CONFIG: FeatureBits.SET_CONFIG,
        Op.TIME_SYNC: FeatureBits.TIME_SYNC,
        Op.SET_UTC: FeatureBits.SET_UTC,
        Op.RETRANSMIT: FeatureBits.RETRANSMIT,
        Op.LOG_START: FeatureBits.LOG,
        Op.LOG_STOP: FeatureBits.LOG,
        Op.LOG_LIST: FeatureBits.LOG,
        Op.LOG_READ: FeatureBits.LOG,
        Op.LOG_ERASE: FeatureBits.LOG,
        Op.IDENTIFY: FeatureBits.IDENTIFY,
        Op.SELF_TEST: FeatureBits.SELF_TEST,
        Op.MARK_EVENT: FeatureBits.MARK_EVENT,
    }
)
"""What a sensor need not be able to do, and the bit of its feature record that says it is."""


class StatusCode(IntEnum):
    """How a request ended (section 8.5)."""

    OK = 0x00
    BAD_OP = 0x01
    BAD_LENGTH = 0x02
    BAD_PARAM = 0x03
    NOT_SUPPORTED = 0x04
    BAD_STATE = 0x05
    ALREADY = 0x06
    BUSY = 0x07
    RANGE = 0x08
    RATE = 0x09
    MTU = 0x0A
    NO_MEMORY = 0x0B
    LOG_FULL = 0x0C
    NOT_FOUND = 0x0D
    SENSOR_FAULT = 0x0E
    LOW_BATTERY = 0x0F
    CHARGING = 0x10
    AUTH = 0x11
    INTERNAL = 0x7F


@dataclass(frozen=True, slots=True)
class Request:
    """What a host writes.

    Attributes
    ----------
    op : int
        An `Op` where known; a sensor answers `BAD_OP` to the others.
    txn : int
        Number that the response repeats, 0 to 255.
    tlvs : tuple of TlvItem
        Arguments, in the order of the wire.
    """

    op: int
    txn: int
    tlvs: tuple[TlvItem, ...] = ()


@dataclass(frozen=True, slots=True)
class Response:
    """What a sensor indicates.

    Attributes
    ----------
    op, txn : int
        Of the request.
    status : int
        A `StatusCode` where known; any other number is a failure too.
    tlvs : tuple of TlvItem
        Results, in the order of the wire.
    """

    op: int
    txn: int
    status: int
    tlvs: tuple[TlvItem, ...] = ()


REQUIRED_ARGUMENTS: Final[dict[int, tuple[Tlv, ...]]] = {
    Op.GET_CAPS: (),
    Op.SET_CONFIG: (),
    Op.START: (Tlv.KIND,),
    Op.STOP: (),
    Op.TIME_SYNC: (Tlv.HOST_TX_US,),
    Op.SET_UTC: (Tlv.UTC_US,),
    Op.RETRANSMIT: (Tlv.KIND, Tlv.SESSION_ID, Tlv.FIRST_INDEX, Tlv.COUNT),
    Op.LOG_START: (),
    Op.LOG_STOP: (),
    Op.LOG_LIST: (),
    Op.LOG_READ: (Tlv.LOG_ID, Tlv.OFFSET, Tlv.LENGTH),
    Op.LOG_ERASE: (Tlv.LOG_ID,),
    Op.IDENTIFY: (),
    Op.SELF_TEST: (),
    Op.MARK_EVENT: (Tlv.MARK_ID,),
}
"""Items without which a request is answered `BAD_PARAM`."""

REQUIRED_RESULTS: Final[dict[int, tuple[Tlv, ...]]] = {
    Op.GET_CAPS: (Tlv.COUNT,),
    Op.SET_CONFIG: (Tlv.CONFIG_ID,),
    Op.START: (Tlv.SESSION_ID, Tlv.CONFIG_ID),
    Op.STOP: (),
    Op.TIME_SYNC: (Tlv.HOST_TX_US, Tlv.DEVICE_RX_US, Tlv.DEVICE_TX_US),
    Op.SET_UTC: (Tlv.UTC_US, Tlv.DEVICE_US),
    Op.RETRANSMIT: (Tlv.TRANSFER_ID, Tlv.FIRST_INDEX, Tlv.COUNT),
    Op.LOG_START: (Tlv.LOG_ID, Tlv.SESSION_ID),
    Op.LOG_STOP: (Tlv.LOG_ID, Tlv.LENGTH),
    Op.LOG_LIST: (Tlv.LOG_ID, Tlv.SESSION_ID, Tlv.LENGTH, Tlv.DEVICE_US),
    Op.LOG_READ: (Tlv.TRANSFER_ID, Tlv.LENGTH),
    Op.LOG_ERASE: (),
    Op.IDENTIFY: (),
    Op.SELF_TEST: (Tlv.TESTS_RUN, Tlv.TESTS_FAILED),
    Op.MARK_EVENT: (Tlv.DEVICE_US,),
}
"""Items that a response with status `OK` always holds."""


def encode_request(request: Request) -> bytes:
    """Return what the host writes to the control point.

    Raises
    ------
    PacketError
        If the request breaks a rule of sections 8.1 to 8.3.
    """
    _check_op(request.op)
    return _joined((request.op, request.txn), request.tlvs)


def decode_request(data: bytes) -> Request:
    """Return the request in a write to the control point; unknown operations are let through as numbers.

    Raises
    ------
    PacketError
        If the bytes break a rule of sections 8.1 to 8.3.
    """
    if len(data) < 2:
        raise PacketError(f"expected at least 2 bytes of request (op, txn), got {len(data)}", "8.1")
    # Refuses a response too, whose bit 7 puts it outside the operations.
    _check_op(data[0])
    return Request(_known_op(data[0]), data[1], decode_tlvs(data[2:]))


def encode_response(response: Response) -> bytes:
    """Return what the sensor indicates on the control point.

    Raises
    ------
    PacketError
        If the response breaks a rule of sections 8.1 to 8.3.
    """
    _check_op(response.op)
    return _joined((_RESPONSE_BIT | response.op, response.txn, response.status), response.tlvs)


def decode_response(data: bytes) -> Response:
    """Return the response in an indication of the control point.

    Raises
    ------
    PacketError
        If the bytes break a rule of sections 8.1 to 8.3.
    """
    if len(data) < 3:
        raise PacketError(f"expected at least 3 bytes of response (op, txn, status), got {len(data)}", "8.1")
    if not data[0] & _RESPONSE_BIT:
        raise PacketError(f"expected a response (op with bit 7 set), got 0x{data[0]:02x}", "8.1")
    op = data[0] & ~_RESPONSE_BIT
    # Masked, 0x80 alone is operation 0, which does not exist.
    _check_op(op)
    # A code of a later minor version stays a number; it counts as a failure (section 8.5).
    status = StatusCode(data[2]) if data[2] in _KNOWN_STATUSES else data[2]
    return Response(_known_op(op), data[1], status, decode_tlvs(data[3:]))


def missing_items(message: Request | Response) -> tuple[Tlv, ...]:
    """Return the items that section 8.4 requires and the message does not hold; none for an unknown operation.

    >>> missing_items(Request(Op.TIME_SYNC, txn=1))
    (<Tlv.HOST_TX_US: 16>,)
    """
    if isinstance(message, Request):
        required = REQUIRED_ARGUMENTS.get(message.op, ())
    else:
        # A failure owes no results, so none of them can be missing.
        required = REQUIRED_RESULTS.get(message.op, ()) if message.status == StatusCode.OK else ()
    present = {item.type for item in message.tlvs}
    return tuple(type_ for type_ in required if type_ not in present)


_RESPONSE_BIT: Final = 0x80
# Sets of ints, as an IntEnum itself can be asked for a plain number only from Python 3.12 on.
_KNOWN_OPS: Final = frozenset(Op)
_KNOWN_STATUSES: Final = frozenset(StatusCode)


def _known_op(op: int) -> int:
    return Op(op) if op in _KNOWN_OPS else op


def _check_op(op: int) -> None:
    if not 0x01 <= op <= 0x7F:
        raise PacketError(f"operation 0x{op:02x} is outside 0x01 to 0x7f", "8.1")


def _joined(head: tuple[int, ...], tlvs: tuple[TlvItem, ...]) -> bytes:
    # bytes() would raise a ValueError here; callers are promised a PacketError.
    if not all(0 <= byte <= 0xFF for byte in head):
        raise PacketError(f"{head} must be bytes", "8.1")
    data = bytes(head) + encode_tlvs(tlvs)
    # The negotiated MTU is not known here and may allow less: this is only what no MTU allows.
    if len(data) > MAX_VALUE_BYTES:
        raise PacketError(f"the message has {len(data)} bytes, at most {MAX_VALUE_BYTES} fit one value", "8.1")
    return data
