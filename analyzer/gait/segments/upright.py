"""Where up is in a sensor while its wearer stands: spans of stillness, and which of them is the upright stand."""

from dataclasses import dataclass

import numpy as np

from analyzer.model import Bools, Floats, Indices
from analyzer.signal.grid import GridSignals
from analyzer.signal.vectors import crossed, sizes
from analyzer.units import G_M_S2

__all__ = ["StillSpans", "Upright", "UprightConfig", "angle_between", "still_spans", "upright_of"]


@dataclass(frozen=True, slots=True)
class UprightConfig:
    """What counts as standing still, and as upright.

    Attributes
    ----------
    piece_s : float
        Stillness is judged in pieces that long.
    max_force_sd_m_s2, max_rate_rad_s : float
        Scatter of the force and size of the rate in a still piece: sway, breath and a gyroscope's bias stay below
        (8 deg/s), walking does not.
    max_weight_error_m_s2 : float
        The mean force is a person's weight up to the scale error of an accelerometer.
    least_still_s : float
        Shorter stillness is the turning point of a movement.
    same_rad : float
        Stands whose directions of up differ less are one posture (6 deg).
    max_from_walking_rad : float
        A stand further from the mean posture of walking (20 deg) may be a crouch, or sitting: an athletic stance bends
        trunk and thigh by 35 deg.
    least_share : float
        One that is near goes before a longer one that is not, unless it is shorter than this share of it.
    least_sure_s, never_from_walking_rad : float
        Nobody keeps an athletic stance that long: a longer stand counts although what was done besides the run looks
        otherwise, as jumping and kneeling do, but not as far from it as sitting (45 deg).
    least_walking_s : float
        So much movement besides the run tells the mean posture of walking.
    stand_sd_rad : float
        Two stands of one person differ by this (1 deg).
    walking_sd_rad : float
        The trunk in walking against the stand (3 deg).
    """

    piece_s: float = 0.1
    max_force_sd_m_s2: float = 0.5
    max_rate_rad_s: float = 0.15
    max_weight_error_m_s2: float = 0.6
    least_still_s: float = 0.5
    same_rad: float = np.radians(6.0)
    max_from_walking_rad: float = np.radians(20.0)
    least_share: float = 0.2
    least_sure_s: float = 3.0
    never_from_walking_rad: float = np.radians(45.0)
    least_walking_s: float = 3.0
    stand_sd_rad: float = np.radians(1.0)
    walking_sd_rad: float = np.radians(3.0)


@dataclass(frozen=True, slots=True, eq=False)
class StillSpans:
    """Stretches in which a sensor was still, in time order.

    Attributes
    ----------
    start, stop : (k,) int array
        Samples, half-open.
    up : (k, 3) float array
        Mean upward unit vector in the sensor frame.
    rate_rad_s : (k, 3) float array
        Mean rate less what the change of up over the span explains: the gyroscope's bias without the body's sway,
        but for sway about the vertical.
    """

    start: Indices
    stop: Indices
    up: Floats
    rate_rad_s: Floats

    def __len__(self) -> int:
        return len(self.start)


@dataclass(frozen=True, slots=True, eq=False)
class Upright:
    """Up in the sensor frame while the wearer is upright.

    Attributes
    ----------
    up : (3,) float array
    sd_rad : float
        Standard uncertainty of it as the athlete's own upright.
    from_walking : bool
        True where no stand told it, but the mean posture of walking.
    """

    up: Floats
    sd_rad: float
    from_walking: bool


def still_spans(signals: GridSignals, config: UprightConfig) -> StillSpans:
    """Return the stretches in which a sensor was still.

    Parameters
    ----------
    signals : GridSignals
        Pieces with lost samples are not still: nobody knows.
    config : UprightConfig
    """
    length = max(2, round(config.piece_s * signals.rate_hz))
    n_pieces = signals.n_samples // length
    force, rate = (_pieces(values, n_pieces, length) for values in (signals.acc_m_s2, signals.gyr_rad_s))
    mean = force.mean(axis=1)
    scatter = np.sqrt(np.maximum((force * force).mean(axis=1) - mean * mean, 0.0).sum(axis=1))
    turn = np.sqrt((rate * rate).mean(axis=1).sum(axis=1))
    still = (scatter <= config.max_force_sd_m_s2) & (turn <= config.max_rate_rad_s)
    still &= np.abs(sizes(mean) - G_M_S2) <= config.max_weight_error_m_s2
    still &= ~signals.lost[: n_pieces * length].reshape(n_pieces, length).any(axis=1)
    first, last = _stretches(still)
    long = (last - first) * length >= config.least_still_s * signals.rate_hz - 1.0
    # The first and the last piece reach into movement, however quiet it begins and ends.
    first, last = first[long] + 1, last[long] - 1
    up = _means(mean, first, last)
    bias = _biases(mean, rate.mean(axis=1), (first, last), length / signals.rate_hz)
    # Slowing down evenly, a body is as quiet as in a stand; its tilt seems to change, but not to its gyroscope.
    kept = sizes(bias) <= config.max_rate_rad_s
    start, stop = first[kept] * length, last[kept] * length
    return StillSpans(start, stop, (up / sizes(up)[:, None])[kept], bias[kept])


