"""A connector that witnesses a simulated log, another agency that does so too, and the registry of both."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from connectors.context import Connector, open_connector
from connectors.enrolment import create_connector_folder
from connectors.settings import ConnectorSettings
from connectors.trust import TrustStore
from connectors.witness.log_reader import LogReader
from connectors.witness.witness import Witness
from keys.crypto.note import Cosigner, NoteSigner
from keys.crypto.signing import SigningKey, generate_signing_key
from keys.custody.key_file_format import KdfCost
from keys.protocol.envelopes import sign_message
from keys.protocol.key_chain import encode_verification_key, state_key
from schemas.base64url import encode_base64url
from schemas.key_statement import KeyStatement, KeyUse
from schemas.messages.registry import (
    REGISTRY_TOKEN_TYPE,
    GatewayIdentity,
    GatewayPin,
    Member,
    Registry,
)
from tests.migrated_database import place_state
from tests.unit.connectors.witness.simulated_log import GATEWAY_URL, LOG_NAME, PEER_URL, SEED, SimulatedLog

PASSPHRASE = "an office's own passphrase"
NOW = datetime(2026, 3, 5, 8, tzinfo=UTC)
AGENCY, PEER, GATEWAY = "education.990101", "civil_affairs.990101", "gateway.990100"


class Clock:
    """Tells the time that the test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Office:
    """The witness, its clock, the log that it meets, and the peer's key."""

    connector: Connector
    clock: Clock
    log: SimulatedLog
    peer: Cosigner
    gateway_key: SigningKey
    peer_key: SigningKey

    @property
    def witness(self) -> Witness:
        return Witness(self.connector)

    @property
    def reader(self) -> LogReader:
        return LogReader(self.connector, self.log.http())

    def trust(self, *peer_statements: str) -> TrustStore:
        """Return the trust store after a registry in which the peer states these keys, else its witness key."""
        trust = TrustStore(self.connector.state, self.connector.gateway)
        seconds = int(NOW.timestamp())
        stated = peer_statements or (self.peer_statement(self.peer),)
        members = (
            _member(AGENCY, "http://own.test", (_first(AGENCY, self.connector.signing_key()),)),
            _member(PEER, PEER_URL, (_first(PEER, self.peer_key), *stated)),
        )
        registry = Registry(
            gateway=GatewayIdentity(
                agency=GATEWAY,
                name_zh="网关",
                name_en="Gateway",
                statements=(_first(GATEWAY, self.gateway_key),),
                log_verifier_key=self.connector.gateway.log_verifier_key,
            ),
            members=members,
            version=1,
            issued_at=seconds,
            expires_at=seconds + 86_400,
        )
        trust.accept(sign_message(self.gateway_key, REGISTRY_TOKEN_TYPE, registry), NOW)
        return trust

    def peer_statement(self, cosigner: Cosigner, signer: SigningKey | None = None) -> str:
        """Return the peer's statement of a witness key, signed by its own signing key or another one."""
        public = cosigner.verifier_key.public_key
        digest = encode_base64url(hashlib.sha256(public).digest())
        return _statement(PEER, KeyUse.WITNESS, digest, encode_base64url(public), signer or self.peer_key)


@contextmanager
def opened_office(folder: Path, log: SimulatedLog) -> Iterator[Office]:
    """Make the office in `folder`, or open it again, which is a restart."""
    gateway_key, clock = generate_signing_key(os.urandom), Clock()
    pin = GatewayPin(
        url=GATEWAY_URL,
        gateway=GATEWAY,
        signing_key=gateway_key.verification_key.key_id,
        log_name=LOG_NAME,
        log_verifier_key=NoteSigner(LOG_NAME, SEED).verifier_key.format(),
    )
    if not (folder / "connector.yaml").exists():
        settings = ConnectorSettings(
            agency=AGENCY,
            agency_type="education",
            name_zh="童安县教育局",
            name_en="Tong'an County Education Bureau",
            region="990101",
            endpoint="http://127.0.0.1:9",
            gateway=pin,
            allow_test_regions=True,
        )
        place_state(folder)
        create_connector_folder(folder, settings, PASSPHRASE, KdfCost(1, 8192), NOW, os.urandom)
    connector = replace(open_connector(folder, PASSPHRASE), now=clock)
    peer = Cosigner(f"{PEER}/witness", b"\x03" * 32)
    try:
        yield Office(connector, clock, log, peer, gateway_key, generate_signing_key(os.urandom))
    finally:
        connector.state.dispose()


def _first(agency: str, key: SigningKey) -> str:
    public = encode_verification_key(key.verification_key)
    return _statement(agency, KeyUse.SIGNING, key.verification_key.key_id, public, key)


def _statement(agency: str, use: KeyUse, key_id: str, public_key: str, signer: SigningKey) -> str:
    seconds = int(NOW.timestamp()) - 10
    statement = KeyStatement(
        agency=agency, use=use, key_id=key_id, public_key=public_key, issued_at=seconds, active_from=seconds
    )
    return state_key(signer, statement)


def _member(agency: str, endpoint: str, statements: tuple[str, ...]) -> Member:
    return Member(
        agency=agency,
        agency_type=agency.partition(".")[0],
        name_zh="单位",
        name_en="Agency",
        region="990101",
        endpoint=endpoint,
        statements=statements,
    )
