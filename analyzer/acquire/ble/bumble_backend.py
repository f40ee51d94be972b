"""Bleak on a Bluetooth host made of software, for demos and tests without a radio."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar, cast

from bleak.assigned_numbers import CharacteristicPropertyName
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakDeviceNotFoundError, BleakError, BleakGATTProtocolError, BleakGATTProtocolErrorCode
from bleak.uuids import normalize_uuid_str
from bumble import att, core, hci
from bumble.core import AdvertisingData
from bumble.device import Advertisement, Connection, Device, DeviceConfiguration, Peer
from bumble.transport import open_transport
from bumble.transport.common import TransportSink, TransportSource

from analyzer.acquire.ble.discover import Radio
from analyzer.errors import SensorError, SensorErrorReason

__all__ = ["bumble_radio", "controller_radio", "software_radio"]

_T = TypeVar("_T")
_MTU = 517
"""Largest that the core specification knows; the sensor grants less."""

_UUID_LISTS = (
    AdvertisingData.INCOMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
    AdvertisingData.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
    AdvertisingData.INCOMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
    AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
)
_PROPERTIES: tuple[tuple[int, CharacteristicPropertyName], ...] = (
    (0x02, "read"),
    (0x04, "write-without-response"),
    (0x08, "write"),
    (0x10, "notify"),
    (0x20, "indicate"),
)


@asynccontextmanager
async def software_radio(source: TransportSource, sink: TransportSink) -> AsyncIterator[Radio]:
    """Power a host up on a controller, in this process or another, and hand out its radio."""
    config = DeviceConfiguration(name="psr", address=hci.Address("F0:F1:F2:F3:F4:F5"))
    central = Device.from_config_with_hci(config, source, sink)
    await central.power_on()
    try:
        yield bumble_radio(central)
    finally:
        await central.power_off()


@asynccontextmanager
async def controller_radio(address: str) -> AsyncIterator[Radio]:
    """Hand out the radio of a controller in another process, such as ``tcp-client:127.0.0.1:9901``.

    Raises
    ------
    SensorError
        Nothing answers there.
    """
    try:
        transport = await open_transport(address)
    except (OSError, ValueError, core.BaseBumbleError) as error:
        text = f"{address}: no controller answers ({error}). Start psr virtual-sensor --tcp first."
        raise SensorError(text, SensorErrorReason.RADIO_OFF) from error
    async with transport, software_radio(transport.source, transport.sink) as radio:
        yield radio


def bumble_radio(central: Device) -> Radio:
    """Return a radio that scans and connects with a bumble host that is powered on."""

    class Scanner(_Scanner):
        host = central

    class Client(_Client):
        host = central

    return Radio(Scanner, Client)


class _Scanner(BaseBleakScanner):
    """Scans with the host of a subclass."""

    host: Device

    def __init__(self, detection_callback: Any, service_uuids: Any, scanning_mode: Any = "active", **_: Any) -> None:
        super().__init__(detection_callback, service_uuids)
        self._active = scanning_mode == "active"

    async def start(self) -> None:
        self.seen_devices = {}
        self.host.on("advertisement", self._take)
        await self.host.start_scanning(active=self._active, filter_duplicates=False)

    async def stop(self) -> None:
        self.host.remove_listener("advertisement", self._take)
        await self.host.stop_scanning()

    def _take(self, heard: Advertisement) -> None:
        lists = [cast("list[core.UUID]", found) for kind in _UUID_LISTS for found in heard.data.get_all(kind)]
        uuids = [_uuid(uuid) for found in lists for uuid in found]
        if not self.is_allowed_uuid(uuids):
            return
        name = heard.data.get(AdvertisingData.COMPLETE_LOCAL_NAME)
        told = AdvertisementData(name, {}, {}, uuids, None, heard.rssi, (heard,))
        address = heard.address.to_string(False)
        device = self.create_or_update_device(address, address, name, heard.address, told)
        self.call_detection_callbacks(device, told)


class _Client(BaseBleakClient):
    """Connects with the host of a subclass."""

    host: Device

    def __init__(self, address_or_ble_device: BLEDevice | str, **options: Any) -> None:
        super().__init__(
            address_or_ble_device,
            disconnected_callback=options.get("disconnected_callback"),
            timeout=options.get("timeout", 10.0),
        )
        self._connection: Connection | None = None
        self._callbacks: dict[int, Callable[[bytes], None]] = {}

    @property
    def mtu_size(self) -> int:
        return self._connection.att_mtu if self._connection else 23

    @property
    def is_connected(self) -> bool:
        return self._connection is not None

    async def connect(self, pair: bool, **_: Any) -> None:
        if pair:
            raise BleakError("this radio cannot pair")
        address = hci.Address(self.address)
        try:
            self._connection = await self.host.connect(address, timeout=self._timeout)
        except asyncio.CancelledError:
            # Given up from outside; the host would go on trying, and refuse the next one.
            await self.host.cancel_connection(address)  # type: ignore[no-untyped-call]  # not annotated there
            raise
        except (TimeoutError, core.TimeoutError) as error:
            raise BleakDeviceNotFoundError(self.address, f"{self.address} does not answer") from error
        except core.BaseBumbleError as error:
            raise BleakError(str(error)) from error
        self._connection.on("disconnection", self._on_disconnection)
        # Lost before anybody listened: the event has gone by.
        if self._connection.handle not in self.host.connections:
            self._on_disconnection(0)
            raise BleakError(f"{self.address} was lost while connecting")
        peer = Peer(self._connection)
        await self._asked(peer.request_mtu(_MTU))
        self.services = await self._asked(self._listed(peer))

    async def disconnect(self) -> None:
        if self._connection is not None:
            await self._asked(self._connection.disconnect())

    async def pair(self, *_args: Any, **_options: Any) -> None:
        raise NotImplementedError

    async def unpair(self) -> None:
        raise NotImplementedError

    async def read_gatt_char(self, characteristic: BleakGATTCharacteristic, **_: Any) -> bytearray:
        return bytearray(await self._asked(characteristic.obj.read_value()))

    async def read_gatt_descriptor(self, descriptor: BleakGATTDescriptor, **_: Any) -> bytearray:
        return bytearray(await self._asked(descriptor.obj.read_value()))

    async def write_gatt_char(self, characteristic: BleakGATTCharacteristic, data: Any, response: bool) -> None:
        await self._asked(characteristic.obj.write_value(bytes(data), with_response=response))

    async def write_gatt_descriptor(self, descriptor: BleakGATTDescriptor, data: Any) -> None:
        await self._asked(descriptor.obj.write_value(bytes(data), with_response=True))

    async def start_notify(self, characteristic: BleakGATTCharacteristic, callback: Any, **_: Any) -> None:
        def take(value: bytes) -> None:
            callback(bytearray(value))

        self._callbacks[characteristic.handle] = take
        await self._asked(characteristic.obj.subscribe(take))

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        await self._asked(characteristic.obj.unsubscribe(self._callbacks.pop(characteristic.handle)))

    def _on_disconnection(self, _reason: int) -> None:
        self._connection = None
        self.services = None
        if self._disconnected_callback is not None:
            self._disconnected_callback()

    async def _listed(self, peer: Peer) -> BleakGATTServiceCollection:
        listed = BleakGATTServiceCollection()
        for service in await peer.discover_services():
            known = BleakGATTService(service, service.handle, _uuid(service.uuid))
            listed.add_service(known)
            for one in await service.discover_characteristics():
                able = [name for bit, name in _PROPERTIES if one.properties & bit]
                listed.add_characteristic(
                    BleakGATTCharacteristic(one, one.handle, _uuid(one.uuid), able, lambda: self.mtu_size - 3, known)
                )
                await one.discover_descriptors()
        return listed

    async def _asked(self, request: Awaitable[_T]) -> _T:
        """Wait for a request, and turn its errors into those of bleak."""
        # The host drops what is pending when the link goes; without a link nothing would ever answer.
        task = asyncio.ensure_future(request)
        if self._connection is None:
            task.cancel()
        try:
            while not task.done():
                await asyncio.wait([task], timeout=_LOOK_S)
                # What waits in a queue of the host is not dropped with the link.
                if self._connection is None:
                    task.cancel()
        except asyncio.CancelledError:
            task.cancel()
            raise
        if task.cancelled():
            raise BleakError("not connected")
        error = task.exception()
        if isinstance(error, att.ATT_Error):
            raise BleakGATTProtocolError(BleakGATTProtocolErrorCode(int(error.error_code))) from error
        if isinstance(error, core.BaseBumbleError | AttributeError):
            raise BleakError(str(error)) from error
        return task.result()


_LOOK_S = 0.5
"""How often a request that waits looks whether its link is still there."""


def _uuid(uuid: core.UUID) -> str:
    long = len(uuid.uuid_bytes) == 16
    return normalize_uuid_str(uuid.to_hex_str("-") if long else uuid.to_hex_str())
