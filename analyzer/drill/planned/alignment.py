"""Two ordered rows, runs and planned runs, laid side by side: the cheapest way and how probable each pairing is."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from analyzer.model import Bools, Floats

__all__ = ["AlignmentCosts", "Slots", "cheapest", "cost_of", "probabilities", "total"]

Slots: TypeAlias = tuple[int | None, ...]
"""Per run its slot of the plan, from 0, never falling; None for a run that is none of them."""


@dataclass(frozen=True, slots=True, eq=False)
class AlignmentCosts:
    """What every step of an alignment costs, in units of minus log likelihood.

    An alignment gives each run a slot or none; slots never fall from run to run. A slot that two runs share was
    repeated; between these two may lie runs that are none of the planned ones, but no other slot.

    Attributes
    ----------
    match : (n_runs, n_slots) float array
        Of each pairing; infinite where it is ruled out.
    extra : float
        Of a run that is in no slot.
    early : float
        The same, before the first run that is in one.
    missing : float
        Of a slot without a run.
    repeat : float
        Of a further run in a slot, beside that of the pairing.
    must : (n_runs,) bool array
        Runs that are in some slot for certain.
    """

    match: Floats
    extra: float
    early: float
    missing: float
    repeat: float
    must: Bools

    def none(self, run: int, n_slots_passed: int) -> float:
        """Return the cost of a run in no slot after so many slots."""
        if self.must[run]:
            return np.inf
        return self.early if n_slots_passed == 0 else self.extra


def cheapest(costs: AlignmentCosts) -> Slots:
    """Return the alignment of least cost; of two alike, that which leaves fewer runs and slots alone."""
    reached = _backward(costs, min)
    n_runs, n_slots = costs.match.shape
    i, j, passed_over = 0, 0, False
    slots: list[int | None] = []
    while i < n_runs or j < n_slots:
        options = _onward(costs, reached, (i, j), passed_over=passed_over)
        kind = min(options, key=lambda option: options[option])
        if kind == "missing":
            j, passed_over = j + 1, True
            continue
        # A repeat goes to the slot already passed.
        slots.append({"match": j, "repeat": j - 1, "extra": None}[kind])
        i, j, passed_over = i + 1, j + (kind == "match"), False
    return tuple(slots)


def cost_of(slots: Slots, costs: AlignmentCosts) -> float:
    """Return the cost of one alignment."""
    used = [slot for slot in slots if slot is not None]
    first = next((run for run, slot in enumerate(slots) if slot is not None), len(slots))
    paired = float(np.sum([costs.match[run, slot] for run, slot in enumerate(slots) if slot is not None]))
    n_extra = len(slots) - len(used) - first
    n_missing = int(costs.match.shape[1]) - len(set(used))
    n_repeats = len(used) - len(set(used))
    unpaired = costs.early * first + costs.extra * n_extra + costs.missing * n_missing + costs.repeat * n_repeats
    return paired + unpaired


def total(costs: AlignmentCosts) -> float:
    """Return minus the log of the summed likelihood of all alignments."""
    return float(_backward(costs, _soft_min)[0][0, 0])


def probabilities(costs: AlignmentCosts) -> Floats:
    """Return how probable every pairing is among all alignments.

    Parameters
    ----------
    costs : AlignmentCosts

    Returns
    -------
    (n_runs, n_slots + 1) float array
        Rows sum to 1; the last column is for no slot at all.

    Notes
    -----
    Forward-backward: the weight of all ways up to a step, times that of the step, times that of all ways on from it.
    """
    (ahead, _), (open_, over) = _backward(costs, _soft_min), _forward(costs)
    n_runs, n_slots = costs.match.shape
    weight = np.zeros((n_runs, n_slots + 1))
    everything = ahead[0, 0]
    for i in range(n_runs):
        for j in range(n_slots + 1):
            onward = ahead[i + 1, j] - everything
            weight[i, -1] += np.exp(-(open_[i, j] + costs.none(i, j) + onward))
            if j:
                weight[i, j - 1] += np.exp(-(open_[i, j] + costs.match[i, j - 1] + costs.repeat + onward))
            if j < n_slots:
                before = _soft_min((open_[i, j], over[i, j]))
                weight[i, j] += np.exp(-(before + costs.match[i, j] + ahead[i + 1, j + 1] - everything))
    return weight


_Table: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.float64]]

# Cell (i, j): i runs and j slots dealt with. Two tables: in the second the last slot was passed over. There no run
# without a slot may follow (such runs come first), so that no alignment is counted twice, and no repeat.


def _backward(costs: AlignmentCosts, pick: Callable[[Iterable[float]], float]) -> tuple[_Table, _Table]:
    """Return the cost of all ways on from each cell; `pick` joins those of several ways."""
    n_runs, n_slots = costs.match.shape
    tables = (np.full((n_runs + 1, n_slots + 1), np.inf), np.full((n_runs + 1, n_slots + 1), np.inf))
    for i in range(n_runs, -1, -1):
        for j in range(n_slots, -1, -1):
            for table, passed_over in zip(tables, (False, True), strict=True):
                options = _onward(costs, tables, (i, j), passed_over=passed_over)
                table[i, j] = pick(options.values()) if options else _nothing_left(i, j, costs)
    return tables


def _nothing_left(i: int, j: int, costs: AlignmentCosts) -> float:
    # A slot passed over at the very end of the plan, with runs left: no way on.
    return 0.0 if (i, j) == costs.match.shape else np.inf


def _onward(
    costs: AlignmentCosts, ahead: tuple[_Table, _Table], cell: tuple[int, int], *, passed_over: bool
) -> dict[str, float]:
    """Return what each step from a cell costs, with all that follows."""
    i, j = cell
    n_runs, n_slots = costs.match.shape
    options: dict[str, float] = {}
    if i < n_runs and j < n_slots:
        options["match"] = costs.match[i, j] + ahead[0][i + 1, j + 1]
    if i < n_runs and not passed_over:
        if j:
            options["repeat"] = costs.match[i, j - 1] + costs.repeat + ahead[0][i + 1, j]
        options["extra"] = costs.none(i, j) + ahead[0][i + 1, j]
    if j < n_slots:
        options["missing"] = costs.missing + ahead[1][i, j + 1]
    return options


def _forward(costs: AlignmentCosts) -> tuple[_Table, _Table]:
    """Return the cost of all ways up to each cell."""
    n_runs, n_slots = costs.match.shape
    open_, over = (np.full((n_runs + 1, n_slots + 1), np.inf) for _ in range(2))
    open_[0, 0] = 0.0
    for i in range(n_runs + 1):
        for j in range(n_slots + 1):
            steps = [open_[i, j]]
            if i and j:
                steps.append(_soft_min((open_[i - 1, j - 1], over[i - 1, j - 1])) + costs.match[i - 1, j - 1])
                steps.append(open_[i - 1, j] + costs.match[i - 1, j - 1] + costs.repeat)
            if i:
                steps.append(open_[i - 1, j] + costs.none(i - 1, j))
            open_[i, j] = _soft_min(steps)
            if j:
                over[i, j] = costs.missing + _soft_min((open_[i, j - 1], over[i, j - 1]))
    return open_, over


def _soft_min(costs: Iterable[float]) -> float:
    """Return minus the log of the summed likelihoods."""
    # Plain floats: on two or three numbers they are ten times as fast as arrays.
    all_ = [float(cost) for cost in costs]
    least = min(all_)
    # Infinite less infinite is no number.
    return least if math.isinf(least) else least - math.log(sum(math.exp(least - cost) for cost in all_))
