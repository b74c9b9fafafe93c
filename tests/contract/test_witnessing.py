"""Witnesses of the gateway's log on both databases: kept, counted, waited for, believed when they have seen more."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Response
from sqlalchemy import delete, func, select

from gateway.log.events import EventType
from gateway.log.journal import LogDamagedError
from gateway.log.leaf import parse_leaf
from gateway.persistence.audit_tables import audit_cosignature, audit_leaf
from gateway.persistence.engine import read_transaction, write_transaction
from gateway.persistence.witness_queries import find_witnessed, list_states
from gateway.persistence.witness_tables import witness_fault, witness_state
from gateway.services.ask_witnesses import ask_witnesses
from gateway.services.enrol_member import enrol_member, gateway_pin, read_enrolment
from gateway.services.push_to_witnesses import GROWN_SECONDS, HEARTBEAT_SECONDS, list_due
from gateway.services.show_log import get_checkpoint
from gateway.services.sign_log import sign_log
from gateway.services.witness_gate import require_witnessed, wait_until_witnessed
from gateway.services.witness_policy import (
    POLICY_FILE,
    WitnessPolicyError,
    adopt_policy_file,
    compose_members_policy,
    get_shard_policy,
    write_policy_file,
)
from gateway.services.witness_status import LATE_SECONDS, WitnessStatus, witness_status
from keys.crypto.checkpoint import Checkpoint, format_checkpoint, parse_checkpoint
from keys.crypto.cosigning import Seen
from keys.crypto.log_shards import verify_shard_checkpoint
from keys.crypto.note import Cosigner, Note, NoteSigner, parse_note, sign_note
from keys.crypto.note_key import SignatureType, VerifierKey
from keys.crypto.witness_policy import satisfied
from keys.crypto.witness_policy_format import parse_policy
from keys.custody.key_ring import KeyKind
from schemas.agreement import Agreement
from schemas.formats import digest_of
from schemas.linkage_keys import KeyType
from schemas.problem import ProblemCode, ProblemError
from tests.audit_log import log_events, query_event
from tests.scenario.gateway_simulator import World, entry, played_world
from tests.scenario.witness_simulator import WitnessAgency, adopt, enrolled_witnesses, witness_now


@dataclass
class Witnessed:
    """A world whose log three agencies witness, and the gateway's folder."""

    world: World
    folder: Path
    witnesses: list[WitnessAgency]

    def grow(self) -> None:
        self.world.gateway.journal.write(log_events(query_event()))

    def witness(self, ahead: int = GROWN_SECONDS + 1) -> int:
        return witness_now(self.world.gateway, ahead)

    @property
    def status(self) -> WitnessStatus:
        return witness_status(self.world.gateway)

    def size(self) -> int:
        sign_log(self.world.gateway)
        return parse_checkpoint(parse_note(get_checkpoint(self.world.gateway)).text).size

    def events(self, event_type: EventType) -> list[str | None]:
        with read_transaction(self.world.gateway.engine) as connection:
            query = select(audit_leaf.c.reason).where(audit_leaf.c.type == event_type.value)
            return list(connection.scalars(query.order_by(audit_leaf.c.idx)))


@pytest.fixture
def played(database_url: str, tmp_path: Path) -> Iterator[Witnessed]:
    with ExitStack() as stack:
        world = stack.enter_context(played_world(tmp_path / "gateway", database_url))
        key = gateway_pin(world.gateway).log_verifier_key
        witnesses = stack.enter_context(enrolled_witnesses(world.gateway, world.clock, key, 3))
        yield Witnessed(world, tmp_path / "gateway", witnesses)


