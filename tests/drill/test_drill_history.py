"""Which earlier runs count."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.drill.planned.history import PastPractice, PastRun, recent_runs
from analyzer.model import Athlete

TODAY = date(2026, 4, 30)
KIM = Athlete("Kim")


def practice(days_ago=7, athlete="Kim", *, simulated=False, sha256="a", speed=8.0, sd=0.1) -> PastPractice:
    day = TODAY - timedelta(days=days_ago)
    return PastPractice(athlete, day, sha256, simulated, (PastRun(day, "p", 1, "forward", 18.3, speed, sd),))


def test_a_run_of_last_week_counts():
    assert [run.label for run in recent_runs([practice()], KIM, TODAY)] == ["2026-04-23 p run 1"]


@pytest.mark.parametrize(
    "other",
    [
        practice(athlete="Lee"),
        practice(days_ago=29),
        practice(days_ago=-1),
        practice(simulated=True),
        practice(speed=np.nan),
        practice(sd=np.nan),
        practice(sd=1.0),
    ],
    ids=["another athlete", "too old", "later", "simulated", "no speed", "no error", "too unsure"],
)
def test_a_run_that_is_not_comparable_does_not_count(other):
    assert recent_runs([other], KIM, TODAY) == ()


def test_without_a_name_nobody_is_the_same_athlete():
    assert recent_runs([practice(athlete="")], Athlete(""), TODAY) == ()


def test_a_recording_is_not_its_own_history():
    assert recent_runs([practice(days_ago=0, sha256="b")], KIM, TODAY, sha256="b") == ()


def test_an_earlier_practice_of_the_same_day_counts():
    assert len(recent_runs([practice(days_ago=0, sha256="a")], KIM, TODAY, sha256="b")) == 1


@given(days=st.lists(st.integers(-40, 40), max_size=8))
def test_only_the_28_days_before_count(days):
    found = recent_runs([practice(days_ago=ago) for ago in days], KIM, TODAY)
    assert {(TODAY - run.recorded_on).days for run in found} == {ago for ago in days if 0 <= ago <= 28}
