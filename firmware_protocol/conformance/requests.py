"""Checks of the control point (SPEC.md section 12, numbers 18 to 23, 27 to 29, 31 to 36 and 41)."""

import struct
from itertools import pairwise

from firmware_protocol import gatt
from firmware_protocol.config import decode_config
from firmware_protocol.conformance.bench import Bench, Failure
from firmware_protocol.control import OPTIONAL_OPS, Op, StatusCode
from firmware_protocol.events import EventCode, event_of
from firmware_protocol.frames import FrameKind, encode_frame
from firmware_protocol.tlv import Tlv, TlvItem, find_float, find_int

__all__ = [
    "a_failed_request_changes_nothing",
    "bad_numbers_are_refused",
    "caps_are_complete",
    "identify_answers",
    "malformed_requests_are_answered",
    "marks_become_events",
    "repeated_items_are_refused",
    "self_test_tells_its_tests",
    "settings_change",
    "stop_when_idle_is_already",
    "time_is_told",
    "unfeatured_operations_are_refused",
    "unknown_items_are_skipped",
    "unknown_kinds_are_refused",
    "unreadable_writes_are_ignored",
    "utc_moves_no_time",
]

_ARGUMENTS: dict[int, tuple[TlvItem, ...]] = {
    Op.TIME_SYNC: (TlvItem(Tlv.HOST_TX_US, 1),),
    Op.SET_UTC: (TlvItem(Tlv.UTC_US, 1),),
    Op.RETRANSMIT: (
        TlvItem(Tlv.KIND, 1),
        TlvItem(Tlv.SESSION_ID, 0),
        TlvItem(Tlv.FIRST_INDEX, 0),
        TlvItem(Tlv.COUNT, 1),
    ),
    Op.LOG_READ: (TlvItem(Tlv.LOG_ID, 1), TlvItem(Tlv.OFFSET, 0), TlvItem(Tlv.LENGTH, 1)),
    Op.LOG_ERASE: (TlvItem(Tlv.LOG_ID, 1),),
    Op.MARK_EVENT: (TlvItem(Tlv.MARK_ID, 1),),
}

_UNKNOWN_OP, _UNKNOWN_ITEM, _UNKNOWN_KIND = 0x7E, 0xF5, 0x07
_SILENCE_S = 2.5
_CLOSE = 0.01
"""Share within which a rate or range is the one that was asked for (section 8.6)."""


def malformed_requests_are_answered(bench: Bench) -> None:
    """Check 18."""
    bench.expect(_UNKNOWN_OP, status=StatusCode.BAD_OP)
    for tail, what in ((b"\x01\x04\x01", "cut off"), (b"\x01\x02\x01\x00", "of a wrong length")):
        response = bench.raw(bytes((Op.START, 77)) + tail)
        if response is None or response.status != StatusCode.BAD_LENGTH:
            raise Failure(f"START with an item {what} should be answered BAD_LENGTH", bench.answers()[-1].payload, 2)
    bench.expect(Op.START, status=StatusCode.BAD_PARAM, bad_type=Tlv.KIND)


def unknown_items_are_skipped(bench: Bench) -> None:
    """Check 19."""
    bench.start(TlvItem(_UNKNOWN_ITEM, b"\x01\x02\x03"))
    bench.stop()


def unfeatured_operations_are_refused(bench: Bench) -> str | None:
    """Check 20; nothing to try if the sensor has every feature."""
    absent = [op for op, bit in OPTIONAL_OPS.items() if not bench.has(bit)]
    for op in absent:
        bench.expect(op, *_ARGUMENTS.get(op, ()), status=StatusCode.NOT_SUPPORTED)
    return None


def settings_change(bench: Bench) -> None:
    """Check 21."""
    caps = caps_of(bench)
    before = decode_config(bench.link.read(gatt.CONFIG.uuid))
    config_id = before.config_id
    for type_, field in _FIELDS.items():
        for value in [item.value for item in caps if item.type == type_]:
            answer = bench.expect(Op.SET_CONFIG, TlvItem(type_, value))
            config = bench.decoded(decode_config, bench.link.read(gatt.CONFIG.uuid))
            now = float(getattr(config, field))
            if abs(now - float(value)) > _CLOSE * abs(now):
                raise Failure(
                    f"{field} should be {value!r}, the record says {now:g}", bench.link.read(gatt.CONFIG.uuid)
                )
            if config.config_id != find_int(answer.tlvs, Tlv.CONFIG_ID):
                raise Failure("CONFIG_ID of the response is not that of the record", bench.answers()[-1].payload)
            config_id = config.config_id
        unheard_of = TlvItem(type_, 1.7 * max(float(item.value) for item in caps if item.type == type_) + 1.0)
        bench.expect(Op.SET_CONFIG, unheard_of, status=StatusCode.RATE if type_ == Tlv.RATE_HZ else StatusCode.RANGE)
    if len({item.value for item in caps if item.type == Tlv.RATE_HZ}) > 1 and config_id == before.config_id:
        raise Failure("config_id did not change with the settings", bench.link.read(gatt.CONFIG.uuid), 1)
    _while_streaming(bench)
    restored = [TlvItem(type_, float(getattr(before, field))) for type_, field in _FIELDS.items() if _has(caps, type_)]
    bench.expect(Op.SET_CONFIG, *restored)


