"""What a serving connector does by the clock: refresh the registry and the agreements, destroy what has expired."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from apscheduler.schedulers.background import BackgroundScheduler

from connectors.agreements import SharingOffice
from connectors.check_promises import check_promises
from connectors.console.context import Console
from connectors.context import Connector
from connectors.desk.correction_expiry import destroy_due_corrections
from connectors.desk.holiday_notices import check_holidays
from connectors.desk.ledger_expiry import destroy_expired_ledgers
from connectors.desk.question_expiry import destroy_due_questions
from connectors.dropouts.entry_expiry import destroy_due_entries
from connectors.emergency.upkeep import look_after_emergencies
from connectors.epochs import destroy_ended_agreements, destroy_ended_epochs, destroy_ended_evaluations
from connectors.gateway_client import AnswerError, GatewayClient, GatewayUnreachableError
from connectors.items.outbox import discard_old_refusals
from connectors.items.synchronise import exchange_items, forget_papers_that_left
from connectors.own_log.check_entries import OwnLogCheck
from connectors.private_or.advance import BoardWork
from connectors.publisher.refresh_indexes import IndexRefresher, publish_with
from connectors.requester.ask import Questioner
from connectors.standing.ask_again import StandingAsker
from connectors.standing.tell_changes import standing_vault_of
from connectors.state.job_runs import ConnectorJobs
from connectors.trust import TrustStore
from connectors.witness.compare_notes import compare_notes
from connectors.witness.log_reader import LogReader
from connectors.witness.own_key import state_witness_key
from connectors.witness.pull import pull
from connectors.witness.witness import Witness
from hosting.jobs.due_runs import DueRuns
from hosting.jobs.recorded_runs import HELD_SECONDS, Clockwork, JobBook, RecordedRuns, this_process
from schemas.problem import ProblemError

REFRESH_SECONDS = 60
EXPIRY_SECONDS = 3600
PROMISE_SECONDS = 60
ITEM_SECONDS = 30
BOARD_SECONDS = 300
EMERGENCY_SECONDS = 60
ENTRIES_SECONDS = 86_400
ENTRIES_AFTER_SECONDS = 600
"""Each start begins with a look too, but not at once: many connectors may start together."""

WITNESS_SECONDS = 15
COMPARE_SECONDS = 120
LONG_JOB_SECONDS = 900
"""So long a job that reads the whole log may take before another process may begin it as well."""

ASKING_SECONDS = 10_800
"""So long a job may take that asks about large rosters."""

DUE_SECONDS = 60
"""How often a job with times of its own is looked at."""

LOG = logging.getLogger("tongxin.connector")


def refresh(connector: Connector, trust: TrustStore, client: GatewayClient) -> None:
    """Fetch registry and agreements; when the gateway can't be reached the kept ones stay until they expire."""
    try:
        fetch_registry(connector, trust, client)
    except (GatewayUnreachableError, ProblemError, AnswerError) as error:
        LOG.warning("refresh failed: %s", type(error).__name__)


def fetch_registry(connector: Connector, trust: TrustStore, client: GatewayClient) -> None:
    """Fetch registry and agreements. Raises GatewayUnreachableError, ProblemError, AnswerError."""
    client.refresh_registry()
    SharingOffice(connector, client, trust).sync()


def destroy_expired(connector: Connector, trust: TrustStore) -> None:
    """Destroy what people told whose day has come, key epochs that are over, and what ended agreements leave."""
    Questioner.vault_of(connector).destroy_expired(connector.today())
    destroy_expired_ledgers(connector)
    standing_vault_of(connector).destroy_expired(connector.today())
    forget_papers_that_left(connector)
    destroy_due_entries(connector)
    destroy_due_corrections(connector)
    discard_old_refusals(connector)
    destroy_ended_epochs(connector)
    destroy_ended_agreements(connector)
    destroy_ended_evaluations(connector, trust)


def cosign_log(witness: Witness, trust: TrustStore, client: GatewayClient, log: LogReader) -> None:
    """Cosign the gateway's newest checkpoint, under a witness key that the registry carries."""
    state_witness_key(witness.connector, trust, client)
    pull(witness, log)


