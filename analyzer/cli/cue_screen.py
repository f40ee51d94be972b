"""The visual start signal: a terminal that turns from black to white at once."""

import shutil
from typing import TextIO

__all__ = ["CueScreen"]

_ENTER = "\x1b[?1049h\x1b[?25l"
_LEAVE = "\x1b[0m\x1b[?25h\x1b[?1049l"
_DARK = "\x1b[0m\x1b[40m\x1b[37m"
# Plain white first: terminals without bright colours pass over the second.
_BRIGHT = "\x1b[0m\x1b[47m\x1b[107m\x1b[30m"


class CueScreen:
    """A whole terminal as start signal: text on black, then white.

    Black to white, as it is the strongest change in the sun and needs no eye for colours; the words say it as well.

    Parameters
    ----------
    stream : text stream
        The terminal.
    size : (columns, lines), optional
        Asked of the terminal if left out.
    """

    def __init__(self, stream: TextIO, size: tuple[int, int] | None = None) -> None:
        self._stream = stream
        self._size = size

    def open(self) -> None:
        """Take over the terminal; what stood there comes back with `close`."""
        self._put(_ENTER)

    def close(self) -> None:
        """Give the terminal back."""
        self._put(_LEAVE)

    def dark(self, text: str) -> None:
        """Show a few words on black."""
        self._put(self._filled(_DARK, text))

    def bright(self, text: str) -> None:
        """Turn white; when this returns, all of it is on its way to the terminal."""
        self._put(self._filled(_BRIGHT, text))

    def _put(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()

    def _filled(self, colour: str, text: str) -> str:
        # Asked each time: somebody may enlarge the window while the athlete gets ready.
        columns, lines = self._size or shutil.get_terminal_size()
        # Spaces, as not every terminal clears with the colour that is set.
        rows = [" " * columns] * lines
        rows[lines // 2] = text[:columns].center(columns)
        return f"{colour}\x1b[H" + "\r\n".join(rows)
