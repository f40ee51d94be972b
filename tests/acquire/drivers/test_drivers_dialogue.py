"""What each driver asks of its sensor, line by line, and what it says the sensor cannot do."""

from dataclasses import replace

import numpy as np
import pytest
from made_devices import CONFIG, CONTROL, FEATURE, LIVE, dot_day, movesense_day, polar_day, witmotion_day

from analyzer.acquire.drivers.catalogue import DRIVERS, driver_for, driver_of_schema
from analyzer.acquire.drivers.movella_dot import DotDriver
from analyzer.acquire.drivers.movesense import MovesenseDriver
from analyzer.acquire.drivers.polar import PolarDriver
from analyzer.acquire.drivers.track import placement_in
from analyzer.acquire.drivers.witmotion import WitMotionDriver
from analyzer.model import Placement, TimedPayload
from firmware_protocol.devices import DeviceError, movella_dot, polar, witmotion
from firmware_protocol.devices.polar import Measurement, Opcode, Response, Settings, Status, Stopped

G = 9.80665


def took(driver, payload, characteristic, received_s=1.0):
    taken = driver.take(TimedPayload("left_foot=X", payload, received_s, characteristic))
    return [write.value for write in taken.writes]


def answered(driver, request, *, status=Status.SUCCESS, settings=None, more=False):
    """Write a request, then let the sensor answer it."""
    took(driver, request, CONFIG)
    asked = polar.decode_request(request)
    parameters = polar.encode_settings(settings) if settings else b""
    return took(
        driver, polar.encode_response(Response(asked.opcode, asked.measurement, status, more, parameters)), CONTROL
    )


def take_all(driver, day):
    return [batch for payload in day.payloads for batch in driver.take(payload).batches]


OFFERED = Settings(
    sample_rate_hz=(26, 52, 104, 208, 416), resolution_bits=(16,), range_unit=(2, 4, 8, 16), channels=(3,)
)


def test_a_verity_sense_is_led_into_sdk_mode_and_started():
    driver = PolarDriver()
    assert driver.opening() == ()
    features = polar.encode_features({Measurement.ACC, Measurement.GYRO, Measurement.SDK_MODE})
    (sdk,) = took(driver, features, FEATURE)
    assert sdk == polar.encode_request(polar.sdk_mode(on=True))
    (query,) = answered(driver, sdk)
    assert query.hex() == "0102"
    (start,) = answered(driver, query, settings=OFFERED)
    request = polar.decode_request(start)
    assert (request.opcode, request.measurement) == (Opcode.START, Measurement.ACC)
    # The widest range; 416 Hz would be on offer, but is more than several sensors can send.
    assert (request.settings.range_unit, request.settings.sample_rate_hz) == ((16,), (208,))
    (query,) = answered(driver, start, settings=Settings(factor=(0.000488,)))
    assert query.hex() == "0105"
    (start,) = answered(driver, query, settings=replace(OFFERED, range_unit=(250, 500, 1000, 2000)))
    assert answered(driver, start, settings=Settings(factor=(0.07,))) == []
    assert driver.ranges.acc_m_s2 == pytest.approx(16 * G)
    assert driver.ranges.gyr_rad_s == pytest.approx(np.deg2rad(2000))
    assert [polar.decode_request(write.value).opcode for write in driver.closing()] == [Opcode.STOP, Opcode.STOP]


def test_a_sensor_that_is_in_sdk_mode_already_goes_on():
    driver = PolarDriver()
    (sdk,) = took(driver, polar.encode_features({Measurement.ACC, Measurement.SDK_MODE}), FEATURE)
    assert answered(driver, sdk, status=Status.ALREADY_IN_STATE) == [bytes.fromhex("0102")]


def test_a_sensor_that_refuses_sdk_mode_is_asked_in_its_normal_one():
    driver = PolarDriver()
    (sdk,) = took(driver, polar.encode_features({Measurement.ACC, Measurement.SDK_MODE}), FEATURE)
    assert answered(driver, sdk, status=Status.NOT_SUPPORTED) == [bytes.fromhex("0102")]


def test_settings_in_two_pieces_wait_for_the_second():
    driver = PolarDriver()
    (query,) = took(driver, polar.encode_features({Measurement.ACC}), FEATURE)
    took(driver, query, CONFIG)
    assert took(driver, bytes.fromhex("f0 01 02 00 01 00 01 c8"), CONTROL) == []
    (start,) = took(driver, bytes.fromhex("f0 01 02 00 00 00 02 01 08 00"), CONTROL)
    assert polar.decode_request(start).settings == Settings(sample_rate_hz=(200,), range_unit=(8,))


