"""What the operations of the control point do that concern memory (SPEC.md sections 8.6 and 9)."""

from typing import Final

from analyzer.virtual.ble.core import DeviceCore
from analyzer.virtual.ble.faults import FaultKind
from analyzer.virtual.ble.memory import Log
from analyzer.virtual.ble.operations import Answer, bad, kinds_of
from analyzer.virtual.ble.session import Session
from analyzer.virtual.ble.transfer import LogPieces, Pieces, Transfer
from firmware_protocol import FrameFlags, FrameKind, Request, StatusCode, Tlv, TlvItem, find_int
from firmware_protocol.bulk import CHUNK_HEADER
from firmware_protocol.gatt import notification_bytes

__all__ = ["log_erase", "log_list", "log_read", "log_start", "log_stop", "retransmit"]

ALL_LOGS: Final = 0xFFFF


def retransmit(core: DeviceCore, request: Request) -> Answer:
    """Send again what the ring still holds of a range."""
    if core.transfer is not None:
        return Answer(StatusCode.BUSY)
    kind_number, first = _int(request, Tlv.KIND), _int(request, Tlv.FIRST_INDEX)
    count, session = _int(request, Tlv.COUNT), core.session
    if not count:
        return bad(StatusCode.BAD_PARAM, Tlv.COUNT)
    if session is None or session.plan.session_id != _int(request, Tlv.SESSION_ID):
        return bad(StatusCode.NOT_FOUND, Tlv.SESSION_ID)
    kind = next((kind for kind in session.rings if kind == kind_number), None)
    if kind is None or kind not in session.plan.kinds:
        return bad(StatusCode.NOT_SUPPORTED, Tlv.KIND)
    core.sample()
    start = max(first, session.oldest(kind))
    stop = min(first + count, session.rings[kind].next)
    if start >= stop:
        return bad(StatusCode.NOT_FOUND, Tlv.FIRST_INDEX)
    transfer = _begin(core, stop - start, _samples_again(core, session, kind, (start, stop)))
    return Answer(
        StatusCode.OK,
        (
            TlvItem(Tlv.TRANSFER_ID, transfer.transfer_id),
            TlvItem(Tlv.FIRST_INDEX, start),
            TlvItem(Tlv.COUNT, stop - start),
        ),
    )


def log_start(core: DeviceCore, request: Request) -> Answer:
    """Begin a log, and a session if none runs."""
    kinds = kinds_of(core, request)
    if isinstance(kinds, Answer):
        return kinds
    log = core.flash.open_log
    if log is not None:
        return Answer(StatusCode.ALREADY, _log_start_items(log))
    if core.flash.is_full or core.fault(FaultKind.MEMORY_FULL) is not None:
        return Answer(StatusCode.LOG_FULL)
    if core.session is None:
        core.begin_session(kinds or frozenset({FrameKind.IMU6}), None).is_live = False
    session = core.session
    if session is None:
        return Answer(StatusCode.INTERNAL)
    core.sample()
    duration_us = find_int(request.tlvs, Tlv.DURATION_US)
    now_us = core.device_us
    until_us = None if duration_us is None else now_us + duration_us
    log = core.flash.begin(session.plan.session_id, now_us, session.base_ring.next, until_us)
    core.flash.write(log, core.config_record())
    return Answer(StatusCode.OK, _log_start_items(log))


def log_stop(core: DeviceCore, request: Request) -> Answer:  # noqa: ARG001
    """End the log, and the session that it had begun."""
    log = core.flash.open_log
    if log is None:
        # ALREADY has the results of OK (section 8.5), so there has to be a log to tell of.
        done = core.flash.logs[-1:]
        return Answer(StatusCode.ALREADY, _log_stop_items(done[0])) if done else Answer(StatusCode.NOT_FOUND)
    core.sample()
    core.close_log()
    if core.session is not None and not core.session.is_live:
        core.end_session(live=False)
    return Answer(StatusCode.OK, _log_stop_items(log))


