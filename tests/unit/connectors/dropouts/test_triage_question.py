"""Asking about flagged pupils: a draft of the desk with what the purpose matches by alone; answers beside them."""

import pytest
from sqlalchemy import update

from connectors.console.account import Account
from connectors.console.context import Console
from connectors.console.roles import Role
from connectors.desk.draft_states import DraftState
from connectors.desk.drafts import get_draft
from connectors.desk.question_draft import Draft
from connectors.desk.question_work import count_ledger
from connectors.dropouts.dropout_lines import list_dropouts
from connectors.dropouts.flag_worker import work_on_flags
from connectors.dropouts.plan_flags import keep_flags
from connectors.dropouts.triage_answers import answers_for
from connectors.dropouts.triage_question import FIRST_ROW, draft_question, list_triage_questions
from connectors.requester.ask import Questioner
from connectors.requester.ledger_roster import ledger_store_of
from connectors.state.agreements import keep_agreement
from connectors.state.database import writing
from connectors.state.desk_tables import question_draft
from connectors.state.questions import Question, RowResult
from connectors.state.roster_ref import StoredLedger
from connectors.web.app import create_console_app
from schemas.agreement import Agreement, AgreementState, Approval, Party
from schemas.formats import digest_of
from schemas.messages.match import Outcome
from schemas.purpose_catalogue import load_purposes
from tests.unit.connectors.desk.desk_pages import browser_of
from tests.unit.connectors.dropouts.absences import (
    BUREAU,
    CIVIL_AFFAIRS,
    LONG_NAME,
    SCHOOL,
    add_teacher,
    checked,
    row_of,
)

OWNER = Account("case.owner", "才仁卓玛", frozenset({Role.CASE_OWNER}))
ATTRIBUTES = ("category_group", "known_to_civil_affairs")


@pytest.fixture
def asking(console: Console) -> Console:
    """The bureau with two pupils reported, which may ask civil affairs about them."""
    add_teacher(console)
    keep_flags(console, checked(console, [row_of(1), row_of(2)]), CIVIL_AFFAIRS, SCHOOL)
    work_on_flags(console)
    now = console.seconds()
    agreement = Agreement(
        version=1,
        id="0b7a6f1e-4a52-4a7c-9f4e-0f0f0f0f0f0f",
        purpose="P01",
        purpose_version=load_purposes()["P01"].version,
        requester=Party(agency=BUREAU, signing_key=console.connector.signing_key().verification_key.key_id),
        provider=Party(agency=CIVIL_AFFAIRS, signing_key=digest_of(b"provider")),
        attributes=ATTRIBUTES,
        regions=("990101",),
        linkage_schema="G/1",
        valid_from=now - 60,
        valid_until=now + 86_400,
        case_number_required=True,
        approval=Approval.NONE,
        max_batch=300,
        evaluations_per_day=1_000,
        releases_per_day=100,
        officer_evaluations_per_day=1_000,
        officer_releases_per_day=100,
        retention_days=90,
    )
    keep_agreement(console.connector.state, agreement, (), AgreementState.ACTIVE)
    return console


def drafted(console: Console) -> Draft:
    (askable,) = list_triage_questions(console)
    return draft_question(console, OWNER.id, askable, list_dropouts(console, OWNER))


def answer(console: Console, draft: Draft) -> None:
    """Let the question be answered: the first pupil is known there, the second is not."""
    vault = Questioner.vault_of(console.connector)
    question = Question(
        id=draft.id,
        agreement=draft.agreement,
        attributes=draft.attributes,
        region=draft.region or "",
        case=draft.case,
        officer=OWNER.id,
        approver=None,
        roster=StoredLedger(draft.ledger or ""),
        roster_version=None,
        asked_at=console.seconds(),
    )
    vault.add_question(question)
    known = RowResult(
        row_number=FIRST_ROW,
        outcome=Outcome.MATCH,
        values={"known_to_civil_affairs": True, "category_group": "guardianship"},
        receipt_number="HZ-1",
        as_of="2026-02",
        expires_on="2026-06-03",
    )
    unknown = RowResult(row_number=FIRST_ROW + 1, outcome=Outcome.NON_MATCH, expires_on="2026-06-03")
    vault.add_results(draft.id, [known, unknown])
    with writing(console.connector.state) as connection:
        is_draft = question_draft.c.id == draft.id
        connection.execute(update(question_draft).where(is_draft).values(state=DraftState.ANSWERED.value))


def test_a_draft_names_a_ledger_of_what_is_matched_and_no_more(asking: Console) -> None:
    draft = drafted(asking)
    assert (draft.state, draft.author, sorted(draft.attributes)) == (DraftState.DRAFT, OWNER.id, [*ATTRIBUTES])
    assert draft.region == "990101"
    assert draft.case is not None
    assert draft.case.startswith("KC-")
    kept = ledger_store_of(asking.connector).get(draft.ledger or "")
    assert set(kept.card.columns) <= {
        "name",
        "sex",
        "birth_date",
        "citizen_id",
        "student_no",
        "hukou_region",
        "residence_region",
    }
    assert kept.usable_rows == 2
    count_ledger(asking, draft.id)
    counted = get_draft(asking, draft.id)
    assert (counted.children, counted.failure) == (2, None)


def test_one_pupil_is_asked_about_under_the_number_of_its_item(asking: Console) -> None:
    (askable,) = list_triage_questions(asking)
    first = list_dropouts(asking, OWNER)[0]
    assert draft_question(asking, OWNER.id, askable, [first]).case == first.row.number


def test_answers_stand_beside_the_pupils_until_they_are_destroyed(asking: Console) -> None:
    draft = drafted(asking)
    items = [line.row.item for line in list_dropouts(asking, OWNER)]
    under_way = answers_for(asking, items)
    assert [one.outcome for one in under_way[items[0]]] == [None]
    answer(asking, draft)
    found = answers_for(asking, items)
    known, unknown = (found[item][0] for item in items)
    assert "是" in [value.zh for _, value in known.values]
    assert known.receipt == "HZ-1"
    assert known.as_of is not None
    assert known.as_of.zh == "2026年2月"
    assert unknown.values == ()
    assert unknown.outcome is not None
    assert "未匹配" in unknown.outcome[0].zh
    browser = browser_of(create_console_app(asking), asking, OWNER)
    page = browser.get("/desk/triage")
    assert "监护" in page
    assert "比对结果仅供核查参考" in browser.get(f"/desk/triage/{items[0]}")


def test_the_page_leads_to_the_statement_before_anything_leaves(asking: Console) -> None:
    browser = browser_of(create_console_app(asking), asking, OWNER)
    page = browser.get("/desk/triage")
    browser.post(
        "/desk/triage",
        {"stage": "reported", "all": "1", "shown": [row.row.item for row in list_dropouts(asking, OWNER)]},
        page,
    )
    page = browser.get("/desk/triage?stage=verifying")
    (askable,) = list_triage_questions(asking)
    items = [line.row.item for line in list_dropouts(asking, OWNER)]
    fields: dict[str, str | list[str]] = {"stage": "verifying", "items": items}
    browser.post("/desk/triage", {**fields, "agreement": "none"}, page)
    assert browser.status == 422
    statement = browser.post("/desk/triage", {**fields, "agreement": askable.digest}, page)
    assert browser.path.startswith("/desk/ask/")
    assert LONG_NAME not in statement