def time_is_told(bench: Bench) -> None:
    """Check 22."""
    newest_us = -1
    for _ in range(10):
        tx_us = round(bench.link.now_s() * 1e6)
        answer = bench.expect(Op.TIME_SYNC, TlvItem(Tlv.HOST_TX_US, tx_us))
        came_s = bench.answers()[-1].time_s
        payload = bench.answers()[-1].payload
        times = [find_int(answer.tlvs, type_) for type_ in (Tlv.HOST_TX_US, Tlv.DEVICE_RX_US, Tlv.DEVICE_TX_US)]
        echoed_us, rx_us, device_tx_us = (time_us if time_us is not None else -1 for time_us in times)
        if echoed_us != tx_us:
            raise Failure(f"HOST_TX_US was {tx_us}, {echoed_us} came back", payload)
        if not newest_us < rx_us <= device_tx_us:
            raise Failure(f"T2 {rx_us} and T3 {device_tx_us} should rise, the last T3 was {newest_us}", payload)
        if (came_s * 1e6 - tx_us) - (device_tx_us - rx_us) < -1:
            raise Failure(f"T3 - T2 is {device_tx_us - rx_us} us, longer than the whole exchange took", payload)
        newest_us = device_tx_us
        # Uneven, so that they do not all meet the same connection event.
        bench.link.wait(0.0137)


def utc_moves_no_time(bench: Bench) -> None:
    """Check 23."""
    n_before = len(bench.link.received())
    bench.start()
    bench.link.wait(1.0)
    bench.expect(Op.SET_UTC, TlvItem(Tlv.UTC_US, 1_800_000_000_000_000))
    bench.link.wait(1.0)
    bench.stop()
    frames = bench.frames(n_before)
    for older, newer in pairwise(frames):
        # By the index: frames that were lost between are another check's business.
        expected_us = (newer.first_sample_index - older.first_sample_index) * newer.period_ns / 1000
        if abs(newer.t0_us - older.t0_us - expected_us) > 2 * newer.period_ns / 1000:
            raise Failure("t0 stepped when SET_UTC was given", encode_frame(newer), 8)


def self_test_tells_its_tests(bench: Bench) -> None:
    """Check 27."""
    answer = bench.expect(Op.SELF_TEST)
    run, failed = (find_int(answer.tlvs, type_) or 0 for type_ in (Tlv.TESTS_RUN, Tlv.TESTS_FAILED))
    if not run or failed & ~run:
        raise Failure(f"tests run 0x{run:x}, failed 0x{failed:x}: those that failed are among those that were run")
    bench.start()
    bench.expect(Op.SELF_TEST, status=StatusCode.BAD_STATE)
    bench.stop()


def marks_become_events(bench: Bench) -> None:
    """Check 28."""
    n_before = len(bench.link.received())
    bench.expect(Op.START, TlvItem(Tlv.KIND, bench.base), TlvItem(Tlv.KIND, FrameKind.EVENT))
    bench.link.wait(0.5)
    answer = bench.expect(Op.MARK_EVENT, TlvItem(Tlv.MARK_ID, 4711), TlvItem(Tlv.EVENT_VALUE, -5))
    time_us = find_int(answer.tlvs, Tlv.DEVICE_US)
    bench.link.wait(1.0)
    bench.stop()
    # The end of the session may send the last event again, to say that it was the last.
    frames = {frame.first_sample_index: frame for frame in bench.frames(n_before) if frame.kind is FrameKind.EVENT}
    if len(frames) != 1:
        raise Failure(f"one mark should make one event, got {len(frames)}")
    frame = next(iter(frames.values()))
    event = event_of(frame)
    if (event.code, event.mark_id, event.value) != (EventCode.MARK, 4711, -5):
        raise Failure(f"the event should be MARK 4711 with -5, got {event}", encode_frame(frame), 24)
    if frame.t0_us != time_us:
        raise Failure(f"the event is at {frame.t0_us} us, the response said {time_us}", encode_frame(frame), 8)


def identify_answers(bench: Bench) -> None:
    """Check 29."""
    bench.expect(Op.IDENTIFY, TlvItem(Tlv.DURATION_US, 500_000))


def unreadable_writes_are_ignored(bench: Bench) -> None:
    """Check 31."""
    for data in (b"\x01", b"\x83\x01"):
        if bench.raw(data, _SILENCE_S) is not None:
            raise Failure(f"a write of {data.hex(' ')} should be ignored", bench.answers()[-1].payload)
    bench.expect(Op.GET_CAPS)


