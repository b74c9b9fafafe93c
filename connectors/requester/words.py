"""What outcomes, grounds and reasons are called where people read them, zh and en."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from schemas.faults import Wording
from schemas.messages.exchange import Refusal
from schemas.messages.match import Basis, Outcome, ReviewReason, WithheldReason


def both(wording: Wording) -> str:
    """Return a wording in both languages, zh first."""
    return f"{wording.zh} / {wording.en}"


OUTCOME_WORDS: Final[Mapping[str, Wording]] = MappingProxyType(
    {
        Outcome.MATCH.value: Wording("匹配", "match"),
        Outcome.POSSIBLE_MATCH.value: Wording("可能匹配，需复核", "possible match"),
        Outcome.NON_MATCH.value: Wording("未匹配或对方未持有", "no match or not held"),
        "unusable": Wording("数据不足", "insufficient data"),
    }
)

BASIS_WORDS: Final[Mapping[str, Wording]] = MappingProxyType(
    {
        "settled": Wording("证件号、姓名读音和出生日期均相同", "ID number, name by sound and birth date all agree"),
        "relation": Wording("监护人证件号相同", "the guardian's ID number agrees"),
        Basis.FITTED.value: Wording("按本次数据估计的概率", "probabilities estimated on this run"),
        Basis.KEPT_MODEL.value: Wording(
            "按此前较大一次查询的模型估计的概率", "probabilities by the model of a larger run"
        ),
        Basis.RULES.value: Wording("固定规则，记录太少不能估计概率", "fixed rules: too few records to estimate"),
    }
)

WITHHELD_WORDS: Final[Mapping[WithheldReason, Wording]] = MappingProxyType(
    {
        WithheldReason.LOW_PRECISION: Wording(
            "估计的准确率低于95%，凭概率的匹配全部转为可能匹配",
            "the estimated precision is below 95%: none is matched by probability",
        ),
        WithheldReason.TOO_FEW_PAIRS: Wording(
            "可比较的记录对太少，凭概率的匹配全部转为可能匹配",
            "too few pairs to compare: none is matched by probability",
        ),
        WithheldReason.DUPLICATES: Wording(
            "重复记录太多，请先去重；凭概率的匹配全部转为可能匹配",
            "too many duplicates, remove them first: none is matched by probability",
        ),
    }
)

REASON_WORDS: Final[Mapping[ReviewReason, Wording]] = MappingProxyType(
    {
        ReviewReason.PAPERS_SEEN: Wording("已查看证件或档案", "papers were seen"),
        ReviewReason.FAMILY_ASKED: Wording("已询问家庭", "the family was asked"),
        ReviewReason.OFFICE_ASKED: Wording("已询问村（居）委会、学校等单位", "another office was asked"),
        ReviewReason.SAME_BY_COMPARISON: Wording("比对情况足以认定", "the comparison suffices"),
        ReviewReason.OTHER_CHILD: Wording("是另一名儿童", "it is another child"),
        ReviewReason.NOT_ENOUGH_EVIDENCE: Wording("依据不足", "not enough evidence"),
    }
)

REFUSAL_WORDS: Final[Mapping[str, Wording]] = MappingProxyType(
    {
        "not_provable": Wording(
            "相同的项目不足以向对方证明，未询问", "what agrees can't prove it to the provider: not asked"
        ),
        Refusal.POSSESSION_NOT_PROVEN.value: Wording("对方未认可持有证明", "the provider found possession not proven"),
        Refusal.NO_LONGER_HELD.value: Wording("对方已不再持有", "no longer held"),
        Refusal.OUTSIDE_REGION.value: Wording("不在协议地区内", "outside the agreement's regions"),
        Refusal.UNDERIVABLE.value: Wording("对方数据不足以得出答复", "the answer can't be derived"),
    }
)
