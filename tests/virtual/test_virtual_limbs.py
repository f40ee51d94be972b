"""Limbs, pelvis and arms of the virtual athlete move as those of people do, at every speed."""

import itertools
import json
from functools import cache

import numpy as np
import pytest
from made_faults import DURATION_S, RATE_HZ, foot_speed, landing_mean, running

from analyzer.model import Placement
from analyzer.virtual.body import segment_poses
from analyzer.virtual.pose import rotations, shifted

SPEEDS_M_S = (2.5, 3.5, 4.5, 6.0, 8.0, 9.5)
SHANK_LANDING_DEG, SHANK_BACK_DEG = (14, 16, 18, 12, 6, 3), (-70, -86, -98, -105, -115, -118)
SHANK_PEAK_DEG_S = (527, 628, 723, 850, 1050, 1200)
THIGH_FORWARD_DEG, THIGH_BACK_DEG = (36, 44, 51, 57, 66, 70), (-14, -20, -25, -27, -29, -30)
THIGH_PEAK_DEG_S = (288, 376, 483, 600, 780, 900)
FOOT_SPEED_SHARE = 0.50
"""Marker data to 4.5 m/s, literature and extrapolation above."""


@cache
def moved(speed_m_s):
    scene = running({}, speed_m_s)
    time_s = np.arange(0.0, DURATION_S, 1.0 / RATE_HZ)
    falls = [fall for fall in scene.falls if 0.3 < fall.initial_contact_s < DURATION_S - 0.5]
    return time_s, segment_poses(scene, tuple(Placement), time_s), falls


def rate_deg_s(angle_rad):
    return np.degrees(np.gradient(angle_rad, 1.0 / RATE_HZ))


def at_landings(values, side, speed_m_s, early_s=0.0):
    time_s, _, falls = moved(speed_m_s)
    return float(np.mean([np.interp(f.initial_contact_s - early_s, time_s, values) for f in falls if f.side == side]))


@pytest.mark.parametrize(("speed_m_s", "landing_deg"), list(zip(SPEEDS_M_S, SHANK_LANDING_DEG, strict=True)))
def test_the_shank_lands_as_far_ahead_as_people_s(speed_m_s, landing_deg):
    time_s, poses, falls = moved(speed_m_s)
    assert np.degrees(landing_mean(poses, falls, "shank", time_s)) == pytest.approx(landing_deg, abs=1.0)


@pytest.mark.parametrize(
    ("speed_m_s", "back_deg", "peak_deg_s"), list(zip(SPEEDS_M_S, SHANK_BACK_DEG, SHANK_PEAK_DEG_S, strict=True))
)
def test_the_shank_swings_as_far_and_as_fast_as_people_s(speed_m_s, back_deg, peak_deg_s):
    shank = moved(speed_m_s)[1][Placement.LEFT_SHANK].pitch_rad
    assert np.degrees(shank.min()) == pytest.approx(back_deg, abs=4.0)
    # Between people peaks differ by a tenth and more.
    assert np.percentile(rate_deg_s(shank), 99) == pytest.approx(peak_deg_s, rel=0.15)


@pytest.mark.parametrize(
    ("speed_m_s", "forward_deg", "back_deg", "peak_deg_s"),
    list(zip(SPEEDS_M_S, THIGH_FORWARD_DEG, THIGH_BACK_DEG, THIGH_PEAK_DEG_S, strict=True)),
)
def test_the_thigh_swings_as_far_and_as_fast_as_people_s(speed_m_s, forward_deg, back_deg, peak_deg_s):
    thigh = moved(speed_m_s)[1][Placement.LEFT_THIGH].pitch_rad
    assert np.degrees(thigh.max()) == pytest.approx(forward_deg, abs=2.0)
    assert np.degrees(thigh.min()) == pytest.approx(back_deg, abs=2.0)
    assert np.percentile(np.abs(rate_deg_s(thigh)), 99) == pytest.approx(peak_deg_s, rel=0.20)


@pytest.mark.parametrize("speed_m_s", SPEEDS_M_S)
def test_the_foot_still_moves_forward_when_it_comes_down_but_slower_than_the_body(speed_m_s):
    time_s, poses, falls = moved(speed_m_s)
    found = np.mean([foot_speed(poses, fall, time_s) for fall in falls])
    # Marker data: half of the body's speed, people differing by a quarter of that; slow runs here lie at the upper end.
    assert FOOT_SPEED_SHARE - 0.15 < found / speed_m_s < FOOT_SPEED_SHARE + 0.30


