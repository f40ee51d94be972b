"""What really happened in a practice made of takes: the tables of `truth`, and what plain practices do not have."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from analyzer.model import Floats, Mark
from analyzer.virtual.course import turned_share
from analyzer.virtual.foot import pitch_at
from analyzer.virtual.footfalls import SIDES, Footfall, Side
from analyzer.virtual.programme import RunDone
from analyzer.virtual.reel import PlacedTake, Reel
from analyzer.virtual.trunk import lean_curve
from analyzer.virtual.truth import Truth, activities_frame, contacts_frame, courses_frame, runs_frame, strides_frame

__all__ = ["cue_marks", "reel_truth"]

CUE = "cue"
"""Kind of the mark that a start signal leaves in the recording."""

TURN_SHARE = 0.05
"""Of the turn of a bend, at its begin and end, not counted as turning: the way there is as good as straight."""

GAP_S = 0.5
"""Shorter stretches between two activities are part of neither and not listed."""


def reel_truth(reel: Reel, runs: Sequence[RunDone]) -> Truth:
    """Return the truth of a practice; what begins after the recording is left out, what ends after it has no end."""
    kept = [(one, _shown(one, reel.duration_s)) for one in reel.takes]
    contacts = [row for one, falls in kept for row in _contacts(one, falls)]
    strides = [row for _, falls in kept for row in _strides(falls)]
    rows = [_run(reel.takes[run.take], run, reel.duration_s) for run in runs]
    return Truth(
        contacts_frame(sorted(contacts, key=lambda row: float(str(row[3])))),
        strides_frame(sorted(strides, key=lambda row: float(str(row[2])))),
        runs_frame(rows),
        activities_frame(_activities(reel, rows)),
        courses_frame([_course(reel, run) for run in runs]),
    )


def cue_marks(reel: Reel, runs: Sequence[RunDone]) -> tuple[Mark, ...]:
    """Return the start signals as marks, on the host's clock."""
    return tuple(
        Mark(_cue_s(reel.takes[run.take], run), CUE, run.planned.start_cue)
        for run in runs
        if np.isfinite(run.reaction_s)
    )


def _shown(one: PlacedTake, until_s: float) -> list[Footfall]:
    return [
        fall
        for fall in one.falls()
        if fall.kind != "stand" and fall.initial_contact_s < until_s and np.isfinite(fall.toe_off_s)
    ]


def _contacts(one: PlacedTake, falls: Sequence[Footfall]) -> list[tuple[object, ...]]:
    scene = one.take.scene
    rows: list[tuple[object, ...]] = []
    for side in SIDES:
        own = [fall for fall in falls if fall.side == side]
        if not own:
            continue
        # As in `truth`: the middle of a long contact is that of its push.
        middles = [(max(fall.initial_contact_s, fall.toe_off_s - 0.3) + fall.toe_off_s) / 2 for fall in own]
        leans = lean_curve(scene, one.take.scene_time(np.array(middles) - one.start_s))
        angles = _pitches(one, side, np.array([fall.initial_contact_s for fall in own]) - one.start_s)
        rows += [_contact_row(*contact) for contact in zip(own, angles, leans.tolist(), strict=True)]
    return rows


def _contact_row(fall: Footfall, angle: float, lean: float) -> tuple[object, ...]:
    unknown = float("nan")
    begins_s = unknown if fall.kind == "start" else fall.initial_contact_s
    angle = unknown if fall.kind in ("start", "hop") else angle
    return (fall.run, fall.side, begins_s, fall.toe_off_s, fall.kind, angle, unknown if fall.kind == "hop" else lean)


def _pitches(one: PlacedTake, side: Side, landings_s: Floats) -> list[float]:
    """Return the pitch of a foot as it comes down."""
    scene = one.take.scene
    # The curve wants rising times.
    asked = one.take.scene_time(landings_s)
    order = np.argsort(asked)
    found = np.empty(asked.size)
    found[order] = pitch_at(scene.of(side), scene.runner, asked[order])
    return [float(pitch) for pitch in found]


def _strides(falls: Sequence[Footfall]) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for side in SIDES:
        own = [fall for fall in falls if fall.side == side and fall.kind not in ("start", "hop")]
        for before, after in pairwise(sorted(own, key=lambda fall: fall.initial_contact_s)):
            if before.run == after.run:
                time_s = after.initial_contact_s - before.initial_contact_s
                length_m = float(np.hypot(after.forward_m - before.forward_m, after.left_m - before.left_m))
                ends = (before.initial_contact_s, after.initial_contact_s)
                rows.append((before.run, side, *ends, length_m, length_m / time_s, before.kind))
    return rows


