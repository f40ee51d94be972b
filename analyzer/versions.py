"""What produced the numbers: programs, libraries, limits."""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from platform import python_version

from analyzer.mechanics.thresholds import Thresholds

__all__ = ["versions"]


def versions(thresholds: Thresholds) -> Mapping[str, str]:
    """Return the version of each program and library, and of the limits with every change of the user's."""
    changed = {"thresholds_changed": ", ".join(thresholds.overrides)} if thresholds.overrides else {}
    said = {"thresholds": thresholds.version, "thresholds_digest": thresholds.digest, **changed}
    return {"python": python_version(), **said, **_packages()}


# Looking through what is installed takes longer than a run takes to be told.
@cache
def _packages() -> Mapping[str, str]:
    found = {}
    for name in ("psr-analyzer", "numpy", "scipy", "pandas"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed as a package"
    return found
