"""Why a source can't be read, as a stable code with the place; never with the content of a cell."""

from connectors.sources.sentences import SOURCE_ERRORS
from schemas.faults import Wording


class SourceError(Exception):
    """A source or its mapping can't be used.

    Attributes:
        code: key of `SOURCE_ERRORS`.
        row: row number in the file, or line of the mapping; None when the whole is meant.
        column: column name or mapping field, as the mapping writes it.
    """

    def __init__(self, code: str, *, row: int | None = None, column: str | None = None) -> None:
        self.code = code
        self.row = row
        self.column = column
        super().__init__(f"{self.wording.zh} / {self.wording.en}")

    @property
    def wording(self) -> Wording:
        """The place and the sentence for people."""
        sentence = SOURCE_ERRORS[self.code]
        return Wording(f"{self._place_zh()}{sentence.zh}", f"{self._place_en()}{sentence.en}")

    def _place_zh(self) -> str:
        row = "" if self.row is None else f"第{self.row}行"
        column = "" if self.column is None else f"“{self.column}”"
        return f"{row}{column}：" if row or column else ""

    def _place_en(self) -> str:
        row = "" if self.row is None else f"row {self.row}"
        column = "" if self.column is None else f'"{self.column}"'
        place = ", ".join(part for part in (row, column) if part)
        return f"{place}: " if place else ""
