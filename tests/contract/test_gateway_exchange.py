"""The gateway's behaviour must not depend on the database: indexes, replay and budgets on SQLite and PostgreSQL."""

import os
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Table, func, select

from gateway.jobs.schedule import forget_expired_envelopes
from gateway.log.leaf import parse_leaf
from gateway.persistence.agreement_tables import budget_use, seen_envelope
from gateway.persistence.audit_tables import audit_leaf
from gateway.persistence.engine import read_transaction
from gateway.persistence.index_tables import index_entry, index_part, index_removal
from gateway.services.destroy_index import delete_ended_rows, delete_removed_rows
from gateway.services.expire_agreements import expire_agreements
from gateway.services.registry import renew_registry
from gateway.services.sign_log import sign_log
from schemas.agreement import Agreement
from schemas.base64url import decode_base64url, encode_base64url
from schemas.envelope import MessageType
from schemas.formats import digest_of
from schemas.linkage_keys import KeyType
from schemas.messages.agreements import AgreementAnswer, AgreementEnd, AgreementList
from schemas.messages.index import (
    IndexActivate,
    IndexEntry,
    IndexPart,
    IndexStatus,
    IndexStatusRequest,
    manifest_of,
    pack_entries,
)
from schemas.messages.match import MatchAnswer, MatchOutcome, Outcome
from schemas.messages.registry import KeyAnswer, KeyPublish
from schemas.problem import ProblemCode
from tests.scenario.gateway_simulator import GATEWAY_ID, World, entry, played_world, record


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    with played_world(tmp_path / "gateway", database_url) as world:
        yield world


class Child:
    """A record of the provider with an id and a name-and-date hash."""

    def __init__(self) -> None:
        self.handle, self.id, self.name = os.urandom(16), os.urandom(16), os.urandom(16)

    def entries(self) -> list[IndexEntry]:
        return [entry(self.handle, KeyType.ID, self.id), entry(self.handle, KeyType.P_D, self.name)]


def _count(world: World, table: Table) -> int:
    with read_transaction(world.gateway.engine) as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def _leaf_types(world: World) -> list[str]:
    with read_transaction(world.gateway.engine) as connection:
        return list(connection.scalars(select(audit_leaf.c.type).order_by(audit_leaf.c.idx)))


def _find(world: World, agreement: Agreement, *children: Child) -> list[MatchOutcome]:
    answer = world.match(agreement, [record(id=child.id, p_d=child.name) for child in children])
    assert answer.status == 200, answer.body
    return list(MatchAnswer.from_bytes(answer.body, 2**20).outcomes)


def _outcomes(world: World, agreement: Agreement, *children: Child) -> list[Outcome]:
    return [found.outcome for found in _find(world, agreement, *children)]


def _status(world: World, agreement: Agreement, index: str | None = None) -> IndexStatus:
    message = IndexStatusRequest(epoch=1, index=index)
    answer = world.tell(world.provider, MessageType.INDEX_STATUS, message, agreement=agreement.digest())
    return IndexStatus.from_bytes(answer.body, 2**20)


def test_a_full_index_takes_the_place_of_the_one_before(world: World) -> None:
    agreement = world.conclude()
    old, kept, new = Child(), Child(), Child()
    first = world.publish(agreement, [old.entries(), kept.entries()])
    assert _outcomes(world, agreement, old, kept, new) == [Outcome.MATCH, Outcome.MATCH, Outcome.NON_MATCH]
    second = world.publish(agreement, [[*kept.entries(), *new.entries()]])
    assert _outcomes(world, agreement, old, kept, new) == [Outcome.NON_MATCH, Outcome.MATCH, Outcome.MATCH]
    assert _status(world, agreement).active == second
    assert _status(world, agreement, first).state == "destroyed"
    delete_ended_rows(world.gateway)
    assert _count(world, index_entry) == 4
    assert _count(world, index_part) == 0


def test_changes_add_and_remove(world: World) -> None:
    agreement = world.conclude()
    gone, kept, new = Child(), Child(), Child()
    base = world.publish(agreement, [[*gone.entries(), *kept.entries()]])
    changed = world.publish(agreement, [new.entries()], base=base, removals=[gone.handle])
    expected = [Outcome.NON_MATCH, Outcome.MATCH, Outcome.MATCH]
    assert _outcomes(world, agreement, gone, kept, new) == expected
    delete_removed_rows(world.gateway)
    assert _outcomes(world, agreement, gone, kept, new) == expected
    assert (_count(world, index_entry), _count(world, index_removal)) == (4, 0)
    # A removed record comes back under its old handle, in the change that removes it.
    again = world.publish(agreement, [gone.entries()], base=changed, removals=[gone.handle, kept.handle])
    assert _outcomes(world, agreement, gone, kept, new) == [Outcome.MATCH, Outcome.NON_MATCH, Outcome.MATCH]
    assert _status(world, agreement).active == again


