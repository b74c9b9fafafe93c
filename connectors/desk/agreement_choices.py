"""What an agreement can be drafted from: purposes under which this agency may ask, whom, and within which bounds."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from connectors.console.context import Console
from connectors.desk.purposes_for import name_agency
from keys.protocol.key_chain import UntrustedKeyError, read_root
from schemas.agency_kinds import AgencyKind
from schemas.agreement import MAX_BATCH_RECORDS
from schemas.base64url import decode_base64url
from schemas.faults import Wording
from schemas.purpose_catalogue import Purpose, load_purposes
from schemas.purpose_parts import PurposeStatus

SHORT_FORM_GROUPS: Final = 6
_GROUP_BYTES: Final = 5


class UnknownChoiceError(LookupError):
    """What was chosen is not, or no longer, among what can be chosen."""


@dataclass(frozen=True, slots=True)
class MemberChoice:
    """A registered member that may take part in an agreement.

    Attributes:
        agency: its id.
        name: its full name.
        kind: which kind of agency it is.
        region: which region it serves.
        key: thumbprint (RFC 7638) of its first signing key, as the registry has it.
    """

    agency: str
    name: Wording
    kind: AgencyKind
    region: str
    key: str


@dataclass(frozen=True, slots=True)
class Bounds:
    """The most that a purpose lets an agreement say; every number is at least 1."""

    max_batch: int
    evaluations_per_day: int
    releases_per_day: int
    officer_evaluations_per_day: int
    officer_releases_per_day: int
    retention_days: int


def list_purposes(console: Console) -> list[Purpose]:
    """Return the working purposes under which an agency of this kind may ask, by id."""
    kind = console.connector.settings.agency_type
    found = [
        purpose
        for purpose in load_purposes().values()
        if purpose.status is PurposeStatus.WORKING and kind in {one.value for one in purpose.requester_agencies}
    ]
    return sorted(found, key=lambda purpose: purpose.id)


def get_purpose(console: Console, id_: str) -> Purpose:
    """Return one of them; raises UnknownChoiceError."""
    found = next((purpose for purpose in list_purposes(console) if purpose.id == id_), None)
    if found is None:
        raise UnknownChoiceError
    return found


def list_providers(console: Console, purpose: Purpose) -> list[MemberChoice]:
    """Return the registered members that may be asked under a purpose, this agency left out, by kind and id.

    Raises:
        ProblemError: registry_expired.
    """
    registry = console.trust.registry(console.connector.now()).registry
    kinds = {*purpose.provider_agencies, *purpose.keeper_agencies}
    found = []
    for member in registry.members:
        kind = AgencyKind(member.agency_type)
        if kind not in kinds or member.agency == console.connector.agency:
            continue
        with suppress(UntrustedKeyError):
            key = read_root(member.agency, member.statements[0])
            name = Wording(member.name_zh, member.name_en)
            found.append(MemberChoice(member.agency, name, kind, member.region, key))
    return sorted(found, key=lambda one: (one.kind, one.agency))


def get_provider(console: Console, purpose: Purpose, agency: str | None) -> MemberChoice:
    """Return one of them; raises UnknownChoiceError, ProblemError."""
    found = next((one for one in list_providers(console, purpose) if one.agency == agency), None)
    if found is None:
        raise UnknownChoiceError
    return found


def bounds_of(purpose: Purpose) -> Bounds:
    """Return the most that an agreement for this purpose may say, which a draft begins with."""
    limits = purpose.rate_limits
    return Bounds(
        max_batch=min(purpose.max_batch, MAX_BATCH_RECORDS),
        evaluations_per_day=limits.evaluations_per_day,
        releases_per_day=limits.releases_per_day,
        officer_evaluations_per_day=limits.officer_evaluations_per_day,
        officer_releases_per_day=limits.officer_releases_per_day,
        retention_days=purpose.retention_days,
    )


def short_form(thumbprint: str) -> str:
    """Return six groups of five digits that stand for a thumbprint over the telephone: 99 bits of it."""
    taken = decode_base64url(thumbprint)[: SHORT_FORM_GROUPS * _GROUP_BYTES]
    pieces = (taken[at : at + _GROUP_BYTES] for at in range(0, len(taken), _GROUP_BYTES))
    return " ".join(f"{int.from_bytes(piece) % 100_000:05d}" for piece in pieces)


def name_party(console: Console, agency: str) -> Wording:
    """Return a party's full name, this agency's own from its settings."""
    settings = console.connector.settings
    if agency == settings.agency:
        return Wording(settings.name_zh, settings.name_en)
    return name_agency(console, agency)
