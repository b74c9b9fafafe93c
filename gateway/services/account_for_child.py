"""Accounting for one child: every access to a provider's record, and the signed part of it that a guardian gets.

The gateway knows a record by its handle alone. Who looks states why, and the look is logged before anything is shown.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from gateway.domain.account import Account
from gateway.domain.child_accounting import Access, accesses_of, reviewed
from gateway.domain.stated_reason import StatedReason
from gateway.log.event_names import EventType
from gateway.log.journal import Draft
from gateway.persistence.engine import read_transaction
from gateway.persistence.search_queries import list_entries
from gateway.services.console_events import console_event
from gateway.services.context import Gateway
from gateway.services.index_subjects import handle_tags
from gateway.services.search_log import search_of
from keys.protocol.accounting import sign_accounting
from schemas.base64url import encode_base64url
from schemas.formats import digest_of
from schemas.messages.accounting import MAX_ACCESSES, AccountedAccess, Accounting


class TooManyAccessesError(ValueError):
    """More accesses than one accounting holds; ask for fewer handles at a time."""


class UnreasonedReviewError(ValueError):
    """Somebody departs from the protective rules without saying why."""


@dataclass(frozen=True, slots=True)
class ChildQuestion:
    """What is looked for, and why. `handles` are those of one child's record, one for each agreement and epoch."""

    provider: str
    handles: tuple[str, ...] = field(repr=False)
    reason: StatedReason


@dataclass(frozen=True, slots=True)
class MadeAccounting:
    """The signed file, and how many accesses are told and withheld; the latter is no business of the guardian's."""

    data: bytes = field(repr=False)
    told: int
    withheld: int


def account_for_child(gateway: Gateway, account: Account, question: ChildQuestion) -> tuple[Access, ...]:
    """Return every access to the record that this account may see, after logging the look.

    Raises:
        NothingToReadError: the account may read no entries.
        TooManyAccessesError: more than `MAX_ACCESSES`.
        AuditUnavailableError: the look could not be logged; nothing was shown.
    """
    found = _find(gateway, account, question)
    event = console_event(
        gateway,
        account,
        EventType.AUDIT_VIEW,
        reason=question.reason.code.value,
        fields=("accounting",),
        records=len(found),
        peer=question.provider,
        note=question.reason.text,
        subject_ref=",".join(question.handles),
        case_ref=question.reason.case,
    )
    gateway.journal.write(lambda _: Draft(None, (event,)))
    return found


def make_accounting(
    gateway: Gateway, account: Account, question: ChildQuestion, told: Iterable[str], why: str
) -> MadeAccounting:
    """Return the signed accounting of the accesses at the places `told`, as somebody reviewed them.

    Args:
        gateway: the process.
        account: who reviewed.
        question: the record, and the stated reason.
        told: places of the accesses that the guardian is told of.
        why: why they may be told; needed where the rules would have withheld one, or told one that is not told.

    Raises:
        UnreasonedReviewError: the review departs from the rules and says not why.
        NothingToReadError, TooManyAccessesError, AuditUnavailableError: as `account_for_child`.
    """
    shown, withheld = reviewed(_find(gateway, account, question), told)
    departs = [one for one in shown if not one.telling.is_told] + [one for one in withheld if one.telling.is_told]
    if departs and not why.strip():
        raise UnreasonedReviewError("a departure from the protective rules needs a reason")
    accounting = Accounting(
        gateway=gateway.id,
        provider=question.provider,
        handles=question.handles,
        made_at=gateway.seconds(),
        accesses=tuple(_accounted(one) for one in shown if one.purpose is not None),
    )
    data = sign_accounting(gateway.signing_key(), accounting).to_bytes()
    event = console_event(
        gateway,
        account,
        EventType.AUDIT_EXPORT,
        reason=question.reason.code.value,
        fields=("accounting",),
        records=len(shown),
        content=digest_of(data),
        peer=question.provider,
        note=_note(question, shown, withheld, departs, why),
        case_ref=question.reason.case,
    )
    gateway.journal.write(lambda _: Draft(None, (event,)))
    return MadeAccounting(data, len(shown), len(withheld))


def _find(gateway: Gateway, account: Account, question: ChildQuestion) -> tuple[Access, ...]:
    tags = tuple(tag for handle in question.handles for tag in handle_tags(gateway, handle))
    search = search_of(account, tags=tags)
    with read_transaction(gateway.engine) as connection:
        entries = list_entries(connection, search, limit=2 * MAX_ACCESSES + 1, oldest_first=True)
    found = accesses_of(entries, question.provider)
    if len(entries) > 2 * MAX_ACCESSES or len(found) > MAX_ACCESSES:
        raise TooManyAccessesError("too many accesses for one accounting")
    return found


def _accounted(access: Access) -> AccountedAccess:
    return AccountedAccess(
        at=int(access.at.timestamp()),
        requester=access.requester,
        purpose=access.purpose or "",
        kind=access.kind,
        attributes=access.attributes,
        leaf=encode_base64url(access.leaf_hash),
    )


def _note(
    question: ChildQuestion, told: Sequence[Access], withheld: Sequence[Access], departs: Sequence[Access], why: str
) -> str:
    """Say in the log what was decided; the number that is withheld stands here and nowhere in the accounting."""
    parts = [question.reason.text, f"told {len(told)}, withheld {len(withheld)}"]
    if departs:
        parts.append(f"departs from the rules at {', '.join(one.place for one in departs[:20])}: {why.strip()}")
    return "; ".join(parts)
