"""Approving: what others prepared, what would happen, and yes or no; nobody approves their own question."""

from functools import partial
from typing import Final
from uuid import UUID

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug import Response

from connectors.console.context import Console
from connectors.console.roles import Permission
from connectors.desk.draft_states import Deed, DeedRefusedError, DraftState
from connectors.desk.drafts import DraftNotFoundError, do_deed, get_draft, list_drafts
from connectors.desk.purposes_for import Askable, find_asked_under
from connectors.desk.question_draft import DeclineReason, Draft
from connectors.desk.question_rows import is_about_guardians
from connectors.desk.question_statement import state_question
from connectors.web.draft_wordings import DECLINE_WORDS, STATE_WORDS, refused_words
from connectors.web.signed_in import requires_sign_in, signed_in
from hosting.web.language import Text, choose
from hosting.web.listing import Column, page_of

COLUMNS: Final = (
    Column(Text("用途", "Purpose")),
    Column(Text("向谁查询", "Asked of")),
    Column(Text("发起人", "Prepared by")),
    Column(Text("个案", "Case")),
    Column(Text("人数", "Children"), is_number=True),
    Column(Text("状态", "State")),
    Column(Text("时间", "Since")),
)
_SHOWN: Final = tuple(state for state in DraftState if state is not DraftState.DRAFT)


def approval_pages(console: Console) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("approvals", __name__, url_prefix="/desk/approvals")
    for path, name, view, method in (
        ("", "show_list", _show_list, "GET"),
        ("/<uuid:id_>", "show", _show, "GET"),
        ("/<uuid:id_>", "decide", _decide, "POST"),
    ):
        blueprint.add_url_rule(path, name, partial(view, console), methods=[method])
    return requires_sign_in(blueprint, console, Permission.APPROVE_QUESTIONS)


def _show_list(console: Console) -> str:
    drafts = list_drafts(console, states=_SHOWN)
    drafts.sort(key=lambda draft: draft.state is not DraftState.AWAITING_APPROVAL)
    page = page_of(len(drafts))
    shown = drafts[page.offset : page.offset + page.size]
    rows = [(draft, find_asked_under(console, draft.agreement)) for draft in shown]
    return render_template("approval/list.html", rows=rows, page=page, columns=COLUMNS, states=STATE_WORDS)


def _show(console: Console, id_: UUID) -> str:
    draft, askable = _put_to_approval(console, id_)
    return _page(console, draft, askable, {})


def _page(console: Console, draft: Draft, askable: Askable, errors: dict[str, str]) -> str:
    return render_template(
        "approval/question.html",
        draft=draft,
        askable=askable,
        said=state_question(askable, draft),
        is_guardians=is_about_guardians(console, draft),
        state=STATE_WORDS[draft.state],
        is_own=draft.author == signed_in().account.id,
        reasons=[(reason.value, choose(words)) for reason, words in DECLINE_WORDS.items()],
        refused=refused_words(request.args.get("refused")),
        errors=errors,
    )


def _decide(console: Console, id_: UUID) -> str | Response:
    draft, askable = _put_to_approval(console, id_)
    account = signed_in().account
    try:
        match request.form.get("deed", ""):
            case "approve":
                do_deed(console, draft.id, Deed.APPROVE, account.id)
            case "decline":
                reason = request.form.get("reason", "")
                if reason not in set(DeclineReason):
                    return _page(console, draft, askable, {"reason": choose(Text("请选择理由", "Choose a reason"))})
                do_deed(console, draft.id, Deed.DECLINE, account.id, {"decline_reason": reason})
            case _:
                abort(400)
    except DeedRefusedError as error:
        return redirect(f"/desk/approvals/{id_}?refused={error.reason}", 303)
    return redirect(f"/desk/approvals/{id_}", 303)


def _put_to_approval(console: Console, id_: UUID) -> tuple[Draft, Askable]:
    """Return a question that was put to approval; drafts are their author's alone."""
    try:
        draft = get_draft(console, str(id_))
    except DraftNotFoundError:
        abort(404)
    askable = find_asked_under(console, draft.agreement)
    if draft.state is DraftState.DRAFT or askable is None:
        abort(404)
    return draft, askable
