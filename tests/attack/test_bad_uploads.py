"""A museum of bad uploads: each is refused for its reason, nothing of it is kept, nothing of it is quoted."""

import io
import os
import traceback
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from connectors.console.context import Console
from connectors.desk.ledger_file import MAX_UPLOAD_BYTES, card_of_upload, open_sheets
from connectors.desk.ledger_upload import upload_ledger
from connectors.requester.ledger_roster import ledger_store_of
from connectors.sources.errors import SourceError
from connectors.sources.workbook_guard import MAX_COLUMNS
from connectors.state.database import reading
from connectors.state.desk_tables import ledger, ledger_part
from tests.museum.sources.bad_files import BAD_FILES, CANARY, OLE, BadFile, hidden_bomb, workbook
from tests.unit.connectors.requester.asking_offices import opened_office


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Console]:
    """The console of civil affairs."""
    with opened_office(tmp_path / "office") as office:
        yield Console(office.connector, office.trust, office.client)


def with_macros() -> bytes:
    """Return a workbook that holds a macro project under an innocent ending."""
    buffer = io.BytesIO(workbook())
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("xl/vbaProject.bin", OLE)
    return buffer.getvalue()


REFUSED = [
    ("空.xlsx", b"", "upload_empty"),
    ("空.csv", b"", "upload_empty"),
    ("旧.xls", OLE + bytes(600), "workbook_old_format"),
    ("WPS.et", OLE + bytes(600), "workbook_old_format"),
    ("旧的改名.xlsx", OLE + bytes(600), "workbook_old_format"),
    ("加密.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), "workbook_encrypted"),
    ("宏.xlsm", workbook(), "workbook_macros"),
    ("宏改名.xlsx", with_macros(), "workbook_macros"),
    ("二进制.xlsb", workbook(), "workbook_other_format"),
    ("开放.ods", workbook(), "workbook_other_format"),
    ("改名.csv", workbook(), "csv_is_workbook"),
    ("网页.html", b"<table></table>", "upload_wrong_ending"),
    ("没有扩展名", workbook(), "upload_wrong_ending"),
    ("文本.xlsx", "姓名,性别\n".encode(), "workbook_not_xlsx"),
    ("乱码.csv", b"\xff\x00\x80\x80\xff", "encoding_wrong"),
    ("太大.csv", b"a" * (MAX_UPLOAD_BYTES + 1), "file_too_large"),
]


@pytest.mark.parametrize(("name", "file", "code"), REFUSED, ids=lambda value: value if isinstance(value, str) else "")
def test_a_bad_upload_is_refused_and_nothing_is_kept(console, name, file, code):
    with pytest.raises(SourceError) as refused:
        upload_ledger(console, "li.na", name, file)
    assert refused.value.code == code
    assert refused.value.wording.zh
    with reading(console.connector.state) as connection:
        assert connection.execute(select(func.count()).select_from(ledger)).scalar_one() == 0
        assert connection.execute(select(func.count()).select_from(ledger_part)).scalar_one() == 0


def refusal_of(name: str, file: bytes) -> SourceError | None:
    """Return why a file is refused, or None where it is a ledger; raises what no code foresaw."""
    try:
        for sheet in open_sheets(file, card_of_upload(name, file)):
            assert sheet.width <= MAX_COLUMNS
    except SourceError as refused:
        return refused
    return None


@pytest.mark.parametrize("bad", BAD_FILES, ids=lambda bad: bad.name)
def test_the_museum_of_files_is_refused_as_an_upload_too(bad: BadFile):
    file = bad.make()
    refused = refusal_of(bad.name, file)
    if refused is not None:
        assert CANARY not in "".join(traceback.format_exception(refused))


def test_a_bomb_is_measured_and_not_believed(console):
    with pytest.raises(SourceError) as refused:
        upload_ledger(console, "li.na", "弹.xlsx", hidden_bomb())
    assert refused.value.code in {"workbook_unpacks_too_large", "workbook_broken"}


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.csv", "C:\\Users\\x\\台账.csv", "/etc/台账.csv", "a" * 500 + ".csv", "\0台账.csv"]
)
def test_a_name_is_never_a_path(console, name):
    id_ = upload_ledger(console, "li.na", name, "姓名,性别,身份证号\n".encode())
    kept = ledger_store_of(console.connector).get(id_)
    assert not set("/\\") & set(kept.card.name)
    assert len(kept.card.name) <= 200


@settings(max_examples=80, deadline=None)
@given(name=st.sampled_from(["a.xlsx", "a.csv"]), file=st.binary(max_size=400), real=st.booleans())
def test_any_bytes_are_taken_or_refused_by_name(name, file, real):
    data = workbook()[: len(file) * 10] + file if real else file
    refused = refusal_of(name, data)
    assert refused is None or refused.wording.zh


def test_random_bytes_in_the_middle_of_a_workbook_are_no_surprise():
    whole = bytearray(workbook())
    for at in range(0, len(whole), 97):
        damaged = bytes(whole[:at]) + os.urandom(8) + bytes(whole[at + 8 :])
        refused = refusal_of("a.xlsx", damaged)
        assert refused is None or refused.wording.zh
