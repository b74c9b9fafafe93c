"""The agency's agreements: what waits for it, and one agreement with its exact terms, versions and story."""

from functools import partial
from typing import Final

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug import Response

from connectors.agreements import root_key_id
from connectors.console.context import Console
from connectors.console.roles import Permission
from connectors.desk.agreement_choices import name_party, short_form
from connectors.desk.agreement_drafts import begin_next_version, list_drafts
from connectors.desk.agreement_steps import OfficeStep
from connectors.desk.agreement_view import AgreementView, Group, Part
from connectors.desk.agreements import AgreementNotFoundError, chain_of, get_view, is_fresh, list_views
from connectors.private_or.trusted_board import own_agreements
from connectors.state.agreement_drafts import AgreementDraft, DraftTerms
from connectors.web.agreement_draft_pages import AGREEMENTS, DRAFTS
from connectors.web.agreement_failures import say_failure
from connectors.web.agreement_steps_words import DONE_WORDS, STEP_BUTTONS, step_address
from connectors.web.agreement_words import (
    DRAFT_STATE_WORDS,
    GROUP_WORDS,
    PART_WORDS,
    REFUSED_WORDS,
    WAIT_WORDS,
)
from connectors.web.signed_in import requires_sign_in, signed_in
from hosting.web.agreement_terms import CHANGE_COLUMNS, STATE_TAGS, say_terms
from hosting.web.language import Text
from hosting.web.listing import Column
from hosting.web.wording import office_time
from schemas.agreement_changes import describe_changes
from schemas.agreement_names import STEP_NAMES
from schemas.agreement_reasons import REASONS
from schemas.purpose_catalogue import load_purposes

COLUMNS: Final = (
    Column(Text("用途", "Purpose")),
    Column(Text("对方单位", "With")),
    Column(Text("我方", "Our part")),
    Column(Text("状态", "State")),
    Column(Text("办理期限", "Due")),
    Column(Text("有效期", "Period")),
)
DRAFT_COLUMNS: Final = (
    Column(Text("用途", "Purpose")),
    Column(Text("对方单位", "With")),
    Column(Text("起草人", "Drafted by")),
    Column(Text("状态", "State")),
    Column(Text("时间", "Since")),
)


def agreement_pages(console: Console) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("agreements", __name__, url_prefix=AGREEMENTS)
    for path, name, view, method in (
        ("", "show_all", _show_all, "GET"),
        ("/<digest>", "show", _show, "GET"),
        ("/<digest>/next-version", "begin_next", _begin_next, "POST"),
    ):
        blueprint.add_url_rule(path, name, partial(view, console), methods=[method])
    return requires_sign_in(blueprint, console, Permission.PREPARE_AGREEMENTS)


def _show_all(console: Console) -> str:
    is_current = is_fresh(console)
    views, account = list_views(console), signed_in().account
    return render_template(
        "agreement/list.html",
        is_current=is_current,
        has_boards=bool(own_agreements(console.connector)),
        groups=[(group, [view for view in views if view.group is group]) for group in Group],
        group_words=GROUP_WORDS,
        drafts=[(draft, *_draft_names(console, draft)) for draft in list_drafts(console)],
        account=account,
        own_key=short_form(root_key_id(console.connector)),
        columns=COLUMNS,
        draft_columns=DRAFT_COLUMNS,
        partner=_partner,
        done=DONE_WORDS.get(request.args.get("done", "")),
        **_words(),
    )


def _show(console: Console, digest: str) -> str:
    is_current = is_fresh(console)
    view = view_of(console, digest)
    views, account = list_views(console), signed_in().account
    before = next((one for one in views if one.digest == view.terms.replaces), None)
    after = next((one for one in views if one.terms.replaces == digest), None)
    return render_template(
        "agreement/agreement.html",
        view=view,
        is_current=is_current,
        said=say_terms(view.terms, view.purpose, view.names),
        keys=[(view.names[party.agency], short_form(party.signing_key)) for party in view.terms.signers],
        changes=None if before is None else describe_changes(before.terms, view.terms),
        change_columns=CHANGE_COLUMNS,
        versions=chain_of(views, view),
        after=after,
        steps=[
            (STEP_BUTTONS[step], step_address(view, step))
            for step in OfficeStep
            if view.offers(step) and account.may(STEP_BUTTONS[step].permission)
        ],
        account=account,
        may_sign=account.may(Permission.SIGN_AGREEMENTS),
        is_provider=view.part is Part.PROVIDER,
        step_names=STEP_NAMES,
        reasons=REASONS,
        partner=_partner,
        done=DONE_WORDS.get(request.args.get("done", "")),
        refused=REFUSED_WORDS.get(request.args.get("refused", "")),
        failure=say_failure(request.args.get("failed", "")),
        **_words(),
    )


def _begin_next(console: Console, digest: str) -> Response:
    view = view_of(console, digest)
    if not view.can_be_succeeded:
        return redirect(f"{AGREEMENTS}/{digest}", 303)
    terms = view.terms
    first_on = max(console.connector.today(), office_time(terms.valid_from).date())
    kept = DraftTerms(
        attributes=terms.attributes,
        regions=terms.regions,
        first_on=first_on,
        last_on=max(first_on, office_time(terms.valid_until).date()),
        approval=terms.approval,
        max_batch=terms.max_batch,
        evaluations_per_day=terms.evaluations_per_day,
        releases_per_day=terms.releases_per_day,
        officer_evaluations_per_day=terms.officer_evaluations_per_day,
        officer_releases_per_day=terms.officer_releases_per_day,
        retention_days=terms.retention_days,
    )
    draft = begin_next_version(console, signed_in().account.id, terms, kept)
    return redirect(f"{DRAFTS}/{draft.id}/terms", 303)


def view_of(console: Console, digest: str) -> AgreementView:
    """Return an agreement of this agency; answers 404 for any other."""
    try:
        return get_view(console, digest)
    except AgreementNotFoundError:
        abort(404)


def _partner(view: AgreementView) -> list[Text]:
    """Return the full names of the other parties: whom this agency asks, or who asks it, or both."""
    parties = (view.terms.requester, view.terms.provider)
    return [view.names[party.agency] for party in parties if party.agency != view.own]


def _draft_names(console: Console, draft: AgreementDraft) -> tuple[Text, Text | None]:
    purpose = load_purposes()[draft.purpose]
    provider = None if draft.provider is None else name_party(console, draft.provider)
    return Text(purpose.name_zh, purpose.name_en), provider


def _words() -> dict[str, object]:
    return {"states": STATE_TAGS, "draft_states": DRAFT_STATE_WORDS, "parts": PART_WORDS, "waits": WAIT_WORDS}
