"""The virtual athlete: continuous motion first, sensor signals second, and the truth from the motion."""

from analyzer.virtual.faults import DOSES, FAULTS, Fault
from analyzer.virtual.practice import ScriptConfig
from analyzer.virtual.scenarios import SCENARIOS, Link, Scenario, scenario_of
from analyzer.virtual.sensor import SensorModel
from analyzer.virtual.simulate import DEMO_PLACEMENTS, Motion, VirtualPractice, sample_practice, simulate, steady
from analyzer.virtual.truth import Truth

__all__ = [
    "DEMO_PLACEMENTS",
    "DOSES",
    "FAULTS",
    "SCENARIOS",
    "Fault",
    "Link",
    "Motion",
    "Scenario",
    "ScriptConfig",
    "SensorModel",
    "Truth",
    "VirtualPractice",
    "sample_practice",
    "scenario_of",
    "simulate",
    "steady",
]
