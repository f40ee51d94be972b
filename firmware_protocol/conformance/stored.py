"""Checks of retransmission and logs (SPEC.md section 12, numbers 24 to 26, 38 and 39)."""

import zlib

from firmware_protocol.bulk import BulkEnd, decode_bulk_chunk
from firmware_protocol.conformance.bench import Bench, Failure
from firmware_protocol.control import Op, Response, StatusCode
from firmware_protocol.frames import Frame, FrameFlags, decode_frame, encode_frame
from firmware_protocol.logs import read_log
from firmware_protocol.tlv import Tlv, TlvItem, find_int
from firmware_protocol.wire import PayloadType, first_byte

__all__ = [
    "logs_are_kept",
    "logs_refuse_nonsense",
    "retransmission_refuses_nonsense",
    "samples_come_again",
    "the_session_outlives_a_lost_link",
]

_N_AGAIN = 100

Row = tuple[int, tuple[int, ...]]


def samples_come_again(bench: Bench) -> None:
    """Check 24."""
    n_before = len(bench.link.received())
    session_id = find_int(bench.start().tlvs, Tlv.SESSION_ID) or 0
    bench.link.wait(3.0)
    live = _rows(bench.frames(n_before))
    first = max(0, max(live, default=0) + 1 - _N_AGAIN)
    count = max(live, default=0) + 1 - first
    again, end = _retransmit(bench, session_id, first, count)
    for frame in again:
        if not frame.flags & FrameFlags.RETX:
            raise Failure("a frame that comes again lacks the flag RETX", encode_frame(frame), 23)
    rows = _rows(again)
    for index in range(first, first + count):
        if index not in rows:
            raise Failure(f"sample {index} was asked for and did not come")
        time_ns, counts = rows[index]
        if index in live and (counts != live[index][1] or abs(time_ns - live[index][0]) > 1000):
            raise Failure(f"sample {index} came again with other counts or another time")
    if end.status != StatusCode.OK or end.total != count:
        raise Failure(f"the end should say OK and {count} samples, it says {end.status} and {end.total}")
    bench.expect(Op.RETRANSMIT, *_range(bench, (session_id + 1) % 2**16, first, count), status=StatusCode.NOT_FOUND)
    bench.stop()


def the_session_outlives_a_lost_link(bench: Bench) -> None:
    """Check 25."""
    n_before = len(bench.link.received())
    session_id = find_int(bench.start().tlvs, Tlv.SESSION_ID) or 0
    bench.link.wait(1.0)
    last = max(_rows(bench.frames(n_before)), default=0)
    bench.reconnect(3.0)
    n_before = len(bench.link.received())
    bench.link.wait(1.0)
    frames = bench.frames(n_before)
    if not frames or frames[0].session_id != session_id:
        raise Failure("after 3 s without connection the session did not go on")
    missing = frames[0].first_sample_index - last - 1
    if missing <= 0:
        raise Failure("the numbering did not go on while nobody was connected", encode_frame(frames[0]), 4)
    again, _ = _retransmit(bench, session_id, last + 1, missing)
    if set(_rows(again)) != set(range(last + 1, last + 1 + missing)):
        raise Failure(f"of {missing} samples between, {len(_rows(again))} came again")
    bench.stop()


def logs_are_kept(bench: Bench) -> None:
    """Check 26."""
    log_id = _logged(bench, 5.0)
    listed = bench.expect(Op.LOG_LIST, TlvItem(Tlv.LOG_ID, log_id))
    length = find_int(listed.tlvs, Tlv.LENGTH) or 0
    data, end = _log(bench, log_id, length)
    if len(data) != length or end.total != length or end.crc32 != zlib.crc32(data):
        raise Failure(f"{len(data)} of {length} bytes came, or their CRC-32 is not 0x{end.crc32:08x}")
    read = read_log(data)
    if read.n_skipped_bytes:
        raise Failure(f"{read.n_skipped_bytes} bytes of the log are no envelope")
    if not read.payloads or read.payloads[0][0] != first_byte(PayloadType.CONFIG):
        raise Failure("a log begins with a config record", data, 4)
    frames = [payload for payload in read.payloads if payload[0] >> 4 == 1 and payload[0] & 0x0F <= 6]
    rows = _rows([bench.decoded(decode_frame, payload) for payload in frames])
    if not rows or sorted(rows) != list(range(min(rows), max(rows) + 1)):
        raise Failure("the samples of the log are not contiguous")
    bench.expect(Op.LOG_ERASE, TlvItem(Tlv.LOG_ID, log_id))
    bench.expect(Op.LOG_LIST, TlvItem(Tlv.LOG_ID, log_id), status=StatusCode.NOT_FOUND)


