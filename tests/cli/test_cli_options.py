import argparse
from pathlib import Path
from typing import get_args

import pytest

from analyzer.cli import options
from analyzer.errors import InputError
from analyzer.model import PRESETS, Athlete, Direction, Plan, StartCue
from analyzer.units import DISTANCE_UNITS_M


def parsed(*argv: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    options.add_plan(parser)
    options.add_assign(parser)
    options.add_athlete(parser)
    return parser.parse_args(argv)


@pytest.mark.parametrize(
    ("text", "metres"),
    [("20yd", 18.288), ("90 ft", 27.432), ("1.83m", 1.83), ("183cm", 1.83), ("6ft1in", 1.8542), ("6 ft 1 in", 1.8542)],
)
def test_lengths_carry_their_units(text: str, metres: float) -> None:
    assert options.length_m(text) == pytest.approx(metres, abs=1e-9)


@pytest.mark.parametrize("text", ["20", "yd", "", "20 furlongs", "1.8.3m", "20yd!", "-5m"])
def test_a_length_that_is_none_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        options.length_m(text)


def test_the_quick_table_of_units_equals_the_real_one() -> None:
    assert {name: options._LENGTH_UNITS_M[name] for name in DISTANCE_UNITS_M} == pytest.approx(DISTANCE_UNITS_M)


def test_without_options_the_recorded_plan_stays() -> None:
    plan = Plan.progressive()
    assert options.plan_of(parsed(), plan) is plan


def test_a_distance_alone_asks_for_the_classic_drill() -> None:
    plan = options.plan_of(parsed("--distance", "15yd"), None)
    assert plan is not None
    assert [(run.effort_pct, run.distance_m) for run in plan.runs] == [(e, 13.716) for e in (50.0, 75.0, 100.0)]


def test_sets_repeat_the_efforts() -> None:
    plan = options.plan_of(parsed("--plan", "progressive", "--efforts", "60,90", "--sets", "2"), None)
    assert plan is not None
    assert plan.efforts_pct == (60.0, 90.0, 60.0, 90.0)


def test_plan_none_forgets_the_recorded_plan() -> None:
    assert options.plan_of(parsed("--plan", "none"), Plan.progressive()) is None


def test_details_without_their_plan_are_refused() -> None:
    with pytest.raises(InputError, match="--sets cannot change 'none'; they go with progressive, distance-ladder"):
        options.plan_of(parsed("--plan", "none", "--sets", "2"), None)


@pytest.mark.parametrize("sets", ["0", "-1"])
def test_no_sets_at_all_are_refused(sets: str) -> None:
    with pytest.raises(InputError, match="number of sets must be at least 1"):
        options.plan_of(parsed(f"--sets={sets}"), None)


def test_the_plans_and_directions_of_the_help_are_those_there_are() -> None:
    assert set(options._PLANS) == set(PRESETS)
    assert set(options._DIRECTIONS) == set(get_args(Direction))
    assert set(options._CUES) == set(get_args(StartCue))


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_a_plan(name: str) -> None:
    assert options.plan_of(parsed("--plan", name), None) == PRESETS[name].plan()


def test_every_detail_reaches_the_plan() -> None:
    words = "--efforts 60,100 --distance 10yd,15yd --sets 2 --rest 1:30 --direction backward --cue whistle"
    more = "--finish turn --wording speed --surface turf"
    plan = options.plan_of(parsed(*words.split(), *more.split()), None)
    assert plan is not None
    assert plan.efforts_pct == (60.0, 100.0, 60.0, 100.0) * 2
    assert [round(run.distance_m, 3) for run in plan.runs[:4]] == [9.144, 9.144, 13.716, 13.716]
    run = plan.runs[0]
    assert (run.direction, run.start_cue, run.finish, run.rest_before_s) == ("backward", "whistle", "turn", 90.0)
    assert (plan.wording, plan.surface) == ("speed", "turf")


def test_a_name_that_is_no_plan_is_met_with_those_there_are() -> None:
    with pytest.raises(InputError, match="unknown plan 'progresive'; use one of progressive, "):
        options.plan_of(parsed("--plan", "progresive"), None)


def test_runs_can_be_assigned_to_the_recorded_plan() -> None:
    plan = options.plan_of(parsed("--assign", "1=1,2=skip"), Plan.progressive())
    assert plan is not None
    assert plan.assigned == ((1, 1), (2, None))


def test_runs_cannot_be_assigned_without_a_plan() -> None:
    with pytest.raises(InputError, match="--assign needs a plan"):
        options.plan_of(parsed("--assign", "1=1"), None)


@pytest.mark.parametrize("text", ["1", "1=", "a=1", "1=2=3", "1=1,1=2", "1=-2", ""])
def test_an_assignment_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(SystemExit):
        parsed(f"--assign={text}")


@pytest.mark.parametrize(("text", "seconds"), [("90", 90.0), ("90s", 90.0), ("1:30", 90.0), ("2.5", 2.5)])
def test_durations_are_seconds_or_minutes(text: str, seconds: float) -> None:
    assert options.duration_s(text) == seconds


@pytest.mark.parametrize("text", ["soon", "-5", "", "1:2:3"])
def test_a_duration_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="write seconds"):
        options.duration_s(text)


def test_an_effort_above_100_is_refused() -> None:
    with pytest.raises(InputError, match="at most 100"):
        options.plan_of(parsed("--efforts", "50,150"), None)


def test_a_plan_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "field.toml"
    path.write_text('[plan]\ndistance = 15\ndistance_unit = "yd"\nefforts_pct = [50, 100]\n')
    plan = options.plan_of(parsed("--plan", str(path)), None)
    assert plan is not None
    assert plan.efforts_pct == (50.0, 100.0)


def test_a_plan_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.toml"):
        options.plan_of(parsed("--plan", str(tmp_path / "nowhere.toml")), None)


def test_the_command_line_adds_to_the_recorded_athlete() -> None:
    athlete = options.athlete_of(parsed("--height", "6ft1in"), Athlete("#7"))
    assert (athlete.id, athlete.height_m) == ("#7", pytest.approx(1.8542))
