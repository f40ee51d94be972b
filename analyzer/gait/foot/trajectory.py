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

from analyzer.gait.foot.integrals import StrideIntegrals
from analyzer.gait.foot.motion import FootMotion
from analyzer.model import Floats, Indices
from analyzer.signal.orientation import tilt_from_gravity
from analyzer.signal.vectors import crossed, sizes
from analyzer.units import G_M_S2

__all__ = ["StridePaths", "TrajectoryConfig", "solve_strides"]

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


def solve_strides(motion: FootMotion, integrals: StrideIntegrals, config: TrajectoryConfig) -> StridePaths:
    """Return the way of the foot in each stride.

    Parameters
    ----------
    motion : FootMotion
    integrals : StrideIntegrals
        Of the same motion, whatever its lever then was.
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
    first, last = integrals.first, integrals.last
    ends = motion.rolling_m_s(first), motion.rolling_m_s(last)
    doubts = _doubts(integrals, config)
    levelling = tilt_from_gravity(integrals.once_m_s)
    for _ in range(config.n_iterations):
        levelling = _rotations(_tilt(_problem(integrals, ends, levelling), doubts).angle_rad) @ levelling
    problem = _problem(integrals, ends, levelling)
    tilt = _tilt(problem, doubts)
    impulse, drift = _shares(tilt, doubts)
    arm = integrals.impulse_arm_s[:, None], 0.5 * integrals.duration_s[:, None]
    way = problem.way_m + _bent(tilt.angle_rad, problem.twice_m) + arm[0] * impulse + arm[1] * drift
    anchor_sd_m = _anchor_sd_m_s(motion, first, last, config) * integrals.duration_s
    length, length_sd = _length(way, problem, tilt, doubts)
    length_sd = np.sqrt(
        length_sd**2 + anchor_sd_m**2 + integrals.spread_sd_m**2 + (config.scale_sd * length) ** 2,
    )
    return StridePaths(first, last, way, length, length_sd, levelling, impulse, drift)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Problem:
    """What m strides lack with all unknowns zero: velocity (m, 3) and height at the end must close.

    `once_m_s`, `twice_m`: integrated force in the levelled world; they bend with the tilt.
    """

    closure_m_s: Floats
    way_m: Floats
    once_m_s: Floats
    twice_m: Floats


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Doubts:
    """Prior variances of lost impulse and drift, (m,), and what they do to the four equations of a stride.

    Each axis has its own impulse and its own drift, so only the two equations of the vertical, end velocity and
    height, hang together. `slope` is the part of the height's error that the velocity's tells; `velocity` and
    `height` are the variances of the velocity and of what is left of the height.
    """

    impulse: Floats
    drift: Floats
    impulse_arm_s: Floats
    drift_arm_s: Floats
    velocity: Floats
    slope_s: Floats
    height: Floats


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Tilt:
    """Most probable tilt (m, 2), the three parts of its covariance, and what it leaves unexplained (m, 3), (m,)."""

    angle_rad: Floats
    variance_x: Floats
    variance_y: Floats
    covariance: Floats
    velocity_m_s: Floats
    height_m: Floats


def _problem(integrals: StrideIntegrals, ends: tuple[Floats, Floats], levelling: Matrices) -> _Problem:
    start, end = (_turned(levelling, velocity) for velocity in ends)
    once, twice = _turned(levelling, integrals.once_m_s), _turned(levelling, integrals.twice_m)
    duration = integrals.duration_s[:, None]
    closure = start + once - G_M_S2 * duration * _UP - end
    way = start * duration + twice - 0.5 * G_M_S2 * duration**2 * _UP
    return _Problem(closure, way, once, twice)


def _doubts(integrals: StrideIntegrals, config: TrajectoryConfig) -> _Doubts:
    impulse, drift = integrals.impulse_sd_m_s**2, (config.drift_m_s2 * integrals.duration_s) ** 2
    impulse_arm, drift_arm = integrals.impulse_arm_s, 0.5 * integrals.duration_s
    velocity = config.anchor_speed_sd_m_s**2 + impulse + drift
    both = impulse_arm * impulse + drift_arm * drift
    level = config.level_sd_m**2 + integrals.spread_sd_m**2
    height = level + impulse_arm**2 * impulse + drift_arm**2 * drift
    return _Doubts(impulse, drift, impulse_arm, drift_arm, velocity, both / velocity, height - both**2 / velocity)


def _tilt(problem: _Problem, doubts: _Doubts) -> _Tilt:
    """Solve for the tilt, impulse and drift having been summed out: two unknowns, four equations, in closed form."""
    x, y, z = problem.once_m_s.T
    twice = problem.twice_m - doubts.slope_s[:, None] * problem.once_m_s
    by_x, by_y = twice[:, 1], -twice[:, 0]
    v_x, v_y, v_z = -problem.closure_m_s.T
    height = -problem.way_m[:, 2] - doubts.slope_s * v_z
    # Turns about x and y change the velocity by (0, -z, y) and (z, 0, -x), and the height by `by_x` and `by_y`.
    xx = (z * z + y * y) / doubts.velocity + by_x * by_x / doubts.height
    yy = (z * z + x * x) / doubts.velocity + by_y * by_y / doubts.height
    xy = -x * y / doubts.velocity + by_x * by_y / doubts.height
    right_x = (y * v_z - z * v_y) / doubts.velocity + by_x * height / doubts.height
    right_y = (z * v_x - x * v_z) / doubts.velocity + by_y * height / doubts.height
    determinant = xx * yy - xy * xy
    angle = np.column_stack([yy * right_x - xy * right_y, xx * right_y - xy * right_x]) / determinant[:, None]
    velocity = -problem.closure_m_s - _bent(angle, problem.once_m_s)
    height = height - by_x * angle[:, 0] - by_y * angle[:, 1]
    return _Tilt(angle, yy / determinant, xx / determinant, -xy / determinant, velocity, height)


def _shares(tilt: _Tilt, doubts: _Doubts) -> tuple[Floats, Floats]:
    """Return lost impulse and drift, (m, 3): what the tilt leaves open, each by its own doubt."""
    told = tilt.velocity_m_s / doubts.velocity[:, None]
    rest = tilt.height_m / doubts.height
    impulse, drift = doubts.impulse[:, None] * told, doubts.drift[:, None] * told
    impulse[:, 2] += doubts.impulse * (doubts.impulse_arm_s - doubts.slope_s) * rest
    drift[:, 2] += doubts.drift * (doubts.drift_arm_s - doubts.slope_s) * rest
    return impulse, drift


def _bent(angle_rad: Floats, vectors: Floats) -> Floats:
    """Return the change of vectors by small turns about x and y."""
    return crossed(np.column_stack([angle_rad, np.zeros(len(angle_rad))]), vectors)


def _length(way_m: Floats, problem: _Problem, tilt: _Tilt, doubts: _Doubts) -> tuple[Floats, Floats]:
    """Return the level length and what tilt, lost impulse and drift leave of its uncertainty."""
    length = np.hypot(way_m[:, 0], way_m[:, 1])
    along_x, along_y = way_m[:, :2].T / np.maximum(length, 1e-9)
    # A tilt moves the level way by the twice integrated vertical, less what the end velocity gives away of it.
    lift = problem.twice_m[:, 2] - doubts.slope_s * problem.once_m_s[:, 2]
    by_tilt = along_x**2 * tilt.variance_y - 2 * along_x * along_y * tilt.covariance + along_y**2 * tilt.variance_x
    own = doubts.impulse_arm_s**2 * doubts.impulse + doubts.drift_arm_s**2 * doubts.drift
    own -= doubts.slope_s**2 * doubts.velocity
    return length, np.sqrt(np.maximum(own, 0.0) + lift**2 * by_tilt)


def _turned(matrix: Matrices, vectors: Floats) -> Floats:
    return np.asarray(np.einsum("kij,kj->ki", matrix, vectors))


def _rotations(angle_rad: Floats) -> Matrices:
    """Rotation matrices nearest to small turns about x and y, (m, 3, 3)."""
    x, y = angle_rad.T
    # The nearest rotation to `1 + turn` is that by the angle whose tangent is the turn's size.
    cosine = 1.0 / np.sqrt(1.0 + x * x + y * y)
    versed = cosine * cosine / (1.0 + cosine)
    matrix = np.empty((len(angle_rad), 3, 3))
    matrix[:, 0, 0], matrix[:, 1, 1], matrix[:, 2, 2] = cosine + versed * x * x, cosine + versed * y * y, cosine
    matrix[:, 0, 1] = matrix[:, 1, 0] = versed * x * y
    matrix[:, 0, 2], matrix[:, 2, 0] = cosine * y, -cosine * y
    matrix[:, 1, 2], matrix[:, 2, 1] = -cosine * x, cosine * x
    return matrix


def _anchor_sd_m_s(motion: FootMotion, first: Indices, last: Indices, config: TrajectoryConfig) -> Floats:
    """Uncertainty of the mean velocity of the two ends: slip is theirs alone, the lever's error is common, (m,)."""
    rate = 0.5 * (sizes(motion.rate_rad_s[first]) + sizes(motion.rate_rad_s[last]))
    return np.asarray(np.hypot(config.anchor_speed_sd_m_s / np.sqrt(2.0), config.lever_sd_m * rate))
