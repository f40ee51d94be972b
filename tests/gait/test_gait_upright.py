"""Where up is in a stand, and which stand is the upright one."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_segments import RUN_S, STOP_S, grid, segment

from analyzer.gait.segments.upright import StillSpans, UprightConfig, angle_between, still_spans, upright_of
from analyzer.model import Placement
from analyzer.units import G_M_S2

CONFIG = UprightConfig()
RATE_HZ = 100.0


def still(*postures_deg, lasting_s=2.0, moving_s=1.0):
    """Return a sensor that keeps some pitches, one after the other, with unrest between."""
    rng = np.random.default_rng(1)
    parts, rates = [], []
    for degrees in postures_deg:
        n = round(lasting_s * RATE_HZ)
        parts.append(np.tile(up_at(degrees) * G_M_S2, (n, 1)))
        rates.append(np.zeros((n, 3)))
        m = round(moving_s * RATE_HZ)
        parts.append(np.array([0.0, 0.0, G_M_S2]) + rng.normal(0.0, 3.0, (m, 3)))
        rates.append(rng.normal(0.0, 1.0, (m, 3)))
    return grid(Placement.STERNUM, np.vstack(parts), np.vstack(rates), RATE_HZ)


def up_at(degrees):
    return np.array([-np.sin(np.radians(degrees)), 0.0, np.cos(np.radians(degrees))])


def spans_of(*rows):
    """Return spans (start, stop, degrees) as if found."""
    start, stop, degrees = zip(*rows, strict=True)
    up = np.array([up_at(angle) for angle in degrees])
    return StillSpans(np.array(start), np.array(stop), up, np.zeros_like(up))


def degrees_off(upright, degrees):
    return np.degrees(float(angle_between(upright.up, up_at(degrees))[0]))


def test_two_stands_around_a_run_are_found():
    spans = still_spans(segment(swing_deg=20.0).signals, CONFIG)

    assert len(spans) == 2
    assert spans.start[0] / 200.0 == pytest.approx(0.1)
    # Stillness is told in pieces of a tenth of a second, and a run begins and ends softly.
    assert spans.stop[0] / 200.0 == pytest.approx(RUN_S, abs=0.35)
    assert spans.start[1] / 200.0 == pytest.approx(STOP_S, abs=0.35)


def test_a_short_halt_is_no_stand():
    assert len(still_spans(still(0.0, lasting_s=0.3), CONFIG)) == 0


def test_lost_samples_are_not_still():
    signals = still(0.0)
    lost = signals.lost.copy()
    lost[100] = True

    assert still_spans(replace(signals, lost=lost), CONFIG).stop[0] == 90


@pytest.mark.parametrize("scale", [0.9, 1.1])
def test_a_force_that_is_not_the_weight_is_no_stand(scale):
    signals = still(0.0)

    assert len(still_spans(replace(signals, acc_m_s2=scale * signals.acc_m_s2), CONFIG)) == 0


def test_the_bias_of_the_gyroscope_is_told_by_a_stand():
    spans = still_spans(segment(bias_deg_s=(1.0, -2.0, 0.5)).signals, CONFIG)

    np.testing.assert_allclose(np.degrees(spans.rate_rad_s[0]), (1.0, -2.0, 0.5), atol=0.05)


def test_sway_is_not_taken_for_bias():
    # Half a swing: the body ends 2 deg further forward than it began.
    time_s = np.arange(0.0, 4.0, 1.0 / RATE_HZ)
    lean = np.radians(1.0) * -np.cos(np.pi * time_s / 4.0)
    acc = G_M_S2 * np.column_stack([-np.sin(lean), 0 * lean, np.cos(lean)])
    gyr = np.column_stack([0 * lean, np.gradient(lean, time_s), 0 * lean])

    found = still_spans(grid(Placement.STERNUM, acc, gyr, RATE_HZ), CONFIG).rate_rad_s

    # The mean rate alone would say 0.5 deg/s.
    np.testing.assert_allclose(np.degrees(found[0]), 0.0, atol=0.06)


def test_slowing_down_evenly_is_no_stand():
    n = round(2.0 * RATE_HZ)
    slowing = np.linspace(0.0, 3.0, n)
    acc = np.column_stack([slowing, 0 * slowing, np.sqrt(G_M_S2**2 - slowing**2)])

    # Its force turns by 9 deg/s, its gyroscope does not.
    assert len(still_spans(grid(Placement.STERNUM, acc, np.zeros((n, 3)), RATE_HZ), CONFIG)) == 0


def test_an_empty_recording_has_no_stands():
    assert len(still_spans(grid(Placement.STERNUM, np.zeros((3, 3)), np.zeros((3, 3))), CONFIG)) == 0


def test_the_posture_stood_in_longest_is_the_upright():
    spans = spans_of((0, 300, 0.0), (400, 500, 38.0), (600, 700, 1.0))

    upright = upright_of(spans, still(0.0), (2.0, 2.5), CONFIG)

    # 300 samples at 0 and 100 at 1 degree.
    assert degrees_off(upright, 0.25) < 0.01
    assert not upright.from_walking


def test_a_crouch_is_not_the_upright_even_if_it_lasts_longest():
    signals = still(0.0, 38.0, moving_s=4.0)
    spans = spans_of((0, 200, 0.0), (600, 1200, 38.0))

    assert degrees_off(upright_of(spans, signals, (100.0, 101.0), CONFIG), 0.0) < 0.01


def test_a_long_stand_counts_although_what_was_done_besides_looks_otherwise():
    # As jumping and kneeling between would make it: the mean of what is no stand lies 26 degrees away.
    spans = spans_of((0, 400, 26.0), (600, 660, 8.0))

    assert degrees_off(upright_of(spans, still(0.0, moving_s=20.0), (100.0, 101.0), CONFIG), 26.0) < 0.01


def test_sitting_is_not_the_upright_however_long():
    signals = still(80.0, lasting_s=9.0, moving_s=4.0)
    upright = upright_of(still_spans(signals, CONFIG), signals, (100.0, 101.0), CONFIG)

    assert upright.from_walking


def test_without_a_stand_the_mean_of_walking_is_a_weaker_upright():
    signals = still(38.0, moving_s=20.0)
    upright = upright_of(still_spans(signals, CONFIG), signals, (100.0, 101.0), CONFIG)

    assert upright.from_walking
    assert upright.sd_rad == CONFIG.walking_sd_rad
    # 2000 samples of 3 m/s2 of noise.
    assert degrees_off(upright, 0.0) < 1.5


def test_with_neither_stand_nor_walking_there_is_no_upright():
    nothing = StillSpans(np.empty(0, np.intp), np.empty(0, np.intp), np.empty((0, 3)), np.empty((0, 3)))

    assert upright_of(nothing, still(0.0, moving_s=1.0), (-10.0, 10.0), CONFIG) is None


@given(st.floats(0.0, np.pi), st.floats(-np.pi, np.pi))
def test_the_angle_between_two_directions_is_that_of_their_turn(angle, about):
    one = np.array([0.0, 0.0, 1.0])
    other = np.array([np.sin(angle) * np.cos(about), np.sin(angle) * np.sin(about), np.cos(angle)])

    assert float(angle_between(other, one)[0]) == pytest.approx(angle, abs=1e-7)
