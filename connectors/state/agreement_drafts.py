"""Drafts of agreements as the connector keeps them, and signatures that one person prepared for another to confirm."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from pydantic import TypeAdapter
from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from connectors.state.agreement_draft_tables import agreement_draft, prepared_signature
from schemas.agreement import MAX_AGREEMENT_BYTES, Agreement, Approval


class DraftState(StrEnum):
    """Where a draft stands; once it is proposed, it is an agreement and no draft any more."""

    DRAFT = "draft"
    AWAITING_APPROVAL = "awaiting_approval"


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftTerms:
    """What the offices negotiate on top of the purpose; both days are within the period."""

    attributes: tuple[str, ...]
    regions: tuple[str, ...]
    first_on: date
    last_on: date
    approval: Approval
    max_batch: int
    evaluations_per_day: int
    releases_per_day: int
    officer_evaluations_per_day: int
    officer_releases_per_day: int
    retention_days: int


_TERMS: Final = TypeAdapter(DraftTerms)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementDraft:
    """One draft; times in POSIX seconds.

    Attributes:
        id: of the draft; the agreement has its own.
        state: where it stands.
        author: account of who drafts it.
        purpose: the catalogue's id.
        provider: whom the agency would ask.
        provider_key: thumbprint of the provider's first signing key as the registry has it.
        is_key_compared: whether the author says to have compared the thumbprint with the provider.
        terms: what is negotiated.
        replaces: digest of the version before.
        agreement: the exact text that was put to a second person.
        decline_reason: why it was given back last.
        prepared_at: when it was begun.
        changed_at: when it came into its state.
    """

    id: str
    state: DraftState
    author: str
    purpose: str
    provider: str | None
    provider_key: str | None
    is_key_compared: bool
    terms: DraftTerms | None
    replaces: str | None
    agreement: Agreement | None
    decline_reason: str | None
    prepared_at: int
    changed_at: int


@dataclass(frozen=True, slots=True)
class PreparedSignature:
    """Who wants this agency to sign an agreement, since when (POSIX seconds)."""

    agreement: str
    officer: str
    prepared_at: int


def add_draft(connection: Connection, draft: AgreementDraft) -> None:
    """Keep a new draft."""
    connection.execute(insert(agreement_draft).values(_columns(draft)))


def replace_draft(connection: Connection, draft: AgreementDraft) -> None:
    """Keep a changed draft in the place of what it was."""
    connection.execute(update(agreement_draft).where(agreement_draft.c.id == draft.id).values(_columns(draft)))


def remove_draft(connection: Connection, id_: str) -> None:
    """Delete a draft."""
    connection.execute(delete(agreement_draft).where(agreement_draft.c.id == id_))


def find_draft(connection: Connection, id_: str) -> AgreementDraft | None:
    """Return the draft, or None."""
    row = connection.execute(select(agreement_draft).where(agreement_draft.c.id == id_)).mappings().one_or_none()
    return None if row is None else _draft_of(row)


def list_drafts(connection: Connection) -> list[AgreementDraft]:
    """Return all drafts, those that wait for a second person first, then the newest first."""
    rows = connection.execute(select(agreement_draft).order_by(agreement_draft.c.changed_at.desc())).mappings()
    return sorted(map(_draft_of, rows), key=lambda draft: draft.state is DraftState.DRAFT)


def add_prepared(connection: Connection, prepared: PreparedSignature) -> None:
    """Note that somebody wants to sign; raises IntegrityError if somebody else did before."""
    connection.execute(insert(prepared_signature).values(asdict(prepared)))


def remove_prepared(connection: Connection, agreement: str) -> None:
    """Forget that somebody wanted to sign."""
    connection.execute(delete(prepared_signature).where(prepared_signature.c.agreement == agreement))


def list_prepared(connection: Connection) -> Mapping[str, PreparedSignature]:
    """Return the prepared signatures by agreement."""
    rows = connection.execute(select(prepared_signature)).mappings()
    return {row["agreement"]: PreparedSignature(**row) for row in rows}


def _columns(draft: AgreementDraft) -> dict[str, object]:
    kept = {name: getattr(draft, name) for name in AgreementDraft.__slots__ if name != "agreement"}
    return {
        **kept,
        "state": draft.state.value,
        "terms": None if draft.terms is None else _TERMS.dump_json(draft.terms).decode(),
        "body": None if draft.agreement is None else draft.agreement.to_bytes(),
    }


def _draft_of(row: RowMapping) -> AgreementDraft:
    body, terms = row["body"], row["terms"]
    members = {name: value for name, value in row.items() if name != "body"} | {
        "state": DraftState(row["state"]),
        "terms": None if terms is None else _TERMS.validate_json(terms),
        "agreement": None if body is None else Agreement.from_bytes(body, MAX_AGREEMENT_BYTES),
    }
    return AgreementDraft(**members)
