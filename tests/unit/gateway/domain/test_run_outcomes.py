"""What is kept and told of a judgement: nothing of a non-match, no handle of a possible match until it is decided."""

import numpy as np
import pytest

from gateway.domain.entry_arrays import AskedRecords, IndexedRecords, indexed_entries, indexed_records
from gateway.domain.run_outcomes import JudgedRow, judged_rows, related_rows, related_summary, summary_of, told
from linkage.hash_table import build_table
from linkage.judgement import NO_CANDIDATE, Judgement
from schemas.base64url import encode_base64url
from schemas.key_set import load_key_set
from schemas.messages.match import MAX_HANDLES_A_ROW, Basis, Decision, Outcome

G = load_key_set("G")
HANDLES = [bytes([number]) * 16 for number in range(3)]
ID, P_D, FLAGGED_ID = 1 << 1, 1 << 2, 1 << 33


def _records() -> IndexedRecords:
    return indexed_records([indexed_entries([(handle, 1, 1, False, handle, 2) for handle in HANDLES])])


def _asked() -> AskedRecords:
    return AskedRecords((4, 8, 15, 16), build_table(4, [], [], []), {})


def _judgement() -> Judgement:
    return Judgement(
        outcome=np.array([0, 1, 2, 1], np.uint8),
        candidate=np.array([2, 0, 1, NO_CANDIDATE], np.int32),
        probability=np.array([0.9999, 0.4321987, 0.02, np.nan]),
        agreed=np.array([ID | P_D, FLAGGED_ID, ID, P_D], np.uint64),
        comparison=np.array([[2, 5, 9, 1, -1, -1, 2, 1]] * 4, np.int8),
        is_settled=np.array([True, False, False, False]),
        basis=Basis.FITTED,
        withheld=None,
        threshold=0.5,
        precision=0.98,
        recall=None,
    )


def test_a_match_is_told_with_its_handle_and_evidence() -> None:
    first = next(judged_rows(_asked(), _records(), _judgement()))
    outcome = told(first, G)
    assert (outcome.row, outcome.outcome, outcome.handles) == (4, Outcome.MATCH, (encode_base64url(HANDLES[2]),))
    assert (outcome.probability, outcome.agreed) == (999_900, ("id", "p.d"))
    assert outcome.comparison == {"ID": 2, "NAME": 5, "DOB": 9, "GI": 1, "R": 2, "X": 1}


def test_a_possible_match_is_told_without_its_handle() -> None:
    _, possible, _, tied = judged_rows(_asked(), _records(), _judgement())
    outcome = told(possible, G)
    assert (outcome.outcome, outcome.handles, outcome.agreed) == (Outcome.POSSIBLE_MATCH, (), ("id!repaired",))
    assert outcome.probability == 432_199
    assert possible.is_reviewable
    assert not tied.is_reviewable
    assert told(tied, G).probability is None


def test_of_a_non_match_nothing_is_kept() -> None:
    _, _, missed, _ = judged_rows(_asked(), _records(), _judgement())
    assert missed == JudgedRow(15, Outcome.NON_MATCH, b"", None, 0, b"")
    assert told(missed, G).comparison == {}


@pytest.mark.parametrize("decision", Decision)
def test_a_decision_comes_before_the_judgement(decision: Decision) -> None:
    _, possible, _, _ = judged_rows(_asked(), _records(), _judgement())
    outcome = told(possible._replace(decision=decision), G)
    assert (outcome.outcome.value, outcome.reviewed) == (decision.value, True)
    assert outcome.handles == ((encode_base64url(HANDLES[0]),) if decision is Decision.MATCH else ())


def test_the_summary_counts_all_rows() -> None:
    summary = summary_of(_judgement(), G)
    assert (summary.settled, summary.matches, summary.possible_matches, summary.non_matches) == (1, 1, 2, 1)
    assert (summary.threshold, summary.precision, summary.recall) == (500_000, 980_000, None)
    assert summary.key_set == "G/1"


@pytest.mark.parametrize(
    ("children", "outcome"),
    [
        (0, Outcome.NON_MATCH),
        (1, Outcome.MATCH),
        (MAX_HANDLES_A_ROW, Outcome.MATCH),
        (MAX_HANDLES_A_ROW + 1, Outcome.POSSIBLE_MATCH),
    ],
)
def test_a_relation_names_all_children_or_none(children: int, outcome: Outcome) -> None:
    same = b"g" * 16
    rows = [(bytes([number]) * 16, 1, 16, False, same, 1 << 16) for number in range(children)]
    asked = AskedRecords((7,), build_table(1, [0], [16], [same]), {})
    (judged,) = related_rows(asked, indexed_records([indexed_entries(rows)]), {16})
    assert judged.outcome is outcome
    assert len(told(judged, G).handles) == (children if outcome is Outcome.MATCH else 0)
    assert not judged.is_reviewable
    summary = related_summary([judged], G)
    assert (summary.basis, summary.settled) == (Basis.RULES, 0)
    assert summary.matches + summary.possible_matches + summary.non_matches == 1


def test_one_child_of_two_generations_is_one_child() -> None:
    same, handle = b"g" * 16, b"h" * 16
    records = indexed_records([indexed_entries([(handle, g, 16, False, same, 1 << 16) for g in (1, 2)])])
    asked = AskedRecords((7,), build_table(1, [0], [16], [same]), {})
    (judged,) = related_rows(asked, records, {16})
    assert judged.handles == handle


def test_a_judged_row_does_not_show_what_it_holds() -> None:
    first = next(judged_rows(_asked(), _records(), _judgement()))
    assert repr(first) == "JudgedRow(row=4, outcome=match)"
