"""What the gateway tells Prometheus: its requests by message type, outcome and purpose, and its state in figures."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry

from gateway.api.conversations import CONVERSATIONS
from gateway.operations.figures import GatewayFigures
from gateway.services.context import Gateway
from gateway.services.request_trail import Trail
from hosting.metrics.endpoint import metrics_served
from hosting.metrics.meters import NO_PURPOSE, Meters
from hosting.metrics.timing import Asked, count_requests
from schemas.purpose_catalogue import load_purposes

MESSAGES: Final = {
    conversation.path: conversation.message_type.value
    for conversations in CONVERSATIONS.values()
    for conversation in conversations
}
"""By address: the type of the message that is taken there."""

RESOURCES: Final = frozenset({"registry", "log", "witness", "health", "openapi"})
CONSOLE: Final = "console"
UNKNOWN: Final = "unknown"


@contextmanager
def gateway_metrics(gateway: Gateway, app: Flask, port: int) -> Iterator[None]:
    """Count the requests of `app` and tell them, with the gateway's figures, at a loopback port.

    Raises:
        OSError: the port is taken.
    """
    meters = Meters(CollectorRegistry())
    count_requests(app, meters, describe)
    with metrics_served(port, GatewayFigures(gateway), lambda: meters.sample(gateway.journal.waiting)):
        yield


def describe(_response: Response) -> Asked:
    """Return what the request at hand is counted under; a purpose only where a verified envelope names it."""
    rule = request.url_rule
    if rule is None:
        return Asked(UNKNOWN, NO_PURPOSE)
    if (message := MESSAGES.get(rule.rule)) is not None:
        return Asked(message, _purpose())
    resource = request.blueprint
    return Asked(resource if resource is not None and resource in RESOURCES else CONSOLE, NO_PURPOSE)


def _purpose() -> str:
    trail: Trail | None = g.get("trail")
    if trail is None or trail.envelope is None:
        return NO_PURPOSE
    purpose = trail.envelope.claims.purpose
    return purpose if purpose is not None and purpose in load_purposes() else NO_PURPOSE
