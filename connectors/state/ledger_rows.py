"""Rows of a ledger with what is wrong with them and what an officer typed to put it right; cells rest sealed."""

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import ColumnElement, Connection, delete, distinct, func, insert, select

from connectors.sources.findings import Finding, Severity
from connectors.sources.source import CellValue
from connectors.state.database import reading
from connectors.state.desk_tables import ledger_finding, ledger_repair, ledger_row
from connectors.state.ledger_cells import decode_cells, encode_cells
from connectors.state.ledgers import LedgerStore

DUPLICATE: Final = "record.duplicate_id"
TAG_BYTES: Final = 12
_ROWS_AT_ONCE: Final = 1000

Cells = Mapping[int, CellValue]
"""Cells of a row by position of their column."""


@dataclass(frozen=True, slots=True)
class RowFinding:
    """One thing that is wrong with a row; `position` is the column's, None when the row as a whole is meant."""

    position: int | None
    code: str
    severity: Severity


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """A row of data with what the check found.

    Attributes:
        number: what a spreadsheet program shows beside it.
        cells: of the chosen columns, as they stand in the file.
        is_usable: it can be asked about.
        number_tag: the same for rows with the same ID number, and nothing without the storage key.
        findings: errors and warnings.
    """

    number: int
    cells: Cells = field(repr=False)
    is_usable: bool
    number_tag: bytes | None = field(repr=False)
    findings: tuple[RowFinding, ...]


@dataclass(frozen=True, slots=True)
class RowCounts:
    """How many rows there are, can be used, and have an error or a warning."""

    rows: int
    usable: int
    marked: int


