"""What is known of a request while it is being answered; whatever becomes of it, this goes into its leaves."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from gateway.log.subject_index import IndexKey
from gateway.persistence.agreement_queries import StoredAgreement
from gateway.services.members import Members
from keys.protocol.envelopes import VerifiedEnvelope
from schemas.envelope import EnvelopeClaims
from schemas.message import Message

M = TypeVar("M", bound=Message)


@dataclass
class Trail:
    """Filled step by step: the verified envelope, the agreement it names, the event id of the logged intent.

    `index_key` makes the tags by which the request's events can be found again; it comes with the envelope.
    `officer_tags` are made once of both.
    """

    envelope: VerifiedEnvelope | None = None
    index_key: IndexKey | None = None
    agreement: StoredAgreement | None = None
    intent: str | None = None
    officer_tags: tuple[bytes, ...] | None = field(default=None, repr=False)

    def tags_of_officer(self, claims: EnvelopeClaims) -> tuple[bytes, ...]:
        """Return the tag of the officer whom the envelope's claims name, or none."""
        if self.index_key is None or claims.officer is None:
            return ()
        if self.officer_tags is None:
            self.officer_tags = (self.index_key.officer(claims.issuer, claims.officer),)
        return self.officer_tags


@dataclass(frozen=True, slots=True)
class Received(Generic[M]):
    """A request whose envelope and body were verified, and the register by which they were.

    `named_agreement` is what the envelope names, if there is such a one; nobody has checked who its parties are.
    """

    envelope: VerifiedEnvelope
    message: M
    body: bytes = field(repr=False)
    trail: Trail
    members: Members = field(repr=False)
    named_agreement: StoredAgreement | None = field(default=None, repr=False)

    @property
    def claims(self) -> EnvelopeClaims:
        """The claims of the verified envelope."""
        return self.envelope.claims

    def officer_tags(self) -> tuple[bytes, ...]:
        """Return the tag of the officer whom the envelope names, or none."""
        return self.trail.tags_of_officer(self.claims)

    def handle_tags(self, handles: Iterable[str]) -> tuple[bytes, ...]:
        """Return the tags of the records that a request is about, each once."""
        return () if self.trail.index_key is None else self.trail.index_key.handles(handles)
