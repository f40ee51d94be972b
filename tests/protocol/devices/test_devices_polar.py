"""Polar PMD: bytes made by hand from the definition of the format, the maker's known errors, and any bytes at all."""

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_protocol.devices import DeviceError, polar
from firmware_protocol.devices.polar import (
    Measurement,
    Opcode,
    PmdFrame,
    Request,
    Response,
    Settings,
    Status,
    Stopped,
)

INT16 = st.integers(-(2**15), 2**15 - 1)
INT32 = st.integers(-(2**31), 2**31 - 1)
LAYOUTS = [
    (Measurement.ACC, False, 1),
    (Measurement.ACC, False, 2),
    (Measurement.ACC, True, 0),
    (Measurement.ACC, True, 1),
    (Measurement.GYRO, True, 0),
    (Measurement.GYRO, True, 1),
    (Measurement.MAG, True, 0),
    (Measurement.MAG, True, 1),
]


def data_frame(measurement, kind, content):
    """Header with time 5 ns, then the content in hex."""
    return polar.decode_frame(struct.pack("<BQB", measurement, 5, kind) + bytes.fromhex(content))


def slow_deltas(content, n_channels, resolution_bits):
    """One bit after the other, as the words of the format say it."""
    value_bytes = (resolution_bits + 7) // 8
    row = [
        int.from_bytes(content[i * value_bytes : (i + 1) * value_bytes], "little", signed=True)
        for i in range(n_channels)
    ]
    rows, at = [tuple(row)], n_channels * value_bytes
    while at < len(content):
        width, count = content[at], content[at + 1]
        bits = [byte >> bit & 1 for byte in content[at + 2 :] for bit in range(8)]
        for sample in range(count):
            for channel in range(n_channels):
                first = (sample * n_channels + channel) * width
                value = sum(bit << i for i, bit in enumerate(bits[first : first + width]))
                if width and bits[first + width - 1]:
                    value -= 1 << width
                row[channel] = (row[channel] + value + 2**31) % 2**32 - 2**31
            rows.append(tuple(row))
        at += 2 + (width * count * n_channels + 7) // 8
    return tuple(rows)


def test_features_are_bits_with_the_numbers_of_measurements():
    # ACC is bit 2 of the first byte; SDK mode is number 9, so bit 1 of the second.
    assert polar.decode_features(bytes.fromhex("0f 04 02")) == {Measurement.ACC, Measurement.SDK_MODE}


def test_features_of_another_record_are_refused():
    with pytest.raises(DeviceError, match="0x0f"):
        polar.decode_features(bytes.fromhex("f0 04 02"))


@given(st.frozensets(st.sampled_from(Measurement)))
def test_features_survive_the_way_there_and_back(features):
    assert polar.decode_features(polar.encode_features(features)) == features


def test_each_kind_of_setting_has_its_own_value_size():
    parameters = bytes.fromhex(
        "00 02 1a00 3400"  # rates 26 and 52 Hz
        "01 01 1000"  # 16 bit
        "02 01 d007"  # 2000 units
        "03 01 ffffffff"  # -1 thousandth
        "04 01 03"  # 3 channels
        "05 01 0000003f"  # factor 0.5
    )
    assert polar.decode_settings(parameters) == Settings(
        sample_rate_hz=(26, 52),
        resolution_bits=(16,),
        range_unit=(2000,),
        range_milliunit=(-1,),
        channels=(3,),
        factor=(0.5,),
    )


def test_the_order_of_settings_is_free():
    assert polar.decode_settings(bytes.fromhex("0401030001c800")) == polar.decode_settings(
        bytes.fromhex("0001c800040103")
    )


def test_the_lone_reserved_byte_of_an_h10_is_no_setting():
    assert polar.decode_settings(b"\x01") == Settings()


def test_an_unknown_setting_is_refused_as_its_length_is_not_told():
    with pytest.raises(DeviceError, match="type 9 is unknown"):
        polar.decode_settings(bytes.fromhex("09 01 00"))


def test_settings_that_are_cut_off_are_refused():
    with pytest.raises(DeviceError, match="sample_rate_hz"):
        polar.decode_settings(bytes.fromhex("00 02 3400"))


