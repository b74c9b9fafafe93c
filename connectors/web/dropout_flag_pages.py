"""The school flags the pupils of a checked absence ledger: what will happen first, then how far it has come."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from flask import Blueprint, abort, make_response, redirect, render_template, request
from werkzeug import Response

from connectors.console.context import Console
from connectors.console.roles import Permission
from connectors.desk.ledgers import list_ledgers
from connectors.dropouts.absence_ledger import flag_store_of, is_absence_ledger
from connectors.dropouts.background import BackgroundWorker
from connectors.dropouts.entry import MAX_ENTRY_BYTES, AbsenceEntry
from connectors.dropouts.flag_steps import TOWNSHIP_SEAT, WORKFLOW
from connectors.dropouts.plan_flags import keep_flags, plan_flags
from connectors.education import AGENCY_TYPE
from connectors.items.errors import wording_of
from connectors.items.lists import list_items
from connectors.items.offices import offices_for
from connectors.items.views import ItemRow, ItemScope
from connectors.requester.ledger_roster import ledger_store_of
from connectors.state.dropout_flags import Flag, FlagState
from connectors.state.ledgers import KeptLedger, LedgerState
from connectors.web.dropout_wordings import ABSENCES, FLAG_COLUMNS, FLAG_WORDS, name_state, say_limit
from connectors.web.item_wordings import ITEMS
from connectors.web.ledger_pages import LEDGERS, get_own
from connectors.web.ledger_wordings import STATE_WORDS
from connectors.web.signed_in import requires_sign_in, signed_in
from hosting.web.language import Text, choose
from hosting.web.listing import page_of
from schemas.dropouts.absence_limit import limit_of


def dropout_flag_pages(console: Console, worker: BackgroundWorker) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("dropout_flag", __name__, url_prefix=ABSENCES)
    blueprint.add_url_rule("", "show_start", partial(_show_start, console))
    blueprint.add_url_rule("/<uuid:id_>", "show", partial(_show, console))
    blueprint.add_url_rule("/<uuid:id_>", "flag", partial(_flag, console, worker), methods=["POST"])
    return requires_sign_in(blueprint, console, Permission.FLAG_DROPOUT)


def require_education(console: Console) -> None:
    """Answer 404 at an agency that keeps no schools."""
    if console.connector.settings.agency_type != AGENCY_TYPE:
        abort(404)


def _show_start(console: Console) -> str:
    require_education(console)
    store = ledger_store_of(console.connector)
    own = [store.get(one.id) for one in list_ledgers(console, signed_in().account.id)]
    flags = flag_store_of(console.connector)
    kept = [one for one in own if is_absence_ledger(one)]
    return render_template(
        "dropout/start.html",
        school=signed_in().account.school,
        limit=say_limit(limit_of(console.connector.settings.region)),
        ledgers=[(one, len(flags.of_ledger(one.id))) for one in kept],
        states=STATE_WORDS,
    )


def _show(console: Console, id_: UUID) -> str | Response:
    kept = _own_absences(console, id_)
    flags = flag_store_of(console.connector).of_ledger(kept.id)
    if flags and "more" not in request.args:
        return _flags_page(console, kept, flags)
    return _plan_page(console, kept, {})


def _flag(console: Console, worker: BackgroundWorker, id_: UUID) -> Response:
    kept = _own_absences(console, id_)
    account, township = signed_in().account, request.form.get("township", "")
    if township not in {agency for agency, _ in offices_for(console, WORKFLOW, TOWNSHIP_SEAT)}:
        errors = {"township": choose(Text("请选择乡镇一方的单位", "Choose the township's office"))}
        return make_response(_plan_page(console, kept, errors), 422)
    keep_flags(console, kept, township, account.school or "")
    worker.go_on()
    return redirect(f"{ABSENCES}/{kept.id}", 303)


def _plan_page(console: Console, kept: KeptLedger, errors: dict[str, str]) -> str:
    plan = plan_flags(console, kept)
    return render_template(
        "dropout/flag.html",
        ledger=kept,
        plan=plan,
        states=[(name_state(state), count) for state, count in plan.states.most_common()],
        limit=say_limit(limit_of(console.connector.settings.region)),
        offices=[(agency, choose(name)) for agency, name in offices_for(console, WORKFLOW, TOWNSHIP_SEAT)],
        errors=errors,
    )


def _flags_page(console: Console, kept: KeptLedger, flags: Sequence[Flag]) -> str:
    page = page_of(len(flags))
    items = _items(console)
    done = sum(flag.state in {FlagState.DONE, FlagState.REFUSED} for flag in flags)
    return render_template(
        "dropout/flagged.html",
        ledger=kept,
        done=done,
        total=len(flags),
        refused=sum(flag.state is FlagState.REFUSED for flag in flags),
        rows=[_FlagLine(flag, items.get(flag.item or "")) for flag in flags[page.offset : page.offset + page.size]],
        page=page,
        columns=FLAG_COLUMNS,
        items_address=ITEMS,
        ledgers_address=LEDGERS,
        more=len(plan_flags(console, kept).flags) if done == len(flags) else 0,
    )


def _items(console: Console) -> dict[str, ItemRow]:
    account = signed_in().account
    scopes = (ItemScope.ALL, ItemScope.CLOSED)
    return {row.item: row for scope in scopes for row in list_items(console, account, scope=scope)}


class _FlagLine:
    """One flagged pupil as the page shows it."""

    def __init__(self, flag: Flag, item: ItemRow | None) -> None:
        self.row_number = flag.row_number
        self.name = AbsenceEntry.from_bytes(flag.entry, MAX_ENTRY_BYTES).name
        self.state, self.kind = FLAG_WORDS[flag.state]
        self.failure = None if flag.failure is None else wording_of(flag.failure)
        self.item = item


def _own_absences(console: Console, id_: UUID) -> KeptLedger:
    """Return an absence ledger of who is signed in, checked; answers 404 for any other."""
    require_education(console)
    kept = get_own(console, id_)
    if not is_absence_ledger(kept) or kept.state not in {LedgerState.READY, LedgerState.FAULTY}:
        abort(404)
    return kept
