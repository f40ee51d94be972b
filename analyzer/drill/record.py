"""One run: its gait cut to the running strides, with phases, peak speed, way, and what was lost."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np

from analyzer.drill.detection.bouts import BoutConfig, running_bouts
from analyzer.drill.speed.profile import ProfileConfig, deceleration_start_s, peak_speed, phases
from analyzer.drill.starting.false_step import FalseStep, FalseStepConfig, false_step
from analyzer.drill.starting.onset import Onset, OnsetConfig, onset_of
from analyzer.drill.starting.start import StartTeller, first_movement_s
from analyzer.gait.foot.landing import FootSwings
from analyzer.gait.foot.travel import FootTravel
from analyzer.gait.run_gait import RunGait
from analyzer.model import Floats, Placement
from analyzer.rows import Rows, count, no_rows, only
from analyzer.signal.grid import GridSignals
from analyzer.tables import CONTACTS

__all__ = ["LEAST_RECEIVED_PCT", "RunConfig", "RunRecord", "run_records", "with_lengths"]


LEAST_RECEIVED_PCT = 90.0
"""A run of which less arrived from a sensor is not judged by that sensor: a tenth of a run is a stride or two."""


@dataclass(frozen=True, slots=True)
class RunConfig:
    """How runs are cut out of windows.

    Attributes
    ----------
    push_off_s : float
        A toe-off without a seen contact belongs to a run that begins at most this long after it.
    start_look_back_s : float
        First movement lies at most this long before the first contact: a step and a moment of leaning.
    min_known_share : float
        With fewer strides of known length than this none is told: those that clip are the fast ones, and the rest
        would make a sprinter a jogger.
    edge_s : float
        A run whose first contact is this close to the beginning of its samples was under way already.
    min_received_pct : float
        With less than this of a sensor's samples a run has holes even where no contact seen touches one: at 90 % of 20
        strides two are gone, and with them perhaps the fastest.
    """

    bouts: BoutConfig = field(default_factory=BoutConfig)
    profile: ProfileConfig = field(default_factory=ProfileConfig)
    onset: OnsetConfig = field(default_factory=OnsetConfig)
    false_step: FalseStepConfig = field(default_factory=FalseStepConfig)
    push_off_s: float = 0.6
    start_look_back_s: float = 1.5
    min_known_share: float = 0.67
    edge_s: float = 0.6
    min_received_pct: float = LEAST_RECEIVED_PCT


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RunRecord:
    """One run before the practice is known as a whole.

    Attributes
    ----------
    start_s, stop_s : float
        First movement and last toe-off.
    deceleration_start_s : float
        NaN if the run has none.
    peak_speed_m_s, peak_speed_sd_m_s : float
    way_m : float
        Covered up to the onset of slowing; NaN where speed is unknown.
    received_pct : float
        Of the worst sensor used.
    troubles : tuple of str
        ``gap``, ``clipped``, ``sensor_lost``, ``cut_start``, ``cut_end``, ``no_length``, ``one_side``.
    contacts, strides, steps : Rows
        Of this run, numbered 0; columns as in `analyzer.tables`.
    used : tuple of Placement
    travel_axes : mapping of Placement to (3,) float array
    start_sd_s : float
        Standard uncertainty of `start_s`; NaN where it was not seen.
    start_seen : bool
        False where `start_s` is the first event of the run instead.
    start_told_by : {'trunk', 'legs', 'none'}
        Which part of the body told `start_s`.
    scale_sd : float
        Relative uncertainty of all lengths of the run together, once a known way or time has told it; else NaN.
    travels : mapping of Placement to FootTravel
        Feet only: where each stride of the run went.
    false_step : {'yes', 'no', 'unknown'}
        Whether a foot was set back before the first real step.
    foot_rolls_rad : mapping of Placement to float
        As in `RunGait`.
    swings : mapping of Placement to FootSwings
        Feet only, of the whole window: what they did in the air.
    """

    start_s: float
    stop_s: float
    deceleration_start_s: float
    peak_speed_m_s: float
    peak_speed_sd_m_s: float
    way_m: float
    received_pct: float
    troubles: tuple[str, ...]
    contacts: Rows
    strides: Rows
    steps: Rows
    used: tuple[Placement, ...]
    travel_axes: Mapping[Placement, Floats]
    start_seen: bool = True
    start_told_by: StartTeller = "legs"
    start_sd_s: float = float("nan")
    scale_sd: float = float("nan")
    false_step: FalseStep = "unknown"
    foot_rolls_rad: Mapping[Placement, float] = field(default_factory=lambda: MappingProxyType({}))
    travels: Mapping[Placement, FootTravel] = field(default_factory=dict)
    swings: Mapping[Placement, FootSwings] = field(default_factory=lambda: MappingProxyType({}))


def run_records(
    gait: RunGait, signals: Mapping[Placement, GridSignals], config: RunConfig | None = None, *, cut: bool = False
) -> list[RunRecord]:
    """Return the runs in one window.

    Parameters
    ----------
    gait : RunGait
        Contacts, strides and steps of the window, walking included.
    signals : mapping of Placement to GridSignals
        All sensors of the window.
    config : RunConfig, optional
    cut : bool
        The recording ended with this window.

    Returns
    -------
    list of RunRecord
        In order of time; empty where nobody ran.
    """
    config = config or RunConfig()
    start, end, duty, speed = (gait.strides[name] for name in ("start_s", "end_s", "duty_factor", "speed_m_s"))
    # A hole moves a toe-off by as much as half a contact: such a stride does not tell running from walking.
    duty = np.where(gait.strides["quality"] == "gap", np.nan, duty)
    bouts = running_bouts(start, end, duty, speed, config.bouts)
    records = [_record(gait, signals, bout, config) for bout in bouts]
    return [*records[:-1], _marked_cut(records[-1], signals, config)] if cut and records else records


def _marked_cut(record: RunRecord, signals: Mapping[Placement, GridSignals], config: RunConfig) -> RunRecord:
    """Mark the last run of a recording if the samples ended while it went on."""
    last = max(float(signals[placement].time_s[-1]) for placement in record.used)
    if last - record.stop_s >= config.edge_s:
        return record
    return replace(record, troubles=(*record.troubles, "cut_end"))


def with_lengths(record: RunRecord, strides: Rows, scale_sd: float, config: RunConfig | None = None) -> RunRecord:
    """Return the run with other stride lengths, and what follows from them.

    Parameters
    ----------
    record : RunRecord
    strides : Rows
        Those of the record, row by row, with lengths, uncertainties, speeds and sources of their own.
    scale_sd : float
        Relative uncertainty of all lengths of the run together.
    config : RunConfig, optional
    """
    config = config or RunConfig()
    middle, pace = _middle(strides), strides["speed_m_s"]
    step_middle = _middle(record.steps)
    inside = (step_middle >= middle.min(initial=np.inf)) & (step_middle <= middle.max(initial=-np.inf))
    speed = np.where(inside, _pace_at(step_middle, middle, pace), np.nan)
    known = np.isfinite(pace)
    cured = {"no_length"} if known.any() else set()
    # Of a clipped run nothing is missing any more once every stride is told.
    cured |= {"clipped"} if known.all() else set()
    changed = replace(
        record,
        strides=strides,
        steps={**record.steps, "speed_m_s": speed, "step_length_m": speed * record.steps["step_time_s"]},
        troubles=tuple(name for name in record.troubles if name not in cured),
        scale_sd=scale_sd,
    )
    return _with_pace(changed, pace, config)


def _record(
    gait: RunGait, signals: Mapping[Placement, GridSignals], bout: tuple[float, float], config: RunConfig
) -> RunRecord:
    contacts = _contacts_of(gait.contacts, bout, config)
    measured = _between(gait.strides, bout)
    strides, steps = _told(measured, _between(gait.steps, bout), config)
    onset = _start(gait, signals, contacts, bout, config)
    start_s, seen = onset.time_s, onset.told_by != "none"
    stop_s = float(np.nanmax([bout[1], *contacts["toe_off_s"]]))
    received_pct = _received_pct(signals, gait.used, start_s, stop_s)
    troubles = _troubles(contacts, strides, signals, gait.used, (start_s, stop_s, seen), config)
    unpaced = RunRecord(
        start_s=start_s,
        stop_s=stop_s,
        deceleration_start_s=np.nan,
        peak_speed_m_s=np.nan,
        peak_speed_sd_m_s=np.nan,
        way_m=np.nan,
        received_pct=received_pct,
        troubles=_with_gap(troubles, received_pct, config),
        contacts=contacts,
        strides=strides,
        steps=steps,
        used=gait.used,
        travel_axes=gait.travel_axes,
        start_seen=seen,
        start_told_by=onset.told_by,
        start_sd_s=onset.sd_s,
        foot_rolls_rad=gait.foot_rolls_rad,
        swings=gait.swings,
        travels={placement: travel.between(*bout) for placement, travel in gait.travels.items()},
    )
    return _with_pace(unpaced, _pace_m_s(measured, strides), config)


def _with_pace(record: RunRecord, pace: Floats, config: RunConfig) -> RunRecord:
    """Return the run with phases, peak speed and way; `pace` has the speeds that tell the phases."""
    strides, steps, seen = record.strides, record.steps, record.start_seen
    middle, speed = _middle(strides), strides["speed_m_s"]
    slowing_s = deceleration_start_s(middle, pace, config.profile)
    speed_sd = strides["stride_length_sd_m"] / strides["stride_time_s"]
    peak, peak_sd = peak_speed(middle, speed, speed_sd, slowing_s, config.profile)
    begins_s = record.start_s if seen else float(strides["start_s"].min())
    ends_s = slowing_s if np.isfinite(slowing_s) else float(strides["end_s"].max())
    step_middle, step_end = _middle(steps), steps["start_s"] + steps["step_time_s"]
    step_pace = _pace_at(step_middle, middle, pace)
    stride_phases = phases(middle, pace, slowing_s, config.profile, strides["end_s"])
    step_phases = phases(step_middle, step_pace, slowing_s, config.profile, step_end)
    return replace(
        record,
        deceleration_start_s=slowing_s,
        peak_speed_m_s=peak,
        peak_speed_sd_m_s=peak_sd,
        way_m=_way_m(begins_s, ends_s, middle, speed, seen),
        strides={**strides, "phase": np.array(stride_phases, dtype=str)},
        steps={**steps, "phase": np.array(step_phases, dtype=str)},
    )


def _contacts_of(contacts: Rows, bout: tuple[float, float], config: RunConfig) -> Rows:
    """Contacts that begin in the bout, and the push-off that opened it."""
    begins_s, ends_s = contacts["initial_contact_s"], contacts["toe_off_s"]
    begins = (begins_s >= bout[0]) & (begins_s <= bout[1])
    around = (ends_s >= bout[0] - config.push_off_s) & (ends_s <= bout[0] + config.push_off_s)
    return only(contacts, begins | (np.isnan(begins_s) & around))


def _between(rows: Rows, bout: tuple[float, float]) -> Rows:
    end = rows["end_s"] if "end_s" in rows else rows["start_s"] + rows["step_time_s"]
    return only(rows, (rows["start_s"] >= bout[0]) & (end <= bout[1]))


def _told(strides: Rows, steps: Rows, config: RunConfig) -> tuple[Rows, Rows]:
    """Return strides and steps, without lengths and speeds where too few strides have one."""
    known = np.isfinite(strides["stride_length_m"])
    if not known.any() or known.mean() >= config.min_known_share:
        return strides, steps
    return (
        {
            **_unknown(strides, "stride_length_m", "stride_length_sd_m", "speed_m_s"),
            "length_source": np.full(known.size, "none"),
        },
        _unknown(steps, "step_length_m", "speed_m_s"),
    )


def _unknown(rows: Rows, *names: str) -> Rows:
    return {**rows, **dict.fromkeys(names, np.full(count(rows), np.nan))}


def _pace_m_s(measured: Rows, told: Rows) -> Floats:
    """Return speeds that are good enough to tell phases.

    Where a run's lengths are not told, its unknown strides are taken to be somewhat faster than any known one.
    """
    speed: Floats = measured["speed_m_s"]
    if np.isfinite(told["speed_m_s"]).any() or not np.isfinite(speed).any():
        return speed
    return np.where(np.isfinite(speed), speed, FASTER_THAN_KNOWN * np.nanmax(speed))


def _pace_at(time_s: Floats, middle_s: Floats, pace_m_s: Floats) -> Floats:
    """Return the pace at other times; NaN where no stride tells it."""
    known = np.isfinite(pace_m_s)
    if not known.any():
        return np.full(len(time_s), np.nan)
    order = np.argsort(middle_s[known], kind="stable")
    return np.interp(time_s, middle_s[known][order], pace_m_s[known][order])


FASTER_THAN_KNOWN = 1.15
"""More than a tenth faster, so that strides of unknown speed are the fly phase."""


def _middle(rows: Rows) -> Floats:
    """Return the middles of strides or steps."""
    middle: Floats = rows["start_s"] + 0.5 * rows["stride_time_s" if "stride_time_s" in rows else "step_time_s"]
    return middle


def _start(
    gait: RunGait,
    signals: Mapping[Placement, GridSignals],
    contacts: Rows,
    bout: tuple[float, float],
    config: RunConfig,
) -> Onset:
    """First forward motion; where it was not seen, the first event of the run, told by nobody."""
    first = float(np.nanmin([bout[0], *contacts["toe_off_s"]]))
    sensors = tuple(signals.values())
    moved = first_movement_s(sensors, first, config.onset.start)
    stepped = false_step(moved, signals, gait.travel_axes, config.false_step)
    told = contacts if gait.used[0].segment in _TOE_SEGMENTS else no_rows(CONTACTS)
    onset = onset_of(sensors, told, first, config.onset, first_step="back" if stepped == "yes" else "real")
    if onset.time_s >= bout[0] - config.start_look_back_s:
        return onset
    return Onset(first, float("nan"), "none")


_TOE_SEGMENTS = ("foot", "shank")
"""Segments that see which foot leaves the ground, and when."""


def _way_m(start_s: float, stop_s: float, middle_s: Floats, speed_m_s: Floats, from_rest: bool) -> float:
    """Way between two times by the speeds of the strides of both feet, from rest where the start was seen."""
    known = np.isfinite(speed_m_s)
    if not known.any():
        return float("nan")
    order = np.argsort(middle_s[known], kind="stable")
    time, speed = middle_s[known][order], speed_m_s[known][order]
    if from_rest:
        time, speed = np.insert(time, 0, start_s), np.insert(speed, 0, 0.0)
    grid = np.linspace(start_s, stop_s, 200)
    return float(np.trapezoid(np.interp(grid, time, speed), grid))


def _received_pct(
    signals: Mapping[Placement, GridSignals], used: tuple[Placement, ...], start_s: float, stop_s: float
) -> float:
    shares = []
    for placement in used:
        grid = signals[placement]
        end_s = grid.start_s + grid.n_samples / grid.rate_hz
        # A sensor that died has no lost samples after its end: the time it covered counts too.
        covered = max(0.0, min(stop_s, end_s) - max(start_s, grid.start_s)) / max(stop_s - start_s, 1e-9)
        lost = grid.lost[grid.to_index(start_s) : grid.to_index(stop_s) + 1]
        shares.append(100.0 * covered * (1.0 - float(lost.mean())))
    return min(shares, default=float("nan"))


def _troubles(
    contacts: Rows,
    strides: Rows,
    signals: Mapping[Placement, GridSignals],
    used: tuple[Placement, ...],
    times: tuple[float, float, bool],
    config: RunConfig,
) -> tuple[str, ...]:
    start_s, stop_s, start_seen = times
    # A foot's stride without a length, and without a hole, is one whose accelerometer was at its limit too long.
    untold = np.isnan(strides["stride_length_m"])
    first = min((signals[placement].start_s for placement in used), default=start_s)
    found = {
        "gap": bool((contacts["quality"] == "gap").any()),
        "clipped": bool((untold & (strides["quality"] != "gap")).any()) and used[0].segment == "foot",
        "sensor_lost": any(_died(signals[placement], start_s, stop_s, config) for placement in used),
        "cut_start": not start_seen and start_s - first < config.edge_s,
        "no_length": bool(untold.all()),
        "one_side": len(used) == 1 and used[0].side != "unknown",
    }
    return tuple(name for name, true in found.items() if true)


def _with_gap(troubles: tuple[str, ...], received_pct: float, config: RunConfig) -> tuple[str, ...]:
    """Return the troubles with a gap where much was lost and none of them says so."""
    told = {"gap", "sensor_lost"} & set(troubles)
    return troubles if told or not received_pct < config.min_received_pct else ("gap", *troubles)


def _died(grid: GridSignals, start_s: float, stop_s: float, config: RunConfig) -> bool:
    """Return whether a sensor began after the run had, or ended before it did."""
    return grid.start_s > start_s + config.edge_s or float(grid.time_s[-1]) < stop_s - config.edge_s
