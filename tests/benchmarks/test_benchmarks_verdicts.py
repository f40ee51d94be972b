"""The page of verdicts counts rightly, asks every fault of a rule, and is the same however often it is made."""

import math
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from analyzer.mechanics.thresholds import load
from analyzer.model import Placement
from analyzer.virtual import DOSES, FAULTS, Scenario
from analyzer.virtual.runner import draw_runner
from benchmarks import verdicts
from benchmarks.verdict_cases import (
    CLEAN,
    CONFOUNDERS,
    EXPECTED,
    NEEDS_OWN_PLAN,
    PEOPLE,
    QUICK,
    SENSORS,
    USUAL,
    Amounts,
    Case,
    cases,
    runner_of,
    scenario_of_case,
)
from benchmarks.verdict_page import verdicts_page
from benchmarks.verdict_rates import Rate, any_fix, clean_of, false_flags, flagged, others, sensitivity
from benchmarks.verdict_trials import SAID_COLUMNS, gathered_verdicts, judged_case, recorded_verdicts

RULES = load().rules


def said_of(*rows):
    """Rows of fault, dose, number, sensors, rule and level, with the rest filled in."""
    columns = ["fault", "dose", "number", "sensors", "rule", "level"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.assign(person="tall", confounder="none")[SAID_COLUMNS]


def verdicts_of(fault, dose, levels, rule, sensors="all"):
    return [(fault, dose, number, sensors, rule, level) for number, level in enumerate(levels)]


def test_every_fault_is_asked_of_a_rule():
    assert set(EXPECTED) == set(FAULTS)
    assert all(names for names in EXPECTED.values())


def test_rules_that_need_a_plan_of_their_own_name_faults_that_have_one():
    for rule, faults in NEEDS_OWN_PLAN.items():
        assert rule in RULES
        assert all(FAULTS[fault].plan is not None for fault in faults)


def test_the_sets_of_sensors_grow():
    feet, middle, everything = (set(placements) for placements in SENSORS.values())
    assert feet < middle < everything == set(Placement)


def test_all_pairs_of_people_and_confounders_come_up():
    pairs = {(case.person, case.confounder) for case in cases(USUAL) if case.fault == CLEAN}
    assert len(pairs) == len(PEOPLE) * len(CONFOUNDERS)


def test_the_cases_of_a_quick_look_are_few_and_among_the_others():
    quick, usual = cases(QUICK), cases(USUAL)
    assert set(quick) < set(usual)
    assert len(quick) < 50
    assert {case.fault for case in quick} == {CLEAN, *FAULTS}


def test_no_case_is_made_twice():
    made = cases(USUAL)
    assert len(made) == len(set(made))


@pytest.mark.parametrize(("dose", "n"), [("none", 0), ("slight", 3), ("clear", 2), ("gross", 3)])
def test_each_dose_of_a_fault_gets_its_number_of_cases(dose, n):
    made = cases(Amounts(clean=1, clear=2, other=3, planned_clean=4))
    assert sum(case.fault == "low knees" and case.dose == dose for case in made) == n


def test_a_fault_with_a_plan_of_its_own_gets_clean_practices_of_that_plan():
    made = cases(Amounts(clean=1, clear=1, other=1, planned_clean=4))
    assert sum(case.fault == "fade" and case.dose == "none" for case in made) == 4


@pytest.mark.parametrize(
    ("person", "name", "value"),
    [
        ("tall", "height_m", 1.95),
        ("short", "height_m", 1.62),
        ("fast", "top_speed_m_s", 9.3),
        ("slow", "top_speed_m_s", 6.9),
    ],
)
def test_people_are_what_they_are_called(person, name, value):
    case = Case(CLEAN, "none", list(PEOPLE).index(person))
    assert getattr(runner_of(case), name) == value


@pytest.mark.parametrize(("person", "lands_on_heel"), [("rearfoot", True), ("forefoot", False)])
def test_people_land_as_they_are_called(person, lands_on_heel):
    assert runner_of(Case(CLEAN, "none", list(PEOPLE).index(person))).rearfoot is lands_on_heel


def test_a_tall_person_has_long_legs_and_the_build_of_the_drawn_one():
    case = Case(CLEAN, "none", list(PEOPLE).index("tall"))
    drawn, tall = draw_runner(case.seed), runner_of(case)
    assert tall.leg_length_m - drawn.leg_length_m == pytest.approx(0.53 * (tall.height_m - drawn.height_m))
    assert tall.mass_kg / tall.height_m**2 == pytest.approx(drawn.mass_kg / drawn.height_m**2)


def test_a_case_is_a_scenario_with_its_fault_dose_and_confounder():
    crooked, lossy = (Case("jogged rest", "gross", CONFOUNDERS.index(name)) for name in CONFOUNDERS[1:])
    assert scenario_of_case(crooked).any_mounting
    assert scenario_of_case(lossy).link.lost_share > 0
    assert scenario_of_case(lossy).faults == {"jogged rest": DOSES["gross"]}
    assert scenario_of_case(lossy).habits.rest == "jog"


def test_a_clean_case_has_no_fault():
    scenario = scenario_of_case(Case(CLEAN, "none", 0))
    assert not scenario.faults
    assert scenario.habits == Scenario("x", "x").habits


@given(n=st.integers(1, 400), data=st.data())
def test_the_interval_is_that_of_wilson(n, data):
    hits = data.draw(st.integers(0, n))
    low, high = Rate(hits, n).interval
    known = binomtest(hits, n).proportion_ci(0.95, "wilson")
    assert (low, high) == pytest.approx((known.low, known.high), abs=1e-4)


def test_a_rate_of_nothing_is_not_known():
    assert math.isnan(Rate(0, 0).share)
    assert all(math.isnan(end) for end in Rate(0, 0).interval)
    assert str(Rate(0, 0)) == "–"


def test_a_rate_reads_as_share_interval_and_number():
    assert str(Rate(9, 10)) == "90 % (60–98), 10"


def test_a_fault_is_seen_when_any_of_its_rules_speaks():
    said = said_of(
        *verdicts_of("reaching", "clear", ["fix", "silent", "silent", "silent"], "frequency_share"),
        *verdicts_of("reaching", "clear", ["silent", "look", "keep", "cannot_tell"], "length_up_rate_down"),
        *verdicts_of("reaching", "clear", ["fix"] * 4, "contrast"),
    )
    assert sensitivity(said, "reaching", "clear", "all") == Rate(2, 4)
    assert sensitivity(said, "reaching", "clear", "all", ("fix",)) == Rate(1, 4)


def test_other_doses_and_sensors_do_not_count():
    said = said_of(
        *verdicts_of("choppy", "clear", ["look"], "rate_up_length_down", "feet"),
        *verdicts_of("choppy", "slight", ["look"], "rate_up_length_down"),
    )
    assert sensitivity(said, "choppy", "clear", "all") == Rate(0, 0)


def test_practices_without_a_dose_are_clean():
    said = said_of(("fade", "none", 0, "all", "fade", "silent"), (CLEAN, "none", 0, "all", "fade", "fix"))
    assert len(clean_of(said)) == 2
    assert false_flags(said, "fade") == Rate(1, 2)


def test_a_false_flag_with_any_sensors_is_one_false_flag():
    said = said_of(
        (CLEAN, "none", 0, "feet", "contrast", "look"),
        (CLEAN, "none", 0, "all", "contrast", "fix"),
        (CLEAN, "none", 1, "all", "contrast", "keep"),
    )
    assert false_flags(said, "contrast") == Rate(1, 2)
    assert false_flags(said, "contrast", ("fix",)) == Rate(1, 2)


def test_any_fix_counts_practices_not_findings():
    said = said_of(
        (CLEAN, "none", 0, "all", "contrast", "fix"),
        (CLEAN, "none", 0, "all", "left_right", "fix"),
        (CLEAN, "none", 1, "all", "contrast", "look"),
    )
    assert any_fix(said, "all") == Rate(1, 2)
    assert flagged(said) == Rate(2, 2)


def test_what_a_fault_brings_with_it_is_told_over_what_clean_practices_get():
    said = said_of(
        *verdicts_of("bounding", "clear", ["fix", "fix", "fix", "silent"], "contact_time_long"),
        *verdicts_of("bounding", "clear", ["look"] * 4, "contrast"),
        *verdicts_of("bounding", "clear", ["fix"] * 4, "length_up_rate_down"),
        *verdicts_of(CLEAN, "none", ["look"] * 3 + ["silent"], "contrast"),
        *verdicts_of(CLEAN, "none", ["silent"] * 4, "contact_time_long"),
    )
    assert others(said, "bounding", "all") == [("contact_time_long", 0.75)]


def page_of(said, rules=RULES, recorded=None):
    return verdicts_page(said, recorded, rules)


SOME = said_of(
    *verdicts_of("uneven rhythm", "clear", ["fix"] * 9 + ["silent"], "steps_uneven"),
    *verdicts_of("uneven sides", "clear", ["look"] * 5 + ["silent"] * 5, "left_right"),
    *verdicts_of(CLEAN, "none", ["silent"] * 19 + ["fix"], "steps_uneven"),
    *verdicts_of(CLEAN, "none", ["fix"] * 3 + ["silent"] * 17, "left_right"),
)


@pytest.fixture(scope="module")
def page():
    return page_of(SOME)


def line_of(page, start):
    return next(line for line in page.splitlines() if line.startswith(start))


def test_the_page_marks_goals_that_are_met_and_names_what_misses_them(page):
    assert "1 of 2 faults **✗** | uneven sides |" in line_of(page, "| faults seen at a clear dose")
    assert line_of(page, "| `fix` in clean practices").endswith("| left_right |")
    assert "20 % (8–42), 20 **✗**" in line_of(page, "| clean practices with any `fix`")


def test_the_page_gives_each_fault_its_rate_and_what_it_does_not_see(page):
    row = line_of(page, "| uneven rhythm | `steps_uneven` |")
    assert "| – | – | 90 % (60–98), 10 | 90 % |" in row


def test_the_page_shows_a_rule_that_is_not_there_yet_as_such():
    rules = {name: rule for name, rule in RULES.items() if name != "steps_uneven"}
    row = line_of(page_of(SOME, rules), "| uneven rhythm | `steps_uneven` (no such rule yet)")
    assert row.count("no rule") == 3


def test_the_page_lists_what_is_weakly_evidenced():
    rules = {"left_right": replace(RULES["left_right"], grade="C"), "contrast": replace(RULES["contrast"], grade="A")}
    page = page_of(SOME, rules)
    weak = line_of(page, "(`--rules FILE`)")
    assert "`left_right` (" in weak
    assert "`contrast`" not in weak


def test_the_page_says_which_rules_no_fault_tests():
    own = replace(RULES["contrast"], name="odd_one")
    assert "`odd_one`" in line_of(page_of(SOME, {**RULES, "odd_one": own}), "Rules that")


def test_the_page_shows_recorded_practices_or_says_there_are_none(page):
    assert "No recordings with truth at hand." in page
    recorded = pd.DataFrame([("V09", "rest", "heel_first", "")], columns=["practice", "fix", "look", "keep"])
    assert "| V09 | rest | heel_first |  |" in page_of(SOME, recorded=recorded)


def test_the_page_says_of_every_fault_what_a_clear_dose_is(page):
    assert all(f"| {fault.name} | {fault.meaning} | {fault.reason} |" in page for fault in FAULTS.values())


def test_the_page_fills_every_table(page):
    assert "$" not in page


def test_the_curve_over_the_dose_begins_at_all_clean_practices(page):
    row = line_of(page.split("grow with the dose")[1], "| uneven rhythm |")
    assert row == "| uneven rhythm | 5 (20) | – | 90 (10) | – |"


@pytest.fixture(scope="module")
def judged():
    return judged_case(Case("uneven rhythm", "clear", 0))


def test_a_practice_is_judged_with_each_set_of_sensors_and_each_rule_that_has_one(judged):
    assert list(judged.columns) == SAID_COLUMNS
    assert list(judged["sensors"].unique()) == list(SENSORS)
    assert not judged.duplicated(["sensors", "rule"]).any()
    assert set(judged[judged["sensors"] == "all"]["rule"]) == set(RULES) - set(NEEDS_OWN_PLAN)


def test_a_clear_fault_is_seen(judged):
    assert sensitivity(judged, "uneven rhythm", "clear", "feet") == Rate(1, 1)


def test_the_same_case_says_the_same_and_progress_is_shown(judged, capsys):
    pd.testing.assert_frame_equal(gathered_verdicts([Case("uneven rhythm", "clear", 0)], 1), judged)
    assert "1 of 1 practices" in capsys.readouterr().err


def test_verdicts_of_no_cases_are_an_empty_table():
    assert list(gathered_verdicts([], 1).columns) == SAID_COLUMNS


def test_the_overstriding_pair_can_be_told_apart(shared):
    recorded = recorded_verdicts(shared / "data" / "practices").set_index("practice")
    flags = {name: f"{row.fix}, {row.look}" for name, row in recorded.iterrows()}
    assert any(rule in flags["V09_overstride"] for rule in ("overstride_matched_speed", "heel_first"))
    assert not any(rule in flags["V10_overctrl"] for rule in ("overstride_matched_speed", "heel_first"))
    assert "contrast" in flags["V08_nocontrast"]


def test_the_command_writes_the_page_and_says_where(tmp_path, capsys):
    out = tmp_path / "verdicts.md"
    few = ["--quick", "--only", "choppy", "--at-most", "1", "--processes", "1"]
    assert verdicts.main([*few, "--data", str(tmp_path), "--out", str(out)]) == 0
    assert capsys.readouterr().out.strip() == str(out)
    assert out.read_text(encoding="utf-8").startswith("# Are the verdicts right")


def test_an_unknown_fault_is_refused_by_the_command(capsys):
    with pytest.raises(SystemExit):
        verdicts.main(["--only", "limping"])
    assert "limping" in capsys.readouterr().err
