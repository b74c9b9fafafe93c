"""Enrolling an agency: its administrator hands over a signed enrolment, ours compares the thumbprint by telephone."""

from dataclasses import dataclass

from sqlalchemy import Connection

from gateway.log.events import Actor, Event, EventType, RequestRef
from gateway.log.journal import Draft
from gateway.persistence.engine import read_transaction
from gateway.persistence.member_queries import add_member, list_roots
from gateway.services.context import Gateway
from gateway.services.log_key import log_verifier_key
from gateway.services.registry import publish_registry_in
from keys.crypto.signing import SignatureError, read_header
from keys.protocol.envelopes import envelope_digest, read_unverified, signature_digest, verify_message
from keys.protocol.key_chain import UntrustedKeyError, follow_chain
from schemas.agency_kinds import AgencyKind
from schemas.message import MessageError
from schemas.messages.registry import (
    ENROLMENT_TOKEN_TYPE,
    MAX_ENROLMENT_BYTES,
    Enrolment,
    GatewayPin,
    Member,
)


class EnrolmentError(Exception):
    """An enrolment can't be accepted; the sentence says why, zh first."""


@dataclass(frozen=True, slots=True)
class VerifiedEnrolment:
    """An enrolment that its own first key signed. Whose key that is, only the thumbprint tells, once compared."""

    member: Member
    thumbprint: str
    token: str


def read_enrolment(token: str) -> VerifiedEnrolment:
    """Verify an enrolment by the key that it states itself.

    Raises:
        EnrolmentError: malformed, not signed by the stated key, or a statement that the chain does not bear out.
    """
    try:
        stated = read_unverified(Enrolment, token, MAX_ENROLMENT_BYTES)
        thumbprint = read_header(token, MAX_ENROLMENT_BYTES).key_id
        keys = follow_chain(stated.member.agency, thumbprint, stated.member.statements)
        key = keys.verification_key(thumbprint, stated.issued_at)
        member = verify_message(Enrolment, token, key, ENROLMENT_TOKEN_TYPE, MAX_ENROLMENT_BYTES).member
    except (SignatureError, MessageError, UntrustedKeyError):
        raise EnrolmentError("登记文件的签名或格式不正确。 The enrolment is malformed or not validly signed.") from None
    if keys.rejections:
        raise EnrolmentError("登记文件中有不可信的密钥声明。 A key statement in the enrolment is not to be believed.")
    _require_kind(member)
    return VerifiedEnrolment(member, thumbprint, token)


def enrol_member(gateway: Gateway, enrolment: VerifiedEnrolment) -> int:
    """Add the agency, publish the registry, return its version. To be called after the thumbprint was compared.

    Raises:
        EnrolmentError: there is a member of this id already.
    """
    member = enrolment.member
    event = Event(
        type=EventType.AGENCY_ENROL,
        actor=Actor(org=gateway.id),
        peer=member.agency,
        request=RequestRef(envelope_digest(enrolment.token), signature_digest(enrolment.token)),
    )

    def change(connection: Connection) -> Draft[int]:
        if member.agency == gateway.id or member.agency in list_roots(connection):
            raise EnrolmentError("已有同名单位。 There is a member of this id already.")
        add_member(connection, member, enrolment.thumbprint, gateway.seconds())
        version, published = publish_registry_in(connection, gateway)
        return Draft(version, (event, published))

    return gateway.journal.write(change).value


def gateway_pin(gateway: Gateway) -> GatewayPin:
    """Return what the new member's administrator needs to know of this gateway."""
    return GatewayPin(
        url=gateway.settings.url,
        gateway=gateway.id,
        signing_key=gateway.own_keys.statements[0].key_id,
        log_name=gateway.settings.log_name,
        log_verifier_key=log_verifier_key(gateway.keys, gateway.settings.log_name, gateway.now()),
    )


def list_enrolled(gateway: Gateway) -> dict[str, str]:
    """Return the thumbprint accepted at enrolment, by agency."""
    with read_transaction(gateway.engine) as connection:
        return list_roots(connection)


def _require_kind(member: Member) -> None:
    """Check that the id says the agency's kind: purposes name kinds, and people read ids."""
    known = {kind.value for kind in AgencyKind} - {AgencyKind.JOINT.value}
    if member.agency_type not in known or not member.agency.startswith(f"{member.agency_type}."):
        raise EnrolmentError(
            "部门类别不在目录中，或与单位代号不符。 The kind of agency is unknown, or not the one in the agency's id."
        )
