"""Contacts from one sensor on the pelvis: when the body is pushed, and when it falls.

Between two contacts a runner falls and the pelvis weighs nothing; in contact it weighs up to three times its rest.
What is left after a low-pass that scales with the step has one high a contact and one low a flight. Toe-off is where
its fall reaches almost nothing. Initial contact is placed by the shape of that push and by the jolt of the braking.

The pelvis is not the ground: bodies and landings differ between people by 10 ms, so the times are fit for the contact
time of a run and not for a difference between the legs. The views were picked among many, and their shares and times
rounded, on eight treadmill runners, one sprinter and eleven recordings of a sensor on the sacrum, all of them seen
while choosing: figures from those people say how well the rules describe them, not how well they carry over.
"""

from dataclasses import dataclass, field

import numpy as np
from scipy import constants
from scipy import signal as scipy_signal

from analyzer.gait.contacts import ContactEvents
from analyzer.gait.sides import SideConfig, sides_of_steps
from analyzer.model import Bools, Floats, Indices
from analyzer.signal import spans
from analyzer.signal.filters import lowpass
from analyzer.signal.grid import GridSignals

__all__ = ["PelvisConfig", "pelvis_contacts"]


@dataclass(frozen=True, slots=True)
class PelvisConfig:
    """How contacts are found from the pelvis.

    Attributes
    ----------
    least_step_s, most_step_s : float
        Steps of running: 5.9 to 2.1 a second. A walk takes longer ones.
    spectrum_s : float
        Length of the pieces whose spectra are averaged: about ten steps.
    push_cutoff_steps, axis_cutoff_steps, jolt_cutoff_steps : float
        Low-pass cut-offs as multiples of the step frequency, so that a sprint is smoothed in the same proportion as a
        jog: for the push, the axis along which it acts, and the jolt of the braking.
    least_push_g : float
        A push rises at least that far out of the lows beside it; walking at 2 m/s stays below.
    most_low_g : float
        And one of those lows goes down to that: without it nobody flies.
    toe_off_level_g, toe_off_share : float
        Level that counts as almost nothing, and the least share of the fall at which it may lie where the sensor never
        reads so little.
    reference_step_s, toe_off_slope : float
        In the recordings the smoothed fall comes late where steps are short and early where they are long: that share
        of the difference to the reference step is taken off. A trend seen, not derived: half-sines do not show it.
    rise_share, rise_s : float
        The push grows for about that share of the time that it takes to fall, plus that time: a landing is as stiff at
        all speeds.
    reference_push_s, landing_slope : float
        A push that exceeds the weight for longer than the reference, as in a jog, began earlier by that share of the
        difference: within a person it is 0.15 to 0.25 on treadmill, track and made runs alike. Shorter pushes are left
        alone: at a sprint the times are right without.
    jolt_delay_share, jolt_reach_share, jolt_lag_share : float
        Shares of a step: centre of the search for the jolt after that first estimate, half its width, and how long
        after initial contact the jolt is greatest.
    jolt_weight : float
        Weight of the jolt against the first estimate: it differs less between people.
    least_contact_s, most_contact_s : float
        Contacts of running, with margin for the first ones from a stand.
    margin_s : float
        Reach of the filters: lost samples that close touch a contact.
    initial_contact_sd_s, toe_off_sd_s : float
        Uncertainty of the events between people and within them, from the same people the rules were compared on.
    side : SideConfig
    """

    least_step_s: float = 0.17
    most_step_s: float = 0.475
    spectrum_s: float = 4.0
    push_cutoff_steps: float = 1.75
    axis_cutoff_steps: float = 1.5
    jolt_cutoff_steps: float = 2.9
    least_push_g: float = 0.7
    most_low_g: float = 0.6
    toe_off_level_g: float = 0.2
    toe_off_share: float = 0.10
    reference_step_s: float = 0.35
    toe_off_slope: float = 0.1
    rise_share: float = 0.5
    rise_s: float = 0.028
    reference_push_s: float = 0.15
    landing_slope: float = 0.15
    jolt_delay_share: float = 0.03
    jolt_reach_share: float = 0.085
    jolt_lag_share: float = 0.035
    jolt_weight: float = 0.67
    least_contact_s: float = 0.07
    most_contact_s: float = 0.40
    margin_s: float = 0.05
    initial_contact_sd_s: float = 0.013
    toe_off_sd_s: float = 0.013
    side: SideConfig = field(default_factory=SideConfig)


