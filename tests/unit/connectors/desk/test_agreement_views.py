"""What waits for a sharing office and what it may do, in every state, as requester, provider and lead body."""

from dataclasses import replace
from datetime import date

import pytest

from connectors.console.context import Console
from connectors.desk.agreement_drafts import submit_draft
from connectors.desk.agreement_signing import (
    SigningRefusedError,
    confirm_signature,
    prepare_signature,
    withdraw_signature,
)
from connectors.desk.agreement_steps import OfficeStep, Said, StepNotTakenError, take_step
from connectors.desk.agreement_view import STEPS, AgreementView, Group, Part, Waits, count_working_days
from connectors.desk.agreements import (
    AgreementNotFoundError,
    count_waiting_agreements,
    count_waiting_drafts,
    get_view,
    is_fresh,
    list_views,
)
from connectors.state.agreements import find_agreement, keep_agreement
from schemas.agreement import AgreementState
from schemas.agreement_steps import AgreementHistoryStep, AgreementStep
from schemas.working_days import working_calendar
from tests.unit.connectors.desk.agreement_desks import (
    HEAD,
    OTHER,
    SECOND_HEAD,
    STEWARD,
    complete_draft,
    cut_off,
    end_own_agreement,
    keep_asked,
)
from tests.unit.connectors.requester.asking_offices import Office
from tests.unit.connectors.requester.simulated_gateway import SECONDS

_S, _O = AgreementState, OfficeStep


@pytest.fixture
def console(office: Office) -> Console:
    """A sharing office that can't reach the gateway."""
    return cut_off(office)


def offered(view: AgreementView) -> list[OfficeStep]:
    return [step for step in OfficeStep if view.offers(step)]


@pytest.mark.parametrize(
    ("state", "waits", "group", "steps"),
    [
        (_S.PROPOSED, Waits.CHECK, Group.OURS, [_O.ACCEPT, _O.RETURN, _O.REFUSE]),
        (_S.IN_REVIEW, Waits.DECIDE, Group.OURS, [_O.EXTEND, _O.REFUSE]),
        (_S.AGREED, None, Group.THEIRS, [_O.REVOKE]),
        (_S.ACTIVE, Waits.PUBLISH, Group.OURS, [_O.SUSPEND, _O.REVOKE]),
        (_S.SUSPENDED, None, Group.IN_FORCE, [_O.SUSPEND, _O.REVOKE]),  # the other agency suspended it
        (_S.DISPUTED, None, Group.THEIRS, []),
        (_S.INCOMPLETE, None, Group.ENDED, []),
        (_S.REFUSED, None, Group.ENDED, []),
        (_S.REVOKED, None, Group.ENDED, []),
        (_S.EXPIRED, None, Group.ENDED, []),
    ],
)
def test_a_provider_s_part(
    office: Office, console: Console, state: AgreementState, waits: Waits | None, group: Group, steps: list[OfficeStep]
) -> None:
    view = get_view(console, keep_asked(office, state).digest())
    assert (view.part, view.waits, view.group) == (Part.PROVIDER, waits, group)
    assert offered(view) == steps


def test_a_requester_s_and_a_lead_body_s_part(office: Office, console: Console) -> None:
    asked = get_view(console, keep_asked(office, _S.REFUSED).digest())
    requester = replace(asked, own=OTHER, part=Part.REQUESTER)
    assert offered(requester) == [_O.DISPUTE]
    assert requester.can_be_succeeded
    told = AgreementHistoryStep(step=AgreementStep.DISPUTE, agency=OTHER, at=SECONDS)
    disputed = replace(requester, copy=replace(requester.copy, history=(*requester.copy.history, told)))
    assert offered(disputed) == []
    alone = replace(requester.copy, agreement=requester.terms.model_copy(update={"lead": None}))
    assert offered(replace(requester, copy=alone)) == []
    lead = get_view(console, keep_asked(office, _S.DISPUTED).digest())
    lead = replace(lead, own="lead_body.990101", part=Part.LEAD)
    assert (lead.waits, offered(lead)) == (Waits.SETTLE, [_O.SETTLE_REOPEN, _O.SETTLE_REFUSE])
    assert lead.waits_for(HEAD)
    assert not lead.waits_for(STEWARD)


def test_who_suspended_resumes_and_what_was_returned_is_not_returned_again(office: Office, console: Console) -> None:
    suspended = get_view(console, keep_asked(office, _S.SUSPENDED).digest())
    assert not suspended.offers(_O.RESUME)
    assert replace(suspended, own=OTHER).offers(_O.RESUME)
    here_alone = replace(suspended, copy=replace(suspended.copy, history=()))
    assert here_alone.offers(_O.RESUME)
    first = keep_asked(office, _S.INCOMPLETE)
    second = keep_asked(office, _S.PROPOSED, replaces=first.digest(), revision=2)
    assert not get_view(console, second.digest()).offers(_O.RETURN)


