"""Refreshes by the clock every index that this agency published, within its key epoch; publishes new versions' indexes.

An agreement's first version is published by the data steward, and so is a new epoch. A newer version that two persons
have signed takes the older one's place, and its index is published at once: the older one's is gone, and nobody could
be found meanwhile. From a source that lost more records at once than the settings allow nothing is published without
the steward: an emptied table must not take every child out of the index overnight.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from connectors.console.actions import Action
from connectors.console.record import record_in
from connectors.context import Connector
from connectors.evaluation import latest_epoch
from connectors.gateway_client import AnswerError, GatewayClient, GatewayUnreachableError
from connectors.publisher.covered_records import SourceShrankError
from connectors.publisher.publish_index import IndexPublisher, PublishedIndex
from connectors.publisher.publishing_alone import PublishingElsewhereError
from connectors.publisher.refresh_rules import RETRY_AFTER, least_records, next_off_peak
from connectors.register import open_register
from connectors.settings import SettingsError
from connectors.sources.errors import SourceError
from connectors.state.agreements import list_agreements
from connectors.state.database import reading, writing
from connectors.state.index_records import count_records, find_active
from connectors.state.index_refreshes import (
    IndexRefresh,
    RefreshOutcome,
    list_refreshes,
    note_refresh,
    plan_refreshes,
)
from schemas.agreement import AgreementState
from schemas.problem import ProblemError
from schemas.purpose_catalogue import load_purposes

Publish = Callable[[str, int], PublishedIndex]
"""Publishes the index of an agreement (its digest), unless the source has fewer records than that."""

GATEWAY_UNREACHABLE = "gateway_unreachable"
ANSWER_NOT_BELIEVED = "answer_not_believed"
SETTINGS_WRONG = "settings_wrong"


class IndexNotRefreshedError(RuntimeError):
    """An index was not refreshed: the source or the gateway could not be used, or the source shrank."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} 个索引没有更新 / indexes not refreshed: {count}")


def publish_with(connector: Connector, client: GatewayClient) -> Publish:
    """Return what publishes from the register as it stands then."""

    def publish(digest: str, least: int) -> PublishedIndex:
        publisher = IndexPublisher(connector, client, open_register(connector))
        return publisher.publish(digest, lambda _step, _done, _total: None, least=least)

    return publish


@dataclass(frozen=True)
class IndexRefresher:
    """Refreshes one connector's indexes; what is planned and what was done is in its database."""

    connector: Connector
    publish: Publish

    def next_at(self, now: datetime) -> datetime:
        """Return when the next refresh is due, planning those that are new."""
        settings = self.connector.settings
        first_at = next_off_peak(now, settings.index_refresh_hour, settings.agency)
        at_night, at_once = int(first_at.timestamp()), int(now.timestamp())
        planned = {digest: at_night if held else at_once for digest, held in self._to_refresh().items()}
        plan_refreshes(self.connector.state, planned)
        with reading(self.connector.state) as connection:
            first = next(iter(list_refreshes(connection).values()), None)
        return first_at if first is None else datetime.fromtimestamp(first.next_at, UTC)

    def run(self) -> None:
        """Refresh every index that is due.

        Raises:
            IndexNotRefreshedError: some of them were not refreshed; why is noted with each.
        """
        held, now = self._to_refresh(), self.connector.seconds()
        with reading(self.connector.state) as connection:
            due = [one for one in list_refreshes(connection).values() if one.next_at <= now]
        done = [self._refresh(one, held[one.agreement]) for one in due if one.agreement in held]
        behind = sum(one.outcome in {RefreshOutcome.FAILED, RefreshOutcome.SHRANK} for one in done)
        if behind:
            raise IndexNotRefreshedError(behind)

    def _to_refresh(self) -> dict[str, int]:
        """Return how many records the index has of each agreement in force that has one, or takes another's place."""
        connector, found = self.connector, {}
        for copy in list_agreements(connector.state):
            digest, terms = copy.standing.digest, copy.agreement
            is_ours = terms.provider.agency == connector.agency and load_purposes()[terms.purpose].has_index
            if not is_ours or copy.standing.state is not AgreementState.ACTIVE:
                continue
            epoch = latest_epoch(connector, digest)
            if find_active(connector.state, digest, epoch) is not None:
                found[digest] = count_records(connector.state, digest, epoch)
            elif terms.replaces is not None and terms.valid_from <= connector.seconds():
                found[digest] = 0
        return found

    def _refresh(self, planned: IndexRefresh, held: int) -> IndexRefresh:
        try:
            published = self.publish(planned.agreement, self._least(planned, held))
        except PublishingElsewhereError:
            return planned
        except SourceShrankError as error:
            done = IndexRefresh(
                planned.agreement, self._tomorrow(), outcome=RefreshOutcome.SHRANK, found=error.found, held=held
            )
        except (SourceError, SettingsError, ProblemError, GatewayUnreachableError, AnswerError) as error:
            done = self._failed(planned, error)
        else:
            outcome = RefreshOutcome.UNCHANGED if published.publication is None else RefreshOutcome.PUBLISHED
            done = IndexRefresh(planned.agreement, self._tomorrow(), outcome=outcome)
        done = replace(done, ended_at=self.connector.seconds())
        self._note(done)
        return done

    def _least(self, planned: IndexRefresh, held: int) -> int:
        """Return the fewest records that may be published; a new version's index has one at least."""
        if planned.accepted is None and not held:
            return 1
        least = held if planned.accepted is None else min(held, planned.accepted)
        return least_records(least, self.connector.settings.max_index_shrink_percent)

    def _failed(self, planned: IndexRefresh, error: Exception) -> IndexRefresh:
        retry_at = int((self.connector.now() + RETRY_AFTER).timestamp())
        return IndexRefresh(
            planned.agreement,
            retry_at,
            outcome=RefreshOutcome.FAILED,
            failure=failure_code(error),
            accepted=planned.accepted,
        )

    def _note(self, done: IndexRefresh) -> None:
        with writing(self.connector.state) as connection:
            note_refresh(connection, done)
            if done.outcome is RefreshOutcome.PUBLISHED:
                record_in(connection, self.connector.seconds(), None, Action.INDEX_REFRESHED, done.agreement)

    def _tomorrow(self) -> int:
        settings = self.connector.settings
        return int(next_off_peak(self.connector.now(), settings.index_refresh_hour, settings.agency).timestamp())


def failure_code(error: Exception) -> str:
    """Return the code under which a failed publication is kept: of the source, of the problem, or one of ours."""
    match error:
        case SourceError(code=code):
            return code
        case ProblemError(code=problem):
            return problem.value
        case GatewayUnreachableError():
            return GATEWAY_UNREACHABLE
        case AnswerError():
            return ANSWER_NOT_BELIEVED
    return SETTINGS_WRONG
