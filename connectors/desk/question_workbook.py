"""What is written beside the rows of the officer's own workbook: outcome, allowed answers, month, receipt, expiry."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from connectors.desk.question_answers import KIND_WORDS, AnswerKind, kind_of, say_refusal, say_value
from connectors.requester.words import both
from connectors.state.questions import RowResult
from schemas.attribute_catalogue import load_attributes
from schemas.faults import Wording

_BETWEEN_CHILDREN = "；"


def workbook_headings(attributes: Sequence[str]) -> list[str]:
    """Return the headings of the answer columns."""
    names = [load_attributes()[name] for name in attributes]
    return [
        "比对结果（仅供核查参考） / result (for verification only)",
        *(f"{name.name_zh} / {name.name_en}" for name in names),
        "数据月份 / as of",
        "回执编号 / receipt",
        "保存至 / keep until",
    ]


def workbook_answers(attributes: Sequence[str], results: Sequence[RowResult]) -> Mapping[int, Sequence[str]]:
    """Return the answer cells by row number; a row that stands for several children has one answer after the other."""
    by_row: dict[int, list[RowResult]] = defaultdict(list)
    for result in results:
        by_row[result.row_number].append(result)
    return {number: _cells(attributes, found) for number, found in by_row.items()}


def _cells(attributes: Sequence[str], results: Sequence[RowResult]) -> list[str]:
    cells = [_row_cells(attributes, result) for result in results]
    return [_BETWEEN_CHILDREN.join(filter(None, column)) for column in zip(*cells, strict=True)]


def _row_cells(attributes: Sequence[str], result: RowResult) -> list[str]:
    return [
        _outcome(result),
        *(_answer(name, result) for name in attributes),
        result.as_of or "",
        result.receipt_number or "",
        result.expires_on or "",
    ]


def _answer(attribute: str, result: RowResult) -> str:
    if attribute not in result.values or result.values[attribute] is None:
        return ""
    return _say(say_value(attribute, result.values[attribute]))


def _outcome(result: RowResult) -> str:
    kind = kind_of(result)
    words = [both(KIND_WORDS[kind][0])]
    refusal = say_refusal(result)
    if refusal is not None:
        words.append(both(refusal))
    if kind is AnswerKind.UNUSABLE:
        words.extend(result.faults)
    return "：".join(words)


def _say(words: Wording) -> str:
    return words.zh if words.zh == words.en else both(words)
