"""Possible matches: the own record beside the pattern of agreement, a decision with its reason, a second person."""

from functools import partial
from typing import Final
from uuid import UUID

from flask import Blueprint, abort, make_response, redirect, render_template, request
from werkzeug import Response

from connectors.console.account import Account
from connectors.console.context import Console
from connectors.console.roles import Permission
from connectors.desk.drafts import DraftNotFoundError
from connectors.desk.ledger_text import cover
from connectors.desk.purposes_for import find_asked_under
from connectors.desk.question_failures import tell_failure
from connectors.desk.question_rows import name_rows
from connectors.desk.review_decisions import (
    ReviewRefusedError,
    ReviewState,
    confirm,
    decide,
    give_back,
    needs_second,
    send_again,
)
from connectors.desk.review_matches import PossibleMatch, get_possible, list_possible
from connectors.desk.run_questions import QuestionWorkers
from connectors.requester.review import REASONS
from connectors.requester.words import REASON_WORDS
from connectors.web.draft_wordings import refused_words
from connectors.web.signed_in import requires_sign_in, signed_in
from hosting.web.language import Text, choose
from hosting.web.listing import Column, page_of
from schemas.messages.match import PARTS_A_MILLION, Decision, ReviewReason

COLUMNS: Final = (
    Column(Text("行号", "Row"), is_number=True),
    Column(Text("姓名（本单位名单）", "Name (own ledger)")),
    Column(Text("查询", "Question")),
    Column(Text("比对情况", "How they agree")),
    Column(Text("概率", "Probability"), is_number=True),
    Column(Text("状态", "State")),
)
DECISION_WORDS: Final = {
    Decision.MATCH: Text("是同一名儿童", "It is the same child"),
    Decision.NON_MATCH: Text("不是同一名儿童", "It is another child"),
}
_MAX_ROW: Final = 2**31 - 1


def review_pages(console: Console, workers: QuestionWorkers) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("reviews", __name__, url_prefix="/desk/reviews")
    for path, name, view, method in (
        ("", "show_list", partial(_show_list, console), "GET"),
        ("/<uuid:id_>/<int:row>", "show", partial(_show, console), "GET"),
        ("/<uuid:id_>/<int:row>", "decide", partial(_decide, console, workers), "POST"),
        ("/<uuid:id_>/<int:row>/confirmation", "confirm", partial(_confirm, console, workers), "POST"),
    ):
        blueprint.add_url_rule(path, name, view, methods=[method])
    return requires_sign_in(blueprint, console, Permission.REVIEW_MATCHES)


def _show_list(console: Console) -> str:
    account = signed_in().account
    found = sorted(_visible(console, account), key=lambda one: not _waits_for(one, account))
    page = page_of(len(found))
    shown = found[page.offset : page.offset + page.size]
    names = {
        id_: name_rows(console, draft, [one.result.row_number for one in shown if one.draft.id == id_])
        for id_, draft in {one.draft.id: one.draft for one in shown}.items()
    }
    return render_template(
        "review/list.html",
        rows=shown,
        names=names,
        purposes={one.draft.id: find_asked_under(console, one.draft.agreement) for one in shown},
        page=page,
        columns=COLUMNS,
        percent=_percent,
        state_of=partial(_state_of, account),
        refused=refused_words(request.args.get("refused")),
        is_done="done" in request.args,
    )


def _show(console: Console, id_: UUID, row: int) -> str | Response:
    possible = _possible(console, id_, row)
    if possible is None:
        return redirect("/desk/reviews?refused=not_waiting", 303)
    return _page(console, possible, {})


def _page(console: Console, possible: PossibleMatch, errors: dict[str, str]) -> str:
    account, pending = signed_in().account, possible.pending
    is_sending = pending is not None and pending.state is ReviewState.SENDING
    return render_template(
        "review/possible.html",
        possible=possible,
        own={label: cover(text) for label, text in possible.own.items()},
        askable=find_asked_under(console, possible.draft.agreement),
        pending=pending,
        percent=_percent,
        may_decide=pending is None and possible.draft.author == account.id,
        may_confirm=pending is not None and pending.state is ReviewState.PROPOSED and pending.officer != account.id,
        is_sending=is_sending,
        failure=tell_failure(pending.failure) if pending is not None and pending.failure else None,
        needs_second=needs_second(console, possible.draft),
        decisions=[(decision.value, choose(words)) for decision, words in DECISION_WORDS.items()],
        decision_words=DECISION_WORDS,
        reasons=[(reason.value, choose(REASON_WORDS[reason])) for reason in ReviewReason],
        reason_words=REASON_WORDS,
        typed=request.form,
        errors=errors,
        refused=refused_words(request.args.get("refused")),
    )


