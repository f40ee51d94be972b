"""Practices made of takes: every motion in them obeys physics, and the truth tells of it."""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from analyzer.model import Placement, Plan
from analyzer.units import G_M_S2
from analyzer.virtual import SCENARIOS, simulate
from analyzer.virtual.body import FOOT_SHAPE
from analyzer.virtual.foot import contact_lever
from analyzer.virtual.imu import felt
from analyzer.virtual.pose import rotations, shifted
from analyzer.virtual.programme import needs_reel, stage
from analyzer.virtual.reel import poses_of
from analyzer.virtual.reel_truth import cue_marks, reel_truth
from analyzer.virtual.runner import Style, draw_runner

FEET = (Placement.LEFT_FOOT, Placement.RIGHT_FOOT)
RATE_HZ = 2000.0
STAGED = [
    name for name, scenario in SCENARIOS.items() if needs_reel(scenario.plan or Plan.progressive(), scenario.habits)
]


@cache
def staged(name, seed=3):
    scenario = SCENARIOS[name]
    reel, runs = stage(scenario.plan, draw_runner(seed), Style(), seed, scenario.habits)
    return reel, runs, reel_truth(reel, runs)


@cache
def moved(name, start_s, stop_s, placements=FEET):
    time_s = np.arange(start_s, stop_s, 1.0 / RATE_HZ)
    return time_s, poses_of(staged(name)[0], placements, time_s)


def run_of(name, number):
    truth = staged(name)[2]
    return truth.runs.iloc[number - 1], truth.courses.iloc[number - 1]


def activity(name, kind):
    activities = staged(name)[2].activities
    return activities[activities.kind == kind].iloc[0]


def rate_of(values):
    return np.gradient(values, 1.0 / RATE_HZ, axis=0)


@pytest.mark.parametrize("name", STAGED)
def test_what_is_done_does_not_overlap_and_lies_within_the_recording(name):
    reel, _, truth = staged(name)
    spans = [*truth.activities[["start_s", "end_s"]].to_numpy(), *truth.runs[["start_s", "stop_s"]].to_numpy()]
    ends = np.nan_to_num(np.array(sorted(spans, key=lambda span: span[0])), nan=reel.duration_s)
    assert (ends[:, 1] > ends[:, 0]).all()
    assert (ends[1:, 0] >= ends[:-1, 1] - 1e-9).all()
    assert ends.max() <= reel.duration_s + 1e-9


@pytest.mark.parametrize("name", STAGED)
def test_a_practice_is_the_same_again_with_the_same_seed(name):
    scenario = SCENARIOS[name]
    reel, runs = stage(scenario.plan, draw_runner(3), Style(), 3, scenario.habits)
    assert reel.falls == staged(name)[0].falls
    assert cue_marks(reel, runs) == cue_marks(*staged(name)[:2])


def test_another_seed_is_another_practice():
    assert staged("reaction", 4)[0].falls != staged("reaction", 3)[0].falls


@pytest.mark.parametrize(
    ("name", "number", "side"),
    [("multi-directional", 2, "left"), ("multi-directional", 3, "right"), ("crossover", 3, "left")],
)
def test_integrating_the_ideal_sensor_gives_the_way_back(name, number, side):
    run, _ = run_of(name, number)
    _, poses = moved(name, run.start_s - 0.3, run.stop_s)
    pose = poses[Placement(f"{side}_foot")]
    acc, gyr = felt(pose, np.array(FOOT_SHAPE.sensor_m), RATE_HZ)
    attitude = Rotation.from_matrix(rotations(pose)[0])
    turns = [attitude.as_matrix()]
    for step in Rotation.from_rotvec((gyr[1:] + gyr[:-1]) / 2 / RATE_HZ):
        attitude = attitude * step
        turns.append(attitude.as_matrix())
    force = np.einsum("nij,nj->ni", np.array(turns), acc) - (0.0, 0.0, G_M_S2)
    way = np.cumsum(np.cumsum((force[1:] + force[:-1]) / 2, axis=0), axis=0)[-1] / RATE_HZ**2
    place = shifted(pose, np.array(FOOT_SHAPE.sensor_m))
    # 10 m and more in 5 s: a sampled strap-down is good to some centimetres.
    np.testing.assert_allclose(way, place[-1] - place[0], atol=0.10)


