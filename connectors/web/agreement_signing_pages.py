"""Signing an agreement: the exact terms once more, one person prepares, another confirms."""

from functools import partial

from flask import Blueprint, abort, redirect, request
from werkzeug import Response

from connectors.console.context import Console
from connectors.console.roles import Permission
from connectors.desk.agreement_signing import (
    SigningRefusedError,
    confirm_signature,
    prepare_signature,
    withdraw_signature,
)
from connectors.desk.agreement_steps import StepNotTakenError
from connectors.web.agreement_draft_pages import AGREEMENTS
from connectors.web.agreement_pages import view_of
from connectors.web.signed_in import requires_sign_in, signed_in


def agreement_signing_pages(console: Console) -> Blueprint:
    """Return the blueprint of the first person, who prepares a signature."""
    blueprint = Blueprint("agreement_signing", __name__, url_prefix=f"{AGREEMENTS}/<digest>/signature")
    blueprint.add_url_rule("", "prepare", partial(_prepare, console), methods=["POST"])
    return requires_sign_in(blueprint, console, Permission.PREPARE_AGREEMENTS)


def agreement_confirmation_pages(console: Console) -> Blueprint:
    """Return the blueprint of the second person, who confirms it."""
    blueprint = Blueprint("agreement_confirmation", __name__, url_prefix=f"{AGREEMENTS}/<digest>/confirmation")
    blueprint.add_url_rule("", "confirm", partial(_confirm, console), methods=["POST"])
    return requires_sign_in(blueprint, console, Permission.SIGN_AGREEMENTS)


def _prepare(console: Console, digest: str) -> Response:
    view, account = view_of(console, digest), signed_in().account.id
    try:
        match request.form.get("deed", ""):
            case "prepare":
                prepare_signature(console, account, view)
                done = "prepared"
            case "withdraw":
                withdraw_signature(console, account, view)
                done = "withdrawn"
            case _:
                abort(400)
    except SigningRefusedError as error:
        return redirect(f"{AGREEMENTS}/{digest}?refused={error.reason}", 303)
    return redirect(f"{AGREEMENTS}/{digest}?done={done}", 303)


def _confirm(console: Console, digest: str) -> Response:
    view = view_of(console, digest)
    try:
        confirm_signature(console, signed_in().account.id, view)
    except SigningRefusedError as error:
        return redirect(f"{AGREEMENTS}/{digest}?refused={error.reason}", 303)
    except StepNotTakenError as error:
        return redirect(f"{AGREEMENTS}/{digest}?failed={error.code}", 303)
    return redirect(f"{AGREEMENTS}/{digest}?done=signed", 303)
