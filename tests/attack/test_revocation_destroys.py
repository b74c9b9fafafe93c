"""After a revocation, by whichever side, key, handles, index and runs are gone for good; nobody brings them back."""

import os
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from connectors.agreements import SharingOffice
from connectors.cli.session import Session
from connectors.epochs import destroy_ended_agreements
from connectors.evaluation import create_evaluation_key, get_evaluation_key, latest_epoch
from connectors.gateway_client import PATHS, GatewayClient, Prepared
from connectors.identifiers import new_uuid
from connectors.publisher.publish_index import IndexPublisher
from connectors.register import open_register
from connectors.requester.hashes import HashedRow
from connectors.state.agreements import find_agreement
from connectors.state.database import reading
from connectors.state.index_records import count_records
from connectors.state.tables import evaluated_epoch, evaluated_key, index_record, publication, released_record
from demo.scenario.cast import SIGNATORIES
from demo.scenario.desks import agree, publish, query_under
from demo.scenario.refusals import made_up_part, prepare_probe
from gateway.settings import DATABASE_FILE, load_settings
from keys.crypto.oprf_batch import evaluate_batch
from keys.custody.key_ring import KeyKind, KeyState
from keys.custody.new_keys import agreement_scope
from keys.protocol.evaluation_keys import derive_evaluation_key
from schemas.agreement import Agreement, AgreementState
from schemas.envelope import MessageType
from schemas.formats import digest_of
from schemas.linkage_keys import KeyType
from schemas.message import Message
from schemas.messages.agreements import AgreementAnswer, SignedAgreement
from schemas.messages.exchange import MAX_EXCHANGE_BYTES, ReceiptRequest
from schemas.messages.index import IndexActivate, IndexBegin, IndexPart, IndexStatus, IndexStatusRequest
from schemas.messages.match import MAX_MATCH_PART_BYTES, MatchPart, unpack_asked
from schemas.problem import ProblemCode, ProblemError
from tests.attack.attacker import (
    Collusion,
    IndexRow,
    alerts_of,
    answer_as,
    collude,
    evaluate_rows,
    handles_of,
    query_gateway,
    read_index,
    refusal_of,
    roster_rows,
)
from tests.attack.wire import Wire, over
from tests.museum.requests.honest_runs import HonestRuns
from tests.scene import Scene

PURPOSE = "P04"


@dataclass(frozen=True)
class Ended:
    """An agreement that was in full use and then revoked, and what an attacker had copied of it before."""

    agreement: Agreement
    collusion: Collusion
    provider: Session
    index: list[IndexRow]
    evaluated: HashedRow
    handle: bytes
    asked: frozenset[bytes]


def _in_use(scene: Scene, agreement: Agreement) -> Ended:
    """Ask a question, leave a run that waits to be judged and one with a review, and have one child evaluated."""
    plan, wire = scene.plan(PURPOSE), Wire()
    with over(wire, scene.session(plan.requester)) as session:
        stage = replace(scene.stage, sessions={**scene.stage.sessions, plan.requester: session})
        stage.ask(plan, agreement, lambda *_: None)
        HonestRuns(session, agreement, load_settings(scene.stage.gateway_folder).database)
    parts = [MatchPart.from_bytes(body, MAX_MATCH_PART_BYTES) for body in wire.bodies(PATHS[MessageType.MATCH_PART])]
    asked = frozenset(entry.index_hash for part in parts for entry in unpack_asked(part.entries))
    assert _left_at_gateway(scene, agreement) == _LEFT_IN_USE
    assert _kept_evaluations(scene, agreement) > len(roster_rows(scene, plan, agreement))
    collusion, index = collude(scene, agreement), read_index(scene, agreement)
    for row in roster_rows(scene, plan, agreement):
        (hashed,) = evaluate_rows(collusion.requester, agreement, [row]).rows
        if len(handles_of(index, hashed)) == 1 and KeyType.ID in hashed.outputs:
            (handle,) = handles_of(index, hashed)
            return Ended(agreement, collusion, scene.session(plan.provider), index, hashed, handle, asked)
    raise AssertionError("no row of the roster is in the index")


@pytest.fixture(scope="module", params=["provider", "requester"])
def ended(scene: Scene, request: pytest.FixtureRequest) -> Ended:
    """Revoke by either side; the other side hears of it when it next fetches its agreements."""
    used = _in_use(scene, scene.agree_and_publish(PURPOSE))
    if request.param == "provider":
        used.provider.office.revoke(used.agreement.digest())
    else:
        used.collusion.requester.office.revoke(used.agreement.digest())
        used.provider.office.sync()
    return used


