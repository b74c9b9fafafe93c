"""What other agencies answered about a pupil: in words, with the month of the data and the last day of the answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from connectors.console.context import Console
from connectors.desk.draft_states import DraftState
from connectors.desk.drafts import list_drafts
from connectors.desk.purposes_for import find_asked_under
from connectors.desk.question_answers import KIND_WORDS, AnswerKind, kind_of, say_month, say_value
from connectors.desk.question_draft import Draft
from connectors.desk.question_statement import name_attributes
from connectors.requester.ask import Questioner
from connectors.state.dropout_questions import asked_rows_of
from connectors.state.questions import RowResult
from schemas.faults import Wording


@dataclass(frozen=True, slots=True)
class PupilAnswer:
    """One agency's answer about a pupil, or how far the question has come.

    Attributes:
        draft: the question.
        provider: who was asked.
        outcome: what became of it, with the kind of its tag; None while the question is under way.
        values: what was answered, by name.
        as_of: month of the provider's data.
        receipt: number of the exchange.
        expires_on: the day on which the answer is destroyed.
    """

    draft: Draft
    provider: Wording
    outcome: tuple[Wording, str] | None
    values: tuple[tuple[Wording, Wording], ...] = field(repr=False)
    as_of: Wording | None
    receipt: str | None
    expires_on: date | None


def answers_for(console: Console, items: Sequence[str]) -> Mapping[str, tuple[PupilAnswer, ...]]:
    """Return what was asked about pupils, by item; answers that were destroyed are not among them."""
    asked = asked_rows_of(console.connector.state, items)
    drafts: dict[str, list[Draft]] = {}
    for draft in list_drafts(console):
        if draft.ledger is not None and draft.state is not DraftState.DESTROYED:
            drafts.setdefault(draft.ledger, []).append(draft)
    found: dict[str, tuple[PupilAnswer, ...]] = {}
    for row in asked:
        answers = (_answer(console, draft, row.row_number) for draft in drafts.get(row.ledger, ()))
        found[row.item] = (*found.get(row.item, ()), *answers)
    return found


def _answer(console: Console, draft: Draft, row_number: int) -> PupilAnswer:
    askable = find_asked_under(console, draft.agreement)
    provider = Wording("—", "—") if askable is None else askable.provider
    result = _result(console, draft, row_number)
    if result is None:
        return PupilAnswer(draft, provider, None, (), None, None, None)
    is_answered = kind_of(result) is AnswerKind.MATCH
    names = name_attributes(draft.attributes) if is_answered else ()
    values = tuple(
        (name, say_value(attribute, result.values.get(attribute)))
        for name, attribute in zip(names, draft.attributes, strict=False)
        if result.values.get(attribute) is not None
    )
    return PupilAnswer(
        draft,
        provider,
        KIND_WORDS[kind_of(result)],
        values,
        None if result.as_of is None else say_month(result.as_of),
        result.receipt_number,
        None if result.expires_on is None else date.fromisoformat(result.expires_on),
    )


def _result(console: Console, draft: Draft, row_number: int) -> RowResult | None:
    if draft.state is not DraftState.ANSWERED:
        return None
    found = Questioner.vault_of(console.connector).results_of_rows(draft.id, [row_number])
    return found[0] if found else None
