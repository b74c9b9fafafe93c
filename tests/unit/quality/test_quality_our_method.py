"""Our own method takes the steps of a real run: what settles a row first, no common hashes, so many rows at once."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from linkage.hash_table import HashTable
from quality import our_method
from quality.holdings import prepare_holding
from quality.methods import run_method
from quality.our_method import ask, ask_run, publish, report
from quality.provinces import HeldRow
from quality.scoring import truth_of
from quality.trials import Trial
from schemas.identity import ChildIdentity, GuardianIdentity
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


def row(number: int) -> HeldRow:
    """Return a row with name, date and guardian, which is enough without a model."""
    identity = ChildIdentity(
        name="张" + chr(0x4E00 + number),
        birth_dates=(date.fromordinal(date(2012, 1, 1).toordinal() + number),),
        guardian=GuardianIdentity(phone=f"1{number:010d}"),
    )
    return HeldRow(identity, str(number))


def test_the_program_is_scored_where_rules_decide(tmp_path: Path) -> None:
    left, right = (
        prepare_holding([row(number) for number in range(first, first + 6)], tmp_path / str(first), bytes(32))
        for first in (0, 2)
    )
    truth = truth_of(left.children, right.children)
    found = run_method("ours", Trial("special", "few", "children", 1, left, right, truth, tmp_path / "trial"))
    assert found.chosen is not None
    assert (found.chosen.links, found.chosen.right, found.chosen.true) == (4, 4, 4)
    assert (found.basis, found.best, found.precision) == ("rules", None, None)
    # Rules give no probabilities: nothing is spread.
    assert sum(bar.right + bar.wrong for bar in found.bars) == found.settled == 0
