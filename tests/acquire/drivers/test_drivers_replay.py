"""Known motion, through a maker's bytes and a capture, comes back at its own time and in its own units."""

from dataclasses import replace
from functools import cache, partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_devices import LIVE, Day, G, acc_g, dot_day, gyr_dps, movesense_day, polar_day, witmotion_day

import analyzer
from analyzer.acquire.assemble import Assembler
from analyzer.acquire.capture import CaptureWriter, read_capture
from analyzer.model import Placement, SensorStream

DAYS = {
    "polar_pmd": (polar_day, 1 / 206.8),
    "movesense_gsp": (movesense_day, 1 / 103.4),
    "movella_dot": (dot_day, 1 / 60),
    "witmotion": (witmotion_day, 1 / 98.7),
}
CLOCK_S = 3e-3
"""Times may be off by the least delay of the radio (20 ms, which nobody can see) plus this much."""


def assembled(day, **given):
    assembler = Assembler(**given)
    blocks = [block for payload in day.payloads for block in assembler.push(payload)]
    blocks += assembler.finish()
    return assembler, blocks


def stream_of(day):
    _, blocks = assembled(day)
    return SensorStream.joined(blocks)


def device_time(stream, day):
    """Sample times on the motion's own clock: the least delay of every made day is 20 to 25 ms after 10 s."""
    return stream.time_s - 10.02


@pytest.mark.parametrize("make", [day for day, _ in DAYS.values()], ids=DAYS)
def test_motion_comes_back_in_si_at_its_own_time(make):
    day = make()
    stream = stream_of(day)
    time_s = device_time(stream, day)
    known = np.isfinite(stream.acc_m_s2[:, 0]) & np.isfinite(stream.gyr_rad_s[:, 0])
    assert known.mean() > 0.98
    # What a shift of up to 10 ms (jitter of the radio) makes of the fastest signal, 1.4 g/s at most.
    np.testing.assert_allclose(stream.acc_m_s2[known], G * acc_g(time_s)[known], atol=0.01 * 6 * G)
    np.testing.assert_allclose(stream.gyr_rad_s[known], np.deg2rad(gyr_dps(time_s))[known], atol=np.deg2rad(9))


@pytest.mark.parametrize("name", ["polar_pmd", "movesense_gsp", "movella_dot"])
def test_motion_of_sensors_with_a_clock_is_off_by_the_radio_only(name):
    make, _ = DAYS[name]
    stream = stream_of(make())
    shifts_s = np.linspace(-0.01, 0.03, 81)
    known = np.isfinite(stream.acc_m_s2[:, 0])
    errors = [
        np.abs(stream.acc_m_s2[known] - G * acc_g(stream.time_s - 10.0 - shift_s)[known]).max() for shift_s in shifts_s
    ]
    # Either the least delay is 20 ms, or 25 where a batch is two parts.
    assert abs(shifts_s[int(np.argmin(errors))] - 0.0225) <= CLOCK_S + 0.0025
    assert min(errors) < 0.05 * G


@pytest.mark.parametrize(("make", "period_s"), DAYS.values(), ids=DAYS)
def test_the_true_rate_is_measured_whatever_the_nominal_one(make, period_s):
    stream = stream_of(make())
    mean_s = (stream.time_s[-1] - stream.time_s[0]) / (stream.n_samples - 1)
    # Half of a tenth of a per cent for clocks; arrivals that jitter by 10 ms over 12 s tell it to 0.1 %.
    assert mean_s == pytest.approx(period_s, rel=1e-3)


@pytest.mark.parametrize("make", [day for day, _ in DAYS.values()], ids=DAYS)
def test_times_rise_over_all_blocks(make):
    _, blocks = assembled(make())
    times = np.concatenate([block.time_s for block in blocks])
    assert np.diff(times).min() > 0