def _left_at_gateway(scene: Scene, agreement: Agreement) -> dict[str, bool]:
    """Return by table whether anything is left of an agreement's runs."""
    run = "(SELECT id FROM match_run WHERE agreement = ?)"
    counts = {
        "match_run": "SELECT count(*) FROM match_run WHERE agreement = ?",
        "match_run_part": f"SELECT count(*) FROM match_run_part WHERE run IN {run}",
        "match_outcome": f"SELECT count(*) FROM match_outcome WHERE run IN {run}",
        "index_profile": "SELECT count(profile) FROM active_index WHERE agreement = ?",
    }
    return {name: query_gateway(scene, sql, agreement.digest()) != [(0,)] for name, sql in counts.items()}


_LEFT_IN_USE = dict.fromkeys(("match_run", "match_run_part", "match_outcome", "index_profile"), True)


def _kept_evaluations(scene: Scene, agreement: Agreement) -> int:
    """Return how many evaluated keys the requester keeps of an agreement."""
    state = scene.session(scene.plan(PURPOSE).requester).connector.state
    epochs = select(evaluated_epoch.c.id).where(evaluated_epoch.c.agreement == agreement.digest())
    with reading(state) as connection:
        kept = select(func.count()).select_from(evaluated_key).where(evaluated_key.c.epoch_id.in_(epochs))
        return int(connection.execute(kept).scalar_one())


def test_the_providers_salt_is_destroyed(ended: Ended) -> None:
    records = ended.provider.connector.keys.ring.find(
        KeyKind.AGREEMENT_SALT, agreement_scope(ended.agreement.digest(), 1)
    )
    assert [(record.state, record.secret) for record in records] == [(KeyState.DESTROYED, b"")]


def test_the_key_does_not_come_back(ended: Ended) -> None:
    digest, connector = ended.agreement.digest(), ended.provider.connector
    for again in (get_evaluation_key, create_evaluation_key):
        with pytest.raises(ProblemError, match="epoch_unknown"):
            again(connector, digest, 1)
    assert latest_epoch(connector, digest) == 1
    with pytest.raises(ProblemError, match="agreement_not_active"):
        IndexPublisher(connector, ended.provider.client, open_register(connector)).publish(digest, lambda *_: None)


def test_the_master_seed_alone_does_not_make_the_key_again(ended: Ended) -> None:
    """The provider itself, with its register and all that its key file still holds, hits no hash of the old index."""
    ring, digest = ended.provider.connector.keys.ring, ended.agreement.digest()
    secrets = [record.secret for record in ring.records if record.secret]
    seed = ring.current(KeyKind.EVALUATION_SEED, datetime.now(UTC)).secret
    inputs = [key.oprf_input() for key in ended.evaluated.row.keys]
    old = {row.index_hash for row in ended.index}
    for salt in (*secrets, bytes(32), b"", digest.encode(), agreement_scope(digest, 1).encode()):
        private_key = derive_evaluation_key(seed, salt, digest, 1).private_key
        assert not {output[:16] for output in evaluate_batch(private_key, inputs)} & old


def test_the_providers_handles_are_destroyed(ended: Ended) -> None:
    with reading(ended.provider.connector.state) as connection:
        for table in (index_record, publication):
            left = select(func.count()).select_from(table).where(table.c.agreement == ended.agreement.digest())
            assert connection.scalar(left) == 0
        released = set(connection.scalars(select(released_record.c.handle)))
    # Its accounting names what it has released, without saying any more whose handles they were.
    never_released = {row.handle for row in ended.index} - released
    assert len(never_released) > 20
    for path in ended.provider.connector.folder.glob("connector.sqlite3*"):
        data = path.read_bytes()
        assert not any(handle in data for handle in never_released)


def test_the_index_is_gone_from_the_gateways_files(scene: Scene, ended: Ended) -> None:
    assert read_index(scene, ended.agreement) == []
    _settle(scene.stage.gateway_folder / DATABASE_FILE)
    files = [path.read_bytes() for path in scene.stage.gateway_folder.rglob("*") if path.is_file()]
    windows = {data[start : start + 8] for data in files for start in range(len(data) - 7)}
    remains = windows & ({row.index_hash[:8] for row in ended.index} | {row.handle[:8] for row in ended.index})
    # On a page that an index shares with its neighbour, SQLite may leave the copy of one entry that it had moved.
    assert len(remains) <= 4 < len(ended.index)
    others = read_index(scene, scene.agreements[PURPOSE])
    assert {row.index_hash[:8] for row in others} <= windows, "an index in force would have been found"


