"""Publishing an index from the pages: a job in the background whose progress is kept, so that it is found again."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import delete, insert, select, update

from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import record_in
from connectors.gateway_client import AnswerError, GatewayUnreachableError
from connectors.publisher.publish_index import IndexPublisher
from connectors.publisher.publishing_alone import PublishingElsewhereError
from connectors.publisher.refresh_indexes import failure_code
from connectors.register import open_register
from connectors.settings import SettingsError
from connectors.sources.errors import SourceError
from connectors.state.agreement_draft_tables import index_publication
from connectors.state.database import reading, writing
from schemas.problem import ProblemError

LOST_SECONDS: Final = 300
"""A publication that says nothing for so long has ended with its process; begun again, it goes on where it stopped."""

PROGRESS_SECONDS: Final = 1.0
PUBLISHING_ELSEWHERE: Final = "publishing_elsewhere"


class PublicationState(StrEnum):
    """Where a publication is."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class IndexPublication:
    """The latest publication from the pages under one agreement; times in POSIX seconds.

    `step` is `count`, `hash` or `send`; `done` and `total` count its rows or parts, `total` None where it is not known.
    """

    agreement: str
    state: PublicationState
    account: str
    begun_at: int
    seen_at: int
    step: str | None
    done: int
    total: int | None
    failure: str | None

    def is_running(self, now: int) -> bool:
        """Return whether it is still being done."""
        return self.state is PublicationState.RUNNING and now < self.seen_at + LOST_SECONDS


def find_publication(console: Console, agreement: str) -> IndexPublication | None:
    """Return the latest publication from the pages under an agreement, or None."""
    query = select(index_publication).where(index_publication.c.agreement == agreement)
    with reading(console.connector.state) as connection:
        row = connection.execute(query).mappings().one_or_none()
    if row is None:
        return None
    return IndexPublication(**{**row, "state": PublicationState(row["state"])})


def begin_publication(console: Console, account: str, agreement: str) -> threading.Thread | None:
    """Begin to publish in a thread of its own, unless that is under way; it ends with the process."""
    now = console.seconds()
    known = find_publication(console, agreement)
    if known is not None and known.is_running(now):
        return None
    with writing(console.connector.state) as connection:
        connection.execute(delete(index_publication).where(index_publication.c.agreement == agreement))
        begun = {"state": PublicationState.RUNNING.value, "account": account, "begun_at": now, "seen_at": now}
        connection.execute(insert(index_publication).values(agreement=agreement, done=0, **begun))
        record_in(connection, now, account, Action.INDEX_PUBLISHED, agreement)
    thread = threading.Thread(target=_run, args=(console, agreement), name=f"publish-{agreement[:8]}", daemon=True)
    thread.start()
    return thread


class StoredProgress:
    """Keeps how far a publication has come, at most once a second and at each new step."""

    def __init__(self, console: Console, agreement: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._agreement = agreement
        self._monotonic = monotonic
        self._step: str | None = None
        self._stored_at = 0.0

    def __call__(self, step: str, done: int, total: int | None) -> None:
        """Take what is done of a step."""
        now = self._monotonic()
        if step == self._step and now < self._stored_at + PROGRESS_SECONDS:
            return
        self._step, self._stored_at = step, now
        _note(self._console, self._agreement, step=step, done=done, total=total)


def _run(console: Console, agreement: str) -> None:
    connector = console.connector
    try:
        publisher = IndexPublisher(connector, console.client, open_register(connector))
        publisher.publish(agreement, StoredProgress(console, agreement))
    except PublishingElsewhereError:
        _note(console, agreement, state=PublicationState.FAILED.value, failure=PUBLISHING_ELSEWHERE)
    except (SourceError, SettingsError, ProblemError, GatewayUnreachableError, AnswerError) as error:
        _note(console, agreement, state=PublicationState.FAILED.value, failure=failure_code(error))
    else:
        _note(console, agreement, state=PublicationState.DONE.value)


def _note(console: Console, agreement: str, **values: object) -> None:
    with writing(console.connector.state) as connection:
        seen = {**values, "seen_at": console.seconds()}
        connection.execute(update(index_publication).where(index_publication.c.agreement == agreement).values(**seen))
