"""What synchronisation requests tell of a sensor's clock that its own payloads cannot: how long the way takes.

A payload arrives after it left, so arrivals bound the clock difference from one side. A request comes in after it was
written, so requests bound it from the other side. Between the two lies the truth. Responses add nothing: they leave
with the next connection event, never at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["Request", "centred"]

_LOCKED_SHARE = 0.5
"""Arrivals that scatter less than this share of the requests' scatter do not meet the connection events at random."""


@dataclass(frozen=True, slots=True)
class Request:
    """The way there of one exchange.

    Attributes
    ----------
    device_s : float
        When it came in, on the sensor's clock.
    bound_s : float
        Host minus device time is at least this; or by how much another bound lies above that.
    """

    device_s: float
    bound_s: float


def centred(gaps: Sequence[Request], spread_s: float, fixed_sd_s: float) -> tuple[float, float]:
    """Return by how much the line through the least arrival delays lies above the true clock difference.

    Parameters
    ----------
    gaps : sequence of Request
        By how much that line lies above each request's bound; at least one.
    spread_s : float
        Median of the arrival delays above their least: half a connection interval, unless they are locked to it.
    fixed_sd_s : float
        Standard deviation of the fixed part of the delays, where only one way is known.

    Returns
    -------
    float, float
        The least arrival delay and its standard error, seconds.

    Notes
    -----
    Waiting times of requests are taken as evenly spread over the connection interval, which uneven pauses between
    them bring about: the least of n is then on average the (n + 1)th part of the interval, and scatters by as much.
    """
    gap_s = np.array([one.bound_s for one in gaps])
    least_s = float(gap_s.min())
    half_interval_s = float(np.median(gap_s)) - least_s
    # What the luckiest request still had to wait.
    waited_s = 2 * half_interval_s / (gap_s.size + 1)
    # Both ways together, once no waiting is left in them.
    both_s = max(least_s - waited_s, 0.0)
    if spread_s < _LOCKED_SHARE * half_interval_s:
        # Payloads always wait for the same part of the interval, so nearly all of the gap is theirs.
        return both_s, float(np.hypot(waited_s, fixed_sd_s))
    # Half each; how it is really shared out lies evenly between all for one and all for the other.
    return both_s / 2, float(np.hypot(waited_s / 2, both_s / np.sqrt(12)))
