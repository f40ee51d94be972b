"""The vocabulary: what a recording holds and what an analysis says.

Frames of reference: ``SENSOR`` as mounted; ``BODY`` x forward, y left, z up in quiet stand, right-handed;
``RUN`` x along the run, y left, z up. A resting accelerometer reads +9.81 m/s2 upward in all of them.
"""

from analyzer.model.analysis import Analysis, Finding, Level
from analyzer.model.cue import CUE_KIND, CueMark, Shown, cues_among
from analyzer.model.payload import Characteristic, LinkEvent, TimedPayload
from analyzer.model.placement import FrameOfReference, Placement, placement_of
from analyzer.model.plan import Direction, Finish, Plan, PlannedRest, PlannedRun, StartCue, Wording, assigned_from
from analyzer.model.presets import PRESETS, Preset, preset_of
from analyzer.model.reaction import Reaction, StartFlag, UncertaintyPart
from analyzer.model.recording import Athlete, Mark, Notice, Recording
from analyzer.model.stream import Bools, Floats, Indices, SensorStream, clipped_samples
from analyzer.model.timing import StartRule, Timing, TimingMethod

__all__ = [
    "CUE_KIND",
    "PRESETS",
    "Analysis",
    "Athlete",
    "Bools",
    "Characteristic",
    "CueMark",
    "Direction",
    "Finding",
    "Finish",
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
    "Preset",
    "Reaction",
    "Recording",
    "SensorStream",
    "Shown",
    "StartCue",
    "StartFlag",
    "StartRule",
    "TimedPayload",
    "Timing",
    "TimingMethod",
    "UncertaintyPart",
    "Wording",
    "assigned_from",
    "clipped_samples",
    "cues_among",
    "placement_of",
    "preset_of",
]
