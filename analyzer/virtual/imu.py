"""What an ideal sensor on a moving segment feels: specific force and angular rate, from the motion alone."""

import numpy as np

from analyzer.model import Floats
from analyzer.units import G_M_S2
from analyzer.virtual.pose import Pose, rotations

__all__ = ["felt"]


def felt(pose: Pose, lever_m: Floats, rate_hz: float) -> tuple[Floats, Floats]:
    """Return specific force and angular rate at a point of a segment, in the segment's frame.

    Parameters
    ----------
    pose : Pose
        Sampled evenly.
    lever_m : (3,) or (n, 3) float array
        Of the sensor from the segment's origin; one that changes is soft tissue.
    rate_hz : float
        Of the motion.

    Returns
    -------
    acc_m_s2, gyr_rad_s : (n, 3) float array
        Lever-arm terms are in it, as the position of the sensor itself is differentiated.
    """
    turn = rotations(pose)
    lever = np.broadcast_to(lever_m, pose.position_m.shape)
    position = pose.position_m + np.einsum("nij,nj->ni", turn, lever)
    force = np.empty_like(position)
    force[1:-1] = (position[2:] - 2 * position[1:-1] + position[:-2]) * rate_hz**2
    # The second difference has no neighbours at the ends.
    force[0], force[-1] = force[1], force[-2]
    # Specific force: a sensor at rest reads +g upward.
    force[:, 2] += G_M_S2
    return np.einsum("nji,nj->ni", turn, force), _rates(pose, rate_hz)


def _rates(pose: Pose, rate_hz: float) -> Floats:
    """Return the angular rate in the segment's frame from the rates of yaw, pitch and roll."""
    yaw, pitch, roll = (np.gradient(angle) * rate_hz for angle in (pose.yaw_rad, pose.pitch_rad, pose.roll_rad))
    cp, sp = np.cos(pose.pitch_rad), np.sin(pose.pitch_rad)
    cr, sr = np.cos(pose.roll_rad), np.sin(pose.roll_rad)
    # Pitch turns about -y (front up), so its share enters y with a minus.
    return np.column_stack([roll + yaw * sp, -pitch * cr + yaw * cp * sr, pitch * sr + yaw * cp * cr])
