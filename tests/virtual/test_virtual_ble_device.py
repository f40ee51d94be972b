"""The virtual sensor without a radio: bytes in, bytes out, on a clock that the test moves."""

import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from virtual_devices import BULK, CONTROL, LIVE, Bed

from analyzer.errors import InputError
from analyzer.units import G_M_S2
from analyzer.virtual.ble import DeviceModel, FaultKind, Stage, Supply, parse_fault, resting
from firmware_protocol import (
    DeviceState,
    Event,
    FeatureBits,
    Frame,
    FrameFlags,
    FrameKind,
    Gap,
    Op,
    StatusCode,
    StreamDecoder,
    Tlv,
    decode_bulk_chunk,
    decode_bulk_end,
    decode_config,
    decode_feature,
    decode_frame,
    decode_status,
    event_of,
    find_int,
    gatt,
)
from firmware_protocol.logs import LogTransfer, read_log


def events_of(payloads):
    decoder = StreamDecoder()
    return [event for payload in payloads for event in decoder.feed(payload)]


def samples_of(frames):
    return {f.first_sample_index + n: row for f in frames for n, row in enumerate(f.samples)}


def test_nothing_is_sent_before_start():
    bed = Bed()
    bed.wait(3.0)
    assert bed.payloads() == []


def test_frames_follow_the_response_to_start_and_begin_at_index_zero():
    bed = Bed()
    session_id = find_int(bed.start().tlvs, Tlv.SESSION_ID)
    bed.wait(1.0)
    uuids = [one.uuid for one in bed.link.received() if one.uuid in (LIVE, CONTROL)]
    assert uuids[0] == CONTROL
    assert (bed.frames()[0].first_sample_index, bed.frames()[0].session_id) == (0, session_id)


def test_a_minute_of_stream_has_no_gap_and_the_true_rate():
    model = DeviceModel(rate_error=0.004)
    bed = Bed(model=model)
    bed.start()
    bed.wait(60.0)
    events = events_of(bed.payloads())
    assert all(isinstance(event, Frame) for event in events)
    # At most one frame of 18 samples still waits.
    assert sum(event.n_samples for event in events) == pytest.approx(60 * 208 / 1.004, abs=19)


def test_counts_times_scale_are_gravity_at_rest():
    bed = Bed()
    bed.start()
    bed.wait(0.5)
    config = decode_config(bed.link.read(gatt.CONFIG.uuid))
    rows = np.array([row for frame in bed.frames() for row in frame.samples])
    # One count is 0.0096 m/s2.
    assert rows[:, :3] * config.acc_scale_m_s2_per_lsb == pytest.approx(
        np.tile([0, 0, G_M_S2], (len(rows), 1)), abs=0.01
    )


def test_stop_marks_the_last_frame_and_sends_it_short():
    bed = Bed()
    bed.start()
    bed.wait(1.0)
    bed.ask(Op.STOP)
    frames = bed.frames()
    assert [bool(f.flags & FrameFlags.LAST_FRAME) for f in frames] == [False] * (len(frames) - 1) + [True]
    assert bed.device.state is DeviceState.IDLE


@pytest.mark.parametrize(("att_mtu", "n_samples"), [(247, 18), (185, 13), (65, 3)])
def test_frames_fill_what_the_mtu_allows(att_mtu, n_samples):
    bed = Bed(att_mtu=att_mtu)
    bed.start()
    bed.wait(0.5)
    assert {frame.n_samples for frame in bed.frames()} == {n_samples}


def test_a_small_mtu_is_answered_with_its_size():
    bed = Bed(att_mtu=64)
    answer = bed.start()
    assert (answer.status, find_int(answer.tlvs, Tlv.ATT_MTU)) == (StatusCode.MTU, 64)


def test_a_slow_rate_sends_short_frames_rather_than_late_ones():
    bed = Bed(model=DeviceModel(rates_hz=(52.0,)))
    bed.start()
    bed.wait(1.0)
    assert {frame.n_samples for frame in bed.frames()} == {13}


