"""Clocks with synchronisation exchanges and with marks, on simulated links with known truth."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.acquire.assemble import Assembler
from analyzer.acquire.clock import ClockConfig, ClockFit, SensorClock
from analyzer.acquire.exchanges import Request, centred
from analyzer.acquire.sync_marks import SyncMarkConfig, with_marks
from analyzer.drill.worn.clocks import ClocksConfig, feet_error_s
from analyzer.model import Characteristic, Placement, TimedPayload
from benchmarks.clocks import Air, errors_s, marked, pair_rms_s
from firmware_protocol import (
    Config,
    Frame,
    FrameFlags,
    FrameKind,
    Op,
    Response,
    StatusCode,
    SyncExchange,
    Tlv,
    TlvItem,
    encode_config,
    encode_frame,
    encode_response,
)

PERIODS_S = {"free": 17 / 208.3, "locked": 0.045}
SEEDS = range(12)


@pytest.mark.parametrize("kind", PERIODS_S)
def test_with_exchanges_a_clock_is_known_within_five_milliseconds_after_a_minute(kind):
    airs = [Air(seed, PERIODS_S[kind], exchanges=True) for seed in SEEDS]
    errors = [errors_s(air, air.clock(60.0).fit(), 60.0) for air in airs]
    assert np.sqrt(np.mean(np.square(errors))) < 0.005
    assert pair_rms_s(errors) < 0.005


@pytest.mark.parametrize("kind", PERIODS_S)
@pytest.mark.parametrize("exchanges", [True, False])
def test_with_marks_at_both_ends_sensors_agree_within_two_milliseconds(kind, exchanges):
    airs = [Air(seed, PERIODS_S[kind], exchanges) for seed in SEEDS]
    fits = marked(airs, [air.clock(120.0).fit() for air in airs], 120.0, seed=1)
    assert pair_rms_s([errors_s(air, fit, 120.0) for air, fit in zip(airs, fits, strict=True)]) < 0.002


@pytest.mark.parametrize("kind", PERIODS_S)
@pytest.mark.parametrize("exchanges", [True, False])
def test_the_stated_error_is_not_far_from_the_true_one(kind, exchanges):
    airs = [Air(seed, PERIODS_S[kind], exchanges) for seed in SEEDS]
    clocks = [air.clock(60.0) for air in airs]
    share = [
        np.sqrt(np.mean(errors_s(air, clock.fit(), 60.0) ** 2)) / clock.error_s
        for air, clock in zip(airs, clocks, strict=True)
    ]
    # A standard error: within it two times of three, never at several times of it.
    assert np.sqrt(np.mean(np.square(share))) < 1.3
    assert max(share) < 3.0


def test_arrivals_locked_to_the_connection_events_are_not_trusted():
    free, locked = (Air(3, PERIODS_S[kind], exchanges=False).clock(60.0) for kind in ("free", "locked"))
    assert free.error_s < 0.003 < ClockConfig().locked_delay_s < locked.error_s + 1e-4


def test_a_few_exchanges_change_nothing():
    with_few, without = SensorClock(), SensorClock()
    for clock in (with_few, without):
        for second in range(30):
            clock.add(float(second), second + 5.0 + 0.004 * (second % 3))
    for n in range(ClockConfig().least_exchanges - 1):
        with_few.add_exchange(SyncExchange(5_000_000 + n, 2_000, 2_100, 5_020_000))
    assert with_few.fit() == without.fit()


def test_exchanges_are_forgotten_before_they_fill_the_memory():
    clock = SensorClock(ClockConfig(n_exchanges=5))
    for second in range(60):
        clock.add(float(second), second + 100.0 + 0.005 * (second % 4))
    # Old ones with a bound that is far too low; only five newer ones are left of all.
    for n in range(50):
        late_us = 0 if n >= 45 else 500_000
        clock.add_exchange(SyncExchange(100_000_000 - late_us, 0, 100, 100_020_000))
    assert clock.fit().delay_at(0.0) == pytest.approx(100.0, abs=0.01)


@settings(max_examples=60, deadline=None)
@given(
    st.floats(0.0, 0.005),
    st.floats(0.0, 0.005),
    st.integers(4, 40),
    st.integers(0, 2**32 - 1),
)
def test_the_delay_taken_off_lies_between_none_and_all(live_s, there_s, n, seed):
    waits_s = np.random.default_rng(seed).uniform(0, 0.015, n)
    gaps = [Request(float(k), live_s + there_s + float(wait_s)) for k, wait_s in enumerate(waits_s)]
    delay_s, sd_s = centred(gaps, 0.0075, 0.002)
    assert 0 <= delay_s <= live_s + there_s + 0.015
    assert sd_s >= 0


def test_an_even_way_there_and_back_is_halved():
    gaps = [Request(float(k), 0.004 + 0.015 * k / 100) for k in range(101)]
    delay_s, _ = centred(gaps, 0.0075, 0.002)
    assert delay_s == pytest.approx(0.002, abs=1e-4)


def test_a_sensor_without_a_believable_mark_keeps_its_fit():
    fits = {"a": ClockFit(0.0, 5.0, 0.0, 0.002), "b": ClockFit(0.0, 7.0, 0.0, 0.002), "c": ClockFit(0.0, 1.0)}
    moved = with_marks(fits, [{"a": 10.0, "b": 9.0}])
    assert moved == fits


def test_one_sensor_alone_is_not_moved_by_its_mark():
    fits = {"a": ClockFit(0.0, 5.0, 1e-5, 0.002)}
    assert with_marks(fits, [{"a": 10.0}, {"a": 100.0}]) == fits


def test_the_better_known_clock_moves_less():
    fits = {"good": ClockFit(0.0, 5.000, 0.0, 0.001), "poor": ClockFit(0.0, 5.010, 0.0, 0.010)}
    moved = with_marks(fits, [{"good": 1.0, "poor": 1.0}])
    assert moved["good"].offset_s - 5.000 < 0.0002
    assert moved["good"].offset_s == pytest.approx(moved["poor"].offset_s)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(-0.01, 0.01), st.floats(-2e-5, 2e-5)), min_size=2, max_size=6))
def test_after_two_marks_all_clocks_agree_at_them(wrongs):
    fits = {n: ClockFit(0.0, 3.0 + offset_s, drift, 0.002) for n, (offset_s, drift) in enumerate(wrongs)}
    marks = [dict.fromkeys(fits, 10.0), dict.fromkeys(fits, 200.0)]
    moved = with_marks(fits, marks)
    for at_s in (10.0, 200.0):
        assert np.ptp([fit.delay_at(at_s) for fit in moved.values()]) < 1e-9


def test_close_marks_say_nothing_of_drift():
    fits = {"a": ClockFit(0.0, 5.0, 0.0, 0.002), "b": ClockFit(0.0, 5.0, 0.0, 0.002)}
    moved = with_marks(fits, [{"a": 1.0, "b": 1.0}, {"a": 2.0, "b": 2.01}])
    assert moved["b"].drift == 0.0
    assert moved["b"].error_s == SyncMarkConfig().mark_sd_s


def packet(index, t0_us, received_s):
    frame = Frame(FrameKind.IMU6, 1, 1, index, t0_us, 5_000_000, 1, FrameFlags(0), bytes(12 * 20))
    return TimedPayload("left_foot", encode_frame(frame), received_s)


def answer(sent_us, device_us, back_s):
    times = ((Tlv.HOST_TX_US, sent_us), (Tlv.DEVICE_RX_US, device_us), (Tlv.DEVICE_TX_US, device_us))
    response = Response(Op.TIME_SYNC, 1, StatusCode.OK, tuple(TlvItem(*item) for item in times))
    return TimedPayload("left_foot", encode_response(response), back_s, Characteristic.CONTROL)


def assembled(*, asked, booted_s=50.0):
    assembler = Assembler()
    record = Config(
        config_id=1,
        location_id=1,
        acc_scale_m_s2_per_lsb=0.01,
        acc_range_m_s2=300.0,
        gyr_scale_rad_s_per_lsb=0.001,
        gyr_range_rad_s=30.0,
        nominal_rate_hz=200.0,
    )
    assembler.push(TimedPayload("left_foot", encode_config(record), 100.0, Characteristic.CONFIG))
    for n in range(20 if asked else 0):
        sent_s = 100.0 + 0.01 * n
        # Nothing waits: 4 ms there.
        assembler.push(answer(round(sent_s * 1e6), round((sent_s + 0.004 - booted_s) * 1e6), sent_s + 0.008))
    for n in range(300):
        began_s = 101.0 + 0.1 * n
        # 4 ms back, and up to 14 ms of waiting.
        came_s = began_s + 0.095 + 0.004 + 0.002 * (n * 5 % 8)
        assembler.push(packet(20 * n, round((began_s - booted_s) * 1e6), came_s))
    return assembler.corrections()[Placement.LEFT_FOOT]


def test_exchanges_in_the_payloads_take_the_delay_off_the_sensors_clock():
    asked, unasked = assembled(asked=True), assembled(asked=False)
    moved_s = unasked.to_host(np.array([110.0])) - asked.to_host(np.array([110.0]))
    assert moved_s[0] == pytest.approx(0.004, abs=0.001)
    assert asked.error_s < 0.003


def test_an_exchange_with_the_clock_before_a_reboot_does_not_touch_the_new_one():
    assembler_error = assembled(asked=True, booted_s=50.0).error_s
    assembler = Assembler()
    assembler.push(answer(100_000_000, 7_000_000, 100.01))
    assert assembler.corrections() == {}
    assert assembler_error > 0


def test_the_clocks_of_the_feet_are_compared_and_those_of_arms_are_not():
    errors = {Placement.LEFT_FOOT: 0.003, Placement.RIGHT_FOOT: 0.004, Placement.RIGHT_WRIST: 1.0}
    assert feet_error_s(errors) == pytest.approx(0.005)
    assert np.isnan(feet_error_s({Placement.LEFT_FOOT: 0.003, Placement.RIGHT_WRIST: 0.003}))
    assert np.isnan(feet_error_s({}))


def test_sound_clocks_pass_the_gate_and_locked_ones_do_not():
    limit_s = ClocksConfig().longest_error_s
    assert np.hypot(ClockConfig().unknown_delay_s, ClockConfig().unknown_delay_s) < limit_s
    assert np.hypot(ClockConfig().locked_delay_s, ClockConfig().locked_delay_s) > limit_s
