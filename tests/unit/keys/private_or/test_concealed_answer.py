"""The requester finds the one answer among nine, and nothing else."""

from itertools import product

import pytest

from keys.crypto.errors import DeserializeError, InvalidInputError
from keys.private_or.concealed_answer import (
    answer_element,
    conceal_answer,
    decode_concealed,
    encode_concealed,
    remove_keepers_share,
    reveal_answer,
)
from keys.private_or.errors import RevealError
from keys.private_or.marks import NO_MARKS, mark_rows
from schemas.parental_status import ParentStatus, possible_answers
from schemas.rule_packs.parental_rules import Offices, load_parental_rules

COUNTY = "990101"
DISTINCT = [f"answer {place}".encode() for place in range(9)]
PAIRS = list(product(ParentStatus, repeat=2))


def ask(father, mother, answers, sealing, random):
    marks = mark_rows([NO_MARKS] * 2, {0: father, 1: mother}, sealing.key, random, workers=1)
    return conceal_answer(marks[0], marks[1], answers, sealing.key, random)


def reveal(concealed, possible, sealing):
    return reveal_answer(remove_keepers_share(concealed, sealing.keeper.secret), sealing.requester.secret, possible)


@pytest.mark.parametrize(("father", "mother"), PAIRS)
def test_each_pair_of_statuses_leads_to_its_answer(father, mother, sealing, random):
    concealed = ask(father, mother, DISTINCT, sealing, random)
    assert reveal(concealed, DISTINCT, sealing) == DISTINCT[father + 3 * mother]


@pytest.mark.parametrize(("father", "mother"), PAIRS)
def test_the_nine_ciphertexts_are_distinct_and_hold_one_answer_even_where_many_pairs_share_it(
    father, mother, sealing, random
):
    concealed = ask(father, mother, [b"same"] * 9, sealing, random)
    assert len({element for ciphertext in concealed for element in ciphertext}) == 18
    assert reveal(concealed, [b"same"], sealing) == b"same"


def test_unknown_parents_get_the_answer_for_nothing_stated(sealing, random):
    marks = mark_rows([NO_MARKS], {0: ParentStatus.DEAD_OR_MISSING}, sealing.key, random)
    for father, mother, place in ((None, None, 0), (marks[0], None, 2), (None, marks[0], 6)):
        concealed = conceal_answer(father, mother, DISTINCT, sealing.key, random)
        assert reveal(concealed, DISTINCT, sealing) == DISTINCT[place]


def test_answers_of_the_rules_are_revealed(sealing, random):
    rules = load_parental_rules()["2020"]
    offices = Offices(rules, {kind: [COUNTY] for kind in rules.needed()})
    answers = [answer.to_bytes() for answer in offices.answers(COUNTY, COUNTY)]
    possible = [answer.to_bytes() for answer in possible_answers(rules.needed())]
    concealed = ask(ParentStatus.CIRCUMSTANCE, ParentStatus.DEAD_OR_MISSING, answers, sealing, random)
    assert reveal(concealed, possible, sealing) == b"de_facto_unattended"


def test_one_person_cannot_stand_for_both_parents(sealing, random):
    (row,) = mark_rows([NO_MARKS], {}, sealing.key, random)
    with pytest.raises(InvalidInputError):
        conceal_answer(row, row, DISTINCT, sealing.key, random)


@pytest.mark.parametrize("count", [0, 8, 10])
def test_there_is_an_answer_for_each_pair(count, sealing, random):
    with pytest.raises(InvalidInputError):
        conceal_answer(None, None, [b"x"] * count, sealing.key, random)


def test_an_answer_that_is_not_among_the_possible_ones_is_not_revealed(sealing, random):
    concealed = ask(*PAIRS[0], DISTINCT, sealing, random)
    for possible in ([], DISTINCT[1:]):
        with pytest.raises(RevealError):
            reveal(concealed, possible, sealing)
    with pytest.raises(RevealError):
        reveal((*concealed, *concealed), DISTINCT, sealing)


def test_the_keeper_cannot_open_and_neither_can_the_requester_alone(sealing, random):
    concealed = ask(*PAIRS[0], DISTINCT, sealing, random)
    for share in (sealing.keeper, sealing.requester):
        with pytest.raises(RevealError):
            reveal_answer(concealed, share.secret, DISTINCT)


def test_the_bytes_come_back_and_no_others(sealing, random):
    concealed = ask(*PAIRS[4], DISTINCT, sealing, random)
    data = encode_concealed(concealed)
    assert decode_concealed(data) == concealed
    swapped = data[64:128] + data[:64] + data[128:]
    for bad in (data[:-1], data + b"\x00", swapped, bytes(len(data)), b""):
        with pytest.raises(DeserializeError):
            decode_concealed(bad)


def test_answers_have_elements_of_their_own():
    assert len({answer_element(answer) for answer in DISTINCT}) == 9
