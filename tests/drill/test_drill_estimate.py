from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from analyzer.drill.stage.estimate import (
    EstimateConfig,
    Sample,
    estimates,
    interval,
    log_change,
    median,
    scatter,
    variability_pct,
)


def sample(values, runs=None, measured_sd=np.nan, left=None):
    values = np.asarray(values, dtype=float)
    numbers = np.ones(values.size, dtype=np.int64) if runs is None else np.asarray(runs)
    side = np.zeros(values.size) if left is None else np.asarray(left, dtype=float)
    return Sample(values, numbers, np.arange(values.size, dtype=float), side, measured_sd)


def width(samples, index=0):
    found = interval(estimates(samples)[index])
    return (found.high - found.low) / found.value


def test_the_estimate_is_the_median_of_all_values():
    assert estimates([sample([1.0, 2, 9])])[0].value == 2


@pytest.mark.parametrize(("n_runs", "n_each"), [(1, 6), (2, 6), (3, 5)])
def test_intervals_hold_the_truth_about_nineteen_times_in_twenty(n_runs, n_each):
    """Runs that differ by 2 %, strides by 3 %, one stage beside two others."""
    rng = np.random.default_rng(11)
    inside = 0
    for _ in range(150):
        truth = 1.0 if n_runs > 1 else 1 + 0.02 * rng.standard_normal()
        stages = []
        for _ in range(3):
            levels = np.repeat(1 + 0.02 * rng.standard_normal(n_runs), n_each) if n_runs > 1 else truth
            values = levels * (1 + 0.03 * rng.standard_normal(n_runs * n_each))
            stages.append(sample(values, np.repeat(np.arange(n_runs), n_each)))
        found = interval(estimates(stages)[0])
        inside += found.low <= truth <= found.high
    assert 0.88 <= inside / 150 <= 1.0


def test_one_run_that_quickens_through_is_not_scatter():
    assert width([sample(np.linspace(0.9, 1.0, 8))]) < 1e-6


def test_a_difference_between_the_feet_is_not_scatter():
    left = np.arange(8) % 2
    assert width([sample(1 + 0.05 * left, left=left)]) < 1e-6


def test_a_single_stride_beside_other_stages_borrows_their_scatter():
    rng = np.random.default_rng(0)
    other = sample(2 + 0.05 * rng.standard_normal(9))
    assert np.isfinite(width([sample([2.0]), other]))


def test_values_of_unknown_scatter_and_measurement_have_no_interval():
    assert np.isnan(width([sample([2.0])]))


def test_one_peak_speed_is_as_good_as_its_measurement():
    found = interval(estimates([sample([8.0], measured_sd=0.1)])[0])
    np.testing.assert_allclose([found.low, found.high], [8 - 0.196, 8 + 0.196], atol=1e-3)


def test_two_runs_that_differ_widen_the_interval():
    rng = np.random.default_rng(4)
    noise = 0.01 * rng.standard_normal(12)
    alike = width([sample(1 + noise, np.repeat([1, 2], 6))])
    apart = width([sample(1 + noise + np.repeat([0, 0.1], 6), np.repeat([1, 2], 6))])
    assert apart > 2 * alike


def test_more_strides_narrow_the_interval():
    rng = np.random.default_rng(5)
    few, many = (width([sample(1 + 0.02 * rng.standard_normal(n))]) for n in (6, 60))
    assert many < few / 2


def test_what_all_runs_share_cancels_between_stages():
    shared_only = EstimateConfig(common_share=1.0)
    lower, upper = estimates([sample([7.0], measured_sd=0.2), sample([8.0], measured_sd=0.2)], shared_only)
    assert log_change(lower, upper, shared_only)[1] == 0
    assert interval(upper, shared_only).high > 8.3


def test_no_values_have_no_number():
    found = estimates([sample([])])[0]
    assert np.isnan(found.value)
    assert found.n_values == 0


def test_no_stages_have_no_estimates():
    assert estimates([]) == ()


def test_scatter_is_the_spread_about_the_run():
    rng = np.random.default_rng(6)
    runs = np.repeat(np.arange(10), 50)
    found, df = scatter(sample(5 * (1 + 0.03 * rng.standard_normal(500)) + runs * 0.01, runs))
    assert found == pytest.approx(0.03, rel=0.1)
    assert df == 500 - 2 * 10


