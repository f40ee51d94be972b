"""What a table is: its columns with kinds and units, how it is built, and the check that it holds.

Flat columns, RangeIndex, SI units in the names. NaN where undefined.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import numpy as np
import pandas as pd

from analyzer.errors import TableError

__all__ = ["DTYPES", "Column", "Kind", "Schema", "build", "check", "empty"]

Kind = Literal["float", "integer", "string"]

DTYPES: Mapping[Kind, str] = {"float": "float64", "integer": "int64", "string": "str"}
"""str is the string type of pandas 3, which holds NaN; columns of Python objects do not pass."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name with unit, its kind and what it means."""

    name: str
    kind: Kind
    unit: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Schema:
    """One table: its name and its columns in order."""

    name: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        """Column names in order."""
        return [column.name for column in self.columns]


def build(schema: Schema, columns: Mapping[str, Sequence[Any] | np.ndarray[Any, Any]]) -> pd.DataFrame:
    """Return a table of that schema from its columns.

    Parameters
    ----------
    schema : Schema
    columns : mapping of name to (n,) sequence
        Exactly the columns of the schema, in any order.

    Returns
    -------
    pandas.DataFrame
        Columns in schema order, RangeIndex.

    Raises
    ------
    TableError
        A column is missing, unknown or of the wrong length or kind.
    """
    if set(columns) != set(schema.names):
        odd = sorted(set(columns) ^ set(schema.names))
        raise TableError(f"{schema.name}: columns do not fit the schema: {odd}")
    lengths = {name: len(values) for name, values in columns.items()}
    # pandas would fill up the shorter columns with NaN.
    if len(set(lengths.values())) > 1:
        raise TableError(f"{schema.name}: columns differ in length: {lengths}")
    try:
        frame = pd.DataFrame(
            # By way of arrays: a Series would bring its index and be aligned instead of taken as it stands.
            {c.name: _typed(np.asarray(columns[c.name]), DTYPES[c.kind]) for c in schema.columns}
        )
    # Such as NaN among integers: a count is never unknown.
    except (TypeError, ValueError) as error:
        raise TableError(f"{schema.name}: {error}") from error
    return check(schema, frame)


def _typed(values: np.ndarray[Any, Any], dtype: str) -> Any:
    if dtype == "str":
        return pd.array(values, dtype="str")
    # What has the right type already needs no Series, of which a practice would make thousands.
    return values if values.dtype == dtype else pd.Series(values, dtype=dtype)


def empty(schema: Schema) -> pd.DataFrame:
    """Return a table of that schema without rows."""
    # A table of the caller's own, as tables can be written to; a copy is ten times faster than building it.
    return _empty(schema).copy()


@cache
def _empty(schema: Schema) -> pd.DataFrame:
    return build(schema, {name: [] for name in schema.names})


def check(schema: Schema, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table unchanged if it fits the schema.

    Raises
    ------
    TableError
        Columns, their order, their kinds or the index differ.
    """
    # Order counts too: a table written to a file is read by position as often as by name.
    if list(frame.columns) != schema.names:
        raise TableError(f"{schema.name}: expected columns {schema.names}, got {list(frame.columns)}")
    for column, dtype in zip(schema.columns, frame.dtypes, strict=True):
        if dtype != DTYPES[column.kind]:
            raise TableError(f"{schema.name}.{column.name}: expected {DTYPES[column.kind]}, got {dtype}")
    # Other tables and findings point at row numbers, so rows left over from a filter are renumbered first.
    if not isinstance(frame.index, pd.RangeIndex) or frame.index.start != 0 or frame.index.step != 1:
        raise TableError(f"{schema.name}: the index must be a RangeIndex from 0, got {frame.index!r}")
    return frame