def _run(one: PlacedTake, run: RunDone, until_s: float) -> tuple[object, ...]:
    """Return the row of one run; times after the end of the recording are NaN."""
    last_s = max(fall.toe_off_s for fall in one.take.falls if fall.run == run.run)
    time_s = np.arange(run.start.onset_s, last_s, 0.001)
    time_s = time_s[time_s + one.start_s < until_s]
    speed = one.take.scene.path.speed(one.take.scene_time(time_s))
    arrived = np.flatnonzero(np.cumsum(speed) * 0.001 >= run.planned.distance_m)
    peak = int(np.argmax(speed))
    cut = one.start_s + last_s >= until_s
    return (
        run.run,
        run.planned.effort_pct,
        one.start_s + run.start.onset_s,
        one.start_s + float(time_s[arrived[0]]) if arrived.size else float("nan"),
        # Who still speeds up as the recording ends has not slowed yet.
        float("nan") if peak == time_s.size - 1 else one.start_s + float(time_s[peak]),
        float("nan") if cut else one.start_s + last_s,
        run.planned.distance_m,
        float(speed[peak]),
        float(speed[arrived[0]]) if arrived.size else float("nan"),
    )


def _cue_s(one: PlacedTake, run: RunDone) -> float:
    return one.start_s + run.first_movement_s - run.reaction_s


def _course(reel: Reel, run: RunDone) -> tuple[object, ...]:
    one = reel.takes[run.take]
    cut = one.stop_s > reel.duration_s
    outcome = "cut" if cut else "whole" if run.share == 1.0 else "aborted"
    return (
        run.run,
        run.slot,
        run.planned.direction,
        run.manner,
        outcome,
        one.start_s + run.first_movement_s,
        run.planned.start_cue,
        _cue_s(one, run),
        run.reaction_s,
        run.start.false_step,
        *_turning(one, run),
    )


def _turning(one: PlacedTake, run: RunDone) -> tuple[float, ...]:
    """Return begin, end, angle, least radius, speed in and speed out of the turn of a run."""
    if run.bend is None:
        return (float("nan"),) * 6
    path, bend = one.take.scene.path, run.bend
    time_s = np.arange(run.start.onset_s, path.stop_s, 0.005)
    speed = path.speed(time_s)
    way_m = np.cumsum(speed) * 0.005
    turned = turned_share(way_m, bend.turn_m)
    inside = np.flatnonzero((turned > TURN_SHARE) & (turned < 1 - TURN_SHARE))
    curvature = np.gradient(path.heading(time_s), time_s)[inside] / speed[inside]
    first, last = int(inside[0]), int(inside[-1])
    return (
        one.start_s + float(time_s[first]),
        one.start_s + float(time_s[last]),
        bend.turn_rad,
        1.0 / float(curvature.max()),
        float(speed[first]),
        float(speed[last]),
    )


def _activities(reel: Reel, runs: Sequence[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """Return what is done between runs, stands included; after a run the last steps are walked."""
    done = [
        (kind, one.start_s + begin_s, one.start_s + stop_s)
        for one in reel.takes
        for kind, begin_s, stop_s in one.take.activities
    ]
    for row in runs:
        start_s, stop_s = float(str(row[2])), float(str(row[5]))
        end_s = next((one.stop_s for one in reel.takes if one.start_s <= start_s < one.stop_s), reel.duration_s)
        done.append(("run", start_s, stop_s if np.isfinite(stop_s) else reel.duration_s))
        if np.isfinite(stop_s) and end_s - 1.2 - stop_s > GAP_S:
            done.append(("walk", stop_s, end_s - 1.2))
    done.sort(key=lambda activity: activity[1])
    rows: list[tuple[object, ...]] = []
    before_s = 0.0
    for kind, begin_s, stop_s in [*done, ("run", reel.duration_s, reel.duration_s)]:
        if begin_s - before_s > GAP_S:
            rows.append(("stand", before_s, begin_s))
        if kind != "run":
            rows.append((kind, begin_s, min(stop_s, reel.duration_s)))
        before_s = stop_s
    return rows
