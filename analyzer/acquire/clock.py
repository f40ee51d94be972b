"""One sensor's clock against the host's, out of arrival times, and of exchanges where it answers them.

A payload arrives after its last sample was taken: never earlier than the shortest way through the radio, often
later. The least delay seen in each few seconds is therefore a good reading of the clock difference, and a robust
line through these minima gives offset and drift. Where the sensor answers synchronisation requests, these tell the
least delay itself, which is then taken off.
"""

from collections import deque
from dataclasses import dataclass, replace

import numpy as np

from analyzer.acquire.exchanges import Request, centred
from analyzer.model import Floats
from firmware_protocol import SyncExchange

__all__ = ["ClockConfig", "ClockCorrection", "ClockFit", "SensorClock", "fit_clock", "whole_nanoseconds"]

_MAD_TO_SD = 1.4826
"""Median absolute deviation -> standard deviation of normal errors."""


@dataclass(frozen=True, slots=True)
class ClockConfig:
    """How a sensor's clock is read from arrival times.

    Attributes
    ----------
    bin_s : float
        One minimum is kept per bin: long enough to hold some 50 payloads, short enough for 12 readings a minute.
    drift_after_s : float
        Before that much device time only the offset is taken: a slope from less is jitter.
    n_bins : int
        Readings remembered, half an hour: crystals follow the temperature, older readings tell of another rate.
    expected_drift : float
        Standard deviation of drift over crystals, 50 ppm; draws the slope to zero while readings are few.
    least_noise_s : float
        Scatter of the minima is never taken as smaller: the host's own stamping jitters by about this.
    huber_limit : float
        Residuals beyond this many standard deviations count less: the usual 95 % efficiency choice.
    unknown_delay_s : float
        What no fit of arrivals can see: how far the least delays of two links differ without a common tap.
    locked_spread_s, locked_delay_s : float
        Arrivals whose median lies less than the first above the least came always in the same phase of the connection
        interval: evenly spread over the shortest, 7.5 ms, it would be 3.75 ms. How late that phase is nobody knows;
        the second is an even draw from the usual 15 ms, root of the mean square.
    least_exchanges : int
        Fewer say too little of the way there.
    n_exchanges : int
        Remembered, half an hour of one every ten seconds and the first burst.
    """

    bin_s: float = 5.0
    drift_after_s: float = 10.0
    n_bins: int = 360
    expected_drift: float = 50e-6
    least_noise_s: float = 1e-4
    huber_limit: float = 1.345
    unknown_delay_s: float = 2e-3
    locked_spread_s: float = 2.5e-3
    locked_delay_s: float = 8.7e-3
    least_exchanges: int = 4
    n_exchanges: int = 200


@dataclass(frozen=True, slots=True)
class ClockFit:
    """A straight line from one clock to another.

    Attributes
    ----------
    origin_s : float
        Time on the clock that is left, where `offset_s` holds.
    offset_s : float
        Added to the time at the origin.
    drift : float
        Added seconds per second after the origin, so 20e-6 for 20 ppm.
    error_s : float
        Standard error of the mapping at the newest reading; in the fit of a `SensorClock` with what nobody can know
        of the least delay.
    """

    origin_s: float
    offset_s: float
    drift: float = 0.0
    error_s: float = float("nan")

    def delay_at(self, time_s: float) -> float:
        """Return what is added to a time."""
        return self.offset_s + self.drift * (time_s - self.origin_s)

    def to_host(self, time_s: Floats) -> Floats:
        """Return times on the other clock.

        Examples
        --------
        >>> ClockFit(origin_s=100.0, offset_s=5.0, drift=1e-3).to_host(np.array([100.0, 110.0]))
        array([105.  , 115.01])
        """
        return np.asarray(time_s + (self.offset_s + self.drift * (time_s - self.origin_s)))


@dataclass(frozen=True, slots=True)
class ClockCorrection:
    """From the times that an assembler gave to the samples of one sensor to the host clock.

    Attributes
    ----------
    starts_s : (k,) float array
        First emitted time of each piece, rising; a sensor that restarts begins a new piece.
    fits : tuple of k ClockFit
        One line per piece, on emitted times.
    """

    starts_s: Floats
    fits: tuple[ClockFit, ...]

    @property
    def error_s(self) -> float:
        """Standard error of the newest piece."""
        return self.fits[-1].error_s

    def to_host(self, time_s: Floats) -> Floats:
        """Return emitted times on the host clock.

        Parameters
        ----------
        time_s : (n,) float array
            As emitted, strictly rising.

        Returns
        -------
        (n,) float array
            Strictly rising too, also where one piece meets the next.
        """
        piece = np.clip(np.searchsorted(self.starts_s, time_s, side="right") - 1, 0, None)
        host_s = np.empty_like(time_s)
        for number, fit in enumerate(self.fits):
            host_s[piece == number] = fit.to_host(time_s[piece == number])
        return _rising(host_s)


