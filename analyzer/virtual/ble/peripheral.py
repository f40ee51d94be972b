"""Virtual sensors on the air of software: a real GATT server for each `SensorDevice`."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

from bumble import data_types, hci
from bumble.att import ATT_Error, Attribute, ErrorCode
from bumble.core import UUID, AdvertisingData, BaseBumbleError
from bumble.device import Connection, Device, DeviceConfiguration
from bumble.gatt import Characteristic, CharacteristicValue, Service

from analyzer.virtual.ble import rsc
from analyzer.virtual.ble.device import BATTERY_UUID, DEVICE_INFORMATION_UUIDS, Outgoing, SensorDevice
from analyzer.virtual.ble.link import ShapedLink, VirtualController, make_controller
from firmware_protocol import FeatureBits, gatt

if TYPE_CHECKING:
    from bumble.gatt_server import Server

__all__ = ["Peripheral", "serve"]

TICK_S: Final = 0.005
"""How often a sensor is asked what wants to leave: a third of the shortest common connection interval."""

_RSC_EVERY_S: Final = 1.0
_PACE_UUIDS: Final = (gatt.sig_uuid(0x2A53), gatt.sig_uuid(0x2A54))

_PROPERTIES: Final = {
    gatt.Access.READ: Characteristic.Properties.READ,
    gatt.Access.WRITE: Characteristic.Properties.WRITE,
    gatt.Access.NOTIFY: Characteristic.Properties.NOTIFY,
    gatt.Access.INDICATE: Characteristic.Properties.INDICATE,
}
_NEEDED_BITS: Final = {
    gatt.BULK_DATA.uuid: FeatureBits.RETRANSMIT | FeatureBits.LOG,
    gatt.STATUS.uuid: FeatureBits.STATUS,
    gatt.CALIBRATION.uuid: FeatureBits.CALIBRATION,
}


class Peripheral:
    """One sensor on the air.

    Parameters
    ----------
    device : SensorDevice
    link : ShapedLink
    number : int
        Makes address and controller its own.
    pace : Pace, optional
        What it tells watches; without, that its wearer stands.
    """

    def __init__(self, device: SensorDevice, link: ShapedLink, number: int, pace: rsc.Pace | None = None) -> None:
        self.device = device
        self.address = f"C0:50:53:52:00:{number + 1:02X}"
        self.controller: VirtualController = make_controller(f"sensor-{number}", link)
        self._link = link
        self._pace = pace
        self._connection: Connection | None = None
        self._is_on = True
        self._pump: asyncio.Task[None] | None = None
        self._indications: set[asyncio.Task[None]] = set()
        config = DeviceConfiguration(
            name=device.name,
            address=hci.Address(self.address),
            advertising_interval_min=100,
            advertising_interval_max=100,
        )
        self._host = Device.from_config_with_hci(config, self.controller, self.controller)
        self._characteristics = _characteristics(device)
        self._server.max_mtu = device.model.max_att_mtu
        self._host.add_services(_services(self._characteristics))
        self._host.on("connection", self._on_connection)
        self._server.on("characteristic_subscription", self._on_subscription)

    @property
    def is_connected(self) -> bool:
        """Say whether a host is connected."""
        return self._connection is not None

    async def start(self) -> None:
        """Switch on and advertise."""
        await self._host.power_on()
        self._pump = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Switch off; whoever is connected sees the link time out."""
        # Asked, not cancelled: a command to the controller that is cut off half way blocks all that follow.
        self._is_on = False
        if self._pump is not None:
            await asyncio.wait([self._pump])
            # A fault of its own must not go unseen; that somebody else has cancelled it is none.
            if not self._pump.cancelled():
                self._pump.result()
        for indication in tuple(self._indications):
            indication.cancel()
        await asyncio.gather(*self._indications, return_exceptions=True)
        self.lose_link()
        await self._host.power_off()
        # The air outlives this sensor: one that is off must not be found any more.
        self._link.remove_controller(self.controller)

    def lose_link(self) -> None:
        """Break the connection as distance does."""
        self._link.lose(self.controller)

    @property
    def _server(self) -> "Server":
        return self._host.gatt_server

    async def _run(self) -> None:
        told_s = -_RSC_EVERY_S
        while self._is_on:
            await self._air()
            now_s = asyncio.get_running_loop().time()
            if self._connection is not None and now_s - told_s >= _RSC_EVERY_S:
                told_s = now_s
                await self._tell_watches()
            await asyncio.sleep(TICK_S)

    async def _air(self) -> None:
        """Advertise or be silent, as the sensor's state wants it, and let out what wants to leave."""
        for out in self.device.poll(self._link.room(self.controller)):
            await self._send(out)
        reachable = self.device.is_reachable
        if not reachable and self._connection is not None:
            self.lose_link()
        if self._connection is None and reachable != self._host.is_advertising:
            if reachable:
                await self._host.start_advertising(advertising_data=_advertisement(self.device.name))
            else:
                await self._host.stop_advertising()

    async def _send(self, out: Outgoing) -> None:
        connection = self._connection
        if connection is None:
            return
        characteristic = self._characteristics[out.uuid]
        if out.uuid != gatt.CONTROL_POINT.uuid:
            await self._server.notify_subscriber(connection, characteristic, out.payload)
            return
        # An indication ends with the host's confirmation. Waiting for that would hold up the stream, but the task has
        # to get as far as handing its bytes over: frames come only after the response.
        task = asyncio.create_task(self._indicate(connection, characteristic, out.payload))
        self._indications.add(task)
        task.add_done_callback(self._indications.discard)
        await asyncio.sleep(0)

    async def _indicate(self, connection: Connection, characteristic: Characteristic[Any], payload: bytes) -> None:
        try:
            await self._server.indicate_subscriber(connection, characteristic, payload)
        # The host has gone before it could confirm: there is nobody left to tell.
        except (TimeoutError, BaseBumbleError):
            return

    async def _tell_watches(self) -> None:
        connection = self._connection
        if connection is None:
            return
        value = self._pace.measurement(self.device.since_start_s) if self._pace else rsc.encode_rsc(0.0, 0.0, 0.0)
        for uuid, payload in ((_PACE_UUIDS[0], value), (BATTERY_UUID, self.device.read(BATTERY_UUID))):
            await self._server.notify_subscriber(connection, self._characteristics[uuid], payload)

    def _on_connection(self, connection: Connection) -> None:
        self._connection = connection
        self.device.connect(connection.att_mtu)
        connection.on("disconnection", self._on_disconnection)
        connection.on("connection_att_mtu_update", lambda: self.device.set_mtu(connection.att_mtu))

    def _on_disconnection(self, _reason: int) -> None:
        self._connection = None
        self.device.disconnect()

    def _on_subscription(
        self, _bearer: Any, characteristic: Characteristic[Any], notify_on: bool, indicate_on: bool
    ) -> None:
        uuid = next((uuid for uuid, known in self._characteristics.items() if known is characteristic), None)
        if uuid is not None:
            self.device.subscribe(uuid, notify_on or indicate_on)


