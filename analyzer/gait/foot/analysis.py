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
from analyzer.gait.foot.integrals import integrate_strides
from analyzer.gait.foot.landing import FootSwings, foot_swings
from analyzer.gait.foot.motion import FootMotion
from analyzer.gait.foot.phases import NOT_SEEN, PhaseConfig, find_phases
from analyzer.gait.foot.quality import QualityConfig, contact_qualities, told_lengths
from analyzer.gait.foot.repair import (
    FootSignals,
    RepairConfig,
    closed_rotation,
    hidden_rotation_sd_rad,
    repaired,
)
from analyzer.gait.foot.roll import foot_roll_rad
from analyzer.gait.foot.stance import (
    FootContacts,
    StanceConfig,
    anchors,
    push_off_anchors,
    stillest_inside,
    stillness_rad_s,
    stride_openers,
    unrest_rad_s,
)
from analyzer.gait.foot.swings import SwingConfig, mid_swings, pitch_axis
from analyzer.gait.foot.toe_lift import Stances, ToeLiftConfig, find_toe_lifts
from analyzer.gait.foot.touchdown import TouchdownConfig, find_touchdowns, foretold
from analyzer.gait.foot.trajectory import StridePaths, TrajectoryConfig, solve_strides
from analyzer.gait.foot.travel import FootTravel, foot_travel
from analyzer.model import Floats, Indices
from analyzer.signal.filters import lowpass
from analyzer.signal.grid import GridSignals
from analyzer.signal.orientation import integrate_rate, matrices, rotated
from analyzer.signal.vectors import along

__all__ = ["FootConfig", "FootGait", "analyze_foot"]


