"""The control point of a virtual sensor: what is refused, in which order, and who does the rest."""

import struct
from collections import Counter
from typing import Final

from analyzer.virtual.ble import operations, storage
from analyzer.virtual.ble.core import DeviceCore
from analyzer.virtual.ble.operations import Answer, Handler
from firmware_protocol import (
    FeatureBits,
    Op,
    PacketError,
    Request,
    Response,
    StatusCode,
    Tlv,
    TlvItem,
    decode_request,
    encode_response,
    missing_items,
)
from firmware_protocol.control import OPTIONAL_OPS
from firmware_protocol.tlv import FORMATS

__all__ = ["HANDLERS", "answer"]

HANDLERS: Final[dict[int, Handler]] = {
    Op.GET_CAPS: operations.get_caps,
    Op.SET_CONFIG: operations.set_config,
    Op.START: operations.start,
    Op.STOP: operations.stop,
    Op.TIME_SYNC: operations.time_sync,
    Op.SET_UTC: operations.set_utc,
    Op.IDENTIFY: operations.identify,
    Op.SELF_TEST: operations.self_test,
    Op.MARK_EVENT: operations.mark_event,
    Op.RETRANSMIT: storage.retransmit,
    Op.LOG_START: storage.log_start,
    Op.LOG_STOP: storage.log_stop,
    Op.LOG_LIST: storage.log_list,
    Op.LOG_READ: storage.log_read,
    Op.LOG_ERASE: storage.log_erase,
}
"""Operation -> what it does once nothing speaks against the request."""

_REPEATABLE: Final = {Op.START: {Tlv.KIND}, Op.LOG_START: {Tlv.KIND}}


def answer(core: DeviceCore, data: bytes) -> bytes | None:
    """Return the indication that answers a write to the control point.

    Parameters
    ----------
    core : DeviceCore
        Changed only if the answer is OK.
    data : bytes
        As written.

    Returns
    -------
    bytes or None
        None for what has no readable operation and transaction: section 8.1 wants it ignored.
    """
    if len(data) < 2 or not 0x01 <= data[0] <= 0x7F:
        return None
    result = _answer(core, data)
    if result.status not in (StatusCode.OK, StatusCode.ALREADY):
        core.last_error = int(result.status)
    return encode_response(Response(data[0], data[1], result.status, result.items))


def _answer(core: DeviceCore, data: bytes) -> Answer:
    # The order is that of section 8.5: what cannot be read is not judged, what may not be asked is not read further.
    if data[0] not in HANDLERS:
        return Answer(StatusCode.BAD_OP)
    try:
        request = decode_request(data)
    except PacketError:
        return _malformed(data[2:])
    return _refused(core, request) or HANDLERS[request.op](core, request)


def _refused(core: DeviceCore, request: Request) -> Answer | None:
    if core.model.features & FeatureBits.NEEDS_TOKEN:
        tokens = [item.value for item in request.tlvs if item.type == Tlv.TOKEN]
        if tokens != [core.model.token]:
            return Answer(StatusCode.AUTH)
    needed = OPTIONAL_OPS.get(request.op)
    if needed is not None and not core.model.features & needed:
        return Answer(StatusCode.NOT_SUPPORTED)
    missing = missing_items(request)
    if missing:
        return operations.bad(StatusCode.BAD_PARAM, missing[0])
    counts = Counter(item.type for item in request.tlvs if item.type in FORMATS)
    repeated = [type_ for type_, n in counts.items() if n > 1 and type_ not in _REPEATABLE.get(Op(request.op), set())]
    return operations.bad(StatusCode.BAD_PARAM, repeated[0]) if repeated else None


def _malformed(items: bytes) -> Answer:
    """Return what is wrong with items that do not decode: a length, or the value of one."""
    at = 0
    while at + 2 <= len(items):
        type_, length = items[at], items[at + 1]
        layout = FORMATS.get(type_)
        if at + 2 + length > len(items) or (isinstance(layout, struct.Struct) and layout.size != length):
            return Answer(StatusCode.BAD_LENGTH, (TlvItem(Tlv.BAD_TYPE, type_),))
        if not _decodes(items[at : at + 2 + length]):
            return operations.bad(StatusCode.BAD_PARAM, type_)
        at += 2 + length
    return Answer(StatusCode.BAD_LENGTH)


def _decodes(item: bytes) -> bool:
    try:
        decode_request(bytes((Op.STOP, 0)) + item)
    except PacketError:
        return False
    return True
