"""Follows the guide to an agreement as it stands: from a draft to the first answer, between three consoles."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser

from connectors.requester.ask import Questioner
from connectors.state.agreements import list_agreements
from schemas.agreement import AgreementState
from tests.browser.agreement_offices import PEOPLE, Offices, agreement_offices
from tests.browser.tutorial_reader import Demos, Reader, follow, reader_at

GUIDE: Final = Path(__file__).parents[2] / "docs" / "how-to" / "agree-on-an-exchange.md"


@pytest.fixture
def offices(browser: Browser, tmp_path: Path) -> Iterator[Offices]:
    """The guide's three offices; without a browser they are not even set up."""
    del browser
    with agreement_offices(tmp_path) as offices:
        yield offices


@pytest.fixture
def reader(browser: Browser, offices: Offices) -> Reader:
    """Somebody who follows the guide, with everybody of it signed in."""
    reader = reader_at(Demos(offices.folder), browser, offices.folder)
    reader.noted |= {name: console.url for name, console in offices.consoles.items()}
    reader.pages |= {name: offices.page_of(browser, name) for name in PEOPLE}
    return reader


def test_the_guide_leads_from_a_draft_to_the_first_answer_without_a_command(reader: Reader, offices: Offices) -> None:
    with follow(reader, GUIDE):
        copies = {name: list_agreements(console.connector.state) for name, console in offices.consoles.items()}
    for name, found in copies.items():
        (copy,) = found
        assert copy.standing.state is AgreementState.ACTIVE, name
        assert len(copy.signatures) == 3, name
    vault = Questioner.vault_of(offices.consoles["education"].connector)
    (question,) = vault.list_questions()
    (result,) = vault.results(question.id)
    assert result.outcome == "match"
    assert result.values["hukou_status"] in {"here", "moved", "cancelled"}
    assert question.officer == PEOPLE["马丽"][1]
    assert question.approver == PEOPLE["李红"][1]
