"""The short number of an item, which people write on paper: the workflow and the first eight digits of its id."""

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar, Final

from schemas.faults import FaultError, Wording

MAX_CELL_LENGTH: Final = 40
"""Longest text that is looked at, in characters."""

_NUMBER = re.compile(r"[WP][0-9]{1,2}-[0-9A-F]{8}")
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−－﹣", "-"))


class ItemNumberFault(StrEnum):
    """Codes of `ItemNumberError`."""

    NOT_A_NUMBER = "not_a_number"


class ItemNumberError(FaultError):
    """A text is no item's number."""

    wordings: ClassVar[Mapping[StrEnum, Wording]] = {
        ItemNumberFault.NOT_A_NUMBER: Wording(
            "事项编号形如 W6-3F9A2C1B，请照转介单上的编号填写。",
            "An item's number looks like W6-3F9A2C1B: copy it from the slip.",
        )
    }


def number_of(workflow: str, item_id: str) -> str:
    """Return the number of the item `item_id` (UUID in canonical form) of a workflow, such as `W6-3F9A2C1B`.

    It fits `schemas.formats.Reference`. Among some ten thousand items of a workflow two may share one.

    Raises:
        ValueError: the id is no canonical UUID.
    """
    if not _ID.fullmatch(item_id):
        raise ValueError("an item's id is a UUID in canonical form")
    return f"{workflow}-{item_id[:8].upper()}"


def id_beginning(number: str) -> str:
    """Return what the id of every item of this number begins with."""
    return f"{number.rpartition('-')[2].lower()}-"


def parse_item_number(text: str) -> str:
    """Return the number that somebody copied from paper: full-width forms, lower case and blanks are put right.

    Raises:
        ItemNumberError: anything else than a number.
    """
    cleaned = unicodedata.normalize("NFKC", text[: MAX_CELL_LENGTH + 1]).translate(_DASHES)
    cleaned = "".join(cleaned.split()).upper()
    if len(text) > MAX_CELL_LENGTH or not _NUMBER.fullmatch(cleaned):
        raise ItemNumberError(ItemNumberFault.NOT_A_NUMBER)
    return cleaned
