"""What a foot does in the air: made swings with known speed, height and pitch."""

from dataclasses import replace
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from analyzer.gait.foot import landing
from analyzer.gait.foot.integrals import integrate_strides
from analyzer.gait.foot.landing import BEFORE_CONTACT_S, foot_swings
from analyzer.gait.foot.motion import FootMotion
from analyzer.gait.foot.trajectory import TrajectoryConfig, solve_strides
from analyzer.units import G_M_S2

RATE_HZ, N = 400.0, 161
TIME_S = np.arange(N) / RATE_HZ
DURATION_S = TIME_S[-1]
TURN = 2 * np.pi / DURATION_S
LENGTH_M, RISE_M = 4.0, 0.5
CONTACT = 0.85 * (N - 1)
"""Where the foot lands: it is then still fast, and comes to rest later."""


def forward_m_s(time_s):
    return LENGTH_M / DURATION_S * (1.0 - np.cos(TURN * time_s))


def swing(*, tilt_deg=0.0, heading_deg=0.0, impulse_m_s=0.0) -> FootMotion:
    """Return a stride of 4 m that rises by 0.5 m, in a world that is tilted and turned."""
    force = np.column_stack(
        [
            LENGTH_M / DURATION_S * TURN * np.sin(TURN * TIME_S),
            0.0 * TIME_S,
            G_M_S2 + 0.5 * RISE_M * TURN**2 * np.cos(TURN * TIME_S),
        ]
    )
    doubt = np.zeros(N)
    if impulse_m_s:
        force[10:14, 0] -= impulse_m_s * RATE_HZ / 4
        doubt[10:14] = 100.0**2
    world = Rotation.from_euler("zx", [heading_deg, tilt_deg], degrees=True)
    rotation = np.tile([1.0, 0.0, 0.0, 0.0], (N, 1))
    return FootMotion(RATE_HZ, rotation, world.apply(force), np.zeros((N, 3)), np.zeros(3), doubt)


def swings_of(motion, *, contact=CONTACT, pitch_rad_s=None, lost=None):
    first, last = np.array([0]), np.array([N - 1])
    paths = solve_strides(motion, integrate_strides(motion, first, last), TrajectoryConfig())
    pitch = np.zeros(N) if pitch_rad_s is None else pitch_rad_s
    nothing = np.zeros(N, dtype=bool) if lost is None else lost
    return foot_swings(motion, paths, pitch, (np.array([-5.0]), np.array([contact])), nothing)


@pytest.mark.parametrize(("tilt_deg", "heading_deg"), [(0.0, 0.0), (3.0, 70.0), (-5.0, 200.0)])
def test_the_speed_before_contact_is_found_in_any_world(tilt_deg, heading_deg):
    found = swings_of(swing(tilt_deg=tilt_deg, heading_deg=heading_deg))
    before = CONTACT / RATE_HZ - np.linspace(*BEFORE_CONTACT_S, 50)

    assert found.landing_speed_m_s[0] == pytest.approx(forward_m_s(before).mean(), abs=0.1)


def test_the_rise_of_the_sensor_is_found():
    assert swings_of(swing(tilt_deg=4.0)).rise_m[0] == pytest.approx(RISE_M, abs=0.02)


def test_what_clipping_took_early_in_the_swing_is_put_back_before_the_contact():
    whole, clipped = swings_of(swing()), swings_of(swing(impulse_m_s=1.0))

    assert clipped.landing_speed_m_s[0] == pytest.approx(whole.landing_speed_m_s[0], abs=0.1)


def test_the_pitch_furthest_back_is_that_since_stance():
    # Back by 1.5 rad within the first half, and forward again.
    rate = np.where(TIME_S < 0.5 * DURATION_S, -1.5, 1.5) / (0.5 * DURATION_S)

    assert swings_of(swing(), pitch_rad_s=rate).heel_recovery_rad[0] == pytest.approx(-1.5, abs=0.03)


def test_a_swing_with_a_hole_tells_nothing():
    lost = np.zeros(N, dtype=bool)
    lost[60] = True
    found = swings_of(swing(), lost=lost)

    assert np.isnan([found.landing_speed_m_s[0], found.heel_recovery_rad[0], found.rise_m[0]]).all()