@given(
    st.builds(
        Settings,
        sample_rate_hz=st.lists(st.integers(0, 65535), max_size=5).map(tuple),
        resolution_bits=st.lists(st.integers(0, 65535), max_size=2).map(tuple),
        range_unit=st.lists(st.integers(0, 65535), max_size=4).map(tuple),
        range_milliunit=st.lists(INT32, max_size=2).map(tuple),
        channels=st.lists(st.integers(0, 255), max_size=2).map(tuple),
        factor=st.lists(st.floats(width=32, allow_nan=False), max_size=1).map(tuple),
        security=st.lists(st.binary(min_size=16, max_size=16), max_size=1).map(tuple),
    )
)
def test_settings_survive_the_way_there_and_back(settings):
    assert polar.decode_settings(polar.encode_settings(settings)) == settings


def test_a_setting_that_does_not_fit_is_refused_before_it_is_sent():
    with pytest.raises(DeviceError, match="sample_rate_hz"):
        polar.encode_settings(Settings(sample_rate_hz=(70_000,)))


def test_sdk_mode_is_started_like_a_measurement():
    assert polar.encode_request(polar.sdk_mode(on=True)).hex() == "0209"
    assert polar.encode_request(polar.sdk_mode(on=False)).hex() == "0309"


def test_a_request_about_the_whole_device_names_no_measurement():
    request = Request(Opcode.GET_SDK_MODE_STATUS)
    assert polar.encode_request(request) == b"\x06"
    assert polar.decode_request(b"\x06") == request


def test_the_bit_for_offline_recording_is_not_a_part_of_the_measurement():
    assert polar.decode_request(bytes.fromhex("03 82")).measurement is Measurement.ACC


def test_a_refusal_may_leave_out_the_byte_for_more():
    assert polar.decode_control(bytes.fromhex("f0 02 05 0a")) == Response(
        Opcode.START, Measurement.GYRO, Status.INVALID_MTU
    )


def test_a_granted_response_without_the_byte_for_more_is_cut_off():
    with pytest.raises(DeviceError, match="at least 5"):
        polar.decode_control(bytes.fromhex("f0 02 05 00"))


def test_a_device_that_stops_by_itself_says_what_it_stopped():
    assert polar.decode_control(bytes.fromhex("01 02 05")) == Stopped((Measurement.ACC, Measurement.GYRO))


def test_a_status_of_a_later_firmware_stays_a_number():
    assert polar.decode_control(bytes.fromhex("f0 02 05 63")).status == 0x63


def test_the_factor_comes_in_the_answer_to_a_start():
    answer = polar.decode_control(bytes.fromhex("f0 02 02 00 00 05 01 00 00 80 39"))
    assert polar.decode_settings(answer.parameters).factor == (2.0**-12,)


def test_a_response_in_pieces_is_one_list_of_settings():
    # The cut goes through the middle of a value.
    pieces = [bytes.fromhex("f0 01 02 00 01 00 01 34"), bytes.fromhex("f0 01 02 00 00 00 01 01 10 00")]
    whole = polar.joined([polar.decode_control(piece) for piece in pieces])
    assert polar.decode_settings(whole.parameters) == Settings(sample_rate_hz=(52,), resolution_bits=(16,))


@pytest.mark.parametrize(
    "pieces",
    [[], [Response(1, 2, 0, more=True)], [Response(1, 2, 0, more=True), Response(1, 5, 0)]],
    ids=["none", "more announced", "of two requests"],
)
def test_pieces_that_are_no_whole_response_are_refused(pieces):
    with pytest.raises(DeviceError):
        polar.joined(pieces)


@given(st.builds(Response, st.integers(0, 9), st.sampled_from(Measurement), st.sampled_from(Status), st.booleans()))
def test_responses_survive_the_way_there_and_back(response):
    assert polar.decode_control(polar.encode_response(response)) == response


def test_the_h10_sample_that_a_document_prints_as_minus_184_is_minus_187():
    frame = data_frame(Measurement.ACC, 0x01, "45ff 0000 0000")
    assert polar.counts(frame) == ((-187, 0, 0),)


