"""The variations of the drill, ready to run."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType

from analyzer.errors import InputError
from analyzer.model.plan import YARD_20_M, Direction, Finish, Plan, PlannedRest, PlannedRun, StartCue, Wording

__all__ = ["PRESETS", "Preset", "preset_of"]

_YARD_10_M, _YARD_15_M, _FOOT_90_M = 9.144, 13.716, 27.432


@dataclass(frozen=True, slots=True)
class Preset:
    """A plan as a grid: in every set, over every distance and in every direction, all efforts in order.

    Attributes
    ----------
    name : str
        That of the plan.
    meaning : str
        What it is for, one line.
    efforts_pct, distances_m, directions : tuple
    n_sets : int
    rest_s : float
        Planned before each run; NaN where it is left to the coach.
    start_cue, finish, rest_mode
        As in `PlannedRun`, the same for all runs.
    wording, surface
        As in `Plan`.
    """

    name: str
    meaning: str = ""
    efforts_pct: tuple[float, ...] = (50.0, 75.0, 100.0)
    distances_m: tuple[float, ...] = (YARD_20_M,)
    directions: tuple[Direction, ...] = ("forward",)
    n_sets: int = 1
    rest_s: float = float("nan")
    start_cue: StartCue = "own"
    finish: Finish = "run_through"
    rest_mode: PlannedRest = "any"
    wording: Wording = "effort"
    surface: str = ""

    def plan(self) -> Plan:
        """Return the plan with its runs written out.

        Raises
        ------
        InputError
            An effort, distance or rest that is none, no sets, or nothing to run.
        """
        if self.n_sets < 1:
            raise InputError(f"the number of sets must be at least 1, got {self.n_sets}")
        one = tuple(
            PlannedRun(effort, distance_m, direction, self.start_cue, self.rest_s, self.finish, self.rest_mode)
            for distance_m, direction, effort in product(self.distances_m, self.directions, self.efforts_pct)
        )
        return Plan(one * self.n_sets, self.wording, self.surface, self.name)


# Read-only, as everybody shares them.
PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        preset.name: preset
        for preset in (
            Preset("progressive", "three gears over 20 yards"),
            Preset(
                "distance-ladder",
                "the three gears over 10, then 15, then 20 yards",
                distances_m=(_YARD_10_M, _YARD_15_M, YARD_20_M),
            ),
            Preset("home-to-first", "90 feet, through the bag; finish = turn to round it", distances_m=(_FOOT_90_M,)),
            Preset(
                "multi-directional",
                "forward, backward and to both sides, each direction against its own best",
                distances_m=(_YARD_15_M,),
                directions=("forward", "backward", "lateral_left", "lateral_right"),
            ),
            Preset("reaction", "start on a signal that is seen", distances_m=(_YARD_15_M,), start_cue="visual"),
            Preset("recovery-focus", "two minutes of walking or jogging between", rest_s=120.0, rest_mode="active"),
        )
    }
)
"""Variations by name; the names are part of the public interface."""


def preset_of(name: str) -> Preset:
    """Return the variation with that name.

    Raises
    ------
    InputError
        There is none; the message lists those there are.
    """
    if name not in PRESETS:
        raise InputError(f"unknown plan {name!r}; use one of {', '.join(PRESETS)}")
    return PRESETS[name]
