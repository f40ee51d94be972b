"""The speed of one run over time: acceleration, fly, deceleration."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import median_filter
from scipy.optimize import least_squares
from scipy.special import lambertw

from analyzer.drill.slowing import broken_fits
from analyzer.errors import InputError
from analyzer.model import Floats

__all__ = [
    "ProfileConfig",
    "SpeedProfile",
    "deceleration_start_s",
    "distance_at_m",
    "fit_profile",
    "peak_speed",
    "phases",
    "speed_at_m_s",
    "time_at_s",
]


@dataclass(frozen=True, slots=True)
class ProfileConfig:
    """What is known of a short sprint before it is measured.

    Attributes
    ----------
    tau_s, tau_sd_s : float
        Time constant of people's acceleration, 0.8 to 1.4 s across levels: within 20 yd top speed is only
        extrapolated, and without this prior its uncertainty doubles.
    origin_sd_s : float
        First movement and first force differ by this much.
    late_origin_s : float
        Prior width of the origin where the start was not seen: a run in full flow has its origin anywhere.
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
    origin_sd_s: float = 0.05
    late_origin_s: float = 5.0
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


@dataclass(frozen=True, slots=True, eq=False)
class SpeedProfile:
    """A mono-exponential approach to top speed.

    Attributes
    ----------
    v_max_m_s, tau_s, origin_s : float
        Top speed, time constant, and the instant of zero speed on the recording's clock.
    covariance : (3, 3) float array
        Of these three, in this order; the shared length error is in it.
    reached_m_s, reached_sd_m_s : float
        Speed at the end of the last stride: the primary number, as top speed is extrapolated.
    n_strides : int
    residual_sd : float
        Residuals against the stated stride uncertainty, about 1 where the model holds.
    """

    v_max_m_s: float
    tau_s: float
    origin_s: float
    covariance: Floats
    reached_m_s: float
    reached_sd_m_s: float
    n_strides: int
    residual_sd: float


def fit_profile(
    start_s: Floats,
    end_s: Floats,
    length_m: Floats,
    length_sd_m: Floats,
    t_start_s: float = float("nan"),
    config: ProfileConfig | None = None,
) -> SpeedProfile:
    """Fit the speed profile to stride displacements.

    Parameters
    ----------
    start_s, end_s, length_m, length_sd_m : (n,) float array
        Strides of both feet before slowing, any order. Rows with a NaN (but in `length_sd_m`) are left out.
    t_start_s : float
        First movement; NaN where the start was not seen.
    config : ProfileConfig, optional

    Returns
    -------
    SpeedProfile

    Raises
    ------
    InputError
        Fewer than three strides: with them two parameters and the origin cannot be told.

    Notes
    -----
    ``v(t) = v_max (1 - exp(-(t - t0) / tau))``, fitted as ``x(end) - x(start) = length`` because a stride's speed is
    an average over changing speed. Soft-L1 loss; priors on tau and t0. The scale of all lengths cannot be told from
    the strides, so its prior is added to the covariance instead of being fitted.
    """
    config = config or ProfileConfig()
    known = np.isfinite(start_s) & np.isfinite(end_s) & np.isfinite(length_m)
    if known.sum() < 3:
        raise InputError(f"a speed profile needs three strides with a length, got {known.sum()}")
    start, end, length = start_s[known], end_s[known], length_m[known]
    # fmax, as a length without a stated uncertainty must not turn the fit into NaN.
    sd = np.fmax(length_sd_m[known], config.length_sd_floor_m)
    seen = bool(np.isfinite(t_start_s))
    # In full flow the origin is a fiction: far enough back that the curve is flat, and free to move.
    origin = float(t_start_s) if seen else float(start.min()) - config.tau_s
    origin_sd = config.origin_sd_s if seen else config.late_origin_s

    def residuals(p: Floats) -> Floats:
        """Return residuals of strides and priors for (v_max, tau, origin) in standard deviations."""
        way = _distance(p, end) - _distance(p, start)
        strides = _soft((way - length) / sd, config.outlier_sd)
        return np.concatenate([strides, [(p[1] - config.tau_s) / config.tau_sd_s, (p[2] - origin) / origin_sd]])

    top = float(np.max(length / (end - start)))
    guess = np.array([top, config.tau_s, min(origin, float(start.min()))])
    # The body cannot have begun to move after the first stride; the rest only keeps the search finite.
    bounds = ([0.1, 0.1, -np.inf], [20.0, 5.0, float(start.min())])
    # The loss is soft already: a second soft loss here would soften the priors too.
    fit = least_squares(residuals, guess, bounds=bounds, x_scale=[1.0, 0.1, 0.1])
    return _profile(fit.x, np.asarray(fit.jac), float(end.max()), residuals(fit.x)[:-2], config)