def test_raw_acceleration_is_in_thousandths_of_g():
    frame = data_frame(Measurement.ACC, 0x01, "e803 18fc 0000")
    assert polar.samples(frame) == ((1.0, -1.0, 0.0),)


def test_24_bit_acceleration_keeps_its_sign():
    frame = data_frame(Measurement.ACC, 0x02, "ffffff 000080 e80300")
    assert polar.counts(frame) == ((-1, -(2**23), 1000),)


def test_the_unit_of_8_bit_acceleration_is_not_guessed():
    frame = data_frame(Measurement.ACC, 0x00, "01 02 03")
    assert polar.counts(frame) == ((1, 2, 3),)
    with pytest.raises(DeviceError, match="differently"):
        polar.samples(frame)


def test_compressed_acceleration_of_type_0_is_g_and_of_type_1_thousandths():
    # Reference 2 4 -2, and no deltas.
    content = "0200 0400 feff"
    assert polar.samples(data_frame(Measurement.ACC, 0x80, content), 0.5) == ((1.0, 2.0, -1.0),)
    assert polar.samples(data_frame(Measurement.ACC, 0x81, content), 0.5) == ((0.001, 0.002, -0.001),)


def test_compressed_angular_rate_is_multiplied_by_the_factor():
    # One sample of 4-bit deltas: 7, -8, 1 -> nibbles 7 8 1, low one first.
    frame = data_frame(Measurement.GYRO, 0x80, "0a00 1400 f6ff 04 01 8701")
    assert polar.counts(frame) == ((10, 20, -10), (17, 12, -9))
    assert polar.samples(frame, 0.07)[1] == pytest.approx((1.19, 0.84, -0.63))


def test_float_frames_hold_differences_of_bit_patterns():
    one, two = (struct.unpack("<i", struct.pack("<f", value))[0] for value in (1.0, 2.0))
    content = struct.pack("<3i", one, two, one) + bytes([32, 1]) + struct.pack("<3i", two - one, one - two, 0)
    frame = PmdFrame(Measurement.GYRO, 5, compressed=True, frame_type=1, content=content)
    assert polar.samples(frame, 2.0) == ((2.0, 4.0, 2.0), (4.0, 2.0, 2.0))


def test_a_magnetometer_with_four_channels_says_how_well_it_is_calibrated():
    frame = data_frame(Measurement.MAG, 0x81, "f401 0cfe 0000 0300")
    assert polar.samples(frame) == ((0.5, -0.5, 0.0),)
    assert polar.calibration_status(frame) == (3,)
    with pytest.raises(DeviceError, match="no calibration"):
        polar.calibration_status(data_frame(Measurement.MAG, 0x80, "0000 0000 0000"))


@pytest.mark.parametrize(
    ("measurement", "kind"), [(Measurement.ECG, 0x00), (Measurement.PPG, 0x80), (Measurement.GYRO, 0x00), (0x2A, 0x00)]
)
def test_layouts_that_are_not_known_are_named(measurement, kind):
    with pytest.raises(DeviceError, match=f"measurement {int(measurement)} "):
        polar.samples(data_frame(measurement, kind, "00" * 12))


def test_a_torn_last_sample_is_refused():
    with pytest.raises(DeviceError, match="multiple of 6"):
        polar.counts(data_frame(Measurement.ACC, 0x01, "0100 0200 0300 04"))


def test_a_block_that_declares_more_than_there_is_is_refused_not_filled_with_zeros():
    # Three 8-bit deltas a sample; two samples declared, one and a half there.
    with pytest.raises(DeviceError, match="2 samples of 8 bits declared"):
        polar.decode_deltas(bytes.fromhex("0000 0000 0000 08 02 01 01 01 02"), 3, 16)


def test_sums_wrap_at_32_bits():
    content = struct.pack("<i", 2**31 - 1) + bytes([2, 1, 0b01])
    assert polar.decode_deltas(content, 1, 32) == ((2**31 - 1,), (-(2**31),))


def test_a_block_without_bits_repeats_the_sample():
    assert polar.decode_deltas(bytes.fromhex("0500 00 03"), 1, 16) == ((5,), (5,), (5,), (5,))


