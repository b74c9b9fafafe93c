"""What the pages call lists, states, deadlines and periods of items."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from types import MappingProxyType
from typing import Final

from connectors.items.views import ItemRow, ItemScope
from hosting.web.language import Text, choose, t
from hosting.web.wording import say_day, say_moment
from schemas.workflows.clock import Basis, Span, SpanUnit
from schemas.workflows.due import Due
from schemas.workflows.rule_pack import State, Transition, Workflow
from schemas.working_days import CHINA_TIME

ITEMS: Final = "/desk/items"
SCOPE_WORDS: Final[Mapping[ItemScope, Text]] = MappingProxyType(
    {
        ItemScope.WAITING: Text("待我办理", "Waiting for me"),
        ItemScope.ALL: Text("全部在办", "All under way"),
        ItemScope.OVERDUE: Text("超期", "Overdue"),
        ItemScope.CLOSED: Text("已结束", "Ended"),
    }
)
EMPTY_WORDS: Final[Mapping[ItemScope, tuple[Text, Text]]] = MappingProxyType(
    {
        ItemScope.WAITING: (
            Text("现在没有需要您办理的事项", "Nothing waits for you now"),
            Text(
                "其他单位转来、需要您签收或办理的事项会列在这里，最急的在前。",
                "What others pass to you, for you to acknowledge or handle, stands here: the most urgent first.",
            ),
        ),
        ItemScope.ALL: (
            Text("没有在办事项", "Nothing is under way"),
            Text(
                "本单位发起和承接的转介、强制报告、通报和控辍保学事项会列在这里。",
                "Referrals, reports, notifications and dropouts that this office opened or took on stand here.",
            ),
        ),
        ItemScope.OVERDUE: (
            Text("没有超期事项", "Nothing is overdue"),
            Text(
                "超过时限仍未办理的事项会列在这里，同时通知上级。",
                "What was not handled in time stands here; those above are told as well.",
            ),
        ),
        ItemScope.CLOSED: (
            Text("没有已结束的事项", "Nothing has ended yet"),
            Text("办结、撤回或已转出的事项会列在这里。", "What was closed, withdrawn or passed on stands here."),
        ),
    }
)
BASIS_WORDS: Final[Mapping[Basis, Text]] = MappingProxyType(
    {
        Basis.STATUTORY: Text("法定", "by law"),
        Basis.PUBLISHED: Text("文件规定", "by a published rule"),
        Basis.PROPOSED: Text("建议时限", "proposed"),
    }
)
OVERDUE: Final = Text("已超期", "overdue")
PROVISIONAL: Final = Text("暂定", "provisional")
PROVISIONAL_WHY: Final = Text(
    "暂定：有关年度的放假安排尚未公布，日期可能调整。",
    "Provisional: the holidays of a year on the way are not published yet; the day may move.",
)


def name_workflow(workflow: Workflow) -> Text:
    """Return what a workflow is called."""
    return Text(workflow.name_zh, workflow.name_en)


def name_state(state: State) -> Text:
    """Return what a state is called."""
    return Text(state.name_zh, state.name_en)


def name_step(transition: Transition) -> Text:
    """Return what a step is called, as it stands on a button."""
    return begin_upper(Text(transition.name_zh, transition.name_en))


def begin_upper(text: Text) -> Text:
    """Return a name as it begins a line."""
    return Text(text.zh, text.en[:1].upper() + text.en[1:])


def state_tag(row: ItemRow) -> tuple[Text, str]:
    """Return the words and the kind of the tag that says where an item stands."""
    if row.workflow.state(row.state_id).final:
        return row.state, "good"
    return row.state, "waiting" if row.waits_for_us else "neutral"


def say_due(due: Due) -> str:
    """Return the last day that people write, or the moment where the period is counted in hours."""
    is_whole_day = due.at == datetime.combine(due.on + timedelta(days=1), time(), CHINA_TIME)
    return say_day(due.on) if is_whole_day else say_moment(due.at)


def say_span(span: Span) -> str:
    """Return how long a period is and in which kind of days it is counted."""
    number = span.value
    match span.unit:
        case SpanUnit.AT_ONCE:
            return t("立即", "at once")
        case SpanUnit.HOURS:
            return t(f"{number} 小时", f"{number} hour{_s(number)}")
        case SpanUnit.DAYS:
            return t(f"{number} 个自然日", f"{number} calendar day{_s(number)}")
        case SpanUnit.WORKING_DAYS:
            return t(f"{number} 个工作日", f"{number} working day{_s(number)}")
        case SpanUnit.MONTHS:
            return t(f"{number} 个月", f"{number} month{_s(number)}")
        case SpanUnit.END_OF_MONTH:
            return choose(_END_OF_MONTH if number == 0 else _END_OF_LATER_MONTH)


_END_OF_MONTH: Final = Text("当月底前", "by the end of the month")
_END_OF_LATER_MONTH: Final = Text("次月底前", "by the end of the next month")


def _s(number: int) -> str:
    return "" if number == 1 else "s"
