"""What an agreement may say: an agreement narrows its purpose in the catalogue, and never widens it."""

from gateway.services.members import Members
from schemas.agency_kinds import AgencyKind
from schemas.agreement import Agreement, covers_region
from schemas.attribute_catalogue import never_released
from schemas.linkage_keys import G0
from schemas.problem import ProblemCode, ProblemError
from schemas.purpose_catalogue import Purpose, load_purposes
from schemas.purpose_parts import PurposeStatus, RegionRule

LINKAGE_SCHEMAS = frozenset({f"{G0.name}/{G0.version}"})


def require_sound_terms(agreement: Agreement, members: Members, now_seconds: int) -> None:
    """Check an agreement against the catalogues and the register.

    Raises:
        ProblemError: purpose_unknown, attribute_never_released, attribute_not_agreed, region_not_agreed,
            unknown_member, agreement_expired, or agreement_invalid with a pointer to the term that is wider.
    """
    purpose = load_purposes().get(agreement.purpose)
    if purpose is None or purpose.status is not PurposeStatus.WORKING:
        raise ProblemError(ProblemCode.PURPOSE_UNKNOWN, "/agreement/purpose")
    if agreement.valid_until <= now_seconds:
        raise ProblemError(ProblemCode.AGREEMENT_EXPIRED, "/agreement/valid_until")
    requester, provider = (_kind_of(agreement, members, side) for side in ("requester", "provider"))
    _require_fit(agreement, purpose, requester, provider)
    _require_attributes(agreement, purpose, provider)
    _require_regions(agreement, purpose, members)


def _kind_of(agreement: Agreement, members: Members, side: str) -> str:
    party = agreement.requester if side == "requester" else agreement.provider
    member = members.find(party.agency)
    if member is None:
        raise ProblemError(ProblemCode.UNKNOWN_MEMBER, f"/agreement/{side}")
    if members.roots[party.agency] != party.signing_key:
        raise ProblemError(ProblemCode.AGREEMENT_INVALID, f"/agreement/{side}/signing_key")
    return member.agency_type


def _require_fit(agreement: Agreement, purpose: Purpose, requester: str, provider: str) -> None:
    limits = purpose.rate_limits
    narrower = {
        "purpose_version": agreement.purpose_version == purpose.version,
        "requester": requester in purpose.requester_agencies,
        "provider": provider in purpose.provider_agencies,
        "linkage_schema": agreement.linkage_schema in LINKAGE_SCHEMAS,
        "case_number_required": agreement.case_number_required or not purpose.case_number_required,
        "max_batch": agreement.max_batch <= purpose.max_batch,
        "evaluations_per_day": agreement.evaluations_per_day <= limits.evaluations_per_day,
        "releases_per_day": agreement.releases_per_day <= limits.releases_per_day,
        "retention_days": agreement.retention_days <= purpose.retention_days,
    }
    for term, is_narrower in narrower.items():
        if not is_narrower:
            raise ProblemError(ProblemCode.AGREEMENT_INVALID, f"/agreement/{term}", term)


def _require_attributes(agreement: Agreement, purpose: Purpose, provider: str) -> None:
    released = {output.attribute for output in purpose.outputs_of(AgencyKind(provider))}
    for place, attribute in enumerate(agreement.attributes):
        if attribute in never_released():
            raise ProblemError(ProblemCode.ATTRIBUTE_NEVER_RELEASED, f"/agreement/attributes/{place}", "attributes")
        if attribute not in released:
            raise ProblemError(ProblemCode.ATTRIBUTE_NOT_AGREED, f"/agreement/attributes/{place}", "attributes")


def _require_regions(agreement: Agreement, purpose: Purpose, members: Members) -> None:
    """Check that a requester that may ask about its own region's children gets no other region."""
    requester = members.members[agreement.requester.agency]
    if purpose.region_rule is not RegionRule.OWN_SUBTREE:
        return
    for place, region in enumerate(agreement.regions):
        if not covers_region((requester.region,), region):
            raise ProblemError(ProblemCode.REGION_NOT_AGREED, f"/agreement/regions/{place}", "regions")
