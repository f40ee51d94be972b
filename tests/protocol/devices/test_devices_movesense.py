"""Movesense GSP: bytes made by hand, what public sources got wrong, and any bytes at all."""

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_protocol.devices import DeviceError, movesense
from firmware_protocol.devices.movesense import (
    Command,
    CommandResult,
    CommandWrite,
    DataJoiner,
    HeartRateData,
    MotionData,
    Notification,
    NotificationKind,
    TemperatureData,
)

FLOATS = st.floats(-1000, 1000, width=32)
TRIPLES = st.tuples(FLOATS, FLOATS, FLOATS)
DATA, PART2 = NotificationKind.DATA, NotificationKind.DATA_PART2


def floats(*values):
    return struct.pack(f"<{len(values)}f", *values)


def test_a_subscription_is_command_reference_and_path():
    command = CommandWrite(Command.SUBSCRIBE, 7, "/Meas/Acc/13")
    assert movesense.encode_command(command) == b"\x01\x07/Meas/Acc/13"


@given(st.sampled_from(Command), st.integers(1, 255), st.text(st.characters(max_codepoint=127), max_size=40))
def test_commands_survive_the_way_there_and_back(command, ref, path):
    written = CommandWrite(command, ref, path)
    assert movesense.decode_command(movesense.encode_command(written)) == written


@pytest.mark.parametrize("ref", [0, 256])
def test_references_outside_of_a_byte_are_refused(ref):
    with pytest.raises(DeviceError, match="1 to 255"):
        movesense.encode_command(CommandWrite(Command.HELLO, ref))


def test_paths_are_ascii():
    with pytest.raises(DeviceError, match="not ASCII"):
        movesense.encode_command(CommandWrite(Command.SUBSCRIBE, 1, "/Meas/Äcc"))


@pytest.mark.parametrize("number", range(3, 10))
def test_commands_on_whose_meaning_sources_differ_are_not_read(number):
    with pytest.raises(DeviceError, match="depends on the firmware"):
        movesense.decode_command(bytes([number, 1]))


def test_a_status_is_read_in_the_order_in_which_it_is_one():
    assert movesense.decode_result(bytes.fromhex("c800")) == CommandResult(200)
    assert movesense.decode_result(bytes.fromhex("00c8")) == CommandResult(200)
    # 507 of the sample firmware, big-endian; little-endian it would be 64257.
    assert movesense.decode_result(bytes.fromhex("01fb")) == CommandResult(507)


def test_a_status_that_is_none_in_either_order_is_refused():
    with pytest.raises(DeviceError, match="100 to 599"):
        movesense.decode_result(bytes.fromhex("0303"))


def test_acceleration_is_a_time_and_triples():
    content = struct.pack("<I", 1500) + floats(1, 2, 3, 4, 5, 6)
    found = movesense.decode_data("/Meas/Acc/104", content)
    assert found == MotionData(1500, acc_m_s2=((1, 2, 3), (4, 5, 6)))


def test_sensors_of_one_batch_stand_one_behind_the_other_not_in_turns():
    content = struct.pack("<I", 9) + floats(1, 2, 3, 4, 5, 6) + floats(10, 20, 30, 40, 50, 60)
    found = movesense.decode_data("/Meas/IMU6/104", content)
    assert found.acc_m_s2 == ((1, 2, 3), (4, 5, 6))
    assert found.gyr_dps == ((10, 20, 30), (40, 50, 60))
    assert found.n_samples == 2


def test_nine_axes_end_with_the_magnetometer():
    content = struct.pack("<I", 9) + floats(*range(9))
    found = movesense.decode_data("/Meas/IMU9/13", content)
    assert (found.acc_m_s2, found.gyr_dps, found.mag_ut) == (((0, 1, 2),), ((3, 4, 5),), ((6, 7, 8),))


def test_names_of_resources_are_read_in_any_case():
    content = struct.pack("<I", 9) + floats(1, 2, 3)
    assert movesense.decode_data("Meas/acc/52", content) == movesense.decode_data("/Meas/Acc/52", content)


def test_temperature_comes_before_its_time():
    assert movesense.decode_data("/Meas/Temp", floats(300.5) + struct.pack("<I", 77)) == TemperatureData(77, 300.5)


def test_heart_rate_has_neither_time_nor_count():
    content = floats(75.0) + struct.pack("<HH", 800, 810)
    assert movesense.decode_data("/Meas/HR", content) == HeartRateData(75.0, (800, 810))
    assert movesense.decode_data("/Meas/HR", floats(75.0)).rr_ms == ()


