"""Initial contact of a foot, finely: the onset of the impact, else the turn of the pitch rate."""

from dataclasses import dataclass

import numpy as np

from analyzer.model import Floats, Indices
from analyzer.signal.filters import highpass
from analyzer.signal.spans import highest
from analyzer.signal.vectors import sizes
from analyzer.signal.windows import first_above

__all__ = ["TouchdownConfig", "Touchdowns", "find_touchdowns", "foretold"]


@dataclass(frozen=True, slots=True)
class TouchdownConfig:
    """How the impact is found near the turn of the pitch rate, and how the two are weighed.

    Attributes
    ----------
    impact_cutoff_hz : float
        The leg's own motion stays below 50 Hz, the impact does not.
    least_rate : float
        Sensors slower than this multiple of that frequency carry too little of the impact for a filter to find it.
    search_before_s, search_after_s : float
        Around the contact that the turn of the pitch rate foretells.
    search_more_s : float
        So much earlier still where the impact has begun before that: a foot put down far ahead of the body, heel
        first, turns late.
    onset_share : float
        The impact is there where it first rises above this share of the highest peak near by: a heel landing has a
        second, often higher one when the forefoot slaps down.
    min_impact_m_s2, min_contrast : float
        Weaker impacts, or such that stand out less from the swing before, are unclear.
    onset_delay_s : float
        Mean delay of the onset against a force plate.
    onset_sd_s, unclear_sd_s, slow_sd_s, turn_sd_s : float
        Standard uncertainties: of the onset of a clear impact, of an unclear one, of either at a rate too low to see
        the impact itself, of the turn.
    turn_speed_m_s, turn_delay_s : tuple of float
        Delay of the turn of the pitch rate against contact, by running speed: late in a jog (heel first, then the
        foot slaps down), early in a sprint (the foot slows its rotation before it lands). Direction as in
        [falbriard2018].
    shared_error : float
        Both signs look at one landing: their joint uncertainty is that of two looks times this.
    outlier_s : float
        When the two signs are further apart, a clear impact is believed, and an unclear one is not.
    """

    impact_cutoff_hz: float = 50.0
    least_rate: float = 3.0
    search_before_s: float = 0.035
    search_after_s: float = 0.030
    search_more_s: float = 0.020
    onset_share: float = 0.50
    min_impact_m_s2: float = 10.0
    min_contrast: float = 2.0
    onset_delay_s: float = 0.002
    onset_sd_s: float = 0.005
    unclear_sd_s: float = 0.008
    slow_sd_s: float = 0.010
    turn_sd_s: float = 0.009
    shared_error: float = 1.0
    turn_speed_m_s: tuple[float, ...] = (2.5, 3.5, 4.5, 5.5, 8.0)
    turn_delay_s: tuple[float, ...] = (0.006, 0.001, -0.005, -0.011, -0.014)
    outlier_s: float = 0.025


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Touchdowns:
    """Initial contacts as fractional sample indices, with their standard uncertainty in seconds."""

    index: Floats
    sd_s: Floats


def find_touchdowns(
    acc_m_s2: Floats, turn: Indices, speed_m_s: Floats, rate_hz: float, config: TouchdownConfig
) -> Touchdowns:
    """Return the initial contacts.

    Parameters
    ----------
    acc_m_s2 : (n, 3) float array
        Specific force, clipped peaks rebuilt: an onset is not moved by clipping.
    turn : (m,) int array
        Turn of the pitch rate, the rough contact.
    speed_m_s : (m,) float array
        Running speed around the contact; NaN counts as a jog.
    rate_hz : float
    config : TouchdownConfig

    Returns
    -------
    Touchdowns
    """
    burst = _burst(acc_m_s2, rate_hz, config)
    by_turn = foretold(turn, speed_m_s, rate_hz, config)
    start = np.clip(np.rint(by_turn - config.search_before_s * rate_hz), 0, len(burst) - 1).astype(np.intp)
    stop = np.clip(np.rint(by_turn + config.search_after_s * rate_hz) + 1, 1, len(burst)).astype(np.intp)
    peak = highest(burst, start, stop)
    onset = first_above(burst, config.onset_share * burst[peak], start, stop)
    quiet = _level_before(burst, start, rate_hz)
    clear = (burst[peak] >= config.min_impact_m_s2) & (burst[peak] >= config.min_contrast * quiet)
    onset = _earlier(burst, onset, start, config.onset_share * burst[peak], round(config.search_more_s * rate_hz))
    # Above its level from the first sample on, the burst shows no rise.
    clear &= onset >= 0
    onset = np.maximum(onset, 0)
    by_impact = _crossing(burst, onset, config.onset_share * burst[peak]) - config.onset_delay_s * rate_hz
    return _fused(by_impact, by_turn, clear, rate_hz, config)