def test_runs_outcomes_and_profile_are_gone_from_the_gateway(scene: Scene, ended: Ended) -> None:
    """Of runs that were judged, with a reviewer's decision, and of one that waited with its hashes."""
    assert _left_at_gateway(scene, ended.agreement) == dict.fromkeys(_LEFT_IN_USE, False)
    numbers = {number for (number,) in query_gateway(scene, "SELECT id FROM match_run")}
    for table in ("match_run_part", "match_outcome"):
        orphans = {number for (number,) in query_gateway(scene, f"SELECT DISTINCT run FROM {table}")} - numbers
        assert orphans == set()
    _settle(scene.stage.gateway_folder / DATABASE_FILE)
    files = [path.read_bytes() for path in scene.stage.gateway_folder.rglob("*") if path.is_file()]
    assert len(ended.asked) > 100
    assert not any(asked in data for data in files for asked in ended.asked)


def test_the_requesters_evaluated_keys_are_destroyed(scene: Scene, ended: Ended) -> None:
    """They go when it hears of the end; what it was answered stays its own until its day comes."""
    ended.collusion.requester.office.sync()
    assert _kept_evaluations(scene, ended.agreement) == 0


def _settle(database: Path) -> None:
    """Have the write-ahead log taken over into the database file, as happens by itself from time to time."""
    connection = sqlite3.connect(database, timeout=30)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    connection.close()


# Every message under it is refused: by an honest gateway, and by the provider where the gateway passes it on.


def _prepare_match(ended: Ended) -> Prepared:
    session, agreement = ended.collusion.requester, ended.agreement
    return session.client.prepare(MessageType.MATCH_PART, made_up_part(session), query_under(agreement))


def _prepare_evaluate(ended: Ended) -> Prepared:
    return prepare_probe(ended.collusion.requester, query_under(ended.agreement))


def _prepare_exchange(ended: Ended) -> Prepared:
    request_id = new_uuid(os.urandom)
    proof = ended.collusion.prove(request_id, ended.handle, *ended.evaluated.outputs[KeyType.ID])
    return ended.collusion.prepare(request_id, {ended.handle: proof})


def _prepare_receipt(ended: Ended) -> Prepared:
    receipt = ReceiptRequest(receipt_number="TX-AAAAAAAAAA", answer=digest_of(b"answer"), opened=True)
    return ended.collusion.requester.client.prepare(MessageType.RECEIPT, receipt, query_under(ended.agreement))


@pytest.mark.parametrize("prepare", [_prepare_evaluate, _prepare_match, _prepare_exchange, _prepare_receipt])
def test_the_gateway_refuses_every_question(ended: Ended, prepare: Callable[[Ended], Prepared]) -> None:
    with pytest.raises(ProblemError, match="agreement_not_active"):
        ended.collusion.requester.client.send(prepare(ended), AgreementAnswer, MAX_EXCHANGE_BYTES, ended.agreement)


@pytest.mark.parametrize("prepare", [_prepare_evaluate, _prepare_exchange, _prepare_receipt])
def test_the_provider_refuses_every_question_that_is_relayed(
    ended: Ended, prepare: Callable[[Ended], Prepared]
) -> None:
    assert refusal_of(ended.collusion.relay(prepare(ended))) is ProblemCode.AGREEMENT_NOT_ACTIVE


def _index_messages() -> list[tuple[MessageType, Message]]:
    index, digest = new_uuid(os.urandom), digest_of(b"key")
    begin = IndexBegin(index=index, epoch=1, key_id=digest, mode="full", parts=1, records=0)
    return [
        (MessageType.INDEX_BEGIN, begin),
        (MessageType.INDEX_PART, IndexPart(index=index, number=0)),
        (MessageType.INDEX_ACTIVATE, IndexActivate(index=index, manifest=digest)),
    ]


@pytest.mark.parametrize(("message_type", "message"), _index_messages())
def test_no_index_is_published_under_it(ended: Ended, message_type: MessageType, message: Message) -> None:
    digest = ended.agreement.digest()
    with pytest.raises(ProblemError, match="agreement_not_active"):
        ended.provider.client.ask(message_type, message, IndexStatus, MAX_EXCHANGE_BYTES, agreement=digest)


