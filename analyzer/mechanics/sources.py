"""Where limits come from: the list of sources as data."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

__all__ = ["Source", "sources"]

_ROW = re.compile(r"^\| `(?P<key>\w+)` \|(?P<cells>.*)\|\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Source:
    """One row of the list of sources.

    Attributes
    ----------
    key, reference : str
    taken : str
        What we take from it.
    status : str
        How far its figures were checked.
    """

    key: str
    reference: str
    taken: str
    status: str


@cache
def sources() -> Mapping[str, Source]:
    """Return the sources in ``SOURCES.md`` by their key."""
    text = resources.files("analyzer.mechanics").joinpath("SOURCES.md").read_text("utf-8")
    return MappingProxyType({row["key"]: Source(row["key"], *_cells(row["cells"])) for row in _ROW.finditer(text)})


def _cells(text: str) -> tuple[str, str, str]:
    reference, taken, status = (cell.strip() for cell in text.split("|"))
    return reference, taken, status
