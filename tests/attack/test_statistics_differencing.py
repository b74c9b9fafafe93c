"""Asking twice: two requesters, a county and its townships, two quarters that one child sets apart, noise redrawn."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.state.database import open_state
from connectors.state.statistics import NoiseCharge, charge_noise, find_release, keep_release, noise_spent
from connectors.statistics.noise import add_noise
from schemas.problem import ProblemError
from schemas.statistics.matched_sets import may_be_counted
from schemas.statistics.publication import publish
from schemas.statistics.quarter import MIN_DAYS_BETWEEN_TABLES, last_ended_quarter, may_be_made
from schemas.statistics.release import StatisticsRelease, rows_of
from schemas.statistics.tables import TOTAL
from schemas.statistics.tabulation import Cell, CountTable, region_tree, tabulate
from tests.unit.schemas.statistics.bounds import ranges

CATEGORIES = ("guardianship", "living")
TOWNSHIPS = tuple(f"9901{county:02d}{township:03d}" for county in (1, 2) for township in (1, 2, 3))
counts_of_townships = st.fixed_dictionaries(
    {(township, category): st.integers(0, 60) for township in TOWNSHIPS for category in CATEGORIES}
)


def table_of(counts: Mapping[Cell, int]) -> CountTable:
    return tabulate(region_tree("9901", TOWNSHIPS), CATEGORIES, counts)


def release_of(table: CountTable, published: Mapping[Cell, int | None], quarter: str = "2026-Q2") -> StatisticsRelease:
    return StatisticsRelease(
        version=1,
        table="children_in_difficulty",
        quarter=quarter,
        provider="civil_affairs.990100",
        region="9901",
        made_on="2026-07-06",
        categories=CATEGORIES,
        rows=rows_of(table.tree, CATEGORIES, published),
        salt="A" * 22,
    )


def charge_of(quarter: str, year: int) -> NoiseCharge:
    return NoiseCharge("dropouts", quarter, "", year, epsilon=1000, limit=2500)


def bounds_of(table: CountTable, published: Mapping[Cell, int | None]) -> dict[Cell, tuple[int, int]]:
    """Return what a reader knows of every number: itself where it is published, else its range."""
    withheld = frozenset(cell for cell, count in published.items() if count is None)
    known = {cell: (count, count) for cell, count in published.items() if count is not None}
    return known | ranges(table, withheld)


@settings(deadline=None, max_examples=40)
@given(counts_of_townships)
def test_a_county_and_its_townships_tell_no_more_than_the_whole_table(counts: dict[Cell, int]) -> None:
    """Each part is cut from one release, so that all parts side by side are that release."""
    table = table_of(counts)
    published = publish(table, {})
    whole = release_of(table, published)
    seen: dict[Cell, int] = {}
    for region in ("9901", "990101", "990102", *TOWNSHIPS):
        part = whole.within(region)
        assert part is not None
        for cell, count in part.published().items():
            assert seen.setdefault(cell, count) == count
    assert seen == whole.published()
    found = bounds_of(table, published)
    for cell, count in table.counts.items():
        assert count >= 10 or (found[cell][0] == 0 and found[cell][1] >= 9)


@settings(deadline=None, max_examples=60)
@given(counts_of_townships, st.sampled_from(TOWNSHIPS), st.sampled_from(CATEGORIES), st.sampled_from([1, -1]))
def test_one_child_more_or_less_between_two_quarters_stays_among_nine(
    counts: dict[Cell, int], township: str, category: str, change: int
) -> None:
    """No number, inner or sum, that the child changed is known in both quarters: the attacker is left with a range."""
    after = {**counts, (township, category): max(0, counts[township, category] + change)}
    first, second = table_of(counts), table_of(after)
    known_first = publish(first, {})
    last = {cell: count for cell, count in known_first.items() if count is not None}
    known_second = publish(second, last)
    earlier, later = bounds_of(first, known_first), bounds_of(second, known_second)
    for cell in first.counts:
        if first.counts[cell] == second.counts[cell]:
            continue
        least, most = later[cell][0] - earlier[cell][1], later[cell][1] - earlier[cell][0]
        assert most - least >= 9
        assert least <= change <= most
        assert least <= -change <= most or first.counts[cell] < 10 or second.counts[cell] < 10
        if known_first[cell] is not None:
            assert known_second[cell] is None
            assert least <= -9 or later[cell][0] == 0
            assert most >= 9


@settings(deadline=None, max_examples=30)
@given(counts_of_townships, st.lists(st.tuples(st.sampled_from(TOWNSHIPS), st.sampled_from(CATEGORIES)), max_size=12))
def test_over_years_no_two_published_numbers_of_a_cell_differ_by_less_than_ten(
    counts: dict[Cell, int], arrivals: list[Cell]
) -> None:
    last: dict[Cell, int] = {}
    for number in range(len(arrivals) + 1):
        table = table_of({**counts, **{cell: counts[cell] + 3 * arrivals[:number].count(cell) for cell in counts}})
        published = publish(table, last)
        for cell, count in published.items():
            if count is not None:
                assert cell not in last or last[cell] == count or abs(last[cell] - count) >= 10
                last[cell] = count


def test_without_the_guard_of_differences_the_child_would_show() -> None:
    """The attack works on tables that are made as if there had been none before: the test can fail."""
    counts = dict.fromkeys(((township, category) for township in TOWNSHIPS for category in CATEGORIES), 30)
    after = {**counts, (TOWNSHIPS[0], "living"): 31}
    first, second = publish(table_of(counts), {}), publish(table_of(after), {})
    changed = {cell for cell in first if first[cell] != second[cell]}
    assert {(TOWNSHIPS[0], "living"), (TOWNSHIPS[0], TOTAL), ("990101", "living"), ("9901", TOTAL)} <= changed


def test_a_table_is_made_once_a_quarter_and_not_twice_within_two_months() -> None:
    assert last_ended_quarter(date(2026, 1, 1)) == "2025-Q4"
    assert last_ended_quarter(date(2026, 11, 22)) == "2026-Q3"
    assert may_be_made("2026-Q3", date(2026, 12, 31), None)
    assert not may_be_made("2026-Q2", date(2026, 12, 31), None)
    assert not may_be_made("2026-Q4", date(2026, 12, 31), None)
    assert not may_be_made("2026-Q4", date(2027, 1, 1), date(2026, 12, 31))
    made = date.fromordinal(date(2027, 1, 1).toordinal() - MIN_DAYS_BETWEEN_TABLES)
    assert may_be_made("2026-Q4", date(2027, 1, 1), made)


def test_noise_is_drawn_once_for_a_quarter_and_charged_before(tmp_path: Path) -> None:
    state = open_state(tmp_path / "state.sqlite3")
    charge_noise(state, charge_of("2026-Q1", 2026))
    charge_noise(state, charge_of("2026-Q1", 2026))  # began, crashed, began again
    charge_noise(state, charge_of("2026-Q2", 2026))
    assert noise_spent(state, 2026) == 2000
    with pytest.raises(ProblemError) as refused:
        charge_noise(state, charge_of("2026-Q3", 2026))
    assert refused.value.code == "budget_exhausted"
    charge_noise(state, charge_of("2026-Q4", 2027))
    table = table_of({})
    first = release_of(table, publish(table, {}))
    again = first.model_copy(update={"salt": "B" * 21 + "A"})
    assert keep_release(state, first) == first
    assert keep_release(state, again) == first
    assert find_release(state, first.table, first.quarter) == first
    state.dispose()


def test_noise_hides_one_child_as_epsilon_says() -> None:
    """Counts of two registers that differ by a child: no outcome is more than e times as likely with one of them."""
    cells = tuple((f"990101{number:03d}", "living") for number in range(1, 1000))
    one, other = (add_noise(dict.fromkeys(cells, count), cells, 1000).values() for count in (20, 21))
    drawn = {count: (list(one).count(count), list(other).count(count)) for count in range(18, 24)}
    assert len(set(one)) > 3
    for first, second in drawn.values():
        assert first < second * 2.72 * 2 + 30
        assert second < first * 2.72 * 2 + 30
    assert abs(sum(one) / len(cells) - 20) < 0.5


children = st.integers(0, 399).map(lambda number: number.to_bytes(16, "big"))


def roster(*ranges_of: tuple[int, int]) -> frozenset[bytes]:
    return frozenset(number.to_bytes(16, "big") for first, last in ranges_of for number in range(first, last))


def test_rosters_that_differ_by_few_children_are_refused() -> None:
    known = roster((0, 100))
    assert not may_be_counted(roster((0, 49)), [])
    assert may_be_counted(known, [])
    assert may_be_counted(known, [known])
    for few in (1, 9):
        assert not may_be_counted(roster((0, 100 + few)), [known])
        assert not may_be_counted(roster((0, 100 - few)), [known])
        assert not may_be_counted(roster((few, 100 + few)), [known])
    assert may_be_counted(roster((0, 110)), [known])


def test_a_child_is_not_singled_out_by_several_rosters() -> None:
    """No two of them differ by less than 50: one minus the two others is a child."""
    first, second = roster((0, 50)), roster((50, 100))
    assert may_be_counted(second, [first])
    assert not may_be_counted(roster((0, 101)), [first, second])


@settings(deadline=None, max_examples=60)
@given(st.lists(st.frozensets(children, min_size=50, max_size=120), min_size=1, max_size=5))
def test_no_group_that_the_counted_rosters_tell_apart_is_small(rosters: list[frozenset[bytes]]) -> None:
    counted: list[frozenset[bytes]] = []
    for one in rosters:
        if may_be_counted(one, counted):
            counted.append(one)
    signatures = [tuple(child in one for one in counted) for child in frozenset[bytes]().union(*counted)]
    assert all(signatures.count(signature) >= 10 for signature in signatures)


def test_no_small_number_can_stand_in_a_release() -> None:
    table = table_of({(TOWNSHIPS[0], "living"): 4})
    with pytest.raises(ValueError, match="small"):
        release_of(table, table.counts)
