"""The worst contacts and strides, with what they have in common."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from benchmarks.errors import CONTACT_TIME, INITIAL_CONTACT, Errors
from benchmarks.truth import BACKWARD, MANOEUVRES, NARROW_ACC, NARROW_GYR, SHOE, VIRTUAL_PRACTICES, VIRTUAL_STEADY

__all__ = ["CAUSES", "failed_contacts", "failed_strides"]

CAUSES: Mapping[str, str] = {
    "slow manoeuvre": (
        "Hardly running: 1.1 to 2.4 m/s within two seconds, in a cut or a curve. The foot turns in other ways than a "
        "runner's, and two swings a foot leave nothing to compare them with. Force ends long before the ball of the "
        "foot leaves its place at such speeds, so toe-offs come late or not at all."
    ),
    "backward run": (
        "Recognised as backward, and lengths fit, since a foot that still turns fast where its contact was read is "
        "looked at again for its rest. Initial contacts stay early by about 5 ms and scatter: the toes land first, and "
        "the signs come in another order. The motion is a forward run played in reverse, which is not how people run "
        "backward."
    ),
    "8 g": (
        "Samples at the limit for a third to half of the stride. The sum of what is cut off is known, as the foot "
        "rests before and after; where in the swing it belongs is not. The walk back to the mark tells the way of the "
        "whole run, which brings the mean right; how it is shared among the strides stays a guess, so single lengths "
        "are estimates with wide intervals."
    ),
    "first step of a start": (
        "The first swing out of a stand is slow and low. Where it is too slow to count as a swing, the first contact "
        "is missed. The toe-off of the very first push is told by the speed at which the ball of the foot leaves, "
        "some 20 ms late on average, as the body's own speed then is guessed; it is not a required event but counts as "
        "a false one here where it is further off than 30 ms."
    ),
    "lost samples": (
        "The hole hides the event itself or the swing beside it. Such contacts carry the mark `gap`, and most such "
        "strides no length; where a short hole is bridged, the length is less exact."
    ),
    "end of the recording": (
        "So close to the beginning or the end of the recording that the swing before or after the contact is not "
        "there: missed, or toe-off taken from half the signs."
    ),
    "slowing": (
        "In the last steps of slowing the foot lies flat and lifts slowly: force ends before the heel has risen as it "
        "does at speed."
    ),
    "1000 deg/s": (
        "In a third of the samples the foot turns or is pulled beyond a limit late in the swing of a sprint."
    ),
    "real shoe sensor": (
        "A jog at 1.7 to 2.5 m/s between walks, with a turn every few steps. Landings pile up at 6.4 g, well below the "
        "full scale of 8 g that is stated, so they are clipped and rounded without looking so: doubting all samples "
        "beyond 70 % of full scale halved the error. What is left grows with those landings. Truth runs from "
        "mid-contact to mid-contact, so part of the spread are the instants. Strides without a length belong to jogs "
        "of fewer than three strides, or with no instant of both feet in the air."
    ),
    "16 g at a sprint": "The limit again, reached by the swing itself from about 7 m/s on.",
    "acceleration": (
        "Lengths read short while speed rises and slightly long while it falls, more in some people than in others "
        "and sometimes on one foot only. Likely, but not proven: the instant taken for the stillest and the foot's "
        "pivot shift with the push."
    ),
    "other": "No common cause found.",
}
"""Cause -> what looking at the signals showed."""

EDGE_S = 0.75
"""So close to an end of the recording one swing is missing."""

START_S = 1.0
"""The pushes of a standing start lie within this before the first contact at speed."""

SPRINT_CLIPPED_PCT = 5.0
"""From this share of samples at the limit on, the limit is the likely cause."""

N_WORST = 25


def failed_contacts(errors: Errors) -> pd.DataFrame:
    """Return one row per recording and cause: initial contacts and toe-offs missed and false, and when.

    Returns
    -------
    pandas.DataFrame
        ``trial, cause, missed, false, toe_offs_missed, toe_offs_false, when``; feet in recordings only.
    """
    events = errors.events[(errors.events["placement"] == "foot") & (errors.events["event"] != CONTACT_TIME)]
    rows = events[_recorded(events) & events["outcome"].isin(["missed", "false"])]
    rows = rows.assign(cause=_contact_causes(rows, events))
    tally = []
    for (trial, cause), part in rows.groupby(["trial", "cause"], sort=False):
        kinds = part.groupby([part["event"].eq(INITIAL_CONTACT), "outcome"]).size()
        times = sorted(set(part["time_s"].round(1)))
        tally.append(
            {
                "trial": trial,
                "cause": cause,
                "missed": int(kinds.get((True, "missed"), 0)),
                "false": int(kinds.get((True, "false"), 0)),
                "toe_offs_missed": int(kinds.get((False, "missed"), 0)),
                "toe_offs_false": int(kinds.get((False, "false"), 0)),
                "when": ", ".join(f"{time:.1f}" for time in times[:4]) + (", ..." if len(times) > 4 else ""),
            }
        )
    return pd.DataFrame(tally).sort_values(["cause", "trial"], ignore_index=True)


def failed_strides(errors: Errors) -> pd.DataFrame:
    """Return the strides whose length is furthest off, at most three of a recording, worst first."""
    strides = errors.strides[_recorded(errors.strides) & errors.strides["error_pct"].notna()]
    strides = strides.assign(size=strides["error_pct"].abs(), cause=_stride_causes(strides))
    worst = strides.sort_values("size", ascending=False).groupby("trial", sort=False).head(3)
    return worst.head(N_WORST).reset_index(drop=True)


def _recorded(frame: pd.DataFrame) -> pd.Series:
    # Sensors with a limit of the virtual athlete's choosing carry its name as their person.
    return ~frame["group"].isin([VIRTUAL_STEADY, VIRTUAL_PRACTICES]) & ~frame["person"].str.startswith("athlete")


def _group_causes(frame: pd.DataFrame) -> tuple[list[pd.Series], list[str]]:
    conditions = {
        "slow manoeuvre": frame["group"] == MANOEUVRES,
        "backward run": (frame["group"] == BACKWARD) & (frame["run"] == 1),
        "real shoe sensor": frame["group"] == SHOE,
        "lost samples": frame["hole"].astype(bool),
    }
    return list(conditions.values()), list(conditions)


def _contact_causes(rows: pd.DataFrame, events: pd.DataFrame) -> list[str]:
    conditions, names = _group_causes(rows)
    spans = events.groupby("trial")["time_s"].agg(["min", "max"]).reindex(rows["trial"])
    from_start = rows["time_s"].to_numpy() - spans["min"].to_numpy()
    to_end = spans["max"].to_numpy() - rows["time_s"].to_numpy()
    conditions += [
        _at_start(rows, events),
        rows["step"].eq(0) & rows["kind"].eq("steady") & (np.minimum(from_start, to_end) < EDGE_S),
        rows["kind"].isin(["decel", "slow", "walk"]),
    ]
    names += ["first step of a start", "end of the recording", "slowing"]
    return list(np.select([condition.to_numpy() for condition in conditions], names, "other"))


def _at_start(rows: pd.DataFrame, events: pd.DataFrame) -> pd.Series:
    firsts = events[events["step"] == 1].groupby("trial")["time_s"].unique()
    near = [
        bool(np.any(np.abs(firsts.get(trial, np.empty(0)) - START_S / 2 - time) <= START_S / 2 + 0.3))
        for trial, time in zip(rows["trial"], rows["time_s"], strict=True)
    ]
    return pd.Series(near, index=rows.index)


def _stride_causes(strides: pd.DataFrame) -> list[str]:
    conditions, names = _group_causes(strides)
    conditions += [
        strides["group"] == NARROW_ACC,
        strides["group"] == NARROW_GYR,
        strides["clipped_pct"] > SPRINT_CLIPPED_PCT,
    ]
    conditions.append(strides["kind"] == "accel")
    names += ["8 g", "1000 deg/s", "16 g at a sprint", "acceleration"]
    return list(np.select([condition.to_numpy() for condition in conditions], names, "other"))
