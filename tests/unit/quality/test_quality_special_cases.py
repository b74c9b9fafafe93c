"""The special cases are what they are called, and both files of a trial are numbered as their children are."""

import csv
import random
from datetime import date
from pathlib import Path

import numpy as np

from quality.holdings import load_table, prepare_holding
from quality.provinces import HeldRow
from quality.special_cases import FEW_ROWS, WITHOUT, few_rows, special_trials, with_duplicates, without_children_of
from schemas.identity import ChildIdentity, GuardianIdentity

KEY = bytes(32)


def rows(first: int, count: int) -> list[HeldRow]:
    """Return rows of children called by their numbers, each with a birth date and a guardian's phone of its own."""
    return [
        HeldRow(
            ChildIdentity(
                name="张" + chr(0x4E00 + number),
                birth_dates=(date.fromordinal(date(2012, 1, 1).toordinal() + number),),
                sex="1",
                regions=("990101",),
                guardian=GuardianIdentity(phone=f"1{number:010d}"),
            ),
            str(number),
        )
        for number in range(first, first + count)
    ]


def test_without_children_of_leaves_no_child_in_common() -> None:
    left = without_children_of(rows(0, 10), rows(5, 10))
    assert {row.child for row in left} == {"0", "1", "2", "3", "4"}


def test_half_of_few_rows_are_in_both_files() -> None:
    left, right = few_rows(rows(0, 2000), rows(1000, 2000), random.Random(1))
    assert (len(left), len(right)) == (FEW_ROWS, FEW_ROWS)
    assert len({row.child for row in left} & {row.child for row in right}) == FEW_ROWS // 2
    assert [row.child for row in left[:5]] != sorted(row.child for row in left)[:5]


def test_few_rows_of_small_files_are_all_there_are() -> None:
    left, right = few_rows(rows(0, 10), rows(5, 10), random.Random(1))
    assert (len(left), len(right)) == (10, 10)


def test_duplicates_are_whole_rows() -> None:
    doubled = with_duplicates(rows(0, 100), random.Random(1))
    assert len(doubled) == 103
    assert len({row.child for row in doubled}) == 100


def test_what_is_taken_away_is_gone_from_the_attributes(tmp_path: Path) -> None:
    trials = {
        trial.name: trial for trial in special_trials(rows(0, 20), rows(10, 20), 1, tmp_path, KEY, kept_model=None)
    }
    assert set(trials) == {"no_overlap", "few_rows", "duplicates", *WITHOUT}
    with trials["no_dates"].left.attributes.open(encoding="utf-8", newline="") as file:
        assert {(row["dates"], row["core15"]) for row in csv.DictReader(file)} == {("", "")}
    assert trials["no_overlap"].truth.links == 0


def test_rows_are_numbered_alike_for_every_method(tmp_path: Path) -> None:
    holding = prepare_holding(rows(3, 4), tmp_path, KEY)
    with holding.attributes.open(encoding="utf-8", newline="") as file:
        attributes = list(csv.DictReader(file))
    assert [row["record"] for row in attributes] == ["0", "1", "2", "3"]
    assert [row["guardian_phone"] for row in attributes] == [f"1{int(child):010d}" for child in holding.children]
    table = load_table(holding.table)
    assert table.records == 4
    assert len(table.record) == holding.hashes


def test_equal_keys_have_equal_hashes_under_one_key_only(tmp_path: Path) -> None:
    one, same, other = (
        load_table(prepare_holding(rows(0, 3), tmp_path / name, key).table)
        for name, key in (("one", KEY), ("same", KEY), ("other", bytes([1]) * 32))
    )
    assert (one.index_hash == same.index_hash).all()
    assert not np.isin(one.index_hash, other.index_hash).any()
