"""What happened between the runs: how long, how spent, long enough."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from analyzer.model import Analysis
from analyzer.report import quantities
from analyzer.report.stage_lines import records

__all__ = ["Rest", "rest_lines", "rest_sentence"]


@dataclass(frozen=True, slots=True)
class Rest:
    """The rest before one run.

    Attributes
    ----------
    run : int
        The run after it.
    rest_s : float
    mode : str
        ``still``, ``active`` or ``unknown``.
    still_share, walking_share, jogging_share : float
        NaN where it is not known how the rest was spent.
    work_to_rest : float
        Duration of the run before / rest.
    needed_s : float
        NaN where the rest that was needed is not known.
    verdict : str
        ``enough``, ``short``, ``much_too_short`` or ``unknown``.
    """

    run: int
    rest_s: float
    mode: str
    still_share: float
    walking_share: float
    jogging_share: float
    work_to_rest: float
    needed_s: float
    verdict: str

    @property
    def is_short(self) -> bool:
        """Whether the rest was shorter than it should have been."""
        return self.verdict in ("short", "much_too_short")

    @property
    def spent(self) -> str:
        """Such as ``walking 75 %, still 25 %``, the largest share first."""
        shares = {"still": self.still_share, "walking": self.walking_share, "jogging": self.jogging_share}
        if not all(math.isfinite(share) for share in shares.values()):
            return quantities.UNKNOWN
        ordered = sorted(shares.items(), key=lambda item: -item[1])
        # Below half a per cent it would read as none of it.
        return ", ".join(f"{name} {100 * share:.0f} %" for name, share in ordered if share >= _LEAST_SHARE)


_LEAST_SHARE = 0.005
_MOSTLY = 0.5
"""A share above it is the larger part: no judgement, only the word *mostly*."""


def rest_lines(analysis: Analysis) -> tuple[Rest, ...]:
    """Return the rest before every run but the first, in order of time."""
    return tuple(
        Rest(
            run=int(run["run"]),
            rest_s=float(run["rest_before_s"]),
            mode=str(run["rest_mode"]),
            still_share=float(run["rest_still_share"]),
            walking_share=float(run["rest_walking_share"]),
            jogging_share=float(run["rest_jogging_share"]),
            work_to_rest=float(run["work_to_rest"]),
            needed_s=float(run["rest_needed_s"]),
            verdict=str(run["rest_verdict"]),
        )
        # Before the first run there is no rest.
        for run in records(analysis.runs)[1:]
    )


def rest_sentence(analysis: Analysis) -> str:
    """Return the rests taken, how they were spent and, where one was planned, the plan; empty for a single run."""
    rests = [rest for rest in rest_lines(analysis) if math.isfinite(rest.rest_s)]
    if not rests:
        return ""
    words = ", ".join(quantities.clock(rest.rest_s) + (" (short)" if rest.is_short else "") for rest in rests)
    return f"{words} between runs{_planned(analysis)}{_spent(rests)}{_ratio(rests)}."


def _planned(analysis: Analysis) -> str:
    runs = () if analysis.plan is None else analysis.plan.runs
    planned = sorted({run.rest_before_s for run in runs if math.isfinite(run.rest_before_s)})
    return f" (plan {' / '.join(quantities.clock(rest_s) for rest_s in planned)})" if planned else ""


def _spent(rests: Sequence[Rest]) -> str:
    """Return how the rests were spent, all of them together, longer ones counting for more."""
    known = [rest for rest in rests if math.isfinite(rest.still_share)]
    total = sum(rest.rest_s for rest in known)
    if not total > 0:
        return ""
    names = {"standing": "still_share", "walking": "walking_share", "jogging": "jogging_share"}
    for word, share in names.items():
        if sum(getattr(rest, share) * rest.rest_s for rest in known) > _MOSTLY * total:
            return f", mostly {word}"
    return ", spent in many ways"


def _ratio(rests: Sequence[Rest]) -> str:
    known = [rest for rest in rests if rest.work_to_rest > 0]
    if not known:
        return ""
    # Over all of them: one ratio that neither a long nor a short rest alone decides.
    work_s = sum(rest.work_to_rest * rest.rest_s for rest in known)
    return f"; work to rest 1 : {sum(rest.rest_s for rest in known) / work_s:.0f}"
