"""A registry in which the gateway has put keys of its own in an agency's place, and desks to try it at."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import httpx

from connectors.api.provider_api import ProviderService, create_provider_app
from connectors.cli.session import Session
from connectors.gateway_client import GatewayClient, Prepared
from connectors.register import open_register
from connectors.settings import STATE_FILE
from connectors.state.database import open_state
from connectors.trust import TrustStore
from demo.scenario.cast import GATEWAY_ID
from hosting.certificates import trusted_authorities
from keys.crypto.evaluation_key import generate_key_pair
from keys.crypto.sealing import opening_public_key
from keys.crypto.signing import SigningKey, generate_signing_key
from keys.protocol.envelopes import read_unverified, sign_message
from keys.protocol.key_chain import encode_verification_key, state_key
from schemas.base64url import encode_base64url
from schemas.envelope import ENVELOPE_HEADER, RELAY_HEADER
from schemas.formats import digest_of
from schemas.key_statement import KeyStatement, KeyUse
from schemas.messages.registry import (
    MAX_REGISTRY_BYTES,
    REGISTRY_TOKEN_TYPE,
    GatewayIdentity,
    Member,
    Registry,
    RegistryDocument,
)
from schemas.problem import MAX_PROBLEM_BYTES, Problem, ProblemCode
from tests.attack.attacker import Collusion, collude
from tests.scene import Scene

OPENING_SECRET = os.urandom(32)
OPENING_KEY = opening_public_key(OPENING_SECRET)
EVALUATION_KEY = generate_key_pair(os.urandom)
SIGNING_KEY = generate_signing_key(os.urandom)


@contextmanager
def copied(
    session: Session, folder: Path, *, knows_registry: bool = True, at: datetime | None = None
) -> Iterator[Session]:
    """Sit down at a copy of a desk, perhaps at another time: what is done to its registry is done to nobody else."""
    target = folder / session.connector.agency
    target.mkdir()
    for part in (STATE_FILE, f"{STATE_FILE}-wal"):
        if (session.connector.folder / part).exists():
            shutil.copy(session.connector.folder / part, target / part)
    now = session.connector.now if at is None else lambda: at
    connector = replace(session.connector, state=open_state(target / STATE_FILE), now=now)
    trust = TrustStore(connector.state, connector.gateway)
    desk = Session(connector, trust, GatewayClient(connector, trust))
    with connector.state.begin() as connection:
        connection.exec_driver_sql("DELETE FROM alert")
        if not knows_registry:
            connection.exec_driver_sql("DELETE FROM registry_copy")
    try:
        yield desk
    finally:
        desk.close()


@dataclass(frozen=True)
class Swap:
    """The registry in force, with other statements for one agency, a higher version, and the gateway's signature."""

    collusion: Collusion
    registry: Registry

    @classmethod
    def of(cls, scene: Scene, purpose: str) -> "Swap":
        """Fetch the registry in force."""
        document = RegistryDocument.model_validate_json(
            httpx.get(f"{scene.stage.gateway_url}/v1/registry", verify=trusted_authorities()).content
        )
        registry = read_unverified(Registry, document.registry, MAX_REGISTRY_BYTES)
        return cls(collude(scene, scene.agreements[purpose]), registry)

    @property
    def expires_at(self) -> datetime:
        """When the registry in force ends."""
        return datetime.fromtimestamp(self.registry.expires_at, UTC)

    def statement(self, agency: str, use: KeyUse, public_key: str, key_id: str, **changes: object) -> KeyStatement:
        """State a key as if the agency did."""
        now = self.collusion.requester.connector.seconds()
        stated = KeyStatement(
            agency=agency, use=use, key_id=key_id, public_key=public_key, issued_at=now, active_from=now
        )
        return stated.model_copy(update=changes)

    def with_statements(self, agency: str, change: Callable[[tuple[str, ...]], tuple[str, ...]]) -> str:
        """Return the signed registry in which the statements of `agency` are changed."""

        def changed(member: Member) -> Member:
            return member.model_copy(update={"statements": change(member.statements)})

        members = tuple(changed(found) if found.agency == agency else found for found in self.registry.members)
        return self.sign(members=members, version=self.registry.version + 1)

    def sign(self, signer: SigningKey | None = None, **changes: object) -> str:
        """Return the registry with changes, signed by the gateway or somebody else."""
        return sign_message(signer or self.collusion.key, REGISTRY_TOKEN_TYPE, self.registry.model_copy(update=changes))

    def forged(self, agency: str, use: KeyUse, signer: SigningKey) -> str:
        """Return a statement that the gateway's key for `use` is the agency's."""
        if use is KeyUse.OPENING:
            stated = self.statement(agency, use, encode_base64url(OPENING_KEY), digest_of(OPENING_KEY))
        elif use is KeyUse.SIGNING:
            key = SIGNING_KEY.verification_key
            stated = self.statement(agency, use, encode_verification_key(key), key.key_id)
        else:
            public_key = EVALUATION_KEY.public_key
            text, agreement = encode_base64url(public_key), self.collusion.agreement.digest()
            stated = self.statement(agency, use, text, digest_of(public_key), agreement=agreement, epoch=2)
        return state_key(signer, stated)

    def other_gateway(self) -> GatewayIdentity:
        """Return the gateway's identity with a chain that begins at another key."""
        key = SIGNING_KEY.verification_key
        stated = self.statement(GATEWAY_ID, KeyUse.SIGNING, encode_verification_key(key), key.key_id)
        return self.registry.gateway.model_copy(update={"statements": (state_key(SIGNING_KEY, stated),)})


def post_evaluate(provider: Session, prepared: Prepared, promise: str) -> ProblemCode | None:
    """Let a provider's service answer in this process; returns why it refused."""
    app = create_provider_app(ProviderService(provider.connector, provider.trust, open_register(provider.connector)))
    headers = {ENVELOPE_HEADER: prepared.envelope, RELAY_HEADER: promise}
    answer = app.test_client().post(
        "/v1/evaluate", data=prepared.body, headers=headers, content_type="application/json"
    )
    return None if answer.status_code == 200 else Problem.from_bytes(answer.data, MAX_PROBLEM_BYTES).code
