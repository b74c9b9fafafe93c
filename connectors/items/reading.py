"""Reading one item from the gateway: verified as a whole, then kept; what does not verify raises an alert instead."""

from enum import StrEnum

from connectors.console.context import Console
from connectors.items.keeping import RewrittenError, keep_verified
from connectors.items.verify import ItemNotTrustedError, VerifiedItem, verify_item
from connectors.state.alerts import raise_alert
from connectors.state.database import writing
from connectors.state.items import note_left
from schemas.envelope import MessageType
from schemas.messages.items import MAX_ITEM_DOCUMENT_BYTES, ItemDocument, ItemReadRequest
from schemas.problem import ProblemCode, ProblemError


class ReadOutcome(StrEnum):
    """What became of reading an item."""

    KEPT = "kept"
    LEFT = "left"
    """The gateway shows it to this office no longer, or never did."""

    REFUSED = "refused"
    """It does not verify; an alert says so, and what was kept before stays."""


def read_item(console: Console, item: str) -> ReadOutcome:
    """Read an item and keep it.

    Raises:
        GatewayUnreachableError, AnswerError: no answer, or none to be believed.
        ProblemError: refused for another reason than that there is no such item.
    """
    request = ItemReadRequest(item=item)
    try:
        document = console.client.ask(MessageType.ITEM_READ, request, ItemDocument, MAX_ITEM_DOCUMENT_BYTES).message
    except ProblemError as problem:
        if problem.code is not ProblemCode.NO_ITEM:
            raise
        with writing(console.connector.state) as connection:
            note_left(connection, item, console.seconds())
        return ReadOutcome.LEFT
    try:
        found = _verified(console, item, document)
        keep_verified(console, found)
    except ItemNotTrustedError as error:
        return _alert(console, "item_not_verified", f"{item} {error.reason}")
    except RewrittenError:
        return _alert(console, "item_history_rewritten", item)
    for event, fault in found.faults:
        _alert(console, f"item_paper_{fault.value}", f"{item} {event}")
    return ReadOutcome.KEPT


def _verified(console: Console, item: str, document: ItemDocument) -> VerifiedItem:
    """Verify the item; for a key that is not known yet, with a registry that is fetched anew."""
    try:
        return verify_item(console, item, document)
    except ItemNotTrustedError as error:
        if error.reason != "unknown_key":
            raise
    console.client.refresh_registry()
    return verify_item(console, item, document)


def _alert(console: Console, code: str, subject: str) -> ReadOutcome:
    raise_alert(console.connector.state, code, subject, console.seconds())
    return ReadOutcome.REFUSED