def bad_numbers_are_refused(bench: Bench) -> None:
    """Check 32."""
    response = bench.raw(bytes((Op.SET_CONFIG, 9, Tlv.RATE_HZ, 4)) + struct.pack("<f", float("nan")))
    if response is None or response.status != StatusCode.BAD_PARAM:
        raise Failure("SET_CONFIG with a rate that is no number should be answered BAD_PARAM")


def repeated_items_are_refused(bench: Bench) -> None:
    """Check 33."""
    items = (TlvItem(Tlv.KIND, bench.base), TlvItem(Tlv.N_SAMPLES, 5), TlvItem(Tlv.N_SAMPLES, 6))
    bench.expect(Op.START, *items, status=StatusCode.BAD_PARAM, bad_type=Tlv.N_SAMPLES)


def unknown_kinds_are_refused(bench: Bench) -> None:
    """Check 34."""
    bench.expect(Op.START, TlvItem(Tlv.KIND, _UNKNOWN_KIND), status=StatusCode.NOT_SUPPORTED)
    if {FrameKind.IMU6, FrameKind.ACC} <= bench.feature.frame_kinds:
        both = (TlvItem(Tlv.KIND, FrameKind.IMU6), TlvItem(Tlv.KIND, FrameKind.ACC))
        bench.expect(Op.START, *both, status=StatusCode.BAD_PARAM, bad_type=Tlv.KIND)


def stop_when_idle_is_already(bench: Bench) -> None:
    """Check 35."""
    bench.expect(Op.STOP, status=StatusCode.ALREADY)


def caps_are_complete(bench: Bench) -> None:
    """Check 36."""
    kinds = {item.value for item in caps_of(bench) if item.type == Tlv.KIND}
    if kinds != {int(kind) for kind in bench.feature.frame_kinds}:
        raise Failure(f"GET_CAPS lists kinds {sorted(map(str, kinds))}, the feature record has others")
    bench.expect(Op.GET_CAPS, TlvItem(Tlv.OFFSET, 10_000), status=StatusCode.RANGE, bad_type=Tlv.OFFSET)


def a_failed_request_changes_nothing(bench: Bench) -> None:
    """Check 41."""
    before = bench.link.read(gatt.CONFIG.uuid)
    rates = [float(item.value) for item in caps_of(bench) if item.type == Tlv.RATE_HZ]
    items = (TlvItem(Tlv.RATE_HZ, rates[0]), TlvItem(Tlv.ACC_RANGE_M_S2, 1e6))
    bench.expect(Op.SET_CONFIG, *items, status=StatusCode.RANGE, bad_type=Tlv.ACC_RANGE_M_S2)
    after = bench.link.read(gatt.CONFIG.uuid)
    if after != before:
        at = next(n for n, (old, new) in enumerate(zip(before, after, strict=False)) if old != new)
        raise Failure("a request that failed has changed the config record", after, at)


def caps_of(bench: Bench) -> list[TlvItem]:
    """Return all that GET_CAPS lists, page by page."""
    caps: list[TlvItem] = []
    count = 1
    while len(caps) < count:
        answer = bench.expect(Op.GET_CAPS, TlvItem(Tlv.OFFSET, len(caps)))
        count = find_int(answer.tlvs, Tlv.COUNT) or 0
        page = [item for item in answer.tlvs if item.type in _LISTED]
        if not page and count:
            raise Failure(f"GET_CAPS says {count} items, {len(caps)} came", bench.answers()[-1].payload)
        caps += page
    if len(caps) != count or find_float(caps, Tlv.RATE_HZ) is None:
        raise Failure(f"GET_CAPS says {count} items, {len(caps)} came, at least one of them a rate")
    return caps


_FIELDS = {
    Tlv.RATE_HZ: "nominal_rate_hz",
    Tlv.ACC_RANGE_M_S2: "acc_range_m_s2",
    Tlv.GYR_RANGE_RAD_S: "gyr_range_rad_s",
}
_LISTED = (
    Tlv.RATE_HZ,
    Tlv.ACC_RANGE_M_S2,
    Tlv.GYR_RANGE_RAD_S,
    Tlv.MAG_RANGE_T,
    Tlv.HIGH_G_RANGE_M_S2,
    Tlv.ACC_CUTOFF_HZ,
    Tlv.GYR_CUTOFF_HZ,
    Tlv.KIND,
)


def _has(caps: list[TlvItem], type_: int) -> bool:
    return any(item.type == type_ for item in caps)


def _while_streaming(bench: Bench) -> None:
    rate_hz = decode_config(bench.link.read(gatt.CONFIG.uuid)).nominal_rate_hz
    bench.start()
    bench.expect(Op.SET_CONFIG, TlvItem(Tlv.RATE_HZ, rate_hz), status=StatusCode.BAD_STATE)
    bench.stop()
