"""Draws what a hostile requester and a hostile gateway may send a provider, with all their keys, and says what it was.

An attempt begins as an honest request and gets up to four faults. What the provider may answer is judged by
`Attempt.may_release`, from the facts of what was sent and without the provider's own rules.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

from connectors.gateway_client import Prepared
from connectors.identifiers import new_uuid
from connectors.requester.hashes import HashedRow
from demo.scenario.cast import GATEWAY_ID
from demo.scenario.desks import query_under
from keys.crypto.sealing import seal
from keys.crypto.signing import SigningKey
from keys.protocol.envelopes import sign_envelope
from keys.protocol.grants import sign_grant
from keys.protocol.possession import PossessionStatement, possession_key_of, prove_possession
from keys.protocol.sealed_for import possession_binding
from schemas.attribute_catalogue import load_releasable, never_released
from schemas.base64url import decode_base64url, encode_base64url
from schemas.envelope import ENVELOPE_HEADER, RELAY_HEADER, EnvelopeClaims, MessageType
from schemas.formats import digest_of
from schemas.linkage_keys import KeyType
from schemas.messages.exchange import ExchangeRequest, PossessionMacs, PossessionProof, PossessionProofs
from schemas.messages.match import GrantClaims
from schemas.purpose_catalogue import load_purposes
from tests.attack.attacker import Collusion

LIFETIME: Final = 120


@dataclass(frozen=True)
class Way:
    """An agreement and what the colluders have of it: the index, and a few children whom they had evaluated."""

    name: str
    collusion: Collusion
    evaluated: dict[bytes, HashedRow] = field(repr=False)
    others: tuple[bytes, ...] = field(repr=False)
    is_open: bool = True

    @cached_property
    def digest(self) -> str:
        """The agreement's digest."""
        return self.collusion.agreement.digest()

    @cached_property
    def recipient(self) -> bytes:
        """The provider's opening key, to which proofs are sealed."""
        requester, provider = self.collusion.requester, self.collusion.agreement.provider
        keys = requester.trust.keys_of(provider.agency, provider.signing_key, requester.connector.now())
        return decode_base64url(keys.opening_key(requester.connector.now()).public_key)


@dataclass
class Draft:
    """A request in the making. Faults change it; then it is signed."""

    way: Way
    ways: Sequence[Way]
    dice: random.Random
    now: int
    request_id: str
    attributes: tuple[str, ...]
    handles: list[bytes]
    proofs: list[bytes | None]
    """Whose possession keys make the proof of each handle: an evaluated handle's, or nobody's."""

    signer: SigningKey
    grant_signer: SigningKey
    relay_signer: SigningKey
    claims: dict[str, Any] = field(default_factory=dict)
    grant: dict[str, Any] = field(default_factory=dict)
    relay: dict[str, Any] = field(default_factory=dict)
    statement: dict[str, Any] = field(default_factory=dict)
    sealed_for: str | None = None
    tampered: bool = False


def draw(dice: random.Random, ways: Sequence[Way], now: int) -> "Attempt":
    """Return an attempt at `now` (POSIX seconds) under one of the agreements, with up to four faults."""
    names = dice.sample(sorted(FAULTS), dice.choice((0, 1, 1, 2, 2, 3, 3, 4)))
    return attempt_with(names, dice, dice.choice(ways), ways, now)


def attempt_with(names: Sequence[str], dice: random.Random, way: Way, ways: Sequence[Way], now: int) -> "Attempt":
    """Return an attempt under the agreement of `way` with these faults."""
    handles = dice.sample(sorted(way.evaluated), dice.randint(1, 2))
    keys = way.collusion.requester.connector.signing_key()
    draft = Draft(
        way, ways, dice, now, new_uuid(dice.randbytes), way.collusion.agreement.attributes, handles, list(handles),
        keys, way.collusion.key, way.collusion.key,
    )  # fmt: skip
    for name in names:
        FAULTS[name](draft)
    return _signed(draft, tuple(names))


