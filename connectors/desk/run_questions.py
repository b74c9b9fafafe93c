"""The console's workers: a thread for each question, a few at once; what a stopped console left undone goes on.

A question for which the day's budget did not suffice goes on in the first hour of the next day.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Final

from connectors.console.context import Console
from connectors.desk.draft_states import Deed, DeedRefusedError, DraftState
from connectors.desk.drafts import DraftNotFoundError, do_deed, get_draft, list_drafts, note_progress
from connectors.desk.next_day import resumes_at
from connectors.desk.question_draft import Draft
from connectors.desk.question_work import ask_question, count_ledger
from connectors.desk.review_decisions import ReviewState, list_reviews
from connectors.desk.review_work import send_decision
from connectors.requester.open_question import Step

MAX_AT_ONCE: Final = 4
"""So many questions are worked on at once; the others wait for their turn."""

PROGRESS_SECONDS: Final = 1.0

Clock = Callable[[], float]
Later = Callable[[float, Callable[[], None]], None]
"""Does something after so many seconds."""


def start_timer(seconds: float, work: Callable[[], None]) -> None:
    """Do something later, unless the process ends before."""
    timer = threading.Timer(seconds, work)
    timer.daemon = True
    timer.start()


class QuestionWorkers:
    """Works on questions away from the pages. One instance a process, and one process a connector's folder."""

    def __init__(self, console: Console, monotonic: Clock = time.monotonic, later: Later = start_timer) -> None:
        self._console = console
        self._monotonic = monotonic
        self._later = later
        self._slots = threading.Semaphore(MAX_AT_ONCE)
        self._under_way: dict[str, threading.Thread] = {}
        self._known = threading.Lock()
        self._turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def count(self, id_: str) -> None:
        """Count the ledger of a draft."""
        self._start(f"count/{id_}", id_, partial(_count, self._console, id_))

    def ask(self, id_: str) -> None:
        """Ask a question that is in the state of being asked."""
        self._start(f"ask/{id_}", id_, partial(self._ask, id_))

    def decide(self, id_: str, row_number: int) -> None:
        """Send a decision of review that is complete, and fetch the answer to a match."""
        self._start(f"review/{id_}/{row_number}", id_, partial(send_decision, self._console, id_, row_number))

    def go_on(self) -> None:
        """Go on with what was under way when the console ended."""
        for draft in list_drafts(self._console, states=(DraftState.ASKING,)):
            self.ask(draft.id)
        for draft in list_drafts(self._console, states=(DraftState.PAUSED,)):
            self._resume_later(draft)
        for review in list_reviews(self._console, states=(ReviewState.SENDING,)):
            self.decide(review.question, review.row_number)

    def is_under_way(self, id_: str) -> bool:
        """Return whether anything is being done about a question, or waits for its turn."""
        with self._known:
            return any(key.split("/")[1] == id_ for key in self._under_way)

    def wait(self, seconds: float) -> None:
        """Wait until all that is under way has ended, for so long at most."""
        ends_at = self._monotonic() + seconds
        with self._known:
            threads = list(self._under_way.values())
        for thread in threads:
            thread.join(max(0.0, ends_at - self._monotonic()))

    def _ask(self, id_: str) -> None:
        ask_question(self._console, id_, StoredProgress(self._console, id_, self._monotonic))
        draft = get_draft(self._console, id_)
        if draft.state is DraftState.PAUSED:
            self._resume_later(draft)

    def _resume_later(self, draft: Draft) -> None:
        at = resumes_at(datetime.fromtimestamp(draft.changed_at, UTC), self._console.connector.agency)
        self._later(max(0.0, (at - self._console.now()).total_seconds()), partial(self._resume, draft.id))

    def _resume(self, id_: str) -> None:
        # Its author may have said meanwhile that it shall not go on.
        with suppress(DeedRefusedError):
            do_deed(self._console, id_, Deed.RESUME, None)
            self.ask(id_)

    def _start(self, key: str, question: str, work: Callable[[], None]) -> None:
        """Start a thread, unless the same is under way: one that ends with the process, since all of it is resumed."""
        with self._known:
            if key in self._under_way:
                return
            thread = threading.Thread(target=self._run, args=(key, question, work), name=key, daemon=True)
            self._under_way[key] = thread
        thread.start()

    def _run(self, key: str, question: str, work: Callable[[], None]) -> None:
        with self._known:
            turn = self._turns[question]
        try:
            with turn, self._slots:
                work()
        finally:
            with self._known:
                del self._under_way[key]


def _count(console: Console, id_: str) -> None:
    # Its author may have deleted it meanwhile.
    with suppress(DraftNotFoundError):
        count_ledger(console, id_)


class StoredProgress:
    """Keeps how far asking has come in the state, at most once a second and at the end of each step."""

    def __init__(self, console: Console, id_: str, monotonic: Clock) -> None:
        self._console = console
        self._id = id_
        self._monotonic = monotonic
        self._stored_at: float | None = None

    def __call__(self, step: Step, done: int, total: int) -> None:
        """Take the rows that are done with a step, of the rows in all."""
        now = self._monotonic()
        if done < total and self._stored_at is not None and now < self._stored_at + PROGRESS_SECONDS:
            return
        self._stored_at = now
        note_progress(self._console, self._id, step, done, total)
