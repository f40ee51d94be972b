"""What the speed profile of a run says in the table of runs."""

from dataclasses import replace

import numpy as np
import pytest
from made_runs import ORIGIN_S, TAU_S, V_MAX_M_S, run, truth

from analyzer.drill.speed.acceleration import speed_at_m_s, time_at_s
from analyzer.drill.speed.profile import ProfileConfig
from analyzer.drill.speed.scale import profile_of
from analyzer.drill.speed.speeds import SPEED_COLUMNS, SpeedsConfig, maximal_runs, speed_columns

MARK_M = 15.0
TOP = tuple(name for name in SPEED_COLUMNS if name.startswith(("v_max", "f0", "v0", "p_max")))
LIMITS = (("f0_n_kg", "f0_sd_n_kg"), ("v0_m_s", "v0_sd_m_s"), ("p_max_w_kg", "p_max_sd_w_kg"))


def row(record, distance_m=MARK_M, maximal=True):
    columns = speed_columns([record], np.array([distance_m]), np.array([maximal]))
    return {name: values[0] for name, values in columns.items()}


def test_a_long_maximal_run_tells_everything():
    found = row(run(n_steps=20))
    assert found["profile"] == "ok"
    assert np.isfinite([found[name] for name in SPEED_COLUMNS]).all()


def test_mid_run_speed_and_time_to_the_mark_are_those_of_the_profile():
    found = row(run(n_steps=20))
    half_s, mark_s = time_at_s(truth(), np.array([0.5, 1.0]) * MARK_M)
    assert found["mid_run_speed_m_s"] == pytest.approx(float(speed_at_m_s(truth(), half_s)), abs=0.05)
    assert found["time_to_distance_s"] == pytest.approx(mark_s - ORIGIN_S, abs=0.02)


def test_force_and_power_are_those_of_the_profile_but_for_the_drag():
    found = row(run(n_steps=20))
    # Drag at 8 m/s is a quarter of a m/s2, a sixth of it at the intercept; the prior on tau pulls a little.
    assert found["f0_n_kg"] == pytest.approx(V_MAX_M_S / TAU_S, abs=0.3)
    assert found["v0_m_s"] == pytest.approx(V_MAX_M_S, abs=0.4)
    assert found["p_max_w_kg"] == pytest.approx(found["f0_n_kg"] * found["v0_m_s"] / 4)


def test_a_run_held_back_tells_no_top_speed_but_its_time():
    found = row(run(n_steps=20), maximal=False)
    assert np.isnan([found[name] for name in TOP]).all()
    assert np.isfinite(found["time_to_distance_s"])
    assert found["profile"] == "submaximal"


def test_a_short_run_with_rough_strides_tells_no_top_speed():
    found = row(run(n_steps=8, sd=0.3), distance_m=6.0)
    assert np.isnan(found["v_max_m_s"])
    assert found["profile"] == "top_speed_unsure"


def test_a_mark_behind_the_slowing_is_not_timed():
    record = replace(run(n_steps=20), deceleration_start_s=ORIGIN_S + 2.0)
    found = row(record, distance_m=18.288)
    assert np.isnan(found["time_to_distance_s"])
    assert "slowed_before_mark" in found["profile"].split(";")


def test_without_a_distance_the_rest_is_told():
    found = row(run(n_steps=20), distance_m=np.nan)
    assert np.isnan(found["time_to_distance_s"])
    assert found["v_max_m_s"] == pytest.approx(V_MAX_M_S, abs=0.1)


def test_a_run_whose_start_was_not_seen_tells_nothing():
    found = row(replace(run(), start_seen=False))
    assert np.isnan([found[name] for name in SPEED_COLUMNS]).all()
    assert found["profile"] == "start_not_seen"


def test_a_run_without_lengths_tells_nothing():
    record = run()
    unknown = np.full_like(record.strides["stride_length_m"], np.nan)
    blank = replace(record, strides={**record.strides, "stride_length_m": unknown})
    assert row(blank)["profile"] == "too_few_lengths"


