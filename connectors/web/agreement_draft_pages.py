"""One draft of an agreement: its exact terms and checks, putting it to a second person, approving or deleting it."""

from functools import partial
from typing import Final
from uuid import UUID

from flask import Blueprint, abort, make_response, redirect, render_template, request
from werkzeug import Response

from connectors.console.context import Console
from connectors.console.roles import Permission
from connectors.desk.agreement_checks import check_draft, draft_document
from connectors.desk.agreement_choices import UnknownChoiceError, get_purpose, name_party, short_form
from connectors.desk.agreement_drafts import (
    AgreementDraftNotFoundError,
    DraftDeclineReason,
    DraftRefusedError,
    approve_draft,
    decline_draft,
    delete_draft,
    get_draft,
    submit_draft,
    withdraw_draft,
)
from connectors.desk.agreement_steps import StepNotTakenError
from connectors.state.agreement_drafts import AgreementDraft, DraftState
from connectors.state.agreements import find_agreement
from connectors.web.agreement_failures import say_failure
from connectors.web.agreement_words import CHECK_WORDS, DECLINE_WORDS, DRAFT_STATE_WORDS, REFUSED_WORDS
from connectors.web.signed_in import PREFIX, requires_sign_in, signed_in
from hosting.web.agreement_terms import CHANGE_COLUMNS, SaidTerms, say_terms
from hosting.web.language import Text, choose
from schemas.agreement import Agreement
from schemas.agreement_changes import describe_changes
from schemas.purpose_catalogue import Purpose

AGREEMENTS: Final = f"{PREFIX}/agreements"
DRAFTS: Final = f"{PREFIX}/agreement-drafts"


def agreement_draft_pages(console: Console) -> Blueprint:
    """Return the blueprint of a draft, for those who draft."""
    blueprint = Blueprint("agreement_drafts", __name__, url_prefix=f"{DRAFTS}/<uuid:id_>")
    for path, name, view, method in (
        ("", "show", _show, "GET"),
        ("", "act", _act, "POST"),
        ("/deletion", "show_deletion", _show_deletion, "GET"),
        ("/deletion", "delete", _delete, "POST"),
    ):
        blueprint.add_url_rule(path, name, partial(view, console), methods=[method])
    return requires_sign_in(blueprint, console, Permission.PREPARE_AGREEMENTS)


def agreement_approval_pages(console: Console) -> Blueprint:
    """Return the blueprint of the second person, who approves a draft or gives it back."""
    blueprint = Blueprint("agreement_approvals", __name__, url_prefix=f"{DRAFTS}/<uuid:id_>/approval")
    blueprint.add_url_rule("", "decide", partial(_decide, console), methods=["POST"])
    return requires_sign_in(blueprint, console, Permission.SIGN_AGREEMENTS)


def _show(console: Console, id_: UUID) -> str | Response:
    try:
        draft = get_draft(console, str(id_))
    except AgreementDraftNotFoundError:
        abort(404)
    if draft.provider is None or draft.terms is None:
        return redirect(f"{DRAFTS}/{draft.id}/{'provider' if draft.provider is None else 'terms'}", 303)
    return _page(console, draft, {})


def _page(console: Console, draft: AgreementDraft, errors: dict[str, str]) -> str:
    """Return the page of a complete draft: its exact terms, the checks, and what may be done with it."""
    document = draft.agreement or draft_document(console, draft)
    before = None if draft.replaces is None else find_agreement(console.connector.state, draft.replaces)
    account = signed_in().account
    return render_template(
        "agreement/draft.html",
        draft=draft,
        purpose=purpose_of(console, draft),
        provider=name_party(console, document.provider.agency),
        said=_said(console, draft, document),
        short=short_form(document.provider.signing_key),
        changes=None if before is None else describe_changes(before.agreement, document),
        change_columns=CHANGE_COLUMNS,
        checks=[(is_met, CHECK_WORDS[check][not is_met]) for check, is_met in check_draft(console, draft).items()],
        state=DRAFT_STATE_WORDS[draft.state],
        is_own=draft.author == account.id,
        may_sign=account.may(Permission.SIGN_AGREEMENTS),
        declined=next((words for reason, words in DECLINE_WORDS.items() if reason.value == draft.decline_reason), None),
        reasons=[(reason.value, choose(words)) for reason, words in DECLINE_WORDS.items()],
        refused=REFUSED_WORDS.get(request.args.get("refused", "")),
        failure=say_failure(request.args.get("failed", "")),
        errors=errors,
    )


