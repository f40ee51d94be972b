"""Payloads become samples: right values, right times, lost ones marked."""

from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.acquire.assemble import Assembler, AssemblerConfig
from analyzer.acquire.track import TrackConfig
from analyzer.model import Characteristic, Placement, SensorStream, TimedPayload
from firmware_protocol import Config, Frame, FrameFlags, FrameKind, Location, Sensors, encode_config, encode_frame

RATE_HZ = 200
PERIOD_NS = 5_000_500  # 100 ppm slower than nominal: time must come from the device, not from the rate
PERIOD_S = PERIOD_NS * 1e-9
PER_FRAME = 10
ACC_SCALE = 2.0**-8  # exact as float32
GYR_SCALE = 2.0**-10
CONFIG = Config(
    config_id=1,
    location_id=Location.LEFT_FOOT,
    acc_scale_m_s2_per_lsb=ACC_SCALE,
    acc_range_m_s2=125.0,
    gyr_scale_rad_s_per_lsb=GYR_SCALE,
    gyr_range_rad_s=31.5,
    nominal_rate_hz=RATE_HZ,
)


def config_payload(config: Config = CONFIG, sensor: str = "a", received_s: float = 0.0) -> TimedPayload:
    return TimedPayload(sensor, encode_config(config), received_s, Characteristic.CONFIG)


def counts_of(first: int, n: int, n_channels: int = 6) -> np.ndarray:
    """Counts that tell which sample and channel they are."""
    return ((first + np.arange(n))[:, None] % 3000 * 8 + np.arange(n_channels)).astype("<i2")


def frame(number: int, **changes) -> Frame:
    """Return frame `number` of an unbroken recording."""
    first = number * PER_FRAME
    kind = changes.get("kind", FrameKind.IMU6)
    n_channels = {FrameKind.IMU6: 6, FrameKind.ACC: 3, FrameKind.HIGH_G_ACC: 3}[kind]
    values = {
        "kind": kind,
        "config_id": 1,
        "session_id": 7,
        "first_sample_index": first,
        "t0_us": 500_000 + round(first * PERIOD_NS / 1000),
        "period_ns": PERIOD_NS,
        "location_id": 0,
        "flags": FrameFlags(0),
        "sample_bytes": counts_of(first, PER_FRAME, n_channels).tobytes(),
    }
    return Frame(**(values | changes))


def live(frames: Iterable[Frame], sensor: str = "a", delay_s: float = 100.0) -> list[TimedPayload]:
    """Return frames as they arrive, each a fixed delay after its last sample."""
    return [
        TimedPayload(sensor, encode_frame(one), delay_s + one.t0_us / 1e6 + (one.n_samples - 1) * PERIOD_S)
        for one in frames
    ]


def assembled(payloads: Iterable[TimedPayload], assembler: Assembler | None = None) -> list[SensorStream]:
    assembler = assembler or Assembler()
    blocks = [block for payload in payloads for block in assembler.push(payload)]
    return blocks + assembler.finish()


def whole(payloads: Iterable[TimedPayload], assembler: Assembler | None = None) -> SensorStream:
    return SensorStream.joined(assembled(payloads, assembler))


def test_counts_become_si_with_the_scales_of_the_config() -> None:
    stream = whole([config_payload(), *live([frame(0)])])
    counts = counts_of(0, PER_FRAME)
    assert np.array_equal(stream.acc_m_s2, counts[:, :3] * ACC_SCALE)
    assert np.array_equal(stream.gyr_rad_s, counts[:, 3:] * GYR_SCALE)
    assert stream.placement is Placement.LEFT_FOOT
    assert (stream.acc_range_m_s2, stream.gyr_range_rad_s) == (125.0, 31.5)


def test_times_come_from_device_ticks_on_the_host_clock() -> None:
    stream = whole([config_payload(), *live(map(frame, range(100)))])
    # Ticks are whole microseconds.
    assert stream.time_s == pytest.approx(100.5 + np.arange(1000) * PERIOD_S, abs=1e-6)


