"""Every setting that shapes numbers, in one tree."""

from dataclasses import dataclass, field

from analyzer.acquire.assemble import AssemblerConfig
from analyzer.acquire.holes import HolesConfig
from analyzer.drill.detection.jogs import JogConfig
from analyzer.drill.detection.runs import RunFinderConfig
from analyzer.drill.practice import PracticeConfig
from analyzer.drill.record import RunConfig
from analyzer.drill.rest.movement import MovementConfig
from analyzer.drill.segments.table import SegmentsConfig
from analyzer.drill.speed.way_back import WayBackConfig
from analyzer.drill.stage.stages import StageConfig
from analyzer.drill.starting.reaction import ReactionConfig
from analyzer.drill.worn.clocks import ClocksConfig
from analyzer.drill.worn.pairing import PairConfig
from analyzer.drill.worn.wearing import WearingConfig
from analyzer.gait.run_gait import GaitConfig

__all__ = ["Config"]


@dataclass(frozen=True, slots=True)
class Config:
    """How a recording is analysed; numbers that judge an athlete are in ``mechanics/thresholds.toml`` instead."""

    assembler: AssemblerConfig = field(default_factory=AssemblerConfig)
    holes: HolesConfig = field(default_factory=HolesConfig)
    finder: RunFinderConfig = field(default_factory=RunFinderConfig)
    gait: GaitConfig = field(default_factory=GaitConfig)
    run: RunConfig = field(default_factory=RunConfig)
    way_back: WayBackConfig = field(default_factory=WayBackConfig)
    jogs: JogConfig = field(default_factory=JogConfig)
    movement: MovementConfig = field(default_factory=MovementConfig)
    practice: PracticeConfig = field(default_factory=PracticeConfig)
    pair: PairConfig = field(default_factory=PairConfig)
    clocks: ClocksConfig = field(default_factory=ClocksConfig)
    wearing: WearingConfig = field(default_factory=WearingConfig)
    reaction: ReactionConfig = field(default_factory=ReactionConfig)
    stages: StageConfig = field(default_factory=StageConfig)
    segments: SegmentsConfig = field(default_factory=SegmentsConfig)
