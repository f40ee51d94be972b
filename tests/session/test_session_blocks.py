"""What comes out does not depend on how the samples were cut into blocks."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from analyzer.model import Analysis, SensorStream
from analyzer.session import Session, analyze

TABLES = ("contacts", "strides", "steps", "runs", "stages", "segments", "rules")
LONGEST_BLOCK_S = 2.4
"""Two sensors cut independently lag at most twice this: less than `RunFinderConfig.silent_s`."""


def pushed(recording, blocks) -> Analysis:
    session = Session(recording.plan, recording.athlete, placements=recording.streams)
    for block in blocks:
        session.push_samples(block)
    return session.finish()


def cut(stream: SensorStream, lengths_s) -> list[SensorStream]:
    """Cut a stream into blocks of these lengths, over and over."""
    whole_s = float(stream.time_s[-1] - stream.time_s[0])
    repeats = int(whole_s / sum(lengths_s)) + 1
    edges = stream.time_s[0] + np.cumsum(np.tile(lengths_s, repeats))
    rows = [0, *np.searchsorted(stream.time_s, edges).tolist(), stream.n_samples]
    return [stream.rows(a, b) for a, b in pairwise(rows) if a < b]


def in_order_of_arrival(streams_in_blocks) -> list[SensorStream]:
    """A block arrives when its last sample has been taken."""
    return sorted((block for blocks in streams_in_blocks for block in blocks), key=lambda b: float(b.time_s[-1]))


def assert_same(one: Analysis, other: Analysis) -> None:
    for table in TABLES:
        assert_frame_equal(getattr(one, table), getattr(other, table), check_exact=True)
    assert_frame_equal(pd.DataFrame(one.findings), pd.DataFrame(other.findings), check_exact=True)


@pytest.fixture(scope="module")
def uncut(two_runs):
    recording = two_runs.recording()
    return recording, analyze(recording)


@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.floats(0.02, LONGEST_BLOCK_S), min_size=1, max_size=6), min_size=3, max_size=3))
def test_tables_do_not_depend_on_where_blocks_are_cut(uncut, lengths_s):
    recording, expected = uncut
    blocks = [cut(stream, own) for stream, own in zip(recording.streams.values(), lengths_s, strict=True)]
    assert_same(pushed(recording, in_order_of_arrival(blocks)), expected)


def test_one_sample_at_a_time_gives_the_same_tables(uncut):
    recording, _ = uncut
    short = {placement: stream.between(0.0, 9.0) for placement, stream in recording.streams.items()}
    singles = [[stream.rows(row, row + 1) for row in range(stream.n_samples)] for stream in short.values()]
    whole = [cut(stream, [2.0]) for stream in short.values()]
    one_by_one = pushed(recording, in_order_of_arrival(singles))
    assert len(one_by_one.runs) == 1
    assert_same(one_by_one, pushed(recording, in_order_of_arrival(whole)))


def test_the_order_in_which_sensors_are_named_does_not_matter(uncut):
    recording, expected = uncut
    backward = type(recording)(dict(reversed(recording.streams.items())), recording.plan, recording.athlete)
    assert_same(analyze(backward), expected)
