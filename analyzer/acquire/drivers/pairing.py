"""Accelerometer and gyroscope that come in batches of their own, as rows of one time."""

from dataclasses import dataclass

import numpy as np

from analyzer.acquire.drivers.base import no_rates
from analyzer.model import Floats

__all__ = ["PairConfig", "SignalPair"]


@dataclass(frozen=True, slots=True)
class PairConfig:
    """How angular rates are brought to the times of accelerations.

    Attributes
    ----------
    widest_step : float
        Rates are interpolated between neighbours up to this many periods apart; what is wider is a hole.
    edge_step : float
        By this share of a period a rate may lie outside of the known ones: the two signals' stamps differ by less.
    wait_s : float
        Accelerations wait for rates this long, then go without: the gyroscope has fallen silent.
    """

    widest_step: float = 1.5
    edge_step: float = 0.05
    wait_s: float = 3.0


class SignalPair:
    """Hold back accelerations until the angular rates around them have come.

    On the one maker that sends them apart the two lie some 30 microseconds from each other, so that interpolation
    takes next to nothing of a signal; it is there for devices that take them in turns.
    """

    def __init__(self, config: PairConfig) -> None:
        self._config = config
        self._has_gyroscope = False
        self._acc = (np.empty(0), np.empty((0, 3)))
        self._gyr = (np.empty(0), np.empty((0, 3)))

    def expect_gyroscope(self) -> None:
        """Wait for angular rates from now on."""
        self._has_gyroscope = True

    def add_acc(self, time_s: Floats, acc: Floats) -> None:
        """Take accelerations, later than any before."""
        self._acc = np.concatenate([self._acc[0], time_s]), np.concatenate([self._acc[1], acc])

    def add_gyr(self, time_s: Floats, gyr: Floats) -> None:
        """Take angular rates, later than any before; dropped where no gyroscope was said to be there."""
        if self._has_gyroscope:
            self._gyr = np.concatenate([self._gyr[0], time_s]), np.concatenate([self._gyr[1], gyr])

    def ready(self) -> tuple[Floats, Floats, Floats]:
        """Return times, accelerations and angular rates that are complete."""
        times, _ = self._acc
        n = len(times)
        if self._has_gyroscope and n:
            newest_gyr_s = self._gyr[0][-1] if len(self._gyr[0]) else -np.inf
            n = int(np.searchsorted(times, max(newest_gyr_s, times[-1] - self._config.wait_s), side="right"))
        return self._out(n)

    def finish(self) -> tuple[Floats, Floats, Floats]:
        """Return all that is left."""
        return self._out(len(self._acc[0]))

    def _out(self, n: int) -> tuple[Floats, Floats, Floats]:
        times, acc = self._acc[0][:n], self._acc[1][:n]
        self._acc = self._acc[0][n:], self._acc[1][n:]
        rates = self._rates_at(times)
        # The rate before the next acceleration is still needed; older ones are not.
        if n:
            keep = max(int(np.searchsorted(self._gyr[0], times[-1], side="right")) - 1, 0)
            self._gyr = self._gyr[0][keep:], self._gyr[1][keep:]
        return times, acc, rates

    def _rates_at(self, times: Floats) -> Floats:
        known_s, known = self._gyr
        if len(known_s) < 2 or not len(times):
            return no_rates(len(times))
        after = np.clip(np.searchsorted(known_s, times), 1, len(known_s) - 1)
        step_s = known_s[after] - known_s[after - 1]
        share = ((times - known_s[after - 1]) / step_s)[:, np.newaxis]
        rates = known[after - 1] * (1 - share) + known[after] * share
        # Before the first rate, behind the last, and in holes nobody knows.
        edge = self._config.edge_step
        widest_s = self._config.widest_step * float(np.median(np.diff(known_s)))
        unknown = (share[:, 0] < -edge) | (share[:, 0] > 1 + edge) | (step_s > widest_s)
        rates[unknown] = np.nan
        return np.asarray(rates)
