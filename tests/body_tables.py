"""Tables of body segments made by hand, for tests of the judging."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from session_tables import Run, session

from analyzer.mechanics.findings import MechanicsInput
from analyzer.model import Placement

COLUMNS = (
    *("speed_m_s", "trunk_lean_rad", "pelvic_tilt_rad", "lean_expected_rad", "arm_rate_rad_s", "arm_swing_rad"),
    *("thigh_flexion_rad", "thigh_extension_rad", "thigh_rate_rad_s", "shank_angle_rad"),
    *("foot_speed_before_contact_m_s", "contact_length_m", "heel_recovery_rad", "braking_m_s"),
    *("vertical_oscillation_m", "vertical_stiffness_n_m", "leg_stiffness_n_m", "angle_sd_rad"),
)
"""Numbers of the table of segments, in order."""

N_START = 8
"""Steps of the acceleration of every run."""


def practice(placements: Sequence[Placement], **changes) -> MechanicsInput:
    """Return a healthy practice at 50, 75 and 100 % with these sensors; the keywords change the last run."""
    last = {"speed_m_s": 8.0, "frequency_hz": 2.05, "contact_s": 0.128} | changes
    return session(
        Run(50, 5.8, frequency_hz=1.72, contact_s=0.172),
        Run(75, 6.9, frequency_hz=1.86, contact_s=0.148),
        Run(100, **last),
        placements=tuple(placements),
    )


def with_segments(
    made: MechanicsInput,
    fly: Mapping[str, Sequence[float]],
    start: Mapping[str, Sequence[float]] | None = None,
    *,
    scatter: float = 0.01,
    n_fly: int = 8,
    quality: str = "ok",
    on: Sequence[Placement] = (),
) -> MechanicsInput:
    """Return the input with a table of segments.

    Of the sensors `on`, or of all. `fly` holds one number a run for each column, `start` one for each of the first
    steps; `scatter` is absolute for angles and relative for everything else.
    """
    rng = np.random.default_rng(7)
    rows = []
    for placement in on or made.placements:
        for index, run in enumerate(made.runs["run"]):
            opening = float(made.runs["start_s"].iloc[index])
            for step in range(N_START + n_fly):
                flying = step >= N_START
                told = {name: values[index] for name, values in fly.items()} if flying else {}
                if not flying and start:
                    told = {name: values[step] for name, values in start.items()}
                row = dict.fromkeys(COLUMNS, np.nan) | {"angle_sd_rad": 0.005}
                for name, value in told.items():
                    noise = scatter * rng.standard_normal()
                    row[name] = value + noise if name.endswith("_rad") else value * (1 + noise)
                rows.append(
                    {
                        "run": int(run),
                        "placement": placement.value,
                        "side": placement.side,
                        "start_s": opening + 0.25 * step,
                        "end_s": opening + 0.25 * (step + 1),
                        "phase": "fly" if flying else "acceleration",
                        **row,
                        "quality": quality,
                        "reason": "",
                    }
                )
    return replace(made, segments=pd.DataFrame(rows))
