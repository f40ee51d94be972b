"""Whether the clocks of the two feet are known well enough to compare one foot with the other."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from analyzer.drill.practice import Practice
from analyzer.model import Notice, Placement

__all__ = ["ClocksConfig", "feet_error_s", "with_clocks_checked"]

_LEG = ("foot", "shank", "thigh")


@dataclass(frozen=True, slots=True)
class ClocksConfig:
    """How well two clocks have to agree.

    Attributes
    ----------
    longest_error_s : float
        Standard error of the difference of both clocks; a tenth of the 0.12 s that a sprinter flies between steps.
    """

    longest_error_s: float = 0.012


def feet_error_s(errors_s: Mapping[Placement, float]) -> float:
    """Return how well the clocks of left and right leg agree, from those of single sensors against the host's.

    NaN where a side has none: there is nothing to compare, or both are on the host's clock already.

    >>> round(feet_error_s({Placement.LEFT_FOOT: 0.003, Placement.RIGHT_FOOT: 0.004}), 6)
    0.005
    """
    legs = {worn: error_s for worn, error_s in errors_s.items() if worn.segment in _LEG}
    sides = [[error_s for worn, error_s in legs.items() if worn.side == side] for side in ("left", "right")]
    # Two sensors on a leg: which of them gives the contacts may change, so the worse counts.
    return math.hypot(*map(max, sides)) if all(sides) else math.nan


def with_clocks_checked(
    practice: Practice, errors_s: Mapping[Placement, float], config: ClocksConfig | None = None
) -> Practice:
    """Return the practice without what compares the feet, if their clocks are not known well enough.

    Parameters
    ----------
    practice : Practice
    errors_s : mapping of Placement to float
        Standard error of each sensor's clock against the host's; empty where all share one.
    config : ClocksConfig, optional

    Returns
    -------
    Practice
        The same, or without steps, step frequency and flight times: those are times from one foot to the other. What
        a foot tells by itself, such as contact times and strides, stays. A notice says it.
    """
    config = config or ClocksConfig()
    error_s = feet_error_s(errors_s)
    if math.isnan(error_s) or error_s <= config.longest_error_s or practice.steps.empty:
        return practice
    runs = practice.runs
    quality = runs["quality"].str.cat(["clocks_apart"] * len(runs), sep=";").str.replace("ok;", "", regex=False)
    unknown = dict.fromkeys(("step_frequency_hz", "flight_time_s"), math.nan)
    text = (
        f"The clocks of left and right foot agree to {1000 * error_s:.0f} ms only. Each foot is told by itself, steps "
        "and flight times are not; keep the sensors connected for a minute before the first run."
    )
    return replace(
        practice,
        runs=runs.assign(quality=quality, **unknown),
        steps=practice.steps.iloc[:0].reset_index(drop=True),
        notices=(*practice.notices, Notice("feet.clocks", text)),
    )
