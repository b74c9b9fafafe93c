"""What must be right before a draft is put to a second person, and the exact text that would be."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from connectors.agreement_parties import find_lead
from connectors.agreements import Terms, draft_agreement
from connectors.console.context import Console
from connectors.context import OFFICE_ZONE
from connectors.desk.agreement_choices import MemberChoice, UnknownChoiceError, get_provider, get_purpose
from connectors.state.agreement_drafts import AgreementDraft
from connectors.state.agreements import find_agreement, list_agreements
from schemas.agency_kinds import AgencyKind
from schemas.agreement import Agreement, AgreementState
from schemas.agreement_terms import PartyKinds, require_sound_terms
from schemas.problem import ProblemCode, ProblemError

_STANDING: Final = frozenset({AgreementState.ACTIVE, AgreementState.SUSPENDED})


class DraftCheck(StrEnum):
    """What is looked at in a draft."""

    PROVIDER_REGISTERED = "provider_registered"
    SAME_KEY = "same_key"
    KEY_COMPARED = "key_compared"
    TERMS_FIT = "terms_fit"
    NO_OTHER = "no_other"


def check_draft(console: Console, draft: AgreementDraft) -> Mapping[DraftCheck, bool]:
    """Return for each check whether it is met.

    Raises:
        ProblemError: registry_expired.
    """
    provider = _find_provider(console, draft)
    return {
        DraftCheck.PROVIDER_REGISTERED: provider is not None,
        DraftCheck.SAME_KEY: provider is not None and provider.key == draft.provider_key,
        DraftCheck.KEY_COMPARED: draft.is_key_compared,
        DraftCheck.TERMS_FIT: draft.terms is not None and find_term_fault(console, draft) is None,
        DraftCheck.NO_OTHER: not _has_another(console, draft),
    }


def is_sound(console: Console, draft: AgreementDraft) -> bool:
    """Return whether a draft is complete and every check is met; raises as `check_draft`."""
    return draft.terms is not None and all(check_draft(console, draft).values())


def find_term_fault(console: Console, draft: AgreementDraft) -> ProblemCode | None:
    """Return why the terms do not fit the purpose's catalogue, or None where they do or are not all given."""
    try:
        settings = console.connector.settings
        provider = get_provider(console, get_purpose(console, draft.purpose), draft.provider)
        kinds = PartyKinds(AgencyKind(settings.agency_type), provider.kind, settings.region)
        require_sound_terms(draft_document(console, draft), kinds, console.seconds())
    except UnknownChoiceError:
        return None
    except ProblemError as error:
        return error.code
    return None


def draft_document(console: Console, draft: AgreementDraft) -> Agreement:
    """Return the agreement that a complete draft comes to, with an id of its own.

    Raises:
        UnknownChoiceError: provider or terms are not chosen yet, or the purpose is open no more.
        ProblemError: registry_expired.
    """
    if draft.terms is None or draft.provider is None or draft.provider_key is None:
        raise UnknownChoiceError
    terms = draft.terms
    before = None if draft.replaces is None else find_agreement(console.connector.state, draft.replaces)
    return draft_agreement(
        console.connector,
        get_purpose(console, draft.purpose),
        Terms(
            provider=draft.provider,
            provider_key=draft.provider_key,
            attributes=terms.attributes,
            regions=terms.regions,
            valid_from=first_second(terms.first_on),
            valid_until=last_second(terms.last_on),
            max_batch=terms.max_batch,
            evaluations_per_day=terms.evaluations_per_day,
            releases_per_day=terms.releases_per_day,
            officer_evaluations_per_day=terms.officer_evaluations_per_day,
            officer_releases_per_day=terms.officer_releases_per_day,
            retention_days=terms.retention_days,
            approval=terms.approval,
            lead=find_lead(console.trust.registry(console.connector.now())),
            replaces=None if before is None else before.agreement,
        ),
    )


def first_second(on: date) -> int:
    """Return when a day begins where the offices are (POSIX seconds)."""
    return int(datetime.combine(on, time(), OFFICE_ZONE).timestamp())


def last_second(on: date) -> int:
    """Return the last second of a day: an agreement that ends then bears that day as its last."""
    return first_second(on + timedelta(days=1)) - 1


def _find_provider(console: Console, draft: AgreementDraft) -> MemberChoice | None:
    try:
        return get_provider(console, get_purpose(console, draft.purpose), draft.provider)
    except UnknownChoiceError:
        return None


def _has_another(console: Console, draft: AgreementDraft) -> bool:
    """A second agreement for the same would double its budgets: a change is a new version instead."""
    copies = {copy.standing.digest: copy for copy in list_agreements(console.connector.state)}
    versions, replaced = set(), draft.replaces
    while replaced in copies and replaced not in versions:
        versions.add(replaced)
        replaced = copies[replaced].agreement.replaces
    return any(
        copy.standing.state in _STANDING
        and copy.agreement.requester.agency == console.connector.agency
        and (copy.agreement.purpose, copy.agreement.provider.agency) == (draft.purpose, draft.provider)
        for digest, copy in copies.items()
        if digest not in versions
    )
