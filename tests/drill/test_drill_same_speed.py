import numpy as np
import pytest

from analyzer.drill.stage.same_speed import AtSpeed, SameSpeedConfig, same_speed


def strides(speed_m_s, change=0.0, power=0.4, sd=0.0, runs=None, seed=0):
    """Return values that go with a power of the speed, off by a relative change."""
    speed = np.asarray(speed_m_s, dtype=float)
    noise = np.exp(sd * np.random.default_rng(seed).standard_normal(speed.size))
    numbers = np.ones(speed.size, dtype=np.int64) if runs is None else np.asarray(runs)
    return AtSpeed(2.0 * (1 + change) * speed**power * noise, speed, numbers)


STEADY = np.array([6.95, 7.0, 7.05, 6.9, 7.0, 7.02])
PASSING = np.array([5.0, 5.8, 6.5, 6.9, 7.3, 7.6, 8.0])


def test_what_speed_explains_is_no_difference():
    found = same_speed(strides(STEADY), strides(PASSING))
    assert found.change_pct.value == pytest.approx(0, abs=1e-9)


def test_a_true_difference_at_the_same_speed_comes_out():
    found = same_speed(strides(STEADY), strides(PASSING, change=0.05))
    assert found.change_pct.value == pytest.approx(5)
    assert found.speed_m_s == pytest.approx(7.0)


def test_only_strides_within_the_band_count():
    found = same_speed(strides(STEADY), strides(PASSING))
    assert (found.n_lower, found.n_upper) == (6, 4)


def test_speeds_that_do_not_meet_are_not_compared():
    found = same_speed(strides(STEADY), strides([8.0, 8.2, 8.4, 8.5]))
    assert found.reason == "no_overlap"
    assert np.isnan(found.change_pct.value)


def test_strides_beside_but_not_at_the_speed_do_not_overlap():
    assert same_speed(strides(STEADY), strides([7.3, 7.4, 7.5, 7.6])).reason == "no_overlap"


def test_two_strides_are_too_few():
    found = same_speed(strides(STEADY), strides([6.9, 7.1]))
    assert (found.reason, found.n_upper) == ("too_few", 2)


def test_strides_of_unknown_speed_are_not_compared():
    assert same_speed(strides(STEADY), strides([np.nan] * 5)).reason == "no_speed"


def test_one_stage_at_a_single_speed_still_has_a_number():
    found = same_speed(strides([7.0] * 5, sd=0.01), strides([7.0] * 5, change=0.1, sd=0.01, seed=1))
    assert found.change_pct.low < 10 < found.change_pct.high


@pytest.mark.parametrize("n_runs", [1, 3])
def test_the_interval_holds_the_difference_about_nineteen_times_in_twenty(n_runs):
    rng = np.random.default_rng(3)
    inside = []
    for _ in range(300):
        made = []
        for stage, speeds in enumerate((STEADY, PASSING)):
            runs = np.repeat(np.arange(n_runs), speeds.size)
            levels = 1 + (0.02 * rng.standard_normal(n_runs) if n_runs > 1 else np.zeros(1))
            one = strides(np.tile(speeds, n_runs), change=0.04 * stage, sd=0.02, runs=runs, seed=rng.integers(1 << 30))
            made.append(AtSpeed(one.values * levels[runs], one.speed_m_s, runs))
        found = same_speed(*made).change_pct
        inside.append(found.low <= 4.0 <= found.high)
    # Independent draws; the design effect for strides that are not makes it more.
    assert 0.90 <= np.mean(inside) <= 1.0


def test_the_difference_is_that_of_lines_fitted_one_slope_at_a_time():
    """Slow oracle: the common slope and step that leave the least squares, found by trying slopes."""
    lower, upper = strides(STEADY, sd=0.02, seed=4), strides(PASSING, change=0.03, sd=0.02, seed=5)
    at = np.median(STEADY)
    near = np.abs(np.log(PASSING / at)) <= np.log(1.1)
    x0, y0 = np.log(lower.speed_m_s / at), np.log(lower.values)
    x1, y1 = np.log(upper.speed_m_s[near] / at), np.log(upper.values[near])

    def left(slope):
        return np.var(y0 - slope * x0) * x0.size + np.var(y1 - slope * x1) * x1.size

    slopes = np.linspace(-3, 3, 60_001)
    best = slopes[np.argmin([left(slope) for slope in slopes])]
    step = np.mean(y1 - best * x1) - np.mean(y0 - best * x0)
    assert same_speed(lower, upper).change_pct.value == pytest.approx(100 * np.expm1(step), abs=1e-3)


def test_what_the_measurement_leaves_open_widens_the_interval():
    sure = same_speed(strides(STEADY, sd=0.01), strides(PASSING, sd=0.01, seed=1)).change_pct
    vague = [
        AtSpeed(s.values, s.speed_m_s, s.runs, 0.05)
        for s in (strides(STEADY, sd=0.01), strides(PASSING, sd=0.01, seed=1))
    ]
    wide = same_speed(*vague).change_pct
    assert wide.high - wide.low > 2 * (sure.high - sure.low)


def test_the_band_can_be_set():
    assert same_speed(strides(STEADY), strides(PASSING), SameSpeedConfig(band=0.03)).n_upper < 4


def test_single_strides_of_many_runs_leave_their_scatter_unknown():
    lower = strides([7.0, 7.1, 6.9], sd=0.01, runs=[1, 2, 3])
    found = same_speed(lower, strides([6.8, 7.0, 7.2], sd=0.01, seed=1, runs=[4, 5, 6]))
    assert found.reason == "no_scatter"
    assert np.isfinite(found.change_pct.value)
