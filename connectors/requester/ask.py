"""Ask about a roster: hash, match, exchange and receipt, a batch at a time; interrupted, it goes on where it stopped.

A batch's results are kept, with the receipt that is owed for them, before the receipt is sent; a batch without results
is asked again from its start.
Rows are asked about in a random order: in the roster's own, the gateway could lay two questions about one roster side
by side and see which hashes of two agreements are one child.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path

from connectors.context import Connector
from connectors.gateway_client import AnswerError, GatewayClient, GatewayUnreachableError, QueryContext
from connectors.requester.hashes import HashedRow, obtain_hashes
from connectors.requester.obtain_answers import AnswerCollector, MatchedRow, Received
from connectors.requester.roster import Roster, RosterRow, read_roster
from connectors.state.agreements import find_agreement
from connectors.state.questions import PendingReceipt, Question, ResultVault, RowResult
from connectors.trust import TrustStore
from schemas.agreement import Agreement
from schemas.envelope import MessageType
from schemas.messages.evaluate import MAX_EVALUATE_ELEMENTS
from schemas.messages.exchange import MAX_RECEIPT_BYTES, ReceiptAnswer, ReceiptRequest
from schemas.messages.match import MAX_MATCH_ANSWER_BYTES, MatchAnswer, MatchOutcome, MatchRequest, Outcome
from schemas.problem import ProblemCode, ProblemError, text_of
from schemas.randomness import RandomSource

UNUSABLE = "unusable"
_SHUFFLE_BYTES = 16

Progress = Callable[[int, int], None]
"""Takes rows done and rows in all."""


class RosterChangedError(Exception):
    """The roster file is not the one that the question was begun with; row numbers would mean other children."""


class Questioner:
    """Asks questions for one agency."""

    def __init__(self, connector: Connector, client: GatewayClient, trust: TrustStore) -> None:
        self._connector = connector
        self._client = client
        self._trust = trust
        self.vault = self.vault_of(connector)

    @staticmethod
    def vault_of(connector: Connector) -> ResultVault:
        """Return where questions and results are kept."""
        return ResultVault(connector.state, connector.storage_key(), connector.random)

    def ask(self, question: Question, progress: Progress) -> list[RowResult]:
        """Ask a question, or the rest of one that was begun before, and return all its results.

        Raises:
            ProblemError: refused; what was answered before stays.
            RosterChangedError: the roster has changed since the question was begun.
            GatewayUnreachableError, AnswerError, SourceError: asked again, it goes on.
        """
        agreement = self._agreement(question.agreement)
        roster = read_roster(self._connector, Path(question.mapping_path), agreement.regions, self._connector.today())
        self._begin(question, roster)
        answered = self.vault.answered_rows(question.id)
        pending = [row for row in roster.rows if row.number not in answered]
        self._keep_unusable(question, [row for row in pending if not row.keys])
        usable = _shuffled([row for row in pending if row.keys], self._connector.random)
        done = len(roster.rows) - len(usable)
        progress(done, len(roster.rows))
        query = QueryContext(agreement, question.region, question.officer, question.case, question.approver)
        for batch in _batches(usable, agreement.max_batch):
            self._ask_batch(question, query, batch)
            done += len(batch)
            progress(done, len(roster.rows))
        self._send_receipts(question, query)
        return self.vault.results(question.id)

    def _agreement(self, digest: str) -> Agreement:
        copy = find_agreement(self._connector.state, digest)
        if copy is None:
            raise ProblemError(ProblemCode.NO_AGREEMENT)
        return copy.agreement

    def _begin(self, question: Question, roster: Roster) -> None:
        known = self.vault.find_question(question.id)
        if known is None:
            self.vault.add_question(replace(question, roster_version=roster.version))
        elif known.roster_version != roster.version:
            raise RosterChangedError("名册在查询中途被修改，请重新发起查询 / the roster changed: ask a new question")

    def _keep_unusable(self, question: Question, rows: Sequence[RosterRow]) -> None:
        if rows:
            results = [RowResult(row_number=row.number, outcome=UNUSABLE, faults=row.faults) for row in rows]
            self.vault.add_results(question.id, results)

    def _ask_batch(self, question: Question, query: QueryContext, batch: Sequence[RosterRow]) -> None:
        hashed = obtain_hashes(self._connector, self._client, self._trust, query, batch)
        request = MatchRequest(
            epoch=hashed.epoch,
            attributes=question.attributes,
            records=tuple(row.to_match_record() for row in hashed.rows),
        )
        answer = self._client.ask(MessageType.MATCH, request, MatchAnswer, MAX_MATCH_ANSWER_BYTES, query).message
        if len(answer.outcomes) != len(batch):
            raise AnswerError("wrong_number_of_outcomes")
        collector = AnswerCollector(self._connector, self._client, self._trust, query)
        rounds = _rounds(_matched(hashed.rows, answer.outcomes))
        received = _collect(collector, answer.grant, question.attributes, rounds) if answer.grant else []
        by_row = {row.hashed.row.number: answers for answers, matched in received for row in matched}
        results = [
            _result(row, outcome, by_row.get(row.row.number))
            for row, outcome in zip(hashed.rows, answer.outcomes, strict=True)
        ]
        owed = [PendingReceipt(answers.receipt_number, answers.answer) for answers, _ in received]
        self.vault.add_results(question.id, results, owed)
        self._send_receipts(question, query)

    def _send_receipts(self, question: Question, query: QueryContext) -> None:
        """Tell the provider which answers were opened; what can't be sent now is sent when the question is resumed."""
        for owed in self.vault.owed_receipts(question.id):
            receipt = ReceiptRequest(receipt_number=owed.receipt_number, answer=owed.answer, opened=True)
            try:
                self._client.ask(MessageType.RECEIPT, receipt, ReceiptAnswer, MAX_RECEIPT_BYTES, query)
            except (GatewayUnreachableError, AnswerError):
                return
            except ProblemError as error:
                if text_of(error.code).status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                    return
            self.vault.forget_receipt(owed.receipt_number)


