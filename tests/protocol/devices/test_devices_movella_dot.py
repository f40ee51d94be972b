"""Movella DOT: bytes made by hand from the specification, its wrong checksums, and any bytes at all."""

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_protocol.devices import DeviceError, movella_dot, movella_messages
from firmware_protocol.devices.movella_dot import (
    Filter,
    MeasurementControl,
    OutputSettings,
    PayloadMode,
    Sample,
    StatusBits,
)
from firmware_protocol.devices.movella_messages import Message

SIZES = {
    PayloadMode.EXTENDED_QUATERNION: 36,
    PayloadMode.COMPLETE_QUATERNION: 32,
    PayloadMode.ORIENTATION_EULER: 16,
    PayloadMode.ORIENTATION_QUATERNION: 20,
    PayloadMode.FREE_ACCELERATION: 16,
    PayloadMode.EXTENDED_EULER: 32,
    PayloadMode.COMPLETE_EULER: 28,
    PayloadMode.DELTA_WITH_MAG: 38,
    PayloadMode.DELTA: 32,
    PayloadMode.RATE_WITH_MAG: 34,
    PayloadMode.RATE: 28,
    PayloadMode.CUSTOM_1: 40,
    PayloadMode.CUSTOM_2: 34,
    PayloadMode.CUSTOM_3: 32,
    PayloadMode.CUSTOM_5: 44,
}
"""Sizes as the specification's tables print them."""

FLOATS = st.floats(-1000, 1000, width=32)
INT16 = st.integers(-(2**15), 2**15 - 1)
SAMPLES = st.builds(
    Sample,
    timestamp_us=st.integers(0, 2**32 - 1),
    quaternion_wxyz=st.tuples(*[FLOATS] * 4),
    euler_deg=st.tuples(*[FLOATS] * 3),
    free_acc_m_s2=st.tuples(*[FLOATS] * 3),
    delta_q_wxyz=st.tuples(*[FLOATS] * 4),
    delta_v_m_s=st.tuples(*[FLOATS] * 3),
    acc_m_s2=st.tuples(*[FLOATS] * 3),
    gyr_dps=st.tuples(*[FLOATS] * 3),
    mag_counts=st.tuples(*[INT16] * 3),
    status=st.integers(0, 0x3FF).map(StatusBits),
    clip_count_acc=st.integers(0, 255),
    clip_count_gyr=st.integers(0, 255),
)


def test_rate_quantities_are_time_acceleration_and_angular_rate():
    payload = struct.pack("<I6f", 1_000_000, 1, 2, 3, 10, 20, 30)
    found = movella_dot.decode_sample(PayloadMode.RATE, payload)
    assert found == Sample(timestamp_us=1_000_000, acc_m_s2=(1, 2, 3), gyr_dps=(10, 20, 30))


def test_extended_modes_say_what_clipped():
    payload = struct.pack("<I4f3fHBB", 5, 1, 0, 0, 0, 0, 0, 9, 0x0012, 3, 4)
    found = movella_dot.decode_sample(PayloadMode.EXTENDED_QUATERNION, payload)
    assert found.status == StatusBits.CLIP_ACC_Y | StatusBits.CLIP_GYR_Y
    assert (found.clip_count_acc, found.clip_count_gyr) == (3, 4)


@pytest.mark.parametrize(("mode", "size"), SIZES.items())
def test_payloads_are_as_long_as_the_tables_say(mode, size):
    movella_dot.decode_sample(mode, bytes(size))
    with pytest.raises(DeviceError, match=f"at least {size}"):
        movella_dot.decode_sample(mode, bytes(size - 1))


@pytest.mark.parametrize(("mode", "size"), SIZES.items())
def test_each_mode_comes_through_the_characteristic_that_holds_it(mode, size):
    room = {movella_dot.SHORT_UUID: 20, movella_dot.MEDIUM_UUID: 40, movella_dot.LONG_UUID: 63}
    uuid = movella_dot.payload_uuid(mode)
    assert size <= room[uuid]
    assert all(size > smaller for other, smaller in room.items() if smaller < room[uuid])


@pytest.mark.parametrize("mode", [PayloadMode.HIGH_FIDELITY, PayloadMode.HIGH_FIDELITY_WITH_MAG, PayloadMode.CUSTOM_4])
def test_modes_that_only_the_maker_can_read_are_refused_with_what_to_use(mode):
    with pytest.raises(DeviceError, match="use mode 21"):
        movella_dot.decode_sample(mode, bytes(63))


def test_a_mode_without_a_meaning_is_refused():
    with pytest.raises(DeviceError, match="mode 9 is unknown"):
        movella_dot.decode_sample(9, bytes(63))