@pytest.mark.parametrize("make", [day for day, _ in DAYS.values()], ids=DAYS)
def test_a_capture_replays_to_the_very_same_blocks(make, tmp_path):
    day = make()
    with CaptureWriter(tmp_path / "day.mcap") as writer:
        for payload in day.payloads:
            writer.payload(payload)
    capture = read_capture(tmp_path / "day.mcap")
    replayed = Day(day.schema)
    replayed.payloads = list(capture.payloads())
    assert [payload.schema for payload in replayed.payloads] == [day.schema] * len(day.payloads)
    live, again = stream_of(day), stream_of(replayed)
    np.testing.assert_array_equal(live.time_s, again.time_s)
    np.testing.assert_array_equal(live.acc_m_s2, again.acc_m_s2)
    np.testing.assert_array_equal(live.gyr_rad_s, again.gyr_rad_s)


@pytest.mark.parametrize("make", [day for day, _ in DAYS.values()], ids=DAYS)
def test_a_capture_is_read_like_any_other(make, tmp_path):
    with CaptureWriter(tmp_path / "day.mcap") as writer:
        for payload in make().payloads:
            writer.payload(payload)
    recording = analyzer.read(tmp_path / "day.mcap")
    assert list(recording.streams) == [Placement.LEFT_FOOT]
    assert any(notice.code.startswith("device.") for notice in recording.notices)


@pytest.mark.parametrize(
    ("make", "n"), [(polar_day, 30), (movesense_day, 8), (dot_day, 1)], ids=["polar", "movesense", "dot"]
)
def test_lost_notifications_are_rows_of_nan_where_they_were(make, n):
    whole, holed = stream_of(make()), stream_of(make(lost={20, 21, 30}))
    assert holed.n_samples == whole.n_samples
    lost = np.isnan(holed.acc_m_s2[:, 0])
    assert lost.sum() == 3 * n
    expected = np.zeros(whole.n_samples, dtype=bool)
    for number in (20, 21, 30):
        expected[number * n : (number + 1) * n] = True
    np.testing.assert_array_equal(lost, expected)
    # What lies behind the holes is where it is without them.
    np.testing.assert_allclose(holed.time_s[~lost], whole.time_s[~lost], atol=CLOCK_S)


@cache
def whole_day():
    day = polar_day(seconds=4)
    return day, stream_of(day)


