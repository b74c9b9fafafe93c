"""Refreshing indexes by the clock: every night, within the epoch, never from a source that lost too much."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.console.actions import Action
from connectors.console.record import list_record
from connectors.console.roles import Role
from connectors.evaluation import create_evaluation_key, latest_epoch
from connectors.gateway_client import GatewayUnreachableError
from connectors.jobs import start_jobs
from connectors.publisher.covered_records import IndexCounts
from connectors.publisher.prepare_index import IndexPreparation
from connectors.publisher.publish_index import PublishedIndex
from connectors.publisher.publishing_alone import PublishingElsewhereError, publishing_alone
from connectors.publisher.refresh_indexes import IndexNotRefreshedError, IndexRefresher
from connectors.publisher.refresh_rules import RETRY_AFTER, least_records, next_off_peak
from connectors.register import open_register
from connectors.state.agreements import keep_agreement
from connectors.state.database import reading
from connectors.state.index_records import count_records, find_active, mark_active
from connectors.state.index_refreshes import IndexRefresh, RefreshOutcome, list_refreshes
from connectors.state.job_runs import ConnectorJobs
from hosting.jobs.due_runs import DueRuns
from hosting.jobs.recorded_runs import Clockwork
from schemas.agreement import AgreementState
from tests.unit.connectors.offices import Clock, agreement_with, register_row, write_register
from tests.unit.connectors.web.office_desk import OfficeDesk, open_desk

AGREEMENT = agreement_with()
DIGEST = AGREEMENT.digest()
ROWS = [register_row(number) for number in range(1, 21)]
NIGHT = timedelta(days=1)


class Publishing:
    """Publishes without a gateway, which is taken to activate everything; `trouble` is raised instead."""

    def __init__(self, desk: OfficeDesk) -> None:
        self._desk = desk
        self.least: list[int] = []
        self.trouble: Exception | None = None

    def __call__(self, digest: str, least: int) -> PublishedIndex:
        self.least.append(least)
        if self.trouble is not None:
            raise self.trouble
        connector = self._desk.connector
        with publishing_alone(connector.folder):
            epoch = max(latest_epoch(connector, digest), 1)
            key_pair = create_evaluation_key(connector, digest, epoch)
            preparation = IndexPreparation(connector, open_register(connector), AGREEMENT, epoch, key_pair)
            base = find_active(connector.state, digest, epoch)
            prepared = preparation.run(base, lambda _step, _done: None, least=least)
            if prepared is not None:
                mark_active(connector.state, prepared)
            return PublishedIndex(prepared, IndexCounts(), epoch)


class Nights:
    """An office with a published index of 20 records, its refresher and its clock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.desk = open_desk(folder)
        self.publish = Publishing(self.desk)
        self.refresher = IndexRefresher(self.desk.connector, self.publish)
        write_register(folder, ROWS)

    @property
    def clock(self) -> Clock:
        return self.desk.clock

    def begin(self) -> None:
        keep_agreement(self.desk.connector.state, AGREEMENT, (), AgreementState.ACTIVE)
        self.publish(DIGEST, 0)
        self.publish.least.clear()
        self.clock.now = self.refresher.next_at(self.clock.now)

    def keep(self, rows: int) -> None:
        write_register(self.folder, ROWS[:rows])

    @property
    def state(self) -> IndexRefresh:
        with reading(self.desk.connector.state) as connection:
            return list_refreshes(connection)[DIGEST]

    @property
    def records(self) -> int:
        return count_records(self.desk.connector.state, DIGEST, 1)

    def close(self) -> None:
        self.desk.console.client.close()
        self.desk.connector.state.dispose()


@pytest.fixture
def nights(tmp_path: Path) -> Iterator[Nights]:
    opened = Nights(tmp_path)
    opened.begin()
    yield opened
    opened.close()


def test_the_first_publication_stays_the_data_stewards_act(tmp_path: Path) -> None:
    opened = Nights(tmp_path)
    keep_agreement(opened.desk.connector.state, AGREEMENT, (), AgreementState.ACTIVE)
    opened.refresher.next_at(opened.clock.now)
    opened.clock.now += 2 * NIGHT
    opened.refresher.run()
    assert opened.publish.least == []
    opened.close()


