"""Asks the children of a roster by the private OR, in batches, and keeps what is told of each as any other answer."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from connectors.context import OFFICE_ZONE
from connectors.private_or.requester import BoardOffice, Told
from connectors.requester.open_question import UNUSABLE, OpenQuestion, Progress, Step
from connectors.requester.roster import RosterRow
from connectors.state.questions import RowResult
from connectors.state.runs import Run
from schemas.linkage_keys import KeyType
from schemas.messages.match import Outcome
from schemas.messages.private_or_question import MAX_NAME_TEXTS, AskedChild
from schemas.parental_status import StatusAnswer
from schemas.purpose_catalogue import load_purposes
from schemas.rule_packs.parental_rules import load_parental_rules
from schemas.transforms import CODES_MARK, ReleasedValue

NO_NUMBER = "record.required_empty"


def ask_parents(asked: OpenQuestion, run: Run, progress: Progress) -> None:
    """Ask about the rows of a run that have no result yet; what was answered stays.

    Raises:
        ProblemError, GatewayUnreachableError, AnswerError: done again, it goes on.
    """
    answered = asked.vault.answered_rows(asked.question.id)
    waiting = [asked.rows[number] for number in run.row_numbers if number not in answered]
    numberless = [row for row in waiting if _child_of(row) is None]
    if numberless:
        without = [RowResult(row_number=row.number, outcome=UNUSABLE, faults=(NO_NUMBER,)) for row in numberless]
        asked.vault.add_results(asked.question.id, without)
    rows = [(row, child) for row in waiting if (child := _child_of(row)) is not None]
    size, office = asked.query.agreement.max_batch, BoardOffice(asked.connector, asked.client, asked.trust)
    for start in range(0, len(rows), size):
        batch = rows[start : start + size]
        told = office.ask(asked.query, asked.question.attributes, [child for _, child in batch])
        results = _results(asked, [row.number for row, _ in batch], told)
        asked.vault.add_results(asked.question.id, results)
        progress(Step.ANSWERS, len(run.row_numbers) - len(rows) + start + len(batch), len(run.row_numbers))


def _child_of(row: RosterRow) -> AskedChild | None:
    by_type = {kind: [key.text for key in row.keys if key.key_type is kind and not key.is_flagged] for kind in KeyType}
    numbers, names = by_type[KeyType.ID], by_type[KeyType.P_D]
    return AskedChild(number=numbers[0], names=tuple(names[:MAX_NAME_TEXTS])) if len(numbers) == 1 else None


def _results(asked: OpenQuestion, row_numbers: Sequence[int], told: Told) -> list[RowResult]:
    on = datetime.fromtimestamp(told.opened_at, OFFICE_ZONE).date()
    expires_on = asked.connector.today() + timedelta(days=asked.query.agreement.retention_days)
    return [
        RowResult(
            row_number=number,
            outcome=Outcome.MATCH.value,
            values=_values(asked, answer, _review_month(on, told.rules)),
            as_of=f"{on:%Y-%m}",
            expires_on=expires_on.isoformat(),
        )
        for number, answer in zip(row_numbers, told.answers, strict=True)
    ]


def _values(asked: OpenQuestion, answer: StatusAnswer, review: str) -> dict[str, ReleasedValue | None]:
    outputs = {output.attribute: output for output in load_purposes()[asked.query.agreement.purpose].outputs}
    lacking = [code for code in outputs["missing_provider_type"].codes if code in answer.lacking]
    told: dict[str, ReleasedValue | None] = {
        "parental_status_class": answer.parental_class.value,
        "parental_status_review": review,
        "missing_provider_type": CODES_MARK.join(lacking) or None,
    }
    return {name: told[name] for name in asked.question.attributes}


def _review_month(on: date, rules: str) -> str:
    """Return the month in which the children are to be looked at again; it follows from the board's age alone."""
    years, month = divmod(on.month - 1 + load_parental_rules()[rules].review_months, 12)
    return f"{on.year + years:04}-{month + 1:02}"
