"""What lies below `/desk/` and is no page: answered as a page."""

from flask import Blueprint, abort
from werkzeug import Response

from connectors.console.context import Console
from connectors.web.signed_in import PREFIX, requires_visitor


def missing_pages(console: Console) -> Blueprint:
    """Return the blueprint; it brings the folder of the console's templates as well."""
    blueprint = Blueprint("missing", __name__, url_prefix=PREFIX, template_folder="templates")
    blueprint.add_url_rule("/<path:unknown>", "show", _show_missing)
    return requires_visitor(blueprint, console)


def _show_missing(unknown: str) -> Response:
    del unknown
    abort(404)
