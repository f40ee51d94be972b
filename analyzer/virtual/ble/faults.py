"""What goes wrong with a virtual sensor on demand."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from analyzer.errors import InputError

__all__ = ["Fault", "FaultKind", "parse_fault"]


class FaultKind(Enum):
    """Names of faults, with what their number means and its default."""

    LOSS = "loss"
    """Share of live frames that the sensor gives up before sending them."""

    STALL = "stall"
    """Seconds in which nothing leaves."""

    DROP = "drop"
    """Seconds without connection: the link is lost and nothing advertises until then."""

    BATTERY_LOW = "battery_low"
    """Level in percent to which the battery falls."""

    REBOOT = "reboot"
    """Seconds that it takes to be back, its memory empty and its clock at zero."""

    MEMORY_FULL = "memory_full"
    """Seconds of samples that the ring still holds; the flash holds nothing."""

    WRONG_SCALE = "wrong_scale"
    """Factor by which the config record is wrong about acceleration."""

    CLOCK_JUMP = "clock_jump"
    """Seconds by which the clock steps, again and again, which it never should."""


_DEFAULTS = {
    FaultKind.LOSS: (0.0, 0.05),
    FaultKind.STALL: (5.0, 1.0),
    FaultKind.DROP: (5.0, 3.0),
    FaultKind.BATTERY_LOW: (0.0, 8.0),
    FaultKind.REBOOT: (5.0, 1.0),
    FaultKind.MEMORY_FULL: (0.0, 0.5),
    FaultKind.WRONG_SCALE: (0.0, 2.0),
    FaultKind.CLOCK_JUMP: (20.0, 0.5),
}
"""When it comes and how much of it, unless told: late enough that a host is connected and streaming."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong.

    Attributes
    ----------
    kind : FaultKind
    at_s : float
        Seconds after the first START; what is wrong from the works on is wrong from 0.
    amount : float
        Its meaning stands with the kind.
    """

    kind: FaultKind
    at_s: float
    amount: float


def parse_fault(text: str) -> Fault:
    """Return the fault in ``NAME``, ``NAME=AMOUNT`` or ``NAME=AMOUNT@SECONDS``.

    Raises
    ------
    InputError
        Unknown name, or no number where one belongs.

    Examples
    --------
    >>> parse_fault("stall=0.5@12")
    Fault(kind=<FaultKind.STALL: 'stall'>, at_s=12.0, amount=0.5)
    """
    name, _, numbers = text.partition("=")
    if "@" in name:
        name, _, at_text = name.partition("@")
        numbers = f"@{at_text}"
    amount_text, _, at_text = numbers.partition("@")
    known = {kind.value: kind for kind in FaultKind}
    if name not in known:
        raise InputError(f"no fault is called {name!r}; choose from {', '.join(known)}")
    at_s, amount = _DEFAULTS[known[name]]
    return Fault(
        known[name], _number(at_text, at_s, text), _checked(known[name], _number(amount_text, amount, text), text)
    )


def amount_of(faults: Sequence[Fault], kind: FaultKind, since_s: float) -> float | None:
    """Return the amount of a fault that has come, the latest if several have; None if none has."""
    come = [fault for fault in faults if fault.kind is kind and fault.at_s <= since_s]
    return come[-1].amount if come else None


def lasting(faults: Sequence[Fault], kinds: Sequence[FaultKind], since_s: float) -> bool:
    """Say whether one of the faults that last `amount` seconds is on."""
    return any(fault.kind in kinds and fault.at_s <= since_s < fault.at_s + fault.amount for fault in faults)


def _number(text: str, default: float, whole: str) -> float:
    if not text:
        return default
    try:
        return float(text)
    except ValueError as error:
        raise InputError(f"{whole!r} is no fault; write NAME, NAME=AMOUNT or NAME=AMOUNT@SECONDS") from error


def _checked(kind: FaultKind, amount: float, whole: str) -> float:
    top = {FaultKind.LOSS: 1.0, FaultKind.BATTERY_LOW: 100.0}.get(kind, 3600.0)
    least = -3600.0 if kind is FaultKind.CLOCK_JUMP else 0.0
    if not least <= amount <= top:
        raise InputError(f"{whole!r}: the amount of {kind.value} goes from {least:g} to {top:g}")
    return amount
