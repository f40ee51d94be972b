"""The demo over Bluetooth of software: virtual sensors on the virtual athlete, recorded by the real client."""

import asyncio
from pathlib import Path

from analyzer.acquire.ble.bumble_backend import software_radio
from analyzer.acquire.ble.discover import scan
from analyzer.cli import radio, results
from analyzer.cli.record import chosen, ending
from analyzer.cli.recording import RecordJob, record
from analyzer.report.quantities import Units
from analyzer.virtual import VirtualPractice
from analyzer.virtual.ble.fleet import athlete_fleet
from analyzer.virtual.ble.link import LinkShape, ShapedLink, make_controller
from analyzer.virtual.ble.peripheral import serve

__all__ = ["record_demo"]

_INTERVAL_S = 0.015
"""Connection interval that most laptops grant."""

_SETTLE_S = 0.2
"""Before the sensors are switched off: they have just begun to advertise again, and a stack in between is not ready."""

_TAIL_S = 2.0
"""Recorded after the practice: the last run's card is due within one second."""


def record_demo(practice: VirtualPractice, path: Path, units: Units, *, overwrite: bool) -> None:
    """Let a virtual athlete's sensors go on the air, and record them in real time.

    Parameters
    ----------
    practice : VirtualPractice
        Its sensors sample twice as fast as those that go on the air.
    path : Path
    units : {'us', 'metric'}
        Of the cards.
    overwrite : bool
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    job = RecordJob(path, practice.plan, practice.athlete, units, simulated=True, overwrite=overwrite)
    asyncio.run(_record(practice, job))


async def _record(practice: VirtualPractice, job: RecordJob) -> None:
    stop = asyncio.Event()
    radio.stop_on_signals(stop)
    link = ShapedLink(LinkShape(interval_s=_INTERVAL_S))
    central = make_controller("central", link)
    duration_s = max(float(trace.time_s[-1]) for trace in practice.traces.values())
    devices = athlete_fleet(practice)
    # The sensors go first: one whose host vanishes waits long for its last confirmation.
    async with software_radio(central, central) as used, serve(devices, link):
        sensors = chosen(await scan(used, 5.0, {device.name for device in devices}), {})
        results.progress(f"Recording {', '.join(sensors)} as they run: {duration_s:.0f} s. Ctrl-C ends it early.")
        asyncio.get_running_loop().call_later(duration_s + _TAIL_S, stop.set)
        how = await record(used, sensors, job, stop)
        await asyncio.sleep(_SETTLE_S)
    for line in ending(how):
        results.progress(line)
