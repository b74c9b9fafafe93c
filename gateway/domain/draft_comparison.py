"""Whether a draft is at least as strict as an agreement in what the agreement once refused a request for."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from schemas.agreement import Agreement, Approval
from schemas.problem import ProblemCode
from schemas.regions import covers

_Comparison = Callable[[Agreement, Agreement], bool]


def is_no_wider(reason: str, draft: Agreement, under: Agreement | None) -> bool:
    """Return whether a request that was refused for `reason` under `under` would surely be refused under `draft`.

    Args:
        reason: what the log states; one that no agreement bears on (a bad signature) refuses under any.
        draft: the agreement that is thought of.
        under: the one under which was asked, or None where it is not known.
    """
    comparison = _COMPARISONS.get(reason)
    return comparison is None or (under is not None and comparison(draft, under))


def _regions(draft: Agreement, under: Agreement) -> bool:
    return all(covers(under.regions, region) for region in draft.regions)


def _attributes(draft: Agreement, under: Agreement) -> bool:
    return set(draft.attributes) <= set(under.attributes)


def _budgets(draft: Agreement, under: Agreement) -> bool:
    return draft.evaluations_per_day <= under.evaluations_per_day and draft.releases_per_day <= under.releases_per_day


def _officer_budgets(draft: Agreement, under: Agreement) -> bool:
    return (
        draft.officer_evaluations_per_day <= under.officer_evaluations_per_day
        and draft.officer_releases_per_day <= under.officer_releases_per_day
    )


def _never(_draft: Agreement, _under: Agreement) -> bool:
    """Under another agreement that stands elsewhere in its life, nobody can tell."""
    return False


_COMPARISONS: Final[Mapping[str, _Comparison]] = MappingProxyType(
    {
        ProblemCode.CASE_NUMBER_MISSING: lambda draft, _: draft.case_number_required,
        ProblemCode.APPROVAL_MISSING: lambda draft, _: draft.approval is Approval.SECOND_PERSON,
        ProblemCode.REGION_NOT_AGREED: _regions,
        ProblemCode.ATTRIBUTE_NOT_AGREED: _attributes,
        ProblemCode.BATCH_TOO_LARGE: lambda draft, under: draft.max_batch <= under.max_batch,
        ProblemCode.BUDGET_EXHAUSTED: _budgets,
        ProblemCode.OFFICER_BUDGET_EXHAUSTED: _officer_budgets,
        ProblemCode.PURPOSE_DIFFERS: _never,
        ProblemCode.PURPOSE_UNKNOWN: _never,
        ProblemCode.AGREEMENT_NOT_ACTIVE: _never,
        ProblemCode.AGREEMENT_NOT_STARTED: _never,
        ProblemCode.AGREEMENT_EXPIRED: _never,
        ProblemCode.NO_AGREEMENT: _never,
    }
)
