"""The values of one stage, cut out of tables as arrays."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analyzer.drill.stage.estimate import Sample, median
from analyzer.model import Bools, Floats
from analyzer.rows import Rows, only

__all__ = ["known_median", "of_runs", "sample_of", "samples", "typical_share", "within_openings"]


def of_runs(rows: Rows, runs: Sequence[int]) -> Rows:
    """Return the rows of these runs."""
    return only(rows, np.isin(rows["run"], runs))


def within_openings(contacts: Rows, runs: NDArray[np.int64], opens_s: Floats) -> Bools:
    """Return which contacts lie between the first and the last of the times that are given of their run.

    Parameters
    ----------
    contacts : Rows
    runs : (n,) int array
    opens_s : (n,) float array
        When strides or steps of these runs open. They are initial contacts, so equality holds to the last bit.
    """
    times = contacts["initial_contact_s"]
    inside = np.zeros(times.size, dtype=np.bool_)
    for run in np.unique(runs):
        own = opens_s[runs == run]
        inside |= (contacts["run"] == run) & (times >= own.min()) & (times <= own.max())
    return inside


def samples(tables: Sequence[Rows], contact_qualities: Sequence[str]) -> dict[str, Sample]:
    """Return the values of each metric in one stage.

    Parameters
    ----------
    tables : sequence of Rows
        Its runs, and the strides, steps and contacts of one phase that may speak for it.
    contact_qualities : sequence of str
        Strides that may speak for the duty factor, too.

    Returns
    -------
    dict of str to Sample
        The metrics of `analyzer.tables.STAGE_METRICS`, and ``speed_m_s``, the speed of the strides.

    Notes
    -----
    Frequencies have no uncertainty beyond their scatter: an error of one contact shows as scatter of two steps.
    """
    runs, strides, steps, contacts = tables
    # The duty factor stands on contact time, so it is as choosy.
    timed = only(strides, np.isin(strides["quality"], contact_qualities))
    length_share = typical_share(strides["stride_length_sd_m"], strides["stride_length_m"])
    contact_sd_s = known_median(np.hypot(contacts["initial_contact_sd_s"], contacts["toe_off_sd_s"]))
    contact_share = contact_sd_s / known_median(contacts["contact_time_s"])
    found = {
        "peak_speed_m_s": sample_of(runs, "peak_speed_m_s", sd=known_median(runs["peak_speed_sd_m_s"])),
        "speed_m_s": sample_of(strides, "speed_m_s", share=length_share),
        "step_frequency_hz": sample_of(steps, "step_frequency_hz"),
        "stride_frequency_hz": sample_of(strides, "stride_frequency_hz"),
        "stride_length_m": sample_of(strides, "stride_length_m", share=length_share),
        "step_length_m": sample_of(steps, "step_length_m", share=length_share),
        "contact_time_s": sample_of(contacts, "contact_time_s", sd=contact_sd_s),
        "flight_time_s": sample_of(steps, "flight_time_s", sd=contact_sd_s),
        "duty_factor": sample_of(timed, "duty_factor", share=contact_share),
    }
    distance_m = {int(run): float(distance) for run, distance in zip(runs["run"], runs["distance_m"], strict=True)}
    return {name: replace(sample, distance_m=distance_m) for name, sample in found.items()}


def sample_of(rows: Rows, name: str, sd: float = np.nan, share: float = np.nan) -> Sample:
    """Return the known values of one column of `runs`, `strides`, `steps` or `contacts`.

    The measurement's uncertainty is given in its unit (`sd`) or against its median (`share`).
    """
    known = ~np.isnan(rows[name])
    values = rows[name][known]
    time_s = rows["start_s" if "start_s" in rows else "initial_contact_s"]
    return Sample(
        values=values,
        runs=rows["run"][known],
        time_s=time_s[known],
        left=np.asarray(rows["side"][known] == "left" if "side" in rows else np.zeros(values.size), dtype=float),
        measured_sd=sd if np.isfinite(sd) else share * known_median(values),
    )


def typical_share(part: Floats, whole: Floats) -> float:
    """Return the median of part / whole over the rows where both are known, NaN where there is none."""
    # No share of nothing; numpy would warn of it.
    return known_median(np.divide(part, whole, out=np.full(whole.size, np.nan), where=whole != 0))


def known_median(values: ArrayLike) -> float:
    """Return the median of the finite values, NaN where there is none."""
    known = np.asarray(values, dtype=float)
    # nanmedian warns where all is NaN; here that is an ordinary case.
    known = known[np.isfinite(known)]
    return median(known) if known.size else np.nan
