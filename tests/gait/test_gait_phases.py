"""Swings and rough contacts from the pitch rate, on a drawn pitch rate of known shape."""

import numpy as np
import pytest
from gait_truth import FEET, grids_of, steady_run
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from analyzer.gait.foot.phases import NOT_SEEN, PhaseConfig, find_phases
from analyzer.gait.foot.swings import SwingConfig, mid_swings, pitch_axis

RATE_HZ = 200.0
CONTACT_SHARE, TOE_OFF_SHARE = 0.20, 0.55
"""Where in a stride, from mid-swing on, the drawn foot lands and leaves."""

SETTLED = 2
"""Samples by which neighbouring lobes move a minimum of the drawing."""


def drawn_pitch(swings: np.ndarray, period: int, n: int) -> np.ndarray:
    """Pitch rate in rad/s: swing up, small dip at landing, deep dip at push-off; in each stride the same."""
    at = np.arange(n)
    pitch = np.zeros(n)
    for swing in swings:
        for share, height in ((0.0, 12.0), (CONTACT_SHARE, -5.0), (TOE_OFF_SHARE, -9.0)):
            pitch += height * np.exp(-0.5 * ((at - swing - share * period) / (0.05 * period)) ** 2)
    return pitch


def found_phases(swings: np.ndarray, period: int, n: int, seen: np.ndarray | None = None):
    known = swings if seen is None else seen
    return find_phases(drawn_pitch(swings, period, n), known, RATE_HZ, PhaseConfig())


@settings(max_examples=30, deadline=None)
@given(period=st.integers(80, 200), start=st.integers(20, 200))
def test_landing_is_the_first_dip_after_the_swing_and_push_off_the_lowest(period, start):
    swings = start + period * np.arange(5)
    phases = found_phases(swings, period, swings[-1] + 20)
    inner = (phases.swing_before != NOT_SEEN) & (phases.swing_after != NOT_SEEN)
    np.testing.assert_allclose(phases.initial_contact[inner], swings[:-1] + CONTACT_SHARE * period, atol=SETTLED)
    np.testing.assert_allclose(phases.toe_off[inner], swings[:-1] + TOE_OFF_SHARE * period, atol=SETTLED)


def test_five_swings_bound_four_contacts_of_one_foot():
    swings = 100 + 120 * np.arange(5)
    phases = found_phases(swings, 120, swings[-1] + 10)
    # Counting steps would give eight.
    assert np.sum((phases.initial_contact != NOT_SEEN) & (phases.toe_off != NOT_SEEN)) == 4


def test_a_long_pause_splits_the_strides_around_it():
    swings = np.array([100, 220, 340, 1400, 1520, 1640])
    phases = found_phases(swings, 120, 1800)
    # After 340 a last contact, before 1400 only the push-off of the first step: no contact spans the pause.
    contact, toe_off = phases.initial_contact, phases.toe_off
    both = (contact != NOT_SEEN) & (toe_off != NOT_SEEN)
    assert (toe_off - contact)[both].max() < 120


def test_a_recording_that_begins_in_mid_stride_keeps_the_contact_before_its_first_swing():
    swings = 110 + 120 * np.arange(-1, 4)
    phases = found_phases(swings, 120, 500, seen=swings[1:])
    assert phases.initial_contact[0] == pytest.approx(swings[0] + CONTACT_SHARE * 120, abs=SETTLED)


def test_no_swings_have_no_contacts():
    phases = found_phases(np.empty(0, dtype=np.intp), 120, 400)
    assert phases.initial_contact.size == phases.toe_off.size == 0


def test_every_stride_has_one_mid_swing():
    swings = 100 + 120 * np.arange(6)
    found = mid_swings(drawn_pitch(swings, 120, 900), RATE_HZ, SwingConfig())
    np.testing.assert_allclose(found, swings, atol=SETTLED)


def test_fidgets_between_strides_are_no_swings():
    swings = 100 + 120 * np.arange(6)
    fidgets = 4.6 * np.exp(-0.5 * ((np.arange(2000) - 1500) / 8.0) ** 2)
    pitch = 2.5 * drawn_pitch(swings, 120, 2000) + fidgets
    # Fast enough for a walking swing, but a seventh of what this runner does.
    assert len(mid_swings(pitch, RATE_HZ, SwingConfig())) == 6


@pytest.mark.parametrize("n_samples", [0, 1, 20, 400])
def test_a_still_foot_has_no_swing_and_no_axis(n_samples):
    assert mid_swings(np.zeros(n_samples), RATE_HZ, SwingConfig()).size == 0
    np.testing.assert_array_equal(pitch_axis(np.zeros((n_samples, 3)), RATE_HZ, SwingConfig()), np.zeros(3))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_axis_of_the_swing_turns_with_the_sensor(seed):
    mounting = Rotation.random(rng=np.random.default_rng(seed)).as_matrix()
    gyr = np.outer(drawn_pitch(100 + 120 * np.arange(6), 120, 900), [0.0, 1.0, 0.0])
    # A pure swing about one axis: the axis itself, toe-up positive, in any mounting.
    np.testing.assert_allclose(pitch_axis(gyr @ mounting.T, RATE_HZ, SwingConfig()), mounting[:, 1], atol=1e-6)


@pytest.mark.parametrize("speed_m_s", [2.5, 6.0, 9.5])
def test_swings_count_strides_and_not_steps(speed_m_s):
    run = steady_run(speed_m_s)
    grids = grids_of(run)
    for placement in FEET:
        grid = grids[placement]
        axis = pitch_axis(grid.gyr_rad_s, grid.rate_hz, SwingConfig())
        swings = mid_swings(grid.gyr_rad_s @ axis, grid.rate_hz, SwingConfig())
        stride_time_s = float((run.truth.strides["end_s"] - run.truth.strides["start_s"]).median())
        # Swings at the very ends of the recording may be cut.
        assert len(swings) == pytest.approx(run.duration_s / stride_time_s, abs=1.5)
