"""Which strides of a window are running strides."""

import numpy as np
import pytest

from analyzer.drill.detection.bouts import BoutConfig, running_bouts

STRIDE_S = 0.5
CONFIG = BoutConfig()


def bouts(start_s, duty=0.3, speed_m_s=6.0, stride_s=STRIDE_S):
    start_s = np.asarray(start_s, dtype=float)
    known = [np.broadcast_to(np.asarray(values, dtype=float), start_s.shape) for values in (duty, speed_m_s)]
    return running_bouts(start_s, start_s + stride_s, *known, CONFIG)


def test_running_strides_in_a_row_are_one_bout():
    assert bouts([1.0, 1.5, 2.0, 2.5]) == [(1.0, 3.0)]


def test_walking_strides_are_no_run():
    assert bouts([1.0, 2.0, 3.0, 4.0], duty=0.62, stride_s=1.0) == []


def test_walking_before_and_after_a_run_is_left_out():
    duty = [0.62, 0.3, 0.3, 0.3, 0.62]
    assert bouts([1.0, 1.5, 2.0, 2.5, 3.0], duty=duty) == [(1.5, 3.0)]


def test_shuffles_on_the_spot_are_no_run():
    assert bouts([1.0, 1.5, 2.0, 2.5], speed_m_s=0.4) == []


@pytest.mark.parametrize("unknown", [{"duty": np.nan}, {"speed_m_s": np.nan}])
def test_an_unknown_value_does_not_speak_against_running(unknown):
    assert bouts([1.0, 1.5, 2.0, 2.5], **unknown) == [(1.0, 3.0)]


def test_a_pause_longer_than_allowed_makes_two_bouts():
    assert bouts([1.0, 1.5, 2.0, 4.0, 4.5, 5.0]) == [(1.0, 2.5), (4.0, 5.5)]


def test_a_stride_or_two_that_were_missed_do_not_part_a_run():
    assert bouts([1.0, 1.5, 3.0, 3.5]) == [(1.0, 4.0)]


def test_one_stride_is_a_hop_and_two_are_a_run():
    assert bouts([1.0]) == []
    assert bouts([1.0, 1.5]) == [(1.0, 2.0)]


def test_no_strides_make_no_bouts():
    assert bouts([]) == []


def test_the_order_of_the_strides_does_not_matter():
    assert bouts([2.5, 1.0, 4.6, 2.0, 1.5]) == bouts([1.0, 1.5, 2.0, 2.5, 4.6])


def test_a_long_stride_reaches_over_the_shorter_ones_that_follow():
    starts, ends = np.array([1.0, 1.2, 2.8]), np.array([1.95, 1.7, 3.3])
    steady = np.full(3, 0.3), np.full(3, 6.0)
    assert running_bouts(starts, ends, *steady, CONFIG) == [(1.0, 3.3)]


def test_a_stride_of_more_than_a_second_is_walked_whatever_its_contacts_say():
    assert bouts([1.0, 2.1, 3.2, 4.3], duty=0.3, stride_s=1.08) == []


def test_a_bout_needs_two_strides_that_are_known_to_be_running_ones():
    duty = [np.nan, np.nan, 0.3, 0.62, 0.62, 0.62]
    assert bouts([1.0, 1.5, 2.0, 5.0, 5.5, 6.0], duty=duty) == []


def test_unknown_strides_between_sure_ones_belong_to_the_run():
    assert bouts([1.0, 1.5, 2.0, 2.5], duty=[0.3, np.nan, np.nan, 0.3]) == [(1.0, 3.0)]