def test_a_returned_proposal_waits_until_it_is_revised(office: Office, console: Console) -> None:
    keep_agreement(office.connector.state, office.agreement, (), _S.INCOMPLETE)
    view = get_view(console, office.agreement.digest())
    assert (view.part, view.waits, view.can_be_succeeded) == (Part.REQUESTER, Waits.REVISE, True)
    newer = office.agreement.model_copy(
        update={"id": "0b7a6f1e-4a52-4a7c-9f4e-00000000ffff", "replaces": view.digest, "revision": 2}
    )
    keep_agreement(office.connector.state, newer, (), _S.PROPOSED)
    assert get_view(console, view.digest).waits is None
    keep_agreement(office.connector.state, newer, (), _S.REVOKED)
    assert get_view(console, view.digest).can_be_succeeded


def test_one_prepares_and_another_confirms(office: Office, console: Console) -> None:
    digest = keep_asked(office, _S.IN_REVIEW).digest()
    with pytest.raises(SigningRefusedError, match="not_prepared"):
        confirm_signature(console, HEAD.id, get_view(console, digest))
    prepare_signature(console, HEAD.id, get_view(console, digest))
    view = get_view(console, digest)
    assert view.waits is Waits.CONFIRM
    assert [view.waits_for(person) for person in (HEAD, STEWARD, SECOND_HEAD)] == [False, False, True]
    with pytest.raises(SigningRefusedError, match="prepared_already"):
        prepare_signature(console, SECOND_HEAD.id, view)
    with pytest.raises(SigningRefusedError, match="own_signature"):
        confirm_signature(console, HEAD.id, view)
    with pytest.raises(SigningRefusedError, match="not_the_preparer"):
        withdraw_signature(console, SECOND_HEAD.id, view)
    with pytest.raises(StepNotTakenError, match="gateway_unreachable"):
        confirm_signature(console, SECOND_HEAD.id, view)
    assert get_view(console, digest).prepared is not None
    withdraw_signature(console, HEAD.id, view)
    assert get_view(console, digest).prepared is None
    with pytest.raises(SigningRefusedError, match="nothing_to_sign"):
        prepare_signature(console, HEAD.id, get_view(console, keep_asked(office, _S.PROPOSED).digest()))


def test_a_suspension_holds_here_though_the_gateway_is_silent(office: Office, console: Console) -> None:
    with pytest.raises(StepNotTakenError, match="gateway_unreachable"):
        take_step(console, HEAD.id, OfficeStep.SUSPEND, office.agreement.digest(), Said())
    copy = find_agreement(office.connector.state, office.agreement.digest())
    assert copy is not None
    assert copy.standing.state is _S.SUSPENDED


def test_what_waits_is_counted_for_who_may_do_it(office: Office, console: Console) -> None:
    end_own_agreement(office)
    for state in (_S.PROPOSED, _S.ACTIVE, _S.AGREED):
        keep_asked(office, state)
    assert (count_waiting_agreements(console, HEAD), count_waiting_agreements(console, STEWARD)) == (2, 2)
    submit_draft(console, STEWARD.id, complete_draft(console).id)
    assert [count_waiting_drafts(console, person) for person in (HEAD, STEWARD)] == [1, 0]
    assert not is_fresh(console)
    assert [view.waits for view in list_views(console)][:2] == [Waits.CHECK, Waits.PUBLISH]
    with pytest.raises(AgreementNotFoundError):
        get_view(console, "A" * 43)


def test_working_days_are_counted_to_the_day_and_beyond() -> None:
    calendar = working_calendar()
    friday, monday = date(2026, 3, 6), date(2026, 3, 9)
    assert count_working_days(calendar, friday, monday) == 1
    assert count_working_days(calendar, friday, friday) == 0
    assert count_working_days(calendar, monday, friday) == -1
    assert count_working_days(calendar, date(2026, 9, 30), date(2026, 10, 10)) == 3  # over the National Day's holidays


def test_every_step_has_a_place_and_none_is_offered_at_an_end() -> None:
    offered_somewhere = {step for steps in STEPS.values() for step in steps}
    assert offered_somewhere == set(OfficeStep)
    assert not {state for _, state in STEPS} & {_S.REVOKED, _S.REPLACED, _S.EXPIRED, _S.INCOMPLETE}
