"""The ways on the left: in the office's words, each only where the account may go, with what waits there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from flask import request

from connectors.console.account import Account
from connectors.console.context import Console
from connectors.console.roles import Permission
from connectors.desk.agreements import count_waiting_agreements, count_waiting_drafts
from connectors.desk.corrections import count_waiting_corrections
from connectors.desk.holiday_notices import count_missing_years
from connectors.desk.index_refreshing import count_shrunk_indexes
from connectors.desk.waiting_questions import count_questions, count_reviews
from connectors.dropouts.reports import count_due_reports
from connectors.emergency.waiting import count_unreviewed, count_unseen_notices
from connectors.standing.waiting import count_standing
from connectors.web.item_waiting import count_waiting_items
from connectors.web.signed_in import PREFIX
from hosting.web.frame import NavigationEntry
from hosting.web.language import Text


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for an account at a page: how many, and the sentence with a place for that number (`%s`).

    `address` is where to begin, None for the entry's own first page.
    """

    count: Callable[[Console, Account], int]
    sentence: Text
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """One entry; it is shown to who may do any of the permissions, and leads to the first page that they may see.

    `pages` are the addresses below which the entry is the current one, each with the permission for it, in order;
    `effect` says what one does there, for somebody's first day.
    """

    text: Text
    effect: Text
    pages: tuple[tuple[str, Permission], ...]
    waiting: tuple[Waiting, ...] = ()

    def address_for(self, account: Account) -> str | None:
        """Return where the entry leads this account, or None if nowhere."""
        return next((address for address, permission in self.pages if account.may(permission)), None)