def _said(console: Console, draft: AgreementDraft, document: Agreement) -> SaidTerms:
    names = {party.agency: name_party(console, party.agency) for party in document.signers}
    return say_terms(document, purpose_of(console, draft), names)


def _act(console: Console, id_: UUID) -> Response:
    account = signed_in().account.id
    try:
        match request.form.get("deed", ""):
            case "submit":
                submit_draft(console, account, str(id_))
            case "withdraw":
                withdraw_draft(console, account, str(id_))
            case _:
                abort(400)
    except AgreementDraftNotFoundError:
        abort(404)
    except DraftRefusedError as error:
        return redirect(f"{DRAFTS}/{id_}?refused={error.reason}", 303)
    return redirect(f"{DRAFTS}/{id_}", 303)


def _decide(console: Console, id_: UUID) -> str | Response:
    account, address = signed_in().account.id, f"{DRAFTS}/{id_}"
    try:
        match request.form.get("deed", ""):
            case "approve":
                digest = approve_draft(console, account, str(id_))
                address = f"{AGREEMENTS}/{digest}?done=proposed"
            case "decline":
                reason = request.form.get("reason", "")
                if reason not in set(DraftDeclineReason):
                    errors = {"reason": choose(Text("请选择理由", "Choose a reason"))}
                    return make_response(_page(console, get_draft(console, str(id_)), errors), 422)
                decline_draft(console, account, str(id_), DraftDeclineReason(reason))
            case _:
                abort(400)
    except AgreementDraftNotFoundError:
        abort(404)
    except DraftRefusedError as error:
        address = f"{DRAFTS}/{id_}?refused={error.reason}"
    except StepNotTakenError as error:
        address = f"{DRAFTS}/{id_}?failed={error.code}"
    return redirect(address, 303)


def _show_deletion(console: Console, id_: UUID) -> str:
    draft = own_draft(console, id_)
    provider = None if draft.provider is None else name_party(console, draft.provider)
    return render_template(
        "agreement/draft_delete.html", draft=draft, purpose=purpose_of(console, draft), provider=provider
    )


def _delete(console: Console, id_: UUID) -> Response:
    try:
        delete_draft(console, signed_in().account.id, str(id_))
    except AgreementDraftNotFoundError:
        abort(404)
    except DraftRefusedError as error:
        return redirect(f"{DRAFTS}/{id_}?refused={error.reason}", 303)
    return redirect(f"{AGREEMENTS}?done=deleted", 303)


def own_draft(console: Console, id_: UUID) -> AgreementDraft:
    """Return the person's own draft that may be changed; others are read on their page."""
    try:
        draft = get_draft(console, str(id_))
    except AgreementDraftNotFoundError:
        abort(404)
    if draft.author != signed_in().account.id or draft.state is not DraftState.DRAFT:
        reason = "not_in_this_state" if draft.author == signed_in().account.id else "not_the_author"
        abort(redirect(f"{DRAFTS}/{id_}?refused={reason}", 303))
    return draft


def purpose_of(console: Console, draft: AgreementDraft) -> Purpose:
    """Return the purpose of a draft; answers 404 where it is open no more."""
    try:
        return get_purpose(console, draft.purpose)
    except UnknownChoiceError:
        abort(404)
