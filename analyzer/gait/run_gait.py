"""Contacts, strides and steps of one window of time from whatever sensors were worn."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from analyzer.gait.foot.analysis import FootConfig, FootGait, analyze_foot
from analyzer.gait.foot.landing import FootSwings
from analyzer.gait.foot.travel import FootTravel
from analyzer.gait.pelvis import PelvisConfig, pelvis_contacts
from analyzer.gait.shank import ShankConfig, shank_contacts
from analyzer.gait.steps import StepConfig, step_rows
from analyzer.gait.strides import contact_rows, contact_strides, foot_strides, in_order_of_contact
from analyzer.gait.wrist import ArmCycles, WristConfig, arm_cycles
from analyzer.model import Floats, Placement
from analyzer.rows import Rows, count, joined, no_rows, only
from analyzer.signal.grid import GridSignals
from analyzer.tables import CONTACTS, STEPS, STRIDES

__all__ = ["GaitConfig", "RunGait", "run_gait"]


@dataclass(frozen=True, slots=True)
class GaitConfig:
    """How contacts, strides and steps are found, by placement."""

    foot: FootConfig = field(default_factory=FootConfig)
    shank: ShankConfig = field(default_factory=ShankConfig)
    pelvis: PelvisConfig = field(default_factory=PelvisConfig)
    wrist: WristConfig = field(default_factory=WristConfig)
    steps: StepConfig = field(default_factory=StepConfig)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RunGait:
    """Rows of one window, walking steps included.

    Attributes
    ----------
    contacts, strides, steps : Rows
        Columns of the schemas in `analyzer.tables`; run 0, phase open.
    used : tuple of Placement
        Sensors that told the contacts.
    travel_axes : mapping of Placement to (3,) float array
        Feet only: axis of the swing in the sensor frame, signed by the way the foot went.
    travels : mapping of Placement to FootTravel
        Feet that took strides: where each stride went, by which the direction of runs is told.
    foot_rolls_rad : mapping of Placement to float
        Feet only: how far the left side of the foot is raised as it leaves the ground and lands, by which a left foot
        and a right one are told apart.
    swings : mapping of Placement to FootSwings
        Feet only: what they did in the air.
    """

    contacts: Rows
    strides: Rows
    steps: Rows
    used: tuple[Placement, ...]
    travel_axes: Mapping[Placement, Floats] = field(default_factory=lambda: MappingProxyType({}))
    travels: Mapping[Placement, FootTravel] = field(default_factory=lambda: MappingProxyType({}))
    foot_rolls_rad: Mapping[Placement, float] = field(default_factory=lambda: MappingProxyType({}))
    swings: Mapping[Placement, FootSwings] = field(default_factory=lambda: MappingProxyType({}))


def run_gait(signals: Mapping[Placement, GridSignals], config: GaitConfig) -> RunGait:
    """Return contacts, strides and steps of one window.

    Parameters
    ----------
    signals : mapping of Placement to GridSignals
    config : GaitConfig

    Returns
    -------
    RunGait
        From the feet where there are any with a gyroscope, else from the shanks, else from the pelvis; from a wrist
        alone strides without contacts. Empty where no sensor can tell.
    """
    # The closer to the ground, the surer the contacts.
    by_segment = {"foot": _foot, "shank": _shank, "pelvis": _pelvis, "wrist": _wrist}
    for segment, analyzed in by_segment.items():
        usable = {
            placement: grid for placement, grid in signals.items() if placement.segment == segment and _usable(grid)
        }
        if usable:
            return _combined(usable, analyzed, config)
    return _nothing(())


def _nothing(used: tuple[Placement, ...]) -> RunGait:
    return RunGait(no_rows(CONTACTS), no_rows(STRIDES), no_rows(STEPS), used)


def _usable(grid: GridSignals) -> bool:
    return not grid.lost.all() and (grid.has_gyroscope or grid.placement.segment in _WITHOUT_GYROSCOPE)


_WITHOUT_GYROSCOPE = ("pelvis", "wrist")
"""Segments whose detectors can do with the accelerometer alone."""

_Part = tuple[Rows, Rows, FootGait | None]


def _combined(
    signals: Mapping[Placement, GridSignals],
    analyzed: Callable[[GridSignals, GaitConfig], _Part],
    config: GaitConfig,
) -> RunGait:
    parts = [analyzed(grid, config) for grid in signals.values()]
    # Most windows of a practice are walks: there is nothing to put in order.
    if not any(count(part[0]) or count(part[1]) for part in parts):
        return _nothing(tuple(signals))
    contacts = in_order_of_contact(joined([part[0] for part in parts]))
    strides = joined([part[1] for part in parts])
    strides = only(strides, np.argsort(strides["start_s"], kind="stable"))
    feet = {placement: part[2] for placement, part in zip(signals, parts, strict=True) if part[2] is not None}
    axes = {placement: foot.travel_axis for placement, foot in feet.items()}
    travels = {placement: foot.travel for placement, foot in feet.items() if foot.travel is not None}
    rolls = {placement: foot.roll_rad for placement, foot in feet.items()}
    swings = {placement: foot.swings for placement, foot in feet.items() if foot.swings is not None}
    steps = step_rows(contacts, strides, config.steps)
    return RunGait(contacts, strides, steps, tuple(signals), axes, travels, rolls, swings)


def _foot(signals: GridSignals, config: GaitConfig) -> _Part:
    foot = analyze_foot(signals, config.foot)
    return contact_rows(foot.contacts), foot_strides(foot), foot


def _shank(signals: GridSignals, config: GaitConfig) -> _Part:
    events = shank_contacts(signals, config.shank)
    return contact_rows(events), contact_strides(events), None


def _pelvis(signals: GridSignals, config: GaitConfig) -> _Part:
    events = pelvis_contacts(signals, config.pelvis)
    return contact_rows(events), contact_strides(events), None


def _wrist(signals: GridSignals, config: GaitConfig) -> _Part:
    return no_rows(CONTACTS), _cycle_strides(arm_cycles(signals, config.wrist)), None


def _cycle_strides(cycles: ArmCycles) -> Rows:
    n = len(cycles.start_s)
    unknown = np.full(n, np.nan)
    # A wrist sees neither contacts nor lengths: all is unknown but what is set below.
    return dict.fromkeys(STRIDES.names, unknown) | {
        "run": np.zeros(n, dtype=np.int64),
        # A cycle begins at no contact, so it is no foot's stride.
        "side": np.full(n, "unknown"),
        "start_s": cycles.start_s,
        "end_s": cycles.start_s + cycles.stride_time_s,
        "stride_time_s": cycles.stride_time_s,
        "stride_frequency_hz": 1.0 / cycles.stride_time_s,
        "length_source": np.full(n, "none"),
        "phase": np.full(n, ""),
        "quality": np.full(n, "ok"),
    }
