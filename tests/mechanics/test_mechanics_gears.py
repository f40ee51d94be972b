from dataclasses import replace

import numpy as np
import pytest
from judged import found, level, reason
from session_tables import Run, progressive, session

from analyzer.model import Level


def of_best(share_pct, sd_share=0.01):
    made = progressive(speed_sd_share=sd_share)
    return replace(made, runs=made.runs.assign(achieved_of_best_pct=[70.0, 84.0, share_pct]))


@pytest.mark.parametrize(
    ("share_pct", "expected"), [(104, None), (99, None), (95.5, None), (93, Level.LOOK), (88, Level.FIX)]
)
def test_full_effort_is_held_against_the_athletes_own_best(share_pct, expected):
    assert level(of_best(share_pct, 0.005 if share_pct == 93 else 0.012), "below_own_best") is expected


def test_without_earlier_practices_there_is_no_best():
    assert reason(progressive(), "below_own_best") == "not_measured"


def test_a_run_shut_down_early_is_told_once():
    made = progressive(slows_before_mark_m=6.0)
    both = replace(made, runs=made.runs.assign(achieved_of_best_pct=[70.0, 84.0, 85.0], peak_speed_sd_m_s=0.05))
    assert level(both, "not_top_gear") is Level.FIX
    assert reason(both, "below_own_best") == "said_elsewhere"


def shut_down(lower_m):
    # Full effort is run through; one below it is not.
    return session(
        Run(50, 5.8, frequency_hz=1.72), Run(75, 6.9, slows_before_mark_m=lower_m), Run(100, 8.0, frequency_hz=2.05)
    )


@pytest.mark.parametrize(("lower_m", "expected"), [(float("nan"), None), (6.0, Level.FIX)])
def test_slowing_before_the_mark_is_told_below_full_effort_too(lower_m, expected):
    assert level(shut_down(lower_m), "slowed_early") is expected


def test_the_run_that_slowed_early_is_named():
    finding = found(shut_down(6.0), "slowed_early")
    assert finding.sentence.startswith("Run 2 slowed about")
    assert finding.steps == (1,)


def test_full_effort_that_slowed_early_is_left_to_its_own_rule():
    assert level(progressive(slows_before_mark_m=6.0), "slowed_early") is None


def with_taus(*tau_s, sd_s=0.05):
    made = progressive()
    return replace(made, runs=made.runs.assign(tau_s=tau_s, tau_sd_s=sd_s))


@pytest.mark.parametrize(
    ("tau_s", "expected"),
    [((1.4, 1.1, 1.0), None), ((0.775, 1.1, 1.0), Level.LOOK), ((0.6, 1.1, 1.0), Level.FIX)],
)
def test_an_easy_run_that_starts_as_hard_as_a_full_one_is_told(tau_s, expected):
    assert level(with_taus(*tau_s, sd_s=0.02), "first_start_hard") is expected


def test_a_start_whose_profile_is_not_known_is_not_judged():
    assert reason(with_taus(np.nan, 1.0, 1.0), "first_start_hard") == "not_measured"


def test_an_uncertain_profile_hides_a_hard_start():
    assert level(with_taus(0.6, 1.1, 1.0, sd_s=0.3), "first_start_hard") is not Level.FIX


def test_findings_on_speeds_name_the_runs_they_rest_on():
    finding = found(progressive(), "contrast")
    assert finding.table == "runs"
    assert len(finding.steps) == finding.n == 2
