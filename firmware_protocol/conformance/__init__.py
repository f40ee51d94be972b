"""The protocol's own test suite: whether a sensor does what ``SPEC.md`` says (section 12).

Standard library only; whoever has a connection to a sensor puts it behind `Link`.
"""

from firmware_protocol.conformance.bench import Bench, Failure
from firmware_protocol.conformance.link import Link, LinkError, Received
from firmware_protocol.conformance.suite import CHECKS, Check, Outcome, Result, run_checks, verdict

__all__ = [
    "CHECKS",
    "Bench",
    "Check",
    "Failure",
    "Link",
    "LinkError",
    "Outcome",
    "Received",
    "Result",
    "run_checks",
    "verdict",
]
