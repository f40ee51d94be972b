"""One door for all forms of recordings."""

import os
from pathlib import Path

import numpy as np
import pytest

from analyzer.acquire.assemble import Assembler
from analyzer.acquire.capture import CaptureWriter, read_capture
from analyzer.acquire.importers.csv_folder import write_csv_folder
from analyzer.acquire.read import read
from analyzer.errors import AnalyzerError, CaptureError, InputError, SensorError, SensorErrorReason, SignalQualityError
from analyzer.model import Athlete, Characteristic, Mark, Placement, Plan, Recording, SensorStream, TimedPayload
from firmware_protocol import Config, Frame, FrameFlags, FrameKind, Location, encode_config, encode_frame

PLAN = Plan.progressive()


def config(location: Location = Location.LEFT_FOOT) -> bytes:
    return encode_config(
        Config(
            config_id=1,
            location_id=location,
            acc_scale_m_s2_per_lsb=2.0**-8,
            acc_range_m_s2=125.0,
            gyr_scale_rad_s_per_lsb=2.0**-10,
            gyr_range_rad_s=31.5,
            nominal_rate_hz=200.0,
        )
    )


def frame(number: int) -> bytes:
    counts = np.random.default_rng(number).integers(-9000, 9000, (10, 6)).astype("<i2")
    return encode_frame(
        Frame(FrameKind.IMU6, 1, 3, number * 10, 50_000 * number, 5_000_000, 0, FrameFlags(0), counts.tobytes())
    )


def payloads(sensor: str = "a", n: int = 100, lost: int = 50) -> list[TimedPayload]:
    rng = np.random.default_rng(1)
    data = [
        TimedPayload(sensor, frame(number), 7.0 + 0.05 * (number + 1) + float(rng.exponential(0.01)))
        for number in range(n)
        if number != lost
    ]
    return [TimedPayload(sensor, config(), 7.0, Characteristic.CONFIG), *data]


def capture_of(path: Path, events: list[TimedPayload]) -> Path:
    with CaptureWriter(path, plan=PLAN, athlete=Athlete("Kim"), simulated=True) as writer:
        for event in events:
            writer.payload(event)
        writer.mark(Mark(8.0, "tap"))
    return path


def test_a_capture_gives_the_samples_of_the_live_path(tmp_path: Path) -> None:
    live = Assembler()
    blocks = [block for payload in payloads() for block in live.push(payload)] + live.finish()
    expected = SensorStream.joined(blocks)
    stream = read(capture_of(tmp_path / "a.mcap", payloads())).streams[Placement.LEFT_FOOT]
    host_s = live.corrections()[Placement.LEFT_FOOT].to_host(expected.time_s)
    assert np.array_equal(stream.time_s, host_s)
    for name in ("acc_m_s2", "gyr_rad_s", "clipped"):
        np.testing.assert_array_equal(getattr(stream, name), getattr(expected, name))
    assert np.isnan(stream.acc_m_s2).all(axis=1).sum() == 10


def test_a_capture_brings_plan_athlete_marks_and_source(tmp_path: Path) -> None:
    recording = read(capture_of(tmp_path / "a.mcap", payloads()))
    assert repr(recording.plan) == repr(PLAN)
    assert recording.athlete.id == "Kim"
    assert recording.marks == (Mark(8.0, "tap"),)
    assert recording.simulated
    assert recording.notices == ()
    assert (recording.source["path"], recording.source["kind"]) == ("a.mcap", "capture")
    assert int(recording.source["size_bytes"]) == (tmp_path / "a.mcap").stat().st_size


def test_a_cut_capture_is_read_with_a_notice(tmp_path: Path) -> None:
    path = capture_of(tmp_path / "a.mcap", payloads())
    path.write_bytes(path.read_bytes()[:8000])
    recording = read(path)
    assert recording.streams[Placement.LEFT_FOOT].n_samples > 100
    assert [notice.code for notice in recording.notices] == ["capture.cut"]


