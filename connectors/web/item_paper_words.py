"""Papers of items as pages and print show them: each a title and its lines; numbers covered unless asked for."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final, TypeVar

from connectors.desk.ledger_text import cover_number
from connectors.items.papers import (
    Child,
    DropoutPaper,
    NoticePaper,
    Paper,
    ReferralPaper,
    ReportPaper,
    ResultPaper,
    VisitPaper,
)
from connectors.items.words import (
    DANGER_WORDINGS,
    SERVICE_WORDINGS,
    SITUATION_WORDINGS,
)
from hosting.web.language import Text, choose, t
from hosting.web.wording import say_day
from schemas.dropouts.reasons import DROPOUT_REASON, DropoutReason

TITLES: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "referral": Text("转介单", "Referral"),
        "visit": Text("走访记录", "Home visit"),
        "result": Text("办理结果", "Result"),
        "report": Text("报告单", "Report"),
        "notice": Text("通报单", "Notification"),
        "dropout": Text("疑似辍学情况", "Suspected dropout"),
    }
)
GENDERS: Final = MappingProxyType({"male": Text("男", "male"), "female": Text("女", "female")})
E = TypeVar("E", bound=StrEnum)
Line = tuple[str, str]
"""A label and what stands beside it, in the request's language."""


@dataclass(frozen=True, slots=True)
class ShownPaper:
    """A paper as it is shown: the number of the event that it came with, its title, its lines."""

    event: int
    title: str
    lines: tuple[Line, ...] = field(repr=False)


def show_paper(event: int, paper: Paper, *, is_whole: bool) -> ShownPaper:
    """Return a paper for reading; ID numbers and telephones are covered unless `is_whole`."""
    lines = tuple((label, text) for label, text in _lines(paper, is_whole=is_whole) if text)
    return ShownPaper(event, choose(TITLES[paper.kind]), lines)


def show_child(child: Child, *, is_whole: bool) -> tuple[Line, ...]:
    """Return what is known of a child, line by line."""
    return tuple((label, text) for label, text in _child(child, is_whole=is_whole) if text)


def has_numbers(papers: Iterable[tuple[int, Paper]]) -> bool:
    """Return whether anything would be covered."""
    return any(child.citizen_id or child.guardian_phone for _, paper in papers for child in _children(paper))


def _children(paper: Paper) -> tuple[Child, ...]:
    match paper:
        case ReferralPaper(child=child) | DropoutPaper(child=child) | ReportPaper(child=Child() as child):
            return (child,)
        case NoticePaper(children=children):
            return children
    return ()


def _lines(paper: Paper, *, is_whole: bool) -> Iterator[Line]:
    children = _children(paper)
    for number, child in enumerate(children, 1):
        if len(children) > 1:
            yield t("儿童", "Child"), str(number)
        yield from _child(child, is_whole=is_whole)
    match paper:
        case ReferralPaper():
            yield t("转介原因", "Why referred"), _said(paper.situations, SITUATION_WORDINGS)
            yield t("希望落实", "What is asked for"), _said(paper.wanted, SERVICE_WORDINGS)
        case ReportPaper():
            yield t("报告情形", "What is reported"), _said(paper.situations, DANGER_WORDINGS)
            yield t("地点", "Place"), paper.place or ""
        case VisitPaper():
            yield t("走访日期", "Visited on"), say_day(paper.visited_on)
            yield t("是否见到儿童", "Child seen"), t("见到", "yes") if paper.child_seen else t("未见到", "no")
        case ResultPaper():
            yield t("已落实", "What was done"), _said(paper.services, SERVICE_WORDINGS)
        case NoticePaper():
            yield t("监护人", "Guardian"), paper.guardian_name or ""
            yield t("自何日起需要照料", "Care needed from"), say_day(paper.care_needed_from)
        case DropoutPaper():
            yield from _dropout(paper)
    yield t("说明", "Note"), paper.note or ""
    if isinstance(paper, ReportPaper) and paper.reporter is not None:
        yield t("报告人（仅本单位）", "Reporter (this office alone)"), paper.reporter.name
        yield t("报告人联系方式（仅本单位）", "Reporter's contact (this office alone)"), paper.reporter.contact or ""


def _dropout(paper: DropoutPaper) -> Iterator[Line]:
    yield t("最后到校", "Last at school"), say_day(paper.last_seen_on) if paper.last_seen_on else ""
    yield t("连续缺勤教学日", "School days absent"), "" if paper.absent_days is None else str(paper.absent_days)
    yield t("原因", "Reason"), _reason(paper.reason_code)


def _reason(code: str | None) -> str:
    """Return a code of the dropout ledger with its name; one that is not in our list as it came."""
    if code is None or code not in set(DropoutReason):
        return code or ""
    words = DROPOUT_REASON.words[DropoutReason(code)]
    return f"{code} {t(words.zh, words.en)}"


def _child(child: Child, *, is_whole: bool) -> Iterator[Line]:
    yield t("姓名", "Name"), child.name
    yield t("性别", "Sex"), choose(GENDERS[child.gender]) if child.gender else ""
    yield t("出生日期", "Born on"), say_day(child.birth_date) if child.birth_date else ""
    yield t("身份号码", "ID number"), _number(child.citizen_id, is_whole=is_whole)
    yield t("现住址", "Address"), child.address or ""
    yield t("监护人", "Guardian"), child.guardian_name or ""
    yield t("监护人电话", "Guardian's telephone"), _number(child.guardian_phone, is_whole=is_whole)
    yield t("学校", "School"), child.school or ""


def _number(number: str | None, *, is_whole: bool) -> str:
    if number is None:
        return ""
    return number if is_whole else cover_number(number)


def _said(codes: Iterable[E], words: Mapping[E, Text]) -> str:
    return t("；", "; ").join(choose(words[code]) for code in codes)