def test_ecg_is_counts_or_microvolts_by_its_path():
    head = struct.pack("<I", 4)
    assert movesense.decode_data("/Meas/ECG/125", head + struct.pack("<2i", 1000, -1000)).ecg_mv == pytest.approx(
        (0.381, -0.381)
    )
    assert movesense.decode_data("/Meas/ECG/125/mV", head + struct.pack("<2h", 5, -5)).ecg_mv == (0.005, -0.005)


@pytest.mark.parametrize("path", ["", "/", "/Info", "/Meas", "/Meas/Foo/52", "/System/Acc/52"])
def test_resources_without_a_known_layout_are_named(path):
    with pytest.raises(DeviceError, match="not known"):
        movesense.decode_data(path, bytes(16))


@pytest.mark.parametrize("size", [0, 3, 4, 15, 17, 27])
def test_lengths_that_do_not_fit_a_resource_are_refused(size):
    with pytest.raises(DeviceError, match="IMU6"):
        movesense.decode_data("/Meas/IMU6/52", bytes(size))


@given(st.integers(0, 2**32 - 1), st.lists(st.tuples(TRIPLES, TRIPLES, TRIPLES), min_size=1, max_size=8))
def test_batches_survive_the_way_there_and_back(timestamp_ms, rows):
    acc, gyr, mag = (tuple(column) for column in zip(*rows, strict=True))
    for path, data in (
        ("/Meas/Acc/52", MotionData(timestamp_ms, acc)),
        ("/Meas/IMU6/52", MotionData(timestamp_ms, acc, gyr)),
        ("/Meas/IMU9/52", MotionData(timestamp_ms, acc, gyr, mag)),
    ):
        assert movesense.decode_data(path, movesense.encode_motion(data)) == data


def test_sensors_with_different_numbers_of_samples_are_no_batch():
    with pytest.raises(DeviceError, match="as many"):
        movesense.encode_motion(MotionData(0, ((1, 2, 3),), ((1, 2, 3), (4, 5, 6))))


def test_data_leave_when_the_next_begin():
    joiner = DataJoiner()
    assert joiner.feed(Notification(DATA, 1, b"one")) is None
    assert joiner.feed(Notification(DATA, 1, b"two")) == b"one"
    assert joiner.finish(1) == b"two"
    assert joiner.finish(1) is None


def test_continuations_are_put_behind_their_own_beginning():
    joiner = DataJoiner()
    joiner.feed(Notification(DATA, 1, b"a"))
    joiner.feed(Notification(DATA, 2, b"x"))
    joiner.feed(Notification(PART2, 1, b"b"))
    joiner.feed(Notification(PART2, 1, b"c"))
    assert (joiner.finish(1), joiner.finish(2)) == (b"abc", b"x")


def test_a_continuation_without_beginning_is_refused():
    with pytest.raises(DeviceError, match="without the first"):
        DataJoiner().feed(Notification(PART2, 1, b"b"))


def test_continuations_without_end_do_not_fill_the_memory():
    joiner = DataJoiner()
    joiner.feed(Notification(DATA, 1, bytes(4000)))
    joiner.feed(Notification(PART2, 1, bytes(96)))
    with pytest.raises(DeviceError, match="longer than"):
        joiner.feed(Notification(PART2, 1, bytes(1)))


@given(st.binary(min_size=1, max_size=200), st.data())
def test_data_cut_anywhere_are_joined_again(content, data):
    cuts = sorted(data.draw(st.lists(st.integers(0, len(content)), max_size=4)))
    parts = [content[a:b] for a, b in zip([0, *cuts], [*cuts, len(content)], strict=True)]
    joiner = DataJoiner()
    for at, part in enumerate(parts):
        kind = PART2 if at else DATA
        sent = movesense.encode_notification(Notification(kind, 5, part))
        joiner.feed(movesense.decode_notification(sent))
    assert joiner.finish(5) == content


@given(
    st.binary(max_size=120), st.sampled_from(["Acc/52", "IMU6/52", "IMU9/52", "ECG/200", "ECG/200/mV", "HR", "Temp"])
)
def test_any_bytes_are_read_or_refused(payload, resource):
    for decode in (
        movesense.decode_notification,
        movesense.decode_command,
        movesense.decode_result,
        lambda content: movesense.decode_data(f"/Meas/{resource}", content),
    ):
        with suppress(DeviceError):
            decode(payload)
