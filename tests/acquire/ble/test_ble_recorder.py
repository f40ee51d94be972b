"""The client against real GATT servers in this process: whatever happens to the link, the samples are there."""

import asyncio
import dataclasses
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from bleak.backends.device import BLEDevice

pytest.importorskip("bumble")

from software_air import LEFT, RIGHT, Air, Recorded, on_air, quick, recording, until

from analyzer.acquire.ble.client import SensorClient
from analyzer.acquire.ble.discover import Found, scan
from analyzer.acquire.ble.link import Phase
from analyzer.acquire.ble.recorder import Recorder
from analyzer.acquire.read import read
from analyzer.errors import CaptureError, SensorError, SensorErrorReason
from analyzer.model import Characteristic, TimedPayload
from firmware_protocol import FeatureBits, FrameFlags, Op, StatusCode, Tlv, TlvItem, decode_frame


def streaming(recorder: Recorder, name: str = "psr-LF", n_losses: int = 0) -> bool:
    [one] = [vitals for vitals in recorder.vitals if vitals.name == name]
    return one.phase is Phase.STREAMING and one.n_losses >= n_losses and one.total_pct > 0


def record_once(tmp_path: Path, meanwhile, **air_options) -> Recorded:
    """Record one sensor or more while something happens to them."""

    async def whole() -> Recorded:
        async with on_air(**air_options) as air:
            return await recording(air, tmp_path / "a.mcap", lambda recorder: meanwhile(air, recorder))

    return asyncio.run(whole())


async def streams_for(recorder: Recorder, n_payloads: int, name: str = "psr-LF") -> None:
    """Wait until so many live payloads of a sensor have come from now on."""
    worker = recorder._workers[name]
    before = worker._backfill.n_samples
    await until(lambda: worker._backfill.n_samples >= before + 15 * n_payloads)


def indices(recorded: Recorded, sensor: str = "psr-LF") -> list[int]:
    """Return the index of every sample in the capture, copies included."""
    found: list[int] = []
    for payload in recorded.capture.payloads():
        if payload.sensor == sensor and payload.characteristic in {Characteristic.LIVE, Characteristic.BULK}:
            try:
                frame = decode_frame(payload.payload)
            except Exception:  # noqa: BLE001, S112 - ends of transfers are no frames
                continue
            found += range(frame.first_sample_index, frame.first_sample_index + frame.n_samples)
    return found


async def plainly(air: Air, recorder: Recorder) -> None:
    await streams_for(recorder, 8)


async def lose_link_once(air: Air, recorder: Recorder) -> None:
    await streams_for(recorder, 8)
    air.sensors[0].lose_link()
    await until(lambda: streaming(recorder, n_losses=1))
    await streams_for(recorder, 8)


def test_all_samples_of_a_good_link_are_recorded_once(tmp_path: Path) -> None:
    recorded = record_once(tmp_path, plainly)
    assert indices(recorded) == list(range(len(indices(recorded))))
    assert recorded.vitals["psr-LF"].total_pct == 100.0


def test_the_records_that_say_what_counts_mean_are_in_the_capture(tmp_path: Path) -> None:
    kinds = Counter(payload.characteristic for payload in record_once(tmp_path, plainly).capture.payloads())
    assert min(kinds[kind] for kind in (Characteristic.FEATURE, Characteristic.CONFIG, Characteristic.CALIBRATION)) == 1


def test_battery_and_firmware_are_in_the_capture(tmp_path: Path) -> None:
    texts = {event.kind: event.text for event in record_once(tmp_path, plainly).capture.links}
    assert texts["battery"] == "87"
    assert "firmware 1.0.0" in texts["device"]


def test_a_payload_is_larger_than_the_smallest_mtu_allows(tmp_path: Path) -> None:
    recorded = record_once(tmp_path, plainly)
    assert next(event.text for event in recorded.capture.links if event.kind == "connected") == "MTU 247"
    assert max(len(payload.payload) for payload in recorded.capture.payloads()) > 200


def test_the_sensor_is_stopped_at_the_end(tmp_path: Path) -> None:
    recorded = record_once(tmp_path, plainly)
    frames = [p for p in recorded.capture.payloads() if p.characteristic is Characteristic.LIVE]
    assert decode_frame(frames[-1].payload).flags & FrameFlags.LAST_FRAME
    assert recorded.kinds("psr-LF")[-1] == "stopped"


