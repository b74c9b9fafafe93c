"""The second person's pages: emergency calls that wait, what was asked and why, and the verdict."""

from functools import partial
from typing import Final
from uuid import UUID

from flask import Blueprint, abort, make_response, redirect, render_template, request
from werkzeug import Response

from connectors.console.context import Console
from connectors.console.roles import Permission
from connectors.desk.ledgers import ledger_cells
from connectors.desk.purposes_for import find_asked_under
from connectors.emergency.calls import Call, CallUnknownError, get_call, list_calls, questions_of
from connectors.emergency.review_call import NotReviewableError, review_call
from connectors.state.ledgers import LedgerUnknownError
from connectors.web.emergency_words import REASON_WORDS, REFUSED_WORDS, STATE_WORDS, VERDICT_WORDS
from connectors.web.signed_in import requires_sign_in, signed_in
from hosting.web.language import Text, choose
from hosting.web.listing import Column, page_of
from schemas.emergency import CallState, Verdict
from schemas.problem import ProblemError

COLUMNS: Final = (
    Column(Text("时间", "At")),
    Column(Text("经办人", "Officer")),
    Column(Text("事由", "Reason")),
    Column(Text("状态", "State")),
    Column(Text("复核时限", "Review due")),
    Column(Text("复核人", "Reviewer")),
)


def emergency_review_pages(console: Console) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("emergency_reviews", __name__, url_prefix="/desk/emergency-reviews")
    for path, name, view, method in (
        ("", "show_list", _show_list, "GET"),
        ("/<uuid:id_>", "show", _show, "GET"),
        ("/<uuid:id_>", "decide", _decide, "POST"),
    ):
        blueprint.add_url_rule(path, name, partial(view, console), methods=[method])
    return requires_sign_in(blueprint, console, Permission.APPROVE_QUESTIONS)


def _show_list(console: Console) -> str:
    rows = [(call, call.state(console.seconds())) for call in list_calls(console.connector)]
    rows.sort(key=lambda row: row[1] not in {CallState.OPEN, CallState.OVERDUE})
    page = page_of(len(rows))
    return render_template(
        "emergency/reviews.html",
        rows=rows[page.offset : page.offset + page.size],
        page=page,
        columns=COLUMNS,
        reasons=REASON_WORDS,
        states=STATE_WORDS,
    )


def _show(console: Console, id_: UUID) -> str:
    return _page(console, _get(console, id_), {})


def _page(console: Console, call: Call, errors: dict[str, str]) -> str:
    asked = [(one, find_asked_under(console, one.agreement)) for one in questions_of(console.connector, call.id)]
    return render_template(
        "emergency/review.html",
        call=call,
        child=_child(console, call),
        asked=asked,
        reason=REASON_WORDS[call.reason],
        state=STATE_WORDS[call.state(console.seconds())],
        verdicts=[(verdict.value, choose(words)) for verdict, words in VERDICT_WORDS.items()],
        is_own=call.officer == signed_in().account.id,
        errors=errors,
    )


def _decide(console: Console, id_: UUID) -> Response:
    call, verdict = _get(console, id_), request.form.get("verdict", "")
    if verdict not in set(Verdict):
        errors = {"verdict": choose(Text("请选择结论", "Choose a verdict"))}
        return make_response(_page(console, call, errors), 422)
    try:
        review_call(console, signed_in().account.id, call.id, Verdict(verdict))
    except (NotReviewableError, ProblemError) as error:
        reason = error.reason if isinstance(error, NotReviewableError) else error.code.value
        return make_response(_page(console, call, {"verdict": choose(REFUSED_WORDS[reason])}), 422)
    return redirect(f"/desk/emergency-reviews/{call.id}", 303)


def _get(console: Console, id_: UUID) -> Call:
    try:
        return get_call(console.connector, str(id_))
    except CallUnknownError:
        abort(404)


def _child(console: Console, call: Call) -> str | None:
    """Return the child's name as it was typed, while it is kept."""
    if call.destroyed_at is not None:
        return None
    try:
        (cells,) = ledger_cells(console, call.ledger, [2]).values()
    except (LedgerUnknownError, ValueError):
        return None
    return next(iter(cells.values()), None)
