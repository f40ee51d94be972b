"""Where runs went, in a coach's words: sideways, backward, and round a turn."""

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from analyzer.model import Analysis
from analyzer.report import quantities
from analyzer.report.quantities import Units

__all__ = ["ways_sentence"]

_WORDS: Mapping[str, str] = MappingProxyType(
    {"backward": "backward", "lateral_left": "to the left", "lateral_right": "to the right"}
)


def ways_sentence(analysis: Analysis, units: Units) -> str:
    """Return which runs did not go straight ahead; empty where all did.

    Parameters
    ----------
    analysis : Analysis
    units : {'us', 'metric'}
    """
    runs = analysis.runs
    told = [_told(dict(zip(runs.columns, row, strict=True)), units) for row in runs.itertuples(index=False)]
    return " ".join(f"{text}." for text in told if text)


def _told(run: Mapping[str, Any], units: Units) -> str:
    parts = [_WORDS.get(str(run["direction"]), "")]
    if run["manner"] in ("shuffle", "crossover"):
        parts.append(str(run["manner"]))
    if math.isfinite(float(run["turn_rad"])):
        parts.append(_turn(run, units))
    parts = [part for part in parts if part]
    return f"Run {run['run']}: {', '.join(parts)}" if parts else ""


def _turn(run: Mapping[str, Any], units: Units) -> str:
    angle = f"turned {abs(math.degrees(float(run['turn_rad']))):.0f}°"
    radius = float(run["turn_radius_m"])
    if math.isfinite(radius):
        angle += f" round {quantities.distance(radius, units)}"
    speeds = [quantities.speed(float(run[name]), units=units) for name in ("turn_speed_in_m_s", "turn_speed_out_m_s")]
    return f"{angle}, {speeds[0].text} → {speeds[1].text} {quantities.speed_unit(units)}"
