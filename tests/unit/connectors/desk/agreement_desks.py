"""A sharing office whose gateway is silent: drafts, prepared signatures and agreements in every state of their life."""

from typing import Final

import httpx

from connectors.console.account import Account
from connectors.console.context import Console
from connectors.console.roles import Role
from connectors.desk.agreement_choices import get_provider, get_purpose
from connectors.desk.agreement_drafts import begin_draft, choose_provider, choose_terms
from connectors.gateway_client import GatewayClient
from connectors.state.agreement_drafts import AgreementDraft
from connectors.state.agreements import keep_agreement
from connectors.web.agreement_terms_form import default_terms
from schemas.agreement import Agreement, AgreementState, Party
from schemas.agreement_steps import AgreementHistoryStep, AgreementStep
from schemas.formats import digest_of
from tests.unit.connectors.requester.asking_offices import Office
from tests.unit.connectors.requester.simulated_gateway import SECONDS

STEWARD: Final = Account("wang.an", "古丽巴哈尔·吐尔逊江", frozenset({Role.DATA_STEWARD}))
HEAD: Final = Account("he.jianguo", "阿卜杜热合曼·买买提", frozenset({Role.SHARING_OFFICE_HEAD}))
SECOND_HEAD: Final = Account("zhou.zheng", "周正", frozenset({Role.SHARING_OFFICE_HEAD}))
OTHER: Final = "education.990101"
LEAD: Final = Party(agency="lead_body.990101", signing_key=digest_of(b"lead"))
DAY: Final = 86_400


def cut_off(office: Office) -> Console:
    """Return the office's console with a gateway that does not answer."""

    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("nobody answers", request=request)

    http = httpx.Client(transport=httpx.MockTransport(refuse))
    return Console(office.connector, office.trust, GatewayClient(office.connector, office.trust, http))


def end_own_agreement(office: Office) -> None:
    """End the agreement that the office begins with: another for the same may be drafted then."""
    keep_agreement(office.connector.state, office.agreement, (), AgreementState.REVOKED)


def complete_draft(console: Console, author: str = STEWARD.id, purpose: str = "P04") -> AgreementDraft:
    """Return a draft of which every check is met."""
    entry = get_purpose(console, purpose)
    provider = get_provider(console, entry, "disabled_federation.990101")
    draft = begin_draft(console, author, purpose)
    choose_provider(console, author, draft.id, provider, is_key_compared=True)
    return choose_terms(console, author, draft.id, default_terms(console, entry, provider))


def keep_asked(office: Office, state: AgreementState, **changes: object) -> Agreement:
    """Keep an agreement under which this office is asked, in a state, with a story."""
    own = office.agreement.requester
    terms = {
        "id": f"0b7a6f1e-4a52-4a7c-9f4e-{list(AgreementState).index(state):012d}",
        "purpose": "P01",
        "attributes": ("category_group", "known_to_civil_affairs"),
        "requester": Party(agency=OTHER, signing_key=digest_of(b"other")),
        "provider": own,
        "lead": LEAD,
        **changes,
    }
    agreement = Agreement.model_validate(office.agreement.model_dump() | terms)
    due_at = SECONDS + 9 * DAY if state is AgreementState.IN_REVIEW else None
    keep_agreement(office.connector.state, agreement, (), state, story_of(state), due_at)
    return agreement


def story_of(state: AgreementState) -> tuple[AgreementHistoryStep, ...]:
    """Return a story that leads to a state, with long notes where there may be one."""
    told = [AgreementHistoryStep(step=AgreementStep.PROPOSE, agency=OTHER, at=SECONDS - 3 * DAY)]
    own = "civil_affairs.990101"
    match state:
        case AgreementState.INCOMPLETE:
            reasons = ("impact_assessment_missing", "scope_unclear")
            note = "请补充个人信息保护影响评估，并说明辖区内各乡镇如何分工办理、由谁负责保管结果。"
            told.append(
                AgreementHistoryStep(
                    step=AgreementStep.RETURN_INCOMPLETE, agency=own, at=SECONDS - DAY, reasons=reasons, note=note
                )
            )
        case AgreementState.REFUSED | AgreementState.DISPUTED:
            step = AgreementStep.REFUSE
            told.append(AgreementHistoryStep(step=step, agency=own, at=SECONDS - DAY, reasons=("not_necessary",)))
        case AgreementState.SUSPENDED:
            told.append(AgreementHistoryStep(step=AgreementStep.SUSPEND, agency=OTHER, at=SECONDS - DAY))
        case _:
            told.append(AgreementHistoryStep(step=AgreementStep.ACCEPT_COMPLETE, agency=own, at=SECONDS - 2 * DAY))
    return tuple(told)
