"""Agreements as auditors read them: which there are, and one agreement's versions, differences and whole story."""

from functools import partial
from typing import Final

from flask import Blueprint, abort, render_template, request

from gateway.domain.account import Account
from gateway.domain.roles import Permission
from gateway.persistence.agreement_queries import StoredAgreement
from gateway.services.context import Gateway
from gateway.services.tell_agreements import ToldAgreement, find_readable, list_readable
from gateway.web.agency_names import agency_name
from gateway.web.entry_wordings import EntryWords
from gateway.web.signed_in import requires_sign_in, signed_in
from hosting.web.agreement_terms import CHANGE_COLUMNS, STATE_TAGS, say_terms
from hosting.web.language import Text, choose
from hosting.web.listing import Column, page_of
from schemas.agreement import AgreementState
from schemas.agreement_changes import describe_changes
from schemas.agreement_names import STEP_NAMES
from schemas.agreement_reasons import REASONS
from schemas.purpose_catalogue import load_purposes

AGREEMENTS: Final = "/console/agreements"
COLUMNS: Final = (
    Column(Text("用途", "Purpose")),
    Column(Text("谁问", "Who asks")),
    Column(Text("问谁", "Whom")),
    Column(Text("版本", "Version"), is_number=True),
    Column(Text("状态", "State")),
    Column(Text("审核期限", "Review due")),
    Column(Text("有效期", "Period")),
)


def agreement_pages(gateway: Gateway) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("agreement_stories", __name__, url_prefix=AGREEMENTS)
    blueprint.add_url_rule("", "show_all", partial(_show_all, gateway))
    blueprint.add_url_rule("/<digest>", "show", partial(_show, gateway))
    return requires_sign_in(blueprint, gateway, Permission.SEE_AGREEMENTS)


def _show_all(gateway: Gateway) -> str:
    words = EntryWords(gateway)
    known = {agency for agency, _ in words.agencies()}
    state = next((one for one in AgreementState if one.value == request.args.get("state")), None)
    agency = next((one for one in known if one == request.args.get("agency")), None)
    found = [
        one
        for one in list_readable(gateway, signed_in().account)
        if state in {None, one.standing.state} and agency in {None, *_agencies_of(one)}
    ]
    page = page_of(len(found))
    return render_template(
        "agreement/list.html",
        found=found[page.offset : page.last],
        page=page,
        columns=COLUMNS,
        words=words,
        state=state,
        agency=agency,
        state_options=[("", "—"), *((one.value, choose(words)) for one, (words, _) in STATE_TAGS.items())],
        agencies=[("", "—"), *words.agencies()],
        now=gateway.seconds(),
        states=STATE_TAGS,
    )


def _show(gateway: Gateway, digest: str) -> str:
    account = signed_in().account
    told = readable_agreement(gateway, account, digest)
    terms = told.stored.standing.agreement
    names = _names(gateway, told)
    return render_template(
        "agreement/agreement.html",
        told=told,
        stored=told.stored,
        purpose=load_purposes()[terms.purpose],
        said=say_terms(terms, load_purposes()[terms.purpose], names),
        changes=None if told.before is None else describe_changes(told.before.standing.agreement, terms),
        change_columns=CHANGE_COLUMNS,
        agencies=names,
        step_names=STEP_NAMES,
        reasons=REASONS,
        may_read=account.may(Permission.READ_ENTRIES),
        now=gateway.seconds(),
        states=STATE_TAGS,
    )


def readable_agreement(gateway: Gateway, account: Account, digest: str) -> ToldAgreement:
    """Return an agreement that the account may read; answers 404 for any other."""
    found = find_readable(gateway, account, digest)
    if found is None:
        abort(404)
    return found


def _names(gateway: Gateway, told: ToldAgreement) -> dict[str, Text]:
    agencies = {*_agencies_of(told.stored), *(step.agency for step in told.story)}
    return {agency: agency_name(gateway, agency) for agency in agencies}


def _agencies_of(stored: StoredAgreement) -> list[str]:
    return [party.agency for party in stored.standing.agreement.signers]
