"""A fault is a physical change of the motion: it grows with its dose and leaves alone what it does not concern."""

import itertools
from dataclasses import fields, replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_faults import quantities, running

from analyzer.errors import InputError
from analyzer.model import Placement, Plan, PlannedRun
from analyzer.virtual import DOSES, FAULTS, SCENARIOS, Scenario, ScriptConfig, simulate, steady
from analyzer.virtual.course import sprint, weaving
from analyzer.virtual.faults import fault_of, faulty_habits, faulty_styles
from analyzer.virtual.footfalls import push_lead
from analyzer.virtual.habits import EXTRA, Habits, Rep
from analyzer.virtual.path import Effort, run_stretch
from analyzer.virtual.programme import stage
from analyzer.virtual.reel_truth import reel_truth
from analyzer.virtual.runner import Style, at_speed, draw_runner

EFFORTS_PCT = (50.0, 75.0, 100.0)
STYLE_NAMES = {field.name for field in fields(Style)}

GROWS = {
    "overstride": ("lead_m", "shank_rad", "foot_speed_m_s", "foot_pitch_rad", "contact_time_s", "braking_m_s"),
    "long contact": ("contact_time_s",),
    "contact not falling": ("contact_time_s",),
    "heel strike": ("foot_pitch_rad",),
    "choppy": ("step_frequency_hz",),
    "leaning forward": ("lean_rad",),
    "posture breaking": ("lean_rad",),
    "unsteady trunk": ("lean_sd_rad",),
    "bounce": ("bounce_m", "flight_s"),
    "uneven sides": ("asymmetry",),
    "uneven rhythm": ("step_cv",),
}
SHRINKS = {
    "overstride": ("step_frequency_hz",),
    "reaching": ("step_frequency_hz",),
    "bounding": ("step_frequency_hz",),
    "leaning back": ("lean_rad",),
    "quiet arms": ("arm_rad",),
    "uneven arms": ("arm_asymmetry",),
    "low knees": ("thigh_rad",),
    "knees not rising": ("thigh_rad",),
    "low heels": ("heel_rad",),
    "bounce": ("step_frequency_hz",),
}
STEP = {"contact_time_s", "flight_s", "step_frequency_hz", "bounce_m"}
"""Of one step nothing can change alone: what the ground does not take, the air does, and flights are free falls."""

LANDING = {"lead_m", "shank_rad", "foot_speed_m_s", "foot_pitch_rad", "braking_m_s"}
COUPLED = {
    "overstride": STEP | LANDING | {"thigh_rad"},
    "reaching": STEP | {"braking_m_s"},
    "bounding": STEP | {"braking_m_s"},
    "choppy": STEP | {"braking_m_s"},
    # What the ground takes longer the swing must do faster.
    "long contact": STEP | {"braking_m_s", "foot_speed_m_s"},
    "contact not falling": STEP | {"braking_m_s", "foot_speed_m_s"},
    # A foot that is turned up more goes through its swing and its landing otherwise.
    "heel strike": {"foot_pitch_rad", "foot_speed_m_s"},
    "bounce": STEP | {"braking_m_s"},
    "uneven rhythm": {"step_cv", "flight_s", "bounce_m", "braking_m_s", "step_frequency_hz"},
}
TOLERANCES = {
    "contact_time_s": 0.002,
    "flight_s": 0.003,
    "step_frequency_hz": 0.03,
    "step_cv": 0.01,
    "lead_m": 0.01,
    "shank_rad": 0.02,
    "foot_speed_m_s": 0.25,
    "foot_pitch_rad": 0.02,
    "braking_m_s": 0.05,
    "lean_rad": 0.02,
    "lean_sd_rad": 0.02,
    "arm_rad": 0.02,
    "arm_asymmetry": 0.02,
    "thigh_rad": 0.02,
    "heel_rad": 0.02,
    "bounce_m": 0.003,
    "asymmetry": 0.02,
}
"""What a coach could not see: ms, cm, and about a degree; ends of a window of 4 s cut one step more or less."""


@cache
def measured(fault, dose):
    return quantities(running({fault: dose} if dose else {}))


