"""The drill as the coach asked it, and where sensors sit."""

import dataclasses

import pytest

from analyzer.errors import InputError
from analyzer.model import PRESETS, Placement, Plan, PlannedRun, placement_of, preset_of


def test_the_classic_drill_rises_over_20_yards():
    plan = Plan.progressive()
    assert plan.efforts_pct == (50.0, 75.0, 100.0)
    assert {run.distance_m for run in plan.runs} == {18.288}


def test_sets_repeat_the_whole_progression():
    assert Plan.progressive(n_sets=2).efforts_pct == (50.0, 75.0, 100.0) * 2


def test_a_planned_rest_goes_to_every_run():
    assert {run.rest_before_s for run in Plan.progressive(rest_s=90.0).runs} == {90.0}


@pytest.mark.parametrize("effort_pct", [0.0, -50.0, 101.0, float("nan")])
def test_an_effort_that_is_no_percentage_is_refused(effort_pct):
    with pytest.raises(InputError, match="at most 100 %"):
        PlannedRun(effort_pct)


@pytest.mark.parametrize("distance_m", [0.0, -1.0, 20_000.0, float("nan")])
def test_a_distance_that_is_none_is_refused(distance_m):
    with pytest.raises(InputError, match="in metres"):
        PlannedRun(50.0, distance_m)


def test_a_plan_without_runs_is_refused():
    with pytest.raises(InputError, match="leave the plan out"):
        Plan(())


def test_a_plan_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Plan.progressive().surface = "grass"


@pytest.mark.parametrize(
    ("placement", "side", "segment"),
    [
        (Placement.LEFT_FOOT, "left", "foot"),
        (Placement.RIGHT_WRIST, "right", "wrist"),
        (Placement.PELVIS, "unknown", "pelvis"),
        (Placement.STERNUM, "unknown", "sternum"),
    ],
)
def test_a_placement_knows_its_side_and_segment(placement, side, segment):
    assert (placement.side, placement.segment) == (side, segment)


def test_every_placement_is_found_by_its_name():
    assert [placement_of(placement.value) for placement in Placement] == list(Placement)


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_rises_to_full_effort_in_every_direction(name):
    plan = preset_of(name).plan()
    assert plan.name == name
    for direction in {run.direction for run in plan.runs}:
        assert max(run.effort_pct for run in plan.runs if run.direction == direction) == 100.0


def test_home_to_first_is_90_feet():
    assert {run.distance_m for run in preset_of("home-to-first").plan().runs} == {27.432}


def test_a_ladder_runs_all_efforts_before_it_grows():
    runs = preset_of("distance-ladder").plan().runs
    assert [run.distance_m for run in runs] == sorted(run.distance_m for run in runs)
    assert [run.effort_pct for run in runs] == [50.0, 75.0, 100.0] * 3


def test_an_unknown_preset_is_met_with_those_there_are():
    with pytest.raises(InputError, match="use one of progressive, distance-ladder"):
        preset_of("sideways")


def test_a_negative_rest_is_refused():
    with pytest.raises(InputError, match="rest cannot be negative"):
        PlannedRun(50.0, rest_before_s=-1.0)


def test_what_the_coach_says_of_runs_is_kept_in_their_order():
    assert Plan.progressive().with_assigned({3: None, 1: 2}).assigned == ((1, 2), (3, None))


@pytest.mark.parametrize(
    ("assigned", "message"), [({1: 4}, "has 3 run"), ({1: 0}, "use 1 to 3, or skip"), ({0: 1}, "by its number from 1")]
)
def test_an_assignment_outside_the_plan_is_refused(assigned, message):
    with pytest.raises(InputError, match=message):
        Plan.progressive().with_assigned(assigned)
