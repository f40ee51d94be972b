"""Contacts of one foot, roughly: from its pitch rate alone, whatever the speed."""

from dataclasses import dataclass

import numpy as np

from analyzer.model import Floats, Indices
from analyzer.signal.spans import lowest
from analyzer.signal.windows import local_minima

__all__ = ["NOT_SEEN", "PhaseConfig", "Phases", "find_phases"]

NOT_SEEN = -1
"""Stands for an event that lies outside the signal or cannot be told."""


@dataclass(frozen=True, slots=True)
class PhaseConfig:
    """Where in a stride the events of a contact are looked for; shares of the time between mid-swings.

    Attributes
    ----------
    longest_stride_s : float
        Two mid-swings further apart do not belong to one stride: slow walking takes 1.3 s.
    usual_stride_s : float
        Assumed at the ends of a run where no neighbour tells better.
    contact_from, contact_to : float
        Initial contact after a mid-swing; wide, as it lies between 0.12 and 0.36 in the recordings seen.
    toe_off_from, toe_off_to : float
        Toe-off before the next mid-swing; between 0.27 and 0.57 in the recordings seen.
    shortest_contact_s : float
        Below it even the fastest sprinters do not come (about 0.08 s).
    min_prominence_rad_s : float
        A minimum of the pitch rate counts from 80 deg/s: ringing of the filter stays below.
    push_off_rad_s : float
        After the last swing of a window a toe-off must rotate the foot at least this fast (150 deg/s).
    latest_toe_off_s : float
        Longest contact at the end of a run.
    """

    longest_stride_s: float = 1.3
    usual_stride_s: float = 0.70
    contact_from: float = 0.05
    contact_to: float = 0.50
    toe_off_from: float = 0.60
    toe_off_to: float = 0.08
    shortest_contact_s: float = 0.07
    min_prominence_rad_s: float = np.radians(80.0)
    push_off_rad_s: float = np.radians(150.0)
    latest_toe_off_s: float = 0.45


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Phases:
    """Contacts of one foot as sample indices, `NOT_SEEN` where an event was not seen.

    Attributes
    ----------
    initial_contact, toe_off : (m,) int array
    swing_before, swing_after : (m,) int array
        Mid-swings around the contact.
    """

    initial_contact: Indices
    toe_off: Indices
    swing_before: Indices
    swing_after: Indices


def find_phases(slow_pitch_rad_s: Floats, mid_swing: Indices, rate_hz: float, config: PhaseConfig) -> Phases:
    """Return one contact for each pair of mid-swings, and those at the ends.

    Parameters
    ----------
    slow_pitch_rad_s : (n,) float array
        Pitch rate below 30 Hz, toe-up positive.
    mid_swing : (k,) int array
    rate_hz : float
    config : PhaseConfig

    Returns
    -------
    Phases
        Initial contact: the first minimum after mid-swing that stands out, not the lowest one, which often is the
        toe-off. Toe-off: the lowest minimum before the next mid-swing.
    """
    before, after, period = _swing_pairs(mid_swing, rate_hz, config)
    n = len(slow_pitch_rad_s)
    contact = _initial_contacts(slow_pitch_rad_s, (before, after, period), rate_hz, config)
    toe_off = _toe_offs(slow_pitch_rad_s, contact, (before, after, period), rate_hz, config)
    known = (contact != NOT_SEEN) | (toe_off != NOT_SEEN)
    keep = known & (contact < n) & (toe_off < n)
    return Phases(contact[keep], toe_off[keep], before[keep], after[keep])


def _swing_pairs(mid_swing: Indices, rate_hz: float, config: PhaseConfig) -> tuple[Indices, Indices, Floats]:
    """Mid-swings before and after each contact, with the stride's length in samples.

    A long pause between two swings opens two contacts: the last one before the pause and the push-off after it.
    """
    if not len(mid_swing):
        nothing = np.empty(0, dtype=np.intp)
        return nothing, nothing, np.empty(0)
    gaps = np.diff(mid_swing)
    joined = gaps <= config.longest_stride_s * rate_hz
    usual = float(np.median(gaps[joined])) if joined.any() else config.usual_stride_s * rate_hz
    has_next, has_last = np.append(joined, False), np.insert(joined, 0, False)
    own = np.where(has_next, np.append(gaps, 0), usual)
    pairs = [(mid_swing[i], mid_swing[i + 1] if has_next[i] else NOT_SEEN, own[i]) for i in range(len(mid_swing))]
    pairs += [(NOT_SEEN, swing, usual) for swing in mid_swing[~has_last]]
    # The push-off that opens a stretch goes just before the contact of the swing that follows it.
    pairs.sort(key=lambda pair: pair[0] if pair[0] != NOT_SEEN else pair[1] - 1)
    before, after, period = zip(*pairs, strict=True)
    return np.array(before, dtype=np.intp), np.array(after, dtype=np.intp), np.array(period, dtype=np.float64)


def _initial_contacts(
    pitch: Floats, swings: tuple[Indices, Indices, Floats], rate_hz: float, config: PhaseConfig
) -> Indices:
    before, after, period = swings
    # A dent in the swing itself is no contact: by then the foot has begun to turn toe-down.
    # Swings on both sides, a stride away at most, tell how far a minimum stands out.
    around = round(2 * config.longest_stride_s * rate_hz)
    minima = local_minima(pitch, config.min_prominence_rad_s, below=0.0, within=around)
    # A recording that begins in mid-stride has no swing before its first contact: one stride before the next.
    opening = (before == NOT_SEEN) & (after < period)
    swing = np.where(opening, after - period, before)
    following = np.searchsorted(minima, swing + config.contact_from * period)
    # One past the last sample stands for "no minimum any more": the search may point past the end of the list.
    candidate = np.append(minima, len(pitch))[following]
    fits = ((before != NOT_SEEN) | opening) & (candidate <= swing + config.contact_to * period)
    # Without the swing the first minimum may already be the push-off.
    fits &= ~opening | (candidate < after - config.toe_off_from * period)
    return np.where(fits, candidate, NOT_SEEN)


def _toe_offs(
    pitch: Floats, contact: Indices, swings: tuple[Indices, Indices, Floats], rate_hz: float, config: PhaseConfig
) -> Indices:
    before, after, period = swings
    dead = contact + round(config.shortest_contact_s * rate_hz)
    inner_from = np.maximum(np.where(contact == NOT_SEEN, 0, dead), after - config.toe_off_from * period)
    # Sums with a swing that is `NOT_SEEN` mean nothing; they are kept out by `last`.
    last = after == NOT_SEEN
    start = np.where(last, dead, inner_from).astype(np.intp)
    stop = np.where(last, contact + config.latest_toe_off_s * rate_hz, after - config.toe_off_to * period)
    n = len(pitch)
    start, stop = np.clip(start, 0, n), np.clip(stop.astype(np.intp), 0, n)
    usable = (stop > start) & ~(last & (contact == NOT_SEEN))
    deepest = lowest(pitch, np.where(usable, start, 0), np.where(usable, stop, 1))
    # At the ends nothing brackets the event: it must look like a push-off and lie inside its window.
    bracketed = (before != NOT_SEEN) & ~last
    pushes = (pitch[deepest] < -config.push_off_rad_s) & (deepest > start) & (deepest < stop - 1)
    return np.where(usable & (bracketed | pushes), deepest, NOT_SEEN)
