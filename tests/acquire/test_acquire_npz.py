"""Npz recordings: signals are read, truth is not."""

import json
from pathlib import Path

import numpy as np
import pytest

from analyzer.acquire.importers.npz_recording import read_npz_recording
from analyzer.errors import InputError, SignalQualityError
from analyzer.model import Placement, Plan
from analyzer.units import G_M_S2

HEADER = {
    "id": "x",
    "distance_m": 18.288,
    "fractions": [0.6, 0.8, 1.0],
    "sensors": [
        {"placement": "left_foot", "rate_hz": 200.0, "acc_range_g": 16.0, "gyr_range_dps": 2000.0, "clock_ppm": 3.0},
        {"placement": "pelvis", "rate_hz": 200.0, "acc_range_g": 8.0, "gyr_range_dps": 0.0},
    ],
    "runs": [{"run": n, "stage": stage, "start_s": 5.0 * n, "distance_m": 99.0, "direction": "backward"}
             for n, stage in enumerate(["50", "75", "100"])],
    "contacts": [{"side": "left", "initial_contact_s": 1.0}],
    "strides": [{"length_m": 3.0}],
}  # fmt: skip


def arrays() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    return {
        "s0_time_s": np.arange(200) * 0.005,
        "s0_acc_m_s2": rng.normal(size=(200, 3)),
        "s0_gyr_rad_s": rng.normal(size=(200, 3)),
        "s1_time_s": np.delete(np.arange(200) * 0.005, [20, 21]),
        "s1_acc_m_s2": rng.normal(size=(198, 3)),
    }


def archive(path: Path, header=HEADER, **changes) -> Path:
    parts = {name: value for name, value in (arrays() | changes).items() if value is not None}
    if header is not None:
        parts["header"] = np.array(header if isinstance(header, str) else json.dumps(header))
    np.savez(path, **parts)
    return path


def test_signals_placements_and_ranges_are_read(tmp_path: Path) -> None:
    recording = read_npz_recording(archive(tmp_path / "a.npz"))
    foot, pelvis = recording.streams[Placement.LEFT_FOOT], recording.streams[Placement.PELVIS]
    assert np.array_equal(foot.acc_m_s2, arrays()["s0_acc_m_s2"])
    assert np.array_equal(foot.gyr_rad_s, arrays()["s0_gyr_rad_s"])
    assert foot.acc_range_m_s2 == pytest.approx(16 * G_M_S2)
    assert foot.gyr_range_rad_s == pytest.approx(34.9066, abs=1e-4)
    assert not pelvis.has_gyroscope
    assert np.isnan(pelvis.gyr_range_rad_s)


def test_lost_packets_are_missing_rows(tmp_path: Path) -> None:
    assert read_npz_recording(archive(tmp_path / "a.npz")).streams[Placement.PELVIS].n_samples == 198


def test_the_plan_is_what_was_asked(tmp_path: Path) -> None:
    plan = read_npz_recording(archive(tmp_path / "a.npz")).plan
    # Distance from the header and all forward: what each run became is truth.
    assert repr(plan) == repr(Plan.progressive(18.288))


def test_truth_is_never_read(tmp_path: Path) -> None:
    scrambled = json.loads(json.dumps(HEADER))
    scrambled |= {"contacts": "gone", "strides": None, "fractions": {}, "event_truth": 7}
    scrambled["runs"] = [{"stage": run["stage"], "start_s": "never", "direction": 3} for run in scrambled["runs"]]
    scrambled["sensors"][0] |= {"clock_ppm": "no", "R_segment_sensor": [], "rate_hz": None}
    plain = read_npz_recording(archive(tmp_path / "a.npz"))
    other = read_npz_recording(archive(tmp_path / "b.npz", scrambled, contacts=np.array(["x", "y"])))
    assert repr(other.plan) == repr(plain.plan)
    for placement, stream in plain.streams.items():
        for name in ("time_s", "acc_m_s2", "gyr_rad_s", "clipped"):
            np.testing.assert_array_equal(getattr(other.streams[placement], name), getattr(stream, name))


def test_a_given_plan_goes_before_the_one_in_the_header(tmp_path: Path) -> None:
    plan = Plan.progressive(10.0, (90.0,))
    assert read_npz_recording(archive(tmp_path / "a.npz"), plan).plan is plan


@pytest.mark.parametrize("header", [{"runs": []}, {"distance_m": None}, {"runs": None}, {"runs": [{"run": 0}]}])
def test_without_asked_efforts_and_distance_there_is_no_plan(tmp_path: Path, header: dict) -> None:
    assert read_npz_recording(archive(tmp_path / "a.npz", HEADER | header)).plan is None


SENSORS = HEADER["sensors"]


@pytest.mark.parametrize(
    ("header", "changes", "message"),
    [
        (None, {}, "without 'header'"),
        ("{broken", {}, "the header is not a JSON document"),
        ("[1]", {}, "expected a JSON object"),
        ({}, {}, "must hold 'sensors'"),
        (HEADER | {"sensors": [{"placement": "tail"}]}, {}, "sensor 0: unknown placement 'tail'"),
        (HEADER | {"sensors": [{}]}, {}, "sensor 0: unknown placement 'None'"),
        (HEADER | {"sensors": [SENSORS[0], SENSORS[1] | {"placement": "left_foot"}]}, {}, "two sensors at left_foot"),
        (HEADER | {"sensors": [SENSORS[0] | {"acc_range_g": "16"}]}, {}, "acc_range_g must be a number"),
        (HEADER | {"runs": [{"stage": "fast"}]}, {}, "stage of a run"),
        (HEADER | {"sensors": []}, {}, "at least one sensor"),
        (HEADER, {"s1_time_s": None}, "sensor 1: no array s1_time_s"),
        (HEADER, {"s0_acc_m_s2": np.zeros((5, 3))}, r"a.npz: left_foot: acc_m_s2 must have shape \(200, 3\)"),
        (HEADER, {"s0_acc_m_s2": np.array([{"pickled": 1}])}, "cannot be read as an npz archive"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, header, changes: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_npz_recording(archive(tmp_path / "a.npz", header, **changes))


def test_a_sensor_without_any_sample_is_named(tmp_path: Path) -> None:
    with pytest.raises(SignalQualityError, match="left_foot: every sample is NaN"):
        read_npz_recording(archive(tmp_path / "a.npz", s0_acc_m_s2=np.full((200, 3), np.nan), s0_gyr_rad_s=None))


@pytest.mark.parametrize("keep", [0.1, 0.5, 0.9, 0.999])
def test_a_cut_archive_is_named(tmp_path: Path, keep: float) -> None:
    path = archive(tmp_path / "a.npz")
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep)])
    with pytest.raises(InputError, match="cannot be read as an npz archive"):
        read_npz_recording(path)


def test_every_recording_with_truth_is_read(shared: Path) -> None:
    paths = sorted((shared / "data").glob("*/*.npz"))
    assert paths
    for path in paths:
        recording = read_npz_recording(path)
        assert (recording.plan is not None) == (path.parent.name == "practices")
