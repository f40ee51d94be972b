"""What really happened, as tables, from the motion itself; times on the true clock, which is the host's."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pandas as pd

from analyzer.virtual.foot import landing_pitch
from analyzer.virtual.footfalls import Footfall
from analyzer.virtual.practice import RunTruth
from analyzer.virtual.scene import Scene
from analyzer.virtual.trunk import lean_curve

__all__ = [
    "Truth",
    "activities_frame",
    "contacts_frame",
    "courses_frame",
    "runs_frame",
    "strides_frame",
    "truth_of",
]

RUNS_COLUMNS = {
    "run": "int64",
    "asked_effort_pct": "float64",
    "start_s": "float64",
    "mark_s": "float64",
    "deceleration_start_s": "float64",
    "stop_s": "float64",
    "distance_m": "float64",
    "peak_speed_m_s": "float64",
    "speed_at_mark_m_s": "float64",
}
CONTACTS_COLUMNS = {
    "run": "int64",
    "side": "str",
    "initial_contact_s": "float64",
    "toe_off_s": "float64",
    "kind": "str",
    "foot_strike_angle_rad": "float64",
    "trunk_lean_rad": "float64",
}
ACTIVITIES_COLUMNS = {"kind": "str", "start_s": "float64", "end_s": "float64"}
COURSES_COLUMNS = {
    "run": "int64",
    "slot": "int64",
    "direction": "str",
    "manner": "str",
    "outcome": "str",
    "first_movement_s": "float64",
    "start_cue": "str",
    "cue_s": "float64",
    "reaction_s": "float64",
    "false_step": "bool",
    "turn_start_s": "float64",
    "turn_stop_s": "float64",
    "turn_rad": "float64",
    "turn_radius_m": "float64",
    "turn_speed_in_m_s": "float64",
    "turn_speed_out_m_s": "float64",
}
STRIDES_COLUMNS = {
    "run": "int64",
    "side": "str",
    "start_s": "float64",
    "end_s": "float64",
    "stride_length_m": "float64",
    "speed_m_s": "float64",
    "kind": "str",
}


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """What really happened.

    Attributes
    ----------
    contacts : pandas.DataFrame
        ``run, side, initial_contact_s, toe_off_s, kind, foot_strike_angle_rad, trunk_lean_rad``, by toe-off.
        `run` is 0 between runs. `kind` is ``start`` (pushing off out of the stand; initial contact NaN), ``accel``,
        ``steady``, ``decel`` or ``walk``; stands are left out. The foot-strike angle is that at initial contact, toes
        up positive, against the stand; the lean is that of the trunk in mid-contact, forward positive, without its
        swing within the step.
    strides : pandas.DataFrame
        ``run, side, start_s, end_s, stride_length_m, speed_m_s, kind``: from one initial contact to the next of the
        same foot, where both belong to the same run (or, with run 0, to the same walk); the length is the distance of
        the two places where the foot stood.
    runs : pandas.DataFrame
        ``run, asked_effort_pct, start_s, mark_s, deceleration_start_s, stop_s, distance_m, peak_speed_m_s,
        speed_at_mark_m_s``: start is the first forward motion, stop the last toe-off of running, speeds are those of
        the body without its ripple within the step. Empty for steady running. Times after the end of the recording
        are NaN, and so is the mark of a run that was broken off before it.
    activities : pandas.DataFrame
        ``kind, start_s, end_s``: what is done between runs; empty for plain practices, where it is stands and walks.
    courses : pandas.DataFrame
        ``run, slot, direction, manner, outcome, first_movement_s, start_cue, cue_s, reaction_s, false_step,
        turn_start_s, turn_stop_s, turn_rad, turn_radius_m, turn_speed_in_m_s, turn_speed_out_m_s``: how each run
        went; `slot` is that of the plan, 0 for a run that it does not know; `outcome` is ``whole``, ``aborted`` or
        ``cut``; NaN where there was no signal or no turn. Empty for plain practices.

    Notes
    -----
    Contacts of the kind ``hop`` are those of jumps and drills on the spot: without angles and without strides.
    """

    contacts: pd.DataFrame
    strides: pd.DataFrame
    runs: pd.DataFrame
    activities: pd.DataFrame = field(default_factory=lambda: activities_frame([]))
    courses: pd.DataFrame = field(default_factory=lambda: courses_frame([]))


def truth_of(scene: Scene, runs: Sequence[RunTruth]) -> Truth:
    """Return the truth of a scene; contacts that end before or begin after the recording are left out."""
    falls = [
        fall
        for fall in scene.falls
        if fall.kind != "stand" and fall.toe_off_s > 0 and fall.initial_contact_s < scene.duration_s
    ]
    return Truth(_contacts(scene, falls), _strides(falls), _runs(falls, runs))


def contacts_frame(rows: list[tuple[object, ...]]) -> pd.DataFrame:
    """Return rows as the table of contacts."""
    return _frame(rows, CONTACTS_COLUMNS)


def strides_frame(rows: list[tuple[object, ...]]) -> pd.DataFrame:
    """Return rows as the table of strides."""
    return _frame(rows, STRIDES_COLUMNS)


def runs_frame(rows: list[tuple[object, ...]]) -> pd.DataFrame:
    """Return rows as the table of runs."""
    return _frame(rows, RUNS_COLUMNS)


def activities_frame(rows: list[tuple[object, ...]]) -> pd.DataFrame:
    """Return rows as the table of activities."""
    return _frame(rows, ACTIVITIES_COLUMNS)


def courses_frame(rows: list[tuple[object, ...]]) -> pd.DataFrame:
    """Return rows as the table of courses."""
    return _frame(rows, COURSES_COLUMNS)


def _frame(rows: list[tuple[object, ...]], columns: dict[str, str]) -> pd.DataFrame:
    # Without rows too the columns have their types.
    return pd.DataFrame(rows, columns=list(columns)).astype(columns)


def _contacts(scene: Scene, falls: Sequence[Footfall]) -> pd.DataFrame:
    falls = sorted(falls, key=lambda fall: fall.toe_off_s)
    # A foot that starts has stood for seconds: its middle is that of the last 0.3 s, when it pushes.
    middles = np.array([(max(fall.initial_contact_s, fall.toe_off_s - 0.3) + fall.toe_off_s) / 2 for fall in falls])
    leans = lean_curve(scene, middles)
    rows: list[tuple[object, ...]] = []
    for fall, lean in zip(falls, leans.tolist(), strict=True):
        started = fall.kind == "start"
        begins_s = float("nan") if started else fall.initial_contact_s
        angle = float("nan") if started else landing_pitch(fall, scene.runner)
        rows.append((fall.run, fall.side, begins_s, fall.toe_off_s, fall.kind, angle, lean))
    return _frame(rows, CONTACTS_COLUMNS)


def _strides(falls: Sequence[Footfall]) -> pd.DataFrame:
    rows: list[tuple[object, ...]] = []
    for side in ("left", "right"):
        # No step has put down the foot of a start, so no stride begins with it.
        own = [fall for fall in falls if fall.side == side and fall.kind != "start"]
        for one, two in pairwise(own):
            time_s = two.initial_contact_s - one.initial_contact_s
            # Between runs all have number 0; with more than 3 s apart there was a stand, not a stride.
            if one.run == two.run and time_s < 3.0:
                length_m = float(np.hypot(two.forward_m - one.forward_m, two.left_m - one.left_m))
                start_s, end_s = one.initial_contact_s, two.initial_contact_s
                rows.append((one.run, side, start_s, end_s, length_m, length_m / time_s, one.kind))
    # To the type checker cells are objects: text is the way back to a number that needs no cast.
    rows.sort(key=lambda row: float(str(row[2])))
    return _frame(rows, STRIDES_COLUMNS)


def _runs(falls: Sequence[Footfall], runs: Sequence[RunTruth]) -> pd.DataFrame:
    rows: list[tuple[object, ...]] = []
    for run in runs:
        last_s = max(fall.toe_off_s for fall in falls if fall.run == run.run)
        rows.append(
            (
                run.run,
                run.asked_effort_pct,
                run.start_s,
                run.mark_s,
                run.deceleration_start_s,
                last_s,
                run.distance_m,
                run.peak_speed_m_s,
                run.speed_at_mark_m_s,
            )
        )
    return _frame(rows, RUNS_COLUMNS)
