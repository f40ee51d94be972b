"""Contacts, strides and steps of one window from whatever was worn; and from sensors that have nothing to tell."""

from dataclasses import replace

import numpy as np
import pytest
from gait_truth import FEET, foot_of, grids_of, steady_run, stream_of
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.gait.run_gait import GaitConfig, RunGait, run_gait
from analyzer.model import Placement, SensorStream
from analyzer.rows import count, only
from analyzer.signal.grid import GridSignals, on_grid
from analyzer.tables import CONTACTS, STEPS, STRIDES, build

CONFIG = GaitConfig()


@pytest.fixture(scope="module")
def grids() -> dict[Placement, GridSignals]:
    return grids_of(steady_run(6.0))


@pytest.fixture(scope="module")
def gait(grids) -> RunGait:
    return run_gait(grids, CONFIG)


def test_tables_hold_their_schemas(gait):
    build(CONTACTS, gait.contacts)
    build(STRIDES, gait.strides)
    build(STEPS, gait.steps)


def test_contacts_of_both_feet_alternate(gait):
    sides = gait.contacts["side"]
    assert (sides[1:] != sides[:-1]).all()


def test_contacts_are_in_order_of_their_beginning(gait):
    begins_s, ends_s = gait.contacts["initial_contact_s"], gait.contacts["toe_off_s"]
    assert (np.diff(np.where(np.isnan(begins_s), ends_s, begins_s)) >= 0).all()


def test_two_steps_last_as_long_as_a_stride(gait):
    assert 2 * gait.steps["step_time_s"].mean() == pytest.approx(gait.strides["stride_time_s"].mean(), rel=0.01)
    length_m = np.nanmean(gait.strides["stride_length_m"])
    assert 2 * np.nanmean(gait.steps["step_length_m"]) == pytest.approx(length_m, rel=0.02)


def test_a_stride_goes_at_the_speed_of_the_runner(gait):
    assert np.nanmedian(gait.strides["speed_m_s"]) == pytest.approx(6.0, rel=0.025)


def test_the_feet_are_used_where_there_are_feet(grids):
    more = grids | {Placement.PELVIS: replace(grids[FEET[0]], placement=Placement.PELVIS)}
    assert set(run_gait(more, CONFIG).used) == set(FEET)


def test_one_foot_gives_its_own_contacts_and_no_steps(grids, gait):
    alone = run_gait({FEET[0]: grids[FEET[0]]}, CONFIG)
    own = only(gait.contacts, gait.contacts["side"] == "left")
    for name, column in alone.contacts.items():
        np.testing.assert_array_equal(column, own[name])
    assert count(alone.steps) == 0


def test_the_travel_axis_is_that_of_each_foot(grids, gait):
    for placement in FEET:
        np.testing.assert_array_equal(gait.travel_axes[placement], foot_of(grids[placement]).travel_axis)


def stream_with(n_samples: int, **signals: object) -> SensorStream:
    still = np.tile([0.0, 0.0, 9.81], (n_samples, 1))
    known = {"time_s": np.arange(n_samples) / 200.0, "acc_m_s2": still, "gyr_rad_s": np.zeros((n_samples, 3))}
    ranges = {"acc_range_m_s2": 156.9, "gyr_range_rad_s": 34.9}
    return SensorStream.from_arrays(Placement.LEFT_FOOT, known | ranges | signals, whole=False)


def lost(n_samples: int) -> np.ndarray:
    return np.full((n_samples, 3), np.nan)


NOTHING_TO_FIND = {
    "still": stream_with(1000),
    "20 samples": stream_with(20),
    "2 samples": stream_with(2),
    "all lost": stream_with(1000, acc_m_s2=lost(1000), gyr_rad_s=lost(1000)),
    "no gyroscope": stream_with(1000, gyr_rad_s=None),
    "gyroscope lost": stream_with(1000, gyr_rad_s=lost(1000)),
    "still and accelerometer lost": stream_with(1000, acc_m_s2=lost(1000)),
}


@pytest.mark.parametrize("what", NOTHING_TO_FIND)
def test_where_there_is_nothing_to_find_the_tables_are_empty(what):
    gait = run_gait({Placement.LEFT_FOOT: on_grid(NOTHING_TO_FIND[what])}, CONFIG)
    for schema, rows in ((CONTACTS, gait.contacts), (STRIDES, gait.strides), (STEPS, gait.steps)):
        assert build(schema, rows).empty


def test_no_sensors_give_empty_tables():
    gait = run_gait({}, CONFIG)
    assert [count(rows) for rows in (gait.contacts, gait.strides, gait.steps)] == [0, 0, 0]
    assert gait.used == ()


def test_20_samples_of_a_sprint_have_no_stride():
    stream = stream_of(steady_run(9.5), Placement.LEFT_FOOT)
    assert count(run_gait({Placement.LEFT_FOOT: on_grid(stream.rows(100, 120))}, CONFIG).strides) == 0


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n_samples=st.sampled_from([2, 5, 17, 40, 300]), lost_share=st.floats(0, 0.6))
def test_any_noise_gives_tables_and_no_trouble(seed, n_samples, lost_share):
    draw = np.random.default_rng(seed)
    acc, gyr = (np.clip(draw.normal(0, sd, (n_samples, 3)), -full, full) for sd, full in ((90, 156.9), (20, 34.9)))
    holes = draw.random(n_samples) < lost_share
    acc[holes] = gyr[holes] = np.nan
    gait = run_gait({Placement.LEFT_FOOT: on_grid(stream_with(n_samples, acc_m_s2=acc, gyr_rad_s=gyr))}, CONFIG)
    build(CONTACTS, gait.contacts)
    build(STRIDES, gait.strides)
