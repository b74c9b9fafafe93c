"""Stating this agency's own keys: at enrolment, for a new agreement or epoch, and when a key is rotated."""

from datetime import timedelta

from nacl.bindings import crypto_scalarmult_base
from nacl.signing import SigningKey as Ed25519SigningKey

from connectors.context import Connector
from connectors.gateway_client import GatewayClient
from keys.crypto.evaluation_key import EvaluationKeyPair
from keys.crypto.signing import SigningKey
from keys.custody.key_ring import KeyKind, KeyRecord
from keys.custody.new_keys import new_key
from keys.protocol.evaluation_keys import evaluation_key_id
from keys.protocol.key_chain import encode_verification_key, state_key
from schemas.base64url import encode_base64url
from schemas.envelope import MessageType
from schemas.key_statement import KeyStatement, KeyUse
from schemas.messages.registry import MAX_KEY_MESSAGE_BYTES, KeyAnswer, KeyPublish

USE_OF: dict[KeyKind, KeyUse] = {
    KeyKind.SIGNING: KeyUse.SIGNING,
    KeyKind.OPENING: KeyUse.OPENING,
    KeyKind.WITNESS: KeyUse.WITNESS,
}


def first_statements(connector: Connector) -> tuple[str, ...]:
    """Return the statements of a new connector: its signing key by itself, then opening and witness key."""
    now = connector.now()
    records = [connector.keys.ring.current(kind, now) for kind in USE_OF]
    return tuple(_state(connector, connector.signing_key(), record) for record in records)


def publish_evaluation_key(
    connector: Connector,
    client: GatewayClient,
    agreement: str,
    epoch: int,
    key_pair: EvaluationKeyPair,
    *,
    accept_until: int | None = None,
) -> None:
    """State the evaluation key of an agreement and epoch to the registry, with its end once it has one.

    Saying it again changes nothing.
    """
    seconds = connector.seconds()
    statement = KeyStatement(
        agency=connector.agency,
        use=KeyUse.EVALUATION,
        key_id=evaluation_key_id(key_pair.public_key),
        public_key=encode_base64url(key_pair.public_key),
        issued_at=seconds,
        active_from=seconds,
        accept_until=accept_until,
        agreement=agreement,
        epoch=epoch,
    )
    _publish(client, state_key(connector.signing_key(), statement))


def publish_own_key(connector: Connector, client: GatewayClient, record: KeyRecord) -> None:
    """State a key that the ring holds already, under the signing key in force; saying it again changes nothing.

    Raises:
        ProblemError, AnswerError, GatewayUnreachableError: the gateway did not take the statement.
    """
    _publish(client, _state(connector, connector.signing_key(), record))


def rotate_key(connector: Connector, client: GatewayClient, kind: KeyKind, overlap: timedelta) -> KeyRecord:
    """Make a new signing, opening or witness key, state it, and let the old one be accepted for `overlap` more.

    The successor is stated under the old signing key before the ring changes, so that a crash in between leaves
    the old key in force; the old key's end is stated after. The registry is fetched again, since own signatures are
    verified through it as well.

    Raises:
        ProblemError, GatewayUnreachableError: the gateway did not take the statement; nothing has changed.
    """
    now = connector.now()
    signer = connector.signing_key()
    old = connector.keys.ring.current(kind, now)
    new = new_key(kind, now, connector.random)
    _publish(client, _state(connector, signer, new))
    connector.keys.update(lambda ring: ring.rotate(kind, now, overlap, new))
    _publish(client, _state(connector, connector.signing_key(), old, until=int((now + overlap).timestamp())))
    client.refresh_registry()
    return new


def _state(connector: Connector, signer: SigningKey, record: KeyRecord, until: int | None = None) -> str:
    statement = KeyStatement(
        agency=connector.agency,
        use=USE_OF[record.kind],
        key_id=record.key_id,
        public_key=_public_key(record),
        issued_at=connector.seconds(),
        active_from=int(record.active_from.timestamp()),
        accept_until=until,
    )
    return state_key(signer, statement)


def _public_key(record: KeyRecord) -> str:
    if record.kind is KeyKind.SIGNING:
        return encode_verification_key(SigningKey.from_secret(record.secret).verification_key)
    if record.kind is KeyKind.OPENING:
        return encode_base64url(crypto_scalarmult_base(record.secret))
    return encode_base64url(bytes(Ed25519SigningKey(record.secret).verify_key))


def _publish(client: GatewayClient, statement: str) -> None:
    client.ask(MessageType.KEY_PUBLISH, KeyPublish(statement=statement), KeyAnswer, MAX_KEY_MESSAGE_BYTES)
