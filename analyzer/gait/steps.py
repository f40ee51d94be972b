"""Steps of a run: from the contact of one foot to the next contact of the other."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analyzer.model import Floats
from analyzer.tables import STEPS, build, empty

__all__ = ["StepConfig", "steps_table"]


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


def steps_table(contacts: pd.DataFrame, strides: pd.DataFrame, config: StepConfig | None = None) -> pd.DataFrame:
    """Return the steps between neighbouring contacts of different feet.

    Parameters
    ----------
    contacts : pandas.DataFrame
        Schema `CONTACTS`, both feet, or of unknown side and then alternating. One side alone gives no steps.
    strides : pandas.DataFrame
        Schema `STRIDES`; tells the speed.
    config : StepConfig, optional

    Returns
    -------
    pandas.DataFrame
        Schema `STEPS`. Speed is that of the strides around the step, NaN outside them.
    """
    config = config or StepConfig()
    seen = contacts[contacts["initial_contact_s"].notna()].sort_values("initial_contact_s", kind="stable")
    if len(seen) < 2:
        return empty(STEPS)
    start = seen["initial_contact_s"].to_numpy()
    side = seen["side"].to_numpy()
    time = np.diff(start)
    # Contacts of unknown side come from one sensor that sees both feet in turn.
    other_foot = (side[:-1] != side[1:]) | (side[:-1] == "unknown")
    rows = np.flatnonzero(other_foot & (time >= config.shortest_s) & (time <= config.longest_s))
    step_time = time[rows]
    speed = _speed_at(start[rows] + 0.5 * step_time, strides)
    return build(
        STEPS,
        {
            "run": seen["run"].to_numpy()[rows],
            "side": side[rows],
            "start_s": start[rows],
            "step_time_s": step_time,
            # Negative where both feet share the ground: walking.
            "flight_time_s": start[rows + 1] - seen["toe_off_s"].to_numpy()[rows],
            "step_frequency_hz": 1.0 / step_time,
            "step_length_m": speed * step_time,
            "speed_m_s": speed,
            "phase": np.full(len(rows), ""),
        },
    )


def _speed_at(time_s: Floats, strides: pd.DataFrame) -> Floats:
    known = strides[strides["speed_m_s"].notna()].sort_values("start_s", kind="stable")
    if known.empty:
        return np.full(len(time_s), np.nan)
    middle = 0.5 * (known["start_s"].to_numpy() + known["end_s"].to_numpy())
    # Order of start is not always order of the middle, and interp needs the latter.
    order = np.argsort(middle, kind="stable")
    speed = known["speed_m_s"].to_numpy()[order]
    # interp would go on with the outermost speeds; outside the strides nothing is known.
    return np.asarray(np.interp(time_s, middle[order], speed, left=np.nan, right=np.nan))
