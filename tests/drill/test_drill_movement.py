"""How the athlete moved between runs."""

import numpy as np
import pytest
from made_streams import LEFT, PELVIS, even_times, stream_of, without

from analyzer.drill.rest.movement import MovementConfig, Pace, paces

TIME_S = even_times(0.0, 60.0)
STRIDE_S = 1.05


def walk_between(start_s: float, stop_s: float, placement=PELVIS):
    """Return a minute of stand with a walk in it: the foot rests for a third of each stride, the trunk never."""
    phase = 2 * np.pi * TIME_S / STRIDE_S
    wave = (
        np.where(np.sin(phase) > -0.5, 12.0 * np.sin(4 * phase), 0.0) if placement == LEFT else 3.5 * np.sin(2 * phase)
    )
    walked = (start_s <= TIME_S) & (stop_s > TIME_S)
    sway = 0.2 * np.sin(2 * np.pi * 0.7 * TIME_S)
    return stream_of(placement, TIME_S, np.where(walked, wave, sway))


def moving_between(stream, start_s, stop_s) -> np.ndarray:
    time_s, moved = paces(stream)
    return moved[(time_s > start_s) & (time_s < stop_s)]


@pytest.mark.parametrize("placement", [LEFT, PELVIS])
def test_a_walk_is_movement_from_end_to_end(placement):
    # A bin of doubt at each end, as neighbours vote.
    assert moving_between(walk_between(20, 40, placement), 21, 39).all()


@pytest.mark.parametrize("placement", [LEFT, PELVIS])
def test_a_stand_with_sway_is_still(placement):
    stream = walk_between(20, 40, placement)
    assert not moving_between(stream, 0, 19).any()
    assert not moving_between(stream, 41, 60).any()


def test_one_knock_on_the_sensor_is_no_walk():
    extra = np.where(np.abs(TIME_S - 30.25) < 0.02, 60.0, 0.0)
    assert not paces(stream_of(PELVIS, TIME_S, extra))[1].any()


def test_bins_without_samples_are_left_out():
    time_s, _ = paces(without(walk_between(20, 40), (10.0, 15.0)))
    assert not ((time_s > 10) & (time_s < 15)).any()
    assert ((time_s > 15) & (time_s < 20)).any()


def test_times_and_answers_come_in_pairs_however_many_bins_there_are():
    for stop_s in (1.2, 1.7, 7.77):
        time_s, moved = paces(walk_between(20, 40).between(0.0, stop_s))
        assert len(time_s) == len(moved) > 0


def test_bins_are_named_by_their_middle():
    time_s, _ = paces(walk_between(20, 40))
    np.testing.assert_allclose(time_s[:3], np.array([0.5, 1.5, 2.5]) * MovementConfig().bin_s)


def test_a_sensor_that_gave_nothing_says_nothing():
    time_s, moved = paces(without(walk_between(20, 40), (-1.0, 100.0)))
    assert time_s.size == moved.size == 0


def jog_between(start_s: float, stop_s: float, placement):
    """Return a minute of stand with a jog in it: three bounces a second, free fall between them, a short landing."""
    phase = (TIME_S / 0.72) % 1.0
    landed = phase < 0.3
    foot = np.where(landed & (phase > 0.08) & (phase < 0.22), 0.0, 22.0 * np.abs(np.sin(2 * np.pi * phase)) + 6.0)
    trunk = 10.0 * np.sin(2 * np.pi * TIME_S / 0.36)
    jogged = (start_s <= TIME_S) & (stop_s > TIME_S)
    return stream_of(placement, TIME_S, np.where(jogged, foot if placement == LEFT else trunk, 0.0))


@pytest.mark.parametrize("placement", [LEFT, PELVIS])
def test_a_jog_is_told_from_a_walk(placement):
    for stream, pace in (
        (jog_between(20, 40, placement), Pace.JOGGING),
        (walk_between(20, 40, placement), Pace.WALKING),
    ):
        time_s, found = paces(stream)
        inside = found[(time_s > 22) & (time_s < 38)]
        np.testing.assert_array_equal(inside, pace)


def test_hard_steps_of_a_foot_that_lies_flat_between_them_are_a_walk():
    """A stamping walk is as hard as a jog; the flat foot tells."""
    phase = (TIME_S / STRIDE_S) % 1.0
    stream = stream_of(LEFT, TIME_S, np.where(phase < 0.4, 0.0, 30.0 * np.abs(np.sin(4 * np.pi * phase))))
    assert (paces(stream)[1] == Pace.WALKING).all()
