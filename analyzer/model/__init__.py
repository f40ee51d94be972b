"""The vocabulary: what a recording holds and what an analysis says.

Frames of reference: ``SENSOR`` as mounted; ``BODY`` x forward, y left, z up in quiet stand, right-handed;
``RUN`` x along the run, y left, z up. A resting accelerometer reads +9.81 m/s2 upward in all of them.
"""

from analyzer.model.analysis import Analysis, Finding, Level
from analyzer.model.payload import Characteristic, LinkEvent, TimedPayload
from analyzer.model.placement import FrameOfReference, Placement, placement_of
from analyzer.model.plan import Direction, Plan, PlannedRest, PlannedRun, StartCue
from analyzer.model.recording import Athlete, Mark, Notice, Recording
from analyzer.model.stream import Bools, Floats, Indices, SensorStream, clipped_samples

__all__ = [
    "Analysis",
    "Athlete",
    "Bools",
    "Characteristic",
    "Direction",
    "Finding",
    "Floats",
    "FrameOfReference",
    "Indices",
    "Level",
    "LinkEvent",
    "Mark",
    "Notice",
    "Placement",
    "Plan",
    "PlannedRest",
    "PlannedRun",
    "Recording",
    "SensorStream",
    "StartCue",
    "TimedPayload",
    "clipped_samples",
    "placement_of",
]
