"""One line of the coach's table: a stage, or a run that belongs to none."""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from analyzer.model import Analysis
from analyzer.report import quantities
from analyzer.report.quantities import Quantity, Units
from analyzer.report.reaction import on_card

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["GaitTables", "StageLine", "other_lines", "records", "run_lines", "stage_lines"]

_Record: TypeAlias = Mapping[str, Any]

_EXPLAINED = frozenset({"ok", "no_length", "one_side"})
"""Run qualities that leave nothing out: what cannot be told for want of a sensor is said in words."""

_NORMAL_95 = 1.96
"""Standard uncertainties to either side of a value that hold 95 % of a normal distribution."""


class GaitTables(Protocol):
    """What an analysis, or a practice so far, has measured."""

    @property
    def contacts(self) -> "pd.DataFrame":
        """Ground contacts."""

    @property
    def strides(self) -> "pd.DataFrame":
        """Strides."""

    @property
    def steps(self) -> "pd.DataFrame":
        """Steps."""

    @property
    def runs(self) -> "pd.DataFrame":
        """Runs."""


@dataclass(frozen=True, slots=True)
class StageLine:
    """What was asked of a stage and what came of it.

    Attributes
    ----------
    label : str
        Such as ``75 %``, or ``Run 2`` where no effort was asked.
    asked_effort_pct : float
        NaN where no effort was asked.
    runs : tuple of int
        Numbers of the runs of the stage; empty where the tables do not say.
    n_runs, n_contacts : int
    direction : str
    achieved : Quantity
        Percent of the day's best; a dash where the run went another way than forward.
    speed, step_rate, step_length, ground_time : Quantity
    received_pct : float
        Samples that arrived, worst sensor of the worst run; NaN where unknown.
    is_clean : bool
        Whether every run of the stage could be used whole.
    reaction : str
        Of a single run that had a start signal; empty else.
    """

    label: str
    asked_effort_pct: float
    runs: tuple[int, ...]
    n_runs: int
    n_contacts: int
    direction: str
    achieved: Quantity
    speed: Quantity
    step_rate: Quantity
    step_length: Quantity
    ground_time: Quantity
    received_pct: float
    is_clean: bool
    reaction: str = ""

    @property
    def data(self) -> str:
        """How much of the data arrived, such as ``99 %``; 100 only where nothing is missing."""
        if not math.isfinite(self.received_pct):
            return quantities.UNKNOWN
        return f"{math.floor(self.received_pct)} %"


def records(frame: "pd.DataFrame") -> list[dict[str, Any]]:
    """Return the rows of a table as mappings from column to value."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def stage_lines(analysis: Analysis, units: Units) -> tuple[StageLine, ...]:
    """Return one line per row of the stage table, in its order."""
    rows = records(analysis.stages)
    runs = _runs_of_stages(rows, records(analysis.runs))
    return tuple(_stage_line(row, own, analysis, units) for row, own in zip(rows, runs, strict=True))


def other_lines(analysis: Analysis, lines: Sequence[StageLine], units: Units) -> tuple[StageLine, ...]:
    """Return one line per run that is in none of the stages: backward, sideways, not asked for."""
    shown = {run for line in lines for run in line.runs}
    return tuple(line for line in run_lines(analysis, units) if line.runs[0] not in shown)


def run_lines(tables: GaitTables, units: Units) -> tuple[StageLine, ...]:
    """Return one line per run."""
    return tuple(_run_line(row, tables, units) for row in records(tables.runs))


def _runs_of_stages(stages: Sequence[_Record], runs: Sequence[_Record]) -> list[list[_Record]]:
    """Return the runs behind each stage; without a plan the stages are the forward runs in order of time."""
    forward = [run for run in runs if run["direction"] in ("forward", "unknown")]
    unasked = [run for run in forward if math.isnan(run["asked_effort_pct"])]
    n_unasked = sum(math.isnan(stage["asked_effort_pct"]) for stage in stages)
    # Stages of other directions as well, as the settings may have it: then no unasked run was left out.
    if n_unasked > len(unasked):
        unasked = [run for run in runs if math.isnan(run["asked_effort_pct"])]
    in_order = iter(unasked)
    found = []
    for stage in stages:
        if math.isnan(stage["asked_effort_pct"]):
            run = next(in_order, None)
            found.append([] if run is None else [run])
        else:
            # Equal to the last digit: one was copied from the other.
            found.append([run for run in forward if run["asked_effort_pct"] == stage["asked_effort_pct"]])
    return found


def _stage_line(stage: _Record, runs: Sequence[_Record], analysis: Analysis, units: Units) -> StageLine:
    numbers = tuple(int(run["run"]) for run in runs)
    why = _Reasons(analysis, numbers)
    asked = float(stage["asked_effort_pct"])
    achieved = [run["achieved_pct"] for run in runs if math.isfinite(run["achieved_pct"])]
    return StageLine(
        label=f"{asked:g} %" if math.isfinite(asked) else _run_label(numbers),
        asked_effort_pct=asked,
        runs=numbers,
        n_runs=int(stage["n_runs"]),
        n_contacts=int(stage["n_contacts"]),
        direction="forward",
        achieved=quantities.percent(_median(achieved), why=why.no_speed()),
        speed=quantities.speed(*_interval(stage, "peak_speed_m_s"), units=units, why=why.no_speed()),
        step_rate=_step_rate(stage, why),
        step_length=_step_length(stage, why, units),
        ground_time=quantities.ground_time(*_interval(stage, "contact_time_s"), why=why.no_ground_time()),
        received_pct=_worst([run["received_pct"] for run in runs]),
        is_clean=all(_is_clean(run) for run in runs),
    )


def _run_line(run: _Record, tables: GaitTables, units: Units) -> StageLine:
    why = _Reasons(tables, (int(run["run"]),))
    asked, speed = float(run["asked_effort_pct"]), float(run["peak_speed_m_s"])
    # NaN where the uncertainty is not known: the speed then stands without an interval.
    margin = _NORMAL_95 * float(run["peak_speed_sd_m_s"])
    direction = str(run["direction"])
    return StageLine(
        label=_run_label((int(run["run"]),)) + _suffix(direction),
        asked_effort_pct=asked,
        runs=(int(run["run"]),),
        n_runs=1,
        n_contacts=int(run["n_contacts"]),
        direction=direction,
        achieved=_achieved(run, why),
        speed=quantities.speed(speed, speed - margin, speed + margin, units=units, why=why.no_speed()),
        step_rate=quantities.step_rate(run["step_frequency_hz"], why=why.no_step_rate()),
        # The table of runs knows strides only.
        step_length=quantities.step_length(run["stride_length_m"] / 2, units=units, why=why.no_speed()),
        ground_time=quantities.ground_time(run["contact_time_s"], why=why.no_ground_time()),
        received_pct=float(run["received_pct"]),
        is_clean=_is_clean(run),
        reaction=on_card(run),
    )


def _achieved(run: _Record, why: "_Reasons") -> Quantity:
    """Return the share of the day's best; that of another direction says nothing beside the forward stages."""
    if _suffix(str(run["direction"])):
        return dataclasses.replace(quantities.percent(float("nan")), text="–")
    return quantities.percent(run["achieved_pct"], why=why.no_speed())


