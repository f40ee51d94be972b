"""What recording costs: sensors in another process, the whole client in this one.

    python -m benchmarks.ble --seconds 60 --sensors 6 --rate 400

Prints what was lost, how late payloads reach the disk, the client's share of a core, and how its memory grows.
"""

import argparse
import asyncio
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analyzer.acquire.ble.bumble_backend import controller_radio
from analyzer.acquire.ble.discover import scan
from analyzer.acquire.ble.recorder import Recorder, Watcher
from analyzer.acquire.capture import CaptureWriter, read_capture
from analyzer.model import Characteristic, TimedPayload
from firmware_protocol import decode_frame


@dataclass(frozen=True, slots=True)
class Load:
    """What a recording cost.

    Attributes
    ----------
    n_sensors : int
        From which samples came.
    n_payloads : int
        With samples.
    n_missing : int
        Samples that never came.
    n_copies : int
        Samples that came more than once.
    late_p50_s, late_p99_s : float
        From the last sample of a frame to the arrival of its payload, less the least of its sensor.
    cpu_share : float
        Of one core.
    memory_growth_mib : float
        Peak memory from the first third of the recording to its end.
    n_losses : int
        Links that broke.
    """

    n_sensors: int
    n_payloads: int
    n_missing: int
    n_copies: int
    late_p50_s: float
    late_p99_s: float
    cpu_share: float
    memory_growth_mib: float
    n_losses: int


@contextmanager
def sensors_beside(n_sensors: int, rate_hz: float, interval_s: float = 0.0) -> Iterator[str]:
    """Run virtual sensors in a process of their own and hand out where their radio is."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "benchmarks.ble_sensors", "--port", str(port)]
    command += ["--sensors", str(n_sensors), "--rate", str(rate_hz), "--interval", str(interval_s)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            if line.strip() != "READY":
                raise RuntimeError(f"the sensors' process did not start: {line!r}")
            yield f"tcp-client:127.0.0.1:{port}"
        finally:
            process.kill()


def measure(n_sensors: int, rate_hz: float, duration_s: float, path: Path) -> Load:
    """Record for a while and return what it cost."""
    with sensors_beside(n_sensors, rate_hz) as controller:
        cpu_share, growth_mib, n_losses = asyncio.run(_recorded(controller, n_sensors, duration_s, path))
    payloads = [p for p in read_capture(path).payloads() if p.characteristic is Characteristic.LIVE]
    missing, copies, late = _checked(payloads)
    return Load(
        len({payload.sensor for payload in payloads}),
        len(payloads),
        missing,
        copies,
        float(np.percentile(late, 50)),
        float(np.percentile(late, 99)),
        cpu_share,
        growth_mib,
        n_losses,
    )


async def _recorded(controller: str, n_sensors: int, duration_s: float, path: Path) -> tuple[float, float, int]:
    stop = asyncio.Event()
    peaks: list[float] = []
    async with controller_radio(controller) as radio:
        found = []
        for _ in range(10):
            found = list(await scan(radio, 1.0))
            if len(found) == n_sensors:
                break
        with CaptureWriter(path, simulated=True, overwrite=True) as writer:
            watcher = Watcher(vitals=lambda _: peaks.append(_peak_mib()))
            recorder = Recorder(radio, {one.name: one for one in found}, writer, watcher)
            asyncio.get_running_loop().call_later(duration_s, stop.set)
            began_s, cpu_s = time.perf_counter(), time.process_time()
            await recorder.run(stop)
            share = (time.process_time() - cpu_s) / (time.perf_counter() - began_s)
    return share, peaks[-1] - peaks[len(peaks) // 3], sum(vitals.n_losses for vitals in recorder.vitals)


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _checked(payloads: list[TimedPayload]) -> tuple[int, int, np.ndarray]:
    """Return samples missing, samples that came twice, and how late payloads came."""
    missing = copies = 0
    late: list[np.ndarray] = []
    for sensor in sorted({payload.sensor for payload in payloads}):
        own = [(decode_frame(p.payload), p.received_s) for p in payloads if p.sensor == sensor]
        seen = np.concatenate([np.arange(f.first_sample_index, f.first_sample_index + f.n_samples) for f, _ in own])
        copies += len(seen) - len(np.unique(seen))
        missing += int(seen.max()) + 1 - len(np.unique(seen))
        # The sensors read this machine's clock, but for an offset and some millionths.
        end_s = np.array([f.t0_us / 1e6 + (f.n_samples - 1) * f.period_ns * 1e-9 for f, _ in own])
        delay_s = np.array([received_s for _, received_s in own]) - end_s
        slope, offset = np.polyfit(end_s - end_s[0], delay_s, 1)
        straight_s = delay_s - slope * (end_s - end_s[0]) - offset
        late.append(straight_s - straight_s.min())
    return missing, copies, np.concatenate(late)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--sensors", type=int, default=6)
    parser.add_argument("--rate", type=float, default=400.0)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        load = measure(args.sensors, args.rate, args.seconds, Path(folder) / "load.mcap")
    print(f"{load.n_sensors} sensors x {args.rate:g} Hz, {args.seconds:g} s: {load.n_payloads} payloads")
    print(f"lost {load.n_missing} samples, twice {load.n_copies}, links broken {load.n_losses}")
    print(f"latency p50 {1000 * load.late_p50_s:.1f} ms, p99 {1000 * load.late_p99_s:.1f} ms")
    print(f"client {100 * load.cpu_share:.0f} % of a core, memory +{load.memory_growth_mib:.1f} MiB")


if __name__ == "__main__":
    main()
