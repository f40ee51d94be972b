"""How many samples a frame should hold, so that its arrival tells something about the clock."""

from dataclasses import dataclass

from firmware_protocol import FrameKind, max_samples

__all__ = ["PackingConfig", "frame_samples"]


@dataclass(frozen=True, slots=True)
class PackingConfig:
    """Which frame periods are avoided.

    Attributes
    ----------
    intervals_s : tuple of float
        Connection intervals that sensors get: 7.5 ms where allowed, 15 ms elsewhere.
    least_phase : float
        A frame period must miss every multiple of an interval by this share of it: then arrival times meet all phases
        within ten frames, and their least delay is a true one.
    """

    intervals_s: tuple[float, ...] = (0.0075, 0.015)
    least_phase: float = 0.1


def frame_samples(kind: FrameKind, rate_hz: float, att_mtu: int, config: PackingConfig | None = None) -> int:
    """Return the samples per frame to ask a sensor for.

    Parameters
    ----------
    kind : FrameKind
    rate_hz : float
    att_mtu : int
    config : PackingConfig, optional

    Returns
    -------
    int
        The most that fit a notification without the frame period being a multiple of a connection interval; the most
        that fit where every number is. At least 1.

    Examples
    --------
    >>> frame_samples(FrameKind.IMU6, 400.0, 247), frame_samples(FrameKind.IMU6, 208.0, 247)
    (17, 18)
    """
    config = config or PackingConfig()
    most = max(max_samples(kind, att_mtu), 1)
    return next((n for n in range(most, most // 2, -1) if _is_free(n / rate_hz, config)), most)


def _is_free(period_s: float, config: PackingConfig) -> bool:
    phases = [period_s / interval_s % 1.0 for interval_s in config.intervals_s]
    return all(config.least_phase <= phase <= 1.0 - config.least_phase for phase in phases)
