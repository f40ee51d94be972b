"""The page "How accurate is it": tables put into its text."""

from collections.abc import Sequence
from pathlib import Path
from string import Template

from benchmarks import tabulated
from benchmarks.errors import Errors
from benchmarks.failures import CAUSES, failed_contacts, failed_strides
from benchmarks.goals import COLUMNS, VIRTUAL, Goal, Moves, goals, of

__all__ = ["page"]

TEXT = Path(__file__).with_name("accuracy_page.md")


def page(errors: Errors, moves: Moves) -> str:
    """Return the page as Markdown."""
    reached = goals(errors, moves)
    tables = {made.__name__: made(errors) for made in tabulated.OF_ERRORS}
    return Template(TEXT.read_text(encoding="utf-8")).substitute(
        tables,
        goals_met=_met(reached),
        goal_table=tabulated.goal_table(reached),
        causes=_causes(errors),
        n_athletes=of(errors, group=VIRTUAL).events["person"].nunique(),
    )


def _met(reached: Sequence[Goal]) -> str:
    sums = []
    for number, column in enumerate(COLUMNS):
        known = [goal.cells[number].met for goal in reached if goal.cells[number].met is not None]
        sums.append(f"{column} {known.count(True)} of {len(known)}")
    return ", ".join(sums)


def _causes(errors: Errors) -> str:
    seen = {*failed_contacts(errors)["cause"], *failed_strides(errors)["cause"]}
    return "\n".join(f"- **{cause}**: {text}" for cause, text in CAUSES.items() if cause in seen)
