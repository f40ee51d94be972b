"""Way of a foot from one stillest instant of contact to the next, without any need of a stand.

Each stride is one small least-squares problem of its own. At the stillest instant of a contact the sensor moves as
the rolling foot makes it, ``v = omega x lever``; from there to the next such instant the specific force is integrated
twice. What does not close is shared out, each by its own doubt, among

* the tilt of the stride (two angles): it bends the path, and on level ground both ends are equally high;
* an impulse lost where samples were clipped or did not arrive, placed at those samples;
* a slow drift, spread evenly over the stride.

That the path is level tells the tilt apart from the lost impulse: a tilt of 1 degree lifts the end of a 4 m stride by
7 cm, a lost impulse just before the contact hardly at all.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyzer.model import Floats, Indices
from analyzer.signal.orientation import tilt_from_gravity
from analyzer.units import G_M_S2

__all__ = ["FootMotion", "StridePaths", "TrajectoryConfig", "solve_strides"]

Matrices = NDArray[np.float64]

_UP = np.array([0.0, 0.0, 1.0])


@dataclass(frozen=True, slots=True)
class TrajectoryConfig:
    """What is believed about a stride before it is measured.

    Attributes
    ----------
    anchor_speed_sd_m_s : float
        Slip and soft tissue at the stillest instant of a contact.
    lever_sd_m : float
        How well the way from the ball of the foot to the sensor is known; times the rate it adds to the former.
    level_sd_m : float
        Height difference of two contacts of a foot on level ground.
    drift_m_s2 : float
        Even drift of the specific force: soft tissue, scale and bias together.
    scale_sd : float
        Relative: scale of the accelerometer and whatever all strides of a foot share.
    n_iterations : int
        Gauss-Newton steps; the fourth changes stride lengths by less than 1 mm.
    """

    anchor_speed_sd_m_s: float = 0.05
    lever_sd_m: float = 0.02
    level_sd_m: float = 0.02
    drift_m_s2: float = 0.15
    scale_sd: float = 0.01
    n_iterations: int = 4


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FootMotion:
    """Signals of a foot in a world that may drift slowly in tilt and heading.

    Attributes
    ----------
    rate_hz : float
    rotation : (n, 4) float array
        Quaternions from sensor to drifting world, by strap-down.
    force_m_s2, rate_rad_s : (n, 3) float array
        Specific force and angular rate in the drifting world.
    lever_m : (n, 3) float array
        From the ball of the foot to the sensor, in the drifting world.
    doubt_m2_s4 : (n,) float array
        Variance of the specific force where it was clipped or lost, else zero.
    """

    rate_hz: float
    rotation: Floats
    force_m_s2: Floats
    rate_rad_s: Floats
    lever_m: Floats
    doubt_m2_s4: Floats

    def rolling_m_s(self, at: Indices) -> Floats:
        """Return the velocity that the sensor has while the foot rolls on its ball, (..., 3) for (...) samples."""
        return np.cross(self.rate_rad_s[at], self.lever_m[at])


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class StridePaths:
    """Solution of m strides, each from sample `first` to sample `last`.

    Attributes
    ----------
    first, last : (m,) int array
    way_m : (m, 3) float array
        Displacement in the levelled world.
    length_m, length_sd_m : (m,) float array
        Horizontal length and its standard uncertainty.
    levelling : (m, 3, 3) float array
        Drifting world to levelled world.
    lost_impulse_m_s, drift_m_s : (m, 3) float array
        Velocity put back at clipped or lost samples, and evenly.
    """

    first: Indices
    last: Indices
    way_m: Floats
    length_m: Floats
    length_sd_m: Floats
    levelling: Matrices
    lost_impulse_m_s: Floats
    drift_m_s: Floats


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Integrals:
    """Per stride: once and twice integrated force, duration, and moments of the doubt.

    Lost impulses are taken as one, at `impulse_arm_s` before the end; `spread_sd_m` is what that leaves out of the way
    where clipped stretches lie apart.
    """

    duration_s: Floats
    once_m_s: Floats
    twice_m: Floats
    impulse_sd_m_s: Floats
    impulse_arm_s: Floats
    spread_sd_m: Floats


DOUBT_SPAN_S = 0.01
"""Errors of neighbouring clipped samples hang together over about the length of an impact."""


def solve_strides(motion: FootMotion, first: Indices, last: Indices, config: TrajectoryConfig) -> StridePaths:
    """Return the way of the foot in each stride.

    Parameters
    ----------
    motion : FootMotion
    first, last : (m,) int array
        Stillest instants at which strides begin and end; ``last > first``.
    config : TrajectoryConfig

    Returns
    -------
    StridePaths

    Notes
    -----
    Contact-point velocity instead of zero velocity: a foot that rolls at 300 deg/s about its ball biases a
    zero-velocity stride by -7 % at 9 m/s. Level ground as a measurement of tilt, and the lost impulse as an unknown
    of its own, are ours; that clipping is what spoils stride length at speed is the finding of [potter2019].
    """
    integrals = _integrals(motion, first, last)
    ends = motion.rolling_m_s(first), motion.rolling_m_s(last)
    levelling = tilt_from_gravity(integrals.once_m_s)
    for _ in range(config.n_iterations):
        state, _ = _least_squares(_problem(integrals, ends, levelling, config))
        turn = np.column_stack([state[:, :2], np.zeros(len(state))])
        levelling = _rotations(turn) @ levelling
    problem = _problem(integrals, ends, levelling, config)
    state, covariance = _least_squares(problem)
    way = problem.way_m + np.einsum("kij,kj->ki", problem.way_design, state)
    spread = np.einsum("kij,kjl,kml->kim", problem.way_design, covariance, problem.way_design)
    anchor_sd_m = _anchor_sd_m_s(motion, first, last, config) * integrals.duration_s
    length, length_sd = _length(way, spread, anchor_sd_m)
    length_sd = np.hypot(np.hypot(length_sd, integrals.spread_sd_m), config.scale_sd * length)
    return StridePaths(first, last, way, length, length_sd, levelling, state[:, 2:5], state[:, 5:8])


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Problem:
    """Linear least squares of m strides; unknown are 2 angles, 3 lost impulses, 3 drifts.

    `design`, `target`, `sd`: velocity and height at the end must close, and the unknowns are small. `way_m` is the way
    with all unknowns zero, `way_design` its derivative by them.
    """

    design: Floats
    target: Floats
    sd: Floats
    way_m: Floats
    way_design: Floats


_N_UNKNOWN = 8


def _problem(
    integrals: _Integrals, ends: tuple[Floats, Floats], levelling: Matrices, config: TrajectoryConfig
) -> _Problem:
    start, end = (_turned(levelling, velocity) for velocity in ends)
    once, twice = _turned(levelling, integrals.once_m_s), _turned(levelling, integrals.twice_m)
    duration = integrals.duration_s[:, None]
    closure = start + once - G_M_S2 * duration * _UP - end
    way = start * duration + twice - 0.5 * G_M_S2 * duration**2 * _UP
    velocity_design = _response(once, 1.0, 1.0)
    way_design = _response(twice, integrals.impulse_arm_s, 0.5 * integrals.duration_s)
    m = len(way)
    design = np.concatenate(
        [velocity_design, way_design[:, 2:3], np.broadcast_to(np.eye(_N_UNKNOWN)[2:], (m, 6, _N_UNKNOWN))], axis=1
    )
    target = np.concatenate([-closure, -way[:, 2:3], np.zeros((m, 6))], axis=1)
    sd = np.empty((m, 10))
    sd[:, :3] = config.anchor_speed_sd_m_s
    sd[:, 3] = np.hypot(config.level_sd_m, integrals.spread_sd_m)
    sd[:, 4:7] = integrals.impulse_sd_m_s[:, None]
    sd[:, 7:] = config.drift_m_s2 * duration
    return _Problem(design, target, sd, way, way_design)


def _response(integral: Floats, impulse_arm: Floats | float, drift_arm: Floats | float) -> Floats:
    """Return the derivative of an integrated force by the unknowns, (m, 3, 8)."""
    design = np.zeros((len(integral), 3, _N_UNKNOWN))
    design[:, :, 0] = np.cross([1.0, 0.0, 0.0], integral)
    design[:, :, 1] = np.cross([0.0, 1.0, 0.0], integral)
    axes = np.arange(3)
    design[:, axes, 2 + axes] = np.broadcast_to(impulse_arm, len(integral))[:, None]
    design[:, axes, 5 + axes] = np.broadcast_to(drift_arm, len(integral))[:, None]
    return design


def _least_squares(problem: _Problem) -> tuple[Floats, Floats]:
    """Most probable unknowns (m, 8) and their covariance (m, 8, 8)."""
    weighted = problem.design / problem.sd[:, :, None]
    covariance = np.linalg.inv(np.einsum("kij,kil->kjl", weighted, weighted))
    state = np.einsum("kjl,kil,ki->kj", covariance, weighted, problem.target / problem.sd)
    return state, covariance


def _integrals(motion: FootMotion, first: Indices, last: Indices) -> _Integrals:
    step_s = 1.0 / motion.rate_hz
    duration: Floats = np.asarray((last - first) * step_s, dtype=np.float64)
    once, twice = _moments(motion.force_m_s2, first, last, step_s)
    variance, arm = _moments(motion.doubt_m2_s4[:, None], first, last, step_s)
    total = variance[:, 0]
    # Never quite zero: a stride without a clipped sample keeps a solvable equation for its lost impulse.
    sd = np.sqrt(total * DOUBT_SPAN_S) + 1e-3
    arm_s = np.divide(arm[:, 0], total, out=np.zeros_like(total), where=total > 0)
    spread_sd = np.sqrt(_spread(motion.doubt_m2_s4, first, last, step_s) * DOUBT_SPAN_S)
    return _Integrals(duration, once, twice, sd, arm_s, spread_sd)


def _spread(doubt: Floats, first: Indices, last: Indices, step_s: float) -> Floats:
    """Return the doubt's second moment about its own middle in each stride, (m,)."""
    places = np.arange(len(doubt)) * step_s
    moments = _cumulative(doubt[:, None] * places[:, None] ** np.arange(3), step_s)
    zero, one, two = (moments[last] - moments[first]).T
    about_middle = two - np.divide(one**2, zero, out=np.zeros_like(zero), where=zero > 0)
    return np.asarray(np.maximum(about_middle, 0.0))


