"""The mono-exponential approach to top speed, fitted to the ways of the strides.

::

    speed    v_max - - - - - - - -___________
                          __----
                      _--             v(t) = v_max (1 - exp(-(t - origin) / tau))
                    /
             _____/
                 origin       strides, each a way between two times
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import lambertw

from analyzer.drill.speed.profile import ProfileConfig
from analyzer.errors import InputError
from analyzer.model import Floats
from analyzer.rows import Rows, nearest_rows, only

__all__ = [
    "SpeedProfile",
    "StrideWays",
    "distance_at_m",
    "distance_sd_m",
    "fit_profile",
    "speed_at_m_s",
    "speed_sd_m_s",
    "stride_ways",
    "time_at_s",
    "time_sd_s",
]


@dataclass(frozen=True, slots=True, eq=False)
class StrideWays:
    """Ways of the strides of both feet, in any order.

    Attributes
    ----------
    start_s, end_s : (n,) float array
        Initial contacts that bound each stride.
    length_m, length_sd_m : (n,) float array
    opening_contact_s, closing_contact_s : (n,) float array or None
        Lengths of the two contacts. The body passes over a foot in mid-contact, not at initial contact, and contacts
        get shorter as the athlete gets faster: without them the run seems to begin 0.1 s too early.
    """

    start_s: Floats
    end_s: Floats
    length_m: Floats
    length_sd_m: Floats
    opening_contact_s: Floats | None = None
    closing_contact_s: Floats | None = None


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
    scale_sd : float
        Relative uncertainty of all lengths together, as it went into the covariance.
    tau_model_sd_s : float
        What no fit to feet can see of tau; not in the covariance, as it leaves the ways covered as they are.
    """

    v_max_m_s: float
    tau_s: float
    origin_s: float
    covariance: Floats
    reached_m_s: float
    reached_sd_m_s: float
    n_strides: int
    residual_sd: float
    scale_sd: float = 0.0
    tau_model_sd_s: float = 0.0

    @property
    def v_max_sd_m_s(self) -> float:
        """Standard uncertainty of the top speed."""
        return float(np.sqrt(self.covariance[0, 0]))

    @property
    def tau_sd_s(self) -> float:
        """Standard uncertainty of the time constant."""
        return float(np.hypot(np.sqrt(self.covariance[1, 1]), self.tau_model_sd_s))


def stride_ways(strides: Rows, contacts: Rows | None = None, before_s: float = float("nan")) -> StrideWays:
    """Return the ways of the strides of a run that end before it slows down.

    Parameters
    ----------
    strides : Rows
        Of one run.
    contacts : Rows, optional
        Likewise.
    before_s : float
        Onset of slowing; NaN where all strides count.
    """
    # Written with 'not': a comparison with NaN is False, and without an onset every stride counts.
    counts = ~(strides["end_s"] > before_s)
    names = ("start_s", "end_s", "stride_length_m", "stride_length_sd_m")
    start, end, length, sd = (strides[name][counts] for name in names)
    if contacts is None:
        return StrideWays(start, end, length, sd)
    side = strides["side"][counts]
    opening, closing = (_contact_at(contacts, side, at) for at in (start, end))
    return StrideWays(start, end, length, sd, opening, closing)


def _contact_at(contacts: Rows, side: np.ndarray, at_s: Floats) -> Floats:
    """Return the length of the contact of a side that begins at each of these times; NaN where there is none."""
    found = np.full(len(at_s), np.nan)
    for foot in set(side.tolist()):
        own, wanted = only(contacts, contacts["side"] == foot), side == foot
        row = nearest_rows(own["initial_contact_s"], at_s[wanted], _SAME_INSTANT_S)
        found[wanted] = np.where(row >= 0, np.append(own["contact_time_s"], np.nan)[row], np.nan)
    return found


_SAME_INSTANT_S = 1e-3
"""Strides are bounded by contacts of the table: their times agree but for rounding in a file."""


def fit_profile(ways: StrideWays, t_start_s: float = float("nan"), config: ProfileConfig | None = None) -> SpeedProfile:
    """Fit the speed profile to stride displacements.

    Parameters
    ----------
    ways : StrideWays
        Strides before slowing. Rows with a NaN (but in `length_sd_m` and the contacts) are left out.
    t_start_s : float
        When full force would have begun, a moment after the first movement; NaN where the start was not seen.
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
    an average over changing speed. Soft-L1 loss by reweighting; priors on tau, t0 and on where in a contact the body
    passes over the foot. The scale of all lengths cannot be told from the strides, so its prior is added to the
    covariance instead of being fitted.
    """
    config = config or ProfileConfig()
    problem = _problem_of(ways, t_start_s, config)
    state = _solved(problem, config)
    return _profile(problem, state, config)


