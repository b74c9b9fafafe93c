"""What other agencies asked of this one: releases, refusals, use by agreement, and stopping an agreement."""

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import RowMapping, func, select

from connectors.agreements import SharingOffice
from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import record_in
from connectors.desk.purposes_for import name_agency
from connectors.gateway_client import AnswerError, GatewayUnreachableError
from connectors.state.agreements import AgreementCopy, find_agreement, list_agreements
from connectors.state.database import reading, writing
from connectors.state.tables import release, released_record
from schemas.agreement import AgreementState
from schemas.faults import Wording
from schemas.problem import ProblemError
from schemas.purpose_catalogue import Purpose, load_purposes

_EVER_IN_FORCE: Final = frozenset(
    {
        AgreementState.ACTIVE,
        AgreementState.SUSPENDED,
        AgreementState.REPLACED,
        AgreementState.EXPIRED,
        AgreementState.REVOKED,
    }
)


class HoldReason(StrEnum):
    """Why an agreement is suspended or resumed here."""

    UNUSUAL_USE = "unusual_use"
    WRONG_DATA = "wrong_data"
    INCIDENT = "incident"
    ORDERED = "ordered"
    SETTLED = "settled"


class HeldHereOnlyError(Exception):
    """The agreement is suspended here, and the gateway could not be told."""


class NotOursToHoldError(LookupError):
    """No agreement with this digest lets this agency be asked."""


@dataclass(frozen=True, slots=True)
class AskedRelease:
    """One exchange that was answered; times in POSIX seconds.

    Attributes:
        receipt_number: of the answer.
        released_at: when it left.
        requester: the asking agency's full name.
        purpose: for what, None where the agreement is not here any more.
        agreement: its digest.
        officer: the asking agency's reference to its officer.
        case: and to its case.
        attributes: what was asked.
        records: children that it was about.
        refused: of these, without an answer.
        receipt_at: when the asking agency had opened it.
    """

    receipt_number: str
    released_at: int
    requester: Wording
    purpose: Purpose | None
    agreement: str
    officer: str
    case: str | None
    attributes: tuple[str, ...]
    records: int
    refused: int
    receipt_at: int | None


@dataclass(frozen=True, slots=True)
class AgreementUse:
    """An agreement under which this agency is asked, and how much of it was made use of."""

    copy: AgreementCopy
    purpose: Purpose
    requester: Wording
    releases: int
    records: int
    refused: int
    last_at: int | None

    @property
    def is_active(self) -> bool:
        """Whether it is answered under."""
        return self.copy.standing.state is AgreementState.ACTIVE


def count_releases(console: Console, agreement: str | None = None) -> int:
    """Return how many exchanges were answered, under one agreement or in all."""
    query = select(func.count()).select_from(release)
    if agreement is not None:
        query = query.where(release.c.agreement == agreement)
    with reading(console.connector.state) as connection:
        return connection.execute(query).scalar_one()


def list_releases(console: Console, offset: int, limit: int, agreement: str | None = None) -> list[AskedRelease]:
    """Return answered exchanges, the newest first."""
    records = func.count(released_record.c.handle).label("records")
    refused = func.count(released_record.c.refused).label("refused")
    query = (
        select(release, records, refused)
        .join(released_record, released_record.c.receipt_number == release.c.receipt_number, isouter=True)
        .group_by(release.c.receipt_number)
        .order_by(release.c.released_at.desc(), release.c.receipt_number)
        .offset(offset)
        .limit(limit)
    )
    if agreement is not None:
        query = query.where(release.c.agreement == agreement)
    with reading(console.connector.state) as connection:
        rows = connection.execute(query).mappings().all()
    return [_release_of(console, row) for row in rows]


def list_uses(console: Console) -> list[AgreementUse]:
    """Return the agreements under which this agency is asked, those in force first."""
    query = (
        select(
            release.c.agreement,
            func.count(release.c.receipt_number.distinct()),
            func.count(released_record.c.handle),
            func.count(released_record.c.refused),
            func.max(release.c.released_at),
        )
        .join(released_record, released_record.c.receipt_number == release.c.receipt_number, isouter=True)
        .group_by(release.c.agreement)
    )
    with reading(console.connector.state) as connection:
        counts = {row[0]: tuple(row[1:]) for row in connection.execute(query)}
    ours = [c for c in list_agreements(console.connector.state) if _asks_us(console, c)]
    uses = [_use_of(console, copy, *counts.get(copy.standing.digest, (0, 0, 0, None))) for copy in ours]
    return sorted(uses, key=lambda use: (not use.is_active, use.purpose.id, use.copy.standing.digest))


def get_use(console: Console, digest: str) -> AgreementUse:
    """Return one of them; raises NotOursToHoldError."""
    found = next((use for use in list_uses(console) if use.copy.standing.digest == digest), None)
    if found is None:
        raise NotOursToHoldError
    return found


def suspend(console: Console, account: str, digest: str, reason: HoldReason) -> None:
    """Stop answering under an agreement: here at once, then at the gateway.

    Raises:
        NotOursToHoldError: this agency is not asked under it.
        HeldHereOnlyError: it is suspended here; the gateway could not be told or refused.
    """
    get_use(console, digest)
    _record(console, account, Action.AGREEMENT_SUSPENDED, digest, reason)
    try:
        SharingOffice(console.connector, console.client, console.trust).suspend(digest)
    except (ProblemError, AnswerError, GatewayUnreachableError):
        raise HeldHereOnlyError from None


def resume(console: Console, account: str, digest: str, reason: HoldReason) -> None:
    """Answer again under an agreement that was suspended here.

    Raises:
        NotOursToHoldError: this agency is not asked under it.
        ProblemError, AnswerError, GatewayUnreachableError: it stays suspended.
    """
    get_use(console, digest)
    SharingOffice(console.connector, console.client, console.trust).resume(digest)
    _record(console, account, Action.AGREEMENT_RESUMED, digest, reason)


def _record(console: Console, account: str, action: Action, digest: str, reason: HoldReason) -> None:
    with writing(console.connector.state) as connection:
        record_in(connection, console.seconds(), account, action, digest, reason.value)


def _asks_us(console: Console, copy: AgreementCopy) -> bool:
    is_asked = copy.agreement.provider.agency == console.connector.agency
    return is_asked and copy.standing.state in _EVER_IN_FORCE


def _use_of(
    console: Console, copy: AgreementCopy, releases: int, records: int, refused: int, last_at: int | None
) -> AgreementUse:
    purpose = load_purposes()[copy.agreement.purpose]
    requester = name_agency(console, copy.agreement.requester.agency)
    return AgreementUse(copy, purpose, requester, releases, records, refused, last_at)


def _release_of(console: Console, columns: RowMapping) -> AskedRelease:
    copy = find_agreement(console.connector.state, columns["agreement"])
    return AskedRelease(
        receipt_number=columns["receipt_number"],
        released_at=columns["released_at"],
        requester=name_agency(console, columns["requester"]),
        purpose=None if copy is None else load_purposes()[copy.agreement.purpose],
        agreement=columns["agreement"],
        officer=columns["officer"],
        case=columns["case"],
        attributes=tuple(json.loads(columns["attributes"])),
        records=columns["records"],
        refused=columns["refused"],
        receipt_at=columns["receipt_at"],
    )
