"""Send a run in two stages: the keys that can settle a row, then the other keys of the rows that are left.

What the gateway has of the run already is not sent again.
"""

from collections.abc import Sequence
from dataclasses import replace

from connectors.gateway_client import AnswerError
from connectors.requester.open_question import OpenQuestion, Step
from connectors.requester.parts import Part, RunRow, cut_parts, make_match_part
from connectors.requester.run_progress import RunProgress
from connectors.state.runs import Run
from schemas.envelope import MessageType
from schemas.messages.match import MAX_MATCH_PART_ANSWER_BYTES, MatchPart, MatchPartAnswer


def send_run(asked: OpenQuestion, run_id: str, progress: RunProgress) -> int:
    """Send what the gateway does not have of a run; returns the number of its parts.

    Raises:
        ProblemError, GatewayUnreachableError: as `GatewayClient.ask`.
        AnswerError: the answer to a part is not about its rows.
    """
    max_batch = asked.query.agreement.max_batch
    run = asked.runs.get_run(run_id)
    rows = [asked.rows[number] for number in run.row_numbers]
    all_rows = (RunRow(place, asked.first_keys(row)) for place, row in enumerate(rows))
    first = cut_parts(all_rows, 0, max_batch)
    _send_missing(asked, run, first, Step.FIRST_KEYS, progress)
    run = asked.runs.get_run(run_id)
    left = (RunRow(place, asked.other_keys(row)) for place, row in enumerate(rows) if place not in run.settled)
    others = cut_parts((row for row in left if row.row.keys), len(first), max_batch)
    keyless = len(rows) - len(run.settled) - sum(len(part.rows) for part in others)
    progress.note(Step.OTHER_KEYS, 0, keyless)
    _send_missing(asked, run, others, Step.OTHER_KEYS, progress)
    return len(first) + len(others)


def _send_missing(asked: OpenQuestion, run: Run, parts: Sequence[Part], step: Step, progress: RunProgress) -> None:
    is_first = step is Step.FIRST_KEYS
    for part in parts:
        if part.number in run.parts:
            known = run.settled.intersection(row.place for row in part.rows)
            progress.note(step, len(part.rows), len(known) if is_first else 0)
            continue
        hashed = asked.obtain_hashes([row.row for row in part.rows], run.epoch)
        if run.epoch is None:
            asked.runs.fix_epoch(run.id, hashed.epoch)
            run = replace(run, epoch=hashed.epoch)
        settled = _send_part(asked, make_match_part(run, asked.question.subject, part, hashed))
        asked.runs.note_part(run.id, part.number, settled if is_first else ())
        progress.advance(step, len(part.rows), len(settled) if is_first else 0)


def _send_part(asked: OpenQuestion, message: MatchPart) -> tuple[int, ...]:
    answer = asked.client.ask(
        MessageType.MATCH_PART, message, MatchPartAnswer, MAX_MATCH_PART_ANSWER_BYTES, asked.query
    ).message
    if (answer.run, answer.number) != (message.run, message.number):
        raise AnswerError("another_part")
    if not {record.row for record in message.records}.issuperset(answer.settled):
        raise AnswerError("settled_rows_not_asked")
    return answer.settled
