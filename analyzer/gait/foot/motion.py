"""Signals of a foot, turned into one slowly drifting world."""

from dataclasses import dataclass

import numpy as np

from analyzer.model import Floats, Indices
from analyzer.signal.orientation import rotated
from analyzer.signal.vectors import crossed

__all__ = ["FootMotion"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FootMotion:
    """Signals of a foot in a world that may drift slowly in tilt and heading.

    Attributes
    ----------
    rate_hz : float
    rotation : (n, 4) float array
        Quaternions from sensor to drifting world, by strap-down.
    force_m_s2 : (n, 3) float array
        Specific force in the drifting world.
    rate_rad_s : (n, 3) float array
        Angular rate in the sensor frame.
    lever_m : (3,) float array
        From the ball of the foot to the sensor, in the sensor frame.
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
        # Turned into the world only where it is asked for: a few samples of each stride.
        rows = np.ravel(at)
        rate, rotation = np.take(self.rate_rad_s.T, rows, axis=1), np.take(self.rotation.T, rows, axis=1)
        return rotated(rotation.T, crossed(rate.T, self.lever_m)).reshape(*np.shape(at), 3)
