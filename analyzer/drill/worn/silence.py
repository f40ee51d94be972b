"""What the sensors worn could not tell of a practice."""

from collections.abc import Mapping, Sequence

from analyzer.drill.record import RunRecord
from analyzer.model import Notice, Placement, SensorStream

__all__ = ["coarseness", "silence"]


def silence(records: Sequence[RunRecord], heard: Mapping[Placement, Sequence[SensorStream]]) -> tuple[Notice, ...]:
    """Say why no run was seen.

    Parameters
    ----------
    records : sequence of RunRecord
    heard : mapping of Placement to sequence of SensorStream
        What each sensor sent.

    Returns
    -------
    tuple of Notice
        Empty where runs were seen.
    """
    if records:
        return ()
    feet = [placement for placement in heard if placement.segment == "foot"]
    if feet and not any(block.has_gyroscope for foot in feet for block in heard[foot]):
        text = "The feet's sensors gave no angular rate, so contacts cannot be found. Switch their gyroscopes on."
        return (Notice("run.no_gyroscope", text),)
    text = "Saw no run: no three strides in a row with both feet off the ground in between. "
    return (Notice("run.none", text + "Check that the sensors were worn while running, and where."),)


def coarseness(records: Sequence[RunRecord]) -> tuple[Notice, ...]:
    """Say so where runs were told by sensors that do not see the ground."""
    segments = {placement.segment for record in records for placement in record.used}
    if not segments or segments & {"foot", "shank"}:
        return ()
    text = f"Runs were told by the {' and the '.join(sorted(segments))} alone: starts are coarser, speeds unknown, and "
    return (Notice("run.coarse", text + "drills on the spot may count as runs. A sensor on a foot tells them apart."),)
