"""What a virtual sensor feels at any time: a recorded motion, played once it is asked for."""

from dataclasses import dataclass

import numpy as np

from analyzer.model import Floats
from analyzer.units import G_M_S2

__all__ = ["Stage", "Supply", "resting"]


@dataclass(frozen=True, slots=True, eq=False)
class Supply:
    """A motion in sensor axes, evenly sampled.

    Attributes
    ----------
    rate_hz : float
        Of the samples; at least that of the device, or peaks are lost.
    felt : (n, 6) float array
        Specific force in m/s2 and angular rate in rad/s, from the beginning of the motion.
    repeats : bool
        Play it over and over, instead of holding its ends.
    """

    rate_hz: float
    felt: Floats
    repeats: bool = False

    @property
    def duration_s(self) -> float:
        """Length of the motion."""
        return len(self.felt) / self.rate_hz

    def at(self, time_s: Floats) -> Floats:
        """Return what is felt at times since the beginning of the motion, straight lines between samples.

        Parameters
        ----------
        time_s : (m,) float array
            Any; before and after the motion its first and last sample hold, unless it repeats.

        Returns
        -------
        (m, 6) float array
        """
        n = len(self.felt)
        place = time_s * self.rate_hz
        # An athlete before the motion stands still, whether or not it repeats.
        place = np.where(place < 0, 0.0, np.mod(place, n - 1) if self.repeats else np.minimum(place, n - 1))
        left = np.minimum(place.astype(int), n - 2)
        share = (place - left)[:, None]
        return np.asarray(self.felt[left] * (1 - share) + self.felt[left + 1] * share)


class Stage:
    """When the motion begins, for all sensors of one athlete: with the first stream, so that no start is missed."""

    def __init__(self) -> None:
        self.began_s: float | None = None

    def begin(self, now_s: float) -> None:
        """Begin now, unless it has begun."""
        if self.began_s is None:
            self.began_s = now_s

    def since(self, time_s: Floats) -> Floats:
        """Return times since the beginning; negative where it has not come."""
        return time_s - self.began_s if self.began_s is not None else np.full_like(time_s, -1.0)


def resting(shaken_every_s: float | None = None) -> Supply:
    """Return a sensor on a table, z up, shaken beyond every range now and then if wanted.

    Examples
    --------
    >>> resting().at(np.array([3.0])).round(2).tolist()
    [[0.0, 0.0, 9.81, 0.0, 0.0, 0.0]]
    """
    rate_hz = 400.0
    n = round((shaken_every_s or 1.0) * rate_hz)
    felt = np.tile([0.0, 0.0, G_M_S2, 0.0, 0.0, 0.0], (n, 1))
    if shaken_every_s is not None:
        # The last fifth of a second, a beat to and fro that no range holds.
        tail = np.arange(round(0.2 * rate_hz)) % 40 < 20
        felt[-tail.size :, :3] = np.where(tail, 1.0, -1.0)[:, None] * 50 * G_M_S2
        felt[-tail.size :, 3:] = np.where(tail, 1.0, -1.0)[:, None] * 100.0
    return Supply(rate_hz, felt, repeats=shaken_every_s is not None)
