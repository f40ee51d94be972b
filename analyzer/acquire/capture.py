"""Captures: the raw payloads of a practice on disk, before anything has parsed them.

The container is MCAP without chunks: one channel per sensor and characteristic, whose messages are payloads, and
channels of JSON for plan, athlete, marks, link events and the host clock. Every message is handed to the operating
system at once, so a file that was cut anywhere reads back up to the cut.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from analyzer.acquire.document import to_json
from analyzer.acquire.playback import FORMAT, PROFILE, Capture, CaptureEvent, HostClock, read_capture
from analyzer.errors import CaptureError
from analyzer.model import Athlete, Characteristic, LinkEvent, Mark, Plan, TimedPayload

__all__ = ["Capture", "CaptureEvent", "CaptureWriter", "HostClock", "read_capture"]

_DISTRIBUTION = "psr-analyzer"


class CaptureWriter:
    """Append a practice to a new capture file, message by message.

    Use it as a context manager. No clock is read here: equal calls write equal bytes.

    Parameters
    ----------
    path : path-like
    plan : Plan, optional
    athlete : Athlete, optional
    simulated : bool
        True for the virtual athlete.
    started_utc : str
        Civil time of the start, ISO 8601; left out where empty.
    overwrite : bool
        Replace a file that is there.

    Raises
    ------
    CaptureError
        The file cannot be created; later, it cannot be written.
    """

    def __init__(
        self,
        path: str | PathLike[str],
        *,
        plan: Plan | None = None,
        athlete: Athlete | None = None,
        simulated: bool = False,
        started_utc: str = "",
        overwrite: bool = False,
    ) -> None:
        # The library costs a tenth of a second that no command but a recording should pay.
        from mcap.writer import CompressionType, Writer

        self.path = Path(path)
        self._channels: dict[tuple[str, Characteristic] | str, int] = {}
        self._n_messages: dict[int, int] = {}
        self._newest_ns = 0
        self._file = _created(self.path, overwrite=overwrite)
        # Without chunks: a chunk stays in memory until it is full, and a crash would take it along.
        self._writer = Writer(self._file, use_chunking=False, compression=CompressionType.NONE, enable_data_crcs=True)
        about = {
            "format": str(FORMAT),
            "psr_version": _version(),
            "simulated": "true" if simulated else "false",
            **({"started_utc": started_utc} if started_utc else {}),
        }
        with _write_errors(self.path):
            self._writer.start(PROFILE, library="psr")
            self._writer.add_metadata(PROFILE, about)
            self._file.flush()
        # At time 0, before everything that the host clock will stamp.
        if plan is not None:
            self._json("plan", to_json(plan), 0.0)
        if athlete is not None:
            self._json("athlete", to_json(athlete), 0.0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def payload(self, payload: TimedPayload) -> None:
        """Append a payload exactly as it came; call it before anything else looks at it."""
        key = (payload.sensor, payload.characteristic)
        if key not in self._channels:
            about = {"sensor": payload.sensor, "characteristic": payload.characteristic.value}
            # Absent for the open profile, as in captures of older versions.
            about |= {"schema": payload.schema} if payload.schema else {}
            topic = f"/sensor/{payload.sensor}/{payload.characteristic.value}"
            self._channels[key] = self._writer.register_channel(topic, "application/octet-stream", 0, about)
        self._append(self._channels[key], payload.payload, payload.received_s)

    def mark(self, mark: Mark) -> None:
        """Append a mark."""
        self._json("mark", to_json(mark), mark.time_s)

    def link(self, event: LinkEvent) -> None:
        """Append a link event."""
        self._json("link", to_json(event), event.received_s)

    def host_clock(self, reading: HostClock) -> None:
        """Append a reading of the host's clocks."""
        self._json(
            "host_clock", to_json({"received_s": reading.received_s, "utc_s": reading.utc_s}), reading.received_s
        )

    def sync(self) -> None:
        """Wait until the disk itself has what was written; until then a power cut may take it."""
        if not self._file.closed:
            with _write_errors(self.path):
                os.fsync(self._file.fileno())

    def close(self) -> None:
        """Write the closing index and checksum; more than once does no harm."""
        if self._file.closed:
            return
        with _write_errors(self.path):
            try:
                # A full disk may refuse the index; the file is closed all the same and reads back as a cut one.
                self._writer.finish()  # type: ignore[no-untyped-call]  # the library leaves it without annotation
            finally:
                self._file.close()

    def _json(self, name: str, text: bytes, time_s: float) -> None:
        if name not in self._channels:
            self._channels[name] = self._writer.register_channel(f"/{PROFILE}/{name}", "json", 0)
        self._append(self._channels[name], text, time_s)

    def _append(self, channel: int, content: bytes, time_s: float) -> None:
        # Nanoseconds up to here fit a signed 64-bit number; NaN fails the comparison as well.
        if not 0 <= time_s < 2**33:
            raise CaptureError(f"{self.path}: time {time_s} s is not on a host clock that counts up from zero")
        if self._file.closed:
            raise CaptureError(f"{self.path}: the capture is closed; nothing can be added")
        time_ns = round(time_s * 1e9)
        sequence = self._n_messages.get(channel, 0)
        self._n_messages[channel] = sequence + 1
        with _write_errors(self.path):
            self._writer.add_message(channel, time_ns, content, time_ns, sequence % 2**32)
            self._file.flush()


def _created(path: Path, *, overwrite: bool) -> BinaryIO:
    try:
        # x looks and creates in one step, so no other program can come in between.
        return path.open("wb" if overwrite else "xb")
    except FileExistsError as error:
        raise CaptureError(f"{path}: there is a file already; choose another name or say that it may go") from error
    except OSError as error:
        raise CaptureError(f"{path}: cannot be created ({error.strerror})") from error


@contextmanager
def _write_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CaptureError(f"{path}: cannot be written ({error.strerror}); is the disk full?") from error


def _version() -> str:
    try:
        return metadata.version(_DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return "unknown"
