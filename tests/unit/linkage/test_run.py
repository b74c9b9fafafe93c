"""Small questions with known answers: what is settled, what the rules say, what is never a match."""

import numpy as np
import pytest

from linkage.judgement import NO_CANDIDATE, Judgement
from linkage.mixture import Mixture, vocabulary_of
from linkage.run import MATCH, NON_MATCH, POSSIBLE_MATCH, Found, Model, judge, profile_of
from schemas.key_set import read_key_set
from schemas.messages.match import Basis, WithheldReason
from tests.unit.linkage.population import KEY_SET, Key, look_up, table_of

ANNA: list[Key] = [("id", "1"), ("p.d", "anna")]
BERTA: list[Key] = [("p.d", "berta"), ("gi.d", "b"), ("gn.p", "b"), ("n.r6", "b")]
CLARA: list[Key] = [("id", "3"), ("p.d", "clara"), ("n.r6", "c")]


def ask(rows: list[list[Key]], index: list[list[Key]]) -> Judgement:
    asked, table = table_of(*rows), table_of(*index)
    found, records = look_up(asked, table)
    judgement, model = judge(asked, found, profile_of(table, KEY_SET), KEY_SET, None)
    assert model is None
    has_candidate = judgement.candidate != NO_CANDIDATE
    judgement.candidate[has_candidate] = records[judgement.candidate[has_candidate]]
    return judgement


def answers(rows: list[list[Key]], index: list[list[Key]]) -> list[tuple[int, int]]:
    judgement = ask(rows, index)
    return list(zip(judgement.outcome.tolist(), judgement.candidate.tolist(), strict=True))


def test_what_is_settled_is_a_match():
    judgement = ask([CLARA, ANNA], [ANNA, BERTA])
    assert judgement.is_settled.tolist() == [False, True]
    assert (judgement.outcome[1], judgement.candidate[1], judgement.probability[1]) == (MATCH, 0, 0.9999)
    assert dict(zip([p.name for p in KEY_SET.comparison], judgement.comparison[1].tolist(), strict=True)) == {
        "ID": 2, "NAME": 5, "DOB": 9, "GI": -1, "PH": -1, "GN": -1, "R": -1, "X": -1,
    }  # fmt: skip


def test_without_a_model_the_rules_decide():
    judgement = ask([BERTA], [BERTA])
    assert (judgement.basis, judgement.withheld) == (Basis.RULES, WithheldReason.TOO_FEW_PAIRS)
    assert (judgement.threshold, judgement.precision, judgement.recall) == (None, None, None)
    assert judgement.outcome.tolist() == [MATCH]
    assert np.isnan(judgement.probability).all()


@pytest.mark.parametrize(
    ("row", "record", "outcome"),
    [
        ([("id", "1"), ("n.r6", "a")], [("id", "1"), ("n.r6", "a")], MATCH),
        ([("p.d", "a"), ("gn.d", "a")], [("p.d", "a"), ("gn.d", "a")], MATCH),
        ([("p.d", "a"), ("r6.d.x", "a")], [("p.d", "a"), ("r6.d.x", "a")], MATCH),
        ([("id", "1"), ("p.d", "a"), ("r6.d.x", "a")], [("id", "2"), ("p.d", "a"), ("r6.d.x", "a")], POSSIBLE_MATCH),
        ([("p.d", "a"), ("n.r6", "a")], [("p.d", "a"), ("n.r6", "b")], POSSIBLE_MATCH),
        ([("gn.p", "a")], [("gn.p", "a")], POSSIBLE_MATCH),
        ([("id", "1"), ("p.d", "a")], [("id", "1"), ("p.d", "b")], POSSIBLE_MATCH),
        ([("id!repaired", "1"), ("p.d", "a")], [("id", "1"), ("p.d", "b")], NON_MATCH),
        ([("r6.d.x", "a")], [("r6.d.x", "a")], NON_MATCH),
        ([("n.r6", "a"), ("n.y.r4", "a")], [("n.r6", "a"), ("n.y.r4", "a")], POSSIBLE_MATCH),
        ([("guardian", "1")], [("guardian", "1")], NON_MATCH),
        ([], [("id", "1")], NON_MATCH),
    ],
)
def test_rules_by_what_agrees(row: list[Key], record: list[Key], outcome: int):
    expected = NO_CANDIDATE if outcome == NON_MATCH else 0
    assert answers([row], [record]) == [(outcome, expected)]


def test_a_non_match_says_nothing_of_what_agreed():
    judgement = ask([[("r6.d.x", "a")]], [[("r6.d.x", "a")]])
    assert judgement.agreed.tolist() == [0]
    assert (judgement.comparison == -1).all()
    assert np.isnan(judgement.probability).all()


def test_two_records_that_the_rules_fit_are_for_a_reviewer():
    assert answers([BERTA], [BERTA, BERTA]) == [(POSSIBLE_MATCH, NO_CANDIDATE)]