def log_list(core: DeviceCore, request: Request) -> Answer:
    """Tell of one log and which comes after it."""
    log_id = find_int(request.tlvs, Tlv.LOG_ID)
    log = next(iter(core.flash.logs), None) if log_id is None else core.flash.find(log_id)
    if log is None:
        return bad(StatusCode.NOT_FOUND, Tlv.LOG_ID)
    items = [
        TlvItem(Tlv.LOG_ID, log.log_id),
        TlvItem(Tlv.SESSION_ID, log.session_id),
        TlvItem(Tlv.LENGTH, len(log.data)),
        TlvItem(Tlv.DEVICE_US, log.began_us),
    ]
    if core.utc_minus_device_us is not None and log.began_us + core.utc_minus_device_us > 0:
        items.append(TlvItem(Tlv.UTC_US, log.began_us + core.utc_minus_device_us))
    following = core.flash.after(log)
    if following is not None:
        items.append(TlvItem(Tlv.NEXT_LOG_ID, following.log_id))
    return Answer(StatusCode.OK, tuple(items))


def log_read(core: DeviceCore, request: Request) -> Answer:
    """Send a piece of a log."""
    if core.transfer is not None:
        return Answer(StatusCode.BUSY)
    log = core.flash.find(_int(request, Tlv.LOG_ID))
    if log is None:
        return bad(StatusCode.NOT_FOUND, Tlv.LOG_ID)
    offset, length = _int(request, Tlv.OFFSET), _int(request, Tlv.LENGTH)
    if offset >= len(log.data):
        return bad(StatusCode.RANGE, Tlv.OFFSET)
    if not length:
        return bad(StatusCode.RANGE, Tlv.LENGTH)
    data = bytes(log.data[offset : offset + length])
    size = notification_bytes(core.att_mtu) - CHUNK_HEADER.size
    pieces = LogPieces((core.last_transfer_id % 255 + 1, log.log_id), data, offset, max(1, size))
    transfer = _begin(core, len(data), pieces)
    return Answer(StatusCode.OK, (TlvItem(Tlv.TRANSFER_ID, transfer.transfer_id), TlvItem(Tlv.LENGTH, len(data))))


def log_erase(core: DeviceCore, request: Request) -> Answer:
    """Erase one log or all; not while one of them is written or read."""
    log_id = _int(request, Tlv.LOG_ID)
    log = core.flash.find(log_id)
    if log is None and log_id != ALL_LOGS:
        return bad(StatusCode.NOT_FOUND, Tlv.LOG_ID)
    writing = core.flash.open_log
    if core.transfer is not None or (writing is not None and log_id in (writing.log_id, ALL_LOGS)):
        return Answer(StatusCode.BAD_STATE)
    core.flash.erase(None if log_id == ALL_LOGS else log_id)
    return Answer(StatusCode.OK)


def _samples_again(core: DeviceCore, session: Session, kind: FrameKind, span: tuple[int, int]) -> Pieces:
    at, stop = span
    while at < stop:
        # Looked at anew each time: the ring goes on turning while the transfer waits for the radio.
        if at < session.oldest(kind):
            return
        size = session.batch(core.att_mtu) if kind is session.plan.base else 1
        count = min(size, stop - at)
        yield session.frame(kind, at, count, core.flags() | FrameFlags.RETX), count
        at += count


def _begin(core: DeviceCore, count: int, pieces: Pieces) -> Transfer:
    core.last_transfer_id = core.last_transfer_id % 255 + 1
    crc = pieces.crc if isinstance(pieces, LogPieces) else None
    core.transfer = Transfer(core.last_transfer_id, count, pieces, crc)
    return core.transfer


def _int(request: Request, type_: Tlv) -> int:
    # Required items are there: the control point has looked.
    return find_int(request.tlvs, type_) or 0


def _log_start_items(log: Log) -> tuple[TlvItem, ...]:
    return (TlvItem(Tlv.LOG_ID, log.log_id), TlvItem(Tlv.SESSION_ID, log.session_id))


def _log_stop_items(log: Log) -> tuple[TlvItem, ...]:
    return (TlvItem(Tlv.LOG_ID, log.log_id), TlvItem(Tlv.LENGTH, len(log.data)))
