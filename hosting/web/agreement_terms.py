"""The exact terms of an agreement in words, row by row, as both consoles show them before anybody signs."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from hosting.web.language import Text
from hosting.web.listing import Column
from hosting.web.wording import office_time
from schemas.agreement import Agreement, AgreementState, Party
from schemas.agreement_names import APPROVAL_NAMES, STATE_NAMES
from schemas.attribute_catalogue import load_attributes
from schemas.purpose_catalogue import Purpose

STATE_TAGS: Final[Mapping[AgreementState, tuple[Text, str]]] = MappingProxyType(
    {
        state: (STATE_NAMES[state], kind)
        for state, kind in (
            (AgreementState.PROPOSED, "waiting"),
            (AgreementState.INCOMPLETE, "warning"),
            (AgreementState.IN_REVIEW, "waiting"),
            (AgreementState.AGREED, "waiting"),
            (AgreementState.ACTIVE, "good"),
            (AgreementState.SUSPENDED, "warning"),
            (AgreementState.REFUSED, "bad"),
            (AgreementState.DISPUTED, "warning"),
            (AgreementState.REPLACED, "neutral"),
            (AgreementState.EXPIRED, "neutral"),
            (AgreementState.REVOKED, "neutral"),
        )
    }
)
"""Words and kind of the tag of each state."""

CHANGE_COLUMNS: Final = (
    Column(Text("条款", "Term")),
    Column(Text("上一版本", "Before")),
    Column(Text("本版本", "Now")),
)


@dataclass(frozen=True, slots=True)
class TermRow:
    """One term: its name, its lines, and a code to compare where there is one."""

    term: Text
    lines: tuple[Text, ...]
    code: str | None = None


@dataclass(frozen=True, slots=True)
class SaidTerms:
    """All terms of an agreement, in the order in which they are read."""

    rows: tuple[TermRow, ...]


def say_terms(terms: Agreement, purpose: Purpose, names: Mapping[str, Text]) -> SaidTerms:
    """Return every term in words.

    Args:
        terms: the agreement.
        purpose: the catalogue's entry that it narrows.
        names: full names by agency.
    """
    rows = (
        *_parties(terms, names),
        TermRow(Text("用途", "Purpose"), (Text(purpose.name_zh, purpose.name_en),)),
        TermRow(Text("依据", "Legal ground"), tuple(_say_basis(purpose))),
        TermRow(Text("可提供的数据项", "What may be answered"), _attributes(terms.attributes)),
        TermRow(Text("绝不提供", "What never is"), _attributes(purpose.never)),
        TermRow(Text("哪里的儿童", "Children of"), tuple(Text(region, region) for region in terms.regions)),
        TermRow(Text("有效期", "Period"), (_period(terms),)),
        *_conditions(terms),
    )
    return SaidTerms(rows)


def _parties(terms: Agreement, names: Mapping[str, Text]) -> tuple[TermRow, ...]:
    parts = (
        (Text("需求部门", "Who asks"), terms.requester),
        (Text("提供部门", "Who is asked"), terms.provider),
        (Text("牵头部门（会签）", "Lead body (countersigns)"), terms.lead),
    )
    return tuple(_party(term, party, names) for term, party in parts if party is not None)


def _party(term: Text, party: Party, names: Mapping[str, Text]) -> TermRow:
    name = names.get(party.agency, Text(party.agency, party.agency))
    return TermRow(term, (name,), party.agency)


def _say_basis(purpose: Purpose) -> list[Text]:
    said = []
    for basis in purpose.legal_basis:
        text = f"《{basis.instrument}》第 {basis.article} 条" if basis.article else f"《{basis.instrument}》"
        said.append(Text(text, text))
    return said


def _attributes(ids: tuple[str, ...]) -> tuple[Text, ...]:
    return tuple(Text(load_attributes()[id_].name_zh, load_attributes()[id_].name_en) for id_ in ids)


def _period(terms: Agreement) -> Text:
    first, last = office_time(terms.valid_from), office_time(terms.valid_until)
    return Text(f"{first:%Y-%m-%d} 至 {last:%Y-%m-%d}", f"{first:%Y-%m-%d} to {last:%Y-%m-%d}")


def _conditions(terms: Agreement) -> tuple[TermRow, ...]:
    case = Text("须有在办个案编号", "needed") if terms.case_number_required else Text("不要求", "not needed")
    return (
        TermRow(Text("个案编号", "Case number"), (case,)),
        TermRow(Text("查询审批", "Approval of questions"), (APPROVAL_NAMES[terms.approval],)),
        TermRow(Text("每批人数", "Children at once"), (_at_most(terms.max_batch),)),
        TermRow(
            Text("每日额度", "A day's budget"),
            (
                Text(
                    f"散列计算 {terms.evaluations_per_day:,} 次，答复 {terms.releases_per_day:,} 人次",
                    f"{terms.evaluations_per_day:,} evaluations, {terms.releases_per_day:,} answers",
                ),
            ),
        ),
        TermRow(
            Text("其中每名经办人", "Of these each officer"),
            (
                Text(
                    f"散列计算 {terms.officer_evaluations_per_day:,} 次，答复 {terms.officer_releases_per_day:,} 人次",
                    f"{terms.officer_evaluations_per_day:,} evaluations, {terms.officer_releases_per_day:,} answers",
                ),
            ),
        ),
        TermRow(
            Text("答复保存", "Answers are kept"),
            (Text(f"至多 {terms.retention_days:,} 天", f"{terms.retention_days:,} days at most"),),
        ),
        TermRow(
            Text("版本", "Version"),
            (Text(f"第 {terms.revision} 版", f"version {terms.revision}"),),
        ),
    )


def _at_most(count: int) -> Text:
    return Text(f"至多 {count:,} 名", f"{count:,} at most")
