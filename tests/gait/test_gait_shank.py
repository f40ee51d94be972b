"""Contacts of a shank: made ones with every trap, and recordings with truth."""

from dataclasses import replace

import numpy as np
import pytest
from gait_runners import errors_s, part, recordings, shank_runner, truth, without_gyroscope

from analyzer.gait.shank import ShankConfig, shank_contacts

CONFIG = ShankConfig()


@pytest.mark.parametrize("rate_hz", [100.0, 200.0, 400.0, 1000.0])
@pytest.mark.parametrize("stride_s", [0.45, 0.72])
def test_contacts_are_found_at_every_rate_from_jog_to_sprint(rate_hz, stride_s):
    runner = shank_runner(rate_hz=rate_hz, stride_s=stride_s)

    found = shank_contacts(runner.signals, CONFIG)

    # 12 ms: the low-pass at 30 Hz spreads the onset of an impact, the drawn corner at toe-off is round.
    assert np.all(np.abs(errors_s(found.initial_contact_s, runner.initial_contact_s[:-1])) < 0.012)
    assert np.all(np.abs(errors_s(found.toe_off_s, runner.toe_off_s)) < 0.015)


def test_standing_before_and_after_gives_no_contacts():
    runner = shank_runner(rest_s=5.0)

    found = shank_contacts(runner.signals, CONFIG)

    assert np.nanmin(np.fmin(found.initial_contact_s, found.toe_off_s)) > 5.0
    assert np.nanmax(np.fmax(found.initial_contact_s, found.toe_off_s)) < 5.0 + 13 * 0.72


def test_walking_strides_are_not_contacts_of_a_run():
    walk = shank_runner(stride_s=1.15)

    assert len(shank_contacts(walk.signals, CONFIG)) == 0


def test_events_keep_their_order_and_their_side():
    found = shank_contacts(shank_runner().signals, CONFIG)

    whole = np.isfinite(found.initial_contact_s) & np.isfinite(found.toe_off_s)
    assert set(found.side) == {"left"}
    assert np.all(found.toe_off_s[whole] > found.initial_contact_s[whole])
    assert np.all(np.diff(found.initial_contact_s[whole]) > 0.5)


@pytest.mark.parametrize("mounting", [1, 2, 3])
def test_mounting_moves_no_contact_by_a_millisecond(mounting):
    straight, turned = shank_runner(), shank_runner(mounting=mounting)

    before, after = shank_contacts(straight.signals, CONFIG), shank_contacts(turned.signals, CONFIG)

    # Noise is drawn before the turn: the same motion in other axes.
    np.testing.assert_allclose(after.initial_contact_s, before.initial_contact_s, atol=1e-3)
    np.testing.assert_allclose(after.toe_off_s, before.toe_off_s, atol=1e-3)


def test_a_later_clock_moves_every_contact_by_the_same_time():
    signals = shank_runner().signals

    early, late = shank_contacts(signals, CONFIG), shank_contacts(replace(signals, start_s=1000.0), CONFIG)

    np.testing.assert_allclose(late.initial_contact_s, early.initial_contact_s + 1000.0, atol=1e-9)


def test_a_lost_packet_marks_the_contact_that_it_touches_and_no_other():
    runner = shank_runner()
    lost = runner.signals.lost.copy()
    hole = runner.signals.to_index(runner.initial_contact_s[5] + 0.02)
    lost[hole : hole + 8] = True

    found = shank_contacts(replace(runner.signals, lost=lost), CONFIG)

    marked = [t for t, quality in zip(found.initial_contact_s, found.quality, strict=True) if quality == "gap"]
    np.testing.assert_allclose(marked, runner.initial_contact_s[5], atol=0.012)


def test_a_clipped_rate_in_contact_is_said():
    runner = shank_runner()
    clipped = runner.signals.clipped.copy()
    clipped[runner.signals.to_index(runner.initial_contact_s[5] + 0.1), 4] = True

    found = shank_contacts(replace(runner.signals, clipped=clipped), CONFIG)

    assert found.quality.count("clipped") == 1


def test_a_window_that_opens_in_contact_has_a_toe_off_without_initial_contact():
    runner = shank_runner()

    found = shank_contacts(part(runner.signals, runner.initial_contact_s[3] + 0.1, 6.5), CONFIG)

    assert np.isnan(found.initial_contact_s[0])
    assert found.toe_off_s[0] == pytest.approx(runner.toe_off_s[3], abs=0.015)
    assert found.quality[0] == "edge"


def test_a_window_that_closes_in_contact_has_an_initial_contact_without_toe_off():
    runner = shank_runner()

    found = shank_contacts(part(runner.signals, 1.0, runner.initial_contact_s[8] + 0.12), CONFIG)

    assert found.initial_contact_s[-1] == pytest.approx(runner.initial_contact_s[8], abs=0.012)
    assert np.isnan(found.toe_off_s[-1])


def without_impact(runner, number):
    """Return the signals with the force of one landing gone: gravity and the swing stay."""
    signals = runner.signals
    first = signals.to_index(runner.initial_contact_s[number]) - 10
    acc = signals.acc_m_s2.copy()
    acc[first : first + 40] = acc[first]
    return replace(signals, acc_m_s2=acc)