def ladder(speeds: list[float], rng: np.random.Generator, distances=(10.0, 15.0, 20.0), scatter=0.005) -> list[Sample]:
    """Return the peak speeds of stages run over each distance once, faster by 8 % from one distance to the next."""
    samples = []
    for stage, speed in enumerate(speeds):
        values = speed * 1.08 ** np.arange(len(distances)) * (1 + scatter * rng.standard_normal(len(distances)))
        runs = stage * len(distances) + np.arange(1, len(distances) + 1)
        by_run = {int(run): distance for run, distance in zip(runs, distances, strict=True)}
        samples.append(Sample(values, runs, runs * 60.0, np.zeros(len(distances)), 0.0, by_run))
    return samples


def test_what_the_distances_differ_by_is_no_scatter():
    samples = ladder([6.0, 7.0, 8.0], np.random.default_rng(1))
    mixed = [replace(sample, distance_m={}) for sample in samples]
    with_distances, without = estimates(samples), estimates(mixed)
    values = [one.value for one in with_distances]
    # To the scatter of half a per cent: the mean of the distances is close to the middle one.
    assert values == pytest.approx([one.value for one in without], rel=0.01)
    assert all(one.random_sd < 0.2 * other.random_sd for one, other in zip(with_distances, without, strict=True))


def test_where_efforts_and_distances_went_together_nothing_is_taken_out():
    rng = np.random.default_rng(2)
    samples = [*ladder([6.0], rng), *ladder([7.0], rng, distances=(10.0, 15.0, 30.0))]
    mixed = [replace(sample, distance_m={}) for sample in samples]
    assert estimates(samples) == estimates(mixed)


def test_the_change_between_stages_of_a_ladder_is_covered_almost_as_often_as_is_said():
    covered = []
    for seed in range(300):
        low, high = estimates(ladder([7.0, 8.0], np.random.default_rng(seed), scatter=0.01))
        change, sd, quantile = log_change(low, high)
        covered.append(abs(change - np.log(8 / 7)) <= quantile * sd)
    # Short of 95 %: the median of three single values scatters more than their mean, of which the variance speaks.
    assert np.mean(covered) >= 0.85


def test_the_interval_of_the_variability_holds_it_about_nineteen_times_in_twenty():
    rng = np.random.default_rng(8)
    inside = []
    for _ in range(300):
        found = variability_pct(sample(5 * (1 + 0.03 * rng.standard_normal(12))))
        inside.append(found.low <= 3.0 <= found.high)
    # Cut down for strides that are not independent, so these, which are, lie in it more often.
    assert 0.94 <= np.mean(inside) <= 1.0


def test_three_strides_of_one_run_have_no_variability_to_tell():
    assert np.isnan(variability_pct(sample([1.0, 1.1, 1.05])).value)


numbers = st.floats(-1e6, 1e6, allow_nan=False)


@given(values=npst.arrays(np.float64, st.integers(1, 30), elements=numbers))
def test_the_median_is_that_of_numpy_to_the_last_digit(values):
    assert median(values) == np.median(values)


@given(values=npst.arrays(np.float64, st.integers(1, 30), elements=numbers))
def test_the_median_leaves_its_values_as_they_were(values):
    before = values.copy()
    median(values)
    np.testing.assert_array_equal(values, before)


def runs_at(distances_m, scale=1.0):
    """Return three values of each run; a run over a longer distance has greater ones."""
    values = np.concatenate([scale * (1 + 0.01 * d) * np.array([0.99, 1.0, 1.01]) for d in distances_m])
    runs = np.repeat(np.arange(1, len(distances_m) + 1), 3)
    return replace(sample(values, runs), distance_m=dict(enumerate(distances_m, start=1)))


def test_where_all_stages_ran_the_same_distances_these_are_no_scatter():
    ladder = (10.0, 20.0, 30.0)
    assert width([runs_at(ladder), runs_at(ladder, 1.2)]) < width([replace(runs_at(ladder), distance_m={})] * 2)


def test_where_the_stages_ran_other_distances_the_values_stay_as_they_are():
    mixed = [runs_at((10.0, 20.0, 30.0)), runs_at((10.0, 20.0, 40.0), 1.2)]
    unknown = [replace(one, distance_m={}) for one in mixed]
    assert estimates(mixed) == estimates(unknown)


def test_a_distance_that_is_not_known_equals_no_other():
    holed = [runs_at((10.0, np.nan, 30.0)), runs_at((10.0, np.nan, 30.0), 1.2)]
    assert estimates(holed) == estimates([replace(one, distance_m={}) for one in holed])
