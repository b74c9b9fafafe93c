"""The first page of the day: what waits for the officer, and what belongs here where nothing does."""

from functools import partial

from flask import Blueprint, render_template

from connectors.console.context import Console
from connectors.console.roles import Permission
from connectors.web.navigation import doable_by, waiting_for
from connectors.web.signed_in import PREFIX, requires_sign_in, signed_in


def overview_pages(console: Console) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("overview", __name__, url_prefix=PREFIX)
    blueprint.add_url_rule("/", "show", partial(_show, console))
    return requires_sign_in(blueprint, console, Permission.SEE_OVERVIEW)


def _show(console: Console) -> str:
    account = signed_in().account
    return render_template(
        "overview/today.html",
        account=account,
        today=console.connector.today(),
        waiting=waiting_for(console, account),
        doable=doable_by(account),
    )