def _moments(values: Floats, first: Indices, last: Indices, step_s: float) -> tuple[Floats, Floats]:
    """Integral and double integral (trapezoids) from `first` to `last`, each (m, k)."""
    once = _cumulative(values, step_s)
    twice = _cumulative(once, step_s)
    duration = ((last - first) * step_s)[:, None]
    return once[last] - once[first], twice[last] - twice[first] - once[first] * duration


def _cumulative(values: Floats, step_s: float) -> Floats:
    summed = np.cumsum(0.5 * step_s * (values[1:] + values[:-1]), axis=0)
    return np.concatenate([np.zeros((1, values.shape[1])), summed])


def _turned(matrix: Matrices, vectors: Floats) -> Floats:
    return np.asarray(np.einsum("kij,kj->ki", matrix, vectors))


def _rotations(turn_rad: Floats) -> Matrices:
    """Rotation matrices of small turns about the horizontal axes, made orthogonal, (m, 3, 3)."""
    matrix = np.broadcast_to(np.eye(3), (len(turn_rad), 3, 3)).copy()
    x, y = turn_rad[:, 0], turn_rad[:, 1]
    matrix[:, 0, 2], matrix[:, 2, 0] = y, -y
    matrix[:, 1, 2], matrix[:, 2, 1] = -x, x
    left, _, right = np.linalg.svd(matrix)
    return np.asarray(left @ right)


def _anchor_sd_m_s(motion: FootMotion, first: Indices, last: Indices, config: TrajectoryConfig) -> Floats:
    """Uncertainty of the mean velocity of the two ends: slip is theirs alone, the lever's error is common, (m,)."""
    rate = 0.5 * (np.linalg.norm(motion.rate_rad_s[first], axis=1) + np.linalg.norm(motion.rate_rad_s[last], axis=1))
    return np.asarray(np.hypot(config.anchor_speed_sd_m_s / np.sqrt(2.0), config.lever_sd_m * rate))


def _length(way_m: Floats, spread_m2: Floats, anchor_sd_m: Floats) -> tuple[Floats, Floats]:
    length = np.hypot(way_m[:, 0], way_m[:, 1])
    along = way_m[:, :2] / np.maximum(length, 1e-9)[:, None]
    variance = np.einsum("ki,kij,kj->k", along, spread_m2[:, :2, :2], along)
    return length, np.sqrt(variance + anchor_sd_m**2)
