"""Feet of the virtual athlete and of recordings with truth, and how far the analysis is from it."""

import json
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from analyzer.acquire.holes import with_holes_marked
from analyzer.gait.foot.analysis import FootConfig, FootGait, analyze_foot
from analyzer.gait.run_gait import GaitConfig, RunGait, run_gait
from analyzer.model import Placement, SensorStream
from analyzer.rows import Rows, only
from analyzer.signal.grid import GridSignals, on_grid
from analyzer.units import G_M_S2
from analyzer.virtual import SensorModel, VirtualPractice, simulate, steady

FEET = (Placement.LEFT_FOOT, Placement.RIGHT_FOOT)

UNCLIPPED = SensorModel(acc_range_m_s2=100 * G_M_S2, gyr_range_rad_s=float(np.radians(6000.0)))
"""A sensor that no landing brings to its limit: for what clipping must not hide."""

FOUND_S = 0.025
"""A contact further from the truth was not found, and what was found is a false one."""

PAIRED_S = 0.060
"""Errors are taken of pairs up to this: further than what counts as found, so that a limit hides no bias."""


def stream_of(practice: VirtualPractice, placement: Placement) -> SensorStream:
    """Samples at the times they belong to: the delay of the sensor's own filter, which it states, is taken off."""
    trace, model = practice.traces[placement], practice.model
    signals = {
        "time_s": trace.time_s - model.filter_delay_s,
        "acc_m_s2": trace.counts[:, :3] * model.acc_scale_m_s2,
        "gyr_rad_s": trace.counts[:, 3:] * model.gyr_scale_rad_s,
        "acc_range_m_s2": model.acc_range_m_s2,
        "gyr_range_rad_s": model.gyr_range_rad_s,
    }
    return SensorStream.from_arrays(placement, signals)


def grids_of(practice: VirtualPractice) -> dict[Placement, GridSignals]:
    return {placement: on_grid(stream_of(practice, placement)) for placement in practice.traces}


@cache
def steady_run(speed_m_s: float, seed: int = 0, model: SensorModel | None = None) -> VirtualPractice:
    return steady(speed_m_s, 6.0, seed=seed, placements=FEET, model=model)


@cache
def steady_foot(speed_m_s: float, seed: int = 0, model: SensorModel | None = None) -> FootGait:
    """The left foot of a steady run."""
    return foot_of(on_grid(stream_of(steady_run(speed_m_s, seed, model), Placement.LEFT_FOOT)))


def foot_of(grid: GridSignals) -> FootGait:
    return analyze_foot(grid, FootConfig())


@cache
def practice() -> VirtualPractice:
    return simulate(seed=1, placements=FEET)


def turned(grid: GridSignals, matrix: np.ndarray) -> GridSignals:
    """The same motion seen by a sensor that is mounted turned by a matrix."""
    return replace(grid, acc_m_s2=grid.acc_m_s2 @ matrix.T, gyr_rad_s=grid.gyr_rad_s @ matrix.T)


@dataclass
class Errors:
    """Prediction less truth, pooled over sensors; seconds and shares of the stride length, and within 95 % or not."""

    stride_paired_s: float = PAIRED_S
    n_true: int = 0
    n_found: int = 0
    n_false: int = 0
    contact_s: list[float] = field(default_factory=list)
    toe_off_s: list[float] = field(default_factory=list)
    contact_time_s: list[float] = field(default_factory=list)
    length: list[float] = field(default_factory=list)
    contact_covered: list[bool] = field(default_factory=list)
    toe_off_covered: list[bool] = field(default_factory=list)
    length_covered: list[bool] = field(default_factory=list)

    def add(self, gait: RunGait, contacts: pd.DataFrame, strides: pd.DataFrame) -> None:
        """Take one window: its gait and the contacts and strides that really were, `required` ones marked."""
        for side in sorted(set(contacts["side"])):
            self._add_contacts(_table_of(gait.contacts, side), contacts[contacts["side"] == side])
        for side in sorted(set(strides["side"])):
            self._add_strides(_table_of(gait.strides, side), strides[strides["side"] == side])

    @property
    def f1(self) -> float:
        return 2 * self.n_found / (self.n_found + self.n_true + self.n_false)

    def _add_contacts(self, found: pd.DataFrame, truth: pd.DataFrame) -> None:
        starts = found["initial_contact_s"].to_numpy()
        self.n_true += int(truth["required"].sum())
        times, required = truth["initial_contact_s"].to_numpy(), truth["required"].to_numpy()
        close = _nearest(times, starts, FOUND_S)
        self.n_found += int((required & (close >= 0)).sum())
        rows = _nearest(times, starts, PAIRED_S)
        # Walking steps may be found or not, and less finely.
        spare = np.setdiff1d(np.flatnonzero(np.isfinite(starts)), np.concatenate([close, rows[~required]]))
        if required.any():
            first_s, last_s = times[required].min(), times[required].max()
            self.n_false += int(pd.Series(starts[spare]).between(first_s, last_s).sum())
        for true, row in zip(truth.itertuples(), rows, strict=True):
            if row < 0 or not true.required:
                continue
            one = found.iloc[row]
            early = float(one["initial_contact_s"] - true.initial_contact_s)
            self.contact_s.append(early)
            self.contact_covered.append(abs(early) <= 1.96 * one["initial_contact_sd_s"])
            late = float(one["toe_off_s"] - true.toe_off_s)
            if np.isfinite(late) and one["quality"] != "edge":
                self.toe_off_s.append(late)
                self.toe_off_covered.append(abs(late) <= 1.96 * one["toe_off_sd_s"])
                self.contact_time_s.append(late - early)

    def _add_strides(self, found: pd.DataFrame, truth: pd.DataFrame) -> None:
        known = found[found["stride_length_m"].notna()]
        rows = _nearest(truth["start_s"].to_numpy(), known["start_s"].to_numpy(), self.stride_paired_s)
        for true, row in zip(truth.itertuples(), rows, strict=True):
            if row < 0 or not true.required:
                continue
            one = known.iloc[row]
            # A stride that skipped a contact is another stride.
            if abs(one["stride_time_s"] - (true.end_s - true.start_s)) < 0.25 * one["stride_time_s"]:
                error = float(one["stride_length_m"] - true.stride_length_m)
                self.length.append(error / true.stride_length_m)
                self.length_covered.append(abs(error) <= 1.96 * one["stride_length_sd_m"])