@dataclass(frozen=True)
class Attempt:
    """What was sent, beside the facts about it."""

    way: Way
    faults: tuple[str, ...]
    prepared: Prepared
    relay: str = field(repr=False)
    attributes: tuple[str, ...]
    handles: tuple[bytes, ...] = field(repr=False)
    proven: frozenset[bytes] = field(repr=False)
    """The handles about which the colluders can prove that they had the child's identifiers evaluated."""

    is_sound: bool
    """Whether envelope, promise, grant and seal are what they must be."""

    @property
    def headers(self) -> dict[str, str]:
        """The two headers that travel beside the body."""
        return {ENVELOPE_HEADER: self.prepared.envelope, RELAY_HEADER: self.relay}

    @property
    def may_release(self) -> bool:
        """Whether the active agreement, and the child's own evaluated identifiers, stand behind the request."""
        agreement, claims = self.way.collusion.agreement, self.prepared.claims
        purpose = load_purposes()[agreement.purpose]
        return (
            self.way.is_open
            and self.is_sound
            and claims.agreement == self.way.digest
            and claims.purpose == agreement.purpose
            and any(claims.region == scope or (claims.region or "-").startswith(scope) for scope in agreement.regions)
            and bool(claims.officer and claims.approver and claims.officer != claims.approver)
            and bool(claims.case or not purpose.case_number_required)
            and set(self.attributes) <= set(agreement.attributes)
        )


def _signed(draft: Draft, faults: tuple[str, ...]) -> Attempt:
    way, agreement = draft.way, draft.way.collusion.agreement
    body = _request(draft).to_bytes()
    query = query_under(agreement)
    honest = {
        "type": MessageType.EXCHANGE, "issuer": agreement.requester.agency, "audience": agreement.provider.agency,
        "id": draft.request_id, "issued_at": draft.now, "expires_at": draft.now + LIFETIME, "body": digest_of(body),
        "agreement": draft.way.digest, "purpose": agreement.purpose, "region": query.region, "case": query.case,
        "officer": query.officer, "approver": query.approver,
    }  # fmt: skip
    claims = EnvelopeClaims.model_construct(**{**honest, **draft.claims})
    envelope = sign_envelope(draft.signer, claims)
    if draft.tampered:
        body = body.replace(
            b'"handles":["', b'"handles":["' + encode_base64url(draft.dice.randbytes(16)).encode() + b'","'
        )
    prepared = Prepared(claims, envelope, body)
    promise = replace(way.collusion, key=draft.relay_signer).promise(prepared, **draft.relay)
    return Attempt(
        way, faults, prepared, promise, draft.attributes, tuple(draft.handles), _proven(draft), _is_sound(draft)
    )


def _request(draft: Draft) -> ExchangeRequest:
    agreement = draft.way.collusion.agreement
    pairs = zip(draft.handles, draft.proofs, strict=True)
    proofs = PossessionProofs(proofs=tuple(_proof(draft, handle, owner) for handle, owner in pairs))
    request_id = draft.sealed_for or draft.request_id
    binding = possession_binding(draft.way.digest, request_id, agreement.provider.agency)
    sealed = seal(draft.way.recipient, proofs.to_bytes(), binding, draft.dice.randbytes)
    return ExchangeRequest.model_construct(
        grant=_grant(draft),
        attributes=draft.attributes,
        handles=tuple(map(encode_base64url, draft.handles)),
        possession=encode_base64url(sealed),
    )


def _grant(draft: Draft) -> str:
    agreement = draft.way.collusion.agreement
    honest = {
        "issuer": GATEWAY_ID, "requester": agreement.requester.agency, "provider": agreement.provider.agency,
        "agreement": draft.way.digest, "purpose": agreement.purpose, "epoch": 1, "attributes": draft.attributes,
        "handles": tuple(map(encode_base64url, draft.handles)), "request": digest_of(b"never matched"),
        "id": new_uuid(draft.dice.randbytes), "issued_at": draft.now, "expires_at": draft.now + 900,
    }  # fmt: skip
    return sign_grant(draft.grant_signer, GrantClaims.model_construct(**{**honest, **draft.grant}))