def test_samples_are_held_back_for_a_second_only_at_the_start() -> None:
    assembler = Assembler()
    assembler.push(config_payload())
    sizes = [sum(block.n_samples for block in assembler.push(payload)) for payload in live(map(frame, range(60)))]
    first = next(number for number, size in enumerate(sizes) if size)
    assert first * PER_FRAME / RATE_HZ == pytest.approx(1.0, abs=0.05)
    assert set(sizes[first + 1 :]) == {PER_FRAME}


def test_late_payloads_never_move_the_times_of_samples() -> None:
    frames = [frame(number) for number in range(200)]
    jitter_s = np.random.default_rng(1).exponential(0.02, 200)
    jitter_s[5] = 0.0
    late = [
        TimedPayload(one.sensor, one.payload, one.received_s + more)
        for one, more in zip(live(frames), jitter_s, strict=True)
    ]
    stream = whole([config_payload(), *late])
    assert np.diff(stream.time_s) == pytest.approx(PERIOD_S, abs=1.1e-6)


@settings(max_examples=60, deadline=None)
@given(st.sets(st.integers(0, 59), max_size=40), st.integers(0, 2**32 - 1))
def test_lost_packets_become_nan_rows_at_the_right_times(lost: set[int], first_index: int) -> None:
    kept = [number for number in range(60) if number not in lost]
    shift = [frame(number, first_sample_index=(first_index + number * PER_FRAME) % 2**32) for number in kept]
    stream = whole([config_payload(), *live(shift)])
    expected = np.arange(kept[0] * PER_FRAME, (kept[-1] + 1) * PER_FRAME)
    assert stream.time_s == pytest.approx(100.5 + expected * PERIOD_S, abs=2e-6)
    is_lost = np.isin(expected // PER_FRAME, list(lost))
    assert np.array_equal(np.isnan(stream.acc_m_s2).all(axis=1), is_lost)
    assert np.array_equal(stream.acc_m_s2[~is_lost, 0], expected[~is_lost] % 3000 * 8 * ACC_SCALE)
    assert not stream.clipped[is_lost].any()


def test_samples_the_sensor_never_took_are_nan_rows_too() -> None:
    """An index that runs on over a jump of time, as a sensor's own buffer overrun leaves it."""
    behind = [frame(n, t0_us=frame(n).t0_us + 20 * 5000, flags=FrameFlags.TIME_GAP_BEFORE) for n in (30,)]
    behind += [frame(n, t0_us=frame(n).t0_us + 20 * 5000) for n in range(31, 60)]
    stream = whole([config_payload(), *live([*map(frame, range(30)), *behind])])
    assert stream.n_samples == 620
    assert np.isnan(stream.acc_m_s2[300:320]).all()
    assert np.diff(stream.time_s) == pytest.approx(PERIOD_S, abs=1e-5)


def test_a_pause_of_minutes_is_a_hole_in_time() -> None:
    stream = whole([config_payload(), *live(map(frame, [*range(30), *range(3000, 3030)]))])
    assert stream.n_samples == 600
    assert not np.isnan(stream.acc_m_s2).any()
    assert np.diff(stream.time_s).max() == pytest.approx((2970 * PER_FRAME + 1) * PERIOD_S, abs=1e-3)


def rebooted(number: int) -> Frame:
    return frame(number, session_id=8, t0_us=100 + frame(number).t0_us - 500_000)


def test_after_a_reboot_time_goes_on_on_the_host_clock() -> None:
    before = live(map(frame, range(60)))
    # 60 frames are 3 s; the sensor is back 2 s later and counts from zero again.
    after = live(map(rebooted, range(60)), delay_s=105.5)
    stream = whole([config_payload(), *before, *after])
    assert np.diff(stream.time_s).min() > 0.9 * PERIOD_S
    assert stream.time_s[-600] == pytest.approx(105.5001, abs=1e-5)
    between = np.isnan(stream.acc_m_s2[:, 0])
    assert between.sum() == pytest.approx(2.0 * RATE_HZ, abs=2)


def test_a_reboot_is_told() -> None:
    assembler = Assembler()
    assembled([config_payload(), *live(map(frame, range(9))), *live(map(rebooted, range(9)), delay_s=105.5)], assembler)
    assert [notice.code for notice in assembler.notices] == ["sensor.restarted"]


def test_a_restart_without_reboot_keeps_its_clock() -> None:
    again = [frame(n, session_id=8, first_sample_index=(n - 60) * PER_FRAME) for n in range(60, 120)]
    assembler = Assembler()
    stream = whole([config_payload(), *live(map(frame, range(60))), *live(again)], assembler)
    assert stream.time_s == pytest.approx(100.5 + np.arange(1200) * PERIOD_S, abs=1e-6)
    assert len(assembler.corrections()[Placement.LEFT_FOOT].fits) == 1


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 40), st.floats(-0.5, 90.0)), min_size=2, max_size=5), st.data())
def test_times_rise_through_any_restarts(sessions: list[tuple[int, float]], data) -> None:
    payloads, delay_s = [config_payload()], 100.0
    for session, (n_frames, pause_s) in enumerate(sessions):
        kept = data.draw(st.sets(st.integers(0, n_frames - 1), min_size=1))
        frames = [frame(number, session_id=session) for number in sorted(kept)]
        delay_s += pause_s + n_frames * PER_FRAME * PERIOD_S
        payloads += live(frames, delay_s=delay_s)
    blocks = assembled(payloads)
    assert np.diff(np.concatenate([block.time_s for block in blocks])).min() > 1e-7
    n_kept = sum(int(np.isfinite(block.acc_m_s2[:, 0]).sum()) for block in blocks)
    assert n_kept == sum(len(one.payload) > 100 for one in payloads) * PER_FRAME


