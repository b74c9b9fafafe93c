"""One pupil who stays away, typed in by the school in under two minutes."""

from functools import partial

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug import Response

from connectors.console.context import Console
from connectors.console.roles import Permission
from connectors.desk.ledger_upload import enter_child
from connectors.desk.ledger_worker import work_on
from connectors.dropouts.plan_flags import plan_flags
from connectors.education import DROPOUT_LEDGER
from connectors.requester.ledger_roster import ledger_store_of
from connectors.state.ledger_rows import LedgerRowStore
from connectors.web.dropout_flag_pages import require_education
from connectors.web.dropout_wordings import (
    ABSENCES,
    PUPIL_FIELDS,
    PUPIL_HEADINGS,
    PUPIL_HINTS,
    PUPIL_MUST,
    PUPIL_WORDS,
    say_limit,
)
from connectors.web.ledger_pages import LEDGERS
from connectors.web.ledger_wordings import FIELD_HINTS, name_field
from connectors.web.signed_in import requires_sign_in, signed_in
from hosting.web.language import Text, choose
from schemas.dropouts.absence_limit import limit_of
from schemas.dropouts.reasons import DROPOUT_REASON

_NAMES = {one.name: PUPIL_WORDS.get(one.name) or name_field(one.name, one.name_zh) for one in DROPOUT_LEDGER.fields}
_HINTS = {**FIELD_HINTS, **PUPIL_HINTS}


def dropout_pupil_pages(console: Console) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("dropout_pupil", __name__, url_prefix=f"{ABSENCES}/pupil")
    blueprint.add_url_rule("", "show", partial(_show, console))
    blueprint.add_url_rule("", "enter", partial(_enter, console), methods=["POST"])
    return requires_sign_in(blueprint, console, Permission.FLAG_DROPOUT)


def _show(console: Console) -> str:
    require_education(console)
    return _page(console, {}, {})


def _enter(console: Console) -> Response:
    """Check what was typed; where something is wrong with it, the row's own page says so and takes the correction."""
    require_education(console)
    typed: dict[str, str] = {name: request.form.get(name, "") for name in PUPIL_FIELDS}
    missing = [name for name in PUPIL_FIELDS if name in PUPIL_MUST and not typed[name].strip()]
    if missing:
        errors = {name: choose(Text("请填写这一项", "Fill this in")) for name in missing}
        return make_response(_page(console, typed, errors), 422)
    id_ = enter_child(console, signed_in().account.id, DROPOUT_LEDGER, typed)
    work_on(console.connector, id_)
    store = ledger_store_of(console.connector)
    if plan_flags(console, store.get(id_)).left_out:
        (number, *_) = LedgerRowStore(store, id_).numbers()
        return redirect(f"{LEDGERS}/{id_}/rows/{number}", 303)
    return redirect(f"{ABSENCES}/{id_}", 303)


def _page(console: Console, typed: dict[str, str], errors: dict[str, str]) -> str:
    return render_template(
        "dropout/pupil.html",
        fields=PUPIL_FIELDS,
        must=PUPIL_MUST,
        headings=PUPIL_HEADINGS,
        names=_NAMES,
        hints=_HINTS,
        reasons=[
            ("", choose(Text("请选择", "Choose"))),
            *((code.value, f"{code.value} {choose(Text(w.zh, w.en))}") for code, w in DROPOUT_REASON.words.items()),
        ],
        limit=say_limit(limit_of(console.connector.settings.region)),
        typed=typed,
        errors=errors,
    )