def _table_of(rows: Rows, side: str) -> pd.DataFrame:
    return pd.DataFrame(only(rows, rows["side"] == side))


def _nearest(truth: np.ndarray, found: np.ndarray, tolerance_s: float) -> np.ndarray:
    """Row of the nearest event of each true one, -1 where none is near."""
    rows = []
    for time in truth:
        away = np.where(np.isfinite(found), np.abs(found - time), np.inf)
        near = len(away) and np.isfinite(time) and away.min() <= tolerance_s
        rows.append(int(np.argmin(away)) if near else -1)
    return np.array(rows, dtype=np.intp)


@cache
def steady_errors(speed_m_s: float) -> Errors:
    """Three athletes, both feet, each running 6 s at one speed."""
    errors = Errors()
    for seed in range(3):
        run = steady_run(speed_m_s, seed)
        contacts = run.truth.contacts
        # The first and the last stride may be cut by the ends of the recording.
        inside = contacts["initial_contact_s"].between(0.1, 5.9) & (contacts["toe_off_s"] < 5.9)
        strides = run.truth.strides.assign(required=True)
        errors.add(run_gait(grids_of(run), GaitConfig()), contacts.assign(required=inside), strides)
    return errors


@cache
def practice_errors() -> Errors:
    """The three runs of one practice, each in a window as the run finder cuts it."""
    errors, whole = Errors(), practice()
    streams = {placement: stream_of(whole, placement) for placement in FEET}
    for run in whole.truth.runs.itertuples():
        window = {
            placement: on_grid(stream.between(run.start_s - 3.0, run.stop_s + 0.8))
            for placement, stream in streams.items()
        }
        contacts, strides = (
            table[table["run"] == run.run].assign(required=lambda rows: rows["kind"].isin(["accel", "steady", "decel"]))
            for table in (whole.truth.contacts, whole.truth.strides)
        )
        errors.add(run_gait(window, GaitConfig()), contacts, strides)
    return errors


def recorded_streams(path: Path) -> tuple[dict[Placement, SensorStream], dict]:
    """Feet of a recording with truth, and its header."""
    with np.load(path) as held:
        header = json.loads(str(held["header"]))
        streams = {}
        for number, sensor in enumerate(header["sensors"]):
            if not sensor["placement"].endswith("_foot"):
                continue
            signals = {
                "time_s": held[f"s{number}_time_s"],
                "acc_m_s2": held[f"s{number}_acc_m_s2"],
                "gyr_rad_s": held[f"s{number}_gyr_rad_s"],
                "acc_range_m_s2": sensor["acc_range_g"] * G_M_S2,
                "gyr_range_rad_s": np.radians(sensor["gyr_range_dps"]),
            }
            placement = Placement(sensor["placement"])
            streams[placement] = with_holes_marked(SensorStream.from_arrays(placement, signals))
    return streams, header


@cache
def recorded_errors(path: Path) -> Errors:
    streams, header = recorded_streams(path)
    running = ["accel", "steady", "decel", "anchor"]
    contacts = pd.DataFrame(header["contacts"], columns=["side", "initial_contact_s", "toe_off_s", "kind", "run"])
    contacts = contacts.astype({"initial_contact_s": "float64", "toe_off_s": "float64"})
    strides = pd.DataFrame(header["strides"], columns=["side", "start_s", "end_s", "length_m", "kind"])
    strides = strides.rename(columns={"length_m": "stride_length_m"})
    errors = Errors()
    if header["source"] == "pyshoe":
        # Truth runs from mid-stance to mid-stance, somewhere after the initial contact.
        strides["start_s"] -= 0.12 * (strides["end_s"] - strides["start_s"])
        strides["end_s"] = strides["start_s"] + (strides["end_s"] - strides["start_s"]) / 1.12
        errors.stride_paired_s = 0.22
    gait = run_gait({placement: on_grid(stream) for placement, stream in streams.items()}, GaitConfig())
    errors.add(
        gait,
        contacts.assign(required=contacts["kind"].isin(running)),
        strides.assign(required=strides["kind"].isin(running)),
    )
    return errors