def test_a_changed_source_is_published_at_night(nights: Nights) -> None:
    assert nights.clock.now.astimezone(UTC).hour == 18  # two in the morning in China
    nights.keep(19)
    nights.refresher.run()
    assert (nights.records, nights.state.outcome) == (19, RefreshOutcome.PUBLISHED)
    assert nights.state.next_at == int((nights.clock.now + NIGHT).timestamp())
    with reading(nights.desk.connector.state) as connection:
        assert [line.action for line in list_record(connection, DIGEST)] == [Action.INDEX_REFRESHED]


def test_an_unchanged_source_is_not_published(nights: Nights) -> None:
    nights.refresher.run()
    assert nights.state.outcome is RefreshOutcome.UNCHANGED
    nights.refresher.run()
    assert len(nights.publish.least) == 1  # not due again before the next night


def test_a_source_that_shrank_is_reported_and_published_on_the_stewards_word(nights: Nights) -> None:
    nights.keep(17)
    with pytest.raises(IndexNotRefreshedError):
        nights.refresher.run()
    assert nights.records == 20
    assert (nights.state.outcome, nights.state.found, nights.state.held) == (RefreshOutcome.SHRANK, 17, 20)

    steward = nights.desk.browser(Role.DATA_STEWARD)
    assert "登记册突然减少，1 个索引没有更新" in steward.client.get("/desk/").get_data(as_text=True)
    page = steward.client.get("/desk/data").get_data(as_text=True)
    assert "20 条 → 17 条" in page
    assert f"/desk/data/indexes/{DIGEST}" in page
    assert steward.post(f"/desk/data/indexes/{DIGEST}", found="16").headers["Location"].endswith("stale=1")
    assert steward.post(f"/desk/data/indexes/{DIGEST}", found="17").headers["Location"] == "/desk/data?accepted=1"
    assert "登记册突然减少" not in steward.client.get("/desk/").get_data(as_text=True)

    nights.refresher.run()
    assert (nights.records, nights.state.outcome, nights.state.accepted) == (17, RefreshOutcome.PUBLISHED, None)


def test_the_stewards_word_is_for_that_number_alone(nights: Nights) -> None:
    nights.keep(17)
    with pytest.raises(IndexNotRefreshedError):
        nights.refresher.run()
    steward = nights.desk.browser(Role.DATA_STEWARD)
    steward.post(f"/desk/data/indexes/{DIGEST}", found="17")
    nights.keep(10)
    with pytest.raises(IndexNotRefreshedError):
        nights.refresher.run()
    assert (nights.records, nights.state.found) == (20, 10)


def test_an_administrator_sees_it_and_decides_nothing(nights: Nights) -> None:
    nights.keep(1)
    with pytest.raises(IndexNotRefreshedError):
        nights.refresher.run()
    administrator = nights.desk.browser(Role.ADMINISTRATOR)
    assert "登记册减少过多" in administrator.client.get("/desk/data").get_data(as_text=True)
    assert administrator.post(f"/desk/data/indexes/{DIGEST}", found="1").status_code == 403


def test_what_failed_is_named_and_tried_again_within_the_hour(nights: Nights) -> None:
    nights.publish.trouble = GatewayUnreachableError("no answer")
    with pytest.raises(IndexNotRefreshedError):
        nights.refresher.run()
    assert (nights.state.outcome, nights.state.failure) == (RefreshOutcome.FAILED, "gateway_unreachable")
    assert nights.refresher.next_at(nights.clock.now) == nights.clock.now + RETRY_AFTER
    page = nights.desk.browser(Role.DATA_STEWARD).client.get("/desk/data").get_data(as_text=True)
    assert "网关没有应答" in page
    nights.publish.trouble = None
    nights.clock.now += RETRY_AFTER
    nights.refresher.run()
    assert nights.state.outcome is RefreshOutcome.UNCHANGED


def test_what_is_planned_survives_a_restart_and_is_made_up_for(nights: Nights) -> None:
    due_at = nights.clock.now
    nights.clock.now += 3 * NIGHT  # the machine was off
    again = IndexRefresher(nights.desk.connector, nights.publish)
    assert again.next_at(nights.clock.now) == due_at
    again.run()
    assert again.next_at(nights.clock.now) == nights.clock.now + NIGHT
    assert len(nights.publish.least) == 1


def test_nobody_publishes_twice_at_once(nights: Nights) -> None:
    with publishing_alone(nights.folder):
        with pytest.raises(PublishingElsewhereError), publishing_alone(nights.folder):
            pass
        nights.refresher.run()
        assert nights.state.ended_at is None  # it is due still
    nights.refresher.run()
    assert nights.state.outcome is RefreshOutcome.UNCHANGED


