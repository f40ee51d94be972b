"""Recordings with truth: those of a folder, and those of the virtual athlete."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import analyzer
from analyzer.model import Placement, Recording
from analyzer.units import G_M_S2
from analyzer.virtual import SensorModel, VirtualPractice, simulate, steady

__all__ = [
    "BACKWARD",
    "HALVES",
    "LIMITS",
    "LOST_PACKETS",
    "MADE_PLACEMENTS",
    "MANOEUVRES",
    "NARROW_ACC",
    "NARROW_GYR",
    "OVERGROUND",
    "PRACTICES",
    "SACRUM",
    "SACRUM_SLOPE",
    "SHOE",
    "TREADMILL",
    "UNLIMITED",
    "VIRTUAL_PRACTICES",
    "VIRTUAL_STEADY",
    "Trial",
    "made_limited",
    "made_practice",
    "made_steady",
    "read_trial",
]

TREADMILL = "treadmill"
OVERGROUND = "overground"
PRACTICES = "practices"
MANOEUVRES = "manoeuvres"
NARROW_ACC = "practice, 8 g"
NARROW_GYR = "practice, 1000 deg/s"
LOST_PACKETS = "practice, 3 % lost"
BACKWARD = "practice, backward"
SHOE = "real shoe sensor"
SACRUM = "real sacrum, level"
SACRUM_SLOPE = "real sacrum, slopes"
VIRTUAL_STEADY = "virtual, steady"
VIRTUAL_PRACTICES = "virtual, practices"

HALVES: Mapping[str, frozenset[str]] = {
    "A": frozenset({"RBDS002", "RBDS013", "RBDS017", "RBDS020"}),
    "B": frozenset({"RBDS012", "RBDS014", "RBDS018", "RBDS028"}),
}
"""The treadmill runners, split in two before anything was computed; practices follow the runner they were made from."""

RUNNING = frozenset({"accel", "steady", "decel", "anchor"})
"""Kinds of contacts and strides that must be found; the rest may be."""

LEAST_SPEED_M_S = 2.0
"""Slower contacts of the virtual athlete are no running, as in the recordings."""

EDGE_S = 0.3
"""Contacts of the virtual athlete closer to an end of a recording may be cut by it."""

STEADY_S = 6.0

UNLIMITED = "no limit"
LIMITS: Mapping[str, tuple[float, float]] = {
    UNLIMITED: (200.0, 6000.0),
    "16 g": (16.0, 6000.0),
    "8 g": (8.0, 6000.0),
    "1000 deg/s": (200.0, 1000.0),
}
"""Ranges in g and deg/s: each limit alone against a sensor that nothing brings to its limit."""

MADE_PLACEMENTS = (
    Placement.LEFT_FOOT,
    Placement.RIGHT_FOOT,
    Placement.LEFT_SHANK,
    Placement.RIGHT_SHANK,
    Placement.PELVIS,
    Placement.LEFT_WRIST,
    Placement.RIGHT_WRIST,
)


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """One recording and what really happened in it.

    Attributes
    ----------
    name, group : str
    person : str
        Who ran; the name of the recording where that is not told.
    half : str
        ``A``, ``B`` or empty.
    recording : Recording
    contacts : pandas.DataFrame
        ``run, side, initial_contact_s, toe_off_s, kind, speed_m_s, required, step``; `step` numbers the required
        contacts of a run that began with a standing start, from 1, and is 0 elsewhere.
    strides : pandas.DataFrame
        ``run, side, start_s, end_s, length_m, kind, speed_m_s, required, step``.
    runs : pandas.DataFrame
        ``run, onset_s, start_s, mark_s, end_s, backward``; empty for steady running.
    mid_contact : bool
        True strides run from mid-contact to mid-contact.
    """

    name: str
    group: str
    person: str
    half: str
    recording: Recording
    contacts: pd.DataFrame
    strides: pd.DataFrame
    runs: pd.DataFrame
    mid_contact: bool = False


def read_trial(path: Path) -> Trial:
    """Read a recording with its truth."""
    with np.load(path) as archive:
        header: dict[str, Any] = json.loads(str(archive["header"]))
    person = _person(header)
    half = next((name for name, people in HALVES.items() if person in people), "")
    runs = pd.DataFrame(header["runs"], columns=["run", "onset_s", "start_s", "mark_s", "end_s", "direction"])
    contacts = _observed(header["contacts"], ["run", "side", "initial_contact_s", "toe_off_s", "kind", "speed_m_s"])
    strides = _observed(header["strides"], ["run", "side", "start_s", "end_s", "length_m", "kind", "speed_m_s"])
    contacts, strides = (frame.assign(required=frame["kind"].isin(RUNNING)) for frame in (contacts, strides))
    return _numbered(
        Trial(
            header["id"],
            _group(header),
            person,
            half,
            analyzer.read(path),
            contacts,
            strides,
            runs.assign(backward=runs["direction"] == "backward"),
            mid_contact=header["source"] == "pyshoe",
        )
    )


def made_steady(speed_m_s: float, seed: int) -> Trial:
    """Let the virtual athlete run at one speed."""
    made = steady(speed_m_s, STEADY_S, seed, placements=MADE_PLACEMENTS)
    return _made(made, f"steady {speed_m_s:.1f} m/s, athlete {seed}", VIRTUAL_STEADY)


def made_limited(speed_m_s: float, seed: int, limit: str) -> Trial:
    """Let the virtual athlete run with sensors on the feet that have one of the `LIMITS`."""
    acc_g, gyr_deg_s = LIMITS[limit]
    model = SensorModel(acc_range_m_s2=acc_g * G_M_S2, gyr_range_rad_s=float(np.radians(gyr_deg_s)))
    made = steady(speed_m_s, STEADY_S, seed, placements=MADE_PLACEMENTS[:2], model=model)
    return _made(made, f"steady {speed_m_s:.1f} m/s, athlete {seed}, {limit}", limit)


def made_practice(seed: int) -> Trial:
    """Let the virtual athlete do the drill."""
    return _made(simulate(seed=seed, placements=MADE_PLACEMENTS), f"practice, athlete {seed}", VIRTUAL_PRACTICES)


def _person(header: Mapping[str, Any]) -> str:
    known = re.search(r"RBDS\d{3}", header["source"])
    if known:
        return known.group()
    untold = header["source"] in {"pyshoe", "alcantara"}
    return str(header["id"]) if untold else str(header["source"]).partition("_")[0]


_GROUPS = {
    "virtual-steady": TREADMILL,
    "virtual-sprint": OVERGROUND,
    "virtual-transient": MANOEUVRES,
    "real-pyshoe": SHOE,
    "real-alcantara": SACRUM,
    "real-alcantara-slope": SACRUM_SLOPE,
}
_VARIANTS = {"clip8g": NARROW_ACC, "gyro1000dps": NARROW_GYR, "loss3": LOST_PACKETS, "backward": BACKWARD}


def _group(header: Mapping[str, Any]) -> str:
    if header["group"] == "sessions":
        return _VARIANTS.get(header["variant"], PRACTICES)
    if header["source"].startswith("biomac"):
        return MANOEUVRES
    return _GROUPS.get(header["group"], str(header["group"]))


def _observed(rows: list[dict[str, Any]], columns: list[str]) -> pd.DataFrame:
    seen = [row for row in rows if row.get("observed", True)]
    numbers = [name for name in columns if name.endswith(("_s", "_m"))]
    return pd.DataFrame(seen, columns=columns).astype(dict.fromkeys(numbers, "float64"))


def _made(made: VirtualPractice, name: str, group: str) -> Trial:
    contacts, strides = made.truth.contacts, made.truth.strides.rename(columns={"stride_length_m": "length_m"})
    strides = strides.assign(required=_required(strides, strides["start_s"], strides["end_s"], made.duration_s))
    contacts = contacts.assign(speed_m_s=_speed_of(contacts, strides))
    times = (contacts["initial_contact_s"], contacts["toe_off_s"])
    contacts = contacts.assign(required=_required(contacts, *times, made.duration_s))
    runs = made.truth.runs.rename(columns={"start_s": "onset_s", "stop_s": "end_s"})
    runs = runs.assign(start_s=runs["onset_s"], backward=False)
    return _numbered(Trial(name, group, f"athlete {made.seed}", "", _undelayed(made), contacts, strides, runs))


def _undelayed(made: VirtualPractice) -> Recording:
    """Return a virtual recording with the delay that its sensors state of their own filter taken off."""
    recording = made.recording()
    streams = {
        placement: stream.at_times(stream.time_s - made.model.filter_delay_s)
        for placement, stream in recording.streams.items()
    }
    return replace(recording, streams=streams)


def _required(frame: pd.DataFrame, start_s: pd.Series, end_s: pd.Series, duration_s: float) -> pd.Series:
    inside = (start_s > EDGE_S) & (end_s < duration_s - EDGE_S)
    return inside & frame["kind"].isin(RUNNING) & (frame["speed_m_s"] > LEAST_SPEED_M_S)


def _speed_of(contacts: pd.DataFrame, strides: pd.DataFrame) -> pd.Series:
    """Speed of the stride that a contact opens; that of the stride before for the last of a run."""
    keyed = strides.set_index(["side", "start_s"])["speed_m_s"]
    own = keyed.reindex(pd.MultiIndex.from_frame(contacts[["side", "initial_contact_s"]]))
    speed = pd.Series(own.to_numpy(), index=contacts.index)
    return speed.groupby([contacts["run"], contacts["side"]]).ffill()


def _numbered(trial: Trial) -> Trial:
    """Return the trial with contacts numbered from the start on, strides as the contact that opens them."""
    counted = trial.contacts[trial.contacts["required"] & trial.contacts["run"].isin(trial.runs["run"])]
    order = counted.sort_values("initial_contact_s").groupby("run").cumcount() + 1
    contacts = trial.contacts.assign(step=order.reindex(trial.contacts.index, fill_value=0).astype("int64"))
    keys = pd.MultiIndex.from_frame(contacts[["side", "initial_contact_s"]])
    steps = pd.Series(contacts["step"].to_numpy(), index=keys)
    own = steps[~keys.duplicated()].reindex(pd.MultiIndex.from_frame(trial.strides[["side", "start_s"]]), fill_value=0)
    return replace(trial, contacts=contacts, strides=trial.strides.assign(step=own.to_numpy()))