def test_a_period_stated_too_long_keeps_times_rising() -> None:
    frames = [frame(number, period_ns=int(PERIOD_NS * 1.104)) for number in range(60)]
    stream = whole([config_payload(), *live(frames)])
    assert stream.n_samples == 600
    assert np.diff(stream.time_s).min() > 0.4 * PERIOD_S
    assert stream.time_s[::PER_FRAME] == pytest.approx(
        stream.time_s[0] + np.arange(60) * PER_FRAME * PERIOD_S, abs=0.004
    )


def test_payloads_that_come_twice_count_once() -> None:
    payloads = live(map(frame, range(30)))
    stream = whole([config_payload(), *(one for one in payloads for _ in range(3))])
    assert stream.n_samples == 300


def test_samples_wait_for_their_config() -> None:
    payloads = live(map(frame, range(40)))
    early, late = payloads[:30], payloads[30:]
    assembler = Assembler()
    assert [block for one in early for block in assembler.push(one)] == []
    assert [notice.code for notice in assembler.notices] == ["sensor.no_config"]
    assert sum(block.n_samples for block in assembler.push(config_payload())) == 300
    assert sum(block.n_samples for one in late for block in assembler.push(one)) == 100
    assert assembler.notices == ()


def test_what_waits_for_a_config_is_bounded() -> None:
    assembler = Assembler(config=AssemblerConfig(track=TrackConfig(max_waiting=30)))
    for payload in live(map(frame, range(50))):
        assembler.push(payload)
    assembler.push(config_payload())
    assert [notice.code for notice in assembler.notices] == ["sensor.dropped"]
    [block] = assembler.push(live([frame(50)])[0])
    assert np.isnan(block.acc_m_s2[:, 0]).sum() == 200


def test_frames_of_a_config_that_never_came_wait_for_it() -> None:
    assembler = Assembler()
    blocks = assembled([config_payload(), *live(frame(n, config_id=1 if n < 30 else 2) for n in range(60))], assembler)
    assert sum(block.n_samples for block in blocks) == 300
    assert [notice.code for notice in assembler.notices] == ["sensor.no_config"]


def test_a_new_config_holds_for_the_frames_that_name_it() -> None:
    wider = Config(
        **{name: getattr(CONFIG, name) for name in CONFIG.__slots__} | {"config_id": 2, "acc_range_m_s2": 250.0}
    )
    frames = [frame(n, config_id=1 if n < 30 else 2) for n in range(60)]
    blocks = assembled([config_payload(), config_payload(wider), *live(frames)])
    assert [block.acc_range_m_s2 for block in blocks] == [125.0] * 30 + [250.0] * 30


