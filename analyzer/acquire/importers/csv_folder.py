"""Recordings as a folder of CSV files, one per sensor, with a ``recording.toml`` that says what they mean.

The form is described in ``docs/csv_input.md``.
"""

from os import PathLike
from pathlib import Path

import numpy as np

from analyzer.acquire.importers.columns import FIRST_ROW, read_columns
from analyzer.acquire.importers.description import (
    DESCRIPTION_NAME,
    Description,
    Quantity,
    SensorFile,
    format_description,
    read_description,
)
from analyzer.acquire.importers.plausibility import (
    PlausibilityConfig,
    check_acceleration_unit,
    check_angular_rate_unit,
    check_full_scale,
    check_time_unit,
)
from analyzer.acquire.provenance import source_of
from analyzer.errors import InputError
from analyzer.model import Athlete, Floats, Plan, Recording, SensorStream

__all__ = ["read_csv_folder", "write_csv_folder"]

_TIME_COLUMN = "time_s"
_ACC_COLUMNS = ("acc_x_m_s2", "acc_y_m_s2", "acc_z_m_s2")
_GYR_COLUMNS = ("gyr_x_rad_s", "gyr_y_rad_s", "gyr_z_rad_s")


def read_csv_folder(
    folder: str | PathLike[str],
    plan: Plan | None = None,
    athlete: Athlete | None = None,
    config: PlausibilityConfig | None = None,
) -> Recording:
    """Read a folder of CSV files.

    Parameters
    ----------
    folder : path-like
        With a ``recording.toml`` in it.
    plan, athlete : optional
        Go before what ``recording.toml`` says.
    config : PlausibilityConfig, optional

    Returns
    -------
    Recording
        Empty cells are NaN; rows that are missing stay missing.

    Raises
    ------
    InputError
        Anything in the folder cannot be used; the message names file, row or key and what to do.
    SignalQualityError
        A sensor is too slow, too short, or gave no data.
    """
    folder = Path(folder)
    description = read_description(folder / DESCRIPTION_NAME)
    config = config or PlausibilityConfig()
    streams = {sensor.placement: _stream(folder, sensor, config) for sensor in description.sensors}
    # In a fixed order, as the digest over all of them names the recording.
    files = [folder / DESCRIPTION_NAME, *(folder / sensor.file for sensor in description.sensors)]
    return Recording(
        streams,
        plan or description.plan,
        athlete or description.athlete,
        description.marks,
        simulated=description.simulated,
        source={
            **source_of(folder, "folder of CSV files", files, [_assumption(one) for one in description.sensors]),
            **({"recorded_on": description.recorded_on} if description.recorded_on else {}),
        },
    )