def test_what_is_not_activated_is_not_seen_and_leaves_nothing_behind(world: World) -> None:
    agreement = world.conclude()
    seen, hidden, later = Child(), Child(), Child()
    base = world.publish(agreement, [seen.entries()])
    given_up = str(uuid.uuid4())
    world.begin(agreement, given_up, 2, base)
    part = IndexPart(index=given_up, number=0, entries=pack_entries(hidden.entries()))
    world.tell(world.provider, MessageType.INDEX_PART, part, agreement=agreement.digest())
    assert _status(world, agreement).received == (0,)
    assert _outcomes(world, agreement, seen, hidden) == [Outcome.MATCH, Outcome.NON_MATCH]
    world.publish(agreement, [later.entries()], base=base)
    assert _outcomes(world, agreement, seen, hidden, later) == [Outcome.MATCH, Outcome.NON_MATCH, Outcome.MATCH]
    assert _status(world, agreement, given_up).state == "destroyed"
    delete_ended_rows(world.gateway)
    assert (_count(world, index_entry), _count(world, index_part)) == (4, 0)


def test_changes_that_died_half_written_never_become_visible(world: World) -> None:
    from gateway.domain.index_order import order_entries
    from gateway.log.journal import Draft
    from gateway.persistence.entry_inserts import insert_entries
    from gateway.persistence.publication_queries import find_publication

    agreement = world.conclude()
    seen, hidden, later = Child(), Child(), Child()
    base = world.publish(agreement, [seen.entries()])
    given_up = str(uuid.uuid4())
    world.begin(agreement, given_up, 1, base)
    packed = decode_base64url(pack_entries(hidden.entries()))
    with read_transaction(world.gateway.engine) as connection:
        publication = find_publication(connection, agreement.digest(), given_up)
    assert publication is not None
    (rows,) = order_entries(lambda: [packed])
    world.gateway.journal.write(
        lambda connection: Draft(insert_entries(connection, publication.volume, publication.id, rows), ())
    )
    assert _outcomes(world, agreement, hidden) == [Outcome.NON_MATCH]
    world.publish(agreement, [later.entries()], base=base)
    assert _outcomes(world, agreement, seen, hidden, later) == [Outcome.MATCH, Outcome.NON_MATCH, Outcome.MATCH]


def test_changes_to_another_base_are_refused(world: World) -> None:
    agreement = world.conclude()
    base = world.publish(agreement, [Child().entries()])
    world.publish(agreement, [Child().entries()])
    with pytest.raises(AssertionError, match="index_conflict"):
        world.publish(agreement, [Child().entries()], base=base)


def test_activating_again_changes_nothing_and_says_that_all_is_there(world: World) -> None:
    agreement = world.conclude()
    index = str(uuid.uuid4())
    world.begin(agreement, index, 1)
    part = IndexPart(index=index, number=0, entries=pack_entries(Child().entries()))
    world.tell(world.provider, MessageType.INDEX_PART, part, agreement=agreement.digest())
    activate = IndexActivate(index=index, manifest=digest_of(manifest_of([part.digest()])))
    for _ in range(2):
        answer = world.tell(world.provider, MessageType.INDEX_ACTIVATE, activate, agreement=agreement.digest())
        status = IndexStatus.from_bytes(answer.body, 2**20)
        assert (status.state, status.active, status.received) == ("active", index, (0,))
    assert _leaf_types(world).count("index.activate") == 1


def test_another_manifest_is_refused(world: World) -> None:
    agreement = world.conclude()
    index = str(uuid.uuid4())
    world.begin(agreement, index, 1)
    part = IndexPart(index=index, number=0, entries=pack_entries(Child().entries()))
    world.tell(world.provider, MessageType.INDEX_PART, part, agreement=agreement.digest())
    message = IndexActivate(index=index, manifest=digest_of(manifest_of([digest_of(b"another")])))
    answer = world.post(world.provider, MessageType.INDEX_ACTIVATE, message, GATEWAY_ID, agreement=agreement.digest())
    assert answer.problem.code is ProblemCode.INDEX_CONFLICT
    assert _status(world, agreement).active is None


def test_two_agreements_do_not_see_each_other_s_index(world: World) -> None:
    first, second = world.conclude(), world.conclude()
    child, other = Child(), Child()
    world.publish(first, [child.entries()])
    world.publish(second, [other.entries()])
    assert _outcomes(world, first, child, other) == [Outcome.MATCH, Outcome.NON_MATCH]
    assert _outcomes(world, second, child, other) == [Outcome.NON_MATCH, Outcome.MATCH]


def test_revoking_destroys_index_and_budget_at_once(world: World) -> None:
    agreement, other = world.conclude(), world.conclude()
    child = Child()
    world.publish(agreement, [child.entries()])
    world.publish(other, [child.entries()])
    world.evaluate(agreement, "x")
    matched = MatchAnswer.from_bytes(world.match(agreement, [record(id=child.id, p_d=child.name)]).body, 2**20)
    end = AgreementEnd(agreement=agreement.digest(), action="revoke")
    answer = world.tell(world.requester, MessageType.AGREEMENT_END, end)
    assert AgreementAnswer.from_bytes(answer.body, 2**20).agreements[0].state.value == "revoked"
    assert _count(world, index_entry) == 2
    assert _count(world, budget_use) == 0
    assert _leaf_types(world)[-2:] == ["agreement.revoke", "index.destroy"]
    refused = world.exchange(agreement, matched.grant or "", (encode_base64url(child.handle),))
    assert refused.problem.code is ProblemCode.AGREEMENT_NOT_ACTIVE
    assert _outcomes(world, other, child) == [Outcome.MATCH]


