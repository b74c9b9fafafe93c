"""The filter of the log as a form, as chips, and as the state in an address."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from flask import request

from gateway.domain.log_filter import DECISIONS, PARAMETERS, LogFilter, LogFilterError
from gateway.log.event_names import EventType
from gateway.web.entry_wordings import EntryWords
from hosting.web.addresses import address_with
from hosting.web.language import Text, choose
from hosting.web.listing import Chip
from schemas.purpose_catalogue import load_purposes
from schemas.workflows.item_number import ItemNumberError, parse_item_number

PAGE_PARAMETERS: Final = frozenset({"page", "sort", "column", "done"})
MORE: Final = ("hour", "actor", "peer", "reason", "agreement", "corr", "item")
"""Parameters behind "more conditions"."""

NAMES: Final[Mapping[str, Text]] = {
    "from": Text("起始日期", "From"),
    "to": Text("截止日期", "To"),
    "hour": Text("一天中的时段", "Hour of the day"),
    "agency": Text("所涉单位", "Agency on either side"),
    "actor": Text("发起单位", "Asking agency"),
    "peer": Text("对方单位", "Answering agency"),
    "purpose": Text("用途", "Purpose"),
    "type": Text("事件", "Event"),
    "decision": Text("决定", "Decision"),
    "reason": Text("理由代码", "Reason code"),
    "agreement": Text("协议编号", "Agreement"),
    "corr": Text("请求编号", "Request"),
    "item": Text("事项编号", "Item number"),
}
_DECISION_NAMES: Final = {
    "permit": Text("准许", "permitted"),
    "partial": Text("部分准许", "partly permitted"),
    "deny": Text("拒绝", "refused"),
}
_WRONG: Final = Text("请核对：%s", "Check this: %s")


@dataclass(frozen=True, slots=True)
class FilterForm:
    """What was asked for. `filter` is None where `errors` says why; `typed` is what the form shows again."""

    filter: LogFilter | None
    typed: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)


def read_filter(arguments: Mapping[str, str]) -> FilterForm:
    """Read the filter from the parameters of an address or the fields of a form."""
    typed = {name: value.strip() for name, value in arguments.items() if name not in PAGE_PARAMETERS}
    with suppress(ItemNumberError):  # copied from paper, in whatever form
        typed |= {"item": parse_item_number(typed["item"])} if typed.get("item") else {}
    try:
        return FilterForm(LogFilter.parse(typed), typed)
    except LogFilterError as error:
        name = NAMES.get(error.parameter, Text("未知条件", "unknown condition"))
        shown = {known: value for known, value in typed.items() if known in PARAMETERS}
        return FilterForm(None, shown, {error.parameter: choose(_WRONG) % choose(name)})


def is_asked() -> bool:
    """Return whether the address asks for anything: without parameters the page only offers the form."""
    return bool(request.args)


def chips_of(asked: LogFilter, words: EntryWords) -> list[Chip]:
    """Return the conditions in force, each with the address without it."""
    return [
        Chip(f"{choose(NAMES[name])}{choose(Text('：', ': '))}{_say(name, value, words)}", address_with(**{name: None}))
        for name, value in asked.parameters().items()
    ]


def options_of(words: EntryWords) -> dict[str, list[tuple[str, str]]]:
    """Return what can be chosen for each parameter that is chosen from a list."""
    any_of = [("", choose(Text("不限", "any")))]
    agencies = any_of + words.agencies()
    return {
        "agency": agencies,
        "actor": agencies,
        "peer": agencies,
        "purpose": any_of + [(purpose, words.purpose(purpose)) for purpose in sorted(load_purposes())],
        "type": any_of + [(kind.value, f"{words.event(kind)} · {kind.value}") for kind in EventType],
        "decision": any_of + [(name, choose(_DECISION_NAMES[name])) for name in DECISIONS],
        "hour": any_of + [(str(hour), _say_hour(hour)) for hour in range(24)],
    }


def _say(name: str, value: str, words: EntryWords) -> str:
    sayings: dict[str, Callable[[str], str]] = {
        "agency": words.agency,
        "actor": words.agency,
        "peer": words.agency,
        "purpose": words.purpose,
        "type": lambda kind: words.event(EventType(kind)),
        "decision": lambda decision: choose(_DECISION_NAMES[decision]),
        "reason": words.reason,
        "hour": lambda hour: _say_hour(int(hour)),
    }
    return sayings[name](value) if name in sayings else value


def _say_hour(hour: int) -> str:
    return f"{hour:02}:00–{hour:02}:59"
