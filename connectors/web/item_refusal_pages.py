"""Steps of this office that were refused: what, why, and taking each off with a reason."""

from functools import partial
from typing import Final
from uuid import UUID

from flask import Blueprint, abort, make_response, redirect, render_template, request
from werkzeug import Response

from connectors.console.context import Console
from connectors.console.roles import Permission
from connectors.items.errors import ItemNotFoundError
from connectors.items.refusals import DismissReason, dismiss_refusal, list_refusals
from connectors.web.item_waiting import only_watches
from connectors.web.item_wordings import ITEMS, name_workflow
from connectors.web.signed_in import requires_sign_in, signed_in
from hosting.web.language import Text, choose
from hosting.web.listing import Column, page_of

REFUSALS: Final = f"{ITEMS}/refused"
COLUMNS: Final = (
    Column(Text("编号", "Number")),
    Column(Text("事项", "Kind")),
    Column(Text("儿童", "Child")),
    Column(Text("哪一步", "Step")),
    Column(Text("为什么没有办成", "Why it was refused")),
    Column(Text("办理", "What to do")),
)
REASON_WORDS: Final = {
    DismissReason.TAKEN_AGAIN: Text("已改正并重新办理", "Put right and taken again"),
    DismissReason.DONE_OTHERWISE: Text("已用其他方式办理", "Done in another way"),
    DismissReason.NOT_NEEDED: Text("不再需要", "No longer needed"),
    DismissReason.IN_ERROR: Text("办理有误", "Was taken in error"),
}


def item_refusal_pages(console: Console) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("item_refusals", __name__, url_prefix=ITEMS)
    blueprint.add_url_rule("/refused", "show", partial(_show, console))
    blueprint.add_url_rule("/<uuid:id_>/refusal", "dismiss", partial(_dismiss, console), methods=["POST"])
    return requires_sign_in(blueprint, console, Permission.SEE_REFERRALS)


def _show(console: Console) -> str:
    return _page(console, {})


def _dismiss(console: Console, id_: UUID) -> Response:
    account, reason = signed_in().account, request.form.get("reason", "")
    if only_watches(account):
        abort(404)
    if reason not in set(DismissReason):
        errors = {"reason": choose(Text("请选择撤下的理由", "Choose why it is taken off"))}
        return make_response(_page(console, errors), 422)
    try:
        dismiss_refusal(console, account, str(id_), DismissReason(reason))
    except ItemNotFoundError:
        abort(404)
    return redirect(f"{REFUSALS}?dismissed=1", 303)


def _page(console: Console, errors: dict[str, str]) -> str:
    account = signed_in().account
    refusals = [] if only_watches(account) else list_refusals(console, account)
    page = page_of(len(refusals))
    return render_template(
        "item/refused.html",
        refusals=refusals[page.offset : page.offset + page.size],
        page=page,
        columns=COLUMNS,
        reasons=[
            ("", choose(Text("请选择理由", "Choose a reason"))),
            *((r.value, choose(w)) for r, w in REASON_WORDS.items()),
        ],
        name_workflow=name_workflow,
        is_dismissed="dismissed" in request.args,
        errors=errors,
    )


def _reasons() -> list[tuple[str, str]]:
    return [(reason.value, choose(words)) for reason, words in REASON_WORDS.items()]
