"""Rings, flash and what watches are told."""

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.model import Placement
from analyzer.virtual.ble.fleet import model_of, pace_of, rest_fleet
from analyzer.virtual.ble.memory import Flash, Ring
from analyzer.virtual.ble.rsc import Pace, encode_rsc
from analyzer.virtual.simulate import steady

RSC = struct.Struct("<BHBHI")


@given(st.integers(1, 20), st.lists(st.integers(0, 30), max_size=8))
def test_a_ring_holds_the_newest_samples_whatever_the_blocks(n_rows, blocks):
    ring, written = Ring(n_rows, 2), 0
    for n in blocks:
        numbers = np.arange(written, written + n)
        ring.append(numbers * 10, np.stack([numbers, -numbers], axis=1).astype(np.int16))
        written += n
    assert (ring.oldest, ring.next) == (max(0, written - n_rows), written)
    times, rows = ring.read(ring.oldest, ring.next - ring.oldest)
    assert times.tolist() == [10 * n for n in range(ring.oldest, written)]
    assert rows[:, 1].tolist() == [-n for n in range(ring.oldest, written)]


def test_flash_refuses_what_does_not_fit_and_keeps_what_did():
    flash = Flash(1)
    log = flash.begin(7, 0, 0, None)
    n_written = sum(flash.write(log, bytes(100)) for _ in range(20))
    # 108 bytes each, of 1024.
    assert (n_written, flash.used_kib) == (9, 1)


def test_the_number_that_means_all_logs_is_never_given_to_one():
    flash = Flash(1)
    ids = {flash.begin(0, 0, 0, None).log_id for _ in range(5)}
    assert ids == {1, 2, 3, 4, 5}
    flash._last_id = 0xFFFE
    assert flash.begin(0, 0, 0, None).log_id == 1


def test_a_log_is_found_followed_and_erased():
    flash = Flash(1)
    first, second = flash.begin(1, 0, 0, None), flash.begin(2, 0, 0, None)
    assert flash.after(first) is second
    assert flash.after(second) is None
    flash.erase(first.log_id)
    assert (flash.find(first.log_id), flash.find(second.log_id)) == (None, second)
    flash.erase(None)
    assert flash.logs == []


def test_the_cadence_of_a_sprinter_stays_at_the_limit_of_its_byte():
    assert RSC.unpack(encode_rsc(9.0, 4.5, 20.0))[2] == 255


@given(st.floats(0, 1e9), st.floats(0, 1e9), st.floats(0, 1e12))
def test_no_field_for_watches_wraps(speed_m_s, step_frequency_hz, distance_m):
    _, speed, cadence, _, distance = RSC.unpack(encode_rsc(speed_m_s, step_frequency_hz, distance_m))
    assert speed == min(round(min(speed_m_s * 256, 65535)), 65535)
    assert cadence == min(round(min(step_frequency_hz * 60, 255)), 255)
    assert distance == round(min(distance_m * 10, 2**32 - 1))


@pytest.mark.parametrize(("speed_m_s", "is_running"), [(1.5, False), (3.0, True)])
def test_walking_and_running_are_told_apart(speed_m_s, is_running):
    assert bool(RSC.unpack(encode_rsc(speed_m_s, 2.5, 0.0))[0] & 4) is is_running


def test_distance_adds_up_stride_by_stride_and_nobody_moves_before_the_start():
    pace = Pace(np.array([1.0, 2.0]), np.array([4.0, 6.0]), np.array([2.5, 3.0]))
    assert pace.measurement(0.5) == encode_rsc(0.0, 0.0, 0.0)
    assert pace.measurement(3.0) == encode_rsc(6.0, 3.0, 4.0 + 6.0)


def test_the_pace_of_a_steady_runner_is_his_speed():
    pace = pace_of(steady(5.0, 3.0, placements=(Placement.LEFT_FOOT,)))
    # A stride differs from the next by a few per cent.
    assert np.median(pace.speed_m_s) == pytest.approx(5.0, rel=0.05)


def test_sensors_of_a_fleet_differ_in_name_number_and_clock():
    models = [device.model for device in rest_fleet(list(Placement))]
    for field in ("name", "device_id", "serial_number", "drift", "uptime_s"):
        assert len({getattr(model, field) for model in models}) == len(models), field
    # Flags, service and name fill the 31 bytes of an advertisement.
    assert max(len(model.name.encode()) for model in models) <= 8


def test_the_same_seed_gives_the_same_sensor():
    assert model_of(Placement.PELVIS, 0, seed=3) == model_of(Placement.PELVIS, 0, seed=3)
    assert model_of(Placement.PELVIS, 0, seed=3).drift != model_of(Placement.PELVIS, 0, seed=4).drift
