"""Arm cycles from one sensor on a wrist: one swing forth and back is one stride.

Only their frequency: when a foot is on the ground is not seen at the wrist.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy import signal as scipy_signal

from analyzer.model import Floats, Indices
from analyzer.signal import spans
from analyzer.signal.filters import lowpass
from analyzer.signal.grid import GridSignals

__all__ = ["ArmCycles", "WristConfig", "arm_cycles"]


@dataclass(frozen=True, slots=True)
class WristConfig:
    """How arm cycles are found.

    Attributes
    ----------
    least_frequency_hz, most_frequency_hz : float
        Stride frequencies of running, from a slow jog to a sprint.
    cutoff_hz : float
        Low-pass of the swing: keeps the second harmonic of the fastest arm, removes what rattles at the wrist.
    work_rate_hz : float
        Samples are thinned to no less than this: many times the cut-off, so that a lag is read to 0.2 %.
    start_piece_s : float
        Length of the pieces for the first guess of the cycle.
    piece_cycles : float
        Then the cycle is read anew in pieces that long, as it shortens over an acceleration: enough to compare cycles
        with the next ones, short enough that they hardly change.
    reach_share : float
        How far the cycle of a piece may be from the first guess; less than half, which would be a step.
    repeat_share : float
        The shortest lag that repeats the motion this nearly as well as the best one is the cycle: two cycles repeat
        as well as one.
    least_repeat : float
        Correlation of one cycle with the next; a motion below it is no running arm.
    least_swing_share : float
        Pieces, and cycles at the ends of a piece, with less than that share of the usual swing are a stand.
    cycle_sd_share : float
        An arm follows its leg only roughly: uncertainty of a piece's frequency as a share. From one person only.
    """

    least_frequency_hz: float = 0.9
    most_frequency_hz: float = 2.6
    cutoff_hz: float = 6.0
    work_rate_hz: float = 100.0
    start_piece_s: float = 4.0
    piece_cycles: float = 4.0
    reach_share: float = 0.3
    repeat_share: float = 0.9
    least_repeat: float = 0.4
    least_swing_share: float = 0.3
    cycle_sd_share: float = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class ArmCycles:
    """Arm cycles of one wrist in time order.

    Attributes
    ----------
    start_s : (n,) float array
        Start of each cycle, at no special instant of the stride: cycles are laid end to end.
    stride_time_s : (n,) float array
        Length of the cycle that starts there.
    stride_frequency_hz, stride_frequency_sd_hz : float
        Of the whole run, and its standard uncertainty; NaN where there are no cycles.
    side : str
        Of the wrist. The leg of the other side swings with it.
    """

    start_s: Floats
    stride_time_s: Floats
    stride_frequency_hz: float
    stride_frequency_sd_hz: float
    side: str

    def __len__(self) -> int:
        return len(self.start_s)

    @classmethod
    def none(cls, side: str) -> Self:
        """Return no cycles."""
        return cls(np.empty(0), np.empty(0), float("nan"), float("nan"), side)


def arm_cycles(signals: GridSignals, config: WristConfig) -> ArmCycles:
    """Return the arm cycles of one run window.

    Parameters
    ----------
    signals : GridSignals
        A wrist; any mounting, with or without gyroscope.
    config : WristConfig

    Returns
    -------
    ArmCycles

    Notes
    -----
    The lag at which the whole motion, all three axes, repeats itself best, piece by piece; of force and rate of turn
    the one that repeats better. Peaks of a single axis would depend on the mounting and on the shape of the swing.
    """
    side = signals.placement.side
    views = [signals.acc_m_s2] + ([signals.gyr_rad_s] if signals.has_gyroscope else [])
    found = [_guess(_swing(view, signals.rate_hz, config), config) for view in views]
    # A view without a cycle has a repeat of -1, not NaN: with NaN the maximum would depend on the order.
    swing, cycle, repeat = max(found, key=lambda view: view[2])
    if repeat < config.least_repeat:
        return ArmCycles.none(side)
    pieces = _pieces(swing, cycle, config)
    if len(pieces.start) == 0:
        return ArmCycles.none(side)
    frequency_hz = swing.rate_hz / float(np.mean(pieces.cycle))
    sd_hz = frequency_hz * config.cycle_sd_share / float(np.sqrt(len(pieces.cycle)))
    begin, length = _cycles(pieces, len(swing.motion))
    size = _sizes(swing.motion, begin, length)
    swung = size >= config.least_swing_share * np.median(size)
    begin, length = begin[swung], length[swung]
    return ArmCycles(signals.start_s + begin / swing.rate_hz, length / swing.rate_hz, frequency_hz, sd_hz, side)


@dataclass(frozen=True, slots=True, eq=False)
class _Swing:
    """Smoothed motion (n, 3) without its mean, thinned, and its rate."""

    motion: Floats
    rate_hz: float


@dataclass(frozen=True, slots=True, eq=False)
class _Pieces:
    """Pieces of the window in which the arm swings: first sample, samples of a piece, samples of a cycle."""

    start: Indices
    length: int
    cycle: Floats


def _swing(values: Floats, rate_hz: float, config: WristConfig) -> _Swing:
    every = max(1, int(rate_hz / config.work_rate_hz))
    # Thinned only after the low-pass: what lies above half the new rate would fold into the swing.
    smooth = lowpass(values, config.cutoff_hz, rate_hz)[::every]
    return _Swing(smooth - smooth.mean(axis=0), rate_hz / every)


def _guess(swing: _Swing, config: WristConfig) -> tuple[_Swing, float, float]:
    """Return the usual cycle (samples) and how well it repeats; a repeat of -1 where there is none."""
    n = len(swing.motion)
    length = min(n, round(config.start_piece_s * swing.rate_hz))
    # Less than a third of overlap compares too little of a cycle.
    most = min(int(swing.rate_hz / config.least_frequency_hz), 2 * length // 3)
    lag = np.arange(int(swing.rate_hz / config.most_frequency_hz), most + 1)
    if len(lag) < 3 or not swing.motion.any():
        return swing, float("nan"), -1.0
    start = np.arange(0, n - length + 1, length)
    same, own = _products(swing.motion, start, length, lag)
    repeat = same.sum(axis=0) / np.maximum(own.sum(axis=0), np.finfo(float).tiny)
    tops, _ = scipy_signal.find_peaks(repeat)
    if len(tops) == 0 or repeat[tops].max() <= 0.0:
        return swing, float("nan"), -1.0
    first = tops[repeat[tops] >= config.repeat_share * repeat[tops].max()][0]
    return swing, float(lag[0] + spans.refined(repeat, np.array([first]))[0]), float(repeat[first])


def _pieces(swing: _Swing, cycle: float, config: WristConfig) -> _Pieces:
    n = len(swing.motion)
    length = min(n, round(config.piece_cycles * cycle))
    # Half overlapping, and one that ends with the window: its last cycles count too.
    start = np.unique(np.append(np.arange(0, n - length + 1, max(1, length // 2)), n - length))
    low, high = (1.0 - config.reach_share) * cycle, (1.0 + config.reach_share) * cycle
    lag = np.arange(int(low), min(int(high), 2 * length // 3) + 2)
    same, own = _products(swing.motion, start, length, lag)
    repeat = same / np.maximum(own, np.finfo(float).tiny)
    # Never the first or last lag: in the flat array its neighbour belongs to another piece.
    best = np.argmax(repeat[:, 1:-1], axis=1) + 1
    flat = np.arange(len(start)) * len(lag) + best
    exact = spans.refined(repeat.ravel(), flat) - np.arange(len(start)) * len(lag)
    size = np.sqrt(own.mean(axis=1))
    moves = size >= config.least_swing_share * np.median(size)
    good = moves & (repeat[np.arange(len(start)), best] >= config.least_repeat)
    return _Pieces(start[good], length, lag[0] + exact[good])


def _products(motion: Floats, start: Indices, length: int, lag: Indices) -> tuple[Floats, Floats]:
    """Return, (pieces, lags), the product of each piece with itself a lag later, and of the sizes of both parts."""
    pieces = motion[start[:, None] + np.arange(length)]
    square = np.concatenate([np.zeros((len(start), 1)), np.cumsum((pieces**2).sum(axis=2), axis=1)], axis=1)
    same = np.stack([np.einsum("pik,pik->p", pieces[:, : length - k], pieces[:, k:]) for k in lag], axis=1)
    # Sizes of just the parts that overlap: else long lags, which overlap less, would seem to repeat worse.
    ahead, behind = square[:, length - lag], square[:, -1:] - square[:, lag]
    return same, np.sqrt(ahead * behind)


def _cycles(pieces: _Pieces, n_samples: int) -> tuple[Floats, Floats]:
    """Lay cycles end to end over the stretches where the arm swings; a cycle is as long as the piece around it says."""
    hop = max(1, pieces.length // 2)
    breaks = np.flatnonzero(np.diff(pieces.start) > hop) + 1
    begin: list[float] = []
    length: list[float] = []
    for stretch in np.split(np.arange(len(pieces.start)), breaks):
        at = float(pieces.start[stretch[0]])
        end = min(float(pieces.start[stretch[-1]] + pieces.length), float(n_samples))
        middle = pieces.start[stretch] + 0.5 * pieces.length
        samples = np.arange(at, end)
        # Cycles as a phase: where it passes a whole number one ends and the next begins.
        turns = np.concatenate([[0.0], np.cumsum(1.0 / np.interp(samples, middle, pieces.cycle[stretch]))])
        whole = np.interp(np.arange(int(turns[-1]) + 1), turns, np.append(samples, end))
        begin += whole[:-1].tolist()
        length += np.diff(whole).tolist()
    return np.array(begin), np.array(length)


def _sizes(motion: Floats, begin: Floats, length: Floats) -> Floats:
    """Return the RMS swing of each cycle about its own mean: an arm that hangs still is turned, but does not swing."""
    first = np.rint(begin).astype(np.int64)
    stop = np.maximum(np.rint(begin + length).astype(np.int64), first + 1)
    total = np.concatenate([np.zeros((1, 3)), np.cumsum(motion, axis=0)])
    square = np.concatenate([[0.0], np.cumsum((motion**2).sum(axis=1))])
    count = (stop - first).astype(np.float64)
    mean = (total[stop] - total[first]) / count[:, None]
    # Rounding may leave a still cycle a little below nothing.
    return np.asarray(np.sqrt(np.maximum((square[stop] - square[first]) / count - (mean**2).sum(axis=1), 0.0)))
