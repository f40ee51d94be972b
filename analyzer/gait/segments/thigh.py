"""The swing of a thigh: how far it comes forward and back, and how fast."""

from dataclasses import dataclass

import numpy as np

from analyzer.model import Floats, Indices
from analyzer.signal.filters import lowpass

__all__ = ["ThighConfig", "peak_rate_rad_s", "swing_range_rad"]


@dataclass(frozen=True, slots=True)
class ThighConfig:
    """How a thigh's swing is read.

    Attributes
    ----------
    cutoff_hz : float
        Low-pass of angle and rate: the flesh of a thigh rings at 10 to 20 Hz after a landing, its swing has 2.5 Hz and
        a few harmonics.
    """

    cutoff_hz: float = 12.0


def swing_range_rad(
    flexion_rad: Floats, rate_hz: float, spans: tuple[Indices, Indices], config: ThighConfig
) -> tuple[Floats, Floats]:
    """Return the furthest forward and the furthest back of a thigh in each stride.

    Parameters
    ----------
    flexion_rad : (n,) float array
        Knee ahead of the hip positive, 0 in the stand.
    rate_hz : float
    spans : two (m,) int arrays
        First and past-the-last sample of each stride.
    config : ThighConfig

    Returns
    -------
    peak_flexion_rad, peak_extension_rad : (m,) float array
        Both in the sign of `flexion_rad`: the extension is negative behind the hip. NaN for an empty stride.
    """
    smooth = lowpass(flexion_rad, config.cutoff_hz, rate_hz)
    found = [(smooth[a:b].max(), smooth[a:b].min()) if b > a else (np.nan, np.nan) for a, b in _pairs(spans)]
    both = np.array(found, dtype=np.float64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def peak_rate_rad_s(rate_rad_s: Floats, rate_hz: float, spans: tuple[Indices, Indices], config: ThighConfig) -> Floats:
    """Return the largest size of a thigh's rate of turn in each stride; as `swing_range_rad`."""
    size = np.abs(lowpass(rate_rad_s, config.cutoff_hz, rate_hz))
    return np.array([size[a:b].max() if b > a else np.nan for a, b in _pairs(spans)], dtype=np.float64)


def _pairs(spans: tuple[Indices, Indices]) -> list[tuple[int, int]]:
    return list(zip(spans[0].tolist(), spans[1].tolist(), strict=True))
