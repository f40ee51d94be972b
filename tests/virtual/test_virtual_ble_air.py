"""Virtual sensors on the stack: a real GATT server, a link with intervals, stalls and losses."""

import asyncio
import socket
from contextlib import asynccontextmanager

import pytest
from bumble import core, hci
from bumble.att import ATT_Error
from bumble.device import Device, DeviceConfiguration, Peer

from analyzer.cli.main import main
from analyzer.cli.virtual_sensor import faults_of
from analyzer.errors import InputError
from analyzer.model import Placement
from analyzer.virtual.ble import parse_fault
from analyzer.virtual.ble.fleet import rest_fleet
from analyzer.virtual.ble.link import LinkShape, ShapedLink, make_controller
from analyzer.virtual.ble.peripheral import serve
from firmware_protocol import Frame, StatusCode, StreamDecoder, decode_feature, decode_response, gatt

LEFT, RIGHT = Placement.LEFT_FOOT, Placement.RIGHT_FOOT
START = bytes.fromhex("03 01 01 01 01 1f 01 05")


@asynccontextmanager
async def air(placements=(LEFT,), shape=None, faults=None):
    """Yield the host, the sensors and the link."""
    link = ShapedLink(shape)
    async with serve(rest_fleet(placements, faults=faults), link) as sensors:
        controller = make_controller("central", link)
        config = DeviceConfiguration(name="host", address=hci.Address("F0:F1:F2:F3:F4:F5"))
        host = Device.from_config_with_hci(config, controller, controller)
        await host.power_on()
        # Sensors begin to advertise with their first tick.
        await until(lambda: all(sensor._host.is_advertising for sensor in sensors))
        yield host, sensors, link


async def until(holds, patience_s=5.0):
    stop_s = asyncio.get_running_loop().time() + patience_s
    while not holds():
        assert asyncio.get_running_loop().time() < stop_s, "it never came"
        await asyncio.sleep(0.005)


async def connected(host, sensor, att_mtu=247):
    """Return a connection and its characteristics by UUID."""
    connection = await host.connect(hci.Address(sensor.address), timeout=3)
    peer = Peer(connection)
    await peer.request_mtu(att_mtu)
    await peer.discover_services()
    found = {}
    for service in peer.services:
        for one in await service.discover_characteristics():
            number = bytes(one.uuid.uuid_bytes)[::-1].hex()
            uuid = gatt.sig_uuid(int(number, 16)) if len(number) == 4 else str(one.uuid.to_hex_str("-")).lower()
            found[uuid] = one
    return connection, found


async def streaming(found):
    """Subscribe and start; return the lists that fill with live payloads and answers."""
    live, answers = [], []
    await found[gatt.LIVE_DATA.uuid].subscribe(lambda value: live.append(bytes(value)))
    await found[gatt.CONTROL_POINT.uuid].subscribe(lambda value: answers.append(bytes(value)), prefer_notify=False)
    await found[gatt.CONTROL_POINT.uuid].write_value(START, with_response=True)
    return live, answers


def frames_in(payloads):
    decoder = StreamDecoder()
    return [event for payload in payloads for event in decoder.feed(payload)]


def test_a_sensor_advertises_service_and_name_in_31_bytes():
    async def play():
        async with air() as (host, sensors, _):
            heard = []
            host.on("advertisement", heard.append)
            await host.start_scanning(active=False)
            await until(lambda: heard)
            data = bytes(heard[0].data)
            assert len(data) <= 31
            assert bytes.fromhex(gatt.SERVICE_UUID.replace("-", ""))[::-1] in data
            assert b"psr-LF" in data
            assert str(heard[0].address).startswith(sensors[0].address)

    asyncio.run(play())


@pytest.mark.parametrize("interval_s", [0.0, 0.0075])
def test_two_sensors_stream_at_once_without_a_gap(interval_s):
    async def play():
        async with air((LEFT, RIGHT), LinkShape(interval_s=interval_s)) as (host, sensors, _):
            streams = []
            for sensor in sensors:
                _, found = await connected(host, sensor)
                assert decode_feature(await found[gatt.FEATURE.uuid].read_value()).max_att_mtu == 247
                streams.append(await streaming(found))
            await until(lambda: all(len(live) >= 10 for live, _ in streams))
            for live, answers in streams:
                assert decode_response(answers[0]).status == StatusCode.OK
                assert all(isinstance(event, Frame) for event in frames_in(live))

    asyncio.run(play())


def test_battery_name_plate_and_watch_services_are_there():
    async def play():
        async with air() as (host, sensors, _):
            _, found = await connected(host, sensors[0])
            assert await found[gatt.sig_uuid(0x2A19)].read_value() == bytes((87,))
            assert await found[gatt.sig_uuid(0x2A26)].read_value() == b"1.0.0"
            told = []
            await found[gatt.sig_uuid(0x2A53)].subscribe(lambda value: told.append(bytes(value)))
            await until(lambda: told)
            assert len(told[0]) == 10

    asyncio.run(play())


