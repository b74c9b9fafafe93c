"""Ask about a roster: begin a question or go on with one that was begun, and return what came of every row.

Rows stand in a run in a random order: in the roster's own, the gateway could lay two questions about one roster side
by side and see which hashes of two agreements are one child.
"""

from dataclasses import replace
from datetime import datetime

from connectors.context import OFFICE_ZONE, Connector
from connectors.emergency.calls import find_claim, require_not_suspended
from connectors.epochs import destroy_ended_evaluations
from connectors.gateway_client import GatewayClient, QueryContext
from connectors.identifiers import new_uuid
from connectors.private_or.ask_roster import ask_parents
from connectors.private_or.trusted_board import private_or_purpose
from connectors.requester.complete_run import complete_run, shuffled
from connectors.requester.ledger_roster import read_named_roster
from connectors.requester.open_question import UNUSABLE, OpenQuestion, Progress, vault_of
from connectors.requester.parts import run_capacity
from connectors.requester.roster import Roster, RosterRow
from connectors.requester.send_receipts import send_receipts
from connectors.state.agreements import find_agreement
from connectors.state.questions import Question, RowResult
from connectors.state.runs import RunStore
from connectors.trust import TrustStore
from schemas.agreement import Agreement
from schemas.messages.match import SubjectKind
from schemas.problem import ProblemCode, ProblemError
from schemas.purpose_catalogue import load_purposes


class RosterChangedError(Exception):
    """The roster file is not the one that the question was begun with; row numbers would mean other children."""

    def __init__(self) -> None:
        super().__init__("名册在查询中途被修改，请重新发起查询 / the roster changed: ask a new question")


class Questioner:
    """Asks questions for one agency."""

    vault_of = staticmethod(vault_of)

    def __init__(self, connector: Connector, client: GatewayClient, trust: TrustStore) -> None:
        self._connector = connector
        self._client = client
        self._trust = trust
        self.vault = vault_of(connector)
        self.runs = RunStore(connector.state)

    def ask(self, question: Question, progress: Progress) -> list[RowResult]:
        """Ask a question, or the rest of one that was begun before, and return all its results.

        Raises:
            ProblemError: refused; what was answered before stays.
            RosterChangedError: the roster has changed since the question was begun.
            GatewayUnreachableError, AnswerError, SourceError: asked again, it goes on.
        """
        self.complete(question, progress)
        return self.vault.results(question.id)

    def complete(self, question: Question, progress: Progress) -> OpenQuestion:
        """Ask a question, or the rest of one that was begun before, and return it with its rows; raises as `ask`."""
        asked = self.open(question, question.officer, question.approver)
        is_by_private_or = private_or_purpose(asked.query.agreement) is not None
        for run in self.runs.list_runs(question.id):
            if is_by_private_or:
                ask_parents(asked, run, progress)
            else:
                complete_run(asked, run.id, progress)
        send_receipts(asked)
        return asked

    def open(self, question: Question, officer: str, approver: str | None) -> OpenQuestion:
        """Read the roster and return the question ready to be asked by an officer; a new one is kept first.

        Raises:
            ProblemError: officer_suspended, no_agreement, relation_not_agreed, or the provider's keys are not to be
                believed.
            RosterChangedError, SourceError: the roster is not the one that the question was begun with.
        """
        require_not_suspended(self._connector, officer)
        agreement = self._agreement(question)
        asked_on = datetime.fromtimestamp(question.asked_at, OFFICE_ZONE).date()
        roster = read_named_roster(self._connector, question.roster, agreement.regions, asked_on, question.subject)
        rows = {row.number: row for row in roster.rows if row.keys}
        self._begin(question, roster, rows, agreement.max_batch)
        destroy_ended_evaluations(self._connector, self._trust)
        claim = find_claim(self._connector, question.id)
        query = QueryContext(agreement, question.region, officer, question.case, approver, claim)
        return OpenQuestion(self._connector, self._client, self._trust, question, query, rows)

    def _agreement(self, question: Question) -> Agreement:
        copy = find_agreement(self._connector.state, question.agreement)
        if copy is None:
            raise ProblemError(ProblemCode.NO_AGREEMENT)
        relations = load_purposes()[copy.agreement.purpose].relations
        if question.subject is SubjectKind.GUARDIAN and question.subject.value not in relations:
            raise ProblemError(ProblemCode.RELATION_NOT_AGREED, clause="purpose")
        return copy.agreement

    def _begin(self, question: Question, roster: Roster, rows: dict[int, RosterRow], max_batch: int) -> None:
        """Keep a new question with its runs and the rows that can't be asked about; check one that was begun.

        The runs are kept last: what has none yet was not begun.
        """
        known = self.vault.find_question(question.id)
        if known is None:
            self.vault.add_question(replace(question, roster_version=roster.version))
        elif known.roster_version != roster.version:
            raise RosterChangedError
        runs = self.runs.list_runs(question.id)
        if not all(rows.keys() >= set(run.row_numbers) for run in runs):
            raise RosterChangedError
        if not runs:
            self._keep_unusable(question, roster)
            numbers = shuffled(rows, self._connector.random)
            size = run_capacity(max_batch)
            cuts = [numbers[start : start + size] for start in range(0, len(numbers), size)]
            self.runs.add_runs(question.id, [(new_uuid(self._connector.random), cut) for cut in cuts])

    def _keep_unusable(self, question: Question, roster: Roster) -> None:
        unusable = [
            RowResult(row_number=row.number, outcome=UNUSABLE, faults=row.faults) for row in roster.rows if not row.keys
        ]
        if unusable:
            self.vault.add_results(question.id, unusable)
