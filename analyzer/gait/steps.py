"""Steps of a run: from the contact of one foot to the next contact of the other."""

from dataclasses import dataclass

import numpy as np

from analyzer.model import Floats
from analyzer.rows import Rows, count, no_rows, only
from analyzer.tables import STEPS

__all__ = ["StepConfig", "step_rows"]


@dataclass(frozen=True, slots=True)
class StepConfig:
    """What can be a step.

    Attributes
    ----------
    shortest_s, longest_s : float
        Between these lie all steps from a maximal sprint to a slow jog; outside, a contact was missed.
    """

    shortest_s: float = 0.12
    longest_s: float = 0.60


def step_rows(contacts: Rows, strides: Rows, config: StepConfig | None = None) -> Rows:
    """Return the steps between neighbouring contacts of different feet.

    Parameters
    ----------
    contacts : Rows
        Columns of `CONTACTS`, both feet, or of unknown side and then alternating. One side alone gives no steps.
    strides : Rows
        Columns of `STRIDES`; tells the speed.
    config : StepConfig, optional

    Returns
    -------
    Rows
        Columns of `STEPS`. Speed is that of the strides around the step, NaN outside them.
    """
    config = config or StepConfig()
    seen = _in_order(contacts, "initial_contact_s", known="initial_contact_s")
    if count(seen) < 2:
        return no_rows(STEPS)
    start, side = seen["initial_contact_s"], seen["side"]
    time = np.diff(start)
    # Contacts of unknown side come from one sensor that sees both feet in turn.
    other_foot = (side[:-1] != side[1:]) | (side[:-1] == "unknown")
    rows = np.flatnonzero(other_foot & (time >= config.shortest_s) & (time <= config.longest_s))
    step_time = time[rows]
    speed = _speed_at(start[rows] + 0.5 * step_time, strides)
    return {
        "run": seen["run"][rows],
        "side": side[rows],
        "start_s": start[rows],
        "step_time_s": step_time,
        # Negative where both feet share the ground: walking.
        "flight_time_s": start[rows + 1] - seen["toe_off_s"][rows],
        "step_frequency_hz": 1.0 / step_time,
        "step_length_m": speed * step_time,
        "speed_m_s": speed,
        "phase": np.full(len(rows), ""),
    }


def _speed_at(time_s: Floats, strides: Rows) -> Floats:
    known = _in_order(strides, "start_s", known="speed_m_s")
    if not count(known):
        return np.full(len(time_s), np.nan)
    middle = 0.5 * (known["start_s"] + known["end_s"])
    # Order of start is not always order of the middle, and interp needs the latter.
    order = np.argsort(middle, kind="stable")
    speed = known["speed_m_s"][order]
    # interp would go on with the outermost speeds; outside the strides nothing is known.
    return np.asarray(np.interp(time_s, middle[order], speed, left=np.nan, right=np.nan))


def _in_order(rows: Rows, by: str, known: str) -> Rows:
    """Return the rows in which one column is known, in order of another."""
    kept = only(rows, np.isfinite(rows[known]))
    return only(kept, np.argsort(kept[by], kind="stable"))
