"""Clocks of several sensors brought together by what all of them felt at once: a jump, a clap, a tap."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from analyzer.acquire.clock import ClockFit

__all__ = ["SyncMarkConfig", "with_marks"]

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class SyncMarkConfig:
    """How marks are believed.

    Attributes
    ----------
    mark_sd_s : float
        How well one sensor's time of a jump is known: a fifth of a sample at 208 Hz for
        an edge that is interpolated, and the way of the shock through the body.
    least_span_s : float
        Marks closer together say nothing of drift.
    longest_shift_s : float
        A mark that would move a sensor by more is another event.
    """

    mark_sd_s: float = 1e-3
    least_span_s: float = 30.0
    longest_shift_s: float = 0.05


def with_marks(
    fits: Mapping[Key, ClockFit], marks: Sequence[Mapping[Key, float]], config: SyncMarkConfig | None = None
) -> dict[Key, ClockFit]:
    """Return the fits moved so that every mark has one host time.

    Parameters
    ----------
    fits : mapping of sensor to ClockFit
    marks : sequence of mapping of sensor to float
        Per mark the time on each sensor's own clock; sensors that did not feel it are left out.
    config : SyncMarkConfig, optional

    Returns
    -------
    dict of sensor to ClockFit
        Offsets corrected by one mark, drift as well by marks that lie far apart. `error_s` is then that towards the
        other sensors. A sensor without a believable mark keeps its fit.

    Notes
    -----
    The common time of a mark is the mean of what the fits say, weighted by their errors: who is known best moves least.

    Examples
    --------
    >>> fits = {"left": ClockFit(0.0, 5.000, 0.0, 0.002), "right": ClockFit(0.0, 7.004, 0.0, 0.002)}
    >>> moved = with_marks(fits, [{"left": 10.0, "right": 8.0}])
    >>> [round(moved[side].delay_at(10.0), 3) for side in ("left", "right")]
    [5.002, 7.002]
    """
    config = config or SyncMarkConfig()
    shifts: dict[Key, list[tuple[float, float]]] = {key: [] for key in fits}
    for mark in marks:
        for key, device_s, shift_s in _shifts(fits, mark):
            if abs(shift_s) <= config.longest_shift_s:
                shifts[key].append((device_s, shift_s))
    return {key: _moved(fits[key], shifts[key], config) for key in fits}


def _shifts(fits: Mapping[Key, ClockFit], mark: Mapping[Key, float]) -> list[tuple[Key, float, float]]:
    felt = [(key, device_s, device_s + fits[key].delay_at(device_s)) for key, device_s in mark.items() if key in fits]
    # One sensor alone is always right.
    if len(felt) < 2:
        return []
    errors_s = np.array([fits[key].error_s for key, _, _ in felt])
    # Errors that nobody knows are taken as alike.
    weights = np.where(np.isfinite(errors_s) & (errors_s > 0), 1 / np.maximum(errors_s, 1e-6) ** 2, 1.0)
    common_s = float(np.average([host_s for _, _, host_s in felt], weights=weights))
    return [(key, device_s, common_s - host_s) for key, device_s, host_s in felt]


def _moved(fit: ClockFit, shifts: Sequence[tuple[float, float]], config: SyncMarkConfig) -> ClockFit:
    if not shifts:
        return fit
    device_s, shift_s = np.array(shifts).T
    centre_s, mean_s = float(device_s.mean()), float(shift_s.mean())
    x = device_s - centre_s
    has_drift = float(np.ptp(device_s)) >= config.least_span_s
    slope = float(x @ (shift_s - mean_s) / (x @ x)) if has_drift else 0.0
    # Referred to the same origin as the fit, whose other members then hold.
    offset_s = fit.offset_s + mean_s + slope * (fit.origin_s - centre_s)
    return replace(fit, offset_s=offset_s, drift=fit.drift + slope, error_s=config.mark_sd_s)
