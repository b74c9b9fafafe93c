"""How long an officer waits for a large ledger to be checked: an .xlsx upload, beside openpyxl that only reads it.

The peer reads the cells and nothing else. Ours checks the file, finds the header, reads, normalises and judges each
cell, makes the linkage keys, and keeps the rows sealed.
"""

import io
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from openpyxl import load_workbook

from bench.harness import Comparison, Contest, Tell, compare, timed
from bench.scale import Scale
from connectors.console.context import Console
from connectors.desk.ledger_upload import choose_columns
from connectors.desk.ledger_worker import work_on
from connectors.requester.ledger_roster import ledger_store_of
from connectors.state.ledgers import LedgerState
from schemas.check_digit import complete_citizen_id
from tests.unit.connectors.desk.asked_ledgers import console_of
from tests.unit.connectors.desk.uploaded import HEADER, row_of, upload, workbook_of
from tests.unit.connectors.requester.asking_offices import opened_office

ROUNDS: Final = 3
_SURNAMES: Final = "王李张刘陈杨赵黄周吴"
_GIVEN: Final = "小明思远雨桐子轩梓涵欣怡浩然"


def run(scale: Scale, tell: Tell) -> Iterator[Comparison]:
    """Check a workbook of many rows from the upload to the last row, as often as it takes for a median."""
    file = workbook_of([_row(number) for number in range(scale.ledger_rows)])
    with tempfile.TemporaryDirectory(prefix="tongxin-bench-") as name, opened_office(Path(name) / "office") as office:
        console = console_of(office)
        contest = Contest(
            name=f"ledger of {scale.ledger_rows:,} rows",
            unit="rows",
            peer="openpyxl, reading only",
            ours=lambda: timed(scale.ledger_rows, lambda: _check(console, file, scale.ledger_rows)),
            theirs=lambda: timed(scale.ledger_rows, lambda: _read(file)),
        )
        yield compare(contest, ROUNDS, tell)


def _row(number: int) -> list[object]:
    """Return a row as offices write it, with a number, a name and a date of its own."""
    year, month, day = 2010 + number % 8, 1 + number % 12, 1 + number % 28
    name = _SURNAMES[number % 10] + _GIVEN[number % 14] + _GIVEN[number // 7 % 14]
    citizen_id = complete_citizen_id(f"990101{year}{month:02}{day:02}{number // 200 % 1_000:03}")
    own = {HEADER[0]: number, "儿童姓名": name, "出生日期": f"{year}.{month}.{day}", "公民身份号码": citizen_id}
    return row_of(number % 1_000, **own)


def _check(console: Console, file: bytes, rows: int) -> None:
    kept = upload(console, file)
    choose_columns(console, kept.id, kept.data_set or "", kept.card.columns)
    work_on(console.connector, kept.id)
    checked = ledger_store_of(console.connector).get(kept.id)
    if (checked.state, checked.rows) != (LedgerState.READY, rows):
        raise RuntimeError("the ledger was not checked to its end")


def _read(file: bytes) -> None:
    book = load_workbook(io.BytesIO(file), read_only=True, data_only=True)
    for _ in book.worksheets[0].iter_rows(values_only=True):
        pass
    book.close()
