"""Tables of the accuracy page, as Markdown."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pandas as pd

from analyzer.model import Floats
from benchmarks.agreement import NORMAL_95, Agreement, Interval, agreement, coverage
from benchmarks.errors import CONTACT_TIME, INITIAL_CONTACT, TOE_OFF, Errors
from benchmarks.failures import failed_contacts, failed_strides
from benchmarks.goals import COLUMNS, MAIN, SPEED_BANDS, VIRTUAL, Goal, band_of, counts, of
from benchmarks.truth import (
    BACKWARD,
    LOST_PACKETS,
    MANOEUVRES,
    NARROW_ACC,
    NARROW_GYR,
    OVERGROUND,
    PRACTICES,
    SACRUM,
    SACRUM_SLOPE,
    SHOE,
    TREADMILL,
    VIRTUAL_PRACTICES,
    VIRTUAL_STEADY,
)

__all__ = ["OF_ERRORS", "goal_table"]

GROUP_ORDER = (
    TREADMILL,
    OVERGROUND,
    PRACTICES,
    NARROW_ACC,
    NARROW_GYR,
    LOST_PACKETS,
    BACKWARD,
    MANOEUVRES,
    SHOE,
    SACRUM,
    SACRUM_SLOPE,
    VIRTUAL_STEADY,
    VIRTUAL_PRACTICES,
)

QUANTITIES = (
    *(f"{event} (ms)" for event in (INITIAL_CONTACT, TOE_OFF, CONTACT_TIME)),
    "stride time (ms)",
    "stride length (%)",
)

STEP_EDGES = (0, 3, 6, 100)
STEP_BANDS = ("1-3", "4-6", "7+")


def goal_table(goals: Sequence[Goal]) -> str:
    """Return the goals beside the results."""
    header = ("what", "goal", *COLUMNS)
    return _table(header, ([goal.what, goal.goal, *map(str, goal.cells)] for goal in goals))


def detection(errors: Errors) -> str:
    """Return what was found, by placement and group."""
    header = ("sensors", "group", "people", "recordings", "contacts", "initial contact: F1 (recall, precision)")
    rows = []
    for placement, group, part in _parts(errors):
        first = part.events[part.events["event"] == INITIAL_CONTACT]
        last = part.events[part.events["event"] == TOE_OFF]
        if len(first):
            true = first[first["outcome"] != "false"]
            people = _people(true)
            found = [_found(first), _found(last)]
            rows.append([placement, group, people, str(true["trial"].nunique()), str(len(true)), *found])
    return _table((*header, "toe-off: F1 (recall, precision)"), rows)


def timing(errors: Errors) -> str:
    """Return bias, SD and RMSE of events, and how often stated intervals hold, by placement and group."""
    header = (
        "sensors",
        "group",
        "initial contact",
        "toe-off",
        "contact time",
        "stride time RMSE",
        "95 % intervals hold",
    )
    rows = []
    for placement, group, part in _parts(errors):
        if not len(part.events):
            continue
        own = [part.events[part.events["event"] == event] for event in (INITIAL_CONTACT, TOE_OFF, CONTACT_TIME)]
        held = " / ".join(_percent(coverage(_floats(one, "error_s"), _floats(one, "sd_s"))) for one in own[:2])
        strides = (
            part.strides["stride_time_error_s"] if placement == "foot" and len(part.strides) else pd.Series(dtype=float)
        )
        rows.append([placement, group, *(_bias(1e3 * one["error_s"]) for one in own), _rmse(1e3 * strides), held])
    return _table(header, rows)


def limits_of_agreement(errors: Errors) -> str:
    """Return limits of agreement with bootstrap intervals, by quantity and family, feet."""
    feet = of(errors, placement=("foot",))
    rows = []
    families = {"half A": {"half": ("A",), "group": MAIN}, "half B": {"half": ("B",), "group": MAIN}}
    families |= {"all recordings": {"group": MAIN}, "virtual athlete": {"group": VIRTUAL}}
    for name, chosen in families.items():
        part = of(feet, **chosen)
        for event in (INITIAL_CONTACT, TOE_OFF, CONTACT_TIME):
            own = part.events[part.events["event"] == event]
            rows.append(
                [f"{event} (ms)", name, *_limits(agreement(1e3 * _floats(own, "error_s"), own["person"].tolist()))]
            )
        times = agreement(1e3 * _floats(part.strides, "stride_time_error_s"), part.strides["person"].tolist())
        lengths = agreement(_floats(part.strides, "error_pct"), part.strides["person"].tolist())
        rows += [["stride time (ms)", name, *_limits(times)], ["stride length (%)", name, *_limits(lengths)]]
    # Sorting keeps the order of the families within each quantity.
    rows.sort(key=lambda row: QUANTITIES.index(row[0]))
    return _table(("quantity", "data", "people", "n", "bias", "SD", "RMSE", "lower limit", "upper limit"), rows)


def length_agreement(errors: Errors) -> str:
    """Return stride length by group."""
    header = ("group", "people", "strides", "with a length", "bias %", "RMSE %", "95 % intervals hold")
    rows = []
    for _, group, part in _parts(errors):
        strides = part.strides
        if len(strides):
            held = _percent(coverage(_floats(strides, "error_m"), _floats(strides, "sd_m")))
            known = strides["error_pct"].dropna()
            size = [str(len(strides)), str(len(known))]
            rows.append([group, _people(strides), *size, f"{known.mean():+z.2f}", _rmse(known, 2), held])
    return _table(header, rows)


def by_band(errors: Errors) -> str:
    """Return feet by speed band, recordings and virtual athlete."""
    return _split(errors, "speed (m/s)", SPEED_BANDS, lambda frame: band_of(frame["speed_m_s"]))


def by_step(errors: Errors) -> str:
    """Return feet by step after a standing start, recordings and virtual athlete."""
    return _split(
        errors, "step", STEP_BANDS, lambda frame: pd.cut(frame["step"], list(STEP_EDGES), labels=list(STEP_BANDS))
    )


def peak_speeds(errors: Errors) -> str:
    """Return peak speed and start of the runs of practices, by group."""
    rows = []
    for _, group, part in _parts(of(errors, placement=("foot",))):
        runs = part.runs.dropna(subset=["peak_error_pct"]) if "peak_error_pct" in part.runs else part.runs
        if len(runs):
            peaks, starts = runs["peak_error_pct"], runs["start_error_s"]
            held = _percent(coverage(_floats(runs, "peak_error_pct"), _floats(runs, "peak_sd_pct")))
            start = f"{1e3 * starts.mean():+z.0f}"
            if len(starts) > 1:
                start += f" ± {1e3 * starts.std():.0f}"
            rows.append(
                [group, str(len(runs)), f"{peaks.mean():+z.1f}", _rmse(peaks), f"{peaks.abs().max():.1f}", held, start]
            )
    return _table(
        ("group", "runs with a peak speed", "bias %", "RMSE %", "worst %", "95 % intervals hold", "start (ms)"), rows
    )


def contacts_missed(errors: Errors) -> str:
    """Return missed and false contacts by cause and recording."""
    header = ("cause", "recording", "initial contacts missed", "false", "toe-offs missed", "false", "at (s)")
    names = ["cause", "trial", "missed", "false", "toe_offs_missed", "toe_offs_false", "when"]
    return _table(header, (list(map(str, row)) for row in failed_contacts(errors)[names].itertuples(index=False)))


def strides_off(errors: Errors) -> str:
    """Return the worst stride lengths."""
    strides = failed_strides(errors)
    columns = [
        strides["trial"] + ", " + strides["side"],
        strides["time_s"].map("{:.1f}".format),
        strides["speed_m_s"].map("{:.1f}".format),
        strides["error_pct"].map("{:+z.1f}".format),
        (NORMAL_95 * strides["sd_pct"]).map("± {:.1f}".format),
        strides["clipped_pct"].map("{:.0f}".format),
        strides["cause"],
    ]
    header = ("recording, foot", "at (s)", "m/s", "error %", "stated 95 %", "samples at the limit %", "cause")
    return _table(header, zip(*columns, strict=True))


OF_ERRORS = (
    detection,
    timing,
    limits_of_agreement,
    by_band,
    by_step,
    length_agreement,
    peak_speeds,
    contacts_missed,
    strides_off,
)
"""Tables that follow from the errors alone, in the order of the page."""


def _split(errors: Errors, name: str, labels: Sequence[str], parted: Callable[[pd.DataFrame], pd.Series]) -> str:
    rows = []
    for family, groups in (("recordings", MAIN), ("virtual athlete", VIRTUAL)):
        part = of(errors, placement=("foot",), group=groups)
        where, where_strides = parted(part.events), parted(part.strides)
        for label in labels:
            events = part.events[where == label]
            lengths = part.strides["error_pct"][where_strides == label].dropna()
            own = [events[events["event"] == event] for event in (INITIAL_CONTACT, TOE_OFF, CONTACT_TIME)]
            if len(events):
                true = str(int((own[0]["outcome"] != "false").sum()))
                values = [_bias(1e3 * one["error_s"]) for one in own]
                rows.append([family, label, true, f"{counts(own[0])[0]:.3f}", *values, _signed(lengths)])
    header = ("data", name, "contacts", "F1", "initial contact (ms)", "toe-off (ms)", "contact time (ms)")
    return _table((*header, "stride length, bias / RMSE (%)"), rows)


def _parts(errors: Errors) -> Iterable[tuple[str, str, Errors]]:
    for placement in ("foot", "shank", "pelvis"):
        for group in GROUP_ORDER:
            part = of(errors, placement=(placement,), group=(group,))
            if len(part.events) or len(part.strides):
                yield placement, group, part


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _people(rows: pd.DataFrame) -> str:
    return "not told" if rows["group"].isin([SHOE, SACRUM, SACRUM_SLOPE]).any() else str(rows["person"].nunique())


def _found(events: pd.DataFrame) -> str:
    return "{:.3f} ({:.3f}, {:.3f})".format(*counts(events))


def _floats(frame: pd.DataFrame, name: str) -> Floats:
    return frame[name].to_numpy(dtype=np.float64)


def _bias(values: pd.Series) -> str:
    known = values.dropna()
    return f"{known.mean():+z.1f} ± {known.std():.1f} ({_rmse(known)})" if len(known) else "–"


def _signed(values: pd.Series) -> str:
    return f"{values.mean():+z.1f} / {_rmse(values)}" if len(values) else "–"


def _rmse(values: pd.Series, digits: int = 1) -> str:
    known = values.dropna()
    return f"{np.sqrt(np.mean(np.square(known))):.{digits}f}" if len(known) else "–"


def _percent(share: float) -> str:
    return "–" if np.isnan(share) else f"{100 * share:.0f} %"


def _limits(one: Agreement) -> list[str]:
    spread = [f"{one.sd:.1f}", f"{one.rmse:.1f}"]
    bias, low, high = (
        f"{value:+z.1f} {_between(interval)}"
        for value, interval in ((one.bias, one.bias_95), (one.low, one.low_95), (one.high, one.high_95))
    )
    return [str(one.n_people), str(one.n), bias, *spread, low, high]


def _between(interval: Interval) -> str:
    return "" if np.isnan(interval[0]) else f"[{interval[0]:+z.1f}, {interval[1]:+z.1f}]"
