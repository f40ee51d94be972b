import numpy as np

import analyzer


def notices_of(acc_factor: float, gyr_factor: float) -> list[str]:
    rng = np.random.default_rng(0)
    time_s = np.arange(600) / 200.0
    acc = rng.normal([0.0, 0.0, 9.81], 3.0, (600, 3)) * acc_factor
    gyr = rng.normal(0, 3, (600, 3)) * gyr_factor
    recording = analyzer.Recording.from_arrays({"left_foot": {"time_s": time_s, "acc_m_s2": acc, "gyr_rad_s": gyr}})
    return [notice.text for notice in analyzer.analyze(recording).notices if notice.code == "units.doubtful"]


def test_plausible_units_raise_no_doubt() -> None:
    assert notices_of(1.0, 1.0) == []


def test_accelerations_in_g_are_doubted_and_the_cure_is_said() -> None:
    (text,) = notices_of(1 / 9.80665, 1.0)
    assert "looks like g" in text
    assert "9.80665" in text


def test_rates_in_degrees_are_doubted_and_the_cure_is_said() -> None:
    (text,) = notices_of(1.0, 57.3)
    assert "deg/s" in text
