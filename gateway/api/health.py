"""GET /healthz: the process is up. GET /readyz: it can answer, which takes database, journal and registry."""

from flask import Blueprint, Response

from gateway.api.authentication import requires_no_one
from gateway.log.journal import Draft
from gateway.services.context import Gateway
from gateway.services.registry import get_registry

TEXT_MEDIA_TYPE = "text/plain; charset=utf-8"


def health_blueprint(gateway: Gateway) -> Blueprint:
    """Return the routes for whoever keeps the process running."""
    blueprint = requires_no_one(Blueprint("health", __name__))

    @blueprint.get("/healthz")
    def healthz() -> Response:
        return Response("ok\n", content_type=TEXT_MEDIA_TYPE)

    @blueprint.get("/readyz")
    def readyz() -> Response:
        get_registry(gateway)
        gateway.journal.write(lambda _: Draft(None, ()))
        return Response("ready\n", content_type=TEXT_MEDIA_TYPE)

    return blueprint
