"""What can go wrong in the analyzer, as far as a caller would act on it."""

from enum import Enum

__all__ = [
    "AnalyzerError",
    "CaptureError",
    "InputError",
    "SensorError",
    "SensorErrorReason",
    "SignalQualityError",
    "TableError",
]


class AnalyzerError(Exception):
    """Root of all errors that the analyzer raises on purpose."""


class InputError(AnalyzerError):
    """A file, folder or array that was handed in cannot be used; the message says what to do."""


class CaptureError(AnalyzerError):
    """A capture file cannot be written or read."""


class SignalQualityError(AnalyzerError):
    """A signal is unfit for any analysis, for example all NaN or sampled too slowly."""


class TableError(AnalyzerError):
    """A table breaks its schema: a fault of ours, not of the data."""


class SensorErrorReason(Enum):
    """Why a sensor could not be used."""

    NO_CONFIG = "no configuration record before the first data"
    WRONG_PLACEMENT = "placement unknown or used twice"
    PROTOCOL = "payload breaks the protocol"
    RADIO_OFF = "the computer's Bluetooth cannot be used"
    NOT_FOUND = "sensor out of reach, or switched off"
    LINK = "the link failed"
    REFUSED = "the sensor answered a request with an error"


class SensorError(AnalyzerError):
    """A sensor cannot be used.

    Parameters
    ----------
    message : str
        What happened, whether it matters, what to do.
    reason : SensorErrorReason
        For programs that act on it.
    """

    def __init__(self, message: str, reason: SensorErrorReason) -> None:
        super().__init__(message)
        self.reason = reason
