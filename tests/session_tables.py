"""Tables of a session made by hand, for tests of the drill and of the judging."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analyzer.drill.speed.speeds import SPEED_COLUMNS
from analyzer.drill.stage.stages import stages
from analyzer.mechanics.findings import MechanicsInput
from analyzer.model import Athlete, Placement, Plan, PlannedRun
from analyzer.tables import CONTACTS, RUNS, STEPS, STRIDES, build

TAU_S = 0.9
"""Time constant of the acceleration of these runners."""

FEET = (Placement.LEFT_FOOT, Placement.RIGHT_FOOT)


@dataclass(frozen=True)
class Run:
    """One run with a fly phase of even strides.

    `scatter` is the relative scatter of every stride, contact and step, `left_longer_s` how much longer the left
    foot stays down, `slows_before_mark_m` where slowing begins (NaN: not before the mark).
    """

    effort_pct: float
    speed_m_s: float
    frequency_hz: float = 1.95
    contact_s: float = 0.15
    n_strides: int = 9
    scatter: float = 0.004
    left_longer_s: float = 0.0
    angle_deg: float = 0.0
    rest_s: float = 180.0
    walking_share: float = 0.2
    jogging_share: float = 0.0
    asked_rest: str = "any"
    direction: str = "forward"
    speed_sd_share: float = 0.01
    quality: str = "ok"
    slows_before_mark_m: float = float("nan")
    distance_m: float = 18.288


def session(
    *specs: Run, planned: bool = True, wording: str = "effort", athlete: Athlete | None = None, placements=FEET
) -> MechanicsInput:
    """Return the input of the judging for these runs, one after the other."""
    rng = np.random.default_rng(5)
    clock = 0.0
    rows: dict[str, list] = {"runs": [], "contacts": [], "strides": [], "steps": []}
    for number, spec in enumerate(specs, start=1):
        start = clock + (spec.rest_s if number > 1 else 5.0)
        clock = _add_run(rows, number, spec, start, rng, planned)
        rows["runs"][-1]["rest_before_s"] = spec.rest_s if number > 1 else np.nan
    schemas = {"runs": RUNS, "contacts": CONTACTS, "strides": STRIDES, "steps": STEPS}
    tables = {name: _table(schemas[name], rows[name]) for name in schemas}
    plan = None
    if planned:
        planned_runs = (PlannedRun(s.effort_pct, s.distance_m, s.direction, rest_mode=s.asked_rest) for s in specs)
        plan = Plan(tuple(planned_runs), wording=wording)
    made = stages(tables["runs"], tables["strides"], tables["steps"], tables["contacts"])
    return MechanicsInput(
        stages=made, plan=plan, athlete=athlete or Athlete(height_m=1.83), placements=placements, **tables
    )


def progressive(**top) -> MechanicsInput:
    """Return a healthy session at 50, 75 and 100 %, the last run changed by the keywords."""
    last = {"speed_m_s": 8.0, "frequency_hz": 2.05, "contact_s": 0.128} | top
    return session(
        Run(50, 5.8, frequency_hz=1.72, contact_s=0.172),
        Run(75, 6.9, frequency_hz=1.86, contact_s=0.148),
        Run(100, **last),
    )


def _table(schema, rows: list[dict]) -> pd.DataFrame:
    return build(schema, {name: [row[name] for row in rows] for name in schema.names})


def _add_run(rows, number: int, spec: Run, start: float, rng: np.random.Generator, planned: bool) -> float:
    """Add one run that begins at `start`; return when it ends."""
    opening = _acceleration(rows, number, spec, start)
    stride_s = 1 / spec.frequency_hz
    wobble = 1 + spec.scatter * rng.standard_normal((spec.n_strides, 3))
    times = opening + np.arange(spec.n_strides) * stride_s / 2 * wobble[:, 0].mean()
    times += stride_s / 2 * spec.scatter * rng.standard_normal(spec.n_strides)
    for k, time in enumerate(times):
        side = "left" if k % 2 else "right"
        contact = spec.contact_s * wobble[k, 1] + (spec.left_longer_s / 2) * (1 if side == "left" else -1)
        duration = stride_s * wobble[k, 0]
        length = spec.speed_m_s / spec.frequency_hz * wobble[k, 2]
        if not np.isnan(spec.slows_before_mark_m):
            length = _way_m(spec, time + duration - start) - _way_m(spec, time - start)
        rows["contacts"].append(_contact(number, side, time, contact, spec.quality))
        rows["strides"].append(_stride(number, side, (time, duration), (length, contact), "fly", spec))
        if k + 1 < spec.n_strides:
            rows["steps"].append(_step(number, side, time, times[k + 1] - time, contact, spec.speed_m_s))
    end = float(times[-1] + stride_s)
    slows = np.nan if np.isnan(spec.slows_before_mark_m) else end
    rows["runs"].append(_run(number, spec, start, end, planned) | {"deceleration_start_s": slows})
    return end


def _way_m(spec: Run, time_s):
    return spec.speed_m_s * (time_s + TAU_S * np.expm1(-time_s / TAU_S))


def _acceleration(rows, number: int, spec: Run, start: float) -> float:
    """Add the strides of a start if the run has a mark to slow down before; return when the fly phase begins."""
    if np.isnan(spec.slows_before_mark_m):
        return start + 1.5
    times = np.linspace(0, 10, 10001)
    end = float(np.interp(spec.distance_m - spec.slows_before_mark_m, _way_m(spec, times), times))
    opening = end - (spec.n_strides + 1) / 2 / spec.frequency_hz
    for k, time in enumerate(np.arange(0.3, opening, 0.25)):
        side = "left" if k % 2 else "right"
        length = _way_m(spec, time + 0.5) - _way_m(spec, time)
        rows["strides"].append(_stride(number, side, (start + time, 0.5), (length, 0.18), "acceleration", spec))
    return start + opening


def _contact(number: int, side: str, time: float, contact: float, quality: str) -> dict:
    return {
        "run": number,
        "side": side,
        "initial_contact_s": time,
        "toe_off_s": time + contact,
        "contact_time_s": contact,
        "initial_contact_sd_s": 0.002,
        "toe_off_sd_s": 0.002,
        "quality": quality,
    }


def _stride(number: int, side: str, when: tuple, size: tuple, phase: str, spec: Run) -> dict:
    (time, duration), (length, contact) = when, size
    return {
        "run": number,
        "side": side,
        "start_s": time,
        "end_s": time + duration,
        "stride_time_s": duration,
        "stride_frequency_hz": 1 / duration,
        "contact_time_s": contact,
        "swing_time_s": duration - contact,
        "duty_factor": contact / duration,
        "stride_length_m": length,
        "stride_length_sd_m": 0.01 * length,
        "speed_m_s": length / duration,
        "length_source": "measured",
        "phase": phase,
        "foot_strike_angle_rad": np.radians(spec.angle_deg),
        "quality": spec.quality,
    }


def _step(number: int, side: str, time: float, step_s: float, contact: float, speed: float) -> dict:
    return {
        "run": number,
        "side": side,
        "start_s": time,
        "step_time_s": step_s,
        "flight_time_s": step_s - contact,
        "step_frequency_hz": 1 / step_s,
        "step_length_m": speed * step_s,
        "speed_m_s": speed,
        "phase": "fly",
    }


def _run(number: int, spec: Run, start: float, end: float, planned: bool) -> dict:
    nothing: dict = dict.fromkeys(SPEED_COLUMNS, np.nan) | {"profile": "ok"}
    nothing |= dict.fromkeys(
        (
            "assignment_confidence",
            "achieved_pct",
            "achieved_of_best_pct",
            "step_frequency_hz",
            "stride_length_m",
            "contact_time_s",
            "flight_time_s",
            "duty_factor",
        ),
        np.nan,
    )
    return nothing | {
        "run": number,
        "asked_effort_pct": spec.effort_pct if planned else np.nan,
        "direction": spec.direction,
        "manner": "none",
        "turn_rad": np.nan,
        "turn_radius_m": np.nan,
        "turn_speed_in_m_s": np.nan,
        "turn_speed_out_m_s": np.nan,
        "start_s": start,
        "start_sd_s": np.nan,
        "stop_s": end,
        "distance_m": spec.distance_m,
        "peak_speed_m_s": spec.speed_m_s,
        "peak_speed_sd_m_s": spec.speed_sd_share * spec.speed_m_s,
        "achieved_reference": "none",
        "best_reference": "none",
        "rest_mode": "still" if number > 1 else "none",
        "rest_still_share": 1.0 - spec.walking_share - spec.jogging_share,
        "rest_walking_share": spec.walking_share,
        "rest_jogging_share": spec.jogging_share,
        "work_to_rest": (end - start) / spec.rest_s,
        "rest_needed_s": np.nan,
        "rest_verdict": "unknown",
        "reaction_time_s": np.nan,
        "reaction_time_sd_s": np.nan,
        "cue_delay": "none",
        "start_flag": "none",
        "n_contacts": spec.n_strides,
        "received_pct": 100.0,
        "quality": "ok",
    }
