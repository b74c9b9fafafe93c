"""Why a step of an agreement could not be taken, in words, with what to do next."""

from typing import Final

from connectors.desk.index_publishing import PUBLISHING_ELSEWHERE
from connectors.web.index_refresh_words import say_refresh_failure
from hosting.web.language import Text

_OWN: Final = {
    PUBLISHING_ELSEWHERE: Text("另一个程序正在发布索引，请稍后再试", "another program is publishing: try again later"),
}


def say_failure(code: str) -> Text | None:
    """Return the sentence for the code of what went wrong, or None for a text that is no code of ours."""
    if code in _OWN:
        return _OWN[code]
    try:
        return say_refresh_failure(code)
    except ValueError:
        return None
