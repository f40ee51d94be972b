"""Even sample times out of what makers put on the air instead: one stamp per batch, coarse stamps, or none."""

from collections import deque
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from analyzer.model import Floats

__all__ = ["FrameTimer", "LineTimer", "TimingConfig", "n_lost_samples", "with_lost_rows"]


@dataclass(frozen=True, slots=True)
class TimingConfig:
    """How sample times are read from stamps.

    Attributes
    ----------
    rate_slack : float
        A batch that comes later than the measured period says, by more than this share and half a sample, is behind a
        loss: batches of real sensors are even to 0.1 %, their first milliseconds to 1.5 %.
    n_first : int
        Batches that wait at the start for the period to be measured: with five, two lost ones do no harm.
    n_periods : int
        Intact batches that the mean period is taken over: a minute or so, as crystals drift with temperature.
    longest_gap_s : float
        Lost samples are NaN rows up to here; a longer gap stays a hole in time.
    hold_s : float
        Coarse stamps are collected for this long before the first samples leave: then the period is known to 0.1 %.
    line_stamps : int
        Coarse stamps that the line goes through; at 13 batches a second, twenty seconds.
    jump_s : float
        A sensor clock that gains this much on the arrival of its payloads has been set.
    """

    rate_slack: float = 0.02
    n_first: int = 5
    n_periods: int = 100
    longest_gap_s: float = 60.0
    hold_s: float = 2.0
    line_stamps: int = 256
    jump_s: float = 5.0


def n_lost_samples(elapsed_s: float, n_samples: int, period_s: float, config: TimingConfig) -> int:
    """Return how many samples are missing before a batch, told by time alone.

    Parameters
    ----------
    elapsed_s : float
        Between the last samples, or the first ones, of the batch before and this one.
    n_samples : int
        In between if nothing is missing.
    period_s : float
    config : TimingConfig

    Examples
    --------
    >>> n_lost_samples(0.30, 10, 0.01, TimingConfig()), n_lost_samples(0.101, 10, 0.01, TimingConfig())
    (20, 0)
    """
    missing = elapsed_s / period_s - n_samples
    if elapsed_s > config.longest_gap_s or missing <= 0.5 + config.rate_slack * n_samples:
        return 0
    return round(missing)


_LOSS_NOT_RATE: Final = 1.5
"""A period this much above the nominal one is made by losses: a lost batch doubles it, a wrong clock does not."""


class FrameTimer:
    """Times of samples that come in batches, each stamped exactly at its last sample.

    The first few batches wait, so that the period is measured, not assumed, before a loss is told by it.

    Parameters
    ----------
    nominal_rate_hz : float
        Used where there is but one batch, or where most of the first ones were lost.
    config : TimingConfig
    """

    def __init__(self, nominal_rate_hz: float, config: TimingConfig) -> None:
        self._nominal_s = 1.0 / nominal_rate_hz
        self._config = config
        self._spans: deque[tuple[float, int]] = deque(maxlen=config.n_periods)
        self._last_s = np.nan
        self._held: list[tuple[float, Floats]] | None = []

    @property
    def period_s(self) -> float:
        """Mean time between samples; the nominal one until it has been measured."""
        return _mean_period_s(self._spans) or self._nominal_s

    def add(self, stamp_s: float, rows: Floats) -> list[tuple[Floats, Floats]]:
        """Take a batch and return times and rows that are ready; NaN rows stand for lost samples.

        Parameters
        ----------
        stamp_s : float
            Of the last row, later than any before.
        rows : (n, 3) float array
        """
        if self._held is None:
            return [self._timed(stamp_s, rows)]
        self._held.append((stamp_s, rows))
        return self.finish() if len(self._held) >= self._config.n_first else []

    def finish(self) -> list[tuple[Floats, Floats]]:
        """Return the batches that are held back, if any."""
        if not self._held:
            return []
        held, self._held = self._held, None
        gaps = [(now[0] - before[0], len(now[1])) for before, now in pairwise(held)]
        self._nominal_s = _first_period_s(gaps, self._nominal_s)
        return [self._timed(stamp_s, rows) for stamp_s, rows in held]

    def _timed(self, stamp_s: float, rows: Floats) -> tuple[Floats, Floats]:
        n, before_s, self._last_s = len(rows), self._last_s, stamp_s
        step_s, n_lost = self.period_s, 0
        # Nothing is known of what lies before the first batch, or in a pause.
        if stamp_s - before_s <= self._config.longest_gap_s:
            n_lost = n_lost_samples(stamp_s - before_s, n, step_s, self._config)
            if not n_lost:
                # Without a loss the batch is spread evenly from the one before; behind one, by the mean period.
                self._spans.append((stamp_s - before_s, n))
                step_s = (stamp_s - before_s) / n
        times = stamp_s - step_s * np.arange(n - 1, -1, -1, dtype=np.float64)
        return with_lost_rows(times, rows, before_s, n_lost)