def test_what_is_handed_on_is_what_the_capture_holds(tmp_path: Path) -> None:
    recorded = record_once(tmp_path, plainly)
    payloads = list(recorded.capture.payloads())
    assert [p.payload for p in recorded.handed_on] == [p.payload for p in payloads]


def test_a_lost_link_comes_back_into_the_same_recording(tmp_path: Path) -> None:
    recorded = record_once(tmp_path, lose_link_once)
    kinds = recorded.kinds("psr-LF")
    assert kinds.index("lost") < kinds.index("resumed")
    assert recorded.vitals["psr-LF"].n_losses == 1


def test_what_was_lost_with_the_link_is_filled_from_the_sensors_memory(tmp_path: Path) -> None:
    recorded = record_once(tmp_path, lose_link_once)
    stream = read(recorded.path).streams[LEFT]
    assert recorded.vitals["psr-LF"].n_refilled > 0
    assert not np.isnan(stream.acc_m_s2).any()
    assert np.diff(stream.time_s) == pytest.approx(np.diff(stream.time_s).mean(), abs=1e-4)


def test_nothing_comes_twice_after_reconnects(tmp_path: Path) -> None:
    async def three_times(air: Air, recorder: Recorder) -> None:
        for n in range(1, 4):
            await streams_for(recorder, 2)
            air.sensors[0].lose_link()
            await until(lambda n=n: streaming(recorder, n_losses=n))
        await streams_for(recorder, 4)

    counts = Counter(indices(record_once(tmp_path, three_times)))
    assert set(counts.values()) == {1}


def test_a_coach_is_told_once_of_a_loss_and_once_of_the_return(tmp_path: Path) -> None:
    notices = record_once(tmp_path, lose_link_once).notices
    assert [notice.code for notice in notices if notice.code.startswith("link.")] == ["link.lost", "link.back"]


def test_notifications_lost_on_the_way_are_asked_for_again(tmp_path: Path) -> None:
    async def long(air: Air, recorder: Recorder) -> None:
        await streams_for(recorder, 40)

    recorded = record_once(tmp_path, long, faults={LEFT: "loss=0.2"})
    assert recorded.vitals["psr-LF"].n_refilled > 0
    assert not np.isnan(read(recorded.path).streams[LEFT].acc_m_s2).any()


def test_a_sensor_that_goes_silent_is_given_up_and_taken_up_again(tmp_path: Path) -> None:
    """The stack says nothing, as when its daemon has died: only the lack of data tells."""

    async def stalled(air: Air, recorder: Recorder) -> None:
        await streams_for(recorder, 4)
        air.link.stall(air.sensors[0].controller, 2.5)
        await until(lambda: streaming(recorder, n_losses=1))

    recorded = record_once(tmp_path, stalled)
    [lost] = [event for event in recorded.capture.links if event.kind == "lost"]
    assert lost.text == "silence"


def test_a_sensor_that_restarts_begins_anew_in_the_same_recording(tmp_path: Path) -> None:
    async def restart(air: Air, recorder: Recorder) -> None:
        await until(lambda: recorder.vitals[0].n_restarts == 1)
        await streams_for(recorder, 3)

    recorded = record_once(tmp_path, restart, faults={LEFT: "reboot@0.5"})
    assert "sensor.restarted" in {notice.code for notice in recorded.notices}


def test_several_sensors_lose_nothing_to_each_other(tmp_path: Path) -> None:
    async def both(air: Air, recorder: Recorder) -> None:
        await until(lambda: streaming(recorder, "psr-LF") and streaming(recorder, "psr-RF"))
        air.sensors[1].lose_link()
        await until(lambda: streaming(recorder, "psr-RF", n_losses=1))
        await streams_for(recorder, 6, "psr-RF")

    recorded = record_once(tmp_path, both, placements=(LEFT, RIGHT))
    for placement, stream in read(recorded.path).streams.items():
        assert not np.isnan(stream.acc_m_s2).any(), placement
    assert recorded.vitals["psr-LF"].n_losses == 0


