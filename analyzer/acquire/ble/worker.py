"""One sensor of a recording: drives its link, tends it while it streams, and keeps its counts."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from analyzer.acquire.ble.backfill import Backfill, BackfillConfig
from analyzer.acquire.ble.client import About, ClientConfig, SensorClient
from analyzer.acquire.ble.discover import Found, Radio, scan
from analyzer.acquire.ble.health import Health, Vitals
from analyzer.acquire.ble.link import Action, Event, Link, LinkConfig, Phase, advance
from analyzer.acquire.ble.packing import frame_samples
from analyzer.acquire.ble.sync import SyncConfig, exchange_in, pause_s
from analyzer.acquire.ble.waiting import cancelled, first_of
from analyzer.errors import SensorError, SensorErrorReason
from analyzer.model import Characteristic, LinkEvent, TimedPayload
from firmware_protocol import (
    DeviceState,
    FeatureBits,
    FrameFlags,
    FrameKind,
    Location,
    Op,
    PacketError,
    decode_status,
)

__all__ = ["SensorWorker", "WorkerConfig"]


@dataclass(frozen=True, slots=True)
class WorkerConfig:
    """How a sensor is looked after.

    Attributes
    ----------
    tick_s : float
        Between two looks at the clock; a tenth of the shortest silence that means anything.
    rescan_s : float
        A sensor that is not found is listened for this long: several of its advertising intervals.
    drain_s : float
        At the end, samples that are still missing are waited for this long.
    last_frame_s : float
        After STOP, the frame that says it is the last is waited for this long.
    farewell_s : float
        Before disconnecting: the confirmation of the answer leaves with the next connection event, a few intervals on.
    link : LinkConfig
    client : ClientConfig
    backfill : BackfillConfig
    sync : SyncConfig
    """

    tick_s: float = 0.1
    rescan_s: float = 4.0
    drain_s: float = 3.0
    last_frame_s: float = 1.0
    farewell_s: float = 0.06
    link: LinkConfig = field(default_factory=LinkConfig)
    client: ClientConfig = field(default_factory=ClientConfig)
    backfill: BackfillConfig = field(default_factory=BackfillConfig)
    sync: SyncConfig = field(default_factory=SyncConfig)


class SensorWorker:
    """Keep one sensor recording until it is stopped.

    Parameters
    ----------
    name : str
        Within the recording.
    found : Found
    radio : Radio
    put : callable
        Takes payloads and link events, stamped; called from within the event loop.
    now_s : callable
        Host clock.
    config : WorkerConfig, optional
    """

    def __init__(
        self,
        name: str,
        found: Found,
        radio: Radio,
        put: Callable[[TimedPayload | LinkEvent], None],
        now_s: Callable[[], float],
        config: WorkerConfig | None = None,
    ) -> None:
        self.name = name
        self.fault_reason: SensorErrorReason | None = None
        self._found, self._radio, self._put, self._now_s = found, radio, put, now_s
        self._config = config or WorkerConfig()
        self._link = Link(due_s=now_s())
        self._client: SensorClient | None = None
        self._about: About | None = None
        self._backfill = Backfill(self._config.backfill)
        self._health = Health()
        self._battery_pct: int | None = None
        self._fault = ""
        self._heard = False
        self._lost = False
        self._awaits_frame = False
        self._ended = asyncio.Event()
        self._stop = asyncio.Event()
        self._tending: asyncio.Task[None] | None = None
        # Spreads the retries; nothing that is recorded depends on it.
        self._chance = random.Random(name)  # noqa: S311

    def stop(self) -> None:
        """Ask for the end; `run` returns once the sensor is stopped and disconnected."""
        self._stop.set()

    async def run(self) -> None:
        """Connect, stream, come back after losses, until `stop`."""
        while not self._is_stopped:
            for event in self._events():
                await self._handle(event)
            if not self._is_stopped:
                await first_of(self._stop, self._config.tick_s)

    def recorded(self, payload: TimedPayload) -> None:
        """Take a payload of this sensor that is on the disk by now."""
        match payload.characteristic:
            case Characteristic.LIVE | Characteristic.BULK:
                for frame in self._backfill.feed(payload.payload, payload.received_s):
                    self._awaits_frame = False
                    self._health.take(frame, payload.received_s)
                    if frame.flags & FrameFlags.LAST_FRAME:
                        self._ended.set()
            case Characteristic.STATUS:
                self._take_status(payload.payload)
            case Characteristic.CONTROL:
                self._backfill.answered(payload.payload, payload.received_s)
                exchange = exchange_in(payload.payload, payload.received_s)
                if exchange is not None:
                    self._health.take_exchange(exchange)

    @property
    def vitals(self) -> Vitals:
        """How the sensor is doing now."""
        return Vitals(
            name=self.name,
            placement=self._placement,
            phase=self._link.phase,
            battery_pct=self._battery_pct,
            received_pct=self._health.received_pct if self._link.phase is Phase.STREAMING else float("nan"),
            total_pct=self._health.total_pct,
            clipped_pct=self._health.clipped_pct,
            clock_error_s=self._health.clock_error_s,
            silent_s=self._now_s() - self._link.heard_s,
            n_losses=self._link.n_losses,
            n_restarts=self._health.n_restarts,
            n_refilled=self._backfill.n_refilled,
            fault=self._fault,
        )

    @property
    def _placement(self) -> str:
        if self._about is None or self.name in _PLACES.values():
            return self.name if self.name in _PLACES.values() else ""
        return _PLACES.get(self._about.config.location_id, "")

    @property
    def _is_stopped(self) -> bool:
        return self._link.phase is Phase.STOPPED

    def _events(self) -> list[Event]:
        if self._stop.is_set():
            return [Event.STOP]
        events = []
        if self._heard:
            events.append(Event.DATA)
        if self._lost:
            events.append(Event.LOST)
        self._heard = self._lost = False
        return [*events, Event.TICK]

    async def _handle(self, event: Event) -> None:
        """Take an event and all that it leads to."""
        next_event: Event | None = event
        while next_event is not None:
            before = self._link
            self._link, action = advance(before, next_event, self._now_s(), self._config.link, self._chance.random())
            if self._link.n_losses > before.n_losses:
                self._note("lost", "silence" if next_event is Event.TICK else "the system reported it")
            match action:
                case Action.CONNECT:
                    next_event = await self._connect()
                case Action.CLEAR:
                    await self._clear()
                    next_event = Event.CLEARED
                case Action.CLOSE:
                    await self._close(before.phase)
                    next_event = Event.CLOSED
                case Action.NOTHING:
                    next_event = None

    async def _connect(self) -> Event:
        """Open a link, unless the end comes first."""
        opening = asyncio.create_task(self._open())
        stopping = asyncio.create_task(self._stop.wait())
        await asyncio.wait([opening, stopping], return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not opening.done():
            await cancelled(opening)
            return Event.FAILED
        error = opening.exception()
        if isinstance(error, SensorError):
            self._tell_fault(error)
            return Event.FAILED
        # Anything else is a fault of ours and ends the recording; it is raised here.
        opening.result()
        return Event.STARTED

    async def _open(self) -> None:
        if self.fault_reason is SensorErrorReason.NOT_FOUND:
            await self._rescan()
        self._lost = False
        self._client = client = SensorClient(
            self._found, self._radio, self._take, self._lose, self._now_s, self._config.client
        )
        self._about = about = await client.open()
        self._note("connected", f"MTU {about.att_mtu}")
        self._note("device", f"{about.maker}, {about.model}, serial {about.serial}, firmware {about.firmware}")
        if about.battery_pct is not None:
            self._battery_pct = about.battery_pct
            self._note("battery", f"{about.battery_pct}")
        self._awaits_frame = True
        went_on = await client.start(about)
        self._note("resumed" if went_on else "started", "")
        n_samples = frame_samples(FrameKind.IMU6, about.config.nominal_rate_hz, about.att_mtu)
        self._link = replace(self._link, packet_period_s=n_samples / about.config.nominal_rate_hz)
        self._fault, self.fault_reason = "", None
        self._tending = asyncio.create_task(self._tend(client, about))

    async def _rescan(self) -> None:
        """Look for the sensor again: systems forget those that have been silent for a while."""
        for found in await scan(self._radio, self._config.rescan_s, {self._found.address}):
            if found.address == self._found.address:
                self._found = found

    async def _tend(self, client: SensorClient, about: About) -> None:
        """Ask for lost samples and for the time, as long as the link holds."""
        n_done, due_s = 0, self._now_s()
        features = about.feature.features
        while True:
            now_s = self._now_s()
            try:
                wanted = self._backfill.wanted(now_s) if features & FeatureBits.RETRANSMIT else None
                if wanted is not None:
                    self._backfill.asking(wanted, self._now_s())
                    await client.request(Op.RETRANSMIT, *wanted.items)
                elif now_s >= due_s and features & FeatureBits.TIME_SYNC:
                    due_s = now_s + pause_s(n_done, self._config.sync)
                    n_done += 1
                    await client.ask_time()
            # A request without an answer is no loss yet: silence of the data decides that.
            except SensorError as error:
                self._note("unanswered", str(error))
            await asyncio.sleep(min(self._config.tick_s, max(due_s - self._now_s(), 0.01)))

    async def _clear(self) -> None:
        await self._end_tending()
        self._backfill.link_lost()
        self._health.link_lost()
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def _close(self, phase: Phase) -> None:
        """Wait for what is still missing, stop the sensor and let go of it."""
        if phase is Phase.STREAMING and self._client is not None and not self._lost:
            until_s = self._now_s() + self._config.drain_s
            while self._is_owed_samples and self._now_s() < until_s and not self._lost:
                await asyncio.sleep(self._config.tick_s)
            await self._end_tending()
            try:
                await self._client.request(Op.STOP)
                await first_of(self._ended, self._config.last_frame_s)
                await asyncio.sleep(self._config.farewell_s)
            except SensorError as error:
                self._note("unanswered", str(error))
        await self._clear()
        self._note("stopped", "")

    @property
    def _is_owed_samples(self) -> bool:
        if self._about is None or not self._about.feature.features & FeatureBits.RETRANSMIT:
            return False
        # What is missing shows only with the first frame behind it.
        return bool(self._backfill.n_missing) or self._awaits_frame

    async def _end_tending(self) -> None:
        if self._tending is not None:
            await cancelled(self._tending)
            self._tending = None

    def _take(self, characteristic: Characteristic, payload: bytes) -> None:
        now_s = self._now_s()
        if characteristic in _ALIVE:
            self._heard = True
        self._put(TimedPayload(self.name, payload, now_s, characteristic))

    def _lose(self) -> None:
        self._lost = True

    def _take_status(self, payload: bytes) -> None:
        try:
            status = decode_status(payload)
        # On the disk as it came; the next one is due in a second.
        except PacketError:
            return
        if status.battery_pct is not None:
            self._battery_pct = status.battery_pct
        if status.state == DeviceState.FAULT:
            self._fault = "The sensor reports a fault of its own. Use another one."

    def _tell_fault(self, error: SensorError) -> None:
        if str(error) != self._fault:
            self._note("failed", str(error))
        self._fault, self.fault_reason = str(error), error.reason

    def _note(self, kind: str, text: str) -> None:
        self._put(LinkEvent(self.name, kind, self._now_s(), text))


_ALIVE = frozenset({Characteristic.LIVE, Characteristic.BULK, Characteristic.STATUS})
_PLACES = {int(location): location.name.lower() for location in Location if location is not Location.UNKNOWN}