@dataclass(frozen=True, slots=True)
class FootConfig:
    """How a foot is analysed.

    Attributes
    ----------
    pitch_cutoff_hz : float
        Rough contacts are read from the pitch rate below this.
    turned_length_share : float
        What a stride's length loses, as a share of it, to each radian of rotation that clipping hid: gravity then bends
        the path in the second half of the swing.
    walking_stride_s : float
        Where all strides are longer than this the foot only walks: the slowest jog has shorter ones.
    lever_forward_m, lever_up_m : float
        From the ball of the foot to a sensor on the laces.
    sign_window_s : float
        So much of a run tells which way round its axis of swing is.
    flying_rad_s : float
        Unrest (300 deg/s) from which a foot that stands far better the other way round was read the wrong way round.
        Forward runners reach 4 times with 4 deg/s and 3.5 times with 400, backward ones 5 times with 440.
    unbracketed_sd_s : float
        Standard uncertainty of a toe-off read from the pitch rate alone.
    push_off_speed_share : float
        Running speed then, as a share of that of the foot's first stride: a speed that nears its top with a time
        constant of 1.1 s has reached 1.6 of 8 m/s by the first push-off, and averages 3.6 m/s over that stride.
    """

    swings: SwingConfig = field(default_factory=SwingConfig)
    phases: PhaseConfig = field(default_factory=PhaseConfig)
    trajectory: TrajectoryConfig = field(default_factory=TrajectoryConfig)
    toe_lift: ToeLiftConfig = field(default_factory=ToeLiftConfig)
    touchdown: TouchdownConfig = field(default_factory=TouchdownConfig)
    quality: QualityConfig = field(default_factory=QualityConfig)
    repair: RepairConfig = field(default_factory=RepairConfig)
    stance: StanceConfig = field(default_factory=StanceConfig)
    pitch_cutoff_hz: float = 30.0
    turned_length_share: float = 0.4
    walking_stride_s: float = 0.9
    lever_forward_m: float = -0.10
    lever_up_m: float = 0.07
    sign_window_s: float = 60.0
    flying_rad_s: float = np.radians(300.0)
    unbracketed_sd_s: float = 0.020
    push_off_speed_share: float = 0.45


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
    anchor : (m,) int array or None
        Sample of the stillest instant of each contact, `NOT_SEEN` where there is none.
    motion : FootMotion or None
        What the strides were solved from.
    travel : FootTravel or None
        Where the foot went in each stride. All three None where no contact was found.
    roll_rad : float
        How far its left side is raised as it leaves the ground and lands: tells a left foot from a right one.
    swings : FootSwings or None
        What the foot did in the air; None without contacts.
    """

    contacts: ContactEvents
    opens: Indices
    closes: Indices
    stride_length_m: Floats
    stride_length_sd_m: Floats
    foot_strike_angle_rad: Floats
    heading_rad: Floats
    travel_axis: Floats
    anchor: Indices | None = None
    motion: FootMotion | None = None
    travel: FootTravel | None = None
    roll_rad: float = float("nan")
    swings: FootSwings | None = None


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
    sound = repaired(signals, config.repair)
    gyr = sound.gyr_rad_s
    # A bridge over lost samples is no rotation; straight and long, it would outvote the strides.
    seen = np.where(signals.lost[:, None], 0.0, gyr) if signals.lost.any() else gyr
    axis = pitch_axis(seen, signals.rate_hz, config.swings)
    swings = mid_swings(along(gyr, axis), signals.rate_hz, config.swings)
    # Most of what moves in a practice is the walk back: it is not worth the rest. Either sign shows as many swings.
    if len(swings) > 1 and np.diff(swings).min() > config.walking_stride_s * signals.rate_hz:
        return _nothing()
    way = _sign(sound, axis, signals.rate_hz, config)
    if way < 0:
        swings = mid_swings(-along(gyr, axis), signals.rate_hz, config.swings)
    return _analyzed(signals, sound, (way * axis, swings), config)


def _sign(sound: FootSignals, axis: Floats, rate_hz: float, config: FootConfig) -> float:
    """Return 1 or -1, so that the axis of the swing is toe-up positive: the sign with which contacts are still."""
    gyr = sound.gyr_rad_s
    # A minute tells the sign as well as an hour does.
    half = round(0.5 * config.sign_window_s * rate_hz)
    middle = len(gyr) // 2
    span = slice(max(0, middle - half), middle + half)
    slow = lowpass(along(gyr[span], axis), config.pitch_cutoff_hz, rate_hz)
    still = stillness_rad_s(gyr[span], rate_hz, config.stance)
    unrest = unrest_rad_s(still, sound.acc_m_s2[span], rate_hz, config.stance)
    looks = [_looks(way * slow, still, unrest, rate_hz, config) for way in (1.0, -1.0)]
    first = 0 if looks[0].still_rad_s <= looks[1].still_rad_s else 1
    # Backward the foot leaves from its heel: read the wrong way round, the top of each swing passes for its stand.
    factor = config.stance.far_more_restless
    better = looks[1 - first].second_unrest_rad_s * factor < looks[first].second_unrest_rad_s
    chosen = 1 - first if better and looks[first].unrest_rad_s > config.flying_rad_s else first
    return (1.0, -1.0)[chosen]


@dataclass(frozen=True, slots=True)
class _Look:
    """How well a foot stands in the contacts of a pitch rate: turn and unrest at once, unrest at a second look."""

    still_rad_s: float = float("inf")
    unrest_rad_s: float = float("inf")
    second_unrest_rad_s: float = float("inf")


def _looks(slow: Floats, still: Floats, unrest: Floats, rate_hz: float, config: FootConfig) -> _Look:
    """Return how well the foot stands in the contacts that a pitch rate shows; infinite without strides."""
    phases = find_phases(slow, mid_swings(slow, rate_hz, config.swings), rate_hz, config.phases)
    rough = FootContacts.from_phases(phases)
    first = stillest_inside(still, rough, rate_hz, config.stance)
    opens = stride_openers(phases, first, rate_hz, config.stance)
    if not len(opens):
        return _Look()
    first, again = first[opens], anchors(still, unrest, rough, rate_hz, config.stance)[opens]
    second = np.where(again == NOT_SEEN, first, again)
    return _Look(*(float(np.median(values)) for values in (still[first], unrest[first], unrest[second])))


def _analyzed(signals: GridSignals, sound: FootSignals, swung: tuple[Floats, Indices], config: FootConfig) -> FootGait:
    acc, gyr = sound.acc_m_s2, sound.gyr_rad_s
    axis, swings = swung
    pitch = along(gyr, axis)
    slow = lowpass(pitch, config.pitch_cutoff_hz, signals.rate_hz)
    phases = find_phases(slow, swings, signals.rate_hz, config.phases)
    if not len(phases.initial_contact):
        return _nothing()
    rough = FootContacts.from_phases(phases)
    still = stillness_rad_s(gyr, signals.rate_hz, config.stance)
    unrest = unrest_rad_s(still, acc, signals.rate_hz, config.stance)
    anchor = anchors(still, unrest, rough, signals.rate_hz, config.stance)
    opens = stride_openers(phases, anchor, signals.rate_hz, config.stance)
    gyr = closed_rotation(gyr, axis, signals, (anchor[opens], anchor[opens + 1]), config.repair)
    motion = _motion(acc, gyr, sound.doubt_m2_s4, signals.rate_hz)
    # First without a lever: that tells which way is up, and so where the ball of the foot lies.
    integrals = integrate_strides(motion, anchor[opens], anchor[opens + 1])
    paths = solve_strides(motion, integrals, config.trajectory)
    motion = _with_lever(motion, paths, axis, config)
    pushed = push_off_anchors(still, rough, signals.rate_hz, config.stance)
    stood = np.where(anchor == NOT_SEEN, pushed, anchor)
    lifted = _with_toe_lifts(rough, motion, stood, (opens, paths), config)
    speed = _speeds(len(lifted.contact), opens, paths, signals.rate_hz)
    landed = foretold(lifted.contact, speed, signals.rate_hz, config.touchdown)
    anchor = anchors(still, unrest, replace(lifted, contact=landed), signals.rate_hz, config.stance)
    opens = stride_openers(phases, anchor, signals.rate_hz, config.stance)
    # Most strides stay as they were: only their ends' velocities know of the lever.
    integrals = integrate_strides(motion, anchor[opens], anchor[opens + 1], integrals)
    paths = solve_strides(motion, integrals, config.trajectory)
    stood = np.where(anchor == NOT_SEEN, pushed, anchor)
    lifted = _with_toe_lifts(rough, motion, stood, (opens, paths), config)
    fine = _with_touchdowns(lifted, acc, (opens, paths), signals.rate_hz, config)
    travel_axis = axis * _travel_sign(motion, paths, axis)
    gait = _gait(signals, (travel_axis, pitch), fine, anchor, opens, paths, config)
    times_s = signals.to_time(paths.first.astype(np.float64)), signals.to_time(paths.last.astype(np.float64))
    ends = fine.contact[opens], fine.contact[opens + 1]
    flown = foot_swings(motion, paths, pitch, ends, signals.lost)
    return replace(
        gait,
        swings=replace(flown, open_s=signals.to_time(ends[0]), close_s=signals.to_time(ends[1])),
        anchor=anchor,
        motion=motion,
        travel=foot_travel(motion, paths, times_s, axis),
        roll_rad=_roll_rad(motion, axis, (opens, paths), fine, config),
    )


def _roll_rad(
    motion: FootMotion, axis: Floats, strides: tuple[Indices, StridePaths], fine: FootContacts, config: FootConfig
) -> float:
    opens, paths = strides  # A walking foot rolls otherwise.
    ran = paths.last - paths.first < config.walking_stride_s * motion.rate_hz
    if not ran.any():
        return float("nan")
    up = _forward_up(motion, paths, axis)[1]
    return foot_roll_rad(motion, (axis, up), paths.first[ran], fine.toe_off[opens[ran]], fine.contact[opens[ran] + 1])


def _nothing() -> FootGait:
    none, no_rows = np.empty(0), np.empty(0, dtype=np.intp)
    return FootGait(ContactEvents.none(), no_rows, no_rows, none, none, none, none, np.zeros(3))


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
    rough: FootContacts, motion: FootMotion, stood: Indices, strides: tuple[Indices, StridePaths], config: FootConfig
) -> FootContacts:
    """Return the contacts with the toe-offs that the lift of the ball of the foot shows."""
    opens, paths = strides
    # Without a stride nothing says which way is up, nor how fast the run is.
    rows = np.flatnonzero(stood != NOT_SEEN) if len(opens) else np.empty(0, dtype=np.intp)
    speed = _filled(_speeds(len(stood), opens, paths, motion.rate_hz))
    speed = np.where(np.isnan(rough.contact), config.push_off_speed_share * speed, speed)[rows]
    lift, lift_sd = find_toe_lifts(motion, _stances(stood, rows, opens, paths, motion.rate_hz), speed, config.toe_lift)
    toe_off = rough.toe_off.copy()
    sd = np.where(np.isnan(toe_off), np.nan, config.unbracketed_sd_s)
    seen = np.isfinite(lift)
    toe_off[rows[seen]] = lift[seen]
    # A push-off is told by the guessed speed of the body: no surer than by the pitch rate.
    sd[rows[seen]] = np.where(np.isnan(rough.contact[rows[seen]]), config.unbracketed_sd_s, lift_sd[seen])
    return replace(rough, toe_off=toe_off, toe_off_sd_s=sd)


def _stances(stood: Indices, rows: Indices, opens: Indices, paths: StridePaths, rate_hz: float) -> Stances:
    """Return how the foot stood in some contacts: as the stride it opens says, else as the nearest one does."""
    after = np.minimum(np.searchsorted(opens, rows), max(len(opens) - 1, 0))
    before = np.maximum(after - 1, 0)
    nearest = np.where(rows - opens[before] < np.abs(opens[after] - rows), before, after) if len(rows) else rows
    own = opens[nearest] == rows
    duration_s = (paths.last - paths.first)[nearest, None] / rate_hz
    drift = np.where(own[:, None], paths.drift_m_s[nearest] / duration_s, 0.0)
    return Stances(stood[rows], paths.levelling[nearest], drift)


def _filled(speed_m_s: Floats) -> Floats:
    """Return the speeds with unknown ones taken from their neighbours."""
    known = np.flatnonzero(np.isfinite(speed_m_s))
    return np.interp(np.arange(len(speed_m_s)), known, speed_m_s[known]) if len(known) else speed_m_s


def _with_touchdowns(
    rough: FootContacts, acc: Floats, strides: tuple[Indices, StridePaths], rate_hz: float, config: FootConfig
) -> FootContacts:
    """Return the contacts with the initial contacts that the impacts show."""
    seen = np.isfinite(rough.contact)
    turn = np.where(seen, rough.contact, 0.0).astype(np.intp)
    speed = _speeds(len(turn), *strides, rate_hz)
    touch = find_touchdowns(acc, turn, speed, rate_hz, config.touchdown)
    return replace(rough, contact=np.where(seen, touch.index, np.nan), contact_sd_s=np.where(seen, touch.sd_s, np.nan))


def _gait(
    signals: GridSignals,
    rotation: tuple[Floats, Floats],
    fine: FootContacts,
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
    turned_sd = config.turned_length_share * hidden_rotation_sd_rad(signals, (paths.first, paths.last), config.repair)
    length_sd = np.hypot(paths.length_sd_m, turned_sd * paths.length_m)
    length, length_sd = np.where(told, paths.length_m, np.nan), np.where(told, length_sd, np.nan)
    angle = _strike_angles(pitch, fine.contact, anchor, signals.rate_hz)
    return FootGait(events, opens, opens + 1, length, length_sd, angle, heading, travel_axis)


def _speeds(n_contacts: int, opens: Indices, paths: StridePaths, rate_hz: float) -> Floats:
    """Return the running speed around each contact: of the stride it opens, else of the one it closes, else unknown."""
    stride_speed = paths.length_m * rate_hz / (paths.last - paths.first)
    speed = np.full(n_contacts, np.nan)
    speed[opens + 1] = stride_speed
    speed[opens] = stride_speed
    return speed


def _strike_angles(pitch: Floats, contact: Floats, anchor: Indices, rate_hz: float) -> Floats:
    turned = np.concatenate([[0.0], np.cumsum(0.5 * (pitch[1:] + pitch[:-1]))]) / rate_hz
    known = np.isfinite(contact) & (anchor != NOT_SEEN)
    at = np.interp(np.where(known, contact, 0.0), np.arange(len(turned)), turned)
    return np.where(known, at - turned[anchor], np.nan)
