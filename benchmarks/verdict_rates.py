"""How often the rules speak, with intervals: sensitivity, false flags and the curve over the dose."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmarks.agreement import NORMAL_95
from benchmarks.verdict_cases import CLEAN, EXPECTED

__all__ = ["FLAGS", "Rate", "any_fix", "clean_of", "false_flags", "flagged", "others", "sensitivity"]

FLAGS = ("fix", "look")
"""Levels that tell of a fault."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of how many, with Wilson's 95 % interval."""

    n_hits: int
    n: int

    @property
    def share(self) -> float:
        """The share; NaN of none."""
        return self.n_hits / self.n if self.n else float("nan")

    @property
    def interval(self) -> tuple[float, float]:
        """Ends of the interval; NaN of none.

        Wilson 1927: it keeps within 0 and 1 and is honest for few cases, where the plain interval of twelve out of
        twelve would be certainty.
        """
        if not self.n:
            return float("nan"), float("nan")
        z2 = NORMAL_95**2 / self.n
        centre = (self.share + z2 / 2) / (1 + z2)
        half = float(np.sqrt(z2 * self.share * (1 - self.share) + z2**2 / 4)) / (1 + z2)
        return max(centre - half, 0.0), min(centre + half, 1.0)

    def __str__(self) -> str:
        """Return per cent, interval and number of cases."""
        if not self.n:
            return "–"
        low, high = self.interval
        return f"{100 * self.share:.0f} % ({100 * low:.0f}–{100 * high:.0f}), {self.n}"


def clean_of(said: pd.DataFrame) -> pd.DataFrame:
    """Return what was said of practices without a fault."""
    return said[(said["fault"] == CLEAN) | (said["dose"] == "none")]


def sensitivity(said: pd.DataFrame, fault: str, dose: str, sensors: str, levels: Sequence[str] = FLAGS) -> Rate:
    """Return in how many practices with a fault one of its rules spoke at one of these levels."""
    part = said[(said["fault"] == fault) & (said["dose"] == dose) & (said["sensors"] == sensors)]
    part = part[part["rule"].isin(EXPECTED[fault])]
    return flagged(part, levels)


def false_flags(said: pd.DataFrame, rule: str, levels: Sequence[str] = FLAGS) -> Rate:
    """Return in how many clean practices a rule spoke at one of these levels, with any set of sensors."""
    part = clean_of(said)
    return flagged(part[part["rule"] == rule], levels)


def any_fix(said: pd.DataFrame, sensors: str) -> Rate:
    """Return how many clean practices got any `fix` with a set of sensors."""
    part = clean_of(said)
    return flagged(part[part["sensors"] == sensors], ("fix",))


def flagged(part: pd.DataFrame, levels: Sequence[str] = FLAGS) -> Rate:
    """Return how many of the practices in some rows got one of these levels from any rule in them."""
    keys = list(zip(part["fault"], part["dose"], part["number"], strict=True))
    hits = {key for key, level in zip(keys, part["level"], strict=True) if level in levels}
    return Rate(len(hits), len(set(keys)))


def others(said: pd.DataFrame, fault: str, sensors: str, least_share: float = 0.25) -> list[tuple[str, float]]:
    """Return the rules that also flag a fault at a clear dose, more often than so, most often first.

    Returns
    -------
    list of (str, float)
        Rule and by how much of the cases more often than it flags clean practices.
    """
    part = said[said["sensors"] == sensors]
    own = part[(part["fault"] == fault) & (part["dose"] == "clear") & ~part["rule"].isin(EXPECTED[fault])]
    clean = clean_of(part)
    excess = [
        (rule, flagged(own[own["rule"] == rule]).share - flagged(clean[clean["rule"] == rule]).share)
        for rule in own[own["level"].isin(FLAGS)]["rule"].unique()
    ]
    return sorted((one for one in excess if one[1] > least_share), key=lambda one: -one[1])
