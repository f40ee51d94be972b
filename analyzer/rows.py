"""Rows of a table as one array a column, for all that happens before the tables leave the analyzer.

A window holds a dozen contacts. As a DataFrame they cost a hundred times what their arrays cost, and a practice has
dozens of windows: tables are built once, when the whole practice is known.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analyzer.model import Bools, Floats, Indices
from analyzer.schema import DTYPES, Schema

__all__ = ["Rows", "count", "joined", "nearest_rows", "no_rows", "only", "rows_of"]

Rows = Mapping[str, NDArray[Any]]
"""Columns of a table by name, all of one length. Arrays are shared, not copied: nobody writes to them.

``len`` counts the columns; `count` counts the rows.
"""


def rows_of(table: pd.DataFrame) -> Rows:
    """Return the columns of a table as arrays; strings become objects."""
    return {str(name): table[name].to_numpy() for name in table.columns}


def no_rows(schema: Schema) -> Rows:
    """Return the columns of a table without rows, each of its type."""
    return {column.name: np.empty(0, dtype=DTYPES[column.kind]) for column in schema.columns}


def count(rows: Rows) -> int:
    """Return how many rows there are; 0 also without columns."""
    return len(next(iter(rows.values()), ()))


def only(rows: Rows, keep: Bools | Indices) -> Rows:
    """Return the rows where `keep` is true, or those it numbers, in its order."""
    return {name: column[keep] for name, column in rows.items()}


def joined(parts: Sequence[Rows]) -> Rows:
    """Return rows with the same columns one part after the other.

    Parameters
    ----------
    parts : sequence of Rows
        At least one.
    """
    filled = [part for part in parts if count(part)]
    # Most often one part alone has any.
    if len(filled) < 2:
        return filled[0] if filled else parts[0]
    return {name: np.concatenate([part[name] for part in filled]) for name in filled[0]}


def nearest_rows(times_s: Floats, wanted_s: Floats, tolerance_s: float) -> Indices:
    """Return for each wanted time the row of the nearest of some times.

    Parameters
    ----------
    times_s : (n,) float array
        In any order; NaN is near nothing.
    wanted_s : (m,) float array
    tolerance_s : float

    Returns
    -------
    (m,) int array
        -1 where none is within the tolerance.
    """
    order = np.argsort(times_s, kind="stable")
    order = order[: np.count_nonzero(np.isfinite(times_s))]
    if not len(order):
        return np.full(len(wanted_s), -1, dtype=np.intp)
    ordered = times_s[order]
    after = np.minimum(np.searchsorted(ordered, wanted_s), len(ordered) - 1)
    before = np.maximum(after - 1, 0)
    nearer = np.where(wanted_s - ordered[before] <= ordered[after] - wanted_s, before, after)
    near = np.abs(wanted_s - ordered[nearer]) <= tolerance_s
    return np.where(near, order[nearer], -1)