@given(
    st.integers(1, 4).flatmap(lambda n: st.lists(st.tuples(*[INT16] * n), min_size=1, max_size=40)),
    st.integers(1, 255),
)
def test_samples_survive_delta_coding_and_a_slow_decoder_agrees(rows, block_samples):
    content = polar.encode_deltas(rows, 16, block_samples)
    assert polar.decode_deltas(content, len(rows[0]), 16) == tuple(rows)
    assert slow_deltas(content, len(rows[0]), 16) == tuple(rows)


@given(st.lists(st.tuples(INT32, INT32, INT32), min_size=1, max_size=10))
def test_samples_of_32_bits_survive_although_their_differences_wrap(rows):
    assert polar.decode_deltas(polar.encode_deltas(rows, 32), 3, 32) == tuple(rows)


@given(st.binary(max_size=40), st.integers(0, 32), st.integers(0, 12))
def test_blocks_of_any_width_agree_with_a_slow_decoder(filling, width, count):
    size = -(-width * count * 3 // 8)
    content = bytes(6) + bytes([width, count]) + filling[:size].ljust(size, b"\xa5")
    assert polar.decode_deltas(content, 3, 16) == slow_deltas(content, 3, 16)


@pytest.mark.parametrize(
    ("rows", "block_samples"),
    [([], 10), ([(1, 2), (1,)], 10), ([(1,)], 0), ([(40_000,)], 10)],
    ids=["none", "ragged", "empty blocks", "too large"],
)
def test_what_cannot_be_delta_coded_is_refused(rows, block_samples):
    with pytest.raises(DeviceError):
        polar.encode_deltas(rows, 16, block_samples)


@given(st.sampled_from(LAYOUTS), st.binary(max_size=230), st.integers(0, 2**64 - 1))
def test_any_content_is_read_or_refused(layout, content, timestamp_ns):
    measurement, compressed, frame_type = layout
    frame = PmdFrame(measurement, timestamp_ns, compressed, frame_type, content)
    assert polar.decode_frame(polar.encode_frame(frame)) == frame
    try:
        rows = polar.samples(frame)
    except DeviceError:
        return
    assert all(len(row) == 3 for row in rows)
    assert len(rows) == len(polar.counts(frame))


@given(st.binary(max_size=64))
def test_any_bytes_are_read_or_refused(payload):
    for decode in (
        polar.decode_frame,
        polar.decode_control,
        polar.decode_request,
        polar.decode_settings,
        polar.decode_features,
    ):
        with suppress(DeviceError):
            decode(payload)


def test_blocks_without_bits_ask_for_no_more_than_255_samples_each():
    # 255 samples for every two bytes is the most that a byte can ask for.
    assert len(polar.decode_deltas(bytes(2) + bytes([0, 255]) * 255, 1, 16)) == 1 + 255 * 255


def test_the_time_of_a_frame_is_that_of_its_last_sample():
    assert polar.sample_times_ns(1000, 4, previous_ns=600) == (700, 800, 900, 1000)


def test_the_first_frame_of_a_stream_is_spread_by_the_nominal_rate():
    assert polar.sample_times_ns(10**9, 3, nominal_rate_hz=10) == (800_000_000, 900_000_000, 10**9)


def test_a_first_frame_without_nominal_rate_has_no_times():
    with pytest.raises(ValueError, match="nominal rate"):
        polar.sample_times_ns(10**9, 3)


def test_times_keep_their_nanoseconds_although_they_are_beyond_a_float():
    timestamp_ns = 704_201_974_831_254_117
    assert polar.sample_times_ns(timestamp_ns, 2, previous_ns=timestamp_ns - 2)[0] == timestamp_ns - 1


@given(st.integers(0, 2**62), st.integers(1, 200), st.integers(1, 10**10))
def test_times_rise_to_the_last(previous_ns, n, span_ns):
    times = polar.sample_times_ns(previous_ns + n * span_ns, n, previous_ns)
    assert list(times) == sorted(set(times))
    assert times[-1] == previous_ns + n * span_ns


def test_a_lost_notification_shows_as_time_without_samples():
    period_ns = 1e9 / 51.705
    assert polar.samples_lost(round(72 * period_ns), 0, 36, period_ns) == 36
    assert polar.samples_lost(round(36 * period_ns), 0, 36, period_ns) == 0
