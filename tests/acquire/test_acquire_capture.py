"""Captures: what is written reads back, whatever happens to the file."""

import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mcap.reader import make_reader
from mcap.writer import Writer

from analyzer.acquire.capture import CaptureWriter, HostClock, read_capture
from analyzer.acquire.clock import whole_nanoseconds
from analyzer.acquire.document import plan_from
from analyzer.errors import CaptureError, InputError
from analyzer.model import Athlete, Characteristic, LinkEvent, Mark, Plan, PlannedRun, TimedPayload

PLAN = Plan((PlannedRun(50.0), PlannedRun(100.0, 13.716, "backward", "whistle", 60.0)), "speed", "grass, wet")
ATHLETE = Athlete(id="Zoë <b>", height_m=1.83)
EVENTS = (
    LinkEvent("left", "connected", 0.5, "MTU 247"),
    TimedPayload("left", b"\x19config", 1.0, Characteristic.CONFIG),
    TimedPayload("left", b"\x11first", 1.25),
    TimedPayload("right", b"", 1.375),
    Mark(1.5, "tap", "both shoes"),
    TimedPayload("left", bytes(range(240)), 1.75),
    LinkEvent("right", "lost", 2.0),
)


def write(path: Path, events=EVENTS, *, close: bool = True, **options) -> bytes:
    writer = CaptureWriter(path, plan=PLAN, athlete=ATHLETE, **options)
    put = {TimedPayload: writer.payload, Mark: writer.mark, LinkEvent: writer.link}
    for event in events:
        put[type(event)](event)
    content = path.read_bytes()
    writer.close()
    return path.read_bytes() if close else content


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write(tmp_path_factory.mktemp("capture") / "whole.mcap")


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scratch") / "changed.mcap"


def test_events_come_back_in_the_order_in_which_they_happened(tmp_path: Path) -> None:
    write(tmp_path / "a.mcap")
    assert tuple(read_capture(tmp_path / "a.mcap").events()) == EVENTS


def test_payloads_come_back_without_the_rest(tmp_path: Path) -> None:
    write(tmp_path / "a.mcap")
    capture = read_capture(tmp_path / "a.mcap")
    assert list(capture.payloads()) == [event for event in EVENTS if isinstance(event, TimedPayload)]
    assert capture.n_payloads == 4


def test_plan_and_athlete_come_back_with_their_unknown_numbers(tmp_path: Path) -> None:
    write(tmp_path / "a.mcap")
    capture = read_capture(tmp_path / "a.mcap")
    assert capture.plan is not None
    # NaN differs from itself, so the texts are compared.
    assert repr(capture.plan) == repr(PLAN)
    assert repr(capture.athlete) == repr(ATHLETE)
    assert math.isnan(capture.athlete.mass_kg)


def test_a_capture_without_plan_has_none(tmp_path: Path) -> None:
    with CaptureWriter(tmp_path / "a.mcap"):
        pass
    capture = read_capture(tmp_path / "a.mcap")
    assert capture.plan is None
    assert capture.n_payloads == 0
    assert capture.complete


def test_a_simulated_capture_says_so(tmp_path: Path) -> None:
    write(tmp_path / "a.mcap", simulated=True)
    assert read_capture(tmp_path / "a.mcap").simulated


def test_readings_of_the_host_clock_come_back(tmp_path: Path) -> None:
    reading = HostClock(3.125, 1_700_000_000.123456)
    with CaptureWriter(tmp_path / "a.mcap", started_utc="2026-03-01T10:00:00Z") as writer:
        writer.host_clock(reading)
    capture = read_capture(tmp_path / "a.mcap")
    assert capture.host_clock == (reading,)
    assert capture.started_utc == "2026-03-01T10:00:00Z"


def test_equal_calls_write_equal_bytes(tmp_path: Path) -> None:
    assert write(tmp_path / "a.mcap") == write(tmp_path / "b.mcap")


