"""Folders of CSV files: what is written reads back, what is wrong is named in one line."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.acquire.importers.csv_folder import read_csv_folder, write_csv_folder
from analyzer.acquire.plan_file import read_plan
from analyzer.errors import AnalyzerError, InputError
from analyzer.model import Athlete, Mark, Placement, Plan, PlannedRun, Recording, SensorStream
from analyzer.units import G_M_S2

N = 400
RATE_HZ = 200.0


def motion(seed: int = 0) -> dict[str, object]:
    """Two seconds of a sensor that rests, then moves."""
    rng = np.random.default_rng(seed)
    moving = (np.arange(N) > N // 2)[:, None]
    acc = np.array([0.3, -0.2, G_M_S2]) + rng.normal(size=(N, 3)) * np.where(moving, 20.0, 0.05)
    return {
        "time_s": 12.5 + np.arange(N) / RATE_HZ,
        "acc_m_s2": acc,
        "gyr_rad_s": rng.normal(size=(N, 3)) * np.where(moving, 5.0, 0.01),
        "acc_range_m_s2": 16 * G_M_S2,
        "gyr_range_rad_s": math.radians(2000),
    }


def recording(**changes) -> Recording:
    foot = SensorStream.from_arrays(Placement.LEFT_FOOT, motion())
    pelvis = motion(1)
    del pelvis["gyr_rad_s"], pelvis["gyr_range_rad_s"]
    values = {
        "streams": {Placement.LEFT_FOOT: foot, Placement.PELVIS: SensorStream.from_arrays(Placement.PELVIS, pelvis)},
        "plan": Plan((PlannedRun(50.0), PlannedRun(100.0, 13.7, "backward", "visual", 90.0)), "speed", 'wet "grass"'),
        "athlete": Athlete("Zoë", 1.83, throwing_side="left"),
        "marks": (Mark(13.0, "start", "whistle\n2"),),
    }
    return Recording(**(values | changes))


def assert_same_signals(one: SensorStream, other: SensorStream) -> None:
    for name in ("time_s", "acc_m_s2", "gyr_rad_s", "clipped"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    assert repr((one.acc_range_m_s2, one.gyr_range_rad_s)) == repr((other.acc_range_m_s2, other.gyr_range_rad_s))


def test_a_recording_comes_back_bit_by_bit(tmp_path: Path) -> None:
    before = recording(simulated=True)
    write_csv_folder(before, tmp_path / "out")
    after = read_csv_folder(tmp_path / "out")
    assert list(after.streams) == list(before.streams)
    for placement, stream in before.streams.items():
        assert_same_signals(stream, after.streams[placement])
    # NaN differs from itself, so the texts are compared.
    assert repr((before.plan, before.athlete, before.marks)) == repr((after.plan, after.athlete, after.marks))
    assert after.simulated


@settings(max_examples=25, deadline=None)
@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_any_text_survives_the_description(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("text")
    write_csv_folder(recording(athlete=Athlete(text), marks=(Mark(1.0, "note", text),)), folder)
    after = read_csv_folder(folder)
    assert after.athlete.id == text
    assert after.marks[0].text == text


def test_lost_samples_and_missing_rows_stay_so(tmp_path: Path) -> None:
    signals = {
        name: np.delete(value, [50, 51], axis=0) if np.ndim(value) else value for name, value in motion().items()
    }
    signals["acc_m_s2"][7] = np.nan
    signals["gyr_rad_s"][7] = np.nan
    before = SensorStream.from_arrays(Placement.LEFT_FOOT, signals)
    write_csv_folder(recording(streams={Placement.LEFT_FOOT: before}), tmp_path)
    assert_same_signals(before, read_csv_folder(tmp_path).streams[Placement.LEFT_FOOT])


def test_five_digits_keep_what_a_sensor_of_16_bits_tells(tmp_path: Path) -> None:
    lsb = 16 * G_M_S2 / 32768
    signals = motion()
    signals["acc_m_s2"] = np.rint(signals["acc_m_s2"] / lsb) * lsb
    before = SensorStream.from_arrays(Placement.LEFT_FOOT, signals)
    write_csv_folder(recording(streams={Placement.LEFT_FOOT: before}), tmp_path, digits=5)
    after = read_csv_folder(tmp_path).streams[Placement.LEFT_FOOT]
    assert np.array_equal(np.rint(after.acc_m_s2 / lsb), np.rint(before.acc_m_s2 / lsb))
    assert after.time_s == pytest.approx(before.time_s, abs=5e-7)


def test_equal_recordings_give_equal_files(tmp_path: Path) -> None:
    for name in "ab":
        write_csv_folder(recording(), tmp_path / name, digits=5)
    for file in sorted((tmp_path / "a").iterdir()):
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes()


def test_the_source_names_content_and_assumptions(tmp_path: Path) -> None:
    write_csv_folder(recording(), tmp_path / "one")
    write_csv_folder(recording(), tmp_path / "two")
    one, two = read_csv_folder(tmp_path / "one").source, read_csv_folder(tmp_path / "two").source
    assert one["path"] == "one"
    assert one["sha256"] == two["sha256"]
    assert "left_foot: time in s, accelerometer in m/s2, gyroscope in rad/s" in one["assumed"]
    with (tmp_path / "two" / "pelvis.csv").open("a") as file:
        file.write("14.5,0,0,9.8\n")
    assert read_csv_folder(tmp_path / "two").source["sha256"] != one["sha256"]


def test_a_plan_given_by_the_caller_goes_before_the_written_one(tmp_path: Path) -> None:
    write_csv_folder(recording(), tmp_path)
    assert read_csv_folder(tmp_path, plan=Plan.progressive()).plan == Plan.progressive()
    assert read_csv_folder(tmp_path, athlete=Athlete("other")).athlete.id == "other"


SENSOR_TOML = """
[[sensor]]
file = "foot.csv"
placement = "left_foot"
time_column = "t"
time_unit = "ms"
acc_columns = ["ax", "ay", "az"]
acc_unit = "g"
acc_range = 16
gyr_columns = ["gx", "gy", "gz"]
gyr_unit = "deg/s"
gyr_range = 2000
"""


def rows(n: int = 100) -> list[str]:
    return [f"{5 * number},{number % 3 * 0.01:.2f},0,1.01,{number % 7},0,-1" for number in range(n)]


def hand_made(
    folder: Path, *, toml: str = SENSOR_TOML, head: str = "t,ax,ay,az,gx,gy,gz", body: list[str] | None = None
) -> Path:
    (folder / "recording.toml").write_text(toml, encoding="utf-8")
    text = "\n".join([head, *(rows() if body is None else body)]) + "\n"
    (folder / "foot.csv").write_text(text, encoding="utf-8")
    return folder


def foot_of(folder: Path) -> SensorStream:
    return read_csv_folder(folder).streams[Placement.LEFT_FOOT]


def test_units_become_si(tmp_path: Path) -> None:
    foot = foot_of(hand_made(tmp_path))
    assert foot.time_s[:3] == pytest.approx([0.0, 0.005, 0.010])
    assert foot.acc_m_s2[1] == pytest.approx([0.01 * G_M_S2, 0.0, 1.01 * G_M_S2])
    assert foot.gyr_rad_s[6] == pytest.approx([math.radians(6), 0.0, -math.radians(1)])
    assert foot.acc_range_m_s2 == pytest.approx(16 * G_M_S2)
    assert foot.gyr_range_rad_s == pytest.approx(math.radians(2000))


def test_columns_are_found_by_name_in_any_order_among_others(tmp_path: Path) -> None:
    body = [",".join(["note", *reversed(row.split(","))]) for row in rows()]
    hand_made(tmp_path, head="comment,gz,gy,gx,az,ay,ax,t", body=body)
    other = tmp_path / "plain"
    other.mkdir()
    assert_same_signals(foot_of(tmp_path), foot_of(hand_made(other)))


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace(",", ";"),
        lambda text: text.replace(",", "\t"),
        lambda text: text.replace(",", ", "),
        lambda text: text.replace("t,ax", '"t","ax"'),
        lambda text: text + "\n\n",
        lambda text: text + ",,,,,,\n",
    ],
    ids=["byte order mark", "windows", "semicolons", "tabs", "spaces", "quotes", "empty end", "empty cells at the end"],
)
def test_dialects_of_csv_read_alike(tmp_path: Path, change) -> None:
    plain = foot_of(hand_made(tmp_path))
    path = tmp_path / "foot.csv"
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8", newline="")
    assert_same_signals(foot_of(tmp_path), plain)


def test_decimal_commas_read_when_they_are_announced(tmp_path: Path) -> None:
    plain = foot_of(hand_made(tmp_path))
    body = [row.replace(",", ";").replace(".", ",") for row in rows()]
    hand_made(tmp_path, toml=SENSOR_TOML + 'decimal = ","\n', head="t;ax;ay;az;gx;gy;gz", body=body)
    assert_same_signals(foot_of(tmp_path), plain)


def test_empty_cells_are_lost_samples(tmp_path: Path) -> None:
    body = rows()
    body[3], body[4] = "15,,,,,,", "20,NaN,NA,nan,,,"
    foot = foot_of(hand_made(tmp_path, body=body))
    assert np.isnan(foot.acc_m_s2[3:5]).all()
    assert np.isnan(foot.gyr_rad_s[3:5]).all()
    assert np.isfinite(foot.acc_m_s2[5:]).all()


def test_a_sensor_without_gyroscope_needs_no_columns_for_it(tmp_path: Path) -> None:
    toml = "\n".join(line for line in SENSOR_TOML.splitlines() if not line.startswith("gyr"))
    assert not foot_of(hand_made(tmp_path, toml=toml)).has_gyroscope


def test_a_plan_is_read_in_the_coachs_words(tmp_path: Path) -> None:
    plan = '[plan]\nefforts_pct = [50, 75, 100]\ndistance = 20\ndistance_unit = "yd"\nrest_s = 60\n'
    read = read_csv_folder(hand_made(tmp_path, toml=plan + SENSOR_TOML)).plan
    assert read is not None
    assert read.efforts_pct == (50.0, 75.0, 100.0)
    assert [run.distance_m for run in read.runs] == pytest.approx([18.288] * 3)
    assert {run.rest_before_s for run in read.runs} == {60.0}


def test_a_plan_alone_is_read_from_any_file_that_holds_one(tmp_path: Path) -> None:
    write_csv_folder(recording(), tmp_path)
    assert repr(read_plan(tmp_path / "recording.toml")) == repr(recording().plan)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "no such file"),
        ("x = 1", r"no \[plan\] in it"),
        ("[plan]\nefforts_pct = [50]", "distance_unit is missing"),
    ],
)
def test_a_file_without_a_plan_is_named(tmp_path: Path, text: str | None, message: str) -> None:
    path = tmp_path / "plan.toml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(InputError, match=message):
        read_plan(path)


BROKEN_ROWS = [
    ("15,0.0,0,oops,0,0,0", r"foot\.csv, row 5: az is 'oops', which is no number"),
    ("15,0.0,0,1;01,0,0,0", r"row 5: az is '1;01'"),
    (",0.0,0,1.01,0,0,0", r"row 5: no time"),
    ("10,0.0,0,1.01,0,0,0", r"row 5: its time repeats that of the row above"),
    ("3,0.0,0,1.01,0,0,0", r"row 5: its time comes before that of the row above; sort the rows"),
    ("15,0.0,0,1.01,0,0,0,99", r"line 5, saw 8"),
    ("15,0.0,0,inf,0,0,0", r"acc_m_s2 holds infinite values"),
    ("15,0.0,0,100,0,0,0", r"acc reaches .* beyond its full scale.*check acc_range and acc_unit"),
    ("", r"row 5: no time"),
]


@pytest.mark.parametrize(("row", "message"), BROKEN_ROWS)
def test_a_broken_row_is_named(tmp_path: Path, row: str, message: str) -> None:
    body = rows()
    body[3] = row
    with pytest.raises(InputError, match=message) as caught:
        foot_of(hand_made(tmp_path, body=body))
    assert "\n" not in str(caught.value)


def test_decimal_commas_that_nobody_announced_are_explained(tmp_path: Path) -> None:
    body = [row.replace(",", ";").replace(".", ",") for row in rows()]
    with pytest.raises(InputError, match=r"row 2: ax is '0,00'.*add decimal = \",\""):
        foot_of(hand_made(tmp_path, head="t;ax;ay;az;gx;gy;gz", body=body))


def test_decimal_commas_between_commas_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="save it with semicolons"):
        foot_of(hand_made(tmp_path, toml=SENSOR_TOML + 'decimal = ","\n'))


BROKEN_FILES = [
    (b"", "empty"),
    (b"t,ax,ay,az,gx,gy,gz\n", "no row of numbers"),
    (b"\n\n", "first row"),
    (b"t,ax,ay,AZ,gx,gy,gz\n0,0,0,1,0,0,0\n", "no column 'az'; there are 't', 'ax', 'ay', 'AZ'"),
    (b"t,ax,ay,az,gx,gy,gz,ax\n0,0,0,1,0,0,0,0\n", "more than one column is named 'ax'"),
    ("t,ax".encode("utf-16"), "not UTF-8"),
    (b"t,ax,ay,az,gx,gy,gz\n0,0,0,\xff,0,0,0\n", "not a table|not UTF-8"),
    (None, r"foot\.csv: no such file; CSV files in this folder: other\.csv"),
]


@pytest.mark.parametrize(("content", "message"), BROKEN_FILES)
def test_a_broken_file_is_named(tmp_path: Path, content: bytes | None, message: str) -> None:
    hand_made(tmp_path)
    (tmp_path / "other.csv").write_text("x\n")
    (tmp_path / "foot.csv").unlink()
    if content is not None:
        (tmp_path / "foot.csv").write_bytes(content)
    with pytest.raises(InputError, match=message):
        foot_of(tmp_path)


@settings(max_examples=150, deadline=None)
@given(content=st.binary(max_size=200))
def test_any_csv_content_reads_or_raises_an_analyzer_error(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = hand_made(tmp_path_factory.getbasetemp())
    (folder / "foot.csv").write_bytes(b"t,ax,ay,az,gx,gy,gz\n" + content)
    with pytest.raises(AnalyzerError):
        foot_of(folder)


BROKEN_TOML = [
    (
        'acc_unit = "g"',
        'acc_unit = "G"',
        r"\[\[sensor\]\] number 1 \(foot.csv\): acc_unit = 'G' is unknown; known are m/s2",
    ),
    ('acc_unit = "g"', "", "acc_unit is missing"),
    ('time_unit = "ms"', 'time_unit = "s"', r"samples lie 5 s apart.*in ms it would be 200 Hz; check time_unit"),
    ('acc_unit = "g"', 'acc_unit = "m/s2"', r"reads 1\.01 m/s2 at rest, where gravity is 9\.81 m/s2; it looks like g"),
    ('placement = "left_foot"', 'placement = "left_ear"', "placement = 'left_ear' is unknown; known are left_foot"),
    ('"ax", "ay", "az"', '"ax", "ay"', "acc_columns must name 3 columns"),
    ('"ax", "ay", "az"', '"ax", "ay", "ax"', "asked for twice"),
    ("acc_range = 16", "acc_range = -16", "acc_range must be positive, in g"),
    ("acc_range = 16", 'acc_range = "16 g"', "acc_range = '16 g' is not a number"),
    ("acc_range = 16", "acc_range = true", "acc_range = True is not a number"),
    ("acc_range = 16", "acc_rnge = 16", "unknown acc_rnge; known are file, "),
    ("[[sensor]]", "[sensor]", r"sensor = .* is not a list"),
    ("[[sensor]]", "[[sensors]]", r"no \[\[sensor\]\]"),
    ("[[sensor]]", "[[sensor", "not TOML"),
    ("[[sensor]]", "[athlete]\nheight_m = -1\n[[sensor]]", "height_m must be positive"),
    ("[[sensor]]", "[athlete]\nheight = 1.8\n[[sensor]]", "unknown height; known are height_m"),
    ("[[sensor]]", '[plan]\nefforts_pct=[150]\ndistance=20\ndistance_unit="yd"\n[[sensor]]', r"\[plan\]: asked effort"),
    ("[[sensor]]", '[plan]\nefforts_pct=[]\ndistance=20\ndistance_unit="yd"\n[[sensor]]', "efforts_pct is empty"),
    ("[[sensor]]", "[plan]\nefforts_pct=[50]\ndistance=20\n[[sensor]]", "distance_unit is missing"),
    ("[[sensor]]", '[[mark]]\ntime_s = "soon"\nkind = "tap"\n[[sensor]]', "time_s = 'soon' is not a number"),
]


@pytest.mark.parametrize(("old", "new", "message"), BROKEN_TOML)
def test_a_broken_description_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in SENSOR_TOML
    with pytest.raises(InputError, match=message):
        foot_of(hand_made(tmp_path, toml=SENSOR_TOML.replace(old, new)))


def test_two_sensors_at_one_placement_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="two sensors at left_foot"):
        foot_of(hand_made(tmp_path, toml=SENSOR_TOML * 2))


def test_metres_per_second_squared_read_as_g_are_noticed(tmp_path: Path) -> None:
    body = [f"{5 * number},0,0,9.81,0,0,0" for number in range(100)]
    with pytest.raises(InputError, match=r"reads 9\.81 g at rest, where gravity is 1 g; it looks like m/s2"):
        foot_of(hand_made(tmp_path, body=body))


def test_degrees_read_as_radians_are_noticed(tmp_path: Path) -> None:
    toml = SENSOR_TOML.replace('gyr_unit = "deg/s"', 'gyr_unit = "rad/s"')
    body = [f"{5 * number},0,0,1,{number * 6},0,0" for number in range(100)]
    with pytest.raises(InputError, match=r"gyroscope reaches 594 rad/s, faster than any limb"):
        foot_of(hand_made(tmp_path, toml=toml, body=body))


def test_running_without_any_rest_passes_for_its_own_unit(tmp_path: Path) -> None:
    magnitude = 3.0 + 2.0 * np.sin(np.arange(100) * 0.7)
    body = [f"{5 * number},0,0,{value:.3f},0,0,0" for number, value in enumerate(magnitude)]
    assert foot_of(hand_made(tmp_path, body=body)).n_samples == 100


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match="cannot be written"):
        write_csv_folder(recording(), tmp_path / "file")


@pytest.mark.parametrize("day", ["2026-04-12", '"2026-04-12"'])
def test_the_day_of_the_recording_goes_into_its_source_and_back(day: str, tmp_path: Path) -> None:
    found = read_csv_folder(hand_made(tmp_path, toml=f"recorded_on = {day}\n{SENSOR_TOML}"))
    assert found.source["recorded_on"] == "2026-04-12"
    write_csv_folder(found, tmp_path / "b")
    assert read_csv_folder(tmp_path / "b").source["recorded_on"] == "2026-04-12"


@pytest.mark.parametrize("day", ['"12.4.2026"', "3", "2026-04-12T10:00:00"])
def test_a_day_that_is_none_is_refused(day: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"recorded_on = .* \(line 1\); write recorded_on = 2026-04-12"):
        read_csv_folder(hand_made(tmp_path, toml=f"recorded_on = {day}\n{SENSOR_TOML}"))
