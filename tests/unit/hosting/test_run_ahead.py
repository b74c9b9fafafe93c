"""Work that runs ahead: all of it, in order, no further ahead than was said, and nothing more after a failure."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hosting.run_ahead import run_ahead


@given(st.lists(st.integers(), max_size=12), st.integers(1, 4))
def test_every_result_comes_in_its_order(items, most):
    with ThreadPoolExecutor(2) as threads:
        assert list(run_ahead(threads, lambda item: item * 2, items, most)) == [item * 2 for item in items]


def test_an_item_is_taken_only_when_its_turn_comes():
    taken = []

    def items() -> Iterator[int]:
        for item in range(9):
            taken.append(item)
            yield item

    with ThreadPoolExecutor(1) as threads:
        results = run_ahead(threads, str, items(), 2)
        assert taken == []
        assert [next(results) for _ in range(3)] == ["0", "1", "2"]
        assert taken == [0, 1, 2, 3, 4]


def test_no_item_is_taken_after_one_that_failed():
    taken = []

    def items() -> Iterator[int]:
        for item in range(9):
            taken.append(item)
            yield item

    with ThreadPoolExecutor(1) as threads, pytest.raises(ZeroDivisionError):
        list(run_ahead(threads, lambda item: 1 // (item - 1), items(), 1))
    assert taken == [0, 1, 2]