@pytest.mark.parametrize(
    ("request_hex", "status"),
    [
        ("7e 01", StatusCode.BAD_OP),
        ("7e 01 01 09", StatusCode.BAD_OP),
        ("03 01 01 04 01", StatusCode.BAD_LENGTH),
        ("03 01 01", StatusCode.BAD_LENGTH),
        ("03 01 01 02 01 00", StatusCode.BAD_LENGTH),
        ("03 01", StatusCode.BAD_PARAM),
        ("03 01 01 01 01 1f 01 00", StatusCode.BAD_PARAM),
        ("03 01 01 01 01 01 01 03", StatusCode.BAD_PARAM),
        ("03 01 01 01 01 01 01 01", StatusCode.BAD_PARAM),
        ("03 01 01 01 02", StatusCode.NOT_SUPPORTED),
        ("02 01 02 04 00 00 c0 7f", StatusCode.BAD_PARAM),
        ("02 01 0f 02 c3 28", StatusCode.BAD_PARAM),
        ("02 01 0f 00", StatusCode.BAD_PARAM),
        ("02 01 02 04 00 00 00 3f", StatusCode.RATE),
        ("02 01 03 04 00 00 00 3f", StatusCode.RANGE),
        ("02 01 05 04 00 00 00 3f", StatusCode.RANGE),
        ("05 01", StatusCode.BAD_PARAM),
        ("05 01 10 08 ff ff ff ff ff ff ff ff", StatusCode.BAD_PARAM),
        ("04 01", StatusCode.ALREADY),
        ("04 01 19 01 07", StatusCode.ALREADY),
        ("09 01", StatusCode.NOT_FOUND),
        ("0a 01", StatusCode.NOT_FOUND),
        ("01 01 17 04 ff 00 00 00", StatusCode.RANGE),
        ("03 01 f5 03 01 02 03 01 01 01", StatusCode.OK),
    ],
)
def test_a_request_is_answered_with_its_status(request_hex, status):
    answer = Bed().raw(bytes.fromhex(request_hex))
    assert StatusCode(answer.status).name == status.name


@pytest.mark.parametrize("request_hex", ["", "03", "00 01", "83 01 00", "ff ff"])
def test_what_has_no_operation_and_number_is_ignored(request_hex):
    assert Bed().raw(bytes.fromhex(request_hex)) is None


@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=2, max_size=60))
def test_any_readable_write_gets_exactly_one_answer_to_its_number(data):
    bed = Bed()
    answer = bed.raw(data)
    readable = 1 <= data[0] <= 0x7F
    assert (answer is not None) == readable
    if readable:
        assert (answer.op, answer.txn) == (data[0], data[1])


def test_a_wrong_token_is_refused_and_the_right_one_opens():
    model = DeviceModel(features=DeviceModel().features | FeatureBits.NEEDS_TOKEN, token=b"key")
    bed = Bed(model=model)
    assert bed.start().status == StatusCode.AUTH
    assert bed.start((Tlv.TOKEN, b"kex")).status == StatusCode.AUTH
    assert bed.start((Tlv.TOKEN, b"key")).status == StatusCode.OK


def test_an_operation_without_its_feature_is_not_supported():
    bed = Bed(model=DeviceModel(features=FeatureBits(0)))
    assert bed.ask(Op.IDENTIFY).status == StatusCode.NOT_SUPPORTED
    assert decode_feature(bed.link.read(gatt.FEATURE.uuid)).ring_s == 0


def test_settings_change_together_or_not_at_all():
    bed = Bed()
    before = decode_config(bed.link.read(gatt.CONFIG.uuid))
    assert bed.ask(Op.SET_CONFIG, (Tlv.RATE_HZ, 416.0), (Tlv.ACC_RANGE_M_S2, 1.0)).status == StatusCode.RANGE
    assert decode_config(bed.link.read(gatt.CONFIG.uuid)) == before
    assert bed.ask(Op.SET_CONFIG, (Tlv.RATE_HZ, 415.0), (Tlv.LOCATION, 2)).status == StatusCode.OK
    after = decode_config(bed.link.read(gatt.CONFIG.uuid))
    assert (after.nominal_rate_hz, after.location_id, after.config_id) == (416.0, 2, before.config_id + 1)


