"""What a connector tells Prometheus: the requests relayed to it by message type, outcome and purpose, and its state."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from flask import Flask, Response, request
from prometheus_client import CollectorRegistry

from connectors.context import Connector
from connectors.gateway_client import PATHS
from connectors.operations.figures import ConnectorFigures
from connectors.trust import TrustStore
from hosting.metrics.endpoint import metrics_served
from hosting.metrics.meters import NO_PURPOSE, Meters
from hosting.metrics.timing import Asked, count_requests
from keys.crypto.signing import SignatureError
from keys.protocol.envelopes import read_unverified
from schemas.envelope import ENVELOPE_HEADER, EnvelopeClaims
from schemas.formats import MAX_ENVELOPE_CHARACTERS
from schemas.message import MessageError
from schemas.purpose_catalogue import load_purposes

MESSAGES: Final = {path: message.value for message, path in PATHS.items()}
"""By address: the type of the message that is taken there."""

WITNESS: Final = "witness"
HEALTH: Final = "health"
UNKNOWN: Final = "unknown"


@contextmanager
def connector_metrics(connector: Connector, trust: TrustStore, app: Flask, port: int) -> Iterator[None]:
    """Count the requests of `app` and tell them, with the connector's figures, at a loopback port.

    Raises:
        OSError: the port is taken.
    """
    meters = Meters(CollectorRegistry())
    count_requests(app, meters, describe)
    with metrics_served(port, ConnectorFigures(connector, trust), lambda: meters.sample(0)):
        yield


def describe(response: Response) -> Asked:
    """Return what the request at hand is counted under; a purpose only where it was answered, so it was verified."""
    rule = request.url_rule
    if rule is None:
        return Asked(UNKNOWN, NO_PURPOSE)
    if (message := MESSAGES.get(rule.rule)) is not None:
        return Asked(message, _purpose() if response.status_code == 200 else NO_PURPOSE)
    return Asked(WITNESS if request.blueprint == WITNESS else HEALTH, NO_PURPOSE)


def _purpose() -> str:
    try:
        claims = read_unverified(EnvelopeClaims, request.headers.get(ENVELOPE_HEADER, ""), MAX_ENVELOPE_CHARACTERS)
    except (SignatureError, MessageError):
        return NO_PURPOSE
    return claims.purpose if claims.purpose is not None and claims.purpose in load_purposes() else NO_PURPOSE
