"""Made runners (shank, pelvis, wrist) with contacts known by construction, and recordings with truth."""

import json
from dataclasses import dataclass, replace

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.spatial.transform import Rotation

from analyzer.model import Placement, SensorStream
from analyzer.signal.grid import GridSignals, on_grid
from analyzer.units import G_M_S2

SHANK_SHARES = [0.0, 0.05, 0.10, 0.28, 0.325, 0.36, 0.50, 0.66, 0.80, 0.88, 0.955, 1.0]
SHANK_RATE_RAD_S = [-4.0, -8.0, -7.0, 0.5, 0.0, -3.0, -7.5, 0.0, 10.0, 9.5, 0.0, -4.0]
"""Rate of a shank over one stride from initial contact, drawn from the printed shape of steady running."""

SHANK_CONTACT_SHARE = 0.325


@dataclass(frozen=True)
class Runner:
    """A made sensor with the times that are true of it."""

    signals: GridSignals
    initial_contact_s: np.ndarray
    toe_off_s: np.ndarray
    sides: tuple[str, ...] = ()


def shank_runner(rate_hz=200.0, stride_s=0.72, n_strides=12, rest_s=1.0, mounting=0) -> Runner:
    """Return a left shank that stands, runs and stands; an impact of 8 g decays along the bone at every contact."""
    time_s = np.arange(0.0, 2 * rest_s + n_strides * stride_s, 1.0 / rate_hz)
    phase = (time_s - rest_s) / stride_s
    runs = (phase >= 0.60) & (phase <= n_strides + 0.60)
    shape = PchipInterpolator(SHANK_SHARES, SHANK_RATE_RAD_S)
    rate_rad_s = np.where(runs, shape(np.mod(phase, 1.0)), 0.0)
    since_s = np.mod(phase, 1.0) * stride_s
    impact = np.where(runs & (phase > 0.9), 8 * G_M_S2 * (since_s / 0.015) * np.exp(1 - since_s / 0.015), 0.0)
    push = np.where(since_s < SHANK_CONTACT_SHARE * stride_s, 10.0, 0.0) * np.sin(
        np.pi * since_s / (SHANK_CONTACT_SHARE * stride_s)
    )
    along = G_M_S2 + impact + np.where(runs, push, 0.0) + 0.2 * rate_rad_s**2
    acc = np.column_stack([np.zeros_like(along), np.zeros_like(along), along])
    gyr = np.column_stack([0.05 * rate_rad_s, -rate_rad_s, 0.02 * rate_rad_s])
    contact_s = rest_s + stride_s * np.arange(1, n_strides + 1)
    off_s = rest_s + stride_s * (np.arange(1, n_strides) + SHANK_CONTACT_SHARE)
    return Runner(mounted(Placement.LEFT_SHANK, time_s, acc, gyr, mounting), contact_s, off_s)


def pelvis_runner(rate_hz=200.0, step_s=0.35, contact_s=0.22, n_steps=30, rest_s=1.0, mounting=0) -> Runner:
    """Return a pelvis pushed up by half-sines, braked and pushed on, swaying and turning; starts with a right foot."""
    time_s = np.arange(0.0, 2 * rest_s + n_steps * step_s, 1.0 / rate_hz)
    step = (time_s - rest_s) / step_s
    runs = (step >= 0.0) & (step <= n_steps)
    within = np.mod(step, 1.0) * step_s / contact_s
    push = np.where(within < 1.0, np.pi / 2 * step_s / contact_s * np.sin(np.pi * within), 0.0)
    ahead = np.where(within < 1.0, -0.35 * np.sin(2 * np.pi * within), 0.0)
    stride = np.pi * step
    left = 0.15 * np.cos(stride - np.deg2rad(195.0))
    turn, tilt = 0.8 * np.cos(stride - np.deg2rad(115.0)), 0.4 * np.cos(stride - np.deg2rad(75.0))
    acc = G_M_S2 * np.column_stack([np.where(runs, ahead, 0.0), np.where(runs, left, 0.0), np.where(runs, push, 1.0)])
    gyr = np.column_stack([tilt, np.zeros_like(turn), turn]) * runs[:, None]
    starts = rest_s + step_s * np.arange(n_steps)
    sides = tuple("right" if i % 2 == 0 else "left" for i in range(n_steps))
    return Runner(mounted(Placement.PELVIS, time_s, acc, gyr, mounting), starts, starts + contact_s, sides)


