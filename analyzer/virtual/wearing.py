"""Sensors worn wrongly, switched on late, dead early or on somebody else."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from analyzer.model import Placement
from analyzer.virtual.habits import Wear
from analyzer.virtual.sensor import Mount, Trace

__all__ = ["labelled", "mounted", "switched"]

FEET = (Placement.LEFT_FOOT, Placement.RIGHT_FOOT)


def mounted(mount: Mount, placement: Placement, wear: Wear) -> Mount:
    """Return how a sensor is really worn: upside down, it is turned about its forward axis."""
    if placement.value not in wear.upside_down:
        return mount
    return replace(mount, segment_from_sensor=mount.segment_from_sensor @ np.diag([1.0, -1.0, -1.0]))


def switched(trace: Trace, placement: Placement, wear: Wear, duration_s: float) -> Trace:
    """Return what a sensor samples while it is on.

    Parameters
    ----------
    trace : Trace
    placement : Placement
    wear : Wear
    duration_s : float
        Of the recording.
    """
    begin_s = wear.from_s.get(placement.value, 0.0)
    end_s = wear.until_share.get(placement.value, 1.0) * duration_s
    first, last = np.searchsorted(trace.time_s, [begin_s, end_s])
    if placement.value not in wear.until_share:
        last = np.intp(trace.time_s.size)
    return Trace(trace.time_s[first:last], trace.period_s, trace.counts[first:last])


def labelled(traces: Mapping[Placement, Trace], wear: Wear) -> dict[Placement, Trace]:
    """Return traces under the placements that the sensors themselves give."""
    if not wear.feet_swapped:
        return dict(traces)
    other = dict(zip(FEET, reversed(FEET), strict=True))
    return {other.get(placement, placement): trace for placement, trace in traces.items()}
