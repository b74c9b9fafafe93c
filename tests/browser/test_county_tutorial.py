"""Runs the tutorial of a county's administrator as it stands, and counts the regular reports that it downloads."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser

from tests.browser.tutorial_reader import TUTORIALS, Demos, Reader, follow, reader_at

LEDGER: Final = Path("county", "province", "education", "缺勤台账_中心学校.xlsx")
SCHOOL: Final = "童安县中心学校"
FAULTS: Final = 7
"""Rows of the school's ledger with an error, which are not flagged."""


@pytest.fixture
def reader(browser: Browser, tmp_path: Path) -> Iterator[Reader]:
    demos = Demos(tmp_path)
    yield reader_at(demos, browser, tmp_path)
    demos.close()


def test_the_county_administrators_tutorial_ends_in_true_counts_without_a_name(reader: Reader) -> None:
    with follow(reader, TUTORIALS / "county-administrator.md"):
        before, now = (_cells(reader.folder / f"{name}-quarter.xlsx") for name in ("last", "this"))
        ledger = _cells(reader.folder / LEDGER)
    header = next(row for row in ledger if "学生姓名" in row)
    pupils = [dict(zip(header, row, strict=True)) for row in ledger if isinstance(row[0], int)]
    flagged = len(pupils) - FAULTS
    assert _row(before, "合计") == [0, 0, 0, 0, 0]
    assert _row(now, SCHOOL) == _row(now, "合计") == [flagged, flagged, 0, 0, 0]
    groups = next(number for number, row in enumerate(now) if str(row[0]).startswith("原因大类"))
    assert sum(row[1] for row in now[groups + 1 :] if isinstance(row[1], int)) == flagged
    told = " ".join(str(cell) for row in now for cell in row if cell is not None)
    for column in ("学生姓名", "身份证件号"):
        assert not [pupil for pupil in pupils if pupil[column] and str(pupil[column]) in told], column


def _cells(file: Path) -> list[list[object]]:
    return [list(row) for row in load_workbook(file).worksheets[0].iter_rows(values_only=True)]


def _row(rows: list[list[object]], name: str) -> list[object]:
    return next(row[1:] for row in rows if row[0] == name)
