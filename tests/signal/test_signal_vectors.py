"""Sizes, parts along an axis and cross products against numpy's own, row by row."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.signal.vectors import PART, along, crossed, parts, sizes

# Around the length of a part, where the pieces are put together.
lengths = st.sampled_from([0, 1, 2, PART - 1, PART, PART + 1, 3 * PART + 5])


def drawn(n: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0.0, 30.0, (n, 3))


@settings(max_examples=20, deadline=None)
@given(n=lengths, seed=st.integers(0, 99), order=st.sampled_from("CF"))
def test_sizes_are_those_of_every_row(n, seed, order):
    vectors = np.array(drawn(n, seed), order=order)
    np.testing.assert_allclose(sizes(vectors), np.linalg.norm(vectors, axis=1), rtol=1e-14)


@settings(max_examples=20, deadline=None)
@given(n=lengths, seed=st.integers(0, 99))
def test_the_part_along_an_axis_is_the_product_of_every_row(n, seed):
    vectors, axis = drawn(n, seed), np.array([0.6, 0.0, -0.8])
    np.testing.assert_allclose(along(vectors, axis), vectors @ axis, atol=1e-12)


@settings(max_examples=20, deadline=None)
@given(n=st.integers(0, 50), seed=st.integers(0, 99))
def test_cross_products_are_those_of_every_row(n, seed):
    left, right = drawn(n, seed), drawn(n, seed + 1)
    np.testing.assert_allclose(crossed(left, right), np.cross(left, right).reshape(n, 3), atol=1e-10)


def test_one_vector_is_crossed_with_many():
    many, one = drawn(7, 3), np.array([0.1, -0.2, 0.3])
    np.testing.assert_allclose(crossed(many, one), np.cross(many, one), atol=1e-12)


def test_a_lost_component_loses_the_size():
    assert np.isnan(sizes(np.array([[1.0, np.nan, 0.0]]))).all()


@pytest.mark.parametrize("n", [0, 1, PART, PART + 1])
def test_parts_hold_every_sample_once(n):
    assert [row for part in parts(n) for row in range(n)[part]] == list(range(n))
