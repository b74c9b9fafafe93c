"""Questions by the private OR: the resolver names rows, the gateway conceals the answers, the keeper opens half.

(1) `parents.resolve`: passed on to the resolver, which answers with rows; these stay at the gateway, and the requester
gets the concealed answers. (2) `parents.open`: passed on to the keeper, which removes its share of the key.
"""

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from schemas.agreement import MAX_BATCH_RECORDS
from schemas.formats import Digest, PackedConcealed, Sealed, Uuid
from schemas.message import Message
from schemas.messages.match import Attributes
from schemas.messages.private_or import MAX_BOARD_ROWS

MAX_RESOLVE_BYTES = 1024 * 1024
MAX_PARENT_ROWS_BYTES = 512 * 1024
MAX_CONCEALED_BYTES = 1024 * 1024
MAX_SEALED_CHILDREN_BYTES = 512 * 1024
MAX_NAME_TEXTS = 8

BoardRow = Annotated[int, Field(ge=0, lt=MAX_BOARD_ROWS)]
Children = Annotated[int, Field(ge=1, le=MAX_BATCH_RECORDS)]
KeyText = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class AskedChild(Message):
    """A child: the text of its `id` key, and those of its `p.d` keys, one of which must be the resolver's too."""

    number: Annotated[str, StringConstraints(pattern=r"^[0-9]{15}$")] = Field(repr=False)
    names: Annotated[tuple[KeyText, ...], Field(max_length=MAX_NAME_TEXTS)] = Field(repr=False)


class AskedChildren(Message):
    """What `ParentsResolve.sealed` seals, padded to a size that follows from the number of children."""

    children: Annotated[tuple[AskedChild, ...], Field(min_length=1, max_length=MAX_BATCH_RECORDS)] = Field(repr=False)


class ParentsResolve(Message):
    """Ask about so many children, sealed to the resolver, from the board named."""

    board: Uuid
    children: Children
    sealed: Sealed


class Parents(Message):
    """The rows of a child's parents; that of one whom the resolver can't name is absent."""

    father: BoardRow | None = None
    mother: BoardRow | None = None

    @model_validator(mode="after")
    def _two_rows(self) -> Self:
        if self.father is not None and self.father == self.mother:
            raise ValueError("one row can't be both parents")
        return self


class ParentRows(Message):
    """The resolver's answer, which stays at the gateway: the parents in the order of the children."""

    board: Uuid
    parents: Annotated[tuple[Parents, ...], Field(min_length=1, max_length=MAX_BATCH_RECORDS)]


class ConcealedAnswers(Message):
    """The gateway's answer to the requester: nine ciphertexts for each child, which nobody alone can open."""

    board: Uuid
    concealed: PackedConcealed


class ParentsOpen(Message):
    """Ask the keeper to remove its share from the answers to the request with this envelope."""

    board: Uuid
    request: Digest
    attributes: Attributes
    concealed: PackedConcealed


class ParentsOpenAnswer(Message):
    """The answers as the requester alone can still open them."""

    board: Uuid
    half_open: PackedConcealed