@pytest.mark.parametrize(
    ("name", "number"), [("multi-directional", 2), ("multi-directional", 3), ("crossover", 2), ("rounding-first", 2)]
)
def test_the_foot_rests_where_it_touches(name, number):
    run, _ = run_of(name, number)
    time_s, poses = moved(name, run.start_s, run.stop_s)
    truth, worst = staged(name)[2], 0.0
    for placement in FEET:
        pose = poses[placement]
        turn, speed = rotations(pose), rate_of(pose.position_m)
        spin = np.einsum("nij,nj->ni", turn, felt(pose, np.zeros(3), RATE_HZ)[1])
        slip = speed + np.cross(spin, np.einsum("nij,nj->ni", turn, contact_lever(FOOT_SHAPE, pose.pitch_rad)))
        for fall in truth.contacts.query("run == @number and kind != 'start' and side == @placement.side").itertuples():
            length_s = fall.toe_off_s - fall.initial_contact_s
            down = np.abs(time_s - (fall.initial_contact_s + fall.toe_off_s) / 2) < 0.2 * length_s
            worst = max(worst, float(np.abs(slip[down]).max(initial=0.0)))
    assert worst < 0.03


@pytest.mark.parametrize("name", ["everyday-noise", "multi-directional"])
def test_no_foot_goes_through_the_ground(name):
    reel = staged(name)[0]
    for pose in poses_of(reel, FEET, np.arange(0.0, reel.duration_s, 0.01)).values():
        assert pose.position_m[:, 2].min() > -0.02


def facing(fall):
    return np.array([np.cos(fall.heading_rad), np.sin(fall.heading_rad)])


def stride_ways(name, number, side):
    falls = [fall for fall in staged(name)[0].of(side) if fall.run == number and fall.kind != "start"]
    return [(np.array([b.forward_m - a.forward_m, b.left_m - a.left_m]), a) for a, b in pairwise(falls)]


@pytest.mark.parametrize("side", ["left", "right"])
def test_backward_strides_go_against_the_way_the_body_faces(side):
    ways = stride_ways("multi-directional", 2, side)
    assert len(ways) > 4
    for way, fall in ways:
        assert way @ facing(fall) < -0.99 * np.hypot(*way)


def test_backward_the_foot_lands_on_its_toes():
    contacts = staged("multi-directional")[2].contacts.query("run == 2 and kind == 'steady'")
    assert np.degrees(contacts.foot_strike_angle_rad).max() < -5.0


@pytest.mark.parametrize(("number", "sign"), [(3, 1.0), (4, -1.0)])
def test_shuffling_strides_are_square_to_the_way_the_body_faces(number, sign):
    for way, fall in stride_ways("multi-directional", number, "left"):
        ahead = facing(fall)
        left = np.array([-ahead[1], ahead[0]])
        assert sign * (way @ left) > 0.99 * np.hypot(*way)


@pytest.mark.parametrize("number", [3, 4])
def test_shuffling_feet_never_cross(number):
    run, _ = run_of("multi-directional", number)
    _, poses = moved("multi-directional", run.start_s, run.stop_s)
    apart = poses[FEET[0]].position_m - poses[FEET[1]].position_m
    heading = poses[FEET[0]].yaw_rad - np.radians(6.0)
    assert (apart[:, 1] * np.cos(heading) - apart[:, 0] * np.sin(heading)).min() > 0.05


def test_crossing_feet_pass_each_other_while_the_chest_stays_square():
    run, _ = run_of("crossover", 2)
    _, poses = moved("crossover", run.start_s, run.stop_s, (*FEET, Placement.STERNUM))
    ahead = poses[FEET[0]].position_m[:, 0] - poses[FEET[1]].position_m[:, 0]
    assert ahead.min() < -0.5 < 0.5 < ahead.max()
    turned = np.degrees(poses[Placement.STERNUM].yaw_rad) % 360.0
    # Square is 270 degrees here: moving to the left along the lane. The shoulders swing about that.
    assert np.median(turned) == pytest.approx(270.0, abs=10.0)


