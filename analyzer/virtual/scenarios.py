"""Named changes of the virtual practice: what a test or a demo asks for by name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from analyzer.errors import InputError
from analyzer.model import Plan, PlannedRun
from analyzer.units import DISTANCE_UNITS_M
from analyzer.virtual.faults import DOSES, FAULTS, faulty_habits
from analyzer.virtual.habits import EXTRA, Habits, Rep, Wear
from analyzer.virtual.runner import Runner, Style

__all__ = ["SCENARIOS", "Group", "Link", "Scenario", "scenario_of"]

Group = Literal["basics", "variations of the drill", "everyday practice", "faults", "bad input"]


@dataclass(frozen=True, slots=True)
class Link:
    """How well the radio works.

    Attributes
    ----------
    lost_share : float
        Of the packets, lost in bursts; 0 loses none.
    burst_packets : float
        Mean length of a burst.
    """

    lost_share: float = 0.0
    burst_packets: float = 4.0


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named change of the virtual practice.

    Attributes
    ----------
    name, meaning : str
    style : Style
        Changes of the motion itself; the signals follow from it.
    link : Link
    only : tuple of str
        Placements that are worn, whatever was asked for; empty: all that were asked for.
    any_mounting : bool
        Sensors turned at random instead of worn as told.
    group : str
        Heading under which it is listed.
    plan : Plan or None
        What the coach asked; None: whatever plan the caller has.
    habits : Habits
        What happens besides, and how the practice departs from its plan.
    wear : Wear
        How the sensors are worn wrongly.
    faults : mapping of str to float
        Names of faults and their doses.
    runner : Runner or None
        Who runs; None: the athlete of the seed.
    """

    name: str
    meaning: str
    style: Style = field(default_factory=Style)
    link: Link = field(default_factory=Link)
    only: tuple[str, ...] = ()
    any_mounting: bool = False
    group: Group = "basics"
    plan: Plan | None = None
    habits: Habits = field(default_factory=Habits)
    wear: Wear = field(default_factory=Wear)
    faults: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    runner: Runner | None = None


_YARD_M = DISTANCE_UNITS_M["yd"]
_FIRST_BASE_M = 90 * DISTANCE_UNITS_M["ft"]
_QUICK_THREE = Plan.progressive(15 * _YARD_M)


def _variation(name: str, meaning: str, plan: Plan, habits: Habits | None = None) -> Scenario:
    return Scenario(name, meaning, group="variations of the drill", plan=plan, habits=habits or Habits())


def _worn(name: str, meaning: str, wear: Wear) -> Scenario:
    return Scenario(name, meaning, group="bad input", plan=_QUICK_THREE, wear=wear)


def _departing(name: str, meaning: str, reps: tuple[Rep, ...], *, cut: bool = False) -> Scenario:
    return Scenario(name, meaning, group="bad input", plan=_QUICK_THREE, habits=Habits(reps=reps, cut=cut))


_VARIATIONS = (
    _variation("progressive", "two sets of 50, 75 and 100 %", Plan.progressive(15 * _YARD_M, n_sets=2, rest_s=30.0)),
    _variation(
        "distance-ladder",
        "75 % over 10, 20 and 30 yd",
        Plan(tuple(PlannedRun(75.0, yards * _YARD_M) for yards in (10, 20, 30))),
    ),
    _variation(
        "home-to-first",
        "50, 75 and 100 % over 90 ft, through the bag",
        Plan.progressive(_FIRST_BASE_M),
    ),
    _variation(
        "rounding-first",
        "75 and 100 % over 90 ft, rounding the bag",
        Plan(tuple(PlannedRun(effort, _FIRST_BASE_M, finish="turn") for effort in (75.0, 100.0))),
        Habits(bend=True),
    ),
    _variation(
        "multi-directional",
        "75 % forward, backward, and sideways in shuffling steps, then 100 % forward",
        Plan(
            (
                PlannedRun(75.0, 15 * _YARD_M),
                PlannedRun(75.0, 10 * _YARD_M, "backward"),
                PlannedRun(75.0, 10 * _YARD_M, "lateral_left"),
                PlannedRun(75.0, 10 * _YARD_M, "lateral_right"),
                PlannedRun(100.0, 15 * _YARD_M),
            )
        ),
    ),
    _variation(
        "crossover",
        "75 % sideways to either hand with crossing legs, and forward",
        Plan(
            (
                PlannedRun(75.0, 15 * _YARD_M),
                PlannedRun(75.0, 15 * _YARD_M, "lateral_left"),
                PlannedRun(75.0, 15 * _YARD_M, "lateral_right"),
            )
        ),
        Habits(crossover=True),
    ),
    _variation(
        "reaction",
        "four runs on a visual signal: one begins too early, one with a false step",
        Plan(tuple(PlannedRun(100.0, 10 * _YARD_M, start_cue="visual") for _ in range(4))),
        Habits(slips=True),
    ),
    _variation(
        "recovery-focus",
        "75, 75 and 100 % with a minute of jogging between them",
        Plan.progressive(15 * _YARD_M, (75.0, 75.0, 100.0), rest_s=60.0),
        Habits(rest="jog"),
    ),
    _variation(
        "walking-recovery",
        "75 and 100 % with a minute of walking between them",
        Plan.progressive(15 * _YARD_M, (75.0, 100.0), rest_s=60.0),
        Habits(rest="walk"),
    ),
)

