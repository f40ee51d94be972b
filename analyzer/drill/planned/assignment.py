"""Which run was which of the plan's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analyzer.drill.planned.alignment import AlignmentCosts, Slots, cheapest, cost_of, probabilities, total
from analyzer.drill.planned.plan_notices import Matched, plan_notices
from analyzer.errors import InputError
from analyzer.model import Bools, Floats, Notice, Plan

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
    repeat_cost : float
        For a planned run that was made again, which is commoner still: coaches say "once more".
    whole_gain : float
        Credit of the alignment in which every run is its planned one: runs and plan pair off in about nineteen
        practices of twenty, and the coach can count.
    direction_cost : float
        For a run in another direction than asked: rarer than a missed run and an extra one together.
    aborted_cost : float
        For a planned run that ended before `aborted_share` of its distance. It was a try at it and does not count.
    aborted_share : float
        A run that covers less of the distance to the mark was broken off.
    far_share : float
        Runs that in the median cover more than this of it had another mark.
    way_sd_m, way_sd_share : float
        Spread of the way covered before slowing about the planned distance: where people slow down, and the error
        of a measured way. Only tells slots of different distance apart.
    max_distance_cost : float
        A way never weighs more than two standard deviations.
    asked_pct : tuple of float
        Asked efforts at which the expected share of top speed is known; between them it is interpolated.
    effort_share, speed_share : tuple of float
        Share of top speed that people reach at these efforts when told "effort" or "speed".
        Only weak evidence for the alignment, never a target.
    share_sd : float
        Spread of that share between people.
    max_speed_cost : float
        A speed never weighs more than two standard deviations: it must not outvote the order.
    order_share : float
        A run asked for less was faster if it was so by this share: one athlete's runs scatter by one to two per cent.
    sure : float
        Below this probability of a run's place the coach is asked.
    """

    skip_cost: float = 3.0
    warm_up_cost: float = 2.0
    repeat_cost: float = 1.5
    whole_gain: float = 3.0
    direction_cost: float = 8.0
    aborted_cost: float = 2.0
    aborted_share: float = 0.60
    far_share: float = 1.6
    way_sd_m: float = 2.5
    way_sd_share: float = 0.10
    max_distance_cost: float = 2.0
    asked_pct: tuple[float, ...] = (0.0, 50.0, 75.0, 100.0)
    effort_share: tuple[float, ...] = (0.44, 0.72, 0.88, 1.0)
    speed_share: tuple[float, ...] = (0.0, 0.55, 0.78, 1.0)
    share_sd: float = 0.10
    max_speed_cost: float = 2.0
    order_share: float = 0.02
    sure: float = 0.80