def test_suspending_and_resuming(world: World) -> None:
    agreement = world.conclude()
    child = Child()
    world.publish(agreement, [child.entries()])
    for action in ("suspend", "resume"):
        end = AgreementEnd(agreement=agreement.digest(), action=action)
        world.tell(world.provider, MessageType.AGREEMENT_END, end)
        answer = world.match(agreement, [record(id=child.id, p_d=child.name)])
        assert (answer.status == 200) == (action == "resume")
    answer = world.tell(world.requester, MessageType.AGREEMENT_LIST, AgreementList())
    listed = AgreementAnswer.from_bytes(answer.body, 2**20).agreements
    assert [(found.agreement, found.state.value, len(found.signatures)) for found in listed] == [
        (agreement, "active", 2)
    ]


def test_an_agreement_that_is_over_loses_its_index_once(world: World) -> None:
    agreement = world.conclude(valid_until=world.clock.seconds() + 100)
    world.publish(agreement, [Child().entries()])
    assert expire_agreements(world.gateway) == 0
    world.clock.ahead = timedelta(seconds=101)
    with ThreadPoolExecutor(2) as workers:
        list(workers.map(lambda _: expire_agreements(world.gateway), range(2)))
    delete_ended_rows(world.gateway)
    assert _count(world, index_entry) == 0
    assert _leaf_types(world)[-2:] == ["agreement.expire", "index.destroy"]
    assert _leaf_types(world).count("agreement.expire") == 1


def test_one_envelope_sent_by_many_at_once_is_accepted_once(world: World) -> None:
    body = AgreementList().to_bytes()
    claims = world.requester.claims(MessageType.AGREEMENT_LIST, body, GATEWAY_ID)
    with ThreadPoolExecutor(8) as senders:
        answers = list(senders.map(lambda _: world.send(world.requester, claims, body), range(8)))
    assert sorted(answer.status for answer in answers) == [200] + [409] * 7


def test_ids_are_forgotten_after_the_envelopes_have_expired(world: World) -> None:
    world.tell(world.requester, MessageType.AGREEMENT_LIST, AgreementList())
    forget_expired_envelopes(world.gateway)
    assert _count(world, seen_envelope) == 1
    world.clock.ahead = timedelta(seconds=151)
    forget_expired_envelopes(world.gateway)
    assert _count(world, seen_envelope) == 0


def test_many_at_once_never_exceed_the_budget(world: World) -> None:
    agreement = world.conclude(evaluations_per_day=10)
    world.publish(agreement, [[]])
    with ThreadPoolExecutor(8) as askers:
        answers = list(askers.map(lambda _: world.evaluate(agreement, "a", "b", "c")[0], range(8)))
    refused = [answer.problem.code for answer in answers if answer.status != 200]
    assert refused == [ProblemCode.BUDGET_EXHAUSTED] * 5
    with read_transaction(world.gateway.engine) as connection:
        assert connection.scalar(select(budget_use.c.used)) == 9


def test_a_key_stated_again_changes_nothing(world: World) -> None:
    agreement = world.conclude()
    versions = []
    for _ in range(2):
        world.clock.ahead += timedelta(seconds=2)
        statement = world.evaluation_statement(agreement.digest())
        answer = world.tell(world.provider, MessageType.KEY_PUBLISH, KeyPublish(statement=statement))
        versions.append(KeyAnswer.from_bytes(answer.body, 2**10).version)
    assert versions[0] == versions[1]


def test_the_registry_is_renewed_at_half_its_life_by_one_of_several(world: World) -> None:
    assert not renew_registry(world.gateway)
    world.clock.ahead = timedelta(hours=13)
    with ThreadPoolExecutor(2) as workers:
        assert sorted(workers.map(lambda _: renew_registry(world.gateway), range(2))) == [False, True]
    world.clock.ahead = timedelta(hours=38)
    assert world.http.get(world.url + "/v1/registry").json()["code"] == "registry_expired"
    assert world.http.get(world.url + "/readyz").status_code == 503
    assert world.http.get(world.url + "/healthz").status_code == 200


def test_leaves_of_a_match_hold_counts_and_no_hash(world: World) -> None:
    agreement = world.conclude()
    child = Child()
    world.publish(agreement, [child.entries()])
    _find(world, agreement, child)
    sign_log(world.gateway)
    with read_transaction(world.gateway.engine) as connection:
        entries = list(connection.scalars(select(audit_leaf.c.entry).order_by(audit_leaf.c.idx)))
    for data in entries[-2:]:
        assert encode_base64url(child.id).encode() not in data
        assert encode_base64url(child.handle).encode() not in data
        assert b"officer-7" not in data
    assert parse_leaf(entries[-1]).event.records == 1
