"""The steps or strides of one run that a sensor is asked about."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analyzer.model import Floats, Placement

__all__ = ["Cycles", "RunTables", "cycles_of"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RunTables:
    """Contacts, strides and steps of one run; schemas in `analyzer.tables`."""

    contacts: pd.DataFrame
    strides: pd.DataFrame
    steps: pd.DataFrame


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Cycles:
    """Steps or strides in time order, (n,) each.

    Attributes
    ----------
    start_s, end_s : (n,) float array
    contact_time_s, flight_time_s, speed_m_s : (n,) float array
        NaN where unknown.
    side : (n,) str array
        Of the foot whose contact opens the cycle.
    phase, quality : (n,) str array
        As in the table of strides.
    """

    start_s: Floats
    end_s: Floats
    contact_time_s: Floats
    flight_time_s: Floats
    speed_m_s: Floats
    side: np.ndarray
    phase: np.ndarray
    quality: np.ndarray

    def __len__(self) -> int:
        return len(self.start_s)

    @property
    def middle_s(self) -> Floats:
        """Middle of each cycle."""
        return 0.5 * (self.start_s + self.end_s)


def cycles_of(placement: Placement, tables: RunTables) -> Cycles:
    """Return the cycles that a sensor is asked about.

    Parameters
    ----------
    placement : Placement
    tables : RunTables

    Returns
    -------
    Cycles
        Steps for the midline where both feet are known; else strides, of the sensor's own foot where they are known.
        Strides of one foot at most: those of both overlap.
    """
    if placement.side == "unknown" and len(tables.steps):
        return _steps(tables)
    strides = tables.strides
    sides = strides["side"].to_numpy(dtype=str)
    own = sides == placement.side
    # Another foot's strides last as long; only what happens at a contact is then not known.
    chosen = own if own.any() else sides == (sides[0] if len(sides) else "")
    rows = np.flatnonzero(chosen)
    # Contacts of unknown side open a stride each, and neighbours overlap by half.
    return _strides(strides.iloc[_apart(strides, rows)], tables)


def _apart(strides: pd.DataFrame, rows: np.ndarray) -> np.ndarray:
    """Return the rows that do not begin before the one kept last has ended."""
    start, end = strides["start_s"].to_numpy(), strides["end_s"].to_numpy()
    kept: list[int] = []
    for row in rows.tolist():
        if not kept or start[row] >= end[kept[-1]] - _TOUCHING_S:
            kept.append(row)
    return np.array(kept, dtype=np.intp)


_TOUCHING_S = 0.02
"""Cycles of an arm are laid end to end by an estimate: they may overlap by so much."""


def _strides(strides: pd.DataFrame, tables: RunTables) -> Cycles:
    start, contact = (strides[name].to_numpy(dtype=np.float64) for name in ("start_s", "contact_time_s"))
    side = strides["side"].to_numpy(dtype=str)
    return Cycles(
        start_s=start,
        end_s=strides["end_s"].to_numpy(dtype=np.float64),
        contact_time_s=contact,
        flight_time_s=_looked_up(tables.steps, ("start_s", "flight_time_s"), start, side),
        speed_m_s=strides["speed_m_s"].to_numpy(dtype=np.float64),
        side=side,
        phase=strides["phase"].to_numpy(dtype=str),
        quality=strides["quality"].to_numpy(dtype=str),
    )


def _steps(tables: RunTables) -> Cycles:
    steps = tables.steps
    start, length = (steps[name].to_numpy(dtype=np.float64) for name in ("start_s", "step_time_s"))
    side = steps["side"].to_numpy(dtype=str)
    return Cycles(
        start_s=start,
        end_s=start + length,
        contact_time_s=_looked_up(tables.contacts, ("initial_contact_s", "contact_time_s"), start, side),
        flight_time_s=steps["flight_time_s"].to_numpy(dtype=np.float64),
        speed_m_s=steps["speed_m_s"].to_numpy(dtype=np.float64),
        side=side,
        phase=steps["phase"].to_numpy(dtype=str),
        quality=np.full(len(steps), "ok", dtype=object).astype(str),
    )


def _looked_up(table: pd.DataFrame, names: tuple[str, str], at_s: Floats, side: np.ndarray) -> Floats:
    """Return a column's values where time and side are the same; NaN where no row is."""
    when, what = names
    rows = zip(table[when].tolist(), table["side"].tolist(), table[what].tolist(), strict=True)
    # By the very numbers: both tables were made from the same contacts.
    told = {(time, foot): value for time, foot, value in rows}
    found = [told.get(key, np.nan) for key in zip(at_s.tolist(), side.tolist(), strict=True)]
    return np.array(found, dtype=np.float64)
