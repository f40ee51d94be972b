"""THE path: payloads or samples in, runs as they end, the whole analysis at the end.

Synchronous; no clock, no files, no event loop. Live, replayed, imported and simulated recordings all walk through
here, in the same steps.
"""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analyzer.acquire.assemble import Assembler
from analyzer.acquire.holes import with_holes_marked
from analyzer.checks import unit_doubts
from analyzer.config import Config
from analyzer.drill.detection.jogs import without_jogs
from analyzer.drill.detection.runs import SEGMENTS_BY_RANK, RunFinder, RunWindow
from analyzer.drill.planned.history import PastRun
from analyzer.drill.practice import Practice, practice_of
from analyzer.drill.record import RunRecord, run_records
from analyzer.drill.rest.movement import Paces, paces
from analyzer.drill.segments.table import segment_notices, segments_table
from analyzer.drill.speed.way_back import with_ways_back
from analyzer.drill.stage.stage_changes import stage_changes
from analyzer.drill.stage.stage_metrics import stage_metrics
from analyzer.drill.stage.stages import Stage, stage_estimates, stage_table
from analyzer.drill.starting.reaction import reaction_notices, reactions, with_false_step, with_reactions
from analyzer.drill.worn.clocks import with_clocks_checked
from analyzer.drill.worn.pairing import with_pair_checked
from analyzer.drill.worn.silence import coarseness, silence
from analyzer.drill.worn.wearing import wearing_notices
from analyzer.errors import InputError
from analyzer.gait.run_gait import run_gait
from analyzer.mechanics.findings import Judgement, MechanicsInput, judgement
from analyzer.mechanics.rules.recovery import with_rests_judged
from analyzer.mechanics.thresholds import Thresholds, load
from analyzer.model import (
    Analysis,
    Athlete,
    Floats,
    Mark,
    Notice,
    Placement,
    Plan,
    Recording,
    SensorStream,
    TimedPayload,
    cues_among,
)
from analyzer.plain import as_plain
from analyzer.signal.grid import GridSignals, on_grid
from analyzer.signal.stuck import with_stuck_lost
from analyzer.versions import versions

__all__ = ["RunResult", "Session", "analyze"]

