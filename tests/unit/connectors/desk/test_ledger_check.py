"""A ledger from the upload to what can be asked with: header, columns, rows, repairs, and nothing in clear on disk."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import list_record
from connectors.context import open_connector
from connectors.desk.ledger_check import check_ledger
from connectors.desk.ledger_expiry import destroy_expired_ledgers
from connectors.desk.ledger_repairs import repair_row
from connectors.desk.ledger_upload import (
    LEDGER_DAYS,
    ColumnsError,
    LedgerInUseError,
    choose_columns,
    enter_child,
)
from connectors.desk.ledger_worker import LedgerWorker, work_on
from connectors.desk.ledgers import get_ledger, keep_ledger_until, ledger_cells, ledger_roster, list_ledgers
from connectors.query_roster import QUERY_ROSTER
from connectors.requester.ledger_roster import ledger_store_of
from connectors.sources.errors import SourceError
from connectors.state.database import reading, writing
from connectors.state.ledger_rows import LedgerRowStore
from connectors.state.ledgers import LedgerState, LedgerUnknownError, mark_asked
from tests.unit.connectors.desk.uploaded import FIRST_ROW, OWNER, checked, number_of, row_of, upload, workbook_of
from tests.unit.connectors.requester.asking_offices import PASSPHRASE

REGIONS = ("990101",)


def rows_of(console, kept):
    return LedgerRowStore(ledger_store_of(console.connector), kept.id)


def codes_of(console, kept):
    return {number: {one.code for one in found} for number, found in rows_of(console, kept).findings().items()}


def with_wrong_digit(number: str) -> str:
    return number[:-1] + ("0" if number[-1] != "0" else "1")


def test_header_data_set_and_columns_are_guessed(console):
    kept = upload(console, workbook_of([row_of(1), row_of(2)]))
    assert (kept.state, kept.data_set) == (LedgerState.COLUMNS, "children_register")
    labels = {name: kept.card.labels[at] for name, at in kept.card.columns.items()}
    assert labels == {
        "name": "儿童姓名",
        "sex": "性别",
        "birth_date": "出生日期",
        "citizen_id": "公民身份号码",
        "hukou_region": "户籍地代码",
        "category": "儿童类别",
        "case_status": "档案状态",
    }
    assert (kept.card.sheet, kept.card.first_data_row) == ("花名册", FIRST_ROW - 1)
    assert kept.card.samples[0][1] == "赵小树"


def test_rows_are_checked_and_become_a_roster_with_the_numbers_of_the_workbook(console):
    faulty = row_of(3, 公民身份号码=with_wrong_digit(number_of(3)), 出生日期="2015年")
    kept = checked(console, [row_of(1), row_of(2, 档案状态="？"), faulty])
    assert (kept.state, kept.rows, kept.usable_rows, kept.marked_rows) == (LedgerState.READY, 3, 2, 2)
    found = codes_of(console, kept)
    assert found[FIRST_ROW + 1] == {"code.unknown_code"}
    assert "citizen_id.wrong_check_digit" in found[FIRST_ROW + 2]
    assert "record.nothing_to_match" in found[FIRST_ROW + 2]
    roster = ledger_roster(console, kept.id, REGIONS)
    assert [(row.number, bool(row.keys), row.county) for row in roster.rows] == [
        (FIRST_ROW, True, "990101"),
        (FIRST_ROW + 1, True, "990101"),
        (FIRST_ROW + 2, False, None),
    ]
    assert "record.nothing_to_match" in roster.rows[2].faults
    ledger = get_ledger(console, kept.id)
    assert (ledger.name, ledger.rows, ledger.usable_rows) == ("台账.xlsx", 3, 2)
    assert list_ledgers(console, OWNER) == [ledger]
    assert list_ledgers(console, "somebody.else") == []


def test_a_repair_is_checked_at_once_and_counts_in_the_roster(console):
    kept = checked(console, [row_of(1), row_of(2, 公民身份号码="", 出生日期="")])
    assert kept.usable_rows == 1
    at = kept.card.columns["citizen_id"]
    assert repair_row(console, OWNER, kept.id, FIRST_ROW + 1, {at: number_of(2)}) == ()
    after = ledger_store_of(console.connector).get(kept.id)
    assert (after.usable_rows, after.marked_rows) == (2, 0)
    assert after.version != kept.version
    assert all(row.keys for row in ledger_roster(console, kept.id, REGIONS).rows)
    assert ledger_cells(console, kept.id, [FIRST_ROW + 1])[FIRST_ROW + 1]["公民身份号码"] == number_of(2)


def test_a_repair_that_is_still_wrong_is_kept_and_says_so(console):
    kept = checked(console, [row_of(1, 公民身份号码="")])
    at = kept.card.columns["citizen_id"]
    wrong = with_wrong_digit(number_of(1))
    (finding,) = repair_row(console, OWNER, kept.id, FIRST_ROW, {at: wrong})
    assert (finding.position, finding.code) == (at, "citizen_id.wrong_check_digit")
    assert rows_of(console, kept).repairs() == {FIRST_ROW: {at: wrong}}


def test_repairs_survive_a_restart_and_a_check_that_begins_anew(console, office):
    kept = checked(console, [row_of(1), row_of(2, 儿童姓名="")])
    at = kept.card.columns["name"]
    repair_row(console, OWNER, kept.id, FIRST_ROW + 1, {at: "钱明月"})
    again = replace(open_connector(office.folder, PASSPHRASE), now=office.connector.now)
    store = ledger_store_of(again)
    assert LedgerRowStore(store, kept.id).repairs() == {FIRST_ROW + 1: {at: "钱明月"}}
    choose_columns(Console(again, office.trust, office.client), kept.id, "children_register", kept.card.columns)
    work_on(again, kept.id)
    assert (store.get(kept.id).state, store.get(kept.id).marked_rows) == (LedgerState.READY, 0)
    again.state.dispose()


def test_the_second_row_with_a_number_is_named_and_a_repair_sets_it_free(console):
    kept = checked(console, [row_of(1), row_of(2, 公民身份号码=number_of(1), 性别="男")])
    assert codes_of(console, kept) == {FIRST_ROW + 1: {"record.duplicate_id"}}
    at = kept.card.columns["citizen_id"]
    repair_row(console, OWNER, kept.id, FIRST_ROW + 1, {at: number_of(3)})
    assert codes_of(console, kept) == {}
    repair_row(console, OWNER, kept.id, FIRST_ROW, {at: number_of(3)})
    assert codes_of(console, kept) == {FIRST_ROW + 1: {"record.duplicate_id"}}


def test_a_ledger_without_a_usable_row_is_faulty_until_one_is_put_right(console):
    kept = checked(console, [row_of(1, 公民身份号码="", 出生日期="")])
    assert kept.state is LedgerState.FAULTY
    with pytest.raises(SourceError):
        ledger_roster(console, kept.id, REGIONS)
    repair_row(console, OWNER, kept.id, FIRST_ROW, {kept.card.columns["citizen_id"]: number_of(1)})
    assert ledger_store_of(console.connector).get(kept.id).state is LedgerState.READY


def test_a_file_without_header_or_rows_says_why(console):
    kept = upload(console, workbook_of([], header=[f"甲{n}" for n in range(9)]))
    assert (kept.state, kept.card.fault.code) == (LedgerState.FAULTY, "header_not_found")
    kept = checked(console, [])
    assert (kept.state, kept.card.fault.code) == (LedgerState.FAULTY, "upload_without_rows")


def test_what_was_chosen_counts_for_the_next_file_with_the_same_header(console):
    kept = upload(console, workbook_of([row_of(1)]))
    chosen = {**kept.card.columns, "case_no": 8}
    choose_columns(console, kept.id, "children_register", chosen)
    assert upload(console, workbook_of([row_of(2)])).card.columns == chosen


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"name": None}, "required", "name"),
        ({"case_no": 1}, "twice", "case_no"),
        ({"case_no": 99}, "unknown", "case_no"),
        ({"no_such": 8}, "unknown", "no_such"),
    ],
)
def test_columns_that_can_not_be_are_refused(console, changes, code, field):
    kept = upload(console, workbook_of([row_of(1)]))
    columns = {name: at for name, at in {**kept.card.columns, **changes}.items() if at is not None}
    with pytest.raises(ColumnsError) as refused:
        choose_columns(console, kept.id, "children_register", columns)
    assert (refused.value.code, refused.value.field) == (code, field)


def test_one_child_is_a_ledger_of_one_row(console):
    typed = {"name": "赵小树", "citizen_id": number_of(1), "birth_date": "2015-05-07", "sex": ""}
    id_ = enter_child(console, OWNER, QUERY_ROSTER, typed)
    work_on(console.connector, id_)
    (row,) = ledger_roster(console, id_, REGIONS).rows
    assert (row.number, bool(row.keys)) == (2, True)
    with pytest.raises(ColumnsError) as refused:
        enter_child(console, OWNER, QUERY_ROSTER, {"citizen_id": number_of(1)})
    assert (refused.value.code, refused.value.field) == ("required", "name")


def test_a_ledger_that_was_asked_with_does_not_change(console):
    kept = checked(console, [row_of(1), row_of(2, 公民身份号码="")])
    with writing(console.connector.state) as connection:
        mark_asked(connection, kept.id)
    with pytest.raises(LedgerInUseError):
        repair_row(console, OWNER, kept.id, FIRST_ROW, {kept.card.columns["name"]: "钱明月"})
    with pytest.raises(LedgerInUseError):
        choose_columns(console, kept.id, "children_register", kept.card.columns)


def test_rows_and_columns_that_are_not_there_are_not_repaired(console):
    kept = checked(console, [row_of(1)])
    for row, at in ((99, kept.card.columns["name"]), (FIRST_ROW, 8)):
        with pytest.raises(LedgerUnknownError):
            repair_row(console, OWNER, kept.id, row, {at: "x"})


def test_a_check_that_a_later_choice_overtook_changes_nothing(console, monkeypatch):
    kept = upload(console, workbook_of([row_of(1)]))
    choose_columns(console, kept.id, "children_register", kept.card.columns)
    store = ledger_store_of(console.connector)

    def overtaken(_: Path) -> bytes:
        choose_columns(console, kept.id, "children_register", {**kept.card.columns, "case_no": 8})
        return file

    file = store.file(kept.id)
    monkeypatch.setattr(type(store), "file", lambda _self, id_: overtaken(id_))
    check_ledger(console.connector, kept.id)
    assert (store.get(kept.id).state, rows_of(console, kept).numbers()) == (LedgerState.CHECKING, [])


def test_what_a_restart_broke_off_is_done_again(console):
    kept = upload(console, workbook_of([row_of(1)]))
    choose_columns(console, kept.id, "children_register", kept.card.columns)
    other = upload(console, workbook_of([row_of(2)]))
    ledger_store_of(console.connector).change(other.id, state=LedgerState.READING.value)
    worker = LedgerWorker(console.connector)
    worker.resume()
    worker.finish()
    store = ledger_store_of(console.connector)
    assert (store.get(kept.id).state, store.get(other.id).state) == (LedgerState.READY, LedgerState.COLUMNS)


def test_nothing_of_a_ledger_rests_in_clear(console, office):
    canary = "欧阳金丝雀"
    kept = checked(console, [row_of(1, 儿童姓名=canary), row_of(2, 公民身份号码="")])
    at = kept.card.columns["citizen_id"]
    repair_row(console, OWNER, kept.id, FIRST_ROW + 1, {at: number_of(777)})
    clear = [text.encode() for text in (canary, number_of(1), number_of(777), number_of(777)[6:14], "台账.xlsx")]
    files = [path.read_bytes() for path in office.folder.rglob("*") if path.is_file()]
    assert len(files) > 2
    assert not any(word in data for word in clear for data in files)
    assert not any(canary in repr(one) for one in (kept, kept.card, rows_of(console, kept)))


def test_a_ledger_is_destroyed_on_its_day_and_not_before_the_results_that_need_it(console, office):
    kept = checked(console, [row_of(1)])
    longer = checked(console, [row_of(2)])
    today = office.connector.today()
    keep_ledger_until(console, longer.id, today + timedelta(days=LEDGER_DAYS + 1))
    keep_ledger_until(console, longer.id, today)
    later = replace(office.connector, now=lambda: office.connector.now() + timedelta(days=LEDGER_DAYS))
    assert destroy_expired_ledgers(later) == 1
    assert destroy_expired_ledgers(later) == 0
    store = ledger_store_of(console.connector)
    assert (store.get(kept.id).state, store.get(longer.id).state) == (LedgerState.DESTROYED, LedgerState.READY)
    assert (store.file(kept.id), rows_of(console, kept).numbers(), store.get(kept.id).card.name) == (b"", [], "")
    with reading(console.connector.state) as connection:
        assert next(line.action for line in list_record(connection, kept.id)) is Action.LEDGER_DESTROYED
