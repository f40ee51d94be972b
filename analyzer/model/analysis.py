"""What was found in one recording."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

from analyzer.model.placement import Placement
from analyzer.model.plan import Plan
from analyzer.model.reaction import Reaction
from analyzer.model.recording import Athlete, Notice, Recording

# For annotations only: whoever needs no table does not wait for pandas.
if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Analysis", "Finding", "Level"]


class Level(StrEnum):
    """What a finding asks of the coach."""

    KEEP = "keep"
    LOOK = "look"
    FIX = "fix"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule says, with the number it rests on.

    Attributes
    ----------
    rule : str
        Name in the thresholds file, such as ``contrast``.
    level : Level
    sentence, cue : str
        For the coach; the cue is empty where there is nothing to do.
    value, low, high : float
        The number and its 95 % interval, in `unit`; NaN where the rule could not be computed.
    limit : float
        What it was held against, in `unit`; NaN where there is none.
    unit : str
    n : int
        Contacts, strides or runs the number rests on.
    grade : {'A', 'B', 'C'}
        Evidence: measured, direction known, coaching consensus.
    source : str
        Key of ``mechanics/SOURCES.md``.
    confidence : str
        ``sure``, ``fairly sure`` or ``unsure``.
    would_change : str
        What would change the verdict.
    steps : tuple of int
        Rows of `table` it rests on.
    table : str
        Name of the table that `steps` are rows of.
    code : str
        Short name of the rule, such as ``R07``.
    """

    rule: str
    level: Level
    sentence: str
    cue: str
    value: float
    low: float
    high: float
    limit: float
    unit: str
    n: int
    grade: Literal["A", "B", "C"]
    source: str
    confidence: str = "unsure"
    would_change: str = ""
    steps: tuple[int, ...] = ()
    table: str = "contacts"
    code: str = ""


# Compared by identity: comparing tables gives a table, which is neither true nor false.
@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """What was found in one recording.

    Attributes
    ----------
    contacts, strides, steps, runs, stages, stage_metrics, stage_changes, segments, rules : pandas.DataFrame
        Schemas in `analyzer.tables`.
    findings : tuple of Finding
        Ranked, most important first; those that cannot tell are last.
    notices : tuple of Notice
    plan : Plan or None
    athlete : Athlete
    simulated : bool
    config : mapping
        Every setting that shaped the numbers, as plain data.
    versions : mapping of str to str
    source : mapping of str to str
    recording : Recording or None
        The samples, for figures.
    reactions : tuple of Reaction
        One per run that had a start signal.
    clock_errors_s : mapping of Placement to float
        Standard error of each sensor's clock against the host's at the end; empty where samples came on one clock.
    """

    contacts: "pd.DataFrame"
    strides: "pd.DataFrame"
    steps: "pd.DataFrame"
    runs: "pd.DataFrame"
    stages: "pd.DataFrame"
    stage_metrics: "pd.DataFrame"
    stage_changes: "pd.DataFrame"
    segments: "pd.DataFrame"
    rules: "pd.DataFrame"
    findings: tuple[Finding, ...]
    notices: tuple[Notice, ...]
    plan: Plan | None
    athlete: Athlete
    simulated: bool
    config: Mapping[str, Any]
    versions: Mapping[str, str]
    source: Mapping[str, str]
    recording: Recording | None = None
    reactions: tuple[Reaction, ...] = ()
    clock_errors_s: Mapping[Placement, float] = field(default_factory=dict)
