"""Analyses built by hand: the example practice of a coach's page, and ways to spoil it."""

import dataclasses
import functools
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from analyzer import tables
from analyzer.drill.speed.speeds import SPEED_COLUMNS
from analyzer.drill.stage.stage_changes import stage_changes
from analyzer.drill.stage.stage_metrics import stage_metrics
from analyzer.model import Analysis, Athlete, Finding, Level, Notice, Plan, Recording

NAN = float("nan")

# asked effort, speed, step frequency, contact time; speed = frequency x step length throughout
STAGES = ((50.0, 5.79, 3.55, 0.168), (75.0, 6.83, 3.85, 0.141), (100.0, 7.50, 4.35, 0.121))
MARGINS = {
    "peak_speed_m_s": 0.1,
    "step_frequency_hz": 0.05,
    "stride_frequency_hz": 0.025,
    "stride_length_m": 0.05,
    "step_length_m": 0.025,
    "contact_time_s": 0.008,
    "flight_time_s": 0.008,
    "duty_factor": 0.02,
}
Stage = tuple[float, float, float, float]
N_STEPS = 11
RUN_EVERY_S = 150.0
FIRST_START_S = 10.0


def run_steps(number: int, stage: Stage) -> dict[str, np.ndarray]:
    """Return initial contacts and speeds of one run: an exponential start, a few steps at speed, slowing."""
    _, top_m_s, frequency_hz, contact_s = stage
    start_s = FIRST_START_S + RUN_EVERY_S * (number - 1)
    index = np.arange(N_STEPS)
    speed = top_m_s * np.minimum(1 - 0.75 * np.exp(-index / 2.2), 1.0)
    speed[-2:] *= (0.97, 0.9)
    return {
        "start_s": start_s + 0.25 + index / frequency_hz,
        "speed_m_s": speed,
        "contact_s": np.full(N_STEPS, contact_s) + 0.03 * np.exp(-index / 2.0),
        "phase": np.array(["acceleration"] * 5 + ["fly"] * (N_STEPS - 7) + ["deceleration"] * 2),
    }