def test_a_changed_config_is_notified_before_the_frames_that_need_it():
    bed = Bed()
    bed.ask(Op.SET_CONFIG, (Tlv.RATE_HZ, 104.0))
    bed.start()
    bed.wait(0.5)
    uuids = [one.uuid for one in bed.link.received()]
    assert uuids.index(gatt.CONFIG.uuid) < uuids.index(LIVE)


def test_a_name_changes_nothing_about_counts():
    bed = Bed()
    answer = bed.ask(Op.SET_CONFIG, (Tlv.NAME, "ankle"))
    assert (find_int(answer.tlvs, Tlv.CONFIG_ID), bed.device.name) == (1, "ankle")


@pytest.mark.parametrize("op", [Op.SET_CONFIG, Op.SELF_TEST])
def test_what_would_disturb_a_stream_is_refused_meanwhile(op):
    bed = Bed()
    bed.start()
    assert bed.ask(op).status == StatusCode.BAD_STATE


def test_caps_come_in_pages_at_a_small_mtu():
    bed = Bed(att_mtu=23)
    items, n = [], None
    while n is None or len(items) < n:
        answer = bed.ask(Op.GET_CAPS, (Tlv.OFFSET, len(items)))
        n = find_int(answer.tlvs, Tlv.COUNT)
        items += [item for item in answer.tlvs if item.type != Tlv.COUNT]
    assert (len(items), sum(item.type == Tlv.KIND for item in items)) == (12, 3)


def test_time_sync_tells_the_time_of_a_drifting_clock():
    bed = Bed(model=DeviceModel(drift=100e-6, uptime_s=10.0))
    first = find_int(bed.ask(Op.TIME_SYNC, (Tlv.HOST_TX_US, 5)).tlvs, Tlv.DEVICE_RX_US)
    bed.wait(100.0 - 0.02)
    second = find_int(bed.ask(Op.TIME_SYNC, (Tlv.HOST_TX_US, 6)).tlvs, Tlv.DEVICE_RX_US)
    assert second - first == pytest.approx(100e6 * (1 + 100e-6), abs=2)


def test_utc_sets_a_flag_and_no_time():
    bed = Bed()
    bed.start()
    bed.wait(0.5)
    bed.ask(Op.SET_UTC, (Tlv.UTC_US, 1_700_000_000_000_000))
    bed.wait(0.5)
    assert bed.frames()[-1].flags & FrameFlags.CLOCK_SYNCED
    assert not any(isinstance(event, Gap) for event in events_of(bed.payloads()))


def test_identify_blinks_for_as_long_as_asked():
    bed = Bed()
    bed.ask(Op.IDENTIFY, (Tlv.DURATION_US, 500_000))
    assert bed.device.is_identifying
    bed.wait(0.6)
    assert not bed.device.is_identifying


def test_a_mark_becomes_an_event_with_the_time_of_the_response():
    bed = Bed()
    bed.start((Tlv.KIND, 6))
    answer = bed.ask(Op.MARK_EVENT, (Tlv.MARK_ID, 42), (Tlv.EVENT_VALUE, -5))
    bed.wait(0.2)
    [frame] = [frame for frame in bed.frames() if frame.kind is FrameKind.EVENT]
    assert event_of(frame) == Event(1, 42, -5)
    assert frame.t0_us == find_int(answer.tlvs, Tlv.DEVICE_US)


def test_the_self_test_runs_what_was_asked_and_is_there():
    answer = Bed().ask(Op.SELF_TEST, (Tlv.TESTS_RUN, 0b101))
    assert [find_int(answer.tlvs, type_) for type_ in (Tlv.TESTS_RUN, Tlv.TESTS_FAILED)] == [1, 0]