def test_a_quorum_is_counted_shown_and_verifies_for_anybody(played: Witnessed) -> None:
    gateway = played.world.gateway
    assert played.status.policy is None
    adopt(gateway, played.folder)
    played.witnesses[2].is_reachable = False
    size = played.size()
    assert played.witness() == 3
    status = played.status
    assert (status.quorum_size, status.newest_witnessed and status.newest_witnessed.size) == (2, size)
    assert [one.last_size for one in status.witnesses] == [size, size, None]
    assert [one.is_late for one in status.witnesses] == [False, False, True]
    assert status.witnesses[2].fault == "bad_answer"
    note = get_checkpoint(gateway)
    shard = status.newest_witnessed.shard if status.newest_witnessed else 0
    policy = parse_policy(get_shard_policy(gateway, shard))
    found = satisfied(policy, note, gateway.now())
    assert found.is_satisfied
    assert set(found.witnesses) == {witness.id for witness in played.witnesses[:2]}


def test_too_few_are_no_quorum(played: Witnessed) -> None:
    adopt(played.world.gateway, played.folder)
    for witness in played.witnesses[1:]:
        witness.is_reachable = False
    played.witness()
    assert played.status.newest_witnessed is None
    with pytest.raises(ProblemError) as refused:
        wait_until_witnessed(played.world.gateway, 0.3, lambda _: None)
    assert refused.value.code is ProblemCode.LOG_NOT_WITNESSED


def test_growth_is_submitted_soon_and_a_heartbeat_each_minute(played: Witnessed) -> None:
    gateway = played.world.gateway
    adopt(gateway, played.folder)
    played.witness(0)
    assert played.witness(0) == 0
    played.grow()
    sign_log(gateway)
    assert list_due(gateway) == []
    assert played.witness(GROWN_SECONDS + 1) == 3
    assert played.witness(GROWN_SECONDS + 1) == 0
    before = played.witnesses[0].seen
    played.world.clock.ahead = timedelta(seconds=HEARTBEAT_SECONDS + 5)
    assert played.witness(0) == 3
    assert played.witnesses[0].seen == before
    with read_transaction(gateway.engine) as connection:
        kept = connection.scalar(select(func.count()).select_from(audit_cosignature))
        moments = {state.signed_at for state in list_states(connection)}
        tree = find_witnessed(connection)
    assert kept == 2 * 3
    assert tree is not None
    assert tree.witnessed_at == max(moments) >= gateway.seconds() - 2


def test_a_witness_that_lost_our_place_tells_its_size(played: Witnessed) -> None:
    gateway = played.world.gateway
    adopt(gateway, played.folder)
    played.witness()
    with write_transaction(gateway.engine) as connection:
        connection.execute(delete(witness_state))
    played.grow()
    played.witness()
    assert {one.last_size for one in played.status.witnesses} == {played.witnesses[0].seen.size}


@pytest.mark.parametrize(
    ("seen", "fault"),
    [
        (Seen(10_000, bytes(32)), "witness_ahead"),
        (None, "two_roots"),
        (Seen(2, bytes(32)), "not_consistent"),
    ],
)
def test_what_speaks_against_the_log_is_an_alarm_once(played: Witnessed, seen: Seen | None, fault: str) -> None:
    adopt(played.world.gateway, played.folder)
    played.witnesses[0].seen = seen or Seen(played.size(), bytes(32))
    played.witness()
    assert played.status.witnesses[0].fault == fault
    played.world.clock.ahead = timedelta(seconds=HEARTBEAT_SECONDS + 5)
    if fault != "two_roots":  # the log has grown by its alarm, and so the witness has another one
        played.witness(0)
    assert played.events(EventType.LOG_ALARM) == [fault]


def test_a_fault_is_over_when_the_witness_cosigns_again(played: Witnessed) -> None:
    adopt(played.world.gateway, played.folder)
    played.witnesses[0].refuse_with = Response("<html>", 502)
    played.witness(0)
    assert played.status.witnesses[0].fault == "bad_answer"
    played.witnesses[0].refuse_with = None
    assert played.witness(0) == 0
    played.world.clock.ahead = timedelta(seconds=HEARTBEAT_SECONDS + 5)
    played.witness(0)
    with read_transaction(played.world.gateway.engine) as connection:
        assert connection.execute(select(witness_fault)).all() == []


