"""Arm cycles: made swings, and recordings with truth."""

from dataclasses import replace

import numpy as np
import pytest
from gait_runners import recordings, without_gyroscope, wrist_runner

from analyzer.gait.wrist import WristConfig, arm_cycles

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
