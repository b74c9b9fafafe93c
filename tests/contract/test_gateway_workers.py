"""Four serving processes on one database, all asked at once: each rule holds as if there were one."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from gateway.domain.budgets import BudgetKind, budget_day
from gateway.log.log_check import check_log
from gateway.persistence.audit_tables import audit_leaf
from gateway.persistence.engine import read_transaction
from gateway.persistence.request_queries import find_budget_use
from gateway.services.job_runs import show_job_runs
from schemas.agreement import Agreement
from schemas.envelope import MessageType
from schemas.messages.agreements import AgreementList
from schemas.messages.match import MatchPart, MatchRecord, pack_asked
from schemas.problem import ProblemCode
from tests.gateway_process import serving_process
from tests.scenario.gateway_simulator import GATEWAY_ID, PASSPHRASE, Answer, World, played_world

WORKERS = ("--workers", "4", "--threads", "4")
SENDERS = 16
BUDGET = 12
PATIENCE_SECONDS = 30.0


@pytest.fixture
def world(tmp_path: Path, database_url: str) -> Iterator[World]:
    with played_world(tmp_path / "gateway", database_url) as world:
        world.http.timeout = httpx.Timeout(120)
        yield world


def test_all_rules_hold_among_four_processes(world: World, tmp_path: Path) -> None:
    agreement = world.conclude(evaluations_per_day=BUDGET)
    world.publish(agreement, [[]])
    with serving_process(tmp_path / "gateway", PASSPHRASE, *WORKERS) as (_, url):
        served = replace(world, url=url)
        _one_message_is_accepted_once(served)
        _a_part_is_stored_once(served, agreement)
        _no_budget_is_exceeded(served, agreement)
        _no_job_fails(served)
    _the_log_has_each_place_once(world)


def _one_message_is_accepted_once(world: World) -> None:
    body = AgreementList().to_bytes()
    claims = world.requester.claims(MessageType.AGREEMENT_LIST, body, GATEWAY_ID)
    answers = _at_once(50, lambda _: world.send(world.requester, claims, body))
    assert Counter(answer.status for answer in answers) == {200: 1, 409: 49}
    assert {answer.problem.code for answer in answers if answer.status != 200} == {ProblemCode.REPLAYED}


def _a_part_is_stored_once(world: World, agreement: Agreement) -> None:
    """The same part in envelopes of its own changes nothing; another one under its number is refused."""
    run = world.requester.claims(MessageType.MATCH_PART, b"", GATEWAY_ID).id
    parts = [
        MatchPart(run=run, epoch=1, number=0, records=(MatchRecord(row=row),), entries=pack_asked([])) for row in (0, 1)
    ]
    answers = _at_once(20, lambda number: world.ask(agreement, MessageType.MATCH_PART, parts[number % 2]))
    assert Counter(answer.status for answer in answers) == {200: 10, 409: 10}
    assert {answer.problem.code for answer in answers if answer.status != 200} == {ProblemCode.RUN_CONFLICT}


def _no_budget_is_exceeded(world: World, agreement: Agreement) -> None:
    days = {budget_day(world.gateway.now())}
    answers = _at_once(20, lambda number: world.evaluate(agreement, f"id\x1f{number}")[0])
    days.add(budget_day(world.gateway.now()))
    refused = [answer for answer in answers if answer.status != 200]
    assert {answer.problem.code for answer in refused} <= {ProblemCode.BUDGET_EXHAUSTED}
    with read_transaction(world.gateway.engine) as connection:
        used = [find_budget_use(connection, agreement.digest(), day).get(BudgetKind.EVALUATIONS, 0) for day in days]
    assert max(used) <= BUDGET
    assert sum(used) == len(answers) - len(refused)
    assert len(days) == 2 or used == [BUDGET]  # two where the day turned meanwhile


def _no_job_fails(world: World) -> None:
    """Every job was begun by some process, and none failed because another was at it too."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (runs := show_job_runs(world.gateway)) or any(run.is_running for run in runs):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert {run.name: run.error for run in runs if run.error is not None} == {}


def _the_log_has_each_place_once(world: World) -> None:
    with read_transaction(world.gateway.engine) as connection:
        check_log(connection, world.gateway.settings.log_name)
        places = select(func.count(), func.count(audit_leaf.c.idx.distinct()), func.max(audit_leaf.c.idx))
        for leaves, distinct, last in connection.execute(places.group_by(audit_leaf.c.shard)):
            assert leaves == distinct == last + 1
        replayed = select(func.count()).where(audit_leaf.c.reason == ProblemCode.REPLAYED.value)
        assert connection.scalar(replayed) == 49


def _at_once(times: int, send: Callable[[int], Answer]) -> list[Answer]:
    with ThreadPoolExecutor(SENDERS) as senders:
        return list(senders.map(send, range(times)))