@pytest.mark.parametrize(("fault", "names"), [*GROWS.items()])
def test_what_a_fault_makes_more_of_grows_with_its_dose(fault, names):
    sizes = [measured(fault if dose else "overstride", dose) for dose in (0.0, 0.5, 1.0, 1.5)]
    for name in names:
        values = [size[name] for size in sizes]
        assert values == sorted(set(values)), name


@pytest.mark.parametrize(("fault", "names"), [*SHRINKS.items()])
def test_what_a_fault_makes_less_of_shrinks_with_its_dose(fault, names):
    sizes = [measured(fault if dose else "overstride", dose) for dose in (0.0, 0.5, 1.0, 1.5)]
    for name in names:
        values = [size[name] for size in sizes]
        assert values == sorted(set(values), reverse=True), name


@pytest.mark.parametrize("fault", sorted({*GROWS, *SHRINKS}))
def test_a_fault_leaves_alone_what_it_does_not_concern(fault):
    usual, faulty = measured("overstride", 0.0), measured(fault, 1.0)
    concerned = {*GROWS.get(fault, ()), *SHRINKS.get(fault, ())} | COUPLED.get(fault, set())
    moved = {name: faulty[name] - usual[name] for name in usual if abs(faulty[name] - usual[name]) > TOLERANCES[name]}
    assert set(moved) <= concerned, moved


def test_overstriding_shows_in_all_its_signs_at_once():
    usual, faulty = measured("overstride", 0.0), measured("overstride", 1.0)
    assert faulty["lead_m"] - usual["lead_m"] == pytest.approx(0.10, abs=0.01)
    # 8 and 12 degrees are where coaches begin to look and to mend.
    assert np.degrees(usual["shank_rad"]) < 8 < 12 < np.degrees(faulty["shank_rad"])
    assert (faulty["foot_speed_m_s"] - usual["foot_speed_m_s"]) / 8.0 > 0.08
    assert faulty["braking_m_s"] > 1.25 * usual["braking_m_s"]
    assert faulty["contact_time_s"] > 1.15 * usual["contact_time_s"]


def test_a_foot_that_reaches_further_is_where_shank_and_thigh_bring_it():
    usual, faulty = running({}), running({"overstride": 1.0})
    leg_m = usual.runner.leg_length_m
    before, after = quantities(usual), quantities(faulty)
    # Two bones of half a leg each, both turned forward: to first order the foot moves by the sum.
    thigh_rad = 0.5 * 0.10 / leg_m
    brought_m = leg_m / 2 * (after["shank_rad"] - before["shank_rad"] + thigh_rad)
    assert brought_m == pytest.approx(after["lead_m"] - before["lead_m"], abs=0.02)


@pytest.mark.parametrize("fault", ["long contact", "leaning back", "heel strike", "low knees", "uneven rhythm"])
def test_faults_of_speed_do_not_show_in_a_jog(fault):
    usual, faulty = quantities(running({}, 3.2)), quantities(running({fault: 1.5}, 3.2))
    allowed = {"lean_rad"} if fault == "leaning back" else set()
    assert {name for name in usual if abs(faulty[name] - usual[name]) > 1e-6} <= allowed


@given(fault=st.sampled_from(sorted(FAULTS)), dose=st.floats(0.0, 2.0))
def test_what_a_fault_changes_is_in_proportion_to_its_dose(fault, dose):
    clear, dosed = (faulty_styles({fault: size}, EFFORTS_PCT) for size in (1.0, dose))
    for one, other in zip(clear, dosed, strict=True):
        for name in STYLE_NAMES:
            neutral = getattr(Style(), name)
            assert getattr(other, name) - neutral == pytest.approx(dose * (getattr(one, name) - neutral), abs=1e-12)


@given(fault=st.sampled_from(sorted(FAULTS)))
def test_no_dose_is_no_fault(fault):
    assert faulty_styles({fault: DOSES["none"]}, EFFORTS_PCT) == [Style()] * 3
    assert faulty_habits({fault: DOSES["none"]}, Habits()) == Habits()


