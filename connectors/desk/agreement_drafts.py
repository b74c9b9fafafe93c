"""Drafting an agreement: one person drafts, another approves, then it is signed and proposed under both references."""

from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum

from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import record_in
from connectors.desk.agreement_checks import draft_document, is_sound
from connectors.desk.agreement_choices import MemberChoice
from connectors.desk.agreement_steps import taking
from connectors.identifiers import new_uuid
from connectors.state.agreement_drafts import (
    AgreementDraft,
    DraftState,
    DraftTerms,
    add_draft,
    find_draft,
    remove_draft,
    replace_draft,
)
from connectors.state.agreement_drafts import list_drafts as read_drafts
from connectors.state.database import destroying, reading, writing
from schemas.agreement import Agreement


class DraftDeclineReason(StrEnum):
    """Why a second person gave a draft back."""

    TERMS_TOO_WIDE = "terms_too_wide"
    WRONG_PARTNER = "wrong_partner"
    WRONG_PERIOD = "wrong_period"
    KEY_NOT_COMPARED = "key_not_compared"
    TALK_TO_ME = "talk_to_me"


class AgreementDraftNotFoundError(LookupError):
    """There is no such draft."""


class DraftRefusedError(Exception):
    """Something is not open to this person, or not while the draft stands so.

    Attributes:
        reason: `not_the_author`, `own_draft`, `not_in_this_state` or `incomplete`.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


_Change = Callable[[AgreementDraft], AgreementDraft]


def begin_draft(console: Console, author: str, purpose: str) -> AgreementDraft:
    """Keep a new draft for a purpose."""
    now = console.seconds()
    draft = AgreementDraft(
        id=new_uuid(console.random),
        state=DraftState.DRAFT,
        author=author,
        purpose=purpose,
        provider=None,
        provider_key=None,
        is_key_compared=False,
        terms=None,
        replaces=None,
        agreement=None,
        decline_reason=None,
        prepared_at=now,
        changed_at=now,
    )
    return _keep_new(console, draft)


def begin_next_version(console: Console, author: str, before: Agreement, terms: DraftTerms) -> AgreementDraft:
    """Keep a draft of the version after `before`, between the same agencies for the same purpose.

    Args:
        console: this agency's.
        author: who drafts it.
        before: the version to replace, under which this agency asks.
        terms: what the draft begins with.
    """
    now = console.seconds()
    draft = AgreementDraft(
        id=new_uuid(console.random),
        state=DraftState.DRAFT,
        author=author,
        purpose=before.purpose,
        provider=before.provider.agency,
        provider_key=before.provider.signing_key,
        is_key_compared=True,
        terms=terms,
        replaces=before.digest(),
        agreement=None,
        decline_reason=None,
        prepared_at=now,
        changed_at=now,
    )
    return _keep_new(console, draft)


def choose_provider(
    console: Console, author: str, id_: str, provider: MemberChoice, *, is_key_compared: bool
) -> AgreementDraft:
    """Note whom to ask; another provider's terms are to be chosen anew."""

    def change(draft: AgreementDraft) -> AgreementDraft:
        terms = draft.terms if draft.provider == provider.agency else None
        return replace(
            draft, provider=provider.agency, provider_key=provider.key, is_key_compared=is_key_compared, terms=terms
        )

    return _edit(console, author, id_, change)


def choose_terms(console: Console, author: str, id_: str, terms: DraftTerms) -> AgreementDraft:
    """Note what is negotiated."""
    return _edit(console, author, id_, lambda draft: replace(draft, terms=terms))


def submit_draft(console: Console, author: str, id_: str) -> AgreementDraft:
    """Put a draft to a second person: what they see is the exact text that will be signed.

    Raises:
        AgreementDraftNotFoundError: no such draft.
        DraftRefusedError: somebody else's, put to a second person already, or a check is not met.
        ProblemError: registry_expired.
    """
    draft = get_draft(console, id_)
    if not is_sound(console, draft):
        raise DraftRefusedError("incomplete")
    document = draft_document(console, draft)

    def change(known: AgreementDraft) -> AgreementDraft:
        if known != draft:
            raise DraftRefusedError("not_in_this_state")
        return replace(
            known,
            state=DraftState.AWAITING_APPROVAL,
            agreement=document,
            decline_reason=None,
            changed_at=console.seconds(),
        )

    return _edit(console, author, id_, change, Action.AGREEMENT_SUBMITTED)


