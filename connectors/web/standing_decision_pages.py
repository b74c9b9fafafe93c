"""Approving a standing question, or not, and taking an approval back: what a second person does."""

from functools import partial
from typing import Final
from uuid import UUID

from flask import Blueprint, abort, redirect, request
from werkzeug import Response

from connectors.console.context import Console
from connectors.console.roles import Permission
from connectors.standing.registration import do_standing
from connectors.standing.standing_states import StandingDeed, StandingRefusedError
from connectors.web.signed_in import requires_sign_in, signed_in
from connectors.web.standing_pages import STANDING, find_standing

_DEEDS: Final = {
    "approve": StandingDeed.APPROVE,
    "decline": StandingDeed.DECLINE,
    "revoke": StandingDeed.REVOKE,
}


def standing_decision_pages(console: Console) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("standing_decision", __name__, url_prefix=STANDING)
    blueprint.add_url_rule("/<uuid:id_>/decision", "decide", partial(_decide, console), methods=["POST"])
    return requires_sign_in(blueprint, console, Permission.APPROVE_QUESTIONS)


def _decide(console: Console, id_: UUID) -> Response:
    deed = _DEEDS.get(request.form.get("deed", ""))
    if deed is None:
        abort(400)
    find_standing(console, id_)
    try:
        do_standing(console, str(id_), deed, signed_in().account.id)
    except StandingRefusedError as error:
        return redirect(f"{STANDING}/{id_}?refused={error.reason}", 303)
    return redirect(f"{STANDING}/{id_}", 303)