def write_csv_folder(recording: Recording, folder: str | PathLike[str], *, digits: int | None = None) -> None:
    """Write a recording as a folder of CSV files that `read_csv_folder` reads back.

    Parameters
    ----------
    recording : Recording
        Notices and provenance are not written. Clipped samples come back as far as the full scales tell of them.
    folder : path-like
        Made if it is not there; files of the same names are replaced.
    digits : int, optional
        Significant digits of the signals, with times in whole microseconds; five keep all that 16-bit sensors tell.
        Without it, every bit is kept.

    Raises
    ------
    InputError
        The folder cannot be written.
    """
    folder = Path(folder)
    sensors = [_write_sensor_file(stream) for stream in recording.streams.values()]
    description = Description(
        tuple(sensors),
        recording.athlete,
        recording.plan,
        recording.marks,
        simulated=recording.simulated,
        recorded_on=recording.source.get("recorded_on", ""),
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Line ends are fixed here and below, so equal recordings give equal bytes on every system.
        (folder / DESCRIPTION_NAME).write_text(format_description(description), encoding="utf-8", newline="\n")
        for stream, sensor in zip(recording.streams.values(), sensors, strict=True):
            _write_csv(stream, folder / sensor.file, digits, has_gyr=sensor.gyr is not None)
    except OSError as error:
        raise InputError(f"{folder}: cannot be written ({error.strerror})") from error


def _stream(folder: Path, sensor: SensorFile, config: PlausibilityConfig) -> SensorStream:
    path = folder / sensor.file
    where = str(path)
    gyr_columns = sensor.gyr.columns if sensor.gyr else ()
    numbers = read_columns(path, sensor.time.columns + sensor.acc.columns + gyr_columns, sensor.decimal)
    if not numbers.size:
        raise InputError(f"{where}: there is a header but no row of numbers")
    time, acc = numbers[:, 0], numbers[:, 1:4]
    # First, as the unit is judged by the median step, which must lead forward.
    _check_rows_rise(where, time)
    # In the unit of the file, so that messages show the numbers that stand there.
    check_time_unit(where, time, sensor.time.unit, config)
    time_s = time * sensor.time.si_per_unit
    rate_hz = 1 / float(np.median(np.diff(time_s))) if time_s.size > 1 else np.nan
    if np.isfinite(rate_hz):
        check_acceleration_unit(where, acc, sensor.acc.unit, rate_hz, config)
    acc_m_s2 = acc * sensor.acc.si_per_unit
    check_full_scale(where, "acc", acc_m_s2, sensor.acc.full_scale, config)
    signals = {"time_s": time_s, "acc_m_s2": acc_m_s2, "acc_range_m_s2": sensor.acc.full_scale}
    if sensor.gyr:
        gyr_rad_s = numbers[:, 4:] * sensor.gyr.si_per_unit
        check_angular_rate_unit(where, gyr_rad_s, config)
        check_full_scale(where, "gyr", gyr_rad_s, sensor.gyr.full_scale, config)
        signals |= {"gyr_rad_s": gyr_rad_s, "gyr_range_rad_s": sensor.gyr.full_scale}
    return SensorStream.from_arrays(sensor.placement, signals)


def _check_rows_rise(where: str, time: Floats) -> None:
    untimed = np.flatnonzero(~np.isfinite(time))
    if untimed.size:
        raise InputError(f"{where}, row {untimed[0] + FIRST_ROW}: no time; every row needs one, lost samples too")
    steps = np.diff(time)
    wrong = np.flatnonzero(steps <= 0)
    if wrong.size:
        # Of the two rows the later one is out of place.
        row = int(wrong[0]) + 1 + FIRST_ROW
        what = "comes before" if steps[wrong[0]] < 0 else "repeats"
        raise InputError(f"{where}, row {row}: its time {what} that of the row above; sort the rows and drop repeats")


def _assumption(sensor: SensorFile) -> str:
    gyr = f"gyroscope in {sensor.gyr.unit}" if sensor.gyr else "no gyroscope"
    return f"{sensor.placement}: time in {sensor.time.unit}, accelerometer in {sensor.acc.unit}, {gyr}"


def _write_sensor_file(stream: SensorStream) -> SensorFile:
    return SensorFile(
        f"{stream.placement}.csv",
        stream.placement,
        Quantity((_TIME_COLUMN,), "s", 1.0),
        Quantity(_ACC_COLUMNS, "m/s2", 1.0, stream.acc_range_m_s2),
        # All-NaN columns would say that there is a gyroscope which lost everything.
        Quantity(_GYR_COLUMNS, "rad/s", 1.0, stream.gyr_range_rad_s) if stream.has_gyroscope else None,
    )


def _write_csv(stream: SensorStream, path: Path, digits: int | None, *, has_gyr: bool) -> None:
    import pandas as pd

    signals = np.hstack([stream.acc_m_s2, stream.gyr_rad_s]) if has_gyr else stream.acc_m_s2
    table = pd.DataFrame(signals, columns=[*_ACC_COLUMNS, *_GYR_COLUMNS][: signals.shape[1]])
    if digits is None:
        table.insert(0, _TIME_COLUMN, stream.time_s)
    else:
        # As text: one format holds for all columns that are numbers.
        table.insert(0, _TIME_COLUMN, pd.Series([f"{time_s:.6f}" for time_s in stream.time_s], dtype="str"))
    number_format = None if digits is None else f"%.{digits}g"
    table.to_csv(path, index=False, float_format=number_format, lineterminator="\n", encoding="utf-8")
