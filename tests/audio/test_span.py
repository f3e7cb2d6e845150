"""Span arithmetic against plain boolean arrays, which share no code with it."""

import doctest
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import voicesim.audio.span as module
from voicesim.audio.span import Span, intersect, subtract, total, union
from voicesim.errors import ParameterError

spans = st.lists(
    st.tuples(st.integers(0, 200), st.integers(0, 40)).map(lambda p: Span(p[0], p[0] + p[1])), max_size=12
)


def _mask(timeline) -> np.ndarray:
    mask = np.zeros(260, dtype=bool)
    for span in timeline:
        mask[span.start : span.end] = True
    return mask


def _is_timeline(timeline) -> bool:
    return all(a.end < b.start for a, b in pairwise(timeline)) and all(timeline)


@given(spans, spans)
def test_set_operations_agree_with_masks(left, right):
    a, b = _mask(left), _mask(right)
    assert np.array_equal(_mask(union(left + right)), a | b)
    assert np.array_equal(_mask(intersect(left, right)), a & b)
    assert np.array_equal(_mask(subtract(left, right)), a & ~b)
    assert total(left) == a.sum()


@given(spans, spans)
def test_results_are_sorted_and_disjoint(left, right):
    assert _is_timeline(union(left))
    assert _is_timeline(subtract(left, right))


@given(spans, st.integers(0, 30))
def test_bridging_closes_gaps_up_to_its_length_and_no_longer(timeline, bridge):
    merged = union(timeline, bridge_samples=bridge)
    assert all(b.start - a.end > bridge for a, b in pairwise(merged))
    assert total(subtract(timeline, merged)) == 0


def test_a_span_cannot_end_before_it_starts():
    with pytest.raises(ParameterError, match="must not end before it starts"):
        Span(5, 4)


def test_examples_in_the_documentation_are_true():
    assert doctest.testmod(module).failed == 0
