"""The mono-exponential profile: contacts, uncertainty, and the fit against a slow one."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_runs import ORIGIN_S, TAU_S, V_MAX_M_S, run, truth
from scipy.optimize import least_squares

from analyzer.drill.speed.acceleration import (
    StrideWays,
    distance_at_m,
    distance_sd_m,
    fit_profile,
    speed_at_m_s,
    speed_sd_m_s,
    stride_ways,
    time_at_s,
    time_sd_s,
)
from analyzer.drill.speed.profile import ProfileConfig


def ways(**changes):
    record = run(**changes)
    return stride_ways(record.strides, record.contacts)


def parameters(profile):
    return np.array([profile.v_max_m_s, profile.tau_s, profile.origin_s])


def test_a_run_is_recovered_with_its_contacts():
    found = fit_profile(ways(), ORIGIN_S)
    # m/s, s, s: the prior on tau pulls a little.
    np.testing.assert_allclose(parameters(found), [V_MAX_M_S, TAU_S, ORIGIN_S], atol=0.03)


def test_without_contacts_the_run_seems_to_begin_too_early():
    blind = replace(ways(), opening_contact_s=None, closing_contact_s=None)
    assert fit_profile(blind, ORIGIN_S).origin_s < fit_profile(ways(), ORIGIN_S).origin_s - 0.03


def test_an_unknown_contact_is_taken_as_the_others():
    record = run()
    contact_s = record.contacts["contact_time_s"]
    contacts = {**record.contacts, "contact_time_s": np.where(np.arange(contact_s.size) == 5, np.nan, contact_s)}
    found = fit_profile(stride_ways(record.strides, contacts), ORIGIN_S)
    np.testing.assert_allclose(parameters(found), parameters(fit_profile(ways(), ORIGIN_S)), atol=0.02)


def test_strides_that_end_in_the_slowing_are_left_out():
    record = run()
    half_s = float(record.strides["end_s"][5])
    assert len(stride_ways(record.strides, record.contacts, half_s).start_s) == 6


def slow_fit(made: StrideWays, start_s: float, config: ProfileConfig):
    """The same cost, left to a general optimiser with numerical derivatives."""

    def residuals(p):
        profile = truth(*p[:3])
        end = distance_at_m(profile, made.end_s + p[3] * made.closing_contact_s)
        way = end - distance_at_m(profile, made.start_s + p[3] * made.opening_contact_s)
        r = (way - made.length_m) / np.fmax(made.length_sd_m, config.length_sd_floor_m)
        soft = r * np.sqrt(2 / (1 + np.sqrt(1 + (r / config.outlier_sd) ** 2)))
        believed = [
            (p[1] - config.tau_s) / config.tau_sd_s,
            (p[2] - start_s) / config.origin_sd_s,
            (p[3] - config.passing_share) / config.passing_share_sd,
        ]
        return np.concatenate([soft, believed])

    return least_squares(residuals, [7.0, 1.1, start_s, 0.5], x_scale=[1.0, 0.1, 0.1, 0.1], xtol=1e-12).x


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), noise_m=st.floats(0.0, 0.15), n_steps=st.integers(6, 20))
def test_the_fit_finds_what_a_general_optimiser_finds(seed, noise_m, n_steps):
    made = ways(n_steps=n_steps, sd=0.05)
    made = replace(made, length_m=made.length_m + noise_m * np.random.default_rng(seed).standard_normal(n_steps - 2))
    slow = slow_fit(made, ORIGIN_S, ProfileConfig())
    # m/s, s, s: a few hundredths of their uncertainty, where the search stops.
    assert (np.abs(parameters(fit_profile(made, ORIGIN_S)) - slow[:3]) < [0.02, 0.01, 0.005]).all()


def numerical_sd(quantity, profile):
    p, step = parameters(profile), 1e-6
    slopes = [
        (quantity(truth(*(p + step * unit))) - quantity(truth(*(p - step * unit)))) / (2 * step) for unit in np.eye(3)
    ]
    return np.sqrt(np.array(slopes) @ profile.covariance @ np.array(slopes))


@pytest.mark.parametrize(
    ("sd", "quantity", "at"),
    [(speed_sd_m_s, speed_at_m_s, ORIGIN_S + 2.0), (time_sd_s, time_at_s, 18.288)],
    ids=["speed", "time"],
)
def test_uncertainties_are_those_of_the_linearised_curve(sd, quantity, at):
    found = fit_profile(ways(sd=0.1), ORIGIN_S)
    expected = numerical_sd(lambda profile: float(quantity(profile, np.array([at]))[0]), found)
    assert float(sd(found, np.array([at]))[0]) == pytest.approx(expected, rel=1e-4)


def test_the_way_covered_is_better_known_than_the_scale_of_all_strides():
    found = fit_profile(ways(), ORIGIN_S, ProfileConfig(scale_sd=0.2))
    at = np.array([ORIGIN_S + 3.0])
    assert distance_sd_m(found, at)[0] < 0.05 * distance_at_m(found, at)[0]


def test_the_clock_shifts_nothing_but_the_origin():
    made = ways()
    later = replace(made, start_s=made.start_s + 1000.0, end_s=made.end_s + 1000.0)
    moved = parameters(fit_profile(later, ORIGIN_S + 1000.0)) - parameters(fit_profile(made, ORIGIN_S))
    np.testing.assert_allclose(moved, [0.0, 0.0, 1000.0], atol=1e-6)


def test_intervals_of_the_time_to_the_mark_hold_the_truth():
    rng = np.random.default_rng(5)
    made, inside = ways(sd=0.08), 0
    mark_s = float(time_at_s(truth(), np.array([18.288]))[0])
    for _ in range(100):
        noisy = made.length_m * (1 + 0.02 * rng.standard_normal()) + 0.08 * rng.standard_normal(made.length_m.size)
        found = fit_profile(replace(made, length_m=noisy), ORIGIN_S + 0.05 * rng.standard_normal())
        error = float(time_at_s(found, np.array([18.288]))[0]) - mark_s
        inside += abs(error) < 1.96 * float(time_sd_s(found, np.array([18.288]))[0])
    assert 90 <= inside <= 100  # of 100, around 95
