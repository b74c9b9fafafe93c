"""What a part's rows settle: the same as the matching engine says of the same entries as tables."""

import hypothesis.strategies as st
import numpy as np
from hypothesis import given

from gateway.domain.entry_arrays import asked_records, indexed_entries, indexed_records
from gateway.domain.settled_rows import asked_keys, settled_rows
from linkage.agreement import MAX_GROUP_PAIRS
from linkage.masks import settling_mask
from linkage.run import settled
from schemas.base64url import decode_base64url
from schemas.key_set import load_key_set
from schemas.messages.index import FLAGGED
from schemas.messages.match import AskedEntry, pack_asked

KEY_SET = load_key_set("G")
SETTLING = [defined.code for defined in KEY_SET.evidence if defined.name in KEY_SET.settled_by]
CODES = [*SETTLING, next(defined.code for defined in KEY_SET.evidence if defined.code not in SETTLING)]
HASHES = [bytes([number]) * 16 for number in range(3)]
HANDLES = [bytes([number]) * 16 for number in (7, 8)]

asked_entries = st.lists(st.tuples(st.integers(0, 3), st.sampled_from(CODES), st.booleans(), st.sampled_from(HASHES)))
index_entries = st.lists(
    st.tuples(
        st.sampled_from(HANDLES), st.integers(1, 2), st.sampled_from(CODES), st.booleans(), st.sampled_from(HASHES)
    ),
    unique_by=lambda entry: (entry[0], entry[1], entry[2], entry[4]),
)


@given(asked_entries, index_entries)
def test_it_is_what_the_engine_says(
    asked: list[tuple[int, int, bool, bytes]], held: list[tuple[bytes, int, int, bool, bytes]]
) -> None:
    packed = _packed(asked)
    keys = asked_keys(packed, KEY_SET)
    shared = [(*entry, 0) for entry in held if (entry[2], entry[4]) in keys.askers]
    assert settled_rows(keys, shared) == _by_the_engine(packed, [row for row, *_ in asked], shared)


def test_one_record_that_agrees_on_all_settles_and_two_do_not() -> None:
    keys = asked_keys(_packed([(5, code, False, HASHES[0]) for code in SETTLING]), KEY_SET)
    one = [(HANDLES[0], 1, code, False, HASHES[0], 0) for code in SETTLING]
    other = [(HANDLES[1], *entry[1:]) for entry in one]
    assert settled_rows(keys, one) == (5,)
    assert settled_rows(keys, one[:-1]) == ()
    assert settled_rows(keys, [*one[:-1], (*one[-1][:3], True, *one[-1][4:])]) == ()
    assert settled_rows(keys, [*one, *other]) == ()


def test_a_hash_that_everybody_shares_settles_nobody() -> None:
    rows = MAX_GROUP_PAIRS + 1
    keys = asked_keys(_packed([(row, code, False, HASHES[0]) for row in range(rows) for code in SETTLING]), KEY_SET)
    assert settled_rows(keys, [(HANDLES[0], 1, code, False, HASHES[0], 0) for code in SETTLING]) == ()


def test_only_hashes_that_can_settle_are_looked_up_once_and_in_order() -> None:
    entries = [(row, code, row == 1, index_hash) for row in (0, 1) for code in CODES for index_hash in HASHES[::-1]]
    hashes = asked_keys(_packed(entries), KEY_SET).hashes()
    assert sorted(hashes) == sorted(SETTLING)
    assert set(hashes.values()) == {b"".join(HASHES)}
    assert settling_mask(KEY_SET) == sum(1 << code for code in SETTLING)


def _packed(entries: list[tuple[int, int, bool, bytes]]) -> bytes:
    return decode_base64url(
        pack_asked(AskedEntry(row, code + FLAGGED * flagged, index_hash) for row, code, flagged, index_hash in entries)
    )


def _by_the_engine(
    packed: bytes, rows: list[int], shared: list[tuple[bytes, int, int, bool, bytes, int]]
) -> tuple[int, ...]:
    asked = asked_records([(np.array(sorted(set(rows)), ">u4").tobytes(), packed)])
    found = indexed_records([indexed_entries(shared)]).found
    chosen = settled(asked.table, found, KEY_SET).tolist()
    return tuple(row for row, is_settled in zip(asked.rows, chosen, strict=True) if is_settled)