def test_lost_samples_come_again_with_the_same_counts_and_times():
    bed = Bed("loss=0.3")
    session_id = find_int(bed.start().tlvs, Tlv.SESSION_ID)
    bed.wait(5.0)
    decoder = StreamDecoder()
    for payload in bed.payloads():
        decoder.feed(payload)
    gaps = decoder.open_gaps(FrameKind.IMU6)
    assert gaps
    for first, count in gaps:
        since = len(bed.link.received())
        bed.ask(
            Op.RETRANSMIT, (Tlv.KIND, 1), (Tlv.SESSION_ID, session_id), (Tlv.FIRST_INDEX, first), (Tlv.COUNT, count)
        )
        bed.wait(0.2)
        for payload in bed.payloads(BULK, since):
            if payload[0] == 0x11:
                assert decode_frame(payload).flags & FrameFlags.RETX
                decoder.feed(payload)
    assert decoder.open_gaps(FrameKind.IMU6) == []


def test_a_second_transfer_is_busy_until_the_first_has_ended():
    bed = Bed()
    session_id = find_int(bed.start().tlvs, Tlv.SESSION_ID)
    bed.wait(3.0)
    items = (Tlv.KIND, 1), (Tlv.SESSION_ID, session_id), (Tlv.FIRST_INDEX, 0), (Tlv.COUNT, 500)
    # Not polled in between: the first has no chance to end.
    bed.device.write(
        bytes.fromhex("07 01 01 01 01 0b 02")
        + struct.pack("<H", session_id)
        + bytes.fromhex("0c 04 00 00 00 00 0d 04 f4 01 00 00")
    )
    assert bed.device.poll(room=1)
    assert bed.ask(Op.RETRANSMIT, *items).status == StatusCode.BUSY
    bed.wait(0.5)
    assert bed.ask(Op.RETRANSMIT, *items).status == StatusCode.OK


def test_a_transfer_that_is_stopped_ends_early_and_says_how_much_came():
    bed = Bed()
    session_id = find_int(bed.start().tlvs, Tlv.SESSION_ID)
    bed.wait(2.0)
    bed.device.write(
        bytes.fromhex("07 01 01 01 01 0b 02")
        + struct.pack("<H", session_id)
        + bytes.fromhex("0c 04 00 00 00 00 0d 04 90 01 00 00")
    )
    # The answer, and two frames of the transfer.
    bed.device.poll(room=3)
    assert bed.ask(Op.STOP, (Tlv.TRANSFER_ID, 1)).status == StatusCode.OK
    end = decode_bulk_end(bed.payloads(BULK)[-1])
    assert (end.transfer_id, end.status, end.total) == (1, StatusCode.OK, 36)


def test_what_the_ring_has_lost_is_not_found():
    bed = Bed(model=DeviceModel(ring_s=2))
    session_id = find_int(bed.start().tlvs, Tlv.SESSION_ID)
    bed.wait(10.0)
    old = (Tlv.KIND, 1), (Tlv.SESSION_ID, session_id), (Tlv.FIRST_INDEX, 0), (Tlv.COUNT, 100)
    assert bed.ask(Op.RETRANSMIT, *old).status == StatusCode.NOT_FOUND
    oldest = decode_status(bed.link.read(gatt.STATUS.uuid)).oldest_index
    assert 10 * 207 - oldest == pytest.approx(2 * 208, abs=20)


def test_a_log_reads_back_whole_and_begins_with_a_config_record():
    bed = Bed()
    log_id = find_int(bed.ask(Op.LOG_START).tlvs, Tlv.LOG_ID)
    bed.wait(4.0)
    assert bed.device.state is DeviceState.LOGGING
    assert bed.payloads() == []
    length = find_int(bed.ask(Op.LOG_STOP).tlvs, Tlv.LENGTH)
    answer = bed.ask(Op.LOG_READ, (Tlv.LOG_ID, log_id), (Tlv.OFFSET, 0), (Tlv.LENGTH, length))
    bed.wait(1.0)
    transfer = LogTransfer(find_int(answer.tlvs, Tlv.TRANSFER_ID), log_id, 0, length)
    *chunks, end = bed.payloads(BULK)
    for chunk in chunks:
        transfer.add(decode_bulk_chunk(chunk))
    transfer.finish(decode_bulk_end(end))
    assert decode_bulk_end(end).crc32 == zlib.crc32(transfer.data)
    content = read_log(transfer.data)
    assert decode_config(content.payloads[0]).config_id == 1
    samples = samples_of([decode_frame(payload) for payload in content.payloads[1:]])
    assert sorted(samples) == list(range(len(samples)))
    assert len(samples) == pytest.approx(4.0 * 207, abs=5)


