"""Where sensors sit and in which axes vectors are given."""

from enum import Enum, StrEnum

from analyzer.errors import InputError

__all__ = ["FrameOfReference", "Placement", "placement_of"]


class FrameOfReference(Enum):
    """The axes in which a vector is given."""

    SENSOR = "sensor"
    BODY = "body"
    RUN = "run"


class Placement(StrEnum):
    """Where on the body a sensor sits."""

    # The protocol's locations in lower case; files and tables hold these words.
    LEFT_FOOT = "left_foot"
    RIGHT_FOOT = "right_foot"
    LEFT_SHANK = "left_shank"
    RIGHT_SHANK = "right_shank"
    LEFT_THIGH = "left_thigh"
    RIGHT_THIGH = "right_thigh"
    PELVIS = "pelvis"
    STERNUM = "sternum"
    LEFT_WRIST = "left_wrist"
    RIGHT_WRIST = "right_wrist"

    @property
    def side(self) -> str:
        """``left``, ``right``, or ``unknown`` for the midline."""
        # Only what has a side has an underscore.
        head, _, tail = self.value.partition("_")
        return head if tail else "unknown"

    @property
    def label(self) -> str:
        """The placement in plain words, such as ``left foot``."""
        return self.value.replace("_", " ")

    @property
    def segment(self) -> str:
        """The placement without its side, such as ``foot``."""
        return self.value.rpartition("_")[2]


def placement_of(name: str) -> Placement:
    """Return the placement with that name.

    Raises
    ------
    InputError
        There is none; the message lists those there are.
    """
    try:
        return Placement(name)
    except ValueError:
        # The enum's own error names no alternatives, so it is not chained.
        known = ", ".join(Placement)
        raise InputError(f"unknown placement {name!r}; use one of {known}") from None