def upright_of(
    spans: StillSpans, signals: GridSignals, run_s: tuple[float, float], config: UprightConfig
) -> Upright | None:
    """Return where up is in the upright stand.

    Parameters
    ----------
    spans : StillSpans
        Around one run.
    signals : GridSignals
    run_s : two floats
        First movement and end of the run: what lies between is neither a stand nor a walk.
    config : UprightConfig

    Returns
    -------
    Upright or None
        The posture stood in longest, unless it is far from that of walking; without one the mean posture of walking;
        None without either.
    """
    walking = _walking_up(spans, signals, run_s, config)
    stood = _stood(spans, walking, signals.rate_hz, config) if len(spans) else None
    if stood is not None:
        return Upright(stood, config.stand_sd_rad, from_walking=False)
    return None if walking is None else Upright(walking, config.walking_sd_rad, from_walking=True)


def angle_between(vectors: Floats, direction: Floats) -> Floats:
    """Return the angle of unit vectors (..., 3) with a unit vector, in radians."""
    # By the sine's half: the arc cosine of what is nearly 1 has no digits left.
    return np.asarray(2.0 * np.arcsin(np.clip(0.5 * sizes(np.atleast_2d(vectors - direction)), 0.0, 1.0)))


def _stood(spans: StillSpans, walking: Floats | None, rate_hz: float, config: UprightConfig) -> Floats | None:
    """Return the posture that was stood in upright; None where only others were."""
    length_s = (spans.stop - spans.start) / rate_hz
    alike = np.stack([angle_between(spans.up, one) <= config.same_rad for one in spans.up])
    total_s = alike @ length_s
    off = np.zeros(len(spans)) if walking is None else angle_between(spans.up, walking)
    near = off <= config.max_from_walking_rad
    sure = (total_s >= config.least_sure_s) & (off <= config.never_from_walking_rad)
    # The three rules, strictest first.
    for allowed in (near & (total_s >= config.least_share * total_s.max()), sure, near):
        if allowed.any():
            best = alike[int(np.argmax(np.where(allowed, total_s, 0.0)))]
            mean = (length_s * best) @ spans.up
            return np.asarray(mean / np.linalg.norm(mean))
    return None


def _walking_up(
    spans: StillSpans, signals: GridSignals, run_s: tuple[float, float], config: UprightConfig
) -> Floats | None:
    """Return the mean direction of force while the wearer moved without running: over whole steps it is up."""
    moving = ~signals.lost
    moving[signals.to_index(run_s[0] - 0.5) : signals.to_index(run_s[1] + 1.0)] = False
    for start, stop in zip(spans.start.tolist(), spans.stop.tolist(), strict=True):
        moving[start:stop] = False
    if np.count_nonzero(moving) < config.least_walking_s * signals.rate_hz:
        return None
    mean = moving.astype(np.float64) @ signals.acc_m_s2
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9))


def _pieces(values: Floats, n_pieces: int, length: int) -> Floats:
    return np.asarray(values[: n_pieces * length].reshape(n_pieces, length, 3))


def _stretches(mask: Bools) -> tuple[Indices, Indices]:
    """Return first and past-the-last index of each stretch of True."""
    edge = np.diff(np.concatenate([[0], mask.astype(np.int8), [0]]))
    return np.flatnonzero(edge == 1), np.flatnonzero(edge == -1)


def _biases(force: Floats, rate: Floats, stretches: tuple[Indices, Indices], piece_s: float) -> Floats:
    """Return the mean rate of stretches of pieces that the tilt seen at their two ends does not explain."""
    first, last = stretches
    # From the middle of the first pieces to that of the last ones.
    mean = _means(rate, first + END_PIECES // 2, last - END_PIECES // 2)
    begun, ended = _means(force, first, first + END_PIECES), _means(force, last - END_PIECES, last)
    begun, ended = begun / sizes(begun)[:, None], ended / sizes(ended)[:, None]
    turned_s = np.maximum(last - first - END_PIECES, 1) * piece_s
    # Up goes round in the sensor against the way the sensor turns.
    return np.asarray(mean - crossed(ended, begun) / turned_s[:, None])


END_PIECES = 2
"""Pieces at either end of a stretch that tell its tilt there."""


def _means(values: Floats, first: Indices, last: Indices) -> Floats:
    total = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
    return np.asarray((total[last] - total[first]) / np.maximum(last - first, 1)[:, None])
