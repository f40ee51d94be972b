"""Any of our values as plain data that JSON can hold."""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

__all__ = ["as_plain"]


def as_plain(value: Any) -> Any:
    """Return a value as JSON can hold it: mappings, lists, text, numbers; NaN becomes None.

    Parameters
    ----------
    value : object
        Dataclasses, mappings, sequences, enums, paths, numpy or plain numbers, text, in any nesting.
    """
    # The class of a dataclass counts as a dataclass too.
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: as_plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(as_plain(key)): as_plain(item) for key, item in value.items()}
    # Before text and numbers: an enum may be one of them as well.
    if isinstance(value, Enum):
        return as_plain(value.value)
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, Sequence | frozenset | set):
        # A set has no order of its own: sorted, the same set is always the same text.
        return [as_plain(item) for item in (value if isinstance(value, Sequence) else sorted(value))]
    return _plain_number(value)


def _plain_number(value: Any) -> Any:
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    # numpy scalars and arrays turn into plain numbers and lists.
    return as_plain(value.tolist()) if hasattr(value, "tolist") else str(value)
