"""One example of every message about statistics: a county's children in difficulty."""

from docs.generation.made_up import digest, packed
from schemas.message import Message
from schemas.messages.statistics import MatchedSet, StatisticsAnswer, StatisticsRequest
from schemas.statistics.release import StatisticsRelease, StatisticsRow

_MATCHED = MatchedSet(agreement=digest("agreement"), receipts=("TX-ABCDEFGHIJ",))
_ROW = StatisticsRow(region="990101", counts=(41, 128, 169))
_RELEASE = StatisticsRelease(
    version=1,
    table="children_in_difficulty",
    quarter="2026-Q2",
    provider="civil_affairs.990101",
    region="990101",
    made_on="2026-07-06",
    categories=("guardianship", "living"),
    rows=(_ROW, StatisticsRow(region="990101001", counts=(None, 32, None))),
    salt=packed("salt", 16),
)

STATISTICS_EXAMPLES: tuple[Message, ...] = (
    StatisticsRequest(table="children_in_difficulty", quarter="2026-Q2", matched=_MATCHED),
    _MATCHED,
    StatisticsAnswer(
        table="children_in_difficulty", quarter="2026-Q2", release=_RELEASE.digest(), sealed=packed("release", 64)
    ),
    _RELEASE,
    _ROW,
)
