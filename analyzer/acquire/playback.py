"""Captures read back, up to their end or to where they were cut."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any, BinaryIO

from analyzer.acquire.container import (
    MAGIC,
    Channel,
    Ending,
    Message,
    Opcode,
    RecordWalk,
    parse_channel,
    parse_header,
    parse_message,
    parse_metadata,
)
from analyzer.acquire.document import athlete_from, json_object, link_event_from, mark_from, plan_from
from analyzer.errors import CaptureError, InputError
from analyzer.model import Athlete, Characteristic, LinkEvent, Mark, Notice, Plan, TimedPayload

__all__ = ["FORMAT", "PROFILE", "Capture", "CaptureEvent", "HostClock", "read_capture"]

PROFILE = "psr"
"""Profile that the file header names, and first part of the topics that hold no payloads."""

FORMAT = 1
"""Version of the layout of channels and metadata; a higher one is refused."""


@dataclass(frozen=True, slots=True)
class HostClock:
    """One reading of the host's two clocks: that of `TimedPayload.received_s`, and civil time (UTC, Unix epoch)."""

    received_s: float
    utc_s: float


CaptureEvent = TimedPayload | Mark | LinkEvent
"""What comes out of a capture in the order in which it happened."""


@dataclass(frozen=True, slots=True)
class Capture:
    """What a capture file holds; its payloads stay on disk until they are asked for.

    Attributes
    ----------
    path : Path
    plan : Plan or None
    athlete : Athlete
    simulated : bool
    marks : tuple of Mark
    links : tuple of LinkEvent
    host_clock : tuple of HostClock
    psr_version, started_utc : str
        What wrote it; when, empty where not said.
    n_payloads : int
    complete : bool
        False if the file was cut or damaged; `notices` says so in words.
    notices : tuple of Notice
        Codes ``capture.cut`` and ``capture.damaged``.
    size_bytes : int
        How much of the file was there when it was read.
    """

    path: Path
    plan: Plan | None
    athlete: Athlete
    simulated: bool
    marks: tuple[Mark, ...]
    links: tuple[LinkEvent, ...]
    host_clock: tuple[HostClock, ...]
    psr_version: str
    started_utc: str
    n_payloads: int
    complete: bool
    notices: tuple[Notice, ...]
    size_bytes: int

    def events(self) -> Iterator[CaptureEvent]:
        """Read payloads, marks and link events from disk, one at a time, in the order in which they happened."""
        with _opened(self.path) as file:
            # Up to the size first seen, so that events and counts agree while the file still grows.
            for item in _items(RecordWalk(file, self.size_bytes)):
                if isinstance(item, (TimedPayload, Mark, LinkEvent)):
                    yield item

    def payloads(self) -> Iterator[TimedPayload]:
        """Read payloads from disk, one at a time, in the order in which they came."""
        return (event for event in self.events() if isinstance(event, TimedPayload))


def read_capture(path: str | PathLike[str]) -> Capture:
    """Read a capture up to its end, or up to where it was cut or damaged.

    Parameters
    ----------
    path : path-like

    Returns
    -------
    Capture

    Raises
    ------
    CaptureError
        No such file, no capture, one of another program or a later version, or cut before anything was recorded.
    """
    path = Path(path)
    with _opened(path) as file:
        walk = RecordWalk(file, path.stat().st_size)
        found = _Found()
        for item in _items(walk):
            found.take(item)
    # Not before the loop is over: only then does the walk know how it ended.
    about = _checked_about(path, found.about, walk.ending)
    return Capture(
        path=path,
        plan=found.plan,
        athlete=found.athlete,
        simulated=about.get("simulated") == "true",
        marks=tuple(found.marks),
        links=tuple(found.links),
        host_clock=tuple(found.host_clock),
        psr_version=about.get("psr_version", ""),
        started_utc=about.get("started_utc", ""),
        n_payloads=found.n_payloads,
        complete=walk.ending is Ending.CLOSED and not found.n_unreadable,
        notices=_notices(walk, found.n_unreadable),
        size_bytes=walk.size_bytes,
    )


@dataclass(frozen=True, slots=True)
class _About:
    """A piece of what the file says of itself."""

    entries: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Unreadable:
    """A whole record whose content makes no sense."""


_Item = CaptureEvent | Plan | Athlete | HostClock | _About | _Unreadable


@dataclass(slots=True)
class _Found:
    """What a walk has brought to light so far; payloads are only counted."""

    about: dict[str, str] = field(default_factory=dict)
    plan: Plan | None = None
    athlete: Athlete = field(default_factory=Athlete)
    marks: list[Mark] = field(default_factory=list)
    links: list[LinkEvent] = field(default_factory=list)
    host_clock: list[HostClock] = field(default_factory=list)
    n_payloads: int = 0
    n_unreadable: int = 0

    def take(self, item: _Item) -> None:
        """Put an item where it belongs."""
        match item:
            case TimedPayload():
                self.n_payloads += 1
            case Mark():
                self.marks.append(item)
            case LinkEvent():
                self.links.append(item)
            case HostClock():
                self.host_clock.append(item)
            case Plan():
                self.plan = item
            case Athlete():
                self.athlete = item
            case _About():
                self.about.update(item.entries)
            case _Unreadable():
                self.n_unreadable += 1


