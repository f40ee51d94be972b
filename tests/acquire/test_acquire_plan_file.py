"""Plans as TOML and as documents of a capture: what is written reads back, what is wrong is named."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.acquire.document import json_object, plan_from, to_json
from analyzer.acquire.plan_file import format_plan, plan_unit, read_plan
from analyzer.errors import InputError
from analyzer.model import PRESETS, Plan, PlannedRun

GRID = """\
[plan]
efforts_pct = [50, 75, 100]
distance = 20
distance_unit = "yd"
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("plan") / "my.toml"


def read(file: Path, text: str) -> Plan:
    file.write_text(text, encoding="utf-8")
    return read_plan(file)


RUNS = st.builds(
    PlannedRun,
    effort_pct=st.floats(1, 100),
    distance_m=st.sampled_from([9.144, 13.716, 18.288, 27.432, 20.0, 3.048]) | st.floats(1, 99),
    direction=st.sampled_from(["forward", "backward", "lateral_left", "lateral_right"]),
    start_cue=st.sampled_from(["own", "whistle", "visual"]),
    rest_before_s=st.floats(0, 600) | st.just(float("nan")),
    finish=st.sampled_from(["run_through", "turn"]),
    rest_mode=st.sampled_from(["any", "still", "active"]),
)
PLANS = st.builds(
    Plan,
    runs=st.lists(RUNS, min_size=1, max_size=4).map(tuple),
    wording=st.sampled_from(["effort", "speed"]),
    surface=st.text(st.characters(exclude_categories=["Cs"]), max_size=10),
    name=st.text(st.characters(exclude_categories=["Cs"]), max_size=10),
    assigned=st.sampled_from([(), ((1, 1), (2, None))]),
)


@given(plan=PLANS)
def test_any_plan_survives_its_file(plan: Plan, file: Path) -> None:
    found = read(file, format_plan(plan))
    # Written in yards, a distance comes back to a tenth of a micrometre or better.
    assert [run.distance_m for run in found.runs] == pytest.approx([run.distance_m for run in plan.runs], abs=1e-6)
    # NaN differs from itself, so the texts are compared; the distances were above.
    same = tuple(
        PlannedRun(r.effort_pct, p.distance_m, r.direction, r.start_cue, r.rest_before_s, r.finish, r.rest_mode)
        for r, p in zip(found.runs, plan.runs, strict=True)
    )
    assert repr(Plan(same, found.wording, found.surface, found.name, found.assigned)) == repr(plan)


@given(plan=PLANS)
def test_any_plan_survives_its_capture(plan: Plan) -> None:
    assert repr(plan_from(json_object(to_json(plan)))) == repr(plan)


def test_a_capture_from_before_there_were_names_and_finishes_is_read() -> None:
    old = b'{"runs":[{"effort_pct":50.0,"distance_m":18.288,"direction":"forward","start_cue":"own",\
"rest_before_s":null}],"wording":"effort","surface":""}'
    assert repr(plan_from(json_object(old))) == repr(Plan((PlannedRun(50.0),)))


@pytest.mark.parametrize("pairs", ["1=1", [1], [[1]], [["1", 1]], [[True, 1]], [[1, 9]], {}])
def test_an_assignment_in_a_capture_that_is_none_is_refused(pairs: object) -> None:
    with pytest.raises(InputError, match=r"assigned|has 1 run"):
        plan_from({"runs": [{"effort_pct": 50.0}], "assigned": pairs})


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_survives_its_file_to_the_last_bit(name: str, file: Path) -> None:
    plan = PRESETS[name].plan()
    assert repr(read(file, format_plan(plan))) == repr(plan)


@pytest.mark.parametrize(
    ("distances_m", "unit"),
    [((27.432,), "ft"), ((18.288, 27.432), "yd"), ((3.048,), "ft"), ((20.0,), "m"), ((18.288, 20.0), "m")],
)
def test_distances_are_written_in_the_unit_people_say(distances_m: tuple[float, ...], unit: str) -> None:
    assert plan_unit(Plan(tuple(PlannedRun(50, distance_m) for distance_m in distances_m))) == unit


def test_the_short_form_is_a_grid(file: Path) -> None:
    text = (
        GRID + 'sets = 2\nrest_s = 90\ndirection = "backward"\nfinish = "turn"\nname = "mine"\nassign = "1=1,2=skip"\n'
    )
    plan = read(file, text)
    assert plan.efforts_pct == (50.0, 75.0, 100.0) * 2
    assert {(run.direction, run.finish, run.rest_before_s) for run in plan.runs} == {("backward", "turn", 90.0)}
    assert (plan.name, plan.assigned) == ("mine", ((1, 1), (2, None)))


RUN = '[[plan.run]]\neffort_pct = 50\ndistance = 20\ndistance_unit = "yd"\n'
LONG = '[plan]\nwording = "effort"\n\n' + RUN

WRONG = [
    (GRID.replace("20", '"20yd"'), r"distance = '20yd' is not a number \(line 3\); write distance = 20"),
    (GRID.replace('distance_unit = "yd"\n', ""), r'distance_unit is missing; write distance_unit = "yd"'),
    (GRID.replace('"yd"', '"furlong"'), r"distance_unit = 'furlong' is unknown; known are m, yd, ft \(line 4\)"),
    (GRID.replace("[50, 75, 100]", '"50, 75"'), r"is not a list \(line 2\); write efforts_pct = \[50, 75, 100\]"),
    (GRID.replace("50,", '"half",'), r"efforts_pct must be a list of numbers.*\(line 2\)"),
    (GRID.replace("50,", "150,"), r"\[plan\]: asked effort must be above 0 and at most 100 %, got 150"),
    (GRID + "sets = 0\n", r"number of sets must be at least 1, got 0"),
    (GRID + "sets = 1.5\n", r"sets must be a whole number, got 1.5 \(line 5\); write sets = 2"),
    (GRID + "rest_s = -5\n", r"rest cannot be negative"),
    (GRID + 'dirction = "backward"\n', r"unknown dirction; known are .*perhaps direction\?\) \(line 5\)"),
    (GRID + 'assign = "1=7"\n', r"run 1 cannot be number 7 of the plan: it has 3 run\(s\).*\(line 5\)"),
    (LONG + RUN + 'finish = "home"\n', r"\[\[run\]\] number 2: finish = 'home' is unknown.*\(line 12\)"),
    (LONG + "efforts_pct = [50]\n", r"number 1: unknown efforts_pct.*\(line 8\)"),
    (GRID + "distance = 10\n", "not TOML: .*line 5"),
]


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_a_wrong_plan_says_file_line_and_what_to_write(text: str, message: str, file: Path) -> None:
    with pytest.raises(InputError, match=message) as caught:
        read(file, text)
    assert "my.toml" in str(caught.value)
