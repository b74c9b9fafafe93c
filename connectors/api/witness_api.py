"""The witness's HTTP interface (C2SP tlog-witness): add-checkpoint, and the newest notes for whoever compares.

Nobody is asked who they are: a checkpoint is cosigned for its log's signature, whoever hands it in.
"""

from flask import Blueprint, Response, request

from connectors.state.witness_notes import list_newest
from connectors.witness.witness import Witness
from keys.crypto.cosigning import (
    MAX_REQUEST_BYTES,
    Conflict,
    Cosignature,
    Refusal,
    RefusalCode,
    parse_add_checkpoint,
)
from keys.crypto.errors import NoteError
from schemas.problem import ProblemCode, ProblemError

TEXT_MEDIA_TYPE = "text/plain; charset=utf-8"
SIZE_MEDIA_TYPE = "text/x.tlog.size"

_STATUS = {
    RefusalCode.MALFORMED: 400,
    RefusalCode.UNKNOWN_LOG: 404,
    RefusalCode.NOT_SIGNED: 403,
    RefusalCode.NOT_CONSISTENT: 422,
}


def witness_blueprint(witness: Witness) -> Blueprint:
    """Return the routes of this agency's witness."""
    blueprint = Blueprint("witness", __name__, url_prefix="/v1/witness")

    @blueprint.post("/add-checkpoint")
    def add_checkpoint() -> Response:
        return _answer(witness, _read_body())

    @blueprint.get("/checkpoint")
    def newest() -> Response:
        shards = [(witness.shard_of(note.origin) or 0, note.note) for note in list_newest(witness.connector.state)]
        if not shards:
            raise ProblemError(ProblemCode.NOT_FOUND)
        return _text(max(shards)[1], 200)

    @blueprint.get("/checkpoint/<int:shard>")
    def newest_of_shard(shard: int) -> Response:
        for note in list_newest(witness.connector.state):
            if witness.shard_of(note.origin) == shard:
                return _text(note.note, 200)
        raise ProblemError(ProblemCode.NOT_FOUND)

    return blueprint


def _answer(witness: Witness, body: bytes) -> Response:
    try:
        submission = parse_add_checkpoint(body)
    except NoteError:
        return _refuse(Refusal(RefusalCode.MALFORMED))
    result = witness.submit(submission)
    if isinstance(result, Cosignature):
        return _text(result.line.format().encode(), 200)
    if isinstance(result, Conflict):
        return Response(f"{result.size}\n", 409, content_type=SIZE_MEDIA_TYPE)
    return _refuse(result)


def _refuse(refusal: Refusal) -> Response:
    return _text(f"{refusal.code}\n".encode(), _STATUS[refusal.code])


def _read_body() -> bytes:
    """Return the body, whatever media type it bears, for the standard names none."""
    if request.content_length is None or request.content_length > MAX_REQUEST_BYTES:
        raise ProblemError(ProblemCode.TOO_LARGE)
    body = request.get_data(cache=False)
    if len(body) != request.content_length:
        raise ProblemError(ProblemCode.MALFORMED)
    return body


def _text(body: bytes, status: int) -> Response:
    response = Response(body, status, content_type=TEXT_MEDIA_TYPE)
    response.headers["Cache-Control"] = "no-store"
    return response
