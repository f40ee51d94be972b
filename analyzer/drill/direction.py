"""Which runs went forward and which backward."""

from collections.abc import Mapping, Sequence

import numpy as np

from analyzer.model import Floats, Placement

__all__ = ["directions"]


def directions(travel_axes: Sequence[Mapping[Placement, Floats]], peak_speed_m_s: Floats) -> list[str]:
    """Return the direction of each run of a practice.

    Parameters
    ----------
    travel_axes : sequence of mappings of Placement to (3,) float array
        Per run, the swing axis of each foot in its sensor's frame, signed by the way the foot travelled.
    peak_speed_m_s : (n,) float array
        NaN where unknown.

    Returns
    -------
    list of str
        ``forward`` or ``backward``; ``unknown`` for runs without a foot.

    Notes
    -----
    The sensor stays on the shoe, so the axis about which a foot swings stays put; signed by the way the foot
    travelled it turns round in a backward run. The fastest run goes forward: nobody runs backward faster. A practice
    of one run, or all backward, cannot be told from this alone and reads forward.
    """
    speeds = np.nan_to_num(np.asarray(peak_speed_m_s, dtype=np.float64), nan=0.0)
    # Fastest first: it sets the reference for the others.
    order = np.argsort(-speeds, kind="stable")
    reference: dict[Placement, Floats] = {}
    found = ["unknown"] * len(travel_axes)
    for index in order:
        axes = travel_axes[index]
        found[index] = _direction(axes, reference)
        # A foot that was not worn before gets its reference from what the other foot says of this run.
        sign = -1.0 if found[index] == "backward" else 1.0
        for placement, axis in axes.items():
            reference.setdefault(placement, sign * axis)
    return found


def _direction(axes: Mapping[Placement, Floats], reference: Mapping[Placement, Floats]) -> str:
    if not axes:
        return "unknown"
    agreement = sum(float(axis @ reference[placement]) for placement, axis in axes.items() if placement in reference)
    return "forward" if agreement >= 0 else "backward"
