"""Start signals of a log of their own, brought onto the clock of the practice they belong to.

`psr cue` writes its log as a capture without payloads: each signal on the clock of the program that gave it, and
beside it a reading of that clock and civil time. The practice's capture holds such readings of its own, so civil time
leads from one to the other.
"""

import dataclasses
import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import numpy as np

from analyzer.acquire.playback import Capture, HostClock, read_capture
from analyzer.errors import InputError
from analyzer.model import CueMark, Floats, Recording, cues_among

__all__ = ["CueLogConfig", "with_cues"]


@dataclass(frozen=True, slots=True)
class CueLogConfig:
    """How far civil time can be trusted between two programs.

    Attributes
    ----------
    civil_tick_s : float
        Civil time may advance in steps as coarse as this (some systems: 64 a second); each of two readings is off by
        an even share of a step.
    margin_s : float
        Signals this long before or after the samples may still belong to the practice; others are another day's.
    """

    civil_tick_s: float = 1 / 64
    margin_s: float = 60.0

    @property
    def sd_s(self) -> float:
        """Standard uncertainty of a time carried over: two readings, each evenly spread over a step."""
        return self.civil_tick_s * math.sqrt(2 / 12)


def with_cues(
    recording: Recording,
    practice: str | PathLike[str],
    log: str | PathLike[str],
    config: CueLogConfig | None = None,
) -> Recording:
    """Return the recording with the start signals of a log.

    Parameters
    ----------
    recording : Recording
        As read from `practice`.
    practice : path-like
        Capture the recording was read from; its readings of the host's clocks are needed.
    log : path-like
        Capture that `psr cue` wrote.
    config : CueLogConfig, optional

    Returns
    -------
    Recording
        Its marks and those signals that fall into it; `source` names the log.

    Raises
    ------
    InputError
        The practice is no capture or has no clock readings, or no signal falls into it.
    CaptureError
        The log cannot be read.
    """
    config = config or CueLogConfig()
    theirs = read_capture(log)
    cues = cues_among(theirs.marks)
    if not cues:
        raise InputError(f"{log}: no start signal in it; give the file that psr cue --log has written")
    carried = _carried(cues, theirs.host_clock, _host_clock(recording, Path(practice)), config)
    first_s = min(float(stream.time_s[0]) for stream in recording.streams.values()) - config.margin_s
    last_s = max(float(stream.time_s[-1]) for stream in recording.streams.values()) + config.margin_s
    inside = [cue for cue in carried if first_s <= cue.time_s <= last_s]
    if not inside:
        raise InputError(
            f"{log}: none of its {len(cues)} start signals falls into {practice}; are they of the same practice, "
            "and were the computers' clocks set alike?"
        )
    marks = sorted([*recording.marks, *inside], key=lambda mark: mark.time_s)
    return dataclasses.replace(recording, marks=tuple(marks), source={**recording.source, "cues": _name(Path(log))})


def _host_clock(recording: Recording, path: Path) -> tuple[HostClock, ...]:
    # Only captures have payloads; a folder of CSV files says its marks itself.
    capture: Capture | None = read_capture(path) if recording.payloads else None
    if capture is None:
        raise InputError(
            f"{path}: not a capture, so a log cannot be fitted to its clock; write the signals as [[mark]]"
        )
    if not capture.host_clock:
        raise InputError(f"{path}: holds no reading of the computer's clocks, so a log cannot be fitted to it")
    return capture.host_clock


def _carried(
    cues: Sequence[CueMark], theirs: Sequence[HostClock], ours: Sequence[HostClock], config: CueLogConfig
) -> list[CueMark]:
    if not theirs:
        raise InputError("the log of start signals holds no reading of the computer's clocks; write it with psr cue")
    times = np.array([cue.time_s for cue in cues])
    utc = times + _offset_s(times, [(one.received_s, one.utc_s - one.received_s) for one in theirs])
    host = utc - _offset_s(utc, [(one.utc_s, one.utc_s - one.received_s) for one in ours])
    return [
        dataclasses.replace(cue, time_s=time_s, time_sd_s=math.hypot(cue.time_sd_s, config.sd_s))
        for cue, time_s in zip(cues, host.tolist(), strict=True)
    ]


def _offset_s(time_s: Floats, readings: Sequence[tuple[float, float]]) -> Floats:
    """Return the offset between two clocks at some times: straight between readings, the nearest one outside."""
    at, offset = np.array(sorted(readings)).T
    return np.asarray(np.interp(time_s, at, offset))


def _name(path: Path) -> str:
    return f"{path.resolve().name} sha256 {hashlib.sha256(path.read_bytes()).hexdigest()}"
