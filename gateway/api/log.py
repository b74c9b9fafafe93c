"""GET /v1/log/…: the newest checkpoint and inclusion proofs, for everybody, since they are hashes only."""

from flask import Blueprint, Response

from gateway.api.authentication import requires_no_one
from gateway.api.conversation import JSON_MEDIA_TYPE
from gateway.services.context import Gateway
from gateway.services.show_log import get_checkpoint, get_inclusion
from schemas.base64url import Base64Error, decode_base64url, encode_base64url
from schemas.formats import DIGEST_BYTES
from schemas.messages.log import InclusionDocument
from schemas.problem import ProblemCode, ProblemError


def log_blueprint(gateway: Gateway) -> Blueprint:
    """Return the routes of the log."""
    blueprint = requires_no_one(Blueprint("log", __name__, url_prefix="/v1/log"))

    @blueprint.get("/checkpoint")
    def checkpoint() -> Response:
        response = Response(get_checkpoint(gateway), content_type="text/plain; charset=utf-8")
        response.headers["Cache-Control"] = "no-store"
        return response

    @blueprint.get("/inclusion/<leaf>")
    def inclusion(leaf: str) -> Response:
        found = get_inclusion(gateway, _leaf_hash(leaf))
        document = InclusionDocument(
            index=found.index,
            size=found.size,
            proof=tuple(encode_base64url(digest) for digest in found.hashes),
            checkpoint=found.checkpoint.decode("utf-8"),
        )
        return Response(document.to_bytes(), content_type=JSON_MEDIA_TYPE)

    return blueprint


def _leaf_hash(text: str) -> bytes:
    try:
        data = decode_base64url(text)
    except (Base64Error, UnicodeEncodeError):
        data = b""
    if len(data) != DIGEST_BYTES:
        raise ProblemError(ProblemCode.MALFORMED)
    return data
