"""Sees to it that this agency has a witness key, and that its own word for it stands in the registry."""

from connectors.context import Connector
from connectors.gateway_client import GatewayClient
from connectors.key_statements import publish_own_key
from connectors.trust import TrustStore
from keys.crypto.note import Cosigner
from keys.custody.errors import MissingKeyError
from keys.custody.key_ring import KeyKind, KeyRecord, KeyRing
from keys.custody.new_keys import new_key
from keys.protocol.key_chain import read_root
from keys.protocol.witness_keys import witness_keys_of, witness_name


def state_witness_key(connector: Connector, trust: TrustStore, client: GatewayClient) -> bool:
    """Make a witness key where the ring has none, and state it where the registry does not carry it.

    Returns whether it was stated now.

    Raises:
        ProblemError, AnswerError, GatewayUnreachableError: the gateway did not take the statement, or nothing is
            known of the registry.
    """
    record = _own_record(connector)
    if _is_stated(connector, trust, record):
        return False
    publish_own_key(connector, client, record)
    client.refresh_registry()
    return True


def _own_record(connector: Connector) -> KeyRecord:
    def complete(ring: KeyRing) -> KeyRing:
        # The time of each look: a key that another process made meanwhile is younger than this call.
        try:
            ring.current(KeyKind.WITNESS, connector.now())
        except MissingKeyError:
            return ring.add(new_key(KeyKind.WITNESS, connector.now(), connector.random))
        return ring

    ring = connector.keys.ring
    if complete(ring) != ring:
        ring = connector.keys.update(complete)
    return ring.current(KeyKind.WITNESS, connector.now())


def _is_stated(connector: Connector, trust: TrustStore, record: KeyRecord) -> bool:
    now = connector.now()
    for member in trust.registry(now).registry.members:
        if member.agency == connector.agency:
            keys = trust.keys_of(member.agency, read_root(member.agency, member.statements[0]), now)
            own = Cosigner(witness_name(connector.agency), record.secret).verifier_key
            return own in witness_keys_of(keys, now)
    return True  # no member yet: the enrolment states the key
