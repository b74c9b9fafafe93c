"""Statistics: the lead body asks a provider for a published table of counts, and gets the one that is kept for it."""

from schemas.formats import Digest, Sealed
from schemas.message import Message
from schemas.statistics.quarter import Quarter
from schemas.statistics.tables import TableId

MAX_STATISTICS_BYTES = 4 * 1024
MAX_STATISTICS_ANSWER_BYTES = 4 * 1024 * 1024


class StatisticsRequest(Message):
    """Ask for a table of the catalogue; the region is the envelope's, and there is nothing else to choose."""

    table: TableId
    quarter: Quarter


class StatisticsAnswer(Message):
    """What the gateway may see: which release it is. `sealed` holds a `StatisticsRelease` with the digest `release`.

    The gateway remembers the digest: a provider that told another requester other numbers for the same table, quarter
    and region would be found out.
    """

    table: TableId
    quarter: Quarter
    release: Digest
    sealed: Sealed