@pytest.mark.parametrize("answer", ["", "\n", "<html>", "\u2014 x y\n", "0\n"])
def test_an_answer_that_is_no_cosignature_counts_for_nothing(played: Witnessed, answer: str) -> None:
    adopt(played.world.gateway, played.folder)
    played.witnesses[0].refuse_with = Response(answer, 200)
    played.witness()
    assert played.status.witnesses[0].fault == "bad_answer"


def test_a_cosignature_from_the_future_counts_for_nothing(played: Witnessed) -> None:
    adopt(played.world.gateway, played.folder)
    played.witnesses[0].skew = timedelta(minutes=5)
    played.witness()
    assert played.status.witnesses[0].last_size is None


def test_a_witness_hands_its_line_in_by_itself(played: Witnessed) -> None:
    world, witness = played.world, played.witnesses[0]
    adopt(world.gateway, played.folder, quorum=1)
    played.size()
    text = parse_note(get_checkpoint(world.gateway)).text

    def hand_in(cosigner: Cosigner, text: bytes = text) -> int:
        body = Note(text, (cosigner.cosign(text, world.clock.now()),)).format()
        headers = {"Content-Type": "text/plain; charset=utf-8"}
        return world.http.post(f"{world.url}/v1/witness/cosignatures", content=body, headers=headers).status_code

    assert hand_in(Cosigner(witness.cosigner.verifier_key.name, b"\x07" * 32)) == 403
    assert hand_in(Cosigner("education.990177/witness", witness.seed)) == 403
    assert hand_in(witness.cosigner, format_checkpoint(Checkpoint("gateway.990100/audit/2026", 1, bytes(32)))) == 404
    assert hand_in(witness.cosigner, b"no checkpoint\n") == 400
    assert played.status.newest_witnessed is None
    assert hand_in(witness.cosigner) == 200
    assert hand_in(witness.cosigner) == 200
    assert played.status.newest_witnessed is not None
    assert played.status.newest_witnessed.size == parse_checkpoint(text).size


def test_what_witnesses_fetch_is_served(played: Witnessed) -> None:
    world = played.world
    adopt(world.gateway, played.folder)
    old = played.size()
    played.witness()
    played.grow()
    new = played.size()
    key = VerifierKey.parse(gateway_pin(world.gateway).log_verifier_key)

    def get(path: str) -> tuple[int, bytes]:
        answer = world.http.get(f"{world.url}/v1/witness{path}")
        return answer.status_code, answer.content

    year = world.clock.now().year
    assert verify_shard_checkpoint(get(f"/checkpoints/{year}")[1], key).size == new
    assert verify_shard_checkpoint(get(f"/checkpoints/{year}/witnessed")[1], key).size == old
    assert get(f"/growth/{year}/{old}/{new}")[0] == 200
    for missing in (f"/growth/{year}/{new}/{old}", f"/growth/{year}/0/{new + 1}", f"/growth/{year}/0/{2**63}"):
        assert get(missing)[0] == 404
    for missing in (f"/checkpoints/{year - 1}", "/checkpoints/1", f"/checkpoints/{10**30}", f"/policies/{10**30}"):
        assert get(missing)[0] == 404
    assert b"log gateway" in get(f"/policies/{year}")[1]


def test_a_key_that_two_state_and_the_logs_own_are_nobodys(played: Witnessed) -> None:
    world = played.world
    again = WitnessAgency("education.990150", world.clock, seed=played.witnesses[0].seed)
    own = WitnessAgency(
        "education.990151", world.clock, seed=world.gateway.keys.ring.current(KeyKind.LOG, world.clock.now()).secret
    )
    for agency in (again, own):
        enrol_member(world.gateway, read_enrolment(agency.enrolment()))
    policy = compose_members_policy(world.gateway)
    assert [witness.name for witness in policy.witnesses] == [witness.id for witness in played.witnesses[1:]]


