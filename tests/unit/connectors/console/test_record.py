"""The agency's own record: only added to, and no room in it for names and numbers."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, update
from sqlalchemy.exc import IntegrityError

from connectors.console.actions import Action
from connectors.console.record import RecordError, list_record, record_in
from connectors.state.console_tables import MAX_RECORD_TEXT, console_record
from connectors.state.database import open_state, reading, writing


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    state = open_state(tmp_path_factory.mktemp("state") / "connector.sqlite3")
    yield state
    state.dispose()


def test_newest_first_and_by_subject(state: Engine) -> None:
    with writing(state) as connection:
        record_in(connection, 1, "li.hua", Action.LEDGER_UPLOADED, "ledger-1", "rows=300")
        record_in(connection, 2, "li.hua", Action.LEDGER_VIEWED, "ledger-1")
        record_in(connection, 3, None, Action.LEDGER_DESTROYED, "ledger-2")
    with reading(state) as connection:
        assert [one.at for one in list_record(connection)][:3] == [3, 2, 1]
        assert [one.action for one in list_record(connection, "ledger-1")] == [
            Action.LEDGER_VIEWED,
            Action.LEDGER_UPLOADED,
        ]
        assert len(list_record(connection, limit=1)) == 1


@pytest.mark.parametrize(
    "text",
    ["李华", "990101201603150015", "row 12: 99010120160315001X", "a\nb", "", "two words", "x" * (MAX_RECORD_TEXT + 1)],
)
def test_what_is_no_code_stays_out(state: Engine, text: str) -> None:
    for subject, detail in ((text, None), (None, text)):
        with pytest.raises(RecordError) as caught, writing(state) as connection:
            record_in(connection, 1, "li.hua", Action.LEDGER_VIEWED, subject, detail)
        assert text not in str(caught.value) or not text


@given(name=st.text(alphabet=st.characters(categories=["Lo"]), min_size=1, max_size=20))
def test_no_chinese_text_enters(state: Engine, name: str) -> None:
    with pytest.raises(RecordError), writing(state) as connection:
        record_in(connection, 1, "li.hua", Action.LEDGER_VIEWED, "ledger-1", f"name={name}")


def test_nothing_recorded_is_changed_or_taken_away(state: Engine) -> None:
    with writing(state) as connection:
        record_in(connection, 9, "li.hua", Action.RESULTS_VIEWED, "question-1")
    for statement in (delete(console_record), update(console_record).values(account="wang.an")):
        with pytest.raises(IntegrityError), writing(state) as connection:
            connection.execute(statement)
    with reading(state) as connection:
        assert list_record(connection)[0].account == "li.hua"
