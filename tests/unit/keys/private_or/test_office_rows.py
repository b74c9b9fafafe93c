"""Lists of one size, and an office's persons among the board's rows."""

import pytest

from keys.crypto.evaluation_key import generate_key_pair
from keys.crypto.oprf_batch import blind_batch, blind_evaluate_batch, evaluate_batch
from keys.crypto.pair_reserve import PairReserve
from keys.private_or.errors import TooManyPersonsError
from keys.private_or.office_rows import board_rows, find_rows, padded_inputs
from keys.protocol.possession import index_hash_of
from schemas.parental_status import ParentStatus

REGISTER = [f"id\x1f{990101198001010 + number}".encode() for number in range(20)]
STRANGER = b"id\x1f990202198001011"


def test_an_office_finds_its_persons_and_nobody_else(random):
    pair = generate_key_pair(random)
    rows = board_rows(evaluate_batch(pair.private_key, REGISTER, workers=1))
    persons = {
        REGISTER[3]: ParentStatus.CIRCUMSTANCE,
        STRANGER: ParentStatus.CIRCUMSTANCE,
        REGISTER[7]: ParentStatus(2),
    }
    pairs = PairReserve(pair.public_key, random, workers=1)
    blinding = blind_batch(padded_inputs(list(persons), 8, random), pairs, workers=1)
    answer = blind_evaluate_batch(pair, blinding.blinded_elements, random, workers=1)
    outputs = blinding.finalize(answer.evaluated_elements, answer.proof)
    found = find_rows(rows, persons.values(), outputs)
    expected = evaluate_batch(pair.private_key, [REGISTER[3], REGISTER[7]], workers=1)
    assert {rows[place]: status for place, status in found.items()} == {
        index_hash_of(expected[0]): ParentStatus.CIRCUMSTANCE,
        index_hash_of(expected[1]): ParentStatus.DEAD_OR_MISSING,
    }


def test_rows_stand_in_the_order_of_their_hashes_each_once(random):
    outputs = [random(64) for _ in range(50)]
    rows = board_rows([*outputs, *outputs[:5]])
    assert list(rows) == sorted({output[:16] for output in outputs})


@pytest.mark.parametrize("persons", [0, 1, 7, 8])
def test_every_list_has_the_same_size(persons, random):
    padded = padded_inputs(REGISTER[:persons], 8, random)
    assert padded[:persons] == REGISTER[:persons]
    assert len(padded) == len(set(padded)) == 8


def test_a_list_that_would_show_its_size_is_refused(random):
    with pytest.raises(TooManyPersonsError):
        padded_inputs(REGISTER[:9], 8, random)
