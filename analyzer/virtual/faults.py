"""Faults of running and of practice, each a physical change with a dose: a coach should see it, a rule should too.

A dose is a number. What a fault changes grows in proportion to it, from nothing at 0. At 1 it is what a coach calls
clear: the reason of each fault says how much that is, and why so much.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType

import numpy as np

from analyzer.errors import InputError
from analyzer.model import Plan, PlannedRun
from analyzer.units import DISTANCE_UNITS_M
from analyzer.virtual.habits import Habits
from analyzer.virtual.runner import Style

__all__ = ["DOSES", "FAULTS", "Fault", "fault_of", "faulty_habits", "faulty_styles"]

DOSES: Mapping[str, float] = MappingProxyType({"none": 0.0, "slight": 0.5, "clear": 1.0, "gross": 1.5})
"""Doses by name."""

NEUTRAL = Style()


@dataclass(frozen=True, slots=True, eq=False)
class Fault:
    """A fault and what it changes.

    Attributes
    ----------
    name, meaning : str
    reason : str
        Why a clear dose is what it is.
    style : mapping of str to float
        Name of a field of `Style` to what a clear dose adds to it.
    efforts_pct : tuple of float
        Lowest and highest asked effort of the runs that show it.
    per_repeat : bool
        A run shows it once for every earlier run of the same effort: the first not at all.
    rest_share : float
        Of the planned rest, what a clear dose takes away.
    jogged_share : float
        Of the rest, what is jogged at a clear dose.
    plan : Plan or None
        What must be asked for it to show at all; None: the drill.
    """

    name: str
    meaning: str
    reason: str
    style: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    efforts_pct: tuple[float, float] = (0.0, 100.0)
    per_repeat: bool = False
    rest_share: float = 0.0
    jogged_share: float = 0.0
    plan: Plan | None = None


FULL, LOWEST = (95.0, 100.0), (0.0, 55.0)
"""Asked efforts at which a fault shows."""

_YARD_M = DISTANCE_UNITS_M["yd"]
_SIGNALLED = Plan(tuple(PlannedRun(100.0, 10 * _YARD_M, start_cue="visual") for _ in range(3)))
_THREE_FULL = Plan.progressive(20 * _YARD_M, (50.0, 75.0, 100.0, 100.0, 100.0))
_TWICE = Plan.progressive(20 * _YARD_M, (50.0, 75.0, 100.0, 75.0, 100.0))
_RESTED = Plan.progressive(15 * _YARD_M, rest_s=75.0)
_RAD = float(np.pi / 180)


_OF_MOTION = (
    Fault(
        "overstride",
        "at full effort the foot lands far ahead of the body and brakes",
        "10 cm is a tenth of a leg: the shank lands 9 degrees further ahead, from about 5 to beyond 12 degrees. The "
        "foot then still moves forward, ground time and braking grow and the longer step turns over no quicker.",
        {
            "reach_m": 0.10,
            "landing_m_s": 0.9,
            "braking_factor": 0.9,
            "contact_factor": 0.22,
            "step_frequency_factor": -0.08,
            "heel_rad": 12 * _RAD,
        },
        FULL,
    ),
    Fault(
        "reaching",
        "from 75 to 100 % steps get longer but hardly quicker",
        "Step rate rises by 7 to 10 % from 75 to 100 %; with so much less of it the rise is gone.",
        {"step_frequency_factor": -0.085},
        FULL,
    ),
    Fault(
        "bounding",
        "at full effort the step rate falls",
        "More than the usual rise of step rate and the scatter of a few steps; ground and air time grow alike.",
        {"step_frequency_factor": -0.16, "contact_factor": 0.10},
        FULL,
    ),
    Fault(
        "choppy",
        "at full effort steps get quicker and shorter",
        "Speed rises by about 12 % from 75 to 100 %; the step rate has to rise by more for the steps to get shorter.",
        {"step_frequency_factor": 0.14},
        FULL,
    ),
    Fault(
        "long contact",
        "the feet stay on the ground too long for the speed",
        "Five times the 6 % by which runners differ, so that it is long in one with short contacts too.",
        {"contact_factor": 0.36},
    ),
    Fault(
        "contact not falling",
        "at full effort the feet stay on the ground longer than at 75 %",
        "Ground time falls by about 10 % from 75 to 100 %; this makes it rise by as much.",
        {"contact_factor": 0.28},
        FULL,
    ),
    Fault(
        "heel strike",
        "at speed the heel lands first",
        "A sprinter lands with the toes 3 to 6 degrees down; this takes the foot to 14, beyond the 8 of a heel strike.",
        {"heel_rad": 20 * _RAD},
    ),
    Fault(
        "bent at the start",
        "the trunk folds forward over the first steps",
        "Beyond the lean of the push by more than the 25 degrees that coaches allow, in people who start upright too.",
        {"start_lean_rad": 33 * _RAD},
    ),
    Fault(
        "popping up",
        "the trunk is upright from the first steps on",
        "Short of the lean of the push by more than 10 degrees, in people who start low too.",
        {"start_lean_rad": -22 * _RAD},
    ),
    Fault(
        "leaning forward",
        "at speed the trunk hangs over the feet",
        "From the usual 6 degrees to 26: beyond 20 in an athlete who is usually more upright by two spreads.",
        {"lean_rad": 20 * _RAD},
    ),
    Fault(
        "leaning back",
        "at speed the trunk leans back",
        "From the usual 6 degrees to 8 backward: beyond 2 in an athlete who usually leans further by two spreads.",
        {"lean_rad": -14 * _RAD},
    ),
    Fault(
        "posture breaking",
        "at full effort the trunk leans otherwise than at 75 %",
        "Half again as much as the 8 degrees that coaches would call a break.",
        {"lean_rad": 13 * _RAD},
        FULL,
    ),
    Fault(
        "unsteady trunk",
        "at speed the trunk swings to and fro from step to step",
        "Spread of the steps' mean leans of about 8 degrees, of a swing of 15 either way.",
        {"lean_swing_rad": 15 * _RAD},
    ),
    Fault(
        "quiet arms",
        "at full effort the arms swing less",
        "Arms swing about 5 % further at 100 than at 75 %; this takes the ratio to 0.75, below 0.85.",
        {"arm_factor": -0.29},
        FULL,
    ),
    Fault(
        "uneven arms",
        "one arm swings less than the other",
        "Nearly twice the 25 % that coaches would call uneven.",
        {"arm_asymmetry": -0.45},
    ),
    Fault(
        "low knees",
        "the knees stay low at all speeds",
        "The thigh comes up to 38 degrees at full speed instead of 65.",
        {"knee_lift_factor": -0.42},
    ),
    Fault(
        "knees not rising",
        "at full effort the knees come no higher than before",
        "The thigh rises by about 8 degrees from 50 to 100 %; this takes 11 away.",
        {"knee_lift_factor": -0.17},
        FULL,
    ),
    Fault(
        "low heels",
        "at full effort the heels stay low behind",
        "A quarter less than usual, where 15 % is the limit.",
        {"heel_recovery_factor": -0.25},
        FULL,
    ),
    Fault(
        "bounce",
        "at full effort the body bounces up and down",
        "Each flight lasts 40 ms longer: its height nearly doubles, and what the body moves up and down grows by half.",
        {"flight_s": 0.04},
        FULL,
    ),
    Fault(
        "uneven sides",
        "the right foot stays on the ground longer than the left",
        "Beyond 10 % in an athlete whose own difference is the other way by two spreads. One run of each effort holds "
        "too few contacts to compare the feet.",
        {"asymmetry": 0.17},
        plan=_TWICE,
    ),
    Fault(
        "uneven rhythm",
        "step times differ from one step to the next",
        "Steps usually scatter by 1.3 %; this makes 10 of it, beyond the limit of 6.",
        {"unevenness": 7.0},
    ),
    Fault(
        "side to side",
        "the way swings from side to side",
        "Spread of 0.25 m about the straight line.",
        {"weave_m": 0.35},
    ),
)

_OF_PRACTICE = (
    Fault(
        "small contrast",
        "the runs differ too little in speed",
        "The 75 % run is within 2 % of full speed and the 50 % run within 4: nobody could tell them apart.",
        {"contrast_factor": -0.85},
    ),
    Fault(
        "first run fast",
        "the 50 % run is nearly full speed",
        "From 77 to 93 % of full speed, where 87 is the limit.",
        {"speed_factor": 0.21},
        LOWEST,
    ),
    Fault(
        "no true top gear",
        "at full effort the athlete stops speeding up long before the mark",
        "From four fifths of his speed on he cruises: from before half way.",
        {"cruise_share": -0.20},
        FULL,
    ),
    Fault(
        "slowed early",
        "at full effort the athlete slows before the mark",
        "4 m before it, instead of 2 m behind it.",
        {"past_mark_m": -6.0},
        FULL,
    ),
    Fault(
        "fade",
        "each further run at full effort is slower",
        "4 % a run: the third is 8 % slower than the first, twice the limit.",
        {"speed_factor": -0.04},
        FULL,
        per_repeat=True,
        plan=_THREE_FULL,
    ),
    Fault(
        "slow first move",
        "the first movement comes late after the signal",
        "A quarter of a second on top of the usual 0.18 to 0.33 s.",
        {"reaction_s": 0.25},
        plan=_SIGNALLED,
    ),
    Fault(
        "guessed start",
        "the first movement comes too early to be an answer to the signal",
        "At 20 ms; nobody reacts in less than 100.",
        {"anticipation": 1.0},
        plan=_SIGNALLED,
    ),
    Fault("false step", "the first step goes backward", "20 cm, a foot's length back.", {"false_step_m": 0.20}),
    Fault(
        "short rest",
        "the rests are too short",
        "A quarter of a minute and more is gone from what a fair test needs: less than 60 % is left.",
        rest_share=0.6,
        plan=_RESTED,
    ),
    Fault(
        "jogged rest",
        "the rests are jogged",
        "Nine tenths of what is left after the walk back.",
        jogged_share=0.9,
        plan=_RESTED,
    ),
)

FAULTS: Mapping[str, Fault] = MappingProxyType({fault.name: fault for fault in (*_OF_MOTION, *_OF_PRACTICE)})
"""Faults by name."""


def fault_of(name: str) -> Fault:
    """Return the fault with that name.

    Raises
    ------
    InputError
        There is none; the message lists those there are.
    """
    if name not in FAULTS:
        raise InputError(f"unknown fault {name!r}; use one of {', '.join(FAULTS)}")
    return FAULTS[name]


def faulty_styles(doses: Mapping[str, float], efforts_pct: Sequence[float], style: Style = NEUTRAL) -> list[Style]:
    """Return the style of each run of an athlete with these faults.

    Parameters
    ----------
    doses : mapping of str to float
        Name of a fault to its dose.
    efforts_pct : sequence of float
        Asked of each run, in order of time.
    style : Style
        Of the athlete without them.

    Raises
    ------
    InputError
        Unknown fault.

    Examples
    --------
    >>> [round(one.heel_rad, 2) for one in faulty_styles({"overstride": 0.5}, (75.0, 100.0))]
    [0.0, 0.1]
    """
    return [_styled(doses, list(efforts_pct[: number + 1]), style) for number in range(len(efforts_pct))]


def faulty_habits(doses: Mapping[str, float], habits: Habits) -> Habits:
    """Return the habits of an athlete with these faults.

    Parameters
    ----------
    doses : mapping of str to float
    habits : Habits
        Without them.
    """
    taken = sum(dose * fault_of(name).rest_share for name, dose in doses.items())
    jogged = sum(dose * fault_of(name).jogged_share for name, dose in doses.items())
    habits = replace(habits, rest_share=max(habits.rest_share - taken, 0.0))
    return replace(habits, rest="jog", moving_share=min(jogged, 1.0)) if jogged else habits


def _styled(doses: Mapping[str, float], efforts_pct: list[float], style: Style) -> Style:
    """Return the style of the last of these runs."""
    effort_pct, n_before = efforts_pct[-1], efforts_pct[:-1].count(efforts_pct[-1])
    values = {one.name: getattr(style, one.name) for one in fields(Style)}
    for name, dose in doses.items():
        fault = fault_of(name)
        low_pct, high_pct = fault.efforts_pct
        if low_pct <= effort_pct <= high_pct:
            for changed, amount in fault.style.items():
                values[changed] += dose * amount * (n_before if fault.per_repeat else 1)
    return Style(**values)
