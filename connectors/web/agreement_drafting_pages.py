"""Choosing what an agreement shall say, page by page: for which purpose, whom to ask, and on which terms."""

from functools import partial
from uuid import UUID

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug import Response

from connectors.console.context import Console
from connectors.console.roles import Permission
from connectors.desk.agreement_choices import (
    MemberChoice,
    UnknownChoiceError,
    bounds_of,
    get_provider,
    get_purpose,
    list_providers,
    list_purposes,
    short_form,
)
from connectors.desk.agreement_drafts import begin_draft, choose_provider, choose_terms
from connectors.desk.question_statement import name_attributes, say_basis
from connectors.state.agreement_drafts import AgreementDraft
from connectors.web.agreement_draft_pages import DRAFTS, own_draft, purpose_of
from connectors.web.agreement_terms_form import MAX_REGIONS, TermsForm, default_terms, form_of, read_form
from connectors.web.signed_in import requires_sign_in, signed_in
from hosting.web.language import Text, choose
from schemas.agreement_names import APPROVAL_NAMES
from schemas.purpose_catalogue import Purpose


def agreement_drafting_pages(console: Console) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("agreement_drafting", __name__, url_prefix=DRAFTS)
    for path, name, view, method in (
        ("", "show_purposes", _show_purposes, "GET"),
        ("", "begin", _begin, "POST"),
        ("/<uuid:id_>/provider", "show_providers", _show_providers, "GET"),
        ("/<uuid:id_>/provider", "take_provider", _take_provider, "POST"),
        ("/<uuid:id_>/terms", "show_terms", _show_terms, "GET"),
        ("/<uuid:id_>/terms", "take_terms", _take_terms, "POST"),
    ):
        blueprint.add_url_rule(path, name, partial(view, console), methods=[method])
    return requires_sign_in(blueprint, console, Permission.PREPARE_AGREEMENTS)


def _show_purposes(console: Console) -> str:
    return _purposes_page(console, {})


def _begin(console: Console) -> Response:
    try:
        purpose = get_purpose(console, request.form.get("purpose", ""))
    except UnknownChoiceError:
        errors = {"purpose": choose(Text("请选择一项用途", "Choose a purpose"))}
        return make_response(_purposes_page(console, errors), 422)
    draft = begin_draft(console, signed_in().account.id, purpose.id)
    return redirect(f"{DRAFTS}/{draft.id}/provider", 303)


def _purposes_page(console: Console, errors: dict[str, str]) -> str:
    options = [_purpose_option(purpose) for purpose in list_purposes(console)]
    return render_template("agreement/draft_purpose.html", options=options, errors=errors)


def _purpose_option(purpose: Purpose) -> tuple[str, str, str]:
    grounds = [say_basis(basis) for basis in purpose.legal_basis]
    name = Text(f"{purpose.id} {purpose.name_zh}", f"{purpose.id} {purpose.name_en}")
    question = Text(
        f"{purpose.question_zh}依据：{'、'.join(grounds)}。", f"{purpose.question_en} Ground: {', '.join(grounds)}."
    )
    return purpose.id, choose(name), choose(question)


def _show_providers(console: Console, id_: UUID) -> str:
    draft = own_draft(console, id_)
    return _providers_page(console, draft, draft.provider or "", {})


def _take_provider(console: Console, id_: UUID) -> Response:
    draft = own_draft(console, id_)
    try:
        provider = get_provider(console, purpose_of(console, draft), request.form.get("provider"))
    except UnknownChoiceError:
        errors = {"provider": choose(Text("请选择对方单位", "Choose whom to ask"))}
        return make_response(_providers_page(console, draft, "", errors), 422)
    is_compared = request.form.get("compared") == "yes"
    choose_provider(console, draft.author, draft.id, provider, is_key_compared=is_compared)
    return redirect(f"{DRAFTS}/{draft.id}/terms", 303)


def _providers_page(console: Console, draft: AgreementDraft, chosen: str, errors: dict[str, str]) -> str:
    purpose = purpose_of(console, draft)
    return render_template(
        "agreement/draft_provider.html",
        draft=draft,
        purpose=purpose,
        options=[_provider_option(purpose, one) for one in list_providers(console, purpose)],
        chosen=chosen,
        errors=errors,
    )


def _provider_option(purpose: Purpose, provider: MemberChoice) -> tuple[str, str, str]:
    names = name_attributes([output.attribute for output in purpose.outputs_of(provider.kind)])
    digits = short_form(provider.key)
    hint = Text(
        f"密钥指纹 {digits}。可提供：{'、'.join(name.zh for name in names)}。",
        f"Key {digits}. May answer: {', '.join(name.en for name in names)}.",
    )
    name = Text(f"{provider.name.zh}（{provider.region}）", f"{provider.name.en} ({provider.region})")
    return provider.agency, choose(name), choose(hint)


def _show_terms(console: Console, id_: UUID) -> str | Response:
    draft = own_draft(console, id_)
    provider = _find_provider(console, draft)
    if provider is None:
        return redirect(f"{DRAFTS}/{draft.id}/provider", 303)
    terms = draft.terms or default_terms(console, purpose_of(console, draft), provider)
    return _terms_page(console, draft, provider, form_of(terms))


def _take_terms(console: Console, id_: UUID) -> Response:
    draft = own_draft(console, id_)
    provider = _find_provider(console, draft)
    if provider is None:
        return redirect(f"{DRAFTS}/{draft.id}/provider", 303)
    form = read_form(console, purpose_of(console, draft), provider)
    if form.terms is None:
        return make_response(_terms_page(console, draft, provider, form), 422)
    choose_terms(console, draft.author, draft.id, form.terms)
    return redirect(f"{DRAFTS}/{draft.id}", 303)


def _terms_page(console: Console, draft: AgreementDraft, provider: MemberChoice, form: TermsForm) -> str:
    purpose = purpose_of(console, draft)
    offered = [output.attribute for output in purpose.outputs_of(provider.kind)]
    names = [choose(name) for name in name_attributes(offered)]
    return render_template(
        "agreement/draft_terms.html",
        draft=draft,
        purpose=purpose,
        provider=provider,
        form=form,
        options=list(zip(offered, names, strict=True)),
        never=name_attributes(purpose.never),
        bounds=bounds_of(purpose),
        own_region=console.connector.settings.region,
        max_regions=MAX_REGIONS,
        approvals=[(one.value, choose(words)) for one, words in APPROVAL_NAMES.items()],
    )


def _find_provider(console: Console, draft: AgreementDraft) -> MemberChoice | None:
    try:
        return get_provider(console, purpose_of(console, draft), draft.provider)
    except UnknownChoiceError:
        return None