def test_the_gateway_says_that_the_index_is_gone(ended: Ended) -> None:
    digest = ended.agreement.digest()
    asked = IndexStatusRequest(epoch=1)
    status = ended.provider.client.ask(
        MessageType.INDEX_STATUS, asked, IndexStatus, MAX_EXCHANGE_BYTES, agreement=digest
    )
    assert (status.message.active, status.message.received) == (None, ())


def test_nobody_resumes_signs_or_proposes_it_again(ended: Ended) -> None:
    digest = ended.agreement.digest()
    for session in (ended.provider, ended.collusion.requester):
        with pytest.raises(ProblemError, match="agreement_step_refused"):
            session.office.resume(digest)
    with pytest.raises(ProblemError, match="agreement_step_refused"):
        ended.provider.office.sign(digest, SIGNATORIES)
    proposed = ended.collusion.requester.office.propose(ended.agreement, SIGNATORIES)
    assert proposed.standing.state is AgreementState.REVOKED
    assert ended.provider.office.sync()[digest].standing.state is AgreementState.REVOKED


def test_a_gateway_that_says_it_is_active_again_is_not_believed(ended: Ended) -> None:
    copy = find_agreement(ended.provider.connector.state, ended.agreement.digest())
    assert copy is not None
    for state in set(AgreementState) - {AgreementState.REVOKED}:
        signed = SignedAgreement(agreement=copy.agreement, signatures=copy.signatures, state=state)
        body = AgreementAnswer(agreements=(signed,)).to_bytes()
        for session in (ended.provider, ended.collusion.requester):
            with httpx.Client(transport=httpx.MockTransport(partial(_tell, ended.collusion, body))) as http:
                client = GatewayClient(session.connector, session.trust, http)
                told = SharingOffice(session.connector, client, session.trust).sync()
            assert told[ended.agreement.digest()].standing.state is AgreementState.REVOKED
    assert refusal_of(ended.collusion.relay(_prepare_exchange(ended))) is ProblemCode.AGREEMENT_NOT_ACTIVE
    with pytest.raises(ProblemError, match="epoch_unknown"):
        get_evaluation_key(ended.provider.connector, ended.agreement.digest(), 1)


def _tell(collusion: Collusion, body: bytes, request: httpx.Request) -> httpx.Response:
    return answer_as(collusion.key, collusion.key, request, body)


def test_other_agreements_of_the_same_two_stay_in_use(scene: Scene, ended: Ended) -> None:
    assert any(result.values for result in scene.ask(PURPOSE))


def test_a_proposal_that_was_withdrawn_raises_no_alert(scene: Scene) -> None:
    plan = scene.plan(PURPOSE)
    requester, provider = scene.session(plan.requester), scene.session(plan.provider)
    proposed = scene.agreements[PURPOSE].model_copy(update={"id": new_uuid(os.urandom)})
    requester.office.propose(proposed, SIGNATORIES)
    provider.office.sync()
    before = alerts_of(provider) | alerts_of(requester)
    requester.office.revoke(proposed.digest())
    requester.office.sync()
    assert provider.office.sync()[proposed.digest()].standing.state is AgreementState.REVOKED
    assert alerts_of(provider) | alerts_of(requester) == before


def test_an_agreement_whose_period_is_over_leaves_no_key_and_no_handle(scene: Scene) -> None:
    """Nobody revokes: the provider's own clock ends it."""
    plan = scene.plan(PURPOSE)
    requester, provider = scene.session(plan.requester), scene.session(plan.provider)
    agreement = agree(requester, provider, PURPOSE, plan.regions, valid_seconds=3600)
    publish(provider, agreement, lambda *_: None)
    connector, digest = provider.connector, agreement.digest()
    end = datetime.fromtimestamp(agreement.valid_until, UTC)
    destroy_ended_agreements(replace(connector, now=lambda: end - timedelta(seconds=1)))
    get_evaluation_key(connector, digest, 1)
    assert count_records(connector.state, digest, 1) > 0
    destroy_ended_agreements(replace(connector, now=lambda: end))
    with pytest.raises(ProblemError, match="epoch_unknown"):
        get_evaluation_key(connector, digest, 1)
    assert count_records(connector.state, digest, 1) == 0
    get_evaluation_key(connector, scene.agreements[PURPOSE].digest(), 1)