def contact_rows(number: int, steps: Mapping[str, np.ndarray], n_gaps: int) -> dict[str, Any]:
    quality = ["gap"] * n_gaps + ["ok"] * (N_STEPS - n_gaps)
    return {
        "run": [number] * N_STEPS,
        "side": ["left", "right"] * (N_STEPS // 2) + ["left"] * (N_STEPS % 2),
        "initial_contact_s": steps["start_s"],
        "toe_off_s": steps["start_s"] + steps["contact_s"],
        "contact_time_s": steps["contact_s"],
        "initial_contact_sd_s": [0.004] * N_STEPS,
        "toe_off_sd_s": [0.006] * N_STEPS,
        "quality": quality,
    }


def step_rows(number: int, steps: Mapping[str, np.ndarray]) -> dict[str, Any]:
    step_time = np.diff(steps["start_s"])
    n = step_time.size
    return {
        "run": [number] * n,
        "side": (["left", "right"] * n)[:n],
        "start_s": steps["start_s"][:-1],
        "step_time_s": step_time,
        "flight_time_s": step_time - steps["contact_s"][:-1],
        "step_frequency_hz": 1 / step_time,
        "step_length_m": steps["speed_m_s"][:-1] * step_time,
        "speed_m_s": steps["speed_m_s"][:-1],
        "phase": steps["phase"][:-1],
    }


def stride_rows(number: int, steps: Mapping[str, np.ndarray]) -> dict[str, Any]:
    start, end = steps["start_s"][:-2], steps["start_s"][2:]
    time, n = end - start, end.size
    return {
        "run": [number] * n,
        "side": (["left", "right"] * n)[:n],
        "start_s": start,
        "end_s": end,
        "stride_time_s": time,
        "stride_frequency_hz": 1 / time,
        "contact_time_s": steps["contact_s"][:-2],
        "swing_time_s": time - steps["contact_s"][:-2],
        "duty_factor": steps["contact_s"][:-2] / time,
        "stride_length_m": steps["speed_m_s"][:-2] * time,
        "stride_length_sd_m": [0.03] * n,
        "speed_m_s": steps["speed_m_s"][:-2],
        "length_source": ["anchored"] * n,
        "phase": steps["phase"][:-2],
        "foot_strike_angle_rad": [0.02] * n,
        "quality": ["ok"] * n,
    }


def run_row(number: int, stage: Stage, received_pct: float) -> dict[str, Any]:
    asked, speed, frequency, contact = stage
    start_s = FIRST_START_S + RUN_EVERY_S * (number - 1)
    return {
        "run": number,
        "asked_effort_pct": asked,
        "assignment_confidence": 1.0,
        "direction": "forward",
        "manner": "none",
        "turn_rad": np.nan,
        "turn_radius_m": np.nan,
        "turn_speed_in_m_s": np.nan,
        "turn_speed_out_m_s": np.nan,
        "start_s": start_s,
        "start_sd_s": 0.04,
        "stop_s": start_s + 4.0,
        "deceleration_start_s": start_s + 3.3,
        "distance_m": 18.288,
        "peak_speed_m_s": speed,
        "peak_speed_sd_m_s": 0.05,
        **dict.fromkeys(SPEED_COLUMNS, NAN),
        "profile": "submaximal" if asked < 100 else "top_speed_unsure",
        "achieved_pct": 100 * speed / STAGES[-1][1],
        "achieved_reference": "true_100 run 3",
        "achieved_of_best_pct": NAN,
        "best_reference": "none",
        "step_frequency_hz": frequency,
        "stride_length_m": 2 * speed / frequency,
        "contact_time_s": contact,
        "flight_time_s": 1 / frequency - contact,
        "duty_factor": contact * frequency / 2,
        "rest_before_s": RUN_EVERY_S - 4.0 if number > 1 else NAN,
        "rest_mode": "active" if number > 1 else "none",
        "rest_still_share": 0.3 if number > 1 else NAN,
        "rest_walking_share": 0.6 if number > 1 else NAN,
        "rest_jogging_share": 0.1 if number > 1 else NAN,
        "work_to_rest": 4.0 / (RUN_EVERY_S - 4.0) if number > 1 else NAN,
        "rest_needed_s": 120.0 if number > 1 else NAN,
        "rest_verdict": "enough" if number > 1 else "none",
        "reaction_time_s": NAN,
        "reaction_time_sd_s": NAN,
        "cue_delay": "none",
        "start_flag": "none",
        "n_contacts": N_STEPS,
        "received_pct": received_pct,
        "quality": "ok" if received_pct == 100.0 else "gap",
    }


def stage_row(stage: Stage, below: tuple[float, float, float, float] | None) -> dict[str, Any]:
    asked, speed, frequency, contact = stage
    values = {
        "peak_speed_m_s": speed,
        "step_frequency_hz": frequency,
        "stride_frequency_hz": frequency / 2,
        "stride_length_m": 2 * speed / frequency,
        "step_length_m": speed / frequency,
        "contact_time_s": contact,
        "flight_time_s": 1 / frequency - contact,
        "duty_factor": contact * frequency / 2,
    }
    row: dict[str, Any] = {"asked_effort_pct": asked, "n_runs": 1, "n_contacts": N_STEPS}
    for name, value in values.items():
        row |= {name: value, f"{name}_low": value - MARGINS[name], f"{name}_high": value + MARGINS[name]}
    gain, share = (NAN, NAN) if below is None else (100 * (speed / below[1] - 1), 0.0)
    if below is not None:
        share = math.log(frequency / below[2]) / math.log(speed / below[1])
    row |= {"speed_gain_pct": gain, "speed_gain_pct_low": gain - 2.5, "speed_gain_pct_high": gain + 2.5}
    name = "speed_gain_frequency_share"
    return row | {name: share, f"{name}_low": share - 0.2, f"{name}_high": share + 0.2}


def table(schema: tables.Schema, rows: list[dict[str, Any]]) -> Any:
    return tables.build(schema, {name: [row[name] for row in rows] for name in schema.names})


def stacked(schema: tables.Schema, blocks: list[dict[str, Any]]) -> Any:
    return tables.build(schema, {name: np.concatenate([block[name] for block in blocks]) for name in schema.names})


FINDINGS = (
    Finding(
        rule="rate_up_length_down",
        level=Level.LOOK,
        sentence="Choppy at full effort: quicker steps, but shorter ones than at 75.",
        cue="Push the ground back behind you for the first five steps.",
        value=-0.05, low=-0.09, high=-0.01, limit=0.0, unit="m", n=22, grade="B",
        source="salo2011", confidence="fairly sure", would_change="two more runs at 100",
    ),
    Finding(
        rule="contact_trend",
        level=Level.KEEP,
        sentence="Feet get off the ground quicker with every gear.",
        cue="",
        value=-0.020, low=-0.028, high=-0.012, limit=-0.008, unit="s", n=33, grade="A",
        source="nagahara2018", confidence="sure",
    ),
    Finding(
        rule="left_right",
        level=Level.CANNOT_TELL,
        sentence="Left against right: 6 steps a side are too few. Do two more runs at 100.",
        cue="",
        value=NAN, low=NAN, high=NAN, limit=NAN, unit="%", n=12, grade="B", source="girard2019",
    ),
)  # fmt: skip


@functools.cache
def recording() -> Recording:
    """Return the samples of two feet: a sine is enough to be drawn."""
    time_s = np.arange(0.0, 320.0, 0.01)
    wave = np.sin(2 * np.pi * 2.0 * time_s)
    signals = {
        "time_s": time_s,
        "acc_m_s2": np.column_stack([20 * wave, 5 * wave, 9.81 + 30 * wave]),
        "gyr_rad_s": np.column_stack([wave, 8 * wave, wave]),
    }
    return Recording.from_arrays({"left_foot": signals, "right_foot": signals})


def practice(**changes: Any) -> Analysis:
    """Return three runs at 50, 75 and 100 %, the last with lost samples; `changes` replace fields."""
    numbered = list(enumerate(STAGES, start=1))
    steps = [run_steps(number, stage) for number, stage in numbered]
    found = {
        "contacts": stacked(tables.CONTACTS, [contact_rows(n, steps[n - 1], 2 * (n == 3)) for n, _ in numbered]),
        "strides": stacked(tables.STRIDES, [stride_rows(n, steps[n - 1]) for n, _ in numbered]),
        "steps": stacked(tables.STEPS, [step_rows(n, steps[n - 1]) for n, _ in numbered]),
        "runs": table(tables.RUNS, [run_row(n, stage, 94.2 if n == 3 else 100.0) for n, stage in numbered]),
    }
    analysis = Analysis(
        **found,
        stage_metrics=stage_metrics(**found),
        stage_changes=stage_changes(**found),
        segments=tables.empty(tables.SEGMENTS),
        stages=table(tables.STAGES, [stage_row(s, None if n == 1 else STAGES[n - 2]) for n, s in numbered]),
        rules=tables.empty(tables.RULE_ROWS),
        findings=FINDINGS,
        notices=(Notice("link.gap", "6 % of right-foot samples lost at 100. Two contacts are not used."),),
        plan=Plan.progressive(rest_s=120.0),
        athlete=Athlete("#7"),
        simulated=False,
        config={"contact": {"min_contact_s": 0.06}, "rate_hz": NAN},
        versions={"psr-analyzer": "0.1.0", "python": "3.11.7", "numpy": "2.4.0"},
        source={"path": "practice.mcap", "sha256": "a3f9" * 16},
        recording=recording(),
    )
    return dataclasses.replace(analysis, **changes)


@pytest.fixture(name="practice", scope="session")
def practice_fixture() -> Callable[..., Analysis]:
    return practice
