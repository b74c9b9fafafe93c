"""Results as a workbook: row number, outcome and what it rests on, the allowed answers, receipt and expiry."""

from collections.abc import Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from connectors.requester.words import OUTCOME_WORDS, REASON_WORDS, REFUSAL_WORDS, both
from connectors.state.questions import Question, RowResult
from schemas.attribute_catalogue import load_attributes
from schemas.comparison_words import describe
from schemas.key_set import KeySet
from schemas.messages.match import PARTS_A_MILLION, Outcome, SubjectKind

NOTICE = "比对结果仅供核查参考 / match result: for verification only"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_WORDS = {True: "是", False: "否", None: ""}

_Value = bool | int | float | str | None


def write_results(path: Path, question: Question, results: Sequence[RowResult], key_set: KeySet) -> None:
    """Write a line for each roster row, or for each child that it stands for, replacing the file at once."""
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("结果")
    sheet.append([NOTICE])
    cells = [WriteOnlyCell(sheet, value=heading) for heading in _headings(question)]
    for cell in cells:
        cell.font = Font(bold=True)
    sheet.append(cells)
    for result in results:
        sheet.append([_cell(value) for value in _columns(question, result, key_set)])
    temporary = path.with_name(path.name + ".new")
    workbook.save(temporary)
    temporary.replace(path)


def _headings(question: Question) -> list[str]:
    attributes = [load_attributes()[name] for name in question.attributes]
    return [
        "行号 / row",
        *(["第几名儿童 / child"] if question.subject is SubjectKind.GUARDIAN else []),
        "结果 / outcome",
        "概率 / probability",
        "比对情况 / comparison",
        "复核 / review",
        *(f"{attribute.name_zh} / {attribute.name_en}" for attribute in attributes),
        "数据月份 / as of",
        "回执编号 / receipt",
        "保存至 / keep until",
    ]


def _columns(question: Question, result: RowResult, key_set: KeySet) -> list[_Value]:
    child = [result.child_number if result.handle else None] if question.subject is SubjectKind.GUARDIAN else []
    answers = [result.values.get(name) for name in question.attributes]
    return [
        result.row_number,
        *child,
        _outcome(result),
        None if result.probability is None else result.probability / PARTS_A_MILLION,
        _comparison(result, key_set),
        _review(result),
        *answers,
        result.as_of,
        result.receipt_number,
        result.expires_on,
    ]


def _outcome(result: RowResult) -> str:
    """Return the outcome in words, and why there is no answer where there is none."""
    words = [both(OUTCOME_WORDS[result.outcome]), *result.faults]
    if result.refused is not None:
        words.append(both(REFUSAL_WORDS[result.refused]))
    return "；".join(words)


def _comparison(result: RowResult, key_set: KeySet) -> str | None:
    has_evidence = result.outcome in {Outcome.MATCH.value, Outcome.POSSIBLE_MATCH.value} and result.comparison
    return both(describe(key_set, result.comparison)) if has_evidence else None


def _review(result: RowResult) -> str | None:
    if result.review is None:
        return None
    return f"{result.review.officer}：{both(REASON_WORDS[result.review.reason])}"


def _cell(value: _Value) -> int | float | str | None:
    """Write yes and no as words, and text so that no spreadsheet takes it for a formula."""
    if value is None or isinstance(value, bool):
        return _WORDS[value]
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return "'" + value
    return value
