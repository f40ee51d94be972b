"""The goals, and what was reached: computed, never typed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmarks.agreement import coverage, f1
from benchmarks.disturbance import moved, shift_pct
from benchmarks.errors import CONTACT_TIME, INITIAL_CONTACT, TOE_OFF, Errors
from benchmarks.truth import (
    LOST_PACKETS,
    NARROW_ACC,
    NARROW_GYR,
    OVERGROUND,
    PRACTICES,
    TREADMILL,
    UNLIMITED,
    VIRTUAL_PRACTICES,
    VIRTUAL_STEADY,
)

__all__ = [
    "COLUMNS",
    "LEAST_IN_BAND",
    "MAIN",
    "SPEED_BANDS",
    "VIRTUAL",
    "Cell",
    "Goal",
    "Moves",
    "band_of",
    "columns",
    "counts",
    "goals",
    "of",
]

COLUMNS = ("half A", "half B", "all recordings", "virtual athlete")

MAIN = (TREADMILL, OVERGROUND, PRACTICES)
"""Recordings that goals are read on; those with a deliberate fault have goals of their own."""

VIRTUAL = (VIRTUAL_STEADY, VIRTUAL_PRACTICES)

SPEED_BANDS = ("< 4", "4-6", "6-8", "> 8")
SPEED_EDGES_M_S = (0.0, 4.0, 6.0, 8.0, 20.0)

LEAST_IN_BAND = 10
"""Fewer contacts say nothing of a speed band."""

HOLDS = (0.90, 0.98)
"""Where the share of 95 % intervals that hold the truth should lie; above is too careful, below is wrong."""

Moves = tuple[pd.DataFrame, pd.DataFrame]


@dataclass(frozen=True, slots=True)
class Cell:
    """A result and whether it meets the goal; None where the data cannot tell."""

    text: str = "–"
    met: bool | None = None

    def __str__(self) -> str:
        return {True: f"{self.text} ✓", False: f"{self.text} **✗**", None: self.text}[self.met]


@dataclass(frozen=True, slots=True)
class Goal:
    """One goal and its results, one a column."""

    what: str
    goal: str
    cells: tuple[Cell, ...]


def columns(errors: Errors) -> dict[str, Errors]:
    """Return the parts of the data that the goals are read on, by column."""
    main = of(errors, group=MAIN)
    halves = [of(main, half=(half,)) for half in ("A", "B")]
    return dict(zip(COLUMNS, [*halves, main, of(errors, group=VIRTUAL)], strict=True))


def of(errors: Errors, **chosen: Sequence[object]) -> Errors:
    """Return the errors whose columns hold one of the chosen values."""
    tables = [errors.events, errors.strides, errors.runs]
    for name, values in chosen.items():
        tables = [table[table[name].isin(list(values))] if name in table else table for table in tables]
    return Errors(*tables)


def counts(events: pd.DataFrame) -> tuple[float, float, float]:
    """Return F1, recall and precision of the events in a table."""
    outcomes = events["outcome"].value_counts()
    return f1(*(int(outcomes.get(name, 0)) for name in ("found", "missed", "false")))


def band_of(speed_m_s: pd.Series) -> pd.Series:
    """Return the speed band of each row."""
    return pd.cut(speed_m_s, list(SPEED_EDGES_M_S), right=False, labels=list(SPEED_BANDS))


def goals(errors: Errors, moves: Moves) -> list[Goal]:
    """Return all goals with their results."""
    parts = columns(errors)

    def everywhere(what: str, goal: str, judged: Callable[[Errors], Cell]) -> Goal:
        return Goal(what, goal, tuple(judged(part) for part in parts.values()))

    def once(what: str, goal: str, recorded: Cell, virtual: Cell | None = None) -> Goal:
        return Goal(what, goal, (Cell(), Cell(), recorded, virtual or Cell()))

    limits = _limit_cells(errors)
    return [
        everywhere("contacts found, steady, F1 at 25 ms", "≥ 0.995", _found_steady),
        everywhere("contacts found, first 3 steps of a start", "≥ 0.98", _found_first),
        everywhere("initial contact, bias / SD", "≤ 4 / 6 ms", lambda part: _event(part, INITIAL_CONTACT, 4, 6)),
        everywhere("toe-off, bias / SD", "≤ 6 / 8 ms", lambda part: _event(part, TOE_OFF, 6, 8)),
        everywhere("contact time at 200 Hz, worst speed band, bias / RMSE", "≤ 5 / 10 ms", _contact_time),
        everywhere("stride time, RMSE", "≤ 5 ms", _stride_time),
        everywhere("stride length, steady, bias / RMSE", "≤ 1.0 / 3 %", lambda p: _length(p, ("steady",), 0, 8, 1, 3)),
        everywhere("same, accelerating", "≤ 1.5 / 4 %", lambda part: _length(part, ("accel",), 0, 20, 1.5, 4)),
        everywhere("same, above 8 m/s", "≤ 1.5 / 4 %", lambda part: _length(part, _RUNNING, 8, 20, 1.5, 4)),
        everywhere("peak speed per run, RMSE (worst)", "≤ 2 %", _peak),
        once("± 16 g against no limit: change of mean length, of F1", "≤ 1.5 %, ≥ −0.005", Cell(), limits["16 g"]),
        once("± 1000 deg/s, the same", "≤ 1.5 %, ≥ −0.005", _pair(errors, NARROW_GYR, "S03"), limits["1000 deg/s"]),
        once("± 8 g below 6 m/s: bias of length", "≤ 4 %", *_narrow_slow(errors)),
        once("± 8 g above 6 m/s: 95 % intervals that hold", "≥ 90 %, or none", *_narrow_fast(errors)),
        once("3 % of packets lost: change of F1 away from holes", "≥ −0.01", _loss(errors)),
        once("same: contacts at a hole that are marked `gap`", "all", _marked(errors)),
        once(
            "sensor turned: 95 % of events, worst mean length",
            "< 1 ms, 0.3 %",
            _turned(moves),
        ),
        _other(parts, "shank", "≥ 0.99; ≤ 15 ms", 0.99, 15),
        _other(parts, "pelvis", "≥ 0.98; ≤ 20 ms", 0.98, 20),
        everywhere("wrist: stride frequency per run, worst", "≤ 1.5 %", _wrist),
        everywhere("95 % intervals that hold: initial contact", "90–98 %", lambda p: _holds(p, INITIAL_CONTACT)),
        everywhere("same: toe-off", "90–98 %", lambda part: _holds(part, TOE_OFF)),
        everywhere("same: stride length", "90–98 %", _holds_length),
    ]


_RUNNING = ("accel", "steady", "decel")


def _foot(part: Errors, event: str) -> pd.DataFrame:
    return part.events[(part.events["placement"] == "foot") & (part.events["event"] == event)]


def _rms(values: pd.Series) -> float:
    return float(np.sqrt(np.mean(np.square(values.dropna()))))


def _score(events: pd.DataFrame, least: float) -> Cell:
    value = counts(events)[0]
    return Cell() if np.isnan(value) else Cell(f"{value:.4f}", value >= least)


def _found_steady(part: Errors) -> Cell:
    events = _foot(part, INITIAL_CONTACT)
    return _score(events[events["kind"] == "steady"], 0.995)


def _found_first(part: Errors) -> Cell:
    events = _foot(part, INITIAL_CONTACT)
    return _score(events[events["step"].between(1, 3)], 0.98)


def _event(part: Errors, event: str, most_bias_ms: float, most_sd_ms: float) -> Cell:
    errors_ms = 1e3 * _foot(part, event)["error_s"]
    bias, sd = errors_ms.mean(), errors_ms.std()
    return Cell(f"{bias:+z.1f} / {sd:.1f}", bool(abs(bias) <= most_bias_ms and sd <= most_sd_ms))


def _contact_time(part: Errors) -> Cell:
    rows = _foot(part, CONTACT_TIME)
    rows = rows[rows["rate_hz"] <= 200]
    bands = band_of(rows["speed_m_s"])
    errors_ms = {band: 1e3 * rows["error_s"][bands == band] for band in SPEED_BANDS}
    enough = {band: errors for band, errors in errors_ms.items() if len(errors) >= LEAST_IN_BAND}
    if not enough:
        return Cell()
    bias, late = max(((float(errors.mean()), band) for band, errors in enough.items()), key=lambda pair: abs(pair[0]))
    rmse, wide = max((_rms(errors), band) for band, errors in enough.items())
    return Cell(f"{bias:+z.1f} ({late}) / {rmse:.1f} ({wide})", abs(bias) <= 5 and rmse <= 10)


def _stride_time(part: Errors) -> Cell:
    rmse = 1e3 * _rms(part.strides["stride_time_error_s"])
    return Cell(f"{rmse:.1f}", rmse <= 5)


def _length(part: Errors, kinds: Sequence[str], above: float, below: float, most_bias: float, most_rmse: float) -> Cell:
    speed = part.strides["speed_m_s"]
    rows = part.strides[part.strides["kind"].isin(kinds) & (speed >= above) & (speed < below)]["error_pct"].dropna()
    if len(rows) < LEAST_IN_BAND:
        return Cell()
    bias, rmse = rows.mean(), _rms(rows)
    return Cell(f"{bias:+z.2f} / {rmse:.1f}", bool(abs(bias) <= most_bias and rmse <= most_rmse))


def _peak(part: Errors) -> Cell:
    runs = part.runs[(part.runs["placement"] == "foot")]["peak_error_pct"].dropna()
    return Cell(f"{_rms(runs):.1f} ({runs.abs().max():.1f})", _rms(runs) <= 2) if len(runs) else Cell()


def _compared(before: Errors, after: Errors) -> Cell:
    before, after = of(before, placement=("foot",)), of(after, placement=("foot",))
    return _unmoved(before, after, moved(before, after)[1])


def _limit_cells(errors: Errors) -> dict[str, Cell]:
    free = of(errors, group=(UNLIMITED,))
    cells = {}
    for limit in ("16 g", "1000 deg/s"):
        limited = of(errors, group=(limit,))
        parts = [
            moved(of(free, person=(person,)), of(limited, person=(person,)))[1]
            for person in sorted(set(free.strides["person"]))
        ]
        cells[limit] = _virtual_limit(free, limited, pd.concat(parts))
    return cells


def _virtual_limit(free: Errors, limited: Errors, strides: pd.DataFrame) -> Cell:
    # One time is shared by strides at several speeds: only those of the same speed belong together.
    return _unmoved(free, limited, strides[strides["speed_m_s"] == strides["speed_m_s_after"]])


def _unmoved(before: Errors, after: Errors, strides: pd.DataFrame) -> Cell:
    shift = shift_pct(strides)
    change = counts(_foot(after, INITIAL_CONTACT))[0] - counts(_foot(before, INITIAL_CONTACT))[0]
    return Cell(f"{shift:+z.1f} %, {change:+z.3f}", bool(abs(shift) <= 1.5 and change >= -0.005))


def _pair(errors: Errors, group: str, twin: str) -> Cell:
    return _compared(of(errors, trial=(twin,)), of(errors, group=(group,)))


def _narrow_slow(errors: Errors) -> tuple[Cell, Cell]:
    cells = []
    for strides in _narrow(errors):
        rows = strides[strides["speed_m_s"] < 6]["error_pct"]
        bias = float(rows.mean())
        # So slow, a missing length is no answer.
        met = abs(bias) <= 4 and rows.notna().all()
        cells.append(Cell(f"{bias:+z.1f} % ({rows.count()} of {len(rows)} strides)", bool(met)))
    return cells[0], cells[1]


def _narrow_fast(errors: Errors) -> tuple[Cell, Cell]:
    cells = []
    for strides in _narrow(errors):
        rows = strides[strides["speed_m_s"] >= 6]
        share, known = coverage(rows["error_m"].to_numpy(), rows["sd_m"].to_numpy()), rows["error_m"].count()
        stated = f"{100 * share:.0f} % of {known}, {len(rows) - known} without a length"
        # To say nothing is what the goal asks for where nothing can be said.
        cells.append(Cell(stated, share >= HOLDS[0]) if known else Cell(f"no length stated ({len(rows)})", met=True))
    return cells[0], cells[1]


def _narrow(errors: Errors) -> list[pd.DataFrame]:
    return [of(errors, group=(group,)).strides for group in (NARROW_ACC, "8 g")]


def _loss(errors: Errors) -> Cell:
    lossy, whole = (_foot(of(errors, **{key: (name,)}), INITIAL_CONTACT) for key, name in _LOSS_PAIR)
    scores = [counts(events[~events["hole"].astype(bool)])[0] for events in (whole, lossy)]
    return Cell(f"{scores[1] - scores[0]:+z.3f}", scores[0] - scores[1] <= 0.01)


_LOSS_PAIR = (("group", LOST_PACKETS), ("trial", "S03"))


def _marked(errors: Errors) -> Cell:
    events = _foot(of(errors, group=(LOST_PACKETS,)), CONTACT_TIME)
    at_hole = events[events["hole"].astype(bool)]
    marked = int((at_hole["quality"] == "gap").sum())
    return Cell(f"{marked} of {len(at_hole)}", marked == len(at_hole)) if len(at_hole) else Cell()


def _turned(moves: Moves) -> Cell:
    events, strides = moves
    sizes_ms = 1e3 * events["move_s"].abs()
    move_ms = sizes_ms.quantile(0.95)
    shift = max((shift_pct(part) for _, part in strides.groupby("trial")), key=abs)
    text = f"{move_ms:.1f} ms (worst {sizes_ms.max():.0f}), {shift:+z.2f} %"
    return Cell(text, bool(move_ms < 1 and abs(shift) < 0.3))


def _other(parts: dict[str, Errors], placement: str, goal: str, least: float, most_ms: float) -> Goal:
    cells = []
    for part in parts.values():
        events = part.events[part.events["placement"] == placement]
        score = counts(events[events["event"] == INITIAL_CONTACT])[0]
        rmse = 1e3 * _rms(events[events["event"] == CONTACT_TIME]["error_s"])
        known = Cell(f"{score:.3f}; {rmse:.1f}", bool(score >= least and rmse <= most_ms))
        cells.append(known if np.isfinite(score) else Cell())
    return Goal(f"{placement} alone: F1; contact time RMSE", goal, tuple(cells))


def _wrist(part: Errors) -> Cell:
    runs = part.runs[part.runs["placement"] == "wrist"]
    if not len(runs):
        return Cell()
    known = runs["frequency_error_pct"].dropna()
    text = f"{known.abs().max():.1f} ({len(known)} of {len(runs)} runs)"
    return Cell(text, bool(known.abs().max() <= 1.5 and len(known) == len(runs)))


def _share(error: pd.Series, sd: pd.Series) -> Cell:
    share = coverage(error.to_numpy(dtype=np.float64), sd.to_numpy(dtype=np.float64))
    return Cell() if np.isnan(share) else Cell(f"{100 * share:.1f} %", HOLDS[0] <= round(share, 3) <= HOLDS[1])


def _holds(part: Errors, event: str) -> Cell:
    rows = _foot(part, event)
    return _share(rows["error_s"], rows["sd_s"])


def _holds_length(part: Errors) -> Cell:
    return _share(part.strides["error_m"], part.strides["sd_m"])
