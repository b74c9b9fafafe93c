"""How a run is cut: always the same way, never too large, and never so that one message answers for another row."""

from hypothesis import given
from hypothesis import strategies as st

from connectors.requester.collect_results import cut_rounds
from connectors.requester.obtain_answers import MatchedRow
from connectors.requester.parts import RunRow, cut_parts, run_capacity
from connectors.requester.roster import RosterRow
from schemas.linkage_keys import KeyType, LinkageKey
from schemas.messages.evaluate import MAX_EVALUATE_ELEMENTS
from schemas.messages.match import MAX_RUN_PARTS, MAX_RUN_RECORDS

MOST_KEYS_A_ROW = 60


def run_row(place: int, keys: int) -> RunRow:
    return RunRow(place, RosterRow(place, (LinkageKey(KeyType.N_R6, "text"),) * keys, None))


@given(keys=st.lists(st.integers(0, 4_000), max_size=60), first=st.integers(0, 5), max_batch=st.integers(1, 20))
def test_parts_hold_every_row_once_and_keep_the_limits(keys: list[int], first: int, max_batch: int) -> None:
    rows = [run_row(place, count) for place, count in enumerate(keys)]
    parts = cut_parts(rows, first, max_batch)
    assert [row for part in parts for row in part.rows] == rows
    assert [part.number for part in parts] == list(range(first, first + len(parts)))
    for part in parts:
        assert 1 <= len(part.rows) <= max_batch
        assert sum(len(row.row.keys) for row in part.rows) <= MAX_EVALUATE_ELEMENTS


def test_a_full_run_never_has_too_many_parts() -> None:
    for max_batch in (1, 2, 7, 99, 100, 101, 166, 167, 200, 500, 999, 1_000):
        size = run_capacity(max_batch)
        assert size <= MAX_RUN_RECORDS
        a_part = min(max_batch, MAX_EVALUATE_ELEMENTS // MOST_KEYS_A_ROW)
        assert -(-size // max_batch) + -(-size // a_part) <= MAX_RUN_PARTS


@given(handles=st.lists(st.sampled_from("ABCDE"), max_size=30), max_batch=st.integers(1, 7))
def test_no_handle_stands_twice_in_a_round(handles: list[str], max_batch: int) -> None:
    matched = [MatchedRow(place, handle, {}) for place, handle in enumerate(handles)]
    rounds = cut_rounds(matched, max_batch)
    assert sorted(row.place for rows in rounds for row in rows) == list(range(len(handles)))
    for rows in rounds:
        assert 1 <= len(rows) <= max_batch
        assert len({row.handle for row in rows}) == len(rows)
