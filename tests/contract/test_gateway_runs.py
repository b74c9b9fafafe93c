"""Match runs on SQLite and PostgreSQL: parts, judging once, outcomes, review, and forgetting all of it."""

import os
import random
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Table, func, select

from gateway.log.journal import Draft
from gateway.log.leaf import parse_leaf
from gateway.persistence.audit_tables import audit_disclosure, audit_leaf
from gateway.persistence.engine import read_transaction, write_transaction
from gateway.persistence.index_tables import active_index
from gateway.persistence.publication_queries import find_active, set_profile
from gateway.persistence.run_queries import claim_run
from gateway.persistence.run_tables import linkage_model, match_outcome, match_run, match_run_part
from gateway.services import judge_run, run_claim
from gateway.services.destroy_runs import delete_ended_runs, delete_over_runs
from gateway.services.end_epochs import end_epochs
from gateway.services.judge_run import RUN_LIFETIME
from gateway.services.receive_match_part import OPEN_RUN_LIFETIME
from gateway.services.run_claim import CLAIM_SECONDS
from gateway.services.weigh_run import Material, Weighed, weigh
from linkage.run import IndexProfile
from schemas.agreement import Agreement, Approval
from schemas.base64url import decode_base64url, encode_base64url
from schemas.envelope import MessageType
from schemas.linkage_keys import KeyType
from schemas.messages.agreements import AgreementEnd
from schemas.messages.match import (
    Basis,
    Decision,
    MatchAnswer,
    MatchPartAnswer,
    MatchReviewAnswer,
    Outcome,
    WithheldReason,
)
from schemas.problem import ProblemCode
from tests.contract.seeded_children import Child, asked, draw_children, entries_of, index_of, misspell
from tests.scenario.gateway_simulator import Answer, AskedRow, World, entry, played_world, record

FIRST = (KeyType.ID, KeyType.P_D)
OTHERS = tuple(set(KeyType) - set(FIRST))
TABLES = (match_run, match_run_part, match_outcome)


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    with played_world(tmp_path / "gateway", database_url) as world:
        yield world


@pytest.fixture
def agreement(world: World) -> Agreement:
    """Give an agreement whose index holds five children."""
    agreement = world.conclude()
    world.publish(agreement, [entries_of(*CHILDREN)])
    return agreement


CHILDREN = draw_children(5, seed=1)
STRANGER = AskedRow(None, ((1, bytes(16)), (2, bytes(16))))


