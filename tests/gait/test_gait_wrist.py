"""Arm cycles: made swings, and recordings with truth."""

from dataclasses import replace

import numpy as np
import pytest
from gait_runners import part, recordings, without_gyroscope, wrist_runner

from analyzer.gait.wrist import WristConfig, arm_cycles
from analyzer.model import Placement
from analyzer.signal.grid import on_grid
from analyzer.virtual import SensorModel, simulate, steady

CONFIG = WristConfig()


@pytest.mark.parametrize("rate_hz", [100.0, 200.0, 1000.0])
@pytest.mark.parametrize("frequency_hz", [1.25, 1.5, 2.3])
def test_stride_frequency_is_found_from_jog_to_sprint(rate_hz, frequency_hz):
    runner = wrist_runner(rate_hz=rate_hz, frequency_hz=frequency_hz)

    # 0.5 %: a lag is read between samples of 10 ms.
    assert arm_cycles(runner.signals, CONFIG).stride_frequency_hz == pytest.approx(frequency_hz, rel=0.005)


def test_the_shake_of_the_steps_is_not_taken_for_the_stride():
    runner = wrist_runner(frequency_hz=1.1)

    assert arm_cycles(runner.signals, CONFIG).stride_frequency_hz == pytest.approx(1.1, rel=0.005)


def test_cycles_are_laid_end_to_end():
    cycles = arm_cycles(wrist_runner(frequency_hz=1.5, seconds=6.0).signals, CONFIG)

    assert len(cycles) >= 8
    np.testing.assert_allclose(np.diff(cycles.start_s), cycles.stride_time_s[:-1], atol=1e-9)
    np.testing.assert_allclose(cycles.stride_time_s, 1 / 1.5, rtol=0.005)


@pytest.mark.parametrize("mounting", [1, 2])
def test_mounting_changes_no_frequency(mounting):
    straight, turned = wrist_runner(), wrist_runner(mounting=mounting)

    before, after = arm_cycles(straight.signals, CONFIG), arm_cycles(turned.signals, CONFIG)

    assert after.stride_frequency_hz == pytest.approx(before.stride_frequency_hz, rel=1e-9)


def test_the_force_alone_gives_the_frequency_without_a_gyroscope():
    signals = without_gyroscope(wrist_runner(frequency_hz=1.4).signals)

    assert arm_cycles(signals, CONFIG).stride_frequency_hz == pytest.approx(1.4, rel=0.005)


def test_a_still_wrist_has_no_cycles():
    signals = wrist_runner().signals
    still = replace(signals, acc_m_s2=np.full_like(signals.acc_m_s2, 5.0), gyr_rad_s=np.zeros_like(signals.gyr_rad_s))

    cycles = arm_cycles(still, CONFIG)

    assert len(cycles) == 0
    assert np.isnan(cycles.stride_frequency_hz)


def test_a_wrist_that_only_shivers_has_no_cycles():
    signals = wrist_runner().signals
    noise = np.random.default_rng(3).normal(size=(2, *signals.acc_m_s2.shape))

    assert len(arm_cycles(replace(signals, acc_m_s2=noise[0], gyr_rad_s=noise[1]), CONFIG)) == 0


def test_stride_frequency_of_a_sprinter_is_within_the_goal(shared):
    for header, sensors in recordings(shared / "data", "sprint/dorn_*.npz"):
        true_hz = 1 / np.mean([stride["end_s"] - stride["start_s"] for stride in header["strides"]])
        for side in ("left", "right"):
            cycles = arm_cycles(sensors[f"{side}_wrist"], CONFIG)
            assert cycles.stride_frequency_hz == pytest.approx(true_hz, rel=0.015), (header["id"], side)


@pytest.mark.parametrize("rate_hz", [100.0, 1000.0])
@pytest.mark.parametrize("speed_m_s", [2.5, 6.0, 9.5])
def test_a_virtual_athlete_swings_arms_as_often_as_legs(speed_m_s, rate_hz):
    practice = steady(speed_m_s, 5.0, placements=(Placement.LEFT_WRIST,), model=SensorModel(rate_hz=rate_hz))
    strides = practice.truth.strides
    frequency_hz = 1.0 / float((strides["end_s"] - strides["start_s"]).mean())

    cycles = arm_cycles(on_grid(practice.recording().streams[Placement.LEFT_WRIST]), CONFIG)

    assert cycles.stride_frequency_hz == pytest.approx(frequency_hz, rel=0.005)


@pytest.mark.parametrize("run", [0, 2])
def test_no_cycle_is_laid_into_the_stand_before_a_run(run):
    practice = simulate(placements=(Placement.RIGHT_WRIST,))
    start_s, stop_s = practice.truth.runs.loc[practice.truth.runs.index[run], ["start_s", "stop_s"]]
    signals = on_grid(practice.recording().streams[Placement.RIGHT_WRIST])
    window = part(signals, start_s - 3.0, stop_s + 0.8)

    cycles = arm_cycles(window, CONFIG)

    # A cycle that begins in the stand reaches into the run by more than half.
    assert cycles.start_s[0] > start_s - 0.5 * cycles.stride_time_s[0]
    assert cycles.start_s[0] < start_s + 0.6


def test_an_arm_that_hangs_turned_after_the_run_does_not_swing():
    runner = wrist_runner(frequency_hz=1.5, seconds=6.0)
    acc, gyr = runner.signals.acc_m_s2.copy(), runner.signals.gyr_rad_s.copy()
    still = runner.signals.time_s > 4.0
    acc[still], gyr[still] = [9.81, 0.0, 0.0], 0.0

    cycles = arm_cycles(replace(runner.signals, acc_m_s2=acc, gyr_rad_s=gyr), CONFIG)

    assert np.max(cycles.start_s) < 4.0