def _step_rate(stage: _Record, why: "_Reasons") -> Quantity:
    """Return the step rate; from one foot alone it is twice the stride frequency, and says so."""
    measured = _interval(stage, "step_frequency_hz")
    if math.isfinite(measured[0]):
        return quantities.step_rate(*measured)
    doubled = [2 * number for number in _interval(stage, "stride_frequency_hz")]
    return _from_one_foot(quantities.step_rate(*doubled, why=why.no_step_rate()))


def _step_length(stage: _Record, why: "_Reasons", units: Units) -> Quantity:
    """Return the step length; from one foot alone it is half the stride length, and says so."""
    measured = _interval(stage, "step_length_m")
    if math.isfinite(measured[0]):
        return quantities.step_length(*measured, units=units)
    halved = [number / 2 for number in _interval(stage, "stride_length_m")]
    return _from_one_foot(quantities.step_length(*halved, units=units, why=why.no_speed()))


def _from_one_foot(quantity: Quantity) -> Quantity:
    return dataclasses.replace(quantity, why=_ONE_FOOT) if quantity.is_known else quantity


_ONE_FOOT = "from one foot, taking both steps of a stride as equal"


@dataclass(frozen=True, slots=True)
class _Reasons:
    """Why a number of some runs is not known, read off the tables below it."""

    tables: GaitTables
    runs: tuple[int, ...]

    def no_speed(self) -> str:
        """Return why there is no speed or step length."""
        # The deepest reason first: it explains those below it.
        strides = self._rows(self.tables.strides)
        if strides.empty:
            return "no whole stride was measured; that takes a sensor on a foot"
        runs = self._rows(self.tables.runs)
        if runs["quality"].str.contains("clipped").any():
            return "the accelerometer was at its limit too long; take one with a wider range"
        if not (strides["length_source"] != "none").any():
            return "no stride length without a gyroscope on a foot or a known distance"
        return "too few clean strides at full speed"

    def no_step_rate(self) -> str:
        """Return why there is no step rate."""
        if self._rows(self.tables.strides).empty and self._rows(self.tables.steps).empty:
            return "fewer than two steps in a row were found"
        return "too few clean steps at full speed"

    def no_ground_time(self) -> str:
        """Return why there is no ground time."""
        contacts = self._rows(self.tables.contacts)
        if contacts.empty:
            return "no ground contact was found"
        if not contacts["contact_time_s"].notna().any():
            return "the foot leaving the ground was not seen; that takes a sensor on a foot"
        if not (contacts["quality"] == "ok").any():
            return "every contact touches lost or clipped samples"
        return "too few clean contacts at full speed"

    def _rows(self, frame: "pd.DataFrame") -> "pd.DataFrame":
        return frame[frame["run"].isin(self.runs)]


def _interval(row: _Record, name: str) -> tuple[float, float, float]:
    return float(row[name]), float(row[f"{name}_low"]), float(row[f"{name}_high"])


def _median(values: Sequence[float]) -> float:
    if not values:
        return float("nan")
    ordered, middle = sorted(values), len(values) // 2
    return ordered[middle] if len(values) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def _worst(values: Sequence[float]) -> float:
    # With NaN in it the result of min() depends on the order.
    known = [value for value in values if math.isfinite(value)]
    return min(known, default=float("nan"))


def _is_clean(run: _Record) -> bool:
    # Several may hold of one run; all of them must be harmless.
    return set(str(run["quality"]).split(";")) <= _EXPLAINED


def _run_label(numbers: Sequence[int]) -> str:
    return f"Run {numbers[0]}" if numbers else "Run"


def _suffix(direction: str) -> str:
    names = {"backward": "backward", "lateral_left": "to the left", "lateral_right": "to the right"}
    return f", {names[direction]}" if direction in names else ""
