"""The angle of a shank at initial contact."""

import numpy as np

from analyzer.model import Floats

__all__ = ["angle_at_contact_rad"]


def angle_at_contact_rad(ahead_rad: Floats, contact: Floats) -> Floats:
    """Return the angle of a shank at some instants.

    Parameters
    ----------
    ahead_rad : (n,) float array
        Ankle ahead of the knee positive, 0 in the stand.
    contact : (m,) float array
        Fractional samples of the initial contacts; NaN where there is none.

    Returns
    -------
    (m,) float array
        NaN where the instant is not known or not inside the signal.

    Notes
    -----
    Not smoothed: a filter would mix the swing before with the landing after, and the integral of a rate is smooth.

    Examples
    --------
    >>> angle_at_contact_rad(np.array([0.2, 0.1, 0.0]), np.array([0.5, np.nan, 7.0]))
    array([0.15,  nan,  nan])
    """
    inside = (contact >= 0.0) & (contact <= len(ahead_rad) - 1.0)
    # A turn by more than half a circle does not occur in a step: unwrapping keeps neighbours neighbours.
    angle = np.interp(np.where(inside, contact, 0.0), np.arange(len(ahead_rad)), np.unwrap(ahead_rad))
    return np.where(inside, angle, np.nan)
