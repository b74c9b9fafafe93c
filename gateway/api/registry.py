"""GET /v1/registry: the signed registry, for everybody."""

from flask import Blueprint, Response

from gateway.api.authentication import requires_no_one
from gateway.api.conversation import JSON_MEDIA_TYPE
from gateway.services.context import Gateway
from gateway.services.registry import get_registry


def registry_blueprint(gateway: Gateway) -> Blueprint:
    """Return the routes of the registry."""
    blueprint = requires_no_one(Blueprint("registry", __name__))

    @blueprint.get("/v1/registry")
    def registry() -> Response:
        return Response(get_registry(gateway).to_bytes(), content_type=JSON_MEDIA_TYPE)

    return blueprint
