"""The clock of a serving process: checkpoints, the registry's renewal, expiry, and deleting what is not needed."""

import logging
from collections.abc import Callable
from typing import Any

from apscheduler.events import EVENT_JOB_ERROR
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from sqlalchemy import Connection

from gateway.domain.budgets import LEGAL_ZONE
from gateway.jobs.recorded_jobs import LONG_JOB_SECONDS, recorded, recorded_at
from gateway.log.journal import Draft
from gateway.persistence.request_queries import forget_envelopes
from gateway.services.context import Gateway
from gateway.services.delete_emergency_calls import delete_emergency_calls
from gateway.services.delete_item_papers import delete_item_papers
from gateway.services.destroy_index import delete_ended_rows, delete_removed_rows
from gateway.services.destroy_runs import delete_over_runs
from gateway.services.end_epochs import end_epochs
from gateway.services.erase_disclosures import erase_approved
from gateway.services.escalate_items import escalate_items
from gateway.services.expire_agreements import expire_agreements, note_overdue_reviews, replace_agreements
from gateway.services.make_report import make_waiting_reports
from gateway.services.propose_erasure import propose_due_erasures
from gateway.services.push_to_witnesses import push_to_witnesses
from gateway.services.raise_alerts import raise_alerts
from gateway.services.registry import renew_registry
from gateway.services.report_requests import ask_monthly_reports
from gateway.services.sign_log import sign_log
from gateway.services.suspend_officers import suspend_officers

CHECKPOINT_SECONDS = 1
WITNESS_SECONDS = 2
REGISTRY_SECONDS = 60
EXPIRY_SECONDS = 60
ENVELOPE_SECONDS = 600
INDEX_SECONDS = 300
ALERT_SECONDS = 60
REPORT_SECONDS = 15
ERASURE_SECONDS = 60
ITEM_SECONDS = 60
RETENTION_SECONDS = 86_400
MONTHLY_HOUR = 3
"""Hour of the office's day at which last month's reports are asked for; on the 1st, or later if nobody was up then."""

LATE_SECONDS = 3_600

_logger = logging.getLogger("tongxin.gateway")


def start_jobs(gateway: Gateway) -> BackgroundScheduler:
    """Start the clock; every job runs once at once."""
    # The library logs failed jobs with the text of the exception; ours logs its type.
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL + 1)
    scheduler = BackgroundScheduler(timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1})
    jobs: tuple[tuple[Callable[[Gateway], Any], int], ...] = (
        (sign_log, CHECKPOINT_SECONDS),
        (push_to_witnesses, WITNESS_SECONDS),
        (renew_registry, REGISTRY_SECONDS),
        (expire_agreements, EXPIRY_SECONDS),
        (replace_agreements, EXPIRY_SECONDS),
        (note_overdue_reviews, EXPIRY_SECONDS),
        (end_epochs, EXPIRY_SECONDS),
        (forget_expired_envelopes, ENVELOPE_SECONDS),
        (delete_ended_rows, INDEX_SECONDS),
        (delete_removed_rows, INDEX_SECONDS),
        (delete_over_runs, INDEX_SECONDS),
        (raise_alerts, ALERT_SECONDS),
        (erase_approved, ERASURE_SECONDS),
        (propose_due_erasures, RETENTION_SECONDS),
        (escalate_items, ITEM_SECONDS),
        (delete_item_papers, RETENTION_SECONDS),
        (delete_emergency_calls, RETENTION_SECONDS),
        (suspend_officers, EXPIRY_SECONDS),
    )
    for job, seconds in jobs:
        seen = recorded(job, seconds)
        scheduler.add_job(seen, "interval", [gateway], id=seen.__name__, seconds=seconds, next_run_time=gateway.now())
    _add_reports(scheduler, gateway)
    scheduler.add_listener(_log_failure, EVENT_JOB_ERROR)
    scheduler.start()
    return scheduler


def _add_reports(scheduler: BackgroundScheduler, gateway: Gateway) -> None:
    made = recorded(make_waiting_reports, REPORT_SECONDS, LONG_JOB_SECONDS)
    scheduler.add_job(made, "interval", [gateway], id=made.__name__, seconds=REPORT_SECONDS)
    nightly = CronTrigger(hour=MONTHLY_HOUR, timezone=LEGAL_ZONE)
    asked = recorded_at(ask_monthly_reports, nightly)
    scheduler.add_job(asked, nightly, [gateway], id=asked.__name__, misfire_grace_time=LATE_SECONDS)


def forget_expired_envelopes(gateway: Gateway) -> None:
    """Delete the ids of envelopes whose lifetime, and the clocks' possible difference, is over."""

    def change(connection: Connection) -> Draft[int]:
        return Draft(forget_envelopes(connection, gateway.seconds()), ())

    gateway.journal.write(change)


def _log_failure(event: Any) -> None:
    _logger.error("job %s failed: %s", event.job_id, type(event.exception).__name__)
