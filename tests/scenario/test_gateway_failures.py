"""Fail closed: without the log nothing happens, and what ends while a request is under way ends it."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from gateway.api.app import create_app
from gateway.jobs.schedule import start_jobs
from gateway.log.checkpoints import latest_checkpoint
from gateway.log.journal import Draft, Journal, JournalFullError, Written
from gateway.persistence.audit_tables import audit_leaf
from gateway.persistence.engine import read_transaction
from gateway.web.job_pages import JOB_NAMES
from schemas.envelope import EnvelopeClaims, MessageType
from schemas.message import Message
from schemas.messages.agreements import AgreementEnd
from schemas.problem import ProblemCode
from tests.scenario.gateway_simulator import World, played_world, serving

PATIENCE_SECONDS = 60


class FullJournal(Journal):
    """A journal whose queue is full."""

    def write(self, change: Callable[[Connection], Draft[Any]], timeout_seconds: float = 1) -> Written[Any]:
        raise JournalFullError("too many writes are waiting")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with played_world(tmp_path / "gateway") as world:
        yield world


def _leaf_types(world: World) -> list[str]:
    with read_transaction(world.gateway.engine) as connection:
        return list(connection.scalars(select(audit_leaf.c.type).order_by(audit_leaf.c.idx)))


def test_without_the_log_the_provider_is_not_asked(world: World) -> None:
    agreement = world.conclude()
    world.gateway.journal.stop()
    answer, _ = world.evaluate(agreement, "x")
    assert (answer.status, answer.problem.code) == (503, ProblemCode.AUDIT_UNAVAILABLE)
    assert world.provider.relays == []
    ready = world.http.get(world.url + "/readyz")
    assert (ready.status_code, ready.headers["Retry-After"]) == (503, "10")


def test_an_answer_that_can_t_be_logged_is_dropped(world: World) -> None:
    agreement = world.conclude()
    world.publish(agreement, [[]])

    def answer_and_stop(claims: EnvelopeClaims, message: Message) -> tuple[EnvelopeClaims, bytes]:
        world.gateway.journal.stop()
        return claims, message.to_bytes()

    world.provider.misbehave = answer_and_stop
    answer, _ = world.evaluate(agreement, "x")
    assert answer.problem.code is ProblemCode.AUDIT_UNAVAILABLE
    assert _leaf_types(world)[-1] == "evaluate.query"


def test_an_answer_under_an_agreement_that_was_revoked_meanwhile_is_dropped(world: World) -> None:
    agreement = world.conclude()
    world.publish(agreement, [[]])
    end = AgreementEnd(agreement=agreement.digest(), action="revoke")

    def answer_and_revoke(claims: EnvelopeClaims, message: Message) -> tuple[EnvelopeClaims, bytes]:
        world.tell(world.provider, MessageType.AGREEMENT_END, end)
        return claims, message.to_bytes()

    world.provider.misbehave = answer_and_revoke
    answer, _ = world.evaluate(agreement, "x")
    assert answer.problem.code is ProblemCode.AGREEMENT_NOT_ACTIVE
    assert _leaf_types(world)[-3:] == ["agreement.revoke", "index.destroy", "refusal"]


def test_a_full_journal_says_that_the_gateway_is_busy(world: World) -> None:
    agreement = world.conclude()
    gateway = world.gateway
    full = FullJournal(gateway.engine, gateway.settings.log_name, gateway.now, gateway.random)
    with serving(create_app(replace(gateway, journal=full))) as url:
        answer, _ = replace(world, url=url).evaluate(agreement, "x")
        ready = world.http.get(f"{url}/readyz")
    assert (answer.status, answer.problem.code) == (503, ProblemCode.OVERLOADED)
    assert (ready.status_code, ready.headers["Retry-After"]) == (503, "1")


def test_a_serving_process_signs_a_checkpoint_by_itself(world: World) -> None:
    scheduler = start_jobs(world.gateway)
    assert {job.id for job in scheduler.get_jobs()} == set(JOB_NAMES), "every job has its name on the page"
    try:
        ends_at = time.monotonic() + PATIENCE_SECONDS
        while latest_checkpoint(world.gateway.engine) is None and time.monotonic() < ends_at:
            time.sleep(0.01)
    finally:
        scheduler.shutdown()
    assert latest_checkpoint(world.gateway.engine) is not None


def test_no_reference_of_a_request_reaches_the_python_log(world: World, caplog: pytest.LogCaptureFixture) -> None:
    agreement = world.conclude()
    caplog.set_level("DEBUG")
    world.evaluate(agreement, "canary-identifier", officer="canary-officer", case="canary-case")
    world.evaluate(agreement, "canary-identifier", officer="canary-officer", region=None)
    assert "canary" not in caplog.text
    with read_transaction(world.gateway.engine) as connection:
        entries = list(connection.scalars(select(audit_leaf.c.entry)))
    assert not [data for data in entries if b"canary" in data]