def test_two_rows_that_one_record_fits_are_for_a_reviewer():
    other = [key for key in BERTA if key[0] != "gn.p"]
    assert answers([BERTA, other], [BERTA]) == [(POSSIBLE_MATCH, 0), (POSSIBLE_MATCH, 0)]


def test_the_same_row_twice_gets_the_same_answer_twice():
    assert answers([BERTA, CLARA, BERTA], [BERTA]) == [(MATCH, 0), (NON_MATCH, NO_CANDIDATE), (MATCH, 0)]


def test_a_relation_makes_no_difference():
    rows = [[*BERTA, ("guardian", "1")], [*BERTA, ("guardian", "2")]]
    assert answers(rows, [BERTA]) == [(MATCH, 0), (MATCH, 0)]


def ask_with_model(log_odds: float, rows: list[list[Key]], index: list[list[Key]]) -> Judgement:
    """Ask with a kept model that gives every pair these log odds in an index of this size."""
    useless = Mixture(np.ones(1), np.full((1, len(vocabulary_of(KEY_SET).level)), 0.5))
    model = Model(
        key_set=KEY_SET.id,
        asked_records=1_000,
        index_records=len(index),
        expected_matches=500.0,
        decoys=1_000,
        threshold=0.55,
        levels=np.full((1, len(KEY_SET.comparison) + 1), -1, np.int8),
        available=np.zeros(1, np.uint32),
        log_odds=np.array([log_odds]),
        prior=np.array([log_odds]),
        same=useless,
        different=useless,
    )
    asked, table = table_of(*rows), table_of(*index)
    judgement, _ = judge(asked, Found(table, table.holds()), profile_of(table, KEY_SET), KEY_SET, model)
    assert judgement.basis is Basis.KEPT_MODEL
    return judgement


def test_a_number_alone_is_for_a_reviewer_however_unlikely_it_is():
    judgement = ask_with_model(-20.0, [[("id", "1")], [("p.d", "a")]], [[("id", "1")], [("p.d", "a")]])
    assert judgement.outcome.tolist() == [POSSIBLE_MATCH, NON_MATCH]
    assert judgement.candidate.tolist() == [0, NO_CANDIDATE]
    assert judgement.probability[0] < 0.001


@pytest.mark.parametrize(
    ("log_odds", "outcome", "withheld"),
    [(9.0, MATCH, None), (-0.3, POSSIBLE_MATCH, WithheldReason.LOW_PRECISION), (-9.0, NON_MATCH, None)],
)
def test_matches_that_are_wrong_too_often_are_withheld(log_odds: float, outcome: int, withheld: WithheldReason | None):
    """A settled row, which is surely right, doesn't hide it."""
    people = [ANNA, *[[("p.d", str(number))] for number in range(5)]]
    judgement = ask_with_model(log_odds, people, people)
    assert judgement.withheld is withheld
    assert judgement.outcome.tolist() == [MATCH, *[outcome] * 5]
    if withheld is not None:
        assert judgement.threshold < judgement.probability[1] < 0.95


def test_several_rows_may_settle_on_one_record_which_is_no_candidate_then():
    again = [("p.d", "anna"), ("gn.p", "x")]
    record = [*ANNA, ("gn.p", "x")]
    assert answers([ANNA, ANNA, again], [record]) == [(MATCH, 0), (MATCH, 0), (NON_MATCH, NO_CANDIDATE)]
    assert answers([again], [record]) == [(MATCH, 0)]


def test_nothing_else_of_a_settled_row_is_looked_at():
    plain = ask([ANNA, BERTA], [[*ANNA, *BERTA[1:]], BERTA])
    more = ask([[*ANNA, *BERTA[1:]], BERTA], [[*ANNA, *BERTA[1:]], BERTA])
    for name in ("outcome", "candidate", "probability", "agreed", "comparison", "is_settled"):
        assert np.array_equal(getattr(plain, name), getattr(more, name), equal_nan=name == "probability")


def test_nothing_asked_and_nothing_found():
    assert answers([], [ANNA]) == []
    assert answers([ANNA], []) == [(NON_MATCH, NO_CANDIDATE)]


def test_what_does_not_belong_together_is_refused():
    index = table_of(ANNA, BERTA)
    profile = profile_of(index, KEY_SET)
    found = Found(index, index.holds())
    other = read_key_set(KEY_SET.model_copy(update={"version": 2}).model_dump_json())
    with pytest.raises(ValueError, match="key set"):
        judge(index, found, profile, other, None)
    with pytest.raises(ValueError, match="holds"):
        judge(index, Found(index, index.holds() | np.uint32(1 << 11)), profile, KEY_SET, None)
    twins = table_of(ANNA, [("id", "2"), ("p.d", "berta")])
    with pytest.raises(ValueError, match="more records"):
        judge(twins, Found(twins, twins.holds()), profile_of(table_of(ANNA), KEY_SET), KEY_SET, None)
