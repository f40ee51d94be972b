"""How the pelvis rises and falls, and is slowed, in each step."""

from dataclasses import dataclass

import numpy as np

from analyzer.model import Floats, Indices
from analyzer.signal.filters import lowpass

__all__ = ["PelvisMotionConfig", "braking_m_s", "vertical_oscillation_m"]


@dataclass(frozen=True, slots=True)
class PelvisMotionConfig:
    """How the motion of a pelvis is read.

    Attributes
    ----------
    cutoff_hz : float
        Low-pass of the fore-aft acceleration: the pelvis rings after a landing, braking lasts 30 to 80 ms.
    """

    cutoff_hz: float = 20.0


def vertical_oscillation_m(upward_m_s2: Floats, rate_hz: float, spans: tuple[Indices, Indices]) -> Floats:
    """Return how far a pelvis rises and falls in each step, lowest to highest.

    Parameters
    ----------
    upward_m_s2 : (n,) float array
        Vertical acceleration, gravity taken off.
    rate_hz : float
    spans : two (m,) int arrays
        First and past-the-last sample of each step.

    Returns
    -------
    (m,) float array
        NaN for a step of fewer than four samples.

    Notes
    -----
    Twice integrated step by step, the mean of acceleration and velocity taken off: a step begins and ends alike. That
    is the high-pass of a steady run without its ringing at the ends.
    """
    return np.array([_rise_m(upward_m_s2[a:b], rate_hz) for a, b in _pairs(spans)], dtype=np.float64)


def braking_m_s(
    forward_m_s2: Floats,
    rate_hz: float,
    spans: tuple[Indices, Indices, Indices],
    slope_m_s2: Floats,
    config: PelvisMotionConfig,
) -> Floats:
    """Return the speed that a pelvis loses in each contact before it gains it again.

    Parameters
    ----------
    forward_m_s2 : (n,) float array
        Acceleration along the run.
    rate_hz : float
    spans : three (m,) int arrays
        First sample of each step, past-the-last of its contact and of the step.
    slope_m_s2 : (m,) float array
        Mean acceleration of the body over the step: a tilt error of a degree would change the sensor's by 0.17.
    config : PelvisMotionConfig

    Returns
    -------
    (m,) float array
        Positive or 0; NaN where the slope or the contact is not known.

    Notes
    -----
    The pelvis is not the centre of mass: for comparison of one athlete with himself only.
    """
    smooth = lowpass(forward_m_s2, config.cutoff_hz, rate_hz)
    rows = zip(*(bound.tolist() for bound in spans), slope_m_s2.tolist(), strict=True)
    found = []
    for start, lifted, stop, slope in rows:
        known = start < lifted <= stop
        restored = smooth[start:lifted] - smooth[start:stop].mean() + slope if known else np.array([np.nan])
        found.append(-float(np.minimum(restored, 0.0).sum()) / rate_hz)
    # A step that is never slowed loses 0, not -0.
    return np.array(found, dtype=np.float64) + 0.0


def _rise_m(acceleration: Floats, rate_hz: float) -> float:
    if len(acceleration) < _LEAST_SAMPLES:
        return float("nan")
    velocity = np.cumsum(acceleration - acceleration.mean()) / rate_hz
    height = np.cumsum(velocity - velocity.mean()) / rate_hz
    return float(np.ptp(height))


_LEAST_SAMPLES = 4


def _pairs(spans: tuple[Indices, Indices]) -> list[tuple[int, int]]:
    return list(zip(spans[0].tolist(), spans[1].tolist(), strict=True))