def retransmission_refuses_nonsense(bench: Bench) -> None:
    """Check 38."""
    session_id = find_int(bench.start().tlvs, Tlv.SESSION_ID) or 0
    bench.link.wait(1.0)
    refused = bench.request(Op.RETRANSMIT, *_range(bench, session_id, 0, 0))
    if refused.status != StatusCode.BAD_PARAM:
        raise Failure("RETRANSMIT of no samples should be answered BAD_PARAM", bench.answers()[-1].payload, 2)
    future = _range(bench, session_id, 1_000_000, 10)
    bench.expect(Op.RETRANSMIT, *future, status=StatusCode.NOT_FOUND)
    bench.stop()


def logs_refuse_nonsense(bench: Bench) -> None:
    """Check 39."""
    log_id = _logged(bench, 1.0)
    length = find_int(bench.expect(Op.LOG_LIST, TlvItem(Tlv.LOG_ID, log_id)).tlvs, Tlv.LENGTH) or 0
    beyond = (TlvItem(Tlv.LOG_ID, log_id), TlvItem(Tlv.OFFSET, length + 1), TlvItem(Tlv.LENGTH, 10))
    bench.expect(Op.LOG_READ, *beyond, status=StatusCode.RANGE, bad_type=Tlv.OFFSET)
    bench.expect(Op.LOG_ERASE, TlvItem(Tlv.LOG_ID, log_id))
    gone = (TlvItem(Tlv.LOG_ID, log_id), TlvItem(Tlv.OFFSET, 0), TlvItem(Tlv.LENGTH, 10))
    bench.expect(Op.LOG_READ, *gone, status=StatusCode.NOT_FOUND)
    bench.expect(Op.LOG_ERASE, TlvItem(Tlv.LOG_ID, log_id), status=StatusCode.NOT_FOUND)
    writing = find_int(bench.expect(Op.LOG_START).tlvs, Tlv.LOG_ID) or 0
    bench.expect(Op.LOG_ERASE, TlvItem(Tlv.LOG_ID, writing), status=StatusCode.BAD_STATE)
    bench.expect(Op.LOG_STOP)
    bench.expect(Op.LOG_ERASE, TlvItem(Tlv.LOG_ID, writing))


def _range(bench: Bench, session_id: int, first: int, count: int) -> tuple[TlvItem, ...]:
    return (
        TlvItem(Tlv.KIND, bench.base),
        TlvItem(Tlv.SESSION_ID, session_id),
        TlvItem(Tlv.FIRST_INDEX, first),
        TlvItem(Tlv.COUNT, count),
    )


def _retransmit(bench: Bench, session_id: int, first: int, count: int) -> tuple[list[Frame], BulkEnd]:
    n_before = len(bench.link.received())
    answer = bench.expect(Op.RETRANSMIT, *_range(bench, session_id, first, count))
    payloads, end = bench.transfer(n_before, find_int(answer.tlvs, Tlv.TRANSFER_ID))
    return [bench.decoded(decode_frame, payload) for payload in payloads], end


def _logged(bench: Bench, duration_s: float) -> int:
    answer: Response = bench.expect(Op.LOG_START)
    bench.link.wait(duration_s)
    bench.expect(Op.LOG_STOP)
    return find_int(answer.tlvs, Tlv.LOG_ID) or 0


def _log(bench: Bench, log_id: int, length: int) -> tuple[bytes, BulkEnd]:
    n_before = len(bench.link.received())
    items = (TlvItem(Tlv.LOG_ID, log_id), TlvItem(Tlv.OFFSET, 0), TlvItem(Tlv.LENGTH, length))
    answer = bench.expect(Op.LOG_READ, *items)
    payloads, end = bench.transfer(n_before, find_int(answer.tlvs, Tlv.TRANSFER_ID))
    data = b""
    for payload in payloads:
        chunk = bench.decoded(decode_bulk_chunk, payload)
        if chunk.offset != len(data) or chunk.log_id != log_id:
            raise Failure(f"a chunk of log {chunk.log_id} from {chunk.offset} on, expected {len(data)}", payload, 4)
        data += chunk.data
    return data, end


def _rows(frames: list[Frame]) -> dict[int, Row]:
    """Return time in nanoseconds and counts of each sample by index."""
    return {
        frame.first_sample_index + n: (frame.t0_us * 1000 + n * frame.period_ns, row)
        for frame in frames
        for n, row in enumerate(frame.samples)
    }
