"""Initial contact from the impact, on drawn impacts at known instants."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from analyzer.gait.foot.touchdown import TouchdownConfig, Touchdowns, find_touchdowns

CONFIG = TouchdownConfig()
LANDINGS_S = np.array([0.50, 1.10, 1.71, 2.295])


def drawn_impacts(rate_hz: float, peak_m_s2: float = 150.0) -> np.ndarray:
    """Specific force with an impact at each landing: half a sine of 12 ms, then ringing at 70 Hz."""
    time_s = np.arange(round(3.0 * rate_hz)) / rate_hz
    acc = np.tile([0.0, 0.0, 9.81], (len(time_s), 1))
    for landing_s in LANDINGS_S:
        after_s = np.maximum(time_s - landing_s, 0.0)
        acc[:, 2] += peak_m_s2 * np.sin(2 * np.pi * 42.0 * after_s) * np.exp(-after_s / 0.015)
    return acc


def touchdowns(acc: np.ndarray, turn: np.ndarray, rate_hz: float = 200.0, speed_m_s: float = 3.6) -> Touchdowns:
    return find_touchdowns(acc, turn, np.full(len(turn), speed_m_s), rate_hz, CONFIG)


def turns(rate_hz: float, late_s: float = 0.0) -> np.ndarray:
    return np.rint((LANDINGS_S + late_s) * rate_hz).astype(np.intp)


@pytest.mark.parametrize("rate_hz", [200.0, 400.0, 1000.0])
def test_an_impact_tells_the_contact(rate_hz):
    found = touchdowns(drawn_impacts(rate_hz), turns(rate_hz), rate_hz)
    # One sample at 200 Hz, or the delay by which half the peak lags the very first touch.
    np.testing.assert_allclose(found.index / rate_hz, LANDINGS_S, atol=0.005)


@pytest.mark.parametrize("late_s", [-0.015, 0.015])
def test_the_impact_outweighs_the_turn_of_the_pitch_rate(late_s):
    there, moved = (touchdowns(drawn_impacts(200.0), turns(200.0, late)).index / 200.0 for late in (0.0, late_s))
    np.testing.assert_array_less(np.abs(moved - there), 0.5 * abs(late_s))


def test_without_an_impact_the_turn_of_the_pitch_rate_decides():
    quiet = np.tile([0.0, 0.0, 9.81], (600, 1))
    at = turns(200.0)
    speed_m_s = 8.0
    late_s = CONFIG.turn_delay_s[-1]
    np.testing.assert_allclose(touchdowns(quiet, at, speed_m_s=speed_m_s).index, at - late_s * 200.0, atol=1e-9)


def test_an_impact_makes_the_contact_surer():
    quiet = np.tile([0.0, 0.0, 9.81], (600, 1))
    at = turns(200.0)
    assert (touchdowns(drawn_impacts(200.0), at).sd_s < touchdowns(quiet, at).sd_s).all()


def test_an_unknown_speed_counts_as_a_jog():
    acc, at = drawn_impacts(200.0), turns(200.0)
    unknown = find_touchdowns(acc, at, np.full(len(at), np.nan), 200.0, CONFIG)
    np.testing.assert_array_equal(unknown.index, touchdowns(acc, at, speed_m_s=CONFIG.turn_speed_m_s[0]).index)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_turned_sensor_feels_the_same_contact(seed):
    acc, at = drawn_impacts(200.0), turns(200.0)
    mounting = Rotation.random(rng=np.random.default_rng(seed)).as_matrix()
    np.testing.assert_allclose(touchdowns(acc @ mounting.T, at).index, touchdowns(acc, at).index, atol=1e-9)


def test_one_landing_changes_nothing_for_the_others():
    acc, at = drawn_impacts(200.0), turns(200.0)
    np.testing.assert_array_equal(touchdowns(acc, at[1:]).index, touchdowns(acc, at).index[1:])


def test_no_turns_have_no_contacts():
    assert touchdowns(drawn_impacts(200.0), np.empty(0, dtype=np.intp)).index.size == 0


@pytest.mark.parametrize("at", [0, 599])
def test_a_turn_at_the_edge_of_the_signal_is_bearable(at):
    assert np.isfinite(touchdowns(drawn_impacts(200.0), np.array([at])).index).all()
