import numpy as np
import pytest

from analyzer.drill.stage.contrast import change_pct, frequency_share, speed_split
from analyzer.drill.stage.estimate import Estimate, Interval


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


def split(f, length, sd=0.0):
    return speed_split(
        (known(f[0], sd * f[0]), known(f[1], sd * f[1])),
        (known(length[0], sd * length[0]), known(length[1], sd * length[1])),
    )


def test_the_parts_of_a_gain_add_up_to_it():
    found = split((1.7, 1.95), (3.6, 4.1), sd=0.01)
    assert found.frequency.value + found.length.value == pytest.approx(found.speed.value)
    assert found.speed.value == pytest.approx(np.log(1.95 * 4.1 / (1.7 * 3.6)))


def test_the_shares_of_a_gain_add_up_to_one_end_against_end():
    found = split((1.7, 1.95), (3.6, 4.1), sd=0.01)
    assert found.frequency_share.value + found.length_share.value == pytest.approx(1)
    assert found.frequency_share.low + found.length_share.high == pytest.approx(1)


def test_the_frequency_part_is_told_without_lengths():
    found = speed_split((known(1.7, 0.01), known(1.95, 0.01)), (Estimate(), Estimate()))
    assert found.frequency.low < np.log(1.95 / 1.7) < found.frequency.high
    assert found.length == Interval() or np.isnan(found.length.value)
    assert np.isnan(found.frequency_share.value)


@pytest.mark.parametrize(
    ("f", "length"), [((1.7, 1.95), (3.6, 4.1)), ((2.0, 1.9), (3.0, 3.8)), ((1.8, 2.2), (3.8, 3.6))]
)
def test_the_interval_of_the_share_is_what_a_search_over_all_shares_finds(f, length):
    """Slow oracle: a share fits the data if what it leaves of the gain is nothing within its error."""
    sd = 0.008
    found = share(f, length, sd)
    shares = np.linspace(-4, 4, 800_001)
    of_frequency, of_length = np.log(f[1] / f[0]), np.log(length[1] / length[0])
    left = of_frequency - shares * (of_frequency + of_length)
    error = np.sqrt(2) * sd * np.hypot(1 - shares, shares)
    fits = shares[np.abs(left) <= 1.959964 * error]
    np.testing.assert_allclose([found.low, found.high], [fits.min(), fits.max()], atol=2e-5)