class SensorClock:
    """The clock of one sensor from its start to its next reset; read it at any time.

    Examples
    --------
    >>> clock = SensorClock()
    >>> for device_s in np.arange(0.0, 60.0, 0.1):
    ...     clock.add(device_s, received_s=50.0 + device_s * (1 + 20e-6))
    >>> round(float(clock.to_host(np.array([60.0]))[0]), 5)
    110.0012
    """

    def __init__(self, config: ClockConfig | None = None) -> None:
        self._config = config or ClockConfig()
        # Per bin: when it began, the least delay in it, when that was, and out of how many.
        self._bins: deque[_Bin] = deque(maxlen=self._config.n_bins)
        self._requests: deque[Request] = deque(maxlen=self._config.n_exchanges)
        self._fit: ClockFit | None = None
        self._first_s = np.nan
        self._newest_s = np.nan

    @property
    def span_s(self) -> float:
        """Device time from the first to the newest reading; NaN before the first."""
        return float(self._newest_s - self._first_s)

    @property
    def least_delay_s(self) -> float:
        """Least received minus device time that is remembered; NaN before the first reading."""
        return min((entry.delay_s for entry in self._bins), default=float("nan"))

    @property
    def error_s(self) -> float:
        """Standard error of the mapping at the newest reading; NaN before the first."""
        return self.fit().error_s if self._bins else float("nan")

    def add(self, device_s: float, received_s: float) -> None:
        """Take one reading: device time of a payload's last sample, and when the payload arrived."""
        self._fit = None
        if not self._bins:
            self._first_s = self._newest_s = device_s
        self._newest_s = max(self._newest_s, device_s)
        delay_s = received_s - device_s
        # Bins are cut in device time, which no delay on the radio can move.
        if not self._bins or device_s >= self._bins[-1].start_s + self._config.bin_s:
            if self._bins:
                self._bins[-1].close()
            self._bins.append(_Bin(device_s, device_s, delay_s, [delay_s]))
            return
        newest = self._bins[-1]
        newest.delays_s.append(delay_s)
        if delay_s < newest.delay_s:
            newest.device_s, newest.delay_s = device_s, delay_s

    def add_exchange(self, exchange: SyncExchange) -> None:
        """Take the four times of one synchronisation exchange, whose host times are on the clock of the arrivals."""
        self._fit = None
        self._requests.append(Request(exchange.device_rx_us / 1e6, (exchange.host_tx_us - exchange.device_rx_us) / 1e6))

    def fit(self) -> ClockFit:
        """Return the line from device time to host time as far as it is known now.

        Raises
        ------
        ValueError
            Nothing was added yet.
        """
        if not self._bins:
            raise ValueError("a clock without readings has no mapping; add one first")
        if self._fit is None:
            bins = _settled(self._bins)
            line = fit_clock(
                np.array([entry.device_s for entry in bins]),
                np.array([entry.delay_s for entry in bins]),
                self._config,
            )
            self._fit = self._with_delay(line, float(np.median([entry.spread_s for entry in bins])))
        return self._fit

    def to_host(self, device_s: Floats) -> Floats:
        """Return device times on the host clock, with what is known now."""
        return self.fit().to_host(device_s)

    def _with_delay(self, line: ClockFit, spread_s: float) -> ClockFit:
        """Return the line with what is known of the least delay: taken off where exchanges tell it, else stated."""
        config = self._config
        if len(self._requests) < config.least_exchanges:
            unknown_s = config.locked_delay_s if spread_s < config.locked_spread_s else config.unknown_delay_s
            return replace(line, error_s=float(np.hypot(line.error_s, unknown_s)))
        requests = [replace(one, bound_s=line.delay_at(one.device_s) - one.bound_s) for one in self._requests]
        delay_s, delay_sd_s = centred(requests, spread_s, config.unknown_delay_s)
        return replace(line, offset_s=line.offset_s - delay_s, error_s=float(np.hypot(line.error_s, delay_sd_s)))


