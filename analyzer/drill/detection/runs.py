"""Where in a practice somebody may have run: causal, and the same for any block size.

This finds windows worth a look, cheaply; which of the strides inside were running strides is told by their contacts
(`analyzer.drill.detection.bouts`).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from analyzer.drill.detection.activity import BIN_S, Activity, Bins
from analyzer.errors import InputError
from analyzer.model import Floats, Placement, SensorStream

__all__ = ["RunFinder", "RunFinderConfig", "RunWindow"]

SEGMENTS_BY_RANK = ("foot", "shank", "pelvis", "sternum", "thigh", "wrist")
"""Which sensors tell a run best; the best there are decide alone."""


@dataclass(frozen=True, slots=True)
class RunFinderConfig:
    """What counts as running.

    Attributes
    ----------
    window_s : float
        Movement is averaged over this: about a stride, so that swing and stance even out.
    running_m_s2 : mapping of segment to float
        RMS of specific force less gravity from which somebody may be running. At the foot a jog of 2.5 m/s gives 16
        to 29, walking 8 to 16; at the pelvis a jog 8, walking 1 to 3; shank, thigh, sternum and wrist lie between.
        Too low only costs time: walking strides are sorted out later.
    share_of_peak : float
        A run is over when movement falls below this share of its peak: the slowing steps still belong to it.
    hold_s : float
        For how long movement must stay low.
    lead_s, tail_s : float
        Samples kept before and after: the stand before the start, the last steps of slowing.
    silent_s : float
        A sensor that lags this far behind the others has died or not begun; the others decide.
    """

    window_s: float = 0.8
    running_m_s2: Mapping[str, float] = field(
        default_factory=lambda: MappingProxyType(
            {"foot": 15.0, "shank": 11.0, "pelvis": 4.5, "sternum": 4.5, "thigh": 8.0, "wrist": 15.0}
        )
    )
    share_of_peak: float = 0.20
    hold_s: float = 0.8
    lead_s: float = 3.0
    tail_s: float = 0.8
    silent_s: float = 5.0

    def __post_init__(self) -> None:
        if self.hold_s < self.tail_s:
            raise InputError(
                f"hold_s must be at least tail_s, or a window is handed out before its last samples; "
                f"got {self.hold_s} and {self.tail_s}"
            )


@dataclass(frozen=True, slots=True)
class RunWindow:
    """A stretch of time in which somebody may have run.

    Attributes
    ----------
    start_s, stop_s : float
        With lead and tail; the window before never overlaps it.
    active_from_s, active_to_s : float
        Where movement was high.
    cut : bool
        The recording ended before movement did.
    """

    start_s: float
    stop_s: float
    active_from_s: float
    active_to_s: float
    cut: bool = False


BINS_AT_ONCE = 4096
"""Bins through which an open run is followed in one go: a long recording must not be read anew for each of its runs."""


class RunFinder:
    """Finds run windows while blocks of samples arrive.

    Parameters
    ----------
    config : RunFinderConfig, optional
    expected : collection of Placement, optional
        Sensors to wait for, so that the first block of one does not decide without the others.
    """

    def __init__(self, config: RunFinderConfig | None = None, expected: Collection[Placement] = ()) -> None:
        self._config = config or RunFinderConfig()
        self._sensors: dict[Placement, _Sensor] = {placement: _Sensor() for placement in expected}
        self._done: int | None = None
        self._opened: int | None = None
        self._last_high = 0
        self._peak = 0.0
        self._free_from_s = -np.inf

    def push(self, *blocks: SensorStream) -> list[RunWindow]:
        """Take the next samples of one sensor, or of several, and return the windows that ended.

        Parameters
        ----------
        *blocks : SensorStream
            Blocks of one sensor follow each other in time; sensors may be interleaved as they come, as long as none
            lags more than `RunFinderConfig.silent_s` behind. Blocks given together count as come at once.

        Returns
        -------
        list of RunWindow
        """
        n_new = 0
        for block in blocks:
            sensor = self._sensors.setdefault(block.placement, _Sensor())
            bins = sensor.activity.push(block)
            sensor.add(bins)
            n_new += len(bins.mean_square_m2_s4)
        # Most blocks of a live stream are shorter than a bin and complete none: nothing new to decide.
        return self._advance(self._ready_up_to()) if n_new else []

    def finish(self) -> list[RunWindow]:
        """Return the windows that the end of the recording ends."""
        for sensor in self._sensors.values():
            sensor.add(sensor.activity.finish())
        ended = self._advance(max((sensor.end for sensor in self._heard().values()), default=0))
        if self._opened is not None and self._done is not None:
            ended.append(self._closed(self._done, cut=True))
        return ended

    def _heard(self) -> Mapping[Placement, "_Sensor"]:
        return {placement: sensor for placement, sensor in self._sensors.items() if sensor.heard}

    def _ready_up_to(self) -> int:
        """Every bin waits for every sensor, but for none longer than `silent_s`: so no bin depends on block sizes."""
        heard = self._heard().values()
        if not heard:
            return 0
        late = max(sensor.end for sensor in heard) - round(self._config.silent_s / BIN_S)
        return min(max(sensor.end, late) if sensor.heard else late for sensor in self._sensors.values())

    def _levels(self, first: int, stop: int) -> Floats:
        """Return how much of a run each bin is, told by the best segment that has samples there."""
        levels = np.full(stop - first, np.nan)
        for segment in SEGMENTS_BY_RANK:
            own = [
                sensor.levels(first, stop, self._config.window_s) / self._config.running_m_s2[segment]
                for placement, sensor in self._heard().items()
                if placement.segment == segment
            ]
            if own:
                # Of two feet the one that moves more, and the other one where its samples are lost.
                levels = np.where(np.isnan(levels), np.fmax.reduce(own), levels)
            # Lesser segments are only asked about bins in which the better ones are silent.
            if not np.isnan(levels).any():
                break
        # Where no sensor was heard nobody is known to run: a window must not stay open over a hole.
        return np.asarray(np.nan_to_num(levels, nan=0.0))

    def _advance(self, up_to: int) -> list[RunWindow]:
        first = min((sensor.first for sensor in self._heard().values()), default=up_to)
        if self._done is None and up_to > first:
            self._done = first
        if self._done is None or up_to <= self._done:
            return []
        levels = self._levels(self._done, up_to)
        ended: list[RunWindow] = []
        at = 0
        while at < len(levels):
            at += self._rested(levels[at:]) if self._opened is None else 0
            part = levels[at : at + BINS_AT_ONCE]
            n_taken, over = self._followed(self._done + at, part)
            at += n_taken
            if over:
                ended.append(self._closed(self._done + at - 1))
        self._done = max(self._done, up_to)
        # The level of the next bin still looks back over a window.
        for sensor in self._sensors.values():
            sensor.forget(self._done - round(self._config.window_s / BIN_S))
        return ended

    def _rested(self, levels: Floats) -> int:
        """Return how many bins pass before a run begins."""
        begun = levels >= 1.0
        first = int(np.argmax(begun))
        return first if begun[first] else len(levels)

    def _followed(self, first: int, levels: Floats) -> tuple[int, bool]:
        """Follow a run, open or beginning, through bins from number `first` on: how many it took, and if it is over."""
        if not len(levels):
            return 0, False
        if self._opened is None:
            # Times before zero have bins below zero.
            self._opened, self._last_high, self._peak = first, first, 0.0
        peak = np.maximum.accumulate(np.maximum(levels, self._peak))
        # Against the peak too: the walk after a sprint may lie above the fixed level.
        high = levels >= np.maximum(1.0, self._config.share_of_peak * peak)
        number = np.arange(first, first + len(levels))
        last_high = np.maximum.accumulate(np.where(high, number, self._last_high))
        over = (number - last_high) * BIN_S >= self._config.hold_s
        end = int(np.argmax(over)) if over.any() else len(levels) - 1
        self._peak, self._last_high = float(peak[end]), int(last_high[end])
        return end + 1, bool(over[end])

    def _closed(self, number: int, *, cut: bool = False) -> RunWindow:
        opened = self._opened if self._opened is not None else number
        self._opened = None
        # A level describes the window that ends with its bin: movement began up to one window earlier.
        active_from_s = opened * BIN_S - self._config.window_s
        active_to_s = (self._last_high + 1) * BIN_S
        # The lead must not reach into the window before: a contact would be found twice.
        start_s = max(active_from_s - self._config.lead_s, self._free_from_s)
        stop_s = active_to_s + self._config.tail_s
        self._free_from_s = stop_s
        return RunWindow(start_s, stop_s, active_from_s, active_to_s, cut)


class _Sensor:
    """Bins of one sensor that are still needed."""

    def __init__(self) -> None:
        self.activity = Activity()
        self.first = 0
        self._squares: list[float] = []
        self.heard = False

    @property
    def end(self) -> int:
        """Number of the first bin that is not complete."""
        return self.first + len(self._squares)

    def add(self, bins: Bins) -> None:
        """Append complete bins."""
        if not len(bins.mean_square_m2_s4):
            return
        if not self.heard:
            self.first, self.heard = bins.first, True
        self._squares += bins.mean_square_m2_s4.tolist()

    def levels(self, first: int, stop: int, window_s: float) -> Floats:
        """Return the RMS movement over the window that ends with each bin; NaN where nothing arrived."""
        width = round(window_s / BIN_S)
        # The first level looks back over a window, so bins before `first` are needed.
        squares = np.full(stop - first + width - 1, np.nan)
        # Where our first bin falls among them; negative where older bins are still held.
        at = self.first - (first - width + 1)
        known = np.array(self._squares[max(0, -at) : max(0, len(squares) - at)])
        squares[max(0, at) : max(0, at) + len(known)] = known
        there = np.isfinite(squares)
        filled = np.where(there, squares, 0.0)
        n_bins = stop - first
        # Added slice by slice: each level is the same sum in the same order, wherever blocks were cut.
        total, count = np.zeros(n_bins), np.zeros(n_bins)
        for shift in range(width):
            total += filled[shift : shift + n_bins]
            count += there[shift : shift + n_bins]
        return np.asarray(np.sqrt(np.divide(total, count, out=np.full(n_bins, np.nan), where=count > 0)))

    def forget(self, before: int) -> None:
        """Drop bins before a number."""
        drop = max(0, min(before - self.first, len(self._squares)))
        self._squares = self._squares[drop:]
        self.first += drop
