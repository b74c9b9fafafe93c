"""How questions are shown: what became of the rows, what judging came to, and what waits for a reviewer."""

from collections import Counter
from collections.abc import Iterable, Sequence

from rich.table import Table

from connectors.requester.words import BASIS_WORDS, OUTCOME_WORDS, WITHHELD_WORDS, both
from connectors.state.questions import Question, RowResult
from connectors.state.runs import Run
from schemas.comparison_words import describe
from schemas.key_set import KeySet
from schemas.messages.match import PARTS_A_MILLION, RunSummary

FOR_VERIFICATION = "比对结果仅供核查参考 / for verification only"


def percent(parts_a_million: int | None) -> str:
    """Return a probability for people, never rounded up to certainty."""
    if parts_a_million is None:
        return ""
    tenths = parts_a_million * 1000 // PARTS_A_MILLION
    return f"{tenths // 10}.{tenths % 10}%"


def count_outcomes(results: Iterable[RowResult]) -> dict[str, int]:
    """Return how many rows have each outcome; a row that stands for several children counts once."""
    counts = Counter(result.outcome for result in results if result.child_number == 1)
    return {outcome: counts[outcome] for outcome in OUTCOME_WORDS}


def outcome_table(question: Question, results: Sequence[RowResult]) -> Table:
    """Return the table of outcomes."""
    table = Table(title=f"查询 {question.id} / question")
    table.add_column("结果 / outcome")
    table.add_column("行数 / rows", justify="right")
    for outcome, count in count_outcomes(results).items():
        table.add_row(both(OUTCOME_WORDS[outcome]), str(count))
    return table


def summary_lines(runs: Iterable[Run]) -> list[str]:
    """Return what judging each run came to; with several runs a line names which."""
    judged = [(run.ordinal, run.summary) for run in runs if run.summary is not None]
    lines = []
    for ordinal, summary in judged:
        if len(judged) > 1:
            lines.append(f"第{ordinal + 1}组 / run {ordinal + 1}")
        lines.extend(_summary_lines(summary))
    return lines


def _summary_lines(summary: RunSummary) -> list[str]:
    lines = [
        f"依据 / basis: {both(BASIS_WORDS[summary.basis.value])}",
        f"先行认定 {summary.settled} 行 / {summary.settled} settled by ID number, name and birth date",
    ]
    if summary.precision is not None and summary.recall is not None:
        precision, recall = percent(summary.precision), percent(summary.recall)
        lines.append(
            f"估计准确率 {precision}，召回率 {recall} / estimated precision {precision}, recall {recall}; {FOR_VERIFICATION}"
        )
    if summary.withheld is not None:
        lines.append(f"未凭概率认定匹配 / withheld: {both(WITHHELD_WORDS[summary.withheld])}")
    return lines


def review_table(results: Iterable[RowResult], key_set: KeySet) -> Table:
    """Return the possible matches that wait for a decision, the likeliest first."""
    table = Table(title="待复核 / to be reviewed")
    table.add_column("行号 / row", justify="right")
    table.add_column("概率 / probability", justify="right")
    table.add_column("比对情况 / comparison")
    for result in sorted(results, key=lambda result: (-(result.probability or 0), result.row_number)):
        told = describe(key_set, result.comparison)
        table.add_row(str(result.row_number), percent(result.probability), f"{told.zh}\n{told.en}")
    return table
