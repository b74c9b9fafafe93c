"""A whole question: found without labels, estimated honestly, and the same whatever the order and the hashes."""

import random
from dataclasses import dataclass, fields, replace
from functools import cache

import numpy as np
import pytest

from linkage.hash_table import HashTable
from linkage.judgement import NO_CANDIDATE, Judgement
from linkage.run import MATCH, POSSIBLE_MATCH, Model, judge, profile_of
from schemas.messages.match import Basis, WithheldReason
from tests.unit.linkage.population import CODES, KEY_SET, Person, draw_children, file_of, look_up, observe, sent

CHILDREN = 4_000
DATES = [code for name, code in CODES.items() if ".d" in name or ".y" in name]


@dataclass(frozen=True)
class Answer:
    judgement: Judgement
    model: Model | None
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        return 2 * self.precision * self.recall / (self.precision + self.recall)


@cache
def offices() -> tuple[tuple[Person, ...], tuple[Person, ...]]:
    rng = random.Random(20)
    children = draw_children(CHILDREN, seed=3)
    asked, index = (tuple(observe(one, rng) for one in children if rng.random() < 0.7) for _ in range(2))
    return asked, index


@cache
def answered() -> Answer:
    return ask(*offices())


def ask(asked: tuple[Person, ...], index: tuple[Person, ...], kept: Model | None = None) -> Answer:
    return ask_tables(file_of(asked), file_of(index), asked, index, kept)


def ask_tables(
    asked_table: HashTable,
    index_table: HashTable,
    asked: tuple[Person, ...],
    index: tuple[Person, ...],
    kept: Model | None = None,
) -> Answer:
    first = sent(asked_table, index_table)
    found, records = look_up(first, index_table)
    judgement, model = judge(first, found, profile_of(index_table, KEY_SET), KEY_SET, kept)
    rows = np.flatnonzero(judgement.outcome == MATCH)
    right = sum(asked[row].child == index[records[judgement.candidate[row]]].child for row in rows)
    true = len({one.child for one in asked} & {one.child for one in index})
    has_candidate = judgement.candidate != NO_CANDIDATE
    judgement.candidate[has_candidate] = records[judgement.candidate[has_candidate]]
    return Answer(judgement, model, right / max(len(rows), 1), right / max(true, 1))


def without(people: tuple[Person, ...], others: tuple[Person, ...]) -> tuple[Person, ...]:
    known = {one.child for one in others}
    return tuple(one for one in people if one.child not in known)


def test_matches_are_found_without_labels():
    answer = answered()
    assert (answer.judgement.basis, answer.judgement.withheld) == (Basis.FITTED, None)
    assert answer.f1 > 0.97
    assert answer.judgement.precision == pytest.approx(answer.precision, abs=0.01)
    assert 0.5 < answer.judgement.threshold < 1


def test_the_model_is_fitted_on_what_was_not_settled():
    answer = answered()
    settled = int(answer.judgement.is_settled.sum())
    assert answer.model is not None
    assert answer.model.asked_records + settled <= len(offices()[0])
    assert answer.model.index_records + settled >= len(offices()[1])
    assert answer.model.expected_matches > 100
    assert answer.model.decoys > 500


def test_a_match_names_one_record_and_no_record_is_named_twice_but_by_the_same_child():
    judgement = answered().judgement
    scored = (judgement.outcome == MATCH) & ~judgement.is_settled
    assert (judgement.candidate[scored] != NO_CANDIDATE).all()
    assert len(np.unique(judgement.candidate[scored])) == scored.sum()
    assert (judgement.probability[scored] >= judgement.threshold).all()


def shuffled(
    table: HashTable, people: tuple[Person, ...], seed: int
) -> tuple[HashTable, tuple[Person, ...], np.ndarray]:
    rng = np.random.default_rng(seed)
    number = rng.permutation(len(people)).astype(np.int32)
    entries = rng.permutation(len(table.record))
    moved = [people[place] for place in np.argsort(number)]
    table = table.renumbered(number, table.records)
    columns = [getattr(table, name)[entries] for name in ("record", "key_type", "is_flagged", "index_hash")]
    return HashTable(table.records, *columns), tuple(moved), number


