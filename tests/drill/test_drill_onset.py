"""When the body first moved, weighed from what trunk and legs say."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_streams import LEFT, PELVIS, RIGHT, even_times

import analyzer
from analyzer.acquire.read import read
from analyzer.drill.starting.onset import Onset, OnsetConfig, onset_of
from analyzer.model import Placement, SensorStream
from analyzer.rows import Rows
from analyzer.signal.grid import GridSignals, on_grid
from analyzer.units import G_M_S2
from analyzer.virtual import simulate

RATE_HZ = 200.0
HEEL_S, OFF_S = 4.0, 4.15
"""The first heel rises, and its foot leaves the ground."""

SURE_S = 4.3
CONFIG = OnsetConfig()


def sensor(placement: Placement, moves_s: float, *, swings_s: float = 20.0, shift_s: float = 0.0) -> GridSignals:
    """Return 8 s of a sensor that stands, turns at 170 deg/s as a heel does, then at 460 deg/s as a swing does."""
    rng = np.random.default_rng(3)
    time_s = even_times(0.0, 8.0, RATE_HZ)
    gyr = rng.normal(0, 0.005, (time_s.size, 3))
    gyr[:, 1] += 3.0 * np.clip((time_s - moves_s) / 0.03, 0, 1) + 5.0 * np.clip((time_s - swings_s) / 0.03, 0, 1)
    acc = rng.normal(0, 0.03, (time_s.size, 3))
    acc[:, 2] += G_M_S2
    return on_grid(SensorStream.from_arrays(placement, {"time_s": time_s + shift_s, "acc_m_s2": acc, "gyr_rad_s": gyr}))


def contacts(off_s: float = OFF_S, sides: tuple[str, str] = ("left", "right")) -> Rows:
    return {
        "side": np.array(sides, dtype=object),
        "initial_contact_s": np.array([np.nan, off_s + 0.05]),
        "toe_off_s": np.array([off_s, off_s + 0.2]),
    }


NO_CONTACTS = {name: column[:0] for name, column in contacts().items()}


def feet(moves_s: float = HEEL_S, **more: float) -> list[GridSignals]:
    """Return two feet of which the left goes first."""
    return [sensor(LEFT, moves_s, **more), sensor(RIGHT, moves_s + 0.19)]


def heel_alone(moves_s: float = HEEL_S) -> Onset:
    return onset_of(feet(moves_s), NO_CONTACTS, SURE_S)


def weighed(*told: tuple[float, float]) -> tuple[float, float]:
    """Return mean and spread of independent witnesses, one after the other by Bayes' rule: the slow way."""
    mean, variance = told[0][0], told[0][1] ** 2
    for value, sd in told[1:]:
        gain = variance / (variance + sd**2)
        mean, variance = mean + gain * (value - mean), (1 - gain) * variance
    return mean, float(np.hypot(np.sqrt(variance), CONFIG.shared_sd_s))


def test_heel_and_push_off_are_weighed_by_how_well_each_tells():
    heel_s = heel_alone().time_s
    expected = weighed((heel_s, CONFIG.heel_sd_s), (OFF_S - CONFIG.push_off_lead_s, CONFIG.push_off_sd_s))
    found = onset_of(feet(), contacts(), SURE_S)
    np.testing.assert_allclose((found.time_s, found.sd_s), expected, atol=1e-9)
    assert found.told_by == "legs"


def test_a_heel_alone_is_taken_as_it_is():
    found = heel_alone()
    assert found.time_s == pytest.approx(HEEL_S, abs=0.02)
    assert found.sd_s == pytest.approx(np.hypot(CONFIG.heel_sd_s, CONFIG.shared_sd_s))


def test_a_later_push_off_makes_a_later_start():
    early, late = (onset_of(feet(), contacts(off_s), SURE_S).time_s for off_s in (4.12, 4.22))
    # The push-off has three quarters of the say.
    assert late - early == pytest.approx(0.1 / (1 + (CONFIG.push_off_sd_s / CONFIG.heel_sd_s) ** 2), abs=1e-9)


def test_a_second_witness_makes_the_start_surer():
    assert onset_of(feet(), contacts(), SURE_S).sd_s < heel_alone().sd_s
    with_trunk = onset_of([*feet(), sensor(PELVIS, HEEL_S)], contacts(), SURE_S)
    assert with_trunk.sd_s < onset_of(feet(), contacts(), SURE_S).sd_s


def test_the_trunk_has_its_say_beside_the_legs():
    trunk_s = onset_of([sensor(PELVIS, 4.1)], NO_CONTACTS, SURE_S).time_s
    legs_s = onset_of(feet(), contacts(), SURE_S).time_s
    both = onset_of([*feet(), sensor(PELVIS, 4.1)], contacts(), SURE_S)
    assert min(trunk_s, legs_s) < both.time_s < max(trunk_s, legs_s)
    assert both.told_by == "trunk"


def test_a_trunk_alone_tells_the_start():
    found = onset_of([sensor(PELVIS, 4.1)], NO_CONTACTS, SURE_S)
    assert found.time_s == pytest.approx(4.1, abs=0.02)
    assert found.told_by == "trunk"


