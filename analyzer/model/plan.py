"""The drill as the coach asked it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Self

from analyzer.errors import InputError

__all__ = ["Direction", "Plan", "PlannedRest", "PlannedRun", "StartCue"]

YARD_20_M = 18.288
"""The drill's usual distance, 20 yards."""

Direction = Literal["forward", "backward", "lateral_left", "lateral_right"]
StartCue = Literal["own", "whistle", "visual"]
PlannedRest = Literal["any", "still", "active"]


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
    rest_mode : {'any', 'still', 'active'}
        How the rest before this run is to be spent, in the words of the table of runs.
    """

    effort_pct: float
    distance_m: float = YARD_20_M
    direction: Direction = "forward"
    start_cue: StartCue = "own"
    rest_before_s: float = float("nan")
    rest_mode: PlannedRest = "any"

    def __post_init__(self) -> None:
        # Written as `not` so that NaN is refused too, here and below.
        if not 0 < self.effort_pct <= 100:
            raise InputError(f"asked effort must be above 0 and at most 100 %, got {self.effort_pct}")
        # No drill is a kilometre long: that was millimetres or centimetres.
        if not 0 < self.distance_m < 1000:
            raise InputError(f"distance must be positive and in metres, got {self.distance_m}")


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
    """

    runs: tuple[PlannedRun, ...]
    wording: Literal["effort", "speed"] = "effort"
    surface: str = ""

    def __post_init__(self) -> None:
        if not self.runs:
            raise InputError("a plan needs at least one run; leave the plan out to analyse whatever was run")

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

    @property
    def efforts_pct(self) -> tuple[float, ...]:
        """Asked effort of each run, in order."""
        return tuple(run.effort_pct for run in self.runs)
