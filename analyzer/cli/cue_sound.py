"""The tone of a start signal, and whatever there is to play it with."""

import io
import math
import shutil
import subprocess
import sys
import wave
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TextIO

__all__ = ["BELL", "Bell", "CommandPlayer", "Player", "ToneConfig", "players", "tone_wav"]

BELL = "bell"
"""Name of the terminal's own sign, which is always there."""


@dataclass(frozen=True, slots=True)
class ToneConfig:
    """How the tone sounds.

    Attributes
    ----------
    frequency_hz : float
        Where ears and small loudspeakers are good, and wind and traffic are not.
    duration_s : float
        Long enough to be heard in a cage, short enough to be over when the athlete has moved.
    ramp_s : float
        The tone swells this long: shorter clicks, longer blurs the instant.
    level : float
        Share of full scale.
    rate_hz : int
        Samples per second; every sound card has this rate.
    """

    frequency_hz: float = 1000.0
    duration_s: float = 0.3
    ramp_s: float = 0.002
    level: float = 0.9
    rate_hz: int = 48000


def tone_wav(config: ToneConfig | None = None) -> bytes:
    """Return the tone as a WAV file, mono, 16 bits."""
    config = config or ToneConfig()
    n = round(config.duration_s * config.rate_hz)
    ramp = max(1, round(config.ramp_s * config.rate_hz))
    peak = config.level * 32767
    samples = array(
        "h",
        (
            round(
                peak
                * min(1.0, i / ramp, (n - i) / ramp)
                * math.sin(2 * math.pi * config.frequency_hz * i / config.rate_hz)
            )
            for i in range(n)
        ),
    )
    # WAV is little-endian wherever it was made.
    if sys.byteorder == "big":
        samples.byteswap()
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(config.rate_hz)
        file.writeframes(samples.tobytes())
    return content.getvalue()


class Player(Protocol):
    """Something that makes a sound."""

    @property
    def name(self) -> str:
        """What the user calls it."""

    def start(self) -> None:
        """Begin the tone and return at once."""

    def finish(self) -> bool:
        """Wait until the tone is over; return whether it was played."""


class CommandPlayer:
    """Plays the tone with a program.

    Parameters
    ----------
    name : str
    command : sequence of str
        The program with its arguments, the file last.
    """

    def __init__(self, name: str, command: Sequence[str]) -> None:
        self.name = name
        self._command = tuple(command)
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin the tone and return at once."""
        self._running = subprocess.Popen(  # noqa: S603  # a program of the list below and a file of ours
            self._command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def finish(self) -> bool:
        """Wait until the tone is over; return whether it was played."""
        if self._running is None:
            return False
        running, self._running = self._running, None
        try:
            return running.wait(timeout=_LONGEST_S) == 0
        except subprocess.TimeoutExpired:
            # Somebody else holds the sound card: the next signal must not wait for it.
            running.kill()
            running.wait()
            return False


_LONGEST_S = 5.0
"""A program that needs longer for a tone of 0.3 s hangs."""


class Bell:
    """Rings the terminal's bell; whether anybody hears it, no program knows."""

    name = BELL

    def __init__(self, screen: TextIO) -> None:
        self._screen = screen

    def start(self) -> None:
        """Ring."""
        self._screen.write("\a")
        self._screen.flush()

    def finish(self) -> bool:
        """Return True: a bell is over at once."""
        return True


_PROGRAMS = {"aplay": ("aplay", "-q"), "paplay": ("paplay",), "afplay": ("afplay",)}


def players(tone: Path, screen: TextIO, which: Callable[[str], str | None] = shutil.which) -> dict[str, Player]:
    """Return what can play the tone here, best first; the bell comes last.

    Parameters
    ----------
    tone : Path
        The tone as a WAV file.
    screen : text stream
        The terminal, for its bell.
    which : callable, optional
        Where a program is found.
    """
    found: dict[str, Player] = {}
    for name, (program, *options) in _PROGRAMS.items():
        path = which(program)
        if path:
            found[name] = CommandPlayer(name, [path, *options, str(tone)])
    if sys.platform == "win32":
        # Every Windows can: Python's own sound module in a process of its own, so that nothing waits for it.
        program = "import sys, winsound; winsound.PlaySound(sys.argv[1], winsound.SND_FILENAME)"
        found["winsound"] = CommandPlayer("winsound", [sys.executable, "-c", program, str(tone)])
    found[BELL] = Bell(screen)
    return found
