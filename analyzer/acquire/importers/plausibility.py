"""Hold numbers against the units that somebody wrote down."""

from dataclasses import dataclass

import numpy as np

from analyzer.errors import InputError
from analyzer.model import Floats
from analyzer.units import ACCELERATION_UNITS_M_S2, G_M_S2, TIME_UNITS_S

__all__ = [
    "PlausibilityConfig",
    "check_acceleration_unit",
    "check_angular_rate_unit",
    "check_full_scale",
    "check_time_unit",
]


@dataclass(frozen=True, slots=True)
class PlausibilityConfig:
    """What no sensor on a runner can read.

    Attributes
    ----------
    window_s : float
        Rest is looked for in windows of this length: shorter than any stand, longer than a flight.
    rest_spread : float
        Spread of the magnitude within a window, as a share of it, below which the window is at rest.
    rest_factor : float
        Magnitude at rest may differ from gravity by this factor: units differ by nearly ten.
    motion_factor : float
        How far the median magnitude may exceed gravity where nothing is at rest: hard running reaches nine times
        gravity. Below gravity `rest_factor` holds, as flight lowers the median of running by a third at most.
    fastest_rad_s : float
        Twice the fastest swing of a foot or wrist; degrees taken for radians read fifty times too high.
    lowest_rate_hz, highest_rate_hz : float
        Rates of motion sensors.
    over_range : float
        Share by which a sample may exceed its full scale through calibration.
    """

    window_s: float = 0.25
    rest_spread: float = 0.05
    rest_factor: float = 2.5
    motion_factor: float = 12.0
    fastest_rad_s: float = 100.0
    lowest_rate_hz: float = 10.0
    highest_rate_hz: float = 10_000.0
    over_range: float = 0.25


def check_time_unit(where: str, time: Floats, unit: str, config: PlausibilityConfig) -> None:
    """Raise InputError if the sample rate is none of a motion sensor.

    Parameters
    ----------
    where : str
        The file, for the message.
    time : (n,) float array
        In `unit`.
    unit : str
        A key of `TIME_UNITS_S`.
    config : PlausibilityConfig
    """
    if time.size < 2:
        return
    step = float(np.median(np.diff(time)))
    fitting = {
        name: 1 / (step * seconds)
        for name, seconds in TIME_UNITS_S.items()
        if step > 0 and config.lowest_rate_hz <= 1 / (step * seconds) <= config.highest_rate_hz
    }
    # Steps that do not rise are told of elsewhere, with their row.
    if step <= 0 or unit in fitting:
        return
    hint = " or ".join(f"in {name} it would be {rate_hz:.0f} Hz" for name, rate_hz in fitting.items())
    raise InputError(
        f"{where}: samples lie {step:g} {unit} apart, which is no rate of a motion sensor"
        f"{'; ' + hint if hint else ''}; check time_unit"
    )


def check_acceleration_unit(where: str, acc: Floats, unit: str, rate_hz: float, config: PlausibilityConfig) -> None:
    """Raise InputError if a resting sensor does not read gravity, or a moving one nothing near it.

    Parameters
    ----------
    where : str
        The file, for the message.
    acc : (n, 3) float array
        In `unit`, NaN where lost.
    unit : str
        A key of `ACCELERATION_UNITS_M_S2`.
    rate_hz : float
    config : PlausibilityConfig
    """
    magnitude = np.linalg.norm(acc, axis=1)
    at_rest, is_rest = _calmest(magnitude[np.isfinite(magnitude)], max(round(config.window_s * rate_hz), 2), config)
    highest = config.rest_factor if is_rest else config.motion_factor
    # Negated to cover NaN (no sample left) as well; zeros fit every unit.
    if not at_rest > 0:
        return
    ratios = {name: at_rest * si / G_M_S2 for name, si in ACCELERATION_UNITS_M_S2.items()}
    if 1 / config.rest_factor <= ratios[unit] <= highest:
        return
    # Units differ by factors, so the nearest one is found on a logarithmic scale.
    nearest = min(ratios, key=lambda name: abs(np.log(ratios[name])))
    expected = G_M_S2 / ACCELERATION_UNITS_M_S2[unit]
    raise InputError(
        f"{where}: the accelerometer reads {at_rest:.3g} {unit} {'at rest' if is_rest else 'on average'}, "
        f"where gravity is {expected:.3g} {unit}; it looks like {nearest}: check acc_unit"
    )


def check_angular_rate_unit(where: str, gyr_rad_s: Floats, config: PlausibilityConfig) -> None:
    """Raise InputError if a gyroscope is faster than any limb, as degrees taken for radians are."""
    finite = np.abs(gyr_rad_s[np.isfinite(gyr_rad_s)])
    if finite.size and finite.max() > config.fastest_rad_s:
        raise InputError(
            f"{where}: the gyroscope reaches {finite.max():.0f} rad/s, faster than any limb; "
            "check gyr_unit: degrees taken for radians look like this"
        )


def check_full_scale(where: str, name: str, values: Floats, full_scale: float, config: PlausibilityConfig) -> None:
    """Raise InputError if samples go beyond what the sensor can read; a NaN full scale says nothing."""
    finite = np.abs(values[np.isfinite(values)])
    if finite.size and finite.max() > (1 + config.over_range) * full_scale:
        raise InputError(
            f"{where}: {name} reaches {finite.max():.4g} beyond its full scale of {full_scale:.4g} (SI); "
            f"check {name}_range and {name}_unit"
        )


def _calmest(magnitude: Floats, n_window: int, config: PlausibilityConfig) -> tuple[float, bool]:
    """Return the magnitude in the calmest window and whether that is rest; else the median of all."""
    n_windows = magnitude.size // n_window
    if n_windows:
        windows = magnitude[: n_windows * n_window].reshape(n_windows, n_window)
        means = windows.mean(axis=1)
        # A dead sensor has mean 0, which must not divide.
        spread = windows.std(axis=1) / np.where(means > 0, means, np.inf)
        calm = spread < config.rest_spread
        if calm.any():
            # Of all calm windows: a single one may be calm by chance.
            return float(np.median(means[calm])), True
    return (float(np.median(magnitude)) if magnitude.size else np.nan), False
