"""Tilt through a run: made segments with known angles, any mounting."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_segments import RUN_S, STOP_S, TOP_S, segment

from analyzer.gait.segments.axes import AxesConfig, heading_of, segment_angle, segment_axes, side_angle
from analyzer.gait.segments.strapdown import StrapdownConfig, attitude_of
from analyzer.gait.segments.upright import UprightConfig, still_spans, upright_of
from analyzer.model import Placement

CONFIG, AXES, UPRIGHT = StrapdownConfig(), AxesConfig(), UprightConfig()
RUN = (RUN_S, STOP_S)


def attitude(made, config=CONFIG):
    return attitude_of(made.signals, still_spans(made.signals, UPRIGHT), RUN, config)


def angles_deg(made, *, way="forward", limb=False):
    """Return the angle found through the run, the side angle, and the true angle at the same samples."""
    found = attitude(made)
    up = upright_of(still_spans(made.signals, UPRIGHT), made.signals, RUN, UPRIGHT).up
    heading = heading_of(found, (RUN_S, TOP_S, STOP_S), AXES)
    axes = segment_axes(found, up, heading, (RUN_S + 0.5, TOP_S), (way, limb, AXES))
    first = round((found.start_s - made.time_s[0]) * found.rate_hz)
    true = made.lean_deg[first : first + len(found.up)]
    return np.degrees(segment_angle(found, axes)), np.degrees(side_angle(found, axes)), true


@pytest.mark.parametrize("mounting", [0, 1, 2, 3])
@pytest.mark.parametrize("heading_deg", [0.0, 130.0])
def test_the_lean_is_found_in_any_mounting_and_any_direction(mounting, heading_deg):
    found, _, true = angles_deg(segment(lean_deg=15.0, mounting=mounting, heading_deg=heading_deg))

    np.testing.assert_allclose(found, true, atol=0.1)


def test_a_lean_is_counted_from_the_stand():
    found, _, true = angles_deg(segment(lean_deg=12.0, stand_deg=4.0, mounting=1))

    np.testing.assert_allclose(found, true - 4.0, atol=0.1)


def test_a_lean_to_the_left_is_positive():
    _, side, _ = angles_deg(segment(lean_deg=0.0, side_deg=7.0, mounting=2))

    assert side.max() == pytest.approx(7.0, abs=0.1)


def test_backward_the_body_faces_the_other_way():
    # The body leans 10 deg along its way: backward, as it sees it.
    found, _, true = angles_deg(segment(lean_deg=10.0), way="backward")

    np.testing.assert_allclose(found, -true, atol=0.1)


@pytest.mark.parametrize(("way", "sign"), [("lateral_left", 1.0), ("lateral_right", -1.0)])
def test_sideways_a_lean_along_the_way_is_one_to_the_side(way, sign):
    found, side, true = angles_deg(segment(lean_deg=10.0), way=way)

    np.testing.assert_allclose(found, 0.0, atol=0.1)
    np.testing.assert_allclose(side, sign * true, atol=0.1)


def test_a_limb_faces_across_the_axis_of_its_swing():
    made = segment(Placement.LEFT_THIGH, swing_deg=50.0, lean_deg=-15.0, mounting=3)
    found, _, true = angles_deg(made, limb=True)

    np.testing.assert_allclose(found, true, atol=0.3)


def test_the_bias_of_the_gyroscope_does_not_show():
    found, _, true = angles_deg(segment(swing_deg=5.0, bias_deg_s=(1.0, 2.0, -1.0), mounting=1))

    np.testing.assert_allclose(found, true, atol=0.3)


def test_a_drift_is_shared_out_evenly_over_the_run():
    found, _, _ = angles_deg(segment(hidden_deg=4.0))
    plain, _, _ = angles_deg(segment())

    # From the middle of the stand before to that of the stand after: 2.9 - 0.5 to 9.0 + 0.5 s or a little later.
    np.testing.assert_allclose(np.gradient(found - plain, 1 / 200.0)[300:1200], 4.0 / 7.2, atol=0.05)


@pytest.mark.parametrize(("hidden_deg", "slipped"), [(0.0, False), (6.0, False), (10.0, True), (-10.0, True)])
def test_a_drift_beyond_the_limit_is_told(hidden_deg, slipped):
    found = attitude(segment(hidden_deg=hidden_deg, mounting=1))

    assert found.mismatch_rad == pytest.approx(np.radians(abs(hidden_deg)), abs=np.radians(0.2))
    assert found.slipped == slipped


def test_without_a_stand_or_walk_before_there_is_no_tilt():
    made = segment()
    late = replace(
        made.signals,
        start_s=3.5,
        **{name: getattr(made.signals, name)[700:] for name in ("acc_m_s2", "gyr_rad_s", "lost", "clipped")},
    )

    assert attitude_of(late, still_spans(late, UPRIGHT), RUN, CONFIG) is None


def ended(made, stop):
    """Return a made segment whose samples end at some index."""
    names = ("acc_m_s2", "gyr_rad_s", "lost", "clipped")
    return replace(made, signals=replace(made.signals, **{n: getattr(made.signals, n)[:stop] for n in names}))


def test_without_a_reference_after_the_run_the_doubt_grows_with_time():
    found = attitude(ended(segment(), round(STOP_S * 200)))

    assert found.closed_by == "none"
    assert np.isnan(found.mismatch_rad)
    assert not found.slipped
    assert np.all(np.diff(found.sd_rad) > -1e-12)
    # 6.5 s of 0.2 deg/s, and half a degree of the stand.
    assert np.degrees(found.sd_rad[-1]) == pytest.approx(np.hypot(0.5, 0.2 * 6.5), rel=0.1)


def test_a_stand_after_the_run_makes_angles_surer_at_its_end():
    whole = attitude(segment())

    assert whole.closed_by == "stand"
    assert whole.sd_rad[-1] < attitude(ended(segment(), round(STOP_S * 200))).sd_rad[-1]


def test_a_hole_before_a_sample_is_a_doubt_after_it():
    made = ended(segment(swing_deg=30.0), round(STOP_S * 200))
    lost = made.signals.lost.copy()
    lost[1000:1010] = True
    holed = replace(made, signals=replace(made.signals, lost=lost))

    before, after = attitude(made).sd_rad, attitude(holed).sd_rad

    first = round((attitude(made).start_s) * 200)
    np.testing.assert_allclose(after[: 1000 - first], before[: 1000 - first])
    assert np.all(after[1000 - first :] > before[1000 - first :])


def test_a_clipped_gyroscope_is_a_doubt_as_a_hole_is():
    made = ended(segment(swing_deg=30.0), round(STOP_S * 200))
    clipped, lost = made.signals.clipped.copy(), made.signals.lost.copy()
    clipped[1000:1010, 4], lost[1000:1010] = True, True

    by_clip = attitude(replace(made, signals=replace(made.signals, clipped=clipped)))
    by_hole = attitude(replace(made, signals=replace(made.signals, lost=lost)))

    np.testing.assert_allclose(by_clip.sd_rad, by_hole.sd_rad)


def test_a_run_too_slow_to_show_its_direction_has_none():
    assert heading_of(attitude(segment(speed_m_s=1.0)), (RUN_S, TOP_S, STOP_S), AXES) is None


def test_the_direction_of_a_run_under_way_is_told_by_its_slowing():
    found = attitude(segment(heading_deg=40.0))
    under_way = heading_of(found, (TOP_S - 0.1, TOP_S, STOP_S), AXES)

    # In the world of a sensor that begins unturned in the stand.
    assert np.degrees(np.arctan2(under_way[1], under_way[0])) == pytest.approx(0.0, abs=1.0)


def test_a_swing_across_the_way_is_no_swing_of_a_limb():
    made = segment(Placement.LEFT_THIGH, side_deg=30.0, lean_deg=0.0)
    found = attitude(made)
    up = np.array([0.0, 0.0, 1.0])
    heading = heading_of(found, (RUN_S, TOP_S, STOP_S), AXES)

    # What turns here is the segment to its side.
    assert segment_axes(found, up, heading, (RUN_S, RUN_S + 0.5), ("forward", True, AXES)) is None


@settings(max_examples=15, deadline=None)
@given(st.floats(-20.0, 45.0), st.floats(0.0, 20.0), st.integers(0, 1000), st.floats(-180.0, 180.0))
def test_neither_mounting_nor_direction_changes_an_angle(lean_deg, swing_deg, mounting, heading_deg):
    made = segment(lean_deg=lean_deg, swing_deg=swing_deg)
    turned = segment(lean_deg=lean_deg, swing_deg=swing_deg, mounting=mounting, heading_deg=heading_deg)

    # A hundredth of a degree: the same arithmetic about other axes.
    np.testing.assert_allclose(angles_deg(turned)[0], angles_deg(made)[0], atol=0.01)


@pytest.mark.parametrize("rate_hz", [100.0, 400.0])
def test_the_sample_rate_changes_no_angle(rate_hz):
    found, _, true = angles_deg(segment(swing_deg=10.0, rate_hz=rate_hz))

    np.testing.assert_allclose(found, true, atol=0.3)


def test_up_is_a_unit_vector_in_every_sample():
    found = attitude(segment(swing_deg=30.0, mounting=2, hidden_deg=5.0))

    np.testing.assert_allclose(np.linalg.norm(found.up, axis=1), 1.0, atol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(found.world_up, axis=1), 1.0, atol=1e-12)