def pelvis_contacts(signals: GridSignals, config: PelvisConfig) -> ContactEvents:
    """Return the contacts of both feet in one run window.

    Parameters
    ----------
    signals : GridSignals
        A sensor on the pelvis; any mounting, with or without a gyroscope. An accelerometer with a wrong zero is
        allowed: over whole strides the vertical force must be the weight.
    config : PelvisConfig

    Returns
    -------
    ContactEvents
        Alternating sides, or ``unknown`` for all contacts of a chain of steps where the data does not tell. Quality
        ``edge`` where an event lies outside the window, its time NaN.

    Notes
    -----
    Level crossing as in Patoz 2022, with a low-pass that scales with the step instead of a fixed one.
    """
    step_s = _step_time(signals, config)
    if np.isnan(step_s):
        return ContactEvents.none()
    axis = _push_axis(signals, config.axis_cutoff_steps / step_s)
    push_g = _push(signals, axis, config.push_cutoff_steps / step_s)
    steps = _steps(push_g, signals.rate_hz, step_s, config)
    if len(steps.high) == 0:
        return ContactEvents.none()
    fall = _falls(push_g, steps, config.toe_off_level_g, config.toe_off_share)
    off = fall - config.toe_off_slope * (config.reference_step_s * signals.rate_hz - steps.length)
    # To nothing or to the low, whichever the fall reaches first.
    length = _falls(push_g, steps, 0.0, 0.0) - spans.refined(push_g, steps.high)
    contact = _initial_contacts(signals, axis, _Pushes(steps, spans.refined(push_g, steps.high), length), config)
    longer = _widths(push_g, steps) - config.reference_push_s * signals.rate_hz
    contact = contact - config.landing_slope * np.maximum(np.nan_to_num(longer, nan=0.0), 0.0)
    return _events(signals, np.where(contact < 0.0, np.nan, contact), off, steps, config)


@dataclass(frozen=True, slots=True, eq=False)
class _Steps:
    """Highest and lowest sample of each push and the fall after it, and samples of a step there."""

    high: Indices
    low: Indices
    length: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Pushes:
    """Steps with the fractional sample of the high, and the samples of the fall to nothing (NaN: not in the window)."""

    steps: _Steps
    high: Floats
    fall: Floats


def _step_time(signals: GridSignals, config: PelvisConfig) -> float:
    """Return the usual step time from the strongest vertical oscillation; NaN where nothing moves."""
    up = signals.acc_m_s2.mean(axis=0)
    if not up.any():
        return float("nan")
    length = min(signals.n_samples, round(config.spectrum_s * signals.rate_hz))
    # Padding only draws the spectrum finer.
    frequency_hz, power = scipy_signal.welch(
        signals.acc_m_s2 @ up, signals.rate_hz, nperseg=length, nfft=4 * length, detrend="constant"
    )
    band = (frequency_hz >= 1.0 / config.most_step_s) & (frequency_hz <= 1.0 / config.least_step_s)
    if not (power[band] > 0.0).any():
        return float("nan")
    return float(1.0 / frequency_hz[band][np.argmax(power[band])])


def _push_axis(signals: GridSignals, cutoff_hz: float) -> Floats:
    """Return the direction in which the force oscillates most, upward: no rest is needed to find it."""
    smooth = lowpass(signals.acc_m_s2, cutoff_hz, signals.rate_hz)
    mean = smooth.mean(axis=0)
    axis = np.linalg.eigh(np.cov(smooth.T))[1][:, -1]
    return np.asarray(axis if axis @ mean >= 0.0 else -axis)


def _push(signals: GridSignals, axis: Floats, cutoff_hz: float) -> Floats:
    push_g = lowpass(signals.acc_m_s2 @ axis, cutoff_hz, signals.rate_hz) / constants.g
    # Newton: a body that neither rises nor sinks over the window was pushed by its weight on average.
    return np.asarray(push_g - push_g.mean() + 1.0)


def _steps(push_g: Floats, rate_hz: float, step_s: float, config: PelvisConfig) -> _Steps:
    least, most = config.least_step_s * rate_hz, config.most_step_s * rate_hz
    # The window bounds each push by its own lows: without it the highest one is held against the ends of the run.
    high, _ = scipy_signal.find_peaks(
        push_g, distance=max(1, round(least)), prominence=config.least_push_g, wlen=2 * round(most) + 1
    )
    high = np.asarray(high, dtype=np.int64)
    # Past the middle of the flight, short of the next high.
    reach = round(0.75 * step_s * rate_hz)
    low = spans.lowest(push_g, high, np.minimum(high + reach, len(push_g)))
    low_before = spans.lowest(push_g, np.maximum(high - reach, 0), high + 1)
    # One of the two is enough: beside the first push is the stand, beside the last the slowing.
    flies = np.minimum(push_g[low], push_g[low_before]) <= config.most_low_g
    high, low = high[flies], low[flies]
    if len(high) == 0:
        return _Steps(high, low, np.empty(0))
    apart = np.diff(high)
    linked = (apart >= least) & (apart <= most)
    runs = np.append(linked, False) | np.insert(linked, 0, False)
    return _Steps(high[runs], low[runs], _local_lengths(apart, linked, step_s * rate_hz)[runs])


