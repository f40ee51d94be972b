"""Arm cycles from one sensor on a wrist: one swing forth and back is one stride.

Only their frequency: when a foot is on the ground is not seen at the wrist.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy import signal as scipy_signal

from analyzer.gait import spans
from analyzer.gait.spans import Indices
from analyzer.model import Floats
from analyzer.signal.filters import highpass, lowpass
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
    piece_cycles : float
        Frequency is read anew in pieces that long, as it rises over an acceleration: enough to compare a cycle with
        the next one, short enough that it hardly changes.
    start_piece_s : float
        Length of the pieces for the first guess of the cycle.
    repeat_share : float
        The shortest lag that repeats the motion this nearly as well as the best one is the cycle: two cycles repeat
        as well as one.
    least_repeat : float
        Correlation of one cycle with the next; a motion below it is no running arm.
    least_swing_share : float
        Pieces with less than that share of the usual swing are a stand.
    frequency_sd_share : float
        An arm follows its leg only roughly: uncertainty of a single cycle as a share.
    """

    least_frequency_hz: float = 0.9
    most_frequency_hz: float = 2.6
    cutoff_hz: float = 6.0
    piece_cycles: float = 4.0
    start_piece_s: float = 4.0
    repeat_share: float = 0.85
    least_repeat: float = 0.4
    least_swing_share: float = 0.3
    frequency_sd_share: float = 0.03


@dataclass(frozen=True, slots=True, eq=False)
class ArmCycles:
    """Arm cycles of one wrist in time order.

    Attributes
    ----------
    start_s : (n,) float array
        Start of each cycle: an upward turn of the swing, at no special instant of the stride.
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
        A wrist; any mounting. Without a gyroscope the force is read instead, which beats with the steps as well.
    config : WristConfig

    Returns
    -------
    ArmCycles

    Notes
    -----
    The lag at which the whole motion, all axes, repeats itself best, piece by piece; the frequency of the run is the
    mean over its pieces. Peaks of a single axis would depend on the mounting and on the shape of the swing.
    """
    swing = _swing(signals, config)
    cycle = _usual_cycle(swing, signals.rate_hz, config)
    if np.isnan(cycle):
        return ArmCycles.none(signals.placement.side)
    start, length = _pieces(swing, cycle, signals.rate_hz, config)
    if len(start) == 0:
        return ArmCycles.none(signals.placement.side)
    frequency_hz = signals.rate_hz / float(np.mean(length))
    spread = float(np.std(length, ddof=1) / np.mean(length)) if len(length) > 2 else config.frequency_sd_share
    n_cycles = max(1.0, float(len(length)) * config.piece_cycles / 2.0)
    sd_hz = frequency_hz * max(spread / np.sqrt(len(length)), config.frequency_sd_share / np.sqrt(n_cycles))
    begin, cycle_length = _cycles(start, length)
    return ArmCycles(
        signals.to_time(begin), cycle_length / signals.rate_hz, frequency_hz, sd_hz, signals.placement.side
    )
