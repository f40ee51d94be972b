"""Contacts of one shank: the onset of the impact, and the shank's turn into the backswing.

Seen from the side a shank swings forward once a stride. It slows and turns back just before the foot lands, is tipped
over the standing foot, and is thrown back as the foot leaves. The first landing jolt along the bone marks initial
contact, or where none is seen the place between swing and stop that the same runner's other landings have. The throw
half under way marks toe-off: halfway it is steep, whereas its beginning is a dull corner.

The rules and their rounded shares were compared on eight treadmill runners (2.5 to 4.5 m/s) and one sprinter, all of
them seen while choosing: figures from those people say how well the rules describe them, not how well they carry over.
"""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy import signal as scipy_signal

from analyzer.gait.contacts import ContactEvents
from analyzer.model import Bools, Floats, Indices
from analyzer.signal import spans
from analyzer.signal.filters import lowpass
from analyzer.signal.grid import GridSignals

__all__ = ["ShankConfig", "shank_contacts", "swing_rate"]


@dataclass(frozen=True, slots=True)
class ShankConfig:
    """How contacts of a shank are found.

    Attributes
    ----------
    swing_cutoff_hz : float
        Mid-swings are looked for below it: above the stride frequency of any runner (2.6 Hz), below the impact.
    rate_cutoff_hz : float
        Shape of the swing rate: keeps the corner at toe-off, removes the ringing of the impact.
    impact_cutoff_hz : float
        Force along the bone: removes the ringing of the strap, which differs between sensors, and keeps the onset.
    least_swing_rad_s, least_swing_share : float
        A mid-swing is at least that fast, and that share of the window's usual mid-swing: shuffles are not strides.
    least_prominence_rad_s : float
        A mid-swing stands out that far: two humps of one swing are one.
    least_stride_s, most_stride_s : float
        Mid-swings closer or farther apart than a running stride (2.9 to 1.05 strides a second) are not neighbours.
    least_contact_s, most_contact_s : float
        Contacts of running, with margin for the first ones from a stand.
    most_duty_factor : float
        A foot on the ground for more than half of its stride walks; 0.05 of margin for the error of both events.
    landing_share : float
        Share of a stride after the swing's end within which the shank is stopped by the landing.
    onset_until_share : float
        Share of the way from the swing's end to that stop within which the force along the bone starts to rise; a
        later low lies between two jolts of the same landing.
    onset_share : float
        Share of the rise of the force at which it counts as begun: above the noise before it.
    least_impact_m_s2 : float
        A smaller rise is no impact to time: initial contact is then taken from the rate alone.
    soft_landing_share : float
        Where between the swing's end and the shank's stop initial contact lies when only the rate tells.
    neighbours, least_neighbours : int
        The place that a runner's landings usually have is the median of that many, which follows an acceleration;
        fewer than the least say nothing.
    most_stray_share : float
        An onset further than this from that place is another jolt: those of one runner spread by 0.05 to 0.15.
    most_lost_share : float
        With more of the way from the swing's end to the stop lost, the landing was not seen.
    backswing_from_share, backswing_until_share : float
        Where the fastest backswing lies, as shares of a stride after the swing's end.
    toe_off_lead_share : float
        Share of a stride from toe-off until the rate is halfway from its last high in contact to the fastest
        backswing: 24 ms of a jog, 15 ms of a sprint.
    least_backswing_rad_s : float
        A smaller fall is no throw of the leg: no toe-off is given.
    margin_s : float
        Reach of the filters: lost or clipped samples this close touch an event.
    default_stride_s : float
        Length of search where no stride is complete.
    initial_contact_sd_s, soft_sd_s, toe_off_sd_s : float
        Uncertainty of the events between people and within them, from the same runners the rules were compared on.
    toe_off_sd_share : float
        And of toe-off, as a share of the time from the last high to halfway down: a jog rolls slowly into the throw.
    """

    swing_cutoff_hz: float = 6.0
    rate_cutoff_hz: float = 12.0
    impact_cutoff_hz: float = 30.0
    least_swing_rad_s: float = 4.4
    least_swing_share: float = 0.45
    least_prominence_rad_s: float = 3.5
    least_stride_s: float = 0.34
    most_stride_s: float = 0.95
    least_contact_s: float = 0.07
    most_contact_s: float = 0.40
    most_duty_factor: float = 0.55
    landing_share: float = 0.18
    onset_until_share: float = 0.75
    onset_share: float = 0.05
    least_impact_m_s2: float = 3.0
    soft_landing_share: float = 0.45
    neighbours: int = 9
    least_neighbours: int = 3
    most_stray_share: float = 0.25
    most_lost_share: float = 0.75
    backswing_from_share: float = 0.36
    backswing_until_share: float = 0.70
    toe_off_lead_share: float = 0.033
    least_backswing_rad_s: float = 1.5
    margin_s: float = 0.02
    default_stride_s: float = 0.70
    initial_contact_sd_s: float = 0.007
    soft_sd_s: float = 0.015
    toe_off_sd_s: float = 0.005
    toe_off_sd_share: float = 0.12


