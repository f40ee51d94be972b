"""WitMotion: bytes made by hand, what the maker's documents disagree on, and streams cut anywhere."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_protocol.devices import DeviceError, witmotion
from firmware_protocol.devices.witmotion import FrameSplitter, MotionFrame, RegisterReply

ZERO = (0, 0, 0)
COUNTS = st.tuples(*[st.integers(-(2**15), 2**15 - 1)] * 3)
FRAMES = st.builds(MotionFrame, COUNTS, COUNTS, COUNTS)
QUIET = MotionFrame((0, 0, 2048), ZERO, ZERO)
"""Lying still: 1 g upward."""


def fed(splitter, *notifications):
    return [frame for notification in notifications for frame in splitter.feed(notification)]


def test_a_frame_is_header_acceleration_rate_and_angle():
    payload = bytes.fromhex("5561 0008 0000 00f8 0040 0000 00c0 0040 0000 00c0")
    found = witmotion.decode_frame(payload)
    assert found.acc_g == (1.0, 0.0, -1.0)
    assert found.gyr_dps == (1000.0, 0.0, -1000.0)
    assert found.angle_deg == (90.0, 0.0, -90.0)


@given(FRAMES)
def test_frames_survive_the_way_there_and_back(frame):
    assert witmotion.decode_frame(witmotion.encode_frame(frame)) == frame


def test_newer_firmware_appends_eight_bytes_of_time():
    frame = MotionFrame(ZERO, ZERO, ZERO, tail=bytes(range(8)))
    assert witmotion.decode_frame(witmotion.encode_frame(frame)) == frame


def test_a_wired_frame_has_a_checksum():
    frame = witmotion.encode_frame(QUIET)
    checked = frame + bytes([sum(frame) % 256])
    assert witmotion.decode_checked_frame(checked) == QUIET
    with pytest.raises(DeviceError, match="checksum"):
        witmotion.decode_checked_frame(frame + bytes([(sum(frame) + 1) % 256]))


def test_a_frame_over_ble_has_none_so_21_bytes_are_no_frame():
    with pytest.raises(DeviceError, match="20 or 28"):
        witmotion.decode_frame(witmotion.encode_frame(QUIET) + b"\0")


def test_another_header_is_refused():
    with pytest.raises(DeviceError, match="55 61"):
        witmotion.decode_frame(b"\x55\x51" + bytes(18))


def test_the_services_uuid_is_not_of_the_standard_base():
    # One digit from the base of the Bluetooth SIG, and easily copied wrongly.
    for uuid in (witmotion.SERVICE_UUID, witmotion.NOTIFY_UUID, witmotion.WRITE_UUID):
        assert uuid.endswith("00805f9a34fb")


def test_both_codes_for_200_hz_are_known_as_the_documents_disagree():
    assert set(witmotion.RATE_200_HZ_CODES) == {0x0A, 0x0B}
    assert witmotion.RATE_CODES[200.0] in witmotion.RATE_200_HZ_CODES


def test_a_write_is_header_register_and_value():
    assert witmotion.write_command(witmotion.Register.RATE, 9).hex() == "ffaa030900"
    assert witmotion.decode_write(bytes.fromhex("ffaa030900")) == (witmotion.Register.RATE, 9)
    assert witmotion.write_command(witmotion.Register.UNLOCK, 0xB588) == witmotion.UNLOCK


@pytest.mark.parametrize("command", ["ffab030900", "ffaa0309", "ffaa03090000"])
def test_what_is_no_write_is_refused(command):
    with pytest.raises(DeviceError):
        witmotion.decode_write(bytes.fromhex(command))


@given(st.integers(0, 0xFFFF), st.tuples(*[st.integers(-(2**15), 2**15 - 1)] * 8))
def test_register_replies_survive_the_way_there_and_back(register, values):
    reply = RegisterReply(register, values)
    assert witmotion.decode_reply(witmotion.encode_reply(reply)) == reply


def test_the_first_frame_waits_for_the_header_of_the_second():
    splitter = FrameSplitter()
    frame = witmotion.encode_frame(QUIET)
    assert fed(splitter, frame) == []
    assert fed(splitter, frame) == [QUIET, QUIET]
    assert fed(splitter, frame) == [QUIET]


@pytest.mark.parametrize("tail", [b"", b"\x01", bytes(range(1, 9))], ids=["20", "21", "28"])
def test_the_length_of_frames_is_told_by_the_next_header(tail):
    stream = (witmotion.encode_frame(QUIET) + tail) * 5
    found = fed(FrameSplitter(), stream + b"\x55\x61")
    assert [frame.acc for frame in found] == [QUIET.acc] * 5


def test_replies_among_frames_are_told_apart():
    reply = RegisterReply(witmotion.Register.BATTERY, (380, 0, 0, 0, 0, 0, 0, 0))
    stream = [witmotion.encode_frame(QUIET), witmotion.encode_reply(reply), witmotion.encode_frame(QUIET)]
    assert fed(FrameSplitter(), *stream) == [QUIET, reply, QUIET]


def test_bytes_of_no_frame_are_skipped_and_counted():
    splitter = FrameSplitter()
    stream = b"\x01\x02\x03" + witmotion.encode_frame(QUIET) * 3
    assert fed(splitter, stream) == [QUIET] * 3
    assert splitter.n_skipped == 3


def test_a_lost_piece_costs_one_frame_and_not_the_rest():
    frame = witmotion.encode_frame(QUIET)
    splitter = FrameSplitter()
    fed(splitter, frame * 3)
    # The second half of a frame is lost, then all is well again.
    found = fed(splitter, frame[:9], frame * 3)
    assert found.count(QUIET) >= 2


@given(st.lists(FRAMES, min_size=2, max_size=12), st.data())
def test_cuts_between_notifications_do_not_matter(frames, data):
    # Headers inside of frames can be taken for headers: that is the format's own weakness.
    stream = b"".join(witmotion.encode_frame(frame) for frame in frames)
    if stream.count(b"\x55\x61") + stream.count(b"\x55\x71") != len(frames):
        return
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert fed(FrameSplitter(), *pieces) == frames


@given(
    st.lists(
        st.one_of(st.binary(max_size=60), st.sampled_from([b"\x55", b"\x61", b"\x55\x61", b"\x55\x71"])), max_size=30
    )
)
def test_any_bytes_end_and_give_frames_only(notifications):
    splitter = FrameSplitter()
    found = fed(splitter, *notifications)
    assert all(isinstance(frame, (MotionFrame, RegisterReply)) for frame in found)
    assert splitter.n_skipped + 20 * len(found) <= sum(map(len, notifications))


@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused(payload):
    for decode in (
        witmotion.decode_frame,
        witmotion.decode_checked_frame,
        witmotion.decode_reply,
        witmotion.decode_write,
    ):
        with suppress(DeviceError):
            decode(payload)
