"""Every file of the museum is refused for the reason that it is named by, and nothing of it is quoted."""

import traceback

import pytest

from connectors.sources.csv_file import CsvSource
from connectors.sources.errors import SourceError
from connectors.sources.sentences import SOURCE_ERRORS
from connectors.sources.workbook import WorkbookSource
from connectors.sources.workbook_guard import check_workbook
from tests.museum.sources.bad_files import BAD_FILES, CANARY, HEADER, BadFile, hidden_bomb, workbook

WANTED = tuple((name,) for name in HEADER)


def open_file(path):
    return WorkbookSource(path, WANTED) if path.suffix == ".xlsx" else CsvSource(path, WANTED, encoding="utf-8")


@pytest.mark.parametrize("bad", BAD_FILES, ids=lambda bad: bad.name)
def test_a_bad_file_is_refused_for_its_reason(tmp_path, bad: BadFile):
    path = tmp_path / bad.name
    path.write_bytes(bad.make())
    with pytest.raises(SourceError) as refused:
        list(open_file(path).rows())
    found = refused.value
    assert (found.code, found.row) == (bad.code, bad.row)
    assert CANARY not in "".join(traceback.format_exception(found))
    assert SOURCE_ERRORS[bad.code].zh in str(found)


def test_the_workbook_that_the_bad_ones_come_from_is_good(tmp_path):
    (tmp_path / "good.xlsx").write_bytes(workbook())
    (row,) = open_file(tmp_path / "good.xlsx").rows()
    assert row.cells["姓名"] == CANARY
    assert CANARY not in repr(row)


@pytest.mark.parametrize("name", ["a.xlsx", "a.csv"])
def test_a_missing_file_is_named(tmp_path, name):
    with pytest.raises(SourceError) as refused:
        open_file(tmp_path / name).version()
    assert refused.value.code == "file_missing"
    with pytest.raises(SourceError) as refused:
        list(open_file(tmp_path / name).rows())
    assert refused.value.code == "file_missing"


def test_a_part_that_lies_about_its_size_is_measured_while_it_unpacks():
    with pytest.raises(SourceError) as refused:
        check_workbook(hidden_bomb(), max_unpacked_bytes=4 * 1024 * 1024)
    assert refused.value.code == "workbook_unpacks_too_large"
