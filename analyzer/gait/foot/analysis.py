r"""One foot through one run: contacts, stride lengths, foot-strike angles.

::

    mid-swing      contact        mid-swing
       /\      |<-- on ground -->|   /\
      /  \     IC    anchor     TO  /  \        pitch rate, toe-up positive
    _/    \____/\______.________   /    \_
               \/                \_/

Steps: swings and rough contacts from the pitch rate; strides between the stillest instants of contacts; toe-off from
the lift of the ball of the foot; initial contact from the impact.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from analyzer.gait.contacts import ContactEvents
from analyzer.gait.foot.phases import NOT_SEEN, PhaseConfig, Phases, find_phases
from analyzer.gait.foot.quality import QualityConfig, contact_qualities, told_lengths
from analyzer.gait.foot.swings import SwingConfig, mid_swings, pitch_axis
from analyzer.gait.foot.toe_lift import ToeLiftConfig, find_toe_lifts
from analyzer.gait.foot.touchdown import TouchdownConfig, find_touchdowns, foretold
from analyzer.gait.foot.trajectory import FootMotion, StridePaths, TrajectoryConfig, solve_strides
from analyzer.model import Floats, Indices
from analyzer.signal.filters import lowpass
from analyzer.signal.grid import GridSignals
from analyzer.signal.orientation import integrate_rate, matrices, rotated
from analyzer.signal.saturation import rebuilt
from analyzer.signal.spans import lowest
from analyzer.signal.vectors import along, sizes

__all__ = ["FootConfig", "FootGait", "analyze_foot"]


@dataclass(frozen=True, slots=True)
class FootConfig:
    """How a foot is analysed.

    Attributes
    ----------
    pitch_cutoff_hz : float
        Rough contacts are read from the pitch rate below this.
    anchor_from, anchor_to : float
        The stillest instant of a contact lies in this share of it: before, the impact rings; after, the heel rises.
    open_contact_s : float
        Assumed length of a contact whose end was not seen.
    longest_stride_s : float
        Stillest instants further apart do not bound one stride.
    walking_stride_s : float
        Where all strides are longer than this the foot only walks: the slowest jog has shorter ones.
    rebuilt_cap : float
        A rebuilt peak never exceeds this multiple of full scale.
    clipped_doubt_m_s2, rebuilt_doubt : float
        Standard uncertainty of a clipped sample: this, plus this share of what was added to it.
    pitch_repeat_sd_rad : float
        How well the pitch of a foot at its stillest instant repeats from stride to stride (5 deg).
    lost_doubt_m_s2 : float
        Standard uncertainty of a bridged sample.
    lever_forward_m, lever_up_m : float
        From the ball of the foot to a sensor on the laces.
    unbracketed_sd_s : float
        Standard uncertainty of a toe-off read from the pitch rate alone.
    """

    swings: SwingConfig = field(default_factory=SwingConfig)
    phases: PhaseConfig = field(default_factory=PhaseConfig)
    trajectory: TrajectoryConfig = field(default_factory=TrajectoryConfig)
    toe_lift: ToeLiftConfig = field(default_factory=ToeLiftConfig)
    touchdown: TouchdownConfig = field(default_factory=TouchdownConfig)
    quality: QualityConfig = field(default_factory=QualityConfig)
    pitch_cutoff_hz: float = 30.0
    anchor_from: float = 0.20
    anchor_to: float = 0.55
    open_contact_s: float = 0.25
    longest_stride_s: float = 1.5
    walking_stride_s: float = 0.9
    rebuilt_cap: float = 3.0
    clipped_doubt_m_s2: float = 20.0
    rebuilt_doubt: float = 0.5
    pitch_repeat_sd_rad: float = np.radians(5.0)
    lost_doubt_m_s2: float = 40.0
    lever_forward_m: float = -0.10
    lever_up_m: float = 0.07
    unbracketed_sd_s: float = 0.020


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FootGait:
    """What one foot did in one run.

    Attributes
    ----------
    contacts : ContactEvents
        m contacts in time order.
    opens, closes : (k,) int array
        Strides: rows of the contact with which each begins and ends.
    stride_length_m, stride_length_sd_m : (k,) float array
        NaN where too much was lost.
    foot_strike_angle_rad : (m,) float array
        Pitch of the foot at initial contact against its pitch in mid-contact, toe-up positive.
    heading_rad : (k,) float array
        Direction of each stride in one, slowly drifting, heading.
    travel_axis : (3,) float array
        Axis of the swing in the sensor frame, signed by the way the foot travels: the other way round in a backward
        run. Zero without strides.
    """

    contacts: ContactEvents
    opens: Indices
    closes: Indices
    stride_length_m: Floats
    stride_length_sd_m: Floats
    foot_strike_angle_rad: Floats
    heading_rad: Floats
    travel_axis: Floats


def analyze_foot(signals: GridSignals, config: FootConfig) -> FootGait:
    """Return contacts and strides of a foot in one finished run.

    Parameters
    ----------
    signals : GridSignals
        A foot sensor in any mounting; must have a gyroscope.
    config : FootConfig

    Returns
    -------
    FootGait
        Without contacts where the foot did not run.
    """
    repaired = _repaired(signals, config)
    axis = pitch_axis(repaired[1], signals.rate_hz, config.swings)
    swings = mid_swings(along(repaired[1], axis), signals.rate_hz, config.swings)
    # Most of what moves in a practice is the walk back: it is not worth the rest.
    if len(swings) > 1 and np.diff(swings).min() > config.walking_stride_s * signals.rate_hz:
        return _nothing()
    gait = _analyzed(signals, repaired, (axis, swings), config)
    if len(gait.opens):
        return gait
    # Running backward, the landing may turn the foot faster than its swing: then the other sign shows the strides.
    swings = mid_swings(along(repaired[1], -axis), signals.rate_hz, config.swings)
    turned = _analyzed(signals, repaired, (-axis, swings), config)
    return turned if len(turned.opens) else gait


def _analyzed(
    signals: GridSignals, repaired: tuple[Floats, Floats, Floats], swung: tuple[Floats, Indices], config: FootConfig
) -> FootGait:
    acc, gyr, doubt = repaired
    axis, swings = swung
    pitch = along(gyr, axis)
    smooth = lowpass(gyr, config.pitch_cutoff_hz, signals.rate_hz)
    slow = along(smooth, axis)
    phases = find_phases(slow, swings, signals.rate_hz, config.phases)
    if not len(phases.initial_contact):
        return _nothing()
    rough = _Contacts.from_phases(phases)
    still = sizes(smooth)
    anchor = _anchors(still, rough, signals.rate_hz, config)
    opens = _stride_openers(phases, anchor, signals.rate_hz, config)
    gyr = _closed_rotation(gyr, axis, signals, (anchor[opens], anchor[opens + 1]), config)
    motion = _motion(acc, gyr, doubt, signals.rate_hz)
    # First without a lever: that tells which way is up, and so where the ball of the foot lies.
    paths = solve_strides(motion, anchor[opens], anchor[opens + 1], config.trajectory)
    motion = _with_lever(motion, paths, axis, config)
    lifted = _with_toe_lifts(rough, motion, paths, opens, config)
    speed = _speeds(len(lifted.contact), opens, paths, signals.rate_hz)
    landed = foretold(lifted.contact, speed, signals.rate_hz, config.touchdown)
    anchor = _anchors(still, replace(lifted, contact=landed), signals.rate_hz, config)
    opens = _stride_openers(phases, anchor, signals.rate_hz, config)
    paths = solve_strides(motion, anchor[opens], anchor[opens + 1], config.trajectory)
    lifted = _with_toe_lifts(rough, motion, paths, opens, config)
    fine = _with_touchdowns(lifted, acc, (opens, paths), signals.rate_hz, config)
    travel_axis = axis * _travel_sign(motion, paths, axis)
    return _gait(signals, (travel_axis, pitch), fine, anchor, opens, paths, config)


def _nothing() -> FootGait:
    none, no_rows = np.empty(0), np.empty(0, dtype=np.intp)
    return FootGait(ContactEvents.none(), no_rows, no_rows, none, none, none, none, np.zeros(3))


def _repaired(signals: GridSignals, config: FootConfig) -> tuple[Floats, Floats, Floats]:
    """Signals with clipped peaks rebuilt, and the variance of the specific force that this leaves."""
    clipped = signals.clipped[:, :3]
    acc = rebuilt(signals.acc_m_s2, clipped, config.rebuilt_cap * _range(signals.acc_range_m_s2, signals.acc_m_s2))
    gyr_range = _range(signals.gyr_range_rad_s, signals.gyr_rad_s)
    gyr = rebuilt(signals.gyr_rad_s, signals.clipped[:, 3:], config.rebuilt_cap * gyr_range)
    doubt = np.where(signals.lost, config.lost_doubt_m_s2**2, 0.0)
    for axis in range(3):
        at = np.flatnonzero(clipped[:, axis])
        added = config.rebuilt_doubt * np.abs(acc[at, axis] - signals.acc_m_s2[at, axis])
        doubt[at] += (config.clipped_doubt_m_s2 + added) ** 2
    return acc, gyr, doubt


def _range(stated: float, values: Floats) -> float:
    """Return the full scale, or the largest value seen where it is not known."""
    return stated if np.isfinite(stated) else float(np.abs(values).max())


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Contacts:
    """Contacts as fractional sample indices with standard uncertainties in seconds; NaN where not seen."""

    contact: Floats
    toe_off: Floats
    contact_sd_s: Floats
    toe_off_sd_s: Floats

    @classmethod
    def from_phases(cls, phases: Phases) -> "_Contacts":
        """Return rough contacts, their uncertainty still open."""
        contact = np.where(phases.initial_contact == NOT_SEEN, np.nan, phases.initial_contact)
        toe_off = np.where(phases.toe_off == NOT_SEEN, np.nan, phases.toe_off)
        open_sd = np.full(len(contact), np.nan)
        return cls(contact, toe_off, open_sd, open_sd)


def _anchors(still: Floats, events: _Contacts, rate_hz: float, config: FootConfig) -> Indices:
    """Stillest instant of each contact, `NOT_SEEN` where its beginning was not seen."""
    end = np.where(np.isnan(events.toe_off), events.contact + config.open_contact_s * rate_hz, events.toe_off)
    length = end - events.contact
    start, stop = events.contact + config.anchor_from * length, events.contact + config.anchor_to * length + 1
    n = len(still)
    seen = np.isfinite(events.contact) & (stop <= n) & (length > 0)
    first = np.where(seen, start, 0).astype(np.intp)
    stillest = lowest(still, np.maximum(first, 0), np.where(seen, stop, 1).astype(np.intp))
    return np.where(seen, stillest, NOT_SEEN)


def _stride_openers(phases: Phases, anchor: Indices, rate_hz: float, config: FootConfig) -> Indices:
    """Rows of contacts that open a stride: the next contact follows after exactly one swing."""
    if len(anchor) < 2:
        return np.empty(0, dtype=np.intp)
    both = (anchor[:-1] != NOT_SEEN) & (anchor[1:] != NOT_SEEN)
    one_swing = phases.swing_after[:-1] == phases.swing_before[1:]
    short = np.diff(anchor) <= config.longest_stride_s * rate_hz
    return np.flatnonzero(both & one_swing & short & (np.diff(anchor) > 0))


def _closed_rotation(
    gyr: Floats, axis: Floats, signals: GridSignals, strides: tuple[Indices, Indices], config: FootConfig
) -> Floats:
    """Return the angular rate with the rotation that clipping took given back.

    A foot comes back to about the pitch it had one stride before. What is missing to that is shared between the
    clipped samples, as far as they can have hidden it, and a true change of pitch.
    """
    clipped = np.asarray(signals.clipped[:, 3:].any(axis=1))
    first, last = strides
    if not clipped.any() or not len(first):
        return gyr
    step_s = 1.0 / signals.rate_hz
    turned = np.concatenate([[0.0], np.cumsum(along(gyr, axis))]) * step_s
    n_clipped = np.concatenate([[0], np.cumsum(clipped)])
    count = n_clipped[last] - n_clipped[first]
    hidden_sd = config.rebuilt_doubt * _range(signals.gyr_range_rad_s, signals.gyr_rad_s) * step_s * count
    believed = hidden_sd**2 / (hidden_sd**2 + config.pitch_repeat_sd_rad**2)
    rotation = believed * (turned[last] - turned[first])
    share = np.divide(rotation, count * step_s, out=np.zeros(len(first)), where=count > 0)
    missing = np.zeros(len(gyr) + 1)
    np.add.at(missing, first, share)
    np.add.at(missing, last, -share)
    return gyr - np.where(clipped, np.cumsum(missing)[:-1], 0.0)[:, None] * axis


def _motion(acc: Floats, gyr: Floats, doubt: Floats, rate_hz: float) -> FootMotion:
    rotation = integrate_rate(gyr, 1.0 / rate_hz)
    return FootMotion(rate_hz, rotation, rotated(rotation, acc), gyr, np.zeros(3), doubt)


def _with_lever(motion: FootMotion, paths: StridePaths, axis: Floats, config: FootConfig) -> FootMotion:
    """Give the motion its lever from the ball of the foot to the sensor."""
    if not len(paths.first):
        return motion
    forward, up = _forward_up(motion, paths, axis)
    return replace(motion, lever_m=config.lever_forward_m * forward + config.lever_up_m * up)


def _forward_up(motion: FootMotion, paths: StridePaths, axis: Floats) -> tuple[Floats, Floats]:
    """Return forward and up of the foot in the sensor frame, from its pose at the stillest instants."""
    up = np.einsum("kji,kj->i", matrices(motion.rotation[paths.first]), paths.levelling[:, 2])
    up = up - (up @ axis) * axis
    up = up / np.linalg.norm(up)
    # The axis is toe-up positive and so points right: forward is left x up.
    return np.cross(-axis, up), up


def _travel_sign(motion: FootMotion, paths: StridePaths, axis: Floats) -> float:
    """Return 1 where the foot travels the way its swing says, -1 where backward, 0 where it takes no stride."""
    if not len(paths.first):
        return 0.0
    forward, _ = _forward_up(motion, paths, axis)
    ahead = np.einsum("kij,kjl,l->ki", paths.levelling, matrices(motion.rotation[paths.first]), forward)
    return 1.0 if float(np.median(np.sum(ahead * paths.way_m, axis=1))) >= 0 else -1.0


def _with_toe_lifts(
    rough: _Contacts, motion: FootMotion, paths: StridePaths, opens: Indices, config: FootConfig
) -> _Contacts:
    """Return the contacts with the toe-offs that the lift of the ball of the foot shows."""
    speed = _speeds(len(rough.contact), opens, paths, motion.rate_hz)
    toe_off, toe_off_sd_s = _toe_offs(rough.toe_off, motion, paths, opens, speed, config)
    return replace(rough, toe_off=toe_off, toe_off_sd_s=toe_off_sd_s)


def _with_touchdowns(
    rough: _Contacts, acc: Floats, strides: tuple[Indices, StridePaths], rate_hz: float, config: FootConfig
) -> _Contacts:
    """Return the contacts with the initial contacts that the impacts show."""
    seen = np.isfinite(rough.contact)
    turn = np.where(seen, rough.contact, 0.0).astype(np.intp)
    speed = _speeds(len(turn), *strides, rate_hz)
    touch = find_touchdowns(acc, turn, speed, rate_hz, config.touchdown)
    return replace(rough, contact=np.where(seen, touch.index, np.nan), contact_sd_s=np.where(seen, touch.sd_s, np.nan))


def _gait(
    signals: GridSignals,
    rotation: tuple[Floats, Floats],
    fine: _Contacts,
    anchor: Indices,
    opens: Indices,
    paths: StridePaths,
    config: FootConfig,
) -> FootGait:
    travel_axis, pitch = rotation
    events = ContactEvents(
        signals.to_time(fine.contact),
        signals.to_time(fine.toe_off),
        fine.contact_sd_s,
        fine.toe_off_sd_s,
        (signals.placement.side,) * len(fine.contact),
        contact_qualities(signals, fine.contact, fine.toe_off, config.quality),
    )
    heading = np.unwrap(np.arctan2(paths.way_m[:, 1], paths.way_m[:, 0]))
    told = told_lengths(signals, paths.first, paths.last, config.quality)
    length, length_sd = np.where(told, paths.length_m, np.nan), np.where(told, paths.length_sd_m, np.nan)
    angle = _strike_angles(pitch, fine.contact, anchor, signals.rate_hz)
    return FootGait(events, opens, opens + 1, length, length_sd, angle, heading, travel_axis)


def _speeds(n_contacts: int, opens: Indices, paths: StridePaths, rate_hz: float) -> Floats:
    """Return the running speed around each contact: of the stride it opens, else of the one it closes, else unknown."""
    stride_speed = paths.length_m * rate_hz / (paths.last - paths.first)
    speed = np.full(n_contacts, np.nan)
    speed[opens + 1] = stride_speed
    speed[opens] = stride_speed
    return speed


def _toe_offs(
    rough: Floats, motion: FootMotion, paths: StridePaths, opens: Indices, speed: Floats, config: FootConfig
) -> tuple[Floats, Floats]:
    toe_off = rough.copy()
    sd = np.where(np.isnan(rough), np.nan, config.unbracketed_sd_s)
    lift, lift_sd = find_toe_lifts(motion, paths, speed[opens], config.toe_lift)
    seen = np.isfinite(lift)
    toe_off[opens[seen]] = lift[seen]
    sd[opens[seen]] = lift_sd[seen]
    return toe_off, sd


def _strike_angles(pitch: Floats, contact: Floats, anchor: Indices, rate_hz: float) -> Floats:
    turned = np.concatenate([[0.0], np.cumsum(0.5 * (pitch[1:] + pitch[:-1]))]) / rate_hz
    known = np.isfinite(contact) & (anchor != NOT_SEEN)
    at = np.interp(np.where(known, contact, 0.0), np.arange(len(turned)), turned)
    return np.where(known, at - turned[anchor], np.nan)