@asynccontextmanager
async def serve(
    devices: Sequence[SensorDevice], link: ShapedLink, pace: rsc.Pace | None = None
) -> AsyncIterator[list[Peripheral]]:
    """Put sensors on the air for as long as the context lasts.

    Parameters
    ----------
    devices : sequence of SensorDevice
        Their clock has to be the event loop's time, or faster by a factor.
    link : ShapedLink
    pace : Pace, optional
        Of the athlete who wears them.

    Yields
    ------
    list of Peripheral
        One per device, advertising.
    """
    peripherals = [Peripheral(device, link, number, pace) for number, device in enumerate(devices)]
    try:
        for peripheral in peripherals:
            await peripheral.start()
        yield peripherals
    finally:
        for peripheral in peripherals:
            await peripheral.stop()


def _characteristics(device: SensorDevice) -> dict[str, Characteristic[Any]]:
    """Return all characteristics of a sensor by UUID."""
    features = device.model.features
    made: dict[str, Characteristic[Any]] = {}
    for known in gatt.CHARACTERISTICS:
        needed = _NEEDED_BITS.get(known.uuid)
        if needed is None or features & needed:
            made[known.uuid] = _characteristic(known.uuid, known.access, device)
    made[BATTERY_UUID] = _characteristic(BATTERY_UUID, gatt.Access.READ | gatt.Access.NOTIFY, device)
    for uuid in DEVICE_INFORMATION_UUIDS.values():
        made[uuid] = _characteristic(uuid, gatt.Access.READ, device)
    measurement, feature = _PACE_UUIDS
    made[measurement] = _characteristic(measurement, gatt.Access.NOTIFY, device)
    made[feature] = Characteristic(
        feature, Characteristic.Properties.READ, Attribute.Permissions.READABLE, rsc.FEATURE_VALUE
    )
    return made


def _characteristic(uuid: str, access: gatt.Access, device: SensorDevice) -> Characteristic[Any]:
    properties = Characteristic.Properties(0)
    for one, property_ in _PROPERTIES.items():
        if one in access:
            properties |= property_
    permissions = Attribute.Permissions(0)
    if gatt.Access.READ in access:
        permissions |= Attribute.Permissions.READABLE
    if gatt.Access.WRITE in access:
        permissions |= Attribute.Permissions.WRITEABLE

    def read(_connection: Any) -> bytes:
        return device.read(uuid)

    def write(_connection: Any, value: bytes) -> None:
        # Section 8.1: the answer is an indication, so somebody has to have asked for indications.
        if not device.listens(uuid):
            raise ATT_Error(ErrorCode.CCCD_IMPROPERLY_CONFIGURED)
        device.write(value)

    return Characteristic(uuid, properties, permissions, CharacteristicValue(read=read, write=write))


def _services(made: dict[str, Characteristic[Any]]) -> list[Service]:
    profile = [made[known.uuid] for known in gatt.CHARACTERISTICS if known.uuid in made]
    return [
        Service(gatt.SERVICE_UUID, profile),
        Service(gatt.BATTERY_SERVICE_UUID, [made[BATTERY_UUID]]),
        Service(gatt.DEVICE_INFORMATION_SERVICE_UUID, [made[uuid] for uuid in DEVICE_INFORMATION_UUIDS.values()]),
        Service(gatt.sig_uuid(0x1814), [made[uuid] for uuid in _PACE_UUIDS]),
    ]


def _advertisement(name: str) -> bytes:
    """Return flags, service and name: 31 bytes with a name of 8, so that no scan response is needed (section 2.3)."""
    general = AdvertisingData.Flags.LE_GENERAL_DISCOVERABLE_MODE | AdvertisingData.Flags.BR_EDR_NOT_SUPPORTED
    return bytes(
        AdvertisingData(
            [
                data_types.Flags(general),
                data_types.CompleteListOf128BitServiceUUIDs([UUID(gatt.SERVICE_UUID)]),
                data_types.CompleteLocalName(name),
            ]
        )
    )
