"""Everything one practice left behind."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, Self

from analyzer.errors import InputError
from analyzer.model.payload import TimedPayload
from analyzer.model.placement import Placement, placement_of
from analyzer.model.plan import Plan
from analyzer.model.stream import SensorStream
from analyzer.model.timing import Timing

__all__ = ["Athlete", "Mark", "Notice", "Recording"]


@dataclass(frozen=True, slots=True)
class Athlete:
    """Who ran; everything optional, its absence is reported where it costs something."""

    id: str = ""
    height_m: float = float("nan")
    mass_kg: float = float("nan")
    leg_length_m: float = float("nan")
    throwing_side: Literal["left", "right", "unknown"] = "unknown"


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened at a known time: a start signal, a gate, a tap, a note."""

    time_s: float
    kind: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """One sentence of trouble: what happened, whether it matters, what to do.

    Attributes
    ----------
    code : str
        Stable name for programs, such as ``link.lost``.
    text : str
        At most two short sentences in plain words.
    placement : Placement or None
        The sensor it concerns.
    run : int or None
        The run it concerns.
    """

    code: str
    text: str
    placement: Placement | None = None
    run: int | None = None


# Compared by identity: arrays have no single truth value.
@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """Everything one practice left behind.

    Attributes
    ----------
    streams : mapping of Placement to SensorStream
    plan : Plan or None
        None: every run found is analysed and its stage left open.
    athlete : Athlete
    marks : tuple of Mark
    notices : tuple of Notice
        What reading it brought to light.
    simulated : bool
        True for the virtual athlete: shown everywhere.
    source : mapping of str to str
        Where it came from: path, digest, what was assumed. For provenance.
    payloads : tuple of TimedPayload
        As they came off the air, where the recording is a capture: it is analysed from these, as it was live.
    timings : tuple of Timing
        What was timed by hand or by gates; anchors the lengths of these runs.
    """

    streams: Mapping[Placement, SensorStream]
    plan: Plan | None = None
    athlete: Athlete = field(default_factory=Athlete)
    marks: tuple[Mark, ...] = ()
    notices: tuple[Notice, ...] = ()
    simulated: bool = False
    # By factory: before Python 3.12 a mapping view has no hash, and dataclasses refuse such a default.
    source: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    payloads: tuple[TimedPayload, ...] = ()
    timings: tuple[Timing, ...] = ()

    def __post_init__(self) -> None:
        if not self.streams:
            raise InputError("a recording needs at least one sensor")
        # Frozen, hence the detour; a copy behind a view, as the caller may go on changing his own.
        object.__setattr__(self, "streams", MappingProxyType(dict(self.streams)))
        object.__setattr__(self, "source", MappingProxyType(dict(self.source)))

    @classmethod
    def from_arrays(
        cls,
        sensors: Mapping[str, Mapping[str, Any]],
        plan: Plan | None = None,
        athlete: Athlete | None = None,
    ) -> Self:
        """Build a recording from arrays.

        Parameters
        ----------
        sensors : mapping of placement name to signals
            Signals as in `SensorStream.from_arrays`, all sensors on one clock.
        plan : Plan, optional
        athlete : Athlete, optional

        Returns
        -------
        Recording

        Raises
        ------
        InputError
            Unknown placement, wrong key, shape or value.
        SignalQualityError
            Too short, too slow, or all NaN.
        """
        streams = {}
        for name, signals in sensors.items():
            placement = placement_of(name)
            streams[placement] = SensorStream.from_arrays(placement, signals)
        return cls(streams, plan, athlete or Athlete())
