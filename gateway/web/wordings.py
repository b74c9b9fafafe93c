"""What the console calls roles and permissions."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gateway.domain.roles import Permission, Role
from hosting.web.language import Text

ROLE_NAMES: Final[Mapping[Role, Text]] = MappingProxyType(
    {
        Role.OVERSIGHT_AUDITOR: Text("监督审计员", "Oversight auditor"),
        Role.AGENCY_AUDITOR: Text("单位审计员", "Agency auditor"),
        Role.PRIVACY_OFFICER: Text("隐私专员", "Privacy officer"),
        Role.SECURITY_ADMINISTRATOR: Text("安全管理员", "Security administrator"),
        Role.SYSTEM_ADMINISTRATOR: Text("系统管理员", "System administrator"),
    }
)

ROLE_DUTIES: Final[Mapping[Role, Text]] = MappingProxyType(
    {
        Role.OVERSIGHT_AUDITOR: Text(
            "查阅全部日志条目，查阅个人信息须说明理由", "Reads all entries; personal ones with a reason"
        ),
        Role.AGENCY_AUDITOR: Text("查阅涉及本单位的日志条目", "Reads the entries that concern the agency"),
        Role.PRIVACY_OFFICER: Text(
            "处置预警，申请擦除，设置法律保全", "Closes alerts, proposes erasures, sets legal holds"
        ),
        Role.SECURITY_ADMINISTRATOR: Text("管理账号，批准擦除", "Manages accounts, approves erasures"),
        Role.SYSTEM_ADMINISTRATOR: Text("查看后台任务，核验日志", "Watches the jobs, verifies the log"),
    }
)

PERMISSION_NAMES: Final[Mapping[Permission, Text]] = MappingProxyType(
    {
        Permission.SEE_OVERVIEW: Text("查看概览", "see the overview"),
        Permission.READ_ENTRIES: Text("查阅日志条目", "read the log's entries"),
        Permission.DISCLOSE_PERSONAL: Text("查阅个人信息", "read personal fields"),
        Permission.SEE_AGREEMENTS: Text("查看协议", "see the agreements"),
        Permission.EXPORT_ENTRIES: Text("导出日志条目", "export entries"),
        Permission.ACCOUNT_FOR_CHILD: Text("答复儿童或监护人的查询", "account for the requests about a child"),
        Permission.SEE_INTEGRITY: Text("查看日志完整性", "see the log's integrity"),
        Permission.VERIFY_LOG: Text("核验日志", "verify the log"),
        Permission.SEE_ALERTS: Text("查看预警", "see alerts"),
        Permission.CLOSE_ALERTS: Text("处置预警", "close alerts"),
        Permission.SEE_REPORTS: Text("查看报告", "see reports"),
        Permission.PROPOSE_ERASURE: Text("申请擦除", "propose an erasure"),
        Permission.APPROVE_ERASURE: Text("批准擦除", "approve an erasure"),
        Permission.HOLD: Text("设置法律保全", "set a legal hold"),
        Permission.MANAGE_ACCOUNTS: Text("管理账号", "manage accounts"),
        Permission.SEE_SUSPENSIONS: Text("查看被暂停的经办人", "see suspended officers"),
        Permission.LIFT_SUSPENSIONS: Text("提出解除暂停", "propose to lift a suspension"),
        Permission.SEE_JOBS: Text("查看后台任务", "see the jobs"),
    }
)
