"""The registry: who is a member, where its connector answers, which keys it stated. Signed, numbered, expiring.

It is published anew in the very transaction that changes a member or a key, so no change is ever without its version.
"""

from datetime import timedelta

from sqlalchemy import Connection

from gateway.log.events import Actor, Event, EventType
from gateway.log.journal import Draft
from gateway.persistence.engine import read_transaction
from gateway.persistence.member_queries import (
    latest_registry,
    latest_registry_version,
    list_members,
    replace_registry,
)
from gateway.services.context import Gateway
from gateway.services.log_key import log_verifier_key
from keys.protocol.envelopes import sign_message
from schemas.messages.registry import REGISTRY_TOKEN_TYPE, GatewayIdentity, Registry, RegistryDocument
from schemas.problem import ProblemCode, ProblemError


def publish_registry_in(connection: Connection, gateway: Gateway) -> tuple[int, Event]:
    """Sign the registry as it is in this write transaction; return its version and the event to log."""
    version = latest_registry_version(connection) + 1
    issued_at = gateway.seconds()
    expires_at = issued_at + int(timedelta(hours=gateway.settings.registry_lifetime_hours).total_seconds())
    registry = Registry(
        gateway=GatewayIdentity(
            agency=gateway.id,
            name_zh=gateway.settings.name_zh,
            name_en=gateway.settings.name_en,
            statements=gateway.settings.statements,
            log_verifier_key=log_verifier_key(gateway.keys, gateway.settings.log_name, gateway.now()),
        ),
        members=list_members(connection),
        lead_body=gateway.settings.lead_body,
        version=version,
        issued_at=issued_at,
        expires_at=expires_at,
    )
    key = gateway.signing_key()
    replace_registry(connection, version, sign_message(key, REGISTRY_TOKEN_TYPE, registry), issued_at, expires_at)
    event = Event(
        type=EventType.REGISTRY_PUBLISH,
        actor=Actor(org=gateway.id, kid=key.verification_key.key_id),
        correlation_id=f"registry-{version}",
    )
    return version, event


def get_registry(gateway: Gateway) -> RegistryDocument:
    """Return the registry in force.

    Raises:
        ProblemError: registry_expired; the job that renews it does not run.
    """
    with read_transaction(gateway.engine) as connection:
        latest = latest_registry(connection)
    if latest is None or latest.expires_at <= gateway.seconds():
        raise ProblemError(ProblemCode.REGISTRY_EXPIRED)
    return RegistryDocument(registry=latest.token)


def renew_registry(gateway: Gateway) -> bool:
    """Publish the registry anew if half its lifetime is over; return whether it was."""
    if not _is_due(gateway, None):
        return False

    def change(connection: Connection) -> Draft[bool]:
        if not _is_due(gateway, connection):
            return Draft(value=False, events=())
        _, event = publish_registry_in(connection, gateway)
        return Draft(value=True, events=(event,))

    return gateway.journal.write(change).value


def _is_due(gateway: Gateway, connection: Connection | None) -> bool:
    """Look without the write lock first: of several workers that look at the same time, one publishes."""
    if connection is None:
        with read_transaction(gateway.engine) as reading:
            return _is_due(gateway, reading)
    latest = latest_registry(connection)
    return latest is None or gateway.seconds() >= (latest.issued_at + latest.expires_at) // 2
