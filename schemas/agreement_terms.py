"""What an agreement may say: it narrows its purpose in the catalogue, and never widens it.

Checked by the gateway when an agreement is proposed and signed, and by the provider before it signs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from schemas.agency_kinds import AgencyKind
from schemas.agreement import Agreement, Approval
from schemas.key_set import KeySet, load_key_set
from schemas.problem import ProblemCode, ProblemError
from schemas.purpose_catalogue import Purpose, load_purposes
from schemas.purpose_parts import PurposeStatus, RegionRule
from schemas.regions import covers

KEY_SETS: Final[Mapping[str, KeySet]] = MappingProxyType({known.id: known for known in (load_key_set("G"),)})
"""The key sets that an agreement may name as its `linkage_schema`."""


@dataclass(frozen=True, slots=True)
class PartyKinds:
    """What kinds of agency the parties are, and the region that the requester serves."""

    requester: AgencyKind
    provider: AgencyKind
    requester_region: str


def get_key_set(agreement: Agreement) -> KeySet:
    """Return the key set that an agreement names.

    Raises:
        ProblemError: agreement_invalid, if this program does not know it.
    """
    key_set = KEY_SETS.get(agreement.linkage_schema)
    if key_set is None:
        raise ProblemError(ProblemCode.AGREEMENT_INVALID, "/agreement/linkage_schema", "linkage_schema")
    return key_set


def require_sound_terms(agreement: Agreement, parties: PartyKinds, now_seconds: int) -> None:
    """Check an agreement against the catalogues.

    Raises:
        ProblemError: purpose_unknown, attribute_not_agreed, region_not_agreed, agreement_expired, or
            agreement_invalid with a pointer to the term that is wider than the purpose.
    """
    purpose = load_purposes().get(agreement.purpose)
    if purpose is None or purpose.status is not PurposeStatus.WORKING:
        raise ProblemError(ProblemCode.PURPOSE_UNKNOWN, "/agreement/purpose")
    if agreement.valid_until <= now_seconds:
        raise ProblemError(ProblemCode.AGREEMENT_EXPIRED, "/agreement/valid_until")
    _require_fit(agreement, purpose, parties)
    _require_attributes(agreement, purpose, parties.provider)
    if purpose.region_rule is RegionRule.OWN_SUBTREE:
        _require_own_regions(agreement, parties.requester_region)


def _require_fit(agreement: Agreement, purpose: Purpose, parties: PartyKinds) -> None:
    limits = purpose.rate_limits
    narrower = {
        "purpose_version": agreement.purpose_version == purpose.version,
        "requester": parties.requester in purpose.requester_agencies,
        "provider": parties.provider in {*purpose.provider_agencies, *purpose.keeper_agencies},
        "linkage_schema": agreement.linkage_schema in KEY_SETS,
        "case_number_required": agreement.case_number_required or not purpose.case_number_required,
        "approval": purpose.approvals.emergency is None or agreement.approval is Approval.NONE,
        "max_batch": agreement.max_batch <= purpose.max_batch,
        "evaluations_per_day": agreement.evaluations_per_day <= limits.evaluations_per_day,
        "releases_per_day": agreement.releases_per_day <= limits.releases_per_day,
        "officer_evaluations_per_day": agreement.officer_evaluations_per_day <= limits.officer_evaluations_per_day,
        "officer_releases_per_day": agreement.officer_releases_per_day <= limits.officer_releases_per_day,
        "retention_days": agreement.retention_days <= purpose.retention_days,
    }
    for term, is_narrower in narrower.items():
        if not is_narrower:
            raise ProblemError(ProblemCode.AGREEMENT_INVALID, f"/agreement/{term}", term)


def _require_attributes(agreement: Agreement, purpose: Purpose, provider: AgencyKind) -> None:
    released = {output.attribute for output in purpose.outputs_of(provider)}
    for place, attribute in enumerate(agreement.attributes):
        if attribute not in released:
            raise ProblemError(ProblemCode.ATTRIBUTE_NOT_AGREED, f"/agreement/attributes/{place}", "attributes")


def _require_own_regions(agreement: Agreement, requester_region: str) -> None:
    for place, region in enumerate(agreement.regions):
        if not covers((requester_region,), region):
            raise ProblemError(ProblemCode.REGION_NOT_AGREED, f"/agreement/regions/{place}", "regions")
