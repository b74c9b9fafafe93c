"""A kept model is read back as it was, or not at all."""

import json

import numpy as np
import pytest
import rfc8785

from linkage.comparison import Cells
from linkage.mixture import Mixture, vocabulary_of
from linkage.model import MAX_MODEL_BYTES, Model
from schemas.message import MessageError
from tests.unit.linkage.population import KEY_SET

VOCABULARY = vocabulary_of(KEY_SET)
COMPONENTS = len(KEY_SET.comparison) + 1


def mixture(chance: float) -> Mixture:
    return Mixture(np.array([1.0]), np.full((1, len(VOCABULARY.level)), chance))


MODEL = Model(
    key_set="G/1",
    asked_records=1_000,
    index_records=5_000,
    expected_matches=600.25,
    decoys=4_000,
    threshold=0.75,
    levels=np.array([[2, 5, *[-1] * (COMPONENTS - 2)]], np.int8),
    available=np.array([3], np.uint32),
    log_odds=np.array([4.5]),
    prior=np.array([-1.5]),
    same=mixture(0.5),
    different=mixture(0.25),
)


def log_odds(levels: list[int], available: int, index_records: int = 5_000) -> float:
    cells = Cells(
        np.array([levels + [-1] * (COMPONENTS - len(levels))], np.int8), np.array([available], np.uint32), np.ones(1)
    )
    return float(MODEL.log_odds_of(cells, VOCABULARY, index_records)[0])


def test_a_cell_that_was_seen_keeps_its_log_odds():
    assert log_odds([2, 5], 3) == 4.5


def test_an_unseen_cell_has_what_the_mixtures_say():
    assert log_odds([2, 6], 3) == pytest.approx(-1.5 + 2 * np.log(2))
    assert log_odds([2], 7) == pytest.approx(-1.5 + np.log(2))


def test_in_a_larger_index_each_record_is_less_likely():
    assert log_odds([2, 5], 3, index_records=50_000) == pytest.approx(4.5 - np.log(10))


def test_the_overlap_is_a_share():
    assert MODEL.overlap == 0.60025


def test_it_survives_being_stored():
    stored = MODEL.to_json()
    assert Model.from_json(stored).to_json() == stored


def changed(**members: object) -> bytes:
    return rfc8785.dumps(json.loads(MODEL.to_json()) | members)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        MODEL.to_json()[:-1],
        MODEL.to_json() + b"\n",
        MODEL.to_json().replace(b"4.5", b"4.50"),
        MODEL.to_json().replace(b"4.5", b"NaN"),
        MODEL.to_json().replace(b"4.5", b"1e999"),
        changed(threshold=1.5),
        changed(asked_records=0),
        changed(expected_matches=-1),
        changed(log_odds=[]),
        changed(prior=[1.0, 2.0]),
        changed(levels=[[16]]),
        changed(same={"share": [1], "chance": []}),
        changed(same={"share": [1], "chance": [[0]]}),
        changed(same={"share": [0.5, 0.5], "chance": [[1], [1, 1]]}),
        changed(note="x"),
        b"0" * (MAX_MODEL_BYTES + 1),
    ],
)
def test_what_is_no_model_is_refused(body: bytes):
    with pytest.raises(MessageError):
        Model.from_json(body)


def test_its_repr_shows_sizes_alone():
    assert "log_odds" not in repr(MODEL)
    assert "levels" not in repr(MODEL)
