import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import constants
from scipy.ndimage import median_filter

from analyzer.drill.speed.acceleration import (
    SpeedProfile,
    StrideWays,
    distance_at_m,
    fit_profile,
    speed_at_m_s,
    time_at_s,
)
from analyzer.drill.speed.profile import ProfileConfig, deceleration_start_s, peak_speed, phases
from analyzer.errors import InputError

V_MAX_M_S, TAU_S = 8.23, 1.1


def profile(v_max_m_s=V_MAX_M_S, tau_s=TAU_S, origin_s=0.0):
    return SpeedProfile(v_max_m_s, tau_s, origin_s, np.eye(3), 0.0, 0.0, 0, 1.0)


def strides(truth, first_s=0.35, last_s=3.4, stride_s=0.5):
    start = truth.origin_s + np.arange(first_s, last_s - stride_s, stride_s / 2)
    return start, start + stride_s, distance_at_m(truth, start + stride_s) - distance_at_m(truth, start)


def sprint(n_before=11, n_after=4, slowing_m_s2=2.5):
    """Middles and speeds of strides that rise for some 3 s and then fall."""
    time = 0.6 + 0.25 * np.arange(n_before + n_after)
    onset = time[n_before - 1] + 0.125
    speed = speed_at_m_s(profile(), np.minimum(time, onset)) - slowing_m_s2 * np.maximum(time - onset, 0)
    return time, speed, onset


@pytest.mark.parametrize(
    ("distance_yd", "time_s"), [(10, 2.0387), (15, 2.6694), (20, 3.2656), (30, 4.4133)], ids=lambda x: str(x)
)
def test_distances_are_reached_at_the_published_times(distance_yd, time_s):
    reached = time_at_s(profile(), np.array([distance_yd * constants.yard]))
    np.testing.assert_allclose(reached, time_s, atol=1e-4)  # seconds: the published digits


def test_time_at_a_distance_is_the_inverse_of_the_distance_at_a_time():
    times = np.linspace(0.1, 5, 20) + 2
    np.testing.assert_allclose(
        time_at_s(profile(origin_s=2), distance_at_m(profile(origin_s=2), times)), times, atol=1e-9
    )


def test_speed_is_the_slope_of_the_distance():
    times, step = np.linspace(0.2, 4, 9), 1e-6
    slope = (distance_at_m(profile(), times + step) - distance_at_m(profile(), times - step)) / (2 * step)
    np.testing.assert_allclose(speed_at_m_s(profile(), times), slope, atol=1e-6)  # m/s


def test_nothing_moves_before_the_origin():
    assert distance_at_m(profile(origin_s=3), np.array([1.0])) == 0


def test_a_clean_sprint_is_recovered():
    truth = profile(7.6, 0.95, 100.0)
    start, end, length = strides(truth)
    found = fit_profile(StrideWays(start, end, length, np.full(start.size, 0.02)), 100.0)
    np.testing.assert_allclose([found.v_max_m_s, found.tau_s, found.origin_s], [7.6, 0.95, 100.0], atol=0.03)


def test_one_stride_length_gone_wild_moves_the_reached_speed_little():
    start, end, length = strides(profile())
    length[4] *= 1.5
    found = fit_profile(StrideWays(start, end, length, np.full(start.size, 0.05)), 0.0)
    assert abs(found.reached_m_s - speed_at_m_s(profile(), end[-1:])[0]) < 0.15  # m/s, against 0.3 without soft L1


def test_intervals_of_the_reached_speed_hold_the_truth():
    rng = np.random.default_rng(3)
    start, end, length = strides(profile())
    inside = 0
    for _ in range(60):
        scale = 1 + 0.02 * rng.standard_normal()
        noisy = length * scale * (1 + 0.03 * rng.standard_normal(length.size))
        found = fit_profile(StrideWays(start, end, noisy, 0.03 * length), 0.03 * rng.standard_normal())
        inside += abs(found.reached_m_s - speed_at_m_s(profile(), end[-1:])[0]) < 1.96 * found.reached_sd_m_s
    assert 54 <= inside <= 60  # 95 % of 60 is 57


def test_top_speed_is_less_certain_than_the_speed_reached():
    start, end, length = strides(profile(), last_s=2.6)
    found = fit_profile(StrideWays(start, end, length, np.full(start.size, 0.08)), 0.0)
    assert np.sqrt(found.covariance[0, 0]) > found.reached_sd_m_s


