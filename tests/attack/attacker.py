"""What the attackers hold and can do: other people's key files, the gateway's database, forged relays."""

import os
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import httpx

from connectors.cli.session import Session
from connectors.gateway_client import PATHS, Prepared
from connectors.identifiers import new_uuid
from connectors.requester.hashes import HashedRow, HashedRows, obtain_hashes
from connectors.requester.roster import RosterRow, read_roster
from connectors.state.alerts import list_alerts
from demo.scenario.cast import GATEWAY_ID, PASSPHRASE, Plan
from demo.scenario.desks import query_under
from demo.scenario.rosters import write_roster_mapping
from gateway.settings import DATABASE_FILE, KEY_FILE
from hosting.certificates import trusted_authorities
from keys.crypto.sealing import seal
from keys.crypto.signing import SigningKey
from keys.custody.key_ring import KeyKind, KeyRing
from keys.custody.key_store import KeyStore
from keys.protocol.envelopes import envelope_digest, read_unverified, sign_envelope, sign_relay
from keys.protocol.grants import sign_grant
from keys.protocol.possession import PossessionStatement, index_hash_of, possession_key_of, prove_possession
from keys.protocol.sealed_answers import open_answers
from keys.protocol.sealed_for import answers_binding, possession_binding
from schemas.agreement import Agreement
from schemas.base64url import decode_base64url, encode_base64url
from schemas.envelope import ANSWER_TO, ENVELOPE_HEADER, RELAY_HEADER, EnvelopeClaims, MessageType, RelayClaims
from schemas.formats import MAX_ENVELOPE_CHARACTERS, digest_of
from schemas.linkage_keys import KeyType
from schemas.messages.exchange import (
    MAX_EXCHANGE_ANSWER_BYTES,
    MAX_EXCHANGE_BYTES,
    ExchangeAnswer,
    ExchangeRequest,
    PossessionMacs,
    PossessionProof,
    PossessionProofs,
    SealedAnswers,
)
from schemas.messages.match import GrantClaims
from schemas.problem import MAX_PROBLEM_BYTES, Problem, ProblemCode
from tests.scene import Scene


class IndexRow(NamedTuple):
    """One entry of an index as it rests in the gateway's database."""

    key_type_code: int
    index_hash: bytes
    handle: bytes
    county: int


@lru_cache(maxsize=4)
def open_gateways_ring(folder: Path) -> KeyRing:
    """Open the gateway's key file, as whoever stole it with its passphrase would."""
    return KeyStore(folder / KEY_FILE, PASSPHRASE, random=os.urandom).ring


def gateway_key(scene: Scene) -> SigningKey:
    """Take the gateway's signing key."""
    ring = open_gateways_ring(scene.stage.gateway_folder)
    return SigningKey.from_secret(ring.current(KeyKind.SIGNING, datetime.now(UTC)).secret)


def query_gateway(scene: Scene, sql: str, *parameters: object) -> list[tuple[object, ...]]:
    """Read the gateway's database file as its operator can, without changing it."""
    connection = sqlite3.connect(f"file:{scene.stage.gateway_folder / DATABASE_FILE}?mode=ro", uri=True)
    try:
        return connection.execute(sql, parameters).fetchall()
    finally:
        connection.close()


def read_index(scene: Scene, agreement: Agreement) -> list[IndexRow]:
    """Return the active index of an agreement."""
    sql = (
        "SELECT key_type_code, index_hash, handle, county FROM index_entry"
        " WHERE volume IN (SELECT volume FROM active_index WHERE agreement = ?)"
    )
    return [IndexRow(*row) for row in query_gateway(scene, sql, agreement.digest())]  # type: ignore[arg-type]


def alerts_of(session: Session) -> set[tuple[str, str]]:
    """Return code and subject of an agency's alerts, but for those about promises that these tests forge themselves."""
    return {(code, subject) for _, code, subject in list_alerts(session.connector.state) if "promise" not in code}


