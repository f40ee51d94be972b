"""What happens in a practice besides what the plan asks, and how the sensors are worn wrongly."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from analyzer.virtual.gestures import GestureKind

__all__ = ["EXTRA", "Break", "Habits", "Rep", "Wear"]

Break = Literal["jog", "walk", "false_start"] | GestureKind

EXTRA = 0
"""Slot of a run that the plan does not know."""


@dataclass(frozen=True, slots=True)
class Rep:
    """One run as it was really done.

    Attributes
    ----------
    slot : int
        Of the plan, from 1; 0 is a run that the plan does not know.
    share : float
        Of the distance, after which it is broken off; 1 is a whole run.
    """

    slot: int
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Habits:
    """How a practice goes on between the runs, and how it departs from its plan.

    Attributes
    ----------
    before : tuple of str
        What is done before the first run.
    breaks : tuple of str
        What is done between runs, one after the other, and from the front again.
    n_breaks : int
        How many of them between two runs.
    rest : {'still', 'walk', 'jog'}
        How what is left of the planned rest is spent.
    rest_share : float
        Of the planned rest that is taken.
    moving_share : float
        Of what is left of it that is spent so; the athlete stands for the remainder.
    reps : tuple of Rep
        What is really run; empty: the plan.
    crossover : bool
        Sideways runs cross the legs instead of shuffling.
    bend : bool
        Runs go round the bag at their end.
    slips : bool
        Of the runs on a signal one begins too early and one with a false step.
    cut : bool
        The recording ends in the middle of the last run.
    """

    before: tuple[Break, ...] = ()
    breaks: tuple[Break, ...] = ()
    n_breaks: int = 2
    rest: Literal["still", "walk", "jog"] = "still"
    rest_share: float = 1.0
    moving_share: float = 1.0
    reps: tuple[Rep, ...] = ()
    crossover: bool = False
    bend: bool = False
    slips: bool = False
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Wear:
    """How the sensors are worn, and how long they work.

    Attributes
    ----------
    feet_swapped : bool
        Each foot's sensor says that it is on the other.
    upside_down : tuple of str
        Placements whose sensor is turned by half a turn about its forward axis.
    from_s : mapping of str to float
        When late sensors begin.
    until_share : mapping of str to float
        Share of the recording after which sensors die.
    other_athlete : tuple of str
        Placements whose sensor is worn by another athlete, who does the same practice a little later.
    """

    feet_swapped: bool = False
    upside_down: tuple[str, ...] = ()
    from_s: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    until_share: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    other_athlete: tuple[str, ...] = ()