def test_a_log_ends_by_itself_after_its_duration():
    bed = Bed()
    bed.ask(Op.LOG_START, (Tlv.DURATION_US, 1_000_000))
    bed.wait(1.5)
    assert bed.device.state is DeviceState.IDLE


def test_a_full_flash_closes_the_log_and_says_so():
    bed = Bed(model=DeviceModel(log_capacity_kib=4))
    bed.ask(Op.LOG_START)
    bed.wait(5.0)
    status = decode_status(bed.link.read(gatt.STATUS.uuid))
    assert (status.last_error, status.log_used_kib) == (StatusCode.LOG_FULL, 4)
    assert bed.ask(Op.LOG_START).status == StatusCode.LOG_FULL


def test_logs_are_listed_one_after_the_other_and_erased_together():
    bed = Bed()
    for _ in range(2):
        bed.ask(Op.LOG_START)
        bed.wait(0.3)
        bed.ask(Op.LOG_STOP)
    first = bed.ask(Op.LOG_LIST)
    second = bed.ask(Op.LOG_LIST, (Tlv.LOG_ID, find_int(first.tlvs, Tlv.NEXT_LOG_ID)))
    assert find_int(second.tlvs, Tlv.NEXT_LOG_ID) is None
    assert bed.ask(Op.LOG_ERASE, (Tlv.LOG_ID, 0xFFFF)).status == StatusCode.OK
    assert bed.ask(Op.LOG_LIST).status == StatusCode.NOT_FOUND


def test_the_status_record_comes_once_a_second():
    bed = Bed()
    bed.start()
    bed.wait(10.0)
    # One more at the change of state.
    assert len(bed.payloads(gatt.STATUS.uuid)) == pytest.approx(10, abs=1)


def test_the_session_outlives_the_connection_and_stays_retransmittable():
    bed = Bed()
    session_id = find_int(bed.start().tlvs, Tlv.SESSION_ID)
    bed.wait(1.0)
    bed.link.reconnect(3.0, 247)
    bed.subscribe()
    since = len(bed.link.received())
    bed.wait(0.5)
    first = bed.frames(since=since)[0]
    assert first.session_id == session_id
    assert first.first_sample_index == pytest.approx(4.0 * 207, abs=20)


def test_a_stall_loses_nothing_that_the_queue_holds():
    bed = Bed("stall=1.0@2")
    bed.start()
    bed.wait(5.0)
    assert not any(isinstance(event, Gap) for event in events_of(bed.payloads()))
    times_s = [one.time_s for one in bed.link.received() if one.uuid == LIVE]
    assert max(np.diff(times_s)) == pytest.approx(1.0, abs=0.15)


def test_a_long_stall_drops_whole_frames_and_counts_them():
    bed = Bed("stall=8@2")
    bed.start()
    bed.wait(12.0)
    gaps = [event for event in events_of(bed.payloads()) if isinstance(event, Gap)]
    assert sum(gap.n_samples for gap in gaps) == decode_status(bed.link.read(gatt.STATUS.uuid)).n_dropped > 0
    assert all(gap.n_samples % 18 == 0 for gap in gaps)


def test_a_drop_ends_the_connection_and_hides_the_sensor_for_a_while():
    bed = Bed("drop=2@1")
    bed.start()
    bed.wait(1.5)
    assert (bed.device.is_connected, bed.device.is_reachable) == (False, False)
    bed.wait(2.0)
    assert bed.device.is_reachable


