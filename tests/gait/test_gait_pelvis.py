"""Contacts from the pelvis: half-sines with every trap, and recordings with truth."""

from dataclasses import replace

import numpy as np
import pytest
from gait_runners import errors_s, part, pelvis_runner, recordings, truth, without_gyroscope

from analyzer.gait.pelvis import PelvisConfig, pelvis_contacts
from analyzer.model import Placement
from analyzer.signal.grid import on_grid
from analyzer.virtual import SensorModel, simulate, steady

CONFIG = PelvisConfig()


@pytest.mark.parametrize("rate_hz", [100.0, 200.0, 500.0, 1000.0])
@pytest.mark.parametrize(("step_s", "contact_s"), [(0.37, 0.27), (0.35, 0.22), (0.23, 0.11)])
def test_half_sine_contacts_are_found_at_every_rate_from_jog_to_sprint(rate_hz, step_s, contact_s):
    runner = pelvis_runner(rate_hz=rate_hz, step_s=step_s, contact_s=contact_s)

    found = pelvis_contacts(runner.signals, CONFIG)

    # 25 and 30 ms are the tolerances within which a contact counts as found: the pelvis promises no more.
    inner = slice(2, -2)
    assert np.all(np.abs(errors_s(found.initial_contact_s, runner.initial_contact_s[inner])) < 0.025)
    assert np.all(np.abs(errors_s(found.toe_off_s, runner.toe_off_s[inner])) < 0.030)


def test_no_contact_is_found_twice_or_in_the_stand():
    runner = pelvis_runner(rest_s=4.0)

    assert len(pelvis_contacts(runner.signals, CONFIG)) == len(runner.initial_contact_s)


def test_a_walk_gives_no_contacts():
    # A walking pelvis weighs between 0.7 and 1.3 of its rest, twice a second.
    signals = pelvis_runner().signals
    acc = np.zeros_like(signals.acc_m_s2)
    acc[:, 2] = 9.81 * (1.0 + 0.3 * np.sin(2 * np.pi * 2.0 * signals.time_s))

    assert len(pelvis_contacts(replace(signals, acc_m_s2=acc), CONFIG)) == 0


def test_sides_are_told_from_sway_and_turn():
    runner = pelvis_runner()

    found = pelvis_contacts(runner.signals, CONFIG)

    assert found.side == runner.sides


def test_sides_are_unknown_where_nothing_sways():
    runner = pelvis_runner()
    acc = runner.signals.acc_m_s2.copy()
    acc[:, 1] = 0.0

    found = pelvis_contacts(replace(without_gyroscope(runner.signals), acc_m_s2=acc), CONFIG)

    assert set(found.side) == {"unknown"}


@pytest.mark.parametrize("mounting", [1, 2, 3])
def test_mounting_moves_no_contact_and_changes_no_side(mounting):
    straight, turned = pelvis_runner(), pelvis_runner(mounting=mounting)

    before, after = pelvis_contacts(straight.signals, CONFIG), pelvis_contacts(turned.signals, CONFIG)

    assert after.side == before.side
    np.testing.assert_allclose(after.initial_contact_s, before.initial_contact_s, atol=1e-3)
    np.testing.assert_allclose(after.toe_off_s, before.toe_off_s, atol=1e-3)


def test_times_are_the_same_with_and_without_a_gyroscope():
    signals = pelvis_runner().signals

    with_rate, without = pelvis_contacts(signals, CONFIG), pelvis_contacts(without_gyroscope(signals), CONFIG)

    np.testing.assert_array_equal(without.initial_contact_s, with_rate.initial_contact_s)
    np.testing.assert_array_equal(without.toe_off_s, with_rate.toe_off_s)


def test_a_wrong_zero_of_the_vertical_moves_no_contact():
    runner = pelvis_runner()
    wrong = replace(runner.signals, acc_m_s2=runner.signals.acc_m_s2 + np.array([0.0, 0.0, 3.0]))

    right, shifted = pelvis_contacts(runner.signals, CONFIG), pelvis_contacts(wrong, CONFIG)

    np.testing.assert_allclose(shifted.toe_off_s, right.toe_off_s, atol=1e-3)
    np.testing.assert_allclose(shifted.initial_contact_s, right.initial_contact_s, atol=1e-3)


def test_a_later_clock_moves_every_contact_by_the_same_time():
    signals = pelvis_runner().signals

    early, late = pelvis_contacts(signals, CONFIG), pelvis_contacts(replace(signals, start_s=1000.0), CONFIG)

    np.testing.assert_allclose(late.toe_off_s - early.toe_off_s, 1000.0, atol=1e-9)


def test_a_lost_packet_marks_the_contact_that_it_touches():
    runner = pelvis_runner()
    lost = runner.signals.lost.copy()
    hole = runner.signals.to_index(runner.initial_contact_s[9] + 0.1)
    lost[hole : hole + 4] = True

    found = pelvis_contacts(replace(runner.signals, lost=lost), CONFIG)

    assert [i for i, quality in enumerate(found.quality) if quality == "gap"] == [9]


def test_a_window_that_closes_in_contact_has_no_toe_off_there():
    runner = pelvis_runner()

    found = pelvis_contacts(part(runner.signals, 1.0, runner.initial_contact_s[20] + 0.20), CONFIG)

    assert np.isnan(found.toe_off_s[-1])
    assert found.quality[-1] == "edge"


