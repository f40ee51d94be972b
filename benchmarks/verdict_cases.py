"""Practices of the virtual athlete with and without faults, and which rule should say what of them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from analyzer.model import Placement, Plan
from analyzer.virtual import DOSES, FAULTS, Link, Scenario, ScriptConfig
from analyzer.virtual.faults import faulty_habits
from analyzer.virtual.habits import Habits
from analyzer.virtual.runner import LEG_SHARE_OF_HEIGHT, Runner, draw_runner

__all__ = [
    "CLEAN",
    "CONFOUNDERS",
    "EXPECTED",
    "NEEDS_OWN_PLAN",
    "PEOPLE",
    "QUICK",
    "SCRIPT",
    "SENSORS",
    "USUAL",
    "Amounts",
    "Case",
    "cases",
    "runner_of",
    "scenario_of_case",
]

CLEAN = "no fault"
FIRST_SEED = 5000
"""Athletes that nothing else in the project uses."""

EXPECTED: Mapping[str, tuple[str, ...]] = {
    "overstride": ("overstride_matched_speed",),
    "reaching": ("frequency_share", "length_up_rate_down"),
    "bounding": ("length_up_rate_down",),
    "choppy": ("rate_up_length_down",),
    "long contact": ("contact_time_long",),
    "contact not falling": ("contact_time_trend",),
    "heel strike": ("heel_first",),
    "bent at the start": ("bent_at_start",),
    "popping up": ("upright_at_start",),
    "leaning forward": ("forward_at_speed",),
    "leaning back": ("back_at_speed",),
    "posture breaking": ("posture_changes",),
    "unsteady trunk": ("posture_unsteady",),
    "quiet arms": ("arm_drive",),
    "uneven arms": ("arms_uneven",),
    "low knees": ("knee_lift",),
    "knees not rising": ("knee_lift_gain",),
    "low heels": ("heel_recovery",),
    "bounce": ("vertical_bounce",),
    "uneven sides": ("left_right",),
    "uneven rhythm": ("steps_uneven",),
    "side to side": ("side_drift",),
    "small contrast": ("contrast",),
    "first run fast": ("first_run_fast",),
    # Without a best to hold it against, speed that is held back shows as a 100 that is hardly more than the 75.
    "no true top gear": ("not_top_gear", "below_own_best", "contrast"),
    "slowed early": ("slowed_early", "not_top_gear"),
    "fade": ("fade",),
    "slow first move": ("slow_first_move",),
    "guessed start": ("start_guessed",),
    "false step": ("first_step_back",),
    "short rest": ("rest",),
    "jogged rest": ("jogged_rest",),
}
"""Fault -> rules of which one must fire; a rule answers for the faults that name it first."""

NEEDS_OWN_PLAN: Mapping[str, frozenset[str]] = {"rest": frozenset({"short rest", "jogged rest"})}
"""Rules that only these faults' plans can judge: elsewhere rests are cut short to save time."""

SENSORS: Mapping[str, tuple[Placement, ...]] = {
    "feet": (Placement.LEFT_FOOT, Placement.RIGHT_FOOT),
    "feet, shanks, pelvis": tuple(p for p in Placement if p.segment in ("foot", "shank", "pelvis")),
    "all": tuple(Placement),
}

CONFOUNDERS = ("none", "crooked mounting", "lost packets")
LOST_SHARE = 0.02

PEOPLE: Mapping[str, Mapping[str, float]] = {
    "as drawn": {},
    "tall": {"height_m": 1.95},
    "short": {"height_m": 1.62},
    "fast": {"top_speed_m_s": 9.3},
    "slow": {"top_speed_m_s": 6.9},
    "rearfoot": {"rearfoot": 1.0},
    "forefoot": {"rearfoot": 0.0},
}
"""What each kind of person has in place of what the seed draws."""

SCRIPT = ScriptConfig(first_stand_s=4.0, rest_stand_s=4.0, min_stand_s=4.0, last_stand_s=2.0, walk_speed_m_s=1.7)
"""Short stands and a brisk way back: nothing that a rule but that of the rests looks at."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """How many practices are made.

    Attributes
    ----------
    clean, clear, other, planned_clean : int
        Without a fault; of each fault at a clear dose, and at each other dose; without a fault to the plan of each
        fault that has its own.
    """

    clean: int = 42
    clear: int = 10
    other: int = 2
    planned_clean: int = 5


USUAL, QUICK = Amounts(), Amounts(clean=6, clear=1, other=0, planned_clean=1)


@dataclass(frozen=True, slots=True, order=True)
class Case:
    """One practice to be made.

    Attributes
    ----------
    fault : str
        `CLEAN` or a key of `FAULTS`.
    dose : str
        A key of `DOSES`.
    number : int
        Counts the practices of this fault and dose; who runs, with which sensors and seed follows from it.
    """

    fault: str
    dose: str
    number: int

    @property
    def seed(self) -> int:
        """Seed of the practice: no two of a fault share one, all faults share theirs."""
        return FIRST_SEED + self.number

    @property
    def person(self) -> str:
        """Key of `PEOPLE`."""
        return list(PEOPLE)[self.number % len(PEOPLE)]

    @property
    def confounder(self) -> str:
        """One of `CONFOUNDERS`; their number and that of the people share no divisor, so all pairs come up."""
        return CONFOUNDERS[self.number % len(CONFOUNDERS)]


def cases(amounts: Amounts) -> list[Case]:
    """Return the practices to be made, clean ones first."""
    made = [Case(CLEAN, "none", number) for number in range(amounts.clean)]
    for fault in FAULTS.values():
        numbers = dict.fromkeys(DOSES, amounts.other) | {
            "clear": amounts.clear,
            # Without a dose the drill is the drill; only a plan of its own makes another clean practice.
            "none": amounts.planned_clean if fault.plan is not None else 0,
        }
        made += [Case(fault.name, dose, number) for dose, n in numbers.items() for number in range(n)]
    return made


def runner_of(case: Case) -> Runner:
    """Return who runs."""
    drawn = draw_runner(case.seed)
    own = PEOPLE[case.person]
    height_m = own.get("height_m", drawn.height_m)
    return replace(
        drawn,
        height_m=height_m,
        leg_length_m=drawn.leg_length_m + LEG_SHARE_OF_HEIGHT * (height_m - drawn.height_m),
        mass_kg=drawn.mass_kg * (height_m / drawn.height_m) ** 2,
        top_speed_m_s=own.get("top_speed_m_s", drawn.top_speed_m_s),
        rearfoot=bool(own.get("rearfoot", drawn.rearfoot)),
    )


def scenario_of_case(case: Case) -> Scenario:
    """Return the practice that a case is."""
    doses = {} if case.fault == CLEAN else {case.fault: DOSES[case.dose]}
    plan = None if case.fault == CLEAN else FAULTS[case.fault].plan
    return Scenario(
        f"{case.fault}, {case.dose}",
        "made for the verdicts",
        link=Link(LOST_SHARE if case.confounder == "lost packets" else 0.0),
        any_mounting=case.confounder == "crooked mounting",
        plan=plan or Plan.progressive(),
        habits=faulty_habits(doses, Habits()),
        faults=doses,
        runner=runner_of(case),
    )
