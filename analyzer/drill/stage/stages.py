"""One row per asked effort: the drill's contrast in numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analyzer.drill.stage.contrast import ContrastConfig, change_pct, frequency_share
from analyzer.drill.stage.estimate import Estimate, EstimateConfig, Interval, estimates, interval
from analyzer.drill.stage.same_speed import SameSpeedConfig
from analyzer.drill.stage.stage_samples import of_runs, samples, within_openings
from analyzer.rows import only, rows_of
from analyzer.tables import STAGE_METRICS, STAGES, build

__all__ = ["Stage", "StageConfig", "fly_contacts", "members", "stage_estimates", "stage_table", "stages"]


@dataclass(frozen=True, slots=True)
class StageConfig:
    """What goes into the stage table.

    Attributes
    ----------
    directions : tuple of str
        Runs that are compared. Backward and sideways runs have a top speed of their own.
    contact_qualities : tuple of str
        Contacts that may speak for contact time: an edge next to lost, cut or clipped samples may be off by more than
        a stage differs from the next.
    stride_qualities : tuple of str
        Strides that may speak for length and frequency. Clipping widens a length's uncertainty; it does not void it.
    first_steps : int
        Steps at the start that are told apart from the fly phase: the push out of the stand, up to the sixth step.
    min_per_side : int
        With fewer values of a foot nothing is told of it: a side is half a stage.
    contrast : ContrastConfig
    same_speed : SameSpeedConfig
    """

    directions: tuple[str, ...] = ("forward", "unknown")
    contact_qualities: tuple[str, ...] = ("ok",)
    stride_qualities: tuple[str, ...] = ("ok", "clipped")
    first_steps: int = 6
    min_per_side: int = 4
    contrast: ContrastConfig = field(default_factory=ContrastConfig)
    same_speed: SameSpeedConfig = field(default_factory=SameSpeedConfig)

    @property
    def estimate(self) -> EstimateConfig:
        """How intervals are made."""
        return self.contrast.estimate


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """All runs at one effort.

    Attributes
    ----------
    asked_effort_pct : float
        NaN without a plan: then one run is one stage.
    runs : tuple of int
        Numbers of its runs.
    n_contacts : int
    metrics : mapping of str to Estimate
        Keys are those of `analyzer.tables.STAGE_METRICS`.
    """

    asked_effort_pct: float
    runs: tuple[int, ...]
    n_contacts: int
    metrics: Mapping[str, Estimate]


def stages(
    runs: pd.DataFrame,
    strides: pd.DataFrame,
    steps: pd.DataFrame,
    contacts: pd.DataFrame,
    config: StageConfig | None = None,
) -> pd.DataFrame:
    """Return the table of stages.

    Parameters
    ----------
    runs, strides, steps, contacts : pandas.DataFrame
        As in `analyzer.tables`.
    config : StageConfig, optional

    Returns
    -------
    pandas.DataFrame
        Schema `STAGES`, lowest effort first. Without a plan (no run has an asked effort) every run is a row of its
        own in order of time, and nothing is compared. With a plan, runs that belong to none of it are left out.

    Notes
    -----
    All but the peak speed are medians over the fly phase. How the intervals come about: `estimates`. The gain in
    speed compares peak speeds; its share from frequency compares stride frequency and stride length in the fly phase,
    whose product is the speed there.
    """
    config = config or StageConfig()
    return stage_table(stage_estimates(runs, strides, steps, contacts, config), config)


def stage_table(found: Sequence[Stage], config: StageConfig | None = None) -> pd.DataFrame:
    """Return the table of stages that `stage_estimates` has found."""
    config = config or StageConfig()
    columns: dict[str, list[float] | list[int]] = {
        "asked_effort_pct": [stage.asked_effort_pct for stage in found],
        "n_runs": [len(stage.runs) for stage in found],
        "n_contacts": [stage.n_contacts for stage in found],
    }
    for name in STAGE_METRICS:
        columns |= _columns(name, [interval(stage.metrics[name], config.estimate) for stage in found])
    # Neighbours in the table, whatever efforts were asked: 50 and 100 alone are compared as well.
    below = [None, *found[:-1]] if found else []
    pairs = list(zip(below, found, strict=True))
    columns |= _columns("speed_gain_pct", [_speed_gain(*pair, config.contrast) for pair in pairs])
    columns |= _columns("speed_gain_frequency_share", [_share(*pair, config.contrast) for pair in pairs])
    return build(STAGES, columns)


def stage_estimates(
    runs: pd.DataFrame,
    strides: pd.DataFrame,
    steps: pd.DataFrame,
    contacts: pd.DataFrame,
    config: StageConfig | None = None,
) -> tuple[Stage, ...]:
    """Return the stages with the standard errors that comparisons between them need.

    Parameters and order of the result are those of `stages`.
    """
    config = config or StageConfig()
    found_members = members(runs, config)
    fly = strides[(strides["phase"] == "fly") & strides["quality"].isin(config.stride_qualities)]
    fly_steps = steps[steps["phase"] == "fly"]
    # Contacts, not strides: a stride across a hole may open with a contact that is whole.
    good = fly_contacts(contacts, strides, steps, config)
    tables = [rows_of(table) for table in (runs, fly, fly_steps, good)]
    by_stage = [
        samples([of_runs(rows, numbers) for rows in tables], config.contact_qualities) for _, numbers in found_members
    ]
    # The push-off that opens a run has no initial contact and is no contact to count.
    counted = contacts.loc[contacts["initial_contact_s"].notna(), "run"].to_numpy()
    metrics = {name: estimates([one[name] for one in by_stage], config.estimate) for name in STAGE_METRICS}
    return tuple(
        Stage(
            asked_effort_pct=asked,
            runs=numbers,
            n_contacts=int(np.isin(counted, numbers).sum()),
            metrics={name: found[index] for name, found in metrics.items()},
        )
        for index, (asked, numbers) in enumerate(found_members)
    )


def fly_contacts(
    contacts: pd.DataFrame, strides: pd.DataFrame, steps: pd.DataFrame, config: StageConfig | None = None
) -> pd.DataFrame:
    """Return the contacts of the fly phase that may speak for contact time.

    Parameters
    ----------
    contacts, strides, steps : pandas.DataFrame
        As in `analyzer.tables`.
    config : StageConfig, optional

    Returns
    -------
    pandas.DataFrame
        Rows of `contacts` with their index: between the first and the last contact that opens a fly stride (or step)
        of the run, with a known contact time and of good quality.
    """
    config = config or StageConfig()
    # Both tables: a pelvis gives steps only, one foot strides only.
    opens = [only(rows, rows["phase"] == "fly") for rows in (rows_of(strides), rows_of(steps))]
    runs, opens_s = (np.concatenate([rows[name] for rows in opens]) for name in ("run", "start_s"))
    rows = rows_of(contacts)
    usable = np.isin(rows["quality"], config.contact_qualities) & np.isfinite(rows["contact_time_s"])
    return contacts[usable & within_openings(rows, runs, opens_s)]


def members(runs: pd.DataFrame, config: StageConfig) -> list[tuple[float, tuple[int, ...]]]:
    """Return asked effort and run numbers of each stage, in the order of the table of stages."""
    compared = runs[runs["direction"].isin(config.directions)]
    # Also a plan of which no run was recognised: nothing to group by.
    if runs["asked_effort_pct"].isna().all():
        return [(np.nan, (int(run),)) for run in compared["run"]]
    asked = compared.dropna(subset=["asked_effort_pct"])
    # Not groupby: it hands back keys of any type, and the order of runs in a group is part of the result.
    efforts = np.unique(asked["asked_effort_pct"].to_numpy(dtype=float))
    return [(float(e), tuple(int(run) for run in asked.loc[asked["asked_effort_pct"] == e, "run"])) for e in efforts]


def _speed_gain(below: Stage | None, stage: Stage, config: ContrastConfig) -> Interval:
    if below is None or np.isnan(stage.asked_effort_pct):
        return Interval()
    return change_pct(below.metrics["peak_speed_m_s"], stage.metrics["peak_speed_m_s"], config)


def _share(below: Stage | None, stage: Stage, config: ContrastConfig) -> Interval:
    if below is None or np.isnan(stage.asked_effort_pct):
        return Interval()
    frequency = (below.metrics["stride_frequency_hz"], stage.metrics["stride_frequency_hz"])
    length = (below.metrics["stride_length_m"], stage.metrics["stride_length_m"])
    return frequency_share(frequency, length, config)


def _columns(name: str, found: Sequence[Interval]) -> dict[str, list[float]]:
    return {
        name: [one.value for one in found],
        f"{name}_low": [one.low for one in found],
        f"{name}_high": [one.high for one in found],
    }
