import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import index_order
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


def _packed(entries: list[IndexEntry]) -> bytes:
    return decode_base64url(pack_entries(entries))


@given(entries_strategy, st.integers(1, 5))
def test_all_entries_come_out_sorted_and_none_is_lost(entries: list[IndexEntry], size: int) -> None:
    parts = [_packed(entries[start : start + size]) for start in range(0, len(entries), size)]
    ordered = list(order_entries(lambda: parts, len(entries)))
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
    whole = sorted(order_entries(lambda: [data], len(entries)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index_order, "MAX_ENTRIES_A_PASS", a_pass)
        assert sorted(order_entries(lambda: [data], len(entries))) == whole


def test_every_entry_knows_the_key_types_of_its_record() -> None:
    both, single = b"\x01" * 16, b"\xfe" * 16
    entries = [
        IndexEntry(both, 990101, 2, b"z" * 16),
        IndexEntry(single, 990101, 2, b"y" * 16),
        IndexEntry(both, 990101, 1, b"x" * 16),
    ]
    found = {(row.handle, row.key_types) for row in order_entries(lambda: [_packed(entries)], 3)}
    assert found == {(both, bit_of(1) | bit_of(2)), (single, bit_of(2))}


def test_a_hash_with_and_without_a_flag_is_stated_without_it_first() -> None:
    entries = [IndexEntry(b"h" * 16, 0, code, b"x" * 16) for code in (2 | FLAGGED, 2)]
    ordered = list(order_entries(lambda: [_packed(entries)], 2))
    assert [(row.key_type_code, row.is_flagged, row.key_types) for row in ordered] == [(2, False, 4), (2, True, 4)]


def test_an_empty_index_has_no_entries() -> None:
    assert list(order_entries(lambda: [b""], 0)) == []
