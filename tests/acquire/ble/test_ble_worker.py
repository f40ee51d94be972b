"""What a recorder does around its sensors: looks, tells, keeps time and gives up."""

import asyncio
import contextlib
import dataclasses
import json
from pathlib import Path

import pytest

pytest.importorskip("bumble")

from bleak.backends.device import BLEDevice
from bleak.backends.scanner import BaseBleakScanner
from bleak.exc import BleakBluetoothNotAvailableError, BleakBluetoothNotAvailableReason
from software_air import LEFT, on_air, quick, until

from analyzer.acquire.ble.discover import Found, Radio, scan
from analyzer.acquire.ble.doctor import DoctorConfig, examine
from analyzer.acquire.ble.link import Phase
from analyzer.acquire.ble.recorder import Recorder, Watcher
from analyzer.acquire.ble.waiting import cancelled, first_of
from analyzer.acquire.ble.worker import SensorWorker
from analyzer.acquire.capture import CaptureWriter, read_capture
from analyzer.cli import doctor
from analyzer.cli import scan as scan_verb
from analyzer.cli.main import main
from analyzer.errors import SensorError, SensorErrorReason
from analyzer.model import Characteristic, Notice, TimedPayload
from firmware_protocol import DeviceState, Status, encode_status


class OffScanner(BaseBleakScanner):
    """A scanner on a computer whose Bluetooth is switched off."""

    def __init__(self, *args: object, **_: object) -> None:
        super().__init__(args[0], list(args[1]))

    async def start(self) -> None:
        raise BleakBluetoothNotAvailableError("off", BleakBluetoothNotAvailableReason.POWERED_OFF)

    async def stop(self) -> None:
        return


class OffClient:
    """A client on the same computer."""

    def __init__(self, *_: object, **__: object) -> None:
        self.services = None

    async def connect(self, *_: object, **__: object) -> None:
        raise BleakBluetoothNotAvailableError("off", BleakBluetoothNotAvailableReason.POWERED_OFF)

    async def disconnect(self) -> None:
        return


def off() -> Radio:
    return Radio(OffScanner, OffClient)


GONE = Found("psr-LF", "C0:00:00:00:00:09", -60, BLEDevice("C0:00:00:00:00:09", "psr-LF", None))


def test_a_scan_without_bluetooth_says_what_to_switch_on() -> None:
    with pytest.raises(SensorError, match=r"Bluetooth is switched off\. Switch it on") as caught:
        asyncio.run(scan(off(), 1.0))
    assert caught.value.reason is SensorErrorReason.RADIO_OFF


def test_the_doctor_stops_where_bluetooth_is_off() -> None:
    checks = asyncio.run(examine(off()))
    assert [(check.name, check.ok) for check in checks] == [("computer", True), ("bluetooth", False)]


def test_the_doctor_says_what_to_do_where_no_sensor_is_heard() -> None:
    async def whole():
        async with on_air(()) as air:
            return await examine(air.radio, DoctorConfig(listen_s=0.1))

    assert asyncio.run(whole())[-1].text.startswith("None of the open profile heard. Switch them on")


def test_a_recording_ends_by_itself_once_bluetooth_has_been_gone_for_long(tmp_path: Path) -> None:
    notices: list[Notice] = []

    async def whole() -> None:
        config = dataclasses.replace(quick(), radio_patience_s=0.2)
        with CaptureWriter(tmp_path / "a.mcap") as writer:
            await Recorder(off(), {"psr-LF": GONE}, writer, Watcher(notice=notices.append), config).run(asyncio.Event())

    asyncio.run(whole())
    assert [notice.code for notice in notices] == ["link.failed", "radio.gone"]
    assert "What was recorded is safe" in notices[-1].text
    assert read_capture(tmp_path / "a.mcap").complete


def test_the_same_trouble_is_told_once_per_rest(tmp_path: Path) -> None:
    notices: list[Notice] = []

    async def whole() -> None:
        stop = asyncio.Event()
        with CaptureWriter(tmp_path / "a.mcap") as writer:
            recorder = Recorder(off(), {"psr-LF": GONE}, writer, Watcher(notice=notices.append), quick())
            running = asyncio.create_task(recorder.run(stop))
            # Three tries at least.
            await until(lambda: recorder._workers["psr-LF"]._link.n_failures >= 3)
            stop.set()
            await running

    asyncio.run(whole())
    assert [notice.code for notice in notices] == ["link.failed"]


