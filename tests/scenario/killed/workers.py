"""The two sides that are killed: one publishes an index again and again, one asks again and again.

Each round is what the commands do, from the state in the connector's database alone, so that a killed process's
successor goes on by itself. Run as `python -m tests.scenario.killed.workers ROLE FOLDER NOTES DATA QUESTIONS`.
"""

import hashlib
import json
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from connectors.agreements import Terms, draft_agreement
from connectors.cli.session import Session
from connectors.context import open_connector, utc_now
from connectors.gateway_client import AnswerError, GatewayUnreachableError
from connectors.identifiers import new_uuid
from connectors.publisher import prepare_index
from connectors.publisher.publish_index import IndexPublisher
from connectors.register import open_register
from connectors.requester.ask import Questioner
from connectors.requester.review import decide_row
from connectors.state.agreements import AgreementCopy
from connectors.state.questions import Question, ResultVault, Review, RowResult
from connectors.state.roster_ref import MappingFile
from connectors.trust import TrustStore
from demo.province import Agency
from demo.scenario.cast import APPROVER, CASE, OFFICER, PARTS, PASSPHRASE, PROVINCE, SIGNATORIES
from keys.custody.errors import MissingKeyError
from keys.protocol.key_chain import read_root
from schemas.agreement import AgreementState, Approval
from schemas.messages.match import Decision, ReviewReason
from schemas.problem import ProblemCode, ProblemError
from schemas.purpose_catalogue import load_purposes
from tests.scenario.killed.notes import NotedClient, Notes, note_evaluations

ROWS_A_BATCH = 10
SKEW_FILE = "clock_skew"
"""Beside the notes, where there is one: seconds by which the asking side's clock is wrong."""

YEAR_SECONDS = 365 * 86_400
PAUSE_SECONDS = 0.2
ENTRIES_A_PART = 60
SPENT = frozenset({ProblemCode.BUDGET_EXHAUSTED, ProblemCode.OFFICER_BUDGET_EXHAUSTED})
"""So few that even a small register has many parts, and a kill falls between two of them."""


def open_noted_session(folder: Path, notes: Notes, now: Callable[[], datetime] = utc_now) -> Session:
    """Open a connector whose client notes what it sends, with the clock `now`."""
    connector = replace(open_connector(folder, PASSPHRASE), now=now)
    trust = TrustStore(connector.state, connector.gateway)
    client = NotedClient(connector, trust)
    client.notes = notes
    note_evaluations(notes)
    return Session(connector, trust, client)


def newest(copies: dict[str, AgreementCopy]) -> AgreementCopy | None:
    """Return the agreement that was drafted last; both sides agree on it."""
    return max(copies.values(), key=lambda copy: (copy.agreement.valid_until, copy.standing.digest), default=None)


def result_digest(result: RowResult) -> str:
    """Return what tells whether a kept result has changed, without telling the result."""
    return hashlib.sha256(json.dumps(asdict(result), sort_keys=True).encode()).hexdigest()


class PublishingSide:
    """Signs what is proposed, publishes the newest agreement's index, changes the register, publishes the changes."""

    def __init__(self, session: Session, notes: Notes, register: Path, other: Path) -> None:
        self._session = session
        self._notes = notes
        self._register = register
        self._other = other

    def round(self) -> None:
        """Do one round; raises what the commands would show."""
        self._session.client.refresh_registry()
        copies = self._session.office.sync()
        for digest, copy in copies.items():
            if copy.standing.state is AgreementState.PROPOSED:
                self._session.office.sign(digest, SIGNATORIES)
        latest = newest(self._session.office.sync())
        if latest is None or latest.standing.state is not AgreementState.ACTIVE:
            time.sleep(PAUSE_SECONDS)
            return
        publisher = IndexPublisher(
            self._session.connector, self._session.client, open_register(self._session.connector)
        )
        self._notes.add("preparing")
        publisher.publish(latest.standing.digest, lambda *_: None)
        self._notes.add("published", agreement=latest.standing.digest)
        self.change_register()

    def change_register(self) -> None:
        """Put the other register in the place of this one, at once."""
        spare = self._register.with_suffix(".spare")
        is_changed = self._register.read_bytes() == self._other.read_bytes()
        shutil.copyfile(self._original if is_changed else self._other, spare)
        spare.replace(self._register)

    @property
    def _original(self) -> Path:
        return self._other.with_name("original.xlsx")


