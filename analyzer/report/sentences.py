"""The sentences of the coach's page: what happened, in plain words, never more than the numbers carry."""

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

from analyzer.model import Analysis, Placement, PlannedRun
from analyzer.report import quantities
from analyzer.report.gains import SpeedGain
from analyzer.report.quantities import Units
from analyzer.report.stage_lines import StageLine, records
from analyzer.units import G_M_S2

__all__ = ["data_quality", "effort_sense", "headline", "setting"]


def headline(
    lines: Sequence[StageLine],
    others: Sequence[StageLine],
    gains: Sequence[SpeedGain],
    units: Units,
) -> str:
    """Return the practice in one line.

    Parameters
    ----------
    lines, others : sequence of StageLine
        Stages, and the runs in none of them.
    gains : sequence of SpeedGain
    units : {'us', 'metric'}
    """
    if not lines and not others:
        return "No run was found in this recording."
    if gains:
        # The last step is the one up to the highest effort.
        return _gain_headline(gains[-1], lines, units)
    if len(lines) == 1 and math.isfinite(lines[0].asked_effort_pct):
        return f"Only {lines[0].label} was run, so there is nothing to compare it with. {_top(lines[0])}".rstrip()
    n_runs = len(lines) + len(others)
    counted = f"{n_runs} runs" if n_runs > 1 else "One run"
    # With NaN in it the result of max() depends on the order.
    fastest = max((*lines, *others), key=lambda line: line.speed.value if line.speed.is_known else -math.inf)
    return f"{counted}, no stages to compare. {_top(fastest)}".rstrip()


def _top(line: StageLine) -> str:
    return f"Top speed {line.speed.text} {line.speed.unit}." if line.speed.is_known else ""


def _gain_headline(gain: SpeedGain, lines: Sequence[StageLine], units: Units) -> str:
    from_to = f"From {gain.lower} to {gain.upper}"
    if not gain.gain_pct.is_known:
        return _rate_headline(from_to, lines)
    if not gain.gain_pct.is_clear:
        return f"{gain.lower} and {gain.upper} came out alike: no clear change of speed."
    if gain.gain_pct.value < 0:
        return f"{gain.upper} was slower than {gain.lower}."
    faster = f"{from_to}, {gain.gain.text} {gain.gain.unit} faster"
    if not gain.rate_share.is_known:
        return f"{faster}."
    return f"{faster}: {_how(gain, units)}."


def _how(gain: SpeedGain, units: Units) -> str:
    change = quantities.length_change(gain.step_length_change_m, units)
    # Only where the whole interval is below nothing has a part surely shrunk.
    if gain.length_share.bounds[1] < 0:
        return f"quicker steps, each {change} shorter"
    if gain.rate_share.bounds[1] < 0:
        return f"steps {change} longer, but slower ones"
    return gain.sentence


def _rate_headline(from_to: str, lines: Sequence[StageLine]) -> str:
    """Say what step rate did where no speed is known, as with a sensor on the waist alone."""
    rates = [line.step_rate for line in lines[-2:]]
    if len(rates) == len(lines[-2:]) and all(rate.is_known for rate in rates):
        return f"{from_to} the step rate went from {rates[0].text} to {rates[1].text} per second; speed is not known."
    return f"{from_to} the change of speed is not known."


def effort_sense(lines: Sequence[StageLine], analysis: Analysis) -> str:
    """Return how the asked efforts came out, and how the day compares with the weeks before; empty where unknown."""
    return f"{_asked_and_ran(lines, analysis)} {_of_best(analysis)}".strip()


def _of_best(analysis: Analysis) -> str:
    """Return the day's best against the athlete's best of the last weeks, by name; empty without any."""
    known = [run for run in records(analysis.runs) if math.isfinite(run["achieved_of_best_pct"])]
    # Other directions have bests of their own; the page's sentence is on running forward.
    forward = [run for run in known if run["direction"] in ("forward", "unknown")]
    if not forward:
        return ""
    top = max(forward, key=lambda run: float(run["achieved_of_best_pct"]))
    share, best = f"{top['achieved_of_best_pct']:.0f} %", top["best_reference"]
    return f"Run {top['run']} was {share} of the best of the last 28 days ({best})."