def test_the_turn_round_the_bag_is_as_tight_and_as_fast_as_told():
    _, course = run_of("rounding-first", 2)
    _, poses = moved("rounding-first", course.turn_start_s, course.turn_stop_s, (Placement.PELVIS,))
    # Over a tenth of a second on either side, so that the sway of single steps is out of it.
    place = poses[Placement.PELVIS].position_m[:: int(0.2 * RATE_HZ), :2]
    speed = np.hypot(*np.diff(place, axis=0).T) / 0.2
    turned = np.diff(np.unwrap(np.arctan2(*np.diff(place, axis=0).T[::-1])))
    radius_m = 1.0 / np.max(turned / (speed[1:] * 0.2))
    assert 6.0 < course.turn_radius_m < 10.0
    assert radius_m == pytest.approx(course.turn_radius_m, rel=0.25)
    assert speed[0] == pytest.approx(course.turn_speed_in_m_s, rel=0.05)
    assert speed[-1] == pytest.approx(course.turn_speed_out_m_s, rel=0.05)


def test_the_trunk_leans_into_the_turn_as_far_as_the_force_does():
    _, course = run_of("rounding-first", 2)
    middle_s = (course.turn_start_s + course.turn_stop_s) / 2
    _, poses = moved("rounding-first", middle_s - 0.25, middle_s + 0.25, (Placement.STERNUM,))
    lean = -poses[Placement.STERNUM].roll_rad.mean()
    speed_m_s = (course.turn_speed_in_m_s + course.turn_speed_out_m_s) / 2
    assert lean == pytest.approx(np.arctan(speed_m_s**2 / course.turn_radius_m / G_M_S2), abs=np.radians(4.0))


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_the_signal_comes_a_reaction_before_the_first_movement(number):
    reel, runs, truth = staged("reaction")
    course = truth.courses.iloc[number - 1]
    mark = cue_marks(reel, runs)[number - 1]
    assert (mark.kind, mark.text) == ("cue", "visual")
    assert course.first_movement_s - mark.time_s == pytest.approx(course.reaction_s)
    low_s, high_s = (0.05, 0.10) if number == 2 else (0.15, 0.35)
    assert low_s < course.reaction_s < high_s


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_nothing_moves_between_the_signal_and_the_first_movement(number):
    _, course = run_of("reaction", number)
    time_s, poses = moved("reaction", course.cue_s - 0.1, course.first_movement_s + 0.3, (*FEET, Placement.PELVIS))
    before = time_s < course.first_movement_s - 0.002
    for placement in FEET:
        speed = np.linalg.norm(rate_of(poses[placement].position_m), axis=1)
        assert speed[before].max() < 0.01
    assert max(np.linalg.norm(rate_of(pose.position_m), axis=1).max() for pose in poses.values()) > 0.5
    # Standing people sway.
    assert np.linalg.norm(rate_of(poses[Placement.PELVIS].position_m), axis=1)[before].max() < 0.05


def test_a_false_step_goes_back_before_the_body_goes_forward():
    run, course = run_of("reaction", 3)
    assert course.false_step
    assert course.first_movement_s < run.start_s - 0.1
    _, poses = moved("reaction", course.first_movement_s, run.start_s)
    assert min(poses[foot].position_m[-1, 0] - poses[foot].position_m[0, 0] for foot in FEET) < -0.15


@pytest.mark.parametrize("number", [1, 2, 4])
def test_on_a_signal_no_foot_moves_before_the_body(number):
    run, course = run_of("reaction", number)
    assert not course.false_step
    _, poses = moved("reaction", run.start_s - 0.4, run.start_s + 0.4)
    for foot in FEET:
        pitch = np.degrees(poses[foot].pitch_rad)
        assert np.ptp(pitch[: round(0.4 * RATE_HZ)]) < 0.1
        assert np.ptp(pitch) > 10.0


