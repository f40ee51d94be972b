"""What the rules look at, made ready once."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from analyzer.drill.stage.estimate import Estimate
from analyzer.drill.stage.stages import Stage, StageConfig, fly_contacts, stage_estimates
from analyzer.mechanics.thresholds import Norm, Rule
from analyzer.model import Athlete, Placement, Plan

__all__ = ["Case", "MechanicsInput", "enough", "of_runs", "prepare", "straight_ahead"]


@dataclass(frozen=True, slots=True, eq=False)
class MechanicsInput:
    """Everything findings are drawn from.

    Attributes
    ----------
    runs, stages, contacts, strides, steps : pandas.DataFrame
        Schemas in `analyzer.tables`.
    plan : Plan or None
        None: efforts are not compared.
    athlete : Athlete
    placements : tuple of Placement
        Sensors that were used.
    stage_config : StageConfig
        That with which `stages` was made.
    compared : tuple of Stage, optional
        What `stages` was made of; found again if left out.
    segments : pandas.DataFrame, optional
        Angles and forces of body segments, one row a step or stride and sensor.
    """

    runs: pd.DataFrame
    stages: pd.DataFrame
    contacts: pd.DataFrame
    strides: pd.DataFrame
    steps: pd.DataFrame
    plan: Plan | None = None
    athlete: Athlete = field(default_factory=Athlete)
    placements: tuple[Placement, ...] = ()
    stage_config: StageConfig = field(default_factory=StageConfig)
    compared: tuple[Stage, ...] | None = None
    segments: pd.DataFrame | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """The input with what several rules need.

    Attributes
    ----------
    inputs : MechanicsInput
    compared : tuple of Stage
        Lowest effort first; without a plan one per run, in order of time.
    fly_contacts, fly_strides, fly_steps : pandas.DataFrame
        Rows of the fly phase that may be judged, with the index of their table.
    """

    inputs: MechanicsInput
    compared: tuple[Stage, ...]
    fly_contacts: pd.DataFrame
    fly_strides: pd.DataFrame
    fly_steps: pd.DataFrame

    @property
    def fastest(self) -> Stage | None:
        """The stage of the highest effort; without a plan the one with the highest peak speed, or the last."""
        if self.planned or not self.compared:
            return self.compared[-1] if self.compared else None
        return max(self.compared, key=lambda stage: (np.nan_to_num(stage.metrics["peak_speed_m_s"].value), stage.runs))

    @property
    def planned(self) -> bool:
        """Whether efforts were asked for and run."""
        return any(np.isfinite(stage.asked_effort_pct) for stage in self.compared)

    def top(self, min_asked_effort_pct: float) -> Stage | None:
        """Return the stage of the highest effort if it is at least this."""
        if not self.planned or self.compared[-1].asked_effort_pct < min_asked_effort_pct:
            return None
        return self.compared[-1]

    def pair(self, rule: Rule) -> tuple[Stage, Stage] | None:
        """Return full effort and the stage below it, if their efforts lie where the rule looks."""
        upper = self.top(rule.gates["min_asked_effort_pct"])
        if upper is None or len(self.compared) < 2:
            return None
        # The rules on technique speak of the last step up, which sources call 75 to 100 %.
        lower = self.compared[-2]
        low, high = rule.gates["min_lower_effort_pct"], rule.gates["max_lower_effort_pct"]
        return (lower, upper) if low <= lower.asked_effort_pct <= high else None

    def whole(self, rule: Rule) -> tuple[Stage, Stage] | None:
        """Return full effort and the lowest one, if their efforts lie where the rule looks."""
        upper = self.top(rule.gates["min_asked_effort_pct"])
        if upper is None or len(self.compared) < 2:
            return None
        lower = self.compared[0]
        low, high = rule.gates["min_lower_effort_pct"], rule.gates["max_lower_effort_pct"]
        return (lower, upper) if low <= lower.asked_effort_pct <= high else None

    @property
    def no_pair(self) -> str:
        """Why two efforts cannot be compared."""
        return "no_such_effort" if self.planned else "no_plan"

    def sensed(self, rule: Rule) -> bool:
        """Whether a sensor sits where the rule needs one."""
        return not rule.placements or any(p.segment in rule.placements for p in self.inputs.placements)

    def both_sides(self, rule: Rule) -> bool:
        """Whether sensors sit left and right where the rule needs one."""
        sides = {placement.side for placement in self.inputs.placements if placement.segment in rule.placements}
        return {"left", "right"} <= sides

    def leg_length_m(self, norm: Norm) -> tuple[float, float]:
        """Return leg length and its standard uncertainty against it; the usual height stands in for an unknown one."""
        athlete = self.inputs.athlete
        if np.isfinite(athlete.leg_length_m):
            return athlete.leg_length_m, 0.0
        # The spread of leg lengths at one height is in the norm's own spread between runners.
        share = norm.constants["leg_share_of_height"]
        if np.isfinite(athlete.height_m):
            return share * athlete.height_m, 0.0
        # A guess, but a bounded one: its spread goes into the interval.
        height = norm.constants["default_height_m"]
        return share * height, norm.constants["default_height_sd_m"] / height


def prepare(inputs: MechanicsInput) -> Case:
    """Return the case for a session."""
    config = inputs.stage_config
    strides = inputs.strides
    # Not read back from the table: comparisons need the errors apart, the table has them together.
    compared = inputs.compared
    if compared is None:
        compared = stage_estimates(inputs.runs, strides, inputs.steps, inputs.contacts, config)
    return Case(
        inputs=inputs,
        compared=compared,
        fly_contacts=fly_contacts(inputs.contacts, strides, inputs.steps, config),
        fly_strides=strides[(strides["phase"] == "fly") & strides["quality"].isin(config.stride_qualities)],
        fly_steps=inputs.steps[inputs.steps["phase"] == "fly"],
    )


def straight_ahead(inputs: MechanicsInput) -> MechanicsInput:
    """Return the input without runs in a turn: what is said of running straight ahead does not hold there."""
    turned = inputs.runs["turn_rad"].notna().to_numpy()
    if not turned.any():
        return inputs
    # The stages have to be found again, from fewer runs.
    return replace(inputs, runs=inputs.runs[~turned], compared=None)


def of_runs(table: pd.DataFrame, runs: Sequence[int]) -> pd.DataFrame:
    """Return the rows of these runs."""
    return table[table["run"].isin(runs)]


def enough(estimates: Sequence[Estimate], needed: float) -> bool:
    """Whether each estimate rests on so many values."""
    return all(estimate.n_values >= needed for estimate in estimates)
