"""Numbers as a coach reads them: rounded, with unit and 95 % interval, in US or metric units.

The SI value stays beside the words, so nothing is ever computed from what is displayed.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from scipy import constants

from analyzer.units import DISTANCE_UNITS_M, feet_and_inches

__all__ = [
    "UNKNOWN",
    "Quantity",
    "Units",
    "clock",
    "distance",
    "ground_time",
    "length_change",
    "minus_sign",
    "percent",
    "share",
    "speed",
    "speed_scale",
    "speed_unit",
    "step_length",
    "step_rate",
]

Units = Literal["us", "metric"]
"""What lengths and speeds are shown in: feet, inches and yards, or metres."""

UNKNOWN = "can't tell"
"""Shown in place of every number that is not known."""

_NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its 95 % interval, as data and as the coach reads it.

    Attributes
    ----------
    value, low, high : float
        In `si_unit`; NaN where unknown.
    si_unit : str
        Unit of the three, ``1`` for a share.
    text : str
        The rounded value without its unit, or ``can't tell``.
    margin : str
        Half the interval, such as ``±0.3``; empty where unknown.
    unit : str
        Unit of `text` and `margin`; empty where the text carries its own.
    why : str
        Why the value is not known, or how it was estimated; empty where it was measured.
    """

    value: float
    low: float
    high: float
    si_unit: str
    text: str
    margin: str
    unit: str
    why: str = ""

    @property
    def is_known(self) -> bool:
        """Whether there is a number at all."""
        return math.isfinite(self.value)

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out zero; without an interval the value alone decides."""
        low, high = self.bounds
        return low > 0 or high < 0

    @property
    def bounds(self) -> tuple[float, float]:
        """Ends of the interval; both are the value where no interval is known."""
        # The sum: NaN or infinite if either end is.
        return (self.low, self.high) if math.isfinite(self.low + self.high) else (self.value, self.value)

    def __str__(self) -> str:
        return " ".join(part for part in (self.text, self.margin, self.unit) if part)


def speed(value: float, low: float = _NAN, high: float = _NAN, *, units: Units, why: str = "") -> Quantity:
    """Return a speed in m/s as a quantity shown in ft/s or m/s."""
    decimals = 1 if units == "us" else 2
    return _quantity((value, low, high), "m/s", _Shown(1 / speed_scale(units), decimals, speed_unit(units)), why)


def speed_scale(units: Units) -> float:
    """Return how many m/s are in one displayed unit of speed."""
    return DISTANCE_UNITS_M["ft"] if units == "us" else 1.0


def speed_unit(units: Units) -> str:
    """Return the name of the displayed unit of speed."""
    return "ft/s" if units == "us" else "m/s"


def step_rate(value: float, low: float = _NAN, high: float = _NAN, *, why: str = "") -> Quantity:
    """Return a step frequency in Hz as a quantity shown in steps per second."""
    return _quantity((value, low, high), "Hz", _Shown(1.0, 2, "/s"), why)


def step_length(value: float, low: float = _NAN, high: float = _NAN, *, units: Units, why: str = "") -> Quantity:
    """Return a step length in metres as a quantity shown in feet and inches or metres."""
    if units == "metric":
        return _quantity((value, low, high), "m", _Shown(1.0, 2, "m"), why)
    # The words carry their unit, and so the margin beside them, in inches, goes without.
    inches = _Shown(1 / constants.inch, 0, "", feet_and_inches)
    return _quantity((value, low, high), "m", inches, why)


def ground_time(value: float, low: float = _NAN, high: float = _NAN, *, why: str = "") -> Quantity:
    """Return a contact time in seconds as a quantity shown in milliseconds."""
    return _quantity((value, low, high), "s", _Shown(1000.0, 0, "ms"), why)


def percent(value: float, low: float = _NAN, high: float = _NAN, *, why: str = "") -> Quantity:
    """Return a percentage as a quantity shown in whole percent."""
    return _quantity((value, low, high), "%", _Shown(1.0, 0, "%"), why)


def share(value: float, low: float = _NAN, high: float = _NAN, *, why: str = "") -> Quantity:
    """Return a share (1 = all) as a quantity shown in whole percent."""
    return _quantity((value, low, high), "1", _Shown(100.0, 0, "%"), why)


def length_change(value_m: float, units: Units) -> str:
    """Return the size of a change of length, without its sign, such as ``2 in`` or ``5 cm``."""
    in_unit, name = (constants.inch, "in") if units == "us" else (constants.centi, "cm")
    return f"{abs(value_m) / in_unit:.0f} {name}"


def distance(value_m: float, units: Units) -> str:
    """Return a distance such as ``20 yd`` or ``18.3 m``."""
    if not math.isfinite(value_m):
        return UNKNOWN
    in_unit, name = (DISTANCE_UNITS_M["yd"], "yd") if units == "us" else (1.0, "m")
    return f"{round(value_m / in_unit, 1):g} {name}"


def clock(duration_s: float) -> str:
    """Return a duration as minutes and seconds.

    Examples
    --------
    >>> clock(125.0)
    '2:05'
    """
    if not math.isfinite(duration_s):
        return UNKNOWN
    # Rounded first, or 59.7 s would read 0:60.
    minutes, seconds = divmod(round(duration_s), 60)
    return f"{minutes}:{seconds:02d}"


def minus_sign(text: str) -> str:
    """Return the text with a true minus sign in place of each hyphen."""
    return text.replace("-", "−")


@dataclass(frozen=True, slots=True)
class _Shown:
    factor: float
    decimals: int
    unit: str
    words: Callable[[float], str] | None = None

    def value(self, value: float) -> str:
        """Return a value as the coach reads it."""
        if self.words is not None:
            return self.words(value)
        # Adding zero turns a rounded "-0.0" into "0.0".
        return minus_sign(f"{round(value * self.factor, self.decimals) + 0.0:.{self.decimals}f}")

    def margin(self, half_width: float) -> str:
        """Return half an interval, such as ``±0.3``."""
        # Never "±0": a margin below the last digit shown is shown as that digit.
        resolution = 10.0**-self.decimals
        return f"±{max(half_width * self.factor, resolution):.{self.decimals}f}"


def _quantity(numbers: tuple[float, float, float], si_unit: str, shown: _Shown, why: str) -> Quantity:
    value, low, high = (_number(number) for number in numbers)
    if not math.isfinite(value):
        return Quantity(_NAN, _NAN, _NAN, si_unit, UNKNOWN, "", "", why)
    # The longer side of a skewed interval: one margin must cover both.
    half_width = max(value - low, high - value) if math.isfinite(low + high) else _NAN
    margin = shown.margin(half_width) if math.isfinite(half_width) else ""
    return Quantity(value, low, high, si_unit, shown.value(value), margin, shown.unit)


def _number(value: Any) -> float:
    return float(value) if value is not None and math.isfinite(value) else _NAN