def shank_contacts(signals: GridSignals, config: ShankConfig) -> ContactEvents:
    """Return the contacts of one shank in one run window.

    Parameters
    ----------
    signals : GridSignals
        A shank; any mounting. Standing and walking at the ends give no contacts.
    config : ShankConfig

    Returns
    -------
    ContactEvents
        Side of the placement. None at all without a gyroscope: the swing is not seen without it. Quality ``edge``
        where an event lies outside the window or the strides break off, its time NaN.

    Notes
    -----
    The onset of the force along the bone is the rule of Mercer 2003 and Purcell 2006 with windows that scale with the
    stride; toe-off follows the shank's rate as in McGrath 2012, on the way to its minimum and not there.
    """
    if not signals.has_gyroscope:
        return ContactEvents.none()
    rate_rad_s = swing_rate(signals, config)
    rows = _rows(rate_rad_s, signals.rate_hz, config)
    if len(rows.before) == 0:
        return ContactEvents.none()
    landing = _landings(rate_rad_s, rows, config)
    contact, soft = _initial_contacts(signals, landing, config)
    leaving = _leavings(rate_rad_s, rows, landing, config)
    return _events(signals, _Found(rows, landing, leaving, contact, soft), config)


def swing_rate(signals: GridSignals, config: ShankConfig) -> Floats:
    """Return the rate of the shank about its swing axis, forward swing positive.

    Parameters
    ----------
    signals : GridSignals
        With gyroscope; any mounting.
    config : ShankConfig

    Returns
    -------
    (n,) float array
        rad/s, smoothed. The axis is the one about which the shank turns most. A leg swings forward faster and shorter
        than it moves back, which gives the sign.
    """
    smooth = lowpass(signals.gyr_rad_s, config.rate_cutoff_hz, signals.rate_hz)
    axis = np.linalg.eigh(smooth.T @ smooth)[1][:, -1]
    rate_rad_s = smooth @ axis
    return np.asarray(rate_rad_s if np.mean(rate_rad_s**3) >= 0.0 else -rate_rad_s)


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """Contacts to be found: mid-swing before and after (sample, -1 for none), and samples of a stride."""

    before: Indices
    after: Indices
    stride: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Landing:
    """End of the swing, and the shank stopped by the landing; samples, -1 for none."""

    swing_end: Indices
    stop: Indices


@dataclass(frozen=True, slots=True, eq=False)
class _Leaving:
    """Last high of the rate in contact and fastest backswing (samples, -1 for none); toe-off and time to halfway."""

    high: Indices
    backswing: Indices
    off: Floats
    roll: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """All that was found, one row a contact; events as fractional samples."""

    rows: _Rows
    landing: _Landing
    leaving: _Leaving
    contact: Floats
    soft: Bools

    @property
    def off(self) -> Floats:
        """Toe-off as fractional sample, NaN where not seen."""
        return self.leaving.off


def _mid_swings(rate_rad_s: Floats, rate_hz: float, config: ShankConfig) -> Indices:
    slow = lowpass(rate_rad_s, config.swing_cutoff_hz, rate_hz)
    at, found = scipy_signal.find_peaks(
        slow,
        height=config.least_swing_rad_s,
        distance=max(1, round(config.least_stride_s * rate_hz)),
        prominence=config.least_prominence_rad_s,
        wlen=2 * round(config.most_stride_s * rate_hz) + 1,
    )
    if len(at) == 0:
        return np.asarray(at, dtype=np.int64)
    # Not the highest: one wild swing would make shuffles of all the others.
    usual = np.percentile(found["peak_heights"], 90)
    return np.asarray(at[found["peak_heights"] >= config.least_swing_share * usual], dtype=np.int64)


