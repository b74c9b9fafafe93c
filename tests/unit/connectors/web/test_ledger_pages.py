"""The pages about ledgers: from the upload to the repaired row, what is covered, whose they are, what is recorded."""

import io
import re
import time

import pytest

from connectors.console.actions import Action
from connectors.console.record import list_record
from connectors.console.roles import Role
from connectors.desk.ledgers import list_ledgers
from connectors.requester.ledger_roster import ledger_store_of
from connectors.state.database import reading, writing
from connectors.state.ledgers import LedgerState, mark_asked
from tests.unit.connectors.desk.uploaded import number_of, sheet_of
from tests.unit.connectors.web.office_desk import open_desk

LEDGERS = "/desk/ledgers"
HEADER = "姓名,性别,出生日期,公民身份号码,备注"
WAIT_SECONDS = 60.0


@pytest.fixture
def desk(tmp_path):
    opened = open_desk(tmp_path)
    yield opened
    opened.connector.state.dispose()


def csv_of(*rows):
    return "\n".join([HEADER, *rows]).encode()


def row(child, name="赵小树", number=None):
    return f"{name},{'男' if child % 2 else '女'},2015-05-07,{number_of(child) if number is None else number},"


def upload(browser, file, name="名册.csv"):
    return browser.post(LEDGERS, file=(io.BytesIO(file), name))


def wait_for(desk, state, id_):
    store = ledger_store_of(desk.connector)
    ends_at = time.monotonic() + WAIT_SECONDS
    while (kept := store.get(id_)).state is not state:
        assert time.monotonic() < ends_at, kept.state
        time.sleep(0.02)
    return kept


def uploaded(desk, browser, *rows):
    answer = upload(browser, csv_of(*rows))
    assert answer.status_code == 303
    return wait_for(desk, LedgerState.COLUMNS, answer.location.rsplit("/", 1)[1])


def checked(desk, browser, *rows, state=LedgerState.READY):
    kept = uploaded(desk, browser, *rows)
    chosen = {f"column-{at}": name for name, at in kept.card.columns.items()}
    answer = browser.post(f"{LEDGERS}/{kept.id}/columns", data_set=kept.data_set, **chosen)
    assert answer.status_code == 303
    return wait_for(desk, state, kept.id)


def text_of(browser, address):
    answer = browser.client.get(address, follow_redirects=True)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def actions_on(desk, id_):
    with reading(desk.connector.state) as connection:
        return [(line.action, line.detail) for line in reversed(list_record(connection, id_))]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_from_the_upload_to_a_row_that_is_put_right(desk, language):
    browser = desk.browser(Role.QUERY_OFFICER)
    browser.client.set_cookie("language", language)
    kept = uploaded(desk, browser, row(1), row(2, number="99010120150507002"))
    page = text_of(browser, f"{LEDGERS}/{kept.id}")
    assert '<option value="citizen_id" selected>' in page
    assert number_of(1) not in page
    kept = checked(desk, browser, row(1), row(2, number="99010120150507002"))
    page = text_of(browser, f"{LEDGERS}/{kept.id}")
    assert "99010120150507002" not in page
    assert f'{LEDGERS}/{kept.id}/rows/3"' in page
    at = kept.card.columns["citizen_id"]
    saved = browser.post(f"{LEDGERS}/{kept.id}/rows/3", **{f"cell-{at}": "99010120150507002X0"})
    assert saved.location == f"{LEDGERS}/{kept.id}/rows/3?saved=1"
    again = text_of(browser, saved.location)
    assert 'value="99010120150507002X0"' in again
    assert f'href="#field-cell-{at}"' in again
    saved = browser.post(f"{LEDGERS}/{kept.id}/rows/3", **{f"cell-{at}": number_of(2)})
    assert saved.location == f"{LEDGERS}/{kept.id}?repaired=3"
    assert ("第 3 行已改正" if language == "zh" else "Row 3 is put right") in text_of(browser, saved.location)
    assert text_of(browser, LEDGERS).count("名册.csv") == 2


def test_numbers_are_covered_in_lists_and_a_look_at_one_is_recorded(desk):
    browser = desk.browser(Role.QUERY_OFFICER)
    kept = checked(desk, browser, row(1), row(2))
    page = text_of(browser, f"{LEDGERS}/{kept.id}?show=all")
    assert number_of(1) not in page
    assert f"99****2015****{number_of(1)[-4:]}" in page
    assert "赵小树" in page
    assert number_of(1) in text_of(browser, f"{LEDGERS}/{kept.id}/rows/2")
    assert actions_on(desk, kept.id)[-2:] == [
        (Action.LEDGER_VIEWED, "rows=2"),
        (Action.LEDGER_UNMASKED, "row=2"),
    ]


def test_nobody_sees_or_touches_anothers_ledger(desk):
    kept = checked(desk, desk.browser(Role.QUERY_OFFICER), row(1))
    other = desk.browser(Role.CASE_OWNER)
    for path in ("", "/columns", "/rows/2", "/marked", "/destroy"):
        assert other.client.get(f"{LEDGERS}/{kept.id}{path}").status_code == 404
    for path in ("/columns", "/rows/2", "/destroy"):
        assert other.post(f"{LEDGERS}/{kept.id}{path}").status_code == 404
    assert "名册.csv" not in text_of(other, LEDGERS)
    assert ledger_store_of(desk.connector).get(kept.id).state is LedgerState.READY


