"""Who is party to an agreement, as the registry knows them: their kinds, and the lead body that countersigns."""

from keys.protocol.key_chain import read_root
from keys.protocol.trusted_registry import TrustedRegistry
from schemas.agency_kinds import AgencyKind
from schemas.agreement import Agreement, Party
from schemas.agreement_terms import PartyKinds, require_sound_terms
from schemas.messages.registry import Member
from schemas.problem import ProblemCode, ProblemError


def find_lead(trusted: TrustedRegistry) -> Party | None:
    """Return the lead body that every agreement names, with its first signing key, or None where there is none.

    Raises:
        ProblemError: unknown_member if the registry names one that is no member.
    """
    agency = trusted.registry.lead_body
    if agency is None:
        return None
    member = _get_member(trusted, agency)
    return Party(agency=agency, signing_key=read_root(agency, member.statements[0]))


def require_sound_parties(agreement: Agreement, trusted: TrustedRegistry, now_seconds: int) -> None:
    """Check an agreement's terms and its lead body before this agency signs it.

    Raises:
        ProblemError: unknown_member, agreement_invalid at /agreement/lead, or what `require_sound_terms` refuses.
    """
    if agreement.lead != find_lead(trusted):
        raise ProblemError(ProblemCode.AGREEMENT_INVALID, "/agreement/lead", "lead")
    requester, provider = (_get_member(trusted, party.agency) for party in (agreement.requester, agreement.provider))
    kinds = PartyKinds(AgencyKind(requester.agency_type), AgencyKind(provider.agency_type), requester.region)
    require_sound_terms(agreement, kinds, now_seconds)


def _get_member(trusted: TrustedRegistry, agency: str) -> Member:
    member = trusted.find_member(agency)
    if member is None:
        raise ProblemError(ProblemCode.UNKNOWN_MEMBER)
    return member
