"""The way of the body: speed, place and heading, from stand to stand."""

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PchipInterpolator, PPoly

from analyzer.model import Floats
from analyzer.virtual.curve import smoothstep

__all__ = [
    "Effort",
    "Path",
    "Stretch",
    "even_path",
    "join",
    "run_stretch",
    "stand_stretch",
    "turn_stretch",
    "walk_stretch",
]

STEP_S = 0.02
"""Spacing of the speed knots; speed profiles are smooth over tenths of a second."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How one run is run.

    Attributes
    ----------
    target_speed_m_s : float
        Speed that the acceleration tends to.
    time_constant_s : float
    deceleration_m_s2 : float
        Mean, after the mark, positive.
    past_mark_m : float
        How far past the mark the athlete keeps his speed.
    onset_ramp_s : float
        Time in which the push builds up from nothing.
    walk_speed_m_s : float
        Speed to which he slows.
    cruise_speed_m_s : float
        Beyond it he no longer speeds up.
    """

    target_speed_m_s: float
    time_constant_s: float
    deceleration_m_s2: float = 1.9
    past_mark_m: float = 2.0
    onset_ramp_s: float = 0.16
    walk_speed_m_s: float = 1.3
    cruise_speed_m_s: float = np.inf


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """Speed knots of one stretch, from its own time zero.

    Attributes
    ----------
    time_s : (k,) float array
    speed_m_s : (k,) float array
        Along the lane, backward negative.
    heading_rad : (k,) float array
        Turned since the stretch began.
    """

    time_s: Floats
    speed_m_s: Floats
    heading_rad: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """The way of the body as functions of time.

    Attributes
    ----------
    speed, position, heading : scipy.interpolate.PPoly
        Metres per second along the way, metres along the lane, radians from the running direction.
    start_s, stop_s : float
    aside : scipy.interpolate.PPoly or None
        Metres to the left of the lane; None: the way stays on it.
    course : scipy.interpolate.PPoly or None
        Direction of travel in radians; None: as the body faces.
    """

    speed: PPoly
    position: PPoly
    heading: PPoly
    start_s: float
    stop_s: float
    aside: PPoly | None = None
    course: PPoly | None = None

    def speed_at(self, time_s: float) -> float:
        """Return the speed along the lane."""
        return float(self.speed(self._inside(time_s)))

    def position_at(self, time_s: float) -> float:
        """Return the position along the lane."""
        return float(self.position(self._inside(time_s)))

    def heading_at(self, time_s: float) -> float:
        """Return the heading."""
        return float(self.heading(self._inside(time_s)))

    def aside_at(self, time_s: float) -> float:
        """Return the position to the left of the lane."""
        return 0.0 if self.aside is None else float(self.aside(self._inside(time_s)))

    def drift_at(self, time_s: float) -> float:
        """Return the direction of travel against that in which the body faces, left positive."""
        return 0.0 if self.course is None else float(self.course(self._inside(time_s))) - self.heading_at(time_s)

    def acceleration_at(self, time_s: float, span_s: float = 0.1) -> float:
        """Return how fast the pace rises, whatever the direction, over a span around a time."""
        return (abs(self.speed_at(time_s + span_s / 2)) - abs(self.speed_at(time_s - span_s / 2))) / span_s

    def turn_rate_at(self, time_s: float, span_s: float = 0.1) -> float:
        """Return the mean rate of turn over a span around a time."""
        return (self.heading_at(time_s + span_s / 2) - self.heading_at(time_s - span_s / 2)) / span_s

    def _inside(self, time_s: float) -> float:
        # Beyond its ends the polynomial would run away.
        return min(max(time_s, self.start_s), self.stop_s)


