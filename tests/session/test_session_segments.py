"""The table of segments from whole practices: against the truth of the virtual athlete, and when things go wrong."""

from dataclasses import replace

import numpy as np
import pytest

import analyzer
from analyzer.cli.main import main
from analyzer.model import Athlete, Placement, Plan, Recording, SensorStream
from analyzer.tables import SEGMENTS, check
from analyzer.virtual import ScriptConfig, simulate, steady
from analyzer.virtual.pose import rotations

PLACEMENTS = (
    Placement.LEFT_FOOT,
    Placement.RIGHT_FOOT,
    Placement.PELVIS,
    Placement.STERNUM,
    Placement.RIGHT_THIGH,
    Placement.RIGHT_SHANK,
    Placement.RIGHT_WRIST,
)
SCRIPT = ScriptConfig(first_stand_s=4.0, rest_stand_s=4.0, last_stand_s=2.0, walk_speed_m_s=1.7)
PLAN = Plan.progressive(15.0, (60.0, 100.0))

TOLERANCE_DEG = {
    "trunk_lean_rad": 2.0,
    "pelvic_tilt_rad": 2.0,
    "thigh_flexion_rad": 3.0,
    "thigh_extension_rad": 3.0,
    "shank_angle_rad": 3.0,
}
"""Root mean square over a practice; an angle band of a rule is 5 degrees wide at least."""


@pytest.fixture(scope="module", params=["clean", "any-mounting"])
def practice(request):
    return simulate(request.param, 4, PLAN, PLACEMENTS, script=SCRIPT)


@pytest.fixture(scope="module")
def segments(practice):
    return analyzer.analyze(practice.recording()).segments


def truths(practice, placement, table, of):
    """Return what `of` makes of the true motion of a sensor in each row."""
    motion = practice.motion(placement)
    bounds = np.searchsorted(motion.time_s, table[["start_s", "end_s"]].to_numpy())
    return np.array([of(motion, slice(*bound)) for bound in bounds])


def of_sensor(segments, placement):
    return segments[segments["placement"] == placement.value].reset_index(drop=True)


OF_PITCH = {
    "trunk_lean_rad": (Placement.STERNUM, lambda pitch: -pitch.mean()),
    "pelvic_tilt_rad": (Placement.PELVIS, lambda pitch: -pitch.mean()),
    "thigh_flexion_rad": (Placement.RIGHT_THIGH, np.max),
    "thigh_extension_rad": (Placement.RIGHT_THIGH, np.min),
    "shank_angle_rad": (Placement.RIGHT_SHANK, lambda pitch: pitch[0]),
}


@pytest.mark.parametrize("name", OF_PITCH)
def test_angles_are_those_of_the_motion(name, practice, segments):
    placement, of_pitch = OF_PITCH[name]
    table = of_sensor(segments, placement)
    true = truths(practice, placement, table, lambda motion, part: of_pitch(motion.pose.pitch_rad[part]))
    error_deg = np.degrees(table[name].to_numpy() - true)

    assert table[name].notna().mean() > 0.9
    assert np.sqrt(np.nanmean(error_deg**2)) < TOLERANCE_DEG[name]


@pytest.mark.parametrize("name", OF_PITCH)
def test_angles_are_as_sure_as_they_say(name, practice, segments):
    placement, of_pitch = OF_PITCH[name]
    table = of_sensor(segments, placement)
    true = truths(practice, placement, table, lambda motion, part: of_pitch(motion.pose.pitch_rad[part]))
    share = (table[name].to_numpy() - true) / table["angle_sd_rad"].to_numpy()

    # Errors of one run go together, so a practice is a small sample of them.
    assert np.nanmedian(np.abs(share)) < 2.0


def test_the_rise_of_the_pelvis_is_that_of_its_sensor(practice, segments):
    table = of_sensor(segments, Placement.PELVIS)
    true = truths(practice, Placement.PELVIS, table, lambda motion, part: np.ptp(motion.pose.position_m[part, 2]))
    fly = (table["phase"] == "fly").to_numpy()

    # A centimetre and a half: the sensor rings and pitches against the pelvis.
    np.testing.assert_allclose(table["vertical_oscillation_m"][fly], true[fly], atol=0.015)


