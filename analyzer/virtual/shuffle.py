"""Side steps: the leading foot reaches out, the other closes up behind it, and the feet never cross."""

from dataclasses import dataclass

import numpy as np

from analyzer.virtual.footfalls import Footfall, Kind, Side, other_side
from analyzer.virtual.path import Path

__all__ = ["SHUFFLE_SWING_SHARE", "shuffled"]

CYCLE_SPEEDS_M_S = (0.0, 1.5, 2.8)
CYCLES_S = (0.52, 0.46, 0.40)
"""Time from one contact of the leading foot to its next."""

CLOSES_SHARE = 0.40
LEAD_CONTACT_SHARE, TRAIL_CONTACT_SHARE = 0.37, 0.39
"""Of that time: when the other foot lands, and how long either is down."""

REACH_M = (0.16, 0.115)
"""How far ahead of the hips the leading foot lands: standing, and more per metre a second."""

CLOSE_M = (-0.13, -0.022)
"""The same of the foot that closes up; behind the hips is negative."""

SHUFFLE_SWING_SHARE = 0.30
"""Feet that shuffle are hardly lifted."""

SLOW_M_S = 0.35
"""Slower than this the last steps are over."""


@dataclass(frozen=True, slots=True)
class _Steps:
    path: Path
    run: int

    def fall(self, side: Side, at_s: float, off_s: float, ahead_m: float, kind: Kind) -> Footfall:
        path = self.path
        heading = path.heading_at(at_s)
        travel = heading + path.drift_at(at_s)
        return Footfall(
            side,
            at_s,
            off_s,
            path.position_at(at_s) + ahead_m * float(np.cos(travel)),
            path.aside_at(at_s) + ahead_m * float(np.sin(travel)),
            heading,
            path.speed_at(at_s),
            path.acceleration_at(at_s + 0.08),
            kind,
            self.run if kind not in ("stand", "walk") else 0,
            SHUFFLE_SWING_SHARE,
        )


def shuffled(path: Path, onset_s: float, run: int, draw: np.random.Generator, *, to_left: bool) -> list[Footfall]:
    """Return the contacts of a shuffle from a stand to a stand.

    Parameters
    ----------
    path : Path
        Its direction of travel is square to where the body faces.
    onset_s : float
        First motion of the body.
    run : int
    draw : numpy.random.Generator
    to_left : bool
        Whether the left foot leads.
    """
    lead: Side = "left" if to_left else "right"
    steps = _Steps(path, run)
    at_s = onset_s + float(draw.uniform(0.28, 0.34))
    falls = [
        steps.fall(lead, 0.0, at_s - 0.20, 0.09, "start"),
        steps.fall(other_side(lead), 0.0, at_s + 0.03, -0.09, "start"),
    ]
    while path.speed_at(at_s + 0.2) > SLOW_M_S or at_s < onset_s + 0.5:
        speed = path.speed_at(at_s + 0.1)
        cycle_s = float(np.interp(speed, CYCLE_SPEEDS_M_S, CYCLES_S)) * float(np.exp(draw.normal(0.0, 0.015)))
        closes_s = at_s + CLOSES_SHARE * cycle_s
        kinds = _kind(path, at_s), _kind(path, closes_s)
        ends_s = at_s + LEAD_CONTACT_SHARE * cycle_s, closes_s + TRAIL_CONTACT_SHARE * cycle_s
        reach, close = (a + b * path.speed_at(at_s) for a, b in (REACH_M, CLOSE_M))
        falls.append(steps.fall(lead, at_s, ends_s[0], reach, kinds[0]))
        falls.append(steps.fall(other_side(lead), closes_s, ends_s[1], close, kinds[1]))
        at_s += cycle_s
    falls.append(steps.fall(lead, at_s, np.inf, _left_m(path, at_s) + 0.09, "stand"))
    falls.append(steps.fall(other_side(lead), at_s + 0.3, np.inf, _left_m(path, at_s + 0.3) - 0.09, "stand"))
    return falls


def _left_m(path: Path, time_s: float) -> float:
    """Return the way that is left after a time."""
    x_m, y_m = (ends - now for ends, now in zip(_place(path, path.stop_s), _place(path, time_s), strict=True))
    return float(np.hypot(x_m, y_m))


def _place(path: Path, time_s: float) -> tuple[float, float]:
    return path.position_at(time_s), path.aside_at(time_s)


def _kind(path: Path, at_s: float) -> Kind:
    push = path.acceleration_at(at_s + 0.08)
    if push > 0.5:
        return "accel"
    return "decel" if push < -0.8 else "steady"