def test_a_suspended_agreement_is_left_alone(nights: Nights) -> None:
    keep_agreement(nights.desk.connector.state, AGREEMENT, (), AgreementState.SUSPENDED)
    nights.refresher.run()
    assert nights.publish.least == []


def test_the_next_run_is_on_the_jobs_page_before_the_first(nights: Nights) -> None:
    book, ran = ConnectorJobs(nights.desk.connector.state, nights.clock), []
    at = [nights.clock.now + NIGHT]
    runs = DueRuns(Clockwork("refresh_indexes", "one", lambda _at: at[0], is_held=True))
    runs.look(book, lambda: ran.append("early"))
    (before,) = book.runs()
    assert (ran, before.started_at, before.next_at) == ([], None, at[0])
    page = nights.desk.browser(Role.ADMINISTRATOR).client.get("/desk/jobs").get_data(as_text=True)
    assert "尚未运行" in page

    nights.clock.now = at[0]
    runs.look(book, lambda: ran.append("due"))
    assert ran == ["due"]


def test_the_setting_switches_it_off(tmp_path: Path) -> None:
    desk = open_desk(tmp_path)
    settings = desk.connector.settings.model_copy(update={"refreshes_indexes": False})
    connector = replace(desk.connector, settings=settings)
    scheduler = start_jobs(connector, desk.console.trust, desk.console.client)
    try:
        assert "refresh_indexes" not in {job.id for job in scheduler.get_jobs()}
    finally:
        scheduler.shutdown()
        desk.console.client.close()
        desk.connector.state.dispose()


@given(st.integers(1_767_225_600, 1_830_297_600), st.integers(0, 23))
def test_the_next_night_is_within_a_day(seconds: int, hour: int) -> None:
    now = datetime.fromtimestamp(seconds, UTC)
    at = next_off_peak(now, hour, "education.990101")
    assert now < at <= now + NIGHT
    assert (at.hour, at.utcoffset()) == (hour, timedelta(hours=8))


@pytest.mark.parametrize(
    ("held", "percent", "least"), [(20, 10, 18), (21, 10, 19), (1, 10, 1), (20, 100, 0), (0, 10, 0)]
)
def test_a_tenth_may_go(held: int, percent: int, least: int) -> None:
    assert least_records(held, percent) == least


def test_a_new_versions_index_is_published_at_once_by_itself(tmp_path: Path) -> None:
    opened = Nights(tmp_path)
    newer = AGREEMENT.model_copy(update={"revision": 2, "replaces": "A" * 43})
    keep_agreement(opened.desk.connector.state, newer, (), AgreementState.ACTIVE)
    assert opened.refresher.next_at(opened.clock.now) == opened.clock.now.replace(microsecond=0)
    opened.refresher.run()
    assert opened.publish.least == [1]
    with reading(opened.desk.connector.state) as connection:
        (planned,) = list_refreshes(connection).values()
        assert [line.action for line in list_record(connection, newer.digest())] == [Action.INDEX_REFRESHED]
    assert (planned.agreement, planned.outcome) == (newer.digest(), RefreshOutcome.PUBLISHED)
    assert planned.next_at > opened.clock.now.timestamp()
    opened.close()


def test_a_new_version_that_has_not_begun_is_left(tmp_path: Path) -> None:
    opened = Nights(tmp_path)
    begins = int((opened.clock.now + NIGHT).timestamp())
    newer = AGREEMENT.model_copy(
        update={"revision": 2, "replaces": "A" * 43, "valid_from": begins, "valid_until": begins + 86_400}
    )
    keep_agreement(opened.desk.connector.state, newer, (), AgreementState.ACTIVE)
    opened.refresher.next_at(opened.clock.now)
    opened.refresher.run()
    assert opened.publish.least == []
    opened.clock.now += NIGHT
    opened.refresher.next_at(opened.clock.now)
    opened.refresher.run()
    assert opened.publish.least == [1]
    opened.close()


def test_an_agreement_on_counts_has_no_index(tmp_path: Path) -> None:
    opened = Nights(tmp_path)
    counts = AGREEMENT.model_copy(update={"purpose": "P18", "revision": 2, "replaces": "A" * 43})
    keep_agreement(opened.desk.connector.state, counts, (), AgreementState.ACTIVE)
    opened.refresher.next_at(opened.clock.now)
    opened.refresher.run()
    assert opened.publish.least == []
    opened.close()
