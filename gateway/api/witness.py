"""/v1/witness/…: what witnesses fetch and hand in; for everybody, since a cosignature proves itself."""

from flask import Blueprint, Response, request

from gateway.api.authentication import requires_no_one
from gateway.services.context import Gateway
from gateway.services.receive_witness_lines import MAX_LINES_BYTES, receive_lines
from gateway.services.show_witness_notes import get_growth, get_newest_note, get_witnessed_note
from gateway.services.witness_policy import get_shard_policy
from schemas.problem import ProblemCode, ProblemError

TEXT_MEDIA_TYPE = "text/plain; charset=utf-8"


def witness_blueprint(gateway: Gateway) -> Blueprint:
    """Return the routes for witnesses."""
    blueprint = requires_no_one(Blueprint("witness", __name__, url_prefix="/v1/witness"))

    @blueprint.get("/checkpoints/<int:shard>")
    def newest(shard: int) -> Response:
        return _text(get_newest_note(gateway, _year(shard)))

    @blueprint.get("/checkpoints/<int:shard>/witnessed")
    def witnessed(shard: int) -> Response:
        return _text(get_witnessed_note(gateway, _year(shard)))

    @blueprint.get("/growth/<int:shard>/<int:old_size>/<int:new_size>")
    def growth(shard: int, old_size: int, new_size: int) -> Response:
        return _text(get_growth(gateway, _year(shard), _size(old_size), _size(new_size)))

    @blueprint.get("/policies/<int:shard>")
    def policy(shard: int) -> Response:
        return _text(get_shard_policy(gateway, _year(shard)))

    @blueprint.post("/cosignatures")
    def cosignatures() -> Response:
        receive_lines(gateway, _read_text())
        return _text(b"")

    return blueprint


def _text(body: bytes) -> Response:
    response = Response(body, content_type=TEXT_MEDIA_TYPE)
    response.headers["Cache-Control"] = "no-store"
    return response


def _year(shard: int) -> int:
    if not 1000 <= shard <= 9999:
        raise ProblemError(ProblemCode.NOT_FOUND)
    return shard


def _size(size: int) -> int:
    if size >= 2**63:
        raise ProblemError(ProblemCode.NOT_FOUND)
    return size


def _read_text() -> bytes:
    if request.content_length is None or request.content_length > MAX_LINES_BYTES:
        raise ProblemError(ProblemCode.TOO_LARGE)
    if request.mimetype != "text/plain":
        raise ProblemError(ProblemCode.UNSUPPORTED_MEDIA_TYPE)
    body = request.get_data(cache=False)
    if len(body) != request.content_length:
        raise ProblemError(ProblemCode.MALFORMED)
    return body
