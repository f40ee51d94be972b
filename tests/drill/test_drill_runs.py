"""Windows in which somebody may have run, found while blocks arrive."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_streams import LEFT, PELVIS, RIGHT, busy, interleaved, stream_of, without

from analyzer.drill.detection.runs import RunFinder, RunFinderConfig, RunWindow
from analyzer.model import Placement
from analyzer.units import G_M_S2

CONFIG = RunFinderConfig()


EVERY_2_S = tuple(np.arange(0.0, 100.0, 2.0))


def found(streams, edges_s=EVERY_2_S) -> list[RunWindow]:
    """Push the streams, cut at the edges, and return all windows."""
    finder = RunFinder(CONFIG, sorted(stream.placement for stream in streams))
    windows = [window for block in interleaved(streams, edges_s) for window in finder.push(block)]
    return windows + finder.finish()


def spans(windows) -> list[tuple[float, float]]:
    return [(window.active_from_s, window.active_to_s) for window in windows]


def test_one_burst_of_movement_is_one_window():
    [window] = found([busy(LEFT, (0, 30), (10, 14))])
    # The level is averaged over one window and reported in bins.
    assert window.active_from_s == pytest.approx(10.0, abs=CONFIG.window_s)
    assert window.active_to_s == pytest.approx(14.0, abs=CONFIG.window_s)
    assert not window.cut


def test_a_window_keeps_the_stand_before_and_the_last_steps_after():
    [window] = found([busy(LEFT, (0, 30), (10, 14))])
    assert window.active_from_s - window.start_s == pytest.approx(CONFIG.lead_s)
    assert window.stop_s - window.active_to_s == pytest.approx(CONFIG.tail_s)


@pytest.mark.parametrize(("placement", "walking_m_s2"), [(LEFT, 14.0), (PELVIS, 3.0)])
def test_walking_opens_no_window(placement, walking_m_s2):
    assert found([busy(placement, (0, 60), (5, 55), level_m_s2=walking_m_s2)]) == []


@pytest.mark.parametrize("placement", sorted(Placement))
def test_every_sensor_can_tell_a_sprint(placement):
    assert len(found([busy(placement, (0, 30), (10, 14))])) == 1


def test_a_rest_makes_two_windows():
    assert len(found([busy(LEFT, (0, 60), (10, 14), (40, 44))])) == 2


def test_a_moment_of_calm_does_not_end_a_run():
    assert len(found([busy(LEFT, (0, 30), (10, 12), (12.6, 14))])) == 1


def test_windows_never_overlap():
    first, second = found([busy(LEFT, (0, 30), (10, 12), (14.5, 16))])
    assert second.start_s == first.stop_s


def test_slowing_down_to_a_heavy_walk_ends_the_sprint():
    # The walk alone would count as running; against the sprint before it, it does not.
    sprint, walk_m_s2 = busy(LEFT, (0, 40), (10, 14), level_m_s2=100.0), 17.0
    extra = sprint.acc_m_s2[:, 2] - G_M_S2 + np.where(sprint.time_s >= 14, walk_m_s2, 0.0)
    window = found([stream_of(LEFT, sprint.time_s, extra)])[0]
    assert window.stop_s < 17.0


def test_a_run_that_the_recording_ends_is_cut():
    [window] = found([busy(LEFT, (0, 13), (10, 20))])
    assert window.cut


def test_a_window_is_handed_out_as_soon_as_its_tail_has_arrived():
    finder = RunFinder()
    heard = {}
    for block in interleaved([busy(LEFT, (0, 30), (10, 14))], np.arange(0.1, 30, 0.1)):
        for window in finder.push(block):
            heard[window] = float(block.time_s[-1])
    [(window, at_s)] = heard.items()
    assert window.stop_s <= at_s <= window.stop_s + 0.2


def test_nothing_pushed_finds_nothing():
    assert RunFinder(expected=[LEFT]).finish() == []


def test_an_empty_block_changes_nothing():
    stream = busy(LEFT, (0, 30), (10, 14))
    finder = RunFinder()
    windows = []
    for block in interleaved([stream], [5, 12]):
        windows += finder.push(block.rows(0, 0)) + finder.push(block)
    assert windows + finder.finish() == found([stream])


def test_the_best_sensor_there_is_decides_alone():
    # A pelvis thrown about while the feet stand is no run.
    assert found([busy(LEFT, (0, 30)), busy(PELVIS, (0, 30), (10, 14))]) == []


def test_either_foot_opens_a_window():
    assert len(found([busy(LEFT, (0, 30)), busy(RIGHT, (0, 30), (10, 14))])) == 1


def test_lost_samples_in_a_run_do_not_end_it():
    stream = busy(LEFT, (0, 30), (10, 14))
    assert spans(found([without(stream, (11.0, 11.6))])) == spans(found([stream]))


def test_a_foot_that_starts_late_joins_in():
    late = busy(RIGHT, (20, 60), (40, 44))
    assert len(found([busy(LEFT, (0, 60), (10, 14)), late], range(60))) == 2


def test_a_foot_that_dies_does_not_hold_the_other_up():
    finder = RunFinder(CONFIG, [LEFT, RIGHT])
    streams = [busy(LEFT, (0, 60), (10, 14)), busy(RIGHT, (0, 5))]
    blocks = interleaved(streams, range(60))
    assert len([window for block in blocks for window in finder.push(block)]) == 1


def test_a_sensor_that_never_comes_does_not_hold_the_others_up():
    finder = RunFinder(CONFIG, [LEFT, RIGHT])
    blocks = interleaved([busy(LEFT, (0, 60), (10, 14))], range(60))
    assert len([window for block in blocks for window in finder.push(block)]) == 1


@st.composite
def practices(draw):
    """Return two feet and a pelvis, each worn for a part of the practice, with bursts, holes and noise."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    bursts = draw(st.lists(st.tuples(st.floats(0, 28), st.floats(0.2, 5)), max_size=4))
    streams = []
    for placement in (LEFT, RIGHT, PELVIS):
        start_s, stop_s = draw(st.sampled_from([(0, 30), (0, 30), (0, 9), (13, 30), (2.5, 21.3)]))
        calm = busy(placement, (start_s, stop_s), *((at, at + long) for at, long in bursts), rate_hz=60.0)
        extra = calm.acc_m_s2[:, 2] - G_M_S2 + rng.normal(0, 10, calm.n_samples)
        extra[rng.random(calm.n_samples) < draw(st.sampled_from([0.0, 0.2]))] = np.nan
        streams.append(stream_of(placement, calm.time_s, extra))
    return streams


@settings(deadline=None, max_examples=80)
@given(practices(), st.lists(st.floats(0.01, 4.5), min_size=1, max_size=60))
def test_windows_do_not_depend_on_where_blocks_are_cut(streams, block_lengths_s):
    # Blocks of all sensors end together and last less than silent_s: no sensor lags more than that.
    repeated = np.cumsum(np.resize(block_lengths_s, 200))
    whole = found(streams)
    assert found(streams, [*repeated, *np.arange(0.0, 30.0, 4.5)]) == whole


@settings(max_examples=30, deadline=None)
@given(st.floats(8, 40), st.floats(8, 60), st.integers(0, 99))
def test_whole_streams_given_together_have_the_windows_of_short_blocks(dies_s, burst_s, seed):
    left = busy(LEFT, (0, 100), (10, 14), (burst_s, burst_s + 3))
    right = busy(RIGHT, (3 + seed / 50, 20 + dies_s), (9, 13))
    finder = RunFinder(CONFIG, [LEFT, RIGHT])
    assert finder.push(left, right) + finder.finish() == found([left, right])
