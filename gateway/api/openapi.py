"""GET /openapi.json: the interface as OpenAPI 3.1, made from the messages themselves."""

from functools import cache
from typing import Any

import rfc8785
from flask import Blueprint, Response
from pydantic.json_schema import models_json_schema

from gateway.api.authentication import requires_no_one
from gateway.api.conversation import JSON_MEDIA_TYPE, Conversation
from gateway.api.conversations import CONVERSATIONS
from schemas.envelope import ENVELOPE_HEADER, RELAY_HEADER
from schemas.message import Message
from schemas.messages.log import ConsistencyDocument, InclusionDocument
from schemas.messages.registry import RegistryDocument
from schemas.problem import PROBLEM_MEDIA_TYPE, Problem

_BYTES: dict[str, Any] = {"application/octet-stream": {}}
_TEXT = {"text/plain": {"schema": {"type": "string"}}}
_HEADER = {"schema": {"type": "string"}}


def openapi_blueprint() -> Blueprint:
    """Return the route of the description."""
    blueprint = requires_no_one(Blueprint("openapi", __name__))

    @blueprint.get("/openapi.json")
    def openapi() -> Response:
        return Response(_document(), content_type=JSON_MEDIA_TYPE)

    return blueprint


@cache
def _document() -> bytes:
    """Return the document, which takes a second to write; most processes are never asked for it."""
    return rfc8785.dumps(describe_interface())


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
    models: set[type[Message]] = {Problem, RegistryDocument, InclusionDocument, ConsistencyDocument}
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
    return {
        "/v1/registry": {"get": _open("registry", "The signed registry", _json(RegistryDocument))},
        **_log(),
        **_witness(),
        "/healthz": {"get": _open("healthz", "The process is up", _TEXT)},
        "/readyz": {"get": _open("readyz", "The gateway can answer", _TEXT)},
        "/openapi.json": {"get": _open("openapi", "This document", {JSON_MEDIA_TYPE: {"schema": {"type": "object"}}})},
    }


def _log() -> dict[str, Any]:
    leaf = _in_path("leaf", "Leaf hash (RFC 6962), base64url")
    shard = _in_path("shard", "The year, four digits: the log is one tree a year")
    tile = _in_path("tile", "Level, number and width as C2SP tlog-tiles writes them: `0/x001/234.p/5`")
    sizes = [_in_path(name, "Number of leaves") for name in ("old_size", "new_size")]
    included, continued = _json(InclusionDocument), _json(ConsistencyDocument)
    return {
        "/v1/log/checkpoint": {"get": _open("checkpoint", "The newest checkpoint of the log (C2SP note)", _TEXT)},
        "/v1/log/inclusion/{leaf}": {
            "parameters": [leaf],
            "get": _open("inclusion", "The proof that a leaf is in the log", included),
        },
        "/v1/log/{shard}/checkpoint": {
            "parameters": [shard],
            "get": _open("shard_checkpoint", "The newest checkpoint of a year's log (C2SP note)", _TEXT),
        },
        "/v1/log/{shard}/tile/{tile}": {
            "parameters": [shard, tile],
            "get": _open("shard_tile", "Hashes of a year's log, 32 bytes each (C2SP tlog-tiles)", _BYTES),
        },
        "/v1/log/{shard}/inclusion/{leaf}": {
            "parameters": [shard, leaf],
            "get": _open("shard_inclusion", "The proof that a leaf is in a year's log", included),
        },
        "/v1/log/{shard}/consistency/{old_size}/{new_size}": {
            "parameters": [shard, *sizes],
            "get": _open("shard_consistency", "The proof that a signed tree goes on from a smaller one", continued),
        },
    }


def _witness() -> dict[str, Any]:
    shard = _in_path("shard", "The year")
    sizes = [_in_path(name, "Number of leaves") for name in ("old_size", "new_size")]
    handed_in = _open("hand_in_cosignatures", "Take cosignatures of a checkpoint (C2SP note)", _TEXT)
    return {
        "/v1/witness/checkpoints/{shard}": {
            "parameters": [shard],
            "get": _open("newest_note", "The newest checkpoint of a year's log, to be cosigned", _TEXT),
        },
        "/v1/witness/checkpoints/{shard}/witnessed": {
            "parameters": [shard],
            "get": _open("witnessed_note", "The newest checkpoint that a quorum has cosigned", _TEXT),
        },
        "/v1/witness/growth/{shard}/{old_size}/{new_size}": {
            "parameters": [shard, *sizes],
            "get": _open("growth", "What a witness verifies before it cosigns (C2SP tlog-witness)", _TEXT),
        },
        "/v1/witness/policies/{shard}": {
            "parameters": [shard],
            "get": _open("witness_policy", "The witness policy in force (C2SP tlog-policy)", _TEXT),
        },
        "/v1/witness/cosignatures": {"post": handed_in | {"requestBody": {"required": True, "content": _TEXT}}},
    }


def _in_path(name: str, description: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "description": description, **_HEADER}


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
