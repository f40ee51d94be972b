"""Recordings of any length from a few simulated seconds, for timing only."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from analyzer.model import Floats, Placement, Plan, PlannedRun, SensorStream
from analyzer.virtual import SensorModel, simulate, steady

__all__ = ["Arrays", "continuous", "practice", "short_run"]

Arrays = Mapping[str, Mapping[str, Any]]
"""What `Recording.from_arrays` takes."""

FEET = (Placement.LEFT_FOOT, Placement.RIGHT_FOOT)

SIX = (*FEET, Placement.LEFT_SHANK, Placement.RIGHT_SHANK, Placement.PELVIS, Placement.RIGHT_WRIST)

SPEED_M_S = 4.0
SIMULATED_S = 20.0
"""So much running is simulated and then repeated; the seams are a stride cut short every twenty seconds."""


def continuous(duration_s: float, rate_hz: float) -> Arrays:
    """Return running without a pause, a sensor on each foot."""
    made = steady(SPEED_M_S, min(SIMULATED_S, duration_s), placements=FEET, model=SensorModel(rate_hz=rate_hz))
    return _arrays({p: _repeated(s, duration_s, rate_hz) for p, s in made.recording().streams.items()}, rate_hz)


def practice(duration_s: float, n_sets: int) -> Arrays:
    """Return sets of three short runs, 50, 75 and 100 %, with the feet at rest between the sets."""
    made = simulate(placements=FEET).recording()
    n_set = round(duration_s / n_sets * RATE_HZ)
    signals = {}
    for placement, stream in made.streams.items():
        run = _signals(stream)
        # Up to the next set the last stand goes on.
        stand = run[-round(STAND_S * RATE_HZ) :]
        rest = np.resize(stand, (n_set - len(run), 6))
        signals[placement] = np.tile(np.concatenate([run, rest]), (n_sets, 1))
    return _arrays(signals, RATE_HZ)


def short_run(duration_s: float) -> Arrays:
    """Return one finished run of about this length with the stand before it, six sensors."""
    made = simulate(plan=Plan((PlannedRun(100.0, distance_m=RUN_M_S * duration_s),)), placements=SIX)
    start_s = float(made.truth.runs["start_s"].iloc[0])
    streams = made.recording().streams
    parts = {p: s.between(start_s - STAND_S, start_s + duration_s + 1.0) for p, s in streams.items()}
    return _arrays({p: _signals(s) for p, s in parts.items()}, RATE_HZ)


RATE_HZ = 200.0

STAND_S = 2.0

RUN_M_S = 6.0
"""Mean speed of a short run from a stand, about."""


def _signals(stream: SensorStream) -> Floats:
    return np.hstack([stream.acc_m_s2, stream.gyr_rad_s])


def _repeated(stream: SensorStream, duration_s: float, rate_hz: float) -> Floats:
    return np.resize(_signals(stream), (round(duration_s * rate_hz), 6))


def _arrays(signals: Mapping[Placement, Floats], rate_hz: float) -> Arrays:
    model = SensorModel(rate_hz=rate_hz)
    return {
        placement.value: {
            "time_s": np.arange(len(values)) / rate_hz,
            "acc_m_s2": values[:, :3],
            "gyr_rad_s": values[:, 3:],
            "acc_range_m_s2": model.acc_range_m_s2,
            "gyr_range_rad_s": model.gyr_range_rad_s,
        }
        for placement, values in signals.items()
    }