def test_neither_the_order_of_rows_and_records_nor_the_hashes_change_a_bit():
    asked, index = offices()
    rename = np.uint64(0x9E3779B97F4A7C15)
    one, moved_asked, row = shuffled(file_of(asked), asked, 1)
    other, moved_index, record = shuffled(file_of(index), index, 2)
    again = ask_tables(
        replace(one, index_hash=one.index_hash * rename),
        replace(other, index_hash=other.index_hash * rename),
        moved_asked,
        moved_index,
    )
    expected = answered()
    for name in ("outcome", "probability", "agreed", "comparison", "is_settled"):
        before, after = getattr(expected.judgement, name), getattr(again.judgement, name)[row]
        assert np.array_equal(before, after, equal_nan=name == "probability"), name
    before = expected.judgement.candidate
    named = before != NO_CANDIDATE
    assert np.array_equal(record[before[named]], again.judgement.candidate[row][named])
    for name in ("threshold", "precision", "recall"):
        assert getattr(again.judgement, name) == getattr(expected.judgement, name)
    assert again.model is not None
    assert again.model.to_json() == expected.model.to_json()


def test_without_a_true_overlap_nothing_is_a_match():
    asked, index = offices()
    for kept in (None, answered().model):
        judgement = ask(without(asked, index), index, kept).judgement
        assert not (judgement.outcome == MATCH).any()


def test_what_is_equally_likely_is_no_match():
    """Each record stands in the index twice, under two numbers that the asked row lacks."""
    asked, index = offices()
    unnumbered = tuple(replace(one, number=None) for one in asked[:300])
    twice = tuple(replace(one, number=10**6 * copy + one.child) for one in index for copy in (1, 2))
    judgement = ask(unnumbered, twice, answered().model).judgement
    assert not (judgement.outcome == MATCH).any()
    assert (judgement.candidate[judgement.outcome == POSSIBLE_MATCH] == NO_CANDIDATE).mean() > 0.9


def test_an_index_full_of_duplicates_withholds_the_run():
    asked, index = offices()
    judgement = ask(asked, index + index[: len(index) // 8]).judgement
    assert judgement.withheld is WithheldReason.DUPLICATES
    assert (judgement.is_settled == (judgement.outcome == MATCH)).all()
    assert (judgement.outcome == POSSIBLE_MATCH).any()


def test_a_small_question_uses_the_model_of_a_larger_one():
    asked, index = offices()
    kept = answered().model
    assert kept is not None
    answer = ask(asked[:200], index, Model.from_json(kept.to_json()))
    assert (answer.judgement.basis, answer.model) == (Basis.KEPT_MODEL, None)
    assert answer.judgement.threshold == kept.threshold
    assert answer.f1 > 0.96
    by_rules = ask(asked[:200], index)
    assert (by_rules.judgement.basis, by_rules.judgement.withheld) == (Basis.RULES, WithheldReason.TOO_FEW_PAIRS)
    assert by_rules.recall < answer.recall
    assert by_rules.precision > 0.99


def test_a_model_of_another_key_set_is_not_used():
    asked, index = offices()
    kept = answered().model
    assert kept is not None
    assert ask(asked[:200], index, replace(kept, key_set="G/2")).judgement.basis is Basis.RULES


def test_one_child_can_be_asked_for():
    asked, index = offices()
    numberless = next(one for one in asked if one.number is None and one.child in {other.child for other in index})
    assert ask((numberless,), index, answered().model).judgement.outcome.tolist() == [MATCH]


def test_an_office_without_dates_is_linked_by_what_is_left():
    asked, index = offices()
    dateless = file_of(asked).entries(~np.isin(file_of(asked).key_type, DATES))
    answer = ask_tables(dateless, file_of(index), asked, index)
    assert answer.judgement.withheld is None
    assert answer.precision > 0.99
    assert answer.recall > 0.5


def test_a_number_alone_is_for_a_reviewer_however_likely_it_is():
    asked, index = offices()
    stranger = replace(asked[0], surname=-1, given=-1, year=1999, county=-3, guardian=-1)
    known = {one.number for one in index} - {one.number for one in asked} - {None}
    rows = (*asked, *(replace(stranger, number=number) for number in sorted(known)[:50]))
    judgement = ask(rows, index).judgement
    assert (judgement.outcome[len(asked) :] == POSSIBLE_MATCH).all()
    assert (judgement.agreed[len(asked) :] == 1 << CODES["id"]).all()


def test_a_judgement_shows_nothing_of_a_row():
    shown = repr(answered().judgement)
    assert all(f"{field.name}=" not in shown for field in fields(Judgement) if field.name in {"candidate", "agreed"})
