"""The data steward says that a smaller register is right, so that its index is published."""

import re
from functools import partial
from typing import Final

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug import Response

from connectors.console.context import Console
from connectors.console.roles import Permission
from connectors.desk.index_refreshing import accept_shrinkage
from connectors.desk.own_data import IndexState, tell_own_data
from connectors.web.signed_in import requires_sign_in, signed_in

_COUNT: Final = re.compile(r"0|[1-9][0-9]{0,8}")


def index_refresh_pages(console: Console) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("index_refresh", __name__, url_prefix="/desk/data/indexes/<digest>")
    blueprint.add_url_rule("", "show", partial(_show, console))
    blueprint.add_url_rule("", "accept", partial(_accept, console), methods=["POST"])
    return requires_sign_in(blueprint, console, Permission.HOLD_AGREEMENTS)


def _show(console: Console, digest: str) -> str:
    return render_template("data/shrunk.html", index=_asked(console, digest), is_stale="stale" in request.args)


def _accept(console: Console, digest: str) -> Response:
    _asked(console, digest)
    found = request.form.get("found", "")
    if not _COUNT.fullmatch(found):
        abort(400)
    if not accept_shrinkage(console, signed_in().account, digest, int(found)):
        return redirect(f"/desk/data/indexes/{digest}?stale=1", 303)
    return redirect("/desk/data?accepted=1", 303)


def _asked(console: Console, digest: str) -> IndexState:
    """Return an index that waits for a word; answers 404 for any other."""
    found = next((one for one in tell_own_data(console).indexes if one.digest == digest), None)
    if found is None or not found.wants_decision:
        abort(404)
    return found
