"""Possession: what the provider accepts as proof that a record's own identifiers were evaluated."""

import os
from collections.abc import Iterable
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from connectors.context import Connector
from connectors.data_sets import Record
from connectors.evaluation import create_evaluation_key
from connectors.provider.check_possession import find_unproven
from connectors.provider.verify_request import Promised, Verified
from connectors.register import keys_under
from connectors.state.agreements import AgreementCopy
from connectors.trust import TrustStore, TrustView
from keys.crypto.oprf_batch import evaluate_batch
from keys.protocol.envelopes import VerifiedEnvelope
from keys.protocol.possession import PossessionStatement, possession_key_of, prove_possession
from schemas.agreement import Agreement, AgreementState
from schemas.base64url import encode_base64url
from schemas.envelope import EnvelopeClaims, MessageType, RelayClaims
from schemas.formats import digest_of
from schemas.linkage_keys import KeyType, LinkageKey
from schemas.messages.exchange import ExchangeRequest, PossessionMacs, PossessionProof
from schemas.messages.registry import GatewayPin
from schemas.policy import Standing
from schemas.problem import ProblemCode, ProblemError
from schemas.purpose_catalogue import load_purposes
from tests.unit.connectors.children import child, record_of
from tests.unit.connectors.offices import SECONDS, Clock, agreement_with, open_office

HANDLE, OTHER_HANDLE = (encode_base64url(bytes([byte]) * 16) for byte in (1, 2))
RECORD, OTHER = record_of(child(1)), record_of(child(2, "钱小林"))
NO_GATEWAY = GatewayPin(
    url="http://127.0.0.1:9",
    gateway="gateway.990000",
    signing_key=digest_of(b"key"),
    log_name="gateway.example/log",
    log_verifier_key="gateway.example/log+00000000+AQ==",
)
P04, P10 = agreement_with(), agreement_with(purpose="P10")


def exchange_under(agreement: Agreement) -> Verified[ExchangeRequest]:
    """Return a request about two handles that passed every check before possession."""
    request = ExchangeRequest(
        grant="a.b.c", attributes=agreement.attributes, handles=(HANDLE, OTHER_HANDLE), possession="AAAA"
    )
    claims = EnvelopeClaims(
        type=MessageType.EXCHANGE,
        issuer=agreement.requester.agency,
        audience=agreement.provider.agency,
        id="0b7a6f1e-4a52-4a7c-9f4e-000000000001",
        issued_at=SECONDS,
        expires_at=SECONDS + 60,
        body=digest_of(request.to_bytes()),
        agreement=agreement.digest(),
    )
    standing = Standing(agreement, agreement.digest(), AgreementState.ACTIVE)
    envelope = VerifiedEnvelope("a.b.c", claims, digest_of(b"envelope"), digest_of(b"key"))
    copy = AgreementCopy(agreement, (), standing)
    relay = RelayClaims(
        issuer="gateway.990000",
        audience=agreement.provider.agency,
        envelope=envelope.digest,
        leaf=digest_of(b"leaf"),
        shard=2026,
        leaf_index=0,
        issued_at=SECONDS,
        expires_at=SECONDS + 60,
    )
    view = TrustView(TrustStore(create_engine("sqlite://"), NO_GATEWAY), "")
    return Verified(envelope, copy, request, Promised(relay, "a.b.c"), view)


def keys_of(record: Record, key_type: KeyType, agreement: Agreement = P10) -> list[LinkageKey]:
    keys = keys_under(load_purposes()[agreement.purpose], record)
    return [key for key in keys if key.key_type is key_type]


class Desk:
    """An office under one agreement, and a requester that proves with whatever it likes."""

    def __init__(self, folder: Path, agreement: Agreement) -> None:
        self.connector: Connector = open_office(folder, [], Clock())[0]
        self.agreement = agreement
        self.verified = exchange_under(agreement)
        self.private_key = create_evaluation_key(self.connector, agreement.digest(), 1).private_key

    def macs(self, key_type: KeyType, keys: Iterable[LinkageKey], handle: str = HANDLE) -> PossessionMacs:
        """Return what a requester sends that had `keys` evaluated."""
        statement = PossessionStatement(
            agreement=self.agreement.digest(),
            request_id=self.verified.claims.id,
            requester=self.verified.claims.issuer,
            provider=self.connector.agency,
            handle=handle,
            attributes=self.agreement.attributes,
        )
        outputs = evaluate_batch(self.private_key, [key.oprf_input() for key in keys], workers=1)
        macs = tuple(prove_possession(possession_key_of(output), statement) for output in outputs)
        return PossessionMacs(key_type=key_type, macs=macs)

    def accepts(self, *stated: PossessionMacs, record: Record = RECORD) -> bool:
        proofs = {HANDLE: PossessionProof(keys=stated)}
        return find_unproven(self.connector, self.verified, 1, {HANDLE: record}, proofs) == set()

    def accepts_own(self, *key_types: KeyType) -> bool:
        return self.accepts(*(self.macs(key_type, keys_of(RECORD, key_type)) for key_type in key_types))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(tmp_path_factory.mktemp("p04"), P04)


@pytest.fixture(scope="module")
def relation_desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(tmp_path_factory.mktemp("p10"), P10)


