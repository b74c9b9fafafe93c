"""Notes on what was put right: by cell, never its text."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sources.cells import CellContext, CellError, FieldKind, parse_cell
from connectors.sources.findings import FINDINGS
from connectors.sources.identity_parts import IdentityPart
from connectors.sources.put_right import notes_on_cell
from connectors.sources.source import CellValue
from tests.unit.connectors.ledgers import TODAY, citizen_id

CONTEXT = CellContext(TODAY, allow_test_regions=True)
NUMBER = citizen_id(2)
KINDS: dict[IdentityPart, FieldKind] = {
    "name": "person_name", "guardian_name": "person_name", "citizen_id": "citizen_id", "guardian_id": "citizen_id",
    "birth_on": "date", "region": "region", "guardian_phone": "phone",
}  # fmt: skip


def notes(part: IdentityPart, cell: CellValue) -> list[str]:
    value = parse_cell(KINDS[part], cell, CONTEXT)
    assert value is not None
    return [code.removeprefix("normalised.") for code in notes_on_cell(part, cell, value)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("单晓明", []),
        ("單曉明", ["characters"]),
        ("闫晓明", ["characters"]),
        ("艾则孜·买买提", ["marks"]),
        ("艾则孜．买买提", ["full_width", "marks"]),
        ("单 晓明", ["marks"]),
        ("单　晓明", ["full_width", "marks"]),
        (" 单晓明 ", []),
        ("单晓明1", ["marks"]),
        ("Shan Xiaoming", ["latin_name", "marks"]),
        ("shan", ["latin_name"]),
        ("Ａ單·明", ["latin_name", "full_width", "characters", "marks"]),
    ],
)
def test_names(name: str, expected: list[str]) -> None:
    assert notes("name", name) == notes("guardian_name", name) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (NUMBER, []),
        (f"'{NUMBER}", ["number_form"]),
        (f"{NUMBER[:6]} {NUMBER[6:]}", ["number_form"]),
        ("".join(chr(ord(c) + 0xFEE0) for c in NUMBER), ["number_form"]),
        ("990001600305002", ["fifteen_digits"]),
        (" 990001600305002", ["number_form", "fifteen_digits"]),
        ("99000119880305008x", ["number_form"]),
    ],
)
def test_numbers(number: str, expected: list[str]) -> None:
    assert notes("citizen_id", number) == notes("guardian_id", number) == expected


@pytest.mark.parametrize(("part", "cell"), [("birth_on", date(2015, 3, 5)), ("region", 990001.0), ("region", "990001")])
def test_other_cells_have_none(part: IdentityPart, cell: CellValue) -> None:
    assert notes(part, cell) == []


@given(part=st.sampled_from(sorted(KINDS)), cell=st.text(max_size=20) | st.text("0123456789xX ’'１", max_size=20))
def test_any_cell_that_is_understood_gives_notes_of_the_table(part: IdentityPart, cell: str) -> None:
    try:
        value = parse_cell(KINDS[part], cell, CONTEXT)
    except CellError:
        return
    if value is not None:
        assert FINDINGS.keys() >= set(notes_on_cell(part, cell, value))
