"""Records of made runs: strides that follow a mono-exponential profile exactly."""

import numpy as np
from made_streams import LEFT, RIGHT

from analyzer.drill.record import RunRecord
from analyzer.drill.speed.acceleration import SpeedProfile, distance_at_m
from analyzer.rows import Rows, rows_of
from analyzer.tables import CONTACTS, STEPS, STRIDES, build

ORIGIN_S = 10.0
V_MAX_M_S, TAU_S = 8.0, 1.0
STEP_S = 0.25


def truth(v_max_m_s: float = V_MAX_M_S, tau_s: float = TAU_S, origin_s: float = ORIGIN_S) -> SpeedProfile:
    return SpeedProfile(v_max_m_s, tau_s, origin_s, np.zeros((3, 3)), 0.0, 0.0, 0, 1.0)


def contact_s(time_s):
    """Contacts get shorter as the athlete gets faster: from 0.22 to 0.10 s."""
    return 0.10 + 0.12 * np.exp(-(time_s - ORIGIN_S))


def run(n_steps: int = 14, *, scale: float = 1.0, sd: float = 0.02, profile: SpeedProfile | None = None) -> RunRecord:
    """Return a run whose feet are passed over in mid-contact; all lengths are `scale` times the true ones."""
    profile = profile or truth()
    at = ORIGIN_S + 0.3 + STEP_S * np.arange(n_steps)
    side = np.where(np.arange(n_steps) % 2, "right", "left")
    passed = distance_at_m(profile, at + 0.5 * contact_s(at))
    length = scale * (passed[2:] - passed[:-2])
    step = scale * np.diff(passed)
    return RunRecord(
        start_s=ORIGIN_S,
        stop_s=float(at[-1] + contact_s(at[-1])),
        deceleration_start_s=np.nan,
        peak_speed_m_s=float(length.max() / (2 * STEP_S)),
        peak_speed_sd_m_s=0.1,
        way_m=float(passed[-1]),
        received_pct=100.0,
        troubles=(),
        contacts=_rows(CONTACTS, n_steps, side=side, initial_contact_s=at, contact_time_s=contact_s(at)),
        strides=_rows(
            STRIDES,
            n_steps - 2,
            side=side[:-2],
            start_s=at[:-2],
            end_s=at[2:],
            stride_time_s=np.full(n_steps - 2, 2 * STEP_S),
            stride_length_m=length,
            stride_length_sd_m=np.full(n_steps - 2, sd),
            speed_m_s=length / (2 * STEP_S),
            length_source=["measured"] * (n_steps - 2),
        ),
        steps=_rows(
            STEPS,
            n_steps - 1,
            side=side[:-1],
            start_s=at[:-1],
            step_time_s=np.full(n_steps - 1, STEP_S),
            step_length_m=step,
            speed_m_s=step / STEP_S,
        ),
        used=(LEFT, RIGHT),
        travel_axes={},
    )


def _rows(schema, n: int, **columns) -> Rows:
    usual = {"float": np.full(n, np.nan), "integer": np.zeros(n, dtype=int), "string": ["ok"] * n}
    return rows_of(
        build(schema, {column.name: columns.get(column.name, usual[column.kind]) for column in schema.columns})
    )