@dataclass(frozen=True, slots=True)
class LedgerRowStore:
    """The rows of one ledger."""

    store: LedgerStore
    ledger: str

    def clear(self, connection: Connection) -> None:
        """Forget rows and findings, for a check that begins anew; repairs stay."""
        for table in (ledger_row, ledger_finding):
            connection.execute(delete(table).where(table.c.ledger == self.ledger))

    def add(self, connection: Connection, rows: Sequence[CheckedRow]) -> None:
        """Keep checked rows."""
        if rows:
            connection.execute(insert(ledger_row), [self._values_of(row) for row in rows])
        found = [self._finding(row.number, at, one) for row in rows for at, one in enumerate(row.findings)]
        if found:
            connection.execute(insert(ledger_finding), found)

    def replace(self, connection: Connection, row: CheckedRow) -> None:
        """Keep a row that was checked again, and see anew which rows have the same ID number."""
        old = connection.execute(select(ledger_row.c.number_tag).where(*self._is(row.number))).scalar_one()
        connection.execute(delete(ledger_row).where(*self._is(row.number)))
        connection.execute(
            delete(ledger_finding).where(
                ledger_finding.c.ledger == self.ledger, ledger_finding.c.row_number == row.number
            )
        )
        self.add(connection, [row])
        for tag in {old, row.number_tag} - {None}:
            self._find_duplicates(connection, tag)

    def cells(self, first: int = 0, last: int = 2**31) -> Iterator[tuple[int, Cells]]:
        """Yield the numbers and cells of rows as they stand in the file, from the first number to the last."""
        at = first
        while batch := self._batch(at, last):
            for number, sealed in batch:
                yield number, decode_cells(self.store.open(self.ledger, f"row/{number}", sealed))
            at = batch[-1][0] + 1

    def repairs(self) -> dict[int, dict[int, str]]:
        """Return what was typed, by row and position; empty for what should be empty."""
        with reading(self.store.state) as connection:
            rows = connection.execute(select(ledger_repair).where(ledger_repair.c.ledger == self.ledger)).all()
        typed: dict[int, dict[int, str]] = {}
        for row in rows:
            place = f"repair/{row.row_number}/{row.position}"
            text = self.store.open(self.ledger, place, row.text).decode()
            typed.setdefault(row.row_number, {})[row.position] = text
        return typed

    def keep_repairs(self, connection: Connection, number: int, typed: Mapping[int, str]) -> None:
        """Keep what was typed for cells of a row beside the file."""
        for position, text in typed.items():
            sealed = self.store.seal(self.ledger, f"repair/{number}/{position}", text.encode())
            values = {"ledger": self.ledger, "row_number": number, "position": position, "text": sealed}
            connection.execute(insert(ledger_repair).prefix_with("OR REPLACE").values(values))

    def findings(self, numbers: Sequence[int] | None = None) -> dict[int, tuple[RowFinding, ...]]:
        """Return what is wrong, by row number; of some rows, or of all."""
        query = select(ledger_finding).where(ledger_finding.c.ledger == self.ledger)
        if numbers is not None:
            query = query.where(ledger_finding.c.row_number.in_(numbers))
        found: dict[int, list[RowFinding]] = {}
        with reading(self.store.state) as connection:
            for row in connection.execute(query.order_by(ledger_finding.c.row_number, ledger_finding.c.place)):
                found.setdefault(row.row_number, []).append(RowFinding(row.position, row.code, row.severity))
        return {number: tuple(of_row) for number, of_row in found.items()}

    def finding_counts(self) -> list[tuple[str, int]]:
        """Return in how many rows each finding is, the commonest first."""
        count = func.count(distinct(ledger_finding.c.row_number))
        query = select(ledger_finding.c.code, count).where(ledger_finding.c.ledger == self.ledger)
        with reading(self.store.state) as connection:
            rows = connection.execute(query.group_by(ledger_finding.c.code).order_by(count.desc())).all()
        return [(row[0], row[1]) for row in rows]

    def numbers(self, *, code: str | None = None, unusable: bool = False, marked: bool = False) -> list[int]:
        """Return the numbers of rows in order: all, or those with a finding, unusable, or with any finding."""
        query = select(ledger_row.c.row_number).where(ledger_row.c.ledger == self.ledger)
        if unusable:
            query = query.where(~ledger_row.c.is_usable)
        if marked or code is not None:
            found = select(ledger_finding.c.row_number).where(ledger_finding.c.ledger == self.ledger)
            found = found if code is None else found.where(ledger_finding.c.code == code)
            query = query.where(ledger_row.c.row_number.in_(found))
        with reading(self.store.state) as connection:
            return list(connection.execute(query.order_by(ledger_row.c.row_number)).scalars())

    def counts(self, connection: Connection) -> RowCounts:
        """Count the rows."""
        of_ledger = ledger_row.c.ledger == self.ledger
        usable = func.count().filter(ledger_row.c.is_usable)
        rows, usable_rows = connection.execute(select(func.count(), usable).where(of_ledger)).one()
        marked = select(func.count(distinct(ledger_finding.c.row_number))).where(ledger_finding.c.ledger == self.ledger)
        return RowCounts(rows, usable_rows, connection.execute(marked).scalar_one())

    def tag_of(self, core15: str) -> bytes:
        """Return the tag by which rows with the same ID number are found in this ledger."""
        message = f"tongxin/ledger-number/v1\0{self.ledger}\0{core15}".encode()
        return hmac.digest(self.store.storage_key, message, hashlib.sha256)[:TAG_BYTES]

    def _values_of(self, row: CheckedRow) -> dict[str, object]:
        return {
            "ledger": self.ledger,
            "row_number": row.number,
            "cells": self.store.seal(self.ledger, f"row/{row.number}", encode_cells(row.cells)),
            "is_usable": row.is_usable,
            "number_tag": row.number_tag,
        }

    def _finding(self, number: int, place: int, finding: RowFinding) -> dict[str, object]:
        return {
            "ledger": self.ledger,
            "row_number": number,
            "place": place,
            "position": finding.position,
            "code": finding.code,
            "severity": finding.severity,
        }

    def _find_duplicates(self, connection: Connection, tag: bytes) -> None:
        """Let every row with this number but the first say that it has an earlier row's number."""
        same = select(ledger_row.c.row_number).where(ledger_row.c.ledger == self.ledger, ledger_row.c.number_tag == tag)
        connection.execute(
            delete(ledger_finding).where(
                ledger_finding.c.ledger == self.ledger,
                ledger_finding.c.code == DUPLICATE,
                ledger_finding.c.row_number.in_(same),
            )
        )
        numbers = connection.execute(same.order_by(ledger_row.c.row_number)).scalars().all()
        duplicate = RowFinding(None, DUPLICATE, "warning")
        if numbers[1:]:
            found = [self._finding(number, _LAST_PLACE, duplicate) for number in numbers[1:]]
            connection.execute(insert(ledger_finding), found)

    def _batch(self, first: int, last: int) -> Sequence[tuple[int, bytes]]:
        query = select(ledger_row.c.row_number, ledger_row.c.cells).where(
            ledger_row.c.ledger == self.ledger, ledger_row.c.row_number.between(first, last)
        )
        with reading(self.store.state) as connection:
            rows = connection.execute(query.order_by(ledger_row.c.row_number).limit(_ROWS_AT_ONCE)).all()
        return [(row.row_number, row.cells) for row in rows]

    def _is(self, number: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        return ledger_row.c.ledger == self.ledger, ledger_row.c.row_number == number


_LAST_PLACE: Final = 999
"""Where a duplicate stands among a row's findings."""


def as_row_findings(findings: Iterable[Finding], positions: Mapping[str, int]) -> tuple[RowFinding, ...]:
    """Return findings with the positions of their columns instead of their names."""
    return tuple(RowFinding(positions.get(f.column or ""), f.code, f.severity) for f in findings)
