"""The scale of a run's stride lengths from a time over a known distance."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from analyzer.drill.record import RunRecord, with_lengths
from analyzer.drill.speed.acceleration import (
    SpeedProfile,
    distance_at_m,
    distance_sd_m,
    fit_profile,
    speed_at_m_s,
    stride_ways,
)
from analyzer.drill.speed.profile import ProfileConfig
from analyzer.drill.stage.estimate import EstimateConfig
from analyzer.model import Notice, StartRule, Timing, TimingMethod

__all__ = ["Scale", "ScaleConfig", "anchored", "fused", "profile_of", "scaled", "timed_scale"]


@dataclass(frozen=True, slots=True)
class ScaleConfig:
    """What is known of a clock, and of all lengths of a run together before a clock tells more.

    Attributes
    ----------
    stopwatch_sd_s : float
        A hand starts and stops a watch with this spread: 0.10 to 0.15 s.
    gate_sd_s : float
        A gate sees a swinging arm or the trunk.
    movement_sd_s : float
        How well the first movement is told by sensors.
    gate_lag_s, gate_lag_sd_s : float
        A runner passes a gate on the start line so long after his first movement; start procedures differ by 0.17 to
        0.69 s from one another (Haugen 2012).
    reaction_s, reaction_sd_s : float
        From a signal to the first movement in the field: 0.20 to 0.30 s to a light, less to a sound.
    torso_sd_m : float
        The mark is passed by the torso; the strides say where the feet are.
    max_sd : float
        A time that differs from the strides by more than so many standard deviations is a slip, not a scale.
    """

    profile: ProfileConfig = field(default_factory=ProfileConfig)
    estimate: EstimateConfig = field(default_factory=EstimateConfig)
    stopwatch_sd_s: float = 0.12
    gate_sd_s: float = 0.02
    movement_sd_s: float = 0.05
    gate_lag_s: float = 0.20
    gate_lag_sd_s: float = 0.15
    reaction_s: float = 0.22
    reaction_sd_s: float = 0.06
    torso_sd_m: float = 0.25
    max_sd: float = 3.0


@dataclass(frozen=True, slots=True)
class Scale:
    """What all lengths of a run are to be multiplied by, and its standard uncertainty."""

    factor: float
    sd: float


def anchored(
    records: Sequence[RunRecord],
    timings: Sequence[Timing],
    distances_m: Sequence[float],
    config: ScaleConfig | None = None,
) -> tuple[list[RunRecord], tuple[Notice, ...]]:
    """Return the runs, those that were timed with their lengths anchored.

    Parameters
    ----------
    records : sequence of RunRecord
    timings : sequence of Timing
        At most one a run; of several the last counts.
    distances_m : sequence of float
        Planned distance of each run, NaN where none is known.
    config : ScaleConfig, optional

    Returns
    -------
    list of RunRecord
    tuple of Notice
        Times that could not be used, and why.
    """
    config = config or ScaleConfig()
    found, notices = list(records), []
    for timing in {timing.run: timing for timing in timings}.values():
        if timing.run > len(records):
            text = f"There is a time for run {timing.run}, but only {len(records)} runs were found. It was not used."
            notices.append(Notice("time.no_run", text))
            continue
        at = timing.run - 1
        scale, why_not = _scale_of(records[at], timing, float(distances_m[at]), config)
        if scale is None:
            text = f"The time of run {timing.run} was not used: {why_not}."
            notices.append(Notice("time.unused", text, run=timing.run))
        else:
            found[at] = scaled(records[at], scale, config)
    return found, tuple(notices)


def profile_of(record: RunRecord, config: ProfileConfig) -> SpeedProfile | None:
    """Return the speed profile of a run up to its slowing; None with fewer than three known strides or no start."""
    ways = stride_ways(record.strides, record.contacts, record.deceleration_start_s)
    if not record.start_seen or np.isfinite(ways.length_m).sum() < 3:
        return None
    return fit_profile(
        ways, record.start_s + config.force_lag_s, replace(config, origin_sd_s=_origin_sd_s(record, config))
    )


def timed_scale(
    profile: SpeedProfile, start_s: float, timing: Timing, distance_m: float, config: ScaleConfig | None = None
) -> Scale:
    """Return what a time says of the lengths, by itself.

    Parameters
    ----------
    profile : SpeedProfile
        Of the run as it was measured.
    start_s : float
        First movement.
    timing : Timing
    distance_m : float
        Where the clock was stopped.
    config : ScaleConfig, optional

    Notes
    -----
    The way that the strides cover in the time, against the distance. What the clock is wrong by in time, it is wrong
    by in way times the speed at the mark.
    """
    config = config or ScaleConfig()
    lag, lag_sd = _lags(config)[timing.start]
    at = np.array([start_s + lag + timing.time_s])
    way, speed = float(distance_at_m(profile, at)[0]), float(speed_at_m_s(profile, at)[0])
    clock_sd = float(np.hypot(_clock_sd_s(timing.method, config), lag_sd))
    sd_m = float(np.sqrt((speed * clock_sd) ** 2 + config.torso_sd_m**2 + distance_sd_m(profile, at)[0] ** 2))
    return Scale(distance_m / way, sd_m / distance_m)


def fused(prior_sd: float, told: Scale) -> Scale:
    """Return the scale that is most probable after both the strides, which say 1, and another witness."""
    weight = prior_sd**2 / (prior_sd**2 + told.sd**2)
    return Scale(1.0 + weight * (told.factor - 1.0), float(np.sqrt(weight)) * told.sd)


def scaled(record: RunRecord, scale: Scale, config: ScaleConfig | None = None) -> RunRecord:
    """Return the run with all its lengths multiplied, their source ``anchored``."""
    config = config or ScaleConfig()
    strides = record.strides
    length = scale.factor * strides["stride_length_m"]
    variance = (scale.factor * strides["stride_length_sd_m"]) ** 2
    # What the strides share is now known as well as the scale, what each has to itself as before.
    shared = np.minimum(config.estimate.common_share * variance, (scale.sd * length) ** 2)
    sd = np.sqrt((1.0 - config.estimate.common_share) * variance + shared)
    changed = {
        **strides,
        "stride_length_m": length,
        "stride_length_sd_m": sd,
        "speed_m_s": length / strides["stride_time_s"],
        "length_source": np.where(np.isnan(length), strides["length_source"], "anchored"),
    }
    return with_lengths(record, changed, scale.sd)


def _origin_sd_s(record: RunRecord, config: ProfileConfig) -> float:
    if record.false_step == "yes":
        return config.stepped_origin_sd_s
    known = np.isfinite(record.start_sd_s)
    return float(np.hypot(record.start_sd_s, config.force_lag_sd_s)) if known else config.origin_sd_s


def _lags(config: ScaleConfig) -> dict[StartRule, tuple[float, float]]:
    """From first movement to the start of the clock, and its uncertainty."""
    seen = config.movement_sd_s
    return {
        "first_movement": (0.0, seen),
        "gate": (config.gate_lag_s, float(np.hypot(seen, config.gate_lag_sd_s))),
        "signal": (-config.reaction_s, float(np.hypot(seen, config.reaction_sd_s))),
    }


def _clock_sd_s(method: TimingMethod, config: ScaleConfig) -> float:
    return config.gate_sd_s if method == "gate" else config.stopwatch_sd_s


def _scale_of(record: RunRecord, timing: Timing, planned_m: float, config: ScaleConfig) -> tuple[Scale | None, str]:
    """Return the scale of a timed run, or why there is none."""
    distance_m = planned_m if np.isnan(timing.distance_m) else timing.distance_m
    if np.isnan(distance_m):
        return None, "its distance is not known; give it with the time, such as 3=2.95@20yd"
    profile = profile_of(record, config.profile)
    if profile is None:
        return None, "the start of the run was not seen, or too few of its strides have a length"
    told = timed_scale(profile, record.start_s, timing, distance_m, config)
    lag, _ = _lags(config)[timing.start]
    if record.start_s + lag + timing.time_s > _holds_until_s(record, config.profile):
        return None, "the clock was stopped after the athlete had begun to slow down"
    prior_sd = _prior_sd(record, config)
    if abs(told.factor - 1.0) > config.max_sd * np.hypot(prior_sd, told.sd):
        off = 100.0 * (told.factor - 1.0)
        return None, f"by it the strides would be {abs(off):.0f} % {'longer' if off > 0 else 'shorter'} than measured"
    return fused(prior_sd, told), ""


def _prior_sd(record: RunRecord, config: ScaleConfig) -> float:
    """Return the relative uncertainty that all lengths of a run share before a clock tells more."""
    if np.isfinite(record.scale_sd):
        return float(record.scale_sd)
    strides = record.strides
    own = float(np.nanmedian(strides["stride_length_sd_m"] / strides["stride_length_m"]))
    shared = float(np.sqrt(config.estimate.common_share) * own)
    return max(config.profile.scale_sd, shared) if np.isfinite(shared) else config.profile.scale_sd


def _holds_until_s(record: RunRecord, config: ProfileConfig) -> float:
    """Return when the profile ends: at the slowing, whose onset is uncertain, or with the last stride."""
    slowing = record.deceleration_start_s
    last = float(record.strides["end_s"].max()) if np.isnan(slowing) else slowing
    return last + 2.0 * config.onset_sd_s
