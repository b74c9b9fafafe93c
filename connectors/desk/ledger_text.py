"""Cells of a ledger as people read them; numbers of people with their middle covered until somebody asks for them."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from connectors.sources.cells import FieldKind
from connectors.sources.source import CellValue
from connectors.state.ledger_rows import LedgerRowStore
from connectors.state.ledgers import KeptLedger

COVER: Final = "****"
NUMBER_KINDS: Final[frozenset[FieldKind]] = frozenset({"citizen_id", "student_no", "disability_cert_no", "phone"})
_CITIZEN_ID = re.compile(r"(?<![0-9])([0-9]{2})[0-9]{4}([0-9]{4})[0-9]{4}([0-9]{3}[0-9Xx])")
_LONG = re.compile(r"(?<![0-9])([0-9]{2})[0-9]{4,13}([0-9]{3}[0-9Xx])")
_SHOWN_AT_END: Final = 4
SHOWN_DIGITS: Final = 15
"""What a spreadsheet program keeps of a number; an ID number that was stored as one is seen to be damaged."""


def as_text(cell: CellValue) -> str:
    """Return a cell as a spreadsheet program would show it; a day in ISO form, nothing for an empty one."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        is_day = (cell.hour, cell.minute, cell.second) == (0, 0, 0)
        return cell.date().isoformat() if is_day else cell.isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float):
        return f"{cell:.{SHOWN_DIGITS}g}"
    return str(cell)


def cover(text: str) -> str:
    """Return a text in which long numbers are covered: 99****2010****123X, 13****0001."""
    plain = unicodedata.normalize("NFKC", text)
    covered = _LONG.sub(rf"\1{COVER}\2", _CITIZEN_ID.sub(rf"\1{COVER}\2{COVER}\3", plain))
    return text if covered == plain else covered


def cover_number(text: str) -> str:
    """Return the content of a column of numbers covered, also where it is no well-formed number."""
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    covered = cover(plain)
    if covered != plain or not plain:
        return covered
    return COVER if len(plain) <= 2 * _SHOWN_AT_END else f"{plain[:2]}{COVER}{plain[-_SHOWN_AT_END:]}"


def cells_as_text(kept: KeptLedger, rows: LedgerRowStore, row_numbers: Sequence[int]) -> dict[int, dict[str, str]]:
    """Return rows by number, each by the name of the column, with what was typed instead of what stands there."""
    repairs = rows.repairs() if row_numbers else {}
    texts: dict[int, dict[str, str]] = {}
    for wanted in sorted(set(row_numbers)):
        for number, cells in rows.cells(wanted, wanted):
            of_row = {at: as_text(cells.get(at)) for at in kept.card.columns.values()} | repairs.get(number, {})
            texts[number] = {kept.card.labels[at]: text for at, text in sorted(of_row.items())}
    return texts
