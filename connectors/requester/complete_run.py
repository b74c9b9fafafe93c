"""Bring a run to its end from wherever it is: send what the gateway lacks, then fetch what has no result yet."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

from connectors.identifiers import new_uuid
from connectors.requester.collect_results import ResultCollector
from connectors.requester.open_question import OpenQuestion, Progress, Step
from connectors.requester.run_progress import RunProgress
from connectors.requester.send_receipts import send_receipts
from connectors.requester.send_run import send_run
from connectors.state.questions import Review
from connectors.state.runs import Run
from schemas.agreement import MAX_BATCH_RECORDS
from schemas.messages.match import MAX_HANDLES_A_ROW, SubjectKind
from schemas.problem import ProblemCode, ProblemError
from schemas.randomness import RandomSource

RUN_LOST: Final = frozenset(
    {
        ProblemCode.RUN_UNKNOWN,
        ProblemCode.RUN_CONFLICT,
        ProblemCode.RUN_INCOMPLETE,
        ProblemCode.RUN_CLOSED,
        ProblemCode.EPOCH_UNKNOWN,
        ProblemCode.NO_ACTIVE_INDEX,
    }
)
"""What says that the gateway has lost a run, or the index that it was begun for."""

_SHUFFLE_BYTES: Final = 16


def complete_run(asked: OpenQuestion, run_id: str, progress: Progress) -> None:
    """Bring a run to its end; one that the gateway has lost is begun anew, and what was answered stays.

    Raises:
        ProblemError, GatewayUnreachableError, AnswerError: done again, it goes on.
    """
    try:
        _go_on(asked, run_id, progress)
    except ProblemError as error:
        if error.code not in RUN_LOST:
            raise
        lost = asked.runs.get_run(run_id)
        anew = begin_anew(asked, lost)
        if not lost.parts:
            raise
        _go_on(asked, anew, progress)


def begin_anew(asked: OpenQuestion, lost: Run) -> str:
    """Put a run of the same rows, in another order, in the place of one that is lost; returns its id."""
    anew = new_uuid(asked.connector.random)
    asked.runs.replace_run(lost, anew, shuffled(lost.row_numbers, asked.connector.random))
    return anew


def shuffled(row_numbers: Iterable[int], random: RandomSource) -> list[int]:
    """Return row numbers in a random order."""
    return sorted(row_numbers, key=lambda _number: random(_SHUFFLE_BYTES))


def fetch_results(asked: OpenQuestion, run_id: str, places: Sequence[int], progress: Progress) -> None:
    """Send what the gateway lacks of a run, fetch the results of some of its rows, keep them and send the receipts.

    Raises:
        ProblemError, GatewayUnreachableError, AnswerError: what was kept stays.
    """
    steps = RunProgress.of(asked, asked.runs.get_run(run_id), progress)
    parts = send_run(asked, run_id, steps)
    run = asked.runs.get_run(run_id)
    collector = ResultCollector(asked, run, parts, _reviews(asked, run, places))
    steps.note(Step.ANSWERS, len(run.row_numbers) - len(places))
    for batch in _batches(places, _rows_a_batch(asked)):
        collected = collector.collect(batch)
        asked.runs.keep_summary(run.id, collected.summary)
        asked.vault.add_results(asked.question.id, collected.results, collected.receipts)
        send_receipts(asked)
        steps.advance(Step.ANSWERS, len(batch))


def _reviews(asked: OpenQuestion, run: Run, places: Sequence[int]) -> dict[int, Review]:
    """Return the decisions of reviewers about some places of a run."""
    of_row = {run.row_numbers[place]: place for place in places}
    return {
        of_row[result.row_number]: result.review
        for result in asked.vault.each_result(asked.question.id)
        if result.review is not None and result.row_number in of_row
    }


def _go_on(asked: OpenQuestion, run_id: str, progress: Progress) -> None:
    run = asked.runs.get_run(run_id)
    done = {result.row_number for result in asked.vault.each_result(asked.question.id) if not result.is_answer_due}
    pending = [place for place, number in enumerate(run.row_numbers) if number not in done]
    if pending:
        fetch_results(asked, run_id, pending, progress)


def _rows_a_batch(asked: OpenQuestion) -> int:
    """A grant names no more handles than a batch has rows: a guardian's row may have several."""
    max_batch = asked.query.agreement.max_batch
    if asked.question.subject is SubjectKind.GUARDIAN:
        return min(max_batch, MAX_BATCH_RECORDS // MAX_HANDLES_A_ROW)
    return max_batch


def _batches(places: Iterable[int], size: int) -> Iterator[list[int]]:
    left = iter(places)
    while batch := list(islice(left, size)):
        yield batch
