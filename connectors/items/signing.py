"""Signing a step on top of an item's last event, its papers sealed to the offices that they go to."""

import json
from collections.abc import Sequence

from connectors.console.context import Console
from connectors.items.courses import Course
from connectors.items.drafts import StepDraft, seal_draft
from connectors.items.errors import StepFault, StepRefusedError
from connectors.items.offices import OfficeKeys
from connectors.items.papers import Paper
from connectors.items.sealed_papers import PaperTooLongError, Place, SealedPaper, seal_paper
from connectors.items.steps import moment_after
from connectors.state.items import Waiting
from keys.protocol.envelopes import envelope_digest
from keys.protocol.item_events import sign_item_event
from keys.protocol.key_chain import UntrustedKeyError
from schemas.messages.items import ItemEventClaims, ItemSubmit
from schemas.problem import ProblemError


def sign_step(console: Console, item: str, account: str, draft: StepDraft, course: Course | None) -> Waiting:
    """Return the step, signed on top of what stands, ready to be kept and sent; `course` is None for an opening.

    Raises:
        StepRefusedError: an office has no key to seal to, or a paper is too long.
    """
    number = 0 if course is None else course.sent
    papers = _seal(console, item, number, draft)
    claims = ItemEventClaims(
        issuer=console.connector.agency,
        item=item,
        number=number,
        prior=None if course is None else envelope_digest(course.kept.tokens[-1]),
        at=int(moment_after(None if course is None else course.history, console.now()).timestamp()),
        role=draft.role,
        officer=draft.officer,
        opened=draft.opened,
        act=draft.act,
        papers=tuple(paper.ref for paper in papers),
    )
    token = sign_item_event(console.connector.signing_key(), claims)
    texts = json.dumps([paper.text for paper in papers])
    return Waiting(item, account, seal_draft(console, item, draft), token, texts, console.seconds())


def message_of(waiting: Waiting) -> ItemSubmit:
    """Return what is sent: the same each time, so that it counts once."""
    return ItemSubmit(event=waiting.token, papers=tuple(json.loads(waiting.papers)))


def _seal(console: Console, item: str, number: int, draft: StepDraft) -> Sequence[SealedPaper]:
    keys = OfficeKeys(console)
    return [_seal_to(console, keys, item, number, to, paper) for to, paper in sorted(draft.papers.items())]


def _seal_to(console: Console, keys: OfficeKeys, item: str, number: int, to: str, paper: Paper) -> SealedPaper:
    place = Place(item, number, console.connector.agency, to)
    try:
        return seal_paper(paper, place, keys.opening_key(to), console.random)
    except (UntrustedKeyError, ProblemError):
        raise StepRefusedError(StepFault.OFFICE_WITHOUT_KEY) from None
    except PaperTooLongError:
        raise StepRefusedError(StepFault.PAPER_TOO_LONG) from None
