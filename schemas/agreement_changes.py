"""What differs between two versions of an agreement, term by term, in words that an office can decide on."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from schemas.agreement import Agreement, Approval, Party
from schemas.agreement_words import APPROVAL_WORDS
from schemas.attribute_catalogue import load_attributes
from schemas.faults import Wording
from schemas.working_days import CHINA_TIME

_NONE: Final = Wording("无", "none")


@dataclass(frozen=True, slots=True)
class Change:
    """A term that is not as it was."""

    term: Wording
    before: Wording
    after: Wording


def describe_changes(before: Agreement, after: Agreement) -> tuple[Change, ...]:
    """Return the terms that differ, in the order in which an agreement is read; none if only the version does.

    Id, revision and the version that is replaced are no terms: they differ in every version.
    """
    return tuple(
        Change(name, say(getattr(before, term)), say(getattr(after, term)))
        for term, (name, say) in _TERMS.items()
        if getattr(before, term) != getattr(after, term)
    )


def _plain(value: object) -> Wording:
    return Wording(str(value), str(value))


def _number(value: int) -> Wording:
    return _plain(f"{value:,}")


def _moment(seconds: int) -> Wording:
    local = datetime.fromtimestamp(seconds, UTC).astimezone(CHINA_TIME)
    return Wording(
        f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}",
        f"{local.day} {local:%B} {local.year}, {local:%H:%M}",
    )


def _party(party: Party | None) -> Wording:
    if party is None:
        return _NONE
    return Wording(f"{party.agency}，密钥指纹 {party.signing_key}", f"{party.agency}, key {party.signing_key}")


def _regions(regions: Iterable[str]) -> Wording:
    return Wording("、".join(regions), ", ".join(regions))


def _attributes(ids: Iterable[str]) -> Wording:
    known = load_attributes()
    names = [Wording(known[id_].name_zh, known[id_].name_en) if id_ in known else _plain(id_) for id_ in ids]
    return Wording("、".join(name.zh for name in names), "; ".join(name.en for name in names))


def _whether(value: bool) -> Wording:  # noqa: FBT001 - a term's value
    return Wording("须填写", "must be given") if value else Wording("不要求", "not asked for")


def _approval(value: Approval) -> Wording:
    return APPROVAL_WORDS[value]


_TERMS: Final[Mapping[str, tuple[Wording, Callable[..., Wording]]]] = MappingProxyType(
    {
        "purpose": (Wording("用途", "Purpose"), _plain),
        "purpose_version": (Wording("用途的版本", "Version of the purpose"), _plain),
        "requester": (Wording("需求部门", "Requester"), _party),
        "provider": (Wording("提供部门", "Provider"), _party),
        "lead": (Wording("会签的牵头机构", "Lead body that countersigns"), _party),
        "attributes": (Wording("数据项", "Attributes"), _attributes),
        "regions": (Wording("地区", "Regions"), _regions),
        "linkage_schema": (Wording("关联键方案", "Linkage schema"), _plain),
        "valid_from": (Wording("生效时间", "Begins"), _moment),
        "valid_until": (Wording("截止时间", "Ends"), _moment),
        "case_number_required": (Wording("个案编号", "Case number"), _whether),
        "approval": (Wording("审批", "Approval"), _approval),
        "max_batch": (Wording("每批上限", "Records a request"), _number),
        "evaluations_per_day": (Wording("每日计算额度", "Evaluations a day"), _number),
        "releases_per_day": (Wording("每日提供人次", "Releases a day"), _number),
        "officer_evaluations_per_day": (Wording("每名经办人每日计算额度", "Evaluations a day and officer"), _number),
        "officer_releases_per_day": (Wording("每名经办人每日提供人次", "Releases a day and officer"), _number),
        "retention_days": (Wording("结果保存天数", "Days that results are kept"), _number),
    }
)
