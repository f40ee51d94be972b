"""psr: sensor-driven mechanics for Progressive Speed Runs.

>>> import analyzer
>>> analyzer.Plan.progressive(distance_m=18.288).efforts_pct
(50.0, 75.0, 100.0)

The names below load what they need when first used, so that importing the package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analyzer.acquire.read import read
    from analyzer.config import Config
    from analyzer.errors import AnalyzerError
    from analyzer.model import Analysis, Athlete, Finding, Placement, Plan, PlannedRun, Recording, SensorStream
    from analyzer.session import Session, analyze

__all__ = [
    "Analysis",
    "AnalyzerError",
    "Athlete",
    "Config",
    "Finding",
    "Placement",
    "Plan",
    "PlannedRun",
    "Recording",
    "SensorStream",
    "Session",
    "analyze",
    "read",
]

_HOME = {
    "AnalyzerError": "analyzer.errors",
    "Config": "analyzer.config",
    "Session": "analyzer.session",
    "analyze": "analyzer.session",
    "read": "analyzer.acquire.read",
}


def __getattr__(name: str) -> Any:
    """Load a public name from its room."""
    if name == "report":
        return import_module("analyzer.report")
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME.get(name, "analyzer.model")), name)


def __dir__() -> list[str]:
    """List the public names."""
    return [*__all__, "report"]
