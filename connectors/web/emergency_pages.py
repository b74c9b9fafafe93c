"""Emergency access: one page to ask, one to see the answer and what must be done by when."""

from dataclasses import dataclass, field
from functools import partial
from typing import Final
from uuid import UUID

from flask import Blueprint, abort, make_response, redirect, render_template, request
from werkzeug import Response

from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import record_in
from connectors.console.roles import Permission
from connectors.desk.ledger_upload import ColumnsError
from connectors.desk.purposes_for import find_asked_under
from connectors.desk.question_answers import KIND_WORDS, AnswerKind, kind_of, say_month, say_value
from connectors.desk.question_failures import FailureWords, tell_failure
from connectors.desk.question_statement import name_attributes
from connectors.emergency.calls import (
    Call,
    CallQuestion,
    CallUnknownError,
    get_call,
    is_suspended,
    list_calls,
    questions_of,
)
from connectors.emergency.make_call import ChildNotUsableError, NobodyToAskError, Typed, ask_call, make_call
from connectors.requester.ask import Questioner
from connectors.state.database import writing
from connectors.state.questions import RowResult
from connectors.web.emergency_words import FAULT_WORDS, REASON_WORDS, REFUSED_WORDS, STATE_WORDS
from connectors.web.ledger_wordings import FIELD_HINTS
from connectors.web.signed_in import requires_sign_in, signed_in
from hosting.web.language import Text, choose
from hosting.web.listing import Column
from schemas.emergency import RESULT_LASTS, EmergencyReason, NoteError, may_go_on
from schemas.faults import Wording
from schemas.problem import ProblemError

FIELDS: Final = (
    ("name", Text("姓名", "Name")),
    ("citizen_id", Text("公民身份号码", "ID number")),
    ("birth_date", Text("出生日期", "Date of birth")),
    ("residence_region", Text("居住地县代码", "Code of the county where the child lives")),
)
HINTS: Final = {
    **FIELD_HINTS,
    "citizen_id": Text(
        "18 位；不知道的，写出生日期和县代码", "18 characters; without it, give date of birth and county"
    ),
}
COLUMNS: Final = (
    Column(Text("时间", "At")),
    Column(Text("事由", "Reason")),
    Column(Text("状态", "State")),
    Column(Text("复核时限", "Review due")),
)
MAX_SHOWN: Final = 20


def emergency_pages(console: Console) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("emergency", __name__, url_prefix="/desk/emergency")
    for path, name, view, method in (
        ("", "show", _show, "GET"),
        ("", "call", _call, "POST"),
        ("/<uuid:id_>", "show_call", _show_call, "GET"),
        ("/<uuid:id_>", "ask_again", _ask_again, "POST"),
    ):
        blueprint.add_url_rule(path, name, partial(view, console), methods=[method])
    return requires_sign_in(blueprint, console, Permission.CALL_EMERGENCY)


def _show(console: Console) -> str:
    return _page(console, {}, {})


def _page(console: Console, typed: dict[str, str], errors: dict[str, str]) -> str:
    officer = signed_in().account.id
    return render_template(
        "emergency/call.html",
        fields=FIELDS,
        hints=HINTS,
        typed=typed,
        errors=errors,
        reasons=[(reason.value, choose(words)) for reason, words in REASON_WORDS.items()],
        is_suspended=is_suspended(console.connector, officer),
        calls=[(call, call.state(console.seconds())) for call in list_calls(console.connector, officer)[:MAX_SHOWN]],
        reason_words=REASON_WORDS,
        states=STATE_WORDS,
        columns=COLUMNS,
    )


def _call(console: Console) -> Response:
    typed = {name: request.form.get(name, "").strip() for name in (*(name for name, _ in FIELDS), "reason", "note")}
    errors = {} if typed["reason"] in set(EmergencyReason) else {"reason": choose(FAULT_WORDS["reason"])}
    if not typed["name"]:
        errors["name"] = choose(FAULT_WORDS["name"])
    if not errors:
        child = {name: typed[name] for name, _ in FIELDS}
        try:
            asked = Typed(child, EmergencyReason(typed["reason"]), typed["note"])
            return redirect(f"/desk/emergency/{make_call(console, signed_in().account.id, asked)}", 303)
        except (NoteError, ColumnsError, NobodyToAskError, ChildNotUsableError, ProblemError) as error:
            errors = _error_of(error)
    return make_response(_page(console, typed, errors), 422)


def _error_of(error: Exception) -> dict[str, str]:
    match error:
        case NoteError(reason=reason):
            return {"note": choose(FAULT_WORDS[reason])}
        case NobodyToAskError():
            return {"residence_region": choose(FAULT_WORDS["nobody"])}
        case ProblemError():
            return {"name": choose(REFUSED_WORDS["officer_suspended"])}
    return {"citizen_id": choose(FAULT_WORDS["child"])}


def _show_call(console: Console, id_: UUID) -> str:
    call = _own_call(console, id_)
    with writing(console.connector.state) as connection:
        record_in(connection, console.seconds(), signed_in().account.id, Action.EMERGENCY_VIEWED, call.id)
    return render_template(
        "emergency/called.html",
        call=call,
        state=STATE_WORDS[call.state(console.seconds())],
        reason=REASON_WORDS[call.reason],
        answers=[_answer(console, one) for one in questions_of(console.connector, call.id)],
        destroyed_on=call.facts.opened_at + int(RESULT_LASTS.total_seconds()),
        may_ask_again=may_go_on(call.facts, console.seconds()) and _is_unanswered(console, call),
        kind_words=KIND_WORDS,
        say_value=say_value,
        say_month=say_month,
    )


def _ask_again(console: Console, id_: UUID) -> Response:
    call = _own_call(console, id_)
    ask_call(console, call.id)
    return redirect(f"/desk/emergency/{call.id}", 303)


def _own_call(console: Console, id_: UUID) -> Call:
    """Return a call that the account made; nobody else sees its answer."""
    try:
        call = get_call(console.connector, str(id_))
    except CallUnknownError:
        abort(404)
    if call.officer != signed_in().account.id:
        abort(404)
    return call


def _is_unanswered(console: Console, call: Call) -> bool:
    return any(not one.is_answered for one in questions_of(console.connector, call.id))


@dataclass(frozen=True, slots=True)
class _Answer:
    """What one provider answered, or why it did not."""

    provider: Wording | None
    result: RowResult | None = field(repr=False)
    kind: AnswerKind | None
    names: list[tuple[str, Wording]]
    failure: FailureWords | None


def _answer(console: Console, asked: CallQuestion) -> _Answer:
    askable = find_asked_under(console, asked.agreement)
    results = Questioner.vault_of(console.connector).results(asked.question)
    names = [] if askable is None else [output.attribute for output in askable.outputs]
    return _Answer(
        provider=None if askable is None else askable.provider,
        result=results[0] if results else None,
        kind=kind_of(results[0]) if results else None,
        names=list(zip(names, name_attributes(names), strict=True)),
        failure=None if asked.failure is None else tell_failure(asked.failure),
    )
