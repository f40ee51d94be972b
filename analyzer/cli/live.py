"""The lines a coach sees while sensors record: one per sensor, renewed in place."""

import math
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analyzer.acquire.ble.health import Vitals

__all__ = ["LiveBoard", "line_of"]

_SELDOM = 10
"""Where lines cannot be renewed, only every so many looks are printed."""


def line_of(vitals: "Vitals") -> str:
    """Return one sensor's line."""
    name = vitals.placement.replace("_", " ") or vitals.name
    words = [f"{name:<12}", f"{_LINKS.get(vitals.phase.name, vitals.phase.name.lower()):<10}"]
    words.append(f"battery {_number(vitals.battery_pct, '{:.0f} %')}")
    # Rounded down: 100 is said only where nothing is missing.
    words.append(f"received {_number(_floored(vitals.received_pct), '{:.0f} %')}")
    words.append(f"in all {_number(_floored(10 * vitals.total_pct) / 10, '{:.1f} %')}")
    words.append(f"clipped {_number(vitals.clipped_pct, '{:.0f} %')}")
    words.append(f"clock {_number(1000 * vitals.clock_error_s, '±{:.1f} ms')}")
    return "  ".join(words)


class LiveBoard:
    """Prints lines that renew themselves on a terminal, and seldom elsewhere.

    Parameters
    ----------
    stream : text file
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._renews = stream.isatty()
        self._n_shown = 0
        self._n_looks = 0

    def show(self, vitals: "Sequence[Vitals]") -> None:
        """Show how the sensors are doing; called about once a second."""
        self._n_looks += 1
        if not self._renews and self._n_looks % _SELDOM != 1:
            return
        self._clear()
        for one in vitals:
            print(line_of(one), file=self._stream)
        self._stream.flush()
        self._n_shown = len(vitals) if self._renews else 0

    def say(self, text: str) -> None:
        """Print something that stays."""
        self._clear()
        print(text, file=self._stream, flush=True)

    def _clear(self) -> None:
        if self._n_shown:
            # Up to the first of the lines, and all below it gone.
            print(f"\x1b[{self._n_shown}F\x1b[J", end="", file=self._stream)
            self._n_shown = 0


_LINKS = {
    "WAITING": "waiting",
    "CONNECTING": "connecting",
    "STREAMING": "recording",
    "DROPPING": "lost",
    "STOPPING": "stopping",
    "STOPPED": "stopped",
}


def _number(value: float | None, form: str) -> str:
    return "–" if value is None or math.isnan(value) else form.format(value)


def _floored(value: float) -> float:
    return value if math.isnan(value) else float(math.floor(value))
