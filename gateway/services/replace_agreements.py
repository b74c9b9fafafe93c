"""A newer version that is active and whose period has begun takes the place of the earlier ones."""

from sqlalchemy import Connection

from gateway.domain.agreement_states import IN_FORCE
from gateway.log.events import Actor, Event, EventType, PolicyRef
from gateway.persistence.agreement_queries import StoredAgreement, list_versions
from gateway.services.agreement_life import advance
from gateway.services.context import Gateway
from gateway.services.destroy_index import end_indexes
from schemas.agreement_steps import AgreementHistoryStep, AgreementStep


def replace_earlier(connection: Connection, gateway: Gateway, newer: StoredAgreement) -> tuple[Event, ...]:
    """End the earlier versions of an active agreement, with their indexes; return the events, none before it begins."""
    if newer.standing.agreement.valid_from > gateway.seconds():
        return ()
    revision = newer.standing.agreement.revision
    earlier = [
        version
        for version in list_versions(connection, newer.first_version)
        if version.signed.state in IN_FORCE and version.standing.agreement.revision < revision
    ]
    return tuple(event for version in earlier for event in end_by_clock(connection, gateway, version, _REPLACED))


def end_by_clock(
    connection: Connection, gateway: Gateway, stored: StoredAgreement, end: tuple[AgreementStep, EventType]
) -> tuple[Event, ...]:
    """Take the step that ends an agreement because of the time; its index goes with it. Returns the events."""
    step, event_type = end
    digest, document = stored.standing.digest, stored.standing.agreement
    told = AgreementHistoryStep(step=step, agency=gateway.id, at=gateway.seconds())
    advance(connection, gateway, digest, told, by_clock=True)
    types = [event_type, EventType.INDEX_DESTROY] if end_indexes(connection, digest) else [event_type]
    policy, peer = PolicyRef(document.id, digest), document.provider.agency
    return tuple(Event(type=kind, actor=Actor(org=gateway.id), peer=peer, policy=policy) for kind in types)


_REPLACED = (AgreementStep.REPLACE, EventType.AGREEMENT_REPLACE)
