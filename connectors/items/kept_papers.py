"""Papers that this office holds, sealed under its storage key and bound to their event."""

from collections.abc import Iterable, Iterator

from connectors.console.context import Console
from connectors.items.drafts import open_draft
from connectors.items.papers import Paper, parse_paper
from connectors.state.items import OWN_COPY, KeptItem, KeptPaper
from keys.crypto.sealing import open_at_rest, seal_at_rest


def seal_kept(console: Console, item: str, event: int, paper: Paper, content: str = OWN_COPY) -> KeptPaper:
    """Return the paper as it is kept; `content` is the digest of what was received, none for an own copy."""
    connector = console.connector
    binding = _binding(item, event, content)
    return KeptPaper(
        item, event, content, seal_at_rest(connector.storage_key(), paper.to_bytes(), binding, connector.random)
    )


def open_kept(console: Console, kept: KeptPaper) -> Paper:
    """Return a kept paper. Raises `OpenError`, `MessageError` for a database that was tampered with."""
    binding = _binding(kept.item, kept.event, kept.content)
    return parse_paper(open_at_rest(console.connector.storage_key(), kept.body, binding))


def papers_of(console: Console, item: KeptItem, kept: Iterable[KeptPaper]) -> Iterator[tuple[int, Paper]]:
    """Yield what this office holds of an item as (event, paper), oldest first, that of a step on its way at the end."""
    for paper in kept:
        yield paper.event, open_kept(console, paper)
    own = None if item.waiting is None else open_draft(console, item.waiting).own
    if own is not None:
        yield len(item.tokens), own


def _binding(item: str, event: int, content: str) -> bytes:
    return f"item/{item}/paper/{event}/{content}".encode("ascii")
