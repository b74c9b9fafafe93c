"""Writes comma-separated files row by row (RFC 4180)."""

import csv
from collections.abc import Iterable
from pathlib import Path

from demo.province.record import Cell


class CsvWriter:
    """Writes one file with a header; `append` returns the row number, the header being row 1. Call `close` once."""

    def __init__(self, path: Path, header: Iterable[str], encoding: str = "utf-8") -> None:
        self._file = path.open("w", encoding=encoding, newline="")
        self._writer = csv.writer(self._file)
        self._row = 0
        self.append(header)

    def append(self, values: Iterable[Cell]) -> int:
        """Write a row and return its number."""
        self._writer.writerow(values)
        self._row += 1
        return self._row

    def close(self) -> None:
        """Close the file."""
        self._file.close()
