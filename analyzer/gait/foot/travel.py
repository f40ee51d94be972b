"""Where a foot went in each stride, as the foot itself saw it."""

from dataclasses import dataclass

import numpy as np

from analyzer.gait.foot.motion import FootMotion
from analyzer.gait.foot.trajectory import StridePaths
from analyzer.model import Floats
from analyzer.signal.orientation import matrices
from analyzer.signal.vectors import sizes

__all__ = ["FootTravel", "foot_travel"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FootTravel:
    """Ways of one foot, stride by stride.

    Attributes
    ----------
    start_s, end_s : (k,) float array
        Stillest instants between which each stride is.
    way_m : (k, 3) float array
        Displacement in the sensor frame as the foot stood at `start_s`.
    up : (k, 3) float array
        Upward unit vector in the sensor frame at `start_s`.
    swing_rad_s : (k,) float array
        Fastest rotation in each stride.
    heading_rad : (k,) float array
        Direction of each stride, anticlockwise seen from above, against the same but unknown zero; it drifts as slowly
        as the gyroscope does.
    swing_axis : (3,) float array
        Axis of the swing in the sensor frame, toe-up positive where the foot goes forward.
    """

    start_s: Floats
    end_s: Floats
    way_m: Floats
    up: Floats
    swing_rad_s: Floats
    heading_rad: Floats
    swing_axis: Floats

    def __len__(self) -> int:
        return len(self.start_s)

    def between(self, start_s: float, stop_s: float) -> "FootTravel":
        """Return the strides that lie mostly in that time."""
        middle = 0.5 * (self.start_s + self.end_s)
        kept = (middle >= start_s) & (middle <= stop_s)
        rows = (self.start_s, self.end_s, self.way_m, self.up, self.swing_rad_s, self.heading_rad)
        start, end, way, up, swing, heading = (values[kept] for values in rows)
        return FootTravel(start, end, way, up, swing, heading, self.swing_axis)


def foot_travel(
    motion: FootMotion, paths: StridePaths, times_s: tuple[Floats, Floats], swing_axis: Floats
) -> FootTravel:
    """Return the travel of a foot.

    Parameters
    ----------
    motion : FootMotion
    paths : StridePaths
        k strides.
    times_s : two (k,) float arrays
        When each stride begins and ends.
    swing_axis : (3,) float array
        In the sensor frame, toe-up positive.
    """
    # From the levelled world back into the sensor as it stood when the stride began.
    back = np.transpose(paths.levelling @ matrices(motion.rotation[paths.first]), (0, 2, 1))
    heading = np.unwrap(np.arctan2(paths.way_m[:, 1], paths.way_m[:, 0]))
    way = np.einsum("kij,kj->ki", back, paths.way_m)
    turning = sizes(motion.rate_rad_s)
    spans = zip(paths.first.tolist(), paths.last.tolist(), strict=True)
    swing = np.array([turning[first:last].max() for first, last in spans], dtype=np.float64)
    return FootTravel(*times_s, way, back[:, :, 2], swing, heading, swing_axis)
