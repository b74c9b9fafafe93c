"""What an officer may fill in about a question: regions within the agreement, and a case number."""

from typing import Final

from pydantic import TypeAdapter, ValidationError

from connectors.console.context import Console
from connectors.desk.purposes_for import Askable
from schemas.formats import Reference
from schemas.regions import covers

_REFERENCE: Final[TypeAdapter[str]] = TypeAdapter(Reference)


def regions_of(console: Console, askable: Askable) -> list[str]:
    """Return the agreed regions, and before them the agency's own where it lies within them."""
    agreed, own = askable.agreement.regions, console.connector.settings.region
    return [own, *agreed] if own not in agreed and covers(agreed, own) else list(agreed)


def needs_case(askable: Askable) -> bool:
    """Return whether a case number must be given."""
    return askable.agreement.case_number_required or askable.purpose.case_number_required


def is_reference(text: str) -> bool:
    """Return whether a text may be a case number."""
    try:
        _REFERENCE.validate_python(text)
    except ValidationError:
        return False
    return True