def test_a_change_of_the_policy_is_logged_with_its_digest(played: Witnessed) -> None:
    gateway = played.world.gateway
    adopt(gateway, played.folder)
    assert not adopt_policy_file(gateway, played.folder)
    played.witness()
    write_policy_file(played.folder, compose_members_policy(gateway, 1))
    assert adopt_policy_file(gateway, played.folder)
    assert played.events(EventType.LOG_WITNESS) == ["without_quorum", None]
    with read_transaction(gateway.engine) as connection:
        entries = connection.scalars(select(audit_leaf.c.entry).where(audit_leaf.c.type == "log.witness")).all()
    assert parse_leaf(entries[-1]).event.content == digest_of((played.folder / POLICY_FILE).read_bytes())
    assert played.status.newest_witnessed is not None


def test_a_change_of_the_policy_waits_for_the_policy_so_far(played: Witnessed, monkeypatch: pytest.MonkeyPatch) -> None:
    gateway = played.world.gateway
    adopt(gateway, played.folder)
    monkeypatch.setattr("gateway.services.witness_gate.WAIT_SECONDS", 0.3)
    write_policy_file(played.folder, compose_members_policy(gateway, 1))
    with pytest.raises(ProblemError) as refused:
        adopt_policy_file(gateway, played.folder)
    assert refused.value.code is ProblemCode.LOG_NOT_WITNESSED
    assert played.status.quorum_size == 2


def test_a_larger_quorum_counts_anew(played: Witnessed) -> None:
    gateway = played.world.gateway
    adopt(gateway, played.folder, quorum=1)
    for witness in played.witnesses[1:]:
        witness.is_reachable = False
    played.witness()
    assert played.status.newest_witnessed is not None
    adopt(gateway, played.folder, quorum=2)
    assert played.status.newest_witnessed is None


@pytest.mark.parametrize("text", ["quorum none\n", "nonsense\n", "log {log}\nwitness w {key}\nquorum w\n"])
def test_a_policy_that_this_log_can_not_have_is_refused(played: Witnessed, text: str) -> None:
    gateway = played.world.gateway
    key = played.witnesses[0].cosigner.verifier_key.format()
    (played.folder / POLICY_FILE).write_text(text.format(log=gateway_pin(gateway).log_verifier_key, key=key))
    with pytest.raises(WitnessPolicyError):
        adopt_policy_file(gateway, played.folder)


def test_the_logs_own_key_is_no_witness_in_an_edited_policy(played: Witnessed) -> None:
    gateway = played.world.gateway
    own = VerifierKey.parse(gateway_pin(gateway).log_verifier_key)
    as_witness = VerifierKey("own/witness", SignatureType.COSIGNATURE, own.public_key)
    (played.folder / POLICY_FILE).write_text(f"witness w {as_witness.format()}\nquorum w\n")
    with pytest.raises(WitnessPolicyError):
        adopt_policy_file(gateway, played.folder)


def test_an_old_copy_of_the_database_is_refused_because_a_witness_saw_more(played: Witnessed) -> None:
    gateway, witness = played.world.gateway, played.witnesses[0]
    adopt(gateway, played.folder)
    played.witness()
    assert ask_witnesses(gateway) == 3
    year = played.world.clock.now().year
    origin = f"{gateway.settings.log_name}/{year}"
    signer = NoteSigner(origin, gateway.keys.ring.current(KeyKind.LOG, gateway.now()).secret)

    def stop(size: int, signer: NoteSigner = signer) -> None:
        witness.note = sign_note(format_checkpoint(Checkpoint(signer.verifier_key.name, size, bytes(32))), signer)
        ask_witnesses(gateway)

    for size in (played.size() + 1, played.size()):
        with pytest.raises(LogDamagedError, match=witness.id):
            stop(size)
    with pytest.raises(LogDamagedError, match="2031"):
        stop(
            1,
            NoteSigner(
                f"{gateway.settings.log_name}/2031", gateway.keys.ring.current(KeyKind.LOG, gateway.now()).secret
            ),
        )
    stop(played.size() + 1, NoteSigner(origin, b"\x05" * 32))  # somebody else's note says nothing about our log
    witness.is_reachable = False
    assert ask_witnesses(gateway) == 2


