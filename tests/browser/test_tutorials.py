"""Runs the tutorials of people who work in a browser as they stand."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser

from tests.browser.tutorial_reader import PICTURES, TUTORIALS, Demos, Reader, follow, reader_at

OFFICERS_ROSTER: Final = "civil_affairs/查询名册_残疾补贴_300人.xlsx"
HEADER_ROW: Final = 3
RESULT: Final = "比对结果（仅供核查参考）"
CARE_SUBSIDY: Final = "符合重度残疾人护理补贴残疾条件"


@pytest.fixture(scope="module")
def demos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demos]:
    """A folder where a demo runs, which these pages share."""
    demos = Demos(tmp_path_factory.mktemp("tutorials"))
    yield demos
    demos.close()


@pytest.fixture
def reader(browser: Browser, demos: Demos, tmp_path: Path) -> Reader:
    return reader_at(demos, browser, tmp_path)


def test_the_auditors_tutorial_does_what_it_says(reader: Reader) -> None:
    with follow(reader, TUTORIALS / "who-looked.md"):
        assert (reader.folder / "letter.docx").stat().st_size > 0


def test_the_officers_tutorial_brings_true_answers_in_allowed_columns(reader: Reader) -> None:
    with follow(reader, TUTORIALS / "officers-day.md"):
        asked = load_workbook(reader.folder / "day" / "province" / OFFICERS_ROSTER).worksheets[0]
        answered = load_workbook(reader.folder / "answers.xlsx").worksheets[0]
        truths = _true_answers(reader.folder / "day" / "province" / "truth")
    width = asked.max_column
    headings = [str(cell.value).split(" / ")[0] for cell in answered[HEADER_ROW][width:] if cell.value]
    assert headings == [RESULT, CARE_SUBSIDY, "残疾人证有效期至", "残疾人证有效", "数据月份", "回执编号", "保存至"]
    given = {row: str(answered.cell(row, width + 2).value or "") for row in truths}
    assert sum(bool(text) for text in given.values()) > len(truths) // 2
    assert all(text.startswith("是" if truths[row] else "否") for row, text in given.items() if text)


def test_the_schools_tutorial_brings_the_outcome_back_to_the_school(reader: Reader) -> None:
    with follow(reader, TUTORIALS / "ten-minutes-for-a-school.md"):
        assert reader.noted["referral"].startswith("W6-")


def _true_answers(truth: Path) -> dict[int, bool]:
    """Return the roster's rows whose child holds a certificate, and whether the care subsidy is due."""
    with (truth / "children.csv").open(encoding="utf-8", newline="") as stream:
        answers = {row["child"]: row["care_subsidy_eligible"] for row in csv.DictReader(stream)}
    with (truth / "rosters.csv").open(encoding="utf-8", newline="") as stream:
        rows = {int(row["row"]): row["child"] for row in csv.DictReader(stream) if row["roster"] == OFFICERS_ROSTER}
    return {row: answers[child] == "1" for row, child in rows.items() if answers[child]}


@pytest.mark.parametrize("tutorial", sorted(TUTORIALS.glob("*.md")), ids=lambda path: path.stem)
def test_every_picture_is_taken_and_shown(tutorial: Path) -> None:
    text = tutorial.read_text("utf-8")
    taken = re.findall(r"^截图 ([\w-]+)$", text, re.MULTILINE)
    assert taken == re.findall(r"\]\(pictures/([\w-]+)\.png\)", text)
    assert all((PICTURES / f"{name}.png").exists() for name in taken)
