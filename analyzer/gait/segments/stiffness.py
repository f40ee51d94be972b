"""Vertical and leg stiffness of steady running by the sine-wave method."""

from dataclasses import dataclass

import numpy as np

from analyzer.model import Athlete, Floats
from analyzer.units import G_M_S2

__all__ = ["LEG_SHARE_OF_HEIGHT", "Stiffness", "leg_length_m", "stiffness_of"]

LEG_SHARE_OF_HEIGHT = 0.53
"""Leg length per body height: Winter's anthropometry, as in [morin2005]."""


@dataclass(frozen=True, slots=True, eq=False)
class Stiffness:
    """Spring and mass of each step, (n,) each; NaN where an input is.

    Attributes
    ----------
    peak_force_n : (n,) float array
    drop_m : (n,) float array
        How far the centre of mass sinks in the contact.
    vertical_n_m, leg_n_m : (n,) float array
    """

    peak_force_n: Floats
    drop_m: Floats
    vertical_n_m: Floats
    leg_n_m: Floats


def leg_length_m(athlete: Athlete) -> float:
    """Return the length of an athlete's legs, from the height where it was not measured; NaN without either."""
    measured = athlete.leg_length_m
    return measured if np.isfinite(measured) else LEG_SHARE_OF_HEIGHT * athlete.height_m


def stiffness_of(
    contact_time_s: Floats, flight_time_s: Floats, speed_m_s: Floats, body: tuple[float, float]
) -> Stiffness:
    """Return the stiffness of steps.

    Parameters
    ----------
    contact_time_s, flight_time_s, speed_m_s : (n,) float array
        Of steps at nearly constant speed.
    body : two floats
        Mass in kg and leg length in m.

    Returns
    -------
    Stiffness
        NaN too where a leg would have to be shorter than half of its contact length, or there is no flight.

    Notes
    -----
    [morin2005]. A contact time that is 10 % short raises the vertical stiffness by 15 % and that of the leg by 35 %:
    good for one athlete against himself with the same sensors, and for nothing else.

    Examples
    --------
    >>> found = stiffness_of(np.array([0.125]), np.array([0.125]), np.array([8.0]), (80.0, 0.97))
    >>> float(found.peak_force_n.round(1)[0]), float(found.vertical_n_m.round()[0]), float(found.leg_n_m.round()[0])
    (2464.7, 83208.0, 14634.0)
    """
    mass_kg, leg_m = body
    flying = np.where(flight_time_s > 0.0, flight_time_s, np.nan)
    force = mass_kg * G_M_S2 * (np.pi / 2.0) * (flying / contact_time_s + 1.0)
    drop = force * contact_time_s**2 / (mass_kg * np.pi**2) - G_M_S2 * contact_time_s**2 / 8.0
    half_m = 0.5 * speed_m_s * contact_time_s
    below = np.where(half_m < leg_m, half_m, np.nan)
    shortening = leg_m - np.sqrt(leg_m**2 - below**2) + drop
    return Stiffness(force, drop, force / drop, force / shortening)