@given(faults=st.lists(st.sampled_from(sorted(FAULTS)), min_size=2, max_size=4, unique=True))
def test_faults_add_up_in_any_order(faults):
    doses = dict.fromkeys(faults, 1.0)
    turned = dict.fromkeys(reversed(faults), 1.0)
    for one, other in zip(faulty_styles(doses, EFFORTS_PCT), faulty_styles(turned, EFFORTS_PCT), strict=True):
        for name in STYLE_NAMES:
            assert getattr(one, name) == pytest.approx(getattr(other, name))


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_changes_something_that_there_is_and_says_why_so_much(fault):
    assert set(fault.style) <= STYLE_NAMES
    assert fault.style or fault.rest_share or fault.jogged_share
    assert fault.reason.endswith(".")
    assert fault.meaning


def test_doses_rise_from_nothing():
    assert list(DOSES) == ["none", "slight", "clear", "gross"]
    assert list(DOSES.values()) == sorted(DOSES.values())
    assert DOSES["none"] == 0


def test_an_unknown_fault_is_refused_with_those_there_are():
    with pytest.raises(InputError, match=r"unknown fault 'limping'; use one of overstride, reaching"):
        fault_of("limping")


def test_a_fault_of_full_effort_shows_in_full_effort_alone():
    styles = faulty_styles({"quiet arms": 1.0}, EFFORTS_PCT)
    assert [style.arm_factor < 1 for style in styles] == [False, False, True]


def test_a_fade_shows_in_repeats_and_the_more_the_later_they_come():
    styles = faulty_styles({"fade": 1.0}, (100.0, 75.0, 100.0, 100.0))
    assert [style.speed_factor for style in styles] == pytest.approx([1.0, 1.0, 0.96, 0.92])


def test_faults_come_on_top_of_a_style():
    styled = faulty_styles({"leaning forward": 1.0}, (100.0,), Style(lean_rad=0.1, turn_factor=0.5))[0]
    assert styled.lean_rad == pytest.approx(0.1 + np.radians(20))
    assert styled.turn_factor == 0.5


def played(doses, plan=None, seed=4):
    plan = plan or Plan.progressive(15.0, (75.0, 100.0))
    styles = faulty_styles(doses, [run.effort_pct for run in plan.runs])
    script = ScriptConfig(first_stand_s=3.0, min_stand_s=3.0, last_stand_s=1.0, walk_speed_m_s=1.7)
    return stage(plan, draw_runner(seed), styles, seed, faulty_habits(doses, Habits()), script)


@pytest.mark.parametrize(("fault", "sign"), [("bent at the start", 1), ("popping up", -1)])
def test_a_start_that_is_bent_or_upright_shows_in_the_first_steps_and_not_at_speed(fault, sign):
    leans = {}
    for dose in (0.0, 0.5, 1.0):
        truth = reel_truth(*played({fault: dose}, Plan((PlannedRun(100.0, 27.0),))))
        steps = truth.contacts.query("run == 1 and kind != 'start'").trunk_lean_rad.to_numpy()
        leans[dose] = np.degrees([steps[:4].mean(), steps[13:16].mean()])
    assert sign * leans[0.0][0] < sign * leans[0.5][0] < sign * leans[1.0][0] - 5
    assert abs(leans[1.0][1] - leans[0.0][1]) < 6


@pytest.mark.parametrize(("fault", "falls"), [("small contrast", True), ("first run fast", True)])
def test_faults_of_pacing_close_the_gap_between_the_runs(fault, falls):
    plan = Plan.progressive(18.0)
    gaps = []
    for dose in (0.0, 0.5, 1.0):
        runs = reel_truth(*played({fault: dose}, plan)).runs
        gaps.append(runs.peak_speed_m_s.iloc[-1] - runs.peak_speed_m_s.iloc[0])
    assert gaps == sorted(set(gaps), reverse=falls)


def test_who_slows_early_is_slowest_at_the_mark():
    at_mark, shares = [], []
    for dose in (0.0, 0.5, 1.0, 1.5):
        run = reel_truth(*played({"slowed early": dose})).runs.iloc[-1]
        at_mark.append(run.speed_at_mark_m_s)
        shares.append(run.mark_s - run.deceleration_start_s)
    assert at_mark == sorted(at_mark, reverse=True)
    # From 2 m behind the mark to 4 m and more before it.
    assert shares[0] < 0 < shares[2] < shares[3]