HOME: Final = f"{PREFIX}/"
WAYS: Final = (
    Way(
        Text("今日待办", "Today"),
        Text("看看今天有什么要办", "See what waits for you"),
        ((HOME, Permission.SEE_OVERVIEW), (f"{PREFIX}/rules", Permission.SEE_OVERVIEW)),
    ),
    Way(
        Text("查询", "Questions"),
        Text(
            "向其他单位查询儿童的情况，审批查询，领取答复", "Ask other agencies about children, approve, fetch answers"
        ),
        (
            (f"{PREFIX}/questions", Permission.SEE_QUESTIONS),
            (f"{PREFIX}/ask", Permission.ASK),
            (f"{PREFIX}/approvals", Permission.APPROVE_QUESTIONS),
            (f"{PREFIX}/emergency", Permission.CALL_EMERGENCY),
            (f"{PREFIX}/emergency-reviews", Permission.APPROVE_QUESTIONS),
            (f"{PREFIX}/standing", Permission.SEE_QUESTIONS),
            (f"{PREFIX}/bulletins", Permission.SEE_QUESTIONS),
            (f"{PREFIX}/table-drafts", Permission.ASK),
        ),
        (
            Waiting(count_questions, Text("需要您审批或发出 %s 项查询", "Questions for you to approve or to send: %s")),
            Waiting(
                count_unreviewed,
                Text("需要您复核 %s 次紧急查询", "Emergency calls for you to review: %s"),
                f"{PREFIX}/emergency-reviews",
            ),
            Waiting(
                count_standing,
                Text("有 %s 项定期查询需要您审批或查看变化", "Standing questions for you to approve or to read: %s"),
                f"{PREFIX}/standing",
            ),
        ),
    ),
    Way(
        Text("复核", "Review"),
        Text("判断可能匹配的是不是同一名儿童", "Decide whether possible matches are the same child"),
        ((f"{PREFIX}/reviews", Permission.REVIEW_MATCHES),),
        (Waiting(count_reviews, Text("需要您复核 %s 条可能匹配", "Possible matches for you to review: %s")),),
    ),
    Way(
        Text("事项", "Items"),
        Text(
            "签收、办理和督办转介、强制报告和通报，发起新的事项",
            "Acknowledge, handle and follow up referrals, reports and notifications, open new ones",
        ),
        ((f"{PREFIX}/items", Permission.SEE_REFERRALS),),
        (
            Waiting(
                count_waiting_items,
                Text(
                    "需要您办理或督办 %s 项与其他单位的事项",
                    "Items with other offices for you to handle or follow up: %s",
                ),
            ),
        ),
    ),
    Way(
        Text("走访", "Visits"),
        Text("报告入户走访情况", "Report visits to families"),
        ((f"{PREFIX}/visits", Permission.REPORT_VISIT),),
    ),
    Way(
        Text("台账", "Ledgers"),
        Text("上传名册并改正问题，报送控辍保学报告", "Upload ledgers and put them right, report on dropouts"),
        (
            (f"{PREFIX}/ledgers", Permission.KEEP_LEDGERS),
            (f"{PREFIX}/dropouts", Permission.SEE_DROPOUTS),
            (f"{PREFIX}/absences", Permission.FLAG_DROPOUT),
            (f"{PREFIX}/triage", Permission.TRIAGE_DROPOUTS),
            (f"{PREFIX}/dropout-reports", Permission.SEE_DROPOUTS),
        ),
        (
            Waiting(
                count_due_reports, Text("需要报送 %s 份控辍保学报告", "Regular reports on dropouts that are due: %s")
            ),
        ),
    ),
    Way(
        Text("数据", "Data"),
        Text(
            "查看登记册从哪里读、能不能比对，索引何时发布",
            "See where the register comes from, whether it can be compared, when indexes were published",
        ),
        ((f"{PREFIX}/data", Permission.SEE_DATA), (f"{PREFIX}/own-table", Permission.SEE_DATA)),
        (
            Waiting(
                count_shrunk_indexes,
                Text(
                    "登记册突然减少，%s 个索引没有更新，请核实", "Indexes not refreshed, since the register shrank: %s"
                ),
            ),
        ),
    ),
    Way(
        Text("我方被查", "Asked of us"),
        Text(
            "查看哪些单位向我方查询了什么，暂停协议，答复校核申请",
            "See who asked us for what, suspend agreements, answer requests for correction",
        ),
        (
            (f"{PREFIX}/asked", Permission.SEE_ASKED_OF_US),
            (f"{PREFIX}/accounting", Permission.SEE_ASKED_OF_US),
            (f"{PREFIX}/corrections", Permission.SEE_ASKED_OF_US),
            (f"{PREFIX}/emergency-notices", Permission.SEE_ASKED_OF_US),
        ),
        (
            Waiting(
                count_unseen_notices,
                Text("有 %s 次对本单位记录的紧急查询", "Emergency access to records of ours: %s"),
                f"{PREFIX}/emergency-notices",
            ),
            Waiting(
                count_waiting_corrections,
                Text("需要答复 %s 项校核申请", "Requests for correction that wait for an answer: %s"),
            ),
        ),
    ),
    Way(
        Text("协议", "Agreements"),
        Text(
            "起草、签署、续签和终止与其他单位的共享协议，发布索引",
            "Draft, sign, renew and end agreements with other agencies, publish indexes",
        ),
        (
            (f"{PREFIX}/agreements", Permission.PREPARE_AGREEMENTS),
            (f"{PREFIX}/agreement-drafts", Permission.PREPARE_AGREEMENTS),
            (f"{PREFIX}/boards", Permission.PREPARE_AGREEMENTS),
        ),
        (
            Waiting(count_waiting_agreements, Text("需要办理 %s 项共享协议", "Agreements for you to handle: %s")),
            Waiting(
                count_waiting_drafts,
                Text("需要您确认 %s 份协议草稿", "Drafts of agreements for you to approve: %s"),
            ),
        ),
    ),
    Way(
        Text("管理", "Administration"),
        Text(
            "新增账号，更改角色，停用或重置账号，查看操作记录和后台任务，添加放假通知",
            "Look after accounts and roles, see what was done by whom and how the jobs run, add holiday notices",
        ),
        (
            (f"{PREFIX}/accounts", Permission.MANAGE_ACCOUNTS),
            (f"{PREFIX}/add-account", Permission.MANAGE_ACCOUNTS),
            (f"{PREFIX}/record", Permission.MANAGE_ACCOUNTS),
            (f"{PREFIX}/jobs", Permission.SEE_JOBS),
            (f"{PREFIX}/holidays", Permission.SEE_JOBS),
        ),
        (
            Waiting(
                count_missing_years,
                Text(
                    "缺少 %s 年的放假通知，跨年时限只是暂定",
                    "Years without a holiday notice, deadlines provisional: %s",
                ),
                f"{PREFIX}/holidays",
            ),
        ),
    ),
)


def ways_for(console: Console, account: Account) -> Sequence[NavigationEntry]:
    """Return the entries that the account may use."""
    current = _current()
    return [
        NavigationEntry(way.text, address, _count(console, account, way), way is current)
        for way in WAYS
        if (address := way.address_for(account)) is not None
    ]


@dataclass(frozen=True, slots=True)
class Work:
    """Something to do: the sentence, and where to begin."""

    sentence: Text
    address: str


def doable_by(account: Account) -> Sequence[tuple[Text, Work]]:
    """Return what the account may do besides looking at the first page: the entry, and what one does there."""
    return [
        (way.text, Work(way.effect, address))
        for way in WAYS
        if (address := way.address_for(account)) is not None and address != HOME
    ]


def waiting_for(console: Console, account: Account) -> Sequence[Work]:
    """Return what waits for the account, each with its number."""
    return [
        Work(Text(one.sentence.zh % f"{count:,}", one.sentence.en % f"{count:,}"), one.address or address)
        for way in WAYS
        if (address := way.address_for(account)) is not None
        for one in way.waiting
        if (count := one.count(console, account))
    ]


def _count(console: Console, account: Account, way: Way) -> int:
    return sum(one.count(console, account) for one in way.waiting)


def _current() -> Way | None:
    """Return the entry that this page belongs to, or None."""
    return next((way for way in WAYS if any(_is_below(address) for address, _ in way.pages)), None)


def _is_below(address: str) -> bool:
    return request.path == address or (address != HOME and request.path.startswith(f"{address}/"))
