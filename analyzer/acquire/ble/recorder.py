"""Several sensors into one capture: payloads on the disk first, parsed after."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from analyzer.acquire.ble.discover import Found, Radio
from analyzer.acquire.ble.health import Vitals
from analyzer.acquire.ble.link import Phase
from analyzer.acquire.ble.trouble import TroubleConfig, changes
from analyzer.acquire.ble.worker import SensorWorker, WorkerConfig
from analyzer.acquire.capture import CaptureWriter, HostClock
from analyzer.errors import SensorErrorReason
from analyzer.model import LinkEvent, Notice, TimedPayload

__all__ = ["Recorder", "RecorderConfig", "Watcher"]


@dataclass(frozen=True, slots=True)
class RecorderConfig:
    """How a recording is kept.

    Attributes
    ----------
    hand_on_s : float
        Payloads are handed on for analysis this often: far below the second in which a run's card is due.
    look_s : float
        Sensors are looked at, and the disk is told to keep what it has, this often.
    host_clock_s : float
        Between two readings of the host's clocks.
    repeat_s : float
        The same trouble of the same sensor is told again only after this long: about a rest between runs.
    radio_patience_s : float
        With Bluetooth gone for so long the recording ends: nobody is going to switch it on again.
    worker : WorkerConfig
    trouble : TroubleConfig
    """

    hand_on_s: float = 0.1
    look_s: float = 1.0
    host_clock_s: float = 60.0
    repeat_s: float = 45.0
    radio_patience_s: float = 60.0
    worker: WorkerConfig = field(default_factory=WorkerConfig)
    trouble: TroubleConfig = field(default_factory=TroubleConfig)


@dataclass(frozen=True, slots=True)
class Watcher:
    """Who is told what while a recording runs.

    Attributes
    ----------
    payloads : callable
        Takes payloads that are on the disk, in order of arrival, from a thread of its own, one call at a time.
    vitals : callable
        Takes the state of all sensors, about once a second.
    notice : callable
        Takes one trouble or relief.
    """

    payloads: Callable[[Sequence[TimedPayload]], None] = lambda _: None
    vitals: Callable[[Sequence[Vitals]], None] = lambda _: None
    notice: Callable[[Notice], None] = lambda _: None


class Recorder:
    """Record sensors into a capture until told to stop.

    Parameters
    ----------
    radio : Radio
    sensors : mapping of str to Found
        Name within the recording -> sensor.
    writer : CaptureWriter
    watcher : Watcher, optional
    config : RecorderConfig, optional
    """

    def __init__(
        self,
        radio: Radio,
        sensors: Mapping[str, Found],
        writer: CaptureWriter,
        watcher: Watcher | None = None,
        config: RecorderConfig | None = None,
    ) -> None:
        self._writer = writer
        self._watcher = watcher or Watcher()
        self._config = config or RecorderConfig()
        self._arrived: asyncio.Queue[TimedPayload | LinkEvent | None] = asyncio.Queue()
        self._written: list[TimedPayload] = []
        self._told_s: dict[tuple[str, str], float] = {}
        self._radio_gone_s = 0.0
        self._ended = False
        self._workers = {
            name: SensorWorker(name, found, radio, self._arrived.put_nowait, time.perf_counter, self._config.worker)
            for name, found in sensors.items()
        }

    @property
    def vitals(self) -> tuple[Vitals, ...]:
        """How each sensor is doing now."""
        return tuple(worker.vitals for worker in self._workers.values())

    async def run(self, stop: asyncio.Event) -> None:
        """Record until `stop` is set; return when all sensors are stopped and all payloads handed on.

        Raises
        ------
        CaptureError
            The capture cannot be written; sensors have been stopped.
        """
        writing = asyncio.create_task(self._write())
        handing = asyncio.create_task(self._hand_on())
        watching = [asyncio.create_task(part) for part in (self._look(stop), self._keep_time())]
        working = [asyncio.create_task(worker.run()) for worker in self._workers.values()]
        stopping = asyncio.create_task(stop.wait())
        try:
            # Not for the analysis: whatever ails it, the recording goes on.
            await asyncio.wait([stopping, writing, *watching, *working], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for worker in self._workers.values():
                worker.stop()
            await asyncio.wait(working)
            self._arrived.put_nowait(None)
            await asyncio.wait([writing])
            self._ended = True
            for task in (*watching, stopping):
                task.cancel()
            # Not cancelled but waited for: it runs in a thread, which would go on beside whatever comes next.
            await asyncio.wait([*watching, handing, stopping])
        # What any part failed with comes out here, the disk's trouble first.
        for task in (writing, *watching, *working, handing):
            if not task.cancelled():
                task.result()
        await self._hand_on_once()
        self._watcher.vitals(self.vitals)

    async def _write(self) -> None:
        while (item := await self._arrived.get()) is not None:
            if isinstance(item, LinkEvent):
                self._writer.link(item)
                continue
            # On the disk before anything looks into it.
            self._writer.payload(item)
            self._workers[item.sensor].recorded(item)
            self._written.append(item)

    async def _hand_on(self) -> None:
        while not self._ended:
            await asyncio.sleep(self._config.hand_on_s)
            await self._hand_on_once()

    async def _hand_on_once(self) -> None:
        payloads, self._written = self._written, []
        if payloads:
            # In a thread: analysing a run takes longer than a connection interval, and arrival times must stay true.
            await asyncio.to_thread(self._watcher.payloads, payloads)

    async def _keep_time(self) -> None:
        while True:
            self._writer.host_clock(HostClock(time.perf_counter(), time.time()))
            await asyncio.sleep(self._config.host_clock_s)

    async def _look(self, stop: asyncio.Event) -> None:
        """Tell how sensors are doing, and what has changed, until stopped."""
        before = {vitals.name: vitals for vitals in self.vitals}
        while True:
            await asyncio.sleep(self._config.look_s)
            await asyncio.to_thread(self._writer.sync)
            for vitals in self.vitals:
                for notice in changes(before[vitals.name], vitals, self._config.trouble):
                    self._tell(vitals.name, notice)
                before[vitals.name] = vitals
            self._watcher.vitals(tuple(before.values()))
            if self._radio_is_gone():
                text = "Bluetooth has been gone for a minute, so the recording ends here. What was recorded is safe."
                self._watcher.notice(Notice("radio.gone", text))
                stop.set()

    def _tell(self, name: str, notice: Notice) -> None:
        now_s = time.perf_counter()
        if now_s - self._told_s.get((name, notice.code), -self._config.repeat_s) >= self._config.repeat_s:
            self._told_s[name, notice.code] = now_s
            self._watcher.notice(notice)

    def _radio_is_gone(self) -> bool:
        gone = all(
            worker.fault_reason is SensorErrorReason.RADIO_OFF and worker.vitals.phase is not Phase.STREAMING
            for worker in self._workers.values()
        )
        self._radio_gone_s = self._radio_gone_s + self._config.look_s if gone else 0.0
        return self._radio_gone_s >= self._config.radio_patience_s
