"""Verifying an item that the gateway shows: every signature, the chain, the workflow's rules, and each paper.

Order: item id, signatures at their own times, chain, workflow, replay; then the papers, each by itself. A history that
fails is not kept; a paper that fails is left out and reported, since the steps stand without it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from connectors.console.context import Console
from connectors.holidays import calendar_for
from connectors.items.courses import find_workflow
from connectors.items.offices import OfficeKeys
from connectors.items.papers import Paper
from connectors.items.sealed_papers import Place, open_paper
from keys.crypto.errors import OpenError
from keys.crypto.signing import SignatureError
from keys.custody.key_ring import KeyKind
from keys.protocol.item_events import ItemChainError, ItemEvent, history_of, verify_item_event
from keys.protocol.key_chain import UntrustedKeyError
from schemas.base64url import decode_base64url
from schemas.envelope import MAX_CLOCK_SKEW
from schemas.formats import digest_of
from schemas.message import MessageError
from schemas.messages.items import HeldPaper, ItemDocument
from schemas.workflows.events import History
from schemas.workflows.position import HistoryError, position_of
from schemas.workflows.replay import replay
from schemas.workflows.rule_pack import Workflow


class ItemNotTrustedError(Exception):
    """An item is not what its offices recorded.

    Attributes:
        reason: `another_item`, `bad_signature`, `unknown_key`, `broken_chain` or `against_the_rules`.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class PaperFault(StrEnum):
    """Why a paper is left out."""

    DIFFERS = "differs"
    UNREADABLE = "unreadable"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class VerifiedItem:
    """An item to be believed: its events, the papers to this office as (event, digest, paper), and those at fault."""

    item: str
    workflow: Workflow
    history: History
    events: tuple[ItemEvent, ...]
    papers: tuple[tuple[int, str, Paper], ...]
    faults: tuple[tuple[int, PaperFault], ...]

    @property
    def is_final(self) -> bool:
        """Whether nothing is due any more."""
        return position_of(self.workflow, self.history).state.final


def verify_item(console: Console, item: str, document: ItemDocument) -> VerifiedItem:
    """Return the item of a document that the gateway showed.

    Raises:
        ItemNotTrustedError: with the first thing that is wrong with its history.
        ProblemError: registry_expired.
    """
    events = _verified_events(console, document)
    if document.item != item or events[0].claims.item != item:
        raise ItemNotTrustedError("another_item")
    try:
        history = history_of(events, console.connector.gateway.gateway)
        workflow = find_workflow(history)
        replay(workflow, history, console.now() + MAX_CLOCK_SKEW, calendar_for(console.connector))
    except ItemChainError:
        raise ItemNotTrustedError("broken_chain") from None
    except HistoryError:
        raise ItemNotTrustedError("against_the_rules") from None
    papers, faults = _papers(console, events, document.papers)
    has_ended = position_of(workflow, history).state.final
    missing = () if has_ended else _missing(console, events, {content for _, content, _ in papers}, faults)
    return VerifiedItem(item, workflow, history, events, tuple(papers), (*faults, *missing))


def _verified_events(console: Console, document: ItemDocument) -> tuple[ItemEvent, ...]:
    keys = OfficeKeys(console)
    try:
        return tuple(verify_item_event(token, keys.key_at) for token in document.events)
    except (SignatureError, MessageError):
        raise ItemNotTrustedError("bad_signature") from None
    except UntrustedKeyError:
        raise ItemNotTrustedError("unknown_key") from None


def _papers(
    console: Console, events: Sequence[ItemEvent], held: Sequence[HeldPaper]
) -> tuple[list[tuple[int, str, Paper]], list[tuple[int, PaperFault]]]:
    papers, faults = [], []
    for paper in held:
        content = digest_of(decode_base64url(paper.sealed))
        if paper.event >= len(events) or content not in _contents(console, events[paper.event]):
            faults.append((paper.event, PaperFault.DIFFERS))
            continue
        opened = _open(console, events[paper.event], paper.sealed)
        if opened is None:
            faults.append((paper.event, PaperFault.UNREADABLE))
        else:
            papers.append((paper.event, content, opened))
    return papers, faults


def _open(console: Console, event: ItemEvent, sealed: str) -> Paper | None:
    connector, claims = console.connector, event.claims
    accepted = connector.keys.ring.accepted(KeyKind.OPENING, console.now())
    place = Place(claims.item, claims.number, claims.issuer, connector.agency)
    try:
        return open_paper(sealed, place, [record.secret for record in accepted])
    except (OpenError, MessageError):
        return None


def _contents(console: Console, event: ItemEvent) -> set[str]:
    """Return the digests of the event's papers to this office."""
    return {ref.content for ref in event.claims.papers if ref.to == console.connector.agency}


def _missing(
    console: Console, events: Sequence[ItemEvent], there: set[str], faults: Sequence[tuple[int, PaperFault]]
) -> tuple[tuple[int, PaperFault], ...]:
    at_fault = {number for number, _ in faults}
    return tuple(
        (number, PaperFault.MISSING)
        for number, event in enumerate(events)
        if not _contents(console, event) <= there and number not in at_fault
    )