def speed_at_m_s(profile: SpeedProfile, time_s: Floats) -> Floats:
    """Return the profile's speed at these times, zero before its origin."""
    return _speed(_parameters(profile), time_s)


def speed_sd_m_s(profile: SpeedProfile, time_s: Floats) -> Floats:
    """Return the standard uncertainty of the profile's speed at these times, by the delta method."""
    v_max, tau, origin = _parameters(profile)
    since = np.maximum(np.asarray(time_s, dtype=float) - origin, 0.0)
    decay = np.exp(-since / tau)
    gradient = np.stack([1 - decay, -v_max * decay * since / tau**2, -v_max * decay / tau], axis=-1)
    return _spread(gradient, profile.covariance)


def distance_at_m(profile: SpeedProfile, time_s: Floats) -> Floats:
    """Return the way covered since the profile's origin."""
    return _distance(_parameters(profile), time_s)


def distance_sd_m(profile: SpeedProfile, time_s: Floats) -> Floats:
    """Return the standard uncertainty of the way covered since the origin, without that of the scale."""
    p = _parameters(profile)
    covariance = profile.covariance.copy()
    covariance[0, 0] -= (profile.scale_sd * profile.v_max_m_s) ** 2
    return _spread(_distance_gradient(p, np.asarray(time_s, dtype=float)), covariance)


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


def time_sd_s(profile: SpeedProfile, distance_m: Floats) -> Floats:
    """Return the standard uncertainty of when distances are reached, counted on the recording's clock."""
    p = _parameters(profile)
    time = time_at_s(profile, distance_m)
    # By implicit differentiation of x(t) = distance.
    return _spread(_distance_gradient(p, time), profile.covariance) / np.maximum(_speed(p, time), 1e-9)


def _parameters(profile: SpeedProfile) -> Floats:
    return np.array([profile.v_max_m_s, profile.tau_s, profile.origin_s])


def _spread(gradient: Floats, covariance: Floats) -> Floats:
    spread: Floats = np.sqrt(np.einsum("...i,ij,...j->...", gradient, covariance, gradient))
    return spread


def _speed(p: Floats, time_s: Floats) -> Floats:
    # expm1: near the origin 1 - exp() loses the digits that the first stride rests on.
    speed: Floats = -p[0] * np.expm1(-np.maximum(time_s - p[2], 0) / p[1])
    return speed


def _distance(p: Floats, time_s: Floats) -> Floats:
    since = np.maximum(time_s - p[2], 0)
    distance: Floats = p[0] * (since + p[1] * np.expm1(-since / p[1]))
    return distance


def _distance_gradient(p: Floats, time_s: Floats) -> Floats:
    """Return the derivative of the distance by v_max, tau and origin, (..., 3)."""
    since = np.maximum(time_s - p[2], 0) / p[1]
    fallen = np.expm1(-since)
    by_speed = p[1] * (since + fallen)
    by_tau = p[0] * (fallen + since * np.exp(-since))
    return np.stack([by_speed, by_tau, p[0] * fallen], axis=-1)


@dataclass(frozen=True, slots=True, eq=False)
class _Problem:
    """What is fitted: n strides, and what is believed of (tau, origin, share of a contact when the body passes)."""

    start_s: Floats
    end_s: Floats
    length_m: Floats
    length_sd_m: Floats
    opening_contact_s: Floats
    closing_contact_s: Floats
    believed: Floats
    believed_sd: Floats


def _problem_of(ways: StrideWays, t_start_s: float, config: ProfileConfig) -> _Problem:
    known = np.isfinite(ways.start_s) & np.isfinite(ways.end_s) & np.isfinite(ways.length_m)
    if known.sum() < 3:
        raise InputError(f"a speed profile needs three strides with a length, got {known.sum()}")
    opening, closing = (_contacts(c, known) for c in (ways.opening_contact_s, ways.closing_contact_s))
    start = ways.start_s[known]
    seen = bool(np.isfinite(t_start_s))
    # In full flow the origin is a fiction: far enough back that the curve is flat, and free to move.
    origin = float(t_start_s) if seen else float(start.min()) - config.tau_s
    origin_sd = config.origin_sd_s if seen else config.late_origin_s
    return _Problem(
        start_s=start,
        end_s=ways.end_s[known],
        length_m=ways.length_m[known],
        # fmax, as a length without a stated uncertainty must not turn the fit into NaN.
        length_sd_m=np.fmax(ways.length_sd_m[known], config.length_sd_floor_m),
        opening_contact_s=opening,
        closing_contact_s=closing,
        believed=np.array([config.tau_s, origin, config.passing_share]),
        believed_sd=np.array([config.tau_sd_s, origin_sd, config.passing_share_sd]),
    )


def _contacts(contact_s: Floats | None, known: np.ndarray) -> Floats:
    """Return lengths of contacts; unknown ones as the others, none where none is known."""
    if contact_s is None or not np.isfinite(contact_s).any():
        return np.zeros(int(known.sum()))
    filled: Floats = np.where(np.isfinite(contact_s), contact_s, np.nanmedian(contact_s))
    return np.asarray(filled[known])


