"""What changes from one stage to another: by how much, made of what, and what is left at the same speed."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from analyzer.drill.stage.contrast import change_pct, speed_split
from analyzer.drill.stage.estimate import Estimate, Interval
from analyzer.drill.stage.same_speed import AtSpeed, SameSpeed, same_speed
from analyzer.drill.stage.stage_samples import typical_share, within_openings
from analyzer.drill.stage.stages import Stage, StageConfig, stage_estimates
from analyzer.model import Floats
from analyzer.rows import Rows, only, rows_of
from analyzer.tables import STAGE_CHANGES, STAGE_METRICS, build

__all__ = ["stage_changes"]

_Cells = dict[str, float | int | str]


def stage_changes(
    runs: pd.DataFrame,
    strides: pd.DataFrame,
    steps: pd.DataFrame,
    contacts: pd.DataFrame,
    config: StageConfig | None = None,
    compared: Sequence[Stage] | None = None,
) -> pd.DataFrame:
    """Return the table of comparisons between stages.

    Parameters
    ----------
    runs, strides, steps, contacts : pandas.DataFrame
        As in `analyzer.tables`.
    config : StageConfig, optional
    compared : sequence of Stage, optional
        What `stage_estimates` has found in these tables; found again if left out.

    Returns
    -------
    pandas.DataFrame
        Schema `STAGE_CHANGES`: neighbours from the lowest effort up, then the lowest and the highest where there are
        stages between them. Empty without a plan: what is no asked effort is not compared.
    """
    config = config or StageConfig()
    if compared is None:
        compared = stage_estimates(runs, strides, steps, contacts, config)
    numbered = [(n, stage) for n, stage in enumerate(compared, start=1) if np.isfinite(stage.asked_effort_pct)]
    pairs = list(pairwise(numbered))
    if len(numbered) > 2:
        pairs.append((numbered[0], numbered[-1]))
    both = rows_of(strides), rows_of(contacts)
    # The lower stage at its speed; the upper on the way to its own as well.
    below = {number: _at_speed(stage, *both, ("fly",), config) for number, stage in numbered[:-1]}
    above = {number: _at_speed(stage, *both, ("acceleration", "fly"), config) for number, stage in numbered[1:]}
    rows: list[_Cells] = []
    for (lower_number, lower), (upper_number, upper) in pairs:
        head: _Cells = {
            "lower_stage": lower_number,
            "upper_stage": upper_number,
            "lower_effort_pct": lower.asked_effort_pct,
            "upper_effort_pct": upper.asked_effort_pct,
        }
        matched = _matched(below[lower_number], above[upper_number], config)
        rows += [head | cells for cells in (*_contrast(lower, upper, config), *_split(lower, upper, config), *matched)]
    return build(STAGE_CHANGES, {name: [cells[name] for cells in rows] for name in STAGE_CHANGES.names})


def _contrast(lower: Stage, upper: Stage, config: StageConfig) -> Iterator[_Cells]:
    """Yield the change of every metric in per cent of the lower stage."""
    for metric in STAGE_METRICS:
        ends = lower.metrics[metric], upper.metrics[metric]
        found = change_pct(*ends, config.contrast)
        yield _row("contrast", metric, found, "%", ends, _why(found, "missing"))


def _split(lower: Stage, upper: Stage, config: StageConfig) -> Iterator[_Cells]:
    """Yield the gain in ln speed and its parts; strides tell it, or steps where there are no strides of a foot."""
    frequency = _both(lower, upper, "stride_frequency_hz", "step_frequency_hz")
    length = _both(lower, upper, "stride_length_m", "step_length_m")
    found = speed_split(frequency, length, config.contrast)
    missing = "no_frequency" if np.isnan(found.frequency.value) else "no_length"
    yield _row("split", "speed_log", found.speed, "1", length, _why(found.speed, missing))
    yield _row("split", "frequency_log", found.frequency, "1", frequency, _why(found.frequency, "no_frequency"))
    yield _row("split", "length_log", found.length, "1", length, _why(found.length, "no_length"))
    for metric, share in (("frequency_share", found.frequency_share), ("length_share", found.length_share)):
        # With a gain that may be nothing the share has no end.
        why = missing if np.isnan(found.speed.value) else "small_gain"
        open_end = "share_open" if np.isfinite(found.speed.low) else "no_scatter"
        yield _row("split", metric, share, "1", length, _why(share, why, open_end))


def _both(lower: Stage, upper: Stage, *names: str) -> tuple[Estimate, Estimate]:
    """Return the first of the metrics that both stages have, else the first."""
    for name in names:
        if np.isfinite(lower.metrics[name].value + upper.metrics[name].value):
            return lower.metrics[name], upper.metrics[name]
    return lower.metrics[names[0]], upper.metrics[names[0]]


def _why(found: Interval, missing: str, open_end: str = "no_scatter") -> str:
    if np.isnan(found.value):
        return missing
    return "ok" if np.isfinite(found.low + found.high) else open_end


def _row(
    comparison: str, metric: str, found: Interval, unit: str, ends: tuple[Estimate, Estimate], reason: str
) -> _Cells:
    return {
        "comparison": comparison,
        "metric": metric,
        "value": found.value,
        "low": found.low,
        "high": found.high,
        "unit": unit,
        "n_lower": ends[0].n_values,
        "n_upper": ends[1].n_values,
        "speed_m_s": np.nan,
        "reason": reason,
    }


def _matched(below: Mapping[str, AtSpeed], above: Mapping[str, AtSpeed], config: StageConfig) -> Iterator[_Cells]:
    """Yield what differs at the same speed."""
    for metric in below:
        found = same_speed(below[metric], above[metric], config.same_speed, config.estimate)
        yield _matched_row(metric, found)


def _matched_row(metric: str, found: SameSpeed) -> _Cells:
    return {
        "comparison": "same_speed",
        "metric": metric,
        "value": found.change_pct.value,
        "low": found.change_pct.low,
        "high": found.change_pct.high,
        "unit": "%",
        "n_lower": found.n_lower,
        "n_upper": found.n_upper,
        "speed_m_s": found.speed_m_s,
        "reason": found.reason,
    }


def _at_speed(
    stage: Stage, strides: Rows, contacts: Rows, phases: Sequence[str], config: StageConfig
) -> Mapping[str, AtSpeed]:
    """Return frequency, length and contact time of a stage's strides in these phases with their speeds."""
    own = only(strides, np.isin(strides["run"], stage.runs) & np.isin(strides["phase"], phases))
    good = only(own, np.isin(own["quality"], config.stride_qualities))
    speed, runs = good["speed_m_s"], good["run"]
    inside = within_openings(contacts, own["run"], own["start_s"])
    clean = only(contacts, inside & np.isin(contacts["quality"], config.contact_qualities))
    at_contact = np.full(clean["run"].size, np.nan)
    for run in stage.runs:
        here = clean["run"] == run
        # All strides of the run: a contact at the edge of the phase lies between one inside and one outside.
        at_contact[here] = _speed_at(only(strides, strides["run"] == run), only(clean, here))
    length_share = typical_share(good["stride_length_sd_m"], good["stride_length_m"])
    contact_sd_s = np.hypot(clean["initial_contact_sd_s"], clean["toe_off_sd_s"])
    contact_share = typical_share(contact_sd_s, clean["contact_time_s"])
    return {
        "stride_frequency_hz": AtSpeed(good["stride_frequency_hz"], speed, runs),
        "stride_length_m": AtSpeed(good["stride_length_m"], speed, runs, length_share),
        "contact_time_s": AtSpeed(clean["contact_time_s"], at_contact, clean["run"], contact_share),
    }


def _speed_at(strides: Rows, contacts: Rows) -> Floats:
    """Return the speed during each contact: a stride's own is that of its middle, half a stride later."""
    known = only(strides, ~np.isnan(strides["speed_m_s"]))
    if not known["run"].size:
        return np.full(contacts["run"].size, np.nan)
    middle = (known["start_s"] + known["end_s"]) / 2
    order = np.argsort(middle)
    during = contacts["initial_contact_s"] + contacts["contact_time_s"] / 2
    speed = known["speed_m_s"][order]
    return np.asarray(np.interp(during, middle[order], speed, left=np.nan, right=np.nan), dtype=np.float64)