def test_who_holds_back_stops_speeding_up_before_half_way():
    stretch = run_stretch(Effort(8.0, 1.1, cruise_speed_m_s=6.4), 18.0)
    way_m = np.cumsum(stretch.speed_m_s) * 0.02
    assert way_m[np.flatnonzero(stretch.speed_m_s >= 6.4 - 1e-9)[0]] < 9.0
    assert stretch.speed_m_s.max() == pytest.approx(6.4)


def test_without_a_limit_a_run_is_what_it_was():
    one, other = run_stretch(Effort(8.0, 1.1), 18.0), run_stretch(Effort(8.0, 1.1, cruise_speed_m_s=99.0), 18.0)
    np.testing.assert_array_equal(one.speed_m_s, other.speed_m_s)


def test_a_late_start_comes_later_and_a_guessed_one_sooner_than_people_react():
    plan = FAULTS["slow first move"].plan
    late, usual, guessed = (
        [run.reaction_s for run in played(doses, plan)[1]]
        for doses in ({"slow first move": 1.0}, {}, {"guessed start": 1.0})
    )
    np.testing.assert_allclose(np.subtract(late, usual), 0.25)
    assert max(guessed) < 0.1 < min(usual)


@pytest.mark.parametrize("dose", [0.5, 1.0, 1.5])
def test_a_false_step_goes_back_by_its_dose(dose):
    reel, runs = played({"false step": dose}, Plan((PlannedRun(100.0, 10.0),)))
    assert reel_truth(reel, runs).courses.false_step.tolist() == [True]
    second = "right" if reel.runner.first_side == "left" else "left"
    stands = [fall.forward_m for fall in reel.of(second) if fall.kind in ("stand", "start")]
    assert stands[0] - min(stands) == pytest.approx(0.20 * dose, abs=0.01)


def test_no_false_step_is_taken_without_one():
    assert not reel_truth(*played({}, Plan((PlannedRun(100.0, 10.0),)))).courses.false_step.any()


def rests_s(doses):
    truth = reel_truth(*played(doses, Plan.progressive(10.0, (75.0, 100.0), rest_s=90.0)))
    return truth.runs.start_s.iloc[1] - truth.runs.stop_s.iloc[0], truth.activities


def test_short_rests_are_short_by_their_dose():
    usual, half, clear = (rests_s({"short rest": dose})[0] for dose in (0.0, 0.5, 1.0))
    assert usual == pytest.approx(90.0, abs=4.0)
    assert usual - half == pytest.approx(27.0, abs=2.0)
    assert usual - clear == pytest.approx(54.0, abs=2.0)


def test_a_rest_is_jogged_for_as_long_as_the_dose_says_and_no_longer():
    lengths = []
    for dose in (0.0, 0.6, 1.0):
        rest_s, activities = rests_s({"jogged rest": dose})
        jogs = activities[activities.kind == "jog"]
        lengths.append(float((jogs.end_s - jogs.start_s).sum()))
        assert rest_s == pytest.approx(90.0, abs=6.0)
    assert lengths[0] == 0 < lengths[1] < lengths[2]


def test_a_way_that_weaves_swings_by_its_dose_and_comes_back():
    straight = sprint(Effort(8.0, 1.1), 20.0, 1.0, 0.5)
    aside_m = []
    for weave_m in (0.1, 0.2, 0.4):
        course = weaving(straight, weave_m)
        fast = course.speed_m_s > 5.0
        way = np.cumsum(course.speed_m_s * np.sin(course.travel_rad)) * 0.02
        aside_m.append(np.ptp(way[fast]))
        assert course.heading_rad[0] == course.heading_rad[-1] == 0.0
    assert aside_m == sorted(aside_m)
    assert aside_m[2] == pytest.approx(0.8, rel=0.3)


def test_a_way_that_does_not_weave_is_left_as_it_is():
    straight = sprint(Effort(8.0, 1.1), 20.0, 1.0, 0.5)
    assert weaving(straight, 0.0) is straight