def test_the_speed_of_a_foot_before_contact_is_that_of_its_sensor(practice, segments):
    motion = practice.motion(Placement.LEFT_FOOT)
    lever = np.einsum("nij,nj->ni", rotations(motion.pose), motion.lever_m)
    forward = np.gradient(motion.pose.position_m[:, 0] + lever[:, 0], motion.time_s)
    table = of_sensor(segments, Placement.LEFT_FOOT)
    table = table[table["foot_speed_before_contact_m_s"].notna()]
    before = [((motion.time_s > t - 0.015) & (motion.time_s < t - 0.005)) for t in table["start_s"]]
    true = np.array([abs(forward[part].mean()) for part in before])
    error = table["foot_speed_before_contact_m_s"].to_numpy() - true

    assert len(table) > 10
    # The foot slows by 1 m/s within 10 ms there: 3 ms of the contact are 0.3 m/s of the speed.
    assert np.abs(np.median(error)) < 0.4
    assert np.sqrt(np.mean(error**2)) < 0.5


def test_trunk_lean_falls_from_the_start_to_the_fly_phase(segments):
    table = of_sensor(segments, Placement.STERNUM)
    lean = table.groupby("phase")["trunk_lean_rad"].median()

    assert lean["acceleration"] > lean["fly"] > 0.0


def test_the_lean_called_for_is_largest_in_the_first_step(segments):
    for _, table in of_sensor(segments, Placement.STERNUM).groupby("run"):
        called = table.loc[table["phase"] != "deceleration", "lean_expected_rad"].to_numpy()
        assert np.all(np.diff(called) < 0.0)
        assert called[0] < np.radians(45.0)


def test_each_placement_fills_its_own_columns_only(segments):
    own = {
        "left_foot": {"contact_length_m", "heel_recovery_rad", "heel_height_m", "vertical_stiffness_n_m"},
        "pelvis": {"pelvic_tilt_rad", "braking_m_s", "vertical_oscillation_m", "lean_expected_rad"},
        "sternum": {"trunk_lean_rad", "trunk_side_lean_rad", "lean_expected_rad"},
        "right_thigh": {"thigh_flexion_rad", "thigh_extension_rad", "thigh_rate_rad_s"},
        "right_shank": {"shank_angle_rad"},
        "right_wrist": {"arm_rate_rad_s", "arm_swing_rad"},
    }
    every = set(SEGMENTS.names) - {"run", "placement", "side", "start_s", "end_s", "phase", "speed_m_s"}
    every -= {"angle_sd_rad", "quality", "reason", "leg_stiffness_n_m", "foot_speed_before_contact_m_s"}
    for placement, names in own.items():
        table = segments[segments["placement"] == placement]
        assert {name for name in every if table[name].notna().any()} == names


def test_the_table_is_in_order_of_run_sensor_and_time(segments):
    check(SEGMENTS, segments)
    ordered = segments.sort_values(["run", "placement", "start_s"], ignore_index=True)

    assert (ordered["start_s"] == segments["start_s"]).all()


def test_steady_running_without_a_stand_has_no_angles_and_says_so():
    practice = steady(6.0, 8.0, placements=PLACEMENTS)
    analysis = analyzer.analyze(practice.recording())
    trunk = of_sensor(analysis.segments, Placement.STERNUM)

    assert trunk["trunk_lean_rad"].isna().all()
    assert set(trunk["reason"]) == {"no_stand"}
    assert "segments.no_stand" in {notice.code for notice in analysis.notices}
    # What needs no stand is told all the same.
    assert of_sensor(analysis.segments, Placement.RIGHT_WRIST)["arm_swing_rad"].notna().any()
    assert of_sensor(analysis.segments, Placement.RIGHT_THIGH)["thigh_rate_rad_s"].notna().any()


def changed(practice, placement, change) -> Recording:
    """Return the recording of a practice with the samples of one sensor changed."""
    recording = practice.recording()
    stream = recording.streams[placement]
    arrays = {"time_s": stream.time_s, "acc_m_s2": stream.acc_m_s2.copy(), "gyr_rad_s": stream.gyr_rad_s.copy()}
    change(arrays)
    made = SensorStream.from_arrays(
        placement, {**arrays, "acc_range_m_s2": stream.acc_range_m_s2, "gyr_range_rad_s": stream.gyr_range_rad_s}
    )
    return replace(recording, streams={**recording.streams, placement: made})


@pytest.fixture(scope="module")
def short():
    worn = (Placement.LEFT_FOOT, Placement.RIGHT_FOOT, Placement.STERNUM)
    return simulate(seed=6, plan=PLAN, placements=worn, script=SCRIPT)


