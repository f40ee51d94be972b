"""One row per asked effort: the drill's contrast in numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analyzer.drill.contrast import ContrastConfig, change_pct, frequency_share
from analyzer.drill.estimate import Estimate, EstimateConfig, Interval, Sample, estimates, interval
from analyzer.drill.same_speed import SameSpeedConfig
from analyzer.tables import STAGE_METRICS, STAGES, build

__all__ = [
    "Stage",
    "StageConfig",
    "fly_contacts",
    "members",
    "sample_of",
    "samples",
    "stage_estimates",
    "stage_table",
    "stages",
]


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
    by_stage = [
        samples([_of(table, numbers) for table in (runs, fly, fly_steps, good)], config) for _, numbers in found_members
    ]
    metrics = {name: estimates([one[name] for one in by_stage], config.estimate) for name in STAGE_METRICS}
    return tuple(
        Stage(
            asked_effort_pct=asked,
            runs=numbers,
            # The push-off that opens a run has no initial contact and is no contact to count.
            n_contacts=int(_of(contacts, numbers)["initial_contact_s"].notna().sum()),
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
    opens = pd.concat([table.loc[table["phase"] == "fly", ["run", "start_s"]] for table in (strides, steps)])
    bounds = opens.groupby("run")["start_s"].agg(["min", "max"])
    first = contacts["run"].map(bounds["min"]).astype(float)
    last = contacts["run"].map(bounds["max"]).astype(float)
    times = contacts["initial_contact_s"]
    # Both ends are taken from the same contacts, so equality holds to the last bit.
    usable = contacts["quality"].isin(config.contact_qualities) & contacts["contact_time_s"].notna()
    return contacts[usable & (times >= first) & (times <= last)]


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


def _of(table: pd.DataFrame, numbers: Sequence[int]) -> pd.DataFrame:
    return table[table["run"].isin(numbers)]


def samples(tables: Sequence[pd.DataFrame], config: StageConfig) -> dict[str, Sample]:
    """Return the values of each metric in one stage.

    Parameters
    ----------
    tables : sequence of pandas.DataFrame
        Its runs, and the strides, steps and contacts of one phase that may speak for it.
    config : StageConfig

    Returns
    -------
    dict of str to Sample
        The metrics of `analyzer.tables.STAGE_METRICS`, and ``speed_m_s``, the speed of the strides.

    Notes
    -----
    Frequencies have no uncertainty beyond their scatter: an error of one contact shows as scatter of two steps.
    """
    runs, strides, steps, contacts = tables
    # The duty factor stands on contact time, so it is as choosy.
    timed = strides[strides["quality"].isin(config.contact_qualities)]
    length_share = _median(strides["stride_length_sd_m"] / strides["stride_length_m"])
    contact_sd_s = _median(np.hypot(contacts["initial_contact_sd_s"], contacts["toe_off_sd_s"]))
    contact_share = contact_sd_s / _median(contacts["contact_time_s"])
    found = {
        "peak_speed_m_s": sample_of(runs, "peak_speed_m_s", sd=_median(runs["peak_speed_sd_m_s"])),
        "speed_m_s": sample_of(strides, "speed_m_s", share=length_share),
        "step_frequency_hz": sample_of(steps, "step_frequency_hz"),
        "stride_frequency_hz": sample_of(strides, "stride_frequency_hz"),
        "stride_length_m": sample_of(strides, "stride_length_m", share=length_share),
        "step_length_m": sample_of(steps, "step_length_m", share=length_share),
        "contact_time_s": sample_of(contacts, "contact_time_s", sd=contact_sd_s),
        "flight_time_s": sample_of(steps, "flight_time_s", sd=contact_sd_s),
        "duty_factor": sample_of(timed, "duty_factor", share=contact_share),
    }
    distance_m = {int(run): float(distance) for run, distance in zip(runs["run"], runs["distance_m"], strict=True)}
    return {name: replace(sample, distance_m=distance_m) for name, sample in found.items()}


def sample_of(table: pd.DataFrame, name: str, sd: float = np.nan, share: float = np.nan) -> Sample:
    """Return the known values of one column of `runs`, `strides`, `steps` or `contacts`.

    The measurement's uncertainty is given in its unit (`sd`) or against its median (`share`).
    """
    rows = table[table[name].notna()]
    values = rows[name].to_numpy(dtype=float)
    return Sample(
        values=values,
        runs=rows["run"].to_numpy(dtype=np.int64),
        time_s=rows[_time_column(rows)].to_numpy(dtype=float),
        left=np.asarray(rows["side"] == "left" if "side" in rows else np.zeros(values.size), dtype=float),
        measured_sd=sd if np.isfinite(sd) else share * _median(values),
    )


def _time_column(table: pd.DataFrame) -> str:
    return "start_s" if "start_s" in table else "initial_contact_s"


def _median(values: ArrayLike) -> float:
    known = np.asarray(values, dtype=float)
    # nanmedian warns where all is NaN; here that is an ordinary case.
    known = known[np.isfinite(known)]
    return float(np.median(known)) if known.size else np.nan


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
