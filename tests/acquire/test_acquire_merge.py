"""Retransmitted samples take their place; what never comes stays a marked hole; time never shifts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.acquire.assemble import Assembler
from analyzer.acquire.merge import Merger, MergerConfig, frame_in, merged
from analyzer.model import Characteristic, SensorStream, TimedPayload
from firmware_protocol import (
    BulkEnd,
    Config,
    Feature,
    FeatureBits,
    Frame,
    FrameFlags,
    FrameKind,
    Location,
    Op,
    Response,
    StatusCode,
    encode_bulk_end,
    encode_config,
    encode_feature,
    encode_frame,
    encode_response,
)

PERIOD_NS = 5_000_000
PER_FRAME = 10
N_FRAMES = 60
FRAME_S = PER_FRAME * PERIOD_NS * 1e-9
DELAY_S = 50.0

CONFIG = Config(
    config_id=1,
    location_id=Location.LEFT_FOOT,
    acc_scale_m_s2_per_lsb=2.0**-8,
    acc_range_m_s2=125.0,
    gyr_scale_rad_s_per_lsb=2.0**-10,
    gyr_range_rad_s=31.5,
    nominal_rate_hz=200,
)


def feature(features: FeatureBits = FeatureBits.RETRANSMIT, sensor: str = "a") -> TimedPayload:
    record = Feature(frame_kinds=frozenset({FrameKind.IMU6}), features=features, max_att_mtu=247, ring_s=30)
    return TimedPayload(sensor, encode_feature(record), 0.0, Characteristic.FEATURE)


def config(sensor: str = "a") -> TimedPayload:
    return TimedPayload(sensor, encode_config(CONFIG), 0.0, Characteristic.CONFIG)


def frame(number: int, flags: FrameFlags, session_id: int = 7) -> bytes:
    first = number * PER_FRAME
    rows = (first + np.arange(PER_FRAME))[:, None] * 6 + np.arange(6)
    t0_us = 1_000_000 + first * PERIOD_NS // 1000
    return encode_frame(
        Frame(FrameKind.IMU6, 1, session_id, first, t0_us, PERIOD_NS, 1, flags, rows.astype("<i2").tobytes())
    )


def live(number: int, late_s: float = 0.0, sensor: str = "a", session_id: int = 7) -> TimedPayload:
    received_s = DELAY_S + 1.0 + (number + 1) * FRAME_S + late_s
    return TimedPayload(sensor, frame(number, FrameFlags(0), session_id), received_s)


def again(number: int, received_s: float, sensor: str = "a") -> TimedPayload:
    return TimedPayload(sensor, frame(number, FrameFlags.RETX), received_s, Characteristic.BULK)


def start_s(number: int) -> float:
    """When the live frame of that number arrives."""
    return DELAY_S + 1.0 + (number + 1) * FRAME_S


def order(payloads: list[TimedPayload] | tuple[TimedPayload, ...]) -> list[int]:
    """Return the numbers of the frames among payloads, in order."""
    frames = (frame_in(payload) for payload in payloads)
    return [one.first_sample_index // PER_FRAME for one in frames if one is not None]


def pushed(payloads: list[TimedPayload], merger: Merger | None = None) -> list[TimedPayload]:
    merger = merger or Merger()
    return [one for payload in payloads for one in merger.push(payload)]


def stream_of(payloads: list[TimedPayload] | tuple[TimedPayload, ...]) -> SensorStream:
    assembler = Assembler()
    blocks = [block for payload in payloads for block in assembler.push(payload)] + assembler.finish()
    return SensorStream.joined(blocks)


# A whole recording.


def test_a_late_frame_goes_before_the_frame_that_follows_its_samples() -> None:
    payloads = [live(0), live(2), live(3), again(1, start_s(3))]
    assert order(merged(payloads)) == [0, 1, 2, 3]


def test_a_recording_without_late_frames_stays_as_it_is() -> None:
    payloads = (config(), live(0), live(3), live(4))
    assert merged(payloads) == payloads


def test_a_late_frame_without_a_successor_stays_where_it_is() -> None:
    payloads = (live(0), live(1), again(2, start_s(4)))
    assert merged(payloads) == payloads


def test_late_frames_of_one_hole_come_in_order_of_their_samples() -> None:
    payloads = [live(0), live(4), again(3, 90.0), again(1, 91.0), again(2, 92.0)]
    assert order(merged(payloads)) == [0, 1, 2, 3, 4]


def test_sensors_and_sessions_do_not_mix() -> None:
    payloads = [live(0), live(0, sensor="b"), live(2, sensor="b"), live(1), live(0, session_id=8), again(1, 99.0, "b")]
    mixed = merged(payloads)
    assert [p for p in mixed if p.sensor == "a"] == [p for p in payloads if p.sensor == "a"]
    assert order([p for p in mixed if p.sensor == "b"]) == [0, 1, 2]


def test_arrival_times_are_never_changed() -> None:
    payloads = [live(0), live(2), again(1, 77.0)]
    assert {p.received_s for p in merged(payloads)} == {p.received_s for p in payloads}


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_loss_that_is_refilled_gives_the_same_samples_as_no_loss(data: st.DataObject) -> None:
    lost = data.draw(st.sets(st.integers(1, N_FRAMES - 2), max_size=30))
    refilled = data.draw(st.permutations(sorted(lost)))
    copies = data.draw(st.lists(st.integers(0, N_FRAMES - 1), max_size=8))
    late = [again(number, 200.0 + at) for at, number in enumerate([*refilled, *copies])]
    whole = stream_of([config(), *(live(n) for n in range(N_FRAMES))])
    stream = stream_of(merged([config(), *(live(n) for n in range(N_FRAMES) if n not in lost), *late]))
    assert np.array_equal(stream.acc_m_s2, whole.acc_m_s2)
    assert stream.time_s == pytest.approx(whole.time_s, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.sets(st.integers(1, N_FRAMES - 2), max_size=30), st.sets(st.integers(1, N_FRAMES - 2), max_size=30))
def test_what_stays_missing_is_marked_where_it_is_missing(lost: set[int], came_again: set[int]) -> None:
    late = [again(number, 200.0) for number in sorted(came_again)]
    stream = stream_of(merged([config(), *(live(n) for n in range(N_FRAMES) if n not in lost), *late]))
    missing = np.repeat([n in lost - came_again for n in range(N_FRAMES)], PER_FRAME)
    assert np.array_equal(np.isnan(stream.acc_m_s2).all(axis=1), missing)
    expected_s = DELAY_S + 1.0 + FRAME_S + (np.arange(N_FRAMES * PER_FRAME) - (PER_FRAME - 1)) * PERIOD_NS * 1e-9
    # Ticks are whole microseconds. The time of a sample never depends on what was lost before it.
    assert np.diff(stream.time_s) == pytest.approx(np.diff(expected_s), abs=2e-6)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_notifications_that_come_two_or_three_times_change_nothing(data: st.DataObject) -> None:
    times = data.draw(st.lists(st.integers(1, 3), min_size=N_FRAMES, max_size=N_FRAMES))
    repeated = [live(n, late_s=0.001 * copy) for n in range(N_FRAMES) for copy in range(times[n])]
    once = stream_of([feature(), config(), *(live(n) for n in range(N_FRAMES))])
    stream = stream_of([feature(), config(), *repeated])
    assert np.array_equal(stream.acc_m_s2, once.acc_m_s2)
    assert np.array_equal(stream.time_s, once.time_s)


# While a practice is on.


def test_a_sensor_without_memory_is_not_waited_for() -> None:
    payloads = [feature(FeatureBits(0)), live(0), live(2), live(3)]
    assert pushed(payloads) == payloads


def test_frames_behind_a_hole_wait_for_what_fills_it() -> None:
    merger = Merger()
    assert order(pushed([feature(), live(0), live(2), live(3)], merger)) == [0]
    assert order(merger.push(again(1, start_s(3)))) == [1, 2, 3]


def test_a_hole_that_is_half_filled_lets_that_half_out() -> None:
    merger = Merger()
    pushed([feature(), live(0), live(3)], merger)
    assert order(merger.push(again(1, start_s(3)))) == [1]
    assert order(merger.push(again(2, start_s(3)))) == [2, 3]


def test_nobody_waits_longer_than_a_quiet_moment() -> None:
    merger = Merger(MergerConfig(quiet_s=0.6))
    pushed([feature(), live(0), live(2)], merger)
    assert order(merger.push(live(3, late_s=start_s(2) - start_s(3) + 0.5))) == []
    assert order(merger.push(live(4, late_s=start_s(2) - start_s(4) + 0.7))) == [2, 3, 4]


def test_as_long_as_something_comes_it_is_waited_for() -> None:
    merger = Merger(MergerConfig(quiet_s=0.6, longest_s=4.0))
    pushed([feature(), live(0), live(40)], merger)
    for number in range(1, 7):
        assert order(merger.push(again(number, start_s(40) + 0.5 * number))) == [number]


def test_a_transfer_that_takes_for_ever_is_waited_for_four_seconds() -> None:
    merger = Merger(MergerConfig(quiet_s=0.6, longest_s=4.0))
    pushed([feature(), live(0), live(40)], merger)
    came = [order(merger.push(again(n, start_s(40) + 0.4 * (n - 20)))) for n in range(21, 35)]
    assert came[:9] == [[]] * 9
    assert any(40 in numbers for numbers in came)


def test_another_sensors_payloads_tell_that_time_goes_on() -> None:
    merger = Merger()
    pushed([feature(), live(0), live(2)], merger)
    assert order(merger.push(live(90, sensor="b"))) == [90, 2]


@pytest.mark.parametrize(
    "refusal",
    [
        TimedPayload(
            "a", encode_response(Response(Op.RETRANSMIT, 1, StatusCode.NOT_FOUND)), 60.0, Characteristic.CONTROL
        ),
        TimedPayload("a", encode_bulk_end(BulkEnd(1, StatusCode.NOT_FOUND, 0, 0)), 60.0, Characteristic.BULK),
    ],
)
def test_a_refusal_ends_the_waiting_at_once(refusal: TimedPayload) -> None:
    merger = Merger(MergerConfig(quiet_s=1e6, longest_s=1e6))
    pushed([feature(), live(0), live(2)], merger)
    assert order(merger.push(refusal)) == [2]


def test_a_busy_sensor_is_still_waited_for() -> None:
    merger = Merger()
    pushed([feature(), live(0), live(2)], merger)
    busy = encode_response(Response(Op.RETRANSMIT, 1, StatusCode.BUSY))
    assert order(merger.push(TimedPayload("a", busy, start_s(2), Characteristic.CONTROL))) == []


def test_a_new_session_lets_everything_out() -> None:
    merger = Merger()
    pushed([feature(), live(0), live(2)], merger)
    assert order(merger.push(live(0, session_id=8))) == [2, 0]


def test_the_end_lets_everything_out() -> None:
    merger = Merger()
    pushed([feature(), live(0), live(2), live(5)], merger)
    assert order(merger.finish()) == [2, 5]


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_no_payload_is_ever_lost_or_made_up(data: st.DataObject) -> None:
    numbers = data.draw(st.lists(st.tuples(st.integers(0, 40), st.booleans(), st.sampled_from("ab")), max_size=60))
    payloads = [feature(), feature(sensor="b")]
    for at, (number, resent, sensor) in enumerate(numbers):
        now_s = 100.0 + 0.05 * at
        payloads.append(again(number, now_s, sensor) if resent else live(number, now_s - start_s(number), sensor))
    merger = Merger()
    out = pushed(payloads, merger) + merger.finish()
    assert sorted(map(id, out)) == sorted(map(id, payloads))


@settings(max_examples=60, deadline=None)
@given(st.sets(st.integers(1, N_FRAMES - 2), max_size=30), st.floats(0.01, 0.5))
def test_live_sees_what_the_whole_recording_shows_where_samples_come_soon(lost: set[int], after_s: float) -> None:
    """Each lost frame comes again a little after the frame behind its hole."""
    payloads = [feature(), config()]
    for number in range(N_FRAMES):
        if number in lost:
            behind = next(n for n in range(number, N_FRAMES) if n not in lost)
            payloads.append(again(number, start_s(behind) + after_s))
        else:
            payloads.append(live(number))
    payloads.sort(key=lambda payload: payload.received_s)
    now, later = stream_of(payloads), stream_of(merged(payloads))
    assert np.array_equal(now.acc_m_s2, later.acc_m_s2)
    assert np.array_equal(now.time_s, later.time_s)
    assert not np.isnan(now.acc_m_s2).any()


def test_a_sensor_named_as_a_placement_is_worn_there() -> None:
    assembler = Assembler()
    payloads = [config("right_shank"), *(live(n, sensor="right_shank") for n in range(40))]
    blocks = [block for payload in payloads for block in assembler.push(payload)]
    assert {str(block.placement) for block in blocks} == {"right_shank"}


def test_samples_that_came_too_late_are_told() -> None:
    assembler = Assembler()
    for payload in [feature(), config(), *(live(n) for n in range(60) if n != 30), again(30, 99.0)]:
        assembler.push(payload)
    [notice] = assembler.notices
    assert notice.code == "sensor.resent_unused"
    assert notice.text.startswith("Sensor a: 10 lost sample(s) came again too late")
