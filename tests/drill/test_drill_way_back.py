"""Lengths from the walk back to the mark."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from made_runs import run
from made_streams import LEFT, PELVIS, RIGHT, even_times, stream_of

from analyzer.acquire.read import read
from analyzer.drill.speed.way_back import WayBackConfig, closure_of, with_ways_back
from analyzer.gait.foot.excursion import Excursion
from analyzer.session import analyze
from analyzer.signal.grid import on_grid

N_OUT, N_BACK = 6, 14
RUN_S = (0.0, 3.0)


def excursion(*, out_m=3.0, lost_m=(0.0,) * N_OUT, sd_m=0.05, heading_rad=0.3, back_turn_rad=np.pi) -> Excursion:
    """Return six strides out, of which `lost_m` was not seen, and fourteen walking strides back over all of it."""
    length = np.concatenate([out_m - np.asarray(lost_m), np.full(N_BACK, N_OUT * out_m / N_BACK)])
    turn = heading_rad + np.repeat([0.0, back_turn_rad], [N_OUT, N_BACK])
    start = np.concatenate([0.5 * np.arange(N_OUT), 4.0 + 1.1 * np.arange(N_BACK)])
    end = start + np.repeat([0.5, 1.1], [N_OUT, N_BACK])
    sd = np.concatenate([np.broadcast_to(sd_m, N_OUT), np.full(N_BACK, 0.02)])
    return Excursion(start, end, length[:, None] * np.column_stack([np.cos(turn), np.sin(turn)]), length, sd)


def test_a_way_that_closes_is_left_as_it_is():
    np.testing.assert_allclose(closure_of(excursion(), RUN_S).length_m, 3.0)


def test_what_the_run_lost_comes_back_from_the_walk():
    lost = closure_of(excursion(lost_m=(0.3,) * N_OUT, sd_m=0.4), RUN_S)
    # The mark is known to 0.3 m, so a little of the 1.8 m stays lost.
    assert lost.length_m.sum() == pytest.approx(18.0, abs=0.2)


def test_the_stride_that_is_least_sure_is_given_most():
    made = excursion(lost_m=(0, 0, 0, 0, 0, 0.5), sd_m=[0.03] * 5 + [0.5])
    given = closure_of(made, RUN_S).length_m - made.length_m[:N_OUT]
    assert given[-1] > 5 * given[:-1].max()


def test_a_given_length_is_no_surer_than_what_was_given():
    made = excursion(lost_m=(0.3,) * N_OUT, sd_m=0.4)
    found = closure_of(made, RUN_S)
    assert (found.length_sd_m >= found.length_m - made.length_m[:N_OUT]).all()


@pytest.mark.parametrize(
    "made",
    [
        excursion(back_turn_rad=np.pi / 2),
        excursion(back_turn_rad=0.0),
        excursion(lost_m=(1.0,) * N_OUT),
    ],
    ids=["went aside", "never turned", "came back from elsewhere"],
)
def test_a_way_that_was_no_straight_return_tells_nothing(made):
    assert closure_of(made, RUN_S) is None


def test_a_way_back_at_a_run_tells_nothing():
    made = excursion()
    hurried = replace(made, end_s=made.start_s + 0.4)
    assert closure_of(hurried, RUN_S) is None


def test_a_run_that_is_well_known_is_not_looked_at_again():
    def refuse(start_s, stop_s):
        raise AssertionError("a well-known run costs no second look")

    record = run()
    assert with_ways_back([record], refuse) == [record]


def test_a_practice_without_runs_stays_empty():
    assert with_ways_back([], lambda *_: {}) == []


def test_a_run_told_without_feet_has_no_way_back():
    record = replace(run(), used=(PELVIS,), troubles=("clipped",))
    assert with_ways_back([record], lambda *_: {}) == [record]


def test_a_foot_that_never_moved_leaves_the_run_as_it_was():
    record = replace(run(), troubles=("clipped",))
    time_s = even_times(0.0, 30.0)
    still = {side: on_grid(stream_of(side, time_s, np.zeros(time_s.size))) for side in (LEFT, RIGHT)}
    assert with_ways_back([record], lambda *_: still) == [record]


HALVES = {"one half": ("S01", "S03", "S08"), "other half": ("S02", "S05", "S09")}


@pytest.mark.parametrize("names", HALVES.values(), ids=HALVES)
def test_clipped_practices_find_their_peak_speeds_again(shared, names):
    errors = np.array([error for name in names for error in _peak_errors(shared, name)])
    # Clipped at 8 g and without the walk back: 6 to 11 % RMSE, and a third of the runs without any speed.
    assert np.isfinite(errors).mean() > 0.8
    assert np.sqrt(np.nanmean(errors**2)) < 0.03


def _peak_errors(shared, name):
    path = shared / "data" / "practices" / f"{name}.npz"
    runs = pd.DataFrame(json.loads(str(np.load(path)["header"]))["runs"])
    found = analyze(_clipped(read(path), 8 * 9.80665)).runs
    return found["peak_speed_m_s"].to_numpy() / runs["peak_speed_m_s"].to_numpy() - 1


def _clipped(recording, limit_m_s2):
    streams = {
        placement: replace(
            stream, acc_m_s2=np.clip(stream.acc_m_s2, -limit_m_s2, limit_m_s2), acc_range_m_s2=limit_m_s2
        )
        for placement, stream in recording.streams.items()
        if placement.segment == "foot"
    }
    return replace(recording, streams=streams)


def test_with_no_clean_return_the_strides_stay_as_measured():
    config = WayBackConfig(least_back=N_BACK + 1)
    assert closure_of(excursion(), RUN_S, config) is None