def test_the_host_clock_is_read_at_the_beginning(tmp_path: Path) -> None:
    async def whole() -> None:
        stop = asyncio.Event()
        with CaptureWriter(tmp_path / "a.mcap") as writer:
            asyncio.get_running_loop().call_later(0.05, stop.set)
            await Recorder(off(), {"psr-LF": GONE}, writer, Watcher(), quick()).run(stop)

    asyncio.run(whole())
    assert len(read_capture(tmp_path / "a.mcap").host_clock) == 1


def worker_with(*payloads: TimedPayload) -> SensorWorker:
    async def made() -> SensorWorker:
        worker = SensorWorker("psr-LF", GONE, off(), lambda _: None, lambda: 0.0)
        for payload in payloads:
            worker.recorded(payload)
        return worker

    return asyncio.run(made())


def status(**changes: object) -> TimedPayload:
    record = Status(**({"state": DeviceState.STREAMING, "session_id": 1, "uptime_us": 1} | changes))
    return TimedPayload("psr-LF", encode_status(record), 0.0, Characteristic.STATUS)


def test_the_battery_is_read_from_every_status() -> None:
    assert worker_with(status(battery_pct=50), status(battery_pct=49)).vitals.battery_pct == 49


def test_a_status_that_does_not_know_the_battery_does_not_forget_it() -> None:
    assert worker_with(status(battery_pct=50), status()).vitals.battery_pct == 50


def test_a_sensor_that_reports_a_fault_is_told() -> None:
    assert "Use another one" in worker_with(status(state=DeviceState.FAULT)).vitals.fault


@pytest.mark.parametrize("kind", list(Characteristic))
def test_broken_values_of_any_kind_are_survived(kind: Characteristic) -> None:
    junk = [TimedPayload("psr-LF", bytes(range(n)), 0.0, kind) for n in (0, 1, 30, 62)]
    assert worker_with(*junk).vitals.phase is Phase.WAITING


# The verbs with a radio that is off: `main` needs one from outside.


@pytest.mark.parametrize("verb", [scan_verb, doctor])
def test_the_verbs_tell_in_one_line_that_bluetooth_is_off(verb, monkeypatch, capsys) -> None:
    monkeypatch.setattr("analyzer.acquire.ble.discover.Radio", off)
    code = main([verb.__name__.rpartition(".")[2], "--json"])
    out, err = capsys.readouterr()
    assert code in {2, 3}
    assert "Bluetooth is switched off" in (err or json.loads(out)[-1]["text"])


def test_record_leaves_no_file_where_bluetooth_is_off(tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.setattr("analyzer.acquire.ble.discover.Radio", off)
    assert main(["record", "--out", str(tmp_path / "a.mcap")]) == 2
    assert "Bluetooth is switched off" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_doctor_lets_each_sensor_stream_and_stops_it() -> None:
    async def whole():
        async with on_air((LEFT,)) as air:
            config = DoctorConfig(listen_s=1.0, stream_s=1.5, worker=quick().worker)
            return await examine(air.radio, config), air.sensors[0].device.state

    checks, state = asyncio.run(whole())
    assert {check.name for check in checks} >= {"psr-LF device", "psr-LF link", "psr-LF battery", "psr-LF clock"}
    assert state is DeviceState.IDLE


def test_a_task_that_swallows_its_cancellation_is_cancelled_again() -> None:
    async def stubborn() -> None:
        for _ in range(3):
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.Event().wait()

    async def whole() -> bool:
        task = asyncio.create_task(stubborn())
        await asyncio.sleep(0)
        await cancelled(task, again_s=0.001)
        return task.done()

    assert asyncio.run(whole())


def test_waiting_ends_with_the_event_or_with_the_time() -> None:
    async def whole(*, is_set: bool) -> float:
        event = asyncio.Event()
        if is_set:
            event.set()
        began_s = asyncio.get_running_loop().time()
        await first_of(event, 0.05)
        return asyncio.get_running_loop().time() - began_s

    assert asyncio.run(whole(is_set=True)) < 0.05
    assert asyncio.run(whole(is_set=False)) >= 0.049
