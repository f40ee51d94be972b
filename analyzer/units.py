"""Conversions for display and for reading files; inside, everything is SI."""

from scipy import constants

__all__ = [
    "ACCELERATION_UNITS_M_S2",
    "ANGULAR_RATE_UNITS_RAD_S",
    "DISTANCE_UNITS_M",
    "G_M_S2",
    "TIME_UNITS_S",
    "feet_and_inches",
]

G_M_S2: float = constants.g
"""Standard gravity."""

ACCELERATION_UNITS_M_S2: dict[str, float] = {"m/s2": 1.0, "m/s^2": 1.0, "g": G_M_S2, "mg": G_M_S2 / 1000}
"""Name of an acceleration unit -> metres per second squared in one of it."""

ANGULAR_RATE_UNITS_RAD_S: dict[str, float] = {
    "rad/s": 1.0,
    "deg/s": constants.degree,
    "dps": constants.degree,
    "mdps": constants.degree / 1000,
}
"""Name of an angular-rate unit -> radians per second in one of it."""

TIME_UNITS_S: dict[str, float] = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
"""Name of a time unit -> seconds in one of it."""

# The international yard and foot, exact in metres by definition.
DISTANCE_UNITS_M: dict[str, float] = {"m": 1.0, "yd": constants.yard, "ft": constants.foot}
"""Name of a distance unit -> metres in one of it."""


def feet_and_inches(length_m: float) -> str:
    """Return a length as feet and whole inches.

    Parameters
    ----------
    length_m : float
        Metres, not negative, finite.

    Returns
    -------
    str
        Such as ``5 ft 10 in``; inches are rounded and carry into feet.

    Examples
    --------
    >>> feet_and_inches(1.778)
    '5 ft 10 in'
    >>> feet_and_inches(1.8287)
    '6 ft 0 in'
    """
    # Rounded before it is split: rounding the rest alone gives 5 ft 12 in.
    inches = round(length_m / constants.inch)
    return f"{inches // 12} ft {inches % 12} in"