def test_a_write_without_indications_asked_for_is_refused():
    async def play():
        async with air() as (host, sensors, _):
            _, found = await connected(host, sensors[0])
            with pytest.raises(ATT_Error) as caught:
                await found[gatt.CONTROL_POINT.uuid].write_value(START, with_response=True)
            assert int(caught.value.error_code) == 0xFD

    asyncio.run(play())


def test_a_lost_link_ends_with_a_time_out_and_the_sensor_can_be_found_again():
    async def play():
        async with air() as (host, sensors, _):
            connection, found = await connected(host, sensors[0])
            reasons = []
            connection.on("disconnection", reasons.append)
            live, _ = await streaming(found)
            await until(lambda: live)
            sensors[0].lose_link()
            await until(lambda: reasons)
            assert reasons == [hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR]
            _, found = await connected(host, sensors[0])
            again = []
            await found[gatt.LIVE_DATA.uuid].subscribe(lambda value: again.append(bytes(value)))
            await until(lambda: again)
            # The same session goes on.
            assert frames_in(again)[0].session_id == frames_in(live)[0].session_id

    asyncio.run(play())


def test_connecting_to_an_absent_sensor_gives_up():
    async def play():
        async with air() as (host, _, __):
            with pytest.raises(core.TimeoutError):
                await host.connect(hci.Address("C0:00:00:00:00:99"), timeout=0.2)
            assert not host.is_le_connecting

    asyncio.run(play())


def test_sensors_are_free_again_once_a_host_that_died_starts_anew():
    async def play():
        async with air() as (host, sensors, _):
            await connected(host, sensors[0])
            await host.send_sync_command(hci.HCI_Reset_Command())
            await until(lambda: sensors[0]._host.is_advertising)
            assert not sensors[0].is_connected

    asyncio.run(play())


def test_a_port_that_is_taken_is_told(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert main(["virtual-sensor", "--still", "--tcp", port, "--seconds", "0.1"]) == 2
    assert f"port {port} cannot be used" in capsys.readouterr().err


def test_a_dropped_sensor_is_silent_and_comes_back():
    async def play():
        async with air(faults={LEFT: [parse_fault("drop=0.2@0.2")]}) as (host, sensors, _):
            connection, found = await connected(host, sensors[0])
            gone = []
            connection.on("disconnection", gone.append)
            await streaming(found)
            await until(lambda: gone)
            await until(lambda: sensors[0]._host.is_advertising)
            assert sensors[0].device.is_reachable

    asyncio.run(play())


def test_a_stalled_link_holds_back_and_then_delivers_all():
    async def play():
        async with air(shape=LinkShape(interval_s=0.0075)) as (host, sensors, link):
            _, found = await connected(host, sensors[0])
            live, _ = await streaming(found)
            await until(lambda: len(live) > 2)
            link.stall(sensors[0].controller, 0.3)
            n_before = len(live)
            await asyncio.sleep(0.15)
            n_meanwhile = len(live) - n_before
            await until(lambda: len(live) >= n_before + 12)
            # One event may have been under way.
            assert n_meanwhile <= 1
            assert all(isinstance(event, Frame) for event in frames_in(live))

    asyncio.run(play())


def test_a_full_link_leaves_no_room():
    async def play():
        link = ShapedLink(LinkShape(interval_s=1.0, window=3))
        sender = make_controller("sender", link)
        for n in range(5):
            link.send_acl_data(sender, hci.Address("C0:00:00:00:00:01"), None, bytes((n,)))
        assert link.room(sender) == 0
        assert link.room(make_controller("other", link)) == 3

    asyncio.run(play())


def test_faults_go_to_the_sensor_that_is_named_or_to_all():
    faults = faults_of(["left_foot:loss=0.1", "stall"], (LEFT, RIGHT))
    assert [fault.kind.value for fault in faults[LEFT]] == ["loss", "stall"]
    assert [fault.kind.value for fault in faults[RIGHT]] == ["stall"]


def test_a_fault_of_a_sensor_that_nobody_wears_is_refused():
    with pytest.raises(InputError, match="no sensor pelvis is worn"):
        faults_of(["pelvis:loss"], (LEFT,))


def test_the_command_serves_for_as_long_as_told_and_says_how_to_record(capsys):
    assert main(["virtual-sensor", "--still", "--tcp", "0", "--seconds", "0.1"]) == 0
    said = "".join(capsys.readouterr())
    assert "psr-LF" in said
    assert "psr-RF" in said
    assert "psr record --controller tcp-client:127.0.0.1:" in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--sensors", "left_ear"], "left_ear"),
        (["--tcp", "70000"], "--tcp is a port"),
        (["--fault", "rust"], "no fault is called 'rust'"),
    ],
)
def test_the_command_says_what_is_wrong_with_its_arguments(capsys, arguments, words):
    assert main(["virtual-sensor", "--still", *arguments]) == 2
    assert words in capsys.readouterr().err
