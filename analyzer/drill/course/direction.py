"""Which way each run went: forward, backward or to a side, and how a sideways run was done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analyzer.gait.foot.travel import FootTravel
from analyzer.model import Floats, Placement

__all__ = ["DirectionConfig", "Way", "angles_rad", "ways"]


@dataclass(frozen=True, slots=True)
class DirectionConfig:
    """What tells the ways apart.

    Attributes
    ----------
    forward_rad, backward_rad : float
        A stride goes forward below the one angle (35 deg) against the foot's own forward axis, backward above the
        other (145 deg).
    lateral_rad : tuple of float
        Sideways between these (45 and 135 deg): feet that cross turn 40 degrees into the run and go 50 degrees beside
        their axis. What lies between is no way.
    least_strides : int
        Of all feet together; fewer tell nothing.
    least_share : float
        Of the strides that must agree.
    shuffle_swing_share, shuffle_length_share : float
        Feet shuffle if they turn less than the one share as fast, and step less than the other as far, as in the
        forward reference; they cross if both are more; else it cannot be told. On the virtual athlete the shares are
        0.43 to 0.52 and 0.3 for shuffling, 0.57 to 0.70 and 0.7 for crossing; nobody was measured yet.
    """

    forward_rad: float = np.radians(35.0)
    backward_rad: float = np.radians(145.0)
    lateral_rad: tuple[float, float] = (np.radians(45.0), np.radians(135.0))
    least_strides: int = 3
    least_share: float = 0.6
    shuffle_swing_share: float = 0.54
    shuffle_length_share: float = 0.45


@dataclass(frozen=True, slots=True)
class Way:
    """Where a run went.

    Attributes
    ----------
    direction : str
        ``forward``, ``backward``, ``lateral_left``, ``lateral_right`` or ``unknown``.
    manner : str
        ``shuffle``, ``crossover`` or ``unknown`` for a sideways run, else ``none``.
    """

    direction: str = "unknown"
    manner: str = "none"


def ways(
    travels: Sequence[Mapping[Placement, FootTravel]], peak_speed_m_s: Floats, config: DirectionConfig | None = None
) -> list[Way]:
    """Return the way of each run of a practice.

    Parameters
    ----------
    travels : sequence of mappings of Placement to FootTravel
        Per run the strides of each foot.
    peak_speed_m_s : (n,) float array
        NaN where unknown.
    config : DirectionConfig, optional

    Returns
    -------
    list of Way
        Unknown for runs without a foot or with strides that do not agree.

    Notes
    -----
    The sensor stays on the shoe, so the foot's forward axis in it stays put through a practice. It is that in which
    the fastest run went that did not go sideways to its own axis of swing: nobody runs backward or shuffles faster
    than forward. A foot that the fastest run lacks learns its axis from what the other foot says of a slower run. A
    practice of one run reads forward unless it went across its swing; all backward, it cannot be told from this.
    """
    config = config or DirectionConfig()
    speeds = np.nan_to_num(np.asarray(peak_speed_m_s, dtype=np.float64), nan=0.0)
    along = [index for index in np.argsort(-speeds, kind="stable") if _along(travels[index], config)]
    learned: dict[Placement, FootTravel] = {}
    for index in along:
        way = _direction(travels[index], learned, config) if learned else "forward"
        if way == "forward":
            learned = {**travels[index], **learned}
    return [_way(run, learned, config) for run in travels]


def angles_rad(travel: FootTravel, reference: FootTravel) -> Floats:
    """Return the angle of each stride against the mean way of the reference, left positive, -pi to pi.

    Both in the frame of the same sensor; (k,) for k strides, NaN where a stride has no length.
    """
    ahead = np.sum(reference.way_m, axis=0)
    left = np.cross(travel.up, ahead)
    return np.asarray(np.arctan2(np.sum(travel.way_m * left, axis=1), travel.way_m @ ahead), dtype=np.float64)


def _along(run: Mapping[Placement, FootTravel], config: DirectionConfig) -> bool:
    """Return whether the feet went along their own planes of swing, forward or backward."""
    off = [_off_swing_rad(travel) for travel in run.values() if len(travel)]
    return bool(off) and float(np.median(np.concatenate(off))) < config.forward_rad


def _off_swing_rad(travel: FootTravel) -> Floats:
    """Return the angle of each stride to the plane in which the foot swings, 0 to pi/2."""
    across = np.cross(travel.up, np.cross(travel.swing_axis, travel.up))
    lengths = np.linalg.norm(travel.way_m, axis=1) * np.linalg.norm(across, axis=1)
    sine = np.abs(np.sum(travel.way_m * across, axis=1)) / np.where(lengths > 0, lengths, np.nan)
    return np.asarray(np.arcsin(np.clip(sine, 0.0, 1.0)), dtype=np.float64)


def _way(run: Mapping[Placement, FootTravel], learned: Mapping[Placement, FootTravel], config: DirectionConfig) -> Way:
    direction = _direction(run, learned, config)
    return Way(direction, _manner(run, learned, config) if direction.startswith("lateral") else "none")


def _direction(
    run: Mapping[Placement, FootTravel], learned: Mapping[Placement, FootTravel], config: DirectionConfig
) -> str:
    turned = [angles_rad(travel, learned[foot]) for foot, travel in run.items() if foot in learned and len(travel)]
    if not turned or (angles := np.concatenate(turned)).size < config.least_strides:
        return "unknown"
    off = np.abs(angles)
    sideways = (off >= config.lateral_rad[0]) & (off <= config.lateral_rad[1])
    votes = {
        "forward": off < config.forward_rad,
        "backward": off > config.backward_rad,
        "lateral_left": sideways & (angles > 0),
        "lateral_right": sideways & (angles < 0),
    }
    best = max(votes, key=lambda way: int(votes[way].sum()))
    return best if votes[best].mean() >= config.least_share else "unknown"


def _manner(
    run: Mapping[Placement, FootTravel], learned: Mapping[Placement, FootTravel], config: DirectionConfig
) -> str:
    feet = [(travel, learned[foot]) for foot, travel in run.items() if foot in learned and len(travel)]
    swing = float(np.mean([np.median(one.swing_rad_s) / np.median(other.swing_rad_s) for one, other in feet]))
    length = float(np.mean([_length_m(one) / _length_m(other) for one, other in feet]))
    low = swing < config.shuffle_swing_share, length < config.shuffle_length_share
    return {(True, True): "shuffle", (False, False): "crossover"}.get(low, "unknown")


def _length_m(travel: FootTravel) -> float:
    return float(np.median(np.linalg.norm(travel.way_m, axis=1)))
