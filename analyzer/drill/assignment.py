"""Which run was which of the plan's."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analyzer.errors import InputError
from analyzer.model import Floats, Notice, Plan

__all__ = ["Assignment", "AssignmentConfig", "assign"]


@dataclass(frozen=True, slots=True)
class AssignmentConfig:
    """What an alignment of runs and plan costs, in units of minus log likelihood.

    Attributes
    ----------
    skip_cost : float
        For a run that is in no plan, and for a planned run that was not made: about one in twenty.
    warm_up_cost : float
        For an extra run before the first planned one, which is commoner.
    direction_cost : float
        For a run in another direction than asked: rarer than a missed run and an extra one together.
    aborted_cost : float
        For a run that ended before `aborted_share` of the planned distance, likewise.
    aborted_share : float
        A run that covers less of the distance to the mark was broken off.
    asked_pct : tuple of float
        Asked efforts at which the expected share of top speed is known; between them it is interpolated.
    effort_share, speed_share : tuple of float
        Share of top speed that people reach at these efforts when told "effort" or "speed".
        Only weak evidence for the alignment, never a target.
    share_sd : float
        Spread of that share between people.
    max_speed_cost : float
        A speed never weighs more than two standard deviations: it must not outvote the order.
    sure : float
        Below this probability of the chosen alignment the coach is asked.
    """

    skip_cost: float = 3.0
    warm_up_cost: float = 2.0
    direction_cost: float = 8.0
    aborted_cost: float = 7.0
    aborted_share: float = 0.60
    asked_pct: tuple[float, ...] = (0.0, 50.0, 75.0, 100.0)
    effort_share: tuple[float, ...] = (0.44, 0.72, 0.88, 1.0)
    speed_share: tuple[float, ...] = (0.0, 0.55, 0.78, 1.0)
    share_sd: float = 0.10
    max_speed_cost: float = 2.0
    sure: float = 0.80


@dataclass(frozen=True, slots=True)
class Assignment:
    """Which run was which of the plan's.

    Attributes
    ----------
    slots : tuple of int or None
        Per run its index into ``plan.runs``; None for a warm-up, an extra or a broken-off run.
    confidence : float
        Probability of this alignment among all that keep the order, 0 to 1.
    notices : tuple of Notice
        What the coach should confirm.
    """

    slots: tuple[int | None, ...]
    confidence: float
    notices: tuple[Notice, ...]


def assign(
    runs_speed_m_s: Floats,
    runs_distance_m: Floats,
    directions: Sequence[str],
    plan: Plan,
    config: AssignmentConfig | None = None,
) -> Assignment:
    """Match the runs found to the runs planned, keeping the order of both.

    Parameters
    ----------
    runs_speed_m_s, runs_distance_m : (n,) float array
        Peak speed, and way covered up to slowing, of each run in order of time; NaN where unknown.
    directions : sequence of str
        As in the table of runs; ``unknown`` fits any.
    plan : Plan
    config : AssignmentConfig, optional

    Returns
    -------
    Assignment

    Raises
    ------
    InputError
        The three descriptions of the runs differ in length.

    Notes
    -----
    Dynamic programming over ordered runs and ordered slots. With as many runs as planned the order is kept whatever
    the speeds were: a 50 that was run too fast is the drill's commonest mistake, not another run.
    """
    config = config or AssignmentConfig()
    speeds, distances = np.asarray(runs_speed_m_s, dtype=float), np.asarray(runs_distance_m, dtype=float)
    if not speeds.size == distances.size == len(directions):
        raise InputError(
            f"every run needs speed, distance and direction; got {speeds.size}, {distances.size}, {len(directions)}"
        )
    costs = _match_costs(speeds, distances, directions, plan, config)
    # The coach counts too: as many runs as planned are taken to be those.
    if speeds.size == len(plan.runs):
        slots: tuple[int | None, ...] = tuple(range(len(plan.runs)))
        confidence = float(np.exp(_total(costs, config) - np.trace(costs)))
    else:
        slots, best = _best(costs, config)
        confidence = float(np.exp(_total(costs, config) - best))
    return Assignment(slots, min(confidence, 1.0), _notices(slots, confidence, speeds, plan, config))


def _match_costs(
    speeds: Floats, distances: Floats, directions: Sequence[str], plan: Plan, config: AssignmentConfig
) -> Floats:
    """Return the (n_runs, n_slots) cost of each pairing."""
    expected = np.array([_expected_share(run.effort_pct, plan, config) for run in plan.runs])
    share = _share_of_best(speeds, directions)
    deviation = (share[:, None] - expected[None, :]) / config.share_sd
    cost: Floats = np.nan_to_num(np.minimum(0.5 * deviation**2, config.max_speed_cost), nan=0.0)
    # The share of the best says nothing of a single run: NaN costs nothing.
    planned_m = np.array([run.distance_m for run in plan.runs])
    # A comparison with NaN is False: an unknown distance was not broken off.
    cost += config.aborted_cost * (distances[:, None] < config.aborted_share * planned_m[None, :])
    # Reshaped below, as no runs give an array without a second axis.
    other = np.array([[d not in (run.direction, "unknown") for run in plan.runs] for d in directions])
    return cost + config.direction_cost * other.reshape(cost.shape)


def _expected_share(effort_pct: float, plan: Plan, config: AssignmentConfig) -> float:
    share = config.effort_share if plan.wording == "effort" else config.speed_share
    return float(np.interp(effort_pct, config.asked_pct, share))


def _share_of_best(speeds: Floats, directions: Sequence[str]) -> Floats:
    """Return each speed against the fastest in its direction; a backward run says nothing of a forward one."""
    share = np.full(speeds.size, np.nan)
    for direction in set(directions):
        same = np.array([d == direction for d in directions])
        known = speeds[same & np.isfinite(speeds)]
        # The fastest of its direction stands in for top speed, which is never known.
        # One run alone is the best by itself: that says nothing of the effort it was.
        if known.size > 1 and known.max() > 0:
            share[same] = speeds[same] / known.max()
    return share


def _extra_cost(n_slots_used: int, config: AssignmentConfig) -> float:
    return config.warm_up_cost if n_slots_used == 0 else config.skip_cost


def _best(costs: Floats, config: AssignmentConfig) -> tuple[tuple[int | None, ...], float]:
    """Return the cheapest alignment and its cost."""
    n_runs, n_slots = costs.shape
    table = np.full((n_runs + 1, n_slots + 1), np.inf)
    move = np.zeros((n_runs + 1, n_slots + 1), dtype=int)
    # Cell (i, j): i runs and j slots dealt with.
    table[0, 0] = 0.0
    for i in range(n_runs + 1):
        for j in range(n_slots + 1):
            if i == j == 0:
                continue
            options = _options(table, costs, (i, j), config)
            # Of equals the missed run, then the match: runs are missed at the end of a practice, not at its start.
            move[i, j] = min((_MISSED, _MATCH, _EXTRA), key=lambda option: options[option])
            table[i, j] = min(options)
    return _path(move), float(table[-1, -1])


_MATCH, _EXTRA, _MISSED = 0, 1, 2


def _options(table: Floats, costs: Floats, at: tuple[int, int], config: AssignmentConfig) -> list[float]:
    """Return the cost of reaching a cell by a match, an extra run, a planned run not made."""
    i, j = at
    return [
        table[i - 1, j - 1] + costs[i - 1, j - 1] if i and j else np.inf,
        table[i - 1, j] + _extra_cost(j, config) if i else np.inf,
        table[i, j - 1] + config.skip_cost if j else np.inf,
    ]


def _path(move: np.ndarray[tuple[int, int], np.dtype[np.int_]]) -> tuple[int | None, ...]:
    i, j = move.shape[0] - 1, move.shape[1] - 1
    # Walked from the end; runs that no match claims stay None.
    slots: list[int | None] = [None] * i
    while i or j:
        if move[i, j] == _MATCH:
            i, j = i - 1, j - 1
            slots[i] = j
        elif move[i, j] == _EXTRA:
            i -= 1
        else:
            j -= 1
    return tuple(slots)


def _total(costs: Floats, config: AssignmentConfig) -> float:
    """Return minus the log of the summed likelihood of all alignments that keep the order.

    Two tables: where the last move skipped a slot, no extra run may follow. So an alignment with both is counted once.
    """
    n_runs, n_slots = costs.shape
    table = np.full((2, n_runs + 1, n_slots + 1), np.inf)
    table[0, 0, 0] = 0.0
    for i in range(n_runs + 1):
        for j in range(n_slots + 1):
            if i or j:
                either = -np.logaddexp(-table[0], -table[1])
                match = either[i - 1, j - 1] + costs[i - 1, j - 1] if i and j else np.inf
                extra = table[0, i - 1, j] + _extra_cost(j, config) if i else np.inf
                table[0, i, j] = -np.logaddexp(-match, -extra)
                table[1, i, j] = either[i, j - 1] + config.skip_cost if j else np.inf
    return float(-np.logaddexp(-table[0, -1, -1], -table[1, -1, -1]))


def _notices(
    slots: tuple[int | None, ...], confidence: float, speeds: Floats, plan: Plan, config: AssignmentConfig
) -> tuple[Notice, ...]:
    # Both can happen at once: an extra run and a planned one that was not made.
    n_extra = sum(slot is None for slot in slots)
    n_missing = len(plan.runs) - (len(slots) - n_extra)
    found = f"{len(slots)} run(s) found, {len(plan.runs)} planned"
    notices = []
    if len(slots) > len(plan.runs):
        notices.append(Notice("plan.more_runs", f"{found}: {n_extra} left out of the stages. Say which, if wrong."))
    elif n_missing:
        notices.append(Notice("plan.fewer_runs", f"{found}: matched by order and speed. Say which was missed."))
    if confidence < config.sure:
        notices.append(
            Notice("plan.unsure", f"Not sure which run was which ({confidence:.0%}). Please check the efforts.")
        )
    return (*notices, *_order_notices(slots, speeds, plan))


def _order_notices(slots: tuple[int | None, ...], speeds: Floats, plan: Plan) -> list[Notice]:
    """Say which run was faster than one that was asked to be faster; the order stays as planned."""
    notices = []
    asked = [(run, plan.runs[slot]) for run, slot in enumerate(slots) if slot is not None]
    for run, slot in asked:
        faster = [
            other.effort_pct
            for index, other in asked
            if other.direction == slot.direction
            and other.effort_pct > slot.effort_pct
            # Over another distance another speed is reached.
            and other.distance_m == slot.distance_m
            and speeds[index] < speeds[run]
        ]
        if faster:
            text = f"Run {run + 1} (asked {slot.effort_pct:.0f} %) was faster than one asked {faster[0]:.0f} %. "
            notices.append(
                Notice("plan.order", text + "Kept in the planned order; say if they were swapped.", run=run + 1)
            )
    return notices