def withdraw_draft(console: Console, author: str, id_: str) -> AgreementDraft:
    """Take a draft back to change it; raises as `submit_draft`."""
    return _give_back(console, id_, None, author, Action.AGREEMENT_WITHDRAWN)


def decline_draft(console: Console, account: str, id_: str, reason: DraftDeclineReason) -> AgreementDraft:
    """Give somebody else's draft back; raises as `submit_draft`."""
    return _give_back(console, id_, reason, account, Action.AGREEMENT_DECLINED)


def approve_draft(console: Console, account: str, id_: str) -> str:
    """Sign and propose somebody else's draft under both persons' references; returns the agreement's digest.

    Doing it again completes what a silent gateway left undone: the same proposal changes nothing there.

    Raises:
        AgreementDraftNotFoundError: no such draft.
        DraftRefusedError: one's own, or not put to a second person.
        StepNotTakenError: the gateway refused or is silent; the draft stays.
    """
    draft = get_draft(console, id_)
    if draft.state is not DraftState.AWAITING_APPROVAL or draft.agreement is None:
        raise DraftRefusedError("not_in_this_state")
    if draft.author == account:
        raise DraftRefusedError("own_draft")
    document, digest = draft.agreement, draft.agreement.digest()
    with taking(console, account, Action.AGREEMENT_PROPOSED, digest, f"with={draft.author}") as office:
        office.propose(document, (draft.author, account))
    with writing(console.connector.state) as connection:
        remove_draft(connection, id_)
    return digest


def delete_draft(console: Console, author: str, id_: str) -> None:
    """Delete one's own draft for good; raises as `submit_draft`."""
    with destroying(console.connector.state) as connection:
        draft = find_draft(connection, id_)
        _require_own_draft(draft, author)
        remove_draft(connection, id_)
        record_in(connection, console.seconds(), author, Action.AGREEMENT_DRAFT_DELETED, id_)


def get_draft(console: Console, id_: str) -> AgreementDraft:
    """Return a draft; raises AgreementDraftNotFoundError."""
    with reading(console.connector.state) as connection:
        found = find_draft(connection, id_)
    if found is None:
        raise AgreementDraftNotFoundError
    return found


def list_drafts(console: Console) -> list[AgreementDraft]:
    """Return all drafts, those that wait for a second person first."""
    with reading(console.connector.state) as connection:
        return read_drafts(connection)


def _keep_new(console: Console, draft: AgreementDraft) -> AgreementDraft:
    with writing(console.connector.state) as connection:
        add_draft(connection, draft)
        record_in(connection, draft.prepared_at, draft.author, Action.AGREEMENT_DRAFTED, draft.id, draft.purpose)
    return draft


def _edit(console: Console, author: str, id_: str, change: _Change, action: Action | None = None) -> AgreementDraft:
    with writing(console.connector.state) as connection:
        changed = change(_require_own_draft(find_draft(connection, id_), author))
        replace_draft(connection, changed)
        if action is not None:
            record_in(connection, console.seconds(), author, action, id_)
    return changed


def _require_own_draft(draft: AgreementDraft | None, author: str) -> AgreementDraft:
    if draft is None:
        raise AgreementDraftNotFoundError
    if draft.author != author:
        raise DraftRefusedError("not_the_author")
    if draft.state is not DraftState.DRAFT:
        raise DraftRefusedError("not_in_this_state")
    return draft


def _give_back(
    console: Console, id_: str, reason: DraftDeclineReason | None, account: str, action: Action
) -> AgreementDraft:
    """Make a draft one again: by its author without a reason, by another person with one."""
    with writing(console.connector.state) as connection:
        draft = find_draft(connection, id_)
        if draft is None:
            raise AgreementDraftNotFoundError
        if draft.state is not DraftState.AWAITING_APPROVAL:
            raise DraftRefusedError("not_in_this_state")
        if (draft.author == account) != (reason is None):
            raise DraftRefusedError("own_draft" if reason else "not_the_author")
        now, said = console.seconds(), None if reason is None else reason.value
        given = replace(draft, state=DraftState.DRAFT, agreement=None, decline_reason=said, changed_at=now)
        replace_draft(connection, given)
        record_in(connection, now, account, action, id_, said)
    return given