def _items(walk: RecordWalk) -> Iterator[_Item]:
    channels: dict[int, Channel] = {}
    for opcode, content in walk:
        try:
            item = _item(opcode, content, channels)
        except (ValueError, KeyError, InputError):
            # One senseless record costs only itself: its length was right, so the next one is found.
            item = _Unreadable()
        if item is not None:
            yield item


def _item(opcode: int, content: bytes, channels: dict[int, Channel]) -> _Item | None:
    """Return what a record says; None for records that are none of ours."""
    match opcode:
        case Opcode.MESSAGE:
            message = parse_message(content)
            return _said(message, channels[message.channel_id])
        case Opcode.CHANNEL:
            channel = parse_channel(content)
            channels[channel.id] = channel
        case Opcode.HEADER:
            return _About({"profile": parse_header(content)})
        case Opcode.METADATA:
            name, entries = parse_metadata(content)
            return _About(entries) if name == PROFILE else None
        case Opcode.CHUNK:
            # Its messages are not unpacked; noted, so that the file is refused instead of seeming empty.
            return _About({"chunked": "true"})
    return None


def _said(message: Message, channel: Channel) -> _Item | None:
    if "sensor" in channel.metadata:
        characteristic = Characteristic(channel.metadata["characteristic"])
        # The division of `whole_nanoseconds`: a replay sees bit for bit the times of the live run.
        sensor, schema = channel.metadata["sensor"], channel.metadata.get("schema", "")
        return TimedPayload(sensor, message.data, message.log_time_ns / 1e9, characteristic, schema)
    # Topics that are unknown may come from a later version and are passed over.
    parse = _PARSERS.get(channel.topic)
    return parse(json_object(message.data)) if parse else None


def _host_clock_from(document: Mapping[str, Any]) -> HostClock:
    try:
        return HostClock(float(document["received_s"]), float(document["utc_s"]))
    # KeyError and ValueError are caught for every record; float(None) would slip through.
    except TypeError as error:
        raise InputError(f"a reading of the host's clocks is no pair of numbers ({error})") from error


_PARSERS: Mapping[str, Callable[[Mapping[str, Any]], _Item]] = {
    f"/{PROFILE}/plan": plan_from,
    f"/{PROFILE}/athlete": athlete_from,
    f"/{PROFILE}/mark": mark_from,
    f"/{PROFILE}/link": link_event_from,
    f"/{PROFILE}/host_clock": _host_clock_from,
}


def _checked_about(path: Path, about: Mapping[str, str], ending: Ending) -> Mapping[str, str]:
    # Before the profile is judged: a file cut this early has not been able to say whose it is.
    if ending is Ending.CUT and "format" not in about:
        raise CaptureError(f"{path}: cut off before anything was recorded; there is nothing in it to read")
    if about.get("profile") != PROFILE:
        raise CaptureError(
            f"{path}: an MCAP file, but of another program (profile {about.get('profile', '')!r}); "
            "give a capture that psr recorded"
        )
    if "chunked" in about:
        raise CaptureError(f"{path}: rewritten in chunks by another program; give the capture as psr recorded it")
    if about.get("format", "").isdigit() and int(about["format"]) > FORMAT:
        raise CaptureError(
            f"{path}: written by psr {about.get('psr_version', '')} in capture format {about['format']}; "
            f"this version reads up to format {FORMAT}: update psr"
        )
    return about


def _notices(walk: RecordWalk, n_unreadable: int) -> tuple[Notice, ...]:
    if walk.ending is Ending.CUT:
        text = f"The capture ends in the middle, at byte {walk.offset}: the recording was not closed."
        return (Notice("capture.cut", f"{text} All that was recorded until then has been read."),)
    if walk.ending is Ending.CLOSED and not n_unreadable:
        return ()
    text = "Bytes in the capture have changed since it was recorded"
    text += f"; {n_unreadable} record(s) could not be read." if n_unreadable else " (its checksum or order is wrong)."
    return (Notice("capture.damaged", f"{text} Use another copy if there is one; numbers of this one may be wrong."),)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """Open a capture behind its magic bytes."""
    try:
        # The caller reads inside this block, so a disk that fails midway is told of in the same way.
        with path.open("rb") as file:
            magic = file.read(len(MAGIC))
            if not magic:
                raise CaptureError(f"{path}: the file is empty")
            if magic != MAGIC:
                raise CaptureError(f"{path}: not a capture: it does not begin as an MCAP file does")
            yield file
    except FileNotFoundError as error:
        raise CaptureError(f"{path}: no such file") from error
    except OSError as error:
        raise CaptureError(f"{path}: cannot be read ({error.strerror})") from error