def _solved(problem: _Problem, config: ProfileConfig) -> Floats:
    """Most probable (v_max, tau, origin, passing share): Gauss-Newton with halved steps where one does not help."""
    top = float(np.max(problem.length_m / (problem.end_s - problem.start_s)))
    first = float(problem.start_s.min())
    state = np.array([top, config.tau_s, min(float(problem.believed[1]), first), config.passing_share])
    low, high = np.array([0.1, 0.1, -np.inf, 0.0]), np.array([20.0, 5.0, first, 1.0])
    cost = _cost(problem, state, config)
    for _ in range(config.n_iterations):
        normal, slope = _normal(problem, state, config)
        step = np.linalg.solve(normal, -slope)
        for share in _STEP_SHARES:
            tried = np.clip(state + share * step, low, high)
            tried_cost = _cost(problem, tried, config)
            if tried_cost < cost:
                break
        else:
            break
        gained, state, cost = cost - tried_cost, tried, tried_cost
        if gained < _ENOUGH:
            break
    return state


_STEP_SHARES = (1.0, 0.5, 0.25, 0.1, 0.02)
_ENOUGH = 1e-5
"""Gain of cost below which another step moves no parameter by a hundredth of its uncertainty."""


def _passings(problem: _Problem, share: float) -> tuple[Floats, Floats]:
    """When the body passes over the foot that opens and the one that closes each stride."""
    return problem.start_s + share * problem.opening_contact_s, problem.end_s + share * problem.closing_contact_s


def _residuals(problem: _Problem, state: Floats) -> tuple[Floats, Floats]:
    """Residuals of strides and of beliefs in standard deviations."""
    start, end = _passings(problem, float(state[3]))
    way = _distance(state, end) - _distance(state, start)
    return (way - problem.length_m) / problem.length_sd_m, (state[1:] - problem.believed) / problem.believed_sd


def _cost(problem: _Problem, state: Floats, config: ProfileConfig) -> float:
    strides, beliefs = _residuals(problem, state)
    soft = 2 * config.outlier_sd**2 * (np.sqrt(1 + (strides / config.outlier_sd) ** 2) - 1)
    return float(soft.sum() + beliefs @ beliefs)


def _normal(problem: _Problem, state: Floats, config: ProfileConfig) -> tuple[Floats, Floats]:
    """Return the normal matrix (4, 4) and half the slope (4,) of the cost, strides weighted by the soft loss."""
    strides, beliefs = _residuals(problem, state)
    start, end = _passings(problem, float(state[3]))
    design = np.empty((strides.size, 4))
    design[:, :3] = _distance_gradient(state, end) - _distance_gradient(state, start)
    design[:, 3] = _speed(state, end) * problem.closing_contact_s - _speed(state, start) * problem.opening_contact_s
    design /= problem.length_sd_m[:, None]
    weighted = design / np.sqrt(1 + (strides / config.outlier_sd) ** 2)[:, None]
    normal = weighted.T @ design
    at = np.arange(1, 4)
    normal[at, at] += 1 / problem.believed_sd**2
    slope = weighted.T @ strides
    slope[1:] += beliefs / problem.believed_sd
    return normal, slope


def _profile(problem: _Problem, state: Floats, config: ProfileConfig) -> SpeedProfile:
    normal, _ = _normal(problem, state, config)
    covariance = np.asarray(np.linalg.inv(normal)[:3, :3], dtype=np.float64)
    residual, _ = _residuals(problem, state)
    # Scatter beyond the stated uncertainty widens the interval, less never narrows it; outliers count as softly here.
    soft = residual**2 / np.sqrt(1 + (residual / config.outlier_sd) ** 2)
    residual_sd = float(np.sqrt(np.mean(soft)))
    covariance *= max(1.0, residual_sd) ** 2
    covariance[0, 0] += (config.scale_sd * state[0]) ** 2
    profile = SpeedProfile(
        v_max_m_s=float(state[0]),
        tau_s=float(state[1]),
        origin_s=float(state[2]),
        covariance=covariance,
        reached_m_s=float("nan"),
        reached_sd_m_s=float("nan"),
        n_strides=residual.size,
        residual_sd=residual_sd,
        scale_sd=config.scale_sd,
        tau_model_sd_s=config.tau_model_sd_s,
    )
    return _with_reached(profile, float(_passings(problem, float(state[3]))[1].max()))


def _with_reached(profile: SpeedProfile, end_s: float) -> SpeedProfile:
    at = np.array([end_s])
    return replace(
        profile,
        reached_m_s=float(speed_at_m_s(profile, at)[0]),
        reached_sd_m_s=float(speed_sd_m_s(profile, at)[0]),
    )
