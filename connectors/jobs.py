"""What a serving connector does by the clock: refresh the registry and the agreements, destroy what has expired."""

import logging
from datetime import timedelta
from functools import partial

from apscheduler.schedulers.background import BackgroundScheduler

from connectors.agreements import SharingOffice
from connectors.check_promises import check_promises
from connectors.console.context import Console
from connectors.context import Connector
from connectors.desk.ledger_expiry import destroy_expired_ledgers
from connectors.desk.question_expiry import destroy_due_questions
from connectors.epochs import destroy_ended_agreements, destroy_ended_epochs, destroy_ended_evaluations
from connectors.gateway_client import AnswerError, GatewayClient, GatewayUnreachableError
from connectors.own_log.check_entries import OwnLogCheck
from connectors.requester.ask import Questioner
from connectors.trust import TrustStore
from connectors.witness.compare_notes import compare_notes
from connectors.witness.log_reader import LogReader
from connectors.witness.own_key import state_witness_key
from connectors.witness.pull import pull
from connectors.witness.witness import Witness
from keys.crypto.errors import NoteError
from keys.protocol.key_chain import UntrustedKeyError
from schemas.problem import ProblemError

REFRESH_SECONDS = 60
EXPIRY_SECONDS = 3600
PROMISE_SECONDS = 60
ENTRIES_SECONDS = 86_400
ENTRIES_AFTER_SECONDS = 600
"""Each start begins with a look too, but not at once: many connectors may start together."""

WITNESS_SECONDS = 15
COMPARE_SECONDS = 120

LOG = logging.getLogger("tongxin.connector")


def refresh(connector: Connector, trust: TrustStore, client: GatewayClient) -> None:
    """Fetch registry and agreements; when the gateway can't be reached the kept ones stay until they expire."""
    try:
        client.refresh_registry()
        SharingOffice(connector, client, trust).sync()
    except (GatewayUnreachableError, ProblemError, AnswerError) as error:
        LOG.warning("refresh failed: %s", type(error).__name__)


def destroy_expired(connector: Connector, trust: TrustStore) -> None:
    """Destroy answers and ledgers whose day has come, key epochs whose overlap is over, what ended agreements leave."""
    Questioner.vault_of(connector).destroy_expired(connector.today())
    destroy_expired_ledgers(connector)
    destroy_ended_epochs(connector)
    destroy_ended_agreements(connector)
    destroy_ended_evaluations(connector, trust)


def check_log(connector: Connector, client: GatewayClient) -> None:
    """Check the gateway's promises against its log."""
    try:
        check_promises(connector, client)
    except (GatewayUnreachableError, ProblemError, AnswerError) as error:
        LOG.warning("promises not checked: %s", type(error).__name__)


def compare_entries(connector: Connector, client: GatewayClient) -> None:
    """Compare the log's entries that name this agency with what it kept of its requests and answers."""
    try:
        OwnLogCheck(connector, client).run()
    except (GatewayUnreachableError, ProblemError, AnswerError) as error:
        LOG.warning("own entries not compared: %s", type(error).__name__)


def cosign_log(witness: Witness, trust: TrustStore, client: GatewayClient, log: LogReader) -> None:
    """Cosign the gateway's newest checkpoint, under a witness key that the registry carries."""
    try:
        state_witness_key(witness.connector, trust, client)
        pull(witness, log)
    except (GatewayUnreachableError, ProblemError, AnswerError, NoteError, UntrustedKeyError) as error:
        LOG.warning("log not cosigned: %s", type(error).__name__)


def compare_with_others(witness: Witness, trust: TrustStore, log: LogReader) -> None:
    """Compare notes with the other agencies."""
    try:
        compare_notes(witness, trust, log)
    except (GatewayUnreachableError, ProblemError, NoteError) as error:
        LOG.warning("notes not compared: %s", type(error).__name__)


def start_jobs(connector: Connector, trust: TrustStore, client: GatewayClient) -> BackgroundScheduler:
    """Start the clock, with a first refresh at once, and let `trust` refresh when it meets an unknown key."""
    trust.refetch = partial(refresh, connector, trust, client)
    scheduler = BackgroundScheduler(timezone="UTC")
    scheduler.add_job(
        refresh, "interval", [connector, trust, client], seconds=REFRESH_SECONDS, next_run_time=connector.now()
    )
    scheduler.add_job(
        destroy_expired, "interval", [connector, trust], seconds=EXPIRY_SECONDS, next_run_time=connector.now()
    )
    console = Console(connector, trust, client)
    scheduler.add_job(
        destroy_due_questions, "interval", [console], seconds=EXPIRY_SECONDS, next_run_time=connector.now()
    )
    scheduler.add_job(check_log, "interval", [connector, client], seconds=PROMISE_SECONDS)
    first_at = connector.now() + timedelta(seconds=ENTRIES_AFTER_SECONDS)
    scheduler.add_job(compare_entries, "interval", [connector, client], seconds=ENTRIES_SECONDS, next_run_time=first_at)
    witness, log = Witness(connector), LogReader(connector)
    scheduler.add_job(cosign_log, "interval", [witness, trust, client, log], seconds=WITNESS_SECONDS)
    scheduler.add_job(compare_with_others, "interval", [witness, trust, log], seconds=COMPARE_SECONDS)
    scheduler.start()
    return scheduler
