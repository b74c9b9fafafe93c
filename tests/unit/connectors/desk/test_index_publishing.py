"""Publishing an index from the pages: one at a time, true progress, failures in words, begun again when lost."""

from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import list_record
from connectors.desk import index_publishing
from connectors.desk.index_publishing import (
    LOST_SECONDS,
    PUBLISHING_ELSEWHERE,
    PublicationState,
    StoredProgress,
    begin_publication,
    find_publication,
)
from connectors.publisher.refresh_indexes import SETTINGS_WRONG
from connectors.state.database import reading
from connectors.web.agreement_failures import say_failure
from schemas.agreement import AgreementState
from tests.unit.connectors.desk.agreement_desks import STEWARD, cut_off, keep_asked
from tests.unit.connectors.requester.asking_offices import Office
from tests.unit.connectors.requester.simulated_gateway import NOW


@pytest.fixture
def console(office: Office) -> Console:
    """An office that is asked, without a register and without a gateway."""
    return cut_off(office)


@pytest.fixture
def digest(office: Office) -> str:
    return keep_asked(office, AgreementState.ACTIVE).digest()


def test_a_failure_is_kept_told_and_recorded(console: Console, digest: str) -> None:
    thread = begin_publication(console, STEWARD.id, digest)
    assert thread is not None
    thread.join(30)
    job = find_publication(console, digest)
    assert job is not None
    assert (job.state, job.failure, job.account) == (PublicationState.FAILED, SETTINGS_WRONG, STEWARD.id)
    with reading(console.connector.state) as connection:
        assert [line.action for line in list_record(connection, digest)] == [Action.INDEX_PUBLISHED]
    for code in (SETTINGS_WRONG, PUBLISHING_ELSEWHERE, "gateway_unreachable", "agreement_not_active"):
        assert say_failure(code) is not None
    assert say_failure("<script>") is None


def test_one_runs_at_a_time_and_a_lost_one_is_begun_again(
    console: Console, digest: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_publishing, "_run", lambda *_: None)
    assert begin_publication(console, STEWARD.id, digest) is not None
    assert begin_publication(console, STEWARD.id, digest) is None
    lost_at = NOW + timedelta(seconds=LOST_SECONDS)
    later = replace(console, connector=replace(console.connector, now=lambda: lost_at))
    assert begin_publication(later, STEWARD.id, digest) is not None


def test_progress_is_kept_at_each_step_and_once_a_second(
    console: Console, digest: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_publishing, "_run", lambda *_: None)
    begin_publication(console, STEWARD.id, digest)
    times = iter((100.0, 100.5, 101.0, 101.2))
    progress = StoredProgress(console, digest, lambda: next(times))
    kept = []
    for step, done in (("hash", 1), ("hash", 2), ("hash", 3), ("send", 0)):
        progress(step, done, 10)
        job = find_publication(console, digest)
        assert job is not None
        kept.append((job.step, job.done, job.total))
    assert kept == [("hash", 1, 10), ("hash", 1, 10), ("hash", 3, 10), ("send", 0, 10)]