def test_a_hole_is_told_in_the_steps_it_touches_and_no_others(short):
    run = short.truth.runs.iloc[0]

    def lose(arrays):
        hole = (arrays["time_s"] > run["start_s"] + 2.0) & (arrays["time_s"] < run["start_s"] + 2.1)
        arrays["acc_m_s2"][hole], arrays["gyr_rad_s"][hole] = np.nan, np.nan

    table = of_sensor(analyzer.analyze(changed(short, Placement.STERNUM, lose)).segments, Placement.STERNUM)
    gap = table["quality"] == "gap"

    assert 1 <= gap.sum() <= 2
    assert (table.loc[gap, "reason"] == "gap").all()
    assert table.loc[gap, "trunk_lean_rad"].isna().all()
    # What the profile calls for does not rest on this sensor.
    assert table.loc[gap, "lean_expected_rad"].notna().all()
    assert table.loc[table["run"] == 2, "trunk_lean_rad"].notna().all()


def test_a_sensor_that_turns_between_two_stands_has_slipped(short):
    middle_s = short.truth.runs.iloc[0]["start_s"] + 1.5

    def slip(arrays):
        late = arrays["time_s"] > middle_s
        turn = np.radians(15.0)
        about_y = np.array([[np.cos(turn), 0, -np.sin(turn)], [0, 1, 0], [np.sin(turn), 0, np.cos(turn)]])
        for name in ("acc_m_s2", "gyr_rad_s"):
            arrays[name][late] = arrays[name][late] @ about_y.T

    analysis = analyzer.analyze(changed(short, Placement.STERNUM, slip))
    table = of_sensor(analysis.segments, Placement.STERNUM)

    assert set(table.loc[table["run"] == 1, "reason"]) == {"slipped"}
    assert set(table.loc[table["run"] == 2, "reason"]) == {"ok"}
    assert "segments.slipped" in {notice.code for notice in analysis.notices}


def test_without_a_gyroscope_there_are_no_angles(short):
    recording = short.recording()
    stream = recording.streams[Placement.STERNUM]
    bare = SensorStream.from_arrays(
        Placement.STERNUM,
        {"time_s": stream.time_s, "acc_m_s2": stream.acc_m_s2, "acc_range_m_s2": stream.acc_range_m_s2},
    )
    recording = replace(recording, streams={**recording.streams, Placement.STERNUM: bare})
    table = of_sensor(analyzer.analyze(recording).segments, Placement.STERNUM)

    assert set(table["reason"]) == {"no_gyroscope"}
    assert table["trunk_lean_rad"].isna().all()


def test_without_mass_and_height_there_is_no_stiffness(short):
    recording = replace(short.recording(), athlete=Athlete())
    table = of_sensor(analyzer.analyze(recording).segments, Placement.LEFT_FOOT)

    assert table["vertical_stiffness_n_m"].isna().all()
    assert table["contact_length_m"].notna().any()


def test_a_wider_chest_strap_elsewhere_changes_nothing_else(short):
    recording = short.recording()
    feet = {p: s for p, s in recording.streams.items() if p.segment == "foot"}

    alone = analyzer.analyze(replace(recording, streams=feet)).segments
    whole = analyzer.analyze(recording).segments

    for foot in feet:
        # A sensor on the trunk may tell the first movement better, and with it the profile; the feet stay as they are.
        names = ["start_s", "contact_length_m", "heel_recovery_rad"]
        np.testing.assert_array_equal(of_sensor(alone, foot)[names], of_sensor(whole, foot)[names])


def test_backward_the_trunk_still_leans_as_it_faces():
    worn = (Placement.LEFT_FOOT, Placement.RIGHT_FOOT, Placement.STERNUM)
    practice = simulate("multi-directional", 3, placements=worn)
    analysis = analyzer.analyze(practice.recording())
    table = of_sensor(analysis.segments, Placement.STERNUM)
    true = truths(practice, Placement.STERNUM, table, lambda motion, part: -motion.pose.pitch_rad[part].mean())
    told = analysis.runs.set_index("run").loc[table["run"], "direction"].to_numpy()
    error_deg = np.degrees(table["trunk_lean_rad"].to_numpy() - true)

    assert {"forward", "backward"} <= set(told)
    for way in ("forward", "backward"):
        assert np.nanmedian(np.abs(error_deg[told == way])) < 3.0


def test_the_table_is_written_with_its_dictionary(tmp_path, capsys):
    main(["demo", "--seed", "3", "--efforts", "60,100", "--distance", "12m", "--out", str(tmp_path / "out")])
    capsys.readouterr()

    header = (tmp_path / "out" / "segments.csv").read_text("utf-8").splitlines()[0]
    assert header.split(",") == SEGMENTS.names
    assert '"trunk_lean_rad"' in (tmp_path / "out" / "data_dictionary.json").read_text("utf-8")