def start_jobs(connector: Connector, trust: TrustStore, client: GatewayClient) -> BackgroundScheduler:
    """Start the clock, with a first refresh at once, and let `trust` refresh when it meets an unknown key.

    Of each job the last run is noted. It runs in one process at a time, and where a process ended while it held a job,
    the next one takes it over.
    """
    trust.refetch = partial(refresh, connector, trust, client)
    # The library logs failed jobs with the text of the exception; ours logs its type.
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL + 1)
    defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    scheduler = BackgroundScheduler(timezone="UTC", job_defaults=defaults)
    book = ConnectorJobs(connector.state, connector.now)
    for job in _jobs(connector, trust, client):
        first_at = max(book.free_at(job.name), connector.now() + timedelta(seconds=job.after_seconds))
        scheduler.add_job(
            job.runner(), "interval", [book, job.work], id=job.name, seconds=job.seconds, next_run_time=first_at
        )
    scheduler.start()
    return scheduler


@dataclass(frozen=True)
class _Job:
    """A job by the name that the table and the page know it by, and when it runs first and again.

    One with times of its own says by `due_at` when it is due; it is looked at every `seconds`.
    """

    name: str
    work: Callable[[], object]
    seconds: int
    after_seconds: int = 0
    held_seconds: int = HELD_SECONDS
    due_at: Callable[[datetime], datetime] | None = None

    def runner(self) -> Callable[[JobBook, Callable[[], object]], None]:
        """Return what is done every `seconds`."""
        if self.due_at is None:
            return RecordedRuns(self._clockwork(self._next_at)).run
        return DueRuns(self._clockwork(self.due_at)).look

    def _next_at(self, at: datetime) -> datetime:
        return at + timedelta(seconds=self.seconds)

    def _clockwork(self, next_at: Callable[[datetime], datetime]) -> Clockwork:
        return Clockwork(self.name, this_process(), next_at, is_held=True, held_seconds=self.held_seconds)


def _jobs(connector: Connector, trust: TrustStore, client: GatewayClient) -> tuple[_Job, ...]:
    console = Console(connector, trust, client)
    witness, log = Witness(connector), LogReader(connector)
    own_log = OwnLogCheck(connector, client)
    asker = StandingAsker(console)
    return (
        *_refreshing(connector, client),
        _Job("fetch_registry", partial(fetch_registry, connector, trust, client), REFRESH_SECONDS),
        _Job("destroy_expired", partial(destroy_expired, connector, trust), EXPIRY_SECONDS),
        _Job("destroy_due_questions", partial(destroy_due_questions, console), EXPIRY_SECONDS),
        _Job("ask_standing_questions", asker.run, DUE_SECONDS, DUE_SECONDS, ASKING_SECONDS, due_at=asker.next_at),
        _Job("check_holidays", partial(check_holidays, connector), EXPIRY_SECONDS),
        _Job("look_after_emergencies", partial(look_after_emergencies, console), EMERGENCY_SECONDS),
        _Job("exchange_items", partial(exchange_items, console), ITEM_SECONDS, ITEM_SECONDS),
        _Job("advance_boards", BoardWork(connector, client, trust).run, BOARD_SECONDS, BOARD_SECONDS, LONG_JOB_SECONDS),
        _Job("check_promises", partial(check_promises, connector, client), PROMISE_SECONDS, PROMISE_SECONDS),
        _Job("compare_entries", own_log.run, ENTRIES_SECONDS, ENTRIES_AFTER_SECONDS, LONG_JOB_SECONDS),
        _Job("cosign_log", partial(cosign_log, witness, trust, client, log), WITNESS_SECONDS, WITNESS_SECONDS),
        _Job("compare_notes", partial(compare_notes, witness, trust, log), COMPARE_SECONDS, COMPARE_SECONDS),
    )


def _refreshing(connector: Connector, client: GatewayClient) -> tuple[_Job, ...]:
    if not connector.settings.refreshes_indexes:
        return ()
    refresher = IndexRefresher(connector, publish_with(connector, client))
    return (
        _Job("refresh_indexes", refresher.run, DUE_SECONDS, DUE_SECONDS, LONG_JOB_SECONDS, due_at=refresher.next_at),
    )