LIVE_BLOCK_S = 0.25
"""Samples of payloads are handed on once they make this much: a run's end is told so much later at most."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RunResult:
    """A run that has just ended, for the card between runs.

    Attributes
    ----------
    number : int
        From 1, in order of time.
    record : RunRecord
    """

    number: int
    record: RunRecord


class Session:
    """One practice while it happens.

    Parameters
    ----------
    plan : Plan, optional
    athlete : Athlete, optional
    config : Config, optional
    thresholds : Thresholds, optional
        The shipped ones if left out.
    placements : collection of Placement, optional
        Use these sensors only, and wait for all of them. Any sensor if left out.
    past : sequence of PastRun, optional
        The same athlete's runs of the last weeks, to hold the new ones against.
    """

    def __init__(
        self,
        plan: Plan | None = None,
        athlete: Athlete | None = None,
        config: Config | None = None,
        *,
        thresholds: Thresholds | None = None,
        placements: Collection[Placement] | None = None,
        past: Sequence[PastRun] = (),
    ) -> None:
        self._plan = plan
        self._past = tuple(past)
        self._athlete = athlete or Athlete()
        self._config = config or Config()
        self._thresholds = thresholds or load()
        self._placements = None if placements is None else frozenset(placements)
        self._assembler = Assembler(config=self._config.assembler)
        # Sorted, so that nothing depends on the order in which sensors were named.
        self._finder = RunFinder(self._config.finder, sorted(self._placements or ()))
        self._blocks: dict[Placement, list[SensorStream]] = {}
        self._waiting: dict[Placement, list[SensorStream]] = {}
        self._records: list[RunRecord] = []
        self._marks: list[Mark] = []

    def push(self, payload: TimedPayload) -> list[RunResult]:
        """Take one payload and return the runs that ended with it.

        Parameters
        ----------
        payload : TimedPayload
            In the order of arrival. Bytes that break the protocol are counted and told at the end.
        """
        ended: list[RunResult] = []
        for block in self._assembler.push(payload):
            waiting = self._waiting.setdefault(block.placement, [])
            waiting.append(block)
            # A frame is a twentieth of a second: looking at a few at once costs little more than looking at one.
            if block.time_s[-1] - waiting[0].time_s[0] >= LIVE_BLOCK_S:
                ended += self._push_waiting(block.placement)
        return ended

    def _push_waiting(self, placement: Placement) -> list[RunResult]:
        waiting = self._waiting.pop(placement, [])
        return self.push_samples(SensorStream.joined(waiting)) if waiting else []

    def push_samples(self, block: SensorStream) -> list[RunResult]:
        """Take the next samples of one sensor and return the runs that ended with them.

        Parameters
        ----------
        block : SensorStream
            Lost samples are NaN rows. Blocks of a sensor follow each other; no sensor lags more than
            `RunFinderConfig.silent_s` behind the others. Where blocks are cut does not matter.
        """
        return self._push_together([block])

    def push_streams(self, streams: Iterable[SensorStream]) -> list[RunResult]:
        """Take whole streams of several sensors at once and return the runs that ended with them.

        As `push_samples` with short blocks, sensor by sensor in step; only faster.
        """
        return self._push_together(list(streams))

    def _push_together(self, blocks: Sequence[SensorStream]) -> list[RunResult]:
        used = [block for block in blocks if self._placements is None or block.placement in self._placements]
        for block in used:
            # An empty block has no first and last time, which `_cut` looks at.
            if block.n_samples:
                self._blocks.setdefault(block.placement, []).append(block)
        return self._analyzed(self._finder.push(*used))

    def mark(self, mark: Mark) -> None:
        """Take a mark, such as a start signal, on the clock on which payloads are stamped."""
        self._marks.append(mark)

    def finish(self, recording: Recording | None = None) -> Analysis:
        """End the session and return everything.

        Parameters
        ----------
        recording : Recording, optional
            Where the samples came from, with its marks; made from what was pushed if left out.

        Returns
        -------
        Analysis
        """
        self._push_what_is_left()
        recording = recording or self._recording()
        # Only now: a jog shows against the fastest run of the day, and the walk back comes after the run.
        drilled, jogged = without_jogs(self._records, self._config.jogs)
        records = with_ways_back(drilled, self._signals_between, self._config.way_back)
        past, config, limits = self._past, self._config, self._thresholds
        practice = practice_of(records, self._plan, self._movement(), config.practice, recording.timings, past)
        cues = cues_among(recording.marks)
        errors_s = self._clock_errors_s
        reacted = reactions(records, cues, max(errors_s.values(), default=math.nan), config.reaction)
        practice = with_clocks_checked(with_pair_checked(practice, config.pair), errors_s, config.clocks)
        practice = with_reactions(practice, reacted, records)
        segments = segments_table(practice, records, self._signals_between, self._athlete, config.segments)
        runs = with_rests_judged(practice.runs, self._plan, limits.rules["rest"], limits.norms["rest"])
        tables = (runs, practice.strides, practice.steps, practice.contacts)
        compared = stage_estimates(*tables, self._config.stages)
        stages = stage_table(compared, self._config.stages)
        judged = self._judged(practice, (runs, stages, segments), compared)
        return Analysis(
            contacts=practice.contacts,
            strides=practice.strides,
            steps=practice.steps,
            runs=runs,
            stages=stages,
            stage_metrics=stage_metrics(*tables, self._config.stages, compared),
            stage_changes=stage_changes(*tables, self._config.stages, compared),
            segments=segments,
            rules=judged.rules,
            findings=judged.findings,
            # A recording read from a capture carries already what its payloads make the assembler say again.
            notices=(
                *_distinct((*recording.notices, *self._assembler.notices, *_unit_notices(recording))),
                *wearing_notices(records, practice.runs, recording.streams, config.wearing),
                *jogged,
                *practice.notices,
                *reaction_notices(reacted, cues, len(practice.runs), self._plan),
                *silence(self._records, self._blocks),
                *coarseness(records),
                *segment_notices(segments),
            ),
            plan=self._plan,
            athlete=self._athlete,
            simulated=recording.simulated,
            config=as_plain(self._config),
            versions=versions(self._thresholds),
            source=recording.source,
            recording=recording,
            reactions=reacted,
            clock_errors_s=errors_s,
        )

    def _push_what_is_left(self) -> None:
        # The end of the last run may lie in what the assembler still holds back.
        for placement in sorted(self._waiting):
            self._push_waiting(placement)
        for block in self._assembler.finish():
            self.push_samples(block)
        self._analyzed(self._finder.finish())

    def _judged(
        self,
        practice: Practice,
        tables: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame],
        compared: tuple[Stage, ...],
    ) -> Judgement:
        runs, stages, segments = tables
        inputs = MechanicsInput(
            runs=runs,
            stages=stages,
            contacts=practice.contacts,
            strides=practice.strides,
            steps=practice.steps,
            plan=self._plan,
            athlete=self._athlete,
            placements=tuple(sorted(self._blocks)),
            stage_config=self._config.stages,
            compared=compared,
            segments=segments,
        )
        return judgement(inputs, self._thresholds)

    @property
    def _clock_errors_s(self) -> Mapping[Placement, float]:
        """Return how well the clock of each sensor fits the host's; empty where samples came on the marks' clock."""
        return {placement: found.error_s for placement, found in sorted(self._assembler.corrections().items())}

    def _analyzed(self, windows: list[RunWindow]) -> list[RunResult]:
        ended = []
        for window in windows:
            signals = self._signals(window)
            if not signals:
                continue
            gait = run_gait(signals, self._config.gait)
            for found in run_records(gait, signals, self._config.run, cut=window.cut):
                record = with_false_step(found, signals, self._config.reaction)
                # Numbered here, not by window: a window holds any number of runs.
                self._records.append(record)
                ended.append(RunResult(len(self._records), record))
        return ended

    def _signals(self, window: RunWindow) -> Mapping[Placement, GridSignals]:
        """Return the samples of a window on the common clock, as well as it is known when the window ends."""
        corrections = self._assembler.corrections()
        signals = {}
        # In a fixed order: that in which the sensors came in must not show in the results.
        for placement in sorted(self._blocks):
            # Cut first, corrected after: the window was found on times as they came.
            part = _cut(self._blocks[placement], window)
            if part is None or part.n_samples < _LEAST_SAMPLES:
                continue
            if placement in corrections:
                part = part.at_times(corrections[placement].to_host(part.time_s))
            signals[placement] = on_grid(with_stuck_lost(part, self._config.wearing.stuck))
        return signals

    def _signals_between(self, start_s: float, stop_s: float) -> Mapping[Placement, GridSignals]:
        return self._signals(RunWindow(start_s, stop_s, start_s, stop_s))

    def _movement(self) -> tuple[Floats, Paces]:
        by_rank = sorted(self._blocks, key=lambda placement: (SEGMENTS_BY_RANK.index(placement.segment), placement))
        if not by_rank:
            return np.empty(0), np.empty(0, dtype=np.int8)
        # One sensor tells it as well as all of them: the one that finds runs best.
        return paces(SensorStream.joined(self._blocks[by_rank[0]]), self._config.movement)

    def _recording(self) -> Recording:
        corrections = self._assembler.corrections()
        streams = {placement: SensorStream.joined(blocks) for placement, blocks in self._blocks.items()}
        for placement, stream in streams.items():
            if placement in corrections:
                streams[placement] = stream.at_times(corrections[placement].to_host(stream.time_s))
        return Recording(streams, self._plan, self._athlete, tuple(self._marks))


_LEAST_SAMPLES = 16
"""Shorter stretches of samples hold no step."""


def analyze(
    recording: Recording,
    config: Config | None = None,
    thresholds: Thresholds | None = None,
    *,
    past: Sequence[PastRun] = (),
) -> Analysis:
    """Analyse a whole recording.

    Parameters
    ----------
    recording : Recording
        Its sensors decide: leave some out to see what the others can tell.
    config : Config, optional
    thresholds : Thresholds, optional
    past : sequence of PastRun, optional
        As in `Session`.

    Returns
    -------
    Analysis
        A capture is analysed from its payloads and so exactly as it was live.
    """
    config = config or Config()
    session = Session(
        recording.plan,
        recording.athlete,
        config,
        thresholds=thresholds,
        placements=recording.streams.keys(),
        past=past,
    )
    if recording.payloads:
        for payload in recording.payloads:
            session.push(payload)
    else:
        session.push_streams(_streams(recording, config))
    return session.finish(recording)


def _streams(recording: Recording, config: Config) -> list[SensorStream]:
    streams = [with_holes_marked(stream, config.holes) for _, stream in sorted(recording.streams.items())]
    _check_overlap(streams)
    return streams


def _check_overlap(streams: Sequence[SensorStream]) -> None:
    """Refuse sensors that were never worn at the same time as another: they are on different clocks."""
    ordered = sorted(streams, key=lambda stream: float(stream.time_s[0]))
    reached = ordered[0]
    for stream in ordered[1:]:
        # Against the one that reaches furthest: the one before may be a short one that others bridge.
        if stream.time_s[0] > reached.time_s[-1]:
            raise InputError(
                f"{stream.placement} begins at {stream.time_s[0]:.1f} s, after {reached.placement} has ended at "
                f"{reached.time_s[-1]:.1f} s: put all sensors on one clock, or analyse them apart"
            )
        if stream.time_s[-1] > reached.time_s[-1]:
            reached = stream


def _cut(blocks: list[SensorStream], window: RunWindow) -> SensorStream | None:
    """Return the samples of a window; newest blocks first, as a run is looked for where it has just ended."""
    parts: list[SensorStream] = []
    for block in reversed(blocks):
        if block.time_s[-1] < window.start_s:
            break
        if block.time_s[0] < window.stop_s:
            parts.append(block.between(window.start_s, window.stop_s))
    return SensorStream.joined(parts[::-1]) if parts else None


def _unit_notices(recording: Recording) -> Iterator[Notice]:
    """Yield doubts about units: the numbers below them would all be wrong."""
    for placement, stream in sorted(recording.streams.items()):
        for doubt in unit_doubts(stream.acc_m_s2, stream.gyr_rad_s):
            yield Notice("units.doubtful", f"The {placement.label} sensor's {doubt}", placement)


def _distinct(notices: tuple[Notice, ...]) -> tuple[Notice, ...]:
    # Not a set: the order in which they were found is kept.
    return tuple(dict.fromkeys(notices))
