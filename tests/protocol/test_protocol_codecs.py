"""Whatever can be said is read back the same; whatever cannot be read is refused as PacketError."""

import contextlib
import pickle
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

import firmware_protocol as fp
from firmware_protocol import tlv

U8, U16, U32, U64 = (st.integers(0, 2**bits - 1) for bits in (8, 16, 32, 64))
TIME_US = st.integers(0, 2**53 - 1)
F32 = st.floats(width=32, allow_nan=False, allow_infinity=False)
POSITIVE_F32 = st.floats(min_value=2.0**-126, max_value=2.0**127, width=32)
TEMPERATURE_C = st.none() | st.integers(-32767, 32767).map(lambda n: n / 100)


@st.composite
def frames(draw):
    kind = draw(st.sampled_from(fp.FrameKind))
    event = kind is fp.FrameKind.EVENT
    n_samples = 1 if event else draw(st.integers(1, 255))
    n_bytes = 2 * n_samples * fp.CHANNELS[kind]
    return fp.Frame(
        kind=kind,
        config_id=draw(U8),
        session_id=draw(U16),
        first_sample_index=draw(U32),
        t0_us=draw(TIME_US),
        period_ns=0 if event else draw(st.integers(1, 2**32 - 1)),
        location_id=draw(U8),
        flags=fp.FrameFlags(draw(st.integers(0, 0x3FFF))),
        sample_bytes=draw(st.binary(min_size=n_bytes, max_size=n_bytes)),
    )


@st.composite
def configs(draw):
    sensors = fp.Sensors(draw(st.integers(1, 31)))

    def needed(*which):
        return draw(POSITIVE_F32) if any(sensor in sensors for sensor in which) else 0.0

    scales = {}
    for sensor, scale, range_ in (
        (fp.Sensors.ACC, "acc_scale_m_s2_per_lsb", "acc_range_m_s2"),
        (fp.Sensors.GYR, "gyr_scale_rad_s_per_lsb", "gyr_range_rad_s"),
        (fp.Sensors.MAG, "mag_scale_t_per_lsb", "mag_range_t"),
        (fp.Sensors.HIGH_G, "high_g_scale_m_s2_per_lsb", "high_g_range_m_s2"),
    ):
        scales |= {scale: needed(sensor), range_: needed(sensor)}
    return fp.Config(
        config_id=draw(U8),
        sensors=sensors,
        location_id=draw(U8),
        axis_map=draw(st.sampled_from([(1, 2, 3), (-2, 1, 3), (3, 1, 2), (-1, -2, 3), (-1, -3, -2)])),
        nominal_rate_hz=needed(fp.Sensors.ACC, fp.Sensors.GYR, fp.Sensors.MAG),
        high_g_rate_hz=needed(fp.Sensors.HIGH_G),
        quaternion_rate_hz=needed(fp.Sensors.QUATERNION),
        acc_cutoff_hz=draw(POSITIVE_F32 | st.just(0.0)),
        gyr_cutoff_hz=draw(POSITIVE_F32 | st.just(0.0)),
        filter_delay_us=draw(U16),
        **scales,
    )


