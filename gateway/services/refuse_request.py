"""Refusals are logged before their answer leaves, like everything else; who signed gets a promise of it."""

from gateway.log.journal import Draft
from gateway.services.answers import promise
from gateway.services.context import Gateway
from gateway.services.request_events import refusal_event
from gateway.services.request_trail import Trail
from schemas.problem import ProblemError


def log_refusal(gateway: Gateway, trail: Trail, problem: ProblemError) -> str | None:
    """Log why a signed message was refused.

    Returns:
        The promise that names the request's envelope and the refusal's leaf; None where no envelope was verified.

    Raises:
        AuditUnavailableError: the refusal could not be logged.
    """
    event = refusal_event(trail, problem)
    (receipt,) = gateway.journal.write(lambda _: Draft(None, (event,))).receipts
    if trail.envelope is None:
        return None
    return promise(gateway, trail.envelope.digest, trail.envelope.claims.issuer, receipt)
