"""Forms of agreements with what nobody should send: read strictly, refused beside the field, and by permission."""

from dataclasses import asdict

import pytest

from connectors.console.account import Account
from connectors.console.context import Console
from connectors.console.roles import Role
from connectors.desk.agreement_drafts import get_draft, list_drafts, submit_draft
from connectors.state.agreement_drafts import AgreementDraft, DraftState
from connectors.state.agreements import find_agreement
from connectors.web.agreement_terms_form import form_of
from connectors.web.app import create_console_app
from schemas.agreement import AgreementState
from tests.unit.connectors.desk.agreement_desks import (
    HEAD,
    STEWARD,
    complete_draft,
    cut_off,
    end_own_agreement,
    keep_asked,
)
from tests.unit.connectors.desk.desk_pages import Browser, browser_of
from tests.unit.connectors.requester.asking_offices import Office

OFFICER = Account("li.na", "李娜", frozenset({Role.QUERY_OFFICER}))


@pytest.fixture
def console(office: Office) -> Console:
    end_own_agreement(office)
    return cut_off(office)


@pytest.fixture
def draft(console: Console) -> AgreementDraft:
    return complete_draft(console)


def browser(console: Console, account: Account) -> Browser:
    return browser_of(create_console_app(console), console, account)


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("max_batch", "0", "请填写 1 至"),
        ("max_batch", "１００", "请填写 1 至"),
        ("max_batch", "+5", "请填写 1 至"),
        ("retention_days", "36000", "请填写 1 至"),
        ("releases_per_day", "1", "不能超过协议每日额度"),
        ("regions", "", "行政区划代码"),
        ("regions", "990201", "只能是本单位辖区"),
        ("regions", "99010１", "行政区划代码"),
        ("first_on", "2026-02-30", "请填写日期"),
        ("last_on", "2020-01-01", "截止日不能早于"),
        ("last_on", "2099-01-01", "至多 5 年"),
        ("approval", "nobody", "请选择"),
        ("attributes", "parent_identity", "请至少勾选一项"),
    ],
)
def test_terms_are_read_strictly_and_nothing_is_kept(
    console: Console, draft: AgreementDraft, field: str, typed: str, said: str
) -> None:
    assert draft.terms is not None
    form = form_of(draft.terms)
    sent: dict[str, str | list[str]] = {**form.typed, "attributes": list(form.attributes), field: typed}
    steward, address = browser(console, STEWARD), f"/desk/agreement-drafts/{draft.id}/terms"
    page = steward.post(address, sent, steward.get(address))
    assert steward.status == 422
    assert said in page
    assert get_draft(console, draft.id).terms == draft.terms


def test_what_was_chosen_before_is_read_as_it_was(console: Console, draft: AgreementDraft) -> None:
    assert draft.terms is not None
    form = form_of(draft.terms)
    steward, address = browser(console, STEWARD), f"/desk/agreement-drafts/{draft.id}/terms"
    sent: dict[str, str | list[str]] = {**form.typed, "attributes": list(form.attributes), "retention_days": "30"}
    steward.post(address, sent, steward.get(address))
    kept = get_draft(console, draft.id).terms
    assert kept is not None
    assert asdict(kept) == asdict(draft.terms) | {"retention_days": 30}


def test_each_deed_is_open_to_its_permission_alone(office: Office, console: Console, draft: AgreementDraft) -> None:
    submit_draft(console, STEWARD.id, draft.id)
    digest = keep_asked(office, AgreementState.IN_REVIEW).digest()
    agreement, approval = f"/desk/agreements/{digest}", f"/desk/agreement-drafts/{draft.id}/approval"
    steward, officer = browser(console, STEWARD), browser(console, OFFICER)
    page = steward.get(agreement)
    for address, fields in (
        (approval, {"deed": "approve"}),
        (f"{agreement}/confirmation", {}),
        (f"{agreement}/decision/refuse", {"reasons": "not_held"}),
        (f"{agreement}/decision/revoke", {"typed": "P01"}),
    ):
        steward.post(address, dict(fields), page)
        assert steward.status == 403, address
    assert get_draft(console, draft.id).state is DraftState.AWAITING_APPROVAL
    officer.get(agreement)
    assert officer.status == 403


def test_a_step_is_found_below_its_own_permission_alone(office: Office, console: Console) -> None:
    agreement = f"/desk/agreements/{keep_asked(office, AgreementState.IN_REVIEW).digest()}"
    head = browser(console, HEAD)
    for address in ("review/refuse", "decision/extend", "hold/revoke", "review/nonsense"):
        head.get(f"{agreement}/{address}")
        assert head.status == 404, address
    head.get(f"{agreement}/review/accept_complete")  # not open in this state: back to the agreement
    assert (head.status, head.path) == (200, agreement)
    head.get("/desk/agreements/" + "A" * 43)
    assert head.status == 404
    assert list_drafts(console) == []


def test_a_provider_suspends_in_one_place_alone(office: Office, console: Console) -> None:
    digest = keep_asked(office, AgreementState.ACTIVE).digest()
    head = browser(console, HEAD)
    page = head.get(f"/desk/agreements/{digest}/hold/suspend")
    assert head.path == f"/desk/asked/agreements/{digest}"
    head.post(f"/desk/agreements/{digest}/hold/suspend", {"reasons": "incident"}, page)
    assert head.path == f"/desk/asked/agreements/{digest}"
    copy = find_agreement(console.connector.state, digest)
    assert copy is not None
    assert copy.standing.state is AgreementState.ACTIVE