def test_a_reboot_restarts_clock_and_session_and_keeps_the_logs():
    bed = Bed("reboot=1@3", model=DeviceModel(uptime_s=500.0))
    session_id = find_int(bed.start().tlvs, Tlv.SESSION_ID)
    bed.ask(Op.LOG_START)
    bed.wait(5.0)
    bed.link.reconnect(0.1, 247)
    bed.subscribe()
    assert bed.device.device_us < 10e6
    assert bed.ask(Op.LOG_LIST).status == StatusCode.OK
    # One for the reboot, one for the start.
    assert find_int(bed.start().tlvs, Tlv.SESSION_ID) == session_id + 2


def test_a_low_battery_shows_in_level_flag_and_refusal():
    assert Bed("battery_low=2").start().status == StatusCode.LOW_BATTERY
    bed = Bed("battery_low=9")
    bed.start()
    bed.wait(0.3)
    assert bed.frames()[0].flags & FrameFlags.LOW_BATTERY
    assert decode_status(bed.link.read(gatt.STATUS.uuid)).battery_pct == 9


def test_a_jumping_clock_shows_as_a_time_gap():
    bed = Bed("clock_jump=0.5@3")
    bed.start()
    bed.wait(5.0)
    [gap] = [event for event in events_of(bed.payloads()) if isinstance(event, Gap)]
    assert (gap.reason.value, gap.n_samples) == ("time_gap", 0)


def test_clipped_samples_are_flagged_and_counted_per_axis():
    felt = np.tile([0.0, 0.0, 1000.0, 0.0, -1000.0, 0.0], (10, 1))
    bed = Bed(supply=Supply(100.0, felt))
    bed.start()
    bed.wait(0.5)
    assert bed.frames()[0].flags == FrameFlags.ACC_CLIP_Z | FrameFlags.GYR_CLIP_Y
    counts = decode_status(bed.link.read(gatt.STATUS.uuid)).clip_counts
    assert [count > 0 for count in counts] == [False, False, True, False, True, False]


def test_acc_frames_carry_the_accelerometer_only():
    bed = Bed()
    bed.ask(Op.START, (Tlv.KIND, 3))
    bed.wait(0.5)
    assert {(frame.kind, frame.n_channels) for frame in bed.frames()} == {(FrameKind.ACC, 3)}


def test_a_motion_begins_with_the_first_start_and_holds_its_ends():
    stage, supply = Stage(), Supply(10.0, np.arange(12.0).reshape(2, 6))
    before = supply.at(stage.since(np.array([100.0])))
    stage.begin(100.0)
    stage.begin(200.0)
    assert before.tolist() == [[0, 1, 2, 3, 4, 5]]
    assert supply.at(stage.since(np.array([100.05, 300.0])))[:, 0].tolist() == pytest.approx([3.0, 6.0])


def test_a_repeating_motion_comes_back():
    supply = resting(shaken_every_s=2.0)
    assert supply.at(np.array([1.9]))[0] == pytest.approx(supply.at(np.array([1.9 + 799 / 400]))[0])


@pytest.mark.parametrize(
    ("text", "kind", "at_s", "amount"),
    [
        ("loss", FaultKind.LOSS, 0.0, 0.05),
        ("drop=2", FaultKind.DROP, 5.0, 2.0),
        ("drop@9", FaultKind.DROP, 9.0, 3.0),
        ("clock_jump=-0.5@7", FaultKind.CLOCK_JUMP, 7.0, -0.5),
    ],
)
def test_a_fault_is_read_from_its_words(text, kind, at_s, amount):
    fault = parse_fault(text)
    assert (fault.kind, fault.at_s, fault.amount) == (kind, at_s, amount)


@pytest.mark.parametrize("text", ["lose", "", "loss=much", "loss=2", "stall=-1", "drop=1@soon"])
def test_a_fault_that_is_none_is_refused_with_its_name(text):
    with pytest.raises(InputError, match=text or "no fault"):
        parse_fault(text)