@settings(max_examples=20, deadline=None)
@given(fault=st.sampled_from(sorted({*GROWS, *SHRINKS})), speed_m_s=st.floats(4.0, 9.5), seed=st.integers(0, 50))
def test_any_fault_at_a_gross_dose_is_still_running(fault, speed_m_s, seed):
    scene = running({fault: DOSES["gross"]}, speed_m_s, seed)
    falls = [fall for fall in scene.falls if np.isfinite(fall.toe_off_s)]
    flights = [two.initial_contact_s - one.toe_off_s for one, two in itertools.pairwise(falls)]
    assert min(flights) > 0.0
    assert all(fall.kind == "steady" for fall in falls)


def test_changes_at_speed_come_in_smoothly():
    assert at_speed(0.0) == at_speed(3.5) == 0.0
    assert at_speed(5.5) == at_speed(11.0) == 1.0
    assert 0 < at_speed(4.0) < at_speed(5.0) < 1


def test_a_push_puts_the_foot_back_and_slowing_puts_it_ahead():
    assert push_lead(4.0) > 0 > push_lead(-2.0)
    assert push_lead(100.0) == 0.30
    assert push_lead(-100.0) == -0.12


def test_every_fault_is_a_scenario_at_a_clear_dose():
    listed = {name for name, scenario in SCENARIOS.items() if scenario.group == "faults"}
    assert listed == {name.replace(" ", "-") for name in FAULTS}
    assert all(list(SCENARIOS[name].faults.values()) == [1.0] for name in listed)


def test_a_scenario_of_ones_own_can_be_simulated():
    runner = replace(draw_runner(1), height_m=1.99)
    own = Scenario("mine", "a tall one", runner=runner, plan=Plan((PlannedRun(100.0, 10.0),)))
    practice = simulate(own, 1, placements=(Placement.PELVIS,))
    assert practice.athlete.height_m == 1.99
    assert practice.scenario.name == "mine"


def test_a_fault_changes_no_draw_of_the_athlete_it_belongs_to():
    plan = Plan((PlannedRun(100.0, 10.0),))
    usual, faulty = (
        simulate(Scenario("x", "x", plan=plan, faults=doses), 3, placements=(Placement.LEFT_WRIST,))
        for doses in ({"low heels": 0.0}, {"low heels": 1.0})
    )
    np.testing.assert_array_equal(
        usual.traces[Placement.LEFT_WRIST].counts[:1000], faulty.traces[Placement.LEFT_WRIST].counts[:1000]
    )
    np.testing.assert_allclose(usual.truth.contacts.initial_contact_s, faulty.truth.contacts.initial_contact_s)


def test_a_run_that_is_done_twice_has_its_fault_twice_and_one_that_nobody_planned_has_none():
    plan = Plan.progressive(10.0, (75.0, 100.0))
    reps = (Rep(EXTRA), Rep(2), Rep(1), Rep(2))
    styles = faulty_styles({"contact not falling": 1.0}, [run.effort_pct for run in plan.runs])
    reel, runs = stage(plan, draw_runner(2), styles, 2, Habits(reps=reps))
    factors = [reel.takes[run.take].take.scene.style.contact_factor for run in runs]
    assert factors == pytest.approx([1.0, 1.28, 1.0, 1.28])


def test_getting_up_to_speed_leaves_no_kink_in_what_the_pelvis_feels():
    plan = Plan((PlannedRun(100.0, 10.0),))
    practice = simulate(Scenario("x", "x", plan=plan), 3, placements=(Placement.PELVIS,))
    motion = practice.motion(Placement.PELVIS)
    # How much the rise from one sample to the next changes, 0.6 ms apart: a kink would be several deg/s in one of them.
    jumps = np.degrees(np.abs(np.diff(motion.gyr_rad_s, n=2, axis=0)).max(axis=1))
    quiet = motion.time_s[2:] < practice.truth.contacts.initial_contact_s.min()
    assert jumps[quiet].max() < 1.0


def test_steady_running_takes_its_faults_from_full_effort():
    usual, faulty = (
        steady(8.0, 2.0, 3, Scenario("x", "x", faults=doses), (Placement.PELVIS,))
        for doses in ({}, {"contact not falling": 1.0})
    )
    times = [(p.truth.contacts.toe_off_s - p.truth.contacts.initial_contact_s).mean() for p in (usual, faulty)]
    assert times[1] / times[0] == pytest.approx(1.28, abs=0.02)
