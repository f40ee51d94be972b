"""Named columns of one CSV file as numbers, or an error that names file and row."""

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from analyzer.errors import InputError
from analyzer.model import Floats

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FIRST_ROW", "read_columns"]

FIRST_ROW = 2
"""Row of the first sample as editors count: the header is row 1."""

_DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class _Layout:
    delimiter: str
    columns: tuple[str, ...]


def read_columns(path: Path, columns: Sequence[str], decimal: str = ".") -> Floats:
    """Read some columns of a CSV file.

    Parameters
    ----------
    path : Path
        UTF-8 with or without byte order mark; fields separated by comma, semicolon or tab; names in the first row.
    columns : sequence of str
        Which, in the order wanted.
    decimal : str
        Decimal sign.

    Returns
    -------
    (n, k) float array
        NaN for empty cells and for ``NaN`` or ``NA``. Empty rows at the end are left out.

    Raises
    ------
    InputError
        The file is missing, empty, no such text, lacks a column (the message lists those there are) or holds something
        that is no number (the message names the row).
    """
    import pandas as pd

    layout = _layout_of(path)
    _check_columns(path, layout, columns)
    if layout.delimiter == decimal:
        raise InputError(f"{path}: fields and decimals are both separated by {decimal!r}; save it with semicolons")
    wanted = [layout.columns.index(column) for column in columns]
    try:
        numbers = _parsed(path, layout, dict.fromkeys(wanted, "float64"), decimal)[wanted].to_numpy(dtype=np.float64)
    except (pd.errors.ParserError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not a table: {str(error).strip()}") from error
    except ValueError:
        # Something is no number. Reading all as text is slow, but can say what and where.
        cells = _parsed(path, layout, {})
        numbers = np.column_stack(
            [_numbers(path, name, cells[at], decimal) for name, at in zip(columns, wanted, strict=True)]
        )
    return _without_empty_end(numbers)


def _parsed(path: Path, layout: _Layout, dtypes: Mapping[int, str], decimal: str = ".") -> "pd.DataFrame":
    """Return all columns, numbered; those that are not wanted too, or rows with too many fields would pass."""
    import pandas as pd

    # Blank lines stay, or row numbers in messages would be off. Without index_col=False a delimiter at
    # the end of every row would make the first column the index.
    return pd.read_csv(
        path,
        sep=layout.delimiter,
        header=None,
        skiprows=1,
        names=list(range(len(layout.columns))),
        dtype=defaultdict(lambda: "str", dtypes),
        decimal=decimal,
        encoding="utf-8-sig",
        skip_blank_lines=False,
        skipinitialspace=True,
        index_col=False,
    )


def _layout_of(path: Path) -> _Layout:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            head = file.readline()
    except FileNotFoundError:
        beside = ", ".join(sorted(entry.name for entry in path.parent.glob("*.csv"))) or "none"
        raise InputError(f"{path}: no such file; CSV files in this folder: {beside}") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text ({error.reason}); save it as CSV in UTF-8") from error
    if not head.strip():
        raise InputError(f"{path}: the file is empty or its first row is; the first row must name the columns")
    # Where none occurs, as in a single column, the first one serves.
    delimiter = max(_DELIMITERS, key=head.count)
    try:
        # Not split(): a quoted name may hold the delimiter.
        [names] = csv.reader([head.rstrip("\r\n")], delimiter=delimiter, strict=True)
    except csv.Error as error:
        raise InputError(f"{path}: the first row is no list of column names ({error})") from error
    return _Layout(delimiter, tuple(name.strip() for name in names))


def _check_columns(path: Path, layout: _Layout, columns: Sequence[str]) -> None:
    missing = [column for column in columns if column not in layout.columns]
    if missing:
        raise InputError(
            f"{path}: no column {', '.join(map(repr, missing))}; there are {', '.join(map(repr, layout.columns))}"
        )
    twice = [column for column in columns if layout.columns.count(column) > 1]
    if twice:
        raise InputError(f"{path}: more than one column is named {', '.join(map(repr, twice))}; rename them")
    if len(set(columns)) < len(columns):
        raise InputError(f"{path}: the same column is asked for twice among {', '.join(map(repr, columns))}")


def _numbers(path: Path, column: str, cells: "pd.Series[str]", decimal: str) -> Floats:
    import pandas as pd

    texts = cells.str.strip()
    if decimal == ",":
        texts = texts.str.replace(",", ".", regex=False)
    numbers = pd.to_numeric(texts, errors="coerce")
    # Empty cells and NA are lost samples; only text that was there can be wrong.
    wrong = np.flatnonzero((numbers.isna() & texts.notna() & (texts != "")).to_numpy())
    if wrong.size:
        text = str(cells.iloc[int(wrong[0])])
        hint = '; add decimal = "," to its [[sensor]]' if _has_decimal_comma(text) else ""
        raise InputError(f"{path}, row {wrong[0] + FIRST_ROW}: {column} is {text!r}, which is no number{hint}")
    return np.asarray(numbers.to_numpy(dtype=np.float64, na_value=np.nan))


def _has_decimal_comma(text: str) -> bool:
    head, comma, tail = text.strip().lstrip("+-").partition(",")
    return bool(comma) and head.isdigit() and tail.isdigit()


def _without_empty_end(numbers: Floats) -> Floats:
    # Spreadsheets like to leave rows of nothing but delimiters at the end.
    filled = np.flatnonzero(np.isfinite(numbers).any(axis=1))
    return numbers[: filled[-1] + 1] if filled.size else numbers[:0]
