"""Entries as arrays: nothing is lost, nothing counts twice, and no order of what comes in changes what comes out."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.entry_arrays import AskedRecords, IndexedRecords, asked_records, indexed_entries, indexed_records
from schemas.base64url import decode_base64url
from schemas.messages.index import FLAGGED
from schemas.messages.match import AskedEntry, pack_asked

hashes = st.sampled_from([bytes([first]) * 8 + bytes([last]) * 8 for first in (0, 1, 255) for last in (0, 7)])
asked_entries = st.lists(
    st.builds(AskedEntry, st.sampled_from([0, 3, 49_999]), st.sampled_from([1, 2, 2 | FLAGGED]), hashes), max_size=30
)
index_rows = st.lists(
    st.tuples(hashes, st.integers(1, 3), st.sampled_from([1, 2]), st.booleans(), hashes, st.just(6)), max_size=30
)


def _rows(*rows: int) -> bytes:
    return b"".join(row.to_bytes(4, "big") for row in rows)


def _asked(*parts: list[AskedEntry], rows: tuple[int, ...] = (0, 3, 49_999)) -> AskedRecords:
    return asked_records([(_rows(*rows), decode_base64url(pack_asked(entries))) for entries in parts])


def _as_set(asked: AskedRecords) -> set[tuple[int, int, bool, int]]:
    table = asked.table
    rows = [asked.rows[record] for record in table.record.tolist()]
    return set(zip(rows, table.key_type.tolist(), table.is_flagged.tolist(), table.index_hash.tolist(), strict=True))


@given(asked_entries)
def test_each_asked_entry_is_there_and_once(entries: list[AskedEntry]) -> None:
    asked = _asked(entries)
    unflagged = {(entry.row, entry.key_type_code, entry.index_hash) for entry in entries}
    expected = {(row, code % FLAGGED, index_hash) for row, code, index_hash in unflagged}
    assert len(asked.table.record) == len(expected)
    for row, code, is_flagged, first_half in _as_set(asked):
        forms = {
            entry.key_type_code
            for entry in entries
            if (entry.row, entry.key_type_code % FLAGGED, entry.index_hash[:8])
            == (row, code, first_half.to_bytes(8, "big"))
        }
        assert (code | FLAGGED * is_flagged) in forms


def test_a_key_with_and_without_a_flag_counts_without() -> None:
    asked = _asked([AskedEntry(0, 1 | FLAGGED, b"a" * 16), AskedEntry(0, 1, b"a" * 16)])
    assert asked.table.is_flagged.tolist() == [False]


@given(asked_entries, st.randoms(use_true_random=False))
def test_the_order_of_entries_and_parts_does_not_matter(entries: list[AskedEntry], draw: random.Random) -> None:
    shuffled = draw.sample(entries, len(entries))
    place = draw.randint(0, len(entries))
    one, other = _asked(entries), _asked(shuffled[place:], shuffled[:place])
    assert one.rows == other.rows
    assert one.hashes == other.hashes
    for name in ("record", "key_type", "is_flagged", "index_hash"):
        np.testing.assert_array_equal(getattr(one.table, name), getattr(other.table, name))


@given(asked_entries)
def test_hashes_to_look_up_are_distinct_and_in_order(entries: list[AskedEntry]) -> None:
    for code, packed in _asked(entries).hashes.items():
        each = [packed[start : start + 16] for start in range(0, len(packed), 16)]
        assert each == sorted({entry.index_hash for entry in entries if entry.key_type_code % FLAGGED == code})


def test_rows_without_an_entry_are_records_too() -> None:
    asked = _asked([AskedEntry(5, 1, b"a" * 16)], rows=(9, 5, 700))
    assert (asked.rows, asked.table.records, asked.table.record.tolist()) == ((5, 9, 700), 3, [0])


@pytest.mark.parametrize("parts", [(), ([],)])
def test_a_run_without_any_entry(parts: tuple[list[AskedEntry], ...]) -> None:
    asked = _asked(*parts)
    assert (len(asked.table.record), dict(asked.hashes)) == (0, {})


def _named(records: IndexedRecords) -> set[tuple[bytes, int, bool, int]]:
    table = records.found.table
    handles = [records.handle(record) for record in table.record.tolist()]
    return set(zip(handles, table.key_type.tolist(), table.is_flagged.tolist(), table.index_hash.tolist(), strict=True))


@given(index_rows, st.integers(1, 7))
def test_index_entries_belong_to_their_handles_whatever_the_chunks(
    rows: list[tuple[bytes, int, int, bool, bytes, int]], size: int
) -> None:
    chunks = [indexed_entries(rows[start : start + size]) for start in range(0, len(rows), size)]
    records = indexed_records(chunks)
    assert _named(records) == {
        (handle, code, is_flagged, int.from_bytes(index_hash[:8], "big"))
        for handle, _, code, is_flagged, index_hash, _ in rows
    }
    distinct = sorted({(handle, generation) for handle, generation, *_ in rows})
    assert [records.handle(record) for record in range(records.found.table.records)] == [one for one, _ in distinct]
    assert records.found.holds.tolist() == [6] * len(distinct)


def test_what_two_generations_say_of_a_handle_are_two_records() -> None:
    rows = [(b"h" * 16, 1, 1, False, b"a" * 16, 2), (b"h" * 16, 2, 2, False, b"b" * 16, 4)]
    records = indexed_records([indexed_entries(rows)])
    assert records.found.holds.tolist() == [2, 4]
    assert records.handle(0) == records.handle(1) == b"h" * 16


def test_handles_and_hashes_are_not_shown() -> None:
    records = indexed_records([indexed_entries([(b"h" * 16, 1, 1, False, b"a" * 16, 2)])])
    asked = _asked([AskedEntry(0, 1, b"a" * 16)])
    shown = f"{records!r} {asked!r}"
    assert "hhhh" not in shown
    assert "aaaa" not in shown
    assert "7016996765293437281" not in shown  # eight times "a", as the arrays hold it
