"""What the coach should know where plan and practice do not fit, one sentence or two each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import constants

from analyzer.model import Floats, Notice, Plan

__all__ = ["Matched", "plan_notices"]


@dataclass(frozen=True, slots=True, eq=False)
class Matched:
    """Runs and what they were taken for.

    Attributes
    ----------
    plan : Plan
    slots : tuple of int or None
        Per run its index into ``plan.runs``.
    speeds_m_s, distances_m : (n,) float array
        NaN where unknown.
    directions : tuple of str
    unsure : mapping of int to float
        Index of each run whose slot is in doubt -> its probability.
    short : tuple of bool
        Whether each run ended before any mark.
    distance_share : float
        Way of the runs against the planned distance, where it contradicts the plan; else NaN.
    order_share : float
        A run is faster than another if it is so by this share at least.
    """

    plan: Plan
    slots: tuple[int | None, ...]
    speeds_m_s: Floats
    distances_m: Floats
    directions: Sequence[str]
    unsure: Mapping[int, float]
    short: tuple[bool, ...]
    distance_share: float
    order_share: float


def plan_notices(matched: Matched) -> tuple[Notice, ...]:
    """Return what to confirm; empty where plan and practice fit."""
    return (
        *_counts(matched),
        *_broken_off(matched),
        *_repeated(matched),
        *_unsure(matched),
        *_distances(matched),
        *_confounded(matched),
        *_directions(matched),
        *_order(matched),
    )


def _counts(matched: Matched) -> Iterator[Notice]:
    plan, slots = matched.plan, matched.slots
    counted = f"{len(slots)} run(s) found, {len(plan.runs)} planned"
    absent = [run for run, _ in plan.assigned if run > len(slots)]
    if absent:
        yield Notice("plan.no_such_run", f"{_runs(absent)} cannot be assigned: {counted}. Check --assign.")
    if slots and all(slot is None for slot in slots):
        text = f"No run fits the plan ({counted}). Efforts stay open; set --assign, or another --plan."
        yield Notice("plan.no_fit", text)
        return
    said = {run for run, _ in plan.assigned}
    extra = [run for run, slot in enumerate(slots, 1) if slot is None and not matched.short[run - 1]]
    # The coach need not be told what he said himself.
    if extra := [run for run in extra if run not in said]:
        again = " If the plan was run more than once, use --sets." if len(slots) >= 2 * len(plan.runs) else ""
        hint = again or f" If wrong, set --assign {extra[0]}=1 or the like."
        yield Notice("plan.more_runs", f"{counted}: {_runs(extra).lower()} left out of the stages.{hint}")
    missing = [slot for slot in range(len(plan.runs)) if slot not in slots]
    if missing:
        yield Notice("plan.fewer_runs", f"{counted}: missing {_slots(missing, plan)}. If wrong, set --assign.")


def _broken_off(matched: Matched) -> Iterator[Notice]:
    for run, slot in enumerate(matched.slots, 1):
        if slot is None and matched.short[run - 1]:
            way = _length(float(matched.distances_m[run - 1]))
            text = f"Run {run} ended after {way}: taken as broken off, left out of the stages."
            yield Notice("plan.aborted", f"{text} If it counts, set --assign {run}=1 or the like.", run=run)


def _repeated(matched: Matched) -> Iterator[Notice]:
    said = {run for run, _ in matched.plan.assigned}
    for slot, planned in enumerate(matched.plan.runs):
        runs = [run for run, other in enumerate(matched.slots, 1) if other == slot]
        if len(runs) > 1 and not said.issuperset(runs):
            all_ = "both" if len(runs) == 2 else "all"
            text = f"{_runs(runs)} {all_} count as the planned {planned.effort_pct:g} %."
            yield Notice("plan.repeated", f"{text} To drop one, set --assign {runs[0]}=skip.", run=runs[-1])


def _unsure(matched: Matched) -> Iterator[Notice]:
    # A run that went another way than asked has a sentence of its own.
    unsure = {run: share for run, share in matched.unsure.items() if not _other_way(run, matched)}
    if not unsure:
        return
    least = min(unsure.values())
    taken = (f"{run + 1}={'skip' if (slot := matched.slots[run]) is None else slot + 1}" for run in unsure)
    text = f"Not sure which run was which ({least:.0%}). Check the efforts; taken: --assign {','.join(taken)}"
    yield Notice("plan.unsure", text)


def _distances(matched: Matched) -> Iterator[Notice]:
    if np.isnan(matched.distance_share):
        return
    pairs = [(run, slot) for run, slot in enumerate(matched.slots) if slot is not None]
    planned_m = float(np.median([matched.plan.runs[slot].distance_m for _, slot in pairs]))
    text = f"Runs went about {_length(matched.distance_share * planned_m)}, the plan says {_length(planned_m)}."
    yield Notice("plan.distance", f"{text} The measured way is used; check --distance.")


def _confounded(matched: Matched) -> Iterator[Notice]:
    """Say so where one effort was asked over other distances than another: the two cannot be told apart."""
    asked: dict[float, set[float]] = {}
    for run, slot in enumerate(matched.slots):
        if slot is not None and matched.directions[run] in ("forward", "unknown"):
            planned = matched.plan.runs[slot]
            asked.setdefault(planned.effort_pct, set()).add(planned.distance_m)
    if len({frozenset(distances) for distances in asked.values()}) > 1:
        text = "Efforts were run over different distances: over a longer one more speed is reached anyway."
        yield Notice("plan.confounded", f"{text} Run each effort over each distance to tell them apart.")


def _directions(matched: Matched) -> Iterator[Notice]:
    others = [run for run in range(len(matched.slots)) if _other_way(run, matched)]
    if len(others) > _FEW:
        text = f"{len(others)} runs did not go the way the plan asked, or it could not be recognised."
        yield Notice("plan.direction", f"{text} Each is compared with runs of the way found; check --plan.")
        return
    for run in others:
        slot = matched.slots[run]
        if slot is not None:
            asked, went = matched.plan.runs[slot].direction, matched.directions[run]
            text = f"Run {run + 1} went {_WAYS[went]}, asked was {_WAYS[asked]}."
            hint = f"Compared with runs {_WAYS[went]} only; if wrong, set --assign."
            yield Notice("plan.direction", f"{text} {hint}", run=run + 1)


def _other_way(run: int, matched: Matched) -> bool:
    slot = matched.slots[run]
    return slot is not None and matched.directions[run] not in (matched.plan.runs[slot].direction, "unknown")


_WAYS = {
    "forward": "forward",
    "backward": "backward",
    "lateral_left": "to the left",
    "lateral_right": "to the right",
}


def _order(matched: Matched) -> Iterator[Notice]:
    """Say which run was faster than one that was asked to be faster; the order stays as planned."""
    asked = [(run, matched.plan.runs[slot]) for run, slot in enumerate(matched.slots) if slot is not None]
    for run, slot in asked:
        faster = [
            other.effort_pct
            for index, other in asked
            if matched.directions[index] == matched.directions[run]
            and other.effort_pct > slot.effort_pct
            # Over another distance another speed is reached.
            and other.distance_m == slot.distance_m
            and matched.speeds_m_s[index] * (1 + matched.order_share) < matched.speeds_m_s[run]
        ]
        if faster:
            text = f"Run {run + 1} (asked {slot.effort_pct:.0f} %) was faster than one asked {faster[0]:.0f} %. "
            yield Notice("plan.order", text + "Kept in the planned order; say if they were swapped.", run=run + 1)


def _runs(numbers: Sequence[int]) -> str:
    words = [str(number) for number in numbers]
    return f"Run {words[0]}" if len(words) == 1 else f"Runs {', '.join(words[:-1])} and {words[-1]}"


def _slots(slots: Sequence[int], plan: Plan) -> str:
    # Which ones matters while they can be taken in at a glance.
    if len(slots) > _FEW:
        return f"{len(slots)} planned runs"
    return "number " + ", ".join(f"{slot + 1} ({plan.runs[slot].effort_pct:g} %)" for slot in slots)


_FEW = 3


def _length(way_m: float) -> str:
    return f"{way_m:.0f} m ({way_m / constants.yard:.0f} yd)"
