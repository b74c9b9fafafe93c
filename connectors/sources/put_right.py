"""What normalising makes of the identity cells of a row, for people to see: codes of notes, never the text. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from connectors.sources.cells import CellParsed, StudentNo
from connectors.sources.identity_parts import IdentityPart
from connectors.sources.source import CellValue
from schemas.citizen_id import CitizenId
from schemas.disability_cert_no import DisabilityCertNo
from schemas.person_name import normalise_name
from schemas.plain_characters import make_plain

_FULL_WIDTH = re.compile("[\u3000\uff01-\uff5e]")
_LATIN = re.compile("[a-z]")
_PLAIN_NUMBER = re.compile(r"[0-9A-Z]+")


def notes_on_cell(part: IdentityPart, cell: CellValue, value: CellParsed) -> Iterable[str]:
    """Return the codes of what was put right in a cell that was understood as `value`, to compare it."""
    if not isinstance(cell, str):
        return ()
    if isinstance(value, CitizenId | StudentNo | DisabilityCertNo):
        return _on_number(cell, value if isinstance(value, CitizenId) else value.citizen_id)
    return _on_name(cell) if part in {"name", "guardian_name"} else ()


def _on_number(cell: str, number: CitizenId | None) -> Iterator[str]:
    if not _PLAIN_NUMBER.fullmatch(cell):
        yield "normalised.number_form"
    if number is not None and number.upgraded_from_15:
        yield "normalised.fifteen_digits"


def _on_name(cell: str) -> Iterator[str]:
    name = normalise_name(cell).text
    if _LATIN.search(name):
        yield "normalised.latin_name"
    if name == cell:
        return
    folded = unicodedata.normalize("NFKC", cell).strip()
    if _FULL_WIDTH.search(cell.strip()):
        yield "normalised.full_width"
    if make_plain(folded) != folded:
        yield "normalised.characters"
    if len(name) != len(folded):
        yield "normalised.marks"
