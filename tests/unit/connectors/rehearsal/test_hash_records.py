"""Records become hashes under the key of a run; rows, flags and repeated rows are kept apart, and no value is kept."""

import pickle
from dataclasses import replace

import numpy as np
import pytest

from connectors.query_roster import QUERY_ROSTER
from connectors.rehearsal.hash_records import UNUSABLE, hash_records
from schemas.identity import ChildIdentity
from schemas.linkage_keys import linkage_keys
from schemas.messages.index import KEY_TYPE_CODES
from tests.unit.connectors.children import GUARDIAN, child, number, record_of
from tests.unit.connectors.rehearsal.made_up import RUN_KEY, hashed, moved


def test_every_key_of_every_usable_row_is_an_entry():
    identities = [child(1), ChildIdentity(), child(2, "钱小河")]
    file = hashed(identities, is_index=False, looked_for=(2, 3, 4, 9))
    keys = [key for identity in identities for key in linkage_keys(identity)]
    assert file.table.records == 2
    assert file.row_numbers.tolist() == [2, 4]
    assert file.table.key_type.tolist() == [KEY_TYPE_CODES[key.key_type] for key in keys]
    assert file.table.is_flagged.tolist() == [key.is_flagged for key in keys]
    assert file.located == {"2": 0, "3": UNUSABLE, "4": 1}
    assert file.table.index_hash.dtype == np.uint64
    assert len(np.unique(file.table.index_hash)) == len({key.oprf_input() for key in keys})


def test_equal_keys_have_equal_hashes_in_both_files_and_under_this_key_alone():
    a, b = hashed([child()], is_index=False), hashed([child()], is_index=True)
    assert a.table.index_hash.tolist() == b.table.index_hash.tolist()
    other = hash_records([record_of(child())], QUERY_ROSTER, tuple, run_key=bytes([1] * 32), is_index=False)
    assert not set(other.table.index_hash.tolist()) & set(a.table.index_hash.tolist())
    with pytest.raises(ValueError, match="32 bytes"):
        hash_records([], QUERY_ROSTER, tuple, run_key=b"short", is_index=False)


def test_an_index_holds_a_repeated_row_once_and_a_roster_keeps_it():
    identities = [child(1), child(1), moved(child(1))]
    index = hashed(identities, is_index=True, looked_for=(2, 3, 4))
    assert (index.table.records, index.left_out_rows, index.row_numbers.tolist()) == (2, 1, [2, 4])
    assert index.located == {"2": 0, "3": 0, "4": 1}
    roster = hashed(identities, is_index=False, looked_for=(2, 3, 4))
    assert (roster.table.records, roster.left_out_rows) == (3, 0)
    assert roster.located == {"2": 0, "3": 1, "4": 2}


def test_rows_without_any_date_are_counted():
    undated = replace(child(3), citizen_id=None, birth_dates=(), guardian=GUARDIAN)
    with_number = replace(child(4), birth_dates=())
    file = hashed([child(1), undated, with_number], is_index=True)
    assert (file.table.records, file.undated_rows) == (3, 1)


def test_nothing_in_clear_is_kept():
    identity = child(1, "欧阳小树")
    kept = (
        pickle.dumps(hashed([identity], is_index=True, looked_for=(2,)))
        + repr(hashed([identity], is_index=True)).encode()
    )
    values = [number(1).text, number(1).core15, "欧阳小树", "20150507", "13800000001", "周大山", "ouyang", "zhoudashan"]
    assert [value for value in values if value.encode() in kept] == []
    assert RUN_KEY not in kept