def _proof(draft: Draft, handle: bytes, owner: bytes | None) -> PossessionProof:
    stated = {"request_id": draft.request_id, "attributes": draft.attributes, **draft.statement}
    statement = PossessionStatement(
        agreement=draft.way.digest,
        requester=draft.way.collusion.agreement.requester.agency,
        provider=draft.way.collusion.agreement.provider.agency,
        handle=encode_base64url(handle),
        **stated,
    )
    outputs = [draft.dice.randbytes(64)]
    if owner is not None:
        known = next(way.evaluated[owner] for way in draft.ways if owner in way.evaluated)
        outputs = list(known.outputs[KeyType.ID])
    macs = tuple(prove_possession(possession_key_of(output), statement) for output in outputs)
    return PossessionProof(keys=(PossessionMacs(key_type=KeyType.ID, macs=macs),))


def _proven(draft: Draft) -> frozenset[bytes]:
    if draft.statement:
        return frozenset()
    pairs = zip(draft.handles, draft.proofs, strict=True)
    return frozenset(handle for handle, owner in pairs if handle == owner and handle in draft.way.evaluated)


def _is_sound(draft: Draft) -> bool:
    signers = (draft.signer, draft.grant_signer, draft.relay_signer)
    honest = (draft.way.collusion.requester.connector.signing_key(), draft.way.collusion.key, draft.way.collusion.key)
    judged_elsewhere = {"agreement", "purpose", "region", "case", "officer", "approver"}
    return (
        all(
            one.verification_key.key_id == other.verification_key.key_id
            for one, other in zip(signers, honest, strict=True)
        )
        and not set(draft.claims) - judged_elsewhere
        and not (draft.grant or draft.relay or draft.tampered or draft.sealed_for)
        and len(set(draft.handles)) == len(draft.handles)
    )


def _other_way(draft: Draft) -> Way:
    return draft.dice.choice([way for way in draft.ways if way is not draft.way])


def _digest_of_another(draft: Draft) -> str:
    return _other_way(draft).digest


def _put(place: str, name: str, values: Callable[[Draft], Any]) -> Callable[[Draft], None]:
    def change(draft: Draft) -> None:
        getattr(draft, place)[name] = values(draft)

    return change


def _one_of(*values: object) -> Callable[[Draft], object]:
    return lambda draft: draft.dice.choice(values)


def _more_attributes(draft: Draft) -> None:
    names = sorted({*load_releasable(), *never_released()} - set(draft.attributes))
    draft.attributes = tuple(sorted({*draft.attributes, *draft.dice.sample(names, draft.dice.randint(1, 3))}))


def _other_attributes(draft: Draft) -> None:
    draft.attributes = tuple(sorted(draft.dice.sample([*load_releasable(), *never_released()], 2)))


def _fewer_attributes(draft: Draft) -> None:
    draft.attributes = (draft.dice.choice(draft.attributes),)


def _handles_never_evaluated(draft: Draft) -> None:
    extra = draft.dice.sample(draft.way.others, 2)
    draft.handles += extra
    draft.proofs += [draft.dice.choice((None, draft.handles[0])) for _ in extra]


def _handles_of_another_agreement(draft: Draft) -> None:
    extra = draft.dice.choice(sorted(_other_way(draft).evaluated))
    draft.handles.append(extra)
    draft.proofs.append(extra)


def _handle_made_up(draft: Draft) -> None:
    draft.handles.append(draft.dice.randbytes(16))
    draft.proofs.append(draft.handles[0])


def _handle_twice(draft: Draft) -> None:
    draft.handles.append(draft.handles[0])
    draft.proofs.append(draft.proofs[0])


def _proofs_of_another_child(draft: Draft) -> None:
    draft.proofs = [draft.dice.choice(sorted(draft.way.evaluated)) for _ in draft.handles]


def _proofs_made_up(draft: Draft) -> None:
    draft.proofs = [None for _ in draft.handles]


def _signed_by_another(place: str) -> Callable[[Draft], None]:
    def change(draft: Draft) -> None:
        way = _other_way(draft)
        setattr(draft, place, draft.dice.choice((way.collusion.requester.connector.signing_key(), way.collusion.key)))

    return change


