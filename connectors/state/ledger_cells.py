"""Cells of a ledger as JSON (RFC 8259), and back to the same type: a day stays a day, a number a number."""

import json
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from connectors.sources.source import CellValue


def encode_cells(cells: Mapping[int, CellValue]) -> bytes:
    """Return the cells of a row, by position of their column from 0."""
    return json.dumps({str(at): _to_json(cell) for at, cell in cells.items()}, ensure_ascii=False).encode()


def decode_cells(data: bytes) -> dict[int, CellValue]:
    """Return what `encode_cells` was given."""
    return {int(at): _from_json(cell) for at, cell in json.loads(data).items()}


def _to_json(cell: CellValue) -> object:
    match cell:
        case datetime():
            return {"moment": cell.isoformat()}
        case date():
            return {"day": cell.isoformat()}
        case time():
            return {"time": cell.isoformat()}
        case timedelta():
            return {"microseconds": cell // timedelta(microseconds=1)}
    return cell


def _from_json(written: Any) -> CellValue:
    match written:
        case {"moment": text}:
            return datetime.fromisoformat(text)
        case {"day": text}:
            return date.fromisoformat(text)
        case {"time": text}:
            return time.fromisoformat(text)
        case {"microseconds": count}:
            return timedelta(microseconds=count)
    cell: CellValue = written
    return cell
