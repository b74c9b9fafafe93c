"""An index so small that no two of its records share a hash is judged like any other."""

import numpy as np

from linkage.hash_table import HashTable
from linkage.run import Found, IndexProfile, judge, profile_of
from schemas.key_set import load_key_set

KEY_SET = load_key_set("G")
ID, P_D = 1, 2


def file_of(*records: dict[int, int]) -> HashTable:
    entries = [(number, code, value) for number, record in enumerate(records) for code, value in record.items()]
    record, code, value = zip(*entries, strict=True)
    return HashTable(
        records=len(records),
        record=np.array(record, np.int32),
        key_type=np.array(code, np.uint8),
        is_flagged=np.zeros(len(entries), np.bool_),
        index_hash=np.array(value, np.uint64),
    )


def test_a_profile_without_decoys_survives_being_stored_and_serves_a_run():
    index = file_of({ID: 11, P_D: 12}, {ID: 21, P_D: 22})
    stored = profile_of(index, KEY_SET).to_json()
    profile = IndexProfile.from_json(stored)
    assert profile.to_json() == stored
    asked = file_of({ID: 11, P_D: 12}, {ID: 99, P_D: 22})
    found = Found(index, index.holds())
    judgement, model = judge(asked, found, profile, KEY_SET, None)
    assert (judgement.outcome.tolist(), model) == ([0, 1], None)
