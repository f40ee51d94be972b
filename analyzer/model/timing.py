"""What was timed by hand or by gates."""

from dataclasses import dataclass
from typing import Literal

from analyzer.errors import InputError

__all__ = ["StartRule", "Timing", "TimingMethod"]

TimingMethod = Literal["stopwatch", "gate"]
StartRule = Literal["first_movement", "gate", "signal"]


@dataclass(frozen=True, slots=True)
class Timing:
    """The time of one run over a known distance.

    Attributes
    ----------
    run : int
        Number of the run as it was run, from 1.
    time_s : float
    distance_m : float
        To where the clock was stopped; NaN for the run's planned distance.
    method : {'stopwatch', 'gate'}
    start : {'first_movement', 'gate', 'signal'}
        What started the clock: the athlete's first movement, his passing of a gate on the start line, or the signal.
    """

    run: int
    time_s: float
    distance_m: float = float("nan")
    method: TimingMethod = "stopwatch"
    start: StartRule = "first_movement"

    def __post_init__(self) -> None:
        if self.run < 1:
            raise InputError(f"runs are numbered from 1, got a time for run {self.run}")
        # Written as `not` so that NaN is refused too.
        if not 0 < self.time_s < 600:
            raise InputError(f"the time of run {self.run} must be positive and in seconds, got {self.time_s}")
        if self.distance_m <= 0 or self.distance_m >= 1000:
            raise InputError(f"the distance of run {self.run} must be positive and in metres, got {self.distance_m}")