def test_a_sensor_with_too_few_samples_is_left_out_with_a_notice(tmp_path: Path) -> None:
    late = [TimedPayload("b", config(Location.PELVIS), 11.0, Characteristic.CONFIG), TimedPayload("b", frame(0), 11.5)]
    recording = read(capture_of(tmp_path / "a.mcap", payloads() + late))
    assert list(recording.streams) == [Placement.LEFT_FOOT]
    assert [(notice.code, notice.placement) for notice in recording.notices] == [("sensor.unusable", Placement.PELVIS)]


@pytest.mark.parametrize(
    ("events", "error", "message"),
    [
        ([], CaptureError, "nothing was recorded"),
        (payloads()[1:], SensorError, "config record"),
        ([TimedPayload("a", b"junk", 1.0)], SensorError, "broke the protocol"),
        (payloads()[:2], SignalQualityError, "too few"),
    ],
)
def test_a_capture_of_which_nothing_can_be_used_says_why(
    tmp_path: Path, events: list[TimedPayload], error: type[AnalyzerError], message: str
) -> None:
    with pytest.raises(error, match=message):
        read(capture_of(tmp_path / "a.mcap", events))


def test_the_reason_of_an_unusable_sensor_is_there_for_programs(tmp_path: Path) -> None:
    with pytest.raises(SensorError) as caught:
        read(capture_of(tmp_path / "a.mcap", payloads()[1:]))
    assert caught.value.reason is SensorErrorReason.NO_CONFIG


def test_a_folder_of_csv_files_is_known_by_its_description(tmp_path: Path) -> None:
    recording = read(capture_of(tmp_path / "a.mcap", payloads()))
    # The random counts of this capture are no motion; only their form matters here.
    signals = {"time_s": np.arange(50) * 0.005, "acc_m_s2": np.tile([0.0, 0.0, 9.8], (50, 1))}
    quiet = SensorStream.from_arrays(Placement.PELVIS, signals)
    write_csv_folder(Recording({Placement.PELVIS: quiet}, recording.plan), tmp_path / "csv")
    assert read(str(tmp_path / "csv")).source["kind"] == "folder of CSV files"


def test_what_is_given_goes_before_what_the_file_says(tmp_path: Path) -> None:
    path = capture_of(tmp_path / "a.mcap", payloads())
    other = Plan.progressive(10.0)
    recording = read(path, plan=other, athlete=Athlete("Lee"))
    assert recording.plan is other
    assert recording.athlete.id == "Lee"


def test_the_name_of_a_file_does_not_matter(tmp_path: Path) -> None:
    path = capture_of(tmp_path / "practice.csv", payloads())
    assert read(path).source["kind"] == "capture"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.mcap", None, "no such file or folder"),
        ("a.mcap", b"", "empty"),
        ("a.mcap", b"hello there", r"psr reads a capture \(\.mcap\), a folder of CSV files"),
        ("a.csv", b"t,ax\n0,1\n", "single CSV file"),
        ("recording.toml", b"x = 1\n", "give the folder that holds it"),
        ("a.npz", b"PK\x03\x04 and no more", "cannot be read as an npz archive"),
        ("a.mcap", b"\x89MCAP0\r\n", "cut off before anything was recorded"),
    ],
)
def test_what_is_no_recording_is_refused_in_one_line(
    tmp_path: Path, name: str, content: bytes | None, message: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises((InputError, CaptureError), match=message) as caught:
        read(path)
    assert "\n" not in str(caught.value)
    assert name in str(caught.value)


def test_a_folder_without_description_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a folder without recording\.toml"):
        read(tmp_path)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_without_permission_is_named(tmp_path: Path) -> None:
    path = capture_of(tmp_path / "a.mcap", payloads())
    path.chmod(0)
    with pytest.raises(InputError, match="cannot be read"):
        read(path)


def test_a_capture_offers_its_payloads_for_replay(tmp_path: Path) -> None:
    path = capture_of(tmp_path / "a.mcap", payloads())
    replayed = list(read_capture(path).payloads())
    assert [one.payload for one in replayed] == [one.payload for one in payloads()]
    assert [one.received_s for one in replayed] == pytest.approx([one.received_s for one in payloads()], abs=1e-9)
    assert read(path).payloads == tuple(replayed)