def run_stretch(effort: Effort, distance_m: float) -> Stretch:
    """Return a run from its onset through the mark to walking speed.

    Mono-exponential acceleration (di Prampero 2005 and others), the push ramped in over `onset_ramp_s`, speed kept
    until `past_mark_m` after the mark, then a smooth slowing.
    """
    time_s = np.arange(0.0, 60.0, STEP_S)
    u = np.clip(time_s / effort.onset_ramp_s, 0.0, 1.0)
    # Integral of the ramp 3u2 - 2u3: the time for which the full push would have acted.
    pushed_s = effort.onset_ramp_s * (u**3 - u**4 / 2) + np.clip(time_s - effort.onset_ramp_s, 0.0, None)
    # expm1 keeps its digits at the onset, where 1 - exp would lose them.
    speed = effort.target_speed_m_s * -np.expm1(-pushed_s / effort.time_constant_s)
    speed = np.minimum(speed, effort.cruise_speed_m_s)
    way_m = np.concatenate([[0.0], np.cumsum((speed[1:] + speed[:-1]) / 2 * STEP_S)])
    coast = int(np.searchsorted(way_m, distance_m + effort.past_mark_m))
    fast = float(speed[coast])
    slowing_s = (fast - effort.walk_speed_m_s) / effort.deceleration_m_s2
    # From one step on, as share 0 is the last sample before the slowing.
    share = np.arange(STEP_S, slowing_s, STEP_S) / slowing_s
    ramp = smoothstep(share)
    speed = np.concatenate([speed[: coast + 1], fast + (effort.walk_speed_m_s - fast) * ramp])
    return _stretch(speed)


def walk_stretch(distance_m: float, speed_m_s: float, from_speed_m_s: float, ramp_s: float = 1.2) -> Stretch:
    """Return a walk over a signed distance that begins at some speed and ends at rest.

    Parameters
    ----------
    distance_m : float
        Along the lane, its sign that of `speed_m_s`.
    speed_m_s, from_speed_m_s : float
        Along the lane.
    ramp_s : float
        Time of the change of speed at either end.
    """
    ramp = smoothstep(np.arange(0.0, ramp_s, STEP_S) / ramp_s)
    begin = from_speed_m_s + (speed_m_s - from_speed_m_s) * ramp
    end = speed_m_s * (1 - ramp)
    rest_m = distance_m - float(begin.sum() + end.sum()) * STEP_S
    # Way and speed have one sign, so their quotient is positive on the way back too.
    even = np.full(max(1, round(rest_m / speed_m_s / STEP_S)), speed_m_s)
    return _stretch(np.concatenate([begin, even, end, [0.0]]))


def turn_stretch(from_speed_m_s: float, turn_rad: float, duration_s: float = 2.0) -> Stretch:
    """Return a turn on the spot that takes up a remaining speed."""
    share = np.arange(0.0, duration_s, STEP_S) / duration_s
    speed = from_speed_m_s * (1 - smoothstep(share / 0.5))
    stretch = _stretch(np.append(speed, 0.0))
    turned = turn_rad * smoothstep(stretch.time_s / duration_s)
    return Stretch(stretch.time_s, stretch.speed_m_s, turned)


def stand_stretch(duration_s: float) -> Stretch:
    """Return a stand."""
    return Stretch(np.array([0.0, duration_s]), np.zeros(2), np.zeros(2))


def join(stretches: list[Stretch]) -> tuple[Path, list[float]]:
    """Return stretches one after the other as one path, and when each of them begins.

    Each stretch must begin at the speed at which the one before ends.
    """
    # Below, the first knot of every stretch is left out: it is the last of the one before, and times must rise.
    begins = np.concatenate([[0.0], np.cumsum([stretch.time_s[-1] for stretch in stretches])])
    time_s = np.concatenate([[0.0], *[b + s.time_s[1:] for b, s in zip(begins[:-1], stretches, strict=True)]])
    speed = np.concatenate([stretches[0].speed_m_s[:1], *[stretch.speed_m_s[1:] for stretch in stretches]])
    headings = np.concatenate([[0.0], np.cumsum([stretch.heading_rad[-1] for stretch in stretches])])
    turned = [h + s.heading_rad[1:] for h, s in zip(headings[:-1], stretches, strict=True)]
    curve = PchipInterpolator(time_s, speed)
    heading = PchipInterpolator(time_s, np.concatenate([[0.0], *turned]))
    path = Path(curve, curve.antiderivative(), heading, 0.0, float(time_s[-1]))
    return path, [float(begin) for begin in begins]


def even_path(speed_m_s: float, start_s: float, stop_s: float) -> Path:
    """Return a path at one speed."""
    ends_s = np.array([start_s, stop_s])
    curve = PchipInterpolator(ends_s, np.full(2, speed_m_s))
    heading = PchipInterpolator(ends_s, np.zeros(2))
    return Path(curve, curve.antiderivative(), heading, start_s, stop_s)


def _stretch(speed_m_s: Floats) -> Stretch:
    time_s = STEP_S * np.arange(speed_m_s.size, dtype=np.float64)
    return Stretch(time_s, speed_m_s, np.zeros(speed_m_s.size))
