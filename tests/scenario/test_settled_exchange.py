"""What a provider leaves behind of an exchange: all of it in one commit before the answer leaves, or a refusal."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, Table, delete, func, select, update

from connectors.api import provider_api, settle_exchange, settle_receipt
from connectors.own_log.tables import own_message
from connectors.provider.release import answer_exchange
from connectors.state.agreements import set_withheld
from connectors.state.charges import BudgetKind
from connectors.state.database import reading, trying, writing
from connectors.state.tables import budget_use, promise, release, seen_envelope
from schemas.envelope import MessageType
from schemas.problem import ProblemCode, ProblemError
from tests.emergency_world import FREE, World, emergency_world

_EXCHANGE = own_message.c.type == MessageType.EXCHANGE.value
_RECEIPT = own_message.c.type == MessageType.RECEIPT.value
_RECEIPTS_ANSWERED = (_RECEIPT, own_message.c.answer.is_not(None))
_OPENED = release.c.receipt_at.is_not(None)
_RELEASES = budget_use.c.kind == BudgetKind.RELEASES.value


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One world for all: each test has an officer of its own."""
    with emergency_world(tmp_path_factory.mktemp("settled")) as opened:
        yield opened


@pytest.fixture
def officer() -> str:
    """Name an officer whom no other test knows."""
    return f"duty-{uuid.uuid4().hex[:8]}"


def count(world: World, table: Table, *where: Any) -> int:
    with reading(world.holder.connector.state) as connection:
        return connection.execute(select(func.count()).select_from(table).where(*where)).scalar_one()


def used(world: World) -> int:
    with reading(world.holder.connector.state) as connection:
        return connection.scalar(select(func.sum(budget_use.c.used)).where(_RELEASES)) or 0


def left_behind(world: World) -> tuple[int, int, int]:
    """Return how many exchanges were kept, how many were answered, and how many releases noted."""
    answered = count(world, own_message, _EXCHANGE, own_message.c.answer.is_not(None))
    return count(world, own_message, _EXCHANGE), answered, count(world, release)


def disturb(monkeypatch: pytest.MonkeyPatch, before: Callable[[], None]) -> list[str]:
    """Have something happen before the records of an exchange are looked at; returns a list that tells of it."""
    happened: list[str] = []

    def disturbed(*arguments: Any) -> Any:
        happened.append("looked")
        before()
        return answer_exchange(*arguments)

    monkeypatch.setattr(settle_exchange, "answer_exchange", disturbed)
    return happened


def commits_of(engine: Engine) -> list[bool]:
    """Return a list that grows by one with every commit of a writing transaction."""
    commits: list[bool] = []

    def note(statement: str) -> None:
        if statement == "COMMIT":
            commits.append(True)

    with writing(engine) as connection:  # one connection is kept for all writing
        driver: Any = connection.connection.driver_connection
        driver.set_trace_callback(note)
    commits.clear()
    return commits


def count_around(monkeypatch: pytest.MonkeyPatch, settles: str, commits: list[Any], written: list[int]) -> None:
    """Let `written` grow by the number of commits before what answers a request, and by the number after it."""
    settle = getattr(provider_api, settles)

    def settled(*arguments: Any) -> Any:
        written.append(len(commits))
        signed = settle(*arguments)
        written.append(len(commits))
        return signed

    monkeypatch.setattr(provider_api, settles, settled)


def test_an_exchange_is_one_commit(world: World, officer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    commits = commits_of(world.holder.connector.state)
    written: list[int] = []
    disturb(monkeypatch, lambda: written.append(len(commits)))

    count_around(monkeypatch, "settle_exchange", commits, written)
    (kept, answered, releases), promises, charged = left_behind(world), count(world, promise), used(world)
    assert world.failures(world.call(FREE, officer)) == [None]
    assert left_behind(world) == (kept + 1, answered + 1, releases + 1)
    assert count(world, promise) > promises
    assert used(world) == charged + 1
    asked, looked_at, left = written
    assert (looked_at, left) == (asked, asked + 1)


def test_who_is_refused_after_the_records_were_looked_at_is_charged(
    world: World, officer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise ProblemError(ProblemCode.SOURCE_UNAVAILABLE)

    disturb(monkeypatch, fail)
    (kept, answered, releases), charged = left_behind(world), used(world)
    assert world.failures(world.call(FREE, officer)) == [ProblemCode.SOURCE_UNAVAILABLE.value]
    assert left_behind(world) == (kept + 1, answered, releases)
    assert used(world) == charged + 1


def test_an_agreement_that_is_withheld_meanwhile_releases_nothing(
    world: World, officer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    state, digest = world.holder.connector.state, world.agreement.digest()
    disturb(monkeypatch, lambda: set_withheld(state, digest, is_withheld=True))
    (kept, answered, releases), charged = left_behind(world), used(world)
    try:
        assert world.failures(world.call(FREE, officer)) == [ProblemCode.AGREEMENT_NOT_ACTIVE.value]
    finally:
        set_withheld(state, digest, is_withheld=False)
    assert left_behind(world) == (kept + 1, answered, releases)
    assert used(world) == charged


def test_who_can_not_pay_is_refused_before_a_record_is_looked_at(
    world: World, officer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.call(FREE, officer)
    before, state = used(world), world.holder.connector.state
    looked = disturb(monkeypatch, lambda: None)
    with writing(state) as connection:
        connection.execute(update(budget_use).where(_RELEASES).values(used=world.agreement.releases_per_day))
    (kept, answered, releases) = left_behind(world)
    try:
        assert world.failures(world.call(FREE, officer)) == [ProblemCode.BUDGET_EXHAUSTED.value]
    finally:
        with writing(state) as connection:
            connection.execute(update(budget_use).where(_RELEASES).values(used=before))
    assert looked == []
    assert left_behind(world) == (kept + 1, answered, releases)


def test_what_is_only_tried_is_undone(world: World) -> None:
    state = world.holder.connector.state
    before = count(world, promise)
    with trying(state) as connection:
        connection.execute(delete(promise))
    assert count(world, promise) == before


def test_a_receipt_is_one_commit(world: World, officer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    commits = commits_of(world.holder.connector.state)
    written: list[int] = []

    count_around(monkeypatch, "settle_receipt", commits, written)
    answered, opened = count(world, own_message, *_RECEIPTS_ANSWERED), count(world, release, _OPENED)
    assert world.failures(world.call(FREE, officer)) == [None]
    assert count(world, own_message, *_RECEIPTS_ANSWERED) == answered + 1
    assert count(world, release, _OPENED) == opened + 1
    begun, ended = written
    assert ended == begun + 1


def test_a_refused_receipt_is_kept_and_its_id_not_used_up(
    world: World, officer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settle_receipt, "note_receipt", lambda *_arguments: False)
    kept, answered = count(world, own_message, _RECEIPT), count(world, own_message, *_RECEIPTS_ANSWERED)
    opened = count(world, release, _OPENED)
    world.call(FREE, officer)
    assert count(world, own_message, _RECEIPT) == kept + 1
    assert count(world, own_message, *_RECEIPTS_ANSWERED) == answered
    assert count(world, release, _OPENED) == opened
    refused = select(own_message.c.correlation).where(_RECEIPT, own_message.c.answer.is_(None))
    assert count(world, seen_envelope, seen_envelope.c.id.in_(refused)) == 0
