"""Published payloads of other makers' sensors, where they are at hand, decode to the values published with them."""

import json

import numpy as np
import pytest

from firmware_protocol.devices import (
    DeviceError,
    bluetooth_sig,
    movella_dot,
    movella_messages,
    movesense,
    polar,
    witmotion,
)

TOLERANCE = 1e-4
"""Published values are rounded to four digits behind the point at least."""


def vectors(shared, name):
    path = shared / "protocols" / "vectors" / f"{name}.json"
    if not path.exists():
        pytest.skip(f"no vectors at {path.parent}")
    found = json.loads(path.read_text())
    assert found
    return [(bytes.fromhex(one["hex"] or ""), one["context"], one["expected"], one) for one in found]


def close(found, expected):
    np.testing.assert_allclose(np.array(found), np.array(expected), atol=TOLERANCE)


SETTINGS_NAMES = {"range": "range_unit"}


def settings_match(settings, expected):
    for name, values in expected.items():
        assert list(getattr(settings, SETTINGS_NAMES.get(name, name))) == values


def test_data_frames_of_polar_decode_as_published(shared):
    n_frames = 0
    for payload, context, expected, _ in vectors(shared, "polar_pmd"):
        if "frame_type" not in expected or "TRUNCATED" in context["kind"]:
            continue
        n_frames += 1
        frame = polar.decode_frame(payload)
        assert frame.timestamp_ns == expected["timestamp_ns"]
        assert (frame.measurement, frame.compressed) == (expected["measurement_type"], expected["compressed"])
        assert frame.frame_type == expected["frame_type"]
        found = polar.samples(frame, context.get("factor", 1.0))
        if "n_samples" in expected:
            assert len(found) == expected["n_samples"]
        for name, scale in (("samples_mG", 1000), ("samples_dps", 1), ("samples_gauss", 1)):
            if name in expected:
                close(np.array(found) * scale, expected[name])
        if "samples_raw" in expected:
            assert [list(row) for row in polar.counts(frame)] == expected["samples_raw"]
        if "samples_mG_trunc" in expected:
            # The maker cuts to whole milli-g in float32: ours lie less than one away.
            assert np.abs(np.array(found) * 1000 - np.array(expected["samples_mG_trunc"])).max() < 1.0
        if "calibration_status" in expected:
            assert list(polar.calibration_status(frame)) == expected["calibration_status"]
    assert n_frames == 7


def test_delta_contents_of_polar_decode_as_published(shared):
    n_contents = 0
    for payload, context, expected, _ in vectors(shared, "polar_pmd"):
        if "resolution_bits" not in context or "characteristic" in context or "TRUNCATED" in context["kind"]:
            continue
        n_contents += 1
        rows = polar.decode_deltas(payload, context["channels"], context["resolution_bits"])
        assert [list(row) for row in rows] == expected.get("samples_raw", expected.get("samples_int32"))
        assert len(rows) == expected["n_samples"]
    assert n_contents == 2


def test_truncated_contents_of_polar_are_refused_not_padded(shared):
    truncated = [one for one in vectors(shared, "polar_pmd") if "TRUNCATED" in one[1]["kind"]]
    assert len(truncated) == 2
    for payload, context, _, _ in truncated:
        content = polar.decode_frame(payload).content if "characteristic" in context else payload
        with pytest.raises(DeviceError, match="declared"):
            polar.decode_deltas(content, 3, 16)


