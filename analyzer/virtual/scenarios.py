"""Named changes of the virtual practice: what a test or a demo asks for by name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from analyzer.errors import InputError
from analyzer.virtual.runner import Style

__all__ = ["SCENARIOS", "Link", "Scenario", "scenario_of"]


@dataclass(frozen=True, slots=True)
class Link:
    """How well the radio works.

    Attributes
    ----------
    lost_share : float
        Of the packets, lost in bursts; 0 loses none.
    burst_packets : float
        Mean length of a burst.
    """

    lost_share: float = 0.0
    burst_packets: float = 4.0


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named change of the virtual practice.

    Attributes
    ----------
    name, meaning : str
    style : Style
        Changes of the motion itself; the signals follow from it.
    link : Link
    only : tuple of str
        Placements that are worn, whatever was asked for; empty: all that were asked for.
    any_mounting : bool
        Sensors turned at random instead of worn as told.
    """

    name: str
    meaning: str
    style: Style = field(default_factory=Style)
    link: Link = field(default_factory=Link)
    only: tuple[str, ...] = ()
    any_mounting: bool = False


# Read-only, as all tests and demos share them.
SCENARIOS: Mapping[str, Scenario] = MappingProxyType(
    {
        scenario.name: scenario
        for scenario in (
            Scenario("clean", "good contrast, sound running, every packet arrives"),
            Scenario("drops-packets", "3 % of the packets are lost in bursts", link=Link(lost_share=0.03)),
            Scenario("one-foot", "only the left foot's sensor is worn", only=("left_foot",)),
            Scenario("any-mounting", "every sensor is turned at random on its segment", any_mounting=True),
        )
    }
)
"""Scenarios by name; the names are part of the public interface."""


def scenario_of(name: str) -> Scenario:
    """Return the scenario with that name.

    Raises
    ------
    InputError
        There is none; the message lists those there are.
    """
    if name not in SCENARIOS:
        raise InputError(f"unknown scenario {name!r}; use one of {', '.join(SCENARIOS)}")
    return SCENARIOS[name]