def test_a_placement_given_by_hand_goes_before_what_the_sensor_says() -> None:
    assembler = Assembler({"a": Placement.PELVIS})
    assert whole([config_payload(), *live([frame(0)])], assembler).placement is Placement.PELVIS


def test_a_sensor_without_placement_is_told_and_waits() -> None:
    nowhere = Config(**{name: getattr(CONFIG, name) for name in CONFIG.__slots__} | {"location_id": 0})
    assembler = Assembler()
    assert assembled([config_payload(nowhere), *live(map(frame, range(60)))], assembler) == []
    assert [notice.code for notice in assembler.notices] == ["sensor.no_placement"]


def test_a_frame_may_say_the_placement_that_the_config_leaves_open() -> None:
    nowhere = Config(**{name: getattr(CONFIG, name) for name in CONFIG.__slots__} | {"location_id": 0})
    stream = whole([config_payload(nowhere), *live([frame(0, location_id=Location.STERNUM)])])
    assert stream.placement is Placement.STERNUM


def test_two_sensors_at_one_placement_are_not_mixed() -> None:
    assembler = Assembler()
    first = [config_payload(), *live(map(frame, range(30)))]
    second = [config_payload(sensor="b"), *live(map(frame, range(60)), sensor="b")]
    assert whole([*first, *second], assembler).n_samples == 300
    assert [notice.code for notice in assembler.notices] == ["sensor.placement_taken"]


def test_a_broken_payload_is_counted_and_the_stream_goes_on() -> None:
    payloads = live(map(frame, range(60)))
    payloads.insert(30, TimedPayload("a", b"\x11broken", payloads[30].received_s))
    assembler = Assembler()
    assert whole([config_payload(), *payloads], assembler).n_samples == 600
    [notice] = assembler.notices
    assert notice.code == "sensor.bad_payload"
    assert "1 payload(s)" in notice.text
    assert "SPEC.md section" in notice.text


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(list(Characteristic)), st.binary(max_size=60)), max_size=30))
def test_any_payload_is_taken_without_an_error(junk: list[tuple[Characteristic, bytes]]) -> None:
    assembler = Assembler()
    assembled([TimedPayload("a", payload, 1.0, kind) for kind, payload in junk], assembler)
    assert all(notice.text.startswith("Sensor a") for notice in assembler.notices)


def test_resent_samples_are_told_and_disturb_nothing() -> None:
    frames = [frame(n) for n in range(60) if n != 40]
    frames.insert(55, frame(40, flags=FrameFlags.RETX))
    assembler = Assembler()
    stream = whole([config_payload(), *live(frames)], assembler)
    assert stream.n_samples == 600
    assert np.isnan(stream.acc_m_s2[400:410]).all()
    assert [notice.code for notice in assembler.notices] == ["sensor.resent_unused"]


def test_an_accelerometer_alone_has_no_gyroscope() -> None:
    alone = Config(
        config_id=1,
        sensors=Sensors.ACC,
        location_id=Location.PELVIS,
        acc_scale_m_s2_per_lsb=ACC_SCALE,
        acc_range_m_s2=125.0,
        nominal_rate_hz=RATE_HZ,
    )
    stream = whole([config_payload(alone), *live(frame(n, kind=FrameKind.ACC) for n in range(5))])
    assert not stream.has_gyroscope
    assert np.isnan(stream.gyr_range_rad_s)
    assert np.array_equal(stream.acc_m_s2, counts_of(0, 50, 3) * ACC_SCALE)


def test_a_second_accelerometer_is_not_mixed_into_the_first() -> None:
    both = [one for n in range(30) for one in (frame(n), frame(n, kind=FrameKind.HIGH_G_ACC))]
    assembler = Assembler()
    assert whole([config_payload(), *live(both)], assembler).n_samples == 300
    assert [notice.code for notice in assembler.notices] == ["sensor.kind_unused"]