def test_an_h10_has_no_gyroscope_and_no_factor_and_says_the_former():
    driver = PolarDriver()
    (query,) = took(driver, polar.encode_features({Measurement.ECG, Measurement.ACC}), FEATURE)
    (start,) = answered(driver, query, settings=replace(OFFERED, sample_rate_hz=(25, 50, 100, 200)))
    took(driver, start, CONFIG)
    assert took(driver, bytes.fromhex("f0 02 02 00 00 01"), CONTROL) == []
    assert "device.no_gyroscope" in {limit.code for limit in driver.limits}
    first = polar.PmdFrame(2, 10**9, compressed=False, frame_type=1, content=bytes.fromhex("e803 0000 18fc"))
    second = replace(first, timestamp_ns=10**9 + 5_000_000)
    took(driver, polar.encode_frame(first), LIVE)
    took(driver, polar.encode_frame(second), LIVE)
    (batch,) = driver.finish()
    np.testing.assert_allclose(batch.acc_m_s2, [[G, 0, -G]] * 2)
    np.testing.assert_allclose(np.diff(batch.device_s), 0.005, atol=1e-6)
    assert np.isnan(batch.gyr_rad_s).all()


def test_a_start_that_is_refused_leaves_no_range_behind():
    driver = PolarDriver()
    start = polar.encode_request(polar.Request(Opcode.START, Measurement.GYRO, Settings(range_unit=(2000,))))
    answered(driver, start, status=Status.INVALID_RANGE)
    assert np.isnan(driver.ranges.gyr_rad_s)


def test_frames_before_the_answer_to_the_start_wait_for_the_factor():
    driver = PolarDriver()
    start = polar.encode_request(polar.Request(Opcode.START, Measurement.ACC, OFFERED))
    took(driver, start, CONFIG)
    took(driver, polar.encode_frame(polar.PmdFrame(2, 5, compressed=True, frame_type=0, content=bytes(6))), LIVE)
    assert "factor" in driver.lack


def test_a_sensor_that_stops_by_itself_is_told():
    driver = PolarDriver()
    took(driver, bytes.fromhex("01 02"), CONTROL)
    assert "device.stopped" in {limit.code for limit in driver.limits}
    assert polar.decode_control(bytes.fromhex("01 02")) == Stopped((Measurement.ACC,))


def clock_ids(driver, day):
    return [batch.clock_id for batch in (*take_all(driver, day), *driver.finish())]


def test_a_polar_clock_that_is_set_begins_anew():
    early, late = polar_day(seconds=3), polar_day(seconds=3, start_ns=8 * 10**17)
    data = [replace(p, received_s=p.received_s + 3) for p in late.payloads if p.characteristic is LIVE]
    early.payloads += data
    assert set(clock_ids(PolarDriver(), early)) == {0, 1}


def test_a_slow_radio_is_no_clock_that_was_set():
    day = polar_day(seconds=6)
    day.payloads = [replace(p, received_s=max(p.received_s, 14.0)) if p.received_s > 12 else p for p in day.payloads]
    assert set(clock_ids(PolarDriver(), day)) == {0}


def test_a_movesense_is_subscribed_to_with_both_sensors():
    (write,) = MovesenseDriver().opening()
    assert write.value == b"\x01\x01/Meas/IMU6/104"


def test_a_refused_subscription_is_told_with_its_status():
    driver = MovesenseDriver()
    took(driver, bytes.fromhex("01 01 f701"), LIVE)
    (limit,) = [limit for limit in driver.limits if limit.code == "device.refused"]
    assert "503" in limit.text


def test_movesense_data_before_the_subscription_cannot_be_read():
    driver = MovesenseDriver()
    took(driver, bytes.fromhex("02 01") + bytes(28), LIVE)
    assert "subscribed" in driver.lack


def test_a_movesense_batch_whose_second_part_is_lost_is_refused_not_misread():
    driver, day = MovesenseDriver(), movesense_day(lost_parts={10}, split=103)
    with pytest.raises(DeviceError, match="multiple of 24"):
        take_all(driver, day)


def test_a_torn_batch_of_fitting_length_is_refused_too():
    # 4 + 4 samples of 24 bytes: without its second part it looks like a batch of four.
    driver, day = MovesenseDriver(), movesense_day(lost_parts={10}, split=4 + 4 * 24)
    with pytest.raises(DeviceError, match="expected 8 samples, got 4"):
        take_all(driver, day)


def test_a_movesense_that_restarts_begins_a_new_clock():
    first, second = movesense_day(seconds=4), movesense_day(seconds=4)
    first.payloads += [replace(p, received_s=p.received_s + 10) for p in second.payloads[1:]]
    assert set(clock_ids(MovesenseDriver(), first)) == {0, 1}


