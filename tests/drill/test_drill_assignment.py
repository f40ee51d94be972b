import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.drill.planned.assignment import assign
from analyzer.errors import InputError
from analyzer.model import Plan, PlannedRun, preset_of

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
    assert codes(found) == ["plan.aborted"]
    assert found.run_confidence[2] > 0.9


def test_a_broken_off_run_that_was_not_made_again_leaves_its_slot_empty():
    found = assigned([5.8, 6.0, 8.0], distances=[18.3, 6.0, 18.3])
    assert found.slots == (0, None, 2)
    assert sorted(codes(found)) == ["plan.aborted", "plan.fewer_runs"]


def test_a_run_made_again_counts_for_the_same_effort():
    found = assigned([5.8, 6.9, 6.95, 8.0])
    assert found.slots == (0, 1, 1, 2)
    assert "plan.repeated" in codes(found)


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
def test_slots_never_fall(speeds):
    used = [slot for slot in assigned(speeds).slots if slot is not None]
    assert used == sorted(used)


@settings(deadline=None, max_examples=60)
@given(speeds=SPEEDS)
def test_confidences_are_probabilities_and_every_doubt_is_told(speeds):
    found = assigned(speeds)
    assert all(0 <= share <= 1 + 1e-9 for share in (found.confidence, *found.run_confidence))
    assert ("plan.unsure" in codes(found)) == any(share < 0.8 for share in found.run_confidence)


def test_a_set_that_was_not_run_casts_doubt_on_the_set_more_than_on_the_effort():
    found = assigned([5.8, 6.9, 8.0], Plan.progressive(n_sets=2))
    assert [slot % 3 for slot in found.slots] == [0, 1, 2]
    # Without adding up the sets no run would reach 0.7, the last not 0.2.
    assert found.confidence > 0.7


def test_the_whole_is_no_surer_than_its_least_sure_run():
    found = assigned([5.8, 6.9, 8.0, 5.8, 6.9, 8.0])
    assert found.confidence <= min(found.run_confidence) + 1e-9


def test_a_plan_run_twice_hints_at_the_sets():
    texts = [notice.text for notice in assigned([5.8, 6.9, 8.0, 5.8, 6.9, 8.0]).notices]
    assert any("--sets" in text for text in texts)


def test_distances_tell_runs_of_a_ladder_apart():
    plan = preset_of("distance-ladder").plan()
    way = [10, 10, 10, 15, 15, 19, 19, 19]
    speeds = [5.0, 6.0, 7.0, 5.8, 7.6, 5.8, 6.9, 8.0]
    found = assigned(speeds, plan, distances=way)
    assert found.slots == (0, 1, 2, 3, 5, 6, 7, 8)


def test_what_the_coach_says_goes_before_all_evidence():
    found = assigned([5.8, 6.9, 8.0], Plan.progressive().with_assigned({2: None}))
    assert found.slots == (0, None, 2)
    assert found.run_confidence[1] == 1.0


def test_runs_that_were_swapped_can_be_said_so():
    found = assigned([5.8, 8.2, 7.0], Plan.progressive().with_assigned({2: 3, 3: 2}))
    assert found.slots == (0, 2, 1)
    assert not found.notices


def test_the_others_are_laid_in_order_around_the_runs_that_were_said():
    found = assigned([5.8, 6.9, 6.95, 8.0], Plan.progressive().with_assigned({2: None}))
    assert found.slots == (0, None, 1, 2)


def test_an_assignment_of_a_run_that_was_not_made_is_told():
    found = assigned([5.8, 6.9, 8.0], Plan.progressive().with_assigned({7: 1}))
    assert found.slots == (0, 1, 2)
    assert codes(found) == ["plan.no_such_run"]


def test_runs_over_twice_the_planned_distance_are_told():
    found = assigned([5.8, 6.9, 8.0], distances=[36.0, 37.0, 38.0])
    assert found.slots == (0, 1, 2)
    assert codes(found) == ["plan.distance"]
    assert not found.distance_fits


def test_runs_that_all_end_before_the_planned_mark_are_not_all_broken_off():
    found = assigned([5.8, 6.9, 8.0], distances=[9.5, 9.0, 10.0])
    assert found.slots == (0, 1, 2)
    assert codes(found) == ["plan.distance"]


def test_a_run_in_another_direction_than_asked_is_kept_and_told_once():
    found = assigned([5.8, 4.0, 8.0], directions=["forward", "backward", "forward"])
    assert found.slots == (0, 1, 2)
    assert codes(found) == ["plan.direction"]
    assert found.directions[1] == "backward"


def test_where_no_direction_was_told_apart_the_order_stands():
    plan = preset_of("multi-directional").plan()
    found = assigned([5.8, 6.9, 8.0] * 4, plan, distances=[14.0] * 12)
    assert found.slots == tuple(range(12))
    assert codes(found) == ["plan.direction"]


def test_directions_in_another_order_than_planned_reopen_the_question():
    plan = Plan((PlannedRun(100), PlannedRun(100, direction="backward"), PlannedRun(100)))
    found = assigned([8.0, 8.0, 5.8], plan, directions=["forward", "forward", "backward"])
    assert found.slots[2] == 1


def test_where_all_runs_went_one_way_the_plan_says_which():
    plan = Plan(tuple(PlannedRun(effort, direction="backward") for effort in (50, 75, 100)))
    found = assigned([3.5, 4.2, 5.0], plan)
    assert found.slots == (0, 1, 2)
    assert found.directions == ("backward",) * 3


def test_a_plan_that_fits_no_run_is_told_in_one_sentence():
    found = assigned([5.0, 3.0], Plan.progressive(distance_m=18.3).with_assigned({1: None, 2: None}))
    assert codes(found) == ["plan.no_fit"]


def test_efforts_that_go_with_distances_are_told():
    plan = Plan((PlannedRun(50, 9.144), PlannedRun(75, 13.716), PlannedRun(100, 18.288)))
    assert codes(assigned([5.0, 6.5, 8.0], plan, distances=[9.5, 14.0, 18.5])) == ["plan.confounded"]


def test_a_ladder_of_all_efforts_over_all_distances_is_not():
    plan = preset_of("distance-ladder").plan()
    speeds = [5.0, 6.0, 7.0, 5.5, 6.6, 7.6, 5.8, 6.9, 8.0]
    assert codes(assigned(speeds, plan, distances=[9.5] * 3 + [14.0] * 3 + [18.5] * 3)) == []


def test_a_short_run_counts_if_the_coach_says_so():
    found = assigned([5.8, 6.9, 5.0, 8.0], Plan.progressive().with_assigned({3: 2, 2: None}), [18.3, 18.3, 6.0, 18.3])
    assert found.slots == (0, None, 1, 2)
    assert codes(found) == ["plan.order"]
