"""How much a sensor moves, tenth of a second by tenth, in any block size."""

from dataclasses import dataclass

import numpy as np

from analyzer.model import Floats, SensorStream
from analyzer.signal.vectors import sizes
from analyzer.units import G_M_S2

__all__ = ["BIN_S", "Activity", "Bins"]

BIN_S = 0.1
"""Length of a bin. Bins lie on whole multiples of it, so that blocks of any size fill the same bins."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Bins:
    """Complete bins of one sensor.

    Attributes
    ----------
    first : int
        Number of the first bin: it begins at ``first * BIN_S`` seconds.
    mean_square_m2_s4 : (n,) float array
        Mean square of the specific force's size less gravity; NaN where no sample arrived.
    """

    first: int
    mean_square_m2_s4: Floats


class Activity:
    """Collects the samples of one sensor into bins; a bin is complete when a later sample arrives."""

    def __init__(self) -> None:
        self._number: int | None = None
        self._sum_m2_s4 = 0.0
        self._count = 0

    def push(self, block: SensorStream) -> Bins:
        """Return the bins that this block completes, holes included.

        Parameters
        ----------
        block : SensorStream
            Follows the block before in time.

        Returns
        -------
        Bins
        """
        if not block.n_samples:
            return Bins(self._number or 0, np.empty(0))
        # The small nudge keeps a sample that lies on an edge, up to rounding, in the bin that it opens.
        number = np.floor(block.time_s / BIN_S + 1e-6).astype(np.int64)
        first, last = int(number[0]) if self._number is None else self._number, int(number[-1])
        width = last - first + 1
        # The size needs no mounting, and less gravity it is nothing at rest, however the sensor is tilted.
        square = (sizes(block.acc_m_s2) - G_M_S2) ** 2
        number -= first
        there = np.isfinite(square)
        # Where nothing was lost a copy of all would cost more than the sums.
        if not there.all():
            number, square = number[there], square[there]
        total = _running_sum(number, square, width, self._sum_m2_s4)
        count = np.bincount(number, minlength=width)
        count[0] += self._count
        self._number, self._sum_m2_s4, self._count = last, float(total[-1]), int(count[-1])
        # The last bin stays open: the next block may hold more of it.
        return Bins(first, _means(total[:-1], count[:-1]))

    def finish(self) -> Bins:
        """Return the bin that is still open, if any."""
        if self._number is None:
            return Bins(0, np.empty(0))
        return Bins(self._number, _means(np.array([self._sum_m2_s4]), np.array([self._count])))


def _running_sum(bin_number: np.ndarray, values: Floats, width: int, carried: float) -> Floats:
    """Sum values per bin, one after the other, so that the sum does not depend on where blocks are cut."""
    # The carried sum comes first: added at the end it would round differently.
    numbers, summands = np.concatenate([[0], bin_number]), np.concatenate([[carried], values])
    return np.asarray(np.bincount(numbers, summands, width), dtype=np.float64)


def _means(total: Floats, count: np.ndarray) -> Floats:
    return np.asarray(np.divide(total, count, out=np.full(len(total), np.nan), where=count > 0))
