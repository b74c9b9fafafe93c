"""What lies below `/console/` and is no page: answered as a page, not as a problem document."""

from flask import Blueprint, abort
from werkzeug import Response

from gateway.services.context import Gateway
from gateway.web.signed_in import requires_visitor


def missing_pages(gateway: Gateway) -> Blueprint:
    """Return the blueprint; it brings the folder of the console's templates as well."""
    blueprint = Blueprint("missing", __name__, url_prefix="/console", template_folder="templates")
    blueprint.add_url_rule("/<path:unknown>", "show", _show_missing)
    return requires_visitor(blueprint, gateway)


def _show_missing(unknown: str) -> Response:
    del unknown
    abort(404)
