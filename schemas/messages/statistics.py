"""Statistics: the lead body asks a provider for a published table of counts, and gets the one that is kept for it."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from schemas.formats import Digest, Sealed
from schemas.message import Message
from schemas.messages.exchange import ReceiptNumber
from schemas.statistics.quarter import Quarter
from schemas.statistics.tables import TableId

MAX_STATISTICS_BYTES = 32 * 1024
MAX_MATCHED_RECEIPTS = 1_000
MAX_STATISTICS_ANSWER_BYTES = 4 * 1024 * 1024


class MatchedSet(Message):
    """The children that the provider released to this requester under another agreement: those of these receipts.

    No record is named: the provider takes those whose possession was proven to it when it released them.
    """

    agreement: Digest
    receipts: Annotated[tuple[ReceiptNumber, ...], Field(min_length=1, max_length=MAX_MATCHED_RECEIPTS)]

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if list(self.receipts) != sorted(set(self.receipts)):
            raise ValueError("must be sorted and without repetition")
        return self


class StatisticsRequest(Message):
    """Ask for a table of the catalogue, of the whole register or of matched children; the region is the envelope's.

    There is nothing else to choose.
    """

    table: TableId
    quarter: Quarter
    matched: MatchedSet | None = None


class StatisticsAnswer(Message):
    """What the gateway may see: which release it is. `sealed` holds a `StatisticsRelease` with the digest `release`.

    The gateway remembers the digest: a provider that told another requester other numbers for the same table, quarter
    and region would be found out.
    """

    table: TableId
    quarter: Quarter
    release: Digest
    sealed: Sealed