def _decide(console: Console, workers: QuestionWorkers, id_: UUID, row: int) -> str | Response:
    possible = _possible(console, id_, row)
    if possible is None:
        return redirect("/desk/reviews?refused=not_waiting", 303)
    decision, reason = request.form.get("decision", ""), request.form.get("reason", "")
    errors = _check(decision, reason)
    if errors:
        return make_response(_page(console, possible, errors), 422)
    try:
        pending = decide(console, signed_in().account.id, str(id_), row, Decision(decision), ReviewReason(reason))
    except ReviewRefusedError as error:
        return redirect(f"/desk/reviews/{id_}/{row}?refused={error.reason}", 303)
    if pending.state is ReviewState.SENDING:
        workers.decide(str(id_), row)
    return redirect(f"/desk/reviews/{id_}/{row}", 303)


def _check(decision: str, reason: str) -> dict[str, str]:
    errors = {}
    if decision not in set(Decision):
        errors["decision"] = choose(Text("请选择决定", "Choose a decision"))
    if reason not in set(ReviewReason):
        errors["reason"] = choose(Text("请选择依据", "Choose on what it rests"))
    if not errors and ReviewReason(reason) not in REASONS[Decision(decision)]:
        errors["reason"] = choose(Text("这项依据与决定不符", "This ground does not fit the decision"))
    return errors


def _confirm(console: Console, workers: QuestionWorkers, id_: UUID, row: int) -> Response:
    """Confirm another person's decision, give it back, or send again what broke off."""
    account = signed_in().account
    if _possible(console, id_, row) is None:
        return redirect("/desk/reviews?refused=not_waiting", 303)
    try:
        match request.form.get("deed", ""):
            case "confirm":
                confirm(console, account.id, str(id_), row)
                workers.decide(str(id_), row)
            case "again":
                send_again(console, account.id, str(id_), row)
                workers.decide(str(id_), row)
            case "give_back":
                give_back(console, account.id, str(id_), row)
            case _:
                abort(400)
    except ReviewRefusedError as error:
        return redirect(f"/desk/reviews/{id_}/{row}?refused={error.reason}", 303)
    return redirect(f"/desk/reviews/{id_}/{row}", 303)


def _possible(console: Console, id_: UUID, row: int) -> PossibleMatch | None:
    """Return a row that waits, for its question's author or somebody who approves; None if it waits no longer."""
    account = signed_in().account
    if row > _MAX_ROW:
        abort(404)
    try:
        possible = get_possible(console, account.id, str(id_), row)
    except DraftNotFoundError:
        abort(404)
    except ReviewRefusedError:
        return None
    if not _may_see(possible, account):
        abort(404)
    return possible


def _visible(console: Console, account: Account) -> list[PossibleMatch]:
    return [one for one in list_possible(console) if _may_see(one, account)]


def _may_see(possible: PossibleMatch, account: Account) -> bool:
    """Return whether it is the account's own question, or has a decision that somebody else may have to confirm."""
    if possible.draft.author == account.id:
        return True
    return possible.pending is not None and account.may(Permission.APPROVE_QUESTIONS)


def _waits_for(possible: PossibleMatch, account: Account) -> bool:
    pending = possible.pending
    if pending is None:
        return possible.draft.author == account.id
    return pending.state is ReviewState.PROPOSED and pending.officer != account.id


def _state_of(account: Account, possible: PossibleMatch) -> tuple[Text, str]:
    pending = possible.pending
    if pending is None:
        return Text("需要您决定", "to be decided by you"), "waiting"
    match pending.state:
        case ReviewState.SENDING:
            return Text("正在办理", "being carried out"), "waiting"
        case ReviewState.FAILED:
            return Text("中断", "broke off"), "warning"
    if pending.officer == account.id:
        return Text("等待第二人确认", "waits for a second person"), "neutral"
    return Text("需要您确认", "to be confirmed by you"), "waiting"


def _percent(probability: int | None) -> str:
    """Return a probability (parts per million) for people, never rounded up to certainty."""
    if probability is None:
        return "—"
    tenths = probability * 1000 // PARTS_A_MILLION
    return f"{tenths // 10}.{tenths % 10}%"
