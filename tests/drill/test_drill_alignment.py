"""Alignments of runs and planned runs, against all alignments one by one."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.drill.planned.alignment import AlignmentCosts, cheapest, cost_of, probabilities, total


def every_alignment(n_runs, n_slots):
    """Yield all of them, by trying everything that could be one."""
    for slots in product((None, *range(n_slots)), repeat=n_runs):
        used = [slot for slot in slots if slot is not None]
        if used == sorted(used):
            yield slots


def obvious_cost(slots, costs):
    """The cost counted run by run and slot by slot."""
    paid, seen = 0.0, set()
    for run, slot in enumerate(slots):
        if slot is None:
            paid += np.inf if costs.must[run] else costs.extra if seen else costs.early
        else:
            paid += costs.match[run, slot] + (costs.repeat if slot in seen else 0.0)
            seen.add(slot)
    return paid + costs.missing * (costs.match.shape[1] - len(seen))


@st.composite
def any_costs(draw):
    n_runs, n_slots = draw(st.integers(0, 4)), draw(st.integers(1, 4))
    cost = st.one_of(st.floats(0, 9), st.just(np.inf))
    match = np.array(draw(st.lists(cost, min_size=n_runs * n_slots, max_size=n_runs * n_slots)), dtype=float)
    extra, early, missing, repeat = (draw(st.floats(0.1, 6)) for _ in range(4))
    return AlignmentCosts(match.reshape(n_runs, n_slots), extra, early, missing, repeat, np.zeros(n_runs, dtype=bool))


@settings(deadline=None, max_examples=80)
@given(costs=any_costs())
def test_the_alignment_chosen_is_the_cheapest_of_all(costs):
    found = cheapest(costs)
    assert obvious_cost(found, costs) == pytest.approx(
        min(obvious_cost(slots, costs) for slots in every_alignment(*costs.match.shape))
    )


@settings(deadline=None, max_examples=80)
@given(costs=any_costs())
def test_the_total_is_that_of_all_alignments(costs):
    each = np.array([obvious_cost(slots, costs) for slots in every_alignment(*costs.match.shape)])
    assert total(costs) == pytest.approx(-np.logaddexp.reduce(-each))


@settings(deadline=None, max_examples=80)
@given(costs=any_costs())
def test_the_probability_of_a_pairing_is_its_share_of_all_alignments(costs):
    n_runs, n_slots = costs.match.shape
    expected = np.zeros((n_runs, n_slots + 1))
    for slots in every_alignment(n_runs, n_slots):
        weight = np.exp(-obvious_cost(slots, costs))
        for run, slot in enumerate(slots):
            expected[run, n_slots if slot is None else slot] += weight
    everything = sum(np.exp(-obvious_cost(slots, costs)) for slots in every_alignment(n_runs, n_slots))
    np.testing.assert_allclose(probabilities(costs), expected / everything, atol=1e-9)


@settings(deadline=None, max_examples=80)
@given(costs=any_costs(), data=st.data())
def test_the_cost_of_any_alignment_is_counted_right(costs, data):
    slots = data.draw(st.sampled_from(list(every_alignment(*costs.match.shape))))
    assert cost_of(slots, costs) == pytest.approx(obvious_cost(slots, costs))


def test_a_run_that_must_be_somewhere_is_never_left_out():
    costs = AlignmentCosts(np.array([[50.0], [0.0]]), 1.0, 1.0, 1.0, 1.0, np.array([True, False]))
    assert cheapest(costs)[0] == 0
    assert probabilities(costs)[0, 1] == 0