@settings(max_examples=15, deadline=None)
@given(st.frozensets(st.integers(1, 26), max_size=10))
def test_whatever_is_lost_no_sample_moves_in_time(lost):
    (day, whole), holed_day = whole_day(), Day("polar_pmd")
    data = [payload for payload in day.payloads if payload.characteristic is LIVE]
    head = [payload for payload in day.payloads if payload.characteristic is not LIVE]
    # Frames come in twos: accelerometer and gyroscope.
    holed_day.payloads = head + [payload for at, payload in enumerate(data) if at // 2 not in lost]
    holed = stream_of(holed_day)
    at = np.searchsorted(whole.time_s, holed.time_s)
    known = np.isfinite(holed.acc_m_s2[:, 0])
    near = np.minimum(
        np.abs(whole.time_s[np.clip(at, 0, whole.n_samples - 1)] - holed.time_s),
        np.abs(whole.time_s[np.clip(at - 1, 0, whole.n_samples - 1)] - holed.time_s),
    )
    # One sample lasts 5 ms; the nominal rate, where most of the first frames are lost, is half a per cent off.
    assert near[known].max() < 1.5e-3


def test_notifications_that_come_twice_change_nothing():
    day, twice = dot_day(), dot_day()
    twice.payloads = [payload for payload in twice.payloads for _ in range(2)]
    np.testing.assert_array_equal(stream_of(day).acc_m_s2, stream_of(twice).acc_m_s2)


def test_a_sensor_of_another_maker_is_worn_where_its_name_says():
    day = polar_day(seconds=3)
    assert stream_of(day).placement is Placement.LEFT_FOOT


def test_a_placement_that_is_given_goes_before_the_name():
    day = polar_day(seconds=3)
    _, blocks = assembled(day, placements={day.sensor: Placement.PELVIS})
    assert {block.placement for block in blocks} == {Placement.PELVIS}


def test_a_sensor_without_placement_is_left_out_and_told():
    day = polar_day(seconds=3)
    day.payloads = [replace(payload, sensor="Polar Sense") for payload in day.payloads]
    assembler, blocks = assembled(day)
    assert not blocks
    assert "sensor.no_placement" in {notice.code for notice in assembler.notices}


def test_a_format_of_a_later_version_is_left_out_and_told():
    day = Day("someone_else")
    day.add(b"\x00\x01", 1.0)
    assembler, blocks = assembled(day)
    assert not blocks
    (notice,) = assembler.notices
    assert notice.code == "sensor.unknown_format"
    assert "Update psr" in notice.text


def test_payloads_that_break_the_format_are_counted_and_the_rest_is_used():
    day = polar_day()
    whole = stream_of(day).n_samples
    day.add(b"\x02\x00", 12.0)
    assembler, blocks = assembled(day)
    assert sum(block.n_samples for block in blocks) == whole
    (notice,) = [notice for notice in assembler.notices if notice.code == "sensor.bad_payload"]
    assert "1 payload(s)" in notice.text
    assert "Polar PMD" in notice.text


@pytest.mark.parametrize(
    ("make", "rate_hz"),
    [(partial(polar_day, nominal_hz=52), 51.7), (partial(movesense_day, nominal_hz=52), 51.7), (witmotion_day, 49.5)],
    ids=["polar", "movesense", "witmotion"],
)
def test_a_sensor_that_is_too_slow_is_left_out_and_told(make, rate_hz):
    assembler, blocks = assembled(make(rate_hz=rate_hz))
    assert not blocks
    (notice,) = [notice for notice in assembler.notices if notice.code == "sensor.too_slow"]
    assert f"{rate_hz:.3g}" in notice.text


def test_a_sensor_sold_as_60_hz_that_runs_a_little_slower_is_used(tmp_path):
    with CaptureWriter(tmp_path / "day.mcap") as writer:
        for payload in dot_day(rate_hz=59.9).payloads:
            writer.payload(payload)
    assert analyzer.read(tmp_path / "day.mcap").streams[Placement.LEFT_FOOT].rate_hz == pytest.approx(59.9, rel=1e-3)


def test_times_from_arrivals_are_less_certain_than_those_of_a_clock():
    errors_s = {}
    for name, (make, _) in DAYS.items():
        assembler, _ = assembled(make())
        errors_s[name] = assembler.corrections()[Placement.LEFT_FOOT].error_s
    assert errors_s.pop("witmotion") >= 0.02
    assert max(errors_s.values()) < 0.01


def test_a_last_batch_cut_in_the_middle_of_a_sample_is_counted_and_costs_nothing_else():
    last = int(2.0 * 103.4 / 8) - 1
    # Without its second part: four bytes of time, and three samples and a bit of 24 bytes each.
    cut = movesense_day(seconds=2.0, split=80, lost_parts={last})
    assembler, blocks = assembled(cut)
    _, whole = assembled(movesense_day(seconds=2.0, lost={last}))
    assert sum(block.n_samples for block in blocks) == sum(block.n_samples for block in whole)
    assert any("expected a multiple of 24 bytes" in notice.text for notice in assembler.notices)


@pytest.mark.parametrize("make", [day for day, _ in DAYS.values()], ids=DAYS)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_broken_bytes_never_stop_a_sensor(make, data):
    day = make(seconds=2.0)
    for _ in range(3):
        at = data.draw(st.integers(0, len(day.payloads) - 1))
        payload = day.payloads[at]
        broken = data.draw(
            st.binary(max_size=60) | st.integers(0, len(payload.payload)).map(lambda n, p=payload: p.payload[:n])
        )
        day.payloads.insert(at, replace(payload, payload=broken))
    assembler, blocks = assembled(day)
    times = np.concatenate([block.time_s for block in blocks]) if blocks else np.arange(2.0)
    assert np.diff(times).min() > 0
    assert assembler.notices is not None
