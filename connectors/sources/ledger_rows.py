"""From the grid of a ledger to its rows of data: footers, sums, repeated headers and empty rows drop out. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from connectors.sources.errors import SourceError
from connectors.sources.header import Header, plain_label
from connectors.sources.source import MAX_NOTE_ROWS, CellValue, Note, Row

MAX_CELL_CHARACTERS: Final = 4096
"""Longest text of a mapped cell; a ledger's longest remark stays far below."""

_FOOTER = re.compile(
    r"(填报|填表|报送|制表|统计|上报)(单位|人|人员|日期|时间)?([:(].*)?"
    r"|(单位|部门)?(负责人|责任人|领导|校长|园长|复核人?|审核人?|审批人|经办人|联系人|联系电话|主任)([:(].*)?"
    r"|(备注|说明|注|盖章|公章|日期)[:(].*"
)
_SUMMARY = re.compile(r".{0,12}(合计|小计|总计|共计|累计)[:]?")


class LedgerRows:
    """Picks the rows of data out of a ledger and counts what it leaves out."""

    def __init__(self, header: Header) -> None:
        self._header = header
        self._left_out: dict[str, list[int]] = {}

    def pick(self, numbered: Iterable[tuple[int, Sequence[CellValue]]]) -> Iterator[Row]:
        """Yield the rows of data; `numbered` are the rows below the header with their numbers from 1.

        Raises:
            SourceError: `cell_too_long`.
        """
        for number, cells in numbered:
            mapped = {name: _cell(cells, at) for name, at in self._header.positions.items()}
            reason = _reason_to_leave_out(cells, mapped)
            if reason is not None:
                self._left_out.setdefault(reason, []).append(number)
                continue
            _check_lengths(number, mapped)
            yield Row(number=number, locator=str(number), cells=mapped)

    def notes(self) -> tuple[Note, ...]:
        """Return what was left out so far."""
        return tuple(
            Note(code, len(numbers), tuple(numbers[:MAX_NOTE_ROWS])) for code, numbers in sorted(self._left_out.items())
        )


def _cell(cells: Sequence[CellValue], at: int) -> CellValue:
    value = cells[at] if at < len(cells) else None
    return None if isinstance(value, str) and not value.strip() else value


def _reason_to_leave_out(cells: Sequence[CellValue], mapped: dict[str, CellValue]) -> str | None:
    first = next((c for c in cells if isinstance(c, str) and c.strip()), None)
    leading = "" if first is None else "".join(unicodedata.normalize("NFKC", first[:80]).split())
    if _FOOTER.fullmatch(leading):
        return "footer_rows"
    if _SUMMARY.fullmatch(leading):
        return "summary_rows"
    filled = {name: value for name, value in mapped.items() if value is not None}
    if not filled:
        return "empty_rows"
    if all(plain_label(value) == plain_label(name.split("/")[-1]) for name, value in filled.items()):
        return "repeated_header_rows"
    return None


def _check_lengths(number: int, mapped: dict[str, CellValue]) -> None:
    for name, value in mapped.items():
        if isinstance(value, str) and len(value) > MAX_CELL_CHARACTERS:
            raise SourceError("cell_too_long", row=number, column=name)
