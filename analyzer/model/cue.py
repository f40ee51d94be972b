"""The start signal: a mark that says what was shown and how late it reached the athlete."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from analyzer.errors import InputError
from analyzer.model.recording import Mark

__all__ = ["CUE_KIND", "CueMark", "Shown", "cues_among"]

CUE_KIND = "cue"
"""Kind of the marks that are start signals."""

Shown = Literal["visual", "audible", "both", "unknown"]

_SHOWN_BY_TEXT: Mapping[str, Shown] = MappingProxyType(
    {"visual": "visual", "audible": "audible", "whistle": "audible", "both": "both"}
)


@dataclass(frozen=True, slots=True)
class CueMark(Mark):
    """A start signal.

    Attributes
    ----------
    time_s : float
        When the signal was handed to screen and loudspeaker, on the recording's clock.
    kind, text : str
        The kind is always ``cue``.
    shown : {'visual', 'audible', 'both', 'unknown'}
    time_sd_s : float
        Standard uncertainty of `time_s` on the recording's clock; 0 where it was stamped with that clock.
    display_delay_s, display_delay_sd_s : float
        Measured time from `time_s` until the light is there, and its standard uncertainty; both NaN where nobody
        measured them.
    audio_delay_s, audio_delay_sd_s : float
        The same for the sound.
    """

    kind: str = CUE_KIND
    shown: Shown = "unknown"
    time_sd_s: float = 0.0
    display_delay_s: float = math.nan
    display_delay_sd_s: float = math.nan
    audio_delay_s: float = math.nan
    audio_delay_sd_s: float = math.nan

    def __post_init__(self) -> None:
        if self.kind != CUE_KIND:
            raise InputError(f"a mark with 'shown' is a start signal and must be of kind {CUE_KIND}, got {self.kind!r}")
        # Written as `not` so that NaN is refused too.
        if not self.time_sd_s >= 0:
            raise InputError(f"time_sd_s must be 0 or more, got {self.time_sd_s}")
        for name, delay_s, sd_s in (
            ("display_delay", self.display_delay_s, self.display_delay_sd_s),
            ("audio_delay", self.audio_delay_s, self.audio_delay_sd_s),
        ):
            # A delay without its uncertainty would make a reaction time look better than it is.
            if math.isnan(delay_s) != math.isnan(sd_s):
                raise InputError(f"{name}_s and {name}_sd_s go together: give both, or neither if it was not measured")
            if delay_s < 0 or sd_s < 0:
                raise InputError(f"{name}_s and {name}_sd_s must be 0 or more, got {delay_s} and {sd_s}")

    @property
    def delay_unknown(self) -> str:
        """Which delay nobody measured, in words such as ``display delay unknown``; empty where all are known.

        With light and sound both must be known: the athlete goes by whichever comes first.
        """
        lacking = [
            name
            for name, delay_s, how in (
                ("display", self.display_delay_s, ("visual", "both")),
                ("audio", self.audio_delay_s, ("audible", "both")),
            )
            if self.shown in how and math.isnan(delay_s)
        ]
        if self.shown == "unknown":
            return "signal delay unknown"
        return f"{' and '.join(lacking)} delay unknown" if lacking else ""

    @property
    def delay(self) -> tuple[float, float]:
        """Seconds until the signal reached the athlete, and their standard uncertainty; NaN where unknown."""
        if self.delay_unknown:
            return math.nan, math.nan
        display = (self.display_delay_s, self.display_delay_sd_s)
        audio = (self.audio_delay_s, self.audio_delay_sd_s)
        known = {"visual": [display], "audible": [audio], "both": [display, audio]}
        return min(known[self.shown])


def cues_among(marks: Iterable[Mark]) -> tuple[CueMark, ...]:
    """Return the start signals among marks, in order of time.

    A plain mark of kind ``cue`` is one too; its text may say what was shown (``visual``, ``whistle``, ``both``).

    Examples
    --------
    >>> [(cue.time_s, cue.shown) for cue in cues_among([Mark(9.0, "tap"), Mark(5.0, "cue", "whistle")])]
    [(5.0, 'audible')]
    """
    cues = [
        mark if isinstance(mark, CueMark) else CueMark(mark.time_s, text=mark.text, shown=_shown(mark.text))
        for mark in marks
        if mark.kind == CUE_KIND
    ]
    return tuple(sorted(cues, key=lambda cue: cue.time_s))


def _shown(text: str) -> Shown:
    return _SHOWN_BY_TEXT.get(text.strip().lower(), "unknown")
