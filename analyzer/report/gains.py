"""Where the speed came from: step rate against step length, from one stage to the next."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from analyzer.model import Analysis
from analyzer.report import quantities
from analyzer.report.quantities import Quantity, Units
from analyzer.report.stage_lines import records

__all__ = ["SpeedGain", "is_split", "speed_gains", "whole_gain"]

_HALF = 0.5
"""A share above it is the larger part: no judgement, only the word *mostly*."""


@dataclass(frozen=True, slots=True)
class SpeedGain:
    """How one stage got faster than the one below.

    Attributes
    ----------
    lower, upper : str
        Asked efforts, such as ``50`` and ``75``.
    gain : Quantity
        Change of the peak speed.
    gain_pct : Quantity
    rate_share, length_share : Quantity
        Shares of the gain that came from step rate and step length; they add up to 1 and either may be negative.
    step_length_change_m : float
        NaN where a step length is not known.
    sentence : str
        What the shares say, in words.
    """

    lower: str
    upper: str
    gain: Quantity
    gain_pct: Quantity
    rate_share: Quantity
    length_share: Quantity
    step_length_change_m: float
    sentence: str

    @property
    def label(self) -> str:
        """Such as ``50 → 75``."""
        return f"{self.lower} → {self.upper}"


def speed_gains(analysis: Analysis, units: Units) -> tuple[SpeedGain, ...]:
    """Return the gain of every asked stage over the one below, lowest first; none without a plan."""
    return tuple(
        _gain(below, row, _interval(row, "speed_gain_pct"), _interval(row, "speed_gain_frequency_share"), units)
        for below, row in itertools.pairwise(_asked(analysis))
    )


def whole_gain(analysis: Analysis, units: Units) -> SpeedGain | None:
    """Return the gain of the highest asked stage over the lowest; None with fewer than three stages."""
    asked = _asked(analysis)
    if len(asked) < 3:
        return None
    below, row = asked[0], asked[-1]
    whole = {
        str(change["metric"]): [float(change[end]) for end in ("value", "low", "high")]
        for change in records(analysis.stage_changes)
        if (change["lower_effort_pct"], change["upper_effort_pct"])
        == (below["asked_effort_pct"], row["asked_effort_pct"])
        and change["comparison"] in ("contrast", "split")
    }
    # A table of changes made of other stages: nothing is known of these.
    unknown = [float("nan")] * 3
    return _gain(below, row, whole.get("peak_speed_m_s", unknown), whole.get("frequency_share", unknown), units)


def is_split(gain: SpeedGain) -> bool:
    """Whether a gain of speed is clear and its shares are known."""
    return gain.gain_pct.is_known and gain.gain_pct.is_clear and gain.gain_pct.value > 0 and gain.rate_share.is_known


def _asked(analysis: Analysis) -> list[dict[str, Any]]:
    asked = [row for row in records(analysis.stages) if math.isfinite(row["asked_effort_pct"])]
    return sorted(asked, key=lambda row: float(row["asked_effort_pct"]))


def _gain(
    below: dict[str, Any], row: dict[str, Any], change_pct: Sequence[float], frequency: Sequence[float], units: Units
) -> SpeedGain:
    gain_pct = quantities.percent(*change_pct, why=_NO_SPEED)
    rate = quantities.share(*frequency, why=_NO_SHARE)
    # The two shares add up to one, so the other end of the interval changes places.
    length = quantities.share(1 - frequency[0], 1 - frequency[2], 1 - frequency[1], why=_NO_SHARE)
    change_m = float(row["step_length_m"]) - float(below["step_length_m"])
    # From one foot alone a step is half a stride.
    if math.isnan(change_m):
        change_m = (float(row["stride_length_m"]) - float(below["stride_length_m"])) / 2
    lower, upper = f"{below['asked_effort_pct']:g}", f"{row['asked_effort_pct']:g}"
    return SpeedGain(
        lower=lower,
        upper=upper,
        gain=_speed_gain(below, row, change_pct, units),
        gain_pct=gain_pct,
        rate_share=rate,
        length_share=length,
        step_length_change_m=change_m,
        sentence=_sentence(gain_pct, rate, length, lower),
    )


def _speed_gain(below: dict[str, Any], row: dict[str, Any], change_pct: Sequence[float], units: Units) -> Quantity:
    base = float(below["peak_speed_m_s"])
    value = float(row["peak_speed_m_s"]) - base
    # Not the difference of two intervals: in the interval of the change the errors both speeds share have cancelled.
    _, low_pct, high_pct = change_pct
    return quantities.speed(value, base * low_pct / 100, base * high_pct / 100, units=units, why=_NO_SPEED)


def _sentence(gain_pct: Quantity, rate: Quantity, length: Quantity, lower: str) -> str:
    if not gain_pct.is_known:
        return f"{quantities.UNKNOWN}: {gain_pct.why}"
    if not gain_pct.is_clear:
        return f"no clear change of speed from {lower}"
    if gain_pct.value < 0:
        return f"slower than at {lower}"
    if not rate.is_known:
        return f"{quantities.UNKNOWN}: {rate.why}"
    return _split(rate, length)


def _split(rate: Quantity, length: Quantity) -> str:
    # Ends of intervals decide, not values: what may be nothing gets no word.
    if length.bounds[1] < 0:
        return "quicker steps, but shorter ones"
    if rate.bounds[1] < 0:
        return "longer steps, but slower ones"
    if rate.bounds[0] > _HALF:
        return "mostly quicker steps"
    if length.bounds[0] > _HALF:
        return "mostly longer steps"
    if rate.bounds[0] > 0 and length.bounds[0] > 0:
        return "both quicker and longer steps"
    return "too few steps to say how"


def _interval(row: dict[str, Any], name: str) -> Sequence[float]:
    return [float(row[name]), float(row[f"{name}_low"]), float(row[f"{name}_high"])]


_NO_SPEED = "a speed of one of the two is missing"
_NO_SHARE = "step rate or step length is missing, or the gain is too small to split"
