"""How an athlete answered a start signal."""

from dataclasses import dataclass
from typing import Literal

from analyzer.model.cue import CueMark

__all__ = ["Reaction", "StartFlag", "UncertaintyPart"]

StartFlag = Literal["ok", "anticipated", "unsure", "false_start", "start_unseen"]


@dataclass(frozen=True, slots=True)
class UncertaintyPart:
    """One line of an uncertainty budget: its name, its standard uncertainty, and where that comes from."""

    name: str
    sd_s: float
    source: str


@dataclass(frozen=True, slots=True)
class Reaction:
    """How an athlete answered a start signal.

    Attributes
    ----------
    run : int
        Number of the run, from 1.
    cue : CueMark
    time_s : float
        Signal to first movement, less the delays that are known; negative where the athlete moved first, NaN where
        the first movement was not seen.
    sd_s : float
        Standard uncertainty of `time_s`; delays that nobody measured are not in it.
    parts : tuple of UncertaintyPart
        What it is made of.
    flag : {'ok', 'anticipated', 'unsure', 'false_start', 'start_unseen'}
        ``anticipated``: sooner than anybody can react. ``unsure``: it may be so, because a delay is unknown or only
        the legs tell the movement.
    timed_by : {'trunk', 'legs'}
        Which sensors tell the first movement. A heel may rise well before or after the body moves.
    """

    run: int
    cue: CueMark
    time_s: float
    sd_s: float
    parts: tuple[UncertaintyPart, ...]
    flag: StartFlag
    timed_by: Literal["trunk", "legs"]
