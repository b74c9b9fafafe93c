"""Match runs: what is kept of them is what a later process needs, and no more."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError, NoResultFound

from connectors.state.database import SCHEMA_VERSION, StateVersionError, open_state
from connectors.state.questions import Question, ResultVault
from connectors.state.roster_ref import MappingFile
from connectors.state.runs import Run, RunStore
from schemas.formats import digest_of
from schemas.messages.match import Basis, RunSummary, SubjectKind, WithheldReason

QUESTION = Question(
    id="0b7a6f1e-4a52-4a7c-9f4e-0f0f0f0f0f0f",
    agreement=digest_of(b"agreement"),
    attributes=("open_case",),
    subject=SubjectKind.GUARDIAN,
    region="990101",
    case=None,
    officer="officer-07",
    approver=None,
    roster=MappingFile("roster.yaml"),
    roster_version="1",
    asked_at=0,
)
FIRST, SECOND, THIRD = (f"0b7a6f1e-4a52-4a7c-9f4e-00000000000{number}" for number in range(3))
SUMMARY = RunSummary(
    basis=Basis.FITTED,
    key_set="G/1",
    settled=1,
    matches=2,
    possible_matches=3,
    non_matches=4,
    precision=942_000,
    recall=990_000,
    withheld=WithheldReason.LOW_PRECISION,
)


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Engine]:
    engine = open_state(tmp_path / "state.sqlite3")
    yield engine
    engine.dispose()


@pytest.fixture
def runs(state: Engine) -> RunStore:
    vault = ResultVault(state, bytes(32), bytes)
    vault.add_question(QUESTION)
    assert vault.find_question(QUESTION.id) == QUESTION
    store = RunStore(state)
    store.add_runs(QUESTION.id, [(FIRST, [5, 2, 9]), (SECOND, [4])])
    return store


def test_a_run_comes_back_as_it_was_kept(runs: RunStore) -> None:
    runs.fix_epoch(FIRST, 3)
    runs.note_part(FIRST, 0, [0, 2])
    runs.note_part(FIRST, 1, [])
    runs.note_part(FIRST, 0, [0, 2])
    runs.keep_summary(FIRST, SUMMARY)
    first, second = runs.list_runs(QUESTION.id)
    assert first == Run(
        id=FIRST,
        question=QUESTION.id,
        ordinal=0,
        epoch=3,
        row_numbers=(5, 2, 9),
        settled=frozenset({0, 2}),
        parts=frozenset({0, 1}),
        summary=SUMMARY,
    )
    assert first == runs.get_run(FIRST)
    assert (second.row_numbers, second.settled, second.parts, second.epoch) == ((4,), frozenset(), frozenset(), None)


def test_a_run_that_is_begun_anew_takes_the_place_of_the_old_one(runs: RunStore) -> None:
    runs.note_part(FIRST, 0, [0])
    runs.replace_run(runs.get_run(FIRST), THIRD, [9, 5, 2])
    assert [(run.id, run.ordinal) for run in runs.list_runs(QUESTION.id)] == [(THIRD, 0), (SECOND, 1)]
    anew = runs.get_run(THIRD)
    assert (anew.row_numbers, anew.settled, anew.parts, anew.summary) == ((9, 5, 2), frozenset(), frozenset(), None)
    with pytest.raises(NoResultFound):
        runs.get_run(FIRST)


def test_a_question_is_not_begun_twice(runs: RunStore) -> None:
    with pytest.raises(IntegrityError):
        runs.add_runs(QUESTION.id, [(THIRD, [5, 2, 9])])


def test_a_database_of_another_version_is_refused_with_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite3"
    engine = open_state(path)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"PRAGMA user_version={SCHEMA_VERSION - 1}")
    engine.dispose()
    with pytest.raises(StateVersionError, match="use the program that wrote it"):
        open_state(path)
