"""Follows `add-a-purpose.md` and `add-an-agency.md` as they stand: what an adopter adds is data and one function."""

import re
from pathlib import Path

import pytest
from openpyxl import load_workbook

from schemas.attribute_catalogue import load_attributes
from schemas.purpose_catalogue import load_purposes
from tests.scenario.test_tutorial import on_free_ports, play, read_steps

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"
PAGES = ("add-a-purpose.md", "add-an-agency.md")
OUTCOME = "结果 / outcome"
ATTRIBUTE = "规定疫苗已种齐 / All prescribed vaccinations were given"
ANSWERS = ["是", "否", None, None]
ADDED = {"purposes/P19.yaml", "attributes/immunisation.yaml", "agencies/health.yaml", "agencies/health.py"}


def page_of(name: str) -> str:
    """Return a page; an empty line of a file that is typed in goes on with nothing."""
    return re.sub(r"^>$", "> ", (HOW_TO / name).read_text("utf-8"), flags=re.MULTILINE)


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Do all that both pages say, one after the other, with real servers; returns the folder in which it was done."""
    folder = tmp_path_factory.mktemp("adopter")
    page = on_free_ports("\n".join(map(page_of, PAGES)))
    for step, output, code in play(page, folder):
        assert (code != 0) == step.must_fail, f"{step.command}\n{output}"
        assert step.prints(output), f"{step.command}\nexpected: {step.expected}\nprinted:\n{output}"
    return folder


def test_the_answers_are_those_that_the_page_tells(followed: Path) -> None:
    rows = list(load_workbook(followed / "结果.xlsx")["结果"].iter_rows(values_only=True))
    place = next(number for number, row in enumerate(rows) if OUTCOME in row)
    outcome, answer, rows = rows[place].index(OUTCOME), rows[place].index(ATTRIBUTE), rows[place + 1 :]
    assert [row[outcome].split(" / ")[0] for row in rows] == ["匹配", "匹配", "匹配", "未匹配或对方未持有"]
    assert [row[answer] for row in rows] == ANSWERS


def test_nothing_was_added_but_data_and_one_function(followed: Path) -> None:
    catalogue = followed / "catalogue"
    files = {str(path.relative_to(catalogue)) for path in catalogue.rglob("*") if path.is_file()}
    assert {file for file in files if "__pycache__" not in file} == ADDED
    assert (catalogue / "agencies" / "health.py").read_text("utf-8").count("def ") == 1


def test_the_catalogue_lacks_what_the_pages_add() -> None:
    assert "P19" not in load_purposes()
    assert "vaccinations_complete" not in load_attributes()


def test_every_command_of_the_pages_is_run() -> None:
    for name in PAGES:
        page = page_of(name)
        assert page.count("\n$ ") == len(read_steps(page)) > 3