@pytest.mark.parametrize("push_s", [0.02, 0.5], ids=["twitch", "missed"])
def test_a_push_that_cannot_be_one_is_left_out(push_s):
    assert onset_of(feet(), contacts(HEEL_S + push_s), SURE_S) == heel_alone()


def test_a_swing_stands_for_a_push_off_that_was_missed():
    swinging = feet(swings_s=OFF_S)
    found = onset_of(swinging, contacts(HEEL_S + 0.5), SURE_S)
    assert found.sd_s < heel_alone().sd_s
    # Less surely than the push-off itself.
    assert found.sd_s > onset_of(swinging, contacts(), SURE_S).sd_s
    assert found.time_s == pytest.approx(onset_of(swinging, contacts(), SURE_S).time_s, abs=0.03)


def test_a_step_back_is_part_of_the_run_and_its_toe_off_tells_nothing():
    assert onset_of(feet(), contacts(), SURE_S, first_step="back") == heel_alone()


def test_after_a_step_back_the_trunk_knows_when_the_body_went():
    trunk = sensor(PELVIS, 4.2)
    found = onset_of([*feet(), trunk], contacts(), SURE_S, first_step="back")
    assert found == onset_of([trunk], NO_CONTACTS, SURE_S)


def test_one_foot_may_be_either_of_the_two_and_says_so():
    found = onset_of(feet()[:1], contacts(sides=("left", "left")), SURE_S)
    assert found.time_s == pytest.approx(HEEL_S - 0.5 * CONFIG.front_lag_s, abs=0.02)
    # Two standard uncertainties hold the rear foot's start and the front foot's.
    assert found.time_s + 2 * found.sd_s > HEEL_S
    assert found.time_s - 2 * found.sd_s < HEEL_S - CONFIG.front_lag_s


def test_one_foot_adds_nothing_to_a_trunk():
    trunk = sensor(PELVIS, 4.1)
    assert onset_of([feet()[0], trunk], contacts(), SURE_S) == onset_of([trunk], NO_CONTACTS, SURE_S)


def test_arms_have_no_say():
    arm = sensor(Placement.LEFT_WRIST, 3.0)
    assert onset_of([*feet(), arm], contacts(), SURE_S) == onset_of(feet(), contacts(), SURE_S)


@pytest.mark.parametrize("worn", [[], [sensor(LEFT, -5.0), sensor(RIGHT, -5.0)]], ids=["nothing", "never still"])
def test_who_was_not_seen_standing_has_no_start(worn):
    found = onset_of(worn, contacts(), SURE_S)
    assert found.told_by == "none"
    assert np.isnan([found.time_s, found.sd_s]).all()


@settings(max_examples=20, deadline=None)
@given(push_s=st.floats(0.0, 0.6), trunk_later_s=st.floats(-0.1, 0.2))
def test_the_start_lies_between_its_witnesses(push_s, trunk_later_s):
    heel_s = heel_alone().time_s
    trunk = sensor(PELVIS, HEEL_S + trunk_later_s)
    trunk_s = onset_of([trunk], NO_CONTACTS, SURE_S).time_s
    off_s = HEEL_S + push_s
    found = onset_of([*feet(), trunk], contacts(off_s), SURE_S)
    witnesses = (heel_s, trunk_s, off_s - CONFIG.push_off_lead_s)
    assert min(witnesses) - 1e-9 <= found.time_s <= max(witnesses) + 1e-9


def test_the_start_shifts_with_the_clock():
    there = [sensor(LEFT, HEEL_S, shift_s=1000.0), sensor(RIGHT, HEEL_S + 0.19, shift_s=1000.0)]
    later = onset_of(there, contacts(OFF_S + 1000.0), SURE_S + 1000.0)
    here = onset_of(feet(), contacts(), SURE_S)
    # Half a sample: times a thousand seconds on round differently.
    assert later.time_s - 1000.0 == pytest.approx(here.time_s, abs=0.5 / RATE_HZ)


@pytest.mark.parametrize("worn", [(LEFT, RIGHT), (LEFT, RIGHT, PELVIS)], ids=["feet", "with pelvis"])
def test_virtual_starts_are_told_within_60_ms(worn):
    practice = simulate(seed=7, placements=worn)
    found = analyzer.analyze(practice.recording()).runs
    off_s = found["start_s"].to_numpy() - practice.truth.runs["start_s"].to_numpy()
    assert np.abs(off_s).max() < 0.060
    assert np.abs(off_s.mean()) < 0.040
    assert (np.abs(off_s) < 2 * found["start_sd_s"]).all()


# Their first toe-off comes 0.10 to 0.22 s after the onset by draw: no sensor on a foot can know when.
@pytest.mark.parametrize("name", ["S05", "S08"])
def test_starts_of_composed_practices_are_within_twice_their_uncertainty(shared, name):
    path = shared / "data" / "practices" / f"{name}.npz"
    truth = json.loads(str(np.load(path)["header"]))["runs"]
    found = analyzer.analyze(read(path)).runs
    off_s = found["start_s"].to_numpy() - np.array([run["onset_s"] for run in truth])
    assert (np.abs(off_s) < 2 * found["start_sd_s"]).all()
    assert np.abs(off_s).mean() < 0.060
