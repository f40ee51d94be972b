"""Contacts of one foot as a detector finds them."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from analyzer.model import Floats

__all__ = ["ContactEvents"]


@dataclass(frozen=True, slots=True, eq=False)
class ContactEvents:
    """Contacts of one side in time order.

    Attributes
    ----------
    initial_contact_s, toe_off_s : (n,) float array
        Times; NaN where an event was not seen. At least one of the two is there in every row.
    initial_contact_sd_s, toe_off_sd_s : (n,) float array
        Standard uncertainties of the two.
    side : tuple of str
        ``left``, ``right`` or ``unknown``.
    quality : tuple of str
        ``ok``, ``gap``, ``clipped`` or ``edge``.
    """

    initial_contact_s: Floats
    toe_off_s: Floats
    initial_contact_sd_s: Floats
    toe_off_sd_s: Floats
    side: tuple[str, ...]
    quality: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.initial_contact_s)

    @classmethod
    def none(cls) -> Self:
        """Return no contacts."""
        nothing = np.empty(0)
        return cls(nothing, nothing, nothing, nothing, (), ())
