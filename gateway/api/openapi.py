"""GET /openapi.json: the interface as OpenAPI 3.1, made from the messages themselves."""

from typing import Any

import rfc8785
from flask import Blueprint, Response
from pydantic.json_schema import models_json_schema

from gateway.api.authentication import requires_no_one
from gateway.api.conversation import JSON_MEDIA_TYPE, Conversation
from gateway.api.conversations import CONVERSATIONS
from schemas.envelope import ENVELOPE_HEADER, RELAY_HEADER
from schemas.message import Message
from schemas.messages.log import InclusionDocument
from schemas.messages.registry import RegistryDocument
from schemas.problem import PROBLEM_MEDIA_TYPE, Problem

_TEXT = {"text/plain": {"schema": {"type": "string"}}}
_HEADER = {"schema": {"type": "string"}}


def openapi_blueprint() -> Blueprint:
    """Return the route of the description."""
    blueprint = requires_no_one(Blueprint("openapi", __name__))
    body = rfc8785.dumps(describe_interface())

    @blueprint.get("/openapi.json")
    def openapi() -> Response:
        return Response(body, content_type=JSON_MEDIA_TYPE)

    return blueprint


def describe_interface() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document."""
    signed = [conversation for group in CONVERSATIONS.values() for conversation in group]
    return {
        "openapi": "3.1.0",
        "info": {"title": "童心网关 Tongxin gateway", "version": "1"},
        "paths": {conversation.path: {"post": _signed(conversation)} for conversation in signed} | _public(),
        "components": {"schemas": _schemas(signed)},
    }


def _schemas(signed: list[Conversation[Any]]) -> dict[str, Any]:
    models: set[type[Message]] = {Problem, RegistryDocument, InclusionDocument}
    for conversation in signed:
        models |= {conversation.model, conversation.answer_model}
    ordered = sorted(models, key=lambda model: model.__name__)
    _, definitions = models_json_schema(
        [(model, "validation") for model in ordered], ref_template="#/components/schemas/{model}"
    )
    schemas: dict[str, Any] = definitions["$defs"]
    return schemas


def _signed(conversation: Conversation[Any]) -> dict[str, Any]:
    return {
        "operationId": conversation.message_type.value.replace(".", "_"),
        "summary": conversation.summary,
        "description": f"Body: at most {conversation.max_bytes} bytes, canonical JSON (RFC 8785).",
        "parameters": [
            {
                "name": ENVELOPE_HEADER,
                "in": "header",
                "required": True,
                "description": f"JWS (ES256) with the claims of message type `{conversation.message_type.value}`",
                **_HEADER,
            }
        ],
        "requestBody": {"required": True, "content": _json(conversation.model)},
        "responses": {
            "200": {
                "description": "The signed answer",
                "headers": {
                    ENVELOPE_HEADER: {"description": "The answer's envelope", **_HEADER},
                    RELAY_HEADER: {"description": "The gateway's promise that it is in the log", **_HEADER},
                },
                "content": _json(conversation.answer_model),
            },
            "default": {
                "description": "Refused",
                "headers": {RELAY_HEADER: {"description": "The promise that the refusal is logged", **_HEADER}},
                "content": _problem(),
            },
        },
    }


def _public() -> dict[str, Any]:
    leaf = {"name": "leaf", "in": "path", "required": True, "description": "Leaf hash (RFC 6962), base64url", **_HEADER}
    return {
        "/v1/registry": {"get": _open("registry", "The signed registry", _json(RegistryDocument))},
        "/v1/log/checkpoint": {"get": _open("checkpoint", "The newest checkpoint of the log (C2SP note)", _TEXT)},
        "/v1/log/inclusion/{leaf}": {
            "parameters": [leaf],
            "get": _open("inclusion", "The proof that a leaf is in the log", _json(InclusionDocument)),
        },
        "/healthz": {"get": _open("healthz", "The process is up", _TEXT)},
        "/readyz": {"get": _open("readyz", "The gateway can answer", _TEXT)},
        "/openapi.json": {"get": _open("openapi", "This document", {JSON_MEDIA_TYPE: {"schema": {"type": "object"}}})},
    }


def _open(operation: str, summary: str, content: dict[str, Any]) -> dict[str, Any]:
    return {
        "operationId": operation,
        "summary": summary,
        "responses": {
            "200": {"description": summary, "content": content},
            "default": {"description": "Refused", "content": _problem()},
        },
    }


def _json(model: type[Message]) -> dict[str, Any]:
    return {JSON_MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{model.__name__}"}}}


def _problem() -> dict[str, Any]:
    return {PROBLEM_MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
