"""Asking about a guardian's children, on SQLite and PostgreSQL: all records of an equal number, and no scoring."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.agreement import Agreement
from schemas.base64url import encode_base64url
from schemas.linkage_keys import KeyType
from schemas.messages.index import IndexEntry
from schemas.messages.match import MAX_HANDLES_A_ROW, Basis, Decision, MatchAnswer, MatchPartAnswer, Outcome
from schemas.problem import ProblemCode
from tests.scenario.gateway_simulator import World, entry, played_world, record

CLAIMS = {"case": "TA-2026-0415"}


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    with played_world(tmp_path / "gateway", database_url, "public_security.990101", "civil_affairs.990101") as world:
        yield world


@pytest.fixture
def agreement(world: World) -> Agreement:
    return world.conclude(
        purpose="P10",
        attributes=("open_case",),
        case_number_required=True,
        max_batch=1,
        evaluations_per_day=800,
        releases_per_day=50,
        officer_evaluations_per_day=800,
        officer_releases_per_day=50,
    )


def _children(guardian: bytes, count: int) -> list[tuple[bytes, list[IndexEntry]]]:
    """Return handle and entries of children of one guardian."""
    handles = sorted(os.urandom(16) for _ in range(count))
    return [
        (handle, [entry(handle, KeyType.GUARDIAN, guardian), entry(handle, KeyType.ID, os.urandom(16))])
        for handle in handles
    ]


def _publish(world: World, agreement: Agreement, *families: list[tuple[bytes, list[IndexEntry]]]) -> None:
    world.publish(agreement, [[each for family in families for _, entries in family for each in entries]])


def _ask(world: World, agreement: Agreement, guardian: bytes) -> tuple[str, MatchAnswer | ProblemCode]:
    run = str(uuid.uuid4())
    answer = world.send_part(agreement, run, 0, {4: record(guardian=guardian)}, subject="guardian", **CLAIMS)
    assert answer.status == 200, answer.body
    assert MatchPartAnswer.from_bytes(answer.body, 2**10).settled == (4,)
    answer = world.fetch(agreement, run, 1, [4], **CLAIMS)
    return run, MatchAnswer.from_bytes(answer.body, 2**20) if answer.status == 200 else answer.problem.code


def test_a_guardian_s_child_is_found(world: World, agreement: Agreement) -> None:
    guardian, another = os.urandom(16), os.urandom(16)
    family = _children(guardian, 1)
    _publish(world, agreement, family, _children(another, 2))
    _, answer = _ask(world, agreement, guardian)
    assert isinstance(answer, MatchAnswer)
    (found,) = answer.outcomes
    assert (found.outcome, found.handles) == (Outcome.MATCH, (encode_base64url(family[0][0]),))
    assert (found.agreed, found.comparison, found.probability) == (("guardian",), {}, None)
    assert (answer.summary.basis, answer.summary.matches) == (Basis.RULES, 1)
    assert answer.grant is not None


def test_a_number_that_is_no_guardian_s_finds_nothing(world: World, agreement: Agreement) -> None:
    _publish(world, agreement, _children(os.urandom(16), 1))
    _, answer = _ask(world, agreement, os.urandom(16))
    assert isinstance(answer, MatchAnswer)
    assert (answer.outcomes[0].outcome, answer.grant) == (Outcome.NON_MATCH, None)


def test_all_children_of_a_guardian_are_granted_where_a_batch_is_one_row(world: World, agreement: Agreement) -> None:
    guardian = os.urandom(16)
    family = _children(guardian, 2)
    _publish(world, agreement, family)
    _, answer = _ask(world, agreement, guardian)
    assert isinstance(answer, MatchAnswer)
    assert set(answer.outcomes[0].handles) == {encode_base64url(child[0]) for child in family}
    assert (agreement.max_batch, answer.grant is None) == (1, False)


def test_a_number_that_too_many_records_name_is_nobody_s_and_not_to_be_decided(
    world: World, agreement: Agreement
) -> None:
    guardian = os.urandom(16)
    _publish(world, agreement, _children(guardian, MAX_HANDLES_A_ROW + 1))
    run, answer = _ask(world, agreement, guardian)
    assert isinstance(answer, MatchAnswer)
    assert (answer.outcomes[0].outcome, answer.outcomes[0].handles) == (Outcome.POSSIBLE_MATCH, ())
    refused = world.review(agreement, run, 4, Decision.MATCH, **CLAIMS)
    assert refused.problem.code is ProblemCode.NOT_REVIEWABLE


def test_a_guardian_s_number_is_no_evidence_about_a_child(world: World, agreement: Agreement) -> None:
    """The same hash asked as a child's number finds nothing, and as a guardian's it is refused in a child's run."""
    guardian = os.urandom(16)
    _publish(world, agreement, _children(guardian, 1))
    run = str(uuid.uuid4())
    refused = world.send_part(agreement, run, 0, {0: record(guardian=guardian)}, **CLAIMS)
    assert refused.problem.code is ProblemCode.MALFORMED
    assert world.send_part(agreement, run, 0, {0: record(id=guardian)}, **CLAIMS).status == 200
    answer = MatchAnswer.from_bytes(world.fetch(agreement, run, 1, [0], **CLAIMS).body, 2**20)
    assert answer.outcomes[0].outcome is Outcome.NON_MATCH
    refused = world.send_part(agreement, str(uuid.uuid4()), 0, {0: record(id=guardian)}, subject="guardian", **CLAIMS)
    assert refused.problem.code is ProblemCode.MALFORMED