def test_a_still_or_empty_sensor_has_no_contacts():
    signals = pelvis_runner().signals

    assert len(pelvis_contacts(part(signals, 0.0, 0.9), CONFIG)) == 0
    assert len(pelvis_contacts(replace(signals, acc_m_s2=np.zeros_like(signals.acc_m_s2)), CONFIG)) == 0


@pytest.mark.parametrize("rate_hz", [100.0, 1000.0])
@pytest.mark.parametrize("speed_m_s", [2.5, 4.0, 6.5, 9.5])
def test_every_contact_of_a_virtual_athlete_is_found_once(speed_m_s, rate_hz):
    practice = steady(speed_m_s, duration_s=5.0, placements=(Placement.PELVIS,), model=SensorModel(rate_hz=rate_hz))
    contacts = practice.truth.contacts
    inner = contacts[contacts["initial_contact_s"].between(0.4, 4.4)]

    found = pelvis_contacts(on_grid(practice.recording().streams[Placement.PELVIS]), CONFIG)

    # The tolerances of a found contact; no more contacts between the first and the last than there are.
    assert np.all(np.abs(errors_s(found.initial_contact_s, inner["initial_contact_s"])) < 0.025)
    assert np.all(np.abs(errors_s(found.toe_off_s, inner["toe_off_s"])) < 0.030)
    begins = (found.initial_contact_s > 0.37) & (found.initial_contact_s < 4.43)
    assert begins.sum() <= len(contacts[contacts["initial_contact_s"].between(0.34, 4.46)])


def test_the_first_steps_out_of_a_stand_are_found():
    practice = simulate(placements=(Placement.PELVIS,))
    signals = on_grid(practice.recording().streams[Placement.PELVIS])
    contacts = practice.truth.contacts
    run = practice.truth.runs.iloc[-1]
    first = contacts.loc[contacts["initial_contact_s"] > run["start_s"], "initial_contact_s"].to_numpy()[:4]

    found = pelvis_contacts(part(signals, run["start_s"] - 1.0, run["stop_s"] + 0.8), CONFIG)

    # 30 ms: pushes out of a stand are unlike those of steady running.
    assert np.all(np.abs(errors_s(found.initial_contact_s, first)) < 0.030)


@pytest.mark.parametrize(("low_g", "flies"), [(0.5, True), (0.7, False)])
def test_only_a_push_beside_a_low_counts(low_g, flies):
    signals = pelvis_runner().signals
    # Squeezed towards the weight: the same steps, with flights in which something is left of it.
    acc = signals.acc_m_s2.copy()
    acc[:, 2] = 9.81 + (acc[:, 2] - 9.81) * (1.0 - low_g)

    assert (len(pelvis_contacts(replace(signals, acc_m_s2=acc), CONFIG)) > 0) == flies


def test_a_pelvis_upside_down_tells_the_same_sides():
    signals = pelvis_runner().signals
    # Turned by half a turn about the forward axis, as a belt worn the wrong way up.
    flip = np.array([1.0, -1.0, -1.0])
    turned = replace(signals, acc_m_s2=signals.acc_m_s2 * flip, gyr_rad_s=signals.gyr_rad_s * flip)

    assert pelvis_contacts(turned, CONFIG).side == pelvis_contacts(signals, CONFIG).side


def test_the_mirrored_runner_steps_with_the_other_foot():
    signals = pelvis_runner().signals
    flip = np.array([1.0, -1.0, 1.0])
    mirrored = replace(signals, acc_m_s2=signals.acc_m_s2 * flip, gyr_rad_s=-signals.gyr_rad_s * flip)

    side, other = (pelvis_contacts(worn, CONFIG).side for worn in (signals, mirrored))
    assert {("left", "right"), ("right", "left")} == set(zip(side, other, strict=True))


def test_two_seconds_are_enough():
    runner = pelvis_runner()

    found = pelvis_contacts(part(runner.signals, 3.0, 5.0), CONFIG)

    inside = runner.initial_contact_s[(runner.initial_contact_s > 3.2) & (runner.initial_contact_s < 4.6)]
    assert np.all(np.abs(errors_s(found.initial_contact_s, inside)) < 0.025)


@pytest.mark.parametrize("pattern", ["steady/*.npz", "real/alcantara_*.npz"])
def test_contacts_of_recorded_runners_are_found(shared, pattern):
    landing, leaving = [], []
    for header, sensors in recordings(shared / "data", pattern):
        found = pelvis_contacts(sensors["pelvis"], CONFIG)
        landing.append(errors_s(found.initial_contact_s, truth(header, None, "initial_contact_s")))
        leaving.append(errors_s(found.toe_off_s, truth(header, None, "toe_off_s")))
    landing, leaving = np.concatenate(landing), np.concatenate(leaving)

    assert np.mean(np.abs(landing) <= 0.025) >= 0.97
    assert np.mean(np.abs(leaving) <= 0.030) >= 0.97
    assert np.sqrt(np.nanmean(landing**2) + np.nanmean(leaving**2)) <= 0.022


def test_sides_of_treadmill_runners_are_told_right(shared):
    for header, sensors in recordings(shared / "data", "steady/*.npz"):
        found = pelvis_contacts(sensors["pelvis"], CONFIG)
        for side in ("left", "right"):
            own = found.initial_contact_s[np.array(found.side) == side]
            near = np.isfinite(errors_s(own, truth(header, side, "initial_contact_s")))
            assert near.mean() > 0.9, (header["id"], side)
