"""First movement of a run."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from analyzer.model import Bools, Floats
from analyzer.signal.filters import lowpass
from analyzer.signal.grid import GridSignals

__all__ = ["StartConfig", "StartTeller", "first_movement", "first_movement_s", "slow_sizes"]

StartTeller = Literal["trunk", "legs", "none"]
"""Which part of the body told the first movement."""


@dataclass(frozen=True, slots=True)
class StartConfig:
    """What counts as movement after a stand.

    Attributes
    ----------
    cutoff_hz : float
        Movement is slower than this; noise and shivers are not. It finds the movement, and smears it by 30 ms.
    edge_cutoff_hz : float
        The beginning of a movement that was found is read below this, which smears it by 10 ms only.
    rate_rad_s : float
        Rotation that sway in a stand does not reach (15 deg/s).
    force_m_s2 : float
        Change of the specific force's size that sway does not reach.
    still_s : float
        The sensor must have been still this long before it moved.
    n_noise_sd : float
        Both limits are raised to this multiple of the sensor's own noise in its stillest half second.
    longest_s, margin_s : float
        Only this much before the run, and a moment after it for the filters, is looked at.
    trunk, legs : tuple of str
        Segments that tell the start: the trunk where one was worn, as the run begins with the body and a heel may
        rise before it; else the legs. Arms swing before a start without meaning it.
    """

    cutoff_hz: float = 10.0
    edge_cutoff_hz: float = 30.0
    rate_rad_s: float = np.radians(15.0)
    force_m_s2: float = 0.6
    still_s: float = 0.10
    n_noise_sd: float = 5.0
    longest_s: float = 10.0
    margin_s: float = 0.5
    trunk: tuple[str, ...] = ("pelvis", "sternum")
    legs: tuple[str, ...] = ("foot", "shank", "thigh")


def first_movement_s(signals: Iterable[GridSignals], before_s: float, config: StartConfig | None = None) -> float:
    """Return when the athlete first moved out of the stand before a run; see `first_movement`."""
    return first_movement(signals, before_s, config)[0]


def first_movement(
    signals: Iterable[GridSignals], before_s: float, config: StartConfig | None = None
) -> tuple[float, StartTeller]:
    """Return when the athlete first moved out of the stand before a run, and which part of the body told it.

    Parameters
    ----------
    signals : iterable of GridSignals
        Window with the stand before the run.
    before_s : float
        The run has surely begun by then: its first toe-off or contact.
    config : StartConfig, optional

    Returns
    -------
    float
        Earliest first movement over the trunk's sensors, else over those of the legs; NaN where none of them stood
        still before.
    {'trunk', 'legs', 'none'}
    """
    config = config or StartConfig()
    grids = tuple(signals)
    tellers: tuple[tuple[StartTeller, tuple[str, ...]], ...] = (("trunk", config.trunk), ("legs", config.legs))
    for teller, segments in tellers:
        starts = [_first_of(grid, before_s, config) for grid in grids if grid.placement.segment in segments]
        known = [start for start in starts if np.isfinite(start)]
        if known:
            return min(known), teller
    return float("nan"), "none"


def slow_sizes(grid: GridSignals, cutoff_hz: float) -> tuple[Floats, Floats]:
    """Return the sizes of the rate of turn (rad/s) and of the specific force (m/s2) below a cut-off, (n,) each."""
    # In one call: on the ten seconds of a run it costs more than the filtering itself.
    slow = lowpass(np.hstack([grid.gyr_rad_s, grid.acc_m_s2]), cutoff_hz, grid.rate_hz)
    return np.linalg.norm(slow[:, :3], axis=1), np.linalg.norm(slow[:, 3:], axis=1)


def _first_of(grid: GridSignals, before_s: float, config: StartConfig) -> float:
    stop = grid.to_index(before_s) + 1
    grid = grid.up_to(stop + round(config.margin_s * grid.rate_hz), config.longest_s)
    stop = grid.to_index(before_s) + 1
    hold = max(1, round(config.still_s * grid.rate_hz))
    if stop <= hold or grid.time_s[0] > before_s:
        return float("nan")
    moving = _moves(grid, config.cutoff_hz, config)
    n_moving = np.concatenate([[0], np.cumsum(moving[:stop])])
    still = np.flatnonzero(n_moving[hold:] == n_moving[:-hold])
    if not len(still) or not moving[stop - 1]:
        return float("nan")
    # The last still stretch begins at `still`; the sample after it is the first that moved.
    first = int(still[-1]) + hold
    # The filter runs both ways and lets a movement begin before its time; a finer one knows better, from there on.
    finer = np.flatnonzero(_moves(grid, config.edge_cutoff_hz, config)[first:stop])
    return float(grid.to_time(np.array(first + (finer[0] if len(finer) else 0))))


def _moves(grid: GridSignals, cutoff_hz: float, config: StartConfig) -> Bools:
    """Return whether the sensor turns or is pushed more than in a stand, below a cut-off."""
    rate, force = slow_sizes(grid, cutoff_hz)
    return _exceeds(rate, grid, config) | _departs(force, grid, config)


def _exceeds(rate: Floats, grid: GridSignals, config: StartConfig) -> Bools:
    quiet = _stillest(rate, grid.rate_hz)
    return np.asarray(rate > max(config.rate_rad_s, float(quiet.mean() + config.n_noise_sd * quiet.std())))


def _departs(force: Floats, grid: GridSignals, config: StartConfig) -> Bools:
    quiet = _stillest(force, grid.rate_hz)
    limit = max(config.force_m_s2, config.n_noise_sd * float(quiet.std()))
    return np.asarray(np.abs(force - quiet.mean()) > limit)


def _stillest(values: Floats, rate_hz: float) -> Floats:
    """Half second of least variance."""
    length = min(len(values), max(2, round(0.5 * rate_hz)))
    once = np.concatenate([[0.0], np.cumsum(values)])
    twice = np.concatenate([[0.0], np.cumsum(values**2)])
    mean = (once[length:] - once[:-length]) / length
    variance = (twice[length:] - twice[:-length]) / length - mean**2
    first = int(np.argmin(variance))
    return values[first : first + length]