def _count(world: World, *tables: Table) -> list[int]:
    with read_transaction(world.gateway.engine) as connection:
        return [connection.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def _events(world: World, count: int) -> list[str]:
    with read_transaction(world.gateway.engine) as connection:
        latest = select(audit_leaf.c.type).order_by(audit_leaf.c.idx.desc()).limit(count)
        return list(connection.scalars(latest))[::-1]


def _new_run() -> str:
    return str(uuid.uuid4())


def _send(world: World, under: Agreement, run: str, number: int, rows: dict[int, AskedRow]) -> MatchPartAnswer:
    answer = world.send_part(under, run, number, rows)
    assert answer.status == 200, answer.body
    world.check_signed(answer)
    return MatchPartAnswer.from_bytes(answer.body, 2**20)


def _fetch(world: World, under: Agreement, run: str, parts: int, rows: list[int], records: int = 0) -> MatchAnswer:
    answer = world.fetch(under, run, parts, rows, records or None)
    assert answer.status == 200, answer.body
    world.check_signed(answer)
    return MatchAnswer.from_bytes(answer.body, 2**20)


def _code(answer: Answer) -> ProblemCode:
    assert answer.status != 200
    return answer.problem.code


def _handle(child: Child) -> str:
    return encode_base64url(child.handle)


def test_settled_rows_are_named_and_need_no_more_hashes(world: World, agreement: Agreement) -> None:
    run, renamed = _new_run(), misspell(CHILDREN[1], random.Random(0))
    rows = {7: asked(CHILDREN[0], FIRST), 3: asked(renamed, (KeyType.P_D,)), 9: STRANGER}
    assert _send(world, agreement, run, 0, rows).settled == (7,)
    assert _send(world, agreement, run, 1, {3: asked(renamed, OTHERS), 9: STRANGER}).settled == ()
    answer = _fetch(world, agreement, run, 2, [9, 7, 3])
    assert [found.row for found in answer.outcomes] == [9, 7, 3]
    assert [found.outcome for found in answer.outcomes] == [Outcome.NON_MATCH, Outcome.MATCH, Outcome.MATCH]
    assert [found.handles for found in answer.outcomes] == [(), (_handle(CHILDREN[0]),), (_handle(CHILDREN[1]),)]
    assert answer.outcomes[1].agreed == ("id", "p.d")
    assert answer.outcomes[1].comparison == {"ID": 2, "NAME": 5, "DOB": 9}
    assert answer.outcomes[0].agreed == ()
    assert answer.outcomes[0].comparison == {}
    assert (answer.summary.settled, answer.summary.matches, answer.summary.non_matches) == (1, 2, 1)
    assert (answer.summary.basis, answer.summary.withheld) == (Basis.RULES, WithheldReason.TOO_FEW_PAIRS)
    assert answer.grant is not None


def test_without_a_match_there_is_no_grant(world: World, agreement: Agreement) -> None:
    run = _new_run()
    _send(world, agreement, run, 0, {0: STRANGER, 1: asked(CHILDREN[0])})
    assert _fetch(world, agreement, run, 1, [0], 2).grant is None
    assert _fetch(world, agreement, run, 1, [1], 2).grant is not None


def test_a_part_sent_again_changes_nothing(world: World, agreement: Agreement) -> None:
    run, rows = _new_run(), {0: asked(CHILDREN[0])}
    assert _send(world, agreement, run, 0, rows) == _send(world, agreement, run, 0, rows)
    assert _count(world, match_run, match_run_part) == [1, 1]
    assert _code(world.send_part(agreement, run, 0, {0: STRANGER})) is ProblemCode.RUN_CONFLICT
    assert _code(world.send_part(agreement, run, 1, {1: STRANGER}, subject="guardian")) is (
        ProblemCode.RELATION_NOT_AGREED
    )
    assert _fetch(world, agreement, run, 1, [0]).outcomes[0].outcome is Outcome.MATCH


def test_a_run_is_the_same_however_it_is_cut(world: World, agreement: Agreement) -> None:
    rows = dict(enumerate([asked(child) for child in CHILDREN]))
    whole, cut = _new_run(), _new_run()
    _send(world, agreement, whole, 0, rows)
    for number in (4, 2, 0, 1, 3):
        _send(world, agreement, cut, number, {number: rows[number]})
    first = _fetch(world, agreement, whole, 1, list(rows))
    second = _fetch(world, agreement, cut, 5, list(rows))
    assert (first.outcomes, first.summary) == (second.outcomes, second.summary)


def test_hashes_are_gone_once_a_run_is_judged(world: World, agreement: Agreement) -> None:
    run = _new_run()
    _send(world, agreement, run, 0, {0: asked(CHILDREN[0])})
    _fetch(world, agreement, run, 1, [0])
    assert _count(world, *TABLES) == [1, 0, 1]
    assert _code(world.send_part(agreement, run, 1, {1: STRANGER})) is ProblemCode.RUN_CLOSED


def test_two_requests_at_once_judge_once(world: World, agreement: Agreement, monkeypatch: pytest.MonkeyPatch) -> None:
    judged = []

    def slow(material: Material) -> Weighed:
        judged.append(threading.get_ident())
        time.sleep(0.5)
        return weigh(material)

    monkeypatch.setattr(judge_run, "weigh", slow)
    run = _new_run()
    _send(world, agreement, run, 0, {0: asked(CHILDREN[0]), 1: STRANGER})
    with ThreadPoolExecutor(4) as askers:
        answers = list(askers.map(lambda _: _fetch(world, agreement, run, 1, [0, 1]), range(4)))
    assert len(judged) == 1
    assert len({answer.outcomes for answer in map(_without_comparison, answers)}) == 1
    assert _count(world, *TABLES) == [1, 0, 2]


def _without_comparison(answer: MatchAnswer) -> MatchAnswer:
    """Leave out what can't be hashed."""
    outcomes = tuple(found.model_copy(update={"comparison": None}) for found in answer.outcomes)
    return answer.model_copy(update={"outcomes": outcomes})


def test_a_judge_that_died_holds_nobody_up_for_ever(
    world: World, agreement: Agreement, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = _new_run()
    _send(world, agreement, run, 0, {0: asked(CHILDREN[0])})

    def dies(material: Material) -> Weighed:
        raise RuntimeError("no more memory")

    with monkeypatch.context() as patch:
        patch.setattr(judge_run, "weigh", dies)
        assert _code(world.fetch(agreement, run, 1, [0])) is ProblemCode.INTERNAL
    now = world.clock.seconds()
    _claim(world, "another process", now)
    with monkeypatch.context() as patch:
        patch.setattr(judge_run, "WAIT_SECONDS", 0.3)
        assert _code(world.fetch(agreement, run, 1, [0])) is ProblemCode.OVERLOADED
    world.clock.ahead = timedelta(seconds=CLAIM_SECONDS + 1)
    assert _fetch(world, agreement, run, 1, [0]).outcomes[0].outcome is Outcome.MATCH


def _claim(world: World, judge: str, now: int) -> None:
    assert world.gateway.journal.write(
        lambda connection: Draft(claim_run(connection, 1, judge, now, now + CLAIM_SECONDS), ())
    ).value


def test_a_judge_that_works_for_long_keeps_its_claim(
    world: World, agreement: Agreement, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = _new_run()
    _send(world, agreement, run, 0, {0: asked(CHILDREN[0])})
    monkeypatch.setattr(run_claim, "RENEW_SECONDS", 0.02)

    def slow(material: Material) -> Weighed:
        with monkeypatch.context() as patch:
            patch.setattr(judge_run, "weigh", weigh)
            patch.setattr(judge_run, "WAIT_SECONDS", 0.3)
            world.clock.ahead = timedelta(seconds=2 * CLAIM_SECONDS)
            _wait_until_held(world)
            assert _code(world.fetch(agreement, run, 1, [0])) is ProblemCode.OVERLOADED
        return weigh(material)

    monkeypatch.setattr(judge_run, "weigh", slow)
    assert _fetch(world, agreement, run, 1, [0]).outcomes[0].outcome is Outcome.MATCH


def _wait_until_held(world: World) -> None:
    """Wait until the run's claim lasts beyond this moment."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with read_transaction(world.gateway.engine) as connection:
            until = connection.scalar(select(match_run.c.judge_until))
        if until is not None and until > world.clock.seconds():
            return
        time.sleep(0.01)
    raise AssertionError("the claim was not renewed")


def test_what_a_judge_brings_that_lost_its_claim_is_thrown_away(
    world: World, agreement: Agreement, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = _new_run()
    _send(world, agreement, run, 0, {0: asked(CHILDREN[0])})

    def overtaken(material: Material) -> Weighed:
        with monkeypatch.context() as patch:
            patch.setattr(judge_run, "weigh", weigh)
            _claim(world, "a quicker one", world.clock.seconds() + CLAIM_SECONDS)
            world.clock.ahead += timedelta(seconds=2 * CLAIM_SECONDS)
            _fetch(world, agreement, run, 1, [0])
        world.clock.ahead = timedelta(0)
        return weigh(material)

    monkeypatch.setattr(judge_run, "weigh", overtaken)
    assert _fetch(world, agreement, run, 1, [0]).outcomes[0].outcome is Outcome.MATCH
    assert _count(world, *TABLES) == [1, 0, 1]


# Review.


def _possible(world: World, under: Agreement, child: Child = CHILDREN[0]) -> str:
    """Ask by number alone, and return the run: a possible match."""
    run = _new_run()
    _send(world, under, run, 0, {0: asked(child, (KeyType.ID,)), 1: asked(CHILDREN[1])})
    (found,) = _fetch(world, under, run, 1, [0], 2).outcomes
    assert (found.outcome, found.handles, found.agreed) == (Outcome.POSSIBLE_MATCH, (), ("id",))
    return run


def test_what_a_reviewer_decides_is_in_force_and_final(world: World, agreement: Agreement) -> None:
    run = _possible(world, agreement)
    answer = world.review(agreement, run, 0, Decision.MATCH)
    world.check_signed(answer)
    assert MatchReviewAnswer.from_bytes(answer.body, 2**10).outcome is Outcome.MATCH
    answer = _fetch(world, agreement, run, 1, [0], 2)
    (found,) = answer.outcomes
    assert (found.outcome, found.handles, found.reviewed) == (Outcome.MATCH, (_handle(CHILDREN[0]),), True)
    assert answer.grant is not None
    assert answer.summary.possible_matches == 1
    assert world.review(agreement, run, 0, Decision.MATCH).status == 200
    assert _code(world.review(agreement, run, 0, Decision.NON_MATCH)) is ProblemCode.NOT_REVIEWABLE
    assert _code(world.review(agreement, run, 1, Decision.NON_MATCH)) is ProblemCode.NOT_REVIEWABLE


def test_who_is_decided_to_be_another_child_is_released_never(world: World, agreement: Agreement) -> None:
    run = _possible(world, agreement)
    assert world.review(agreement, run, 0, Decision.NON_MATCH).status == 200
    answer = _fetch(world, agreement, run, 1, [0], 2)
    (found,) = answer.outcomes
    assert (found.outcome, found.handles, found.reviewed, answer.grant) == (Outcome.NON_MATCH, (), True, None)


def test_a_decision_is_logged_with_reviewer_and_reason(world: World, agreement: Agreement) -> None:
    run = _possible(world, agreement)
    world.review(agreement, run, 0, Decision.MATCH, officer="reviewer-3", approver="head-1")
    with read_transaction(world.gateway.engine) as connection:
        rows = connection.execute(select(audit_leaf).order_by(audit_leaf.c.idx.desc()).limit(2)).all()[::-1]
        disclosed = connection.execute(select(audit_disclosure.c.field, audit_disclosure.c.disclosure)).all()
    query, result = (parse_leaf(row.entry) for row in rows)
    assert (query.event.type.value, query.event.reason, query.event.decision) == (
        "review.query",
        "papers_seen",
        "permit",
    )
    assert (result.event.type.value, result.event.ref) == ("review.result", query.event_id)
    assert b"reviewer-3" not in rows[0].entry
    stated = {decode_base64url(row.disclosure) for row in disclosed if row.field == "officer"}
    assert any(b"reviewer-3" in each for each in stated)


def test_two_people_decide_where_the_agreement_says_so(world: World) -> None:
    strict = world.conclude(approval=Approval.SECOND_PERSON)
    world.publish(strict, [entries_of(*CHILDREN)])
    run, rows = _new_run(), {0: asked(CHILDREN[0], (KeyType.ID,))}
    assert world.send_part(strict, run, 0, rows, approver="head-1").status == 200
    assert world.fetch(strict, run, 1, [0], approver="head-1").status == 200
    for approver in (None, "officer-7"):
        answer = world.review(strict, run, 0, Decision.MATCH, approver=approver)
        assert _code(answer) is ProblemCode.APPROVAL_MISSING
    assert world.review(strict, run, 0, Decision.MATCH, approver="head-1").status == 200


# The end of a run.


def test_a_run_is_forgotten_when_its_time_is_over(world: World, agreement: Agreement) -> None:
    left, judged = _new_run(), _possible(world, agreement)
    _send(world, agreement, left, 0, {0: asked(CHILDREN[0])})
    world.clock.ahead = OPEN_RUN_LIFETIME
    longer = world.conclude(valid_until=world.clock.seconds() + 10**7)
    assert longer
    delete_over_runs(world.gateway)
    assert _count(world, *TABLES) == [1, 0, 2]
    world.clock.ahead = RUN_LIFETIME + timedelta(seconds=1)
    delete_over_runs(world.gateway)
    assert _count(world, *TABLES) == [0, 0, 0]
    assert judged


def test_a_forgotten_run_is_unknown_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(world.gateway.settings.__dict__, "unwitnessed_hours", 169)  # nobody witnesses this log
    agreement = world.conclude(valid_until=world.clock.seconds() + 10**7)
    world.publish(agreement, [entries_of(CHILDREN[0])])
    run = _new_run()
    _send(world, agreement, run, 0, {0: asked(CHILDREN[0])})
    world.clock.ahead = OPEN_RUN_LIFETIME
    assert _code(world.fetch(agreement, run, 1, [0])) is ProblemCode.RUN_UNKNOWN
    assert _code(world.send_part(agreement, run, 1, {1: STRANGER})) is ProblemCode.RUN_UNKNOWN


def test_hashes_that_a_killed_process_left_are_deleted(
    world: World, agreement: Agreement, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judge_run, "delete_parts_of_run", lambda *_: None)
    _possible(world, agreement)
    assert _count(world, match_run_part) == [1]
    delete_over_runs(world.gateway)
    assert _count(world, *TABLES) == [1, 0, 2]


def test_revoking_destroys_runs_at_once(world: World, agreement: Agreement) -> None:
    other = world.conclude()
    world.publish(other, [entries_of(CHILDREN[0])])
    kept = _possible(world, other)
    _possible(world, agreement)
    _send(world, agreement, _new_run(), 0, {0: asked(CHILDREN[0])})
    end = AgreementEnd(agreement=agreement.digest(), action="revoke")
    world.tell(world.requester, MessageType.AGREEMENT_END, end)
    assert _count(world, *TABLES) == [1, 0, 2]
    assert world.review(other, kept, 0, Decision.MATCH).status == 200


def test_nothing_of_a_run_can_be_read_from_the_files_afterwards(tmp_path: Path) -> None:
    """SQLite: rows are overwritten and the write-ahead log is cut; PostgreSQL vacuums on its own schedule."""
    with played_world(tmp_path / "gateway", f"sqlite:///{tmp_path / 'gateway.db'}") as world:
        agreement = world.conclude()
        world.publish(agreement, [entries_of(*CHILDREN)])
        waiting, judged = _new_run(), _possible(world, agreement)
        rows = {row: asked(child) for row, child in enumerate(draw_children(200, seed=2))}
        for number in range(4):
            _send(world, agreement, waiting, number, rows)
        assert world.review(agreement, judged, 0, Decision.MATCH).status == 200
        first_hash = rows[0].keys[0][1]
        assert first_hash in _bytes_below(tmp_path), "what is there would have been found"
        _revoke(world, agreement)
        files = _bytes_below(tmp_path)
    assert not [row for row in rows.values() for _, index_hash in row.keys if index_hash[:12] in files]
    assert not [child for child in CHILDREN if child.handle in files]


def _bytes_below(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_a_run_that_is_judged_while_its_agreement_ends_leaves_nothing(
    world: World, agreement: Agreement, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = AgreementEnd(agreement=agreement.digest(), action="revoke")

    def overtaken(material: Material) -> Weighed:
        world.tell(world.provider, MessageType.AGREEMENT_END, end)
        return weigh(material)

    monkeypatch.setattr(judge_run, "weigh", overtaken)
    run = _new_run()
    _send(world, agreement, run, 0, {0: asked(CHILDREN[0])})
    assert _code(world.fetch(agreement, run, 1, [0])) is ProblemCode.AGREEMENT_NOT_ACTIVE
    assert _count(world, *TABLES) == [0, 0, 0]


def test_the_end_of_an_epoch_ends_its_runs(world: World) -> None:
    agreement = world.conclude(accept_until=world.clock.seconds() + 100)
    world.publish(agreement, [entries_of(CHILDREN[0])])
    run = _new_run()
    _send(world, agreement, run, 0, {0: asked(CHILDREN[0])})
    world.clock.ahead = timedelta(seconds=101)
    assert end_epochs(world.gateway) == 1
    assert _code(world.fetch(agreement, run, 1, [0])) is ProblemCode.RUN_UNKNOWN
    delete_ended_runs(world.gateway)
    assert _count(world, *TABLES) == [0, 0, 0]


def test_a_run_outlives_changes_of_its_index(world: World, agreement: Agreement) -> None:
    run = _possible(world, agreement)
    world.publish(agreement, [entries_of(CHILDREN[1])])
    assert world.review(agreement, run, 0, Decision.MATCH).status == 200
    assert _fetch(world, agreement, run, 1, [0], 2).grant is not None


# Profiles and models.


def _profiles(world: World) -> list[bytes | None]:
    with read_transaction(world.gateway.engine) as connection:
        return list(connection.scalars(select(active_index.c.profile)))


def test_each_generation_of_an_index_has_its_profile(world: World, agreement: Agreement) -> None:
    (first,) = _profiles(world)
    assert first is not None
    assert IndexProfile.from_json(first).records == len(CHILDREN)
    with read_transaction(world.gateway.engine) as connection:
        (base,) = connection.scalars(select(active_index.c.index_id))
    newcomer = draw_children(9, seed=3)[8]
    world.publish(agreement, [entries_of(newcomer)], base=base, removals=[CHILDREN[0].handle, CHILDREN[1].handle])
    (second,) = _profiles(world)
    assert second is not None
    assert IndexProfile.from_json(second).records == len(CHILDREN) - 1


@pytest.mark.parametrize("stored", [None, b'{"of":"an earlier program"}'])
def test_a_profile_that_is_missing_or_unreadable_is_made_again(
    world: World, agreement: Agreement, stored: bytes | None
) -> None:
    before = _profiles(world)
    with read_transaction(world.gateway.engine) as connection:
        index = find_active(connection, agreement.digest(), 1)
    assert index is not None
    with write_transaction(world.gateway.engine) as connection:
        set_profile(connection, index, stored)  # type: ignore[arg-type]
    run = _new_run()
    _send(world, agreement, run, 0, {0: asked(CHILDREN[0])})
    assert _fetch(world, agreement, run, 1, [0]).outcomes[0].outcome is Outcome.MATCH
    assert _profiles(world) == before


def _ask_roster(world: World, under: Agreement, children: list[Child]) -> MatchAnswer:
    """Ask about a thousand misspelt children, of whom the index holds the first seven hundred."""
    draw, run = random.Random(8), _new_run()
    rows = dict(enumerate(asked(misspell(child, draw)) for child in children[300:1_300]))
    for number in range(2):
        _send(world, under, run, number, {row: rows[row] for row in range(500 * number, 500 * number + 500)})
    return _fetch(world, under, run, 2, list(rows))


def test_a_large_run_leaves_a_model_for_small_ones(world: World) -> None:
    large, small = world.conclude(), world.conclude()
    children = draw_children(1_300, seed=7)
    for under in (large, small):
        world.publish(under, index_of(children[:1_000]))
    answer = _ask_roster(world, large, children)
    assert (answer.summary.basis, answer.summary.withheld) == (Basis.FITTED, None)
    assert _events(world, 2) == ["model.change", "match.result"]
    assert _count(world, linkage_model) == [1]
    right = sum(_handle(children[300 + found.row]) in found.handles for found in answer.outcomes)
    matches = sum(found.outcome is Outcome.MATCH for found in answer.outcomes)
    assert right >= 0.95 * 700
    assert right >= 0.98 * matches
    run = _new_run()
    _send(world, small, run, 0, {0: asked(misspell(children[999], random.Random(3)))})
    assert _fetch(world, small, run, 1, [0]).summary.basis is Basis.KEPT_MODEL
    _revoke(world, large)
    assert _count(world, linkage_model) == [1]
    _revoke(world, small)
    assert _count(world, linkage_model) == [0]


def _revoke(world: World, agreement: Agreement) -> None:
    end = AgreementEnd(agreement=agreement.digest(), action="revoke")
    world.tell(world.provider, MessageType.AGREEMENT_END, end)


def test_a_flagged_key_is_weaker_evidence(world: World) -> None:
    agreement = world.conclude()
    handle, number, name = os.urandom(16), os.urandom(16), os.urandom(16)
    flagged = entry(handle, KeyType.ID, number, is_flagged=True)
    world.publish(agreement, [[flagged, entry(handle, KeyType.P_D, name)]])
    run = _new_run()
    assert _send(world, agreement, run, 0, {0: record(id=number, p_d=name)}).settled == ()
    (found,) = _fetch(world, agreement, run, 1, [0]).outcomes
    assert found.agreed == ("id!repaired", "p.d")
    assert found.comparison["ID"] == 1


def test_both_databases_judge_alike(tmp_path: Path, postgresql_url: str) -> None:
    children = draw_children(1_300, seed=7)
    answers, models = [], []
    for name, url in (("sqlite", f"sqlite:///{tmp_path / 'gateway.db'}"), ("postgresql", postgresql_url)):
        with played_world(tmp_path / name, url) as world:
            agreement = world.conclude()
            index = index_of(children[:1_000])
            random.Random(name).shuffle(index)
            base = world.publish(agreement, index[:1])
            world.publish(agreement, index[1:], base=base)
            answers.append(_ask_roster(world, agreement, children))
            with read_transaction(world.gateway.engine) as connection:
                models.append(connection.scalar(select(linkage_model.c.model)))
    assert answers[0].summary == answers[1].summary
    assert answers[0].outcomes == answers[1].outcomes
    assert models[0] == models[1]
    assert any(found.probability not in {None, 999_900} for found in answers[0].outcomes)
