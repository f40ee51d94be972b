"""TOML read entry by entry, with errors that name file, table, key and line, and TOML written."""

import json
import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from analyzer.errors import InputError

__all__ = ["Entry", "TomlTable", "read_toml", "section_lines"]

Entry = str | float | tuple[str, ...]
"""What can be written after a key."""


class TomlTable:
    """A TOML table whose entries are taken out one by one, so that what is left over can be refused.

    Parameters
    ----------
    where : str
        File and table, for messages.
    entries : mapping
    lines : mapping of (str, str) to int, optional
        Line of each key, by the table's `name` and the key.
    name : str
        Of the table within the file, such as ``plan`` or ``plan.run 2``; empty for the file itself.
    """

    def __init__(
        self, where: str, entries: Mapping[str, Any], lines: Mapping[tuple[str, str], int] | None = None, name: str = ""
    ) -> None:
        self.where = where
        self._rest = dict(entries)
        self._known: list[str] = []
        self._lines = lines or {}
        self._name = name

    def __contains__(self, key: str) -> bool:
        return key in self._rest

    def error(self, key: str, text: str, write: str = "") -> InputError:
        """Return an error on one key: where, which line, what is wrong, and what to write."""
        line = self._lines.get((self._name, key))
        at = f" (line {line})" if line else ""
        return InputError(f"{self.where}: {text}{at}" + (f"; write {write}" if write else ""))

    def take(self, key: str, kind: type | tuple[type, ...], default: Any = None, *, write: str = "") -> Any:
        """Return an entry of a kind; without a default it must be there. `write` is an example for errors."""
        self._known.append(key)
        if key not in self._rest:
            # None says that the entry must be there, so it can be nobody's default.
            if default is None:
                raise self.error(key, f"{key} is missing", write)
            return default
        value = self._rest.pop(key)
        # In Python, but not in TOML, true is a number.
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self.error(key, f"{key} = {value!r} is not {_KIND_NAMES[kind]}", write)
        return value

    def text(self, key: str, default: str | None = None, *, write: str = "") -> str:
        """Return a text."""
        return str(self.take(key, str, default, write=write))

    def number(self, key: str, default: float | None = None, *, write: str = "") -> float:
        """Return a number that is not infinite."""
        number = float(self.take(key, (int, float), default, write=write))
        # TOML can write nan, which says unknown here, and inf, which says nothing.
        if math.isinf(number):
            raise self.error(key, f"{key} is infinite", write)
        return number

    def choice(self, key: str, known: Sequence[str], default: str | None = None, *, write: str = "") -> str:
        """Return a text that must be one of those known."""
        value = self.text(key, default, write=write)
        if value not in known:
            raise self.error(key, f"{key} = {value!r} is unknown; known are {', '.join(known)}")
        return value

    def unit(self, key: str, units: Mapping[str, float], *, write: str = "") -> tuple[str, float]:
        """Return the name of a unit and what one of it is in SI."""
        name = self.choice(key, tuple(units), write=write)
        return name, units[name]

    def texts(self, key: str, count: int) -> tuple[str, ...]:
        """Return as many texts as there are columns to name."""
        values = self.take(key, list)
        if len(values) != count or not all(isinstance(value, str) for value in values):
            raise self.error(key, f"{key} must name {count} columns in the order x, y, z, got {values!r}")
        return tuple(values)

    def table(self, key: str) -> "TomlTable | None":
        """Return a table within this one; None where it is absent or empty."""
        entries = self.take(key, dict, {})
        return TomlTable(f"{self.where}, [{key}]", entries, self._lines, self._inner(key)) if entries else None

    def tables(self, key: str) -> "list[TomlTable]":
        """Return the tables of an array of tables, numbered from 1 for messages."""
        entries = self.take(key, list, [])
        if not all(isinstance(entry, dict) for entry in entries):
            raise self.error(key, f"{key} must be written as [[{self._inner(key)}]]")
        return [
            TomlTable(f"{self.where}, [[{key}]] number {n}", entry, self._lines, f"{self._inner(key)} {n}")
            for n, entry in enumerate(entries, 1)
        ]

    def refuse_rest(self) -> None:
        """Raise InputError if an entry is left that nobody has taken."""
        if self._rest:
            wrong = next(iter(self._rest))
            near = get_close_matches(wrong, self._known, n=1)
            known = ", ".join(self._known)
            meant = f" (perhaps {near[0]}?)" if near else ""
            raise self.error(wrong, f"unknown {', '.join(self._rest)}; known are {known}{meant}")

    def _inner(self, key: str) -> str:
        return f"{self._name}.{key}".strip(".")


def read_toml(path: Path) -> TomlTable:
    """Read a TOML file.

    Raises
    ------
    InputError
        No such file, it cannot be read, or is no TOML; the message says in which line.
    """
    try:
        # Some editors put a byte order mark first, which TOML does not know.
        text = path.read_text(encoding="utf-8-sig")
        return TomlTable(str(path), tomllib.loads(text), _lines(text))
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text ({error.reason}); save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: not TOML: {error}") from error


def section_lines(head: str, entries: Sequence[tuple[str, Entry]]) -> list[str]:
    """Return a TOML section; entries that say nothing are left out."""
    said = [(key, value) for key, value in entries if value not in {"", ()} and not _is_nan(value)]
    return [head, *(f"{key} = {_toml(value)}" for key, value in said), ""]


def _lines(text: str) -> dict[tuple[str, str], int]:
    """Return the line of every key that stands at the beginning of its line, by table and key."""
    found: dict[tuple[str, str], int] = {}
    counts: dict[str, int] = {}
    name = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if head := _HEAD.match(line):
            name = head["name"]
            # Only tables of an array are numbered, as in the messages.
            if head["array"]:
                counts[name] = counts.get(name, 0) + 1
                name = f"{name} {counts[name]}"
        elif key := _KEY.match(line):
            found.setdefault((name, key["key"]), number)
    return found


_HEAD = re.compile(r"\s*\[(?P<array>\[)?\s*(?P<name>[\w.-]+)\s*\]")
_KEY = re.compile(r"\s*\"?(?P<key>[\w-]+)\"?\s*=")

_KIND_NAMES: Mapping[type | tuple[type, ...], str] = {
    str: "text in quotes",
    (int, float): "a number",
    (date, str): "a day",
    bool: "true or false",
    list: "a list",
    dict: "a table",
}


def _is_nan(value: Entry) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _toml(value: Entry) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, str):
        # JSON's strings are TOML's, but for one control character.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    # repr of a plain float keeps every bit; numpy's own numbers would print their type.
    return repr(float(value))