def test_the_axis_map_turns_samples_into_the_axes_of_the_case() -> None:
    turned = Config(**{name: getattr(CONFIG, name) for name in CONFIG.__slots__} | {"axis_map": (-2, 1, 3)})
    flags = FrameFlags.ACC_CLIP_X
    stream = whole([config_payload(turned), *live([frame(0, flags=flags)])])
    counts = counts_of(0, PER_FRAME)
    assert np.array_equal(stream.acc_m_s2, np.column_stack([-counts[:, 1], counts[:, 0], counts[:, 2]]) * ACC_SCALE)
    assert stream.clipped.all(axis=0).tolist() == [False, True, False, False, False, False]


def test_the_delay_of_the_filter_is_taken_off_the_times() -> None:
    slow = Config(**{name: getattr(CONFIG, name) for name in CONFIG.__slots__} | {"filter_delay_us": 2500})
    stream = whole([config_payload(slow), *live([frame(0)])])
    assert stream.time_s[0] == pytest.approx(100.5 - 0.0025, abs=1e-9)


def clipping(flags: FrameFlags, peak: int) -> np.ndarray:
    counts = np.zeros((PER_FRAME, 6), dtype="<i2")
    counts[4, 1] = peak
    return whole([config_payload(), *live([frame(0, sample_bytes=counts.tobytes(), flags=flags)])]).clipped


def test_counts_at_full_scale_are_clipped() -> None:
    assert np.argwhere(clipping(FrameFlags(0), -32768)).tolist() == [[4, 1]]


def test_a_clip_flag_that_counts_explain_marks_these_samples_only() -> None:
    assert np.argwhere(clipping(FrameFlags.ACC_CLIP_Y, 32767)).tolist() == [[4, 1]]


def test_a_clip_flag_that_no_count_explains_marks_the_axis_for_the_frame() -> None:
    clipped = clipping(FrameFlags.ACC_CLIP_Y, 20000)
    assert clipped.all(axis=0).tolist() == [False, True, False, False, False, False]


def test_corrections_bring_drifting_sensors_together() -> None:
    """Two sensors at 80 ppm either way see the same instant; half an hour later they agree again."""
    assembler = Assembler({"a": Placement.LEFT_FOOT, "b": Placement.RIGHT_FOOT})
    rng = np.random.default_rng(3)
    events = []
    for sensor, drift, boot_s in (("a", 80e-6, 40.0), ("b", -80e-6, 7.0)):
        numbers = np.arange(0, 4000)
        for number in numbers:
            one = frame(int(number), sample_bytes=bytes(12 * PER_FRAME))
            end_s = one.t0_us / 1e6 + (PER_FRAME - 1) * PERIOD_S
            events.append((boot_s + end_s * (1 + drift) + 0.004 + rng.uniform(0, 0.015), sensor, one))
    events.sort(key=lambda event: event[0])
    assembler.push(config_payload())
    assembler.push(config_payload(sensor="b"))
    last = {}
    for received_s, sensor, one in events:
        for block in assembler.push(TimedPayload(sensor, encode_frame(one), received_s)):
            last[block.placement] = block.time_s[-1:]
    corrections = assembler.corrections()
    end_s = 0.5 + (4000 * PER_FRAME - 1) * PERIOD_S
    for placement, drift, boot_s in ((Placement.LEFT_FOOT, 80e-6, 40.0), (Placement.RIGHT_FOOT, -80e-6, 7.0)):
        truth_s = boot_s + end_s * (1 + drift) + 0.004
        assert abs(float(last[placement][0]) - truth_s) > 0.01
        assert float(corrections[placement].to_host(last[placement])[0]) == pytest.approx(truth_s, abs=0.001)


def test_blocks_do_not_depend_on_other_sensors() -> None:
    a, b = live(map(frame, range(60))), live(map(frame, range(60)), sensor="b", delay_s=101.0)
    alone = whole([config_payload(), *a])
    mixed = Assembler({"b": Placement.RIGHT_FOOT})
    blocks = assembled(
        [config_payload(), config_payload(sensor="b"), *(one for pair in zip(a, b, strict=True) for one in pair)], mixed
    )
    left = SensorStream.joined([block for block in blocks if block.placement is Placement.LEFT_FOOT])
    assert np.array_equal(left.time_s, alone.time_s)
    assert np.array_equal(left.acc_m_s2, alone.acc_m_s2)