FEATURES = st.builds(
    fp.Feature,
    version_minor=U8,
    frame_kinds=st.frozensets(st.sampled_from(fp.FrameKind)),
    features=U64.map(fp.FeatureBits),
    max_att_mtu=U16,
    ring_s=U16,
    log_capacity_kib=U32,
    device_id=U64,
)
STATUSES = st.builds(
    fp.Status,
    state=U8,
    session_id=U16,
    uptime_us=TIME_US,
    n_produced=U32,
    n_queued=U32,
    n_dropped=U32,
    n_overrun=U32,
    clip_counts=st.tuples(*[U16] * 6),
    temperature_c=TEMPERATURE_C,
    battery_v=st.none() | st.integers(1, 65535).map(lambda n: n / 1000),
    battery_pct=st.none() | st.integers(0, 100),
    last_error=U8,
    log_used_kib=U32,
    oldest_index=U32,
)
CALIBRATIONS = st.builds(
    fp.Calibration,
    sensors=st.integers(0, 31).map(fp.Sensors),
    temperature_c=TEMPERATURE_C,
    calibrated_utc_us=TIME_US,
    acc_bias_m_s2=st.tuples(*[F32] * 3),
    acc_matrix=st.tuples(*[F32] * 9),
    gyr_bias_rad_s=st.tuples(*[F32] * 3),
    gyr_matrix=st.tuples(*[F32] * 9),
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
VALUES = {
    "<B": U8,
    "<H": U16,
    "<I": U32,
    "<Q": TIME_US,
    "<i": st.integers(-(2**31), 2**31 - 1),
    "<f": F32,
    "utf8": TEXT,
    "bytes": st.binary(max_size=20),
}


@st.composite
def items(draw):
    type_ = draw(U8)
    layout = tlv.FORMATS.get(type_, "bytes")
    return fp.TlvItem(type_, draw(VALUES[layout.format if isinstance(layout, struct.Struct) else layout]))


ITEMS = st.lists(items(), max_size=8).map(tuple)
OPS = st.integers(1, 0x7F)
ROUND_TRIPS = {
    "frame": (frames(), fp.encode_frame, fp.decode_frame),
    "feature": (FEATURES, fp.encode_feature, fp.decode_feature),
    "config": (configs(), fp.encode_config, fp.decode_config),
    "status": (STATUSES, fp.encode_status, fp.decode_status),
    "calibration": (CALIBRATIONS, fp.encode_calibration, fp.decode_calibration),
    "request": (st.builds(fp.Request, OPS, U8, ITEMS), fp.encode_request, fp.decode_request),
    "response": (st.builds(fp.Response, OPS, U8, U8, ITEMS), fp.encode_response, fp.decode_response),
    "bulk_chunk": (
        st.builds(fp.BulkChunk, U8, U16, U32, st.binary(min_size=1, max_size=504)),
        fp.encode_bulk_chunk,
        fp.decode_bulk_chunk,
    ),
    "bulk_end": (st.builds(fp.BulkEnd, U8, U8, U32, U32), fp.encode_bulk_end, fp.decode_bulk_end),
}
VALID_PAYLOADS = st.one_of(*[values.map(encode) for values, encode, _ in ROUND_TRIPS.values()])
HOSTILE_BYTES = st.binary(max_size=300) | st.builds(
    lambda payload, at, byte: payload[: at % len(payload)] + bytes([byte]) + payload[at % len(payload) + 1 :],
    VALID_PAYLOADS,
    st.integers(0, 600),
    U8,
)


@given(st.binary(min_size=1, max_size=300), st.integers(1, 300))
def test_an_envelope_that_is_cut_off_says_how_many_bytes_it_takes(payload, n_missing):
    envelope = fp.encode_envelope(payload)
    cut = envelope[: max(4, len(envelope) - n_missing)]

    with pytest.raises(fp.PacketError, match=f"takes {len(envelope)} bytes"):
        fp.decode_envelope(cut)


@pytest.mark.parametrize("kind", ROUND_TRIPS)
@given(data=st.data())
def test_whatever_is_encoded_decodes_to_the_same(kind, data):
    values, encode, decode = ROUND_TRIPS[kind]
    value = data.draw(values)

    assert decode(encode(value)) == value


@given(st.binary(min_size=1, max_size=300), st.binary(max_size=20))
def test_an_envelope_gives_back_its_payload_and_length_whatever_follows(payload, behind):
    envelope = fp.encode_envelope(payload)

    assert fp.decode_envelope(envelope + behind) == (payload, len(envelope))


@pytest.mark.parametrize("decode", [*[decode for *_, decode in ROUND_TRIPS.values()], fp.decode_envelope])
@given(payload=HOSTILE_BYTES)
def test_any_bytes_decode_or_raise_packet_error(decode, payload):
    with contextlib.suppress(fp.PacketError):
        decode(payload)


@given(st.lists(HOSTILE_BYTES, max_size=8))
def test_any_payloads_pass_a_stream_decoder_or_raise_packet_error(payloads):
    decoder = fp.StreamDecoder()
    for payload in payloads:
        with contextlib.suppress(fp.PacketError):
            for event in decoder.feed(payload):
                assert isinstance(event, fp.Frame | fp.Gap | fp.SessionReset)


@given(frames())
def test_whatever_decodes_encodes_to_the_same_bytes(frame):
    payload = fp.encode_frame(frame)

    assert fp.encode_frame(fp.decode_frame(payload)) == payload


@pytest.mark.parametrize("n_bytes", range(len(fp.encode_calibration(fp.Calibration(sensors=fp.Sensors.ACC)))))
def test_a_calibration_with_any_one_bit_wrong_is_refused(n_bytes):
    payload = bytearray(fp.encode_calibration(fp.Calibration(sensors=fp.Sensors.ACC)))
    payload[n_bytes] ^= 0x04

    with pytest.raises(fp.PacketError):
        fp.decode_calibration(bytes(payload))


def simple_frame(**changes):
    fields = {
        "kind": fp.FrameKind.ACC,
        "config_id": 1,
        "session_id": 7,
        "first_sample_index": 0,
        "t0_us": 0,
        "period_ns": 5_000_000,
        "location_id": fp.Location.LEFT_FOOT,
        "flags": fp.FrameFlags(0),
        "sample_bytes": fp.pack_samples([(1, 2, 3)]),
    }
    return fp.Frame(**(fields | changes))


@pytest.mark.parametrize(
    ("changes", "section"),
    [
        ({"sample_bytes": b"\0" * 7}, "4.2"),
        ({"sample_bytes": b""}, "4.2"),
        ({"sample_bytes": b"\0" * 6 * 256}, "4.2"),
        ({"flags": fp.FrameFlags(0x4000)}, "4.5"),
        ({"config_id": 256}, "4.1"),
        ({"session_id": -1}, "4.1"),
        ({"period_ns": 0}, "4.4"),
        ({"t0_us": 2**53}, "1.2"),
        ({"t0_us": -1}, "1.2"),
    ],
)
def test_a_frame_that_no_sensor_may_send_is_not_encoded(changes, section):
    with pytest.raises(fp.PacketError) as caught:
        fp.encode_frame(simple_frame(**changes))

    assert caught.value.section == section


@pytest.mark.parametrize(
    ("item", "section"),
    [
        (fp.TlvItem(fp.Tlv.KIND, 256), "8.3"),
        (fp.TlvItem(fp.Tlv.KIND, "IMU6"), "8.3"),
        (fp.TlvItem(fp.Tlv.RATE_HZ, 1e39), "8.3"),
        (fp.TlvItem(fp.Tlv.NAME, 1), "8.3"),
        (fp.TlvItem(fp.Tlv.NAME, "\ud800"), "8.3"),
        (fp.TlvItem(fp.Tlv.UTC_US, 2**53), "1.2"),
        (fp.TlvItem(fp.Tlv.TOKEN, b"\0" * 256), "8.2"),
        (fp.TlvItem(300, b""), "8.2"),
    ],
)
def test_an_item_that_breaks_its_type_is_not_encoded(item, section):
    with pytest.raises(fp.PacketError) as caught:
        fp.encode_tlvs([item])

    assert caught.value.section == section


def test_a_control_message_longer_than_one_value_is_not_encoded():
    with pytest.raises(fp.PacketError, match="512"):
        fp.encode_request(fp.Request(fp.Op.START, 1, (fp.TlvItem(fp.Tlv.TOKEN, b"\0" * 250),) * 3))


def test_a_scale_too_small_for_float32_is_not_encoded():
    config = fp.Config(config_id=1, sensors=fp.Sensors.QUATERNION, quaternion_rate_hz=1e-60)

    with pytest.raises(fp.PacketError, match="quaternion_rate_hz"):
        fp.encode_config(config)


@pytest.mark.parametrize("battery_v", [float("nan"), float("inf"), 70.0])
def test_a_voltage_without_a_place_in_its_field_is_not_encoded(battery_v):
    with pytest.raises(fp.PacketError):
        fp.encode_status(fp.Status(state=0, session_id=0, uptime_us=0, battery_v=battery_v))


def test_samples_are_the_rows_of_the_counts():
    frame = simple_frame(sample_bytes=bytes.fromhex("0100 feff 0300 0400 0500 ff7f"))

    assert (frame.samples, frame.n_samples, frame.n_channels) == (((1, -2, 3), (4, 5, 32767)), 2, 3)


def test_an_event_comes_back_out_of_its_frame():
    event = fp.Event(fp.EventCode.MARK, 42, -5)

    frame = simple_frame(kind=fp.FrameKind.EVENT, period_ns=0, sample_bytes=fp.encode_event(event))

    assert fp.event_of(fp.decode_frame(fp.encode_frame(frame))) == event


def test_a_data_frame_holds_no_event():
    with pytest.raises(fp.PacketError, match="EVENT"):
        fp.event_of(simple_frame())


@pytest.mark.parametrize(("att_mtu", "n_samples"), [(23, 0), (65, 3), (247, 18), (517, 40), (65535, 40)])
def test_a_notification_holds_the_imu6_samples_that_fit_its_mtu(att_mtu, n_samples):
    assert fp.max_samples(fp.FrameKind.IMU6, att_mtu) == n_samples


def test_the_first_of_repeated_items_is_found_by_its_type():
    found = fp.decode_tlvs(fp.encode_tlvs([fp.TlvItem(fp.Tlv.RATE_HZ, 104.0), fp.TlvItem(fp.Tlv.RATE_HZ, 208.0)]))

    assert fp.find_float(found, fp.Tlv.RATE_HZ) == 104.0
    assert fp.find_int(found, fp.Tlv.KIND) is None
    assert fp.find_text(found, fp.Tlv.NAME) is None


def test_required_items_that_are_absent_are_named():
    request = fp.Request(fp.Op.RETRANSMIT, 1, (fp.TlvItem(fp.Tlv.KIND, 1), fp.TlvItem(fp.Tlv.COUNT, 1)))

    assert fp.missing_items(request) == (fp.Tlv.SESSION_ID, fp.Tlv.FIRST_INDEX)


def test_a_failed_response_needs_no_items():
    assert fp.missing_items(fp.Response(fp.Op.START, 1, fp.StatusCode.MTU)) == ()


def test_a_packet_error_survives_a_process_pool():
    error = pickle.loads(pickle.dumps(fp.PacketError("expected 24 bytes, got 3", "4.1")))  # noqa: S301 - our own bytes

    assert (error.section, str(error)) == ("4.1", "expected 24 bytes, got 3 (SPEC.md section 4.1)")


@pytest.mark.parametrize(("there_us", "back_us"), [(0, 0), (3000, 3000), (7500, 0), (0, 11250)])
def test_the_offset_of_an_exchange_is_within_half_its_round_trip(there_us, back_us):
    true_offset_us, host_tx_us, device_us = 60_000_000, 1_000_000, 200
    device_rx_us = host_tx_us + there_us + true_offset_us
    device_tx_us = device_rx_us + device_us

    exchange = fp.SyncExchange(host_tx_us, device_rx_us, device_tx_us, device_tx_us - true_offset_us + back_us)

    assert exchange.round_trip_us == there_us + back_us
    assert abs(exchange.offset_us - true_offset_us) <= exchange.round_trip_us / 2
