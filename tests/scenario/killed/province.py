"""Two agencies with little data: a register in two states, and a roster of children who are in it or in one only.

Some rows of the roster have no ID number: they are not settled by it, are asked for with their other keys, and wait for
a reviewer.
"""

import os
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from demo.province import Agency
from demo.scenario.cast import PASSPHRASE
from demo.scenario.desks import Desk
from demo.scenario.stage import Stage
from gateway.settings import KEY_FILE
from keys.custody.key_file import create_key_file
from keys.custody.key_store import KeyStore
from tests.museum.requests.commands import write_roster

REGISTER = "困境儿童台账.xlsx"
HEADER_ROW = 4
ROSTER_ROWS = 30
COLUMNS = ("姓名", "性别", "出生日期", "公民身份号码")
EVERY = 3
"""Of the register's rows, every third is not in its changed state."""

WITHOUT_NUMBER = 4
"""Of the roster's rows, every fourth has no ID number."""


class TwoAgencies(Stage):
    """The stage with the agency that asks and the one that is asked."""

    @property
    def desks(self) -> dict[Agency, Desk]:
        """The two desks."""
        return {kind: desk for kind, desk in super().desks.items() if kind in {Agency.EDUCATION, Agency.CIVIL_AFFAIRS}}

    def found(self) -> None:
        """Found as always, then keep the gateway's keys at the tests' cost, since it is started again so often."""
        super().found()
        path = self.gateway_folder / KEY_FILE
        ring = KeyStore(path, PASSPHRASE, os.urandom).ring
        path.unlink()
        create_key_file(path, ring, PASSPHRASE, self.kdf_cost, os.urandom)

    @property
    def register(self) -> Path:
        """The register that is published."""
        return self.province / Agency.CIVIL_AFFAIRS.value / REGISTER


def write_states_and_roster(stage: TwoAgencies) -> Path:
    """Write the register's original and changed state beside it, and the roster; returns the roster's mapping."""
    book = load_workbook(stage.register)
    book.save(stage.register.with_name("original.xlsx"))
    sheet = book.worksheets[0]
    rows = _roster_rows(sheet)
    for row in range(sheet.max_row - 2, HEADER_ROW, -1):
        if row % EVERY == 0:
            sheet.delete_rows(row)
    book.save(stage.register.with_name("changed.xlsx"))
    stage.register.write_bytes(stage.register.with_name("original.xlsx").read_bytes())
    folder = stage.province / Agency.EDUCATION.value
    return write_roster(folder, rows)


def _roster_rows(sheet: Worksheet) -> list[tuple[str, ...]]:
    headings = [cell.value for cell in sheet[HEADER_ROW]]
    places = [headings.index(column) for column in COLUMNS]
    rows = []
    for cells in sheet.iter_rows(min_row=HEADER_ROW + 1, values_only=True):
        values = tuple(str(cells[place] or "") for place in places)
        if all(values) and len(values[-1]) == 18:
            rows.append(values)
    return [row if place % WITHOUT_NUMBER else (*row[:-1], "") for place, row in enumerate(rows[:ROSTER_ROWS])]
