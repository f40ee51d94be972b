"""Standard services: bytes made by hand, saturation on the way out, and any bytes at all."""

import copy
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_protocol.devices import DeviceError, bluetooth_sig
from firmware_protocol.devices.bluetooth_sig import (
    CadenceCounts,
    CurrentTime,
    HeartRate,
    PnpId,
    RscFeatures,
    RscMeasurement,
)


def test_speed_is_in_256ths_of_a_metre_per_second():
    assert bluetooth_sig.decode_rsc(bytes.fromhex("00 8007 b2")) == RscMeasurement(7.5, 178)


def test_flags_say_what_follows_and_whether_it_is_a_run():
    payload = bytes.fromhex("07 0008 b4 c800 e8030000")
    assert bluetooth_sig.decode_rsc(payload) == RscMeasurement(8.0, 180, True, 2.0, 100.0)


@pytest.mark.parametrize(
    "payload",
    ["00 0008", "01 0008 b4", "02 0008 b4 e803", "00 0008 b4 c800"],
    ids=["short", "no stride", "cut", "more"],
)
def test_lengths_that_the_flags_do_not_explain_are_refused(payload):
    with pytest.raises(DeviceError):
        bluetooth_sig.decode_rsc(bytes.fromhex(payload))


def test_what_no_field_can_hold_saturates():
    payload = bluetooth_sig.encode_rsc(RscMeasurement(1e6, 300, True, 1e6, 1e12))
    found = bluetooth_sig.decode_rsc(payload)
    assert found == RscMeasurement(65535 / 256, 255, True, 655.35, (2**32 - 1) / 10)


def test_a_sprint_of_nearly_five_steps_a_second_saturates_the_cadence():
    # 4.8 Hz are 288 steps a minute: more than the one byte that the profile has for it.
    assert bluetooth_sig.decode_rsc(bluetooth_sig.encode_rsc(RscMeasurement(9.5, 288))).cadence_per_min == 255


@pytest.mark.parametrize("speed_m_s", [-0.1, float("nan"), float("inf")])
def test_an_unknown_speed_cannot_be_sent(speed_m_s):
    with pytest.raises(DeviceError, match="speed has no place"):
        bluetooth_sig.encode_rsc(RscMeasurement(speed_m_s, 180))


@given(
    st.floats(0, 255),
    st.integers(0, 255),
    st.booleans(),
    st.none() | st.floats(0, 655),
    st.none() | st.floats(0, 1e8),
)
def test_measurements_come_back_within_half_a_step_of_their_fields(speed, cadence, running, stride, distance):
    sent = RscMeasurement(speed, cadence, running, stride, distance)
    found = bluetooth_sig.decode_rsc(bluetooth_sig.encode_rsc(sent))
    assert abs(found.speed_m_s - speed) <= 0.5 / 256
    assert (found.cadence_per_min, found.running) == (cadence, running)
    for name, step in (("stride_length_m", 0.01), ("distance_m", 0.1)):
        before, after = getattr(sent, name), getattr(found, name)
        assert (before is None) == (after is None)
        assert before is None or abs(before - after) <= step / 2 + 1e-6


@given(st.binary(max_size=12))
def test_what_decodes_encodes_to_the_same_bytes_but_for_reserved_flags(payload):
    try:
        found = bluetooth_sig.decode_rsc(payload)
    except DeviceError:
        return
    assert bluetooth_sig.encode_rsc(found) == bytes([payload[0] & 7]) + payload[1:]


def test_makers_that_count_strides_count_half_as_much():
    measurement = RscMeasurement(5.0, 96)
    assert bluetooth_sig.step_frequency_hz(measurement, CadenceCounts.STEPS) == pytest.approx(1.6)
    assert bluetooth_sig.step_frequency_hz(measurement, CadenceCounts.STRIDES) == pytest.approx(3.2)


def test_unknown_features_are_left_out():
    assert bluetooth_sig.decode_rsc_features(bytes.fromhex("e500")) == (
        RscFeatures.STRIDE_LENGTH | RscFeatures.WALKING_OR_RUNNING
    )


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ("00 48", HeartRate(72)),
        ("01 2c01", HeartRate(300)),
        ("04 48", HeartRate(72, in_contact=False)),
        ("06 48", HeartRate(72, in_contact=True)),
        ("08 48 0a00", HeartRate(72, energy_kj=10)),
        ("10 48 0004 0002", HeartRate(72, rr_s=(1.0, 0.5))),
    ],
)
def test_heart_rate_fields_follow_their_flags(payload, expected):
    assert bluetooth_sig.decode_heart_rate(bytes.fromhex(payload)) == expected


@pytest.mark.parametrize("payload", ["", "00", "01 48", "08 48 0a", "00 48 0004", "10 48 00"])
def test_heart_rates_with_bytes_too_few_or_too_many_are_refused(payload):
    with pytest.raises(DeviceError):
        bluetooth_sig.decode_heart_rate(bytes.fromhex(payload))


@given(st.integers(0, 100))
def test_battery_levels_survive_the_way_there_and_back(battery_pct):
    assert bluetooth_sig.decode_battery_pct(bluetooth_sig.encode_battery_pct(battery_pct)) == battery_pct


@pytest.mark.parametrize("battery_pct", [-1, 101, 255, 256])
def test_a_battery_above_100_or_below_0_is_refused(battery_pct):
    with pytest.raises(DeviceError):
        bluetooth_sig.encode_battery_pct(battery_pct)


def test_information_is_text_without_the_zeros_behind_it():
    assert bluetooth_sig.decode_information(b"Maker\0\0") == "Maker"
    with pytest.raises(DeviceError, match="no UTF-8"):
        bluetooth_sig.decode_information(b"\xff\xfe")


@given(st.builds(PnpId, st.integers(0, 255), *[st.integers(0, 65535)] * 3))
def test_product_numbers_survive_the_way_there_and_back(pnp):
    assert bluetooth_sig.decode_pnp_id(bluetooth_sig.encode_pnp_id(pnp)) == pnp


def test_fractions_of_a_second_are_cut_not_rounded_up():
    payload = bytes.fromhex("e907 0b 17 08 3b 3b 07 ff 01")
    assert bluetooth_sig.decode_current_time(payload) == CurrentTime("2025-11-23T08:59:59.996", 7, 1)


@given(st.binary(max_size=24))
def test_any_bytes_are_read_or_refused(payload):
    for decode in (
        bluetooth_sig.decode_rsc,
        bluetooth_sig.decode_rsc_features,
        bluetooth_sig.decode_heart_rate,
        bluetooth_sig.decode_battery_pct,
        bluetooth_sig.decode_information,
        bluetooth_sig.decode_pnp_id,
        bluetooth_sig.decode_current_time,
    ):
        with suppress(DeviceError):
            decode(payload)


def test_errors_can_be_copied_as_a_process_pool_does():
    error = copy.copy(DeviceError("what", "who"))
    assert (error.message, error.maker, str(error)) == ("what", "who", "what (who)")
