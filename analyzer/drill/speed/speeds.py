"""What the speed profile of each run says: speeds on the way, time to the mark, and what a maximal run shows."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from analyzer.drill.record import RunRecord
from analyzer.drill.speed.acceleration import SpeedProfile, speed_at_m_s, speed_sd_m_s, time_at_s, time_sd_s
from analyzer.drill.speed.profile import ProfileConfig
from analyzer.drill.speed.scale import profile_of
from analyzer.model import Bools, Floats

__all__ = ["SPEED_COLUMNS", "SpeedsConfig", "maximal_runs", "speed_columns"]


@dataclass(frozen=True, slots=True)
class SpeedsConfig:
    """What a profile is asked for, and when its answer counts.

    Attributes
    ----------
    max_half_width : float
        Top speed is told when its 95 % interval reaches no further than this share of it to either side: within 20 yd
        it is extrapolated by 5 to 10 %.
    mass_kg, frontal_area_m2, drag_coefficient, air_kg_m3 : float
        For the air's drag, which is a few per cent of the force: a man of 80 kg and 1.83 m at 20 degrees C, as
        in the method of Samozino et al. (2016).
    """

    profile: ProfileConfig = field(default_factory=ProfileConfig)
    max_half_width: float = 0.05
    mass_kg: float = 80.0
    frontal_area_m2: float = 0.54
    drag_coefficient: float = 0.9
    air_kg_m3: float = 1.2


SPEED_COLUMNS = (
    "mid_run_speed_m_s",
    "mid_run_speed_sd_m_s",
    "time_to_distance_s",
    "time_to_distance_sd_s",
    "tau_s",
    "tau_sd_s",
    "v_max_m_s",
    "v_max_sd_m_s",
    "f0_n_kg",
    "f0_sd_n_kg",
    "v0_m_s",
    "v0_sd_m_s",
    "p_max_w_kg",
    "p_max_sd_w_kg",
)
"""Numbers of the run table that come from the profile."""


def maximal_runs(asked_effort_pct: Floats, achieved_pct: Floats, direction: Sequence[str]) -> Bools:
    """Return which runs count as maximal: forward, and asked at 100 % or, where nothing was asked, the fastest."""
    asked_all = asked_effort_pct >= 100.0
    fastest = np.isnan(asked_effort_pct) & (achieved_pct >= 100.0)
    forward = np.array([way == "forward" for way in direction], dtype=np.bool_)
    return np.asarray((asked_all | fastest) & forward)


def speed_columns(
    records: Sequence[RunRecord], distance_m: Floats, maximal: Bools, config: SpeedsConfig | None = None
) -> dict[str, Sequence[float] | Sequence[str]]:
    """Return the columns of the run table that come from the speed profile.

    Parameters
    ----------
    records : sequence of RunRecord
    distance_m : (n,) float array
        To the mark of each run; NaN where none is known.
    maximal : (n,) bool array
        Runs that may show what the athlete is capable of.
    config : SpeedsConfig, optional

    Returns
    -------
    dict of name to column
        `SPEED_COLUMNS`, NaN where unknown, and ``profile``, which says why.
    """
    config = config or SpeedsConfig()
    rows = [
        _row(record, float(distance), bool(is_maximal), config)
        for record, distance, is_maximal in zip(records, distance_m, maximal, strict=True)
    ]
    columns: dict[str, Sequence[float] | Sequence[str]] = {
        name: [row[0].get(name, float("nan")) for row in rows] for name in SPEED_COLUMNS
    }
    columns["profile"] = [";".join(row[1]) or "ok" for row in rows]
    return columns


_Row = tuple[dict[str, float], list[str]]


def _row(record: RunRecord, distance_m: float, maximal: bool, config: SpeedsConfig) -> _Row:
    if not record.start_seen:
        return {}, ["start_not_seen"]
    # Once a known way or time has told the scale, the lengths share less doubt than strides alone.
    known_scale = config.profile.scale_sd if np.isnan(record.scale_sd) else record.scale_sd
    profile = profile_of(record, replace(config.profile, scale_sd=known_scale))
    if profile is None:
        return {}, ["too_few_lengths"]
    way, why_no_way = _to_mark(profile, record, distance_m, config)
    top, why_no_top = _top(profile, maximal, config)
    return {"tau_s": profile.tau_s, "tau_sd_s": profile.tau_sd_s} | way | top, why_no_way + why_no_top


def _to_mark(profile: SpeedProfile, record: RunRecord, distance_m: float, config: SpeedsConfig) -> _Row:
    """Speed at half the distance and the time to all of it, if the athlete had not slowed down before."""
    if np.isnan(distance_m):
        return {}, ["no_distance"]
    half, mark = time_at_s(profile, np.array([0.5, 1.0]) * distance_m)
    slowing = record.deceleration_start_s
    ends = float(record.strides["end_s"].max()) if np.isnan(slowing) else slowing
    found = {}
    if half <= ends:
        found["mid_run_speed_m_s"] = float(speed_at_m_s(profile, half))
        found["mid_run_speed_sd_m_s"] = float(speed_sd_m_s(profile, half))
    # The onset is as uncertain as strides are long: a little beyond it the mark may still be reached at speed.
    if mark > ends + 2.0 * config.profile.onset_sd_s:
        return found, ["slowed_before_mark"]
    found["time_to_distance_s"] = float(mark) - record.start_s
    # The doubt about the first movement is in it already, by way of the profile's origin.
    found["time_to_distance_sd_s"] = float(time_sd_s(profile, np.array([distance_m]))[0])
    return found, []


def _top(profile: SpeedProfile, maximal: bool, config: SpeedsConfig) -> _Row:
    """Top speed, and the line from force at rest to speed without force."""
    if not maximal:
        # A run held back shows how hard it was held back, not what the athlete can do.
        return {}, ["submaximal"]
    v_max = profile.v_max_m_s
    # 1.96 standard deviations: 95 % of a normal distribution.
    if _NORMAL_95 * profile.v_max_sd_m_s > config.max_half_width * v_max:
        return {}, ["top_speed_unsure"]
    limits = _limits(v_max, profile.tau_s, config)
    sd = _limits_sd(profile, config)
    return {
        "v_max_m_s": v_max,
        "v_max_sd_m_s": profile.v_max_sd_m_s,
        "f0_n_kg": float(limits[0]),
        "f0_sd_n_kg": float(sd[0]),
        "v0_m_s": float(limits[1]),
        "v0_sd_m_s": float(sd[1]),
        "p_max_w_kg": float(limits[2]),
        "p_max_sd_w_kg": float(sd[2]),
    }, []


def _limits(v_max_m_s: float, tau_s: float, config: SpeedsConfig) -> Floats:
    """Return force per kg at rest, speed without force and largest power per kg, (3,)."""
    drag = 0.5 * config.air_kg_m3 * config.frontal_area_m2 * config.drag_coefficient / config.mass_kg
    # Force per kg is (v_max - v) / tau + drag v^2; the straight line of least squares through it from 0 to v_max.
    force = v_max_m_s / tau_s - drag * v_max_m_s**2 / 6.0
    speed = force / (1.0 / tau_s - drag * v_max_m_s)
    return np.array([force, speed, 0.25 * force * speed])


def _limits_sd(profile: SpeedProfile, config: SpeedsConfig) -> Floats:
    """Return the standard uncertainties of the three, by the delta method."""
    v_max, tau = profile.v_max_m_s, profile.tau_s
    # Central differences: the step is small against every uncertainty, and large against rounding.
    ends = [
        (_limits(v_max + dv, tau + dt, config) - _limits(v_max - dv, tau - dt, config)) / (2.0 * (dv + dt))
        for dv, dt in ((_STEP, 0.0), (0.0, _STEP))
    ]
    gradient = np.stack(ends, axis=-1)
    covariance = profile.covariance[:2, :2].copy()
    # Together with what no fit to feet can see of tau.
    covariance[1, 1] = profile.tau_sd_s**2
    return np.asarray(np.sqrt(np.einsum("ki,ij,kj->k", gradient, covariance, gradient)))


_STEP = 1e-4

_NORMAL_95 = 1.96
