"""Where a segment is and how it is turned, over time."""

from dataclasses import dataclass

import numpy as np

from analyzer.model import Floats

__all__ = ["Pose", "rotations", "shifted"]


@dataclass(frozen=True, slots=True, eq=False)
class Pose:
    """Position and attitude of a segment over time, in the frame of the lane (x along it, y left, z up).

    Attributes
    ----------
    position_m : (n, 3) float array
        Of the segment's origin.
    yaw_rad, pitch_rad, roll_rad : (n,) float array
        Turned first by yaw about z, then by pitch (positive: front or far end up), then by roll about x.
    """

    position_m: Floats
    yaw_rad: Floats
    pitch_rad: Floats
    roll_rad: Floats


def rotations(pose: Pose) -> Floats:
    """Return (n, 3, 3) rotations that turn segment vectors into the frame of the lane."""
    cy, sy = np.cos(pose.yaw_rad), np.sin(pose.yaw_rad)
    # With y to the left a rotation about +y puts the front down: pitch turns about -y.
    cp, sp = np.cos(pose.pitch_rad), -np.sin(pose.pitch_rad)
    cr, sr = np.cos(pose.roll_rad), np.sin(pose.roll_rad)
    turn = np.empty((cy.size, 3, 3))
    turn[:, 0, 0], turn[:, 0, 1], turn[:, 0, 2] = cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr
    turn[:, 1, 0], turn[:, 1, 1], turn[:, 1, 2] = sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr
    turn[:, 2, 0], turn[:, 2, 1], turn[:, 2, 2] = -sp, cp * sr, cp * cr
    return turn


def shifted(pose: Pose, lever_m: Floats) -> Floats:
    """Return (n, 3) positions of a point of the segment.

    Parameters
    ----------
    pose : Pose
    lever_m : (3,) or (n, 3) float array
        From the segment's origin, in the segment's frame.
    """
    turn = rotations(pose)
    lever = np.broadcast_to(lever_m, pose.position_m.shape)
    return np.asarray(pose.position_m + np.einsum("nij,nj->ni", turn, lever))