def test_a_sensor_is_recorded_under_the_placement_it_was_given(tmp_path: Path) -> None:
    async def whole() -> Recorded:
        async with on_air() as air:
            sensors = {"right_shank": (await air.found())["psr-LF"]}
            return await recording(air, tmp_path / "a.mcap", lambda r: streams_for(r, 4, "right_shank"), sensors)

    recorded = asyncio.run(whole())
    assert [str(placement) for placement in read(recorded.path).streams] == ["right_shank"]
    assert recorded.vitals["right_shank"].placement == "right_shank"


def test_an_absent_sensor_does_not_keep_the_others_from_recording(tmp_path: Path) -> None:
    async def whole() -> Recorded:
        async with on_air() as air:
            sensors = await air.found() | {"psr-RF": absent("psr-RF")}
            quickly = quick()
            client = dataclasses.replace(quickly.worker.client, connect_s=0.4)
            config = dataclasses.replace(quickly, worker=dataclasses.replace(quickly.worker, client=client))
            return await recording(air, tmp_path / "a.mcap", lambda r: streams_for(r, 12), sensors, config)

    recorded = asyncio.run(whole())
    assert recorded.vitals["psr-LF"].total_pct == 100.0
    assert "psr-RF is out of reach or switched off" in recorded.vitals["psr-RF"].fault


def test_stopping_does_not_wait_for_a_sensor_that_is_being_looked_for(tmp_path: Path) -> None:
    async def whole() -> float:
        async with on_air() as air:
            sensors = {"psr-RF": absent("psr-RF")}
            began_s = asyncio.get_running_loop().time()

            async def soon(recorder: Recorder) -> None:
                await until(lambda: recorder.vitals[0].phase is Phase.CONNECTING)

            await recording(air, tmp_path / "a.mcap", soon, sensors)
            return asyncio.get_running_loop().time() - began_s

    # The time-out of a connect is ten seconds.
    assert asyncio.run(whole()) < 5


def test_a_battery_that_is_nearly_empty_is_told(tmp_path: Path) -> None:
    async def seen(air: Air, recorder: Recorder) -> None:
        await until(lambda: recorder.vitals[0].battery_pct == 8)
        await streams_for(recorder, 12)

    recorded = record_once(tmp_path, seen, faults={LEFT: "battery_low=8"})
    texts = [notice.text for notice in recorded.notices if notice.code == "battery.low"]
    assert texts == ["Left foot battery is at 8 %. Change it before the next athlete."]


def test_a_disk_that_fails_ends_the_recording_with_its_own_words(tmp_path: Path) -> None:
    async def whole() -> None:
        async with on_air() as air:
            await recording(air, tmp_path / "a.mcap", closing)

    async def closing(recorder: Recorder) -> None:
        await streams_for(recorder, 2)
        recorder._writer.close()
        await until(lambda: recorder.vitals[0].phase is Phase.STOPPED)

    with pytest.raises(CaptureError, match="nothing can be added"):
        asyncio.run(whole())


def test_an_analysis_that_fails_costs_no_payload(tmp_path: Path) -> None:
    """Whoever looks at the payloads may break; the capture goes on."""

    class BrokenError(Exception):
        pass

    async def whole() -> None:
        from analyzer.acquire.ble.recorder import Watcher
        from analyzer.acquire.capture import CaptureWriter

        def breaks(_: object) -> None:
            raise BrokenError

        async with on_air() as air:
            stop = asyncio.Event()
            with CaptureWriter(tmp_path / "a.mcap") as writer:
                recorder = Recorder(air.radio, await air.found(), writer, Watcher(payloads=breaks), quick())
                running = asyncio.create_task(recorder.run(stop))
                await streams_for(recorder, 10)
                stop.set()
                await running

    with pytest.raises(BrokenError):
        asyncio.run(whole())
    assert len(read(tmp_path / "a.mcap").streams[LEFT].time_s) > 100


# One connection, by hand.


def absent(name: str) -> Found:
    """Return a sensor that was heard once and is gone."""
    address = "C0:50:53:52:00:77"
    return Found(name, address, -90, BLEDevice(address, name, None))


