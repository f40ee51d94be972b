"""The speed of one run over time: acceleration, fly, deceleration."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import median_filter

from analyzer.drill.speed.slowing import broken_fits
from analyzer.model import Floats

__all__ = [
    "ProfileConfig",
    "deceleration_start_s",
    "peak_speed",
    "phases",
]


@dataclass(frozen=True, slots=True)
class ProfileConfig:
    """What is known of a short sprint before it is measured.

    Attributes
    ----------
    tau_s, tau_sd_s : float
        Time constant of people's acceleration, 0.8 to 1.4 s across levels: within 20 yd top speed is only
        extrapolated, and without this prior its uncertainty doubles.
    force_lag_s, force_lag_sd_s : float
        From the first movement to the origin of the profile, which knows only full force: the push of a standing start
        builds up over some 0.15 s, and counts as if it had begun about half of that later.
    origin_sd_s : float
        Prior width of the origin where nobody says how well the first movement was seen.
    stepped_origin_sd_s : float
        After a step back the first movement is that of a foot, and the body follows within two such widths.
    late_origin_s : float
        Prior width of the origin where the start was not seen: a run in full flow has its origin anywhere.
    passing_share, passing_share_sd : float
        The body passes over the foot in the middle of a contact, give or take: it is symmetrical in steady running,
        earlier in the first steps.
    tau_model_sd_s : float
        What the feet cannot tell of the time constant: they land under the body in the first steps and ahead of it at
        speed, which reads as a rise some 0.05 s too slow. Widens its uncertainty.
    n_iterations : int
        Gauss-Newton steps of the fit at most; it needs 4 to 10.
    scale_sd : float
        Part of the length error that all strides of a run share (mounting, lever, clipping); no fit can see it.
    length_sd_floor_m : float
        Strides are not known better than this, whatever they say: it keeps one from ruling the fit.
    outlier_sd : float
        Residuals beyond this many standard deviations count linearly (soft L1), not by their square.
    fly_share : float
        Fly is from this share of the peak speed on.
    n_fastest : int
        The peak speed is the mean of so many strides: one stride alone is noise.
    acceleration_strides : int
        Strides (of both feet) that count as acceleration where no speed is known: the first six.
    speed_noise_share : float
        Scatter of stride speeds against the peak: what a change of slope must stand out from.
    min_slowing_m_s2 : float
        Gentler slowing is fatigue in a long run, not the end of a short one (which slows at 1.5 to 4 m/s2).
    min_fall_share : float
        The speed must fall by so much of its peak.
    tau_grid_s : tuple of float
        Time constants tried for the rise before the slowing.
    n_onsets : int
        Onsets tried over the run.
    onset_sd_s : float
        Standard uncertainty of the onset: strides are half a second long, and the feet slow down after the body.
    """

    tau_s: float = 1.1
    tau_sd_s: float = 0.20
    force_lag_s: float = 0.06
    force_lag_sd_s: float = 0.025
    origin_sd_s: float = 0.05
    stepped_origin_sd_s: float = 0.20
    late_origin_s: float = 5.0
    passing_share: float = 0.5
    passing_share_sd: float = 0.15
    tau_model_sd_s: float = 0.05
    n_iterations: int = 30
    scale_sd: float = 0.02
    length_sd_floor_m: float = 0.02
    outlier_sd: float = 2.0
    fly_share: float = 0.90
    n_fastest: int = 3
    acceleration_strides: int = 6
    speed_noise_share: float = 0.03
    min_slowing_m_s2: float = 0.5
    min_fall_share: float = 0.04
    tau_grid_s: tuple[float, ...] = (0.5, 0.8, 1.1, 1.5, 2.5)
    n_onsets: int = 60
    onset_sd_s: float = 0.15


def deceleration_start_s(mid_time_s: Floats, speed_m_s: Floats, config: ProfileConfig | None = None) -> float:
    """Return when the athlete starts to slow down, NaN if he does not.

    Parameters
    ----------
    mid_time_s, speed_m_s : (n,) float array
        Middle and speed of the strides of both feet, any order; NaN speeds are left out.
    config : ProfileConfig, optional

    Returns
    -------
    float
        Seconds.

    Notes
    -----
    An exponential rise that breaks into a straight fall, against the rise alone: the break must lower the squared
    residuals by more than the two numbers it costs (BIC), the fall be steep and deep enough, and last two strides.
    A running median of three goes first: one bad stride length is not slowing.
    """
    config = config or ProfileConfig()
    time, speed = _known_in_order(mid_time_s, speed_m_s)
    # Three numbers for the rise and two for the fall: with fewer strides any shape fits.
    if time.size < 5:
        return np.nan
    speed = median_filter(speed, size=3, mode="nearest")
    # A share of the peak, not the residuals' own spread: that is near zero where two strides fit anything.
    noise = config.speed_noise_share * float(speed.max())
    # An onset after the last but one stride would rest on a single stride.
    onsets = np.linspace(time[0], time[-2], config.n_onsets, endpoint=False)
    without, squares, slowing = broken_fits(time, speed, np.array(config.tau_grid_s), onsets)
    best = np.unravel_index(np.argmin(squares), squares.shape)
    slowing, onset = slowing[best], onsets[best[0]]
    fall = slowing * (time[-1] - onset)
    clear = (without.min() - squares[best]) / noise**2 > 2 * np.log(time.size)
    # A long steady run drifts by more than its noise: significant is not yet slowing.
    deep = slowing >= config.min_slowing_m_s2 and fall >= config.min_fall_share * float(speed.max())
    return float(onset) if clear and deep else np.nan


def peak_speed(
    mid_time_s: Floats,
    speed_m_s: Floats,
    speed_sd_m_s: Floats,
    deceleration_s: float = float("nan"),
    config: ProfileConfig | None = None,
) -> tuple[float, float]:
    """Return the peak speed before slowing and its standard uncertainty.

    Parameters
    ----------
    mid_time_s, speed_m_s, speed_sd_m_s : (n,) float array
        Strides of both feet, any order.
    deceleration_s : float
        Onset of slowing; NaN if there is none.
    config : ProfileConfig, optional

    Returns
    -------
    tuple of float
        Mean of the three fastest strides before slowing, after a running median of three over all strides in order of
        time (it changes nothing where the speed only rises, and keeps one bad stride from making the peak). The
        uncertainty is that of one stride: errors of length are shared and do not average out. NaN without speeds.
    """
    config = config or ProfileConfig()
    # NaN compares as False: without an onset every stride is before it, not none.
    before = np.ones(mid_time_s.size, dtype=bool) if np.isnan(deceleration_s) else mid_time_s < deceleration_s
    # An onset before the first known speed leaves nothing: better the peak of all than none.
    if not np.isfinite(speed_m_s[before]).any():
        before = np.ones(mid_time_s.size, dtype=bool)
    _, speed = _known_in_order(mid_time_s[before], speed_m_s[before])
    _, sd = _known_in_order(mid_time_s[before], np.where(np.isfinite(speed_m_s), speed_sd_m_s, np.nan)[before])
    if speed.size == 0:
        return np.nan, np.nan
    # 'nearest' repeats the ends, so that the last stride of a rising run stays the fastest.
    fastest = np.sort(median_filter(speed, size=3, mode="nearest"))[-config.n_fastest :]
    return float(fastest.mean()), float(np.median(sd)) if sd.size else np.nan


def phases(
    mid_time_s: Floats,
    speed_m_s: Floats,
    deceleration_s: float = float("nan"),
    config: ProfileConfig | None = None,
    end_s: Floats | None = None,
) -> list[str]:
    """Return the phase of each stride (or step).

    Parameters
    ----------
    mid_time_s, speed_m_s : (n,) float array
        Any order. An unknown speed is taken from its neighbours in time.
    deceleration_s : float
        Onset of slowing; NaN if there is none.
    config : ProfileConfig, optional
    end_s : (n,) float array, optional
        Ends of the strides. With them a stride that only ends after the onset is ``deceleration`` too: its
        last step is already a braking one.

    Returns
    -------
    list of str
        ``deceleration`` from the onset on; before it ``fly`` at 90 % of the peak speed or more, else
        ``acceleration``. Without any speed the first six are ``acceleration``.
    """
    config = config or ProfileConfig()
    # A comparison with NaN is False: no onset, no deceleration.
    late = (mid_time_s if end_s is None else end_s) >= deceleration_s
    peak, _ = peak_speed(mid_time_s, speed_m_s, np.full(mid_time_s.size, np.nan), deceleration_s, config)
    if np.isnan(peak):
        # The rank in time, as the strides come in any order.
        fast = np.argsort(np.argsort(mid_time_s)) >= config.acceleration_strides
    else:
        time, speed = _known_in_order(mid_time_s, speed_m_s)
        fast = np.interp(mid_time_s, time, speed) >= config.fly_share * peak
    names = np.where(late, "deceleration", np.where(fast, "fly", "acceleration"))
    return [str(name) for name in names]


def _known_in_order(time_s: Floats, values: Floats) -> tuple[Floats, Floats]:
    known = np.isfinite(time_s) & np.isfinite(values)
    # Stable: ties keep their order, and the same input gives the same result to the last bit.
    order = np.argsort(time_s[known], kind="stable")
    return time_s[known][order], values[known][order]
