"""Which way a segment faces in its sensor: forward, left and up, from the stand, the run and the swing."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from analyzer.gait.segments.strapdown import Attitude
from analyzer.model import Floats
from analyzer.signal.orientation import rotated
from analyzer.signal.vectors import along, sizes

__all__ = ["AxesConfig", "SegmentAxes", "Way", "heading_of", "segment_angle", "segment_axes", "side_angle"]

Way = Literal["forward", "backward", "lateral_left", "lateral_right", "unknown"]
"""Where the body goes as it sees it; unknown is taken to be forward."""


@dataclass(frozen=True, slots=True)
class AxesConfig:
    """When the axes of a segment count as known.

    Attributes
    ----------
    least_speed_change_m_s : float
        The direction of travel is that of the speed gained from the stand to the fastest part; from less of it an
        error of tilt (1 deg over 3 s is 0.5 m/s) turns it too far.
    stride_s : float
        Speeds are means over about a stride: within it limbs go back and forth.
    least_agreement : float
        Cosine between the axis of a limb's swing and the left of the way it goes: below it the two tell different
        stories.
    """

    least_speed_change_m_s: float = 1.5
    stride_s: float = 0.5
    least_agreement: float = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class SegmentAxes:
    """Axes of a segment in the sensor frame, each (3,): forward, left and up (towards the head) in the stand."""

    forward: Floats
    left: Floats
    up: Floats


def heading_of(attitude: Attitude, run_s: tuple[float, float, float], config: AxesConfig) -> Floats | None:
    """Return the direction of travel in the drifting world.

    Parameters
    ----------
    attitude : Attitude
    run_s : three floats
        First movement, end of the fastest part, end of the run.
    config : AxesConfig

    Returns
    -------
    (3,) float array or None
        Unit vector, level; None where neither getting faster nor slowing changes the speed enough.
    """
    start, top, stop = (round(float(at)) for at in attitude.index(np.array(run_s)))
    up = attitude.world_up[top]
    half = max(1, round(0.5 * config.stride_s * attitude.rate_hz))
    velocity = np.cumsum(attitude.force_m_s2, axis=0) / attitude.rate_hz
    middle = max(start, top - half)
    fastest = velocity[max(start, middle - half) : middle + half].mean(axis=0)
    gained, lost = fastest - velocity[start], fastest - velocity[max(stop - half, middle) : stop + half].mean(axis=0)
    # A run that was under way when its samples began still shows its way by its slowing.
    change = max((gained, lost), key=lambda step: float(np.linalg.norm(step - (step @ up) * up)))
    level = change - (change @ up) * up
    size = float(np.linalg.norm(level))
    return np.asarray(level / size) if size >= config.least_speed_change_m_s else None


def segment_axes(
    attitude: Attitude, up: Floats, heading: Floats, span_s: tuple[float, float], options: tuple[Way, bool, AxesConfig]
) -> SegmentAxes | None:
    """Return the axes of a segment in its sensor.

    Parameters
    ----------
    attitude : Attitude
    up : (3,) float array
        Up in the sensor while the athlete stands upright.
    heading : (3,) float array
        Direction of travel in the drifting world.
    span_s : two floats
        Running steps lie between.
    options : (Way, bool, AxesConfig)
        Where the body goes, and whether the segment is a limb, whose swing tells its axis.

    Returns
    -------
    SegmentAxes or None
        None where the segment points along the way, or its swing is not about the left of the way.
    """
    way, limb, config = options
    first, last = (int(at) for at in attitude.index(np.array(span_s)))
    inverse = attitude.rotation[first : last + 1] * np.array([1.0, -1.0, -1.0, -1.0])
    # The mean over whole strides: segments twist to either side of the way.
    ahead = rotated(inverse, np.broadcast_to(heading, (len(inverse), 3))).mean(axis=0)
    level = ahead - (ahead @ up) * up
    if np.linalg.norm(level) < config.least_agreement * np.linalg.norm(ahead):
        return None
    forward = _faced(level / np.linalg.norm(level), up, way)
    left = np.cross(up, forward)
    if not limb or way.startswith("lateral"):
        return SegmentAxes(forward, left, up)
    rate = attitude.rate_rad_s[first : last + 1]
    swing = np.linalg.eigh(rate.T @ rate)[1][:, -1]
    swing = swing - (swing @ up) * up
    size = float(np.linalg.norm(swing))
    if abs(swing @ left) < config.least_agreement or size < config.least_agreement:
        return None
    left = np.copysign(1.0, swing @ left) * swing / size
    return SegmentAxes(np.cross(left, up), left, up)


def segment_angle(attitude: Attitude, axes: SegmentAxes) -> Floats:
    """Return the tilt of a segment in its own sagittal plane, upper end forward positive, 0 in the stand, (n,)."""
    return np.arctan2(-along(attitude.up, axes.forward), along(attitude.up, axes.up))


def side_angle(attitude: Attitude, axes: SegmentAxes) -> Floats:
    """Return the tilt of a segment to the side, upper end left positive, 0 in the stand, (n,)."""
    return np.arcsin(np.clip(-along(attitude.up, axes.left) / sizes(attitude.up), -1.0, 1.0))


def _faced(travel: Floats, up: Floats, way: Way) -> Floats:
    """Return forward of a body that travels that way."""
    left = np.cross(up, travel)
    return np.asarray({"backward": -travel, "lateral_left": -left, "lateral_right": left}.get(way, travel))
