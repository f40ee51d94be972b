"""One sensor of another maker among others: what is told, what is left out, and that the rest is not harmed."""

from dataclasses import replace

import numpy as np
import pytest
from made_devices import CONFIG, CONTROL, FEATURE, LIVE, G, dot_day, movesense_day, polar_day, witmotion_day

import analyzer
from analyzer.acquire.assemble import Assembler
from analyzer.acquire.capture import CaptureWriter
from analyzer.errors import SensorError, SensorErrorReason
from analyzer.model import Characteristic, Placement, SensorStream
from firmware_protocol.devices import movella_dot


def assembled(*days):
    assembler = Assembler()
    payloads = sorted((p for day in days for p in day.payloads), key=lambda p: p.received_s)
    blocks = [block for payload in payloads for block in assembler.push(payload)]
    return assembler, blocks + assembler.finish()


def codes(assembler):
    return {notice.code for notice in assembler.notices}


def at_right(day):
    day.payloads = [replace(payload, sensor="right_foot=Other") for payload in day.payloads]
    return day


def test_two_makers_can_be_worn_at_once_each_with_its_own_clock():
    assembler, blocks = assembled(polar_day(), at_right(dot_day(start_us=3 * 10**9)))
    assert {block.placement for block in blocks} == {Placement.LEFT_FOOT, Placement.RIGHT_FOOT}
    assert set(assembler.corrections()) == {Placement.LEFT_FOOT, Placement.RIGHT_FOOT}
    first_s = {place: min(b.time_s[0] for b in blocks if b.placement is place) for place in assembler.corrections()}
    # Both began to measure at 10 s; a first Polar batch is known by its last sample.
    assert abs(first_s[Placement.LEFT_FOOT] - first_s[Placement.RIGHT_FOOT]) < 0.03


def test_two_sensors_at_one_place_are_not_mixed():
    other = dot_day()
    other.payloads = [replace(p, sensor="left_foot=Other", received_s=p.received_s + 1e-4) for p in other.payloads]
    assembler, blocks = assembled(polar_day(), other)
    assert "sensor.placement_taken" in codes(assembler)
    # Whoever had samples first stays: a DOT does, as a Polar sensor's first frames wait for a period.
    assert SensorStream.joined(blocks).rate_hz == pytest.approx(60, rel=1e-3)


@pytest.mark.parametrize("make", [polar_day, movesense_day, dot_day], ids=["polar", "movesense", "dot"])
def test_a_capture_without_its_beginning_says_what_is_missing(make, tmp_path):
    day = make()
    with CaptureWriter(tmp_path / "day.mcap") as writer:
        for payload in day.payloads:
            if payload.characteristic is LIVE:
                writer.payload(payload)
    if make is polar_day:
        # Frames of a measurement that nobody started, as far as the capture tells.
        with pytest.raises(SensorError) as caught:
            analyzer.read(tmp_path / "day.mcap")
    else:
        with pytest.raises(SensorError, match="has not said") as caught:
            analyzer.read(tmp_path / "day.mcap")
    assert caught.value.reason is SensorErrorReason.NO_CONFIG


def test_what_is_recorded_beside_the_samples_is_left_alone():
    day = polar_day()
    day.add(b"\x50", 10.5, Characteristic.STATUS)
    assembler, blocks = assembled(day)
    assert blocks
    assert "sensor.bad_payload" not in codes(assembler)


def test_samples_at_the_limit_are_marked_by_the_range_that_was_asked_for():
    # Eight g and 2000 degree/s were asked for; a factor that makes 1 g look like 8 does the rest.
    _, blocks = assembled(polar_day(factor=2.44e-4))
    assert not SensorStream.joined(blocks).clipped.any()
    day = polar_day()
    start, answer = day.payloads[1], day.payloads[2]
    assert (start.characteristic, answer.characteristic) == (CONFIG, CONTROL)
    # The same day with a range of 1 g.
    day.payloads[1] = replace(
        start, payload=start.payload.replace(bytes.fromhex("0201 0800"), bytes.fromhex("0201 0100"))
    )
    stream = SensorStream.joined(assembled(day)[1])
    assert stream.acc_range_m_s2 == pytest.approx(G)
    np.testing.assert_array_equal(stream.clipped[:, 2], np.abs(stream.acc_m_s2[:, 2]) >= 0.98 * G)


def test_ranges_that_are_not_known_mark_nothing():
    stream = SensorStream.joined(assembled(movesense_day())[1])
    assert np.isnan(stream.acc_range_m_s2)
    assert not stream.clipped.any()


def test_a_sensor_without_gyroscope_gives_accelerations_at_once():
    assembler, blocks = assembled(polar_day(gyroscope=False))
    stream = SensorStream.joined(blocks)
    assert not stream.has_gyroscope
    assert np.isfinite(stream.acc_m_s2).all()
    assert "device.no_gyroscope" in codes(assembler)


def test_samples_before_the_placement_is_known_wait_in_bounds():
    day = dot_day(seconds=40)
    day.payloads = [replace(payload, sensor="Movella DOT") for payload in day.payloads]
    assembler, blocks = assembled(day)
    assert not blocks
    assert {"sensor.no_placement", "sensor.dropped"} <= codes(assembler)


def test_a_restart_is_told_and_time_goes_on():
    first, second = dot_day(seconds=3, start_us=10**9), dot_day(seconds=3, start_us=10**6)
    first.payloads += [replace(p, received_s=p.received_s + 6) for p in second.payloads if p.characteristic is LIVE]
    assembler, blocks = assembled(first)
    times = SensorStream.joined(blocks).time_s
    assert "sensor.restarted" in codes(assembler)
    assert np.diff(times).min() > 0
    # By arrival six seconds lie between the two starts.
    assert times[-1] - times[0] == pytest.approx(9.0, abs=0.05)


def test_a_sensor_that_sent_nothing_is_not_warned_of():
    day = polar_day()
    day.payloads = [payload for payload in day.payloads if payload.characteristic is FEATURE]
    assembler, blocks = assembled(day)
    assert not blocks
    assert not codes(assembler)


def test_deltas_of_a_dot_are_refused_with_what_to_use():
    day = dot_day(seconds=1)
    start = movella_dot.MeasurementControl(start=True, mode=movella_dot.PayloadMode.HIGH_FIDELITY)
    day.payloads[1] = replace(day.payloads[1], payload=movella_dot.encode_measurement_control(start))
    assembler, blocks = assembled(day)
    assert not blocks
    (notice,) = [notice for notice in assembler.notices if notice.code == "sensor.bad_payload"]
    assert "use mode 21" in notice.text


@pytest.mark.parametrize("make", [polar_day, movesense_day, dot_day, witmotion_day])
def test_every_notice_names_its_sensor_and_place(make):
    assembler, _ = assembled(make())
    assert assembler.notices
    for notice in assembler.notices:
        assert notice.text.startswith("Sensor left_foot=Sensor: ")
        assert notice.placement is Placement.LEFT_FOOT
