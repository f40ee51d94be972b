"""Whether the two feet of a practice belong together: one athlete, one clock."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from analyzer.drill.practice import Practice
from analyzer.drill.record import LEAST_RECEIVED_PCT
from analyzer.model import Floats, Notice
from analyzer.rows import Rows, only, rows_of

__all__ = ["PairConfig", "with_pair_checked"]


@dataclass(frozen=True, slots=True)
class PairConfig:
    """When two feet do not belong together.

    Attributes
    ----------
    uneven_pct : float
        Steps from left to right and from right to left differ by less, of their mean, in all who run: 7 % was the most
        in fourteen practices, and a limp that lets somebody sprint stays below this.
    min_contacts : int
        Fewer of a foot in a run do not tell how it alternates with the other.
    standing_contacts : int
        A foot with at most so many, while the other has `min_contacts` or more, stood. One is a shuffle of the feet.
    min_received_pct : float
        Lost contacts would look like a foot that does not alternate.
    same_offset_s : float
        One late clock shifts all runs alike. Shifts that differ by more are not from a clock that is only late: those
        of a foot are known within 0.01 s.
    shift_strides : float
        One foot both begins and ends its run later than the other by so many strides: it did not run along. A contact
        that was missed makes this of one end only.
    uneven_runs : int
        Fewest uneven runs to call the feet uneven.
    min_speed_share : float
        Of the fastest run's top speed. Slower runs may have gone sideways unrecognised, and a shuffle is uneven.
    """

    uneven_pct: float = 20.0
    min_contacts: int = 4
    standing_contacts: int = 1
    min_received_pct: float = LEAST_RECEIVED_PCT
    same_offset_s: float = 0.04
    shift_strides: float = 0.9
    uneven_runs: int = 2
    min_speed_share: float = 0.6


@dataclass(frozen=True, slots=True)
class _Pair:
    """How the feet of one run go together.

    `offset_s` is how far the right foot's contacts lie from half way between the left foot's, NaN if one did not run
    along with the other.
    """

    run: int
    offset_s: float
    uneven_pct: float
    in_turn: bool


def with_pair_checked(practice: Practice, config: PairConfig | None = None) -> Practice:
    """Return the practice without steps in runs whose feet do not belong together, and with a notice of that.

    Parameters
    ----------
    practice : Practice
    config : PairConfig, optional

    Returns
    -------
    Practice
        The very same where nothing is amiss. Each foot's contacts and strides stay: they rest on one sensor alone.
    """
    config = config or PairConfig()
    contacts = rows_of(practice.contacts)
    seen = only(contacts, np.isfinite(contacts["initial_contact_s"]))
    found = (_pair(run, only(seen, seen["run"] == run), config) for run in _checked(practice, config))
    pairs = [pair for pair in found if pair]
    odd = [pair for pair in pairs if not pair.uneven_pct < config.uneven_pct]
    # A single odd run among sound ones has a reason of its own, such as a stumble.
    if not odd or 2 * len(odd) < len(pairs):
        return practice
    if _apart(odd, config):
        return _without_steps(practice, [pair.run for pair in pairs if not pair.in_turn or pair in odd])
    if len(odd) < config.uneven_runs:
        return practice
    most = max(pair.uneven_pct for pair in odd)
    text = (
        f"Steps off the left and off the right foot differ by up to {most:.0f} % in {len(odd)} of {len(pairs)} runs: "
        "one sensor's clock is late, or the athlete limps. Each foot's own times hold; check the clocks before "
        "trusting step and flight times."
    )
    return replace(practice, notices=(*practice.notices, Notice("feet.uneven", text)))


def _checked(practice: Practice, config: PairConfig) -> list[int]:
    runs = practice.runs
    # Sideways the feet do not take turns evenly, and what was cut or lost may be what is missing.
    sound = runs["direction"].isin(["forward", "backward", "unknown"])
    sound &= runs["received_pct"] >= config.min_received_pct
    speed = runs["peak_speed_m_s"]
    # Where no speed is known, all count.
    sound &= ~(speed < config.min_speed_share * speed.max())
    sound &= ~runs["quality"].str.contains("one_side|sensor_lost|cut_")
    return [int(run) for run in runs.loc[sound, "run"]]


def _pair(run: int, contacts: Rows, config: PairConfig) -> _Pair | None:
    landed_s, side = contacts["initial_contact_s"], contacts["side"]
    left, right = (np.sort(landed_s[side == foot]) for foot in ("left", "right"))
    fewer, more = sorted((left.size, right.size))
    if more >= config.min_contacts and fewer <= config.standing_contacts:
        return _Pair(run, np.nan, np.inf, in_turn=False)
    if fewer < config.min_contacts:
        return None
    share, stride_s = _shares(left, right)
    shifted = _shift_s(left, right) > config.shift_strides * stride_s
    if shifted or not share.size:
        return _Pair(run, np.nan, np.inf, in_turn=False)
    off = float(np.median(share)) - 0.5
    side = side[np.argsort(landed_s, kind="stable")]
    # A step is half a stride: one is longer, the other shorter by `off` of the stride.
    return _Pair(run, off * stride_s, 400.0 * abs(off), in_turn=bool((side[1:] != side[:-1]).all()))


def _shares(left: Floats, right: Floats) -> tuple[Floats, float]:
    """Return when in a left stride, as a share of it, the right foot lands; and how long a left stride is."""
    at = np.searchsorted(left, right) - 1
    inside = (at >= 0) & (at < len(left) - 1)
    stride = np.diff(left)
    began = at[inside]
    return (right[inside] - left[began]) / stride[began], float(np.median(stride))


def _shift_s(left: Floats, right: Floats) -> float:
    """Return by how much one foot both begins and ends later than the other; 0 where the one outlasts the other."""
    first, last = float(right[0] - left[0]), float(right[-1] - left[-1])
    return min(abs(first), abs(last)) if first * last > 0 else 0.0


def _apart(odd: Sequence[_Pair], config: PairConfig) -> bool:
    offsets = np.array([pair.offset_s for pair in odd])
    out_of_turn = 2 * sum(not pair.in_turn for pair in odd) >= len(odd)
    known = offsets[np.isfinite(offsets)]
    return out_of_turn or bool(known.size > 1 and np.ptp(known) > config.same_offset_s)


def _without_steps(practice: Practice, runs: Sequence[int]) -> Practice:
    table = practice.runs
    rows = table["run"].isin(runs)
    unknown = dict.fromkeys(("step_frequency_hz", "flight_time_s"), np.nan)
    untold = table.assign(
        **{name: table[name].where(~rows, value) for name, value in unknown.items()},
        quality=table["quality"].where(~rows, table["quality"].str.cat(["feet_apart"] * len(table), sep=";")),
    )
    # "ok" and a trouble do not go together.
    untold = untold.assign(quality=untold["quality"].str.replace("ok;", "", regex=False))
    listed = ", ".join(str(run) for run in runs)
    text = (
        f"Left and right foot do not take turns in run{'s' if len(runs) > 1 else ''} {listed}: the sensors seem to be "
        "on two people, or their clocks differ. Each foot is told by itself, steps are not; check who wore which."
    )
    steps = practice.steps[~practice.steps["run"].isin(runs)].reset_index(drop=True)
    return replace(practice, runs=untold, steps=steps, notices=(*practice.notices, Notice("feet.apart", text)))
