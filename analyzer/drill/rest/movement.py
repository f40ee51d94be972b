"""How the athlete moved between runs: stood, walked or jogged."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from analyzer.model import Bools, Floats, SensorStream
from analyzer.signal.vectors import sizes
from analyzer.units import G_M_S2

__all__ = ["MovementConfig", "Pace", "Paces", "paces"]

Paces = NDArray[np.int8]
"""Values of `Pace`, bin by bin."""


class Pace(IntEnum):
    """How somebody moves; whatever is not still counts as true."""

    STILL = 0
    WALKING = 1
    JOGGING = 2


@dataclass(frozen=True, slots=True)
class MovementConfig:
    """What counts as moving, and what as jogging.

    Attributes
    ----------
    bin_s : float
        Movement is judged in bins of this length; a walking stride lasts about a second.
    moving_sd_m_s2 : mapping of segment to float
        Scatter of the specific force's size in a bin from which somebody moves. Walking gives 8 to 14 at the foot, 1
        to 2.5 at the trunk, 1.3 at the wrist; a stand gives less than 0.4 anywhere.
    jogging_m_s2 : mapping of segment to float
        RMS of the specific force's size less gravity from which somebody may be jogging. A jog of 2.5 m/s gives 16 to
        24 at the foot, 13 to 18 at the shank, 8 to 11 at the trunk and the wrist; walking 8 to 20, 7 to 12, 1 to 2.5
        and 1 to 3. At the foot and the shank the two meet, and `max_quiet_share` decides.
    quiet_m_s2 : float
        Specific force within this of gravity is quiet: the foot lies flat.
    max_quiet_share : mapping of segment to float
        With more quiet samples a foot or shank walks: it is quiet for a third to a half of the time in a walk, for a
        fifth or less in a jog of 2.5 m/s. Segments that never come to rest in between are not asked.
    window_bins : int
        Bins around each one that vote, as a walking foot rests in between; 1.5 s hold a stride of any pace.
    """

    bin_s: float = 0.5
    moving_sd_m_s2: Mapping[str, float] = field(
        default_factory=lambda: MappingProxyType(
            {"foot": 1.5, "shank": 1.2, "thigh": 0.8, "pelvis": 0.6, "sternum": 0.6, "wrist": 0.8}
        )
    )
    jogging_m_s2: Mapping[str, float] = field(
        default_factory=lambda: MappingProxyType(
            {"foot": 12.0, "shank": 10.0, "thigh": 5.5, "pelvis": 4.5, "sternum": 4.5, "wrist": 6.0}
        )
    )
    quiet_m_s2: float = 2.0
    max_quiet_share: Mapping[str, float] = field(
        default_factory=lambda: MappingProxyType({"foot": 0.27, "shank": 0.32})
    )
    window_bins: int = 3


def paces(stream: SensorStream, config: MovementConfig | None = None) -> tuple[Floats, Paces]:
    """Return, bin by bin, whether the athlete stood, walked or jogged.

    Parameters
    ----------
    stream : SensorStream
        Any sensor. A foot tells best; a wrist is coarse: throwing looks like jogging, folded arms like standing.
    config : MovementConfig, optional

    Returns
    -------
    (n,) float array
        Middle of each bin that holds samples.
    (n,) int8 array
        Values of `Pace`. Running is jogging here: rests are looked at between the runs.
    """
    config = config or MovementConfig()
    force = sizes(stream.acc_m_s2)
    there = np.isfinite(force)
    if not there.any():
        return np.empty(0), np.empty(0, dtype=np.int8)
    time_s, force = stream.time_s[there], force[there]
    bins = np.floor((time_s - stream.time_s[0]) / config.bin_s).astype(np.int64)
    count = np.bincount(bins)
    segment = stream.placement.segment
    moving = _moving(bins, count, force, segment, config)
    jogging = moving & _jogging(bins, count, force, segment, config)
    pace = np.where(jogging, Pace.JOGGING, np.where(moving, Pace.WALKING, Pace.STILL)).astype(np.int8)
    middle = stream.time_s[0] + (np.arange(len(count)) + 0.5) * config.bin_s
    return middle[count > 0], pace[count > 0]


def _moving(
    bins: NDArray[np.int64], count: NDArray[np.int64], force: Floats, segment: str, config: MovementConfig
) -> Bools:
    mean = np.bincount(bins, force) / np.maximum(count, 1)
    # In one pass: force and its scatter are of one size, so little is lost in the difference.
    variance = np.bincount(bins, force**2) / np.maximum(count, 1) - mean**2
    busy = variance > config.moving_sd_m_s2[segment] ** 2
    return _around(busy, config) > config.window_bins / 2


def _jogging(
    bins: NDArray[np.int64], count: NDArray[np.int64], force: Floats, segment: str, config: MovementConfig
) -> Bools:
    # Over the whole window: a bin holds half a stride, the swing or the stance.
    n = np.maximum(_around(count, config), 1)
    less_gravity = force - G_M_S2
    hard = _around(np.bincount(bins, less_gravity**2), config) / n > config.jogging_m_s2[segment] ** 2
    if segment not in config.max_quiet_share:
        return hard
    quiet = _around(np.bincount(bins, np.abs(less_gravity) < config.quiet_m_s2), config) / n
    return hard & (quiet < config.max_quiet_share[segment])


def _around(values: NDArray[np.integer] | Floats | Bools, config: MovementConfig) -> Floats:
    """Return the sum over the window around each bin."""
    # Not mode="same": for fewer bins than the window it returns the window's length.
    first = config.window_bins // 2
    return np.convolve(values.astype(float), np.ones(config.window_bins))[first : first + len(values)]
