"""The honest messages that exhibits begin as, made on a running scene; altered they are wrong in one thing only."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from connectors.cli.session import Session
from connectors.identifiers import new_uuid
from connectors.state.index_records import find_active
from demo.province import Agency
from demo.scenario.cast import APPROVER, CASE, COUNTY, GATEWAY_ID, GUARDIAN_PLAN, OFFICER, PASSPHRASE, SIGNATORIES
from demo.scenario.desks import agree, publish
from gateway.settings import load_settings
from keys.crypto.ciphersuite import random_scalar
from keys.crypto.ristretto255 import multiply_base
from keys.crypto.sealing import seal
from keys.crypto.signing import SigningKey
from keys.custody.key_ring import KeyKind
from keys.custody.key_store import KeyStore
from keys.protocol.sealed_for import possession_binding
from schemas.agreement import AGREEMENT_TOKEN_TYPE, Agreement
from schemas.base64url import decode_base64url, encode_base64url
from schemas.envelope import MessageType
from schemas.formats import HANDLE_BYTES, digest_of
from schemas.key_statement import KEY_STATEMENT_TOKEN_TYPE, KeyStatement
from schemas.linkage_keys import KeyType
from schemas.message import Message
from schemas.messages.exchange import PossessionMacs, PossessionProof, PossessionProofs
from schemas.messages.index import IndexActivate, IndexBegin, IndexPart, IndexStatus
from schemas.messages.match import GRANT_TOKEN_TYPE
from tests.museum.requests.alterations import alter, canonical
from tests.museum.requests.forgery import Forger
from tests.museum.requests.honest_runs import HonestRuns, first_part
from tests.scene import Scene

RUN_TYPES = frozenset({MessageType.MATCH_PART, MessageType.MATCH, MessageType.MATCH_REVIEW})
RELAYED_TYPES = frozenset({MessageType.EVALUATE, MessageType.EXCHANGE, MessageType.RECEIPT})
QUERY_TYPES = RELAYED_TYPES | RUN_TYPES
MADE_UP_DIGEST = digest_of(b"made up")
PARTS = 3
MAX_BYTES = 1024 * 1024

_SENDERS = {
    "begin": Agency.CIVIL_AFFAIRS,
    "part": Agency.CIVIL_AFFAIRS,
    "activate": Agency.CIVIL_AFFAIRS,
    "status": Agency.CIVIL_AFFAIRS,
    "sign": Agency.CIVIL_AFFAIRS,
    "key": Agency.CIVIL_AFFAIRS,
}
_TYPES = {
    "evaluate": MessageType.EVALUATE,
    "match_part": MessageType.MATCH_PART,
    "match": MessageType.MATCH,
    "match_review": MessageType.MATCH_REVIEW,
    "exchange": MessageType.EXCHANGE,
    "receipt": MessageType.RECEIPT,
    "begin": MessageType.INDEX_BEGIN,
    "part": MessageType.INDEX_PART,
    "activate": MessageType.INDEX_ACTIVATE,
    "status": MessageType.INDEX_STATUS,
    "propose": MessageType.AGREEMENT_PROPOSE,
    "sign": MessageType.AGREEMENT_SIGN,
    "end": MessageType.AGREEMENT_END,
    "list": MessageType.AGREEMENT_LIST,
    "key": MessageType.KEY_PUBLISH,
}


@dataclass(frozen=True)
class Draft:
    """A message before its envelope is signed: what it is, whose it is, its claims and its bytes."""

    type: MessageType
    signer: str
    claims: Mapping[str, Any]
    body: bytes


class HonestOffice:
    """Drafts messages about an agreement of its own: with a complete index, an unfinished one beside it, and two runs.

    Envelopes can name other agreements: the scene's, one about guardians' children (P10) without an index, and one with
    a budget of one evaluation a day.
    """

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.agreement = scene.agree_and_publish("P01")
        provider = scene.session(Agency.CIVIL_AFFAIRS)
        self._statement = self._stated_key(scene.session(Agency.EDUCATION))
        self._part = IndexPart.model_validate(
            {"index": new_uuid(os.urandom), "number": 0, "entries": encode_base64url(bytes(19) + b"\x01" + bytes(16))}
        )
        self._begin_unfinished(provider)
        self._runs = HonestRuns(
            scene.session(Agency.EDUCATION), self.agreement, load_settings(scene.stage.gateway_folder).database
        )
        self._names = {
            "complete": find_active(provider.connector.state, self.agreement.digest(), 1) or "",
            "open": self._runs.open,
            "judged": self._runs.judged,
        }
        self._agreements = scene.agreements | _further_agreements(scene)
        self._handle = encode_base64url(os.urandom(HANDLE_BYTES))
        keys = {kind.value: session.connector.signing_key() for kind, session in scene.stage.sessions.items()}
        self._keys = keys | {"gateway": self._gateway_key()}

    def forger(self) -> Forger:
        """Return who signs, with the keys of all agencies and the gateway."""
        return Forger(self._keys, int(datetime.now(UTC).timestamp()), os.urandom)

    def draft(self, plan: Mapping[str, Any], forger: Forger) -> Draft:
        """Return the message that `plan` begins with, its body altered as the plan says."""
        kind = str(plan["as"])
        request_id = new_uuid(os.urandom)
        body = alter(self._body(kind, plan, forger, request_id), self._steps(plan), os.urandom)
        signer = plan.get("by", _SENDERS.get(kind, Agency.EDUCATION).value)
        claims = self._claims(_TYPES[kind], signer, body, forger.now) | {"id": request_id}
        envelope = plan.get("envelope", {})
        if "agreement" in envelope:
            claims["agreement"] = self._agreements[envelope["agreement"]].digest()
        return Draft(_TYPES[kind], signer, claims, body)

    def _steps(self, plan: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """Put the names of the complete index and the two runs where the table says `complete`, `open`, `judged`."""
        return [self._named(step) for step in plan.get("body", ())]

    def _named(self, step: Mapping[str, Any]) -> Mapping[str, Any]:
        if "set" not in step:
            return step
        named = {at: self._names[step["set"][at]] for at in ("/index", "/run") if step["set"].get(at) in self._names}
        return {"set": step["set"] | named}

    def _claims(self, message_type: MessageType, signer: str, body: bytes, now: int) -> dict[str, Any]:
        claims: dict[str, Any] = {
            "type": message_type.value,
            "issuer": self.scene.session(Agency(signer)).connector.agency,
            "audience": self.agreement.provider.agency if message_type in RELAYED_TYPES else GATEWAY_ID,
            "issued_at": now,
            "expires_at": now + 120,
            "body": digest_of(body),
        }
        if message_type in QUERY_TYPES:
            claims |= {"purpose": self.agreement.purpose, "region": COUNTY, "case": CASE}
            claims |= {"officer": OFFICER, "approver": APPROVER}
        if message_type in QUERY_TYPES or message_type.value.startswith("index."):
            claims["agreement"] = self.agreement.digest()
        return claims

    def _body(self, kind: str, plan: Mapping[str, Any], forger: Forger, request_id: str) -> bytes:
        simple: dict[str, Callable[[], object]] = {
            "evaluate": lambda: {"epoch": 1, "blinded": encode_base64url(_blinded())},
            "match_part": lambda: _plain(first_part(new_uuid(os.urandom))),
            "match": lambda: _plain(self._runs.match()),
            "match_review": lambda: _plain(self._runs.review()),
            "receipt": lambda: {"receipt_number": "TX-ABCDEFGH23", "answer": MADE_UP_DIGEST, "opened": True},
            "begin": lambda: _plain(self._begin()),
            "part": lambda: _plain(self._part),
            "activate": lambda: _plain(IndexActivate(index=self._part.index, manifest=MADE_UP_DIGEST)),
            "status": lambda: {"epoch": 1, "index": self._part.index},
            "sign": self._sign,
            "end": lambda: {"agreement": self.agreement.digest(), "action": "resume"},
            "list": dict,
        }
        if kind in simple:
            return canonical(simple[kind]())
        if kind == "exchange":
            return canonical(self._exchange(plan, forger, request_id))
        return canonical(self._propose(plan, forger) if kind == "propose" else self._key(plan, forger))

    def _begin(self) -> IndexBegin:
        return IndexBegin(
            index=self._part.index, epoch=1, key_id=self._statement.key_id, mode="full", parts=PARTS, records=2
        )

    def _sign(self) -> object:
        signature = self._signature_of(self.agreement.digest(), self.agreement.provider.agency, "civil_affairs")
        return {"agreement": self.agreement.digest(), "signature": signature}

    def _propose(self, plan: Mapping[str, Any], forger: Forger) -> object:
        document = self.agreement.model_dump(mode="json", exclude_none=True) | {"id": new_uuid(os.urandom)}
        document |= plan.get("agreement", {})
        providers: dict[str, Any] = {
            "education": document["requester"],
            "education_impostor": document["provider"] | {"agency": "civil_affairs.990999"},
            "wrong_key": document["provider"] | {"signing_key": MADE_UP_DIGEST},
        }
        document["provider"] = providers.get(plan.get("agreement_provider", ""), document["provider"])
        signed = plan.get("agreement_signs", digest_of(canonical(document)))
        signer = plan.get("agreement_key", "education")
        signature = self._signature_of(signed, self.agreement.requester.agency, signer, forger)
        return {"agreement": document, "signature": signature}

    def _signature_of(self, digest: str, agency: str, signer: str, forger: Forger | None = None) -> str:
        forger = forger or self.forger()
        claims = {"agreement": digest, "agency": agency, "signatories": SIGNATORIES, "signed_at": forger.now}
        return forger.token(claims, AGREEMENT_TOKEN_TYPE, signer, {})

    def _key(self, plan: Mapping[str, Any], forger: Forger) -> object:
        claims = forger.changed(self._statement.model_dump(mode="json"), plan.get("statement", {}))
        if "statement_agreement" in plan:
            claims["agreement"] = self.scene.agreements[plan["statement_agreement"]].digest()
        signer = plan.get("statement_key", "civil_affairs")
        return {"statement": forger.token(claims, KEY_STATEMENT_TOKEN_TYPE, signer, {})}

    def _exchange(self, plan: Mapping[str, Any], forger: Forger, request_id: str) -> object:
        attributes = ["known_to_civil_affairs"]
        grant: dict[str, Any] = {
            "issuer": GATEWAY_ID,
            "requester": self.agreement.requester.agency,
            "provider": self.agreement.provider.agency,
            "agreement": self.agreement.digest(),
            "purpose": self.agreement.purpose,
            "epoch": 1,
            "attributes": attributes,
            "handles": [self._handle],
            "request": MADE_UP_DIGEST,
            "id": new_uuid(os.urandom),
            "issued_at": forger.now,
            "expires_at": forger.now + 900,
        }
        claims = forger.changed(grant, plan.get("grant", {}))
        token = forger.token(claims, GRANT_TOKEN_TYPE, plan.get("grant_key", "gateway"), {})
        return {
            "grant": token,
            "attributes": attributes,
            "handles": [self._handle],
            "possession": self._sealed_proofs(request_id, plan.get("proofs", ())),
        }

    def _sealed_proofs(self, request_id: str, steps: Sequence[Mapping[str, Any]]) -> str:
        proof = PossessionProof(keys=(PossessionMacs(key_type=KeyType.ID, macs=(digest_of(os.urandom(32)),)),))
        session, provider = self.scene.session(Agency.EDUCATION), self.agreement.provider
        now = session.connector.now()
        opening = session.trust.keys_of(provider.agency, provider.signing_key, now).opening_key(now)
        binding = possession_binding(self.agreement.digest(), request_id, provider.agency)
        proofs = alter(PossessionProofs(proofs=(proof,)).to_bytes(), steps, os.urandom)
        return encode_base64url(seal(decode_base64url(opening.public_key), proofs, binding, os.urandom))

    def _stated_key(self, requester: Session) -> KeyStatement:
        now, party = requester.connector.now(), self.agreement.provider
        keys = requester.trust.keys_of(party.agency, party.signing_key, now)
        return keys.evaluation_key(self.agreement.digest(), 1, now)

    def _begin_unfinished(self, provider: Session) -> None:
        digest = self.agreement.digest()
        others = (self._part, self._part.model_copy(update={"number": 1}))
        for message_type, message in (
            (MessageType.INDEX_BEGIN, self._begin()),
            *((MessageType.INDEX_PART, part) for part in others),
        ):
            provider.client.ask(message_type, message, IndexStatus, MAX_BYTES, agreement=digest)

    def _gateway_key(self) -> SigningKey:
        ring = KeyStore(self.scene.stage.gateway_folder / "keys.json", PASSPHRASE, random=os.urandom).ring
        return SigningKey.from_secret(ring.current(KeyKind.SIGNING, datetime.now(UTC)).secret)


def _further_agreements(scene: Scene) -> dict[str, Agreement]:
    provider, plan = scene.session(Agency.CIVIL_AFFAIRS), GUARDIAN_PLAN
    frugal = agree(scene.session(Agency.EDUCATION), provider, "P01", (COUNTY,), evaluations_per_day=1)
    publish(provider, frugal, lambda *_: None)
    about_guardians = agree(scene.session(plan.requester), provider, plan.purpose, plan.regions)
    return {"one a day": frugal, plan.purpose: about_guardians}


def _plain(message: Message) -> object:
    return message.model_dump(mode="json", exclude_none=True)


def _blinded() -> bytes:
    return multiply_base(random_scalar(os.urandom))
