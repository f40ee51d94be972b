"""When a run began: first movements and the first push-off weighed against each other."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from analyzer.drill.starting.start import StartConfig, StartTeller, first_movement
from analyzer.rows import Rows
from analyzer.signal.filters import lowpass
from analyzer.signal.grid import GridSignals

__all__ = ["Onset", "OnsetConfig", "onset_of"]

FirstStep = Literal["real", "back"]
"""What the first foot to leave the ground does: begin the run, or step back (a false step)."""


@dataclass(frozen=True, slots=True)
class OnsetConfig:
    """How far each witness of the start is from the first forward motion of the body.

    Attributes
    ----------
    start : StartConfig
    trunk_sd_s : float
        A trunk leans into the run a little before or after it is pushed.
    heel_sd_s : float
        A heel may rise before the body goes or after it: neither is the rule, so nothing is taken off.
    push_off_lead_s, push_off_sd_s : float
        The foot that leaves first has pushed so long: 0.10 to 0.22 s go by from the first motion of a standing start to
        the first toe-off, which itself is seen within some 25 ms. No sensor on a foot can narrow that down.
    swing_rad_s, swing_cutoff_hz, swing_lead_s, swing_sd_s : float
        Where the first toe-off was missed, the first leg that turns so fast (300 deg/s, below the cut-off) stands for
        it, as a heel rises slower and a leg swings faster; this much before it, and with a wider spread.
    least_push_s, longest_push_s : float
        Heel-rise to toe-off of that foot. After less it was no push but a twitch or a step back, after more the first
        toe-off itself was missed.
    shared_sd_s : float
        What all witnesses have in common and no weighing takes out: who pushes long moves all parts early.
    front_lag_s, one_foot_sd_s : float
        With one foot nobody knows which of the two it is. The front one moves 0.19 s after the rear one, so that on
        average half of that is taken off; the spread holds both.
    """

    start: StartConfig = field(default_factory=StartConfig)
    trunk_sd_s: float = 0.045
    heel_sd_s: float = 0.08
    push_off_lead_s: float = 0.16
    push_off_sd_s: float = 0.045
    swing_rad_s: float = np.radians(300.0)
    swing_cutoff_hz: float = 12.0
    swing_lead_s: float = 0.02
    swing_sd_s: float = 0.065
    least_push_s: float = 0.06
    longest_push_s: float = 0.35
    shared_sd_s: float = 0.025
    front_lag_s: float = 0.19
    one_foot_sd_s: float = 0.12


@dataclass(frozen=True, slots=True)
class Onset:
    """First forward motion of the body.

    Attributes
    ----------
    time_s, sd_s : float
        NaN where no part of the body was seen to leave a stand.
    told_by : {'trunk', 'legs', 'none'}
        ``trunk`` where one had a say.
    """

    time_s: float
    sd_s: float
    told_by: StartTeller


def onset_of(
    signals: Sequence[GridSignals],
    contacts: Rows,
    before_s: float,
    config: OnsetConfig | None = None,
    *,
    first_step: FirstStep = "real",
) -> Onset:
    """Return when the body first moved forward, and how surely.

    Parameters
    ----------
    signals : sequence of GridSignals
        Window with the stand before the run.
    contacts : Rows
        Of the run, from sensors on feet or shanks; empty where there are none.
    before_s : float
        The run has surely begun by then.
    config : OnsetConfig, optional
    first_step : {'real', 'back'}
        After a step back the legs' first movement counts, as it is part of the run; its toe-off tells nothing.

    Returns
    -------
    Onset

    Notes
    -----
    Witnesses are weighed by the inverse of their variance. No witness alone does: legs see the body only through
    the time an athlete pushes, and the trunk leans as well as moves.
    """
    config = config or OnsetConfig()
    trunk = _moved(signals, config.start.trunk, before_s, config)
    legs = _moved(signals, config.start.legs, before_s, config)
    if np.isnan(trunk):
        return _weighed(_of_legs(legs, signals, contacts, config, first_step), "legs", config)
    both = _both_sides(signals, config)
    # A step back is not the body's, and one foot may be either of the two: then the trunk knows better.
    from_legs = _of_legs(legs, signals, contacts, config, first_step) if both and first_step == "real" else []
    return _weighed([(trunk, config.trunk_sd_s), *from_legs], "trunk", config)


_Witness = tuple[float, float]
"""What one part of the body says of the onset, and its standard uncertainty, in seconds."""


def _moved(signals: Sequence[GridSignals], segments: tuple[str, ...], before_s: float, config: OnsetConfig) -> float:
    asked = [grid for grid in signals if grid.placement.segment in segments]
    return first_movement(asked, before_s, config.start)[0]


def _both_sides(signals: Sequence[GridSignals], config: OnsetConfig) -> bool:
    return len({grid.placement.side for grid in signals if grid.placement.segment in config.start.legs}) > 1


def _of_legs(
    moved_s: float,
    signals: Sequence[GridSignals],
    contacts: Rows,
    config: OnsetConfig,
    first_step: FirstStep,
) -> list[_Witness]:
    if np.isnan(moved_s):
        return []
    if first_step == "back":
        return [(moved_s, config.heel_sd_s)]
    if not _both_sides(signals, config):
        return [(moved_s - 0.5 * config.front_lag_s, config.one_foot_sd_s)]
    heel = (moved_s, config.heel_sd_s)
    both = len(set(contacts["side"].tolist())) > 1
    off_s = float(np.nanmin(contacts["toe_off_s"])) if both else float("nan")
    if _is_push(off_s - moved_s, config):
        return [heel, (off_s - config.push_off_lead_s, config.push_off_sd_s)]
    off_s = _swings_s(moved_s, signals, config) + config.swing_lead_s
    if _is_push(off_s - moved_s, config):
        return [heel, (off_s - config.push_off_lead_s, config.swing_sd_s)]
    return [heel]


def _is_push(push_s: float, config: OnsetConfig) -> bool:
    # NaN compares as False: what was not seen is no push.
    return config.least_push_s <= push_s <= config.longest_push_s


def _swings_s(moved_s: float, signals: Sequence[GridSignals], config: OnsetConfig) -> float:
    """Return when the first leg swings after its first movement; NaN where none does in time."""
    swings = []
    for grid in signals:
        if grid.placement.segment not in config.start.legs or not grid.has_gyroscope:
            continue
        first, stop = grid.to_index(moved_s), grid.to_index(moved_s + config.longest_push_s) + 1
        rate = np.linalg.norm(lowpass(grid.gyr_rad_s, config.swing_cutoff_hz, grid.rate_hz), axis=1)
        fast = np.flatnonzero(rate[first:stop] > config.swing_rad_s)
        swings += [float(grid.to_time(np.array(first + fast[0])))] if fast.size else []
    return min(swings, default=float("nan"))


def _weighed(told: Sequence[_Witness], told_by: StartTeller, config: OnsetConfig) -> Onset:
    if not told:
        return Onset(float("nan"), float("nan"), "none")
    time_s, sd_s = np.array(told).T
    weight = 1 / sd_s**2
    spread_s = float(np.hypot(1 / np.sqrt(weight.sum()), config.shared_sd_s))
    return Onset(float(weight @ time_s / weight.sum()), spread_s, told_by)
