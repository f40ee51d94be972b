"""The motion behind the virtual sensors obeys physics and the truth tables tell of it."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from analyzer.model import Placement, Plan
from analyzer.units import G_M_S2
from analyzer.virtual import ScriptConfig, SensorModel, VirtualPractice, simulate, steady
from analyzer.virtual.body import FOOT_SHAPE, segment_poses
from analyzer.virtual.foot import TOE_RISE_SHARE, contact_lever, settle_s
from analyzer.virtual.footfalls import MIN_FLIGHT_S
from analyzer.virtual.imu import felt
from analyzer.virtual.pose import rotations, shifted

FEET = (Placement.LEFT_FOOT, Placement.RIGHT_FOOT)
RATE_HZ = 2000.0


@pytest.fixture(scope="module")
def practice() -> VirtualPractice:
    return simulate(seed=3, placements=FEET)


def foot_poses(practice: VirtualPractice, start_s: float, stop_s: float):
    time_s = np.arange(start_s, stop_s, 1.0 / RATE_HZ)
    return time_s, segment_poses(practice.scene, FEET, time_s)


@pytest.mark.parametrize("placement", list(Placement))
def test_a_standing_athlete_feels_gravity_and_no_turning(placement):
    practice = simulate(placements=(placement,))
    motion = practice.motion(placement)
    stand = (motion.time_s > 0.5) & (motion.time_s < 3.5)
    # Sway of a few millimetres and tenths of a degree is part of standing.
    np.testing.assert_allclose(np.linalg.norm(motion.acc_m_s2[stand], axis=1), G_M_S2, atol=0.2)
    assert np.degrees(np.linalg.norm(motion.gyr_rad_s[stand], axis=1)).max() < 4.0


@pytest.mark.parametrize("placement", FEET)
def test_a_standing_foot_is_still(placement, practice):
    motion = practice.motion(placement)
    stand = (motion.time_s > 0.5) & (motion.time_s < 3.5)
    np.testing.assert_allclose(np.linalg.norm(motion.acc_m_s2[stand], axis=1), G_M_S2, atol=1e-3)
    assert np.degrees(np.abs(motion.gyr_rad_s[stand])).max() < 1e-3


def test_the_point_of_contact_does_not_slip(practice):
    run = practice.truth.runs.iloc[2]
    time_s, poses = foot_poses(practice, run.start_s, run.stop_s)
    worst = 0.0
    for placement in FEET:
        pose = poses[placement]
        lever = contact_lever(FOOT_SHAPE, pose.pitch_rad)
        speed = np.gradient(pose.position_m, 1.0 / RATE_HZ, axis=0)
        turn = rotations(pose)
        spin = np.einsum("nij,nj->ni", turn, felt(pose, np.zeros(3), RATE_HZ)[1])
        slip = speed + np.cross(spin, np.einsum("nij,nj->ni", turn, lever))
        for fall in practice.scene.of(placement.side):
            if fall.run == 3 and fall.kind != "start":
                down = (time_s > fall.initial_contact_s + settle_s(fall) + 0.002) & (
                    time_s < fall.toe_off_s - TOE_RISE_SHARE * fall.contact_time_s - 0.002
                )
                worst = max(worst, float(np.abs(slip[down]).max()))
    # The sole is a little wider than the line it rolls on, hence some millimetres per second when it also tilts.
    assert worst < 0.02


def test_true_stride_lengths_are_ways_of_the_foot(practice):
    run = practice.truth.runs.iloc[1]
    time_s, poses = foot_poses(practice, run.start_s - 0.5, run.stop_s + 0.5)
    contacts = practice.truth.contacts
    for stride in practice.truth.strides.query("run == 2").itertuples():
        ends = contacts.query("side == @stride.side and initial_contact_s in (@stride.start_s, @stride.end_s)")
        # Late in contact the foot stands on the ball alone, just before the toes lift it.
        on_ball_s = ends.toe_off_s - (TOE_RISE_SHARE + 0.03) * (ends.toe_off_s - ends.initial_contact_s)
        pose = poses[Placement(f"{stride.side}_foot")]
        x, y = (np.interp(on_ball_s, time_s, pose.position_m[:, axis]) for axis in (0, 1))
        assert np.hypot(np.diff(x), np.diff(y))[0] == pytest.approx(stride.stride_length_m, abs=2e-3)


@pytest.mark.parametrize("speed_m_s", [2.5, 4.5, 7.0, 10.0])
def test_steady_strides_add_up_to_the_speed(speed_m_s):
    strides = steady(speed_m_s, 12.0, placements=FEET).truth.strides
    covered_m_s = strides.stride_length_m.sum() / (strides.end_s - strides.start_s).sum()
    assert covered_m_s == pytest.approx(speed_m_s, rel=1e-3)


def test_integrating_the_ideal_sensor_gives_the_motion_back(practice):
    run = practice.truth.runs.iloc[2]
    motion = practice.motion(Placement.RIGHT_FOOT)
    rate_hz = 1.0 / (motion.time_s[1] - motion.time_s[0])
    part = slice(*np.searchsorted(motion.time_s, [run.start_s - 1.0, run.mark_s]))
    place = shifted(motion.pose, motion.lever_m)
    true_turn = rotations(motion.pose)[part]
    acc, gyr = motion.acc_m_s2[part], motion.gyr_rad_s[part]
    steps = Rotation.from_rotvec((gyr[1:] + gyr[:-1]) / 2 / rate_hz)
    attitude = Rotation.from_matrix(true_turn[0])
    turns = [attitude.as_matrix()]
    for step in steps:
        attitude = attitude * step
        turns.append(attitude.as_matrix())
    force = np.einsum("nij,nj->ni", np.array(turns), acc) - (0.0, 0.0, G_M_S2)
    speed = np.cumsum((force[1:] + force[:-1]) / 2, axis=0) / rate_hz
    way = np.cumsum(speed, axis=0)[-1] / rate_hz
    # 20 m in 4 s: a sampled strap-down of shocks is good to some centimetres.
    np.testing.assert_allclose(way, place[part][-1] - place[part][0], atol=0.10)


def test_between_toe_off_and_the_next_contact_the_body_falls_freely():
    practice = steady(7.0, 4.0, placements=(Placement.PELVIS,))
    time_s = np.arange(0.0, 4.0, 1.0 / RATE_HZ)
    pose = segment_poses(practice.scene, (Placement.PELVIS,), time_s)[Placement.PELVIS]
    force = felt(replace(pose, yaw_rad=0 * time_s, pitch_rad=0 * time_s, roll_rad=0 * time_s), np.zeros(3), RATE_HZ)[0]
    contacts = practice.truth.contacts
    for toe_off_s, landing_s in zip(contacts.toe_off_s[1:-2], contacts.initial_contact_s[2:-1], strict=True):
        flight = (time_s > toe_off_s + 0.003) & (time_s < landing_s - 0.003)
        np.testing.assert_allclose(force[flight, 2], 0.0, atol=0.3)


@pytest.mark.parametrize(
    ("speed_m_s", "contact_s", "step_frequency_hz"),
    [(2.5, 0.270, 2.66), (3.5, 0.222, 2.86), (4.5, 0.193, 3.05), (6.0, 0.172, 3.3), (8.0, 0.130, 3.9)],
)
def test_contact_time_and_step_frequency_follow_the_norms(speed_m_s, contact_s, step_frequency_hz):
    found = []
    for seed in range(6):
        truth = steady(speed_m_s, 6.0, seed=seed, placements=(Placement.PELVIS,)).truth
        contacts = truth.contacts.initial_contact_s.sort_values()
        found.append(((truth.contacts.toe_off_s - truth.contacts.initial_contact_s).mean(), 1 / contacts.diff().mean()))
    # Six athletes: twice the standard error of norms that spread by 6 and 4 %.
    np.testing.assert_allclose(np.mean(found, axis=0), [contact_s, step_frequency_hz], rtol=0.06)


def test_duty_factor_falls_with_speed():
    shares = []
    for speed_m_s in (2.5, 4.0, 6.0, 8.0, 10.0):
        contacts = steady(speed_m_s, 6.0, placements=(Placement.PELVIS,)).truth.contacts
        stride_s = 2 * contacts.initial_contact_s.sort_values().diff().mean()
        shares.append(float((contacts.toe_off_s - contacts.initial_contact_s).mean() / stride_s))
    assert shares == sorted(shares, reverse=True)


@pytest.mark.parametrize("seed", range(5))
def test_running_steps_have_a_flight(seed):
    contacts = simulate(seed=seed, placements=(Placement.LEFT_FOOT,)).truth.contacts
    running = contacts.query("run > 0").sort_values("toe_off_s")
    flights = running.initial_contact_s.shift(-1) - running.toe_off_s
    inside = flights[(running.run == running.run.shift(-1)) & (running.kind != "start")]
    assert inside.min() > MIN_FLIGHT_S - 1e-9


@pytest.mark.parametrize("walk_speed_m_s", [1.2, 1.7])
def test_a_run_ends_within_a_few_seconds_of_the_mark(walk_speed_m_s):
    script = ScriptConfig(walk_speed_m_s=walk_speed_m_s)
    runs = simulate(placements=(Placement.LEFT_FOOT,), script=script).truth.runs
    assert (runs.stop_s - runs.mark_s).between(1.0, 5.0).all()


@pytest.mark.parametrize("seed", range(5))
def test_first_contacts_of_a_full_effort_last_as_long_as_published(seed):
    contacts = simulate(seed=seed, placements=(Placement.LEFT_FOOT,)).truth.contacts
    first = contacts.query("run == 3 and kind == 'accel'").iloc[:2]
    assert (first.toe_off_s - first.initial_contact_s).between(0.16, 0.24).all()


@pytest.mark.parametrize(
    ("speed_m_s", "low_deg", "high_deg", "fastest_dps"),
    [(2.5, -82, 20, 528), (3.5, -102, 22, 654), (4.5, -116, 25, 778), (6.0, -125, 22, 970), (8.0, -135, 18, 1200)],
)
def test_the_foot_turns_as_far_and_as_fast_as_measured(speed_m_s, low_deg, high_deg, fastest_dps):
    practice = steady(speed_m_s, 4.0, placements=FEET)
    time_s, poses = foot_poses(practice, 0.0, 4.0)
    pitch_deg = np.degrees(poses[Placement.LEFT_FOOT].pitch_rad)
    rate_dps = np.gradient(pitch_deg, time_s)
    assert pitch_deg.min() == pytest.approx(low_deg, abs=14)
    assert high_deg - 16 < pitch_deg.max() < high_deg + 4
    assert rate_dps.max() == pytest.approx(fastest_dps, rel=0.30)
    assert rate_dps.min() == pytest.approx(-fastest_dps, rel=0.30)


def test_the_true_foot_strike_angle_is_the_pitch_at_contact(practice):
    run = practice.truth.runs.iloc[0]
    time_s, poses = foot_poses(practice, run.start_s, run.stop_s)
    for contact in practice.truth.contacts.query("run == 1 and kind != 'start'").itertuples():
        pitch = poses[Placement(f"{contact.side}_foot")].pitch_rad
        assert np.interp(contact.initial_contact_s, time_s, pitch) == pytest.approx(
            contact.foot_strike_angle_rad, abs=np.radians(0.2)
        )


def test_no_foot_goes_through_the_ground(practice):
    _, poses = foot_poses(practice, 0.0, practice.duration_s)
    for pose in poses.values():
        heel = shifted(pose, np.array([-FOOT_SHAPE.heel_to_ball_m, 0.0, 0.0]))
        # The curved sole lies a little above its own heel and ball: two centimetres.
        assert min(heel[:, 2].min(), pose.position_m[:, 2].min()) > -0.02


def test_an_effort_asked_in_words_is_run_faster_than_its_share():
    runs = simulate(seed=1, placements=(Placement.LEFT_FOOT,)).truth.runs
    shares = runs.peak_speed_m_s / runs.peak_speed_m_s.max()
    np.testing.assert_allclose(shares, [0.77, 0.90, 1.0], atol=0.05)


@pytest.mark.parametrize("rate_hz", [100.0, 416.0, 1000.0])
def test_sensors_of_any_rate_see_the_same_motion(rate_hz):
    truths = [steady(4.0, 3.0, placements=FEET, model=SensorModel(rate_hz=r)).truth for r in (rate_hz, 200.0)]
    assert truths[0].contacts.equals(truths[1].contacts)


def test_no_heel_rises_before_the_body_goes(practice):
    for run in practice.truth.runs.itertuples():
        _, poses = foot_poses(practice, run.start_s - 0.5, run.start_s + 0.4)
        before = round(0.5 * RATE_HZ)
        for pose in poses.values():
            rise = np.degrees(np.abs(pose.pitch_rad - pose.pitch_rad[0]))
            # Numbers carry the lie of the foot to a ten-thousandth of a degree.
            assert rise[:before].max() < 1e-3
            assert rise.max() > 10.0


def test_who_runs_a_short_way_stops_soon_after_it():
    past_m = {}
    for distance_m in (9.0, 18.0):
        practice = simulate(seed=3, plan=Plan.progressive(distance_m, (100.0,)), placements=FEET[:1])
        run = practice.truth.runs.iloc[0]
        path = practice.scene.path
        past_m[distance_m] = path.position_at(run.deceleration_start_s) - path.position_at(run.mark_s)
    assert 0.2 < past_m[9.0] < 1.0
    assert past_m[18.0] > 1.5