def test_a_known_scale_makes_the_top_speed_surer():
    record = run(n_steps=20)
    assert row(replace(record, scale_sd=0.005))["v_max_sd_m_s"] < row(record)["v_max_sd_m_s"]


def test_the_gate_on_top_speed_is_its_interval():
    loose = speed_columns([run(sd=0.3)], np.array([MARK_M]), np.array([True]), SpeedsConfig(max_half_width=0.5))
    assert np.isfinite(loose["v_max_m_s"][0])


def test_maximal_is_what_was_asked_at_full_effort_or_was_fastest_unasked():
    asked = np.array([50.0, 100.0, np.nan, np.nan, 100.0])
    achieved = np.array([100.0, 98.0, 100.0, 97.0, 99.0])
    directions = ["forward"] * 4 + ["backward"]
    assert maximal_runs(asked, achieved, directions).tolist() == [False, True, True, False, False]


def drawn_limits(profile, config, n=20_000):
    """Return the spread of force, speed and power over draws of the profile: the slow way."""
    rng = np.random.default_rng(4)
    covariance = profile.covariance[:2, :2].copy()
    covariance[1, 1] += profile.tau_model_sd_s**2
    v_max, tau = rng.multivariate_normal([profile.v_max_m_s, profile.tau_s], covariance, n).T
    drag = 0.5 * config.air_kg_m3 * config.frontal_area_m2 * config.drag_coefficient / config.mass_kg
    force = v_max / tau - drag * v_max**2 / 6
    speed = force / (1 / tau - drag * v_max)
    return np.std([force, speed, 0.25 * force * speed], axis=1)


def test_the_uncertainties_of_force_speed_and_power_are_those_of_draws_of_the_profile():
    record, config = run(n_steps=20), SpeedsConfig()
    found = row(record)
    expected = drawn_limits(profile_of(record, config.profile), config)
    # One over tau is not a straight line: the delta method misses some per cent.
    np.testing.assert_allclose([found[sd] for _, sd in LIMITS], expected, rtol=0.08)


@pytest.mark.parametrize(("name", "sd"), LIMITS)
def test_less_sure_strides_tell_less_sure_limits(name, sd):
    sure, unsure = row(run(n_steps=20, sd=0.02)), row(run(n_steps=20, sd=0.06))
    assert unsure[sd] > sure[sd] > 0
    assert sure[sd] < 0.15 * sure[name]


def test_a_start_seen_poorly_makes_the_time_to_the_mark_less_sure():
    told = [row(replace(run(n_steps=20), start_sd_s=sd_s))["time_to_distance_sd_s"] for sd_s in (0.02, 0.12)]
    assert told[0] < told[1]


def test_a_step_back_before_the_run_leaves_its_profile_as_it_was():
    # The foot moved a quarter of a second before the body.
    early = {"start_s": ORIGIN_S - 0.25, "start_sd_s": 0.04}
    plain = row(run(n_steps=20))
    stepped = row(replace(run(n_steps=20), false_step="yes", **early))
    mistaken = row(replace(run(n_steps=20), **early))
    assert stepped["tau_s"] == pytest.approx(plain["tau_s"], abs=0.05)
    assert abs(mistaken["tau_s"] - plain["tau_s"]) > 2 * abs(stepped["tau_s"] - plain["tau_s"])


def test_the_profile_begins_after_the_first_movement_by_the_build_up_of_the_push():
    profile = ProfileConfig()
    surely = replace(run(n_steps=20, sd=0.5), start_sd_s=0.0)
    # Strides that hardly tell leave the origin to what is believed of it.
    found = profile_of(surely, replace(profile, force_lag_sd_s=1e-3))
    assert found.origin_s == pytest.approx(ORIGIN_S + profile.force_lag_s, abs=0.005)
