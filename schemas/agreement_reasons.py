"""Why a proposed agreement is returned or refused: closed lists of codes (Regulations on Government Data Sharing, 21).

A code stands in the log and in the agreement's history; none is ever renamed.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from schemas.faults import Wording

INCOMPLETE_REASONS: Final[Mapping[str, Wording]] = MappingProxyType(
    {
        "basis_missing": Wording("未写明使用依据", "the legal basis is not stated"),
        "scene_missing": Wording("未写明使用场景", "the scene of use is not stated"),
        "scope_unclear": Wording("数据项或者地区范围不明确", "the attributes or regions are not clear"),
        "mode_unclear": Wording("使用方式不明确", "the way of use is not clear"),
        "period_unclear": Wording("使用时限不明确", "the period of use is not clear"),
        "head_approval_missing": Wording("缺共享主管人员审核意见", "the sharing-office head's approval is missing"),
        "impact_assessment_missing": Wording("缺个人信息保护影响评估", "the impact assessment is missing"),
        "security_measures_missing": Wording("缺安全保护措施说明", "the security measures are not described"),
    }
)
"""What a proposal lacks; all of it is told at once."""

REFUSAL_REASONS: Final[Mapping[str, Wording]] = MappingProxyType(
    {
        "no_legal_basis": Wording("没有法律、法规依据", "there is no basis in law"),
        "not_a_duty": Wording("超出需求部门履行职责的范围", "it is beyond the requester's duties"),
        "not_necessary": Wording("超出履行职责所必需", "it is more than the duty needs"),
        "not_held": Wording("本单位不掌握所需数据", "we do not hold the data"),
        "secret": Wording("依法不得共享", "the law forbids sharing it"),
        "security_insufficient": Wording("安全保护措施不足", "the security measures do not suffice"),
        "key_not_confirmed": Wording("对方密钥指纹未能核对一致", "the other party's key could not be confirmed"),
    }
)
"""Why a provider refuses; each has to be said, and the requester may dispute it."""

REASONS: Final[Mapping[str, Wording]] = MappingProxyType({**INCOMPLETE_REASONS, **REFUSAL_REASONS})
"""All of them."""
