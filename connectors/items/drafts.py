"""A step as it was wanted: sealed at rest until it stands, so that it can be signed anew on top of another event."""

from typing import Annotated, Final

from pydantic import Field

from connectors.console.context import Console
from connectors.items.papers import Paper
from connectors.state.items import Waiting
from keys.crypto.sealing import open_at_rest, seal_at_rest
from schemas.formats import AgencyId, Reference
from schemas.message import Message
from schemas.messages.items import MAX_PAPERS_OF_EVENT, ActClaims, OpenedClaims
from schemas.workflows.roles import WorkflowRole

MAX_DRAFT_BYTES: Final = 256 * 1024
_AnyPaper = Annotated[Paper, Field(discriminator="kind")]


class StepDraft(Message):
    """Who does what, the paper for this office's own file, and the papers for others; one of `opened` and `act`."""

    role: WorkflowRole
    officer: Reference
    opened: OpenedClaims | None = None
    act: ActClaims | None = None
    own: Annotated[_AnyPaper | None, Field(repr=False)] = None
    papers: Annotated[dict[AgencyId, _AnyPaper], Field(max_length=MAX_PAPERS_OF_EVENT, repr=False)]


def seal_draft(console: Console, item: str, draft: StepDraft) -> bytes:
    """Return the draft of an item's step, sealed under the storage key."""
    connector = console.connector
    return seal_at_rest(connector.storage_key(), draft.to_bytes(), _binding(item), connector.random)


def open_draft(console: Console, waiting: Waiting) -> StepDraft:
    """Return what was wanted. Raises `OpenError`, `MessageError` for a database that was tampered with."""
    body = open_at_rest(console.connector.storage_key(), waiting.draft, _binding(waiting.item))
    return StepDraft.from_bytes(body, MAX_DRAFT_BYTES)


def _binding(item: str) -> bytes:
    return f"item/{item}/draft".encode("ascii")
