"""The link to one sensor as a state machine: events in, what to do next out.

Nothing here waits, connects or reads a clock, so that every way through it can be tried without a radio.
"""

from dataclasses import dataclass, replace
from enum import Enum, auto

__all__ = ["Action", "Event", "Link", "LinkConfig", "Phase", "advance", "silence_s"]


class Phase(Enum):
    """How far a link has come."""

    WAITING = auto()
    """Not connected; a try is due at `Link.due_s`."""

    CONNECTING = auto()
    """Connecting, reading records, subscribing and starting, all in one."""

    STREAMING = auto()
    """Samples come."""

    DROPPING = auto()
    """The old connection is being cleared away."""

    STOPPING = auto()
    """The sensor is asked to stop, and disconnected."""

    STOPPED = auto()
    """Done; nothing leads out of here."""


class Event(Enum):
    """What can happen to a link."""

    TICK = auto()
    """Time has passed."""

    STARTED = auto()
    """The sensor has answered START."""

    FAILED = auto()
    """Connecting or starting did not work."""

    DATA = auto()
    """A payload came."""

    LOST = auto()
    """The radio says that the connection is gone."""

    CLEARED = auto()
    """The old connection has been cleared away."""

    STOP = auto()
    """The recording is to end."""

    CLOSED = auto()
    """The sensor has been stopped and disconnected."""


class Action(Enum):
    """What whoever drives the link has to do; the event that it ends with leads on."""

    NOTHING = auto()
    CONNECT = auto()
    """Connect, subscribe, start: ends with STARTED or FAILED."""

    CLEAR = auto()
    """Disconnect the old client even though it is gone, or notifications come twice after the next connect: CLEARED."""

    CLOSE = auto()
    """Stop the sensor and disconnect: CLOSED."""


@dataclass(frozen=True, slots=True)
class LinkConfig:
    """How long is waited for what.

    Attributes
    ----------
    first_retry_s : float
        After the first failure: a sensor that was out of reach for a moment is back at once.
    longest_retry_s : float
        The wait doubles up to here: short enough not to miss a run after the athlete has walked back.
    jitter : float
        Share by which waits differ at random, so that several sensors do not try in step.
    least_silence_s : float
        No sensor is taken for lost before that much silence; a stack may keep payloads back for a good half second.
    silent_periods : float
        Nor before this many packet periods.
    """

    first_retry_s: float = 0.25
    longest_retry_s: float = 8.0
    jitter: float = 0.25
    least_silence_s: float = 1.0
    silent_periods: float = 10.0


@dataclass(frozen=True, slots=True)
class Link:
    """Where a link stands.

    Attributes
    ----------
    phase : Phase
    due_s : float
        When WAITING ends.
    n_failures : int
        In a row; the wait grows with it.
    n_losses : int
        Since the beginning.
    heard_s : float
        When the last payload came.
    packet_period_s : float
        Expected time from payload to payload.
    """

    phase: Phase = Phase.WAITING
    due_s: float = 0.0
    n_failures: int = 0
    n_losses: int = 0
    heard_s: float = 0.0
    packet_period_s: float = 0.1


def silence_s(packet_period_s: float, config: LinkConfig) -> float:
    """Return how long nothing may come before the link counts as lost.

    >>> silence_s(0.085, LinkConfig()), silence_s(0.25, LinkConfig())
    (1.0, 2.5)
    """
    return max(config.least_silence_s, config.silent_periods * packet_period_s)


def advance(link: Link, event: Event, now_s: float, config: LinkConfig, chance: float = 0.5) -> tuple[Link, Action]:
    """Return where the link stands after an event, and what to do.

    Parameters
    ----------
    link : Link
    event : Event
    now_s : float
        Host clock.
    config : LinkConfig
    chance : float
        Between 0 and 1, drawn anew for each call; spreads the waits.

    Returns
    -------
    Link, Action
        An event that means nothing in a phase changes nothing: stacks report losses twice, late, or never.
    """
    if event is Event.STOP:
        return _stopped(link)
    match link.phase, event:
        case Phase.WAITING, Event.TICK if now_s >= link.due_s:
            return replace(link, phase=Phase.CONNECTING), Action.CONNECT
        case Phase.CONNECTING, Event.STARTED:
            # The watchdog counts from here: a sensor that starts and never sends is lost too.
            return replace(link, phase=Phase.STREAMING, heard_s=now_s), Action.NOTHING
        case Phase.CONNECTING, Event.FAILED:
            return replace(link, phase=Phase.DROPPING, n_failures=link.n_failures + 1), Action.CLEAR
        case Phase.STREAMING, Event.DATA:
            # Only data proves a link good; one that fails right after each start keeps its growing waits.
            return replace(link, heard_s=now_s, n_failures=0), Action.NOTHING
        case Phase.STREAMING, Event.LOST:
            return _lost(link)
        case Phase.STREAMING, Event.TICK if now_s - link.heard_s > silence_s(link.packet_period_s, config):
            # Flags of stacks stay true over the death of their daemon: data decides.
            return _lost(link)
        case Phase.DROPPING, Event.CLEARED:
            return replace(link, phase=Phase.WAITING, due_s=now_s + _wait_s(link, config, chance)), Action.NOTHING
        case Phase.STOPPING, Event.CLOSED:
            return replace(link, phase=Phase.STOPPED), Action.NOTHING
    return link, Action.NOTHING


def _lost(link: Link) -> tuple[Link, Action]:
    return replace(link, phase=Phase.DROPPING, n_losses=link.n_losses + 1, n_failures=link.n_failures + 1), Action.CLEAR


def _stopped(link: Link) -> tuple[Link, Action]:
    if link.phase in {Phase.STOPPING, Phase.STOPPED}:
        return link, Action.NOTHING
    return replace(link, phase=Phase.STOPPING), Action.CLOSE


def _wait_s(link: Link, config: LinkConfig, chance: float) -> float:
    # The exponent is bounded, as a night of failures would overflow a float.
    doubled_s = config.first_retry_s * 2.0 ** min(max(link.n_failures - 1, 0), 16)
    return min(doubled_s, config.longest_retry_s) * (1 + config.jitter * (2 * chance - 1))
