from dataclasses import replace

import numpy as np
import pytest
from session_tables import Run, session

from analyzer.mechanics.rules.recovery import asked_rests, with_rests_judged
from analyzer.mechanics.thresholds import load
from analyzer.tables import RUNS, check, empty


def judged(made):
    found = load()
    return with_rests_judged(made.runs, made.plan, found.rules["rest"], found.norms["rest"])


def rested(*rests_s):
    """Return runs long enough that their effort, not their length, says how long a rest they call for."""
    efforts = (50, 75, 100)
    return session(*(Run(e, 7.0, rest_s=r, n_strides=40) for e, r in zip(efforts, (60.0, *rests_s), strict=True)))


def test_the_rest_needed_is_that_of_the_run_before():
    np.testing.assert_array_equal(judged(rested(100, 100))["rest_needed_s"], [np.nan, 30, 60])


@pytest.mark.parametrize(("rest_s", "verdict"), [(61, "enough"), (58, "enough"), (50, "short"), (35, "much_too_short")])
def test_rests_are_marked_by_the_limits_of_the_rule(rest_s, verdict):
    assert judged(rested(100, rest_s))["rest_verdict"].tolist() == ["none", "enough", verdict]


def test_the_planned_rest_counts_where_there_is_one():
    made = rested(20, 20)
    plan = replace(made.plan, runs=tuple(replace(run, rest_before_s=20.0) for run in made.plan.runs))
    table = judged(replace(made, plan=plan))
    assert table["rest_verdict"].tolist() == ["none", "enough", "enough"]
    assert table["rest_needed_s"].tolist()[1:] == [20, 20]


def test_a_plan_without_rest_calls_nothing_short():
    made = rested(20, 20)
    plan = replace(made.plan, runs=tuple(replace(run, rest_before_s=0.0) for run in made.plan.runs))
    assert set(judged(replace(made, plan=plan))["rest_verdict"]) == {"none", "unknown"}


def test_without_asked_efforts_nobody_knows_what_was_needed():
    made = session(Run(0, 7.0), Run(0, 7.0, rest_s=5), planned=False)
    assert judged(made)["rest_verdict"].tolist() == ["none", "unknown"]


def test_the_table_still_fits_its_schema():
    check(RUNS, judged(rested(100, 50)))


def test_no_runs_are_no_trouble():
    found = load()
    assert with_rests_judged(empty(RUNS), None, found.rules["rest"], found.norms["rest"]).empty


def test_how_rests_were_to_be_spent_is_read_off_the_plan():
    made = session(Run(75, 7.0), Run(100, 8.0, asked_rest="active"))
    assert asked_rests(made.plan, 2) == ("any", "active")


def test_runs_that_do_not_pair_off_with_the_plan_leave_it_open():
    made = session(Run(75, 7.0), Run(100, 8.0, asked_rest="active"))
    assert asked_rests(made.plan, 3) == ("any", "any", "any")
    assert asked_rests(None, 1) == ("any",)
