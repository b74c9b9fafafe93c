"""What an auditor filters the log by: an address's query parameters to values and strictly back.

    ?from=2026-11-01&to=2026-11-30&agency=civil_affairs.990101&decision=deny

Nothing here is personal. The search by officer or subject reference is another service, which asks for a reason.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Final, Self

from gateway.log.event_names import EventType
from schemas.workflows.item_number import parse_item_number

DECISIONS: Final = ("permit", "partial", "deny")
PARAMETERS: Final = (
    "from", "to", "hour", "agency", "actor", "peer",
    "purpose", "type", "decision", "reason", "agreement", "corr", "item",
)  # fmt: skip
_CODE: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._:/@+=-]{0,199}")


class LogFilterError(ValueError):
    """A parameter is unknown or malformed; `parameter` names it."""

    def __init__(self, parameter: str) -> None:
        super().__init__(f"筛选条件有误：{parameter} / a filter is wrong: {parameter}")
        self.parameter = parameter


@dataclass(frozen=True, slots=True)
class LogFilter:
    """All conditions hold together; None means any. Days are those of the office's zone (Asia/Shanghai).

    `agency` is either party. `hour` is the hour of the day there, 0 to 23. `corr` is the correlation id of a request.
    `item` is the number on an item's slip: the beginning of the id that the item's entries bear.
    """

    from_on: date | None = None
    to_on: date | None = None
    hour: int | None = None
    agency: str | None = None
    actor: str | None = None
    peer: str | None = None
    purpose: str | None = None
    type: EventType | None = None
    decision: str | None = None
    reason: str | None = None
    agreement: str | None = None
    corr: str | None = None
    item: str | None = None

    @classmethod
    def parse(cls, parameters: Mapping[str, str]) -> Self:
        """Read query parameters; an empty one counts as absent.

        Raises:
            LogFilterError: names the first one that is unknown or malformed.
        """
        for name in parameters:
            if name not in PARAMETERS:
                raise LogFilterError(name)
        stated = {name: parameters[name] for name in PARAMETERS if parameters.get(name)}
        return cls(**{_ATTRIBUTES.get(name, name): _parse(name, text) for name, text in stated.items()})  # type: ignore[arg-type]

    def parameters(self) -> dict[str, str]:
        """Return the query parameters that state this filter, in the order of `PARAMETERS`."""
        stated: dict[str, str] = {}
        for name, attribute in zip(PARAMETERS, (field.name for field in fields(self)), strict=True):
            value = getattr(self, attribute)
            if value is not None:
                stated[name] = value.isoformat() if isinstance(value, date) else str(value)
        return stated


_ATTRIBUTES: Final = {"from": "from_on", "to": "to_on"}


def _parse(name: str, text: str) -> date | int | EventType | str:
    try:
        value = _read(name, text)
    except ValueError:
        raise LogFilterError(name) from None
    if str(value) != text:
        raise LogFilterError(name)
    return value


def _read(name: str, text: str) -> date | int | EventType | str:
    if name in _ATTRIBUTES:
        return date.fromisoformat(text)
    if name == "hour":
        if text not in {str(hour) for hour in range(24)}:
            raise ValueError
        return int(text)
    if name == "type":
        return EventType(text)
    if name == "item":
        return parse_item_number(text)
    if name == "decision" and text not in DECISIONS:
        raise ValueError
    if not _CODE.fullmatch(text):
        raise ValueError
    return text
