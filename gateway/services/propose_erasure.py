"""Proposing an erasure: chooses the entries, refuses what is held, and logs the proposal. Nothing is erased yet."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from sqlalchemy import Connection

from gateway.domain.account import Account
from gateway.domain.erasure import (
    ERASABLE,
    MAX_ERASURE_ENTRIES,
    ErasureBasis,
    ErasureError,
    ErasureFault,
    ErasureState,
)
from gateway.domain.legal_hold import LegalHold
from gateway.log.event_id import make_event_id
from gateway.log.events import Actor, Event, EventType, PersonalField
from gateway.log.journal import Draft
from gateway.log.timestamp import format_timestamp
from gateway.persistence.engine import read_transaction
from gateway.persistence.erasure_holds import list_holds, list_holds_against
from gateway.persistence.erasure_queries import insert_erasure, list_erasures
from gateway.persistence.erasure_rows import Chosen, count_chosen, list_chosen
from gateway.persistence.subject_queries import Place
from gateway.services.console_events import console_event
from gateway.services.context import Gateway
from schemas.formats import digest_of
from schemas.purpose_catalogue import Purpose, load_purposes

TIMEOUT_SECONDS = 120.0
DECLINED_DAYS = 90
"""So long nobody is asked again to erase what is past its retention period."""


class ErasureHeldError(ErasureError):
    """Some of the entries are under legal hold; `holds` are those that stand against it."""

    def __init__(self, holds: Sequence[LegalHold]) -> None:
        super().__init__(ErasureFault.HELD)
        self.holds = tuple(holds)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureWish:
    """What somebody wants to have erased, on which grounds."""

    chosen: Chosen
    fields: tuple[str, ...]
    basis: ErasureBasis
    reason: str = field(repr=False)
    case_ref: str | None = None


def propose_erasure(gateway: Gateway, account: Account, wish: ErasureWish) -> int:
    """Keep and log a proposal, and return its number.

    Raises:
        ErasureError: no entries, too many, or some are held.
        AuditUnavailableError: it could not be logged; nothing is proposed.
    """
    with read_transaction(gateway.engine) as connection:
        places = list_chosen(connection, wish.chosen, wish.fields, MAX_ERASURE_ENTRIES + 1)
    if len(places) > MAX_ERASURE_ENTRIES:
        raise ErasureError(ErasureFault.TOO_MANY_ENTRIES)
    return _propose(gateway, account, wish, places)


@dataclass(frozen=True, slots=True)
class ErasurePreview:
    """What a proposal would come to, before it is made; `holds` are those that stand against it."""

    entries: int
    first_time: str | None
    last_time: str | None
    disclosures: dict[str, int]
    tags: int
    holds: tuple[LegalHold, ...]


def preview_erasure(gateway: Gateway, wish: ErasureWish) -> ErasurePreview:
    """Return what `wish` would come to; nothing is kept or logged, since nothing personal is read."""
    with read_transaction(gateway.engine) as connection:
        holds = list_holds(connection, standing=True)
        found = count_chosen(connection, wish.chosen, wish.fields, [hold.scope for hold in holds])
    return ErasurePreview(
        entries=found.entries,
        first_time=found.first_time,
        last_time=found.last_time,
        disclosures=found.contents.disclosures,
        tags=found.contents.tags,
        holds=tuple(holds[place] for place in found.holds),
    )


def propose_due_erasures(gateway: Gateway) -> list[int]:
    """Propose the erasure of what is older than its purpose's `record_days`; people decide. Return the numbers.

    What is under legal hold is left out, and proposed once the hold is lifted; of very much, the oldest comes first.
    Where somebody declined, the purpose is not proposed again for `DECLINED_DAYS`.
    """
    proposed = []
    with read_transaction(gateway.engine) as connection:
        holds = [hold.scope for hold in list_holds(connection, standing=True)]
        declined = _lately_declined(connection, gateway.seconds())
        for purpose in load_purposes().values():
            if purpose.id in declined:
                continue
            wish = _due(gateway, purpose)
            places = list_chosen(connection, wish.chosen, wish.fields, MAX_ERASURE_ENTRIES, holds)
            if places:
                proposed.append((wish, places))
    return [_propose(gateway, None, wish, places) for wish, places in proposed]


def _lately_declined(connection: Connection, now_seconds: int) -> set[str | None]:
    since = now_seconds - DECLINED_DAYS * 86_400
    declined = list_erasures(connection, ErasureState.DECLINED)
    return {one.purpose for one in declined if one.proposed_by is None and (one.ended_at or 0) > since}


def _due(gateway: Gateway, purpose: Purpose) -> ErasureWish:
    before = gateway.now() - timedelta(days=purpose.record_days)
    return ErasureWish(
        chosen=Chosen(purpose=purpose.id, before=format_timestamp(before)),
        fields=ERASABLE,
        basis=ErasureBasis.RETENTION_OVER,
        reason=f"record_days={purpose.record_days}",
    )


def entries_digest(places: Sequence[Place]) -> str:
    """Return the digest of a list of entries: SHA-256 over lines of shard, slash, index."""
    return digest_of("".join(f"{place.shard}/{place.idx}\n" for place in places).encode("ascii"))


def _propose(gateway: Gateway, account: Account | None, wish: ErasureWish, places: Sequence[Place]) -> int:
    if not places:
        raise ErasureError(ErasureFault.NO_ENTRIES)
    event = _event(gateway, account, wish, places)

    def change(connection: Connection) -> Draft[int]:
        number = insert_erasure(connection, _row(gateway, account, wish, places, event), places)
        if holds := list_holds_against(connection, number):
            raise ErasureHeldError(holds)
        return Draft(number, (event,))

    return gateway.journal.write(change, TIMEOUT_SECONDS).value


def _event(gateway: Gateway, account: Account | None, wish: ErasureWish, places: Sequence[Place]) -> Event:
    members = {
        "reason": wish.basis.value,
        "fields": wish.fields,
        "records": len(places),
        "content": entries_digest(places),
        "purpose": wish.chosen.purpose,
    }
    if account is None:
        event = Event(
            type=EventType.AUDIT_ERASE_PROPOSE,
            actor=Actor(org=gateway.id),
            personal={PersonalField.NOTE: wish.reason},
            **members,  # type: ignore[arg-type]
        )
    else:
        event = console_event(
            gateway,
            account,
            EventType.AUDIT_ERASE_PROPOSE,
            note=wish.reason,
            case_ref=wish.case_ref,
            **members,  # type: ignore[arg-type]
        )
    return replace(event, event_id=make_event_id(gateway.now(), gateway.random))


def _row(
    gateway: Gateway, account: Account | None, wish: ErasureWish, places: Sequence[Place], event: Event
) -> dict[str, object]:
    return {
        "state": ErasureState.PROPOSED.value,
        "proposed_by": None if account is None else account.id,
        "proposed_at": gateway.seconds(),
        "basis": wish.basis.value,
        "reason": wish.reason,
        "case_ref": wish.case_ref,
        "purpose": wish.chosen.purpose,
        "fields": ",".join(wish.fields),
        "entries": len(places),
        "content": event.content,
        "event_id": event.event_id,
    }