@pytest.mark.parametrize("speed_m_s", SPEEDS_M_S)
def test_the_shank_is_on_its_way_back_when_the_foot_lands(speed_m_s):
    rate = rate_deg_s(moved(speed_m_s)[1][Placement.RIGHT_SHANK].pitch_rad)
    assert at_landings(rate, "right", speed_m_s) < -100.0


def test_the_shank_never_turns_forward_in_contact():
    for speed_m_s in SPEEDS_M_S:
        time_s, poses, falls = moved(speed_m_s)
        rate = rate_deg_s(poses[Placement.LEFT_SHANK].pitch_rad)
        for fall in falls:
            if fall.side == "left":
                down = (time_s > fall.initial_contact_s) & (time_s < fall.toe_off_s)
                # Slowly for a moment, as the knee stops bending; not as in a swing.
                assert rate[down].max() < 60.0, speed_m_s


@pytest.mark.parametrize("speed_m_s", [3.5, 6.0, 8.0])
def test_the_hip_of_the_landing_leg_is_the_higher_and_the_one_behind(speed_m_s):
    _, poses, _ = moved(speed_m_s)
    pelvis = poses[Placement.PELVIS]
    ways = np.einsum("nij,j->ni", rotations(pelvis), np.array([0.0, -1.0, 0.0]))
    assert at_landings(ways[:, 2], "right", speed_m_s) > at_landings(ways[:, 2], "left", speed_m_s)
    assert at_landings(ways[:, 0], "right", speed_m_s) < at_landings(ways[:, 0], "left", speed_m_s)


@pytest.mark.parametrize(("side", "outward"), [("left", 1.0), ("right", -1.0)])
def test_elbows_stay_off_the_ribs_and_hands_come_towards_the_middle(side, outward):
    _, poses, _ = moved(6.0)
    wrist, trunk = poses[Placement(f"{side}_wrist")], poses[Placement.STERNUM]
    # Forearm and shoulder as far as the body itself has them.
    elbow = shifted(wrist, np.array([0.0, 0.0, 0.25]))
    shoulder = shifted(trunk, np.array([0.0, outward * 0.19, 0.48]))
    assert outward * np.mean(elbow[:, 1] - shoulder[:, 1]) > 0.01
    assert outward * np.mean(wrist.position_m[:, 1] - elbow[:, 1]) < 0.0


@pytest.mark.parametrize("speed_m_s", [4.5, 8.0])
def test_an_arm_is_back_when_the_thigh_of_its_side_is_forward(speed_m_s):
    _, poses, _ = moved(speed_m_s)
    arm, thigh = (poses[placement].pitch_rad for placement in (Placement.RIGHT_WRIST, Placement.RIGHT_THIGH))
    assert np.corrcoef(arm, thigh)[0, 1] < -0.5


@pytest.mark.parametrize(
    ("pattern", "speed_m_s"), [("steady/*T25*.npz", 2.5), ("steady/*T35*.npz", 3.5), ("steady/*T45*.npz", 4.5)]
)
def test_the_shank_turns_through_a_stride_as_those_of_recorded_runners(shared, pattern, speed_m_s):
    recorded = np.mean([curve for path in shared.glob(f"data/{pattern}") for curve in _shank_curves(path)], axis=0)
    time_s, poses, falls = moved(speed_m_s)
    landings_s = [fall.initial_contact_s for fall in falls if fall.side == "left"]
    made = _mean_stride(time_s, rate_deg_s(poses[Placement.LEFT_SHANK].pitch_rad), landings_s)
    assert np.corrcoef(made, recorded)[0, 1] > 0.95
    assert made[0] == pytest.approx(recorded[0], abs=80.0)


def _shank_curves(path):
    """Mean rate over the stride of each shank, forward positive, in deg/s."""
    with np.load(path) as archive:
        header = json.loads(str(archive["header"]))
        for number, sensor in enumerate(header["sensors"]):
            side, _, segment = sensor["placement"].partition("_")
            if segment == "shank":
                turned = archive[f"s{number}_gyr_rad_s"] @ np.array(sensor["R_segment_sensor"]).T
                contacts = [c["initial_contact_s"] for c in header["contacts"] if c["side"] == side]
                landings_s = sorted(at_s for at_s in contacts if at_s is not None)
                yield _mean_stride(archive[f"s{number}_time_s"], -np.degrees(turned[:, 1]), landings_s)


def _mean_stride(time_s, values, landings_s):
    shares = np.linspace(0.0, 1.0, 40, endpoint=False)
    strides = [
        np.interp(begin + shares * (end - begin), time_s, values)
        for begin, end in itertools.pairwise(landings_s)
        if 0.3 < end - begin < 1.0
    ]
    return np.nanmean(strides, axis=0)