class AskingSide:
    """Goes on with what is unanswered, else decides what waits for a reviewer, else asks anew.

    After so many questions it proposes a new agreement; and when the day's budget under one is spent, which happens
    where requests fail again and again: what the provider may have done is charged.
    """

    def __init__(self, session: Session, notes: Notes, mapping: Path, questions_per_agreement: int) -> None:
        self._session = session
        self._questions_per_agreement = questions_per_agreement
        self._notes = notes
        self._mapping = mapping
        self._questioner = Questioner(session.connector, session.client, session.trust)
        self._known: set[tuple[str, int]] = set()
        self._decided: set[str] = set()
        self._spent: set[str] = set()

    @property
    def _vault(self) -> ResultVault:
        return self._questioner.vault

    def round(self) -> None:
        """Do one round; raises what the commands would show."""
        self._session.client.refresh_registry()
        latest = newest(self._session.office.sync())
        rows = sum(1 for _ in (self._mapping.parent / "roster.csv").open(encoding="utf-8")) - 1
        questions = [asked for asked in self._vault.list_questions() if asked.agreement not in self._spent]
        unfinished = [asked for asked in questions if len(self._vault.answered_rows(asked.id)) < rows]
        asked_already = sum(1 for asked in questions if latest and asked.agreement == latest.standing.digest)
        waiting = self._find_waiting(questions)
        if unfinished:
            self._within_budget(unfinished[-1], partial(self._ask, unfinished[-1]))
        elif waiting is not None:
            self._within_budget(waiting[0], partial(self._decide, *waiting))
        elif latest is None or latest.standing.digest in self._spent or asked_already >= self._questions_per_agreement:
            self.propose()
        elif latest.standing.state is AgreementState.ACTIVE:
            question = self.new_question(latest)
            self._within_budget(question, partial(self._ask, question))
        else:
            time.sleep(PAUSE_SECONDS)

    def propose(self) -> str:
        """Draft and propose another agreement; returns its digest."""
        connector, purpose = self._session.connector, load_purposes()["P01"]
        provider = PARTS[Agency.CIVIL_AFFAIRS].agency
        now = connector.seconds()
        terms = Terms(
            provider=provider,
            provider_key=_root_of(self._session, provider),
            attributes=("category_group", "known_to_civil_affairs"),
            regions=(PROVINCE,),
            valid_from=now - 60,
            valid_until=now + YEAR_SECONDS,
            max_batch=ROWS_A_BATCH,
            evaluations_per_day=purpose.rate_limits.evaluations_per_day,
            releases_per_day=purpose.rate_limits.releases_per_day,
            officer_evaluations_per_day=purpose.rate_limits.officer_evaluations_per_day,
            officer_releases_per_day=purpose.rate_limits.officer_releases_per_day,
            retention_days=purpose.retention_days,
            approval=Approval.SECOND_PERSON,
        )
        agreement = draft_agreement(connector, purpose, terms)
        self._session.office.propose(agreement, SIGNATORIES)
        return agreement.digest()

    def new_question(self, copy: AgreementCopy) -> Question:
        """Return a question about the roster under an agreement."""
        return Question(
            id=new_uuid(self._session.connector.random),
            agreement=copy.standing.digest,
            attributes=copy.agreement.attributes,
            region=PROVINCE,
            case=CASE,
            officer=OFFICER,
            approver=APPROVER,
            roster=MappingFile(str(self._mapping)),
            roster_version=None,
            asked_at=self._session.connector.seconds(),
        )

    def _find_waiting(self, questions: list[Question]) -> tuple[Question, RowResult] | None:
        """Return a row of the oldest question that waits for a decision, or for its answer after one."""
        for asked in reversed(questions):
            if asked.id not in self._decided:
                for result in self._vault.results(asked.id):
                    if result.is_undecided or result.is_answer_due:
                        return asked, result
                self._decided.add(asked.id)
        return None

    def _decide(self, question: Question, result: RowResult) -> None:
        """Decide that every second row is the same child, and of the others that they are not."""
        is_same = result.is_answer_due or result.row_number % 2 == 0
        review = Review(
            decision=Decision.MATCH if is_same else Decision.NON_MATCH,
            reason=ReviewReason.PAPERS_SEEN if is_same else ReviewReason.OTHER_CHILD,
            officer=OFFICER,
            approver=APPROVER,
            decided_at=self._session.connector.seconds(),
        )
        asked = self._questioner.open(question, OFFICER, APPROVER)
        decide_row(asked, result.row_number, review, lambda *_: None)
        self._note_answers(question)
        self._notes.add("decided", question=question.id, row=result.row_number)

    def _within_budget(self, question: Question, act: Callable[[], None]) -> None:
        try:
            act()
        except ProblemError as error:
            if error.code in SPENT:
                self._spent.add(question.agreement)
            raise

    def _ask(self, question: Question) -> None:
        self._questioner.ask(question, lambda *_: self._note_answers(question))
        self._note_answers(question)
        self._notes.add("asked", question=question.id)

    def _note_answers(self, question: Question) -> None:
        for result in self._vault.results(question.id):
            is_final = not (result.is_undecided or result.is_answer_due)
            if is_final and (question.id, result.row_number) not in self._known:
                self._known.add((question.id, result.row_number))
                digest = result_digest(result)
                self._notes.add("answered", question=question.id, row=result.row_number, digest=digest)


