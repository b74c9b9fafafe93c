"""What a letter to a guardian says of requests that no accounting can name."""

from datetime import date
from io import BytesIO

import pytest
from docx import Document

from connectors.accounting.letter import Letter, letter_bytes
from schemas.faults import Wording
from schemas.messages.accounting import Accounting

ACCOUNTING = Accounting(
    gateway="gateway.990100", provider="public_security.990100", handles=("A" * 22,), made_at=1_760_000_000, accesses=()
)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("is_from_resolver", [True, False])
def test_who_names_parents_says_that_the_joint_check_is_not_in_the_table(
    language: str, *, is_from_resolver: bool
) -> None:
    letter = Letter(
        accounting=ACCOUNTING,
        child_name="欧阳小满",
        agency_name=lambda agency: Wording(agency, agency),
        written_on=date(2026, 3, 5),
        language=language,
        is_from_resolver=is_from_resolver,
    )
    document = Document(BytesIO(letter_bytes(letter)))
    assert ("P03" in "\n".join(paragraph.text for paragraph in document.paragraphs)) is is_from_resolver