@pytest.mark.parametrize("contact", [np.nan, -3.0, N + 4.0])
def test_a_contact_that_was_not_seen_in_the_stride_has_no_speed_before_it(contact):
    found = swings_of(swing(), contact=contact)

    assert np.isnan(found.landing_speed_m_s[0])
    assert np.isfinite(found.rise_m[0])


def test_a_foot_that_took_no_stride_has_no_swings():
    none = np.empty(0, dtype=np.intp)
    motion = swing()
    paths = solve_strides(motion, integrate_strides(motion, none, none), TrajectoryConfig())

    found = foot_swings(motion, paths, np.zeros(N), (np.empty(0), np.empty(0)), np.zeros(N, dtype=bool))

    assert len(found.landing_speed_m_s) == len(found.rise_m) == 0


def test_a_swing_keeps_the_contacts_it_lies_between():
    found = swings_of(replace(swing()))

    assert (found.open_s[0], found.close_s[0]) == (-5.0, CONTACT)


def one_swing(motion, paths, k, pitch_rad_s, contact):
    """Speed before contact, furthest pitch and highest rise of one swing, sample after sample."""
    first, last = int(paths.first[k]), int(paths.last[k])
    velocity = paths.levelling[k] @ motion.rolling_m_s(np.array([first]))[0]
    total = motion.doubt_m2_s4[first : last + 1].sum()
    doubted, pitch, height, velocities, pitches, heights = 0.0, 0.0, 0.0, [], [], []
    for at in range(first, last + 1):
        here, before = (paths.levelling[k] @ motion.force_m_s2[n] - [0.0, 0.0, G_M_S2] for n in (at, at - 1))
        velocity = velocity + (0.5 * (here + before) / motion.rate_hz if at > first else 0.0)
        doubted += motion.doubt_m2_s4[at]
        lost = doubted / total * paths.lost_impulse_m_s[k] if total else 0.0
        velocities.append(velocity + lost + (at - first) / (last - first) * paths.drift_m_s[k])
        pitch, height = pitch + pitch_rad_s[at] / motion.rate_hz, height + velocities[-1][2] / motion.rate_hz
        pitches.append(pitch)
        heights.append(height)
    way = paths.way_m[k, :2] / np.hypot(*paths.way_m[k, :2])
    forward = [float(one[:2] @ way) for one in velocities]
    at = contact - first - np.linspace(*BEFORE_CONTACT_S, 5) * motion.rate_hz
    return np.interp(at, range(len(forward)), forward).mean(), min(pitches), max(heights)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), at_once=st.sampled_from([1, 300, 8192]))
def test_many_swings_together_are_what_each_is_alone(seed, at_once):
    draw = np.random.default_rng(seed)
    bounds = np.cumsum(draw.integers(40, 110, 7))
    first, last, n = bounds[:-1], bounds[1:], bounds[-1] + 5
    motion = FootMotion(
        RATE_HZ,
        Rotation.random(n, rng=draw).as_quat(scalar_first=True),
        draw.normal((0.0, 0.0, G_M_S2), 4.0, (n, 3)),
        draw.normal(0.0, 2.0, (n, 3)),
        draw.normal(0.0, 0.1, 3),
        (draw.random(n) < 0.05) * 400.0,
    )
    paths = solve_strides(motion, integrate_strides(motion, first, last), TrajectoryConfig())
    pitch, landed = draw.normal(0.0, 5.0, n), last - draw.uniform(5.0, 20.0, len(last))

    with patch.object(landing, "AT_ONCE", at_once):
        found = foot_swings(motion, paths, pitch, (first.astype(float), landed), np.zeros(n, dtype=bool))

    expected = np.array([one_swing(motion, paths, k, pitch, landed[k]) for k in range(len(first))])
    together = np.column_stack([found.landing_speed_m_s, found.heel_recovery_rad, found.rise_m])
    np.testing.assert_allclose(together, expected, rtol=1e-9, atol=1e-9)