def test_in_a_jump_the_body_falls_freely():
    jump = activity("everyday-noise", "jump")
    reel = staged("everyday-noise")[0]
    hops = [
        fall for fall in reel.of("left") if fall.kind == "hop" and jump.start_s < fall.initial_contact_s < jump.end_s
    ]
    lands_s = hops[0].initial_contact_s
    _, poses = moved("everyday-noise", lands_s - 0.42, lands_s - 0.02, (Placement.PELVIS, *FEET))
    fall_m_s2 = np.gradient(rate_of(poses[Placement.PELVIS].position_m[:, 2]), 1.0 / RATE_HZ)[5:-5]
    np.testing.assert_allclose(fall_m_s2, -G_M_S2, atol=0.05)
    assert all(poses[foot].position_m[:, 2].max() > 0.15 for foot in FEET)


def test_a_jogged_lap_is_long_and_slow_and_ends_where_it_began():
    jog = activity("everyday-noise", "jog")
    _, poses = moved("everyday-noise", jog.start_s, jog.end_s, (Placement.PELVIS,))
    place = poses[Placement.PELVIS].position_m[:, :2]
    speed = np.hypot(*rate_of(place).T)
    assert 15.0 < jog.end_s - jog.start_s < 30.0
    assert 2.4 < np.median(speed) < 3.0
    assert np.hypot(*(place[-1] - place[0])) < 0.2
    contacts = staged("everyday-noise")[2].contacts
    assert (contacts.run[contacts.initial_contact_s.between(jog.start_s, jog.end_s)] == 0).all()


def test_a_strap_is_seen_to_on_one_foot_only_and_sits_as_before():
    fix = activity("everyday-noise", "fix_strap")
    _, poses = moved("everyday-noise", fix.start_s, fix.end_s, (*FEET, Placement.LEFT_SHANK))
    turned = {foot: np.degrees(np.ptp(poses[foot].yaw_rad)) for foot in FEET}
    assert turned[FEET[0]] > 20.0
    assert turned[FEET[1]] < 0.01
    first, last = (rotations(poses[FEET[0]])[at] for at in (0, -1))
    np.testing.assert_allclose(first, last, atol=1e-6)


def test_a_false_start_is_two_steps_and_no_run():
    false_start = activity("everyday-noise", "false_start")
    contacts = staged("everyday-noise")[2].contacts
    inside = contacts[contacts.toe_off_s.between(false_start.start_s, false_start.end_s + 0.2)]
    assert (inside.run == 0).all()
    assert false_start.end_s - false_start.start_s < 3.0


@pytest.mark.parametrize("placement", [*FEET, Placement.PELVIS, Placement.RIGHT_WRIST])
def test_takes_join_without_a_jolt(placement):
    reel = staged("multi-directional")[0]
    for one in reel.takes[1:]:
        _, poses = moved("multi-directional", one.start_s - 0.3, one.start_s + 0.3, (placement,))
        acc, gyr = felt(poses[placement], np.zeros(3), RATE_HZ)
        assert np.abs(np.linalg.norm(acc[2:-2], axis=1) - G_M_S2).max() < 1.0
        assert np.degrees(np.abs(gyr).max()) < 15.0


@pytest.mark.parametrize("name", ["clean", "drops-packets", "one-foot", "any-mounting"])
def test_plain_practices_are_still_one_scene(name):
    assert not needs_reel(Plan.progressive(), SCENARIOS[name].habits)


def test_active_rest_is_as_long_as_planned():
    truth = staged("recovery-focus")[2]
    rests_s = truth.runs.start_s.to_numpy()[1:] - truth.runs.stop_s.to_numpy()[:-1]
    # From the last step of the run; settling between takes is not planned to the second.
    np.testing.assert_allclose(rests_s, 60.0, atol=6.0)


def test_the_recording_holds_the_signals():
    practice = simulate("reaction", 3, placements=(Placement.LEFT_FOOT,))
    assert [mark.kind for mark in practice.recording().marks] == ["cue"] * 4