def _tamper(draft: Draft) -> None:
    draft.tampered = True


def _seal_for_another_request(draft: Draft) -> None:
    draft.sealed_for = new_uuid(draft.dice.randbytes)


def _out_of_time(draft: Draft) -> None:
    begins = draft.now + draft.dice.choice((-100_000, -1_000, -200, 200, 100_000))
    draft.claims |= {"issued_at": begins, "expires_at": begins + LIFETIME}


_AGENCIES: Final = ("civil_affairs.990000", "education.990000", "disabled_federation.990000", GATEWAY_ID)
_REGIONS: Final = ("990101", "990201", "9902", "99", "11", "990101001", "000000", None)


def _another_requester(draft: Draft) -> str:
    return draft.dice.choice([one for one in _AGENCIES if one != draft.way.collusion.agreement.requester.agency])


FAULTS: Final[dict[str, Callable[[Draft], None]]] = {
    "agreement_of_another": _put("claims", "agreement", _digest_of_another),
    "agreement_made_up": _put("claims", "agreement", lambda draft: digest_of(draft.dice.randbytes(8))),
    "no_agreement": _put("claims", "agreement", lambda _: None),
    "other_purpose": _put("claims", "purpose", _one_of(None, *load_purposes())),
    "other_region": _put("claims", "region", _one_of(*_REGIONS)),
    "no_officer": _put("claims", "officer", lambda _: None),
    "no_approver": _put("claims", "approver", _one_of(None, "officer-07")),
    "no_case": _put("claims", "case", lambda _: None),
    "other_issuer": _put("claims", "issuer", _another_requester),
    "other_audience": _put("claims", "audience", _one_of(*_AGENCIES)),
    "other_type": _put("claims", "type", _one_of(MessageType.EVALUATE, MessageType.MATCH, MessageType.RECEIPT)),
    "other_body": _put("claims", "body", lambda draft: digest_of(draft.dice.randbytes(8))),
    "long_life": _put("claims", "expires_at", lambda draft: draft.now + 86_400),
    "out_of_time": _out_of_time,
    "more_attributes": _more_attributes,
    "other_attributes": _other_attributes,
    "fewer_attributes": _fewer_attributes,
    "handles_never_evaluated": _handles_never_evaluated,
    "handles_of_another_agreement": _handles_of_another_agreement,
    "handle_made_up": _handle_made_up,
    "handle_twice": _handle_twice,
    "proofs_of_another_child": _proofs_of_another_child,
    "proofs_made_up": _proofs_made_up,
    "proofs_of_another_request": _put("statement", "request_id", lambda draft: new_uuid(draft.dice.randbytes)),
    "proofs_of_other_attributes": _put("statement", "attributes", lambda _: ("life_status", "status_since")),
    "seal_for_another_request": _seal_for_another_request,
    "signed_by_another": _signed_by_another("signer"),
    "grant_by_another": _signed_by_another("grant_signer"),
    "relay_by_another": _signed_by_another("relay_signer"),
    "grant_for_another": _put("grant", "requester", _another_requester),
    "grant_of_another_agreement": _put("grant", "agreement", _digest_of_another),
    "grant_of_more": _put("grant", "attributes", lambda draft: tuple(sorted({*draft.attributes, "open_case"}))),
    "grant_of_class_c": _put("grant", "attributes", lambda draft: (*draft.attributes, "custody_place")),
    "grant_of_other_handles": _put("grant", "handles", lambda draft: (encode_base64url(draft.dice.randbytes(16)),)),
    "grant_expired": _put("grant", "expires_at", lambda draft: draft.now - 1),
    "grant_of_another_epoch": _put("grant", "epoch", _one_of(2, 7)),
    "relay_of_another": _put("relay", "envelope", lambda draft: digest_of(draft.dice.randbytes(8))),
    "relay_to_another": _put("relay", "audience", _one_of(*_AGENCIES)),
    "relay_expired": _put("relay", "expires_at", lambda draft: draft.now - 1_000),
    "tampered": _tamper,
}  # fmt: skip
"""What can be wrong with a request, by name. `fewer_attributes` is no fault: it asks for less."""
