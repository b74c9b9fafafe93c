"""The agreement's clauses in sentences: which one refused a request, and which ones let it pass."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from gateway.domain.budgets import LEGAL_ZONE
from gateway.domain.item_reasons import item_reason_words
from schemas.agreement import Agreement, Approval
from schemas.attribute_catalogue import load_attributes
from schemas.faults import Wording
from schemas.policy import Clause
from schemas.problem import ProblemCode, text_of
from schemas.purpose_catalogue import load_purposes

_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def deciding_clause(reason: str, agreement: Agreement | None) -> Wording:
    """Return in a sentence why a request was refused, and what the agreement says about that where it says anything.

    Args:
        reason: the reason code that the log states (`ProblemCode`); another one is given back as it is.
        agreement: the agreement under which was asked, where one was found.
    """
    said = _sentence(refusal_words(reason))
    clause = _CLAUSE_OF.get(ProblemCode(reason)) if reason in _CODES else None
    if agreement is None or clause is None:
        return said
    stated = clause(agreement)
    return Wording(f"{said.zh}协议规定：{stated.zh}。", f"{said.en} The agreement says: {stated.en}.")


def refusal_words(reason: str) -> Wording:
    """Return in a few words what a reason code means; one that no catalogue knows is given back as it is."""
    if reason in _CODES:
        text = text_of(ProblemCode(reason))
        return Wording(text.title_zh, text.title_en)
    return item_reason_words(reason) or Wording(f"理由代码：{reason}", f"Reason code: {reason}")


def _sentence(words: Wording) -> Wording:
    return Wording(f"{words.zh}。", f"{words.en}.")


def permitting_clauses(agreement: Agreement) -> tuple[Wording, ...]:
    """Return the clauses that a permitted request fulfilled, each in a few words."""
    return tuple(
        clause(agreement)
        for clause in (_purpose, _period, _regions, _attributes, _case, _approval, _batch, budget_clause)
    )


def fulfilled_clauses(clauses: Sequence[Clause], agreement: Agreement) -> tuple[Wording, ...]:
    """Return the clauses that a permit names in words, each sentence once."""
    return tuple(dict.fromkeys(_WORDS[clause](agreement) for clause in clauses))


def _purpose(agreement: Agreement) -> Wording:
    purpose = load_purposes().get(agreement.purpose)
    if purpose is None:
        return Wording(f"用途为 {agreement.purpose}", f"the purpose is {agreement.purpose}")
    return Wording(f"用途为 {purpose.id}《{purpose.name_zh}》", f"the purpose is {purpose.id}, “{purpose.name_en}”")


def _period(agreement: Agreement) -> Wording:
    begin, end = _day(agreement.valid_from), _day(agreement.valid_until)
    return Wording(f"有效期自 {begin.zh}至 {end.zh}", f"it is in force from {begin.en} until {end.en}")


def _regions(agreement: Agreement) -> Wording:
    return Wording(
        f"地区限于 {'、'.join(agreement.regions)}（GB/T 2260）",
        f"regions are {', '.join(agreement.regions)} (GB/T 2260)",
    )


def _attributes(agreement: Agreement) -> Wording:
    known = load_attributes()
    names = [known[name] for name in agreement.attributes if name in known]
    return Wording(
        f"可提供的信息项为{'、'.join(name.name_zh for name in names)}",
        f"attributes are {', '.join(name.name_en for name in names)}",
    )


def _case(agreement: Agreement) -> Wording:
    if agreement.case_number_required:
        return Wording("每次请求须有案件编号", "each request needs a case number")
    return Wording("请求可不带案件编号", "a request needs no case number")


def _approval(agreement: Agreement) -> Wording:
    if agreement.approval is Approval.SECOND_PERSON:
        return Wording("须由第二人审批", "a second person must approve")
    return Wording("不需第二人审批", "no second person need approve")


def _batch(agreement: Agreement) -> Wording:
    return Wording(f"每批不超过 {agreement.max_batch:,} 条", f"a batch has {agreement.max_batch:,} records at most")


def budget_clause(agreement: Agreement) -> Wording:
    """Return how much an agreement lets pass a day."""
    evaluations, releases = agreement.evaluations_per_day, agreement.releases_per_day
    return Wording(
        f"每日（自然日）至多计算关联键 {evaluations:,} 个、提供 {releases:,} 条",
        f"{evaluations:,} evaluated keys and {releases:,} releases a calendar day at most",
    )


def _officer_budget(agreement: Agreement) -> Wording:
    evaluations, releases = agreement.officer_evaluations_per_day, agreement.officer_releases_per_day
    return Wording(
        f"每名经办人每日（自然日）至多计算关联键 {evaluations:,} 个、提供 {releases:,} 条",
        f"{evaluations:,} evaluated keys and {releases:,} releases a calendar day at most for each officer",
    )


def _parties(agreement: Agreement) -> Wording:
    requester, provider = agreement.requester.agency, agreement.provider.agency
    return Wording(f"由 {requester} 向 {provider} 提出", f"{requester} asks {provider}")


def _version(agreement: Agreement) -> Wording:
    version = agreement.purpose_version
    return Wording(f"用途目录为签署时的第 {version} 版", f"the purpose stands as it was signed, in version {version}")


def _day(seconds: int) -> Wording:
    on = datetime.fromtimestamp(seconds, UTC).astimezone(LEGAL_ZONE)
    return Wording(f"{on.year}年{on.month}月{on.day}日", f"{on.day} {_MONTHS[on.month - 1]} {on.year}")


_CODES: Final = frozenset(code.value for code in ProblemCode)
_CLAUSE_OF: Final[Mapping[ProblemCode, Callable[[Agreement], Wording]]] = MappingProxyType(
    {
        ProblemCode.AGREEMENT_NOT_STARTED: _period,
        ProblemCode.AGREEMENT_EXPIRED: _period,
        ProblemCode.PURPOSE_DIFFERS: _purpose,
        ProblemCode.PURPOSE_UNKNOWN: _purpose,
        ProblemCode.ATTRIBUTE_NOT_AGREED: _attributes,
        ProblemCode.ATTRIBUTE_NEVER_RELEASED: _attributes,
        ProblemCode.REGION_MISSING: _regions,
        ProblemCode.REGION_NOT_AGREED: _regions,
        ProblemCode.CASE_NUMBER_MISSING: _case,
        ProblemCode.APPROVAL_MISSING: _approval,
        ProblemCode.BATCH_TOO_LARGE: _batch,
        ProblemCode.BUDGET_EXHAUSTED: budget_clause,
        ProblemCode.OFFICER_BUDGET_EXHAUSTED: _officer_budget,
    }
)

_WORDS: Final[Mapping[Clause, Callable[[Agreement], Wording]]] = MappingProxyType(
    {
        Clause.AGREEMENT: lambda found: Wording(
            f"信封写明协议 {found.id}", f"the envelope names the agreement {found.id}"
        ),
        Clause.MESSAGE: lambda _: Wording("报文属于可以提出的请求", "the message is one that may be asked"),
        Clause.PARTIES: _parties,
        Clause.STATE: lambda _: Wording(
            "协议已由双方签署，未中止、未撤销", "both signed it; nobody suspended or revoked it"
        ),
        Clause.VALID_FROM: _period,
        Clause.VALID_UNTIL: _period,
        Clause.PURPOSE: _purpose,
        Clause.PURPOSE_VERSION: _version,
        Clause.OFFICER: lambda _: Wording("写明经办人", "an officer is named"),
        Clause.CASE_NUMBER: _case,
        Clause.APPROVAL: _approval,
        Clause.EMERGENCY: lambda _: Wording(
            "紧急查询写明事由，须在下一工作日内由第二人复核",
            "the emergency's reason is stated; a second person reviews it by the next working day",
        ),
        Clause.REGIONS: _regions,
        Clause.ATTRIBUTES: _attributes,
        Clause.MAX_BATCH: _batch,
    }
)
