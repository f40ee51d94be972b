"""A small step back before the first real one."""

from dataclasses import replace

import numpy as np
import pytest
from made_streams import LEFT, RIGHT, even_times

from analyzer.drill.starting.false_step import false_step
from analyzer.model import SensorStream
from analyzer.signal.grid import on_grid
from analyzer.units import G_M_S2

START_S = 3.0
TO_THE_RIGHT = np.array([0.0, -1.0, 0.0])
AXES = {LEFT: TO_THE_RIGHT, RIGHT: TO_THE_RIGHT}


def foot(
    placement=LEFT, way_m: float = 0.0, *, rest_s: float = 0.15, pitch_rad: float = 0.15, mount=None, rate_hz=200.0
):
    """Return a foot that stands, goes a way along x within 0.2 s, rests, and then swings; x ahead, y left, z up."""
    time_s = even_times(0.0, 6.0, rate_hz)
    phase = np.clip((time_s - START_S) / 0.2, 0.0, 1.0)
    inside = (phase > 0) & (phase < 1)
    # A quintic: place, speed and acceleration are smooth at both ends.
    ahead = way_m / 0.2**2 * (60 * phase - 180 * phase**2 + 120 * phase**3) * inside
    pitch = pitch_rad * np.sin(np.pi * phase) ** 2 * bool(way_m)
    swings = time_s > START_S + 0.2 + rest_s
    rate = np.gradient(pitch, time_s) + np.where(swings, np.radians(600), 0.0)
    acc = np.column_stack(
        [
            ahead * np.cos(pitch) + G_M_S2 * np.sin(pitch),
            np.zeros_like(time_s),
            G_M_S2 * np.cos(pitch) - ahead * np.sin(pitch),
        ]
    )
    gyr = rate[:, None] * TO_THE_RIGHT
    rng = np.random.default_rng(1)
    acc, gyr = acc + rng.normal(0, 0.05, acc.shape), gyr + rng.normal(0, 0.01, gyr.shape)
    turn = np.eye(3) if mount is None else mount
    return on_grid(
        SensorStream.from_arrays(placement, {"time_s": time_s, "acc_m_s2": acc @ turn.T, "gyr_rad_s": gyr @ turn.T})
    )


def told(*feet, axes=AXES, start_s: float = START_S) -> str:
    return false_step(start_s, {grid.placement: grid for grid in feet}, axes)


@pytest.mark.parametrize("way_m", [-0.08, -0.20, -0.30])
def test_a_foot_set_back_is_a_false_step(way_m):
    assert told(foot(LEFT, way_m), foot(RIGHT)) == "yes"


@pytest.mark.parametrize("way_m", [0.0, 0.20, -0.02, -0.60], ids=["none", "ahead", "rolling", "walking back"])
def test_other_ways_are_none(way_m):
    assert told(foot(LEFT, way_m), foot(RIGHT)) == "no"


def test_a_foot_that_goes_on_into_its_swing_has_made_its_first_step():
    assert told(foot(LEFT, -0.20, rest_s=0.0), foot(RIGHT)) == "no"


def test_how_the_sensor_sits_does_not_matter():
    turn = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    axes = {LEFT: turn @ TO_THE_RIGHT, RIGHT: TO_THE_RIGHT}
    assert told(foot(LEFT, -0.20, mount=turn), foot(RIGHT), axes=axes) == "yes"
    assert told(foot(LEFT, 0.20, mount=turn), foot(RIGHT), axes=axes) == "no"


@pytest.mark.parametrize("rate_hz", [100.0, 400.0])
def test_the_sample_rate_does_not_matter(rate_hz):
    assert told(foot(LEFT, -0.20, rate_hz=rate_hz), foot(RIGHT, rate_hz=rate_hz)) == "yes"


def test_with_one_foot_a_false_step_can_be_seen_but_never_ruled_out():
    assert told(foot(LEFT, -0.20)) == "yes"
    assert told(foot(LEFT)) == "unknown"


def test_a_start_that_was_not_seen_tells_nothing():
    assert told(foot(LEFT, -0.20), foot(RIGHT), start_s=float("nan")) == "unknown"


@pytest.mark.parametrize("start_s", [0.1, 5.9])
def test_a_start_at_an_end_of_the_recording_tells_nothing(start_s):
    assert told(foot(LEFT, -0.20), foot(RIGHT), start_s=start_s) == "unknown"


def test_a_hole_in_the_start_tells_nothing():
    whole = foot(LEFT, -0.20)
    lost = np.arange(whole.n_samples) == whole.to_index(START_S + 0.1)
    assert told(replace(whole, lost=lost), foot(RIGHT)) == "unknown"


@pytest.mark.parametrize(("pitch_rad", "expected"), [(0.35, "yes"), (0.60, "no")], ids=["quick step", "swing"])
def test_a_step_that_turns_the_foot_as_fast_as_a_swing_is_one(pitch_rad, expected):
    # Turning there and back within 0.2 s: at most 310 and 540 deg/s.
    assert told(foot(LEFT, -0.20, pitch_rad=pitch_rad), foot(RIGHT)) == expected
