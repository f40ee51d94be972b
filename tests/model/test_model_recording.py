"""Recordings from arrays: what is taken, and one clear line for what cannot be."""

import numpy as np
import pytest

from analyzer.errors import AnalyzerError, InputError, SignalQualityError
from analyzer.model import Athlete, Placement, Plan, Recording

N = 400
RATE_HZ = 200.0


def signals(**changes) -> dict:
    """Return two seconds of a resting sensor, changed by the keywords; None leaves a signal out."""
    acc = np.tile([0.0, 0.0, 9.81], (N, 1))
    whole = {
        "time_s": np.arange(N) / RATE_HZ,
        "acc_m_s2": acc,
        "gyr_rad_s": np.zeros((N, 3)),
        "acc_range_m_s2": 156.9,
        "gyr_range_rad_s": 34.9,
    }
    return {name: value for name, value in (whole | changes).items() if value is not None}


def recorded(**changes) -> Recording:
    return Recording.from_arrays({"left_foot": signals(**changes)})


def test_arrays_become_a_recording_with_plan_and_athlete():
    plan, athlete = Plan.progressive(distance_m=18.288), Athlete(height_m=1.83)
    recording = Recording.from_arrays({"left_foot": signals(), "pelvis": signals()}, plan=plan, athlete=athlete)
    assert set(recording.streams) == {Placement.LEFT_FOOT, Placement.PELVIS}
    assert recording.plan is plan
    assert recording.athlete is athlete


def test_plan_and_athlete_may_be_left_out():
    assert recorded().plan is None
    assert np.isnan(recorded().athlete.height_m)


def test_lists_are_as_good_as_arrays():
    stream = recorded(time_s=(np.arange(N) / RATE_HZ).tolist(), acc_m_s2=[[0, 0, 10]] * N).streams["left_foot"]
    assert stream.acc_m_s2.dtype == np.float64


def test_later_changes_of_the_callers_arrays_change_nothing():
    acc = np.zeros((N, 3))
    recording = recorded(acc_m_s2=acc)
    acc[:] = 5.0
    assert (recording.streams[Placement.LEFT_FOOT].acc_m_s2 == 0.0).all()


def test_streams_are_read_only():
    stream = recorded().streams[Placement.LEFT_FOOT]
    with pytest.raises(ValueError, match="read-only"):
        stream.acc_m_s2[0, 0] = 1.0


@pytest.mark.parametrize("absent", [None, np.full((N, 3), np.nan)], ids=["left out", "all NaN"])
def test_a_sensor_without_gyroscope_is_taken(absent):
    assert not recorded(gyr_rad_s=absent, gyr_range_rad_s=None).streams[Placement.LEFT_FOOT].has_gyroscope


def test_lost_samples_are_taken():
    acc = signals()["acc_m_s2"]
    acc[10:50] = np.nan
    assert np.isnan(recorded(acc_m_s2=acc).streams[Placement.LEFT_FOOT].acc_m_s2).sum() == 120


@pytest.mark.parametrize("value", [None, np.nan, 0.0])
def test_an_unknown_full_scale_marks_nothing_as_clipped(value):
    stream = recorded(acc_range_m_s2=value).streams[Placement.LEFT_FOOT]
    assert np.isnan(stream.acc_range_m_s2)
    assert not stream.clipped.any()


def _stepped_back() -> np.ndarray:
    time_s = np.arange(N) / RATE_HZ
    time_s[200:] -= 0.5
    return time_s


def _repeated() -> np.ndarray:
    time_s = np.arange(N) / RATE_HZ
    time_s[200] = time_s[199]
    return time_s


def _with(value: float) -> np.ndarray:
    acc = signals()["acc_m_s2"]
    acc[7, 1] = value
    return acc


BAD = {
    "1 sample": ({"time_s": [0.0], "acc_m_s2": [[0, 0, 9.81]], "gyr_rad_s": None}, "1 sample.*record at least"),
    "no sample": ({"time_s": [], "acc_m_s2": np.zeros((0, 3)), "gyr_rad_s": None}, "0 sample.*record at least"),
    "acc transposed": ({"acc_m_s2": np.zeros((3, N))}, r"shape \(400, 3\).*\(3, 400\).*one row x, y, z per sample"),
    "acc too short": ({"acc_m_s2": np.zeros((N - 1, 3))}, r"shape \(400, 3\).*\(399, 3\)"),
    "acc one axis": ({"acc_m_s2": np.zeros(N)}, r"shape \(400, 3\).*\(400,\)"),
    "gyr too long": ({"gyr_rad_s": np.zeros((N + 1, 3))}, r"gyr_rad_s must have shape.*\(401, 3\)"),
    "time in columns": ({"time_s": np.zeros((N, 1))}, r"time_s must have shape \(n,\).*one time per sample"),
    "time goes back": ({"time_s": _stepped_back()}, "from 0.995.*to 0.5.*sort the rows"),
    "time repeats": ({"time_s": _repeated()}, "times must rise.*drop repeats"),
    "time NaN": ({"time_s": np.where(np.arange(N) == 9, np.nan, np.arange(N) / 200)}, "every sample needs its time"),
    "20 Hz": ({"time_s": np.arange(N) / 20.0}, "20 Hz is too slow.*record at 200 Hz or faster"),
    "all NaN": (
        {"acc_m_s2": np.full((N, 3), np.nan), "gyr_rad_s": np.full((N, 3), np.nan)},
        "every sample is NaN.*leave it out or check it",
    ),
    "infinite": ({"acc_m_s2": _with(np.inf)}, "acc_m_s2 holds infinite values; mark lost samples with NaN"),
    "unknown key": ({"mag_ut": np.zeros((N, 3))}, "unknown mag_ut; known are acc_m_s2"),
    "key without unit": ({"acc": np.zeros((N, 3)), "acc_m_s2": None}, "acc_m_s2 missing; a sensor needs time_s"),
    "text": ({"acc_m_s2": [["a", "b", "c"]] * N}, "acc_m_s2 is not an array of numbers"),
    "ragged": ({"acc_m_s2": [[0, 0, 1], [0, 0]]}, "acc_m_s2 is not an array of numbers"),
    "range below zero": ({"acc_range_m_s2": -16.0}, "must be a positive full scale.*leave it out if unknown"),
    "infinite range": ({"gyr_range_rad_s": np.inf}, "must be a positive full scale"),
    "mask of another shape": ({"clipped": np.zeros(N, dtype=bool)}, r"clipped must have shape \(400, 6\)"),
}


@pytest.mark.parametrize(("changes", "message"), BAD.values(), ids=BAD)
def test_what_cannot_be_used_is_said_with_the_sensor_and_what_to_do(changes, message):
    with pytest.raises(AnalyzerError, match=f"^left_foot: .*{message}") as caught:
        recorded(**changes)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["1 sample", "20 Hz", "all NaN"])
def test_a_poor_signal_is_told_apart_from_a_wrong_input(name):
    with pytest.raises(SignalQualityError):
        recorded(**BAD[name][0])


def test_an_unknown_placement_lists_those_there_are():
    with pytest.raises(InputError, match=r"unknown placement 'left_ankle'; use one of left_foot, right_foot, .*"):
        Recording.from_arrays({"left_ankle": signals()})


def test_a_recording_without_sensors_is_refused():
    with pytest.raises(InputError, match="at least one sensor"):
        Recording.from_arrays({})