@pytest.mark.parametrize(
    ("name", "file", "words"),
    [
        ("台账.xls", b"\xd0\xcf\x11\xe0" + bytes(600), "请另存为 .xlsx"),
        ("台账.txt", b"x", "只接受 .xlsx 工作簿和 .csv 文件"),
        ("台账.xlsx", b"", "文件是空的"),
        ("", b"x", "请选择一个文件"),
    ],
)
def test_a_bad_file_is_refused_beside_the_field(desk, name, file, words):
    answer = upload(desk.browser(Role.QUERY_OFFICER), file, name)
    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)
    assert 'href="#field-file"' in answer.get_data(as_text=True)


def test_a_ledger_without_a_header_says_so(desk):
    browser = desk.browser(Role.QUERY_OFFICER)
    answer = upload(browser, "甲,乙,丙\n1,2,3\n".encode())
    wait_for(desk, LedgerState.FAULTY, answer.location.rsplit("/", 1)[1])
    assert "找不到表头" in text_of(browser, answer.location)


@pytest.mark.parametrize(
    ("chosen", "field", "words"),
    [
        ({"column-0": "name", "column-1": "name"}, "column-1", "有几列都选了“姓名”"),
        ({"column-0": "", "column-3": "citizen_id"}, "columns", "请指出哪一列是“姓名”"),
        ({"column-0": "name", "column-1": "no_such_field"}, "column-1", "请重新选择"),
    ],
)
def test_columns_that_can_not_be_are_said_beside_the_choice(desk, chosen, field, words):
    browser = desk.browser(Role.QUERY_OFFICER)
    kept = uploaded(desk, browser, row(1))
    answer = browser.post(f"{LEDGERS}/{kept.id}/columns", data_set="query_roster", **chosen)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert words in page
    assert f'href="#field-{field}"' in page
    assert f'id="field-{field}"' in page


def test_another_kind_of_ledger_is_guessed_anew(desk):
    browser = desk.browser(Role.QUERY_OFFICER)
    kept = uploaded(desk, browser, row(1))
    page = text_of(browser, f"{LEDGERS}/{kept.id}/columns?data_set=certificates")
    assert '<option value="certificates" selected>' in page


def test_one_child_is_typed_in_and_nothing_typed_is_lost(desk):
    browser = desk.browser(Role.QUERY_OFFICER)
    answer = browser.post(f"{LEDGERS}/child", data_set="query_roster", citizen_id=number_of(1))
    assert answer.status_code == 422
    assert f'value="{number_of(1)}"' in answer.get_data(as_text=True)
    answer = browser.post(f"{LEDGERS}/child", data_set="query_roster", name="赵小树", citizen_id=number_of(1))
    page = text_of(browser, answer.location)
    assert "用 1 行去查询" in page
    guardian = text_of(browser, f"{LEDGERS}/child?data_set=guardian_roster")
    assert "监护人公民身份号码" in guardian


def test_the_marked_workbook_is_downloaded_and_recorded(desk):
    browser = desk.browser(Role.QUERY_OFFICER)
    kept = checked(desk, browser, row(1), row(2, name=""))
    answer = browser.client.get(f"{LEDGERS}/{kept.id}/marked")
    assert answer.headers["Content-Disposition"] == "attachment; filename=marked.xlsx"
    assert sheet_of(answer.data)["F3"].value == "“姓名”必填项为空"
    assert actions_on(desk, kept.id)[-1] == (Action.LEDGER_DOWNLOADED, "rows=2")


def test_a_ledger_is_destroyed_by_hand_unless_a_question_needs_it(desk):
    browser = desk.browser(Role.QUERY_OFFICER)
    kept = checked(desk, browser, row(1))
    with writing(desk.connector.state) as connection:
        mark_asked(connection, kept.id)
    browser.post(f"{LEDGERS}/{kept.id}/destroy")
    assert ledger_store_of(desk.connector).get(kept.id).state is LedgerState.READY
    assert "与查询结果同日销毁" in text_of(browser, f"{LEDGERS}/{kept.id}/destroy")
    other = checked(desk, browser, row(2))
    assert browser.post(f"{LEDGERS}/{other.id}/destroy").location == f"{LEDGERS}?destroyed=1"
    assert [one.id for one in list_ledgers(desk.console, kept.owner)] == [kept.id]
    assert browser.client.get(f"{LEDGERS}/{other.id}").status_code == 404


def test_filters_and_pages_of_rows(desk):
    browser = desk.browser(Role.QUERY_OFFICER)
    rows = [row(n) for n in range(1, 61)] + [row(61, number="").replace("2015-05-07", ""), row(62, name="")]
    kept = checked(desk, browser, *rows)
    rows_on = re.compile(rf"{LEDGERS}/{kept.id}/rows/([0-9]+)")
    assert rows_on.findall(text_of(browser, f"{LEDGERS}/{kept.id}")) == ["62", "63"]
    assert rows_on.findall(text_of(browser, f"{LEDGERS}/{kept.id}?show=unusable")) == ["62"]
    assert rows_on.findall(text_of(browser, f"{LEDGERS}/{kept.id}?finding=record.required_empty")) == ["63"]
    assert len(rows_on.findall(text_of(browser, f"{LEDGERS}/{kept.id}?show=all"))) == 50
    assert len(rows_on.findall(text_of(browser, f"{LEDGERS}/{kept.id}?show=all&page=2"))) == 12
    assert rows_on.findall(text_of(browser, f"{LEDGERS}/{kept.id}?show=x&finding=y&repaired=z")) == ["62", "63"]


def test_a_row_that_is_not_there_is_not_found(desk):
    browser = desk.browser(Role.QUERY_OFFICER)
    kept = checked(desk, browser, row(1))
    assert browser.client.get(f"{LEDGERS}/{kept.id}/rows/99").status_code == 404
    assert browser.post(f"{LEDGERS}/{kept.id}/rows/99", **{"cell-0": "x"}).status_code == 404