def fit_clock(device_s: Floats, delay_s: Floats, config: ClockConfig) -> ClockFit:
    """Return the robust line through least delays.

    Parameters
    ----------
    device_s, delay_s : (n,) float array
        Device time and received minus device time of the readings, in order of time, n at least 1.
    config : ClockConfig

    Returns
    -------
    ClockFit
        Without drift if the readings span less than `ClockConfig.drift_after_s`; its error is that of the line alone.

    Notes
    -----
    Iteratively reweighted least squares with Huber's weights; the slope is held by a normal prior of
    `ClockConfig.expected_drift`, which matters in the first minute only.
    """
    span_s = float(device_s[-1] - device_s[0])
    if span_s < config.drift_after_s:
        # Too short to tell drift from jitter: the unseen drift over that time becomes part of the error.
        unread_s = config.expected_drift * max(span_s, config.bin_s)
        return ClockFit(float(device_s[-1]), float(delay_s.min()), 0.0, unread_s)
    # Centred, so that the errors of offset and slope are hardly coupled and long uptimes cost no digits.
    origin_s = float(device_s.mean())
    x = device_s - origin_s
    weights = np.ones_like(x)
    line, noise_s = np.array([np.median(delay_s), 0.0]), np.inf
    # Twelve rounds change the line by less than a microsecond; a fixed number keeps results repeatable.
    for _ in range(12):
        # In units of the data's weights; before the first residuals nobody knows how much the data scatter.
        prior = 0.0 if np.isinf(noise_s) else (noise_s / config.expected_drift) ** 2
        line = _weighted_line(x, delay_s, weights, prior)
        residual = delay_s - line[0] - line[1] * x
        noise_s = max(_MAD_TO_SD * float(np.median(np.abs(residual))), config.least_noise_s)
        weights = np.minimum(1.0, config.huber_limit * noise_s / np.maximum(np.abs(residual), 1e-12))
    # Textbook error of a fitted line at its newest reading; leaving the prior out errs on the wide side.
    at_end = noise_s * np.sqrt(1 / weights.sum() + x[-1] ** 2 / (weights @ x**2))
    return ClockFit(origin_s, float(line[0]), float(line[1]), float(at_end))


def whole_nanoseconds(time_s: float) -> float:
    """Return a time rounded to whole nanoseconds, the finest a capture keeps.

    Live payloads pass through it as well, so that a replay sees the very same arrival times.

    Examples
    --------
    >>> whole_nanoseconds(1.23456789012)
    1.23456789
    """
    return round(time_s * 1e9) / 1e9


@dataclass(slots=True)
class _Bin:
    start_s: float
    device_s: float
    delay_s: float
    delays_s: list[float]
    n_closed: int = 0
    closed_spread_s: float = 0.0

    @property
    def n(self) -> int:
        return self.n_closed or len(self.delays_s)

    @property
    def spread_s(self) -> float:
        """How far the delays lie above the least: the median, as a stall is not scatter."""
        return self.closed_spread_s if self.n_closed else float(np.median(self.delays_s)) - self.delay_s

    def close(self) -> None:
        """Forget the single delays: half an hour of them would only take room."""
        self.closed_spread_s, self.n_closed = self.spread_s, len(self.delays_s)
        self.delays_s.clear()


def _settled(bins: deque[_Bin]) -> list[_Bin]:
    """Return the bins whose minimum can be trusted: with few payloads the least delay is still a long one."""
    # The fullest bin is never below half the median, so at least one is left.
    half = float(np.median([entry.n for entry in bins])) / 2
    return [entry for entry in bins if entry.n >= half]


def _weighted_line(x: Floats, y: Floats, weights: Floats, prior: float) -> Floats:
    """Return intercept and slope; `prior` is the slope's weight toward zero."""
    normal = np.array([[weights.sum(), weights @ x], [weights @ x, weights @ x**2 + prior]])
    return np.asarray(np.linalg.solve(normal, np.array([weights @ y, weights @ (x * y)])))


def _rising(time_s: Floats) -> Floats:
    least_step_s = 1e-6  # one tick of the finest sensor clock
    if time_s.size < 2 or np.diff(time_s).min() >= least_step_s:
        return time_s
    floor_s = least_step_s * np.arange(time_s.size)
    # A running maximum alone would make ties; taken above a ramp of one step per sample it cannot.
    return np.asarray(np.maximum.accumulate(time_s - floor_s) + floor_s)
