"""How the pages say what became of a refresh of an index by the clock."""

from typing import Final

from connectors.publisher.refresh_indexes import ANSWER_NOT_BELIEVED, GATEWAY_UNREACHABLE, SETTINGS_WRONG
from connectors.sources.sentences import SOURCE_ERRORS
from connectors.state.index_refreshes import RefreshOutcome
from hosting.web.language import Text
from schemas.problem import ProblemCode, describe

OUTCOME_WORDS: Final = {
    RefreshOutcome.PUBLISHED: (Text("已更新", "published"), "good"),
    RefreshOutcome.UNCHANGED: (Text("没有变化", "nothing has changed"), "good"),
    RefreshOutcome.SHRANK: (Text("登记册减少过多，没有发布", "the register shrank: not published"), "bad"),
    RefreshOutcome.FAILED: (Text("没有更新", "not refreshed"), "bad"),
}
_OWN_FAILURES: Final = {
    GATEWAY_UNREACHABLE: Text("网关没有应答", "the gateway does not answer"),
    ANSWER_NOT_BELIEVED: Text("网关的应答未通过校验", "the gateway's answer failed verification"),
    SETTINGS_WRONG: Text("设置不正确", "the settings are wrong"),
}


def say_refresh_failure(code: str) -> Text:
    """Return the sentence for the code of a failed refresh; raises ValueError for another text."""
    if code in _OWN_FAILURES:
        return _OWN_FAILURES[code]
    if code in SOURCE_ERRORS:
        return Text(SOURCE_ERRORS[code].zh, SOURCE_ERRORS[code].en)
    problem = ProblemCode(code)
    return Text(describe(problem), describe(problem, "en"))
