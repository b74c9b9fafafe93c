"""What leaves the office: first the keys that can settle a row, the others only where they are needed, none twice."""

from pathlib import Path

import pytest

from connectors.requester.open_question import Step
from connectors.state.evaluated_keys import list_evaluated
from schemas.envelope import MessageType
from schemas.linkage_keys import KeyType
from schemas.messages.index import FLAGGED, KEY_TYPE_CODES
from schemas.messages.match import MatchPart, MatchRequest, unpack_asked
from schemas.problem import ProblemCode, ProblemError
from tests.unit.connectors.requester.asking_offices import Office, child, opened_office, write_roster

FIRST = {KEY_TYPE_CODES[KeyType.ID], KEY_TYPE_CODES[KeyType.P_D]}


def parts_of(office: Office) -> list[MatchPart]:
    return [part for part in office.gateway.messages(MessageType.MATCH_PART) if isinstance(part, MatchPart)]


def kinds_of(office: Office) -> list[str]:
    return [kind.value for kind, _, _ in office.gateway.received]


def test_the_other_keys_of_a_settled_row_never_leave(office: Office) -> None:
    office.hold(child(1), child(2))
    mapping = write_roster(office.folder, [child(1), child(2, has_id=False)])
    results = {result.row_number: result for result in office.questioner.ask(office.question(mapping), lambda *_: None)}
    settled, other = results[2], results[3]
    assert (settled.outcome, settled.basis, settled.agreed) == ("match", "settled", ("id", "p.d"))
    assert (other.outcome, other.basis) == ("match", "rules")
    first, second = parts_of(office)
    assert len(first.records) == 2
    assert {entry.key_type_code for entry in unpack_asked(first.entries)} == FIRST
    (left,) = second.records
    codes = {entry.key_type_code for entry in unpack_asked(second.entries)}
    assert {entry.row for entry in unpack_asked(second.entries)} == {left.row}
    assert codes
    assert not codes & FIRST
    settled_keys, _ = (len(row.keys) for row in office.rows([child(1), child(2, has_id=False)]))
    _, all_of_other = (len(row.keys) for row in office.rows([child(1), child(2, has_id=False)]))
    assert office.gateway.evaluated() == 2 + all_of_other < settled_keys + all_of_other


def test_a_single_child_that_is_settled_takes_five_messages(office: Office) -> None:
    office.hold(child(1))
    mapping = write_roster(office.folder, [child(1)])
    (result,) = office.questioner.ask(office.question(mapping), lambda *_: None)
    assert result.values == {"care_subsidy_eligible": False, "cert_valid_until": "2026-01"}
    assert kinds_of(office) == ["evaluate", "match.part", "match", "exchange", "receipt"]


def test_a_question_asked_again_costs_no_evaluation(office: Office) -> None:
    office.hold(child(1), child(2), child(3))
    mapping = write_roster(office.folder, [child(1), child(2, has_id=False), child(5)])
    first = office.questioner.ask(office.question(mapping, 1), lambda *_: None)
    evaluated = office.gateway.evaluated()
    again = office.questioner.ask(office.question(mapping, 2), lambda *_: None)
    assert office.gateway.evaluated() == evaluated > 0
    assert [(row.outcome, row.values) for row in again] == [(row.outcome, row.values) for row in first]


def test_the_same_key_in_two_rows_is_evaluated_once(office: Office) -> None:
    mapping = write_roster(office.folder, [child(1), child(1)])
    office.questioner.ask(office.question(mapping), lambda *_: None)
    (row,) = office.rows([child(1)])
    assert office.gateway.evaluated() == len(row.keys)


def test_flagged_keys_are_sent_as_such_and_not_among_the_first(office: Office) -> None:
    damaged = child(1) | {"citizen_id": child(1)["citizen_id"][:-2] + "00"}
    mapping = write_roster(office.folder, [damaged])
    office.questioner.ask(office.question(mapping), lambda *_: None)
    (row,) = office.rows([damaged])
    flagged = {KEY_TYPE_CODES[key.key_type] | FLAGGED for key in row.keys if key.is_flagged}
    first, second = parts_of(office)
    assert flagged
    assert {entry.key_type_code for entry in unpack_asked(first.entries)} <= FIRST
    assert flagged <= {entry.key_type_code for entry in unpack_asked(second.entries)}