def foretold(turn: Floats | Indices, speed_m_s: Floats, rate_hz: float, config: TouchdownConfig) -> Floats:
    """Return the contacts that the turns of the pitch rate foretell.

    Parameters
    ----------
    turn : (m,) array
        Sample indices; NaN stays NaN.
    speed_m_s : (m,) float array
        NaN counts as a jog.
    rate_hz : float
    config : TouchdownConfig

    Returns
    -------
    (m,) float array
        Fractional sample indices.
    """
    speed = np.where(np.isfinite(speed_m_s), speed_m_s, config.turn_speed_m_s[0])
    return np.asarray(turn - np.interp(speed, config.turn_speed_m_s, config.turn_delay_s) * rate_hz)


def _earlier(burst: Floats, onset: Indices, start: Indices, level: Floats, more: int) -> Indices:
    """Return the onsets, those at the start of their window looked for again before it; -1 where there is no rise."""
    first = np.maximum(start - more, 0)
    again = first_above(burst, level, first, start + 1)
    return np.where(onset > start, onset, np.where(again > first, again, -1))


def _crossing(burst: Floats, above: Indices, level: Floats) -> Floats:
    """Return where the rise to the first sample above a level crosses it, between samples."""
    low, high = burst[np.maximum(above - 1, 0)], burst[above]
    share = np.divide(level - low, high - low, out=np.ones(len(above)), where=high > low)
    return np.asarray(above - 1 + np.clip(share, 0.0, 1.0))


def _is_slow(rate_hz: float, config: TouchdownConfig) -> bool:
    return rate_hz < config.least_rate * config.impact_cutoff_hz


def _burst(acc_m_s2: Floats, rate_hz: float, config: TouchdownConfig) -> Floats:
    """Return the size of the impact's share of the specific force, (n,)."""
    if not _is_slow(rate_hz, config):
        return sizes(highpass(acc_m_s2, config.impact_cutoff_hz, rate_hz))
    # Slow sensors carry hardly anything above the cut-off, and a filter that works both ways would ring back in time:
    # the step from sample to sample does not.
    return sizes(np.diff(acc_m_s2, axis=0, prepend=acc_m_s2[:1]))


def _level_before(burst: Floats, start: Indices, rate_hz: float) -> Floats:
    """Median level of the last 50 ms of swing before each window."""
    length = max(2, round(0.05 * rate_hz))
    at = np.clip(start[:, None] - 1 - np.arange(length), 0, None)
    return np.asarray(np.median(burst[at], axis=1)) if len(start) else np.empty(0)


def _fused(
    by_impact: Floats, by_turn: Floats, clear: np.ndarray, rate_hz: float, config: TouchdownConfig
) -> Touchdowns:
    sampling_s = 1.0 / (rate_hz * np.sqrt(12.0))
    agree = np.abs(by_impact - by_turn) <= config.outlier_s * rate_hz
    onset_sd_s = np.where(clear, config.onset_sd_s, config.unclear_sd_s)
    if _is_slow(rate_hz, config):
        onset_sd_s = np.full_like(onset_sd_s, config.slow_sd_s)
    impact_weight = np.where(agree | clear, 1.0 / (onset_sd_s**2 + sampling_s**2), 0.0)
    turn_weight = np.where(agree | ~clear, 1.0 / (config.turn_sd_s**2 + sampling_s**2), 0.0)
    total = impact_weight + turn_weight
    index = (impact_weight * by_impact + turn_weight * by_turn) / total
    return Touchdowns(index, config.shared_error / np.sqrt(total))