def speed_at_m_s(profile: SpeedProfile, time_s: Floats) -> Floats:
    """Return the profile's speed at these times, zero before its origin."""
    return _speed(_parameters(profile), time_s)


def distance_at_m(profile: SpeedProfile, time_s: Floats) -> Floats:
    """Return the way covered since the profile's origin."""
    return _distance(_parameters(profile), time_s)


def time_at_s(profile: SpeedProfile, distance_m: Floats) -> Floats:
    """Return when these distances from the origin are reached.

    Notes
    -----
    Closed form with the principal branch of Lambert's W: SOURCES.md key ``vescovi2021``.
    """
    v_max, tau, origin = _parameters(profile)
    distance = np.asarray(distance_m, dtype=float)
    # Principal branch: the other one is the time before the start at which the curve has the same ordinate.
    bend = lambertw(-np.exp(-distance / (v_max * tau) - 1)).real
    time: Floats = origin + tau * bend + distance / v_max + tau
    return time


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


def _parameters(profile: SpeedProfile) -> Floats:
    return np.array([profile.v_max_m_s, profile.tau_s, profile.origin_s])


def _speed(p: Floats, time_s: Floats) -> Floats:
    # expm1: near the origin 1 - exp() loses the digits that the first stride rests on.
    speed: Floats = -p[0] * np.expm1(-np.maximum(time_s - p[2], 0) / p[1])
    return speed


def _distance(p: Floats, time_s: Floats) -> Floats:
    since = np.maximum(time_s - p[2], 0)
    distance: Floats = p[0] * (since + p[1] * np.expm1(-since / p[1]))
    return distance


def _soft(residual: Floats, scale: float) -> Floats:
    """Return residuals whose squares are the soft-L1 loss."""
    soft: Floats = residual * np.sqrt(2 / (1 + np.sqrt(1 + (residual / scale) ** 2)))
    return soft


def _profile(p: Floats, jacobian: Floats, end_s: float, residual: Floats, config: ProfileConfig) -> SpeedProfile:
    covariance: Floats = np.asarray(np.linalg.pinv(jacobian.T @ jacobian), dtype=float)
    # Scatter beyond the stated uncertainty widens the interval, less never narrows it.
    residual_sd = float(np.sqrt(np.mean(residual**2)))
    covariance *= max(1.0, residual_sd) ** 2
    covariance[0, 0] += (config.scale_sd * p[0]) ** 2
    reached = _speed(p, np.array([end_s]))[0]
    # Delta method for the speed at the end of the last stride.
    decay = np.exp(-(end_s - p[2]) / p[1])
    gradient = np.array([1 - decay, -p[0] * decay * (end_s - p[2]) / p[1] ** 2, -p[0] * decay / p[1]])
    return SpeedProfile(
        v_max_m_s=float(p[0]),
        tau_s=float(p[1]),
        origin_s=float(p[2]),
        covariance=covariance,
        reached_m_s=float(reached),
        reached_sd_m_s=float(np.sqrt(gradient @ covariance @ gradient)),
        n_strides=residual.size,
        residual_sd=residual_sd,
    )


def _known_in_order(time_s: Floats, values: Floats) -> tuple[Floats, Floats]:
    known = np.isfinite(time_s) & np.isfinite(values)
    # Stable: ties keep their order, and the same input gives the same result to the last bit.
    order = np.argsort(time_s[known], kind="stable")
    return time_s[known][order], values[known][order]
