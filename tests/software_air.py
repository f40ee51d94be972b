"""Virtual sensors and a radio of software in this process, for tests of the client."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from analyzer.acquire.ble.bumble_backend import software_radio
from analyzer.acquire.ble.discover import Found, Radio, scan
from analyzer.acquire.ble.health import Vitals
from analyzer.acquire.ble.recorder import Recorder, RecorderConfig, Watcher
from analyzer.acquire.ble.worker import WorkerConfig
from analyzer.acquire.capture import CaptureWriter
from analyzer.acquire.playback import Capture, read_capture
from analyzer.model import Notice, Placement, TimedPayload
from analyzer.virtual.ble import Fault, parse_fault
from analyzer.virtual.ble.fleet import rest_fleet
from analyzer.virtual.ble.link import LinkShape, ShapedLink, make_controller
from analyzer.virtual.ble.peripheral import Peripheral, serve

LEFT, RIGHT = Placement.LEFT_FOOT, Placement.RIGHT_FOOT
NAMES = {LEFT: "psr-LF", RIGHT: "psr-RF"}


@dataclass(frozen=True)
class Air:
    """Everything within reach of each other."""

    radio: Radio
    link: ShapedLink
    sensors: list[Peripheral]

    async def found(self) -> dict[str, Found]:
        """Return all sensors by name, once all are heard."""
        wanted = {sensor.device.name for sensor in self.sensors}
        return {one.name: one for one in await scan(self.radio, 5.0, wanted)}


@asynccontextmanager
async def on_air(
    placements: Sequence[Placement] = (LEFT,),
    faults: Mapping[Placement, str] | None = None,
    shape: LinkShape | None = None,
    change: Callable[[list], None] = lambda _: None,
) -> AsyncIterator[Air]:
    """Put sensors that lie on a table on the air."""
    link = ShapedLink(shape)
    given: dict[Placement, list[Fault]] = {at: [parse_fault(text)] for at, text in (faults or {}).items()}
    devices = rest_fleet(placements, faults=given)
    change(devices)
    central = make_controller("central", link)
    async with software_radio(central, central) as radio, serve(devices, link) as sensors:
        yield Air(radio, link, sensors)


@dataclass(frozen=True)
class Recorded:
    """What a recording left behind."""

    path: Path
    vitals: dict[str, Vitals]
    notices: list[Notice]
    handed_on: list[TimedPayload]

    @property
    def capture(self) -> Capture:
        return read_capture(self.path)

    def kinds(self, sensor: str) -> list[str]:
        """Return what happened to a link, in order."""
        return [event.kind for event in self.capture.links if event.sensor == sensor]


async def recording(
    air: Air,
    path: Path,
    meanwhile: Callable[[Recorder], Awaitable[None]],
    sensors: Mapping[str, Found] | None = None,
    config: RecorderConfig | None = None,
) -> Recorded:
    """Record until `meanwhile` is over."""
    notices: list[Notice] = []
    payloads: list[TimedPayload] = []
    stop = asyncio.Event()
    with CaptureWriter(path, simulated=True) as writer:
        recorder = Recorder(
            air.radio,
            sensors if sensors is not None else await air.found(),
            writer,
            Watcher(payloads=payloads.extend, notice=notices.append),
            config or quick(),
        )
        running = asyncio.create_task(recorder.run(stop))
        meeting = asyncio.create_task(meanwhile(recorder))
        await asyncio.wait([running, meeting], return_when=asyncio.FIRST_COMPLETED)
        stop.set()
        await running
        await meeting
        vitals = {one.name: one for one in recorder.vitals}
    return Recorded(path, vitals, notices, payloads)


def quick(**changes: object) -> RecorderConfig:
    """Return a configuration that looks often, so that tests need not wait."""
    worker = replace(WorkerConfig(), tick_s=0.02, rescan_s=0.3, drain_s=2.0)
    return replace(RecorderConfig(), look_s=0.05, hand_on_s=0.05, worker=worker, **changes)


async def until(is_so: Callable[[], bool], timeout_s: float = 8.0) -> None:
    """Wait for something to become true; fail if it does not."""
    end_s = time.monotonic() + timeout_s
    while not is_so():
        if time.monotonic() > end_s:
            raise AssertionError(f"still not so after {timeout_s} s")
        await asyncio.sleep(0.01)