def test_a_run_in_full_flow_without_a_start_is_flat():
    start = np.arange(0, 10, 0.35)
    found = fit_profile(StrideWays(start, start + 0.7, np.full(start.size, 0.7 * 4.5), np.full(start.size, 0.05)))
    np.testing.assert_allclose(speed_at_m_s(found, start), 4.5, atol=0.1)  # m/s


def test_strides_without_a_length_are_left_out():
    start, end, length = strides(profile())
    length[2] = np.nan
    assert fit_profile(StrideWays(start, end, length, np.full(start.size, 0.05)), 0.0).n_strides == start.size - 1


def test_two_strides_are_refused():
    with pytest.raises(InputError, match="three strides"):
        fit_profile(StrideWays(np.array([0.0, 1]), np.array([1.0, 2]), np.array([2.0, 3]), np.array([0.1, 0.1])))


def test_slowing_is_found_where_it_begins():
    time, speed, onset = sprint()
    assert abs(deceleration_start_s(time, speed) - onset) < 0.2  # s: strides are 0.25 s apart


def test_slowing_is_found_through_scatter_and_a_difference_between_the_feet():
    rng = np.random.default_rng(7)
    time, speed, onset = sprint()
    uneven = speed * (1 + 0.03 * rng.standard_normal((40, time.size))) * (1 + 0.01 * (-1) ** np.arange(time.size))
    found = np.array([deceleration_start_s(time, one) for one in uneven])
    assert np.isfinite(found).mean() > 0.95
    assert np.nanmax(np.abs(found - onset)) < 0.75  # s: never in another part of the run


def test_a_run_that_never_slows_has_no_slowing():
    time, speed, _ = sprint(n_after=0)
    assert np.isnan(deceleration_start_s(time, speed))


def test_a_treadmill_run_has_no_slowing():
    rng = np.random.default_rng(1)
    lengths = [7, 12, 40, 90]
    found = [deceleration_start_s(0.35 * np.arange(n), 4.5 * (1 + 0.03 * rng.standard_normal(n))) for n in lengths]
    assert np.isnan(found).all()


def test_one_bad_stride_is_not_slowing():
    time, speed, _ = sprint(n_after=0)
    speed[-2] *= 0.6
    assert np.isnan(deceleration_start_s(time, speed))


def test_slowing_does_not_depend_on_the_order_of_the_strides():
    time, speed, _ = sprint()
    order = np.random.default_rng(2).permutation(time.size)
    assert deceleration_start_s(time[order], speed[order]) == deceleration_start_s(time, speed)


def test_four_strides_are_too_few_to_see_slowing():
    assert np.isnan(deceleration_start_s(np.arange(4.0), np.array([5.0, 7, 6, 3])))


def test_the_peak_is_the_mean_of_the_three_fastest_strides_before_slowing():
    time, speed = np.arange(8.0), np.array([3.0, 5, 6, 7, 7.2, 7.4, 9, 9])
    peak, sd = peak_speed(time, speed, np.full(8, 0.2), 5.5)
    assert (peak, sd) == (pytest.approx(7.2), pytest.approx(0.2))


def test_one_stride_that_is_far_too_fast_does_not_make_the_peak():
    time, speed = np.arange(8.0), np.array([3.0, 5, 6, 11, 7, 7.2, 7.3, 7.3])
    assert peak_speed(time, speed, np.full(8, 0.2))[0] == pytest.approx(7.27, abs=0.05)


def test_the_peak_of_a_run_without_speeds_is_unknown():
    assert np.isnan(peak_speed(np.arange(3.0), np.full(3, np.nan), np.full(3, np.nan))).all()


def test_fly_is_from_nine_tenths_of_the_peak_to_the_slowing():
    time, speed = np.arange(7.0), np.array([3.0, 6.2, 6.9, 7, 7, 7, 5])
    assert phases(time, speed, 5.5) == ["acceleration"] * 2 + ["fly"] * 4 + ["deceleration"]


def test_a_stride_that_ends_after_the_onset_belongs_to_the_slowing():
    time, speed = np.arange(7.0), np.array([3.0, 6.2, 6.9, 7, 7, 7, 5])
    assert phases(time, speed, 5.4, end_s=time + 0.5)[-2:] == ["deceleration"] * 2