def _rows(rate_rad_s: Floats, rate_hz: float, config: ShankConfig) -> _Rows:
    """Pair mid-swings into contacts; a chain of strides has half a contact at each of its ends."""
    top = _mid_swings(rate_rad_s, rate_hz, config)
    if len(top) == 0:
        return _Rows(top, top, np.empty(0))
    apart = np.diff(top)
    linked = (apart >= config.least_stride_s * rate_hz) & (apart <= config.most_stride_s * rate_hz)
    usual = float(np.median(apart[linked])) if linked.any() else config.default_stride_s * rate_hz
    # A swing without a running stride on either side is a step of a walk.
    chained_on, chained_back = np.append(linked, False), np.insert(linked, 0, False)
    first, last = top[chained_on & ~chained_back], top[chained_back & ~chained_on]
    opening = np.full(len(first), -1)
    # A window that opens within a swing, past its middle, still holds the landing of that swing.
    if len(first) and first[0] == top[0] and rate_rad_s[0] >= config.least_swing_share * rate_rad_s[top[0]]:
        opening[0] = 0 if (rate_rad_s[: top[0]] < 0.0).any() else -1
    before = np.concatenate([opening, top[:-1][linked], last])
    after = np.concatenate([first, top[1:][linked], np.full(len(last), -1)])
    # A `before` of 0 is the edge of the window and no mid-swing: the way from there is no stride.
    stride = np.where((before > 0) & (after >= 0), after - before, usual)
    order = np.argsort(np.where(before >= 0, before, after - usual), kind="stable")
    return _Rows(before[order], after[order], stride[order])


def _landings(rate_rad_s: Floats, rows: _Rows, config: ShankConfig) -> _Landing:
    n = len(rate_rad_s)
    # Cut at the end of the window: the swing may have ended there although the whole search does not fit in.
    reach = np.minimum(rows.before + _samples(0.5 * rows.stride), n)
    end = spans.first_below(rate_rad_s, rows.before, reach, np.zeros(len(reach)))
    swing_end = np.where(np.isnan(end), -1, _samples(np.nan_to_num(end)))
    stop = spans.lowest(rate_rad_s, swing_end, swing_end + _samples(config.landing_share * rows.stride) + 1)
    return _Landing(swing_end, stop)


def _initial_contacts(signals: GridSignals, landing: _Landing, config: ShankConfig) -> tuple[Floats, Bools]:
    """Return initial contacts, and where only the rate could tell."""
    way = np.where(landing.stop >= 0, landing.stop - landing.swing_end, np.nan).astype(np.float64)
    onset = _onsets(signals, landing, config)
    hole = spans.any_in(signals.lost, landing.swing_end, _samples(np.nan_to_num(onset, nan=-1.0)) + 1)
    place = np.where(hole, np.nan, (onset - landing.swing_end) / np.maximum(way, 1.0))
    usual = _usual_places(place, config)
    # Comparisons with NaN are False: an onset that is not there is soft too.
    soft = ~(np.abs(place - usual) <= config.most_stray_share)
    contact = np.where(soft, landing.swing_end + usual * way, onset)
    lost = _count_in(signals.lost, landing.swing_end, landing.stop)
    return np.where(lost > config.most_lost_share * way, np.nan, contact), soft


def _onsets(signals: GridSignals, landing: _Landing, config: ShankConfig) -> Floats:
    """Return where the force along the bone begins to rise; NaN where it does not."""
    up = signals.acc_m_s2.mean(axis=0)
    # Without any force the rate alone tells.
    up = up / max(float(np.linalg.norm(up)), np.finfo(float).tiny)
    along = lowpass(signals.acc_m_s2 @ up, config.impact_cutoff_hz, signals.rate_hz)
    way = (landing.stop - landing.swing_end).astype(np.float64)
    until = landing.swing_end + _samples(config.onset_until_share * way)
    low = spans.lowest(along, landing.swing_end, until + 1)
    high = spans.highest(along, low, landing.stop + 1)
    # An index of -1 reads the last sample; such a rise is thrown away here.
    rise = np.where(high >= 0, along[high] - along[low], 0.0)
    onset = spans.first_below(-along, low, high + 1, -(along[low] + config.onset_share * rise))
    return np.where(rise >= config.least_impact_m_s2, onset, np.nan)


def _usual_places(place: Floats, config: ShankConfig) -> Floats:
    """Return the running median of where landings lie between swing's end and stop, leaving out those not seen."""
    half = config.neighbours // 2
    around = sliding_window_view(np.pad(place, half, constant_values=np.nan), 2 * half + 1)
    enough = np.isfinite(around).sum(axis=1) >= config.least_neighbours
    usual = np.full(len(place), config.soft_landing_share)
    usual[enough] = np.nanmedian(around[enough], axis=1)
    return usual