def roster_rows(scene: Scene, plan: Plan, agreement: Agreement) -> list[RosterRow]:
    """Return the rows of a plan's roster that can be asked about."""
    connector = scene.session(plan.requester).connector
    mapping = write_roster_mapping(scene.stage.province, plan.roster)
    return [row for row in read_roster(connector, mapping, agreement.regions, connector.today()).rows if row.keys]


def evaluate_rows(session: Session, agreement: Agreement, rows: Sequence[RosterRow]) -> HashedRows:
    """Have the keys of `rows` evaluated, as a requester does."""
    return obtain_hashes(session.connector, session.client, session.trust, query_under(agreement), rows)


def handles_of(index: Iterable[IndexRow], hashed: HashedRow, key_type: KeyType = KeyType.ID) -> set[bytes]:
    """Return the handles of the index that carry one of the row's hashes of a key type, as the gateway finds them."""
    hashes = set(map(index_hash_of, hashed.outputs.get(key_type, ())))
    return {row.handle for row in index if row.index_hash in hashes}


def refusal_of(response: httpx.Response) -> ProblemCode | None:
    """Return why a request was refused, None if it was answered."""
    return None if response.is_success else Problem.from_bytes(response.content, MAX_PROBLEM_BYTES).code


@dataclass(frozen=True)
class Collusion:
    """A requester and a gateway that work together: both key files are open, and no rule of the gateway is kept."""

    requester: Session
    agreement: Agreement
    endpoint: str
    key: SigningKey

    def grant(self, handles: Sequence[bytes], **changes: object) -> str:
        """Sign a grant for handles that nobody matched."""
        now = self.requester.connector.seconds()
        claims = GrantClaims(
            issuer=GATEWAY_ID,
            requester=self.agreement.requester.agency,
            provider=self.agreement.provider.agency,
            agreement=self.agreement.digest(),
            purpose=self.agreement.purpose,
            epoch=1,
            attributes=self.agreement.attributes,
            handles=tuple(map(encode_base64url, handles)),
            request=digest_of(b"no match was ever made"),
            id=new_uuid(os.urandom),
            issued_at=now,
            expires_at=now + 900,
        )
        return sign_grant(self.key, claims.model_copy(update=changes))

    def promise(self, prepared: Prepared, **changes: object) -> str:
        """Promise that a message is in the log, where it is not."""
        claims = RelayClaims(
            issuer=GATEWAY_ID,
            audience=self.agreement.provider.agency,
            envelope=prepared.digest,
            leaf=digest_of(b"never logged"),
            shard=2026,
            leaf_index=0,
            issued_at=prepared.claims.issued_at,
            expires_at=prepared.claims.expires_at,
        )
        return sign_relay(self.key, claims.model_copy(update=changes))

    def relay(self, prepared: Prepared, promise: str | None = None) -> httpx.Response:
        """Pass a message straight to the provider, past the gateway's rules."""
        headers = {
            ENVELOPE_HEADER: prepared.envelope,
            RELAY_HEADER: self.promise(prepared) if promise is None else promise,
            "Content-Type": "application/json",
        }
        url = self.endpoint + PATHS[prepared.claims.type]
        return httpx.post(url, content=prepared.body, headers=headers, timeout=60, verify=trusted_authorities())

    def statement(self, request_id: str, handle: bytes) -> PossessionStatement:
        """Return what a possession proof for `handle` covers in the request `request_id`."""
        return PossessionStatement(
            agreement=self.agreement.digest(),
            request_id=request_id,
            requester=self.agreement.requester.agency,
            provider=self.agreement.provider.agency,
            handle=encode_base64url(handle),
            attributes=self.agreement.attributes,
        )

    def prove(self, request_id: str, handle: bytes, *outputs: bytes, key_type: KeyType = KeyType.ID) -> PossessionProof:
        """Make the proof with the possession keys of OPRF outputs that are said to be of one key type."""
        return PossessionProof(keys=(self.macs(request_id, handle, key_type, outputs),))

    def macs(self, request_id: str, handle: bytes, key_type: KeyType, outputs: Iterable[bytes]) -> PossessionMacs:
        """Make what proves, or pretends to prove, one key type."""
        statement = self.statement(request_id, handle)
        macs = tuple(prove_possession(possession_key_of(output), statement) for output in outputs)
        return PossessionMacs(key_type=key_type, macs=macs)

    def prepare(
        self, request_id: str, proofs: dict[bytes, PossessionProof], grant: str | None = None, **changes: object
    ) -> Prepared:
        """Sign an exchange about the handles of `proofs`."""
        connector, provider = self.requester.connector, self.agreement.provider
        keys = self.requester.trust.keys_of(provider.agency, provider.signing_key, connector.now())
        sealed = seal(
            decode_base64url(keys.opening_key(connector.now()).public_key),
            PossessionProofs(proofs=tuple(proofs.values())).to_bytes(),
            possession_binding(self.agreement.digest(), request_id, provider.agency),
            connector.random,
        )
        request = ExchangeRequest(
            grant=grant or self.grant(list(proofs)),
            attributes=self.agreement.attributes,
            handles=tuple(map(encode_base64url, proofs)),
            possession=encode_base64url(sealed),
        ).model_copy(update=changes)
        query = query_under(self.agreement)
        return self.requester.client.prepare(MessageType.EXCHANGE, request, query, request_id=request_id)

    def open(self, prepared: Prepared, response: httpx.Response) -> SealedAnswers:
        """Open what the provider answered."""
        answer = ExchangeAnswer.from_bytes(response.content, MAX_EXCHANGE_ANSWER_BYTES)
        secret = self.requester.connector.keys.ring.current(KeyKind.OPENING, self.requester.connector.now()).secret
        binding = answers_binding(self.agreement.digest(), prepared.digest, self.agreement.requester.agency)
        asked = ExchangeRequest.from_bytes(prepared.body, MAX_EXCHANGE_BYTES)
        return open_answers(answer.sealed, asked.attributes, len(asked.handles), secret, binding)