def test_zeros_up_to_the_length_of_the_characteristic_are_no_data():
    payload = struct.pack("<I4f6f", 7, 1, 0, 0, 0, 1, 2, 3, 4, 5, 6)
    assert movella_dot.decode_sample(PayloadMode.CUSTOM_5, payload.ljust(63, b"\0")).gyr_dps == (4, 5, 6)


def test_data_behind_a_mode_give_another_mode_away():
    payload = struct.pack("<I6f3h", 7, 1, 2, 3, 4, 5, 6, 100, 0, 0)
    assert movella_dot.decode_sample(PayloadMode.RATE_WITH_MAG, payload).mag_counts == (100, 0, 0)
    with pytest.raises(DeviceError, match="another mode"):
        movella_dot.decode_sample(PayloadMode.RATE, payload)


@given(st.sampled_from(list(SIZES)), SAMPLES)
def test_samples_survive_the_way_there_and_back(mode, sample):
    payload = movella_dot.encode_sample(mode, sample)
    assert len(payload) == SIZES[mode]
    found = movella_dot.decode_sample(mode, payload)
    for name in Sample.__slots__:
        assert getattr(found, name) in (None, getattr(sample, name))
    assert movella_dot.encode_sample(mode, found) == payload


def test_a_mode_needs_all_its_quantities():
    with pytest.raises(DeviceError, match="carries gyr_dps"):
        movella_dot.encode_sample(PayloadMode.RATE, Sample(timestamp_us=0, acc_m_s2=(0, 0, 0)))


def test_a_measurement_is_started_with_its_mode():
    control = MeasurementControl(start=True, mode=PayloadMode.RATE)
    assert movella_dot.encode_measurement_control(control).hex() == "010115"
    assert movella_dot.decode_measurement_control(bytes.fromhex("010115")) == control


@pytest.mark.parametrize("payload", ["020115", "010215", "0101", "01011500"])
def test_what_is_no_measurement_control_is_refused(payload):
    with pytest.raises(DeviceError):
        movella_dot.decode_measurement_control(bytes.fromhex(payload))


def test_rate_and_filter_are_set_without_touching_the_rest():
    payload = movella_dot.encode_output_settings(OutputSettings(60, Filter.DYNAMIC))
    # Bits 4 and 5 of the first byte: the rate at byte 24 and the filter at 26 are meant, nothing else.
    assert payload == bytes([0b0011_0000]) + bytes(23) + bytes.fromhex("3c00 01") + bytes(5)


@given(st.sampled_from(movella_dot.LIVE_RATES_HZ), st.sampled_from(Filter))
def test_output_settings_survive_the_way_there_and_back(rate_hz, profile):
    settings = OutputSettings(rate_hz, profile)
    assert movella_dot.decode_output_settings(movella_dot.encode_output_settings(settings)) == settings


def test_120_hz_is_for_recordings_only():
    with pytest.raises(DeviceError, match="not at 120 Hz"):
        movella_dot.encode_output_settings(OutputSettings(120, 0))


def test_device_information_is_read_field_by_field():
    payload = bytes.fromhex("ccbbaacd22d4 020301 e707 0b 17 08 1e 3b 64000000") + struct.pack("<Q", 12345) + b"XS-T02"
    found = movella_dot.decode_info(payload)
    assert found == movella_dot.Info("D4:22:CD:AA:BB:CC", "2.3.1", "2023-11-23T08:30:59", 12345, "XS-T02")


def test_all_bytes_of_a_message_add_up_to_nothing():
    payload = movella_messages.encode_message(Message(1, b"\x02"))
    assert payload == bytes.fromhex("01 01 02 fc")


def test_the_start_of_a_recording_has_another_checksum_than_the_document_prints():
    # Thirty minutes from a time of our own; the document's own example sums to something else than 0.
    message = Message(1, b"\x40" + struct.pack("<IH", 1_700_000_000, 1800))
    payload = movella_messages.encode_message(message)
    assert sum(payload) % 256 == 0
    with pytest.raises(DeviceError, match="checksum is"):
        movella_messages.decode_message(payload[:-1] + bytes([(payload[-1] - 4) % 256]))


@given(st.integers(0, 255), st.binary(max_size=157))
def test_messages_survive_the_way_there_and_back(message_id, data):
    message = Message(message_id, data)
    assert movella_messages.decode_message(movella_messages.encode_message(message)) == message


def test_a_message_has_room_for_157_bytes():
    with pytest.raises(DeviceError, match="157"):
        movella_messages.encode_message(Message(1, bytes(158)))


@given(st.binary(max_size=70), st.integers(0, 30))
def test_any_bytes_are_read_or_refused(payload, mode):
    for decode in (
        lambda content: movella_dot.decode_sample(mode, content),
        movella_dot.decode_measurement_control,
        movella_dot.decode_output_settings,
        movella_dot.decode_info,
        movella_messages.decode_message,
    ):
        with suppress(DeviceError):
            decode(payload)
