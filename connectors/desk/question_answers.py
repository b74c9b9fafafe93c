"""The answers to a question, for people: what became of each row, and each value in words."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from connectors.requester.open_question import UNUSABLE
from connectors.requester.words import REFUSAL_WORDS
from connectors.state.questions import RowResult
from schemas.attribute_catalogue import ReleasableAttribute, load_attributes, load_releasable
from schemas.faults import Wording
from schemas.messages.match import Outcome
from schemas.transforms import CODES_MARK, ReleasedValue

PARENTAL_CLASS: Final = "parental_status_class"
LACKING_KIND: Final = "missing_provider_type"
NO_ANSWER: Final = Wording("—", "—")
_YEAR_MONTH: Final = re.compile(r"([0-9]{4})-([0-9]{2})")
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


class AnswerKind(StrEnum):
    """What became of a row, as officers tell rows apart."""

    MATCH = "match"
    POSSIBLE = "possible"
    NONE = "none"
    REFUSED = "refused"
    UNUSABLE = "unusable"


KIND_WORDS: Final[Mapping[AnswerKind, tuple[Wording, str]]] = MappingProxyType(
    {
        AnswerKind.MATCH: (Wording("匹配，有答复", "matched and answered"), "good"),
        AnswerKind.POSSIBLE: (Wording("可能匹配，需复核", "possible match: to be reviewed"), "waiting"),
        AnswerKind.NONE: (Wording("未匹配，也可能是对方未持有", "no match, or not held there"), "neutral"),
        AnswerKind.REFUSED: (Wording("匹配，未答复", "matched, no answer"), "warning"),
        AnswerKind.UNUSABLE: (Wording("数据不足，未查询", "insufficient data: not asked"), "bad"),
    }
)


def kind_of(result: RowResult) -> AnswerKind:
    """Return what became of a row."""
    if result.outcome == UNUSABLE:
        return AnswerKind.UNUSABLE
    if result.outcome == Outcome.POSSIBLE_MATCH:
        return AnswerKind.POSSIBLE
    if result.outcome == Outcome.NON_MATCH:
        return AnswerKind.NONE
    return AnswerKind.REFUSED if result.refused is not None else AnswerKind.MATCH


def count_kinds(results: Iterable[RowResult]) -> dict[AnswerKind, int]:
    """Return how many rows are of each kind; a row that stands for several children counts once."""
    counts = Counter(kind_of(result) for result in results if result.child_number == 1)
    return {kind: counts[kind] for kind in AnswerKind}


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What several offices say together of so many children; `lacking`: how often which kind of office lacks data."""

    words: Wording
    children: int
    lacking: tuple[tuple[Wording, int], ...]


def count_conclusions(results: Iterable[RowResult]) -> list[Conclusion]:
    """Return how many children are of each class of parental status, in the catalogue's order."""
    children: Counter[str] = Counter()
    lacking: dict[str, Counter[str]] = {}
    for result in results:
        told = str(result.values.get(PARENTAL_CLASS) or "")
        children[told] += 1
        codes = str(result.values.get(LACKING_KIND) or "")
        lacking.setdefault(told, Counter()).update(code for code in codes.split(CODES_MARK) if code)
    known = load_releasable()[PARENTAL_CLASS].codes
    return [
        Conclusion(
            say_value(PARENTAL_CLASS, one.code),
            children[one.code],
            tuple((say_value(LACKING_KIND, code), number) for code, number in lacking[one.code].most_common()),
        )
        for one in known
        if children[one.code]
    ]


def say_value(attribute: str, value: ReleasedValue | None) -> Wording:
    """Return a released value in words: yes or no, a code's name, a month; a dash where there is none."""
    if value is None:
        return NO_ANSWER
    if isinstance(value, bool):
        return Wording("是", "yes") if value else Wording("否", "no")
    known = load_attributes().get(attribute)
    codes = {code.code: code for code in known.codes} if isinstance(known, ReleasableAttribute) else {}
    named = [codes[one] for one in str(value).split(CODES_MARK) if one in codes]
    if named:
        return Wording("、".join(code.zh for code in named), ", ".join(code.en for code in named))
    return say_month(str(value))


def say_month(text: str) -> Wording:
    """Return a year and month in words; any other text as it is."""
    found = _YEAR_MONTH.fullmatch(text)
    if found is None or not 1 <= int(found[2]) <= len(_MONTHS):
        return Wording(text, text)
    return Wording(f"{found[1]}年{int(found[2])}月", f"{_MONTHS[int(found[2]) - 1]} {found[1]}")


def say_refusal(result: RowResult) -> Wording | None:
    """Return why nothing was released about a match, or None."""
    return None if result.refused is None else REFUSAL_WORDS[result.refused]
