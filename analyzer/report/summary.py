"""Everything the coach's summary says, as data; text, page and JSON are all rendered from this one thing."""

import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from analyzer.model import Analysis
from analyzer.plain import as_plain
from analyzer.report import sentences
from analyzer.report.gains import SpeedGain, speed_gains, whole_gain
from analyzer.report.quantities import Quantity, Units
from analyzer.report.reaction import reaction_sentence
from analyzer.report.remarks import Remark, remarks
from analyzer.report.rests import Rest, rest_lines, rest_sentence
from analyzer.report.stage_details import SameSpeedLine, same_speed_lines
from analyzer.report.stage_lines import StageLine, other_lines, records, stage_lines
from analyzer.report.times import times_sentence
from analyzer.report.ways import ways_sentence

__all__ = ["NOT_MEDICAL", "SIMULATED", "STEP_AND_STRIDE", "Summary", "config_hash", "summarize"]

SIMULATED = "SIMULATED: no athlete ran this"
"""Banner of everything that came from the virtual athlete."""

NOT_MEDICAL = "Not a medical device; says nothing about injury."
STEP_AND_STRIDE = "1 stride = 2 steps; ± = 95 % interval."


@dataclass(frozen=True, slots=True)
class Summary:
    """Everything the coach's summary says.

    Attributes
    ----------
    title, athlete : str
        `athlete` is the id as given, ``Athlete`` where none was.
    setting : tuple of str
        What was to be run and what was worn, in short pieces.
    headline : str
    stages, others : tuple of StageLine
        Stages, and the runs in none of them.
    gains : tuple of SpeedGain
        From each stage to the next.
    whole_gain : SpeedGain or None
        From the first stage to the last, where there are others between them.
    same_speed : tuple of SameSpeedLine
        What differs between neighbouring stages at one speed.
    rests : tuple of Rest
    remarks : tuple of Remark
        At most three findings.
    n_remarks_left_out : int
    effort_sense, times, rest, reaction, ways, data_quality : str
        Sentences; empty where there is nothing to say.
    cannot_tell : tuple of str
        Why numbers are missing or estimated, one sentence each.
    notices : tuple of str
    unusable_runs : tuple of int
        Runs of which neither speed nor step rate nor ground time is known.
    simulated : bool
    units : {'us', 'metric'}
    version, config_hash, source, sha256 : str
        Where the numbers come from; empty where unknown.
    """

    title: str
    athlete: str
    setting: tuple[str, ...]
    headline: str
    stages: tuple[StageLine, ...]
    others: tuple[StageLine, ...]
    gains: tuple[SpeedGain, ...]
    whole_gain: SpeedGain | None
    same_speed: tuple[SameSpeedLine, ...]
    rests: tuple[Rest, ...]
    remarks: tuple[Remark, ...]
    n_remarks_left_out: int
    effort_sense: str
    rest: str
    reaction: str
    ways: str
    times: str
    data_quality: str
    cannot_tell: tuple[str, ...]
    notices: tuple[str, ...]
    unusable_runs: tuple[int, ...]
    simulated: bool
    units: Units
    version: str
    config_hash: str
    source: str
    sha256: str

    @property
    def at_same_speed(self) -> str:
        """What is clear at the same speed, of the highest pair of stages of which anything is; else empty."""
        # One sentence: on the page it is a remark beside the findings, and the tables hold all of it.
        return next((line.sentence for line in reversed(self.same_speed) if line.sentence), "")


def summarize(analysis: Analysis, units: Units = "us") -> Summary:
    """Return what the coach's summary says of an analysis.

    Parameters
    ----------
    analysis : Analysis
        Any, also one without runs, plan or speed.
    units : {'us', 'metric'}
        What lengths and speeds are shown in.
    """
    lines = stage_lines(analysis, units)
    others = other_lines(analysis, lines, units)
    gains = speed_gains(analysis, units)
    chosen = remarks(analysis.findings, units)
    return Summary(
        title="Progressive Speed Runs",
        athlete=analysis.athlete.id or "Athlete",
        setting=sentences.setting(analysis, units),
        headline=sentences.headline(lines, others, gains, units),
        stages=lines,
        others=others,
        gains=gains,
        whole_gain=whole_gain(analysis, units),
        same_speed=same_speed_lines(analysis, units),
        rests=rest_lines(analysis),
        remarks=chosen,
        n_remarks_left_out=len(analysis.findings) - len(chosen),
        effort_sense=sentences.effort_sense(lines, analysis),
        rest=rest_sentence(analysis),
        reaction=reaction_sentence(analysis),
        ways=ways_sentence(analysis, units),
        times=times_sentence(analysis, units),
        data_quality=sentences.data_quality(analysis),
        cannot_tell=_cannot_tell((*lines, *others)),
        # Two sensors may say the same; it is read once.
        notices=tuple(dict.fromkeys(notice.text for notice in analysis.notices)),
        unusable_runs=_unusable_runs(analysis),
        simulated=analysis.simulated,
        units=units,
        version=analysis.versions.get("psr-analyzer", ""),
        config_hash=config_hash(analysis.config),
        # The name alone: a page that is passed on tells nothing of somebody's folders.
        source=PurePath(analysis.source.get("path", "")).name,
        sha256=analysis.source.get("sha256", ""),
    )


def _unusable_runs(analysis: Analysis) -> tuple[int, ...]:
    metrics = ("peak_speed_m_s", "step_frequency_hz", "contact_time_s")
    return tuple(
        int(run["run"]) for run in records(analysis.runs) if not any(math.isfinite(run[metric]) for metric in metrics)
    )


def config_hash(config: Mapping[str, Any]) -> str:
    """Return eight hex digits that change whenever a setting does."""
    # One spelling for one configuration: keys sorted, no spaces.
    canonical = json.dumps(as_plain(config), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:8]


def _cannot_tell(lines: Sequence[StageLine]) -> tuple[str, ...]:
    """Return why numbers are missing or estimated, each reason once with the numbers and lines it holds for."""
    found: dict[tuple[str, str], list[str]] = {}
    for name, pick in _NUMBERS.items():
        labels: dict[str, list[str]] = {}
        for line in lines:
            labels.setdefault(pick(line).why, []).append(line.label)
        for why, own in labels.items():
            where = "" if len(own) == len(lines) else f" at {', '.join(own)}"
            found.setdefault((why, where), []).append(name)
    sentences_ = (f"{', '.join(names)}{where}: {why}." for (why, where), names in found.items() if why)
    return tuple(sentence[0].upper() + sentence[1:] for sentence in sentences_)


_NUMBERS: Mapping[str, Callable[[StageLine], Quantity]] = {
    "speed": lambda line: line.speed,
    "step rate": lambda line: line.step_rate,
    "step length": lambda line: line.step_length,
    "ground time": lambda line: line.ground_time,
}
