"""Time one case in this process: python -m benchmarks.speed_measure NAME REPEATS prints its row as JSON."""

import json
import resource
import sys
import time
from collections.abc import Callable, Mapping
from statistics import median
from types import MappingProxyType
from typing import Any

import numpy as np

from analyzer.config import Config
from analyzer.drill.detection.runs import RunFinder
from analyzer.drill.practice import practice_of
from analyzer.drill.record import RunRecord, run_records
from analyzer.drill.rest.movement import paces
from analyzer.drill.stage.stages import stages
from analyzer.gait.foot.integrals import integrate_strides
from analyzer.gait.foot.motion import FootMotion
from analyzer.gait.foot.swings import pitch_axis
from analyzer.gait.foot.trajectory import solve_strides
from analyzer.gait.run_gait import RunGait, run_gait
from analyzer.model import Analysis, Placement, Plan, Recording
from analyzer.rows import count, only
from analyzer.session import analyze
from analyzer.signal.filters import highpass, lowpass
from analyzer.signal.grid import GridSignals, on_grid
from analyzer.signal.orientation import integrate_rate, rotated
from analyzer.signal.vectors import along
from benchmarks.speed_recordings import Arrays, continuous, practice, short_run

__all__ = ["CASE_NAMES", "COLUMNS", "measured"]

PIECES = ("arrays_s", "grid_s", "filters_s", "contacts_s", "trajectory_s", "drill_s")

COLUMNS = ("case", "samples", "cpu_s", "wall_s", "peak_mb", *PIECES)

RATE_HZ = 200.0

_PLANS: Mapping[str, Plan] = MappingProxyType({"1 h practice, 18 short runs": Plan.progressive(n_sets=6)})

_CASES: Mapping[str, Callable[[], Arrays]] = MappingProxyType(
    {
        "5 s run, six sensors": lambda: short_run(5.0),
        "1 h practice, 18 short runs": lambda: practice(3600.0, 6),
        "0.25 h running at 200 Hz": lambda: continuous(900.0, RATE_HZ),
        "1 h running at 200 Hz": lambda: continuous(3600.0, RATE_HZ),
        "4 h running at 200 Hz": lambda: continuous(4 * 3600.0, RATE_HZ),
        "1 h running at 1000 Hz": lambda: continuous(3600.0, 1000.0),
    }
)

CASE_NAMES = tuple(_CASES)


def measured(name: str, repeats: int) -> dict[str, Any]:
    """Return the row of one case.

    Parameters
    ----------
    name : str
        One of `CASE_NAMES`.
    repeats : int
        After one that warms up; the row holds their medians.
    """
    arrays, plan = _CASES[name](), _PLANS.get(name)
    _whole(arrays, plan)
    times = [_timed(lambda: _whole(arrays, plan)) for _ in range(repeats)]
    # Before the pieces, which hold more at once than the whole ever does.
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    pieces = [_pieces(arrays, plan) for _ in range(repeats)]
    return {
        "case": name,
        "samples": sum(len(signals["time_s"]) for signals in arrays.values()),
        "cpu_s": median(cpu_s for cpu_s, _ in times),
        "wall_s": median(wall_s for _, wall_s in times),
        "peak_mb": peak_mb,
    } | {piece: median(one[piece] for one in pieces) for piece in PIECES}


def _whole(arrays: Arrays, plan: Plan | None) -> Analysis:
    return analyze(Recording.from_arrays(arrays, plan=plan))


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return processor and wall time of some work."""
    cpu_s, wall_s = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - cpu_s, time.perf_counter() - wall_s


class _Clock:
    """Adds up processor time by piece."""

    def __init__(self) -> None:
        self.spent_s: dict[str, float] = dict.fromkeys(PIECES, 0.0)

    def call(self, piece: str, work: Callable[[], Any]) -> Any:
        """Do some work, count its time, and hand on what it returns."""
        start_s = time.process_time()
        found = work()
        self.spent_s[piece] += time.process_time() - start_s
        return found


def _pieces(arrays: Arrays, plan: Plan | None) -> dict[str, float]:
    """Walk the path of `analyze` piece by piece."""
    config, clock = Config(), _Clock()
    recording = clock.call("arrays_s", lambda: Recording.from_arrays(arrays, plan=plan))
    streams = recording.streams
    finder = RunFinder(config.finder, sorted(streams))
    windows = clock.call("drill_s", lambda: [*finder.push(*streams.values()), *finder.finish()])
    records: list[RunRecord] = []
    for window in windows:
        parts = {p: streams[p].between(window.start_s, window.stop_s) for p in sorted(streams)}
        signals = clock.call("grid_s", lambda parts=parts: {p: on_grid(part) for p, part in parts.items()})
        gait = clock.call("contacts_s", lambda signals=signals: run_gait(signals, config.gait))
        for placement in gait.used:
            _foot_pieces(clock, signals[placement], gait, config)
        records += clock.call("drill_s", lambda gait=gait, signals=signals: run_records(gait, signals, config.run))
    clock.call("drill_s", lambda: _drill(records, recording, config))
    clock.spent_s["contacts_s"] -= clock.spent_s["filters_s"] + clock.spent_s["trajectory_s"]
    return clock.spent_s


def _foot_pieces(clock: _Clock, signals: GridSignals, gait: RunGait, config: Config) -> None:
    """Time what the gait of a foot is made of once more, apart."""
    foot = config.gait.foot
    own = only(gait.strides, gait.strides["side"] == signals.placement.side)
    if signals.placement.segment != "foot" or not count(own):
        return
    axis = pitch_axis(signals.gyr_rad_s, signals.rate_hz, foot.swings)
    pitch = along(signals.gyr_rad_s, axis)

    def filters() -> None:
        # Once for the sign of the axis, once for the swings.
        for _ in range(2):
            lowpass(pitch, foot.swings.cutoff_hz, signals.rate_hz)
        lowpass(signals.gyr_rad_s, foot.pitch_cutoff_hz, signals.rate_hz)
        highpass(signals.acc_m_s2, foot.touchdown.impact_cutoff_hz, signals.rate_hz)

    def trajectory() -> None:
        rotation = integrate_rate(signals.gyr_rad_s, 1.0 / signals.rate_hz)
        force = rotated(rotation, signals.acc_m_s2)
        doubt = np.zeros(signals.n_samples)
        motion = FootMotion(signals.rate_hz, rotation, force, signals.gyr_rad_s, np.zeros(3), doubt)
        first, last = (
            np.rint((own[name] - signals.start_s) * signals.rate_hz).astype(np.intp) for name in ("start_s", "end_s")
        )
        integrals = integrate_strides(motion, first, np.minimum(last, signals.n_samples - 1))
        # Once without a lever, once with it.
        for _ in range(2):
            solve_strides(motion, integrals, foot.trajectory)

    clock.call("filters_s", filters)
    clock.call("trajectory_s", trajectory)


def _drill(records: list[RunRecord], recording: Recording, config: Config) -> None:
    first = min(recording.streams, key=lambda placement: (placement.segment != "foot", placement))
    movement = paces(recording.streams[Placement(first)], config.movement)
    made = practice_of(records, recording.plan, movement, config.practice)
    stages(made.runs, made.strides, made.steps, made.contacts, config.stages)


if __name__ == "__main__":
    print(json.dumps(measured(sys.argv[1], int(sys.argv[2]))))
