"""Whether this computer and the sensors in reach can record, and what to do where they cannot."""

import asyncio
import math
import platform
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import metadata
from itertools import pairwise

from analyzer.acquire.ble.discover import Found, Radio, scan
from analyzer.acquire.ble.health import Vitals
from analyzer.acquire.ble.worker import SensorWorker, WorkerConfig
from analyzer.errors import SensorError
from analyzer.model import Characteristic, LinkEvent, TimedPayload

__all__ = ["Check", "DoctorConfig", "examine", "judged"]


@dataclass(frozen=True, slots=True)
class DoctorConfig:
    """How long is looked, and what is good enough.

    Attributes
    ----------
    listen_s : float
        For sensors: several of the slowest common advertising intervals of one second.
    stream_s : float
        Each sensor streams so long: some fifty payloads.
    good_pct : float
        A link in the same room that brings less will lose steps at 20 yards.
    long_wait_s : float
        Payloads further apart come in bursts that a busy adapter or system makes.
    low_battery_pct : int
        Less does not last a practice.
    good_clock_s : float
        A clock read worse than this blurs what is compared between two feet.
    """

    listen_s: float = 4.0
    stream_s: float = 5.0
    good_pct: float = 99.0
    long_wait_s: float = 0.5
    low_battery_pct: int = 20
    good_clock_s: float = 0.005
    worker: WorkerConfig = field(default_factory=WorkerConfig)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Attributes
    ----------
    name : str
    ok : bool
    text : str
        What was seen and, where it is not good, what to do.
    """

    name: str
    ok: bool
    text: str


async def examine(radio: Radio, config: DoctorConfig | None = None) -> tuple[Check, ...]:
    """Return what was found: computer, Bluetooth, and each sensor in reach, one after the other.

    Parameters
    ----------
    radio : Radio
    config : DoctorConfig, optional
    """
    config = config or DoctorConfig()
    system = f"{platform.system()} {platform.release()}, bleak {metadata.version('bleak')}"
    checks = [Check("computer", ok=True, text=system)]
    try:
        found = await scan(radio, config.listen_s)
    except SensorError as error:
        return (*checks, Check("bluetooth", ok=False, text=str(error)))
    checks.append(Check("bluetooth", ok=True, text="On, and this program may use it."))
    if not found:
        text = "None of the open profile heard. Switch them on, shake them, and close other programs that use them."
        return (*checks, Check("sensors", ok=False, text=text))
    for one in found:
        checks += await _tried(one, radio, config)
    return tuple(checks)


def judged(vitals: Vitals, waits_s: Sequence[float], config: DoctorConfig | None = None) -> tuple[Check, ...]:
    """Return what a sensor's trial says.

    Parameters
    ----------
    vitals : Vitals
        At the end of the trial.
    waits_s : sequence of float
        From each payload with samples to the next.
    config : DoctorConfig, optional
    """
    config = config or DoctorConfig()
    name = vitals.name
    if not waits_s:
        reason = vitals.fault or "It connected and then sent nothing. Switch it off and on again."
        return (Check(f"{name} link", ok=False, text=reason),)
    checks = [_link_check(vitals, max(waits_s), config)]
    if vitals.battery_pct is not None:
        low = vitals.battery_pct < config.low_battery_pct
        advice = " Charge it before the practice." if low else ""
        checks.append(Check(f"{name} battery", ok=not low, text=f"{vitals.battery_pct} %.{advice}"))
    if not vitals.placement:
        text = "Has not said where it is worn. Say so when recording: --sensor left_foot=" + name
        checks.append(Check(f"{name} placement", ok=False, text=text))
    if not math.isnan(vitals.clock_error_s):
        good = vitals.clock_error_s <= config.good_clock_s
        advice = "" if good else " Left and right will be compared less sharply; move closer to the computer."
        checks.append(Check(f"{name} clock", ok=good, text=f"Within {1000 * vitals.clock_error_s:.1f} ms.{advice}"))
    return tuple(checks)


def _link_check(vitals: Vitals, longest_s: float, config: DoctorConfig) -> Check:
    seen = f"{vitals.total_pct:.1f} % received, longest wait {1000 * longest_s:.0f} ms."
    if vitals.n_losses:
        text = f"{seen} The link broke {vitals.n_losses} time(s). Bring it nearer, or use another Bluetooth adapter."
        return Check(f"{vitals.name} link", ok=False, text=text)
    if vitals.total_pct < config.good_pct or longest_s > config.long_wait_s:
        text = f"{seen} Too little for a practice. Move away from other radios, or use another Bluetooth adapter."
        return Check(f"{vitals.name} link", ok=False, text=text)
    return Check(f"{vitals.name} link", ok=True, text=seen)


async def _tried(found: Found, radio: Radio, config: DoctorConfig) -> tuple[Check, ...]:
    arrivals: list[float] = []
    said: list[Check] = []

    def take(item: TimedPayload | LinkEvent) -> None:
        if isinstance(item, LinkEvent):
            if item.kind == "device":
                said.append(Check(f"{found.name} device", ok=True, text=item.text))
            return
        worker.recorded(item)
        if item.characteristic is Characteristic.LIVE:
            arrivals.append(item.received_s)

    worker = SensorWorker(found.name, found, radio, take, time.perf_counter, config.worker)
    running = asyncio.create_task(worker.run())
    await asyncio.wait([running], timeout=config.stream_s)
    vitals = worker.vitals
    worker.stop()
    await running
    waits_s = [after - before for before, after in pairwise(arrivals)]
    return (*said, *judged(vitals, waits_s, config))
