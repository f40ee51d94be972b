"""The worst contacts and strides, with what they have in common."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from benchmarks.errors import CONTACT_TIME, INITIAL_CONTACT, Errors
from benchmarks.truth import BACKWARD, MANOEUVRES, NARROW_ACC, NARROW_GYR, SHOE, VIRTUAL_PRACTICES, VIRTUAL_STEADY

__all__ = ["CAUSES", "failed_contacts", "failed_strides"]

CAUSES: Mapping[str, str] = {
    "slow manoeuvre": "No running by the analyzer's own measure: 1.1 to 2.4 m/s in about two seconds. On the straight run "
    "the feet never leave the ground together, so it sees no run and says so. In the cut it takes the swings for contacts. "
    "A window so short that only two swings of a foot fit in leaves nothing to compare with.",
    "backward run": "Told to be backward, and its peak speed is right within a few percent, but single contacts are not: "
    "going backward the toes land first and the heel leaves last, so the signs that the detector waits for come in another "
    "order, and the foot is not at rest at the instant taken for the stillest.",
    "8 g": "Samples at the limit in a third to half of the swing. What is cut off is mostly the pull towards the hip, which "
    "points against the direction of travel early and along it late, so that lengths come out short.",
    "first step of a start": "The first swing out of a standing start is slow and low. Where it is too slow to count as a "
    "swing the first contact is missed or its start is put at the first toe-off; the toe-off of the very first push can be "
    "80 ms late, as the rear foot rolls over its toes before it leaves.",
    "lost samples": "The hole hides the event itself or the swing beside it. Such contacts carry the mark `gap`, and such "
    "strides no length: a length made up over a hole would be a guess.",
    "end of the recording": "A contact so close to where the recording begins or ends that the swing before or after it is "
    "not there.",
    "slowing": "At the end of slowing the foot lies flat and lifts slowly: force ends before the heel has risen as it does "
    "at speed.",
    "jog at 2.5 m/s": "A slow roll over the forefoot: the last tenths of the body weight leave the ground 30 to 55 ms before "
    "or after the foot begins to swing as it does in others.",
    "1000 deg/s": "The foot turns faster than the sensor can tell late in the swing of a sprint.",
    "550 deg/s gyroscope": "A real sensor that tells neither the turn after toe-off nor the one before contact (550 deg/s; a "
    "jogging foot reaches 600 to 900), at 1.7 to 2.3 m/s with a turn every few steps. Truth runs from mid-contact to "
    "mid-contact, so part of the spread is the instants, not the length. Runs of fewer than three strides are not looked at.",
    "other": "No common cause found.",
}
"""Cause -> what looking at the signals showed."""

EDGE_S = 0.75
"""So close to an end of the recording one swing is missing."""

N_WORST = 25


def failed_contacts(errors: Errors) -> pd.DataFrame:
    """Return one row per recording and cause: initial contacts and toe-offs missed and false, and when.

    Returns
    -------
    pandas.DataFrame
        ``trial, cause, missed, false, toe_offs_missed, toe_offs_false, when``; feet in recordings only.
    """
    events = errors.events[(errors.events["placement"] == "foot") & (errors.events["event"] != CONTACT_TIME)]
    spans = events.groupby("trial")["time_s"].agg(["min", "max"])
    rows = events[_recorded(events) & events["outcome"].isin(["missed", "false"])]
    rows = rows.assign(cause=_contact_causes(rows, spans))
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
        "550 deg/s gyroscope": frame["group"] == SHOE,
        "lost samples": frame["hole"].astype(bool),
    }
    return list(conditions.values()), list(conditions)


def _contact_causes(rows: pd.DataFrame, spans: pd.DataFrame) -> list[str]:
    conditions, names = _group_causes(rows)
    own = spans.reindex(rows["trial"])
    from_start = rows["time_s"].to_numpy() - own["min"].to_numpy()
    to_end = own["max"].to_numpy() - rows["time_s"].to_numpy()
    steady = rows["step"] == 0
    conditions += [
        rows["kind"].isin(["start", "slow"]) | (rows["step"] == 1),
        steady & (np.minimum(from_start, to_end) < EDGE_S),
        rows["kind"].isin(["decel", "walk"]),
        steady & (rows["speed_m_s"] < 3),
    ]
    names += ["first step of a start", "end of the recording", "slowing", "jog at 2.5 m/s"]
    return list(np.select([condition.to_numpy() for condition in conditions], names, "other"))


def _stride_causes(strides: pd.DataFrame) -> list[str]:
    conditions, names = _group_causes(strides)
    conditions += [strides["group"] == NARROW_ACC, strides["group"] == NARROW_GYR, strides["step"] == 1]
    names += ["8 g", "1000 deg/s", "first step of a start"]
    return list(np.select([condition.to_numpy() for condition in conditions], names, "other"))
