"""What a narrow range, lost packets and a crooked sensor do to the results."""

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.spatial.transform import Rotation

from analyzer.model import Recording, SensorStream
from benchmarks.errors import Errors, errors_of
from benchmarks.truth import Trial, made_limited

__all__ = ["gathered_moves", "missing_velocity", "moved", "shift_pct", "turned"]

_SAME_EVENT = ["event", "run", "side", "time_ms"]
_SAME_STRIDE = ["run", "side", "time_ms"]


def turned(recording: Recording, seed: int) -> Recording:
    """Return what sensors mounted in other directions would have measured, each turned at random."""
    draws = Rotation.random(len(recording.streams), rng=np.random.default_rng(seed))
    pairs = zip(recording.streams.items(), draws, strict=True)
    return replace(recording, streams={placement: _turned(stream, turn) for (placement, stream), turn in pairs})


def gathered_moves(makers: Sequence[Callable[[], Trial]], n_processes: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return how far events and strides of many trials move when their sensors are turned."""
    with ProcessPoolExecutor(n_processes) as pool:
        many = list(pool.map(_moves, makers, range(len(makers))))
    return pd.concat([one[0] for one in many]), pd.concat([one[1] for one in many])


def moved(before: Errors, after: Errors) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return events and strides of two analyses of the same motion side by side.

    Returns
    -------
    events : pandas.DataFrame
        With `move_s`; NaN where only one of the two found it.
    strides : pandas.DataFrame
        With `move_pct`.
    """
    events = _paired(before.events[before.events["outcome"] != "false"], after.events, _SAME_EVENT)
    strides = _paired(before.strides, after.strides, _SAME_STRIDE)
    events = events.assign(move_s=events["error_s_after"] - events["error_s"])
    return events, strides.assign(move_pct=strides["error_pct_after"] - strides["error_pct"])


def shift_pct(strides: pd.DataFrame) -> float:
    """Return the change of the mean stride length."""
    both = strides[strides["move_pct"].notna()]
    return float(100.0 * (both["error_m_after"] - both["error_m"]).sum() / both["true_m"].sum())


def missing_velocity(speed_m_s: float, seed: int, limit_m_s2: float) -> tuple[float, float]:
    """Return what an accelerometer with that limit does not tell, per stride of the virtual athlete.

    Returns
    -------
    share_pct : float
        Samples with an axis at the limit.
    missing_m_s : float
        Change of velocity beyond the limit, direction left aside, that a stride hides.
    """
    trial = made_limited(speed_m_s, seed, "no limit")
    share, missing, strides = [], 0.0, 0
    for placement, stream in trial.recording.streams.items():
        beyond = np.linalg.norm(stream.acc_m_s2 - np.clip(stream.acc_m_s2, -limit_m_s2, limit_m_s2), axis=1)
        share.append(np.mean(beyond > 0))
        mine = trial.strides[trial.strides["side"] == placement.side]
        inside = (stream.time_s >= mine["start_s"].min()) & (stream.time_s < mine["end_s"].max())
        missing += float(beyond[inside].sum()) / stream.rate_hz
        strides += len(mine)
    return 100.0 * float(np.mean(share)), missing / strides


def _moves(maker: Callable[[], Trial], seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    trial = maker()
    return moved(errors_of(trial, "foot"), errors_of(trial, "foot", turned(trial.recording, seed)))


def _turned(stream: SensorStream, turn: Rotation) -> SensorStream:
    # Which axis was clipped is no longer told: a sample with one clipped axis now is one with three.
    acc, gyr = (np.repeat(part.max(axis=1, keepdims=True), 3, axis=1) for part in np.split(stream.clipped, 2, axis=1))
    matrix = turn.as_matrix().T
    return replace(
        stream,
        acc_m_s2=stream.acc_m_s2 @ matrix,
        gyr_rad_s=stream.gyr_rad_s @ matrix,
        clipped=np.hstack([acc, gyr]),
    )


def _paired(before: pd.DataFrame, after: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Rows of the same true thing; sensors at other rates round its time alike."""
    left, right = (frame.assign(time_ms=(1000 * frame["time_s"]).round().astype("int64")) for frame in (before, after))
    if "outcome" in right:
        right = right[right["outcome"] != "false"]
    return left.merge(right, on=keys, suffixes=("", "_after"))
