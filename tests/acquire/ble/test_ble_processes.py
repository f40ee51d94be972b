"""The whole command against sensors in another process: what it says and leaves, and that no kill costs a capture."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("bumble")

from analyzer.acquire.capture import read_capture
from analyzer.cli.main import main
from analyzer.model import Characteristic
from benchmarks.ble import measure, sensors_beside

pytestmark = pytest.mark.skipif(os.name == "nt", reason="kills processes the POSIX way")


def grown(path: Path, n_bytes: int, process: subprocess.Popen, timeout_s: float = 30.0) -> None:
    """Wait until a file holds so much."""
    end_s = time.monotonic() + timeout_s
    while not path.exists() or path.stat().st_size < n_bytes:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end_s, "the capture does not grow"
        time.sleep(0.01)


def recording(controller: str, path: Path, *more: str) -> subprocess.Popen:
    command = [sys.executable, "-m", "analyzer.cli.main", "record", "--out", str(path), "--controller", controller]
    return subprocess.Popen([*command, "--listen", "1.5", *more], stderr=subprocess.PIPE, stdout=subprocess.PIPE)


@pytest.mark.parametrize("n_bytes", [1_500, 9_000, 33_333])
def test_a_killed_recording_reads_back_up_to_its_last_second(tmp_path: Path, n_bytes: int) -> None:
    path = tmp_path / "a.mcap"
    with sensors_beside(2, 200.0) as controller, recording(controller, path) as process:
        grown(path, n_bytes, process)
        process.send_signal(signal.SIGKILL)
        killed_s = time.perf_counter()
        process.wait()
    capture = read_capture(path)
    payloads = list(capture.payloads())
    assert not capture.complete
    assert payloads
    # Both programs read the same clock; what had come a second ago is there.
    assert killed_s - payloads[-1].received_s < 1.0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_polite_end_stops_the_sensors_and_closes_the_capture(tmp_path: Path, number: int) -> None:
    path = tmp_path / "a.mcap"
    with sensors_beside(1, 200.0) as controller, recording(controller, path) as process:
        grown(path, 8_000, process)
        process.send_signal(number)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 0, said
    assert read_capture(path).complete
    assert read_capture(path).links[-1].kind == "stopped"
    assert b"100.0 % of its samples recorded" in said


def test_six_fast_sensors_lose_nothing(tmp_path: Path) -> None:
    load = measure(6, 400.0, 4.0, tmp_path / "a.mcap")
    assert (load.n_sensors, load.n_missing, load.n_copies, load.n_losses) == (6, 0, 0, 0)
    # Connecting takes most of the time on a busy machine; the minute is for the benchmark.
    assert load.n_payloads > 60


# The verbs themselves, in this process.


def test_scan_lists_what_is_in_reach_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    with sensors_beside(2, 200.0) as controller:
        assert main(["scan", "--seconds", "1", "--json", "--controller", controller]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {one["name"] for one in found} == {"psr-LF", "psr-RF"}


def test_record_names_a_sensor_by_where_it_is_worn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.mcap"
    options = ["--out", str(path), "--seconds", "2", "--sensor", "pelvis=psr-RF", "--plan", "progressive"]
    with sensors_beside(2, 200.0) as controller:
        assert main(["record", *options, "--controller", controller]) == 0
    capture = read_capture(path)
    assert {payload.sensor for payload in capture.payloads()} == {"pelvis"}
    assert capture.plan is not None
    assert capture.host_clock
    assert "pelvis: 100.0 % of its samples recorded." in capsys.readouterr().err


def test_record_says_who_was_heard_where_one_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--out", str(tmp_path / "a.mcap"), "--listen", "1", "--sensor", "left_foot=nobody"]
    with sensors_beside(1, 200.0) as controller:
        assert main(["record", *options, "--controller", controller]) == 2
    assert "Did not hear nobody, but psr-LF" in capsys.readouterr().err
    assert not (tmp_path / "a.mcap").exists()


def test_the_doctor_finds_nothing_wrong_with_good_sensors(capsys: pytest.CaptureFixture[str]) -> None:
    with sensors_beside(1, 200.0) as controller:
        code = main(["doctor", "--seconds", "3", "--json", "--controller", controller])
    checks = {check["name"]: check for check in json.loads(capsys.readouterr().out)}
    assert checks["psr-LF battery"]["ok"]
    assert "100.0 % received" in checks["psr-LF link"]["text"]
    assert checks["psr-LF device"]["text"].startswith("psr, virtual")
    assert code in {0, 3}


def test_a_controller_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", "--controller", "tcp-client:127.0.0.1:9"]) == 2
    assert "no controller answers" in capsys.readouterr().err


def test_a_capture_that_is_there_is_not_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.mcap"
    path.write_bytes(b"precious")
    assert main(["record", "--out", str(path)]) == 2
    assert "there is a file already" in capsys.readouterr().err
    assert path.read_bytes() == b"precious"


@pytest.mark.parametrize("wrong", ["left_foot", "left_foot=", "nose=psr-1"])
def test_a_sensor_option_that_makes_no_sense_is_refused(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["record", "--out", "never.mcap", "--sensor", wrong]) == 2
    assert "--sensor" in capsys.readouterr().err


def test_a_placement_is_given_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    twice = ["--sensor", "left_foot=a", "--sensor", "left_foot=b"]
    assert main(["record", "--out", str(tmp_path / "a.mcap"), *twice]) == 2
    assert "names a placement twice" in capsys.readouterr().err


def test_live_payloads_are_in_the_capture_as_such(tmp_path: Path) -> None:
    with sensors_beside(1, 200.0) as controller:
        main(["record", "--out", str(tmp_path / "a.mcap"), "--seconds", "1", "--controller", controller])
    kinds = {payload.characteristic for payload in read_capture(tmp_path / "a.mcap").payloads()}
    assert {Characteristic.LIVE, Characteristic.CONTROL, Characteristic.STATUS} <= kinds
