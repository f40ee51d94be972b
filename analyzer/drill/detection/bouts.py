"""Which contacts of a window belong to running: told by the strides themselves, not by how much the sensor moves."""

from dataclasses import dataclass

import numpy as np

from analyzer.model import Floats

__all__ = ["BoutConfig", "running_bouts"]


@dataclass(frozen=True, slots=True)
class BoutConfig:
    """What makes a stride a running stride.

    Attributes
    ----------
    max_duty_factor : float
        Above one half both feet share the ground: that is walking.
    shortest_stride_s, longest_stride_s : float
        Running strides last 0.38 to 0.95 s: a leg that swings faster is shaken, and a stride of a second is walked,
        whatever lost samples made of its contacts.
    min_speed_m_s : float
        Slower strides are shuffles on the spot; where speed is unknown the duty factor decides alone.
    min_share_of_fastest : float
        Strides slower than this share of the fastest are the walk after the run: 1.8 m/s after a sprint of 8 m/s.
    max_pause_s : float
        Running strides closer than this belong to one run.
    min_contacts : int
        Fewer contacts are no run but a hop or a jab step.
    min_sure : int
        So many strides of a run must be known to be running strides, where any stride of the window is known at all:
        lost samples make unknown strides, also of a walk.
    """

    max_duty_factor: float = 0.50
    shortest_stride_s: float = 0.34
    longest_stride_s: float = 1.0
    min_speed_m_s: float = 1.5
    min_share_of_fastest: float = 0.22
    max_pause_s: float = 1.0
    min_contacts: int = 3
    min_sure: int = 2


def running_bouts(
    start_s: Floats, end_s: Floats, duty_factor: Floats, speed_m_s: Floats, config: BoutConfig
) -> list[tuple[float, float]]:
    """Return the spans of time in which strides were running strides.

    Parameters
    ----------
    start_s, end_s : (n,) float array
        Strides of all feet, any order.
    duty_factor, speed_m_s : (n,) float array
        NaN where unknown: an unknown value does not speak against running.
    config : BoutConfig

    Returns
    -------
    list of (float, float)
        Start of the first and end of the last stride of each bout, in order.
    """
    # The initial value answers also where no speed is known.
    fastest = np.nanmax(speed_m_s, initial=0.0)
    slowest_m_s = max(config.min_speed_m_s, config.min_share_of_fastest * float(fastest))
    # Written with 'not': comparisons with NaN are False, and what is unknown stays.
    running = ~(duty_factor > config.max_duty_factor) & ~(speed_m_s < slowest_m_s)
    duration_s = end_s - start_s
    running &= (duration_s >= config.shortest_stride_s) & (duration_s <= config.longest_stride_s)
    known = np.isfinite(duty_factor)
    order = np.argsort(start_s[running], kind="stable")
    starts, ends, sure = start_s[running][order], end_s[running][order], known[running][order]
    if not len(starts):
        return []
    # The latest end so far, not that of the stride before: strides of two feet overlap.
    reached = np.maximum.accumulate(ends)
    breaks = np.flatnonzero(starts[1:] - reached[:-1] > config.max_pause_s)
    first, last = np.insert(breaks + 1, 0, 0), np.append(breaks, len(starts) - 1)
    bouts = [(float(starts[a]), float(reached[b])) for a, b in zip(first, last, strict=True)]
    n_sure = np.array([int(sure[a : b + 1].sum()) for a, b in zip(first, last, strict=True)])
    # Contacts: at least one more than strides.
    kept = last - first + 2 >= config.min_contacts
    if known.any():
        kept &= n_sure >= np.minimum(config.min_sure, last - first + 1)
    return [bout for bout, keep in zip(bouts, kept, strict=True) if keep]
