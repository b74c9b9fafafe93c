"""The protective filter: which accesses a guardian is told of, as data for each purpose (`protective_filter.yaml`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from schemas.agency_kinds import AgencyKind
from schemas.faults import Wording
from schemas.formats import PurposeId
from schemas.own_yaml import parse_own_yaml

UNKNOWN_PURPOSE: Final = Wording("用途不在规则中，须逐条判断", "the rules do not know this purpose: judge for yourself")

_Sentence = Annotated[str, Field(min_length=1, max_length=200)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Reason(_Strict):
    zh: _Sentence
    en: _Sentence


class _PurposeRule(_Strict):
    rule: Literal["told", "withheld"]
    zh: _Sentence = ""
    en: _Sentence = ""


class _Rules(_Strict):
    requesters: Mapping[AgencyKind, _Reason]
    purposes: Mapping[PurposeId, _PurposeRule]


@dataclass(frozen=True, slots=True)
class Telling:
    """Whether an access is told unless somebody decides otherwise; `reason` says why it is not."""

    is_told: bool
    reason: Wording | None = None


def telling_of(purpose: str | None, requester: str) -> Telling:
    """Return what the rules say of an access for `purpose` by the agency with the id `requester`."""
    rules = _load_rules()
    kind = requester.partition(".")[0]
    for withheld, reason in rules.requesters.items():
        if kind == withheld.value:
            return Telling(is_told=False, reason=Wording(reason.zh, reason.en))
    rule = rules.purposes.get(purpose or "")
    if rule is None:
        return Telling(is_told=False, reason=UNKNOWN_PURPOSE)
    if rule.rule == "told":
        return Telling(is_told=True)
    return Telling(is_told=False, reason=Wording(rule.zh, rule.en))


@cache
def _load_rules() -> _Rules:
    content: Any = parse_own_yaml(files("gateway.domain").joinpath("protective_filter.yaml").read_bytes())
    return _Rules.model_validate(content)
