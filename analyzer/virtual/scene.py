"""One practice as it really happened: who, how, along which way, foot after foot."""

from collections.abc import Sequence
from dataclasses import dataclass

from analyzer.virtual.footfalls import Footfall, Side
from analyzer.virtual.gestures import Gesture
from analyzer.virtual.path import Path
from analyzer.virtual.runner import Runner, Style

__all__ = ["Crouch", "Scene"]


@dataclass(frozen=True, slots=True)
class Crouch:
    """One athletic stance: when the athlete goes down into it, when he pushes off."""

    down_s: float
    onset_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """One practice as it really happened.

    Attributes
    ----------
    seed : int
    runner : Runner
    style : Style
    path : Path
        Of the body.
    falls : tuple of Footfall
        Both feet, by initial contact.
    crouches : tuple of Crouch
        One before each run.
    duration_s : float
        Of the recording, which begins at 0; feet and path may go on before and after it.
    gesture : Gesture or None
        What is done on the spot, in a scene that is a stand.
    chest_rad : float
        Where the shoulders face throughout; NaN: as the body does.
    """

    seed: int
    runner: Runner
    style: Style
    path: Path
    falls: tuple[Footfall, ...]
    crouches: tuple[Crouch, ...]
    duration_s: float
    gesture: Gesture | None = None
    chest_rad: float = float("nan")

    def of(self, side: Side) -> Sequence[Footfall]:
        """Return the footfalls of one foot."""
        return [fall for fall in self.falls if fall.side == side]