def wrist_runner(rate_hz=200.0, frequency_hz=1.5, seconds=6.0, mounting=0) -> Runner:
    """Return a wrist that swings at the stride frequency and is shaken at the step frequency."""
    time_s = np.arange(0.0, seconds, 1.0 / rate_hz)
    angle = 2 * np.pi * frequency_hz * time_s
    acc = np.column_stack([15 * np.sin(angle), 4 * np.cos(angle), G_M_S2 + 8 * np.cos(2 * angle)])
    gyr = np.column_stack([1.0 * np.sin(2 * angle), 8.0 * np.cos(angle), 2.0 * np.sin(angle)])
    return Runner(mounted(Placement.LEFT_WRIST, time_s, acc, gyr, mounting), np.empty(0), np.empty(0))


def mounted(placement, time_s, acc, gyr, mounting) -> GridSignals:
    """Return the signals of a sensor turned at random (seed `mounting`, 0 for straight), with a little noise."""
    turn = Rotation.identity() if mounting == 0 else Rotation.random(rng=np.random.default_rng(mounting))
    noise = np.random.default_rng(7).normal(size=(len(time_s), 6))
    signals = {
        "time_s": time_s,
        "acc_m_s2": turn.apply(acc + 0.1 * noise[:, :3]),
        "gyr_rad_s": turn.apply(gyr + 0.005 * noise[:, 3:]),
    }
    return on_grid(SensorStream.from_arrays(placement, signals))


def without_gyroscope(signals: GridSignals) -> GridSignals:
    """Return the same sensor as if it had no gyroscope."""
    return replace(signals, gyr_rad_s=np.zeros_like(signals.gyr_rad_s), has_gyroscope=False)


def part(signals: GridSignals, start_s: float, stop_s: float) -> GridSignals:
    """Return a window of the signals."""
    rows = slice(signals.to_index(start_s), signals.to_index(stop_s) + 1)
    return replace(
        signals,
        start_s=float(signals.time_s[rows][0]),
        acc_m_s2=signals.acc_m_s2[rows],
        gyr_rad_s=signals.gyr_rad_s[rows],
        lost=signals.lost[rows],
        clipped=signals.clipped[rows],
    )


def recordings(folder, pattern):
    """Yield (header, {placement: GridSignals}) of recordings with truth."""
    for path in sorted(folder.glob(pattern)):
        with np.load(path) as file:
            header = json.loads(str(file["header"]))
            signals = {sensor["placement"]: _grid(file, i, sensor) for i, sensor in enumerate(header["sensors"])}
        yield header, signals


def truth(header, side, event):
    """Return the true times of one side (None for both) in order, for matching."""
    times = [c[event] for c in header["contacts"] if side is None or c["side"] == side]
    return np.sort([t for t in times if t is not None])


def errors_s(found_s, true_s, reach_s=0.06):
    """Return found minus true for every true event, NaN where nothing was found within reach."""
    found_s = np.asarray(found_s)[np.isfinite(found_s)]
    if len(found_s) == 0:
        return np.full(len(true_s), np.nan)
    nearest = found_s[np.argmin(np.abs(found_s[:, None] - np.asarray(true_s)[None, :]), axis=0)]
    return np.where(np.abs(nearest - true_s) <= reach_s, nearest - true_s, np.nan)


def _grid(file, i, sensor):
    time_s = file[f"s{i}_time_s"]
    # A lost packet is missing rows: put them back as NaN.
    period_s = np.median(np.diff(time_s))
    row = np.concatenate([[0], np.cumsum(np.maximum(1, np.rint(np.diff(time_s) / period_s).astype(int)))])
    whole = np.arange(row[-1] + 1)
    signals = {"time_s": np.interp(whole, row, time_s), "acc_range_m_s2": sensor["acc_range_g"] * G_M_S2}
    for name in ("acc_m_s2", "gyr_rad_s"):
        if f"s{i}_{name}" in file:
            signals[name] = np.full((len(whole), 3), np.nan)
            signals[name][row] = file[f"s{i}_{name}"]
    if "gyr_rad_s" in signals:
        signals["gyr_range_rad_s"] = np.deg2rad(sensor["gyr_range_dps"])
    return on_grid(SensorStream.from_arrays(Placement(sensor["placement"]), signals))