def _collect(
    collector: AnswerCollector, grant: str, attributes: tuple[str, ...], rounds: Sequence[Sequence[MatchedRow]]
) -> list[tuple[Received, Sequence[MatchedRow]]]:
    return [(collector.collect(grant, attributes, matched), matched) for matched in rounds]


def _shuffled(rows: Sequence[RosterRow], random: RandomSource) -> list[RosterRow]:
    return sorted(rows, key=lambda _row: random(_SHUFFLE_BYTES))


def _batches(rows: Sequence[RosterRow], max_batch: int) -> list[list[RosterRow]]:
    """Cut rows into batches that keep the agreement's and the evaluation's limits."""
    batches: list[list[RosterRow]] = []
    elements = 0
    for row in rows:
        if not batches or len(batches[-1]) == max_batch or elements + len(row.keys) > MAX_EVALUATE_ELEMENTS:
            batches.append([])
            elements = 0
        batches[-1].append(row)
        elements += len(row.keys)
    return batches


def _matched(rows: Sequence[HashedRow], outcomes: Sequence[MatchOutcome]) -> list[MatchedRow]:
    matched = []
    for row, outcome in zip(rows, outcomes, strict=True):
        if (outcome.outcome is Outcome.MATCH) != (outcome.handle is not None):
            raise AnswerError("handle_without_match")
        if outcome.handle is not None:
            agreed = tuple(key_type for key_type in row.outputs if key_type in outcome.agreed)
            if not agreed:
                raise AnswerError("match_without_agreement")
            matched.append(MatchedRow(row, outcome.handle, agreed))
    return matched


def _rounds(matched: Sequence[MatchedRow]) -> list[list[MatchedRow]]:
    """Part rows so that no handle stands twice in a round: every row proves for itself that it is the child.

    In one exchange, the proof of one row would bring its answer to every row of the same handle, and a gateway could
    give a child the answer about another by naming one handle for both.
    """
    rounds: list[dict[str, MatchedRow]] = []
    for row in matched:
        free = next((asked for asked in rounds if row.handle not in asked), None)
        if free is None:
            rounds.append(free := {})
        free[row.handle] = row
    return [list(asked.values()) for asked in rounds]


def _result(row: HashedRow, outcome: MatchOutcome, received: Received | None) -> RowResult:
    answer = received.by_handle.get(outcome.handle) if received and outcome.handle else None
    agreed = tuple(key_type.value for key_type in outcome.agreed)
    if received is None or answer is None:
        return RowResult(row_number=row.row.number, outcome=outcome.outcome.value, agreed=agreed)
    return RowResult(
        row_number=row.row.number,
        outcome=outcome.outcome.value,
        handle=outcome.handle,
        agreed=agreed,
        values=answer.values,
        refused=answer.refused.value if answer.refused else None,
        receipt_number=received.receipt_number,
        as_of=received.as_of,
        expires_on=received.expires_on,
    )
