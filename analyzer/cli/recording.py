"""A recording from the coach's side: lines while it runs, a card after each run."""

import asyncio
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from analyzer.acquire.ble.discover import Found, Radio
from analyzer.acquire.ble.health import Vitals
from analyzer.acquire.ble.recorder import Recorder, RecorderConfig, Watcher
from analyzer.acquire.capture import CaptureWriter
from analyzer.cli.live import LiveBoard
from analyzer.drill.practice import practice_of
from analyzer.model import Athlete, Plan, TimedPayload
from analyzer.report import run_card, run_lines
from analyzer.report.quantities import Units
from analyzer.session import Session

if TYPE_CHECKING:
    from analyzer.drill.record import RunRecord

__all__ = ["Cards", "RecordJob", "record"]


@dataclass(frozen=True, slots=True)
class RecordJob:
    """What is recorded into which file.

    Attributes
    ----------
    out : Path
    plan : Plan or None
    athlete : Athlete
    units : {'us', 'metric'}
    simulated : bool
        The sensors are virtual ones.
    overwrite : bool
    config : RecorderConfig
    """

    out: Path
    plan: Plan | None = None
    athlete: Athlete = field(default_factory=Athlete)
    units: Units = "us"
    simulated: bool = False
    overwrite: bool = False
    config: RecorderConfig = field(default_factory=RecorderConfig)


class Cards:
    """Walk live payloads through a session, and say a card for each run that ends.

    Parameters
    ----------
    job : RecordJob
    say : callable
        Takes a card; called from the thread that pushes.
    """

    def __init__(self, job: RecordJob, say: Callable[[str], None]) -> None:
        self._job = job
        self._say = say
        self._session = Session(job.plan, job.athlete)
        self._records: list[RunRecord] = []

    @property
    def n_runs(self) -> int:
        """Runs that have ended so far."""
        return len(self._records)

    def push(self, payloads: Sequence[TimedPayload]) -> None:
        """Take payloads in the order of arrival."""
        for payload in payloads:
            for ended in self._session.push(payload):
                self._records.append(ended.record)
                self._say(self._card().rstrip())

    def _card(self) -> str:
        """Return the card of the newest run, among those before it: they tell which of the plan's it was."""
        # How the rests were spent is for the page; a card is about the run.
        no_movement = (np.empty(0), np.empty(0, dtype=np.int8))
        practice = practice_of(self._records, self._job.plan, no_movement)
        line = run_lines(practice, self._job.units)[-1]
        asked_pct = float(practice.runs["asked_effort_pct"].iloc[-1])
        if not math.isnan(asked_pct):
            line = replace(line, label=f"{line.label}, asked {asked_pct:g} %")
        return run_card(line, simulated=self._job.simulated)


async def record(radio: Radio, sensors: Mapping[str, Found], job: RecordJob, stop: asyncio.Event) -> tuple[Vitals, ...]:
    """Record sensors into a new capture until `stop` is set; return how they did.

    Raises
    ------
    CaptureError
        The file is there already, or cannot be written.
    """
    board = LiveBoard(sys.stderr)
    cards = Cards(job, lambda card: _say_card(board, card))
    watcher = Watcher(cards.push, board.show, lambda notice: board.say(f"! {notice.text}"))
    with CaptureWriter(
        job.out,
        plan=job.plan,
        athlete=job.athlete,
        simulated=job.simulated,
        started_utc=datetime.now(UTC).isoformat(timespec="seconds"),
        overwrite=job.overwrite,
    ) as writer:
        recorder = Recorder(radio, sensors, writer, watcher, job.config)
        await recorder.run(stop)
        return recorder.vitals


def _say_card(board: LiveBoard, card: str) -> None:
    # The lines make room, so that a card stays whole when both go to one terminal.
    board.say("")
    print(card, flush=True)