def _root_of(session: Session, agency: str) -> str:
    member = session.trust.registry(session.connector.now()).find_member(agency)
    if member is None:
        raise GatewayUnreachableError("no provider yet")
    return read_root(agency, member.statements[0])


def _skewed_clock(notes_path: Path) -> Callable[[], datetime]:
    """Return the machine's clock, wrong by as much as the file beside the notes says."""
    path = notes_path.with_name(SKEW_FILE)

    def now() -> datetime:
        skew = int(path.read_text(encoding="ascii")) if path.exists() else 0
        return utc_now() + timedelta(seconds=skew)

    return now


def main(role: str, folder: Path, notes_path: Path, data: Path, questions_per_agreement: int) -> None:
    """Do rounds until killed; what a command would show as a sentence is noted, and the command is given again."""
    vars(prepare_index)["MAX_PART_ENTRIES"] = ENTRIES_A_PART
    notes = Notes(notes_path)
    session = open_noted_session(folder, notes, _skewed_clock(notes_path) if role == "ask" else utc_now)
    side: PublishingSide | AskingSide
    if role == "publish":
        side = PublishingSide(session, notes, data, data.with_name("changed.xlsx"))
    else:
        side = AskingSide(session, notes, data, questions_per_agreement)
    while True:
        try:
            side.round()
        except ProblemError as error:
            notes.add("problem", code=error.code.value, role=role)
            time.sleep(PAUSE_SECONDS)
        except AnswerError as error:
            notes.add("problem", code=f"answer: {error.reason}", role=role)
        except GatewayUnreachableError:
            notes.add("problem", code="unreachable", role=role)
            time.sleep(PAUSE_SECONDS)
        except MissingKeyError:  # by its clock, its keys are not valid yet
            notes.add("problem", code="missing_key", role=role)
            time.sleep(PAUSE_SECONDS)


if __name__ == "__main__":
    given_role, given_folder, given_notes, given_data, given_questions = sys.argv[1:]
    main(given_role, Path(given_folder), Path(given_notes), Path(given_data), int(given_questions))
