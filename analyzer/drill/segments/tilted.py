"""One sensor through one run: its tilt and axes, or why they are not known."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from analyzer.gait.segments.axes import AxesConfig, SegmentAxes, Way, heading_of, segment_axes
from analyzer.gait.segments.strapdown import Attitude, StrapdownConfig, attitude_of
from analyzer.gait.segments.upright import UprightConfig, angle_between, still_spans, upright_of
from analyzer.model import Floats
from analyzer.signal.grid import GridSignals

__all__ = ["TILT_REASONS", "Tilted", "TiltedConfig", "tilted"]


@dataclass(frozen=True, slots=True)
class TiltedConfig:
    """How the tilt of a segment is found, and when it counts.

    Attributes
    ----------
    max_sd_rad : float
        Angles less sure than that (4 deg) are not told: a rule's bands are 5 deg wide at least.
    """

    upright: UprightConfig = field(default_factory=UprightConfig)
    strapdown: StrapdownConfig = field(default_factory=StrapdownConfig)
    axes: AxesConfig = field(default_factory=AxesConfig)
    max_sd_rad: float = np.radians(4.0)


TILT_REASONS: Mapping[str, str] = {
    "no_gyroscope": "the sensor has no gyroscope",
    "no_stand": "no upright stand was seen around the run",
    "slipped": "the sensor sits otherwise after the run than before",
    "no_direction": "the way the segment faces is not clear",
}
"""Why a sensor's angles are not known in a whole run."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Tilted:
    """A sensor through one run.

    Attributes
    ----------
    reason : str
        ``ok``, ``walking_zero`` (angles are against the mean of walking) or a key of `TILT_REASONS`.
    attitude : Attitude or None
    axes : SegmentAxes or None
        None where the reason says so.
    heading : (3,) float array or None
        Direction of travel in the drifting world of the attitude.
    zero_sd_rad : float
        Standard uncertainty of the upright.
    stood_up : (3,) float array or None
        Up in the sensor in the upright stand around the run; None where nobody stood.
    """

    reason: str
    attitude: Attitude | None = None
    axes: SegmentAxes | None = None
    heading: Floats | None = None
    zero_sd_rad: float = float("nan")
    stood_up: Floats | None = None


def tilted(
    signals: GridSignals,
    times_s: tuple[float, float, float, float],
    seen: tuple[Way, Floats | None],
    config: TiltedConfig,
) -> Tilted:
    """Return the tilt and axes of a sensor in one run.

    Parameters
    ----------
    signals : GridSignals
        With the stands around the run.
    times_s : four floats
        First movement, first contact, end of the fastest part, end of the run.
    seen : (Way, (3,) float array or None)
        Where the body went, and up in the sensor in the stand of the next run. A sensor that turns on its segment
        turns its gyroscope along: only the next stand shows it.
    config : TiltedConfig
    """
    if not signals.has_gyroscope:
        return Tilted("no_gyroscope")
    spans = still_spans(signals, config.upright)
    attitude = attitude_of(signals, spans, (times_s[0], times_s[3]), config.strapdown)
    upright = upright_of(spans, signals, (times_s[0], times_s[3]), config.upright)
    stood = None if upright is None or upright.from_walking else upright.up
    # The mean of walking is an upright of the trunk; legs stand otherwise than they walk.
    limb = signals.placement.segment in ("thigh", "shank")
    if attitude is None or upright is None or (limb and upright.from_walking):
        return Tilted("no_stand", attitude, stood_up=stood)
    heading = heading_of(attitude, (times_s[0], *times_s[2:]), config.axes)
    if attitude.slipped or _moved(stood, seen[1], config):
        return Tilted("slipped", attitude, None, heading, stood_up=stood)
    axes = None
    if heading is not None:
        axes = segment_axes(attitude, upright.up, heading, times_s[1:3], (seen[0], limb, config.axes))
    if axes is None:
        return Tilted("no_direction", attitude, None, heading, stood_up=stood)
    reason = "walking_zero" if upright.from_walking else "ok"
    return Tilted(reason, attitude, axes, heading, upright.sd_rad, stood)


def _moved(stood: Floats | None, next_stood: Floats | None, config: TiltedConfig) -> bool:
    """Return whether a sensor sits otherwise in the stand of the next run."""
    if stood is None or next_stood is None:
        return False
    return bool(angle_between(stood, next_stood)[0] > config.strapdown.max_mismatch_rad)
