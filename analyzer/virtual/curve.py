"""Smooth curves through knots: every angle and every path of the virtual athlete is one of these."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator, PPoly

from analyzer.model import Floats

__all__ = ["Lobe", "quintic", "smoothstep", "travel"]

AREA_PASSES = 30
"""Corrections of the rate knots; the areas then fit to better than a microradian."""


@dataclass(frozen=True, slots=True)
class Lobe:
    """A stretch of a rate curve whose area, the angle turned in it, is given.

    Attributes
    ----------
    start, stop : int
        First and last rate knot of the stretch.
    area : float
        What the rate must integrate to between them.
    weights : tuple of float
        Share of the correction that each knot from `start` to `stop` takes; 0 keeps a knot as it is.
    """

    start: int
    stop: int
    area: float
    weights: tuple[float, ...]


def smoothstep(share: Floats) -> Floats:
    """Return a rise from 0 to 1 over `share` 0 to 1, with no speed and no acceleration at its ends."""
    u = np.clip(share, 0.0, 1.0)
    return np.asarray(u**3 * (10 - 15 * u + 6 * u**2))


def quintic(knots: Floats, time_s: Floats) -> Floats:
    """Return the fifth-degree curve through knots with given rates and accelerations.

    Parameters
    ----------
    knots : (k, 4) float array
        Time (rising), value, rate, acceleration.
    time_s : (n,) float array
        Times outside the knots get the value of the nearest knot.

    Returns
    -------
    (n,) float array
        Twice continuously differentiable.
    """
    start, value, rate, acc = knots[:-1].T
    stop, end_value, end_rate, end_acc = knots[1:].T
    h = stop - start
    a, b, c = value, rate, acc / 2
    # The three high coefficients follow from value, rate and acceleration at the far knot.
    d0 = (end_value - a - b * h - c * h**2) / h**3
    d1 = (end_rate - b - 2 * c * h) / h**2
    d2 = (end_acc - 2 * c) / h
    cubic = 10 * d0 - 4 * d1 + d2 / 2
    quartic = (-15 * d0 + 7 * d1 - d2) / h
    fifth = (6 * d0 - 3 * d1 + d2 / 2) / h**2
    curve = PPoly(np.array([fifth, quartic, cubic, c, b, a]), knots[:, 0])
    # Held, not extrapolated: a fifth-degree curve leaves its last knot at once.
    return np.asarray(curve(np.clip(time_s, knots[0, 0], knots[-1, 0])))


def travel(knot_s: Floats, rates: Floats, lobes: list[Lobe], time_s: Floats) -> tuple[Floats, Floats]:
    """Return a curve from the knots of its rate, corrected so that every lobe has its area.

    Parameters
    ----------
    knot_s : (k,) float array
        Rising.
    rates : (k,) float array
        Wanted rates; they fix the shape, the lobes fix the size.
    lobes : list of Lobe
        Not overlapping; without any the rates stay as they are.
    time_s : (n,) float array
        Within the knots.

    Returns
    -------
    value : (n,) float array
        Integral of the rate from the first knot on.
    rates : (k,) float array
        The corrected knots.
    """
    rates = rates.copy()
    if not lobes:
        return np.asarray(PchipInterpolator(knot_s, rates).antiderivative()(time_s)), rates
    first = np.array([lobe.start for lobe in lobes])
    last = np.array([lobe.stop for lobe in lobes])
    wanted = np.array([lobe.area for lobe in lobes])
    weights, owner = _weights(rates.size, lobes)
    # To first order one unit on a knot adds the half of its two intervals to the area.
    reach = np.convolve(np.diff(knot_s), [0.5, 0.5])
    gain = np.array([weights[lobe.start : lobe.stop + 1] @ reach[lobe.start : lobe.stop + 1] for lobe in lobes])
    # The slopes of a PCHIP depend on the knots themselves, so one correction does not hit the areas.
    for _ in range(AREA_PASSES):
        primitive = PchipInterpolator(knot_s, rates).antiderivative()
        at = primitive(knot_s)
        step = (wanted - (at[last] - at[first])) / gain
        rates += weights * np.append(step, 0.0)[owner]
    return np.asarray(PchipInterpolator(knot_s, rates).antiderivative()(time_s)), rates


def _weights(n_knots: int, lobes: list[Lobe]) -> tuple[Floats, NDArray[np.intp]]:
    """Return each knot's share of the correction and the lobe it belongs to (one past the last: none)."""
    weights = np.zeros(n_knots)
    owner = np.full(n_knots, len(lobes), dtype=np.intp)
    for number, lobe in enumerate(lobes):
        for knot, weight in zip(range(lobe.start, lobe.stop + 1), lobe.weights, strict=True):
            if weight:
                weights[knot], owner[knot] = weight, number
    return weights, owner