def test_other_programs_can_read_a_capture(tmp_path: Path) -> None:
    write(tmp_path / "a.mcap")
    with (tmp_path / "a.mcap").open("rb") as file:
        messages = list(make_reader(file, validate_crcs=True).iter_messages(log_time_order=False))
    assert [message.data for _, channel, message in messages if channel.topic == "/sensor/left/live"] == [
        b"\x11first",
        bytes(range(240)),
    ]


@given(st.floats(0, 1e6))
def test_an_arrival_time_in_whole_nanoseconds_survives_the_file(time_s: float) -> None:
    once = whole_nanoseconds(time_s)
    assert whole_nanoseconds(once) == once
    assert once == pytest.approx(time_s, abs=1e-9)


def test_every_message_is_on_disk_before_the_writer_is_closed(tmp_path: Path) -> None:
    content = write(tmp_path / "a.mcap", close=False)
    (tmp_path / "b.mcap").write_bytes(content)
    assert tuple(read_capture(tmp_path / "b.mcap").events()) == EVENTS


def readable_prefix(whole: bytes, cut: int) -> list:
    """Slow oracle: an event reads back if the last byte of its message lies before the cut."""
    ends, at = [], 8
    while at < len(whole) - 8:
        opcode, length = whole[at], int.from_bytes(whole[at + 1 : at + 9], "little")
        at += 9 + length
        if opcode == 0x0F:
            break
        if opcode == 0x05:
            ends.append(at)
    # The first two messages are plan and athlete.
    return [event for event, end in zip(EVENTS, ends[2:], strict=True) if end <= cut]


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_a_file_cut_at_any_byte_reads_back_up_to_the_cut(data, whole: bytes, scratch: Path) -> None:
    cut = data.draw(st.integers(0, len(whole) - 1))
    scratch.write_bytes(whole[:cut])
    expected = readable_prefix(whole, cut)
    try:
        capture = read_capture(scratch)
    except CaptureError:
        assert expected == []
        return
    assert list(capture.events()) == expected
    assert not capture.complete
    assert [notice.code for notice in capture.notices] == ["capture.cut"]


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_a_flipped_byte_never_passes_unnoticed(data, whole: bytes, scratch: Path) -> None:
    at = data.draw(st.integers(8, whole.rindex(b"\x0f\x04\0\0\0\0\0\0\0") - 1))
    flip = data.draw(st.integers(1, 255))
    scratch.write_bytes(whole[:at] + bytes([whole[at] ^ flip]) + whole[at + 1 :])
    try:
        capture = read_capture(scratch)
    except CaptureError:
        return
    assert not capture.complete
    assert [notice.code for notice in capture.notices] == ["capture.damaged"]
    assert len(list(capture.events())) <= len(EVENTS)


@settings(max_examples=200, deadline=None)
@given(data=st.data(), junk=st.binary(min_size=1, max_size=200))
def test_junk_behind_a_cut_raises_nothing_and_hides_nothing(data, junk: bytes, whole: bytes, scratch: Path) -> None:
    cut = data.draw(st.integers(0, len(whole) - 1))
    scratch.write_bytes(whole[:cut] + junk)
    expected = readable_prefix(whole, cut)
    try:
        capture = read_capture(scratch)
    except CaptureError:
        assert expected == []
        return
    assert list(capture.events())[: len(expected)] == expected


@settings(max_examples=200, deadline=None)
@given(junk=st.binary(max_size=300))
def test_any_bytes_behind_the_magic_read_or_raise_a_capture_error(junk: bytes, scratch: Path) -> None:
    scratch.write_bytes(b"\x89MCAP0\r\n" + junk)
    with pytest.raises(CaptureError):
        read_capture(scratch)


