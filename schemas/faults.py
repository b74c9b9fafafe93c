"""How an input is refused: a stable code and a sentence for people in two languages, never the value."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Wording:
    """One sentence or name in Chinese and in English."""

    zh: str
    en: str


class FaultError(ValueError):
    """An input was refused. Each subclass lists its codes and their sentences in `wordings`."""

    wordings: ClassVar[Mapping[StrEnum, Wording]] = {}

    def __init__(self, code: StrEnum) -> None:
        # Only the code stands in `args`: it survives pickling between workers, and no value can get in.
        super().__init__(code)
        self.code = code

    @property
    def wording(self) -> Wording:
        """The sentence for people."""
        return self.wordings[self.code]

    def __str__(self) -> str:
        return f"{self.code}: {self.wording.en}"