def test_no_part_and_no_batch_is_larger_than_agreed(office: Office) -> None:
    office.hold(*(child(number) for number in range(4)))
    mapping = write_roster(office.folder, [child(number, has_id=number % 2 == 0) for number in range(7)])
    results = office.questioner.ask(office.question(mapping), lambda *_: None)
    assert len(results) == 7
    assert [part.number for part in parts_of(office)] == list(range(len(parts_of(office))))
    assert max(len(part.records) for part in parts_of(office)) == 3
    for asked in office.gateway.messages(MessageType.MATCH):
        assert isinstance(asked, MatchRequest)
        assert len(asked.rows) <= 3
        assert (asked.records, asked.parts) == (7, len(parts_of(office)))


def test_rows_stand_in_a_run_in_another_order_than_in_the_roster(office: Office) -> None:
    mapping = write_roster(office.folder, [child(number) for number in range(8)])
    orders = set()
    for number in range(4):
        question = office.question(mapping, number)
        office.questioner.ask(question, lambda *_: None)
        (run,) = office.questioner.runs.list_runs(question.id)
        assert sorted(run.row_numbers) == list(range(2, 10))
        orders.add(run.row_numbers)
    assert len(orders) > 1


def test_a_question_too_large_for_one_run_has_several(tmp_path: Path) -> None:
    with opened_office(tmp_path / "office", max_batch=1) as office:
        office.hold(child(1))
        mapping = write_roster(
            office.folder,
            [{"name": f"赵{'一二三四五六七八九十'[n % 10]}", "birth_date": "20150507"} for n in range(501)],
        )
        question = office.question(mapping)
        asked = office.questioner.open(question, "officer-07", None)
        runs = office.questioner.runs.list_runs(question.id)
        assert [len(run.row_numbers) for run in runs] == [500, 1]
        assert sorted(number for run in runs for number in run.row_numbers) == sorted(asked.rows)


def test_an_epoch_without_an_index_yet_is_passed_over(office: Office) -> None:
    office.hold(child(1))
    office.gateway.add_epoch(2, is_indexed=False)
    office.trust.accept(office.gateway.registry(version=2), office.connector.now())
    mapping = write_roster(office.folder, [child(1)])
    (result,) = office.questioner.ask(office.question(mapping), lambda *_: None)
    assert result.outcome == "match"
    assert parts_of(office)[0].epoch == 1


def test_without_any_index_nothing_is_asked(office: Office) -> None:
    office.gateway.indexed.clear()
    mapping = write_roster(office.folder, [child(1)])
    with pytest.raises(ProblemError) as refused:
        office.questioner.ask(office.question(mapping), lambda *_: None)
    assert refused.value.code is ProblemCode.NO_ACTIVE_INDEX
    assert kinds_of(office) == ["evaluate"]


def test_progress_is_told_step_by_step(office: Office) -> None:
    office.hold(child(1), child(2))
    mapping = write_roster(office.folder, [child(1), child(2, has_id=False), child(3, has_id=False), child(4)])
    told: list[tuple[Step, int, int]] = []
    office.questioner.ask(office.question(mapping), lambda *step: told.append(step))
    assert list(dict.fromkeys(step for step, _, _ in told)) == [Step.FIRST_KEYS, Step.OTHER_KEYS, Step.ANSWERS]
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)
    assert told[-1] == (Step.ANSWERS, 4, 4)


def test_what_was_obtained_is_kept_under_its_epoch(office: Office) -> None:
    mapping = write_roster(office.folder, [child(1)])
    office.questioner.ask(office.question(mapping), lambda *_: None)
    assert list_evaluated(office.connector.state) == [(office.agreement.digest(), 1)]
