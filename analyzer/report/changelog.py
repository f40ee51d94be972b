"""Why numbers moved between two versions, as the changelog says it."""

import re
from collections.abc import Iterator

__all__ = ["scientific_changes"]

_SECTION = "Scientific changes"
_UNRELEASED = "Unreleased"


def scientific_changes(text: str, one: str, other: str) -> tuple[str, ...]:
    """Return what stands under *Scientific changes* between two versions.

    Parameters
    ----------
    text : str
        A changelog: ``## VERSION`` for each version, ``### Scientific changes`` in it, one list item a change.
    one, other : str
        Versions such as ``0.2.0``, in either order. Changes of the older one are left out: both have them.

    Returns
    -------
    tuple of str
        In the order of the changelog, each on one line; empty for equal versions and for what is no version. Changes
        not released yet belong to a version that is newer than all released ones.
    """
    low, high = sorted((_numbers(one), _numbers(other)))
    released = [_numbers(name) for name in re.findall(r"^## \[?([^\]\s]+)", text, re.MULTILINE)]
    unreleased_too = low < high and high > max(released, default=())
    return tuple(
        change
        for name, change in _changes(text)
        if (unreleased_too if name == _UNRELEASED else low < _numbers(name) <= high)
    )


def _changes(text: str) -> Iterator[tuple[str, str]]:
    """Yield the version and words of every scientific change."""
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        name = re.split(r"[\]\s]", section.lstrip("["), maxsplit=1)[0]
        for part in re.split(r"^### ", section, flags=re.MULTILINE)[1:]:
            title, _, body = part.partition("\n")
            if title.strip() == _SECTION:
                yield from ((name, " ".join(item.split())) for item in re.split(r"^- ", body, flags=re.MULTILINE)[1:])


def _numbers(version: str) -> tuple[int, ...]:
    # What is no version has no numbers, and so comes before all that are.
    found = re.match(r"\d+(\.\d+)*", version)
    return tuple(int(part) for part in found[0].split(".")) if found else ()