def test_the_complete_start_of_a_truncated_content_decodes_as_published(shared):
    (payload, _, expected, _) = next(one for one in vectors(shared, "polar_pmd") if "declared_samples" in one[2])
    # Six bytes of reference, then a first block of six bits that is whole.
    width, count = payload[6], payload[7]
    whole = payload[: 8 + -(-width * count * 3 // 8)]
    found = polar.decode_deltas(whole, 3, 16)
    assert [list(row) for row in found] == expected["samples_raw"][: len(found)]


def test_control_point_bytes_of_polar_decode_as_published(shared):
    n_found = 0
    for payload, context, expected, _ in vectors(shared, "polar_pmd"):
        if context["kind"].startswith("CP write"):
            request = polar.decode_request(payload)
            assert (request.opcode, request.measurement) == (expected["opcode"], expected["measurement_type"])
            settings_match(request.settings, expected.get("settings", {}))
        elif "response" in context["kind"] and "status" in expected:
            response = polar.decode_control(payload)
            assert (response.opcode, response.measurement) == (expected["opcode"], expected["measurement_type"])
            assert (response.status, response.more) == (expected["status"], expected["more"])
            if "parameters_hex" in expected:
                assert response.parameters.hex() == expected["parameters_hex"]
            else:
                settings_match(polar.decode_settings(response.parameters), expected.get("settings", {}))
        elif context["kind"].startswith("settings"):
            settings_match(polar.decode_settings(payload), expected)
        elif context["kind"].startswith("READ"):
            has = {one.name.lower() for one in polar.decode_features(payload)}
            assert {name: name in has for name in expected if name != "tag"} == {
                name: value for name, value in expected.items() if name != "tag"
            }
        else:
            continue
        n_found += 1
    assert n_found == 12


def test_times_of_polar_samples_are_as_published(shared):
    n_found = 0
    for payload, context, expected, _ in vectors(shared, "polar_pmd"):
        if context["kind"] == "timestamp rule":
            times = polar.sample_times_ns(
                context["frame_timestamp_ns"], context["n_samples"], context["previous_frame_timestamp_ns"]
            )
            assert list(times) == expected["sample_timestamps_ns"]
        elif "first_sample_timestamp_ns" in expected:
            frame = polar.decode_frame(payload)
            previous_ns = context["previous_frame_timestamp_ns"] or None
            times = polar.sample_times_ns(
                frame.timestamp_ns, expected["n_samples"], previous_ns, context.get("sample_rate_hz")
            )
            # The maker's arithmetic is in floating point: one nanosecond either way.
            assert abs(times[0] - expected["first_sample_timestamp_ns"]) <= 1
            assert times[-1] == expected["last_sample_timestamp_ns"]
        else:
            continue
        n_found += 1
    assert n_found == 4


def test_payloads_of_movesense_decode_as_published(shared):
    names = {"ArrayAcc": "acc_m_s2", "ArrayGyro": "gyr_dps", "ArrayMagn": "mag_ut"}
    n_found = 0
    for payload, context, expected, _ in vectors(shared, "movesense_gsp"):
        if "channel" not in context:
            continue
        n_found += 1
        data = movesense.decode_data(context["channel"], payload)
        for name, field in names.items():
            if name in expected:
                close(getattr(data, field), expected[name])
        if "Timestamp_ms" in expected:
            assert data.timestamp_ms == expected["Timestamp_ms"]
        if "mV" in expected:
            close(data.ecg_mv, expected["mV"])
        if "average_bpm" in expected:
            close([data.average_per_min, *data.rr_ms], [expected["average_bpm"], *expected["rr_ms"]])
        if "measurement_K" in expected:
            close(data.temperature_k, expected["measurement_K"])
            assert data.timestamp_ms == expected["timestamp_ms"]
    assert n_found == 6


def test_commands_and_replies_of_movesense_are_as_published(shared):
    n_found = 0
    for payload, _, expected, _ in vectors(shared, "movesense_gsp"):
        if "command" in expected:
            command = movesense.decode_command(payload)
            assert command == movesense.CommandWrite(
                movesense.Command(expected["command"]), expected["ref"], expected.get("path", "")
            )
            assert movesense.encode_command(command) == payload
        elif "result_type" in expected:
            notification = movesense.decode_notification(payload)
            result = movesense.decode_result(notification.content)
            assert (notification.kind, notification.ref) == (1, expected["ref"])
            assert result == movesense.CommandResult(expected.get("status_be"), expected.get("text", ""))
        else:
            continue
        n_found += 1
    assert n_found == 5


def test_parts_of_movesense_data_are_joined_as_published(shared):
    (one,) = [one for *_, one in vectors(shared, "movesense_gsp") if "parts" in one]
    joiner = movesense.DataJoiner()
    for part in one["parts"]:
        assert joiner.feed(movesense.decode_notification(bytes.fromhex(part))) is None
    joined = joiner.finish(99)
    assert joined.hex() == one["expected"]["joined_payload_hex"]
    data = movesense.decode_data("/Meas/IMU9/52", joined)
    assert len(data.acc_m_s2) == len(data.gyr_dps) == len(data.mag_ut) == 4


def test_messages_of_the_dot_are_as_published_and_wrong_checksums_are_refused(shared):
    n_wrong = 0
    for payload, context, expected, _ in vectors(shared, "movella_dot"):
        if context.get("service") != "0x7000 message":
            continue
        if not expected["checksum_ok"]:
            n_wrong += 1
            with pytest.raises(DeviceError, match="checksum"):
                movella_messages.decode_message(payload)
            continue
        message = movella_messages.decode_message(payload)
        assert (message.message_id, message.data.hex()) == (expected["mid"], expected["data_hex"])
        assert movella_messages.encode_message(message) == payload
        if "root_mac" in expected:
            assert movella_dot.written_address(message.data[1:]) == expected["root_mac"]
    assert n_wrong == 2


def test_payloads_and_commands_of_the_dot_are_as_published(shared):
    n_found = 0
    for payload, context, expected, _ in vectors(shared, "movella_dot"):
        if context.get("char") == "0x2001 control":
            control = movella_dot.decode_measurement_control(payload)
            assert control.start == (expected["action"] == "start")
            assert control.mode == expected.get("payload_mode", control.mode)
        elif "payload_mode" in context:
            sample = movella_dot.decode_sample(context["payload_mode"], payload)
            assert sample.timestamp_us == expected["timestamp_us"]
            close(sample.acc_m_s2, expected["acc_mps2"])
            close(sample.gyr_dps, expected["gyr_dps"])
            if "quat_wxyz" in expected:
                close(sample.quaternion_wxyz, expected["quat_wxyz"])
        elif "field" in context:
            bits = movella_dot.StatusBits(int.from_bytes(payload, "little"))
            assert [bit.name.lower().removeprefix("clip_") for bit in bits] == expected["clip"]
        else:
            continue
        n_found += 1
    assert n_found == 6


def test_frames_of_witmotion_decode_as_published(shared):
    n_frames = 0
    for payload, _, expected, _ in vectors(shared, "witmotion"):
        if "frames" not in expected:
            continue
        # The splitter waits for a next header; one more frame shows that the last is whole.
        found = witmotion.FrameSplitter().feed(payload + payload[:20])[: len(expected["frames"])]
        for frame, known in zip(found, expected["frames"], strict=True):
            n_frames += 1
            assert [*frame.acc, *frame.gyr, *frame.angle] == known["raw"]
            close(frame.acc_g, known["acc_g"])
            close(frame.angle_deg, known["angle_deg"])
    assert n_frames == 6


def test_printed_halves_of_witmotion_frames_are_refused_but_right_once_filled(shared):
    n_partial = 0
    for payload, context, expected, _ in vectors(shared, "witmotion"):
        if "partial" not in context["kind"]:
            continue
        n_partial += 1
        with pytest.raises(DeviceError, match="20 or 28"):
            witmotion.decode_frame(payload)
        frame = witmotion.decode_frame(payload.ljust(20, b"\0"))
        close(frame.acc_g, expected["acc_g"])
        np.testing.assert_allclose(frame.gyr_dps, expected["gyro_dps"], atol=1e-3)
    assert n_partial == 3


def test_commands_of_witmotion_are_as_published(shared):
    published = {payload for payload, context, *_ in vectors(shared, "witmotion") if context["char"] == "ffe9 write"}
    rates = {witmotion.write_command(witmotion.Register.RATE, code) for code in (6, 8, 9, 0x0B)}
    reads = {witmotion.read_command(register) for register in (0x3A, 0x51, 0x40)}
    assert published == {witmotion.UNLOCK, witmotion.SAVE, *rates, *reads}


def test_standard_characteristics_decode_as_published(shared):
    rsc_names = {
        "speed_mps": "speed_m_s",
        "cadence_spm": "cadence_per_min",
        "running": "running",
        "stride_length_m": "stride_length_m",
        "total_distance_m": "distance_m",
    }
    n_found = 0
    for payload, context, expected, _ in vectors(shared, "bluetooth_sig"):
        n_found += 1
        match context["characteristic"]:
            case "rsc_measurement":
                measurement = bluetooth_sig.decode_rsc(payload)
                for name, field in rsc_names.items():
                    assert getattr(measurement, field) == expected.get(name)
                assert bluetooth_sig.encode_rsc(measurement) == payload
            case "rsc_feature":
                features = bluetooth_sig.decode_rsc_features(payload)
                assert features == expected["bits"]
                assert bluetooth_sig.encode_rsc_features(features) == payload
            case "heart_rate_measurement":
                found = bluetooth_sig.decode_heart_rate(payload)
                assert (found.rate_per_min, found.energy_kj) == (expected["bpm"], expected.get("energy_kJ"))
            case "battery_level":
                assert bluetooth_sig.decode_battery_pct(payload) == expected["percent"]
            case "pnp_id":
                pnp = bluetooth_sig.decode_pnp_id(payload)
                assert pnp.source == expected["vendor_id_source"]
                assert (pnp.vendor, pnp.product, pnp.version) == (
                    expected["vendor"],
                    expected["product"],
                    expected["version"],
                )
                assert bluetooth_sig.encode_pnp_id(pnp) == payload
    assert n_found == 13
