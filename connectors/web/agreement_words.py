"""What the pages say of agreements: states as tags, what waits, checks, and why something is not open."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from connectors.desk.agreement_checks import DraftCheck
from connectors.desk.agreement_drafts import DraftDeclineReason
from connectors.desk.agreement_view import Group, Part, Waits
from connectors.state.agreement_drafts import DraftState
from hosting.web.language import Text

DRAFT_STATE_WORDS: Final = MappingProxyType(
    {
        DraftState.DRAFT: (Text("草稿", "draft"), "neutral"),
        DraftState.AWAITING_APPROVAL: (Text("待第二人确认", "waits for a second person"), "waiting"),
    }
)
PART_WORDS: Final[Mapping[Part, Text]] = MappingProxyType(
    {
        Part.REQUESTER: Text("我方查询", "we ask"),
        Part.PROVIDER: Text("我方提供", "we are asked"),
        Part.LEAD: Text("我方会签", "we countersign"),
    }
)
WAIT_WORDS: Final[Mapping[Waits, Text]] = MappingProxyType(
    {
        Waits.CONFIRM: Text("已提请签署，需要另一人确认", "a signature was prepared: a second person confirms it"),
        Waits.SETTLE: Text("需求部门有异议，请裁定", "the refusal is disputed: decide"),
        Waits.CHECK: Text("新的申请，请看材料是否齐全", "a new proposal: see whether it is complete"),
        Waits.DECIDE: Text("请在期限内签署或者说明不同意的理由", "sign it in time, or refuse it with a reason"),
        Waits.COUNTERSIGN: Text("双方已签署，请会签", "both have signed: countersign it"),
        Waits.PUBLISH: Text("协议已生效，请发布索引", "in force: publish the index"),
        Waits.REVISE: Text("对方告知需要补正，请修改后重新提出", "it lacks something: revise and propose it anew"),
    }
)
GROUP_WORDS: Final[Mapping[Group, tuple[Text, Text]]] = MappingProxyType(
    {
        Group.OURS: (
            Text("待我方办理", "Waiting for us"),
            Text("现在没有等待本单位办理的协议。", "No agreement waits for this agency now."),
        ),
        Group.THEIRS: (
            Text("等待对方", "Waiting for others"),
            Text("没有正在等待其他单位的协议。", "None waits for another agency."),
        ),
        Group.IN_FORCE: (Text("现行协议", "In force"), Text("没有现行协议。", "None is in force.")),
        Group.ENDED: (Text("已结束", "Ended"), Text("没有已结束的协议。", "None has ended.")),
    }
)
CHECK_WORDS: Final[Mapping[DraftCheck, tuple[Text, Text]]] = MappingProxyType(
    {
        DraftCheck.PROVIDER_REGISTERED: (
            Text("对方单位已在网关登记", "The other agency is registered at the gateway"),
            Text("对方单位没有登记，请另选对方单位", "The other agency is not registered: choose another"),
        ),
        DraftCheck.SAME_KEY: (
            Text("对方的签名密钥没有变化", "The other agency's signing key is the one that was chosen"),
            Text(
                "对方的签名密钥与起草时不同：请打电话核实，再重新选择对方单位",
                "The other agency's key has changed since: telephone them, then choose them anew",
            ),
        ),
        DraftCheck.KEY_COMPARED: (
            Text("已与对方电话核对密钥指纹", "The key's digits were compared by telephone"),
            Text(
                "还没有核对对方的密钥指纹：请打电话核对，再到“对方单位”一步勾选",
                "The key's digits were not compared: telephone them, then tick it at “Whom”",
            ),
        ),
        DraftCheck.TERMS_FIT: (
            Text("条款都在用途目录允许的范围内", "All terms are within what the purpose allows"),
            Text("条款超出用途目录允许的范围，请修改条款", "The terms are wider than the purpose: change them"),
        ),
        DraftCheck.NO_OTHER: (
            Text("没有重复的现行协议", "No agreement in force says the same"),
            Text(
                "与对方就这一用途已有现行协议：请到那项协议的页面上续签或变更",
                "There is one in force with them for this purpose: renew or change it on its page",
            ),
        ),
    }
)
DECLINE_WORDS: Final[Mapping[DraftDeclineReason, Text]] = MappingProxyType(
    {
        DraftDeclineReason.TERMS_TOO_WIDE: Text("范围超出办理所需", "It asks for more than is needed"),
        DraftDeclineReason.WRONG_PARTNER: Text("对方单位不对", "The other agency is not the right one"),
        DraftDeclineReason.WRONG_PERIOD: Text("有效期不对", "The period is not right"),
        DraftDeclineReason.KEY_NOT_COMPARED: Text("密钥指纹还需核对", "The key's digits are to be compared first"),
        DraftDeclineReason.TALK_TO_ME: Text("请与确认人当面说明", "Please talk to me"),
    }
)
REFUSED_WORDS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "not_the_author": Text("只有起草人可以修改草稿", "Only who drafted it may change it"),
        "own_draft": Text("不能确认自己起草的协议，请由另一人确认", "Nobody approves their own draft: ask another"),
        "not_in_this_state": Text("草稿的状态已变化，请看最新状态", "The draft has moved on: see below"),
        "incomplete": Text("还有检查没有通过，请按下面的提示改正", "A check is not met yet: see below what to do"),
        "nothing_to_sign": Text("这项协议现在不需要签署", "There is nothing to sign now"),
        "prepared_already": Text("已有人提请签署，请由另一人确认", "Somebody has prepared it: another confirms"),
        "not_prepared": Text("还没有人提请签署", "Nobody has prepared a signature"),
        "own_signature": Text(
            "不能确认自己提请的签署，请由另一人确认", "Nobody confirms what they prepared: ask another"
        ),
        "not_the_preparer": Text("只有提请人可以撤回", "Only who prepared it may take it back"),
    }
)
