"""How pages speak of emergency calls: reasons, verdicts, where a call stands."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from hosting.web.language import Text
from schemas.emergency import CallState, EmergencyReason, Verdict

REASON_WORDS: Final[Mapping[EmergencyReason, Text]] = MappingProxyType(
    {
        EmergencyReason.FOUND_ALONE: Text("发现儿童走失或独自一人", "A child was found lost or alone"),
        EmergencyReason.UNATTENDED: Text(
            "监护人不能履职，儿童无人照料", "The child is left without anybody who cares for it"
        ),
        EmergencyReason.CAREGIVER_UNABLE: Text(
            "照护人突发疾病、死亡或被限制人身自由", "The caregiver fell ill, died or was detained"
        ),
        EmergencyReason.VIOLENCE: Text("正在遭受侵害或有现实危险", "The child is being harmed or in danger"),
        EmergencyReason.INJURY_OR_ILLNESS: Text("受伤、患病或昏迷，需要救治", "The child is hurt, ill or unconscious"),
        EmergencyReason.DISASTER: Text("灾害、事故", "A disaster or an accident"),
    }
)
VERDICT_WORDS: Final[Mapping[Verdict, Text]] = MappingProxyType(
    {
        Verdict.JUSTIFIED: Text("确属应急", "It was an emergency"),
        Verdict.MISUSE: Text("不当使用", "It was a misuse"),
    }
)
STATE_WORDS: Final[Mapping[CallState, tuple[Text, str]]] = MappingProxyType(
    {
        CallState.OPEN: (Text("待复核", "to be reviewed"), "waiting"),
        CallState.JUSTIFIED: (Text("确属应急", "justified"), "good"),
        CallState.MISUSE: (Text("不当使用，经办人已暂停", "misuse, officer suspended"), "bad"),
        CallState.OVERDUE: (Text("逾期未复核，经办人已暂停", "not reviewed in time, officer suspended"), "bad"),
        CallState.LIFTED: (Text("已解除暂停", "suspension lifted"), "neutral"),
    }
)
FAULT_WORDS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "digits": Text(
            "说明里不要写电话、身份号码等数字", "Write no numbers such as telephone or ID numbers into the note"
        ),
        "too_long": Text("说明不超过 300 字", "A note has 300 characters at most"),
        "reason": Text("请选择事由", "Choose a reason"),
        "name": Text("请填写姓名", "Give the name"),
        "nobody": Text(
            "没有覆盖该地区的紧急调用协议；请直接致电当地民政或公安值班室",
            "No agreement on emergency access covers this county: call the duty office there",
        ),
        "child": Text(
            "资料不足：请核对身份证号，或填写出生日期和县代码",
            "Too little to find the child by: check the ID number, or give birth date and county",
        ),
    }
)
REFUSED_WORDS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "own_call": Text("不能复核自己发起的紧急查询", "Nobody reviews an emergency call of their own"),
        "reviewed": Text("这次紧急查询已经复核", "This emergency call was reviewed already"),
        "officer_suspended": Text(
            "您的账号因紧急查询已被暂停，请联系安全管理员",
            "You are suspended over an emergency call: speak to the security administrator",
        ),
    }
)
