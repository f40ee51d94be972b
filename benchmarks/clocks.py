"""How well sensor clocks are known, on simulated links; prints the table.

Every link has a connection interval with a phase of its own, a way of 1 ms each way, jitter of the host, stalls, and a
clock with any offset and up to ±100 ppm. Exchanges come as the recorder asks for them.
"""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from analyzer.acquire.ble.sync import SyncConfig, pause_s
from analyzer.acquire.clock import ClockFit, SensorClock
from analyzer.acquire.sync_marks import with_marks
from firmware_protocol import SyncExchange

INTERVAL_S = 0.015
FIXED_S = 0.001
MARK_SD_S = 0.001
SECONDS_LOOKED_AT = 20.0


@dataclass(frozen=True, slots=True)
class Air:
    """One sensor's link and clock, drawn from a seed.

    Attributes
    ----------
    seed : int
    period_s : float
        Between frames; exact, so that 45 ms stay locked to an interval of 15 ms.
    exchanges : bool
        The sensor answers synchronisation requests.
    """

    seed: int
    period_s: float
    exchanges: bool

    def draw(self) -> tuple[np.random.Generator, float, float, float]:
        """Return the generator, drift, boot time and phase of the connection events."""
        rng = np.random.default_rng(self.seed)
        return rng, rng.uniform(-1e-4, 1e-4), -rng.uniform(10, 1000), rng.uniform(0, INTERVAL_S)

    def device_s(self, host_s):
        """Return the sensor's clock at times of the host."""
        _, drift, booted_s, _ = self.draw()
        return (np.asarray(host_s) - booted_s) * (1 + drift)

    def clock(self, duration_s: float) -> SensorClock:
        """Return the clock as known after so long."""
        clock = SensorClock()
        for _, reading in heapq.merge(self._arrivals(duration_s), self._exchanged(duration_s), key=lambda one: one[0]):
            if isinstance(reading, SyncExchange):
                clock.add_exchange(reading)
            else:
                clock.add(*reading)
        return clock

    def _arrivals(self, duration_s: float) -> Iterator[tuple[float, tuple[float, float]]]:
        rng, _, _, phase_s = self.draw()
        ready_s = np.arange(rng.uniform(0, self.period_s), duration_s, self.period_s)
        stall_s = np.where(rng.random(ready_s.size) < 0.02, rng.exponential(0.2, ready_s.size), 0.0)
        left_s = np.ceil((ready_s + stall_s - phase_s) / INTERVAL_S) * INTERVAL_S + phase_s
        came_s = np.maximum.accumulate(left_s + FIXED_S + rng.exponential(0.001, ready_s.size))
        for device_s, host_s in zip(self.device_s(ready_s).tolist(), came_s.tolist(), strict=True):
            yield host_s, (device_s, host_s)

    def _exchanged(self, duration_s: float) -> Iterator[tuple[float, SyncExchange]]:
        rng, _, _, phase_s = self.draw()
        sent_s, n = 0.3, 0

        def next_event_s(ready_s: float) -> float:
            return float(np.ceil((ready_s - phase_s) / INTERVAL_S) * INTERVAL_S + phase_s + FIXED_S)

        while self.exchanges and sent_s < duration_s:
            in_s = next_event_s(sent_s)
            out_s = in_s + 0.0002
            back_s = next_event_s(out_s) + rng.exponential(0.001)
            times_s = (sent_s, float(self.device_s(in_s)), float(self.device_s(out_s)), back_s)
            yield back_s, SyncExchange(*(round(time_s * 1e6) for time_s in times_s))
            sent_s, n = back_s + pause_s(n, SyncConfig()), n + 1


def errors_s(air: Air, fit: ClockFit, duration_s: float) -> np.ndarray:
    """Return the errors of a fit over the last seconds, host minus truth."""
    host_s = np.linspace(max(0.0, duration_s - SECONDS_LOOKED_AT), duration_s, 20)
    return fit.to_host(air.device_s(host_s)) - host_s


def marked(airs: Sequence[Air], fits: Sequence[ClockFit], duration_s: float, seed: int) -> list[ClockFit]:
    """Return the fits after a jump at either end, felt by each sensor with an error of its own."""
    rng = np.random.default_rng(seed)
    jumps = [
        {n: float(air.device_s(at_s + rng.normal(0.0, MARK_SD_S))) for n, air in enumerate(airs)}
        for at_s in (2.0, duration_s - 2.0)
    ]
    moved = with_marks(dict(enumerate(fits)), jumps)
    return [moved[n] for n in range(len(airs))]


def pair_rms_s(errors: Sequence[np.ndarray]) -> float:
    """Return the root mean square of the difference between two sensors."""
    stacked = np.stack(errors)
    differences = stacked[:, None] - stacked[None, :]
    n = len(errors)
    return float(np.sqrt((differences**2).mean() * n / (n - 1)))


def row(name: str, airs: Sequence[Air], duration_s: float) -> str:
    """Return one line of the table."""
    clocks = [air.clock(duration_s) for air in airs]
    fits = [clock.fit() for clock in clocks]
    alone = [errors_s(air, fit, duration_s) for air, fit in zip(airs, fits, strict=True)]
    together = marked(airs, fits, duration_s, airs[0].seed)
    tapped = [errors_s(air, fit, duration_s) for air, fit in zip(airs, together, strict=True)]
    numbers = (
        float(np.sqrt(np.mean(np.square(alone)))),
        pair_rms_s(alone),
        pair_rms_s(tapped),
        float(np.mean([fit.error_s for fit in fits])),
    )
    cells = " | ".join(f"{1000 * number:5.2f}" for number in numbers)
    return f"| {name:<28} | {duration_s:6.0f} | {cells} |"


def main() -> None:
    """Print the table."""
    print("| link                         | after s | rms ms | pairs ms | pairs with marks ms | stated ms |")
    print("|---|---|---|---|---|---|")
    for name, period_s, exchanges in (
        ("17 samples at 208 Hz, asked", 17 / 208.3, True),
        ("17 samples at 208 Hz", 17 / 208.3, False),
        ("45 ms on 15 ms, asked", 0.045, True),
        ("45 ms on 15 ms", 0.045, False),
    ):
        for duration_s in (60.0, 300.0, 1200.0):
            print(row(name, [Air(seed, period_s, exchanges) for seed in range(20)], duration_s))


if __name__ == "__main__":
    main()
