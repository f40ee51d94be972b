"""Strides and contacts of a run as tables.

::

    left     |== contact ==|      swing      |== contact ==|
             IC            TO                IC
             |<----------- stride ---------->|            two steps
    right                     |== contact ==|
                              IC
             |<---- step ---->|

* stride time = next initial contact of the same foot - initial contact
* contact time = toe-off - initial contact; swing time = stride time - contact time
* duty factor = contact time / stride time
* step time = next initial contact of the other foot - initial contact
* flight time = next initial contact of the other foot - toe-off
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analyzer.gait.contacts import ContactEvents
from analyzer.gait.foot.analysis import FootGait
from analyzer.model import Floats
from analyzer.tables import CONTACTS, STRIDES, build, empty

__all__ = ["LONGEST_STRIDE_S", "contact_strides", "contacts_table", "foot_strides", "joined"]

LONGEST_STRIDE_S = 1.5
"""Contacts of a foot further apart do not bound one stride."""

_WORST_FIRST = ("gap", "clipped", "edge", "ok")


def contacts_table(events: ContactEvents) -> pd.DataFrame:
    """Return contacts as a table; the run is numbered 0 until runs are known."""
    if not len(events):
        return empty(CONTACTS)
    return build(
        CONTACTS,
        {
            "run": np.zeros(len(events), dtype=np.int64),
            "side": events.side,
            "initial_contact_s": events.initial_contact_s,
            "toe_off_s": events.toe_off_s,
            "contact_time_s": events.toe_off_s - events.initial_contact_s,
            "initial_contact_sd_s": events.initial_contact_sd_s,
            "toe_off_sd_s": events.toe_off_sd_s,
            "quality": events.quality,
        },
    )


def foot_strides(foot: FootGait) -> pd.DataFrame:
    """Return the strides of a foot with their measured lengths."""
    angle = foot.foot_strike_angle_rad[foot.opens] if len(foot.opens) else np.empty(0)
    return _table(
        foot.contacts,
        (foot.opens, foot.closes),
        (foot.stride_length_m, foot.stride_length_sd_m),
        np.where(np.isfinite(foot.stride_length_m), "measured", "none"),
        angle,
    )


def contact_strides(events: ContactEvents) -> pd.DataFrame:
    """Return strides from contacts alone, without lengths.

    Parameters
    ----------
    events : ContactEvents
        Any sides. Contacts of unknown side are taken to alternate.
    """
    pairs = [_same_foot(events, side) for side in dict.fromkeys(events.side)]
    first = np.concatenate([pair[0] for pair in pairs]) if pairs else np.empty(0, dtype=np.intp)
    last = np.concatenate([pair[1] for pair in pairs]) if pairs else np.empty(0, dtype=np.intp)
    unknown = np.full(len(first), np.nan)
    return _table(events, (first, last), (unknown, unknown), np.full(len(first), "none"), unknown)


def _same_foot(events: ContactEvents, side: str) -> tuple[np.ndarray, np.ndarray]:
    """Return rows of contacts of one side that open and close its strides."""
    own = np.flatnonzero((np.array(events.side) == side) & np.isfinite(events.initial_contact_s))
    # Feet that are not told apart alternate: every other contact is of the same one.
    step = 2 if side == "unknown" else 1
    first, last = own[:-step], own[step:]
    if not len(first):
        return first, last
    time = events.initial_contact_s[last] - events.initial_contact_s[first]
    # Over a contact that was missed two strides would count as one.
    whole = (time <= LONGEST_STRIDE_S) & (time <= MISSED_ONE * np.median(time))
    return first[whole], last[whole]


MISSED_ONE = 1.6
"""A stride this much longer than the usual one lacks a contact in its middle; no start or stop stretches one so far."""


def joined(parts: Sequence[pd.DataFrame], by: str) -> pd.DataFrame:
    """Return tables of one schema as one, in order of a column of times."""
    # An empty table must have no say in the types of the whole.
    filled = [part for part in parts if len(part)]
    if not filled:
        return parts[0]
    return pd.concat(filled, ignore_index=True).sort_values(by, kind="stable", ignore_index=True)


def _table(
    events: ContactEvents,
    rows: tuple[np.ndarray, np.ndarray],
    lengths: tuple[Floats, Floats],
    source: np.ndarray,
    strike_angle: Floats,
) -> pd.DataFrame:
    first, last = rows
    # The side of no contacts is an array of floats, not of words.
    if not len(first):
        return empty(STRIDES)
    start, end = events.initial_contact_s[first], events.initial_contact_s[last]
    time = end - start
    contact = events.toe_off_s[first] - start
    return build(
        STRIDES,
        {
            "run": np.zeros(len(first), dtype=np.int64),
            "side": np.array(events.side)[first],
            "start_s": start,
            "end_s": end,
            "stride_time_s": time,
            "stride_frequency_hz": 1.0 / time,
            "contact_time_s": contact,
            "swing_time_s": time - contact,
            "duty_factor": contact / time,
            "stride_length_m": lengths[0],
            "stride_length_sd_m": lengths[1],
            "speed_m_s": lengths[0] / time,
            "length_source": source,
            "phase": np.full(len(first), ""),
            "foot_strike_angle_rad": strike_angle,
            # As good as the worse of the two contacts that bound it.
            "quality": _worse(np.array(events.quality)[first], np.array(events.quality)[last]),
        },
    )


def _worse(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    rank = {word: number for number, word in enumerate(_WORST_FIRST)}
    return np.array([min(pair, key=rank.__getitem__) for pair in zip(one, other, strict=True)])
