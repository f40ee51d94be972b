import numpy as np
import pytest

from analyzer.drill.contrast import change_pct, frequency_share
from analyzer.drill.estimate import Estimate


def known(value, sd=0.0):
    return Estimate(value, random_sd=sd, n_values=8, n_runs=1)


def share(f, length, sd=0.0):
    return frequency_share(
        (known(f[0], sd * f[0]), known(f[1], sd * f[1])),
        (known(length[0], sd * length[0]), known(length[1], sd * length[1])),
    )


def test_the_published_share_comes_out():
    """6.2 to 8.0 m/s on 3.4 to 3.9 steps/s."""
    found = share((1.7, 1.95), (6.2 / 1.7, 8.0 / 1.95))
    assert found.value == pytest.approx(0.538, abs=5e-4)


def test_without_error_the_interval_is_the_number():
    found = share((1.7, 1.95), (3.6, 4.1))
    assert (found.low, found.high) == (pytest.approx(found.value), pytest.approx(found.value))


def test_a_falling_frequency_has_a_share_below_nothing():
    assert share((2.0, 1.9), (3.0, 3.8)).value < 0


def test_shortening_strides_have_a_share_above_all():
    assert share((1.85, 2.2), (3.7, 3.5)).value > 1


@pytest.mark.parametrize("lengths", [(3.0, 3.1), (3.0, 2.5)], ids=["hardly faster", "slower"])
def test_a_gain_too_small_to_divide_by_has_no_share(lengths):
    assert np.isnan(share((2.0, 2.0), lengths).value)


def test_a_share_the_data_leave_open_has_no_interval():
    found = share((1.9, 1.95), (3.6, 3.85), sd=0.04)
    assert np.isfinite(found.value)
    assert np.isnan(found.low)


def test_the_interval_of_the_share_holds_it_nineteen_times_in_twenty():
    """Against draws: the interval is exact for normal errors, a delta method would not be."""
    rng = np.random.default_rng(2)
    f, length, sd = np.array([1.8, 1.95]), np.array([3.6, 4.0]), 0.012
    truth = share(f, length).value
    inside = []
    for _ in range(400):
        found = share(f * np.exp(sd * rng.standard_normal(2)), length * np.exp(sd * rng.standard_normal(2)), sd)
        if np.isfinite(found.low):
            inside.append(found.low <= truth <= found.high)
    assert np.mean(inside) == pytest.approx(0.95, abs=0.03)


def test_a_change_is_given_in_per_cent_of_the_lower_stage():
    assert change_pct(known(8.0), known(10.0)).value == pytest.approx(25)


def test_a_change_from_an_unknown_value_is_unknown():
    assert np.isnan(change_pct(Estimate(), known(10.0)).value)
