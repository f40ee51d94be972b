"""The summary for a terminal: plain text, aligned, at most 80 columns."""

import textwrap
from collections.abc import Iterator, Sequence

from analyzer.report.gains import SpeedGain, is_split
from analyzer.report.quantities import Quantity
from analyzer.report.remarks import Remark
from analyzer.report.stage_lines import StageLine
from analyzer.report.summary import NOT_MEDICAL, SIMULATED, STEP_AND_STRIDE, Summary

__all__ = ["WIDTH", "render_text", "run_card"]

WIDTH = 80
"""Columns; what every terminal has."""

_RULE = "─" * WIDTH


def render_text(summary: Summary) -> str:
    """Return the summary as plain text, lines of at most 80 columns, with a newline at the end."""
    return "\n".join(line.rstrip() for line in _lines(summary)) + "\n"


def run_card(line: StageLine, *, simulated: bool = False) -> str:
    """Return the few lines a coach wants right after one run.

    Parameters
    ----------
    line : StageLine
        The run, as one of `analyzer.report.run_lines`.
    simulated : bool
        Whether the run came from the virtual athlete.
    """
    card = [SIMULATED] if simulated else []
    card.append(f"{line.label} · {line.n_contacts} contacts · data {_data(line)}")
    card.append(f"  {line.speed} · {line.step_rate} × {line.step_length} · ground {line.ground_time}")
    card += _wrapped(line.reaction, "  ")
    whys = dict.fromkeys(quantity.why for quantity in _quantities(line) if quantity.why)
    card += _wrapped("; ".join(whys), "  ") if whys else []
    return "\n".join(card) + "\n"


def _lines(summary: Summary) -> Iterator[str]:
    if summary.simulated:
        yield f"*** {SIMULATED} ***"
    yield from _wrapped(" · ".join((summary.athlete, summary.title, *summary.setting)))
    yield _RULE
    yield from _wrapped(summary.headline)
    yield _RULE
    if summary.stages or summary.others:
        yield from _table((*summary.stages, *summary.others))
    for sentence in summary.cannot_tell:
        yield from _wrapped(sentence, "  ", "    ")
    # Where no gain is known the table has already said why.
    if any(gain.gain_pct.is_known for gain in summary.gains):
        yield from ("", "WHERE THE SPEED CAME FROM")
        for gain in summary.gains:
            yield from _gain(gain)
        # Only what the parts above do not say already: how the whole splits.
        if summary.whole_gain is not None and is_split(summary.whole_gain):
            yield from _gain(summary.whole_gain)
    if summary.remarks:
        yield from ("", "FINDINGS")
        for remark in summary.remarks:
            yield from _remark(remark)
    yield from _closing(summary)


def _closing(summary: Summary) -> Iterator[str]:
    yield ""
    for name, sentence in (
        ("EFFORT SENSE", summary.effort_sense),
        ("SAME SPEED", summary.at_same_speed),
        ("TIME", summary.times),
        ("REST", summary.rest),
        ("REACTION", summary.reaction),
        ("WAY", summary.ways),
    ):
        if sentence:
            yield from _wrapped(f"{name}  {sentence}", hang="  ")
    yield from _wrapped(f"DATA  {summary.data_quality}", hang="  ")
    for notice in summary.notices:
        yield from _wrapped(f"! {notice}", hang="  ")
    yield _RULE
    yield from _wrapped(f"{STEP_AND_STRIDE} {NOT_MEDICAL}")
    # File and digest may be unknown: then they leave no gap.
    origin = (f"psr {summary.version}", f"config {summary.config_hash}", summary.source, summary.sha256[:12])
    yield from _wrapped(" · ".join(part for part in origin if part.strip()))


_COLUMNS = ("ASKED", "RAN AT", "SPEED", "STEP RATE", "STEP LENGTH", "GROUND", "DATA")


def _table(lines: Sequence[StageLine]) -> list[str]:
    """Return the table; a run whose label is too long for its column gets a line of its own above its numbers."""
    rows = [_row(line) for line in lines]
    units = ("", "of best", *(_unit(lines, index) for index in range(4)), "")
    widths = [max(len(row[column]) for row in (_COLUMNS, units, *rows)) for column in range(len(_COLUMNS))]
    # A label may be as long as "Run 12, to the right": it must not push the table over the edge.
    widths[0] = min(widths[0], WIDTH - sum(widths[1:]) - 2 * (len(widths) - 1))
    table = []
    for row in (_COLUMNS, units, *rows):
        if len(row[0]) > widths[0]:
            table.append(row[0])
            row = ("", *row[1:])
        table.append("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)))
    return table


def _unit(lines: Sequence[StageLine], index: int) -> str:
    # What is not known has no unit: the first that has one speaks for the column.
    found = (_quantities(line)[index].unit for line in lines)
    return next((unit for unit in found if unit), "")


def _quantities(line: StageLine) -> tuple[Quantity, ...]:
    return (line.speed, line.step_rate, line.step_length, line.ground_time)


def _row(line: StageLine) -> tuple[str, ...]:
    achieved = f"{line.achieved.text} {line.achieved.unit}".rstrip()
    # Without units: they stand once, in the head.
    numbers = (f"{quantity.text} {quantity.margin}".rstrip() for quantity in _quantities(line))
    label = f"{line.label} ×{line.n_runs}" if line.n_runs > 1 else line.label
    return (label, achieved, *numbers, _data(line))


def _data(line: StageLine) -> str:
    return f"{'ok' if line.is_clean else '!'} {line.data}"


def _gain(gain: SpeedGain) -> list[str]:
    head = f"  {gain.label:<9} {_signed(gain)}"
    if not gain.rate_share.is_known or not gain.gain_pct.is_clear:
        return _wrapped(f"{head}  {gain.sentence}", hang=_GAIN_INDENT)
    rate, length = (f"{share.text} {share.unit}" for share in (gain.rate_share, gain.length_share))
    return [f"{head}   step rate {rate}, step length {length}", f"{_GAIN_INDENT}{gain.sentence}"]


_GAIN_INDENT = " " * 12


def _signed(gain: SpeedGain) -> str:
    # A minus comes with the number, a plus does not.
    return f"+{gain.gain}" if gain.gain.is_known and gain.gain.value > 0 else str(gain.gain)


def _remark(remark: Remark) -> Iterator[str]:
    yield from _wrapped(f"{remark.mark} {remark.word.upper()}  {remark.sentence}", "  ", "      ")
    if remark.cue:
        yield from _wrapped(f"Try: {remark.cue}", "      ")
    facts = [remark.evidence, f"sure: {remark.sure}" if remark.sure else "", f"[{remark.source}]"]
    yield from _wrapped(" · ".join(fact for fact in facts if fact), "      ")


def _wrapped(text: str, indent: str = "", hang: str | None = None) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent if hang is None else hang,
    )
