"""What each placement measures in the cycles of one run: columns of the table of segments."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from analyzer.drill.segments.cycles import Cycles
from analyzer.drill.segments.tilted import Tilted
from analyzer.gait.foot.landing import FootSwings
from analyzer.gait.segments.arm import ArmConfig, effective_swing_rad, swing_rates_rad_s
from analyzer.gait.segments.axes import segment_angle, side_angle
from analyzer.gait.segments.lean import expected_lean_rad, mean_between
from analyzer.gait.segments.pelvis_motion import PelvisMotionConfig, braking_m_s, vertical_oscillation_m
from analyzer.gait.segments.shank_angle import angle_at_contact_rad
from analyzer.gait.segments.stiffness import leg_length_m, stiffness_of
from analyzer.gait.segments.thigh import ThighConfig, peak_rate_rad_s, swing_range_rad
from analyzer.model import Athlete, Floats, Indices, Placement
from analyzer.rows import nearest_rows
from analyzer.signal.grid import GridSignals
from analyzer.signal.vectors import along

__all__ = ["ANGLES", "MeasuresConfig", "Sensed", "measured"]


@dataclass(frozen=True, slots=True)
class MeasuresConfig:
    """How each placement is read.

    Attributes
    ----------
    same_contact_s : float
        A swing belongs to the stride whose contact lies so close to its own.
    """

    thigh: ThighConfig = field(default_factory=ThighConfig)
    arm: ArmConfig = field(default_factory=ArmConfig)
    pelvis: PelvisMotionConfig = field(default_factory=PelvisMotionConfig)
    same_contact_s: float = 0.002


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Sensed:
    """One sensor in one run, with all that its measures need.

    Attributes
    ----------
    placement : Placement
    signals : GridSignals
    cycles : Cycles
    tilt : Tilted
    acceleration_m_s2 : (n,) float array
        Of the body along the run in each cycle.
    swings : FootSwings or None
    athlete : Athlete
    """

    placement: Placement
    signals: GridSignals
    cycles: Cycles
    tilt: Tilted
    acceleration_m_s2: Floats
    swings: FootSwings | None
    athlete: Athlete

    def spans(self) -> tuple[Indices, Indices]:
        """Return first and past-the-last sample of each cycle in the signals."""
        return _samples(self.cycles.start_s, self.signals), _samples(self.cycles.end_s, self.signals)


Columns = dict[str, Floats]

ANGLES: Mapping[str, tuple[str, ...]] = {
    "sternum": ("trunk_lean_rad", "trunk_side_lean_rad"),
    "pelvis": ("pelvic_tilt_rad",),
    "thigh": ("thigh_flexion_rad", "thigh_extension_rad"),
    "shank": ("shank_angle_rad",),
}
"""Segment -> columns that are angles against the stand."""


def measured(sensed: Sensed, config: MeasuresConfig) -> Columns:
    """Return what a sensor measures in the cycles of a run.

    Parameters
    ----------
    sensed : Sensed
    config : MeasuresConfig

    Returns
    -------
    dict of name to (n,) float array
        Columns of the table of segments; those left out are not measured there.
    """
    segment = sensed.placement.segment
    if segment == "sternum":
        return _sternum(sensed)
    if segment == "shank":
        return _shank(sensed)
    by_segment = {"pelvis": _pelvis, "thigh": _thigh, "wrist": _wrist, "foot": _foot}
    return by_segment[segment](sensed, config)


def _sternum(sensed: Sensed) -> Columns:
    found = {"lean_expected_rad": expected_lean_rad(sensed.acceleration_m_s2)}
    attitude, axes = sensed.tilt.attitude, sensed.tilt.axes
    if attitude is None or axes is None:
        return found
    bounds = _places(sensed)
    return found | {
        "trunk_lean_rad": mean_between(segment_angle(attitude, axes), *bounds),
        "trunk_side_lean_rad": mean_between(side_angle(attitude, axes), *bounds),
    }


def _pelvis(sensed: Sensed, config: MeasuresConfig) -> Columns:
    found = {"lean_expected_rad": expected_lean_rad(sensed.acceleration_m_s2)}
    attitude, axes, heading = sensed.tilt.attitude, sensed.tilt.axes, sensed.tilt.heading
    if attitude is None:
        return found
    cycles = sensed.cycles
    first, last = (_inside(attitude.index(at)) for at in (cycles.start_s, cycles.end_s))
    upward = np.einsum("ij,ij->i", attitude.force_m_s2, attitude.world_up)
    found["vertical_oscillation_m"] = vertical_oscillation_m(upward, attitude.rate_hz, (first, last))
    if heading is not None:
        lifted = _inside(attitude.index(np.nan_to_num(cycles.start_s + cycles.contact_time_s)))
        spans = (first, np.where(np.isfinite(cycles.contact_time_s), lifted, 0), last)
        slope = sensed.acceleration_m_s2
        forward = along(attitude.force_m_s2, heading)
        found["braking_m_s"] = braking_m_s(forward, attitude.rate_hz, spans, slope, config.pelvis)
    if axes is not None:
        found["pelvic_tilt_rad"] = mean_between(segment_angle(attitude, axes), *_places(sensed))
    return found


def _thigh(sensed: Sensed, config: MeasuresConfig) -> Columns:
    attitude, axes = sensed.tilt.attitude, sensed.tilt.axes
    if attitude is None or axes is None:
        # How fast a thigh swings needs no stand: the axis of the swing is enough.
        rate = _swing_rate(sensed.signals, sensed.spans())
        return {"thigh_rate_rad_s": peak_rate_rad_s(rate, sensed.signals.rate_hz, sensed.spans(), config.thigh)}
    spans = tuple(_inside(place) for place in _places(sensed))
    first, last = spans[0], spans[1]
    # A thigh is flexed when its upper end lies behind its lower one.
    forward, back = swing_range_rad(-segment_angle(attitude, axes), attitude.rate_hz, (first, last), config.thigh)
    rate = along(attitude.rate_rad_s, axes.left)
    return {
        "thigh_flexion_rad": forward,
        "thigh_extension_rad": back,
        "thigh_rate_rad_s": peak_rate_rad_s(rate, attitude.rate_hz, (first, last), config.thigh),
    }


def _shank(sensed: Sensed) -> Columns:
    attitude, axes = sensed.tilt.attitude, sensed.tilt.axes
    if attitude is None or axes is None:
        return {}
    # Only its own foot's cycles begin with a contact of this leg.
    own = np.where(sensed.cycles.side == sensed.placement.side, _places(sensed)[0], np.nan)
    return {"shank_angle_rad": angle_at_contact_rad(-segment_angle(attitude, axes), own)}


def _wrist(sensed: Sensed, config: MeasuresConfig) -> Columns:
    if not sensed.signals.has_gyroscope:
        return {}
    rate = swing_rates_rad_s(sensed.signals.gyr_rad_s, sensed.signals.rate_hz, sensed.spans(), config.arm)
    frequency = 1.0 / (sensed.cycles.end_s - sensed.cycles.start_s)
    return {"arm_rate_rad_s": rate, "arm_swing_rad": effective_swing_rad(rate, frequency)}


def _foot(sensed: Sensed, config: MeasuresConfig) -> Columns:
    cycles, athlete = sensed.cycles, sensed.athlete
    steady = np.where(cycles.phase == "fly", cycles.speed_m_s, np.nan)
    springs = stiffness_of(
        cycles.contact_time_s, cycles.flight_time_s, steady, (athlete.mass_kg, leg_length_m(athlete))
    )
    found = {
        "contact_length_m": cycles.speed_m_s * cycles.contact_time_s,
        "vertical_stiffness_n_m": np.where(np.isfinite(steady), springs.vertical_n_m, np.nan),
        "leg_stiffness_n_m": springs.leg_n_m,
    }
    return found | (_of_swings(cycles, sensed.swings, config) if sensed.swings is not None else {})


def _of_swings(cycles: Cycles, swings: FootSwings, config: MeasuresConfig) -> Columns:
    # The contact that opens a stride ends the swing before it; the stride's own swing begins with that contact.
    landed = nearest_rows(swings.close_s, cycles.start_s, config.same_contact_s)
    swung = nearest_rows(swings.open_s, cycles.start_s, config.same_contact_s)
    return {
        "foot_speed_before_contact_m_s": _taken(swings.landing_speed_m_s, landed),
        "heel_recovery_rad": _taken(swings.heel_recovery_rad, swung),
        "heel_height_m": _taken(swings.rise_m, swung),
    }


def _places(sensed: Sensed) -> tuple[Floats, Floats]:
    """Return where each cycle begins and ends in the attitude, fractional samples; NaN outside of it."""
    attitude = sensed.tilt.attitude
    if attitude is None:
        nothing = np.full(len(sensed.cycles), np.nan)
        return nothing, nothing
    start, end = ((at - attitude.start_s) * attitude.rate_hz for at in (sensed.cycles.start_s, sensed.cycles.end_s))
    return start, end


def _swing_rate(signals: GridSignals, spans: tuple[Indices, Indices]) -> Floats:
    """Return the rate about the axis that most of the turning is about."""
    if not signals.has_gyroscope or not len(spans[0]):
        return np.full(signals.n_samples, np.nan)
    part = signals.gyr_rad_s[spans[0].min() : spans[1].max()]
    return along(signals.gyr_rad_s, np.linalg.eigh(part.T @ part)[1][:, -1])


def _samples(time_s: Floats, signals: GridSignals) -> Indices:
    place = np.clip((time_s - signals.start_s) * signals.rate_hz, 0.0, signals.n_samples - 1.0)
    return _inside(place)


def _inside(place: Floats) -> Indices:
    return np.asarray(np.rint(place), dtype=np.intp)


def _taken(values: Floats, rows: Indices) -> Floats:
    return np.where(rows >= 0, np.append(values, np.nan)[rows], np.nan)
