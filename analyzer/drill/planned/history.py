"""What the same athlete ran before: the best of the last weeks to hold today's runs against."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from analyzer.model import Athlete

__all__ = ["HistoryConfig", "PastPractice", "PastRun", "recent_runs"]


@dataclass(frozen=True, slots=True)
class HistoryConfig:
    """Which earlier runs count.

    Attributes
    ----------
    days : int
        So far back: longer, and training or a lay-off will have changed what the best is.
    max_speed_sd_share : float
        A speed known no better than this may be the best by its error alone.
    """

    days: int = 28
    max_speed_sd_share: float = 0.05


@dataclass(frozen=True, slots=True)
class PastRun:
    """One run of an earlier practice.

    Attributes
    ----------
    recorded_on : date
    source : str
        Name of the results it was read from.
    run : int
        Its number there.
    direction : str
    distance_m, peak_speed_m_s, peak_speed_sd_m_s : float
        NaN where unknown.
    """

    recorded_on: date
    source: str
    run: int
    direction: str
    distance_m: float
    peak_speed_m_s: float
    peak_speed_sd_m_s: float

    @property
    def label(self) -> str:
        """Day, practice and number, such as ``2026-04-12 tuesday run 3``."""
        return f"{self.recorded_on.isoformat()} {self.source} run {self.run}"


@dataclass(frozen=True, slots=True)
class PastPractice:
    """One earlier practice as its results tell of it.

    Attributes
    ----------
    athlete : str
        Code as given; empty where none was.
    recorded_on : date
    sha256 : str
        Of the recording; empty where unknown.
    simulated : bool
    runs : tuple of PastRun
    """

    athlete: str
    recorded_on: date
    sha256: str
    simulated: bool
    runs: tuple[PastRun, ...]


def recent_runs(
    practices: Iterable[PastPractice],
    athlete: Athlete,
    today: date,
    *,
    sha256: str = "",
    simulated: bool = False,
    config: HistoryConfig | None = None,
) -> tuple[PastRun, ...]:
    """Return the runs of the same athlete in the days up to today.

    Parameters
    ----------
    practices : iterable of PastPractice
    athlete : Athlete
        Without an id nothing is the same athlete's.
    today : date
        Day of the recording at hand, which need not be the day it is analysed.
    sha256 : str
        Of the recording at hand: its own earlier results are no history.
    simulated : bool
        Simulated runs and real ones never mix.
    config : HistoryConfig, optional

    Returns
    -------
    tuple of PastRun
        Those of known speed, in order of day; runs of equal label once.
    """
    config = config or HistoryConfig()
    first = today - timedelta(days=config.days)
    found = [
        run
        for practice in practices
        # An unnamed athlete is anybody.
        if athlete.id and practice.athlete == athlete.id and practice.simulated == simulated
        if first <= practice.recorded_on <= today and not (sha256 and practice.sha256 == sha256)
        for run in practice.runs
        # Written so that an unknown speed or error fails.
        if run.peak_speed_sd_m_s <= config.max_speed_sd_share * run.peak_speed_m_s
    ]
    return tuple(sorted(dict.fromkeys(found), key=lambda run: (run.recorded_on, run.source, run.run)))
