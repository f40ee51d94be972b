"""Strides and contacts of a run as rows of their tables.

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

import numpy as np

from analyzer.gait.contacts import ContactEvents
from analyzer.gait.foot.analysis import FootGait
from analyzer.model import Floats
from analyzer.rows import Rows, no_rows, only
from analyzer.tables import CONTACTS, STRIDES

__all__ = ["LONGEST_STRIDE_S", "contact_rows", "contact_strides", "foot_strides", "in_order_of_contact"]

LONGEST_STRIDE_S = 1.5
"""Contacts of a foot further apart do not bound one stride."""

_WORST_FIRST = ("gap", "clipped", "edge", "ok")


def contact_rows(events: ContactEvents) -> Rows:
    """Return the rows of contacts in their table; the run is numbered 0 until runs are known."""
    # The side of no contacts is an array of floats, not of words.
    if not len(events):
        return no_rows(CONTACTS)
    return {
        "run": np.zeros(len(events), dtype=np.int64),
        "side": np.array(events.side),
        "initial_contact_s": events.initial_contact_s,
        "toe_off_s": events.toe_off_s,
        "contact_time_s": events.toe_off_s - events.initial_contact_s,
        "initial_contact_sd_s": events.initial_contact_sd_s,
        "toe_off_sd_s": events.toe_off_sd_s,
        "quality": np.array(events.quality),
    }


def in_order_of_contact(contacts: Rows) -> Rows:
    """Return contacts in order of their beginning; where both feet land at once, of their end."""
    begins, ends = contacts["initial_contact_s"], contacts["toe_off_s"]
    # A push-off that opens a window has no initial contact: it goes by its toe-off.
    return only(contacts, np.lexsort((ends, np.where(np.isnan(begins), ends, begins))))


def foot_strides(foot: FootGait) -> Rows:
    """Return the strides of a foot with their measured lengths."""
    angle = foot.foot_strike_angle_rad[foot.opens] if len(foot.opens) else np.empty(0)
    return _rows(
        foot.contacts,
        (foot.opens, foot.closes),
        (foot.stride_length_m, foot.stride_length_sd_m),
        np.where(np.isfinite(foot.stride_length_m), "measured", "none"),
        angle,
    )


def contact_strides(events: ContactEvents) -> Rows:
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
    return _rows(events, (first, last), (unknown, unknown), np.full(len(first), "none"), unknown)


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


def _rows(
    events: ContactEvents,
    rows: tuple[np.ndarray, np.ndarray],
    lengths: tuple[Floats, Floats],
    source: np.ndarray,
    strike_angle: Floats,
) -> Rows:
    first, last = rows
    # As for contacts: no strides have no words.
    if not len(first):
        return no_rows(STRIDES)
    start, end = events.initial_contact_s[first], events.initial_contact_s[last]
    time = end - start
    contact = events.toe_off_s[first] - start
    return {
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
        "quality": _worse(events.quality, first, last),
    }


def _worse(quality: tuple[str, ...], one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return the worse quality of each pair of contacts, given by their rows."""
    rank = np.array([_WORST_FIRST.index(word) for word in quality])
    return np.asarray(np.array(_WORST_FIRST)[np.minimum(rank[one], rank[other])])