def _asked_and_ran(lines: Sequence[StageLine], analysis: Analysis) -> str:
    # It takes at least two asked stages of known speed.
    known = [line for line in lines if math.isfinite(line.asked_effort_pct) and line.achieved.is_known]
    if len(known) < 2 or analysis.plan is None:
        return ""
    asked = " / ".join(f"{line.asked_effort_pct:g}" for line in known)
    ran = " / ".join(line.achieved.text for line in known)
    sentence = f"Asked {asked}, ran {ran} % of the day's best speed."
    # Full effort cannot exceed the day's best: it says nothing of the sense of effort.
    if not any(line.achieved.value > line.asked_effort_pct for line in known if line.asked_effort_pct < 100):
        return sentence
    if analysis.plan.wording == "speed":
        return f"{sentence} Asked as a share of speed, so the slower ones were too fast."
    return f"{sentence} Running above the number is usual: effort is felt, it is not speed."


def setting(analysis: Analysis, units: Units) -> tuple[str, ...]:
    """Return what was to be run and what was worn, as short pieces such as ``20 yd × 3``."""
    pieces = []
    distances = Counter(run.distance_m for run in _planned(analysis))
    pieces += [f"{quantities.distance(distance_m, units)} × {n}" for distance_m, n in sorted(distances.items())]
    if analysis.plan is None:
        n_runs = len(analysis.runs)
        pieces.append(f"no plan, {n_runs} {'run' if n_runs == 1 else 'runs'}")
    elif analysis.plan.surface:
        pieces.append(analysis.plan.surface)
    return (*pieces, *_sensors(analysis))


def _planned(analysis: Analysis) -> Sequence[PlannedRun]:
    return () if analysis.plan is None else analysis.plan.runs


def _sensors(analysis: Analysis) -> list[str]:
    if analysis.recording is None:
        return []
    streams = analysis.recording.streams
    # In the order of body parts, not of arrival: the same line for the same sensors.
    worn = [placement for placement in Placement if placement in streams]
    segments = Counter(placement.segment for placement in worn)
    names = (_BOTH.get(p.segment, p.value) if segments[p.segment] > 1 else p.value for p in worn)
    rates = sorted(round(stream.rate_hz) for stream in streams.values() if math.isfinite(stream.rate_hz))
    span = [f"{rates[0]} Hz" if rates[0] == rates[-1] else f"{rates[0]}–{rates[-1]} Hz"] if rates else []
    return [", ".join(dict.fromkeys(name.replace("_", " ") for name in names)), *span]


_BOTH = {"foot": "both feet", "shank": "both shanks", "thigh": "both thighs", "wrist": "both wrists"}


def data_quality(analysis: Analysis) -> str:
    """Return how much of the data arrived and which contacts were left out of the medians."""
    if analysis.runs.empty:
        return _seen(analysis)
    if analysis.contacts.empty:
        return "No ground contact was found."
    received = [run["received_pct"] for run in records(analysis.runs) if math.isfinite(run["received_pct"])]
    worst = min(received, default=float("nan"))
    # Rounded down: nearly all is not all. NaN is not below 100 and is told apart further on.
    arrived = f"At worst {math.floor(worst)} % of a run's samples arrived" if worst < 100 else "All samples arrived"
    counts = Counter(str(quality) for quality in analysis.contacts["quality"])
    left_out = [
        f"{counts[quality]} {words[counts[quality] > 1]}" for quality, words in _LEFT_OUT.items() if counts[quality]
    ]
    total = f"{len(analysis.contacts)} contacts"
    if math.isnan(worst):
        arrived = "How many samples arrived is not known"
    if not left_out:
        return f"{arrived}; all {total} are clean."
    return f"{arrived}; of {total}, {' and '.join(left_out)}: not used for ground time."


def _seen(analysis: Analysis) -> str:
    """Return what a recording without a run holds, and what to do about it."""
    todo = "If there was running: were the sensors on, worn where they are said to be, and are the times in seconds?"
    if analysis.recording is None:
        return f"There was no stretch of running. {todo}"
    streams = analysis.recording.streams.values()
    start_s = min(float(stream.time_s[0]) for stream in streams if stream.n_samples)
    stop_s = max(float(stream.time_s[-1]) for stream in streams if stream.n_samples)
    # The initial value answers for a sensor of which nothing arrived.
    largest_g = max(float(np.nanmax(np.abs(stream.acc_m_s2), initial=0.0)) for stream in streams) / G_M_S2
    return (
        f"Seen: {stop_s - start_s:.0f} s of data, accelerations up to {largest_g:.1f} g along an axis, "
        f"no stretch of running. {todo}"
    )


_LEFT_OUT = {
    "gap": ("touches lost samples", "touch lost samples"),
    "clipped": ("hits the sensor's limit", "hit the sensor's limit"),
    "edge": ("is seen only in part", "are seen only in part"),
}