STRONG = [KeyType.ID, KeyType.P_D, KeyType.GI_D, KeyType.GN_D, KeyType.P_SWAP]
WEAK = [KeyType.S1_D_R4, KeyType.N_Y_R4, KeyType.N_R6, KeyType.R6_D_X]


@pytest.mark.parametrize("key_type", STRONG)
def test_one_strong_key_is_enough(desk: Desk, key_type: KeyType) -> None:
    assert desk.accepts_own(key_type)


@pytest.mark.parametrize("key_type", WEAK)
def test_one_weak_key_is_not_enough_even_twice(desk: Desk, key_type: KeyType) -> None:
    assert not desk.accepts_own(key_type)
    assert not desk.accepts_own(key_type, key_type)


def test_two_weak_keys_are_enough(desk: Desk) -> None:
    assert desk.accepts_own(KeyType.N_R6, KeyType.R6_D_X)
    assert desk.accepts_own(KeyType.R6_D_X, KeyType.ID)


def test_a_weak_key_is_not_helped_by_one_that_was_made_up(desk: Desk) -> None:
    true, made_up = keys_of(RECORD, KeyType.R6_D_X), [LinkageKey(KeyType.ID, "99010120150507123")]
    assert not desk.accepts(desk.macs(KeyType.R6_D_X, true), desk.macs(KeyType.ID, made_up))
    assert not desk.accepts(desk.macs(KeyType.R6_D_X, true), desk.macs(KeyType.N_R6, true))


def test_a_key_proves_its_own_type_only(desk: Desk) -> None:
    """A weak key's possession key under the name of a strong type: the provider compares with its own strong key."""
    assert not desk.accepts(desk.macs(KeyType.ID, keys_of(RECORD, KeyType.R6_D_X)))


def test_two_weak_keys_that_are_stated_for_one_another_prove_nothing(desk: Desk) -> None:
    name, birth = (keys_of(RECORD, key_type) for key_type in (KeyType.N_R6, KeyType.R6_D_X))
    assert not desk.accepts(desk.macs(KeyType.N_R6, birth), desk.macs(KeyType.R6_D_X, name))
    assert desk.accepts(desk.macs(KeyType.N_R6, name), desk.macs(KeyType.R6_D_X, birth))


def test_one_good_mac_among_others_proves_the_type(desk: Desk) -> None:
    keys = [*keys_of(OTHER, KeyType.ID), *keys_of(RECORD, KeyType.ID)]
    assert desk.accepts(desk.macs(KeyType.ID, keys))


def test_keys_of_another_child_prove_nothing(desk: Desk) -> None:
    assert not desk.accepts(*(desk.macs(key_type, keys_of(OTHER, key_type)) for key_type in (KeyType.ID, KeyType.P_D)))


def test_a_proof_for_another_handle_proves_nothing(desk: Desk) -> None:
    assert not desk.accepts(desk.macs(KeyType.ID, keys_of(RECORD, KeyType.ID), OTHER_HANDLE))


def test_random_macs_prove_nothing(desk: Desk) -> None:
    macs = tuple(encode_base64url(os.urandom(32)) for _ in range(8))
    stated = (PossessionMacs(key_type=key_type, macs=macs) for key_type in (KeyType.ID, KeyType.P_D))
    assert not desk.accepts(*stated)


def test_a_record_without_the_stated_key_is_not_proven(desk: Desk) -> None:
    nameless = record_of(child(name=""))
    assert not desk.accepts(desk.macs(KeyType.P_D, keys_of(RECORD, KeyType.P_D)), record=nameless)


def test_each_handle_is_proven_for_itself(desk: Desk) -> None:
    proofs = {
        HANDLE: PossessionProof(keys=(desk.macs(KeyType.ID, keys_of(RECORD, KeyType.ID)),)),
        OTHER_HANDLE: PossessionProof(keys=(desk.macs(KeyType.N_R6, keys_of(OTHER, KeyType.N_R6), OTHER_HANDLE),)),
    }
    records = {HANDLE: RECORD, OTHER_HANDLE: OTHER}
    assert find_unproven(desk.connector, desk.verified, 1, records, proofs) == {OTHER_HANDLE}


def test_records_that_are_gone_are_not_looked_at(desk: Desk) -> None:
    assert find_unproven(desk.connector, desk.verified, 1, {}, {}) == set()


def test_a_guardian_s_number_proves_where_the_purpose_asks_about_guardians(relation_desk: Desk) -> None:
    stated = relation_desk.macs(KeyType.GUARDIAN, keys_of(RECORD, KeyType.GUARDIAN))
    assert relation_desk.accepts(stated)
    stranger = record_of(child(guardian=child().guardian.__class__()))
    assert not relation_desk.accepts(stated, record=stranger)


def test_a_guardian_s_number_proves_nothing_under_another_purpose(desk: Desk) -> None:
    assert not desk.accepts_own(KeyType.GUARDIAN)


def test_an_agreement_with_an_unknown_key_set_is_refused(tmp_path: Path) -> None:
    desk = Desk(tmp_path, agreement_with(linkage_schema="G/2"))
    with pytest.raises(ProblemError) as caught:
        desk.accepts_own(KeyType.ID)
    assert caught.value.code is ProblemCode.AGREEMENT_INVALID