def test_an_unknown_range_is_told_as_clipping_cannot_be_seen():
    assert "device.range_unknown" in {limit.code for limit in MovesenseDriver().limits}
    assert np.isnan(MovesenseDriver().ranges.acc_m_s2)


def test_a_dot_is_set_to_its_sprint_filter_and_started():
    settings, start = DotDriver().opening()
    assert movella_dot.decode_output_settings(settings.value) == movella_dot.OutputSettings(60, 1)
    assert start.value.hex() == "010115"
    assert [write.value.hex() for write in DotDriver().closing()] == ["010015"]


def test_the_clock_of_a_dot_wraps_without_a_step():
    day = dot_day(start_us=2**32 - 2_000_000)
    driver = DotDriver()
    times = np.concatenate([batch.device_s for batch in take_all(driver, day)])
    np.testing.assert_allclose(np.diff(times), 1 / 60, atol=2e-6)


def test_a_dot_that_restarts_begins_a_new_clock():
    first, second = dot_day(seconds=2, start_us=10**9), dot_day(seconds=2, start_us=10**6)
    first.payloads += [replace(p, received_s=p.received_s + 5) for p in second.payloads if p.characteristic is LIVE]
    assert set(clock_ids(DotDriver(), first)) == {0, 1}


def test_a_dot_mode_without_acceleration_is_refused_with_what_to_use():
    driver = DotDriver()
    took(driver, bytes.fromhex("010105"), CONFIG)
    with pytest.raises(DeviceError, match="use mode 21"):
        took(driver, bytes(20), LIVE)


def test_dot_samples_before_the_start_command_cannot_be_read():
    driver = DotDriver()
    took(driver, bytes(28), LIVE)
    assert "payload mode" in driver.lack


def test_a_dot_says_that_it_is_slow():
    (slow,) = [limit for limit in DotDriver().limits if limit.code == "device.slow"]
    assert "contact times are too coarse" in slow.text


def test_a_witmotion_is_unlocked_and_set_but_not_saved():
    writes = [write.value for write in WitMotionDriver().opening()]
    assert writes == [witmotion.UNLOCK, bytes.fromhex("ffaa030900")]
    assert witmotion.SAVE not in writes


def test_a_witmotion_says_that_it_has_no_clock():
    codes = {limit.code for limit in WitMotionDriver().limits}
    assert codes == {"device.no_time", "device.loss_unseen"}
    assert WitMotionDriver().clock_error_s > 0


def test_silence_of_a_witmotion_ends_a_stretch_of_time():
    day = witmotion_day(seconds=8)
    day.payloads = [replace(p, received_s=p.received_s + 5) if p.received_s > 14 else p for p in day.payloads]
    assert set(clock_ids(WitMotionDriver(), day)) == {0, 1}


@pytest.mark.parametrize("make", [polar_day, movesense_day, dot_day, witmotion_day])
def test_every_limit_is_two_or_three_short_sentences(make):
    driver = driver_of_schema(make(seconds=1).schema).make()
    for limit in driver.limits:
        assert limit.code.startswith("device.")
        assert 1 <= limit.text.count(".") <= 3
        assert len(limit.text) < 180


@pytest.mark.parametrize(
    ("name", "schema"),
    [
        ("Polar Sense A1B2C3D4", "polar_pmd"),
        ("Polar H10 12345678", "polar_pmd"),
        ("Movesense 174430000051", "movesense_gsp"),
        ("Movella DOT", "movella_dot"),
        ("Xsens DOT", "movella_dot"),
        ("WT901BLE68", "witmotion"),
    ],
)
def test_sensors_are_known_by_their_names(name, schema):
    assert driver_for(name).schema == schema


@pytest.mark.parametrize("kind", DRIVERS, ids=lambda kind: kind.schema)
def test_sensors_are_known_by_their_services(kind):
    for service in kind.services:
        assert driver_for("", [service.upper()]) is kind
    assert driver_of_schema(kind.schema) is kind


def test_a_vibration_sensor_of_the_same_service_is_no_motion_sensor():
    assert driver_for("WTVB01-BT50", [witmotion.SERVICE_UUID]) is None


@pytest.mark.parametrize("name", ["", "Somebody's watch", "psr-left"])
def test_sensors_of_nobody_here_have_no_driver(name):
    assert driver_for(name) is None


def test_answers_are_subscribed_to_before_data():
    for kind in DRIVERS:
        roles = list(kind.subscriptions.values())
        assert roles[-1] is LIVE
        assert set(roles) <= {CONTROL, LIVE}


@pytest.mark.parametrize("placement", Placement)
def test_every_placement_can_be_the_beginning_of_a_name(placement):
    assert placement_in(f"{placement}=Anything=at all") is placement
    assert placement_in(placement.value) is placement
    assert placement_in(f"my {placement}") is None
