"""The drill as the coach asked it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Self

from analyzer.errors import InputError

__all__ = ["Direction", "Finish", "Plan", "PlannedRest", "PlannedRun", "StartCue", "Wording", "assigned_from"]

YARD_20_M = 18.288
"""The drill's usual distance, 20 yards."""

Direction = Literal["forward", "backward", "lateral_left", "lateral_right"]
StartCue = Literal["own", "whistle", "visual"]
Finish = Literal["run_through", "turn"]
PlannedRest = Literal["any", "still", "active"]
Wording = Literal["effort", "speed"]


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """One repetition as the coach asked it.

    Attributes
    ----------
    effort_pct : float
        Asked effort, 0 to 100; never turned into a speed.
    distance_m : float
        To the mark.
    direction : {'forward', 'backward', 'lateral_left', 'lateral_right'}
    start_cue : {'own', 'whistle', 'visual'}
    rest_before_s : float
        Planned rest before this run; NaN where none was planned.
    finish : {'run_through', 'turn'}
        Straight through the mark, or round the bag.
    rest_mode : {'any', 'still', 'active'}
        How the rest before this run is to be spent, in the words of the table of runs.
    """

    effort_pct: float
    distance_m: float = YARD_20_M
    direction: Direction = "forward"
    start_cue: StartCue = "own"
    rest_before_s: float = float("nan")
    finish: Finish = "run_through"
    rest_mode: PlannedRest = "any"

    def __post_init__(self) -> None:
        # Written as `not` so that NaN is refused too, here and below.
        if not 0 < self.effort_pct <= 100:
            raise InputError(f"asked effort must be above 0 and at most 100 %, got {self.effort_pct}")
        # No drill is a kilometre long: that was millimetres or centimetres.
        if not 0 < self.distance_m < 1000:
            raise InputError(f"distance must be positive and in metres, got {self.distance_m}")
        # NaN, no rest planned, passes.
        if self.rest_before_s < 0:
            raise InputError(f"a rest cannot be negative, got {self.rest_before_s} s")


@dataclass(frozen=True, slots=True)
class Plan:
    """The drill as the coach asked it.

    Attributes
    ----------
    runs : tuple of PlannedRun
        In the order in which they are to be run.
    wording : {'effort', 'speed'}
        Whether the coach said "50 percent effort" or "half speed": the two give other speeds.
    surface : str
        Free text; empty where not said.
    name : str
        Variation of the drill, free text; empty where not said.
    assigned : tuple of (int, int or None)
        What the coach knows better than the speeds tell: number of a run that was made, and of the planned run it
        was, both from 1; None for one that was none of them. Several runs may be the same planned one.
    """

    runs: tuple[PlannedRun, ...]
    wording: Wording = "effort"
    surface: str = ""
    name: str = ""
    assigned: tuple[tuple[int, int | None], ...] = ()

    def __post_init__(self) -> None:
        if not self.runs:
            raise InputError("a plan needs at least one run; leave the plan out to analyse whatever was run")
        numbers = [run for run, _ in self.assigned]
        if any(number < 1 for number in numbers) or len(set(numbers)) < len(numbers):
            raise InputError(f"each run can be assigned once, by its number from 1; got {numbers}")
        for run, slot in self.assigned:
            if slot is not None and not 1 <= slot <= len(self.runs):
                raise InputError(
                    f"run {run} cannot be number {slot} of the plan: it has {len(self.runs)} run(s); "
                    f"use 1 to {len(self.runs)}, or skip"
                )

    @classmethod
    def progressive(
        cls,
        distance_m: float = YARD_20_M,
        efforts_pct: Sequence[float] = (50.0, 75.0, 100.0),
        n_sets: int = 1,
        rest_s: float = float("nan"),
    ) -> Self:
        """Return the classic drill: rising efforts over one distance.

        Examples
        --------
        >>> [run.effort_pct for run in Plan.progressive(n_sets=2).runs]
        [50.0, 75.0, 100.0, 50.0, 75.0, 100.0]
        """
        one = tuple(PlannedRun(float(effort), distance_m, rest_before_s=rest_s) for effort in efforts_pct)
        return cls(one * n_sets)

    def with_assigned(self, assigned: Mapping[int, int | None]) -> Self:
        """Return the plan with what the coach says of single runs, in place of what was said before.

        Parameters
        ----------
        assigned : mapping of int to int or None
            Number of a run that was made -> number in the plan, None for none, as in `Plan`.
        """
        return replace(self, assigned=tuple(sorted(assigned.items(), key=lambda pair: pair[0])))

    @property
    def efforts_pct(self) -> tuple[float, ...]:
        """Asked effort of each run, in order."""
        return tuple(run.effort_pct for run in self.runs)


def assigned_from(text: str) -> dict[int, int | None]:
    """Return what a text such as ``1=1,2=2,3=skip`` says: number of a run -> number in the plan, None for skip.

    Raises
    ------
    InputError
        Not written like that, or a run is named twice.

    Examples
    --------
    >>> assigned_from("1=1, 2=skip")
    {1: 1, 2: None}
    """
    found: dict[int, int | None] = {}
    for part in text.split(","):
        run, equals, slot = (piece.strip() for piece in part.partition("="))
        if not (equals and run.isdecimal() and (slot == "skip" or slot.isdecimal())):
            raise InputError(f"{part.strip()!r} assigns no run; write run=planned run, such as 1=1,2=2,3=skip")
        if int(run) in found:
            raise InputError(f"run {run} is assigned twice in {text!r}")
        found[int(run)] = None if slot == "skip" else int(slot)
    return found
