"""Our own method takes the steps of a real run: what settles a row first, no common hashes, so many rows at once."""

import numpy as np
import pytest

from linkage.hash_table import HashTable
from quality import our_method
from quality.our_method import ask, ask_run, publish, report
from schemas.key_set import load_key_set
from schemas.linkage_keys import KeyType
from schemas.messages.index import KEY_TYPE_CODES

KEY_SET = load_key_set("G")
ID, P_D, GN_D, N_R6 = (KEY_TYPE_CODES[kind] for kind in (KeyType.ID, KeyType.P_D, KeyType.GN_D, KeyType.N_R6))


def table(*records: dict[int, int]) -> HashTable:
    """Return a table of records, each with one hash a key type code."""
    entries = [(number, code, value) for number, record in enumerate(records) for code, value in record.items()]
    record, code, value = (list(column) for column in zip(*entries, strict=True))
    return HashTable(
        len(records),
        np.array(record, np.int32),
        np.array(code, np.uint8),
        np.zeros(len(entries), np.bool_),
        np.array(value, np.uint64),
    )


def test_partners_are_numbered_as_in_the_whole_index() -> None:
    index = table({ID: 90, P_D: 91}, {ID: 92, P_D: 93}, {ID: 1, P_D: 2})
    (run,) = ask(table({ID: 50, P_D: 51}, {ID: 1, P_D: 2}), publish(index, KEY_SET), KEY_SET)
    assert run.partner.tolist() == [-1, 2]
    assert run.judgement.is_settled.tolist() == [False, True]


def test_without_a_model_the_guardian_beside_name_and_date_is_enough() -> None:
    index = table({P_D: 2, GN_D: 3}, {P_D: 8, GN_D: 9})
    run = ask_run(table({P_D: 2, GN_D: 3}), np.array([0]), publish(index, KEY_SET), KEY_SET)
    assert run.partner.tolist() == [0]
    assert run.judgement.outcome.tolist() == [our_method.MATCH]


def test_common_hashes_are_not_published() -> None:
    index = publish(table(*({ID: 100 + number, N_R6: 7} for number in range(21))), KEY_SET)
    assert 7 not in index.table.index_hash
    assert not (index.holds & np.uint32(1 << N_R6)).any()


def test_a_file_that_is_too_long_is_asked_for_in_several_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(our_method, "MAX_RUN_RECORDS", 2)
    records = [{ID: 10 * number + 1, P_D: 10 * number + 2} for number in range(5)]
    runs = ask(table(*records), publish(table(*reversed(records)), KEY_SET), KEY_SET)
    assert [len(run.rows) for run in runs] == [2, 2, 1]
    assert np.concatenate([run.partner for run in runs]).tolist() == [4, 3, 2, 1, 0]
    said = report(runs, {"link": 1.0})
    assert (said["runs"], said["settled"], said["possible_matches"]) == (3, 5, 0)
