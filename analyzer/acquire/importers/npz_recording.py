"""Recordings as ``.npz`` archives: arrays per sensor and a header in JSON.

``s{i}_time_s (n,)``, ``s{i}_acc_m_s2 (n, 3)``, ``s{i}_gyr_rad_s (n, 3)`` where there is a gyroscope, and ``header``
with ``sensors``, one entry each: ``placement``, ``acc_range_g``, ``gyr_range_dps`` (0 for none). Such archives often
carry the truth of a reference system too. Only signals, placements, ranges and, for the plan, ``distance_m`` and the
asked ``stage`` of each run are read, nothing else.
"""

import math
import zipfile
import zlib
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from scipy import constants

from analyzer.acquire.document import json_object
from analyzer.acquire.provenance import source_of
from analyzer.errors import InputError
from analyzer.model import Athlete, Placement, Plan, PlannedRun, Recording, SensorStream, placement_of
from analyzer.units import G_M_S2

__all__ = ["read_npz_recording"]


def read_npz_recording(
    path: str | PathLike[str], plan: Plan | None = None, athlete: Athlete | None = None
) -> Recording:
    """Read an ``.npz`` recording.

    Parameters
    ----------
    path : path-like
    plan : Plan, optional
        Goes before what the header says.
    athlete : Athlete, optional

    Returns
    -------
    Recording
        Rows of lost packets stay missing.

    Raises
    ------
    InputError
        The file is no such archive, or a part is missing or wrong.
    SignalQualityError
        A sensor is too slow, too short, or gave no data.
    """
    path = Path(path)
    arrays = _arrays(path)
    header = _header(path, arrays)
    sensors = header.get("sensors")
    if not isinstance(sensors, list) or not all(isinstance(sensor, dict) for sensor in sensors):
        raise InputError(f"{path}: the header must hold 'sensors', a list with one entry per sensor")
    streams: dict[Placement, SensorStream] = {}
    for number, sensor in enumerate(sensors):
        stream = _stream(path, arrays, number, sensor)
        if stream.placement in streams:
            raise InputError(f"{path}: two sensors at {stream.placement}; each placement can hold one")
        streams[stream.placement] = stream
    assumptions = ["all sensors share one clock", "efforts and distance as the header asks, direction forward"]
    source = source_of(path, "npz recording", [path], assumptions)
    return Recording(streams, plan or _plan(path, header), athlete or Athlete(), source=source)


def _arrays(path: Path) -> Mapping[str, np.ndarray[Any, Any]]:
    try:
        # Opened here, as the library leaves a broken archive open.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            # Parts that are not read stay packed: an archive may hold much that is no business of ours.
            names = [name for name in archive.files if name == "header" or _is_signal(name)]
            return {name: archive[name] for name in names}
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except (OSError, ValueError, EOFError, AttributeError, zipfile.BadZipFile, zlib.error) as error:
        raise InputError(f"{path}: cannot be read as an npz archive ({error})") from error


def _is_signal(name: str) -> bool:
    sensor, _, signal = name.partition("_")
    return sensor[:1] == "s" and sensor[1:].isdigit() and signal in {"time_s", "acc_m_s2", "gyr_rad_s"}


def _header(path: Path, arrays: Mapping[str, np.ndarray[Any, Any]]) -> Mapping[str, Any]:
    if "header" not in arrays:
        raise InputError(f"{path}: an npz archive without 'header'; it says which sensors there are")
    try:
        # A text in an archive is an array without dimensions.
        return json_object(str(arrays["header"]))
    except InputError as error:
        raise InputError(f"{path}: the header is {error}") from error


def _stream(
    path: Path, arrays: Mapping[str, np.ndarray[Any, Any]], number: int, sensor: Mapping[str, Any]
) -> SensorStream:
    where = f"{path}, sensor {number}"
    try:
        placement = placement_of(str(sensor.get("placement")))
    except InputError as error:
        raise InputError(f"{where}: {error}") from error
    missing = [name for name in (f"s{number}_time_s", f"s{number}_acc_m_s2") if name not in arrays]
    if missing:
        raise InputError(f"{where}: no array {', '.join(missing)} in the archive")
    signals = {
        "time_s": arrays[f"s{number}_time_s"],
        "acc_m_s2": arrays[f"s{number}_acc_m_s2"],
        # A range of 0 says that there is none; the checks of the stream make it unknown.
        "acc_range_m_s2": _number(where, sensor, "acc_range_g") * G_M_S2,
        "gyr_rad_s": arrays.get(f"s{number}_gyr_rad_s"),
        "gyr_range_rad_s": _number(where, sensor, "gyr_range_dps") * constants.degree,
    }
    try:
        return SensorStream.from_arrays(placement, signals)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def _number(where: str, entries: Mapping[str, Any], key: str) -> float:
    value = entries.get(key)
    if value is None:
        return math.nan
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    raise InputError(f"{where}: {key} must be a number, got {value!r}")


def _plan(path: Path, header: Mapping[str, Any]) -> Plan | None:
    runs = header.get("runs")
    if not isinstance(runs, list) or not runs:
        return None
    distance_m = _number(str(path), header, "distance_m")
    stages = [run.get("stage") if isinstance(run, dict) else None for run in runs]
    # A plan with holes would hold runs against the efforts of others.
    if math.isnan(distance_m) or any(stage is None for stage in stages):
        return None
    try:
        # By way of text, so that numbers, texts and anything else fail or pass in one way.
        return Plan(tuple(PlannedRun(float(str(stage)), distance_m) for stage in stages))
    except ValueError as error:
        raise InputError(f"{path}: the stage of a run must be its asked effort in percent, got {stages!r}") from error
