"""Verifies the whole log as it is stored, in a thread of its own: goes on when the page is closed, found again."""

import logging
import threading
import time
from dataclasses import dataclass, replace

import rfc8785
from sqlalchemy import Connection

from gateway.domain.account import Account
from gateway.log.events import EventType
from gateway.log.journal import Draft
from gateway.log.shard_turn import check_turns
from gateway.log.shard_verification import verify_shard
from gateway.log.shards import list_shards
from gateway.log.signature_verification import ShardKeys
from gateway.log.tree_store import LogDamagedError, TreeStore
from gateway.log.verification_report import Fault, ShardReport
from gateway.persistence.engine import read_transaction, write_transaction
from gateway.persistence.subject_queries import count_lost_tags
from gateway.persistence.verification_queries import (
    RunState,
    end_run,
    insert_run,
    list_runs,
    set_progress,
)
from gateway.services.console_events import console_event
from gateway.services.context import Gateway
from gateway.services.log_key import log_signer
from gateway.services.sign_log import sign_log
from gateway.services.witness_keys import list_witness_keys
from keys.crypto.log_shards import shard_verifier_key
from schemas.base64url import encode_base64url
from schemas.formats import digest_of

PROGRESS_SECONDS = 1.0

_logger = logging.getLogger("tongxin.gateway")


@dataclass(frozen=True, slots=True)
class _Scope:
    """What is verified: the size of each shard when it began, oldest first."""

    sizes: tuple[tuple[int, int], ...]

    @property
    def total(self) -> int:
        return sum(size for _, size in self.sizes)


def begin_verification(gateway: Gateway, account: Account) -> int:
    """Begin to verify everything and return the run's number; the one that runs already, if there is one."""
    try:
        sign_log(gateway)
    except LogDamagedError:
        _logger.error("the log is damaged; the verification will say where")  # noqa: TRY400 - the type says it all
    scope = _scope(gateway)
    with write_transaction(gateway.engine) as connection:
        for run in list_runs(connection, 1):
            if run.state is RunState.RUNNING and not run.is_lost(gateway.seconds()):
                return run.id
        number = insert_run(connection, account.id, scope.total, gateway.seconds())
    threading.Thread(
        target=verify_everything, args=(gateway, account, number), name=f"verification-{number}", daemon=True
    ).start()
    return number


def verify_everything(gateway: Gateway, account: Account, number: int) -> RunState:
    """Verify all shards, store and log the result; returns whether anything was wrong.

    Raises:
        AuditUnavailableError: the result could not be logged; it is not stored then.
    """
    progress = _Progress(gateway, number)
    keys = _keys(gateway)
    reports = [
        verify_shard(gateway.engine, shard, size, replace(keys, log=shard_verifier_key(keys.log, shard)), progress.add)
        for shard, size in _scope(gateway).sizes
    ]
    if reports:
        _verify_links(gateway, reports[-1])
    state = RunState.FAILED if any(report.findings for report in reports) else RunState.PASSED
    result = format_result(reports)
    event = console_event(
        gateway,
        account,
        EventType.LOG_VERIFY,
        reason=state.value,
        records=sum(report.entries for report in reports),
        content=digest_of(result),
        note=f"verification {number}",
    )

    def change(connection: Connection) -> Draft[None]:
        end_run(connection, number, state, result.decode(), gateway.seconds())
        return Draft(None, (event,))

    progress.store()
    gateway.journal.write(change)
    return state


def format_result(reports: list[ShardReport]) -> bytes:
    """Return the result as canonical JSON (RFC 8785): what was verified of each shard, and what is wrong."""
    return rfc8785.dumps(
        {
            "shards": [
                {
                    "shard": report.shard,
                    "entries": report.entries,
                    "disclosures": report.disclosures,
                    "tiles": report.tiles,
                    "checkpoints": report.checkpoints,
                    "cosignatures": report.cosignatures,
                    "unknown_cosignatures": report.unknown_cosignatures,
                    "signed_size": report.signed_size,
                    "root": encode_base64url(report.root),
                    "findings": [
                        {"fault": finding.fault.value, "shard": finding.shard, "place": finding.place}
                        for finding in report.findings
                    ],
                }
                for report in reports
            ]
        }
    )


class _Progress:
    """Stores how far a run has come, at most once a second."""

    def __init__(self, gateway: Gateway, number: int) -> None:
        self._gateway = gateway
        self._number = number
        self._done = 0
        self._stored_at = time.monotonic()

    def add(self, done: int) -> None:
        self._done += done
        if time.monotonic() - self._stored_at >= PROGRESS_SECONDS:
            self.store()

    def store(self) -> None:
        self._stored_at = time.monotonic()
        with write_transaction(self._gateway.engine) as connection:
            set_progress(connection, self._number, self._done, self._gateway.seconds())


def _scope(gateway: Gateway) -> _Scope:
    with read_transaction(gateway.engine) as connection:
        return _Scope(tuple((shard, TreeStore(connection, shard).size()) for shard in list_shards(connection)))


def _keys(gateway: Gateway) -> ShardKeys:
    log_key = log_signer(gateway.keys, gateway.settings.log_name, gateway.now()).verifier_key
    return ShardKeys(log_key, tuple(witness.key for witness in list_witness_keys(gateway)))


def _verify_links(gateway: Gateway, report: ShardReport) -> None:
    """Verify that each year leads to the one before, and that the subject index leads to entries."""
    with read_transaction(gateway.engine) as connection:
        try:
            check_turns(connection)
        except LogDamagedError:
            report.find(Fault.TURN_OF_YEAR, 0)
        lost = count_lost_tags(connection)
    if lost:
        report.find(Fault.SUBJECT_INDEX, lost)
