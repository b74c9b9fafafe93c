"""An agreement's parties as the register knows them, for the check of its terms."""

from gateway.services.members import Members
from schemas.agency_kinds import AgencyKind
from schemas.agreement import Agreement
from schemas.agreement_terms import PartyKinds, require_sound_terms
from schemas.messages.registry import Member
from schemas.problem import ProblemCode, ProblemError


def require_registered_terms(
    agreement: Agreement, members: Members, now_seconds: int, lead_body: str | None = None
) -> None:
    """Check that both parties are members under their pinned keys, and the terms against the catalogues.

    Where the gateway has a lead body, it is named to countersign, under its key in the register; else nobody is.

    Raises:
        ProblemError: unknown_member, agreement_invalid at a party's key or at the lead body, or what
            `require_sound_terms` refuses.
    """
    named = None if agreement.lead is None else (agreement.lead.agency, agreement.lead.signing_key)
    if named != (None if lead_body is None else (lead_body, members.roots.get(lead_body))):
        raise ProblemError(ProblemCode.AGREEMENT_INVALID, "/agreement/lead", "lead")
    requester, provider = (_member_of(agreement, members, side) for side in ("requester", "provider"))
    kinds = PartyKinds(AgencyKind(requester.agency_type), AgencyKind(provider.agency_type), requester.region)
    require_sound_terms(agreement, kinds, now_seconds)


def _member_of(agreement: Agreement, members: Members, side: str) -> Member:
    party = agreement.requester if side == "requester" else agreement.provider
    member = members.find(party.agency)
    if member is None:
        raise ProblemError(ProblemCode.UNKNOWN_MEMBER, f"/agreement/{side}")
    if members.roots[party.agency] != party.signing_key:
        raise ProblemError(ProblemCode.AGREEMENT_INVALID, f"/agreement/{side}/signing_key")
    return member