def _local_lengths(apart: Indices, linked: Bools, usual: float) -> Floats:
    """Mean of the step before and after, so that a difference between the legs cancels; `usual` at the ends."""
    before, after = np.insert(apart, 0, 0), np.append(apart, 0)
    both = np.insert(linked, 0, False) & np.append(linked, False)
    return np.where(both, 0.5 * (before + after), usual)


def _falls(push_g: Floats, steps: _Steps, level_g: float, share: float) -> Floats:
    """Return where each push has fallen to a level, or to a share of its fall where it never gets that low."""
    least = push_g[steps.low] + share * (push_g[steps.high] - push_g[steps.low])
    fall = spans.first_below(push_g, steps.high, steps.low + 1, np.maximum(level_g, least))
    # A low on the last sample is where the window ends, not where the push does.
    cut = (steps.low == len(push_g) - 1) & (least > level_g)
    return np.where(cut, np.nan, fall)


def _widths(push_g: Floats, steps: _Steps) -> Floats:
    """Return the samples for which each push exceeds the weight; NaN where an end of it is not in the window."""
    last = len(push_g) - 1
    fall = spans.first_below(push_g, steps.high, steps.low + 1, np.ones(len(steps.high)))
    # The rise is a fall in the reversed signal.
    back = np.minimum(last - steps.high + np.rint(0.75 * steps.length).astype(np.int64), last) + 1
    rise = last - spans.first_below(push_g[::-1], last - steps.high, back, np.ones(len(steps.high)))
    return fall - rise


def _initial_contacts(signals: GridSignals, axis: Floats, pushes: _Pushes, config: PelvisConfig) -> Floats:
    steps, rate_hz = pushes.steps, signals.rate_hz
    usual = float(np.nanmedian(pushes.fall)) if np.isfinite(pushes.fall).any() else float("nan")
    fall = np.where(np.isnan(pushes.fall), usual, pushes.fall)
    shaped = pushes.high - config.rise_share * fall - config.rise_s * rate_hz
    centre = np.nan_to_num(shaped, nan=-1e9) + config.jolt_delay_share * steps.length
    reach = config.jolt_reach_share * steps.length
    jolt = _jolt(signals, axis, config.jolt_cutoff_steps * rate_hz / float(np.median(steps.length)))
    first, last = np.rint(centre - reach).astype(np.int64), np.rint(centre + reach).astype(np.int64)
    at = spans.highest(jolt, first, last + 1)
    jolted = spans.refined(jolt, at) - config.jolt_lag_share * steps.length
    # The highest sample at an end of the search is the flank of another jolt.
    peaks = (at > first) & (at < last) & (at >= 0)
    delay = np.where(peaks, jolted - shaped, 0.0)
    # Where a jolt is not seen, it came as late as it mostly does: the median is nothing where few are seen.
    return np.asarray(shaped + config.jolt_weight * np.where(peaks, delay, np.median(delay)))


def _jolt(signals: GridSignals, axis: Floats, cutoff_hz: float) -> Floats:
    """Return how fast the force across the push changes."""
    change = np.gradient(lowpass(signals.acc_m_s2, cutoff_hz, signals.rate_hz), axis=0)
    return np.asarray(np.linalg.norm(change - np.outer(change @ axis, axis), axis=1))


def _events(signals: GridSignals, contact: Floats, off: Floats, steps: _Steps, config: PelvisConfig) -> ContactEvents:
    contact_time_s = (off - contact) / signals.rate_hz
    # Comparisons with NaN are False: half contacts pass.
    impossible = (contact_time_s < config.least_contact_s) | (contact_time_s > config.most_contact_s)
    keep = ~impossible & ~(np.isnan(contact) & np.isnan(off))
    contact, off, length = contact[keep], off[keep], steps.length[keep]
    start = np.where(np.isnan(contact), steps.high[keep] - 0.5 * length, contact)
    side = sides_of_steps(signals, start, length, config.side)
    return ContactEvents(
        signals.to_time(contact),
        signals.to_time(off),
        np.where(np.isnan(contact), np.nan, config.initial_contact_sd_s),
        np.where(np.isnan(off), np.nan, config.toe_off_sd_s),
        side,
        _quality(signals, contact, off, config),
    )


def _quality(signals: GridSignals, contact: Floats, off: Floats, config: PelvisConfig) -> tuple[str, ...]:
    margin = config.margin_s * signals.rate_hz
    first = np.rint(np.nan_to_num(contact, nan=0.0) - margin).astype(np.int64)
    last = np.rint(np.nan_to_num(off, nan=float(signals.n_samples)) + margin).astype(np.int64) + 1
    gap = spans.any_in(signals.lost, first, last)
    clipped = spans.any_in(np.asarray(signals.clipped[:, :3].any(axis=1)), first, last)
    half = np.isnan(contact) | np.isnan(off)
    return tuple(np.select([gap, half, clipped], ["gap", "edge", "clipped"], "ok").tolist())
