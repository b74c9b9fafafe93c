"""Drafts of agreements: two persons, one text; checks that must be met; nothing leaves while the gateway is silent."""

from dataclasses import replace

import pytest

from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import list_record
from connectors.desk.agreement_checks import DraftCheck, check_draft, draft_document
from connectors.desk.agreement_choices import get_provider, get_purpose, list_purposes, short_form
from connectors.desk.agreement_drafts import (
    AgreementDraftNotFoundError,
    DraftDeclineReason,
    DraftRefusedError,
    approve_draft,
    choose_provider,
    choose_terms,
    decline_draft,
    delete_draft,
    get_draft,
    list_drafts,
    submit_draft,
    withdraw_draft,
)
from connectors.desk.agreement_steps import StepNotTakenError
from connectors.state.agreement_drafts import AgreementDraft, DraftState
from connectors.state.agreements import keep_agreement
from connectors.state.database import reading
from schemas.agreement import AgreementState
from schemas.base64url import encode_base64url
from tests.unit.connectors.desk.agreement_desks import HEAD, STEWARD, complete_draft, cut_off, end_own_agreement
from tests.unit.connectors.requester.asking_offices import Office


@pytest.fixture
def console(office: Office) -> Console:
    """A sharing office that has no agreement in force and can't reach the gateway."""
    end_own_agreement(office)
    return cut_off(office)


@pytest.fixture
def draft(console: Console) -> AgreementDraft:
    return complete_draft(console)


def actions(console: Console, subject: str) -> list[Action]:
    with reading(console.connector.state) as connection:
        return [line.action for line in reversed(list_record(connection, subject))]


def test_only_working_purposes_of_this_kind_of_agency_are_offered(console: Console) -> None:
    offered = list_purposes(console)
    assert {"P04", "P09", "P14"} <= {purpose.id for purpose in offered}
    assert all("civil_affairs" in purpose.requester_agencies for purpose in offered)
    assert "P01" not in {purpose.id for purpose in offered}


def test_the_second_person_sees_the_very_text_that_is_signed(console: Console, draft: AgreementDraft) -> None:
    submitted = submit_draft(console, STEWARD.id, draft.id)
    assert submitted.state is DraftState.AWAITING_APPROVAL
    document = submitted.agreement
    assert document is not None
    assert draft.terms is not None
    assert document == get_draft(console, draft.id).agreement
    assert document.requester == draft_document(console, draft).requester
    assert document.retention_days == get_purpose(console, "P04").retention_days
    for change in (withdraw_draft, submit_draft):
        with pytest.raises(DraftRefusedError):
            change(console, HEAD.id, draft.id)
    with pytest.raises(DraftRefusedError, match="not_in_this_state"):
        choose_terms(console, STEWARD.id, draft.id, draft.terms)


def test_nobody_approves_alone_and_a_silent_gateway_leaves_the_draft(console: Console, draft: AgreementDraft) -> None:
    with pytest.raises(DraftRefusedError, match="not_in_this_state"):
        approve_draft(console, HEAD.id, draft.id)
    document = submit_draft(console, STEWARD.id, draft.id).agreement
    assert document is not None
    with pytest.raises(DraftRefusedError, match="own_draft"):
        approve_draft(console, STEWARD.id, draft.id)
    with pytest.raises(StepNotTakenError, match="gateway_unreachable"):
        approve_draft(console, HEAD.id, draft.id)
    assert get_draft(console, draft.id).state is DraftState.AWAITING_APPROVAL
    assert actions(console, draft.id) == [Action.AGREEMENT_DRAFTED, Action.AGREEMENT_SUBMITTED]
    assert actions(console, document.digest()) == [Action.AGREEMENT_PROPOSED, Action.AGREEMENT_STEP_FAILED]


def test_a_draft_given_back_is_changed_by_its_author_alone(console: Console, draft: AgreementDraft) -> None:
    submit_draft(console, STEWARD.id, draft.id)
    with pytest.raises(DraftRefusedError, match="own_draft"):
        decline_draft(console, STEWARD.id, draft.id, DraftDeclineReason.TERMS_TOO_WIDE)
    given = decline_draft(console, HEAD.id, draft.id, DraftDeclineReason.TERMS_TOO_WIDE)
    assert (given.state, given.agreement, given.decline_reason) == (DraftState.DRAFT, None, "terms_too_wide")
    with pytest.raises(DraftRefusedError, match="not_the_author"):
        delete_draft(console, HEAD.id, draft.id)
    submit_draft(console, STEWARD.id, draft.id)
    withdraw_draft(console, STEWARD.id, draft.id)
    delete_draft(console, STEWARD.id, draft.id)
    assert list_drafts(console) == []
    with pytest.raises(AgreementDraftNotFoundError):
        get_draft(console, draft.id)


@pytest.mark.parametrize(
    ("check", "change"),
    [
        (DraftCheck.PROVIDER_REGISTERED, {"provider": "disabled_federation.990202"}),
        (DraftCheck.SAME_KEY, {"provider_key": encode_base64url(b"k" * 32)}),
        (DraftCheck.KEY_COMPARED, {"is_key_compared": False}),
        (DraftCheck.TERMS_FIT, {"terms": None}),
    ],
)
def test_each_check_says_what_is_to_do(
    console: Console, draft: AgreementDraft, check: DraftCheck, change: dict[str, object]
) -> None:
    assert all(check_draft(console, draft).values())
    assert not check_draft(console, replace(draft, **change))[check]  # type: ignore[arg-type]


def test_terms_wider_than_the_purpose_are_not_submitted(console: Console, draft: AgreementDraft) -> None:
    assert draft.terms is not None
    choose_terms(console, STEWARD.id, draft.id, replace(draft.terms, retention_days=36_000))
    with pytest.raises(DraftRefusedError, match="incomplete"):
        submit_draft(console, STEWARD.id, draft.id)


def test_a_second_agreement_for_the_same_is_a_new_version_instead(office: Office) -> None:
    console = cut_off(office)
    draft = complete_draft(console)
    assert not check_draft(console, draft)[DraftCheck.NO_OTHER]
    renewed = replace(draft, replaces=office.agreement.digest())
    assert check_draft(console, renewed)[DraftCheck.NO_OTHER]
    document = draft_document(console, renewed)
    assert (document.replaces, document.revision) == (office.agreement.digest(), 2)
    keep_agreement(office.connector.state, document, (), AgreementState.INCOMPLETE)
    revised = replace(draft, replaces=document.digest())
    assert check_draft(console, revised)[DraftCheck.NO_OTHER]
    assert draft_document(console, revised).revision == 3


def test_another_provider_takes_the_terms_along_no_more(console: Console, draft: AgreementDraft) -> None:
    provider = get_provider(console, get_purpose(console, "P04"), draft.provider)
    kept = choose_provider(console, STEWARD.id, draft.id, provider, is_key_compared=False)
    assert kept.terms == draft.terms
    other = replace(provider, agency="disabled_federation.990202")
    assert choose_provider(console, STEWARD.id, draft.id, other, is_key_compared=True).terms is None


def test_the_digits_of_a_key_are_six_groups_of_five() -> None:
    digits = short_form(encode_base64url(bytes(range(32))))
    assert digits == "09060 60585 12110 63635 15160 66685"  # 0x0001020304 = 16,909,060 …
    assert short_form(encode_base64url(bytes(range(1, 33)))) != digits