def answer_as(signer: SigningKey, gateway: SigningKey, request: httpx.Request, body: bytes) -> httpx.Response:
    """Answer a request with any body: the envelope by `signer` in the name of whom it addressed, with a promise."""
    asked = request.headers[ENVELOPE_HEADER]
    claims = read_unverified(EnvelopeClaims, asked, MAX_ENVELOPE_CHARACTERS)
    answer = EnvelopeClaims(
        type=ANSWER_TO[claims.type],
        issuer=claims.audience,
        audience=claims.issuer,
        id=new_uuid(os.urandom),
        issued_at=claims.issued_at,
        expires_at=claims.expires_at,
        body=digest_of(body),
        agreement=claims.agreement,
        purpose=claims.purpose,
        answers=envelope_digest(asked),
    )
    token = sign_envelope(signer, answer)
    promise = RelayClaims(
        issuer=GATEWAY_ID,
        audience=claims.issuer,
        envelope=envelope_digest(token),
        leaf=digest_of(b"never logged"),
        shard=2026,
        leaf_index=0,
        issued_at=claims.issued_at,
        expires_at=claims.expires_at,
    )
    headers = {ENVELOPE_HEADER: token, RELAY_HEADER: sign_relay(gateway, promise)}
    return httpx.Response(200, headers=headers, content=body)


def collude(scene: Scene, agreement: Agreement) -> Collusion:
    """Return the requester of an agreement and the gateway, working together."""
    plan = scene.plan(agreement.purpose)
    endpoint = scene.stage.desks[plan.provider].endpoint
    return Collusion(scene.session(plan.requester), agreement, endpoint, gateway_key(scene))
