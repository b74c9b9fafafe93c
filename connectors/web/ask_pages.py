"""Asking, page by page: for which purpose, about which ledger, whose children, and what will happen then."""

from collections.abc import Sequence
from functools import partial
from typing import Final
from uuid import UUID

from flask import Blueprint, abort, make_response, redirect, render_template, request
from werkzeug import Response

from connectors.console.context import Console
from connectors.console.roles import Permission
from connectors.desk.boards import BoardView, find_live_board
from connectors.desk.draft_states import Deed, DeedRefusedError, DraftState
from connectors.desk.drafts import DraftNotFoundError, begin_draft, choose_ledger, choose_terms, do_deed, get_draft
from connectors.desk.ledgers import Ledger, list_ledgers
from connectors.desk.purposes_for import Askable, NotAskableError, get_askable, list_askable
from connectors.desk.question_draft import Draft
from connectors.desk.question_failures import tell_failure
from connectors.desk.question_rows import is_about_guardians
from connectors.desk.question_statement import name_attributes, state_question
from connectors.desk.question_work import EXPECTED, failure_of
from connectors.desk.run_questions import QuestionWorkers
from connectors.state.ledgers import LedgerState
from connectors.web.ask_terms import is_reference, needs_case, regions_of
from connectors.web.draft_wordings import refused_words
from connectors.web.signed_in import requires_sign_in, signed_in
from hosting.web.language import Text, choose
from schemas.faults import Wording
from schemas.messages.match import SubjectKind

_DEEDS: Final = {"submit": Deed.SUBMIT, "send": Deed.ASK, "withdraw": Deed.WITHDRAW, "halt": Deed.HALT}


def ask_pages(console: Console, workers: QuestionWorkers) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("ask", __name__, url_prefix="/desk/ask")
    for path, name, view, method in (
        ("", "show_purposes", partial(_show_purposes, console), "GET"),
        ("", "begin", partial(_begin, console), "POST"),
        ("/<uuid:id_>/ledger", "show_ledgers", partial(_show_ledgers, console), "GET"),
        ("/<uuid:id_>/ledger", "take_ledger", partial(_take_ledger, console), "POST"),
        ("/<uuid:id_>/terms", "show_terms", partial(_show_terms, console), "GET"),
        ("/<uuid:id_>/terms", "take_terms", partial(_take_terms, console, workers), "POST"),
        ("/<uuid:id_>", "show_statement", partial(_show_statement, console, workers), "GET"),
        ("/<uuid:id_>", "act", partial(_act, console, workers), "POST"),
    ):
        blueprint.add_url_rule(path, name, view, methods=[method])
    return requires_sign_in(blueprint, console, Permission.ASK)


def _show_purposes(console: Console) -> str:
    return render_template("ask/purposes.html", found=list_askable(console), errors={})


def _begin(console: Console) -> Response:
    try:
        askable = get_askable(console, request.form.get("agreement", ""))
    except NotAskableError:
        errors = {"agreement": choose(Text("请选择一项用途", "Choose a purpose"))}
        page = render_template("ask/purposes.html", found=list_askable(console), errors=errors)
        return make_response(page, 422)
    draft = begin_draft(console, signed_in().account.id, askable)
    return redirect(f"/desk/ask/{draft.id}/ledger", 303)


def _show_ledgers(console: Console, id_: UUID) -> str | Response:
    draft, askable = _draft_of(console, id_)
    return _ledger_page(console, draft, askable, {})


def _ledger_page(console: Console, draft: Draft, askable: Askable, errors: dict[str, str]) -> str:
    fitting = _fitting(console, askable)
    return render_template("ask/ledger.html", draft=draft, askable=askable, ledgers=fitting, errors=errors)


def _take_ledger(console: Console, id_: UUID) -> Response:
    draft, askable = _draft_of(console, id_)
    chosen = request.form.get("ledger", "")
    if chosen not in {ledger.id for ledger in _fitting(console, askable)}:
        errors = {"ledger": choose(Text("请选择一份台账", "Choose a ledger"))}
        return make_response(_ledger_page(console, draft, askable, errors), 422)
    choose_ledger(console, draft.author, draft.id, chosen)
    return redirect(f"/desk/ask/{draft.id}/terms", 303)


def _show_terms(console: Console, id_: UUID) -> str | Response:
    draft, askable = _draft_of(console, id_)
    if draft.ledger is None:
        return redirect(f"/desk/ask/{draft.id}/ledger", 303)
    typed = {"region": draft.region or "", "case": draft.case or ""}
    return _terms_page(console, draft, askable, typed, draft.attributes, {})