_FAULTS = tuple(
    Scenario(
        name.replace(" ", "-"),
        fault.meaning,
        group="faults",
        plan=fault.plan,
        habits=faulty_habits({name: DOSES["clear"]}, Habits()),
        faults=MappingProxyType({name: DOSES["clear"]}),
    )
    for name, fault in FAULTS.items()
)

_EVERYDAY = Scenario(
    "everyday-noise",
    "50, 75 and 100 %, and between them all that athletes do: jog, jump, shake legs, sit, throw, see to a strap",
    group="everyday practice",
    plan=Plan.progressive(15 * _YARD_M),
    habits=Habits(
        before=("jog", "high_knees", "butt_kicks"),
        breaks=("jump", "throw", "false_start", "walk", "shake_legs", "sit", "fix_strap", "jump"),
        n_breaks=4,
    ),
)

_BAD_INPUT = (
    _worn("swapped-feet", "each foot's sensor says that it is on the other foot", Wear(feet_swapped=True)),
    _worn("upside-down", "the left foot's sensor is worn upside down", Wear(upside_down=("left_foot",))),
    _worn(
        "late-sensor",
        "the right foot's sensor is switched on during the first run",
        Wear(from_s=MappingProxyType({"right_foot": 8.0})),
    ),
    _worn(
        "dead-sensor",
        "the left foot's sensor dies on the way",
        Wear(until_share=MappingProxyType({"left_foot": 0.55})),
    ),
    _worn(
        "two-athletes",
        "the right foot's sensor is on another athlete, who does the same practice",
        Wear(other_athlete=("right_foot",)),
    ),
    _departing("cut-off", "the recording ends in the middle of the last run", (Rep(1), Rep(2), Rep(3)), cut=True),
    _departing("missing-run", "the 75 % run is left out", (Rep(1), Rep(3))),
    _departing("extra-run", "a fast run that the plan does not know comes first", (Rep(EXTRA), Rep(1), Rep(2), Rep(3))),
    _departing(
        "aborted-run", "the 100 % run is broken off and run again", (Rep(1), Rep(2), Rep(3, share=0.45), Rep(3))
    ),
    _departing("repeated-run", "the 75 % run is run twice", (Rep(1), Rep(2), Rep(2), Rep(3))),
)

# Read-only, as all tests and demos share them.
SCENARIOS: Mapping[str, Scenario] = MappingProxyType(
    {
        scenario.name: scenario
        for scenario in (
            Scenario("clean", "good contrast, sound running, every packet arrives"),
            Scenario("drops-packets", "3 % of the packets are lost in bursts", link=Link(lost_share=0.03)),
            Scenario("one-foot", "only the left foot's sensor is worn", only=("left_foot",)),
            Scenario("any-mounting", "every sensor is turned at random on its segment", any_mounting=True),
            *_VARIATIONS,
            _EVERYDAY,
            *_FAULTS,
            *_BAD_INPUT,
        )
    }
)
"""Scenarios by name; the names are part of the public interface."""


def scenario_of(name: str) -> Scenario:
    """Return the scenario with that name.

    Raises
    ------
    InputError
        There is none; the message lists those there are.
    """
    if name not in SCENARIOS:
        raise InputError(f"unknown scenario {name!r}; use one of {', '.join(SCENARIOS)}")
    return SCENARIOS[name]
