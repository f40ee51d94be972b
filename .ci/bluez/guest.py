"""What must hold on the real BlueZ; runs as root in the guest, with sensors of software on its virtual radio."""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

from bumble import hci
from bumble.transport import open_transport

from analyzer.acquire.ble.discover import Found, Radio, scan
from analyzer.acquire.ble.doctor import examine
from analyzer.acquire.ble.recorder import Recorder
from analyzer.acquire.capture import CaptureWriter
from analyzer.acquire.playback import read_capture
from analyzer.errors import SensorError
from analyzer.model import Placement
from analyzer.virtual.ble.fleet import rest_fleet
from analyzer.virtual.ble.link import LinkShape, ShapedLink, make_controller
from analyzer.virtual.ble.peripheral import Peripheral, serve
from firmware_protocol import Frame, StreamDecoder

SCRATCH = Path(tempfile.mkdtemp())
FEET = (Placement.LEFT_FOOT, Placement.RIGHT_FOOT)
Check = Callable[[list[Peripheral]], Awaitable[str]]


def say(text: str) -> None:
    """Print a line with the time since boot."""
    print(f"[{time.monotonic():6.1f} s] {text}", flush=True)


def require(holds: bool, what: str) -> None:
    """End the test where something does not hold."""
    if not holds:
        raise SystemExit(what)


async def power(*, on: bool) -> None:
    """Switch the adapter, as a user's settings do."""
    command = ["bluetoothctl", "power", "on" if on else "off"]
    await asyncio.to_thread(subprocess.run, command, capture_output=True, timeout=20, check=False)


async def found_all(n: int) -> tuple[Found, ...]:
    """Return the sensors in reach once there are so many."""
    found: tuple[Found, ...] = ()
    for _ in range(5):
        found = await scan(Radio(), 4.0, [f"psr-{'LR'[i]}F" for i in range(n)])
        if len(found) >= n:
            return found
    raise SystemExit(f"heard {[one.name for one in found]} of {n} sensors")


async def recorded(path: Path, act: Callable[[Recorder], Awaitable[None]]) -> Recorder:
    """Record both feet while something happens."""
    stop = asyncio.Event()
    sensors = {one.name: one for one in await found_all(len(FEET))}
    with CaptureWriter(path, overwrite=True) as writer:
        recorder = Recorder(Radio(), sensors, writer)
        running = asyncio.create_task(recorder.run(stop))
        await act(recorder)
        stop.set()
        await running
    return recorder


async def until(true: Callable[[], bool], what: str, limit_s: float = 40.0) -> None:
    """Wait for something."""
    end_s = time.monotonic() + limit_s
    while not true():
        if time.monotonic() > end_s:
            raise SystemExit(f"not within {limit_s:.0f} s: {what}")
        await asyncio.sleep(0.05)


def decoded(path: Path) -> dict[str, tuple[int, int]]:
    """Return how many frames each sensor of a capture sent, and how many samples came more than once."""
    decoders: dict[str, StreamDecoder] = {}
    n_frames: Counter[str] = Counter()
    for payload in read_capture(path).payloads():
        events = decoders.setdefault(payload.sensor, StreamDecoder()).feed(payload.payload)
        n_frames[payload.sensor] += sum(isinstance(event, Frame) for event in events)
    return {name: (n_frames[name], decoder.n_repeated_samples) for name, decoder in decoders.items()}


async def both_are_heard(_: list[Peripheral]) -> str:
    """Scan."""
    return ", ".join(one.name for one in await found_all(len(FEET)))


async def both_stream_and_a_lost_link_comes_back(peripherals: list[Peripheral]) -> str:
    """Stream, lose a link in mid-stream, reconnect into the same capture, no duplicates."""
    path = SCRATCH / "links.mcap"

    async def act(recorder: Recorder) -> None:
        await until(lambda: all(v.received_pct > 0 for v in recorder.vitals), "both stream")
        await asyncio.sleep(2)
        peripherals[0].lose_link()
        await until(lambda: any(v.n_losses for v in recorder.vitals), "the loss is seen")
        await until(lambda: all(v.received_pct > 0 and not v.fault for v in recorder.vitals), "both stream again")
        await asyncio.sleep(4)

    recorder = await recorded(path, act)
    heard = decoded(path)
    require(len(heard) == len(FEET), f"sensors in the capture: {heard}")
    require(not any(n_twice for _, n_twice in heard.values()), f"(frames, samples that came twice): {heard}")
    share = {v.name: round(v.total_pct, 1) for v in recorder.vitals}
    require(min(share.values()) > 90.0, f"received {share} %")
    return f"(frames, twice) {heard}, received {share} %"


async def an_adapter_switched_off_is_told_and_recovered(_: list[Peripheral]) -> str:
    """Adapter off in mid-stream, and on again."""
    path = SCRATCH / "adapter.mcap"

    async def act(recorder: Recorder) -> None:
        await until(lambda: all(v.received_pct > 0 for v in recorder.vitals), "both stream")
        await power(on=False)
        await until(lambda: all(v.fault for v in recorder.vitals), "both faults are told")
        await power(on=True)
        await until(lambda: all(v.received_pct > 0 and not v.fault for v in recorder.vitals), "both stream again")

    recorder = await recorded(path, act)
    return f"{sum(v.n_losses for v in recorder.vitals)} losses, capture holds {len(decoded(path))} sensors"


async def a_scan_without_radio_says_what_to_switch_on(_: list[Peripheral]) -> str:
    """Scan with the adapter off."""
    await power(on=False)
    try:
        await scan(Radio(), 1.0)
    except SensorError as error:
        return str(error)
    finally:
        await power(on=True)
    raise SystemExit("scanned without a radio")


async def the_doctor_finds_all_well(_: list[Peripheral]) -> str:
    """Doctor."""
    checks = await examine(Radio())
    # Emulated, the link's waits are longer than any real one's: only its verdicts on what is there count.
    wrong = [check for check in checks if not check.ok and not check.name.endswith(("link", "clock"))]
    require(not wrong, str(wrong))
    require(any(check.name.startswith("psr-LF") for check in checks), str(checks))
    return "; ".join(f"{check.name}: {check.text}" for check in checks)


CHECKS: tuple[Check, ...] = (
    both_are_heard,
    both_stream_and_a_lost_link_comes_back,
    an_adapter_switched_off_is_told_and_recovered,
    a_scan_without_radio_says_what_to_switch_on,
    the_doctor_finds_all_well,
)


async def main() -> None:
    """Put two sensors on the guest's own radio and walk through the checks."""
    link = ShapedLink(LinkShape(interval_s=0.015))
    host = make_controller("host", link, public_address="F0:F1:F2:F3:F4:F5")
    # BlueZ asks more of a controller with these than the one of software answers.
    host.le_features &= ~(hci.LeFeatureMask.LL_PRIVACY | hci.LeFeatureMask.LE_EXTENDED_ADVERTISING)
    async with serve(rest_fleet(FEET), link) as peripherals, await open_transport("vhci") as radio:
        host.set_packet_sink(radio.sink)
        radio.source.set_packet_sink(host)
        await asyncio.sleep(1)
        await power(on=True)
        say("radio on")
        for check in CHECKS:
            say(f"{check.__name__.replace('_', ' ')}: {await check(peripherals)}")
    say(f"{len(CHECKS)} of {len(CHECKS)} hold")


if __name__ == "__main__":
    asyncio.run(main())
    sys.exit(0)
