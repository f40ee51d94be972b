"""The statistics behind the accuracy page."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.agreement import NORMAL_95, agreement, coverage, f1
from benchmarks.matching import matched

times = st.lists(st.floats(0.0, 3.0), max_size=12).map(np.array)


def test_each_true_event_takes_the_found_one_next_to_it():
    rows = matched(np.array([2.01, 0.98, 5.0]), np.array([1.0, 2.0, 3.0]), 0.06)
    assert rows.tolist() == [1, 0, -1]


def test_one_found_event_serves_one_true_event_only():
    rows = matched(np.array([1.0]), np.array([0.99, 1.02]), 0.06)
    assert rows.tolist() == [0, -1]


def test_more_pairs_go_before_closer_pairs():
    # Nearest first would pair 1.00 with 1.01 and leave 0.95 and 1.06 alone.
    rows = matched(np.array([1.00, 1.06]), np.array([0.95, 1.01]), 0.06)
    assert rows.tolist() == [0, 1]


def test_missing_times_are_matched_with_nothing():
    rows = matched(np.array([np.nan, 1.0]), np.array([1.0, np.nan]), 0.06)
    assert rows.tolist() == [1, -1]


@settings(max_examples=100, deadline=None)
@given(found_s=times, true_s=times)
def test_matching_is_one_to_one_and_within_reach(found_s, true_s):
    rows = matched(found_s, true_s, 0.06)
    pairs = np.flatnonzero(rows >= 0)
    assert len(set(rows[pairs])) == len(pairs)
    assert np.all(np.abs(found_s[rows[pairs]] - true_s[pairs]) <= 0.06)


def test_bias_sd_and_rmse_are_those_of_all_errors():
    one = agreement(np.array([1.0, 3.0, np.nan, 5.0]), ["a", "a", "a", "b"])
    assert (one.n, one.n_people, one.bias) == (3, 2, 3.0)
    assert one.sd == pytest.approx(2.0)
    assert one.rmse == pytest.approx(np.sqrt(35 / 3))


def test_limits_hold_the_spread_between_people_and_within_them():
    rng = np.random.default_rng(3)
    people = np.repeat(np.arange(200), 40)
    errors = rng.normal(0.0, 3.0, 200)[people] + rng.normal(0.0, 4.0, len(people))
    # Variances add: 3 and 4 give 5; 4 % is three times the chance error with 200 people.
    assert agreement(errors, people.tolist()).high == pytest.approx(NORMAL_95 * 5.0, rel=0.04)


def test_people_who_do_not_differ_give_the_limits_of_plain_errors():
    errors = np.tile([-1.0, 1.0], 20)
    one = agreement(errors, np.repeat(["a", "b"], 20).tolist())
    assert one.high == pytest.approx(NORMAL_95 * np.sqrt(40 / 38))


def test_the_bootstrap_draws_people_not_errors():
    errors = np.repeat([0.0, 10.0], 500)
    one = agreement(errors, np.repeat(["a", "b"], 500).tolist())
    assert one.bias_95 == (0.0, 10.0)


def test_the_same_seed_gives_the_same_intervals():
    errors, people = np.arange(12.0), [str(i % 4) for i in range(12)]
    assert agreement(errors, people, seed=5) == agreement(errors, people, seed=5)


def test_one_person_alone_gives_no_interval():
    assert np.isnan(agreement(np.array([1.0, 2.0]), ["a", "a"]).bias_95).all()


def test_no_error_at_all_gives_no_agreement():
    assert np.isnan(agreement(np.array([np.nan]), ["a"]).bias)


def test_coverage_counts_stated_intervals_only():
    errors = np.array([1.9, 2.1, 5.0, 0.0])
    assert coverage(errors, np.array([1.0, 1.0, np.nan, 1.0])) == pytest.approx(2 / 3)


def test_coverage_of_honest_intervals_is_95_percent():
    errors = np.random.default_rng(1).normal(0.0, 2.0, 20_000)
    # 0.005 is three times the chance error of a share of 0.95.
    assert coverage(errors, np.full(20_000, 2.0)) == pytest.approx(0.95, abs=0.005)


def test_f1_lies_between_recall_and_precision():
    assert f1(n_found=8, n_missed=2, n_false=0) == pytest.approx((16 / 18, 0.8, 1.0))


def test_nothing_to_find_has_no_f1():
    assert np.isnan(f1(0, 0, 3)).all()


def test_speed_bands_begin_at_their_lower_edge():
    goals = pytest.importorskip("benchmarks.goals")
    assert goals.band_of(pd.Series([3.99, 4.0, 6.0, 8.0])).tolist() == ["< 4", "4-6", "6-8", "> 8"]
