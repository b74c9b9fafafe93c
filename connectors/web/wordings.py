"""What the officer's console calls roles and permissions."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from connectors.console.roles import PERMISSIONS, Permission, Role
from hosting.web.language import Text

ROLE_NAMES: Final[Mapping[Role, Text]] = MappingProxyType(
    {
        Role.QUERY_OFFICER: Text("查询经办人", "Query officer"),
        Role.APPROVER: Text("查询审批人", "Approver"),
        Role.SHARING_OFFICE_HEAD: Text("共享办负责人", "Head of the sharing office"),
        Role.DATA_STEWARD: Text("数据管理员", "Data steward"),
        Role.CASE_OWNER: Text("个案负责人", "Case owner"),
        Role.SCHOOL_USER: Text("学校用户", "School user"),
        Role.VILLAGE_DIRECTOR: Text("儿童主任", "Village child director"),
        Role.CHILD_SUPERVISOR: Text("儿童督导员", "Child supervisor (township)"),
        Role.DUTY_OFFICER: Text("值班人员", "Duty officer"),
        Role.SUPERVISOR: Text("督办人员", "Supervising officer"),
        Role.ADMINISTRATOR: Text("安全管理员", "Security administrator"),
    }
)

ROLE_DUTIES: Final[Mapping[Role, Text]] = MappingProxyType(
    {
        Role.QUERY_OFFICER: Text(
            "上传名册，向其他单位查询，复核疑似匹配", "Uploads ledgers, asks other agencies, reviews possible matches"
        ),
        Role.APPROVER: Text(
            "审批他人的查询，会签复核；不得审批自己的查询",
            "Approves other people's questions, co-signs; never one's own",
        ),
        Role.SHARING_OFFICE_HEAD: Text(
            "起草协议，确认签署他人提请的协议，暂停和终止协议，查看我方被查情况",
            "Drafts agreements, confirms signatures that others prepared, ends agreements, sees what was asked of us",
        ),
        Role.DATA_STEWARD: Text(
            "管理本单位登记册和索引，起草和办理协议，查看我方被查情况",
            "Looks after the register and its index, drafts and handles agreements, sees what was asked of us",
        ),
        Role.CASE_OWNER: Text(
            "为自己负责的儿童查询，办理转介、强制报告和控辍保学",
            "Asks about the children of their own cases, handles referrals, mandatory reports and dropouts",
        ),
        Role.SCHOOL_USER: Text("报告疑似失学，办理转介", "Flags children who left school, handles referrals"),
        Role.VILLAGE_DIRECTOR: Text("报告入户走访情况", "Reports visits to families"),
        Role.CHILD_SUPERVISOR: Text(
            "办理乡镇（街道）的转介、强制报告和通报",
            "Handles the township's referrals, mandatory reports and notifications",
        ),
        Role.DUTY_OFFICER: Text(
            "接收强制报告和通报，第一时间处置", "Takes mandatory reports and notifications, acts on them at once"
        ),
        Role.SUPERVISOR: Text(
            "督办下级单位的超期事项；看不到儿童信息",
            "Follows up what is overdue at offices below; sees nothing about the children",
        ),
        Role.ADMINISTRATOR: Text(
            "管理账号，查看后台任务；不得办理查询", "Manages accounts, watches the jobs; has no part in questions"
        ),
    }
)

PERMISSION_NAMES: Final[Mapping[Permission, Text]] = MappingProxyType(
    {
        Permission.SEE_OVERVIEW: Text("查看首页", "see the first page"),
        Permission.KEEP_LEDGERS: Text("上传台账", "upload ledgers"),
        Permission.ASK: Text("提出查询", "ask questions"),
        Permission.SEE_QUESTIONS: Text("查看查询", "see questions"),
        Permission.APPROVE_QUESTIONS: Text("审批查询", "approve questions"),
        Permission.REVIEW_MATCHES: Text("复核疑似匹配", "review possible matches"),
        Permission.SEE_ASKED_OF_US: Text("查看我方被查情况", "see what was asked of us"),
        Permission.HOLD_AGREEMENTS: Text("暂停协议", "suspend agreements"),
        Permission.PREPARE_AGREEMENTS: Text("起草和办理协议", "draft and handle agreements"),
        Permission.SIGN_AGREEMENTS: Text("确认签署协议", "confirm signatures of agreements"),
        Permission.SEE_DATA: Text("查看本单位数据状况", "see the state of the agency's data"),
        Permission.FLAG_DROPOUT: Text("报告疑似失学", "flag children who left school"),
        Permission.SEE_DROPOUTS: Text("查看辍学台账", "see the dropout ledgers"),
        Permission.TRIAGE_DROPOUTS: Text("核查分诊疑似辍学", "verify and sort flagged dropouts"),
        Permission.SEE_REFERRALS: Text("查看和办理事项", "see and handle items"),
        Permission.OPEN_REFERRALS: Text("发起转介", "open referrals"),
        Permission.TAKE_REPORTS: Text("登记强制报告和通报", "take down mandatory reports and notifications"),
        Permission.REPORT_VISIT: Text("报告入户走访", "report visits"),
        Permission.MANAGE_ACCOUNTS: Text("管理账号", "manage accounts"),
        Permission.CALL_EMERGENCY: Text("发起紧急查询", "make emergency calls"),
        Permission.SEE_JOBS: Text("查看后台任务", "see the jobs"),
    }
)


def roles_with(permission: Permission) -> list[Text]:
    """Return the names of the roles that may do this."""
    return [ROLE_NAMES[role] for role in Role if permission in PERMISSIONS[role]]
