"""Whoever knows all that is published, with all its sums, learns of a small number that it is below 10 and no more."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from schemas.statistics.suppression import Guard, guard_small, withhold
from schemas.statistics.tables import TOTAL
from schemas.statistics.tabulation import Cell, CountTable, region_tree, tabulate
from tests.unit.schemas.statistics.bounds import UNLIMITED, ranges, sums_of

CATEGORIES = ("a", "b", "c")
counts_of_cells = st.one_of(
    st.integers(0, 3), st.integers(0, 12), st.integers(0, 400), st.sampled_from([0, 0, 0, 1, 9, 10])
)
townships = st.lists(
    st.tuples(st.integers(1, 2), st.integers(1, 2), st.integers(0, 3)), min_size=1, max_size=7, unique=True
)


@st.composite
def tables(draw: st.DrawFn, counts: st.SearchStrategy[int] = counts_of_cells) -> CountTable:
    """Draw a province's table: prefectures, counties, townships, one to three categories."""
    codes = [f"99{prefecture:02d}{county:02d}{township:03d}" for prefecture, county, township in draw(townships)]
    categories = CATEGORIES[: draw(st.integers(1, 3))]
    counted = {(code, category): draw(counts) for code in codes for category in categories}
    return tabulate(region_tree("99", codes), categories, counted)


def small_ones(table: CountTable) -> dict[Cell, Guard]:
    return {cell: guard_small(count) for cell, count in table.counts.items() if count < 10}


@settings(deadline=None, max_examples=80)
@given(tables())
def test_of_a_small_number_nothing_is_told_but_that_it_is_small(table: CountTable) -> None:
    guards = small_ones(table)
    withheld = withhold(table, guards)
    found = ranges(table, withheld)
    assert set(guards) <= withheld
    for cell in guards:
        least, most = found[cell]
        assert least == 0
        assert most >= 9


@settings(deadline=None, max_examples=50)
@given(tables(), st.data())
def test_any_guard_is_kept(table: CountTable, data: st.DataObject) -> None:
    cells = data.draw(st.lists(st.sampled_from(sorted(table.counts)), unique=True, max_size=5))
    guards = {
        cell: Guard(data.draw(st.integers(0, min(18, table.counts[cell]))), data.draw(st.integers(0, 18)))
        for cell in cells
    }
    found = ranges(table, withhold(table, guards))
    for cell, guard in guards.items():
        least, most = found[cell]
        assert least <= table.counts[cell] - guard.fall
        assert most >= table.counts[cell] + guard.grow


@settings(deadline=None, max_examples=40)
@given(tables(st.integers(10, 400)))
def test_where_nothing_is_small_nothing_is_withheld(table: CountTable) -> None:
    assert withhold(table, small_ones(table)) == frozenset()


@settings(deadline=None, max_examples=15)
@given(tables())
def test_the_attackers_sums_agree_with_linear_programmes(table: CountTable) -> None:
    withheld = withhold(table, small_ones(table))
    assert ranges(table, withheld) == _by_linear_programmes(table, withheld)


def test_totals_of_counties_and_prefectures_give_no_township_away() -> None:
    codes = ["990101001", "990101002", "990102001", "990201001"]
    counted = {(code, category): 40 for code in codes for category in CATEGORIES}
    counted["990101001", "a"] = 4
    table = tabulate(region_tree("99", codes), CATEGORIES, counted)
    alone = ranges(table, frozenset({("990101001", "a")}))
    assert alone["990101001", "a"] == (4, 4)  # its row, and its column, would tell
    withheld = withhold(table, small_ones(table))
    least, most = ranges(table, withheld)["990101001", "a"]
    assert (least, most >= 9) == (0, True)
    assert ("99", TOTAL) not in withheld


def _by_linear_programmes(table: CountTable, withheld: frozenset[Cell]) -> dict[Cell, tuple[int, int]]:
    cells = sorted(table.counts)
    place = {cell: number for number, cell in enumerate(cells)}
    rows = []
    for whole, parts in sums_of(table):
        row = np.zeros(len(cells))
        row[[place[part] for part in parts]] = 1
        row[place[whole]] = -1
        rows.append(row)
    bounds = [(0, None) if cell in withheld else (table.counts[cell],) * 2 for cell in cells]
    found = {}
    for cell in withheld:
        ends = []
        for sign in (1, -1):
            aim = np.zeros(len(cells))
            aim[place[cell]] = sign
            solved = linprog(aim, A_eq=np.array(rows), b_eq=np.zeros(len(rows)), bounds=bounds, method="highs")
            ends.append(UNLIMITED if solved.status == 3 else round(sign * solved.fun))
        found[cell] = (ends[0], ends[1])
    return found
