"""What a virtual sensor remembers: a ring of samples for retransmission, and logs in flash."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from firmware_protocol import encode_envelope

__all__ = ["Counts", "Flash", "Log", "Ring", "Whole"]

Counts = NDArray[np.int16]
Whole = NDArray[np.int64]
"""Counts that must not overflow, times in microseconds."""


class Ring:
    """The newest samples of one kind, addressed by their index in the session.

    Parameters
    ----------
    n_rows : int
        Samples kept, at least 1.
    n_channels : int
        Counts per sample.
    """

    def __init__(self, n_rows: int, n_channels: int) -> None:
        self._rows: Counts = np.zeros((n_rows, n_channels), np.int16)
        self._times_us: Whole = np.zeros(n_rows, np.int64)
        self.next = 0

    @property
    def oldest(self) -> int:
        """Index of the oldest sample that is still there; `next` if there is none."""
        return max(0, self.next - len(self._rows))

    def append(self, times_us: Whole, rows: Counts) -> None:
        """Take samples in; the oldest make room for them."""
        # More at once than the ring holds: only the end of them survives.
        kept = min(len(rows), len(self._rows))
        at = np.arange(self.next + len(rows) - kept, self.next + len(rows)) % len(self._rows)
        self._rows[at] = rows[len(rows) - kept :]
        self._times_us[at] = times_us[len(rows) - kept :]
        self.next += len(rows)

    def read(self, first: int, count: int) -> tuple[Whole, Counts]:
        """Return times and counts of samples; the caller has checked that they are there."""
        at = np.arange(first, first + count) % len(self._rows)
        return self._times_us[at], self._rows[at]


@dataclass(slots=True)
class Log:
    """One log in flash.

    Attributes
    ----------
    log_id, session_id : int
    began_us : int
        Device time of its first sample.
    next_index : int
        First sample that is not in it yet.
    until_us : int or None
        Device time at which it ends by itself.
    data : bytearray
        Envelopes.
    is_open : bool
        Being written.
    """

    log_id: int
    session_id: int
    began_us: int
    next_index: int
    until_us: int | None
    data: bytearray = field(default_factory=bytearray)
    is_open: bool = True


class Flash:
    """All logs, and the room that is left for them; it survives a reboot.

    Parameters
    ----------
    capacity_kib : int
        For all logs together.
    """

    def __init__(self, capacity_kib: int) -> None:
        self._capacity = capacity_kib * 1024
        self._last_id = 0
        self.logs: list[Log] = []

    @property
    def used_kib(self) -> int:
        """Flash taken, in whole KiB begun."""
        return -(-self._used // 1024)

    @property
    def open_log(self) -> Log | None:
        """Return the log that is being written, if any."""
        return next((log for log in self.logs if log.is_open), None)

    @property
    def is_full(self) -> bool:
        """Say whether not even a config record would fit."""
        return self._capacity - self._used < 128

    def begin(self, session_id: int, began_us: int, next_index: int, until_us: int | None) -> Log:
        """Return a new log, open for writing."""
        # 0xffff means all logs, so it is never the number of one.
        self._last_id = self._last_id % 0xFFFE + 1
        log = Log(self._last_id, session_id, began_us, next_index, until_us)
        self.logs.append(log)
        return log

    def write(self, log: Log, payload: bytes) -> bool:
        """Append one payload in its envelope; say whether there was room."""
        envelope = encode_envelope(payload)
        if self._used + len(envelope) > self._capacity:
            return False
        log.data += envelope
        return True

    def find(self, log_id: int) -> Log | None:
        """Return a log by its number."""
        return next((log for log in self.logs if log.log_id == log_id), None)

    def after(self, log: Log) -> Log | None:
        """Return the log that follows another."""
        at = self.logs.index(log) + 1
        return self.logs[at] if at < len(self.logs) else None

    def erase(self, log_id: int | None) -> None:
        """Erase one log, or all."""
        self.logs = [log for log in self.logs if log_id is not None and log.log_id != log_id]

    @property
    def _used(self) -> int:
        return sum(len(log.data) for log in self.logs)
