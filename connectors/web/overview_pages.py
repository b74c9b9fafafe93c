"""The first page of the day: what waits for the officer, and what belongs here where nothing does."""

from functools import partial
from typing import Final

from flask import Blueprint, redirect, render_template
from werkzeug import Response

from connectors.console.context import Console
from connectors.console.roles import Permission
from connectors.items.reminders import reminders
from connectors.web.item_wordings import OVERDUE, PROVISIONAL, PROVISIONAL_WHY, name_workflow, say_due
from connectors.web.navigation import doable_by, waiting_for
from connectors.web.signed_in import PREFIX, requires_sign_in, signed_in
from hosting.web.error_pages import NotPermittedError

MAX_REMINDERS: Final = 10


def overview_pages(console: Console) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("overview", __name__, url_prefix=PREFIX)
    blueprint.add_url_rule("/", "show", partial(_show, console))
    guarded = requires_sign_in(blueprint, console, Permission.SEE_OVERVIEW)
    guarded.register_error_handler(NotPermittedError, _lead_on)
    return guarded


def _show(console: Console) -> str:
    account = signed_in().account
    sees_items = account.may(Permission.SEE_REFERRALS)
    reminded = reminders(console, account, console.now()) if sees_items else None
    rows = () if reminded is None else (*reminded.overdue, *reminded.due_soon)
    return render_template(
        "overview/today.html",
        account=account,
        today=console.connector.today(),
        may_call=account.may(Permission.CALL_EMERGENCY),
        waiting=waiting_for(console, account),
        doable=doable_by(account),
        reminded=rows[:MAX_REMINDERS],
        more=max(0, len(rows) - MAX_REMINDERS),
        is_provisional=reminded is not None and reminded.provisional,
        name_workflow=name_workflow,
        say_due=say_due,
        words={"overdue": OVERDUE, "provisional": PROVISIONAL, "provisional_why": PROVISIONAL_WHY},
    )


def _lead_on(_error: NotPermittedError) -> Response:
    """Lead whoever has no first page, such as a village child director, to a page of theirs: each role has one."""
    ((_, work), *_) = doable_by(signed_in().account)
    return redirect(work.address, 303)