def test_a_landing_without_a_jolt_is_placed_where_the_others_are():
    runner = shank_runner()

    found = shank_contacts(without_impact(runner, 5), CONFIG)

    # Only the swing is left: the place of the other landings, and the doubt of a soft one.
    at = np.nanargmin(np.abs(found.initial_contact_s - runner.initial_contact_s[5]))
    assert found.initial_contact_s[at] == pytest.approx(runner.initial_contact_s[5], abs=0.012)
    assert found.initial_contact_sd_s[at] == CONFIG.soft_sd_s


def test_a_late_second_jolt_does_not_move_a_landing():
    runner = shank_runner()
    acc = without_impact(runner, 5).acc_m_s2.copy()
    late = runner.signals.to_index(runner.initial_contact_s[5] + 0.035)
    acc[late : late + 6, 2] += 60.0

    found = shank_contacts(replace(runner.signals, acc_m_s2=acc), CONFIG)

    assert np.nanmin(np.abs(found.initial_contact_s - runner.initial_contact_s[5])) < 0.012


def test_a_landing_that_lies_in_a_hole_is_not_told():
    runner = shank_runner()
    lost = runner.signals.lost.copy()
    first = runner.signals.to_index(runner.initial_contact_s[5] - 0.06)
    lost[first : first + 24] = True

    found = shank_contacts(replace(runner.signals, lost=lost), CONFIG)

    at = np.nanargmin(np.abs(found.toe_off_s - runner.toe_off_s[5]))
    assert np.isnan(found.initial_contact_s[at])
    assert found.quality[at] == "gap"


def test_a_throw_cut_by_the_end_of_the_window_still_has_its_toe_off():
    runner = shank_runner()

    found = shank_contacts(part(runner.signals, 1.0, runner.toe_off_s[7] + 0.06), CONFIG)

    assert found.toe_off_s[-1] == pytest.approx(runner.toe_off_s[7], abs=0.015)


def test_two_seconds_are_enough():
    runner = shank_runner()

    found = shank_contacts(part(runner.signals, 3.0, 5.0), CONFIG)

    inside = runner.initial_contact_s[(runner.initial_contact_s > 3.1) & (runner.initial_contact_s < 4.9)]
    assert np.all(np.abs(errors_s(found.initial_contact_s, inside)) < 0.012)


def test_the_doubt_of_toe_off_grows_with_a_slow_roll_into_the_throw():
    jog, sprint = (shank_contacts(shank_runner(stride_s=stride_s).signals, CONFIG) for stride_s in (0.8, 0.45))

    assert np.nanmedian(jog.toe_off_sd_s) > np.nanmedian(sprint.toe_off_sd_s)


def test_without_a_gyroscope_there_are_no_contacts():
    assert len(shank_contacts(without_gyroscope(shank_runner().signals), CONFIG)) == 0


def test_a_sensor_that_lies_still_has_no_contacts():
    signals = shank_runner().signals
    still = replace(signals, gyr_rad_s=np.zeros_like(signals.gyr_rad_s), acc_m_s2=np.zeros_like(signals.acc_m_s2))

    assert len(shank_contacts(still, CONFIG)) == 0


def test_contacts_of_treadmill_runners_are_found_within_the_goal(shared):
    landing, leaving, contact_time = [], [], []
    for header, sensors in recordings(shared / "data", "steady/*.npz"):
        for side in ("left", "right"):
            found = shank_contacts(sensors[f"{side}_shank"], CONFIG)
            landing.append(errors_s(found.initial_contact_s, truth(header, side, "initial_contact_s")))
            leaving.append(errors_s(found.toe_off_s, truth(header, side, "toe_off_s")))
            pairs = [
                c
                for c in header["contacts"]
                if c["side"] == side and None not in (c["initial_contact_s"], c["toe_off_s"])
            ]
            start, stop = (np.array([c[name] for c in pairs]) for name in ("initial_contact_s", "toe_off_s"))
            contact_time.append(errors_s(found.toe_off_s, stop) - errors_s(found.initial_contact_s, start))
    landing, leaving, contact_time = map(np.concatenate, (landing, leaving, contact_time))

    assert np.mean(np.abs(landing) <= 0.025) >= 0.99
    assert np.mean(np.abs(leaving) <= 0.030) >= 0.99
    assert np.sqrt(np.nanmean(contact_time**2)) <= 0.015


def test_stated_uncertainty_of_a_shank_covers_the_truth(shared):
    covered = []
    for header, sensors in recordings(shared / "data", "steady/*.npz"):
        for side in ("left", "right"):
            found = shank_contacts(sensors[f"{side}_shank"], CONFIG)
            for event, sd in (("initial_contact_s", found.initial_contact_sd_s), ("toe_off_s", found.toe_off_sd_s)):
                error = errors_s(truth(header, side, event), getattr(found, event))
                covered.append(np.abs(error[np.isfinite(error)]) <= 1.96 * sd[np.isfinite(error)])

    assert 0.90 <= np.mean(np.concatenate(covered)) <= 0.98