class LineTimer:
    """Times of samples whose stamps are coarse or jitter: a straight line through stamps over the count of samples.

    Parameters
    ----------
    nominal_rate_hz : float
        Used where there is but one batch, or where most of the first ones were lost.
    config : TimingConfig
    counts_losses : bool
        False where stamps jitter by more than a batch lasts: then late is not lost.
    """

    def __init__(self, nominal_rate_hz: float, config: TimingConfig, *, counts_losses: bool = True) -> None:
        self._period_s = 1.0 / nominal_rate_hz
        self._config = config
        self._counts_losses = counts_losses
        self._stamps: deque[tuple[int, float]] = deque(maxlen=config.line_stamps)
        self._spans: deque[tuple[float, int]] = deque(maxlen=config.n_periods)
        self._next = 0
        self._n_before = 0
        self._last_s = np.nan
        self._held: list[tuple[float, Floats]] | None = []

    @property
    def period_s(self) -> float:
        """Time between samples, as far as it is known."""
        return self._period_s

    def add(self, stamp_s: float, rows: Floats) -> list[tuple[Floats, Floats]]:
        """Take a batch and return times and rows that are ready; NaN rows stand for lost samples.

        Parameters
        ----------
        stamp_s : float
            Of the first row.
        rows : (n, k) float array
        """
        if self._held is None:
            first, n_lost = self._placed(stamp_s, rows)
            return [self._timed(self._refit(), first, n_lost, rows)]
        self._held.append((stamp_s, rows))
        return self.finish() if stamp_s - self._held[0][0] >= self._config.hold_s else []

    def finish(self) -> list[tuple[Floats, Floats]]:
        """Return what is held back, with the line as it is known now."""
        if not self._held:
            return []
        held, self._held = self._held, None
        gaps = [(now[0] - before[0], len(before[1])) for before, now in pairwise(held)]
        if self._counts_losses:
            self._period_s = _first_period_s(gaps, self._period_s)
        placed = [(*self._placed(stamp_s, rows), rows) for stamp_s, rows in held]
        origin_s = self._refit()
        return [self._timed(origin_s, *batch) for batch in placed]

    def _placed(self, stamp_s: float, rows: Floats) -> tuple[int, int]:
        """Return the number of the first sample of a batch, and how many are missing before it."""
        n_lost = self._n_lost(stamp_s)
        first = self._next + n_lost
        self._stamps.append((first, stamp_s))
        self._next, self._n_before = first + len(rows), len(rows)
        return first, n_lost

    def _n_lost(self, stamp_s: float) -> int:
        if not self._stamps or not self._counts_losses:
            return 0
        span_s, n = stamp_s - self._stamps[-1][1], self._n_before
        # Batches without a loss tell the period long before the line does.
        period_s = _mean_period_s(self._spans) or self._period_s
        n_lost = n_lost_samples(span_s, n, period_s, self._config)
        if not n_lost:
            self._spans.append((span_s, n))
        return n_lost

    def _refit(self) -> float:
        """Measure the period anew and return the time of sample 0 on the line."""
        counts, stamps = np.array(self._stamps, dtype=np.float64).T
        if len(self._stamps) < 3:
            return float(stamps[0] - self._period_s * counts[0])
        # Centred: counts and stamps grow for hours, and their squares cost the digits of the slope.
        x, y = counts - counts.mean(), stamps - stamps.mean()
        slope_s = float(x @ y / (x @ x))
        # Stamps that stand still (a burst) have no slope; the period known so far holds.
        self._period_s = slope_s if slope_s > 0 else self._period_s
        return float(stamps.mean() - self._period_s * counts.mean())

    def _timed(self, origin_s: float, first: int, n_lost: int, rows: Floats) -> tuple[Floats, Floats]:
        times = origin_s + self._period_s * np.arange(first, first + len(rows), dtype=np.float64)
        # The line moves a little with every stamp; half steps until it has caught up keep time rising.
        floor_s = self._last_s + 0.5 * self._period_s * np.arange(1, len(rows) + 1)
        times = np.fmax(times, floor_s)
        before_s, self._last_s = self._last_s, float(times[-1])
        return with_lost_rows(times, rows, before_s, n_lost)


def with_lost_rows(times: Floats, rows: Floats, before_s: float, n_lost: int) -> tuple[Floats, Floats]:
    """Return times and rows behind as many NaN rows as samples were lost, spread evenly since `before_s`."""
    if not n_lost:
        return times, rows
    between = before_s + (times[0] - before_s) / (n_lost + 1) * np.arange(1, n_lost + 1, dtype=np.float64)
    lost = np.full((n_lost, rows.shape[1]), np.nan)
    return np.concatenate([between, times]), np.concatenate([lost, rows])


def _mean_period_s(spans: deque[tuple[float, int]]) -> float:
    """Return the mean period over batches, 0 without any."""
    n_samples = sum(n for _, n in spans)
    return sum(span_s for span_s, _ in spans) / n_samples if n_samples else 0.0


def _first_period_s(gaps: list[tuple[float, int]], nominal_s: float) -> float:
    """Return the period that the first gaps between batches show; it holds if up to half of them hold losses."""
    if not gaps:
        return nominal_s
    # A loss only lengthens; the very shortest gap would be the one whose coarse stamp errs most.
    shown_s = float(np.quantile([span_s / n for span_s, n in gaps], 0.25))
    # No clock is so wrong: most of the first batches were lost, and the rate that the sensor granted is all we have.
    # Nor do stamps that stand still show a period.
    return shown_s if 0.0 < shown_s <= _LOSS_NOT_RATE * nominal_s else nominal_s
