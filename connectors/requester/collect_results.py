"""Fetch the outcomes of some rows of a run and the answers about the matches among them: one batch."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from connectors.gateway_client import AnswerError
from connectors.requester.check_outcomes import check_outcomes
from connectors.requester.obtain_answers import AnswerCollector, MatchedRow, Received
from connectors.requester.open_question import OpenQuestion
from connectors.requester.prove import proving_types
from connectors.requester.roster import RosterRow
from connectors.state.questions import PendingReceipt, Review, RowResult
from connectors.state.runs import Run
from schemas.envelope import MessageType
from schemas.linkage_keys import KeyType
from schemas.messages.match import (
    MAX_MATCH_ANSWER_BYTES,
    MatchAnswer,
    MatchOutcome,
    MatchRequest,
    Outcome,
    RunSummary,
    SubjectKind,
)

SETTLED = "settled"
RELATION = "relation"
NOT_PROVABLE = "not_provable"


@dataclass(frozen=True, slots=True)
class Collected:
    """Results of the rows of a batch, the receipts that are owed for them, and what judging the run came to."""

    results: tuple[RowResult, ...]
    receipts: tuple[PendingReceipt, ...]
    summary: RunSummary


@dataclass(frozen=True)
class ResultCollector:
    """Collects the results of one run that was sent whole, in `parts` parts.

    `reviews` are the decisions that reviewers made here, by place in the run.
    """

    asked: OpenQuestion
    run: Run
    parts: int
    reviews: Mapping[int, Review] = field(default_factory=dict)

    def collect(self, places: Sequence[int]) -> Collected:
        """Ask for the outcomes of rows, prove the matches to the provider and open its answers.

        Raises:
            ProblemError, GatewayUnreachableError: refused, or no answer.
            AnswerError: an answer is not to be believed.
        """
        answer = self._ask(places)
        provable = self._proofs(answer.outcomes)
        received = self._exchange(answer.grant, provable) if answer.grant and provable else []
        answers = {(row.place, row.handle): found for found, matched in received for row in matched}
        return Collected(
            results=tuple(
                result for outcome in answer.outcomes for result in self._results(outcome, answer.summary, answers)
            ),
            receipts=tuple(PendingReceipt(found.receipt_number, found.answer) for found, _ in received),
            summary=answer.summary,
        )

    def _ask(self, places: Sequence[int]) -> MatchAnswer:
        question = self.asked.question
        request = MatchRequest(
            run=self.run.id,
            parts=self.parts,
            records=len(self.run.row_numbers),
            attributes=question.attributes,
            rows=tuple(places),
        )
        answer = self.asked.client.ask(
            MessageType.MATCH, request, MatchAnswer, MAX_MATCH_ANSWER_BYTES, self.asked.query
        ).message
        check_outcomes(answer, places, question.subject, self.asked.key_set)
        if any(outcome.reviewed and outcome.row not in self.reviews for outcome in answer.outcomes):
            raise AnswerError("not_reviewed_here")
        return answer

    def _proofs(self, outcomes: Iterable[MatchOutcome]) -> list[MatchedRow]:
        """Return the matches that can be proven, each with its possession keys: these were obtained before."""
        proving = {
            outcome.row: types for outcome in outcomes if outcome.handles and (types := self._proving_types(outcome))
        }
        rows = [_with_types(self._row(place), types) for place, types in proving.items()]
        hashed = self.asked.obtain_hashes(rows, self.run.epoch).rows if rows else ()
        keys = {
            place: {key_type: row.possession_keys(key_type) for key_type in types}
            for (place, types), row in zip(proving.items(), hashed, strict=True)
        }
        matched = (outcome for outcome in outcomes if outcome.row in keys)
        return [MatchedRow(outcome.row, handle, keys[outcome.row]) for outcome in matched for handle in outcome.handles]

    def _proving_types(self, outcome: MatchOutcome) -> tuple[KeyType, ...]:
        row = self._row(outcome.row)
        asked = self.asked.first_keys(row) if outcome.row in self.run.settled else row
        return proving_types(outcome.agreed, {key.key_type for key in asked.keys}, self.asked.key_set)

    def _row(self, place: int) -> RosterRow:
        return self.asked.rows[self.run.row_numbers[place]]

    def _exchange(self, grant: str, matched: Sequence[MatchedRow]) -> list[tuple[Received, Sequence[MatchedRow]]]:
        asked = self.asked
        collector = AnswerCollector(asked.connector, asked.client, asked.trust, asked.query)
        rounds = cut_rounds(matched, asked.query.agreement.max_batch)
        return [(collector.collect(grant, asked.question.attributes, rows), rows) for rows in rounds]

    def _basis(self, place: int, summary: RunSummary) -> str:
        if self.asked.question.subject is SubjectKind.GUARDIAN:
            return RELATION
        return SETTLED if place in self.run.settled else summary.basis.value

    def _results(
        self, outcome: MatchOutcome, summary: RunSummary, answers: Mapping[tuple[int, str], Received]
    ) -> list[RowResult]:
        judged = RowResult(
            row_number=self.run.row_numbers[outcome.row],
            outcome=outcome.outcome.value,
            agreed=outcome.agreed,
            comparison=outcome.comparison,
            probability=outcome.probability,
            basis=self._basis(outcome.row, summary),
            review=self.reviews.get(outcome.row) if outcome.reviewed else None,
        )
        if outcome.outcome is not Outcome.MATCH:
            return [judged]
        return [
            _with_answer(judged, number, handle, answers.get((outcome.row, handle)))
            for number, handle in enumerate(outcome.handles, 1)
        ]


def cut_rounds(matched: Iterable[MatchedRow], max_batch: int) -> list[list[MatchedRow]]:
    """Part matches into exchanges so that no handle stands twice in one: every row proves for itself.

    In one exchange, the proof of one row would bring its answer to every row of the same handle, and a gateway could
    give a child the answer about another by naming one handle for both.
    """
    rounds: list[dict[str, MatchedRow]] = []
    for row in matched:
        free = next((asked for asked in rounds if row.handle not in asked and len(asked) < max_batch), None)
        if free is None:
            rounds.append(free := {})
        free[row.handle] = row
    return [list(asked.values()) for asked in rounds]


def _with_types(row: RosterRow, types: Collection[KeyType]) -> RosterRow:
    return row.only(lambda key: key.key_type in types)


def _with_answer(judged: RowResult, child_number: int, handle: str, received: Received | None) -> RowResult:
    if received is None:
        return replace(judged, child_number=child_number, handle=handle, refused=NOT_PROVABLE)
    answer = received.by_handle[handle]
    return replace(
        judged,
        child_number=child_number,
        handle=handle,
        values=answer.values,
        refused=answer.refused.value if answer.refused else None,
        receipt_number=received.receipt_number,
        as_of=received.as_of,
        expires_on=received.expires_on,
    )