def _leavings(rate_rad_s: Floats, rows: _Rows, landing: _Landing, config: ShankConfig) -> _Leaving:
    landed, swings = landing.stop >= 0, rows.after >= 0
    begin = np.where(
        landed,
        landing.swing_end + _samples(config.backswing_from_share * rows.stride),
        np.where(rows.before < 0, rows.after - _samples(0.45 * rows.stride), -1),
    )
    end = np.where(swings, rows.after, landing.swing_end + _samples(config.backswing_until_share * rows.stride))
    # Cut at the end of the window: a throw that has begun gives its corner, though not its fastest instant.
    backswing = spans.lowest(rate_rad_s, begin, np.where(begin < 0, begin, np.minimum(end, len(rate_rad_s))))
    since = np.where(landed, landing.stop, np.maximum(backswing - _samples(0.35 * rows.stride), 0))
    high = spans.highest(rate_rad_s, np.where(backswing < 0, -1, since), backswing)
    halfway = _halfway(rate_rad_s, high, backswing, config)
    return _Leaving(high, backswing, halfway - config.toe_off_lead_share * rows.stride, halfway - high)


def _halfway(rate_rad_s: Floats, high: Indices, backswing: Indices, config: ShankConfig) -> Floats:
    """Return where the throw is halfway from the last high in contact to its fastest; NaN where it is not seen."""
    fall = rate_rad_s[high] - rate_rad_s[backswing]
    # A high on the very first sample is where the window begins, not where the rate turns.
    seen = (high > 0) & (fall >= config.least_backswing_rad_s)
    cut = backswing == len(rate_rad_s) - 1
    whole = seen & ~cut
    # The throw that the window's end cuts is as large as the others are.
    usual = float(np.median(fall[whole])) if whole.any() else 0.0
    level = rate_rad_s[high] - 0.5 * np.where(cut, np.maximum(fall, usual), fall)
    return np.where(seen, spans.first_below(rate_rad_s, high, backswing + 1, level), np.nan)


def _events(signals: GridSignals, found: _Found, config: ShankConfig) -> ContactEvents:
    keep = _plausible(found, signals.rate_hz, config)
    quality = _quality(signals, found, config)[keep]
    contact_sd_s = np.where(found.soft, config.soft_sd_s, config.initial_contact_sd_s)
    off_sd_s = np.hypot(config.toe_off_sd_s, config.toe_off_sd_share * found.leaving.roll / signals.rate_hz)
    n = int(keep.sum())
    return ContactEvents(
        signals.to_time(found.contact[keep]),
        signals.to_time(found.off[keep]),
        np.where(np.isnan(found.contact), np.nan, contact_sd_s)[keep],
        np.where(np.isnan(found.off), np.nan, off_sd_s)[keep],
        (signals.placement.side,) * n,
        tuple(quality.tolist()),
    )


def _plausible(found: _Found, rate_hz: float, config: ShankConfig) -> Bools:
    contact_time_s = (found.off - found.contact) / rate_hz
    # Comparisons with NaN are False: half contacts pass.
    impossible = (contact_time_s < config.least_contact_s) | (contact_time_s > config.most_contact_s)
    walks = contact_time_s > config.most_duty_factor * found.rows.stride / rate_hz
    return ~(impossible | walks) & ~(np.isnan(found.contact) & np.isnan(found.off))


def _quality(signals: GridSignals, found: _Found, config: ShankConfig) -> NDArray[np.str_]:
    """Worst first: a hole, an event that is missing, a clipped sample in a feature that gives a time."""
    margin = _samples(np.array(config.margin_s * signals.rate_hz)) + 1
    first = np.where(found.landing.swing_end >= 0, found.landing.swing_end, found.leaving.high) - margin
    last = np.where(found.leaving.backswing >= 0, found.leaving.backswing, found.landing.stop) + margin
    gap = spans.any_in(signals.lost, first, last)
    clipped_rate = spans.any_in(np.asarray(signals.clipped[:, 3:].any(axis=1)), first, last)
    onset = _samples(np.nan_to_num(found.contact, nan=-1.0))
    # A peak of the impact that is cut off leaves its onset where it was.
    clipped_onset = spans.any_in(np.asarray(signals.clipped[:, :3].any(axis=1)), found.landing.swing_end, onset)
    half = np.isnan(found.contact) | np.isnan(found.off)
    return np.select([gap, half, clipped_rate | clipped_onset], ["gap", "edge", "clipped"], "ok")


def _count_in(mask: Bools, start: Indices, stop: Indices) -> Indices:
    count = np.concatenate([[0], np.cumsum(mask)])
    first, last = np.clip(start, 0, len(mask)), np.clip(stop, 0, len(mask))
    return np.asarray(count[np.maximum(first, last)] - count[first], dtype=np.int64)


def _samples(length: Floats) -> Indices:
    return np.rint(length).astype(np.int64)
