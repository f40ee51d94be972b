"""One connection to one sensor of the open profile: read what it is, subscribe, start, ask, stop."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from bleak import BleakClient
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.exc import BleakCharacteristicNotFoundError, BleakDeviceNotFoundError, BleakGATTProtocolError

from analyzer.acquire.ble.discover import RADIO_ERRORS, Found, Radio, radio_error
from analyzer.acquire.ble.packing import PackingConfig, frame_samples
from analyzer.acquire.ble.refusals import refusal
from analyzer.errors import SensorError, SensorErrorReason
from analyzer.model import Characteristic
from firmware_protocol import (
    Config,
    Feature,
    FeatureBits,
    FrameKind,
    Op,
    PacketError,
    Request,
    Response,
    StatusCode,
    Tlv,
    TlvItem,
    decode_config,
    decode_feature,
    decode_response,
    encode_request,
    gatt,
)

__all__ = ["About", "ClientConfig", "SensorClient"]


@dataclass(frozen=True, slots=True)
class ClientConfig:
    """How long a sensor may take.

    Attributes
    ----------
    connect_s : float
        To connect and to have its services listed: a link at the edge of reach takes several seconds.
    open_s : float
        From connecting to the answer to START.
    answer_s : float
        A sensor answers within 2 s (SPEC.md section 8.1); the way there and back comes on top.
    close_s : float
        To disconnect; some systems never say that they have.
    packing : PackingConfig
    """

    connect_s: float = 10.0
    open_s: float = 20.0
    answer_s: float = 3.0
    close_s: float = 3.0
    packing: PackingConfig = field(default_factory=PackingConfig)


@dataclass(frozen=True, slots=True)
class About:
    """What a sensor says of itself.

    Attributes
    ----------
    feature : Feature
    config : Config
    att_mtu : int
    battery_pct : int or None
    maker, model, serial, firmware : str
        Empty where it does not say.
    """

    feature: Feature
    config: Config
    att_mtu: int
    battery_pct: int | None = None
    maker: str = ""
    model: str = ""
    serial: str = ""
    firmware: str = ""


class SensorClient:
    """A connection; a new one is made for every try, as a used one may deliver notifications twice.

    Parameters
    ----------
    found : Found
    radio : Radio
    take : callable
        Called with each value that comes, read or notified, from within the event loop: it has to stamp and return.
    lost : callable
        Called when the stack says that the connection is gone; not every stack does.
    now_s : callable
        Host clock.
    config : ClientConfig, optional
    """

    def __init__(
        self,
        found: Found,
        radio: Radio,
        take: Callable[[Characteristic, bytes], None],
        lost: Callable[[], None],
        now_s: Callable[[], float],
        config: ClientConfig | None = None,
    ) -> None:
        self._found = found
        self._radio = radio
        self._take = take
        self._now_s = now_s
        self._config = config or ClientConfig()
        self._bleak = BleakClient(found.device, lambda _: lost(), timeout=self._config.connect_s, backend=radio.client)
        self._txn = 0
        self._asking = asyncio.Lock()
        self._answer: asyncio.Future[Response] | None = None
        self._closed = False

    async def open(self) -> About:
        """Connect, read what the sensor is, and subscribe to all it sends.

        Raises
        ------
        SensorError
            In plain words; `close` is due after it as after a success.
        """
        try:
            async with asyncio.timeout(self._config.open_s):
                # One at a time: several connects at once fail with "in progress" on some systems.
                async with self._radio.turn:
                    await self._bleak.connect()
                about = await self._about()
                await self._subscribe(about.feature)
                return about
        except RADIO_ERRORS as error:
            raise self._told(error) from error
        except PacketError as error:
            text = f"{self._found.name} breaks the protocol: {error}. Update its firmware."
            raise SensorError(text, SensorErrorReason.PROTOCOL) from error

    async def start(self, about: About) -> bool:
        """Let the samples come; return whether a session ran already, which goes on.

        Raises
        ------
        SensorError
            The sensor refuses, or the link failed.
        """
        kind = _base_kind(about)
        n_samples = frame_samples(kind, about.config.nominal_rate_hz, about.att_mtu, self._config.packing)
        items = [TlvItem(Tlv.KIND, int(kind)), TlvItem(Tlv.N_SAMPLES, n_samples)]
        if FrameKind.EVENT in about.feature.frame_kinds:
            items.insert(1, TlvItem(Tlv.KIND, int(FrameKind.EVENT)))
        response = await self.request(Op.START, *items)
        if response.status not in {StatusCode.OK, StatusCode.ALREADY}:
            raise SensorError(refusal(self._found.name, response), SensorErrorReason.REFUSED)
        return response.status == StatusCode.ALREADY

    async def request(self, op: Op, *items: TlvItem) -> Response:
        """Write a request to the control point and return the sensor's answer, whatever it is.

        Raises
        ------
        SensorError
            The link failed, or no answer came.
        """
        return await self._ask(op, lambda: items)

    async def ask_time(self) -> None:
        """Let the sensor say its time.

        The answer comes in like any other value: it repeats the time of the request and is stamped on arrival, so
        that it holds all four times.

        Raises
        ------
        SensorError
            The link failed, or no answer came.
        """
        # Read as late as possible: waiting for another request's answer would count as time on the air.
        await self._ask(Op.TIME_SYNC, lambda: (TlvItem(Tlv.HOST_TX_US, round(self._now_s() * 1e6)),))

    async def close(self) -> None:
        """Disconnect, also where the link is gone already: only then does the stack forget the subscriptions."""
        if self._closed:
            return
        self._closed = True
        # Whatever comes of it: it was to be gone.
        with suppress(*RADIO_ERRORS):
            await asyncio.wait_for(self._bleak.disconnect(), self._config.close_s)

    async def _ask(self, op: Op, items: Callable[[], tuple[TlvItem, ...]]) -> Response:
        async with self._asking:
            self._txn = (self._txn + 1) % 256
            self._answer = asyncio.get_running_loop().create_future()
            try:
                async with asyncio.timeout(self._config.answer_s):
                    payload = encode_request(Request(op, self._txn, items()))
                    await self._bleak.write_gatt_char(gatt.CONTROL_POINT.uuid, payload, response=True)
                    return await self._answer
            except RADIO_ERRORS as error:
                raise self._told(error) from error
            finally:
                self._answer = None

    async def _about(self) -> About:
        feature = decode_feature(await self._recorded(Characteristic.FEATURE, gatt.FEATURE.uuid))
        config = decode_config(await self._recorded(Characteristic.CONFIG, gatt.CONFIG.uuid))
        if feature.features & FeatureBits.CALIBRATION:
            await self._recorded(Characteristic.CALIBRATION, gatt.CALIBRATION.uuid)
        battery = await self._read(_BATTERY_LEVEL)
        texts = [(await self._read(uuid)).decode("utf-8", "replace").rstrip("\0") for uuid in _TEXTS]
        return About(feature, config, self._att_mtu(), battery[0] if battery else None, *texts)

    async def _recorded(self, characteristic: Characteristic, uuid: str) -> bytes:
        value = bytes(await self._bleak.read_gatt_char(uuid))
        self._take(characteristic, value)
        return value

    async def _read(self, uuid: str) -> bytes:
        """Return a value that a sensor may lack; empty where it does, or keeps it to itself."""
        try:
            return bytes(await self._bleak.read_gatt_char(uuid))
        except (BleakCharacteristicNotFoundError, BleakGATTProtocolError):
            return b""

    async def _subscribe(self, feature: Feature) -> None:
        # The control point last, START after it: what comes before a subscription is lost.
        sources = [(Characteristic.LIVE, gatt.LIVE_DATA.uuid), (Characteristic.CONFIG, gatt.CONFIG.uuid)]
        if feature.features & (FeatureBits.RETRANSMIT | FeatureBits.LOG):
            sources.append((Characteristic.BULK, gatt.BULK_DATA.uuid))
        if feature.features & FeatureBits.STATUS:
            sources.append((Characteristic.STATUS, gatt.STATUS.uuid))
        for characteristic, uuid in sources:
            await self._bleak.start_notify(uuid, self._taker(characteristic))
        await self._bleak.start_notify(gatt.CONTROL_POINT.uuid, self._take_answer)

    def _taker(self, characteristic: Characteristic) -> Callable[[BleakGATTCharacteristic, bytearray], None]:
        def take(_: BleakGATTCharacteristic, value: bytearray) -> None:
            # A connection that is being given up may go on delivering beside the new one.
            if not self._closed:
                self._take(characteristic, bytes(value))

        return take

    def _take_answer(self, _: BleakGATTCharacteristic, value: bytearray) -> None:
        if self._closed:
            return
        self._take(Characteristic.CONTROL, bytes(value))
        try:
            response = decode_response(bytes(value))
        # In the capture for whoever mends the firmware; the request runs into its time-out.
        except PacketError:
            return
        if self._answer is not None and not self._answer.done() and response.txn == self._txn:
            self._answer.set_result(response)

    def _att_mtu(self) -> int:
        # What the client itself says is the least there is, on Linux; a characteristic knows better.
        live = self._bleak.services.get_characteristic(gatt.LIVE_DATA.uuid)
        if live is None:
            raise BleakCharacteristicNotFoundError(gatt.LIVE_DATA.uuid)
        return live.max_write_without_response_size + 3

    def _told(self, error: BaseException) -> SensorError:
        name = self._found.name
        match error:
            case BleakDeviceNotFoundError():
                text = f"{name} is out of reach or switched off. Bring it nearer, or shake it awake."
                return SensorError(text, SensorErrorReason.NOT_FOUND)
            case BleakCharacteristicNotFoundError():
                text = f"{name} lacks a part of the open profile ({error.char_specifier}). Update its firmware."
                return SensorError(text, SensorErrorReason.PROTOCOL)
            case BleakGATTProtocolError():
                text = f"{name} refused to be read ({error}). Switch it off and on again."
                return SensorError(text, SensorErrorReason.REFUSED)
            case TimeoutError():
                return SensorError(f"{name} did not answer in time. Bring it nearer.", SensorErrorReason.LINK)
        known = radio_error(error)
        if known.reason is SensorErrorReason.RADIO_OFF:
            return known
        return SensorError(f"The link to {name} failed ({str(error) or type(error).__name__}).", known.reason)


_BATTERY_LEVEL = gatt.sig_uuid(0x2A19)
_TEXTS = tuple(gatt.sig_uuid(number) for number in (0x2A29, 0x2A24, 0x2A25, 0x2A26))
"""Manufacturer, model, serial number and firmware revision."""


def _base_kind(about: About) -> FrameKind:
    """Return the frames to ask for: those with a gyroscope where there is one."""
    for kind in (FrameKind.IMU6, FrameKind.IMU9, FrameKind.ACC):
        if kind in about.feature.frame_kinds:
            return kind
    raise SensorError("The sensor sends no motion at all. Use another one.", SensorErrorReason.PROTOCOL)
