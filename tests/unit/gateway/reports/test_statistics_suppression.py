"""Whoever knows the published numbers and the totals can work out no withheld one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from gateway.reports.statistics_suppression import PublishedTable, suppress

counts_of_cells = st.one_of(
    st.integers(0, 3), st.integers(0, 12), st.integers(0, 2_000), st.sampled_from([0, 0, 0, 1, 9, 10])
)
tables = st.tuples(st.integers(1, 4), st.integers(1, 4)).flatmap(
    lambda shape: st.lists(
        st.lists(counts_of_cells, min_size=shape[1], max_size=shape[1]), min_size=shape[0], max_size=shape[0]
    )
)


def _totalled(counts: list[list[int]]) -> list[list[int]]:
    rows = [[*row, sum(row)] for row in counts]
    return [*rows, [sum(column) for column in zip(*rows, strict=True)]]


def _attack(published: PublishedTable) -> dict[tuple[int, int], tuple[int, int]]:
    """Return the least and the largest that each withheld number can be: linear programmes over all sums.

    The sums form a network, so the bounds are whole numbers.
    """
    cells = [(row, column) for row, line in enumerate(published.cells) for column in range(len(line))]
    place = {cell: number for number, cell in enumerate(cells)}
    height, width = len(published.cells), len(published.cells[0])
    sums = []
    for row in range(height):
        line = np.zeros(len(cells))
        line[[place[row, column] for column in range(width - 1)]] = 1
        line[place[row, width - 1]] = -1
        sums.append(line)
    for column in range(width):
        line = np.zeros(len(cells))
        line[[place[row, column] for row in range(height - 1)]] = 1
        line[place[height - 1, column]] = -1
        sums.append(line)
    known = [published.cells[row][column] for row, column in cells]
    bounds = [(1, None) if count is None else (count, count) for count in known]
    found = {}
    for cell in (cell for cell, count in zip(cells, known, strict=True) if count is None):
        ends = []
        for sign in (1, -1):
            aim = np.zeros(len(cells))
            aim[place[cell]] = sign
            solved = linprog(aim, A_eq=np.array(sums), b_eq=np.zeros(len(sums)), bounds=bounds, method="highs")
            ends.append(10**9 if solved.status == 3 else round(sign * solved.fun))
        found[cell] = (ends[0], ends[1])
    return found


@settings(deadline=None)
@given(tables)
def test_no_withheld_small_number_can_be_worked_out(counts: list[list[int]]) -> None:
    whole, ranges = _totalled(counts), _attack(suppress(counts))
    for (row, column), (least, most) in ranges.items():
        assert least <= whole[row][column] <= most
        is_inner = row < len(counts) and column < len(counts[0])
        assert most >= 9 or whole[row][column] >= 10
        assert least == 1 or whole[row][column] >= 10 or not is_inner
        assert least < most


@settings(deadline=None)
@given(tables)
def test_small_numbers_are_withheld_and_what_is_published_is_true(counts: list[list[int]]) -> None:
    for line, whole in zip(suppress(counts).cells, _totalled(counts), strict=True):
        for published, count in zip(line, whole, strict=True):
            assert published == count if published is not None else count > 0
            assert published is None or not 0 < count < 10


@settings(deadline=None)
@given(tables.filter(lambda counts: all(count == 0 or count >= 10 for row in counts for count in row)))
def test_where_no_number_is_small_all_are_published(counts: list[list[int]]) -> None:
    assert suppress(counts).cells == tuple(tuple(row) for row in _totalled(counts))


def test_a_total_alone_would_give_the_number_away() -> None:
    published = suppress([[4, 60, 70], [50, 60, 70]]).cells
    assert published[0][0] is None
    assert sum(cell is None for cell in published[0]) >= 2
    assert sum(line[0] is None for line in published) >= 2


def test_two_ones_are_not_left_to_a_rest_of_two() -> None:
    published = suppress([[1, 1, 100], [100, 100, 100]])
    assert all(least < most for least, most in _attack(published).values())


@pytest.mark.parametrize("counts", [[], [[]], [[1], [1, 2]], [[-1]]])
def test_what_is_no_table_is_refused(counts: list[list[int]]) -> None:
    with pytest.raises(ValueError, match=r"table|count"):
        suppress(counts)
