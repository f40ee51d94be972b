"""Runs inside gaitmap's own environment: times its event detection and trajectory and prints a row as JSON."""

import json
import resource
import sys
import time
import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd

SENSORS = ("left_foot", "right_foot")


def timed(work: Callable[[], object]) -> tuple[object, float, float]:
    cpu_s, wall_s = time.process_time(), time.perf_counter()
    found = work()
    return found, time.process_time() - cpu_s, time.perf_counter() - wall_s


def main(path: str, rate_hz: float) -> None:
    import gaitmap
    from gaitmap.event_detection import HerzerEventDetection
    from gaitmap.trajectory_reconstruction import StrideLevelTrajectory
    from gaitmap.utils.consts import BF_COLS, SF_COLS

    warnings.simplefilter("ignore")
    with np.load(path) as held:
        signals = {name: np.hstack([held[f"{name}_acc"], held[f"{name}_gyr"]]) for name in SENSORS}
        strides = {
            name: pd.DataFrame(held[f"{name}_strides"], columns=["start", "end"]).rename_axis("s_id").reset_index()
            for name in SENSORS
        }
    body = {name: pd.DataFrame(values, columns=BF_COLS) for name, values in signals.items()}
    sensor = {name: pd.DataFrame(values, columns=SF_COLS) for name, values in signals.items()}
    events, events_s, events_wall_s = timed(
        lambda: HerzerEventDetection().detect(body, strides, sampling_rate_hz=rate_hz)
    )
    # From one stillest instant to the next, as its trajectory wants them; where its detection found none, as given.
    found = events.min_vel_event_list_
    lists = {name: found[name] if len(found[name]) else _still(strides[name]) for name in SENSORS}
    _, path_s, path_wall_s = timed(lambda: StrideLevelTrajectory().estimate(sensor, lists, sampling_rate_hz=rate_hz))
    n_samples = sum(len(values) for values in signals.values())
    row = {
        "case": f"gaitmap {gaitmap.__version__}, {n_samples / 2 / rate_hz / 3600:g} h at {rate_hz:g} Hz, "
        f"events and trajectory of {sum(map(len, lists.values()))} strides",
        "samples": n_samples,
        "cpu_s": events_s + path_s,
        "wall_s": events_wall_s + path_wall_s,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3,
        "contacts_s": events_s,
        "trajectory_s": path_s,
    }
    print(json.dumps(row))


def _still(strides: pd.DataFrame) -> pd.DataFrame:
    return strides.assign(min_vel=strides["start"])


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
