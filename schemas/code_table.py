"""Code lists: what a code means in two languages, and which words offices write for it."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final, Generic, TypeVar

from schemas.faults import FaultError, Wording

MAX_WORD_LENGTH: Final = 64
"""Longest cell that is looked up, in characters."""

_BLANKS = re.compile(r"\s+")
_CodeT = TypeVar("_CodeT", bound=StrEnum)


class CodeFault(StrEnum):
    """Codes of `CodeError`."""

    EMPTY = "empty"
    UNKNOWN_CODE = "unknown_code"


class CodeError(FaultError):
    """A cell holds no word of the code list."""

    wordings: ClassVar[Mapping[StrEnum, Wording]] = {
        CodeFault.EMPTY: Wording("没有填写。", "Nothing was given."),
        CodeFault.UNKNOWN_CODE: Wording("填写的内容不在代码表中。", "What was given is not in the code list."),
    }


@dataclass(frozen=True, slots=True)
class CodeWords:
    """The two names of one code and the other ways in which it is written."""

    zh: str
    en: str
    also: tuple[str, ...] = ()


class CodeTable(Generic[_CodeT]):
    """One code list: every member of one `StrEnum` with its words. No word may stand for two codes."""

    def __init__(self, words: Mapping[_CodeT, CodeWords]) -> None:
        self.words = words
        self._by_word: dict[str, _CodeT] = {}
        for code, names in words.items():
            for word in {_fold(text) for text in (code.value, names.zh, names.en, *names.also)}:
                if word in self._by_word:
                    raise ValueError(f"{word!r} stands for two codes")
                self._by_word[word] = code

    def parse(self, cell: str | int | float | None) -> _CodeT:
        """Return the code that `cell` names, whichever way it is written; spreadsheets hand in 1.0 for 1.

        Raises:
            CodeError: empty or unknown; there is no default.
        """
        if isinstance(cell, bool) or (isinstance(cell, str) and len(cell) > MAX_WORD_LENGTH):
            raise CodeError(CodeFault.UNKNOWN_CODE)
        if isinstance(cell, float) and cell.is_integer():
            cell = int(cell)
        word = _fold(str(cell)) if cell is not None else ""
        if not word:
            raise CodeError(CodeFault.EMPTY)
        if word not in self._by_word:
            raise CodeError(CodeFault.UNKNOWN_CODE)
        return self._by_word[word]


def _fold(text: str) -> str:
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text)).casefold()