def _agreed(world: World) -> Agreement:
    """Conclude an agreement and publish its index, so that there is something to ask."""
    agreement = world.conclude()
    world.publish(agreement, [[entry(bytes(16), KeyType.ID, bytes(16))]])
    return agreement


def test_nothing_is_exchanged_when_the_log_was_not_witnessed_for_too_long(played: Witnessed) -> None:
    world = played.world
    agreement = _agreed(world)
    answer, _ = world.evaluate(agreement, "a")
    assert answer.status == 200
    hours = world.gateway.settings.unwitnessed_hours
    world.clock.ahead = timedelta(hours=hours, seconds=5)
    refused, _ = world.evaluate(agreement, "a")
    assert (refused.status, refused.problem.code) == (503, ProblemCode.LOG_NOT_WITNESSED)
    assert "witness policy" in refused.problem.detail
    assert played.events(EventType.REFUSAL)[-1] == "log_not_witnessed"
    assert not played.status.may_release
    adopt(world.gateway, played.folder)
    played.witness(0)
    assert played.status.may_release
    answer, _ = world.evaluate(agreement, "a")
    ends_at = time.monotonic() + 60
    while answer.status != 200:
        assert time.monotonic() < ends_at, "the gate does not read again, which it does once a second"
        time.sleep(0.1)
        answer, _ = world.evaluate(agreement, "a")


def test_the_gate_counts_from_what_it_read(played: Witnessed) -> None:
    """The database is read once a second at most; the clock goes on in between."""
    world = played.world
    agreement = _agreed(world)
    answer, _ = world.evaluate(agreement, "a")
    world.clock.ahead = timedelta(hours=world.gateway.settings.unwitnessed_hours, seconds=5)
    assert answer.status == 200
    assert world.evaluate(agreement, "b")[0].status == 503


def test_with_zero_hours_every_request_waits_for_its_own_witnesses(
    played: Witnessed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.services.witness_gate.WAIT_SECONDS", 0.3)
    settings = played.world.gateway.settings.model_copy(update={"unwitnessed_hours": 0})
    gateway = replace(played.world.gateway, settings=settings)
    with pytest.raises(ProblemError):
        require_witnessed(gateway)
    adopt(gateway, played.folder)
    later = replace(gateway, now=gateway.now)
    with pytest.raises(ProblemError):
        require_witnessed(later)
    played.witness()
    require_witnessed(later)
    played.grow()
    with pytest.raises(ProblemError):
        require_witnessed(later)


def test_an_agreement_becomes_active_once_its_proposal_is_witnessed(
    played: Witnessed, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = played.world
    adopt(world.gateway, played.folder)
    monkeypatch.setattr("gateway.services.witness_gate.WAIT_SECONDS", 0.3)
    with pytest.raises(AssertionError, match="log_not_witnessed"):
        world.conclude()
    monkeypatch.setattr("gateway.services.sign_agreement.require_witnessed_history", lambda _: played.witness())
    world.conclude()


def test_a_witness_is_late_after_five_heartbeats(played: Witnessed) -> None:
    adopt(played.world.gateway, played.folder)
    played.witness(0)
    assert not any(one.is_late for one in played.status.witnesses)
    played.world.clock.ahead = timedelta(seconds=LATE_SECONDS + 2)
    assert all(one.is_late for one in played.status.witnesses)
