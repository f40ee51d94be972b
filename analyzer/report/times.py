"""How long each run took to the mark, in a coach's words."""

import math
from collections.abc import Mapping
from typing import Any

from analyzer.model import Analysis
from analyzer.report import quantities
from analyzer.report.quantities import Units

__all__ = ["times_sentence"]

_NORMAL_95 = 1.96
"""Standard uncertainties to either side of a value that hold 95 % of a normal distribution."""

_MOST = 6
"""Runs named one by one; a longer practice has its times in the table of runs."""


def times_sentence(analysis: Analysis, units: Units) -> str:
    """Return the times to the mark with the rule by which the clock starts; empty where none is known.

    Parameters
    ----------
    analysis : Analysis
    units : {'us', 'metric'}
    """
    runs = analysis.runs
    rows = [dict(zip(runs.columns, row, strict=True)) for row in runs.itertuples(index=False)]
    told = [_told(run, units) for run in rows if math.isfinite(float(run["time_to_distance_s"]))]
    if not told:
        return ""
    more = f", and {len(told) - _MOST} more in the table" if len(told) > _MOST else ""
    return f"From first movement to the mark, estimated from the strides: {', '.join(told[:_MOST])}{more}."


def _told(run: Mapping[str, Any], units: Units) -> str:
    margin = _NORMAL_95 * float(run["time_to_distance_sd_s"])
    distance = quantities.distance(float(run["distance_m"]), units)
    return f"run {run['run']} {float(run['time_to_distance_s']):.2f} ±{margin:.2f} s ({distance})"
