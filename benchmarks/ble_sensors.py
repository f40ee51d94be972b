"""Virtual sensors in a process of their own, their radio at a TCP port: the far side of `benchmarks.ble`.

    python -m benchmarks.ble_sensors --port 9901 --sensors 6 --rate 400

Prints READY when the port is open, and ends when its standard input is closed.
"""

import argparse
import asyncio
import dataclasses
import sys
import time

from bumble.transport import open_transport

from analyzer.model import Placement
from analyzer.virtual.ble import SensorDevice, Stage, resting
from analyzer.virtual.ble.fleet import model_of
from analyzer.virtual.ble.link import LinkShape, ShapedLink, make_controller
from analyzer.virtual.ble.peripheral import serve


def devices_of(n_sensors: int, rate_hz: float) -> list[SensorDevice]:
    """Return sensors at rest with a rate of our own."""
    stage = Stage()
    made = []
    for number, placement in enumerate(list(Placement)[:n_sensors]):
        model = dataclasses.replace(model_of(placement, number), rates_hz=(rate_hz,), rate_error=0.0)
        made.append(SensorDevice(model, resting(), stage, time.perf_counter))
    return made


async def run(args: argparse.Namespace) -> None:
    link = ShapedLink(LinkShape(interval_s=args.interval))
    async with serve(devices_of(args.sensors, args.rate), link), await open_transport(args.server) as transport:
        controller = make_controller("central", link)
        controller.set_packet_sink(transport.sink)
        transport.source.set_packet_sink(controller)
        print("READY", flush=True)
        await asyncio.to_thread(sys.stdin.read)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--port", type=int, default=9901)
    parser.add_argument("--sensors", type=int, default=6)
    parser.add_argument("--rate", type=float, default=400.0)
    parser.add_argument("--interval", type=float, default=0.0, help="s between connection events; 0 for none")
    args = parser.parse_args()
    args.server = f"tcp-server:127.0.0.1:{args.port}"
    asyncio.run(run(args))


if __name__ == "__main__":
    main()
