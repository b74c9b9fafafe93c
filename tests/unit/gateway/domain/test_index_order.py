from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import index_order, published_table
from gateway.domain.entry_arrays import indexed_entries, indexed_records
from gateway.domain.index_order import bit_of, order_entries
from schemas.base64url import decode_base64url
from schemas.messages.index import FLAGGED, IndexEntry, pack_entries

entries_strategy = st.lists(
    st.builds(
        IndexEntry,
        handle=st.binary(min_size=16, max_size=16),
        county=st.integers(0, 999_999),
        key_type_code=st.sampled_from([1, 2, 2 | FLAGGED, 16]),
        index_hash=st.binary(min_size=16, max_size=16),
    ),
    min_size=1,
    max_size=40,
)


class Row(NamedTuple):
    key_type_code: int
    index_hash: bytes
    handle: bytes
    county: int
    key_types: int
    is_flagged: bool


def rows_of(parts: list[bytes]) -> list[Row]:
    return [
        Row(*row)
        for step in order_entries(lambda: parts)
        for row in zip(
            step.key_type_code.tolist(),
            step.index_hash.tolist(),
            step.handle.tolist(),
            step.county.tolist(),
            step.key_types.tolist(),
            step.is_flagged.tolist(),
            strict=True,
        )
    ]


def _packed(entries: list[IndexEntry]) -> bytes:
    return decode_base64url(pack_entries(entries))


@given(entries_strategy, st.integers(1, 5))
def test_all_entries_come_out_sorted_and_none_is_lost(entries: list[IndexEntry], size: int) -> None:
    parts = [_packed(entries[start : start + size]) for start in range(0, len(entries), size)]
    ordered = rows_of(parts)
    assert [(row.key_type_code, row.index_hash) for row in ordered] == sorted(
        (entry.key_type_code % FLAGGED, entry.index_hash) for entry in entries
    )
    assert sorted(
        IndexEntry(row.handle, row.county, row.key_type_code | FLAGGED * row.is_flagged, row.index_hash)
        for row in ordered
    ) == sorted(entries)


@given(entries_strategy, st.integers(1, 7))
def test_several_passes_give_the_same_entries(entries: list[IndexEntry], a_pass: int) -> None:
    data = _packed(entries)
    whole = sorted(rows_of([data]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index_order, "MAX_ENTRIES_A_PASS", a_pass)
        assert sorted(rows_of([data])) == whole


def test_every_entry_knows_the_key_types_of_its_record() -> None:
    both, single = b"\x01" * 16, b"\xfe" * 16
    entries = [
        IndexEntry(both, 990101, 2, b"z" * 16),
        IndexEntry(single, 990101, 2, b"y" * 16),
        IndexEntry(both, 990101, 1, b"x" * 16),
    ]
    found = {(row.handle, row.key_types) for row in rows_of([_packed(entries)])}
    assert found == {(both, bit_of(1) | bit_of(2)), (single, bit_of(2))}


def test_a_hash_with_and_without_a_flag_is_stated_without_it_first() -> None:
    entries = [IndexEntry(b"h" * 16, 0, code, b"x" * 16) for code in (2 | FLAGGED, 2)]
    ordered = rows_of([_packed(entries)])
    assert [(row.key_type_code, row.is_flagged, row.key_types) for row in ordered] == [(2, False, 4), (2, True, 4)]


def test_an_empty_index_has_no_entries() -> None:
    assert rows_of([b""]) == []


@given(entries_strategy, st.integers(1, 7), st.integers(1, 50))
def test_the_table_of_all_parts_is_the_one_of_what_stands_in_the_index(
    entries: list[IndexEntry], size: int, a_pass: int
) -> None:
    parts = [_packed(entries[start : start + size]) for start in range(0, len(entries), size)]
    stored: dict[tuple[bytes, int, bytes], Row] = {}
    for row in rows_of(parts):  # the first of a hash with and without a flag stays
        stored.setdefault((row.handle, row.key_type_code, row.index_hash), row)
    kept = [(*row[2:3], 0, row[0], row.is_flagged, row[1], row.key_types) for row in stored.values() if row[0] < 16]
    expected = indexed_records([indexed_entries(kept)]).found.table
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(published_table, "MAX_TABLE_ENTRIES_A_PASS", a_pass)
        found = published_table.published_table(lambda: parts, len(entries), {1, 2})
    assert found.records == expected.records
    for name in ("record", "key_type", "is_flagged", "index_hash"):
        assert getattr(found, name).tolist() == getattr(expected, name).tolist()


@given(entries_strategy, st.integers(1, 7), st.integers(1, 5))
def test_passes_and_steps_go_from_front_to_back(entries: list[IndexEntry], a_pass: int, a_step: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index_order, "MAX_ENTRIES_A_PASS", a_pass)
        patch.setattr(index_order, "ENTRIES_A_STEP", a_step)
        places = [(row.key_type_code, row.index_hash) for row in rows_of([_packed(entries)])]
    assert places == sorted(places)


def test_hashes_that_begin_alike_are_in_order_too() -> None:
    entries = [IndexEntry(b"h" * 16, 0, 2, b"x" * 15 + bytes([last])) for last in (9, 200, 3)]
    assert [row.index_hash[-1] for row in rows_of([_packed(entries)])] == [3, 9, 200]
