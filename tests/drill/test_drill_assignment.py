from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.drill.assignment import AssignmentConfig, _best, _match_costs, _total, assign
from analyzer.errors import InputError
from analyzer.model import Plan, PlannedRun

PLAN = Plan.progressive()


def assigned(speeds, plan=PLAN, distances=None, directions=None):
    n = len(speeds)
    distance = np.full(n, 18.3) if distances is None else np.array(distances)
    return assign(np.array(speeds, dtype=float), distance, directions or ["forward"] * n, plan)


def codes(found):
    return [notice.code for notice in found.notices]


def test_as_many_runs_as_planned_keep_the_order():
    found = assigned([5.8, 6.9, 8.0])
    assert found.slots == (0, 1, 2)
    assert found.confidence > 0.9
    assert not found.notices


def test_a_first_run_at_full_speed_is_still_the_first_run():
    assert assigned([8.0, 7.9, 8.0]).slots == (0, 1, 2)


def test_a_run_faster_than_a_harder_one_is_kept_and_asked_about():
    found = assigned([5.8, 8.2, 7.8])
    assert found.slots == (0, 1, 2)
    assert codes(found) == ["plan.order"]
    assert found.notices[0].run == 2


def test_a_broken_off_run_is_left_out():
    found = assigned([5.8, 6.9, 5.0, 8.0], distances=[18.3, 18.3, 6.0, 18.3])
    assert found.slots == (0, 1, None, 2)
    assert codes(found)[0] == "plan.more_runs"


def test_a_slow_warm_up_before_the_drill_is_left_out():
    assert assigned([3.5, 5.8, 6.9, 8.0]).slots == (None, 0, 1, 2)


def test_a_missed_middle_run_is_seen_by_its_speed():
    found = assigned([5.8, 8.0])
    assert found.slots == (0, 2)
    assert "plan.fewer_runs" in codes(found)


def test_two_full_sets_where_one_was_planned_are_not_sure():
    found = assigned([5.8, 6.9, 8.0, 5.8, 6.9, 8.0])
    assert "plan.unsure" in codes(found)
    assert found.confidence < 0.8


def test_a_backward_run_is_not_a_forward_one():
    plan = Plan((PlannedRun(50), PlannedRun(75, direction="backward"), PlannedRun(100)))
    found = assigned([5.8, 4.0, 6.9, 8.0], plan, directions=["forward", "backward", "forward", "forward"])
    assert found.slots[1] == 1
    assert found.slots[3] == 2


def test_an_unknown_direction_fits_any_slot():
    assert assigned([5.8, 6.9, 8.0], directions=["unknown"] * 3).confidence > 0.9


def test_unknown_speeds_and_distances_leave_the_order():
    found = assigned([np.nan] * 3, distances=[np.nan] * 3)
    assert found.slots == (0, 1, 2)


def test_no_runs_leave_the_plan_unmet():
    found = assigned([])
    assert found.slots == ()
    assert codes(found) == ["plan.fewer_runs"]


def test_descriptions_of_unequal_length_are_refused():
    with pytest.raises(InputError, match="speed, distance and direction"):
        assign(np.ones(2), np.ones(3), ["forward"] * 2, PLAN)


def test_notices_are_two_short_sentences():
    for found in (assigned([8.2, 7.8]), assigned([5.8, 8.2, 7.8]), assigned([5.8, 6.9, 8.0] * 2)):
        assert all(notice.text.count(". ") <= 1 and len(notice.text.split()) <= 26 for notice in found.notices)


SPEEDS = st.lists(st.one_of(st.floats(2, 10), st.just(np.nan)), max_size=6)


@settings(deadline=None, max_examples=60)
@given(speeds=SPEEDS)
def test_slots_rise_and_are_used_once(speeds):
    used = [slot for slot in assigned(speeds).slots if slot is not None]
    assert used == sorted(set(used))


@settings(deadline=None, max_examples=40)
@given(speeds=SPEEDS.filter(lambda x: len(x) <= 5))
def test_the_alignment_is_the_cheapest_and_its_probability_right(speeds):
    """Against all alignments one by one."""
    config = AssignmentConfig()
    values = np.array(speeds, dtype=float)
    costs = _match_costs(values, np.full(values.size, 18.3), ["forward"] * values.size, PLAN, config)
    all_costs = np.array(list(_every_alignment(costs, config)))
    _, best = _best(costs, config)
    assert best == pytest.approx(all_costs.min())
    assert _total(costs, config) == pytest.approx(-np.logaddexp.reduce(-all_costs))


def _every_alignment(costs, config):
    n_runs, n_slots = costs.shape
    for n in range(min(n_runs, n_slots) + 1):
        for runs in combinations(range(n_runs), n):
            for slots in combinations(range(n_slots), n):
                yield _cheapest_skips(costs, config, runs, slots)


def _cheapest_skips(costs, config, runs, slots):
    n_runs, n_slots = costs.shape
    matched = sum(costs[i, j] for i, j in zip(runs, slots, strict=True))
    missed = config.skip_cost * (n_slots - len(slots))
    n_early = runs[0] if runs else n_runs
    n_late = n_runs - len(runs) - n_early
    return matched + missed + config.warm_up_cost * n_early + config.skip_cost * n_late