@dataclass(frozen=True, slots=True)
class Assignment:
    """Which run was which of the plan's.

    Attributes
    ----------
    slots : tuple of int or None
        Per run its index into ``plan.runs``; None for a warm-up, an extra or a broken-off run. Two runs may share
        one: it was repeated.
    run_confidence : tuple of float
        Per run the share of the probability of all alignments that agrees on what it was: effort, distance and
        direction, in whichever set; 1 where the coach said it.
    directions : tuple of str
        Per run, as it was told, or as it was planned where the data cannot tell.
    distance_fits : bool
        False where the runs went so much less or further than planned that they had another mark.
    notices : tuple of Notice
        What the coach should confirm.
    """

    slots: Slots
    run_confidence: tuple[float, ...]
    directions: tuple[str, ...]
    distance_fits: bool
    notices: tuple[Notice, ...]

    @property
    def confidence(self) -> float:
        """That of the least sure run; 1 without runs."""
        return min(self.run_confidence, default=1.0)


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
        What it says in `assigned` goes before all evidence, and before the order.
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
    the speeds were: a 50 that was run too fast is the drill's commonest mistake, not another run. Runs that were
    broken off do not count, and a direction that contradicts reopens the question.
    """
    config = config or AssignmentConfig()
    speeds, distances = np.asarray(runs_speed_m_s, dtype=float), np.asarray(runs_distance_m, dtype=float)
    if not speeds.size == distances.size == len(directions):
        raise InputError(
            f"every run needs speed, distance and direction; got {speeds.size}, {distances.size}, {len(directions)}"
        )
    told = _told(directions, plan)
    short = _short(distances, plan, config)
    other = _other_direction(told, plan)
    # Where all runs read alike, direction tells none from another: either it was not recognised or the plan is wrong.
    tells = len(set(told) - {"unknown"}) > 1
    against = np.where(other, config.direction_cost if tells else 0.0, 0.0)
    fixed = {run - 1: None if slot is None else slot - 1 for run, slot in plan.assigned if run <= speeds.size}
    evidence = _costs(speeds, distances, told, short, plan, config) + against
    slots, shares = _chosen(_with_fixed(evidence, fixed, config), short, against, fixed, config)
    run_confidence = tuple(
        1.0 if run in fixed else float(shares[run] @ _alike(slot, plan)) for run, slot in enumerate(slots)
    )
    matched = Matched(
        plan=plan,
        slots=slots,
        speeds_m_s=speeds,
        distances_m=distances,
        directions=told,
        unsure={run: share for run, share in enumerate(run_confidence) if share < config.sure},
        short=tuple(bool(row.all()) for row in short),
        distance_share=_distance_share(distances, slots, plan, config),
        order_share=config.order_share,
    )
    return Assignment(
        slots=slots,
        run_confidence=run_confidence,
        directions=_taken_directions(directions, told, slots, plan),
        distance_fits=np.isnan(matched.distance_share),
        notices=plan_notices(matched),
    )


def _alike(slot: int | None, plan: Plan) -> Floats:
    """Return 1 for each slot that asks the same as this one, else 0; the last is for no slot."""
    asked = [(run.effort_pct, run.distance_m, run.direction) for run in plan.runs]
    same = [slot is not None and one == asked[slot] for one in asked]
    return np.array([*same, slot is None], dtype=np.float64)


def _told(directions: Sequence[str], plan: Plan) -> tuple[str, ...]:
    """Return the directions as far as they can be told apart."""
    planned = {run.direction for run in plan.runs}
    # Forward is what a practice of one direction reads as, whichever it was; then the plan knows better.
    if set(directions) <= {"forward", "unknown"} and "forward" not in planned:
        return ("unknown",) * len(directions)
    return tuple(directions)


def _taken_directions(directions: Sequence[str], told: Sequence[str], slots: Slots, plan: Plan) -> tuple[str, ...]:
    return tuple(
        plan.runs[slot].direction if slot is not None and can_tell != found else found
        for found, can_tell, slot in zip(directions, told, slots, strict=True)
    )


def _short(distances: Floats, plan: Plan, config: AssignmentConfig) -> Bools:
    """Return which runs were broken off before the mark of which slot."""
    planned_m = np.array([run.distance_m for run in plan.runs])
    # A comparison with NaN is False: an unknown distance was not broken off.
    short: Bools = distances[:, None] < config.aborted_share * planned_m[None, :]
    # Nobody breaks off every run: if none reached even the nearest mark, the plan's distances are wrong.
    return np.zeros_like(short) if len(short) > 1 and short.all() else short


def _other_direction(directions: Sequence[str], plan: Plan) -> Bools:
    other = [[found not in (run.direction, "unknown") for run in plan.runs] for found in directions]
    # Reshaped, as no runs give an array without a second axis.
    return np.array(other, dtype=np.bool_).reshape(len(directions), len(plan.runs))


def _costs(
    speeds: Floats, distances: Floats, directions: Sequence[str], short: Bools, plan: Plan, config: AssignmentConfig
) -> Floats:
    """Return the (n_runs, n_slots) cost of each pairing by speed and distance."""
    expected = np.array([_expected_share(run.effort_pct, plan, config) for run in plan.runs])
    share = _share_of_best(speeds, directions)
    by_speed = np.minimum(0.5 * ((share[:, None] - expected) / config.share_sd) ** 2, config.max_speed_cost)
    planned_m = np.array([run.distance_m for run in plan.runs])
    off_sd = (distances[:, None] - planned_m) / np.hypot(config.way_sd_m, config.way_sd_share * planned_m)
    by_distance = np.minimum(0.5 * off_sd**2, config.max_distance_cost)
    # Against the slot that fits best: distance tells slots apart, not whether a run was one of the plan's.
    by_distance -= by_distance.min(axis=1, keepdims=True)
    # What is not known costs nothing. The speed of a run that was broken off says nothing of its effort.
    cost: Floats = np.nan_to_num(by_distance) + np.where(short, config.aborted_cost, np.nan_to_num(by_speed))
    return cost


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


def _with_fixed(evidence: Floats, fixed: Mapping[int, int | None], config: AssignmentConfig) -> AlignmentCosts:
    """Return all costs, with nothing but the said slot left to the runs of which the coach said it."""
    match = evidence.copy()
    said = [run for run in sorted(fixed) if fixed[run] is not None]
    match[list(fixed)] = np.inf
    # Said against the order, the slots trade places here, so that the others can still be laid in order around them.
    match[said, sorted(slot for slot in fixed.values() if slot is not None)] = 0.0
    must = np.isin(np.arange(len(match)), said)
    return AlignmentCosts(match, config.skip_cost, config.warm_up_cost, config.skip_cost, config.repeat_cost, must)


def _chosen(
    costs: AlignmentCosts, short: Bools, against: Floats, fixed: Mapping[int, int | None], config: AssignmentConfig
) -> tuple[Slots, Floats]:
    """Return the slots and the probability of every pairing, the last column for no slot."""
    slots, shares = cheapest(costs), probabilities(costs)
    whole = _whole(short, fixed)
    if whole is not None and np.isfinite(whole_cost := cost_of(whole, costs)):
        weight = np.expm1(config.whole_gain) * np.exp(total(costs) - whole_cost)
        shares = (shares + weight * _one_hot(whole, costs.match.shape[1])) / (1 + weight)
        # The order holds against any speed, but not against a run that went another way than asked.
        contradicted = any(slot is not None and against[run, slot] > 0 for run, slot in enumerate(whole))
        if not contradicted or whole_cost - config.whole_gain <= cost_of(slots, costs):
            slots = whole
    return _without_tries(tuple(fixed.get(run, slot) for run, slot in enumerate(slots)), shares, short, fixed)


def _without_tries(slots: Slots, shares: Floats, short: Bools, fixed: Mapping[int, int | None]) -> tuple[Slots, Floats]:
    """Take the runs that were broken off out of the slots at which they were tries."""
    tried = np.column_stack([np.where(short, shares[:, :-1], 0.0), np.zeros(len(shares))])
    shares = shares - tried
    shares[:, -1] += tried.sum(axis=1)
    kept = (
        None if slot is not None and run not in fixed and short[run, slot] else slot for run, slot in enumerate(slots)
    )
    return tuple(kept), shares


def _whole(short: Bools, fixed: Mapping[int, int | None]) -> Slots | None:
    """Return the alignment in which all runs but those broken off are those planned; None if the counts differ."""
    n_runs, n_slots = short.shape
    # What the coach says of a run goes before how far it went.
    counted = [run for run in range(n_runs) if (fixed[run] is not None if run in fixed else not short[run].all())]
    if len(counted) != n_slots:
        return None
    by_run = dict(zip(counted, range(n_slots), strict=True))
    return tuple(by_run.get(run) for run in range(n_runs))


def _one_hot(slots: Slots, n_slots: int) -> Floats:
    chosen = np.zeros((len(slots), n_slots + 1))
    for run, slot in enumerate(slots):
        chosen[run, n_slots if slot is None else slot] = 1.0
    return chosen


def _distance_share(distances: Floats, slots: Slots, plan: Plan, config: AssignmentConfig) -> float:
    """Return the median way against the plan where it contradicts the plan, else NaN."""
    shares = [
        distances[run] / plan.runs[slot].distance_m
        for run, slot in enumerate(slots)
        if slot is not None and np.isfinite(distances[run])
    ]
    # One run may have been cut short or run on.
    if len(shares) < 2:
        return np.nan
    median = float(np.median(shares))
    return np.nan if config.aborted_share <= median <= config.far_share else median