def test_zeros_behind_a_power_cut_are_called_damage(whole: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    path.write_bytes(whole[: whole.index(b"first") + 5] + bytes(4096))
    assert [notice.code for notice in read_capture(path).notices] == ["capture.damaged"]


def test_a_broken_mark_costs_only_that_mark(tmp_path: Path) -> None:
    content = write(tmp_path / "a.mcap").replace(b'{"time_s":1.5', b'{"time_s":!.5')
    (tmp_path / "a.mcap").write_bytes(content)
    capture = read_capture(tmp_path / "a.mcap")
    assert capture.marks == ()
    assert capture.n_payloads == 4
    assert [notice.code for notice in capture.notices] == ["capture.damaged"]


def test_a_file_that_still_grows_is_read_as_far_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    with CaptureWriter(path) as writer:
        writer.payload(TimedPayload("left", b"one", 1.0))
        capture = read_capture(path)
        writer.payload(TimedPayload("left", b"two", 2.0))
        assert [payload.payload for payload in capture.payloads()] == [b"one"]


def test_a_capture_is_not_overwritten_unless_told(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    write(path)
    with pytest.raises(CaptureError, match="there is a file already"):
        CaptureWriter(path)
    CaptureWriter(path, overwrite=True).close()
    assert read_capture(path).n_payloads == 0


def test_a_closed_capture_takes_no_more(tmp_path: Path) -> None:
    writer = CaptureWriter(tmp_path / "a.mcap")
    writer.close()
    writer.close()
    with pytest.raises(CaptureError, match="closed"):
        writer.payload(TimedPayload("left", b"late", 1.0))


@pytest.mark.parametrize("time_s", [-0.001, math.nan, math.inf])
def test_a_time_off_the_host_clock_is_refused(tmp_path: Path, time_s: float) -> None:
    with CaptureWriter(tmp_path / "a.mcap") as writer, pytest.raises(CaptureError, match="host clock"):
        writer.payload(TimedPayload("left", b"x", time_s))


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match="cannot be created"):
        CaptureWriter(tmp_path / "nowhere" / "a.mcap")


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "no such file"), (b"", "empty"), (b"time_s,acc", "not a capture"), (b"\x89MCAP0\r\n\x01", "cut off")],
)
def test_what_is_no_capture_is_refused_in_one_line(tmp_path: Path, content: bytes | None, message: str) -> None:
    path = tmp_path / "a.mcap"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CaptureError, match=message) as caught:
        read_capture(path)
    assert "\n" not in str(caught.value)


def foreign(path: Path, profile: str, metadata: dict[str, str] | None = None, **options) -> None:
    with path.open("wb") as file:
        writer = Writer(file, **options)
        writer.start(profile)
        if metadata:
            writer.add_metadata("psr", metadata)
        channel = writer.register_channel("/imu", "json", 0)
        writer.add_message(channel, 1, b"{}", 1)
        writer.finish()


def test_a_capture_of_another_program_is_named_as_such(tmp_path: Path) -> None:
    foreign(tmp_path / "a.mcap", "ros2", use_chunking=False)
    with pytest.raises(CaptureError, match=r"another program.*ros2"):
        read_capture(tmp_path / "a.mcap")


def test_a_capture_of_a_later_format_asks_for_an_update(tmp_path: Path) -> None:
    foreign(tmp_path / "a.mcap", "psr", {"format": "2", "psr_version": "9.0"}, use_chunking=False)
    with pytest.raises(CaptureError, match=r"psr 9\.0 in capture format 2.*update"):
        read_capture(tmp_path / "a.mcap")


def test_a_capture_rewritten_in_chunks_is_refused(tmp_path: Path) -> None:
    foreign(tmp_path / "a.mcap", "psr", {"format": "1"})
    with pytest.raises(CaptureError, match="chunks"):
        read_capture(tmp_path / "a.mcap")


@pytest.mark.parametrize("wording", [[], {}, None, 3, "half"])
def test_a_plan_in_unknown_wording_is_refused_in_words(wording: object) -> None:
    with pytest.raises(InputError, match="effort or speed"):
        plan_from({"runs": [{"effort_pct": 50.0}], "wording": wording})
