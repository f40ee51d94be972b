"""What the virtual sensors and their radio make of the motion."""

import numpy as np
import pytest

from analyzer.errors import InputError
from analyzer.model import Characteristic, Placement, Plan
from analyzer.virtual import SCENARIOS, SensorModel, VirtualPractice, sample_practice, simulate, steady
from analyzer.virtual.runner import draw_runner
from firmware_protocol import Frame, Gap, StreamDecoder, decode_config, decode_frame

FEET = (Placement.LEFT_FOOT, Placement.RIGHT_FOOT)


@pytest.fixture(scope="module")
def practice() -> VirtualPractice:
    return simulate(placements=FEET)


def payload_bytes(practice: VirtualPractice) -> bytes:
    return b"".join(payload.payload for payload in practice.payloads())


def events_of(practice: VirtualPractice, sensor: str) -> list:
    decoder = StreamDecoder()
    live = [p for p in practice.payloads() if p.sensor == sensor and p.characteristic is Characteristic.LIVE]
    return [event for payload in live for event in decoder.feed(payload.payload)]


def test_the_same_seed_gives_the_same_bytes():
    first, second = (steady(5.0, 3.0, seed=4, placements=FEET) for _ in range(2))
    assert payload_bytes(first) == payload_bytes(second)


def test_another_seed_is_another_athlete():
    assert draw_runner(1) != draw_runner(2)


def test_a_sensor_more_changes_nothing_for_the_others():
    alone = steady(5.0, 3.0, placements=(Placement.RIGHT_FOOT,))
    both = steady(5.0, 3.0, placements=(Placement.PELVIS, Placement.RIGHT_FOOT))
    foot = Placement.RIGHT_FOOT
    np.testing.assert_array_equal(alone.traces[foot].counts, both.traces[foot].counts)


def test_a_run_more_changes_nothing_before_it():
    two, three = (
        simulate(plan=Plan.progressive(efforts_pct=efforts), placements=FEET).truth.contacts
        for efforts in ((50, 75), (50, 75, 100))
    )
    # At the end of the shorter practice the athlete stays where he is instead of walking back.
    early = two.query("run in (1, 2)").reset_index(drop=True)
    assert three.query("run in (1, 2)").reset_index(drop=True).equals(early)


def test_a_bad_link_changes_nothing_of_the_motion():
    clean, dropping = (steady(5.0, 3.0, scenario=name, placements=FEET) for name in ("clean", "drops-packets"))
    np.testing.assert_array_equal(clean.traces[Placement.LEFT_FOOT].counts, dropping.traces[Placement.LEFT_FOOT].counts)


def test_a_clean_link_brings_every_sample(practice):
    events = events_of(practice, "left_foot")
    counts = [np.frombuffer(event.sample_bytes, "<i2").reshape(-1, 6) for event in events if isinstance(event, Frame)]
    np.testing.assert_array_equal(np.concatenate(counts), practice.traces[Placement.LEFT_FOOT].counts)


def test_dropped_packets_are_gaps_of_about_the_stated_share():
    practice = simulate("drops-packets", placements=FEET)
    lost = sum(
        event.n_samples
        for sensor in ("left_foot", "right_foot")
        for event in events_of(practice, sensor)
        if isinstance(event, Gap)
    )
    total = sum(len(trace.counts) for trace in practice.traces.values())
    assert 0.01 < lost / total < 0.06


def test_every_sensor_tells_its_scales_before_its_first_samples(practice):
    seen = set()
    for payload in practice.payloads():
        if payload.characteristic is Characteristic.CONFIG:
            config = decode_config(payload.payload)
            assert config.acc_scale_m_s2_per_lsb == pytest.approx(practice.model.acc_scale_m_s2, rel=1e-6)
            seen.add(payload.sensor)
        assert payload.sensor in seen


def test_payloads_arrive_in_order_and_after_their_last_sample(practice):
    payloads = list(practice.payloads())
    arrivals = [payload.received_s for payload in payloads]
    assert arrivals == sorted(arrivals)
    for payload in payloads:
        if payload.characteristic is Characteristic.LIVE:
            trace = practice.traces[Placement(payload.sensor)]
            frame = decode_frame(payload.payload)
            sampled_s = trace.time_s[frame.first_sample_index + frame.n_samples - 1]
            assert 0.0 < payload.received_s - sampled_s < 0.2


def test_device_times_run_at_the_true_rate_but_for_the_drift_of_a_crystal(practice):
    frames = [event for event in events_of(practice, "right_foot") if isinstance(event, Frame)]
    trace = practice.traces[Placement.RIGHT_FOOT]
    device_s = (frames[-1].t0_us - frames[0].t0_us) * 1e-6
    true_s = trace.time_s[frames[-1].first_sample_index] - trace.time_s[0]
    assert abs(device_s / true_s - 1) < 100e-6


def test_the_wired_recording_says_that_it_is_simulated(practice):
    assert practice.recording().simulated


def test_signals_stop_at_full_scale():
    model = SensorModel(acc_range_m_s2=8 * 9.80665, gyr_range_rad_s=float(np.radians(500)))
    stream = steady(8.0, 3.0, placements=FEET, model=model).recording().streams[Placement.LEFT_FOOT]
    assert np.abs(stream.acc_m_s2).max() <= model.acc_range_m_s2
    assert np.abs(stream.gyr_rad_s).max() <= model.gyr_range_rad_s
    assert stream.clipped.any(axis=0)[[0, 4]].all()


@pytest.mark.parametrize("rate_hz", [100.0, 208.0, 1000.0])
def test_the_sensor_runs_near_its_nominal_rate(rate_hz):
    model = SensorModel(rate_hz=rate_hz)
    stream = steady(4.0, 2.0, placements=FEET, model=model).recording().streams[Placement.LEFT_FOOT]
    assert stream.rate_hz == pytest.approx(rate_hz, rel=0.0101)


def test_turned_back_by_its_mounting_a_resting_sensor_points_up():
    practice = simulate("any-mounting", placements=(Placement.LEFT_FOOT,))
    stream = practice.recording().streams[Placement.LEFT_FOOT].between(0.5, 3.5)
    up = practice.mounts[Placement.LEFT_FOOT].segment_from_sensor @ stream.acc_m_s2.mean(axis=0)
    # Three standard deviations of offset and scale.
    np.testing.assert_allclose(up, [0.0, 0.0, 9.80665], atol=0.4)


def test_one_foot_leaves_only_the_left_foot():
    assert list(simulate("one-foot").traces) == [Placement.LEFT_FOOT]


def test_a_scenario_that_keeps_no_sensor_is_refused():
    with pytest.raises(InputError, match="no sensor is worn"):
        simulate("one-foot", placements=(Placement.PELVIS,))


def test_an_unknown_scenario_lists_those_there_are():
    with pytest.raises(InputError, match=", ".join(SCENARIOS)):
        simulate("no-such-thing")


def test_steady_speed_out_of_range_is_refused():
    with pytest.raises(InputError, match=r"2\.5 to 10"):
        steady(1.0)


def test_planned_rests_are_kept():
    truth = simulate(plan=Plan.progressive(13.716, rest_s=45.0), placements=(Placement.LEFT_FOOT,)).truth.runs
    rests = truth.start_s.to_numpy()[1:] - truth.stop_s.to_numpy()[:-1]
    # The rest is counted from walking speed on, the last toe-off of running lies a little before.
    np.testing.assert_allclose(rests, 45.0, atol=1.5)


def test_the_sample_has_three_runs_and_both_feet():
    practice = sample_practice()
    assert len(practice.truth.runs) == 3
    assert list(practice.traces) == list(FEET)
