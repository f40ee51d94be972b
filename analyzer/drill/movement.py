"""When the athlete moved between runs."""

from dataclasses import dataclass

import numpy as np

from analyzer.model import Bools, Floats, SensorStream
from analyzer.signal.vectors import sizes

__all__ = ["MovementConfig", "moving"]


@dataclass(frozen=True, slots=True)
class MovementConfig:
    """What counts as moving.

    Attributes
    ----------
    bin_s : float
        Movement is judged in bins of this length; a walking stride lasts about a second.
    force_sd_m_s2 : float
        Scatter of the specific force's size in a bin: walking gives more than 2 at the trunk and far more at the foot,
        sway less than 0.5.
    window_bins : int
        Bins around each one that vote, as a walking foot rests in between.
    """

    bin_s: float = 0.5
    force_sd_m_s2: float = 1.5
    window_bins: int = 3


def moving(stream: SensorStream, config: MovementConfig | None = None) -> tuple[Floats, Bools]:
    """Return, bin by bin, whether the athlete walked or jogged.

    Parameters
    ----------
    stream : SensorStream
        Any sensor.
    config : MovementConfig, optional

    Returns
    -------
    (n,) float array
        Middle of each bin that holds samples.
    (n,) bool array
    """
    config = config or MovementConfig()
    force = sizes(stream.acc_m_s2)
    there = np.isfinite(force)
    if not there.any():
        return np.empty(0), np.empty(0, dtype=np.bool_)
    time_s, force = stream.time_s[there], force[there]
    number = np.floor((time_s - stream.time_s[0]) / config.bin_s).astype(np.int64)
    count = np.bincount(number)
    mean = np.bincount(number, force) / np.maximum(count, 1)
    # In one pass: force and its scatter are of one size, so little is lost in the difference.
    variance = np.bincount(number, force**2) / np.maximum(count, 1) - mean**2
    busy = variance > config.force_sd_m_s2**2
    # Not mode="same": for fewer bins than the window it returns the window's length.
    first = config.window_bins // 2
    around = np.convolve(busy, np.ones(config.window_bins))[first : first + len(count)]
    votes = around > config.window_bins / 2
    middle = stream.time_s[0] + (np.arange(len(count)) + 0.5) * config.bin_s
    return middle[count > 0], votes[count > 0]
