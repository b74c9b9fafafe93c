"""Signed messages over HTTP: reads a bounded body, has the envelope verified, and sends the reply with its headers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic

from flask import Blueprint, Response, g, request

from gateway.services.answers import Reply
from gateway.services.context import Gateway
from gateway.services.receive_request import receive_request
from gateway.services.request_trail import M, Received
from schemas.envelope import ENVELOPE_HEADER, RELAY_HEADER, MessageType
from schemas.message import Message
from schemas.problem import ProblemCode, ProblemError

JSON_MEDIA_TYPE = "application/json"


@dataclass(frozen=True, slots=True)
class Conversation(Generic[M]):
    """One address that takes one signed message and gives one signed answer."""

    path: str
    message_type: MessageType
    model: type[M]
    answer_model: type[Message]
    max_bytes: int
    answer: Callable[[Gateway, Received[M]], Reply]
    summary: str


def add_conversation(blueprint: Blueprint, gateway: Gateway, conversation: Conversation[M]) -> None:
    """Serve `conversation` in `blueprint`."""

    def view() -> Response:
        body = read_body(conversation.max_bytes)
        token = request.headers.get(ENVELOPE_HEADER)
        received = receive_request(gateway, conversation.message_type, conversation.model, token, body, g.trail)
        return _respond(conversation.answer(gateway, received))

    endpoint = conversation.message_type.value.replace(".", "_")
    blueprint.add_url_rule(conversation.path, endpoint, view, methods=["POST"])


def read_body(max_bytes: int) -> bytes:
    """Return the request's body; its stated length is checked before a byte is read.

    Raises:
        ProblemError: too_large, unsupported_media_type, or malformed if it ends before its stated length.
    """
    if request.content_length is None or request.content_length > max_bytes:
        raise ProblemError(ProblemCode.TOO_LARGE)
    if request.mimetype != JSON_MEDIA_TYPE:
        raise ProblemError(ProblemCode.UNSUPPORTED_MEDIA_TYPE)
    body = request.get_data(cache=False)
    if len(body) != request.content_length:
        raise ProblemError(ProblemCode.MALFORMED)
    return body


def _respond(reply: Reply) -> Response:
    response = Response(reply.answer.body, content_type=JSON_MEDIA_TYPE)
    response.headers[ENVELOPE_HEADER] = reply.answer.envelope.token
    if reply.relay is not None:
        response.headers[RELAY_HEADER] = reply.relay
    response.headers["Cache-Control"] = "no-store"
    return response