async def opened(air: Air, taken: list[TimedPayload] | None = None) -> SensorClient:
    found = (await air.found())["psr-LF"]
    return SensorClient(found, air.radio, lambda *value: None if taken is None else taken.append(value), *_DEAF)


_DEAF = (lambda: None, lambda: asyncio.get_running_loop().time())


def test_a_scan_lists_sensors_with_name_address_and_strength() -> None:
    async def whole() -> tuple[Found, ...]:
        async with on_air((LEFT, RIGHT)) as air:
            return await scan(air.radio, 3.0, {"psr-LF", "psr-RF"})

    found = asyncio.run(whole())
    assert {one.name for one in found} == {"psr-LF", "psr-RF"}
    assert all(one.address.startswith("C0:50") and one.rssi_dbm < 0 for one in found)


def test_a_scan_without_sensors_ends_in_time_and_empty() -> None:
    async def whole() -> tuple[Found, ...]:
        async with on_air(()) as air:
            return await scan(air.radio, 0.2)

    assert asyncio.run(whole()) == ()


def test_frames_wait_for_start_and_the_first_has_index_zero() -> None:
    async def whole() -> tuple[int, int]:
        taken: list[TimedPayload] = []
        async with on_air() as air:
            client = await opened(air, taken)
            about = await client.open()
            before = sum(kind is Characteristic.LIVE for kind, _ in taken)
            await client.start(about)
            await until(lambda: any(kind is Characteristic.LIVE for kind, _ in taken))
            await client.close()
        first = next(value for kind, value in taken if kind is Characteristic.LIVE)
        return before, decode_frame(first).first_sample_index

    assert asyncio.run(whole()) == (0, 0)


def test_a_refused_request_keeps_its_status() -> None:
    async def whole() -> int:
        async with on_air() as air:
            client = await opened(air)
            await client.open()
            response = await client.request(Op.SET_CONFIG, TlvItem(Tlv.RATE_HZ, 12345.0))
            await client.close()
            return response.status

    assert asyncio.run(whole()) == StatusCode.RATE


def test_an_att_error_is_told_in_plain_words() -> None:
    """A control point refuses writes of whoever does not listen to its answers."""

    async def whole() -> None:
        async with on_air() as air:
            client = await opened(air)
            await client._bleak.connect()
            try:
                await client.request(Op.STOP)
            finally:
                await client.close()

    with pytest.raises(SensorError, match="psr-LF refused") as caught:
        asyncio.run(whole())
    assert caught.value.reason is SensorErrorReason.REFUSED


def test_an_absent_sensor_is_told_in_plain_words() -> None:
    async def whole() -> None:
        async with on_air() as air:
            found = absent("psr-RF")
            config = dataclasses.replace(quick().worker.client, connect_s=0.2)
            client = SensorClient(found, air.radio, lambda *_: None, *_DEAF, config)
            try:
                await client.open()
            finally:
                await client.close()

    with pytest.raises(SensorError, match="Bring it nearer"):
        asyncio.run(whole())


def test_a_link_lost_in_the_middle_of_a_read_is_an_error_and_no_hang() -> None:
    async def whole() -> None:
        async with on_air() as air:
            client = await opened(air)
            opening = asyncio.create_task(client.open())
            # By the sensor's word alone the link might be lost before this end knows of it.
            await until(lambda: air.sensors[0].is_connected and client._bleak.is_connected)
            air.sensors[0].lose_link()
            try:
                await opening
            finally:
                await client.close()

    with pytest.raises(SensorError, match="link to psr-LF failed") as caught:
        asyncio.run(whole())
    assert caught.value.reason is SensorErrorReason.LINK


def test_a_sensor_without_memory_is_never_asked_for_lost_samples(tmp_path: Path) -> None:
    def forget(devices: list) -> None:
        for device in devices:
            model = dataclasses.replace(device.model, features=device.model.features & ~FeatureBits.RETRANSMIT)
            device.model = model

    async def long(air: Air, recorder: Recorder) -> None:
        await streams_for(recorder, 20)

    recorded = record_once(tmp_path, long, faults={LEFT: "loss=0.2"}, change=forget)
    assert recorded.vitals["psr-LF"].n_refilled == 0
    assert np.isnan(read(recorded.path).streams[LEFT].acc_m_s2).any()
