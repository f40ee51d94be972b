"""What lost and clipped samples leave of contacts and strides."""

from dataclasses import dataclass

import numpy as np

from analyzer.model import Bools, Floats, Indices
from analyzer.signal.grid import GridSignals

__all__ = ["QualityConfig", "contact_qualities", "told_lengths"]


@dataclass(frozen=True, slots=True)
class QualityConfig:
    """When samples are too poor for a contact or a stride length.

    Attributes
    ----------
    gap_margin_s : float
        A lost sample this close to a contact moves its events: one lost packet has moved a peak by half a contact.
    clipped_share : float
        From this share of clipped samples on the shape of a contact is lost.
    untold_share : float
        From this share of lost samples in a stride on its length is not told.
    untold_clipped_share : float
        Likewise of samples with a clipped accelerometer: beyond a quarter, a good part of the swing was cut off.
    untold_turned_share : float
        Likewise of samples with a clipped gyroscope: the whole swing takes up less than half of a stride, and what is
        hidden below that widens the interval.
    """

    gap_margin_s: float = 0.03
    clipped_share: float = 0.25
    untold_share: float = 0.10
    untold_clipped_share: float = 0.25
    untold_turned_share: float = 0.40


def contact_qualities(signals: GridSignals, contact: Floats, toe_off: Floats, config: QualityConfig) -> tuple[str, ...]:
    """Return the quality of each contact.

    Parameters
    ----------
    signals : GridSignals
    contact, toe_off : (m,) float array
        Fractional sample indices, NaN where not seen; one of the two is there.
    config : QualityConfig

    Returns
    -------
    tuple of str
        The first that holds of ``gap``, ``clipped``, ``edge``; else ``ok``.
    """
    margin = config.gap_margin_s * signals.rate_hz
    # fmin and fmax take the event that was seen where the other is NaN.
    start, stop = np.fmin(contact, toe_off) - margin, np.fmax(contact, toe_off) + margin
    n = signals.n_samples
    first, last = np.clip(start, 0, n).astype(np.intp), np.clip(stop, 0, n - 1).astype(np.intp) + 1
    clipped = np.asarray(signals.clipped.any(axis=1))
    conditions = [
        _counted(signals.lost, first, last) > 0,
        _counted(clipped, first, last) > config.clipped_share * (last - first),
        np.isnan(contact) | np.isnan(toe_off) | (start < 0) | (stop >= n),
    ]
    return tuple(str(word) for word in np.select(conditions, ["gap", "clipped", "edge"], "ok"))


def told_lengths(signals: GridSignals, first: Indices, last: Indices, config: QualityConfig) -> Bools:
    """Return which strides, each from one sample to another, kept enough of their samples to have a length."""
    n_samples = last - first
    told = _counted(signals.lost, first, last) <= config.untold_share * n_samples
    for axes, share in ((slice(0, 3), config.untold_clipped_share), (slice(3, 6), config.untold_turned_share)):
        clipped = np.asarray(signals.clipped[:, axes].any(axis=1))
        told &= _counted(clipped, first, last) <= share * n_samples
    return told


def _counted(mask: Bools, first: Indices, last: Indices) -> Indices:
    """Return how many samples of a mask are true in each half-open range."""
    # Few are true: looking ranges up among them is faster than a running count over all.
    true = np.flatnonzero(mask)
    return np.asarray(np.searchsorted(true, last) - np.searchsorted(true, first))