def _take_terms(console: Console, workers: QuestionWorkers, id_: UUID) -> Response:
    draft, askable = _draft_of(console, id_)
    typed = {name: request.form.get(name, "").strip() for name in ("region", "case")}
    asked = set(request.form.getlist("attributes"))
    attributes = tuple(output.attribute for output in askable.outputs if output.attribute in asked)
    errors = _check_terms(console, askable, typed, attributes)
    if errors:
        return make_response(_terms_page(console, draft, askable, typed, attributes, errors), 422)
    case = typed["case"] or None
    choose_terms(console, draft.author, draft.id, region=typed["region"], case=case, attributes=attributes)
    workers.count(draft.id)
    return redirect(f"/desk/ask/{draft.id}", 303)


def _check_terms(
    console: Console, askable: Askable, typed: dict[str, str], attributes: Sequence[str]
) -> dict[str, str]:
    errors: dict[str, str] = {}
    if typed["region"] not in regions_of(console, askable):
        errors["region"] = choose(Text("请选择地区", "Choose a region"))
    if not typed["case"] and needs_case(askable):
        errors["case"] = choose(Text("请填写在办个案的编号", "Give the number of the open case"))
    elif typed["case"] and not is_reference(typed["case"]):
        errors["case"] = choose(
            Text(
                "编号应为 2 至 40 位字母、数字、点、横线，不得是身份号码",
                "A case number has 2 to 40 letters, digits, dots and dashes, and is no ID number",
            )
        )
    if not attributes:
        errors["attributes"] = choose(Text("请至少选择一项", "Choose at least one"))
    return errors


def _terms_page(
    console: Console,
    draft: Draft,
    askable: Askable,
    typed: dict[str, str],
    attributes: Sequence[str],
    errors: dict[str, str],
) -> str:
    names = [choose(name) for name in name_attributes([output.attribute for output in askable.outputs])]
    options = [(output.attribute, name) for output, name in zip(askable.outputs, names, strict=True)]
    return render_template(
        "ask/terms.html",
        draft=draft,
        askable=askable,
        typed=typed,
        attributes=attributes,
        options=options,
        regions=[(region, region) for region in regions_of(console, askable)],
        needs_case=needs_case(askable),
        errors=errors,
    )


def _show_statement(console: Console, workers: QuestionWorkers, id_: UUID) -> str | Response:
    draft, askable = _draft_of(console, id_)
    if draft.ledger is None or draft.region is None:
        return redirect(f"/desk/ask/{draft.id}/{'ledger' if draft.ledger is None else 'terms'}", 303)
    if not draft.is_counted and draft.failure is None:
        workers.count(draft.id)
        return render_template("ask/counting.html", draft=draft, askable=askable)
    said = state_question(askable, draft)
    board, board_failure = _board_for(console, askable) if said.is_by_board else (None, None)
    return render_template(
        "ask/statement.html",
        draft=draft,
        askable=askable,
        said=said,
        board=board,
        board_failure=board_failure,
        failure=tell_failure(draft.failure) if draft.failure else None,
        is_guardians=is_about_guardians(console, draft),
        refused=refused_words(request.args.get("refused")),
    )


def _board_for(console: Console, askable: Askable) -> tuple[BoardView | None, Wording | None]:
    """Return the board that answers under an agreement, and why that can't be found out where it can't."""
    try:
        return find_live_board(console, askable.digest), None
    except EXPECTED as error:
        return None, tell_failure(failure_of(error).code).title


def _act(console: Console, workers: QuestionWorkers, id_: UUID) -> Response:
    """Submit, send or withdraw a question, as the button says; a question is followed on its own page."""
    deed = _DEEDS.get(request.form.get("deed", ""))
    if deed is None:
        abort(400)
    account = signed_in().account
    try:
        draft = get_draft(console, str(id_), account.id)
        do_deed(console, draft.id, deed, account.id)
    except DraftNotFoundError:
        abort(404)
    except DeedRefusedError as error:
        return redirect(f"/desk/questions/{id_}?refused={error.reason}", 303)
    if deed is Deed.ASK:
        workers.ask(draft.id)
    return redirect(f"/desk/ask/{id_}" if deed is Deed.WITHDRAW else f"/desk/questions/{id_}", 303)


def _draft_of(console: Console, id_: UUID) -> tuple[Draft, Askable]:
    """Return the officer's own draft with its terms; what is a draft no longer is seen on the question's page."""
    try:
        draft = get_draft(console, str(id_), signed_in().account.id)
        if draft.is_table:
            abort(redirect(f"/desk/table-drafts/{id_}", 303))
        askable = get_askable(console, draft.agreement)
    except (DraftNotFoundError, NotAskableError):
        abort(404)
    if draft.state is not DraftState.DRAFT:
        abort(redirect(f"/desk/questions/{id_}", 303))
    return draft, askable


def _fitting(console: Console, askable: Askable) -> list[Ledger]:
    """Return the officer's ledgers that can be asked with: guardians only where the purpose allows them."""
    ready = [one for one in list_ledgers(console, signed_in().account.id) if one.state is LedgerState.READY]
    asks_guardians = SubjectKind.GUARDIAN.value in askable.purpose.relations
    return [one for one in ready if one.subject is SubjectKind.CHILD or asks_guardians]
