"""The stance of a foot: where in each contact it is stillest, and which contacts bound a stride."""

from dataclasses import dataclass

import numpy as np

from analyzer.gait.foot.phases import NOT_SEEN, Phases
from analyzer.model import Floats, Indices
from analyzer.signal.filters import lowpass
from analyzer.signal.spans import lowest
from analyzer.signal.vectors import sizes
from analyzer.units import G_M_S2

__all__ = [
    "FootContacts",
    "StanceConfig",
    "anchors",
    "push_off_anchors",
    "stillest_inside",
    "stillness_rad_s",
    "stride_openers",
    "unrest_rad_s",
]


@dataclass(frozen=True, slots=True)
class StanceConfig:
    """Where a foot on the ground is looked for at rest.

    Attributes
    ----------
    still_cutoff_hz : float
        Stillness is judged below this: ringing of shoe and strap is no motion of the foot.
    anchor_from, anchor_to : float
        The stillest instant of a contact lies in this share of it: before, the impact rings; after, the heel rises.
    restless_rad_s, second_look_s : float
        A foot that turns faster than this at its stillest (500 deg/s; sprinters' feet roll at 200, and at 400 when they
        slow down on their heels) does not stand: its contact was misread, as in backward running, and rest is looked
        for in so much time from its beginning on. Where there is none, the contact has no stillest instant.
    turn_per_force_s_m : float
        A foot that turns slowly may still fly: at the top of a swing its turn comes to a halt as well. A specific force
        that differs from gravity by 10 m/s2 counts like a turn of 200 deg/s: sprinters' feet show both as they roll.
    far_more_restless : float
        A contact is misread as well where all this together is so many times less a little later.
    open_contact_s : float
        Assumed length of a contact whose end was not seen.
    longest_stride_s : float
        Stillest instants further apart do not bound one stride.
    push_off_from_s, push_off_to_s : float
        The foot that pushes off out of a stand stood still this long before the turn of its pitch rate.
    """

    still_cutoff_hz: float = 15.0
    anchor_from: float = 0.25
    anchor_to: float = 0.60
    restless_rad_s: float = np.radians(500.0)
    second_look_s: float = 0.30
    turn_per_force_s_m: float = np.radians(20.0)
    far_more_restless: float = 4.0
    open_contact_s: float = 0.25
    longest_stride_s: float = 1.5
    push_off_from_s: float = 0.45
    push_off_to_s: float = 0.10


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FootContacts:
    """Contacts as fractional sample indices with standard uncertainties in seconds; NaN where not seen."""

    contact: Floats
    toe_off: Floats
    contact_sd_s: Floats
    toe_off_sd_s: Floats

    @classmethod
    def from_phases(cls, phases: Phases) -> "FootContacts":
        """Return rough contacts, their uncertainty still open."""
        contact = np.where(phases.initial_contact == NOT_SEEN, np.nan, phases.initial_contact)
        toe_off = np.where(phases.toe_off == NOT_SEEN, np.nan, phases.toe_off)
        open_sd = np.full(len(contact), np.nan)
        return cls(contact, toe_off, open_sd, open_sd)


def stillness_rad_s(gyr_rad_s: Floats, rate_hz: float, config: StanceConfig) -> Floats:
    """Return how fast the foot turns, ringing left out, (n,)."""
    return sizes(lowpass(gyr_rad_s, config.still_cutoff_hz, rate_hz))


def unrest_rad_s(still: Floats, acc_m_s2: Floats, rate_hz: float, config: StanceConfig) -> Floats:
    """Return how far a foot is from standing, (n,): its turn, and what its specific force has besides gravity."""
    moved_m_s2 = sizes(lowpass(acc_m_s2, config.still_cutoff_hz, rate_hz)) - G_M_S2
    return np.hypot(still, config.turn_per_force_s_m * moved_m_s2)


def anchors(still: Floats, unrest: Floats, events: FootContacts, rate_hz: float, config: StanceConfig) -> Indices:
    """Stillest instant of each contact, `NOT_SEEN` where its beginning was not seen or the foot never rested."""
    stillest = stillest_inside(still, events, rate_hz, config)
    start = np.where(stillest == NOT_SEEN, 0, np.maximum(np.nan_to_num(events.contact), 0)).astype(np.intp)
    stop = np.minimum(start + round(config.second_look_s * rate_hz), len(still))
    calmest = lowest(unrest, start, np.maximum(stop, start + 1))
    far_more = unrest[stillest] > np.maximum(config.far_more_restless * unrest[calmest], config.restless_rad_s)
    stillest = np.where((stillest != NOT_SEEN) & far_more, calmest, stillest)
    again = (stillest != NOT_SEEN) & (still[stillest] > config.restless_rad_s)
    stillest[again] = lowest(still, start[again], stop[again])
    return np.where(still[stillest] <= config.restless_rad_s, stillest, NOT_SEEN)


def stillest_inside(still: Floats, events: FootContacts, rate_hz: float, config: StanceConfig) -> Indices:
    """Stillest instant in the middle of each contact as read, however fast the foot turned there."""
    end = np.where(np.isnan(events.toe_off), events.contact + config.open_contact_s * rate_hz, events.toe_off)
    length = end - events.contact
    start, stop = events.contact + config.anchor_from * length, events.contact + config.anchor_to * length + 1
    seen = np.isfinite(events.contact) & (stop <= len(still)) & (length > 0)
    first = np.where(seen, start, 0).astype(np.intp)
    stillest = lowest(still, np.maximum(first, 0), np.where(seen, stop, 1).astype(np.intp))
    return np.where(seen, stillest, NOT_SEEN)


def push_off_anchors(still: Floats, events: FootContacts, rate_hz: float, config: StanceConfig) -> Indices:
    """Stillest instant before each toe-off whose contact was not seen, else `NOT_SEEN`: out of a stand, or cut."""
    start = events.toe_off - config.push_off_from_s * rate_hz
    stop = events.toe_off - config.push_off_to_s * rate_hz
    seen = np.isnan(events.contact) & (stop >= 1)
    first = np.where(seen, np.maximum(start, 0), 0).astype(np.intp)
    stillest = lowest(still, first, np.where(seen, stop, 1).astype(np.intp))
    return np.where(seen, stillest, NOT_SEEN)


def stride_openers(phases: Phases, anchor: Indices, rate_hz: float, config: StanceConfig) -> Indices:
    """Rows of contacts that open a stride: the next contact follows after exactly one swing."""
    if len(anchor) < 2:
        return np.empty(0, dtype=np.intp)
    both = (anchor[:-1] != NOT_SEEN) & (anchor[1:] != NOT_SEEN)
    one_swing = phases.swing_after[:-1] == phases.swing_before[1:]
    short = np.diff(anchor) <= config.longest_stride_s * rate_hz
    return np.flatnonzero(both & one_swing & short & (np.diff(anchor) > 0))
