"""What lies below `/desk/` and is no page, and the way from the bare host to the first page."""

from flask import Blueprint, abort, redirect
from werkzeug import Response

from connectors.console.context import Console
from connectors.web.navigation import HOME
from connectors.web.signed_in import PREFIX, requires_visitor


def missing_pages(console: Console) -> Blueprint:
    """Return the blueprint; it brings the folder of the console's templates as well."""
    blueprint = Blueprint("missing", __name__, template_folder="templates")
    blueprint.add_url_rule("/", "begin", _begin)
    blueprint.add_url_rule(f"{PREFIX}/<path:unknown>", "show", _show_missing)
    return requires_visitor(blueprint, console)


def _begin() -> Response:
    return redirect(HOME, 303)


def _show_missing(unknown: str) -> Response:
    del unknown
    abort(404)
