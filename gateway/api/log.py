"""GET /v1/log/…: checkpoints, tiles and proofs, for everybody, since they are hashes only (C2SP tlog-tiles)."""

from typing import Final

from flask import Blueprint, Response

from gateway.api.authentication import requires_no_one
from gateway.api.conversation import JSON_MEDIA_TYPE
from gateway.log.tile_files import is_full_tile
from gateway.services.context import Gateway
from gateway.services.show_log import (
    ProvenLeaf,
    get_checkpoint,
    get_consistency,
    get_inclusion,
    get_shard_checkpoint,
    get_tile,
)
from keys.crypto.merkle import MAX_TREE_SIZE
from schemas.base64url import Base64Error, decode_base64url, encode_base64url
from schemas.formats import DIGEST_BYTES
from schemas.messages.log import ConsistencyDocument, InclusionDocument
from schemas.problem import ProblemCode, ProblemError

_NEVER_KEPT: Final = "no-store"
_KEPT_FOR_EVER: Final = "public, max-age=31536000, immutable"
_KEPT_FOR_MINUTES: Final = "public, max-age=600"


def log_blueprint(gateway: Gateway) -> Blueprint:
    """Return the routes of the log."""
    blueprint = requires_no_one(Blueprint("log", __name__, url_prefix="/v1/log"))
    _add_newest(blueprint, gateway)
    _add_shards(blueprint, gateway)
    return blueprint


def _add_newest(blueprint: Blueprint, gateway: Gateway) -> None:
    @blueprint.get("/checkpoint")
    def checkpoint() -> Response:
        return _note(get_checkpoint(gateway))

    @blueprint.get("/inclusion/<leaf>")
    def inclusion(leaf: str) -> Response:
        return _inclusion(get_inclusion(gateway, _leaf_hash(leaf)))


def _add_shards(blueprint: Blueprint, gateway: Gateway) -> None:
    @blueprint.get("/<int(fixed_digits=4):shard>/checkpoint")
    def shard_checkpoint(shard: int) -> Response:
        return _note(get_shard_checkpoint(gateway, shard))

    @blueprint.get("/<int(fixed_digits=4):shard>/tile/<path:tile>")
    def shard_tile(shard: int, tile: str) -> Response:
        response = Response(get_tile(gateway, shard, tile), content_type="application/octet-stream")
        response.headers["Cache-Control"] = _KEPT_FOR_EVER if is_full_tile(tile) else _KEPT_FOR_MINUTES
        return response

    @blueprint.get("/<int(fixed_digits=4):shard>/inclusion/<leaf>")
    def shard_inclusion(shard: int, leaf: str) -> Response:
        return _inclusion(get_inclusion(gateway, _leaf_hash(leaf), shard))

    @blueprint.get("/<int(fixed_digits=4):shard>/consistency/<int:old_size>/<int:new_size>")
    def shard_consistency(shard: int, old_size: int, new_size: int) -> Response:
        if max(old_size, new_size) > MAX_TREE_SIZE:
            raise ProblemError(ProblemCode.NOT_FOUND)
        proof = get_consistency(gateway, shard, old_size, new_size)
        hashes = tuple(encode_base64url(digest) for digest in proof.hashes)
        document = ConsistencyDocument(old_size=old_size, new_size=new_size, proof=hashes)
        return Response(document.to_bytes(), content_type=JSON_MEDIA_TYPE)


def _note(note: bytes) -> Response:
    response = Response(note, content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = _NEVER_KEPT
    return response


def _inclusion(found: ProvenLeaf) -> Response:
    document = InclusionDocument(
        index=found.index,
        size=found.size,
        proof=tuple(encode_base64url(digest) for digest in found.hashes),
        checkpoint=found.checkpoint.decode("utf-8"),
    )
    return Response(document.to_bytes(), content_type=JSON_MEDIA_TYPE)


def _leaf_hash(text: str) -> bytes:
    try:
        data = decode_base64url(text)
    except (Base64Error, UnicodeEncodeError):
        data = b""
    if len(data) != DIGEST_BYTES:
        raise ProblemError(ProblemCode.MALFORMED)
    return data