def test_an_unknown_speed_takes_the_phase_of_its_neighbours():
    assert phases(np.arange(5.0), np.array([3.0, 7, np.nan, 7, 7]))[2] == "fly"


def test_without_speeds_the_first_six_strides_are_acceleration():
    names = phases(np.arange(8.0), np.full(8, np.nan))
    assert names == ["acceleration"] * 6 + ["fly"] * 2


def test_a_run_of_two_strides_has_phases():
    assert phases(np.array([0.0, 1.0]), np.array([4.0, 7.0])) == ["acceleration", "fly"]


@pytest.mark.parametrize("name", ["S01", "S03", "S08", "V09_overstride"])
def test_composed_practices_slow_down_after_the_mark_and_not_before(shared, name):
    header = json.loads(str(np.load(shared / "data" / "practices" / f"{name}.npz")["header"]))
    for run in header["runs"]:
        kinds = ("accel", "steady", "decel")
        rows = [s for s in header["strides"] if s["run"] == run["run"] and s["kind"] in kinds]
        time = np.array([(s["start_s"] + s["end_s"]) / 2 for s in rows])
        found = deceleration_start_s(time, np.array([s["speed_m_s"] for s in rows]))
        assert 0 <= found - run["mark_s"] < 0.6  # s: the feet slow down after the body, one stride is 0.5 s


def test_more_prior_spread_means_less_certain_top_speed():
    start, end, length = strides(profile(), last_s=2.2)
    sd = np.full(start.size, 0.1)
    tight, loose = (
        fit_profile(StrideWays(start, end, length, sd), 0.0, ProfileConfig(tau_sd_s=spread)).covariance[0, 0]
        for spread in (0.1, 0.6)
    )
    assert loose > tight


def broken_fit(time, speed, tau_s, onset_s):
    """Squared residuals and slowing by `lstsq`, leaving out what comes out negative until nothing does."""
    columns = {"level": np.ones(time.size), "rise": -np.exp(-(time - time[0]) / tau_s)}
    if onset_s is not None:
        columns["fall"] = -np.maximum(time - onset_s, 0)
    while True:
        design = np.column_stack(list(columns.values()))
        found = dict(zip(columns, np.linalg.lstsq(design, speed, rcond=None)[0], strict=True))
        wrong = [name for name in found if name != "level" and found[name] < 0]
        if not wrong:
            return float(np.sum((speed - design @ np.array(list(found.values()))) ** 2)), found.get("fall", 0.0)
        for name in wrong:
            columns.pop(name)


def slowing_by_one_fit_after_the_other(time, speed, config):
    speed = median_filter(speed, size=3, mode="nearest")
    onsets = np.linspace(time[0], time[-2], config.n_onsets, endpoint=False)
    fits = [(*broken_fit(time, speed, tau, at), at) for at in onsets for tau in config.tau_grid_s]
    squares, slowing, onset = min(fits, key=lambda fit: fit[0])
    without = min(broken_fit(time, speed, tau, None)[0] for tau in config.tau_grid_s)
    noise = config.speed_noise_share * speed.max()
    clear = (without - squares) / noise**2 > 2 * np.log(time.size)
    steep = slowing >= config.min_slowing_m_s2
    return onset if clear and steep and slowing * (time[-1] - onset) >= config.min_fall_share * speed.max() else np.nan


@settings(max_examples=40, deadline=None)
@given(n=st.integers(5, 40), falls=st.floats(-1, 5), rises=st.floats(-1, 6), seed=st.integers(0, 2**32 - 1))
def test_all_onsets_at_once_tell_what_one_fit_after_the_other_tells(n, falls, rises, seed):
    draw = np.random.default_rng(seed)
    time = np.sort(draw.uniform(0.0, 0.25 * n, n))
    speed = 7.0 - rises * np.exp(-time / 1.1) - falls * np.maximum(time - 0.6 * time[-1], 0.0)
    speed += draw.normal(0.0, 0.1, n)
    expected = slowing_by_one_fit_after_the_other(time, speed, ProfileConfig())
    assert deceleration_start_s(time, speed) == pytest.approx(expected, abs=1e-9, nan_ok=True)
