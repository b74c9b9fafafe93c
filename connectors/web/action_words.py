"""What the agency's own record calls each thing that was done or looked at."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from connectors.console.actions import Action
from hosting.web.language import Text

ACTION_NAMES: Final[Mapping[Action, Text]] = MappingProxyType(
    {
        Action.SIGN_IN: Text("登录", "Signed in"),
        Action.SIGN_IN_FAILED: Text("登录失败", "Failed to sign in"),
        Action.PASSWORD_REPLACED: Text("更换密码", "Replaced the password"),
        Action.ROLES_GRANTED: Text("授予角色", "Granted roles"),
        Action.ROLES_REVOKED: Text("收回角色", "Took roles away"),
        Action.LEDGER_UPLOADED: Text("上传台账", "Uploaded a ledger"),
        Action.LEDGER_VIEWED: Text("查看台账", "Looked at a ledger"),
        Action.LEDGER_UNMASKED: Text("查看完整证件号", "Looked at whole ID numbers"),
        Action.LEDGER_REPAIRED: Text("改正台账", "Put a ledger right"),
        Action.LEDGER_DOWNLOADED: Text("下载台账", "Downloaded a ledger"),
        Action.LEDGER_DESTROYED: Text("销毁台账", "Destroyed a ledger"),
        Action.QUESTION_DRAFTED: Text("起草查询", "Drafted a question"),
        Action.QUESTION_SUBMITTED: Text("提交审批", "Put a question to approval"),
        Action.QUESTION_WITHDRAWN: Text("撤回查询", "Withdrew a question"),
        Action.QUESTION_APPROVED: Text("批准查询", "Approved a question"),
        Action.QUESTION_REFUSED: Text("不批准查询", "Refused a question"),
        Action.QUESTION_ASKED: Text("发出查询", "Asked a question"),
        Action.QUESTION_ANSWERED: Text("查询得到答复", "A question was answered"),
        Action.QUESTION_FAILED: Text("查询未完成", "A question was not finished"),
        Action.QUESTION_DELETED: Text("删除查询", "Deleted a question"),
        Action.RESULTS_VIEWED: Text("查看答复", "Looked at answers"),
        Action.RESULTS_DOWNLOADED: Text("下载答复", "Downloaded answers"),
        Action.RECEIPT_PRINTED: Text("打印回执", "Printed a receipt"),
        Action.MATCH_VIEWED: Text("查看可能匹配", "Looked at a possible match"),
        Action.MATCH_DECIDED: Text("复核可能匹配", "Reviewed a possible match"),
        Action.MATCH_CONFIRMED: Text("会签复核", "Co-signed a review"),
        Action.RELEASES_VIEWED: Text("查看我方被查", "Looked at what was asked of us"),
        Action.CHILD_SOUGHT: Text("在登记册中查找儿童", "Looked for a child in the register"),
        Action.CHILD_ACCOUNT_VIEWED: Text("查看一名儿童的被查情况", "Looked at what was asked about a child"),
        Action.ACCOUNTING_VIEWED: Text("查看网关签名的清单", "Looked at an accounting of the gateway"),
        Action.LETTER_WRITTEN: Text("制作告知书", "Made a letter to a guardian"),
        Action.CORRECTION_RECORDED: Text("登记校核申请", "Recorded a request for correction"),
        Action.CORRECTION_VIEWED: Text("查看校核申请", "Looked at a request for correction"),
        Action.CORRECTION_PRINTED: Text("打印校核申请单", "Printed a request for correction"),
        Action.CORRECTION_DECIDED: Text("答复校核申请", "Answered a request for correction"),
        Action.CORRECTION_DUE_MOVED: Text("重新计算校核期限", "Counted a due day anew, by new holidays"),
        Action.CORRECTION_DESTROYED: Text("销毁到期的校核申请", "Destroyed a request for correction that was due"),
        Action.AGREEMENT_SUSPENDED: Text("暂停协议", "Suspended an agreement"),
        Action.AGREEMENT_RESUMED: Text("恢复协议", "Resumed an agreement"),
        Action.DATA_VIEWED: Text("查看数据状况", "Looked at the state of the data"),
        Action.INDEX_REFRESHED: Text("按时更新索引", "Refreshed an index by the clock"),
        Action.INDEX_SHRINKAGE_ACCEPTED: Text("确认登记册减少，同意发布索引", "Took a smaller register for right"),
        Action.HOLIDAYS_ADDED: Text("添加放假通知", "Added a holiday notice"),
        Action.ITEM_OPENED: Text("发起事项", "Opened an item"),
        Action.ITEM_STEP: Text("办理事项", "Took a step of an item"),
        Action.ITEM_VIEWED: Text("查看事项", "Looked at an item"),
        Action.ITEM_DELETED: Text("删除拟稿", "Deleted a draft of an item"),
        Action.REFUSAL_DISMISSED: Text("撤下没有办成的步骤", "Took a refused step off"),
        Action.VISIT_REPORTED: Text("报告入户走访", "Reported a visit"),
        Action.DROPOUT_FLAGGED: Text("标记疑似辍学", "Flagged a suspected dropout"),
        Action.DROPOUT_ENTRY_DESTROYED: Text("销毁到期的学生填报内容", "Destroyed what was told of a pupil, as due"),
        Action.DROPOUTS_VIEWED: Text("查看控辍保学台账", "Looked at the dropout ledgers"),
        Action.DROPOUTS_DOWNLOADED: Text("下载控辍保学台账", "Downloaded a dropout ledger"),
        Action.DROPOUT_REPORT_SENT: Text("报送控辍保学报告", "Sent a report on dropouts"),
    }
)
